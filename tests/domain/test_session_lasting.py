"""What a session rested on was gone before it was over: the same violation, whichever was told first."""

from dataclasses import replace
from typing import Any

import pytest
from agreements import CONSENT
from connecting import (
    AGREEMENT,
    ASKED,
    GATEWAY,
    GRANTED,
    LOGIN,
    NOW,
    PERMISSION,
    RECORDED,
    RECORDING,
    SESSION,
    SESSION_STARTED,
    STARTED_AT,
    ready,
)
from orders import CONTACT, ORDER, PLANNED, SIGNED, TECHNICIAN, WORK_CONTACT
from story import CUSTOMER, Outcome, an_id, at, given

from ledger.domain.basis import Basis
from ledger.domain.consent_facts import ConsentIncorporated, ConsentWithdrawn, Form, Stop
from ledger.domain.consenting import ReceiveObjection, WithdrawConsent
from ledger.domain.contract import ContractAmended, ContractEnded, End, Remote
from ledger.domain.contracting import AmendContract, EndContract
from ledger.domain.finding import FindingRecorded
from ledger.domain.permission import RevokePermission
from ledger.domain.permission_facts import AccessPermissionRevoked
from ledger.domain.rules import switched_off
from ledger.domain.session_due import session_due
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending, SessionEnded, SessionTerminated, Termination
from ledger.domain.session_told import RecordSession
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

LATE = "2026-11-18 15:00"


def day(clock: str) -> str:
    return f"2026-11-18 {clock}"


def ended(clock: str, **changes: Any) -> SessionEnded:
    over = SessionEnded(
        session=SESSION,
        work_order=ORDER,
        permission=PERMISSION,
        why=Ending.SIGNED_OUT,
        ended_at=at(day(clock)),
        days=SESSION_STARTED.days,
        relied=SESSION_STARTED.relied,
    )
    return replace(over, **changes)


def ends(clock: str) -> EndSession:
    return EndSession(customer=CUSTOMER, session=SESSION, why=Ending.SIGNED_OUT, ended_at=at(day(clock)))


def withdraws(clock: str, stop: Stop = Stop.SAFE) -> WithdrawConsent:
    received_at = at(day(clock))
    return WithdrawConsent(
        customer=CUSTOMER, consent=CONSENT, received_at=received_at, form=Form.MAIL, words="撤回します", stop=stop
    )


def withdrawn(clock: str, stop_by: str, stop: Stop = Stop.SAFE) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        customer=CUSTOMER,
        consent=CONSENT,
        received_at=at(day(clock)),
        form=Form.MAIL,
        stop=stop,
        stop_by=at(day(stop_by)),
        words="撤回します",
    )


def broken(outcome: Outcome) -> list[tuple[str, str]]:
    assert outcome.refusal is None, outcome.refusal
    found = [each for each in (*outcome.due, *outcome.facts) if isinstance(each, ViolationRecorded)]
    assert all(f"session:{SESSION}" in each.subjects and each.cites for each in found)
    return [(each.rule, each.sentence) for each in found]


PAST_NO = [("R-03", "session_past_objection")]


# -- a withdrawal, told in either order --------------------------------------------------------------------------------

EDGES = [
    ("10:45", Stop.SAFE, []),
    ("10:46", Stop.SAFE, []),  # the gateway has a minute to cut
    ("10:46:01", Stop.SAFE, PAST_NO),
    ("14:00", Stop.SAFE, PAST_NO),
    ("10:31", Stop.NOW, []),
    ("10:31:01", Stop.NOW, PAST_NO),
]


@pytest.mark.parametrize(("over", "stop", "expected"), EDGES)
def test_r_03_a_session_that_went_on_after_a_withdrawal_is_a_violation_when_the_withdrawal_is_told_last(
    over: str, stop: Stop, expected: list[tuple[str, str]]
) -> None:
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED).at(day("14:01"), ended(over))
    assert broken(story.when(withdraws("10:30", stop), at_=LATE)) == expected
    with switched_off("ledger.domain.session_lasting.check_past_objection"):
        assert broken(story.when(withdraws("10:30", stop), at_=LATE)) == []


@pytest.mark.parametrize(("over", "stop", "expected"), EDGES)
def test_r_03_a_session_that_went_on_after_a_withdrawal_is_a_violation_when_its_end_is_told_last(
    over: str, stop: Stop, expected: list[tuple[str, str]]
) -> None:
    no = withdrawn("10:30", "14:02" if stop is Stop.NOW else "14:17", stop)
    story = given(*AGREEMENT).at(NOW, replace(SESSION_STARTED, permitted_until=None), RECORDED).at(day("14:02"), no)
    assert broken(story.when(ends(over), at_=day("14:03"))) == expected


@pytest.mark.parametrize(("over", "expected"), [("10:46", []), ("10:46:01", PAST_NO)])
def test_r_03_a_session_that_is_told_with_its_end_after_the_withdrawal_is_judged_alike(
    over: str, expected: list[tuple[str, str]]
) -> None:
    tells = RecordSession(
        customer=CUSTOMER,
        session=SESSION,
        work_order=ORDER,
        permission=PERMISSION,
        technician=TECHNICIAN,
        login=LOGIN,
        gateway=GATEWAY,
        targets=("db01",),
        started_at=STARTED_AT,
        recording=RECORDING,
        recorder="gw01",
        recording_started_at=STARTED_AT,
        ended_at=at(day(over)),
    )
    story = ready().at(day("14:00"), withdrawn("10:30", "14:15"))
    assert broken(story.when(tells, at_=LATE)) == expected


def test_r_03_an_objection_that_was_kept_is_judged_as_a_withdrawal() -> None:
    no = ReceiveObjection(
        customer=CUSTOMER, consent=CONSENT, received_at=at(day("10:30")), form=Form.MAIL, words="不同意です"
    )
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED).at(day("14:01"), ended("14:00"))
    assert broken(story.when(no, at_=LATE)) == PAST_NO


def test_r_03_who_is_told_within_a_safe_stop_of_the_receipt_has_the_time_that_was_said() -> None:
    in_time = withdrawn("10:30", "11:00")  # told at 10:45
    too_late = withdrawn("10:30", "11:01")
    started = replace(SESSION_STARTED, permitted_until=None)
    for no, expected in ((in_time, []), (too_late, PAST_NO)):
        story = given(*AGREEMENT).at(NOW, started, RECORDED).at(day("10:46"), no)
        assert broken(story.when(ends("10:50"), at_=day("10:51"))) == expected


def test_r_03_a_session_that_runs_when_a_kept_withdrawal_is_told_is_stopped_safely_and_is_a_violation() -> None:
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED)
    outcome = story.when(withdraws("10:30"), at_=day("12:00"))
    outcome.then(withdrawn("10:30", "12:15"))
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED, RECORDED).at(day("12:00"), *outcome.facts)
    timer = session_due(SESSION, CUSTOMER)
    inside = [each for each in story.recorded if timer.boundary.takes(type(each.fact).KIND.type, each.tags)]
    assert timer.facts(inside, at(day("12:14")), Defaults()) == ()
    cut, finding = timer.facts(inside, at(day("12:15")), Defaults())
    assert isinstance(cut, SessionTerminated)
    assert (cut.reason, cut.terminated_at) == (Termination.CONSENT_WITHDRAWN, at(day("12:15")))
    assert isinstance(finding, FindingRecorded)  # its end may have come in time, and be told later
    assert (finding.rule, finding.sentence) == PAST_NO[0]
    assert finding.values == {"at": "2026-11-18T10:30:00+09:00", "until": "2026-11-18T10:45:00+09:00"}
    assert timer.facts(inside, at("2026-11-25 00:00"), Defaults()) == (cut, finding)
    story.at(day("12:15"), cut, finding)
    assert broken(story.when(ends("10:46"), at_=day("12:16"))) == []
    assert broken(story.when(ends("12:15"), at_=day("12:16"))) == PAST_NO
    assert broken(story.when(ends("12:17"), at_=day("12:18"))) == [("R-01", "session_went_on")]


def test_r_03_of_a_session_that_fell_silent_a_kept_withdrawal_makes_a_finding() -> None:
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED).at(day("14:01"), ended("14:00", why=Ending.SILENT))
    outcome = story.when(withdraws("10:30"), at_=LATE)
    assert broken(outcome) == []
    [finding] = [each for each in outcome.facts if isinstance(each, FindingRecorded)]
    assert (finding.rule, finding.sentence) == PAST_NO[0]


def test_r_03_what_a_later_no_had_broken_is_not_said_again_and_an_earlier_one_says_what_is_new() -> None:
    begun = replace(SESSION_STARTED, started_at=at(day("10:10")))
    for over, expected in (("10:40", PAST_NO), ("14:00", [])):
        story = given(*AGREEMENT).at(NOW, begun).at(day("14:01"), ended(over), withdrawn("10:30", "14:16"))
        assert broken(story.when(withdraws("10:20"), at_=LATE)) == expected
    between = replace(SESSION_STARTED, started_at=at(day("10:25")))
    story = given(*AGREEMENT).at(day("10:25"), between).at(day("14:01"), ended("10:28"), withdrawn("10:30", "14:16"))
    assert broken(story.when(withdraws("10:20"), at_=LATE)) == [("R-03", "session_after_objection")]


# -- a revocation ------------------------------------------------------------------------------------------------------

PAST_REVOCATION = [("R-08", "session_past_revocation")]
BEYOND = [("10:46", []), ("10:46:01", PAST_REVOCATION)]


def revokes(clock: str) -> RevokePermission:
    return RevokePermission(
        customer=CUSTOMER,
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        words="取り消します",
        received_at=at(day(clock)),
    )


@pytest.mark.parametrize(("over", "expected"), BEYOND)
def test_r_08_a_session_that_went_on_after_a_revocation_is_a_violation_when_the_revocation_is_told_last(
    over: str, expected: list[tuple[str, str]]
) -> None:
    story = given(CONTACT, *PLANNED, ASKED, GRANTED).at(NOW, SESSION_STARTED).at(day("11:00"), ended(over))
    assert broken(story.when(revokes("10:30"), at_=day("12:00"))) == expected
    with switched_off("ledger.domain.session_lasting.check_past_revocation"):
        assert broken(story.when(revokes("10:30"), at_=day("12:00"))) == []


@pytest.mark.parametrize(("over", "expected"), BEYOND)
def test_r_08_a_session_that_went_on_after_a_revocation_is_a_violation_when_its_end_is_told_last(
    over: str, expected: list[tuple[str, str]]
) -> None:
    revoked = AccessPermissionRevoked(
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        words="取り消します",
        sessions=(SESSION,),
        stop_by=at(day("12:15")),
        received_at=at(day("10:30")),
    )
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED, RECORDED).at(day("12:00"), revoked)
    assert broken(story.when(ends(over), at_=day("12:01"))) == expected


# -- the end of a contract ---------------------------------------------------------------------------------------------

OVER = ContractEnded(customer=CUSTOMER, contract=SIGNED.contract, ended_at=at(day("10:30")), why=End.TERMINATED)
END = EndContract(customer=CUSTOMER, contract=SIGNED.contract, ended_at=at(day("10:30")))
NO_BASIS = [("R-06", "basis_is_another")]
UNTIL = [("10:30", []), ("10:30:00.000001", NO_BASIS)]


@pytest.mark.parametrize(("over", "expected"), UNTIL)
def test_r_06_a_session_that_outlasted_its_contract_is_a_violation_when_the_contracts_end_is_told_last(
    over: str, expected: list[tuple[str, str]]
) -> None:
    story = given(*AGREEMENT[2:]).at(NOW, SESSION_STARTED).at(day("11:00"), ended(over))
    assert broken(story.when(END, at_=LATE)) == expected
    with switched_off("ledger.domain.contracting.outlasting"):
        assert broken(story.when(END, at_=LATE)) == []


@pytest.mark.parametrize(("over", "expected"), UNTIL)
def test_r_06_a_session_that_outlasted_its_contract_is_a_violation_when_its_end_is_told_last(
    over: str, expected: list[tuple[str, str]]
) -> None:
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED, RECORDED).at(day("10:59"), OVER)
    assert broken(story.when(ends(over), at_=day("11:00"))) == expected


def outlasted(over: str, told_last: bool) -> list[tuple[str, str]]:
    """Tell of a session whose consent was the contract's, and whose basis the customer's wish was."""
    makes = replace(SIGNED, remote=Remote.POSSIBLE)
    consent = ConsentIncorporated(
        customer=CUSTOMER,
        consent=an_id("consent", 7),
        contract=SIGNED.contract,
        terms=SESSION_STARTED.terms or "",
        since=at("2026-11-01 00:00"),
    )
    begun = replace(SESSION_STARTED, consent=consent.consent, contract=SIGNED.contract, permitted_until=None)
    over_ = ended(over, relied=begun.relied)
    if told_last:
        story = given(*AGREEMENT[:2], makes, consent).at(NOW, begun, RECORDED).at(day("10:59"), OVER)
        return broken(story.when(ends(over), at_=LATE))
    return broken(given(makes, consent).at(NOW, begun).at(day("11:00"), over_).when(END, at_=LATE))


@pytest.mark.parametrize("told_last", [True, False])
def test_r_01_a_session_that_outlasted_the_contract_that_has_the_terms_is_a_violation(told_last: bool) -> None:
    assert outlasted("10:30", told_last) == []
    assert outlasted("10:31", told_last) == [*NO_BASIS, ("R-01", "session_past_contract")]
    with switched_off("ledger.domain.session_lasting.check_within_contract"):
        assert outlasted("10:31", told_last) == NO_BASIS


def test_r_06_an_amendment_that_is_told_late_meets_the_sessions_that_ran_into_it() -> None:
    told = AmendContract(
        customer=CUSTOMER,
        contract=SIGNED.contract,
        reference="覚書",
        clause="削除",
        remote=Remote.NOT_STATED,
        ends_at=SIGNED.ends_at,
        effective_at=at(day("10:30")),
    )
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED)
    assert broken(story.when(told, at_=LATE)) == []
    story.at(day("11:00"), ended("11:00"))
    assert broken(story.when(told, at_=LATE)) == NO_BASIS
    assert broken(story.when(replace(told, effective_at=at(day("11:00"))), at_=LATE)) == []
    amended = ContractAmended(**{name: getattr(told, name) for name in AmendContract.__dataclass_fields__})
    story = given(*AGREEMENT).at(NOW, SESSION_STARTED, RECORDED).at(day("10:59"), amended)
    assert broken(story.when(ends("11:00"), at_=day("11:00"))) == NO_BASIS


def test_r_06_a_session_on_these_terms_alone_that_stopped_safely_after_a_no_broke_nothing() -> None:
    alone = replace(SESSION_STARTED, basis=Basis.STANDALONE_TERMS, stated_in=(), permitted_until=None)
    without_contract = [each for each in AGREEMENT if each != SIGNED]
    no = withdrawn("10:30", "10:46")
    story = given(*without_contract).at(NOW, alone, RECORDED).at(day("10:31"), no)
    assert broken(story.when(ends("10:45"), at_=day("10:45"))) == []
