"""A session that began on a consent whose place another has taken meanwhile: a no to that one stops it, too (A-03)."""

from dataclasses import replace
from typing import Any

from agreements import CONSENT, NEWER, SECOND, delivered_newer, newer, presented_newer, took_effect
from connecting import AGREEMENT, NOW, RECORDED, SAID, SESSION, SESSION_STARTED, ready
from orders import ORDER
from story import CUSTOMER, Outcome, Story, an_id, at, given

from ledger.domain.connected_on import days_of
from ledger.domain.consent_facts import ConsentSuperseded, ConsentWithdrawn, Form, Stop
from ledger.domain.consenting import WithdrawConsent
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.rules import switched_off
from ledger.domain.session_due import session_due
from ledger.domain.session_ending import EndSession, TerminateSession
from ledger.domain.session_facts import Ending, SessionEnded, SessionTerminated, Termination
from ledger.domain.session_told import RecordSession
from ledger.domain.settings import Defaults
from ledger.domain.terms import Change
from ledger.domain.violation import ViolationRecorded

LATE = "2026-11-18 15:00"
NEW_TERMS = (
    *newer(Change.MATERIAL, "2026-11-18 10:20"),
    presented_newer("2026-11-17 09:00"),
    delivered_newer("2026-11-17 10:00"),
    replace(SAID, consent=SECOND, terms=NEWER, received_at=at("2026-11-17 11:00"), since=at("2026-11-18 10:20")),
)
REPLACED = (
    took_effect("2026-11-18 10:20"),
    ConsentSuperseded(customer=CUSTOMER, consent=CONSENT, by=SECOND, since=at("2026-11-18 10:20")),
)
NO = ConsentWithdrawn(
    customer=CUSTOMER,
    consent=SECOND,
    received_at=at("2026-11-18 10:30"),
    form=Form.MAIL,
    stop=Stop.SAFE,
    stop_by=at("2026-11-18 10:45"),
    words="撤回します",
)
SAYS_NO = WithdrawConsent(
    customer=CUSTOMER, consent=SECOND, received_at=NO.received_at, form=Form.MAIL, words=NO.words, stop=Stop.SAFE
)
ON_BOTH = tuple(sorted({*SESSION_STARTED.relied, SECOND}))
PAST_NO = ["session_past_objection"]


def agreed(*more: Fact) -> Story:
    """Give an agreement in which the second consent took the place of the first at 10:20, in the session, and more."""
    return given(*AGREEMENT, *NEW_TERMS).at("2026-11-18 10:20", *REPLACED).at("2026-11-18 10:31", *more)


def over(clock: str, **changes: Any) -> SessionEnded:
    """Give an end of the session, as it is recorded once the second consent was in force."""
    ended = SessionEnded(
        session=SESSION,
        work_order=ORDER,
        permission=SESSION_STARTED.permission,
        why=Ending.SIGNED_OUT,
        ended_at=at(f"2026-11-18 {clock}"),
        days=SESSION_STARTED.days,
        relied=ON_BOTH,
    )
    return replace(ended, **changes)


def ends(clock: str) -> EndSession:
    return EndSession(customer=CUSTOMER, session=SESSION, why=Ending.SIGNED_OUT, ended_at=at(f"2026-11-18 {clock}"))


def said(outcome: Outcome, kind: type[ViolationRecorded] | type[FindingRecorded] = ViolationRecorded) -> list[str]:
    assert outcome.refusal is None, outcome.refusal
    found = [each for each in outcome.facts if isinstance(each, kind)]
    assert all(each.subjects == (f"session:{SESSION}", f"work_order:{ORDER}") for each in found)
    return [each.sentence for each in found]


def test_r_01_a_no_to_the_consent_that_took_the_place_stops_a_running_session_safely() -> None:
    story = given(SESSION_STARTED, RECORDED, REPLACED[1], NO, at_=NOW)
    due = session_due(SESSION, CUSTOMER)
    assert due.facts(story.recorded, at("2026-11-18 10:44"), Defaults()) == ()
    (cut,) = due.facts(story.recorded, at("2026-11-18 10:45"), Defaults())
    assert isinstance(cut, SessionTerminated)
    assert (cut.reason, cut.terminated_at, cut.relied) == (Termination.CONSENT_WITHDRAWN, NO.stop_by, ON_BOTH)
    other = replace(REPLACED[1], consent=an_id("consent", 7))
    kept = given(SESSION_STARTED, RECORDED, other, NO, at_=NOW)
    assert due.facts(kept.recorded, at("2026-11-18 10:46"), Defaults()) == ()
    with switched_off("ledger.domain.session_lasting.succession"):
        assert due.facts(story.recorded, at("2026-11-18 10:46"), Defaults()) == ()


def test_r_03_a_session_that_went_on_past_that_no_is_a_violation_whichever_is_told_last() -> None:
    for clock, broken in (("10:46", []), ("10:47", PAST_NO)):
        running = agreed(SESSION_STARTED, RECORDED, NO)
        cut = SessionTerminated(
            session=SESSION,
            work_order=ORDER,
            permission=SESSION_STARTED.permission,
            reason=Termination.CONSENT_WITHDRAWN,
            terminated_at=NO.stop_by,
            days=SESSION_STARTED.days,
            relied=ON_BOTH,
        )
        last = running.when(ends(clock), at_=LATE).after(cut)
        assert len(said(last)) == len(broken)
        told_no = agreed(over(clock)).when(SAYS_NO, at_=LATE)
        assert said(told_no) == broken
        again = agreed(over(clock), NO).when(replace(SAYS_NO, received_at=at("2026-11-18 10:29")), at_=LATE)
        assert said(again) == ([] if broken else PAST_NO)  # what the first no had broken is not said again


def test_r_03_a_session_whose_end_was_told_before_the_consent_that_took_the_place_is_found_by_a_no_to_that() -> None:
    """Its end names the first consent alone: the second was not known then."""
    for clock, broken in (("10:46", []), ("10:47", PAST_NO)):
        ended = over(clock, relied=SESSION_STARTED.relied)
        story = given(*AGREEMENT).at(LATE, ended, *NEW_TERMS, *REPLACED)
        assert said(story.when(SAYS_NO, at_=LATE)) == broken
        again = story.at(LATE, NO).when(replace(SAYS_NO, received_at=at("2026-11-18 10:29")), at_=LATE)
        assert said(again) == ([] if broken else PAST_NO)
    before_the_change = over("10:20", relied=SESSION_STARTED.relied)
    story = given(*AGREEMENT).at(LATE, before_the_change, *NEW_TERMS, *REPLACED)
    assert said(story.when(replace(SAYS_NO, received_at=at("2026-11-18 10:21")), at_=LATE)) == []
    night = over("10:47", ended_at=at("2026-11-19 00:30"), relied=SESSION_STARTED.relied)
    days = days_of(CUSTOMER, SESSION_STARTED.started_at, night.ended_at)
    story = given(*AGREEMENT, *NEW_TERMS, *REPLACED).at("2026-11-19 09:00", replace(night, days=days))
    assert said(story.when(replace(SAYS_NO, received_at=at("2026-11-19 00:10")), at_="2026-11-19 10:00")) == PAST_NO


def test_r_03_a_session_told_with_its_end_is_found_by_the_consent_that_took_the_place() -> None:
    """Its end says on what the session rested until then; before the change it rested on the first alone."""
    for clock, relied in (("10:47", ON_BOTH), ("10:20", SESSION_STARTED.relied)):
        story = ready().at("2026-11-18 10:06", *NEW_TERMS).at("2026-11-18 10:20", *REPLACED)
        told = RecordSession(
            customer=CUSTOMER,
            session=SESSION,
            work_order=ORDER,
            permission=SESSION_STARTED.permission,
            technician=SESSION_STARTED.technician,
            login=SESSION_STARTED.login,
            gateway=SESSION_STARTED.gateway,
            targets=SESSION_STARTED.targets,
            started_at=SESSION_STARTED.started_at,
            ended_at=at(f"2026-11-18 {clock}"),
            recording=RECORDED.recording,
            recorder=RECORDED.recorder,
        )
        outcome = story.when(told, at_="2026-11-18 10:50")
        assert said(outcome) == []
        assert [each.relied for each in outcome.facts if isinstance(each, SessionEnded)] == [relied]
        story.at("2026-11-18 10:51", NO)
        outcome = story.when(told, at_="2026-11-18 10:52")
        assert said(outcome) == (PAST_NO if clock == "10:47" else [])


def test_r_03_what_the_ledger_alone_took_to_be_over_makes_a_finding_and_who_ends_it_says_on_what_it_rested() -> None:
    silent = over("14:00", why=Ending.SILENT)
    told_no = agreed(silent).when(SAYS_NO, at_=LATE)
    assert (said(told_no), said(told_no, FindingRecorded)) == ([], PAST_NO)
    both = agreed(silent, over("10:40")).when(SAYS_NO, at_=LATE)
    assert (said(both), said(both, FindingRecorded)) == ([], [])
    stopped = given(SESSION_STARTED, RECORDED, REPLACED[1], at_=NOW).when(
        TerminateSession(customer=CUSTOMER, session=SESSION, reason=Termination.CUSTOMER_STOP, words="停止"),
        at_="2026-11-18 10:25",
    )
    assert [each.relied for each in stopped.facts if isinstance(each, SessionTerminated)] == [ON_BOTH]


def test_r_03_a_session_that_began_days_before_a_no_and_went_on_past_it_is_found_by_its_end_alone() -> None:
    began = replace(SESSION_STARTED, started_at=at("2026-11-16 12:00"))
    no = replace(SAYS_NO, consent=CONSENT, received_at=at("2026-11-18 10:30"))
    for clock, broken in (("10:46", []), ("10:47", PAST_NO)):
        days = days_of(CUSTOMER, began.started_at, at(f"2026-11-18 {clock}"))
        ended = over(clock, days=days, relied=began.relied)
        story = given(*AGREEMENT, began).at(f"2026-11-18 {clock}", ended)
        assert said(story.when(no, at_="2026-11-19 09:00")) == broken
