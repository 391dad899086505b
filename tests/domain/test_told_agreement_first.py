"""A late agreement and the start it is about, told in either order: both come to the same, but for what stands."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from night_work import AGREE, MORNING, NIGHT, PROPOSE, SEND, START, TAKEN_ON
from orders import (
    ORDER,
    SECOND_PROPOSAL,
)
from story import CUSTOMER, at
from test_work_invariants import Ledger

from ledger.domain.finding import FindingRecorded
from ledger.domain.rules import switched_off
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import Status, order_of
from ledger.domain.working import CompleteWork


def lived(steps: tuple[object, ...], moment: str = MORNING, *before: tuple[str, object]) -> tuple[Ledger, Counter[str]]:
    """Carry steps out one after the other, each on its boundary; give the ledger, and what the last ones said."""
    ledger = Ledger()
    ledger.recorded.clear()
    ledger.append(at("2026-11-16 09:00"), *TAKEN_ON)
    for when, step in before:
        assert ledger.carry_out(step, at(when)), step
    place = len(ledger.recorded)
    for step in steps:
        assert ledger.carry_out(step, at(moment)), step
    said = [each.fact for each in ledger.recorded[place:]]
    return ledger, Counter(each.sentence for each in said if isinstance(each, FindingRecorded | ViolationRecorded))


def test_r_21_both_orders_of_telling_come_to_the_same() -> None:
    first, said_first = lived((PROPOSE, AGREE, START), "2026-11-18 03:10")
    then, said_then = lived((START, PROPOSE, AGREE), "2026-11-18 03:10")
    assert said_first == Counter(["agreement_told_late", "work_without_notice"])
    assert said_then == said_first + Counter(["work_unscheduled", "time_was_agreed"])
    orders = [order_of(each.recorded, ORDER) for each in (first, then)]
    assert [order and order.status for order in orders] == [Status.IN_PROGRESS, Status.IN_PROGRESS]
    assert all(order and order.window and order.window.planned_end == NIGHT.planned_end for order in orders)


def test_r_22_a_notice_of_a_time_that_is_told_late_counts_from_when_that_was_told() -> None:
    _, in_order = lived((PROPOSE, AGREE, SEND, START), "2026-11-18 03:10")
    _, after = lived((START, PROPOSE, AGREE, SEND), "2026-11-18 03:10")
    assert in_order == Counter(["agreement_told_late", "notice_before_agreement"])
    late = Counter(["notice_before_agreement", "notice_was_sent"])
    assert after - late == Counter(
        ["work_unscheduled", "work_without_notice", "agreement_told_late", "time_was_agreed"]
    )
    assert after >= late


def test_r_22_an_agreement_from_the_day_before_is_no_notice_in_time_when_it_is_told_after_midnight() -> None:
    evening: dict[str, Any] = {"proposed_at": at("2026-11-17 23:57")}
    midnight = (
        replace(PROPOSE, **evening),
        replace(AGREE, agreed_at=at("2026-11-17 23:58")),
        replace(SEND, sent_at=at("2026-11-17 23:59")),
    )
    _, said = lived((START,), "2026-11-18 02:30", *(("2026-11-17 23:59", each) for each in midnight))
    assert said == Counter()
    _, said = lived((*midnight, START), "2026-11-18 02:30")
    assert said == Counter(["agreement_told_late", "notice_before_agreement"])


def test_r_21_work_that_began_before_its_time_was_agreed_on_was_not_scheduled() -> None:
    later = replace(AGREE, agreed_at=at("2026-11-18 02:07"))
    for steps in ((PROPOSE, later, START), (START, PROPOSE, later)):
        _, said = lived(steps)
        assert said == Counter(["agreement_told_late", "work_unscheduled", "work_without_notice"])
    _, said = lived((PROPOSE, replace(later, agreed_at=START.started_at), START))
    assert said["work_unscheduled"] == 0


PLAN = (
    replace(PROPOSE, proposal=SECOND_PROPOSAL, starts_at=at("2026-11-18 00:00"), proposed_at=None),
    replace(AGREE, proposal=SECOND_PROPOSAL, agreed_at=None),
    replace(SEND, sent_at=at("2026-11-16 10:00")),
)
"""Agreed on and announced a business day ahead, for a time that also holds the start."""


def test_r_21_r_22_work_outside_a_time_that_is_told_late_is_a_violation_whichever_is_told_first() -> None:
    planned = [("2026-11-16 10:00", each) for each in PLAN]
    propose = replace(PROPOSE, starts_at=at("2026-11-18 02:07"))
    outside = Counter(["agreement_told_late", "work_outside_window", "work_without_notice"])
    for steps in ((propose, AGREE, START), (START, propose, AGREE)):
        _, said = lived(steps, "2026-11-18 02:30", *planned)
        assert said == outside
    assert lived((START,), "2026-11-18 02:30", *planned)[1] == Counter()
    for function, silent in (("started_then", "work_outside_window"), ("announced_then", "work_without_notice")):
        with switched_off(f"ledger.domain.told_agreement.{function}"):
            _, said = lived((START, propose, AGREE), "2026-11-18 02:30", *planned)
        assert said == outside - Counter([silent])


@pytest.mark.parametrize(("ended", "overran"), [("2026-11-18 03:15", 0), ("2026-11-18 03:16", 1)])
def test_r_23_work_that_went_on_past_a_time_that_is_told_after_its_end_is_a_violation(ended: str, overran: int) -> None:
    complete = CompleteWork(customer=CUSTOMER, work_order=ORDER, completed_at=at(ended))
    for steps in ((PROPOSE, AGREE, START, complete), (START, complete, PROPOSE, AGREE)):
        assert lived(steps)[1]["overrun_never_told"] == overran
    with switched_off("ledger.domain.told_agreement.overran_then"):
        assert lived((START, complete, PROPOSE, AGREE))[1]["overrun_never_told"] == 0
