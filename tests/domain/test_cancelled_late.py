"""Work that was called off before it began, and of which that is told only later, is called off as of its own time."""

from dataclasses import replace

import pytest
from connecting import SESSION, SESSION_STARTED
from orders import COMPLETED, CONTACT, DONE, ORDER, PLANNED, READY, RUNNING, WORK_CONTACT
from story import CUSTOMER, Outcome, at, given

from ledger.domain.contacts import ContactEnded
from ledger.domain.ordering import CancelWork
from ledger.domain.rules import switched_off
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import Status, order_of
from ledger.domain.work_facts import Obstacle, Side, WorkAborted, WorkBlocked, WorkOrderCancelled, WorkOrderDeclined
from ledger.domain.working import CompleteWork

TOLD = "2026-11-18 13:00"
CALLED_OFF_AT = at("2026-11-18 09:00")
CANCEL = CancelWork(
    customer=CUSTOMER,
    work_order=ORDER,
    by=Side.CUSTOMER,
    reason="不要になったため",
    contact=WORK_CONTACT,
    cancelled_at=CALLED_OFF_AT,
)
CANCELLED = WorkOrderCancelled(
    work_order=ORDER, by=Side.CUSTOMER, reason=CANCEL.reason, contact=WORK_CONTACT, cancelled_at=CALLED_OFF_AT
)
ALL_THE_SAME = ViolationRecorded(
    rule="R-06", sentence="work_after_end", values={"status": "cancelled"}, subjects=(f"work_order:{ORDER}",)
)


def kinds(outcome: Outcome) -> list[str]:
    assert outcome.refusal is None, outcome.refusal
    return [f"{each.rule} {each.sentence}" for each in outcome.facts if isinstance(each, ViolationRecorded)]


def test_r_06_work_that_began_although_it_had_been_called_off_is_a_violation_when_that_is_told() -> None:
    story = given(*RUNNING, CONTACT)
    outcome = story.when(CANCEL, at_="2026-11-18 10:30").then(CANCELLED, ALL_THE_SAME).citing(6, 7)
    assert outcome.facts[1].cites == (6,)
    with switched_off("ledger.domain.ordering.begun_all_the_same"):
        story.when(CANCEL, at_="2026-11-18 10:30").then(CANCELLED)
    order = order_of(story.at("2026-11-18 10:30", CANCELLED).recorded, ORDER)
    assert order is not None
    assert (order.status, order.ended_at) == (Status.CANCELLED, CALLED_OFF_AT)


def test_r_06_so_it_is_when_the_work_is_over() -> None:
    aborted = WorkAborted(work_order=ORDER, aborted_at=at("2026-11-18 10:50"), reason="-")
    for end in (COMPLETED, aborted):
        given(*RUNNING, end, CONTACT).when(CANCEL, at_=TOLD).then(CANCELLED, ALL_THE_SAME)


def test_r_06_what_follows_is_the_same_as_if_it_had_been_told_in_time() -> None:
    complete = CompleteWork(customer=CUSTOMER, work_order=ORDER, completed_at=COMPLETED.completed_at)
    late = given(*RUNNING, CANCELLED)
    assert kinds(late.when(complete, at_=TOLD)) == []  # its start is the violation, as it is told in either order
    blocked = WorkBlocked(work_order=ORDER, obstacle=Obstacle.PREREQUISITE, words="-", final=True)
    given(*PLANNED, CONTACT).at("2026-11-18 10:00", blocked).when(CANCEL, at_=TOLD).then(CANCELLED)


def test_r_22_sessions_under_an_order_that_had_been_called_off_are_judged_again() -> None:
    story = given(*RUNNING, SESSION_STARTED, CONTACT)
    outcome = story.when(CANCEL, at_=TOLD)
    assert kinds(outcome) == ["R-06 work_after_end", "R-22 work_not_in_progress"]
    violation = outcome.facts[-1]
    assert isinstance(violation, ViolationRecorded)
    assert f"session:{SESSION}" in violation.subjects


@pytest.mark.parametrize("clock", ["10:00", "11:29"])
def test_what_had_begun_when_it_was_called_off_is_aborted(clock: str) -> None:
    late = replace(CANCEL, cancelled_at=at(f"2026-11-18 {clock}"))
    given(*RUNNING, CONTACT).when(late, at_="2026-11-18 11:30").refused("R-06", cites=[6])
    given(*DONE, CONTACT).when(late, at_=TOLD).refused("R-06", cites=[7])


def test_what_is_over_or_to_come_or_came_before_the_order_is_refused() -> None:
    over = replace(CANCEL, cancelled_at=COMPLETED.completed_at)
    given(*DONE, CONTACT).when(over, at_=TOLD).refused("R-06", cites=[7])
    given(*PLANNED, CANCELLED, CONTACT).when(CANCEL, at_=TOLD).refused("R-06", cites=[5])
    later = replace(CANCEL, cancelled_at=at("2026-11-18 09:01"))
    given(*PLANNED, CANCELLED, CONTACT).when(later, at_=TOLD).refused("R-06", cites=[5])
    given(*PLANNED, CONTACT).when(CANCEL, at_="2026-11-18 08:59").refused("R-06", cites=[0])
    early = replace(CANCEL, cancelled_at=at("2026-11-16 08:59"))
    given(*PLANNED, CONTACT).when(early, at_=TOLD).refused("R-06", cites=[0])


@pytest.mark.parametrize("ended", ["cancelled", "declined"])
def test_r_06_of_several_words_that_call_it_off_the_earliest_counts_whichever_is_told_first(ended: str) -> None:
    second = replace(CANCELLED, by=Side.VENDOR, contact=None, cancelled_at=at("2026-11-18 10:30"))
    first = second if ended == "cancelled" else WorkOrderDeclined(work_order=ORDER, reason="-")
    story = given(*RUNNING, CONTACT).at("2026-11-18 10:30", first)
    story.when(CANCEL, at_=TOLD).then(CANCELLED, ALL_THE_SAME)
    order = order_of(story.at(TOLD, CANCELLED).recorded, ORDER)
    assert order is not None
    assert (order.status, order.ended_at, order.ended) == (Status.CANCELLED, CALLED_OFF_AT, 9)
    known = given(*READY, CONTACT).at("2026-11-18 09:30", replace(second, cancelled_at=at("2026-11-18 09:30")))
    known.at("2026-11-18 10:00", RUNNING[-1], ALL_THE_SAME).when(CANCEL, at_=TOLD).then(CANCELLED)  # said already


def test_r_06_who_called_it_off_is_judged_by_when_that_was() -> None:
    left = ContactEnded(customer=CUSTOMER, contact=WORK_CONTACT)
    story = given(*READY, CONTACT).at("2026-11-18 09:30", left)
    story.when(CANCEL, at_=TOLD).then(CANCELLED)
    story.when(replace(CANCEL, cancelled_at=None), at_=TOLD).refused("R-06")
