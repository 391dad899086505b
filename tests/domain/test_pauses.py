"""Pauses of work, and what is told late of its course: recorded as it happened, and sessions are judged again by it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from connecting import ENTERED, GATEWAY, LOGIN, PERMISSION, READY_TO_OPEN, SESSION, SESSION_STARTED
from orders import COMPLETED, ORDER, READY, RUNNING, STARTED, TECHNICIAN
from story import CUSTOMER, Story, an_id, as_recorded, at, given
from stream_log import Log

from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.recorded import of_type
from ledger.domain.rules import switched_off
from ledger.domain.session_told import RecordSession
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import Status, order_at
from ledger.domain.work_facts import (
    Obstacle,
    Side,
    WorkAborted,
    WorkBlocked,
    WorkCompleted,
    WorkOrderCancelled,
    WorkResumed,
    WorkSuspended,
)
from ledger.domain.working import AbortWork, CompleteWork, ResumeWork, StartWork, SuspendWork

DAY, LATER = "2026-11-18", "2026-11-18 13:00"
SUBJECTS = (f"session:{SESSION}", f"work_order:{ORDER}")
AGAIN = "ledger.domain.judged_again.judged_again"


def clock(time: str) -> str:
    return f"{DAY} {time}"


def suspend(time: str) -> SuspendWork:
    return SuspendWork(customer=CUSTOMER, work_order=ORDER, suspended_at=at(clock(time)), reason="確認待ち")


def resume(time: str) -> ResumeWork:
    return ResumeWork(customer=CUSTOMER, work_order=ORDER, technician=TECHNICIAN, resumed_at=at(clock(time)))


def start(time: str) -> StartWork:
    return StartWork(customer=CUSTOMER, work_order=ORDER, technician=TECHNICIAN, started_at=at(clock(time)))


def complete(time: str) -> CompleteWork:
    return CompleteWork(customer=CUSTOMER, work_order=ORDER, completed_at=at(clock(time)))


def abort(time: str) -> AbortWork:
    return AbortWork(customer=CUSTOMER, work_order=ORDER, aborted_at=at(clock(time)), reason="対象外")


def session(time: str, number: int = 1) -> RecordSession:
    return RecordSession(
        customer=CUSTOMER,
        session=an_id("session", number),
        work_order=ORDER,
        permission=PERMISSION,
        technician=TECHNICIAN,
        login=LOGIN,
        gateway=GATEWAY,
        targets=("db01",),
        started_at=at(clock(time)),
    )


def suspended(time: str) -> WorkSuspended:
    return WorkSuspended(work_order=ORDER, suspended_at=at(clock(time)), reason="確認待ち")


def resumed(time: str) -> WorkResumed:
    return WorkResumed(work_order=ORDER, technician=TECHNICIAN, resumed_at=at(clock(time)))


def out_of_work(status: Status) -> ViolationRecorded:
    return ViolationRecorded(
        rule="R-22", sentence="work_not_in_progress", values={"status": status.value}, subjects=SUBJECTS
    )


def in_work(began: str) -> FindingRecorded:
    values = {"at": f"{DAY}T{began}:00+09:00"}
    return FindingRecorded(rule="R-22", sentence="work_was_in_progress", values=values, subjects=SUBJECTS)


IN_PAUSE, AFTER_END = out_of_work(Status.SUSPENDED), out_of_work(Status.COMPLETED)


def began(time: str, *before: Fact) -> Story:
    """Give work in which a session began, and what had been told before it."""
    started = replace(SESSION_STARTED, started_at=at(clock(time)))
    return given(*RUNNING).at(clock("11:00"), *before, started)


# -- recorded whenever it is told --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [COMPLETED, WorkAborted(work_order=ORDER, aborted_at=at(clock("11:30")), reason="-")])
def test_a_pause_is_recorded_after_the_end_of_work_is_told(end: Fact) -> None:
    over = given(*RUNNING).at(clock("11:31"), end)
    over.when(suspend("10:30"), at_=LATER).then(suspended("10:30")).citing(6)
    over.at(clock("12:00"), suspended("10:30"))
    over.when(resume("10:40"), at_=LATER).then(resumed("10:40")).citing(8)
    over.when(resume("11:29"), at_=LATER).then(resumed("11:29"))


def test_a_pause_that_was_told_before_the_end_ends_when_it_did_though_that_is_told_after_it() -> None:
    ended = given(*RUNNING).at(clock("11:00"), suspended("10:30")).at(clock("11:31"), COMPLETED)
    ended.when(resume("10:40"), at_=LATER).then(resumed("10:40")).citing(7)


TURNS = (suspend("10:10"), resume("10:20"), suspend("10:30"), resume("10:40"))


def tellable(told: Sequence[object]) -> bool:
    """Tell whether each pause is told before its end, and no pause while one before it goes on."""
    places = [told.index(each) for each in TURNS]
    return places[0] < places[1] and places[2] < places[3] and not places[0] < places[2] < places[1]


@pytest.mark.parametrize("told", [each for each in permutations(TURNS) if tellable(each)])
@pytest.mark.parametrize("done", [False, True])
def test_a_second_pause_may_be_told_first(told: tuple[SuspendWork | ResumeWork, ...], *, done: bool) -> None:
    log = begun(*([complete("11:30")] if done else []))
    for command in told:
        assert log.carry_out(command, at(LATER)), command
    expected = {"10:05": "in_progress", "10:15": "suspended", "10:25": "in_progress", "10:35": "suspended"}
    assert {time: standing(log, time) for time in expected} == expected
    assert standing(log, "10:45") == "in_progress"


def standing(log: Log, time: str) -> str:
    then = order_at(log.recorded, ORDER, at(clock(time)))
    assert then is not None
    return then.status.value


# -- what cannot be ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "command", "sentence", "cites"),
    [
        ((), suspend("09:59"), "time_too_early", [6]),
        ((), suspend("13:01"), "time_to_come", [6]),
        ((), resume("10:40"), "work_did_not_rest", [6]),
        ((suspended("10:30"),), suspend("10:30"), "work_rests_already", [7]),
        ((suspended("10:30"),), suspend("10:45"), "work_rests_already", [7]),
        ((suspended("10:30"),), resume("10:29"), "work_did_not_rest", [6]),
        ((suspended("10:30"), resumed("10:40")), resume("10:40"), "work_did_not_rest", [8]),
        ((suspended("10:30"), resumed("10:40"), suspended("11:00")), resume("10:50"), "work_did_not_rest", [8]),
        ((COMPLETED,), resume("12:00"), "work_did_not_rest", [6]),
        ((suspended("10:30"), COMPLETED), suspend("11:30"), "work_rests_already", [7]),
    ],
)
def test_a_pause_that_cannot_have_been_is_refused_with_what_to_do(
    before: tuple[Fact, ...], command: object, sentence: str, cites: list[int]
) -> None:
    outcome = given(*RUNNING).at(clock("11:31"), *before).when(command, at_=LATER).refused("R-06", cites=cites)
    assert outcome.refusal is not None
    assert outcome.refusal.sentence == sentence


@pytest.mark.parametrize("command", [suspend("10:30"), resume("10:40"), abort("10:50"), complete("11:30")])
def test_work_that_is_not_known_to_have_begun_neither_rests_nor_ends(command: object) -> None:
    refusal = given(*READY).when(command, at_=LATER).refused("R-06", cites=[5]).refusal
    assert refusal is not None
    assert refusal.sentence == "work_not_begun"
    called_off = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="不要")
    refusal = given(*READY, called_off).when(command, at_=LATER).refused("R-06", cites=[6]).refusal
    assert refusal is not None
    assert refusal.sentence == "work_order_over"


def test_work_that_is_blocked_rests_no_more_than_it_did_before() -> None:
    blocked = WorkBlocked(work_order=ORDER, obstacle=Obstacle.PREREQUISITE, words="VPN 機器なし")
    story = given(*RUNNING).at(clock("10:50"), blocked)
    story.when(suspend("10:30"), at_=LATER).then(suspended("10:30"))
    story.when(suspend("10:55"), at_=LATER).refused("R-06", cites=[7])
    story.when(complete("10:55"), at_=LATER).refused("R-06", cites=[7])


# -- what it makes of sessions -----------------------------------------------------------------------------------------


def begun(*commands: object) -> Log:
    """Give a log of work that began at ten, and of a technician who logged in; then of these commands."""
    log, entered = Log(Defaults()), replace(ENTERED, logged_in_at=at(clock("10:00")))
    log.recorded += given(*READY_TO_OPEN).at(clock("10:00"), entered).recorded
    for command in commands:
        assert log.carry_out(command, at(LATER)), command
    return log


def out(log: Log) -> list[str]:
    """Give the sessions that were out of work, by violations that no finding has answered."""
    answered = {place for each in of_type(log.recorded, FindingRecorded) for place in each.fact.cites}
    return sorted(
        subject
        for each in of_type(log.recorded, ViolationRecorded)
        if each.fact.sentence == "work_not_in_progress" and each.position not in answered
        for subject in each.fact.subjects
        if subject.startswith("session:")
    )


PAUSED = [suspend("10:20"), resume("10:40")]
SESSIONS = [session("10:15", 1), session("10:30", 2), session("10:40", 3), session("11:30", 4)]


def shuffled() -> list[tuple[object, ...]]:
    """Give the orders in which a pause is told among sessions and an end."""
    return [
        each
        for each in permutations([*PAUSED, *SESSIONS, complete("11:20")])
        if each.index(PAUSED[0]) < each.index(PAUSED[1])
    ][::37]


@pytest.mark.parametrize("told", shuffled())
def test_r_22_the_same_sessions_were_out_of_work_in_whatever_order_it_was_told(told: tuple[object, ...]) -> None:
    assert out(begun(*told)) == [f"session:{an_id('session', number)}" for number in (2, 4)]


@pytest.mark.parametrize(("time", "inside"), [("10:29", False), ("10:30", True), ("10:45", True)])
def test_r_22_a_session_inside_a_pause_that_is_told_later_is_a_violation_then(time: str, *, inside: bool) -> None:
    outcome = began(time).when(suspend("10:30"), at_=LATER)
    outcome.then(suspended("10:30"), *([IN_PAUSE] if inside else []))
    if inside:
        assert outcome.facts[1].cites == (7,)
        with switched_off(AGAIN):
            began(time).when(suspend("10:30"), at_=LATER).then(suspended("10:30"))


def test_r_22_a_session_inside_a_pause_that_is_told_after_the_end_is_a_violation_then() -> None:
    over = began("10:45", resumed("10:50")).at(clock("11:31"), COMPLETED)
    over.when(suspend("10:30"), at_=LATER).then(suspended("10:30"), IN_PAUSE)
    began("10:50", resumed("10:50")).when(suspend("10:30"), at_=LATER).then(suspended("10:30"))


def test_r_22_a_pause_that_had_ended_when_a_session_began_leaves_its_violation_unfounded() -> None:
    story = began("10:45", suspended("10:30"), IN_PAUSE)
    outcome = story.when(resume("10:40"), at_=LATER)
    outcome.then(resumed("10:40"), in_work("10:45"))
    assert outcome.facts[1].cites == (8,)
    story.when(resume("10:50"), at_=LATER).then(resumed("10:50"))
    with switched_off(AGAIN):
        story.when(resume("10:40"), at_=LATER).then(resumed("10:40"))


def test_r_22_what_was_answered_is_not_answered_again() -> None:
    story = began("10:45", suspended("10:30"), IN_PAUSE).at(clock("11:00"), resumed("10:42"))
    story.at(clock("11:00"), replace(in_work("10:45"), cites=(8,)), suspended("10:44"), IN_PAUSE)
    outcome = story.when(resume("10:45"), at_=LATER)
    outcome.then(resumed("10:45"), in_work("10:45"))
    assert outcome.facts[1].cites == (13,)


def test_r_22_a_session_after_an_end_that_is_told_later_is_a_violation_then() -> None:
    story = began("10:50")
    done = WorkCompleted(work_order=ORDER, completed_at=at(clock("10:50")))
    story.when(complete("10:50"), at_=LATER).then(done, AFTER_END)
    story.when(complete("10:51"), at_=LATER).then(replace(done, completed_at=at(clock("10:51")), sessions=(SESSION,)))
    given_up = WorkAborted(work_order=ORDER, aborted_at=at(clock("10:50")), reason="対象外")
    story.when(abort("10:50"), at_=LATER).then(given_up, out_of_work(Status.ABORTED))
    with switched_off(AGAIN):
        story.when(complete("10:50"), at_=LATER).then(done)


def test_r_22_a_session_before_a_start_that_is_told_later_was_inside_the_work() -> None:
    early = replace(SESSION_STARTED, started_at=at(clock("10:10")))
    told = given(*READY).at(clock("10:11"), early, out_of_work(Status.NOTICED))
    told.when(start("10:00"), at_=LATER).then(STARTED, in_work("10:10"))
    told.when(start("10:11"), at_=LATER).then(replace(STARTED, started_at=at(clock("10:11"))))


def test_r_22_sessions_of_other_orders_are_not_judged() -> None:
    other = replace(SESSION_STARTED, work_order=an_id("work_order", 9), session=an_id("session", 9))
    log = begun()
    log.recorded.append(as_recorded(other, len(log.recorded), at(clock("11:00"))))
    assert log.carry_out(suspend("10:05"), at(LATER)) == (replace(suspended("10:05"), cites=(12,)),)


def paused_after(end: str) -> FindingRecorded:
    return FindingRecorded(
        rule="R-06",
        sentence="work_paused_after_end",
        values={"ended_at": f"{DAY}T{end}:00+09:00"},
        subjects=(f"work_order:{ORDER}",),
    )


def test_r_06_a_pause_after_the_end_of_work_is_recorded_and_found_also_when_the_end_is_told_first() -> None:
    done = given(*RUNNING).at(clock("11:31"), COMPLETED)
    done.when(suspend("11:30"), at_=LATER).then(suspended("11:30")).citing(6)
    outcome = done.when(suspend("12:00"), at_=LATER).then(suspended("12:00"), paused_after("11:30")).citing(6)
    assert outcome.facts[1].cites == (7,)
    with switched_off("ledger.domain.working.paused_when_over"):
        done.when(suspend("12:00"), at_=LATER).then(suspended("12:00"))
    rests = done.at(clock("12:30"), suspended("12:00"), paused_after("11:30"))
    rests.when(resume("12:10"), at_=LATER).then(resumed("12:10"), paused_after("11:30")).citing(8)
    rests.when(suspend("12:10"), at_=LATER).refused("R-06", cites=[8])


def test_r_06_work_under_an_order_that_was_over_rests_as_it_was_the_violation_is_its_start() -> None:
    called_off = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="不要", cancelled_at=at(clock("09:00")))
    for story in (given(*READY, called_off, STARTED), given(*RUNNING, called_off)):
        story.when(suspend("10:30"), at_=LATER).then(suspended("10:30"))
        story.at(clock("11:00"), suspended("10:30")).when(resume("10:40"), at_=LATER).then(resumed("10:40"))
        story.when(suspend("09:30"), at_=LATER).refused("R-06")


@pytest.mark.parametrize(("end", "after"), [("10:39", (7, 8)), ("10:40", (8,)), ("10:45", ())])
def test_r_06_an_end_before_a_pause_that_was_told_is_recorded_and_found(end: str, after: tuple[int, ...]) -> None:
    story = given(*RUNNING).at(clock("11:00"), suspended("10:40"), resumed("10:45"))
    found = paused_after(end)
    done = WorkCompleted(work_order=ORDER, completed_at=at(clock(end)))
    outcome = story.when(complete(end), at_=LATER).then(done, *([found] if after else []))
    given_up = WorkAborted(work_order=ORDER, aborted_at=done.completed_at, reason="対象外")
    story.when(abort(end), at_=LATER).then(given_up, *([found] if after else []))
    if after:
        assert outcome.facts[1].cites == after
        with switched_off("ledger.domain.working.paused_after_end"):
            story.when(complete(end), at_=LATER).then(done)


def test_r_22_a_session_after_work_that_had_been_done_before_its_abort_is_a_violation() -> None:
    given_up = WorkAborted(work_order=ORDER, aborted_at=at(clock("11:40")), reason="consent_withdrawn")
    story = began("11:35").at(clock("11:45"), given_up)
    facts = story.when(complete("11:30"), at_=LATER).facts
    assert replace(facts[-1], cites=()) == AFTER_END
    assert len(story.when(complete("11:36"), at_=LATER).facts) == 2


def test_work_ends_while_it_rests() -> None:
    story = given(*RUNNING).at(clock("11:00"), suspended("10:30"))
    story.when(complete("11:30"), at_=LATER).then(COMPLETED)
