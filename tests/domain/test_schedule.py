"""When work is done, as both sides agree, and what the customer is told before it."""

from dataclasses import replace

import pytest
from orders import (
    ACCEPTED,
    AGREED,
    CONTACT,
    DONE,
    NOTICE,
    NOTICED,
    ORDER,
    PLANNED,
    PROPOSAL,
    PROPOSED,
    READY,
    REQUESTED,
    RUNNING,
    SECOND_PROPOSAL,
    SECOND_TECHNICIAN,
    STARTED,
    TECHNICIAN,
    WORK_CONTACT,
)
from story import CUSTOMER, Story, an_id, at, given

from ledger.domain.finding import FindingRecorded
from ledger.domain.notices import AcknowledgeNotice, SendNotice
from ledger.domain.rules import switched_off
from ledger.domain.schedule import AgreeSchedule, CancelSchedule, ProposeSchedule
from ledger.domain.schedule_facts import (
    Detection,
    OverrunDetected,
    PreWorkNoticeAcknowledged,
    ScheduleCancelled,
    ScheduleChanged,
    WorkAtRisk,
)
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import Status, order_of
from ledger.domain.work_facts import Channel, Obstacle, Side, WorkBlocked

NOW = "2026-11-17 09:00"
PROPOSE = ProposeSchedule(
    customer=CUSTOMER,
    work_order=ORDER,
    proposal=PROPOSAL,
    by=Side.VENDOR,
    starts_at=PROPOSED.starts_at,
    planned_end=PROPOSED.planned_end,
)
AGREE = AgreeSchedule(customer=CUSTOMER, work_order=ORDER, proposal=PROPOSAL, by=Side.CUSTOMER, contact=WORK_CONTACT)
CANCEL = CancelSchedule(customer=CUSTOMER, work_order=ORDER, by=Side.VENDOR, reason="障害対応")
SEND = SendNotice(
    customer=CUSTOMER,
    work_order=ORDER,
    notice=NOTICE,
    content=NOTICED.content,
    technicians=(TECHNICIAN,),
    targets=("db01",),
    method="SSH",
    channel=Channel.MAIL,
    sent_at=NOTICED.sent_at,
)
ACKNOWLEDGE = AcknowledgeNotice(
    customer=CUSTOMER, work_order=ORDER, notice=NOTICE, contact=WORK_CONTACT, acknowledged_at=at("2026-11-17 09:30")
)
BY_CUSTOMER = replace(PROPOSED, by=Side.CUSTOMER, contact=WORK_CONTACT)
SECOND = replace(
    PROPOSED,
    proposal=SECOND_PROPOSAL,
    starts_at=at("2026-11-19 10:00"),
    planned_end=at("2026-11-19 12:00"),
)
NOT_TOLD = FindingRecorded(
    rule="R-23",
    sentence="overrun_not_told",
    values={"deadline": "2026-11-18T12:15:00+09:00"},
    subjects=(f"work_order:{ORDER}",),
)
TOLD_LATE = ViolationRecorded(
    rule="R-23", sentence="overrun_told_late", values=NOT_TOLD.values, subjects=NOT_TOLD.subjects
)


def test_r_21_either_side_names_a_time() -> None:
    given(REQUESTED, ACCEPTED).when(PROPOSE, at_=NOW).then(PROPOSED).citing(1)
    theirs = replace(PROPOSE, by=Side.CUSTOMER, contact=WORK_CONTACT)
    given(REQUESTED, ACCEPTED, CONTACT).when(theirs, at_=NOW).then(BY_CUSTOMER).citing(1, 2)
    given(REQUESTED, ACCEPTED).when(theirs, at_=NOW).refused("R-21")
    given(REQUESTED, ACCEPTED).when(replace(theirs, contact=None), at_=NOW).refused("R-21")
    given(REQUESTED, ACCEPTED, PROPOSED).when(PROPOSE, at_=NOW).refused("R-21", cites=[2])


def test_r_21_a_time_is_still_to_come_and_ends_after_it_starts() -> None:
    given(REQUESTED, ACCEPTED).when(PROPOSE, at_="2026-11-18 12:00").refused("R-21", cites=[1])
    empty = replace(PROPOSE, planned_end=PROPOSE.starts_at)
    given(REQUESTED, ACCEPTED).when(empty, at_=NOW).refused("R-21", cites=[1])
    given(REQUESTED, ACCEPTED, PROPOSED, CONTACT).when(AGREE, at_="2026-11-18 12:00").refused("R-21", cites=[2])


def test_r_21_a_time_is_agreed_by_the_other_side() -> None:
    given(REQUESTED, ACCEPTED, PROPOSED, CONTACT).when(AGREE, at_=NOW).then(AGREED).citing(1, 2, 3)
    ours = replace(AGREE, by=Side.VENDOR, contact=None)
    given(REQUESTED, ACCEPTED, PROPOSED).when(ours, at_=NOW).refused("R-21", cites=[2])
    given(REQUESTED, ACCEPTED, CONTACT, BY_CUSTOMER).when(AGREE, at_=NOW).refused("R-21", cites=[3])
    agreed_by_us = replace(AGREED, by=Side.VENDOR, contact=None)
    given(REQUESTED, ACCEPTED, BY_CUSTOMER).when(ours, at_=NOW).then(agreed_by_us).citing(1, 2)
    with switched_off("R-21"):
        given(REQUESTED, ACCEPTED, PROPOSED).when(ours, at_=NOW).then(agreed_by_us)


def test_r_21_the_customers_word_is_a_work_contacts() -> None:
    given(REQUESTED, ACCEPTED, PROPOSED).when(AGREE, at_=NOW).refused("R-21")
    given(REQUESTED, ACCEPTED, PROPOSED, CONTACT).when(replace(AGREE, contact=None), at_=NOW).refused("R-21")
    given(REQUESTED, ACCEPTED, CONTACT).when(AGREE, at_=NOW).refused("R-21", cites=[1])


def test_r_21_a_later_agreement_is_a_change_and_needs_a_new_notice() -> None:
    changed = ScheduleChanged(
        work_order=ORDER,
        proposal=SECOND_PROPOSAL,
        by=Side.CUSTOMER,
        contact=WORK_CONTACT,
        starts_at=SECOND.starts_at,
        planned_end=SECOND.planned_end,
        reason="月末処理のため",
    )
    again = replace(AGREE, proposal=SECOND_PROPOSAL, reason="月末処理のため")
    given(*READY, SECOND, CONTACT).when(again, at_=NOW).then(changed).citing(4, 6, 7)
    renewed = replace(SEND, notice=an_id("notice", 2))
    expected = replace(NOTICED, notice=an_id("notice", 2), starts_at=SECOND.starts_at, planned_end=SECOND.planned_end)
    given(*READY, SECOND, changed).when(renewed, at_=NOW).then(expected).citing(2, 7)


@pytest.mark.parametrize("facts", [(REQUESTED,), DONE])
def test_r_21_only_what_is_taken_on_and_not_over_is_scheduled(facts: tuple[object, ...]) -> None:
    for command in (replace(PROPOSE, proposal=SECOND_PROPOSAL), replace(AGREE, by=Side.VENDOR, contact=None), CANCEL):
        given(*facts).when(command, at_="2026-11-18 11:31").refused("R-21")  # type: ignore[arg-type]
    given().when(PROPOSE, at_=NOW).refused("R-21")


LONGER = replace(PROPOSED, proposal=SECOND_PROPOSAL, planned_end=at("2026-11-18 18:00"))
AGREE_LONGER = replace(AGREE, proposal=SECOND_PROPOSAL, reason="対象が多いため")
CHANGED = ScheduleChanged(
    work_order=ORDER,
    proposal=SECOND_PROPOSAL,
    by=Side.CUSTOMER,
    contact=WORK_CONTACT,
    starts_at=LONGER.starts_at,
    planned_end=LONGER.planned_end,
    reason=AGREE_LONGER.reason,
)


def test_r_21_what_was_agreed_on_and_is_said_again_changes_nothing_and_what_was_replaced_is_proposed_anew() -> None:
    given(*READY, CONTACT).when(AGREE, at_=NOW).then().citing(4)
    replaced = given(*READY, LONGER, CHANGED, CONTACT)
    replaced.when(AGREE_LONGER, at_=NOW).then().citing(7)
    replaced.when(AGREE, at_=NOW).refused("R-21", cites=[4, 7])
    with switched_off("R-21"):
        replaced.when(AGREE, at_=NOW).then()


def test_r_21_a_new_time_is_agreed_on_while_work_runs_and_is_not_called_off_then() -> None:
    propose = replace(PROPOSE, proposal=SECOND_PROPOSAL, planned_end=LONGER.planned_end)
    given(*RUNNING).when(propose, at_="2026-11-18 11:00").then(LONGER).citing(6)
    story = given(*RUNNING, CONTACT).at("2026-11-18 11:00", LONGER)
    story.when(AGREE_LONGER, at_="2026-11-18 11:05").then(CHANGED).citing(4, 7, 8)
    given(*RUNNING).when(CANCEL, at_="2026-11-18 11:00").refused("R-21", cites=[6])
    order = order_of(story.at("2026-11-18 11:05", CHANGED).recorded, ORDER)
    assert order is not None
    assert order.window is not None
    assert (order.status, order.window.planned_end) == (Status.IN_PROGRESS, LONGER.planned_end)
    assert len(order.notices) == 1


def overrun(story: Story) -> Story:
    """Go on to where the timer has found the overrun, and nobody told it."""
    detected = OverrunDetected(
        work_order=ORDER, how=Detection.TIMER, planned_end=AGREED.planned_end, detected_at=AGREED.planned_end
    )
    at_risk = WorkAtRisk(work_order=ORDER, planned_end=AGREED.planned_end, due_at=at("2026-11-18 11:36"))
    return story.at("2026-11-18 12:00", at_risk, detected)


@pytest.mark.parametrize(("proposed", "late"), [("2026-11-18 12:15", False), ("2026-11-18 12:16", True)])
def test_r_23_the_customer_learns_of_an_overrun_from_the_proposal_of_a_new_time(proposed: str, late: bool) -> None:
    story = overrun(given(*RUNNING, CONTACT)).at(proposed, LONGER)
    outcome = story.when(AGREE_LONGER, at_="2026-11-18 12:40").after(NOT_TOLD)
    outcome.then(CHANGED, *([TOLD_LATE] if late else []))
    with switched_off("R-23"):
        story.when(AGREE_LONGER, at_="2026-11-18 12:40").then(CHANGED)


def test_r_23_a_proposal_from_before_the_work_told_of_no_overrun() -> None:
    story = overrun(given(*READY, LONGER, STARTED, CONTACT))
    story.when(AGREE_LONGER, at_="2026-11-18 12:15").then(CHANGED)
    story.when(AGREE_LONGER, at_="2026-11-18 12:16").then(CHANGED, TOLD_LATE)


def test_r_21_an_agreed_time_can_be_taken_back_by_either_side() -> None:
    off = ScheduleCancelled(work_order=ORDER, by=Side.VENDOR, reason="障害対応")
    given(*READY).when(CANCEL, at_=NOW).then(off).citing(4)
    theirs = replace(CANCEL, by=Side.CUSTOMER, contact=WORK_CONTACT)
    given(*PLANNED, CONTACT).when(theirs, at_=NOW).then(replace(off, by=Side.CUSTOMER, contact=WORK_CONTACT)).citing(
        4, 5
    )
    given(*READY, off).when(CANCEL, at_=NOW).refused("R-21", cites=[6])
    given(*READY, off, CONTACT).when(AGREE, at_=NOW).then(AGREED)


def test_r_21_blocked_work_is_scheduled_again_unless_it_is_given_up() -> None:
    blocked = WorkBlocked(work_order=ORDER, obstacle=Obstacle.PREREQUISITE, words="VPN 機器なし")
    given(*READY, blocked, CONTACT).when(AGREE, at_=NOW).then(AGREED).citing(3, 6, 7)
    given(*READY, replace(blocked, final=True), CONTACT).when(AGREE, at_=NOW).refused("R-21", cites=[6])


def test_r_22_a_notice_tells_of_the_agreed_time() -> None:
    given(*PLANNED).when(SEND, at_=NOW).then(NOTICED).citing(2, 4)
    given(*PLANNED[:-1]).when(SEND, at_=NOW).refused("R-22", cites=[1])
    given(*READY).when(SEND, at_=NOW).refused("R-22", cites=[5])
    given(*PLANNED).when(SEND, at_="2026-11-17 08:59").refused("R-22")
    given(*PLANNED).when(replace(SEND, sent_at=at("2026-11-16 08:59")), at_=NOW).refused("R-22", cites=[0])


def test_r_22_a_notice_that_was_sent_before_and_is_told_after_the_start_is_recorded() -> None:
    without = ViolationRecorded(
        rule="R-22", sentence="work_without_notice", values={}, subjects=(f"work_order:{ORDER}",)
    )
    story = given(*PLANNED).at("2026-11-18 10:00", STARTED, without)
    was_sent = FindingRecorded(
        rule="R-22",
        sentence="notice_was_sent",
        values={"sent_at": "2026-11-17T09:00:00+09:00"},
        subjects=without.subjects,
    )
    outcome = story.when(SEND, at_="2026-11-18 11:00")
    outcome.then(NOTICED, was_sent)
    assert outcome.facts[1].cites == (6,)
    after_the_start = replace(SEND, sent_at=at("2026-11-18 10:30"))
    story.when(after_the_start, at_="2026-11-18 11:00").then(replace(NOTICED, sent_at=after_the_start.sent_at))
    order = order_of(given(*PLANNED, STARTED, NOTICED).recorded, ORDER)
    assert order is not None
    assert order.status is Status.IN_PROGRESS
    given(*DONE[:5], *DONE[6:]).when(SEND, at_="2026-11-18 12:30").then(NOTICED)


def test_r_22_a_notice_that_is_told_after_the_start_and_was_sent_too_late_is_a_violation_then() -> None:
    without = ViolationRecorded(
        rule="R-22", sentence="work_without_notice", values={}, subjects=(f"work_order:{ORDER}",)
    )
    story = given(*PLANNED).at("2026-11-18 10:00", STARTED, without)
    late = replace(SEND, sent_at=at("2026-11-18 09:00"))
    expected = replace(without, sentence="notice_too_late", values={"sent_at": "2026-11-18T09:00:00+09:00"})
    facts = story.when(late, at_="2026-11-18 11:00").facts
    assert [replace(each, cites=()) for each in facts if isinstance(each, ViolationRecorded)] == [expected]
    backdated = given(*PLANNED[:-1]).at("2026-11-18 09:30", AGREED).at("2026-11-18 10:00", STARTED, without)
    facts = backdated.when(SEND, at_="2026-11-18 11:00").facts
    assert [each.sentence for each in facts if isinstance(each, ViolationRecorded)] == ["notice_before_agreement"]
    with switched_off("R-22"):
        backdated.when(SEND, at_="2026-11-18 11:00").then(NOTICED)


def test_r_22_a_notice_in_time_that_is_told_after_the_start_says_that_the_late_one_was_not_the_first() -> None:
    too_late = ViolationRecorded(
        rule="R-22",
        sentence="notice_too_late",
        values={"sent_at": "2026-11-18T09:00:00+09:00"},
        subjects=(f"work_order:{ORDER}",),
    )
    repeated = replace(NOTICED, notice=an_id("notice", 2), sent_at=at("2026-11-18 09:00"))
    story = given(*PLANNED).at("2026-11-18 10:00", repeated, STARTED, too_late)
    outcome = story.when(SEND, at_="2026-11-18 10:10")
    assert [getattr(each, "sentence", None) for each in outcome.facts] == [None, "notice_was_sent"]
    assert outcome.facts[1].cites == (7,)
    also_late = replace(SEND, sent_at=at("2026-11-18 08:00"))
    assert len(story.when(also_late, at_="2026-11-18 10:10").facts) == 1


def test_r_22_a_notice_told_after_the_start_tells_of_the_time_that_was_agreed_on_then() -> None:
    story = given(*PLANNED, STARTED).at("2026-11-18 11:00", LONGER).at("2026-11-18 11:05", CHANGED)
    story.when(SEND, at_="2026-11-18 11:10").then(NOTICED)


@pytest.mark.parametrize(
    "lacking",
    [{"content": " "}, {"technicians": ()}, {"targets": ()}, {"method": "　"}],
    ids=lambda each: next(iter(each)),
)
def test_r_22_a_notice_says_content_technician_targets_and_method(lacking: dict[str, object]) -> None:
    incomplete = replace(SEND, **lacking)  # type: ignore[arg-type]
    given(*PLANNED).when(incomplete, at_=NOW).refused("R-22", cites=[4])
    with switched_off("R-22"):
        given(*PLANNED).when(incomplete, at_=NOW).then(replace(NOTICED, **lacking))  # type: ignore[arg-type]


def test_r_22_a_notice_names_technicians_who_are_assigned() -> None:
    other = replace(SEND, technicians=(TECHNICIAN, SECOND_TECHNICIAN))
    given(*PLANNED).when(other, at_=NOW).refused("R-22", cites=[2])


def test_r_04_a_notice_announces_no_more_than_the_order_names() -> None:
    beyond = replace(SEND, targets=("db01", "mail01"))
    given(*PLANNED).when(beyond, at_=NOW).refused("R-04", cites=[0])
    with switched_off("R-04"):
        given(*PLANNED).when(beyond, at_=NOW).then(replace(NOTICED, targets=("db01", "mail01")))


def test_r_22_the_receipt_of_a_notice_is_recorded_whenever_it_comes() -> None:
    receipt = PreWorkNoticeAcknowledged(
        work_order=ORDER, notice=NOTICE, contact=WORK_CONTACT, acknowledged_at=ACKNOWLEDGE.acknowledged_at
    )
    given(*READY, CONTACT).when(ACKNOWLEDGE, at_="2026-11-17 10:00").then(receipt).citing(5, 6)
    given(*DONE, CONTACT).when(ACKNOWLEDGE, at_="2026-11-18 11:40").then(receipt).citing(5, 8)
    given(*READY).when(ACKNOWLEDGE, at_="2026-11-17 10:00").refused("R-22")
    given(*READY, CONTACT).when(ACKNOWLEDGE, at_="2026-11-17 09:29").refused("R-22", cites=[5])
    given(*PLANNED, CONTACT).when(ACKNOWLEDGE, at_="2026-11-17 10:00").refused("R-22", cites=[4])
