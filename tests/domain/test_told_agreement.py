"""A time agreed on by telephone and told later: recorded as it is said to have been, and nothing gets better by it."""

from dataclasses import replace
from typing import Any

import pytest
from night_work import (
    AGREE,
    AGREED,
    CHANGED,
    DAY,
    DONE,
    MORNING,
    NIGHT,
    PROPOSE,
    STARTED,
    TAKEN_ON,
    TOLD_LATE,
    UNSCHEDULED,
    WAS_AGREED,
    WITHOUT_NOTICE,
    refused,
    sentences,
    standing,
    violation,
)
from orders import (
    CONTACT,
    ORDER,
    REQUESTED,
    SECOND_PROPOSAL,
    WORK_CONTACT,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.contacts import ContactEnded
from ledger.domain.fact import Fact
from ledger.domain.rules import switched_off
from ledger.domain.schedule_facts import ScheduleCancelled
from ledger.domain.work import Status
from ledger.domain.work_facts import (
    Obstacle,
    Side,
    WorkAborted,
    WorkBlocked,
    WorkOrderCancelled,
    WorkOrderDeclined,
)


def test_r_21_a_time_agreed_on_by_telephone_is_told_when_it_is_over_and_found_to_be_told_late() -> None:
    given(*TAKEN_ON).when(PROPOSE, at_=MORNING).then(NIGHT).citing(1)
    story = given(*TAKEN_ON).at(MORNING, NIGHT)
    outcome = story.when(AGREE, at_=MORNING).then(AGREED, TOLD_LATE).citing(1, 3, 4)
    assert outcome.facts[1].cites == (4,)
    with switched_off("ledger.domain.told_agreement.told_late"):
        story.when(AGREE, at_=MORNING).then(AGREED)


def test_r_21_a_time_that_is_over_is_told_with_when_it_was_spoken_of() -> None:
    as_typed = replace(PROPOSE, proposed_at=None)
    given(*TAKEN_ON).when(as_typed, at_="2026-11-18 02:59").then(replace(NIGHT, proposed_at=None))
    refused(given(*TAKEN_ON).when(as_typed, at_="2026-11-18 03:00"), "proposal_of_past", 1)
    story = given(*TAKEN_ON).at("2026-11-18 02:00", replace(NIGHT, proposed_at=None))
    now = replace(AGREE, agreed_at=None)
    story.when(now, at_="2026-11-18 02:59").then(replace(AGREED, agreed_at=None))
    refused(story.when(now, at_="2026-11-18 03:00"), "agreement_on_past", 4)
    with switched_off("ledger.domain.schedule.check_before_end"):
        story.when(now, at_="2026-11-18 03:00").then(replace(AGREED, agreed_at=None))


@pytest.mark.parametrize(("said", "before"), [("2026-11-18 02:59", True), ("2026-11-18 03:00", False)])
def test_r_21_what_was_spoken_of_when_it_was_over_was_not_agreed_on(said: str, before: bool) -> None:
    proposed = given(*TAKEN_ON).when(replace(PROPOSE, proposed_at=at(said)), at_=MORNING)
    agreed = given(*TAKEN_ON).at(MORNING, NIGHT).when(replace(AGREE, agreed_at=at(said)), at_=MORNING)
    if before:
        assert (proposed.refusal, agreed.refusal) == (None, None)
    else:
        refused(proposed, "schedule_order", 1)
        refused(agreed, "schedule_order", 4)


def test_r_21_a_word_has_been_said_and_after_what_it_answers() -> None:
    tomorrow: dict[str, Any] = {"starts_at": at("2026-11-19 02:05"), "planned_end": at("2026-11-19 03:00")}
    to_come = replace(PROPOSE, **tomorrow, proposed_at=at("2026-11-18 09:01"))
    refused(given(*TAKEN_ON).when(to_come, at_=MORNING), "time_to_come", 0)
    early = replace(PROPOSE, proposed_at=at("2026-11-16 08:59"))
    refused(given(*TAKEN_ON).when(early, at_=MORNING), "time_too_early", 0)
    story = given(*TAKEN_ON).at(MORNING, NIGHT)
    refused(story.when(replace(AGREE, agreed_at=at("2026-11-18 01:59")), at_=MORNING), "time_too_early", 4)
    story.when(replace(AGREE, agreed_at=PROPOSE.proposed_at), at_=MORNING)
    typed = given(*TAKEN_ON).at(MORNING, replace(NIGHT, **tomorrow, proposed_at=None))
    refused(typed.when(replace(AGREE, agreed_at=at("2026-11-18 08:59")), at_=MORNING), "time_too_early", 4)


@pytest.mark.parametrize(("now", "found"), [("2026-11-18 02:04", 0), ("2026-11-18 02:05", 1)])
def test_r_21_what_is_told_before_its_start_is_not_told_late(now: str, found: int) -> None:
    outcome = given(*TAKEN_ON).at("2026-11-18 02:03", NIGHT).when(AGREE, at_=now)
    assert sentences(outcome)["agreement_told_late"] == found
    begun = given(*TAKEN_ON).at("2026-11-18 02:03", NIGHT, replace(STARTED, started_at=at("2026-11-18 01:00")))
    assert sentences(begun.when(AGREE, at_="2026-11-18 02:04"))["agreement_told_late"] == 1


def test_r_21_a_violation_of_a_start_stays_and_a_finding_says_that_its_time_was_agreed_on() -> None:
    story = given(*TAKEN_ON).at(MORNING, STARTED, UNSCHEDULED, WITHOUT_NOTICE, NIGHT)
    outcome = story.when(AGREE, at_=MORNING).then(AGREED, TOLD_LATE, WAS_AGREED)
    assert [each.cites for each in outcome.facts[1:]] == [(4, 7), (5,)]
    with switched_off("ledger.domain.told_agreement.started_then"):
        story.when(AGREE, at_=MORNING).then(AGREED, TOLD_LATE)
    order = standing(story.at(MORNING, *outcome.facts))
    again = replace(NIGHT, proposal=SECOND_PROPOSAL)
    story.at(MORNING, again).when(replace(AGREE, proposal=SECOND_PROPOSAL), at_=MORNING).then(
        replace(CHANGED, proposal=SECOND_PROPOSAL), replace(TOLD_LATE)
    )
    assert order.status is Status.IN_PROGRESS
    assert order.window is not None


@pytest.mark.parametrize("after", [DONE, WorkAborted(work_order=ORDER, aborted_at=DONE.completed_at, reason="-")])
def test_r_21_a_time_is_told_also_when_its_order_is_over_and_changes_nothing_of_that(after: Fact) -> None:
    story = given(*TAKEN_ON).at(MORNING, STARTED, UNSCHEDULED, WITHOUT_NOTICE, after)
    before = standing(story)
    story.when(PROPOSE, at_=MORNING).then(NIGHT)
    outcome = story.at(MORNING, NIGHT).when(AGREE, at_=MORNING).then(AGREED, TOLD_LATE, WAS_AGREED)
    assert standing(story.at(MORNING, *outcome.facts)) == before
    story.when(AGREE, at_=MORNING).then().citing(9)
    refused(story.when(replace(AGREE, agreed_at=at("2026-11-18 02:01")), at_=MORNING), "proposal_agreed_already", 9)
    with switched_off("ledger.domain.schedule.check_same_word"):
        story.when(replace(AGREE, agreed_at=at("2026-11-18 02:01")), at_=MORNING).then()


def test_r_21_nothing_is_agreed_on_under_an_order_that_was_over_or_not_taken_on() -> None:
    off = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="-")
    cancelled = given(*TAKEN_ON).at("2026-11-18 02:01", off)
    refused(cancelled.when(replace(PROPOSE, proposed_at=at("2026-11-18 02:01")), at_=MORNING), "work_order_over", 4)
    cancelled.when(PROPOSE, at_=MORNING).then(NIGHT)
    refused(cancelled.at(MORNING, NIGHT).when(AGREE, at_=MORNING), "work_order_over", 4)
    declined = given(REQUESTED).at("2026-11-18 05:00", WorkOrderDeclined(work_order=ORDER, reason="-"))
    refused(declined.when(PROPOSE, at_=MORNING), "work_order_over", 1)
    refused(given(REQUESTED).when(PROPOSE, at_=MORNING), "not_to_schedule", 0)


def test_r_21_what_was_agreed_on_before_does_not_take_back_a_newer_agreement() -> None:
    story = given(*TAKEN_ON).at("2026-11-18 02:03", DAY).at(MORNING, NIGHT)
    story.when(AGREE, at_=MORNING).then(CHANGED, TOLD_LATE).citing(3, 4, 5)
    kept = standing(story.at(MORNING, CHANGED)).window
    assert kept is not None
    assert (kept.agreed, kept.starts_at) == (4, DAY.starts_at)
    refused(story.when(replace(AGREE, agreed_at=None), at_="2026-11-18 02:59"), "proposal_replaced", 4, 6)
    earlier = given(*TAKEN_ON).at("2026-11-18 02:01", DAY).at(MORNING, CHANGED)
    taken = standing(earlier).window
    assert taken is not None
    assert (taken.agreed, taken.starts_at) == (5, NIGHT.starts_at)


def test_r_21_a_start_is_not_said_to_be_agreed_on_by_a_time_that_was_left_before_it() -> None:
    left = violation("R-21", "work_outside_window", starts_at="-", planned_end="-")
    story = given(*TAKEN_ON).at("2026-11-18 02:03", DAY).at(MORNING, STARTED, left, WITHOUT_NOTICE, NIGHT)
    story.when(AGREE, at_=MORNING).then(CHANGED, TOLD_LATE)


@pytest.mark.parametrize(
    "off",
    [
        ScheduleCancelled(work_order=ORDER, by=Side.CUSTOMER, contact=WORK_CONTACT, reason="-"),
        WorkBlocked(work_order=ORDER, obstacle=Obstacle.PREREQUISITE, words="-"),
    ],
    ids=["cancelled", "blocked"],
)
def test_r_21_what_was_agreed_on_before_does_not_revive_what_was_taken_back(off: Fact) -> None:
    for moment, revived in (("2026-11-18 02:03", False), ("2026-11-18 02:01", True)):
        story = given(*TAKEN_ON).at("2026-11-17 10:00", DAY).at(moment, off)
        before = standing(story).status
        story.at(MORNING, NIGHT).when(AGREE, at_=MORNING).then(AGREED, TOLD_LATE)
        order = standing(story.at(MORNING, AGREED))
        assert (order.window is not None, order.status is before) == (revived, not revived)


def test_r_21_the_customers_word_is_that_of_who_was_its_contact_then_or_is_now() -> None:
    gone = ContactEnded(customer=CUSTOMER, contact=WORK_CONTACT)
    for moment, entitled in (("2026-11-18 02:03", True), ("2026-11-18 02:01", False)):
        outcome = given(*TAKEN_ON).at(moment, gone).at(MORNING, NIGHT).when(AGREE, at_=MORNING)
        assert (outcome.refusal is None) is entitled
    story = given(*TAKEN_ON).at("2026-11-18 02:03", gone).at(MORNING, NIGHT)
    refused(story.when(replace(AGREE, contact=an_id("person", 77)), at_=MORNING), "contact_not_entitled")
    given(*TAKEN_ON[:3]).at("2026-11-18 08:00", CONTACT).at(MORNING, NIGHT).when(AGREE, at_=MORNING).then(
        AGREED, TOLD_LATE
    )
