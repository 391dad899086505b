"""A time agreed on by telephone at night for work that night, as it is typed in the morning."""

from collections import Counter

from orders import (
    ACCEPTED,
    ASSIGNED,
    CONTACT,
    NOTICED,
    ORDER,
    PROPOSAL,
    REQUESTED,
    SECOND_PROPOSAL,
    TECHNICIAN,
    WORK_CONTACT,
)
from story import CUSTOMER, Outcome, Story, at

from ledger.domain.finding import FindingRecorded
from ledger.domain.notices import SendNotice
from ledger.domain.schedule import AgreeSchedule, ProposeSchedule
from ledger.domain.schedule_facts import ScheduleAgreed, ScheduleChanged, ScheduleProposed
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import WorkOrder, order_of
from ledger.domain.work_facts import (
    Channel,
    Side,
    WorkCompleted,
    WorkStarted,
)
from ledger.domain.working import StartWork

MORNING = "2026-11-18 09:00"
PROPOSE = ProposeSchedule(
    customer=CUSTOMER,
    work_order=ORDER,
    proposal=PROPOSAL,
    by=Side.VENDOR,
    starts_at=at("2026-11-18 02:05"),
    planned_end=at("2026-11-18 03:00"),
    proposed_at=at("2026-11-18 02:00"),
)
AGREE = AgreeSchedule(
    customer=CUSTOMER,
    work_order=ORDER,
    proposal=PROPOSAL,
    by=Side.CUSTOMER,
    contact=WORK_CONTACT,
    agreed_at=at("2026-11-18 02:02"),
)
NIGHT = ScheduleProposed(
    work_order=ORDER,
    proposal=PROPOSAL,
    by=Side.VENDOR,
    starts_at=PROPOSE.starts_at,
    planned_end=PROPOSE.planned_end,
    proposed_at=PROPOSE.proposed_at,
)
AGREED = ScheduleAgreed(
    work_order=ORDER,
    proposal=PROPOSAL,
    by=Side.CUSTOMER,
    contact=WORK_CONTACT,
    starts_at=NIGHT.starts_at,
    planned_end=NIGHT.planned_end,
    agreed_at=AGREE.agreed_at,
)
DAY = ScheduleAgreed(
    work_order=ORDER,
    proposal=SECOND_PROPOSAL,
    by=Side.CUSTOMER,
    contact=WORK_CONTACT,
    starts_at=at("2026-11-19 10:00"),
    planned_end=at("2026-11-19 12:00"),
)
CHANGED = ScheduleChanged(
    work_order=ORDER,
    proposal=PROPOSAL,
    by=Side.CUSTOMER,
    contact=WORK_CONTACT,
    starts_at=NIGHT.starts_at,
    planned_end=NIGHT.planned_end,
    agreed_at=AGREE.agreed_at,
    reason="",
)
START = StartWork(customer=CUSTOMER, work_order=ORDER, technician=TECHNICIAN, started_at=at("2026-11-18 02:06"))
STARTED = WorkStarted(work_order=ORDER, technician=TECHNICIAN, started_at=START.started_at)
DONE = WorkCompleted(work_order=ORDER, completed_at=at("2026-11-18 02:50"))
TAKEN_ON = (REQUESTED, ACCEPTED, ASSIGNED, CONTACT)
"""Positions 0 to 3."""
SEND = SendNotice(
    customer=CUSTOMER,
    work_order=ORDER,
    notice=NOTICED.notice,
    content=NOTICED.content,
    technicians=(TECHNICIAN,),
    targets=("db01",),
    method="SSH",
    channel=Channel.PHONE,
    sent_at=at("2026-11-18 02:03"),
)
SUBJECTS = (f"work_order:{ORDER}",)


def violation(rule: str, sentence: str, **values: str) -> ViolationRecorded:
    return ViolationRecorded(rule=rule, sentence=sentence, values=values, subjects=SUBJECTS)


def finding(rule: str, sentence: str, **values: str) -> FindingRecorded:
    return FindingRecorded(rule=rule, sentence=sentence, values=values, subjects=SUBJECTS)


UNSCHEDULED, WITHOUT_NOTICE = violation("R-21", "work_unscheduled"), violation("R-22", "work_without_notice")
TOLD_LATE = finding(
    "R-21",
    "agreement_told_late",
    proposed_at="2026-11-18T02:00:00+09:00",
    agreed_at="2026-11-18T02:02:00+09:00",
    told_at="2026-11-18T09:00:00+09:00",
)
WAS_AGREED = finding("R-21", "time_was_agreed", agreed_at="2026-11-18T02:02:00+09:00")


def sentences(outcome: Outcome) -> Counter[str]:
    """Give what an outcome says against, or for, somebody."""
    return Counter(each.sentence for each in outcome.facts if isinstance(each, FindingRecorded | ViolationRecorded))


def refused(outcome: Outcome, sentence: str, *cites: int) -> None:
    outcome.refused("R-21", cites=cites)
    assert outcome.refusal is not None
    assert outcome.refusal.sentence == sentence


def standing(story: Story) -> WorkOrder:
    order = order_of(story.recorded, ORDER)
    assert order is not None
    return order
