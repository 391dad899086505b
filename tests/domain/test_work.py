"""What a work order's facts come to."""

from dataclasses import replace
from itertools import permutations

import pytest
from orders import (
    ACCEPTED,
    AGREED,
    ASSIGNED,
    COMPLETED,
    DONE,
    NOTICED,
    ORDER,
    OTHER_ORDER,
    PLANNED,
    READY,
    REQUESTED,
    RUNNING,
    SECOND_ASSIGNED,
    SECOND_TECHNICIAN,
    STARTED,
    TECHNICIAN,
    TOLD,
)
from story import CUSTOMER, at, given

from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact
from ledger.domain.schedule_facts import ScheduleCancelled, ScheduleChanged
from ledger.domain.work import Status, WorkOrder, known, known_open, order_at, order_of
from ledger.domain.work_facts import (
    Obstacle,
    Side,
    TechnicianReleased,
    WorkAborted,
    WorkBlocked,
    WorkOrderCancelled,
    WorkOrderDeclined,
    WorkResumed,
    WorkSuspended,
)

SUSPENDED = WorkSuspended(work_order=ORDER, suspended_at=at("2026-11-18 10:30"), reason="確認待ち")
RESUMED = WorkResumed(work_order=ORDER, technician=TECHNICIAN, resumed_at=at("2026-11-18 10:40"))
ABORTED = WorkAborted(work_order=ORDER, aborted_at=at("2026-11-18 10:50"), reason="同意撤回")
BLOCKED = WorkBlocked(work_order=ORDER, obstacle=Obstacle.PREREQUISITE, words="VPN 機器なし")
CANCELLED = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="不要")
DECLINED = WorkOrderDeclined(work_order=ORDER, reason="対象外")
CHANGED = ScheduleChanged(
    work_order=ORDER,
    proposal=AGREED.proposal,
    by=Side.CUSTOMER,
    starts_at=at("2026-11-19 10:00"),
    planned_end=at("2026-11-19 12:00"),
    reason="都合",
)
OFF = ScheduleCancelled(work_order=ORDER, by=Side.VENDOR, reason="障害対応")


def order(*facts: Fact) -> WorkOrder:
    found = order_of(given(*facts).recorded, ORDER)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((REQUESTED,), Status.REQUESTED),
        ((REQUESTED, DECLINED), Status.DECLINED),
        ((REQUESTED, ACCEPTED), Status.ACCEPTED),
        (PLANNED, Status.SCHEDULED),
        (READY, Status.NOTICED),
        ((*READY, CHANGED), Status.SCHEDULED),
        ((*READY, OFF), Status.ACCEPTED),
        (RUNNING, Status.IN_PROGRESS),
        ((REQUESTED, STARTED), Status.IN_PROGRESS),
        ((*RUNNING, SUSPENDED), Status.SUSPENDED),
        ((*RUNNING, SUSPENDED, RESUMED), Status.IN_PROGRESS),
        ((*RUNNING, SUSPENDED, ABORTED), Status.ABORTED),
        (DONE, Status.COMPLETED),
        ((*PLANNED, CANCELLED), Status.CANCELLED),
        ((*PLANNED, BLOCKED), Status.BLOCKED),
        ((*PLANNED, BLOCKED, AGREED), Status.SCHEDULED),
        ((*PLANNED, CANCELLED, STARTED), Status.CANCELLED),
        ((*DONE, STARTED), Status.COMPLETED),
    ],
)
def test_what_happened_makes_the_state(facts: tuple[Fact, ...], status: Status) -> None:
    assert order(*facts).status is status


SECOND_PAUSE = (
    replace(SUSPENDED, suspended_at=at("2026-11-18 11:00")),
    replace(RESUMED, resumed_at=at("2026-11-18 11:10")),
)
IN_TURN = {"10:29": "in_progress", "10:30": "suspended", "10:39": "suspended", "10:40": "in_progress"}
IN_TURN |= {"10:59": "in_progress", "11:05": "suspended", "11:10": "in_progress", "11:29": "in_progress"}


@pytest.mark.parametrize("told", list(permutations((SUSPENDED, RESUMED, *SECOND_PAUSE))))
def test_what_happened_last_tells_whether_work_rests_in_whatever_order_it_was_told(told: tuple[Fact, ...]) -> None:
    assert order(*RUNNING, *told).status is Status.IN_PROGRESS
    for facts in ((*RUNNING, *told), (*DONE, *told)):
        recorded = given(*facts).recorded
        for clock, status in IN_TURN.items():
            then = order_at(recorded, ORDER, at(f"2026-11-18 {clock}"))
            assert then is not None
            assert (clock, then.status.value) == (clock, status)


def test_work_that_is_blocked_stays_so_when_an_earlier_pause_is_told() -> None:
    blocked = given(*RUNNING).at("2026-11-18 10:50", BLOCKED, SUSPENDED)
    found = order_of(blocked.recorded, ORDER)
    assert found is not None
    assert (found.status, found.changed) == (Status.BLOCKED, 7)


def test_r_22_a_notice_that_was_not_proper_counts_as_none() -> None:
    found = order(*PLANNED, replace(NOTICED, proper=False))
    assert (found.status, found.notices, found.improper) == (Status.SCHEDULED, (), (5,))
    assert order(*PLANNED, replace(NOTICED, proper=False), CHANGED).improper == ()


def test_r_11_an_order_is_over_from_the_time_it_ended() -> None:
    done = order(*DONE)
    assert (done.over, done.ended, done.ended_at) == (True, 7, COMPLETED.completed_at)
    for facts in ((*RUNNING, ABORTED), (REQUESTED, DECLINED), (*PLANNED, CANCELLED)):
        assert order(*facts).ended == len(facts) - 1
    given_up = order(*PLANNED, replace(BLOCKED, final=True))
    assert (given_up.over, given_up.ended, given_up.status) == (True, 5, Status.BLOCKED)
    assert not order(*PLANNED, BLOCKED).over
    assert not order(*RUNNING).over


def test_r_21_a_changed_schedule_has_no_notice() -> None:
    changed = order(*READY, CHANGED)
    assert changed.notices == ()
    assert changed.window is not None
    assert (changed.window.starts_at, changed.window.agreed) == (CHANGED.starts_at, 6)
    assert order(*READY, OFF).window is None
    [noticed] = order(*READY).notices
    assert (noticed.position, noticed.sent_at) == (5, NOTICED.sent_at)


def test_r_23_an_overrun_notice_moves_the_planned_end() -> None:
    window = order(*RUNNING, TOLD).window
    assert window is not None
    assert window.positions == (4, 7)
    assert window.holds(at("2026-11-18 13:59"))
    assert not window.holds(at("2026-11-18 14:00"))
    assert not window.holds(at("2026-11-18 09:59"))


def test_r_10_technicians_are_assigned_until_they_are_released() -> None:
    both = order(*READY, SECOND_ASSIGNED)
    assert (both.assigned(TECHNICIAN), both.assigned(SECOND_TECHNICIAN)) == (2, 6)
    released = order(*READY, TechnicianReleased(work_order=ORDER, technician=TECHNICIAN))
    assert released.assigned(TECHNICIAN) is None
    assert order(REQUESTED, ASSIGNED, ASSIGNED).technicians == ((TECHNICIAN, 2),)


def test_an_order_stands_in_its_customers_chain_and_apart_from_others() -> None:
    follow_up = replace(REQUESTED, work_order=OTHER_ORDER, follows=ORDER)
    facts = given(*DONE, follow_up).recorded
    done, new = order_of(facts, ORDER), order_of(facts, OTHER_ORDER)
    assert done is not None
    assert new is not None
    assert (done.customer, done.status, new.status) == (CUSTOMER, Status.COMPLETED, Status.REQUESTED)
    assert new.follows == ORDER


def test_what_is_unknown_or_over_is_refused_with_what_tells_so() -> None:
    assert order_of((), ORDER) is None
    with pytest.raises(Refusal) as unknown:
        known((), ORDER, "R-04")
    assert unknown.value.rule == "R-04"
    with pytest.raises(Refusal) as over:
        known_open(given(*DONE).recorded, ORDER)
    assert over.value.cites == (7,)
