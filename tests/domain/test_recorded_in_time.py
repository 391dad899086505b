"""A recording that was there in time and is told after its session was cut for want of it (R-19)."""

from dataclasses import replace

import pytest
from connecting import NOW, RECORDED, RECORDING, SESSION, SESSION_STARTED, STARTED_AT
from orders import SIGNED
from orders_of_telling import in_every_order, unanswered
from story import CUSTOMER, Story, an_id, at, given
from test_gap_permitted import ENDS, INTERRUPTED
from test_told_in_any_order import SESSION_TOLD

from ledger.domain.boundary import tag
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.recording import InterruptRecording, ResumeRecording, StartRecording
from ledger.domain.recording_facts import RecordingMissing
from ledger.domain.rules import switched_off
from ledger.domain.session_facts import SessionEnded, SessionTerminated, session_of
from ledger.domain.violation import ViolationRecorded

LATER = "2026-11-18 12:00"
STARTS = StartRecording(customer=CUSTOMER, session=SESSION, recording=RECORDING, recorder="gw01", started_at=STARTED_AT)
INTERRUPTS = InterruptRecording(
    customer=CUSTOMER, session=SESSION, recording=RECORDING, reason="disk", interrupted_at=INTERRUPTED.interrupted_at
)
RESUMES = ResumeRecording(customer=CUSTOMER, session=SESSION, recording=RECORDING, resumed_at=at("2026-11-18 10:20:30"))


def in_time(since: str) -> FindingRecorded:
    values = {"at": f"2026-11-18T{since}+09:00"}
    return FindingRecorded(
        rule="R-19", sentence="recording_was_in_time", values=values, subjects=(tag("session", SESSION),)
    )


def never_recorded(*more: Fact) -> Story:
    """Give a session that was cut as nobody had told of its recording: the violation is at 3, more from 4 on."""
    story = given(SESSION_STARTED, at_=NOW)
    due = story.when(ENDS, at_="2026-11-18 10:10:05").due
    assert [type(each) for each in due] == [SessionTerminated, RecordingMissing, ViolationRecorded]
    return story.at("2026-11-18 10:10:05", *due, *more)


def recording_lost(*more: Fact) -> Story:
    """Give a session that was cut as nobody had told that its recording went on: the violation is at 4."""
    story = given(SESSION_STARTED, RECORDED, INTERRUPTED, at_=NOW)
    due = story.when(ENDS, at_="2026-11-18 10:20:30").due
    assert [type(each) for each in due] == [SessionTerminated, ViolationRecorded]
    return story.at("2026-11-18 10:20:30", *due, *more)


def kinds(story: Story, command: object) -> list[type]:
    outcome = story.when(command, at_=LATER)
    assert outcome.refusal is None, outcome.refusal
    return [type(each) for each in outcome.facts]


@pytest.mark.parametrize(("started", "answers"), [("10:10:00", True), ("10:10:05", True), ("10:10:06", False)])
def test_r_19_a_start_in_time_that_is_told_after_the_cut_answers_it_and_opens_nothing(
    started: str, *, answers: bool
) -> None:
    story = never_recorded()
    told = story.when(replace(STARTS, started_at=at(f"2026-11-18 {started}")), at_=LATER)
    began = replace(RECORDED, started_at=at(f"2026-11-18 {started}"))
    told.then(began, *([in_time(started)] if answers else []))
    after = story.at(LATER, *told.facts)
    known = session_of(after.recorded, SESSION)
    assert known is not None
    assert not known.running
    if answers:
        assert told.facts[1].cites == (1, 3)
        again = replace(STARTS, recording=an_id("recording", 2))
        after.when(again, at_=LATER).then(replace(RECORDED, recording=again.recording))  # it was said
        cut = never_recorded()
        with switched_off("ledger.domain.recorded_in_time.recorded_in_time"):
            cut.when(replace(STARTS, started_at=began.started_at), at_=LATER).then(began)


@pytest.mark.parametrize(("resumed", "answers"), [("10:20:29", True), ("10:20:30", True), ("10:20:31", False)])
def test_r_19_a_resumption_in_time_that_is_told_after_the_cut_answers_it(resumed: str, *, answers: bool) -> None:
    told = recording_lost().when(replace(RESUMES, resumed_at=at(f"2026-11-18 {resumed}")), at_=LATER)
    assert told.refusal is None
    found = [replace(each, cites=()) for each in told.facts if getattr(each, "rule", "") == "R-19"]
    assert found == ([in_time(resumed)] if answers else [])
    assert not answers or told.facts[-1].cites == (3, 4)


def test_r_19_what_went_on_recorded_is_no_violation_told_before_its_end_and_answered_told_after() -> None:
    went_on = never_recorded(SIGNED).when(ENDS, at_=LATER).facts
    assert [type(each) for each in went_on] == [SessionEnded, ViolationRecorded]
    assert kinds(never_recorded(SIGNED, RECORDED, in_time("10:10:00")), ENDS) == [SessionEnded]
    ended = never_recorded(*went_on)
    assert ended.when(STARTS, at_=LATER).then(RECORDED, in_time("10:10:00")).facts[1].cites == (1, 3, 5)


@pytest.mark.parametrize("over", [True, False])
def test_r_19_a_session_that_was_recorded_has_no_violation_in_whatever_order_its_recording_is_told(
    *, over: bool
) -> None:
    bare = replace(SESSION_TOLD, recording=None, ended_at=SESSION_TOLD.ended_at if over else None)
    commands: tuple[object, ...] = (bare, STARTS) if over else (bare, STARTS, ENDS)
    for order, log in in_every_order(commands):
        assert unanswered(log) == {}, order
    for order, log in in_every_order((*commands, INTERRUPTS, replace(RESUMES, resumed_at=at("2026-11-18 10:20:20")))):
        assert unanswered(log) == {}, order
    late = replace(STARTS, started_at=at("2026-11-18 10:10:06"))
    for order, log in in_every_order((bare, late)):
        assert unanswered(log)["session_without_recording"] == 1, order


def test_r_19_a_recording_of_no_session_that_anybody_told_of_answers_nothing() -> None:
    given().when(STARTS, at_=LATER).then(RECORDED)
