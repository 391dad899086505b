"""How sessions end: told, by decision, and by time alone."""

from dataclasses import replace

import pytest
from agreements import CONSENT
from connecting import AGREEMENT, GRANTED, NOW, PERMISSION, RECORDED, RECORDING, SESSION, SESSION_STARTED
from orders import ORDER, WORK_CONTACT
from story import CUSTOMER, Story, an_id, at, given

from ledger.domain.boundary import tag
from ledger.domain.consent_facts import Annulment, ConsentDeemingAnnulled, ConsentWithdrawn, Form, Stop
from ledger.domain.contract import ContractEnded, End
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.permission_facts import AccessPermissionRevoked
from ledger.domain.recording_facts import (
    RecordingGapPermitted,
    RecordingInterrupted,
    RecordingMissing,
    RecordingSegmentSealed,
    SessionRecordingFinalized,
)
from ledger.domain.session_due import session_due
from ledger.domain.session_ending import EndSession, TerminateSession
from ledger.domain.session_facts import Ending, SessionEnded, SessionTerminated, Termination
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

ENDS = EndSession(customer=CUSTOMER, session=SESSION, why=Ending.SIGNED_OUT, ended_at=at("2026-11-18 11:00"))
ENDED = SessionEnded(
    session=SESSION,
    work_order=ORDER,
    permission=PERMISSION,
    why=Ending.SIGNED_OUT,
    ended_at=at("2026-11-18 11:00"),
    days=SESSION_STARTED.days,
    relied=SESSION_STARTED.relied,
)
SUBJECTS = (tag("session", SESSION), tag("work_order", ORDER))
CUTS = TerminateSession(customer=CUSTOMER, session=SESSION, reason=Termination.CUSTOMER_STOP, words="すぐ止めて")
WITHDRAWN = ConsentWithdrawn(
    customer=CUSTOMER,
    consent=CONSENT,
    received_at=at("2026-11-18 10:30"),
    form=Form.MAIL,
    stop=Stop.SAFE,
    stop_by=at("2026-11-18 10:46"),
    words="撤回します。",
)
REVOKED = AccessPermissionRevoked(
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    words="",
    sessions=(SESSION,),
    stop_by=at("2026-11-18 10:46"),
    received_at=at("2026-11-18 10:30"),
)
INTERRUPTED = RecordingInterrupted(
    session=SESSION, recording=RECORDING, reason="disk", interrupted_at=at("2026-11-18 10:30")
)
LOST = ViolationRecorded(
    rule="R-19", sentence="session_without_recording", values={}, subjects=(tag("session", SESSION),)
)


def running(*more: Fact) -> Story:
    return given(*AGREEMENT).at(NOW, SESSION_STARTED, RECORDED, *more)


def terminated(reason: Termination, moment: str) -> SessionTerminated:
    return SessionTerminated(
        session=SESSION,
        work_order=ORDER,
        permission=PERMISSION,
        reason=reason,
        terminated_at=at(moment),
        days=SESSION_STARTED.days,
        relied=SESSION_STARTED.relied,
    )


def due(moment: str, *facts: Fact) -> list[Fact]:
    found = session_due(SESSION, CUSTOMER).facts(given(*facts, at_=NOW).recorded, at(moment), Defaults())
    assert all(each.cites for each in found)
    return [replace(each, cites=()) for each in found]


def test_the_end_of_a_session_is_recorded() -> None:
    running().when(ENDS, at_="2026-11-18 11:01").then(ENDED).citing(6)


def test_an_end_told_twice_is_recorded_once_and_another_is_refused() -> None:
    running(ENDED).when(ENDS, at_="2026-11-18 11:01").then()
    running(ENDED).when(replace(ENDS, ended_at=at("2026-11-18 10:59")), at_="2026-11-18 11:01").refused("R-04")


def test_r_18_a_session_ends_after_it_began_and_not_in_time_to_come() -> None:
    running().when(replace(ENDS, ended_at=at("2026-11-18 10:09")), at_="2026-11-18 11:01").refused("R-18")
    running().when(ENDS, at_="2026-11-18 10:59").refused("R-18")


def test_r_04_what_did_not_begin_does_not_end() -> None:
    given().when(ENDS, at_="2026-11-18 11:01").refused("R-04")
    given().when(CUTS, at_="2026-11-18 11:01").refused("R-04")


def test_r_06_a_basis_that_no_longer_holds_at_the_end_is_a_violation() -> None:
    ended = ContractEnded(
        customer=CUSTOMER, contract=an_id("contract"), ended_at=at("2026-11-18 10:50"), why=End.TERMINATED
    )
    outcome = running(ended).when(ENDS, at_="2026-11-18 11:01")
    assert replace(outcome.facts[0], cites=()) == ENDED
    [violation] = outcome.facts[1:]
    assert isinstance(violation, ViolationRecorded)
    assert (violation.rule, violation.sentence, violation.subjects) == ("R-06", "basis_is_another", SUBJECTS)


def test_r_08_a_session_that_lasted_beyond_its_permission_is_a_violation() -> None:
    late = replace(ENDS, ended_at=at("2026-11-18 13:01"))
    assert GRANTED.ends == SESSION_STARTED.permitted_until
    running().when(late, at_="2026-11-18 13:02").then(
        replace(ENDED, ended_at=late.ended_at),
        ViolationRecorded(
            rule="R-08",
            sentence="session_beyond_permission",
            values={"until": "2026-11-18T13:00:00+09:00"},
            subjects=SUBJECTS,
        ),
    )
    exactly = replace(ENDS, ended_at=at("2026-11-18 13:00"))
    running().when(exactly, at_="2026-11-18 13:02").then(replace(ENDED, ended_at=exactly.ended_at))


def test_the_customer_ends_a_session_at_once() -> None:
    story = given(SESSION_STARTED, RECORDED, at_=NOW)
    cut = replace(terminated(Termination.CUSTOMER_STOP, "2026-11-18 10:30"), words="すぐ止めて")
    story.when(CUTS, at_="2026-11-18 10:30").then(cut)
    given(SESSION_STARTED, RECORDED, ENDED, at_=NOW).when(CUTS, at_="2026-11-18 11:30").refused("R-04", cites=[0, 2])


@pytest.mark.parametrize(
    ("reason", "rule"), [(Termination.CONSENT_WITHDRAWN, "R-01"), (Termination.PERMISSION_REVOKED, "R-08")]
)
def test_only_the_timer_says_that_consent_or_permission_was_taken_back(reason: Termination, rule: str) -> None:
    story = given(SESSION_STARTED, RECORDED, at_=NOW)
    story.when(replace(CUTS, reason=reason), at_="2026-11-18 10:30").refused(rule, cites=[0])


def test_a_03_a_withdrawal_ends_a_running_session_when_its_safe_stop_is_over() -> None:
    assert due("2026-11-18 10:45", SESSION_STARTED, RECORDED, WITHDRAWN) == []
    cut = terminated(Termination.CONSENT_WITHDRAWN, "2026-11-18 10:46")
    assert due("2026-11-18 10:46", SESSION_STARTED, RECORDED, WITHDRAWN) == [cut]
    assert due("2026-11-18 12:00", SESSION_STARTED, RECORDED, WITHDRAWN) == [cut]
    assert due("2026-11-18 12:00", SESSION_STARTED, RECORDED, WITHDRAWN, cut) == []


def test_a_03_only_the_consent_that_the_session_relies_on_ends_it() -> None:
    other = replace(WITHDRAWN, consent=an_id("consent", 5))
    assert due("2026-11-18 12:00", SESSION_STARTED, RECORDED, other) == []


def test_a_03_a_consent_that_never_was_gives_its_session_the_same_safe_stop() -> None:
    annulled = ConsentDeemingAnnulled(
        customer=CUSTOMER, consent=CONSENT, why=Annulment.OBJECTION, received_at=at("2026-11-16 12:00")
    )
    facts = (SESSION_STARTED, RECORDED, annulled)  # recorded at 10:10
    assert due("2026-11-18 10:24", *facts) == []
    assert due("2026-11-18 10:25", *facts) == [terminated(Termination.CONSENT_WITHDRAWN, "2026-11-18 10:25")]


def test_r_01_a_session_that_goes_on_after_its_safe_stop_is_recorded_with_a_violation() -> None:
    cut = terminated(Termination.CONSENT_WITHDRAWN, "2026-11-18 10:46")
    on_time = replace(ENDS, ended_at=at("2026-11-18 10:47"))
    running(WITHDRAWN).when(on_time, at_="2026-11-18 11:01").after(cut).then(replace(ENDED, ended_at=on_time.ended_at))
    went_on = ViolationRecorded(
        rule="R-01", sentence="session_went_on", values={"until": "2026-11-18T10:46:00+09:00"}, subjects=SUBJECTS
    )
    running(WITHDRAWN).when(ENDS, at_="2026-11-18 11:01").after(cut).then(ENDED, went_on)


def test_r_08_a_revocation_ends_a_running_session_when_its_safe_stop_is_over() -> None:
    cut = terminated(Termination.PERMISSION_REVOKED, "2026-11-18 10:46")
    assert due("2026-11-18 10:45", SESSION_STARTED, RECORDED, REVOKED) == []
    assert due("2026-11-18 10:46", SESSION_STARTED, RECORDED, REVOKED) == [cut]


def test_r_19_a_session_without_a_recording_ends_after_the_grace_time() -> None:
    start = "2026-11-18 10:10"
    missing = RecordingMissing(session=SESSION, recording=None, begins=at(start), ends=at(f"{start}:05"))
    expected = [terminated(Termination.NO_RECORDING, f"{start}:05"), missing, LOST]
    assert due(f"{start}:04", SESSION_STARTED) == []
    assert due(f"{start}:05", SESSION_STARTED) == expected
    late = replace(RECORDED, started_at=at(f"{start}:06"))
    assert due("2026-11-18 10:11", SESSION_STARTED, late) == expected
    in_time = replace(RECORDED, started_at=at(f"{start}:05"))
    assert due("2026-11-18 10:11", SESSION_STARTED, in_time) == []


def test_r_19_an_interruption_beyond_the_grace_time_ends_the_session() -> None:
    assert due("2026-11-18 10:30:29", SESSION_STARTED, RECORDED, INTERRUPTED) == []
    cut = terminated(Termination.RECORDING_LOST, "2026-11-18 10:30:30")
    assert due("2026-11-18 10:30:30", SESSION_STARTED, RECORDED, INTERRUPTED) == [cut, LOST]


def test_r_19_with_the_customers_emergency_permission_work_goes_on() -> None:
    permitted = RecordingGapPermitted(
        session=SESSION, contact=WORK_CONTACT, words="続けてください", permitted_at=at("2026-11-18 10:30")
    )
    assert due("2026-11-18 10:40", SESSION_STARTED, RECORDED, INTERRUPTED, permitted) == []


def test_r_19_a_recording_that_was_finalized_is_not_interrupted_any_more() -> None:
    finalized = SessionRecordingFinalized(
        session=SESSION, recording=RECORDING, segments=0, finalized_at=at("2026-11-18 10:30")
    )
    assert due("2026-11-18 10:40", SESSION_STARTED, RECORDED, INTERRUPTED, finalized) == []


def test_r_19_a_session_that_goes_on_without_a_recording_is_recorded_with_a_violation() -> None:
    cut = terminated(Termination.RECORDING_LOST, "2026-11-18 10:30:30")
    went_on = ViolationRecorded(
        rule="R-19", sentence="session_went_on", values={"until": "2026-11-18T10:31:00+09:00"}, subjects=SUBJECTS
    )
    story = running(INTERRUPTED).at("2026-11-18 10:31", cut)  # noticed half a minute later
    story.when(ENDS, at_="2026-11-18 11:01").then(ENDED, went_on)
    soon = replace(ENDS, ended_at=at("2026-11-18 10:32"))
    story.when(soon, at_="2026-11-18 11:01").then(replace(ENDED, ended_at=soon.ended_at))


def test_r_14_a_session_of_which_nothing_was_heard_for_a_day_is_over() -> None:
    segment = RecordingSegmentSealed(
        session=SESSION,
        recording=RECORDING,
        number=1,
        sha256="a" * 64,
        size=1,
        begins=at("2026-11-18 10:10"),
        ends=at("2026-11-18 10:20"),
    )
    story = given(SESSION_STARTED, RECORDED, at_=NOW).at("2026-11-18 10:20", segment)
    timer = session_due(SESSION, CUSTOMER)
    assert timer.facts(story.recorded, at("2026-11-19 10:19"), Defaults()) == ()
    said = timer.facts(story.recorded, at("2026-11-25 00:00"), Defaults())
    assert [type(each) for each in said] == [SessionEnded, FindingRecorded]
    ended, finding = said
    assert isinstance(ended, SessionEnded)
    assert (ended.why, ended.ended_at, ended.cites) == (Ending.SILENT, at("2026-11-19 10:20"), (0, 2))
    assert len(ended.days) == len(("the 18th", "the 19th"))
    assert isinstance(finding, FindingRecorded)
    assert (finding.rule, finding.sentence) == ("R-14", "session_silent")


def test_r_14_the_real_end_of_a_session_that_fell_silent_is_recorded_when_it_is_told() -> None:
    silent = replace(ENDED, why=Ending.SILENT, ended_at=at("2026-11-19 10:10"))
    running(silent).when(ENDS, at_="2026-11-20 11:01").then(ENDED)


def test_of_several_deadlines_the_earliest_counts() -> None:
    facts = (SESSION_STARTED, RECORDED, WITHDRAWN, INTERRUPTED)
    [first, *_] = due("2026-11-25 00:00", *facts)
    assert first == terminated(Termination.RECORDING_LOST, "2026-11-18 10:30:30")


@pytest.mark.parametrize("moment", ["2026-11-18 10:46", "2026-11-19 09:00", "2026-12-31 23:59"])
def test_whenever_the_timer_runs_it_says_the_same(moment: str) -> None:
    assert due(moment, SESSION_STARTED, RECORDED, WITHDRAWN) == due(
        "2026-11-18 10:50", SESSION_STARTED, RECORDED, WITHDRAWN
    )
