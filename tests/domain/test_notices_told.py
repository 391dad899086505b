"""Pre-work notices that went out: recorded as they were, and what was wrong with them beside it."""

from dataclasses import replace
from typing import Any

import pytest
from orders import (
    ACCEPTED,
    CONTACT,
    NOTICE,
    NOTICED,
    ORDER,
    PLANNED,
    PROPOSED,
    REQUESTED,
    SECOND_TECHNICIAN,
    STARTED,
    TECHNICIAN,
    WORK_CONTACT,
)
from story import CUSTOMER, Outcome, an_id, at, given

from ledger.domain.finding import FindingRecorded
from ledger.domain.notices import AcknowledgeNotice, SendNotice
from ledger.domain.rules import switched_off
from ledger.domain.schedule_facts import PreWorkNoticeAcknowledged, PreWorkNoticeSent, ScheduleCancelled
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import Status, order_of
from ledger.domain.work_facts import Obstacle, Side, TechnicianAssigned, TechnicianReleased, WorkBlocked
from ledger.domain.working import StartWork

LATER = "2026-11-17 12:00"
SEND = SendNotice(
    customer=CUSTOMER,
    work_order=ORDER,
    notice=NOTICE,
    content=NOTICED.content,
    technicians=(TECHNICIAN,),
    targets=("db01",),
    method="SSH",
    channel=NOTICED.channel,
    sent_at=NOTICED.sent_at,
)
START = StartWork(customer=CUSTOMER, work_order=ORDER, technician=TECHNICIAN, started_at=STARTED.started_at)
RELEASED = TechnicianReleased(work_order=ORDER, technician=TECHNICIAN)
ALL_WRONG: dict[str, Any] = {"content": " ", "technicians": (SECOND_TECHNICIAN,), "targets": ("mail01",)}


def wrong(rule: str, sentence: str, **values: str) -> ViolationRecorded:
    subjects = (f"work_order:{ORDER}", f"notice:{NOTICE}")
    return ViolationRecorded(rule=rule, sentence=sentence, values=values, subjects=subjects)


UNASSIGNED = wrong("R-22", "notice_names_unassigned")


def sentences(outcome: Outcome) -> list[str]:
    return [each.sentence for each in outcome.facts if isinstance(each, ViolationRecorded | FindingRecorded)]


@pytest.mark.parametrize(
    ("lacking", "missing"),
    [
        ({"content": " "}, "content"),
        ({"technicians": ()}, "technicians"),
        ({"targets": ()}, "targets"),
        ({"method": "　", "content": ""}, "content, method"),
    ],
)
def test_r_22_a_notice_that_went_out_incomplete_is_recorded_with_a_violation(
    lacking: dict[str, Any], missing: str
) -> None:
    outcome = given(*PLANNED).when(replace(SEND, **lacking), at_=LATER)
    as_sent: PreWorkNoticeSent = replace(NOTICED, proper=False, **lacking)
    outcome.then(as_sent, wrong("R-22", "notice_incomplete", missing=missing))
    assert outcome.facts[1].cites == (4,)
    with switched_off("ledger.domain.notices.check_complete"):
        story = given(*PLANNED)
        story.when(replace(SEND, **lacking), at_=LATER).then(replace(as_sent, proper=True))


@pytest.mark.parametrize(("now", "went_out"), [("09:00:00", False), ("09:01:00", False), ("09:01:01", True)])
def test_r_22_what_is_about_to_go_out_is_refused_and_what_went_out_is_recorded(now: str, *, went_out: bool) -> None:
    several: list[dict[str, Any]] = [{"method": ""}, {"technicians": (SECOND_TECHNICIAN,)}, {"targets": ("mail01",)}]
    for changes in several:
        outcome = given(*PLANNED).when(replace(SEND, **changes), at_=f"2026-11-17 {now}")
        assert (outcome.refusal is None) is went_out, changes
        assert len(outcome.facts) == (2 if went_out else 0)
    given(*PLANNED).when(SEND, at_=f"2026-11-17 {now}").then(NOTICED)


def test_r_04_r_22_all_that_is_wrong_with_a_notice_that_went_out_is_told() -> None:
    outcome = given(*PLANNED).when(replace(SEND, **ALL_WRONG), at_=LATER)
    as_sent: PreWorkNoticeSent = replace(NOTICED, proper=False, **ALL_WRONG)
    outcome.then(
        as_sent,
        wrong("R-22", "notice_incomplete", missing="content"),
        UNASSIGNED,
        wrong("R-04", "notice_beyond_order", targets="mail01"),
    )
    with switched_off("R-04"):
        assert len(given(*PLANNED).when(replace(SEND, targets=("mail01",)), at_=LATER).facts) == 1


def test_r_22_who_was_released_since_was_assigned_when_the_notice_was_sent() -> None:
    story = given(*PLANNED).at("2026-11-17 10:00", RELEASED)
    story.when(SEND, at_=LATER).then(NOTICED).citing(2, 4)
    before = given(*PLANNED).at("2026-11-17 08:59", RELEASED)
    before.when(SEND, at_=LATER).then(replace(NOTICED, proper=False), UNASSIGNED)


def test_r_22_who_was_assigned_since_may_have_been_announced_and_who_never_was_may_not() -> None:
    both = (TECHNICIAN, SECOND_TECHNICIAN)
    command, as_sent = replace(SEND, technicians=both), replace(NOTICED, technicians=both)
    assigned = TechnicianAssigned(work_order=ORDER, technician=SECOND_TECHNICIAN)
    story = given(*PLANNED).at("2026-11-17 10:00", assigned)
    story.when(command, at_=LATER).then(as_sent).citing(2, 4, 5)
    outcome = given(*PLANNED).when(command, at_=LATER).then(replace(as_sent, proper=False), UNASSIGNED)
    assert outcome.facts[1].cites == (2,)
    with switched_off("ledger.domain.notices.check_announced_technicians"):
        given(*PLANNED).when(command, at_=LATER).then(as_sent)


def test_r_22_a_notice_that_was_not_proper_is_none_whether_it_is_told_before_the_start_or_after() -> None:
    outcome = given(*PLANNED).when(replace(SEND, method=""), at_=LATER)
    told_first = given(*PLANNED).at(LATER, *outcome.facts)
    order = order_of(told_first.recorded, ORDER)
    assert order is not None
    assert order.status is Status.SCHEDULED
    began = told_first.when(START, at_="2026-11-18 10:01")
    assert sentences(began) == ["work_without_proper_notice"]
    started_first = given(*PLANNED).at("2026-11-18 10:01", *given(*PLANNED).when(START, at_="2026-11-18 10:01").facts)
    assert sentences(started_first.when(replace(SEND, method=""), at_="2026-11-18 10:30")) == ["notice_incomplete"]
    again = replace(SEND, notice=an_id("notice", 2))
    for story in (told_first.at("2026-11-18 10:01", *began.facts), started_first):
        found = story.when(again, at_="2026-11-18 11:00")
        assert sentences(found) == ["notice_was_sent"]
        assert found.facts[1].cites == (8 if story is told_first else 6,)


def test_r_22_a_notice_is_told_of_the_time_that_was_agreed_on_when_it_was_sent_though_it_is_off_now() -> None:
    off = ScheduleCancelled(work_order=ORDER, by=Side.VENDOR, reason="障害対応")
    blocked = WorkBlocked(work_order=ORDER, obstacle=Obstacle.PREREQUISITE, words="VPN 機器なし")
    for fact in (off, blocked, replace(blocked, final=True)):
        story = given(*PLANNED).at("2026-11-17 10:00", fact)
        story.when(SEND, at_=LATER).then(NOTICED)
        order = order_of(story.at(LATER, NOTICED).recorded, ORDER)
        assert order is not None
        assert (order.window, order.notices) == (None, ())
        given(*PLANNED).at("2026-11-17 08:59", fact).when(SEND, at_=LATER).refused("R-22", cites=[5])
    given(REQUESTED, ACCEPTED, PROPOSED).when(SEND, at_=LATER).refused("R-22", cites=[1])


def test_r_22_the_receipt_of_a_notice_that_was_not_proper_is_recorded() -> None:
    received: dict[str, Any] = {
        "work_order": ORDER,
        "notice": NOTICE,
        "contact": WORK_CONTACT,
        "acknowledged_at": at(LATER),
    }
    story = given(*PLANNED, CONTACT).at(LATER, replace(NOTICED, proper=False, method=""))
    receipt = PreWorkNoticeAcknowledged(**received)
    story.when(AcknowledgeNotice(customer=CUSTOMER, **received), at_=LATER).then(receipt)
