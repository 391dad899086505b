"""Ends of work that are told of an order that was over, and a start that is told after a later one: none is refused."""

from dataclasses import replace

import pytest
from connecting import SESSION, SESSION_STARTED
from orders import COMPLETED, DONE, ORDER, READY, RUNNING, SECOND_ASSIGNED, SECOND_TECHNICIAN, STARTED, TECHNICIAN
from story import CUSTOMER, Outcome, Story, at, given

from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.lives import life_of_order
from ledger.domain.rules import switched_off
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import Status, WorkOrder, order_at, order_of
from ledger.domain.work_facts import Side, WorkAborted, WorkOrderCancelled, WorkStarted, WorkSuspended
from ledger.domain.working import AbortWork, CompleteWork, StartWork, SuspendWork

LATER = "2026-11-18 13:00"


def started(clock: str) -> WorkStarted:
    return replace(STARTED, started_at=at(f"2026-11-18 {clock}"))


def aborted(clock: str) -> WorkAborted:
    return WorkAborted(work_order=ORDER, aborted_at=at(f"2026-11-18 {clock}"), reason="同意撤回")


def abort(clock: str) -> AbortWork:
    return AbortWork(customer=CUSTOMER, work_order=ORDER, aborted_at=at(f"2026-11-18 {clock}"), reason="同意撤回")


def complete(clock: str) -> CompleteWork:
    return CompleteWork(customer=CUSTOMER, work_order=ORDER, completed_at=at(f"2026-11-18 {clock}"))


def start(clock: str, technician: str = TECHNICIAN) -> StartWork:
    return StartWork(customer=CUSTOMER, work_order=ORDER, technician=technician, started_at=at(f"2026-11-18 {clock}"))


def wrong(outcome: Outcome) -> list[str]:
    assert outcome.refusal is None, outcome.refusal
    found = [each for each in outcome.facts if isinstance(each, ViolationRecorded | FindingRecorded)]
    return [f"{each.rule} {each.sentence} {' '.join(each.values.values())}" for each in found]


def order(*facts: Fact) -> WorkOrder:
    found = order_of(given(*facts).recorded, ORDER)
    assert found is not None
    return found


def test_r_06_work_that_is_told_to_be_done_after_its_abort_went_on_after_its_order_was_over() -> None:
    story = given(*RUNNING, aborted("10:50"))
    outcome = story.when(complete("11:30"), at_=LATER)
    assert outcome.facts[0] == replace(COMPLETED, cites=outcome.facts[0].cites)
    assert wrong(outcome) == ["R-06 work_after_end aborted"]
    assert outcome.facts[1].cites == (7,)
    assert outcome.cites == (6, 7)
    with switched_off("ledger.domain.ended_again.gone_on_after_end"):
        assert wrong(story.when(complete("11:30"), at_=LATER)) != ["R-06 work_after_end aborted"]
    assert order(*RUNNING, aborted("10:50"), COMPLETED).status is Status.ABORTED


@pytest.mark.parametrize(("clock", "done"), [("10:49", True), ("10:51", False)])
def test_r_06_work_that_was_done_before_its_abort_is_completed(clock: str, done: bool) -> None:
    outcome = given(*RUNNING, aborted("10:50")).when(complete(clock), at_=LATER)
    told = "R-06 work_done_before_abort 2026-11-18T10:50:00+09:00"
    assert wrong(outcome) == [told if done else "R-06 work_after_end aborted"]
    came_to = order(*RUNNING, aborted("10:50"), replace(COMPLETED, completed_at=at(f"2026-11-18 {clock}")))
    assert came_to.status is (Status.COMPLETED if done else Status.ABORTED)


@pytest.mark.parametrize("ends", [("10:50", "11:30"), ("11:30", "11:30"), ("11:40", "11:30")])
def test_r_06_an_abort_and_a_completion_come_to_the_same_in_either_order(ends: tuple[str, str]) -> None:
    aborted_at, completed_at = ends
    completed = replace(COMPLETED, completed_at=at(f"2026-11-18 {completed_at}"))
    first = given(*RUNNING, aborted(aborted_at)).when(complete(completed_at), at_=LATER)
    second = given(*RUNNING, completed).when(abort(aborted_at), at_=LATER)
    assert [each.split()[:2] for each in wrong(first)] == [each.split()[:2] for each in wrong(second)]
    assert len(wrong(first)) == 1


def ended(status: str, first: str, second: str) -> str:
    """Give the values of a finding: recorded as over at first, and so told again."""
    return f"2026-11-18T{first}:00+09:00 {status} 2026-11-18T{second}:00+09:00"


@pytest.mark.parametrize("clock", ["11:20", "11:40"])
def test_r_06_work_that_is_told_to_have_ended_twice_is_found(clock: str) -> None:
    outcome = given(*DONE).when(complete(clock), at_=LATER)
    assert wrong(outcome) == [f"R-06 work_ended_otherwise {ended('completed', '11:30', clock)}"]
    stopped = given(*RUNNING, aborted("11:30")).when(abort(clock), at_=LATER)
    assert wrong(stopped) == [f"R-06 work_ended_otherwise {ended('aborted', '11:30', clock)}"]
    with switched_off("ledger.domain.ended_again.ended_otherwise"):
        assert wrong(given(*DONE).when(complete(clock), at_=LATER)) == []


def test_an_end_that_is_on_record_or_was_not_begun_or_is_to_come_is_refused() -> None:
    given(*DONE).when(complete("11:30"), at_=LATER).refused("R-06", cites=[7])
    given(*RUNNING, aborted("10:50")).when(abort("10:50"), at_=LATER).refused("R-06", cites=[7])
    cancelled = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="不要")
    given(*READY, cancelled).when(complete("11:30"), at_=LATER).refused("R-06", cites=[6])
    given(*DONE).when(complete("09:59"), at_=LATER).refused("R-06", cites=[6])
    given(*DONE).when(complete("13:01"), at_=LATER).refused("R-06", cites=[6])
    given().when(complete("11:30"), at_=LATER).refused("R-06", cites=[])


def test_r_06_the_end_of_work_that_began_under_an_order_that_was_over_is_recorded() -> None:
    again = (*DONE, started("11:40"))
    for command in (complete("12:10"), abort("12:10")):
        outcome = given(*again).when(command, at_=LATER)
        assert wrong(outcome) == []  # its start is the violation
        assert outcome.cites == (6, 7, 8)
    cancelled = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="不要")
    called_off = given(*READY).at("2026-11-18 09:00", cancelled).at("2026-11-18 10:10", STARTED)
    assert wrong(called_off.when(complete("11:30"), at_=LATER)) == []


def test_r_06_work_that_began_before_its_order_was_called_off_went_on_after_it() -> None:
    cancelled = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="不要")
    story = given(*READY).at("2026-11-18 10:30", cancelled).at("2026-11-18 10:40", STARTED)
    assert wrong(story.when(complete("11:30"), at_=LATER)) == ["R-06 work_after_end cancelled"]
    assert wrong(story.when(abort("11:30"), at_=LATER)) == ["R-06 work_after_end cancelled"]
    assert [each.split()[1] for each in wrong(story.when(complete("10:20"), at_=LATER))] == ["work_ended_otherwise"]


def test_r_14_a_trail_is_kept_from_the_later_of_two_ends() -> None:
    for facts in ((aborted("10:50"), COMPLETED), (COMPLETED, aborted("10:50"))):
        life = life_of_order(given(*RUNNING, *facts).recorded, ORDER)
        assert life is not None
        assert life.ended_at == COMPLETED.completed_at


def test_r_22_sessions_are_judged_again_by_an_end_that_is_told_second() -> None:
    session = replace(SESSION_STARTED, started_at=at("2026-11-18 11:00"))
    outcome = given(*RUNNING, session, COMPLETED).when(abort("10:50"), at_=LATER)
    assert wrong(outcome) == ["R-06 work_after_end aborted", "R-22 work_not_in_progress aborted"]
    violation = outcome.facts[-1]
    assert isinstance(violation, ViolationRecorded)
    assert f"session:{SESSION}" in violation.subjects


def test_r_22_a_start_before_the_one_that_was_told_is_recorded_and_is_the_start_from_then_on() -> None:
    outcome = given(*READY, started("10:20")).when(start("10:00"), at_=LATER)
    assert outcome.facts[0] == replace(STARTED, cites=outcome.facts[0].cites)
    assert wrong(outcome) == ["R-22 work_began_earlier 2026-11-18T10:20:00+09:00"]
    assert outcome.facts[1].cites == (6,)
    found = order(*READY, started("10:20"), STARTED)
    assert (found.status, found.started_at, found.started) == (Status.IN_PROGRESS, STARTED.started_at, 7)
    with switched_off("ledger.domain.working.began_earlier"):
        given(*READY, started("10:20")).when(start("10:00"), at_=LATER).refused("R-22", cites=[6])


def test_r_21_r_22_a_start_that_is_told_second_is_judged_by_its_own_time() -> None:
    outcome = given(*READY, SECOND_ASSIGNED, started("10:20")).when(start("09:50", SECOND_TECHNICIAN), at_=LATER)
    assert [each.split()[1] for each in wrong(outcome)] == [
        "work_began_earlier",
        "work_outside_window",
        "technician_unannounced",
    ]


def test_r_22_a_session_before_the_start_that_was_told_first_was_in_progress_after_all() -> None:
    session = replace(SESSION_STARTED, started_at=at("2026-11-18 10:10"))
    unfounded = ViolationRecorded(
        rule="R-22",
        sentence="work_not_in_progress",
        values={"status": "noticed"},
        subjects=(f"session:{SESSION}", f"work_order:{ORDER}"),
    )
    outcome = given(*READY, session, unfounded, started("10:20")).when(start("10:00"), at_=LATER)
    assert [each.split()[1] for each in wrong(outcome)] == ["work_began_earlier", "work_was_in_progress"]


def rests(*facts: Fact) -> Story:
    paused = WorkSuspended(work_order=ORDER, suspended_at=at("2026-11-18 10:40"), reason="確認待ち")
    return given(*READY, started("10:20"), paused, *facts)


def test_work_that_rests_or_is_over_stays_so_when_an_earlier_start_is_told() -> None:
    suspended = rests(STARTED)
    found = order_of(suspended.recorded, ORDER)
    assert found is not None
    assert (found.status, found.changed, found.started_at) == (Status.SUSPENDED, 7, STARTED.started_at)
    over = order(*READY, started("10:20"), COMPLETED, STARTED)
    assert (over.status, over.changed, over.started_at) == (Status.COMPLETED, 7, STARTED.started_at)
    then = order_at(suspended.recorded, ORDER, at("2026-11-18 10:05"))
    assert then is not None
    assert then.status is Status.IN_PROGRESS
    pause = SuspendWork(customer=CUSTOMER, work_order=ORDER, suspended_at=at("2026-11-18 10:05"), reason="確認待ち")
    early = suspended.when(pause, at_=LATER)
    assert isinstance(early.facts[0], WorkSuspended)


@pytest.mark.parametrize("clock", ["10:20", "10:30"])
def test_work_that_goes_on_does_not_begin_again(clock: str) -> None:
    given(*READY, started("10:20")).when(start(clock), at_=LATER).refused("R-22", cites=[6])
    given(*DONE).when(start("10:00"), at_=LATER).refused("R-22", cites=[6])
