"""What follows completed work: has it been reported, was the operation check asked for, and what came of it (5④, 5⑤).

Guarantees: a report or a request for the check that is not there one business day after completion is a finding, and
never keeps the work from being complete (R-24). A check that nobody answered has lapsed, as of its deadline, which is
no confirmation (R-25, A-18).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.domain.boundary import tag
from ledger.domain.calendar import business_days_end
from ledger.domain.completion_facts import (
    CompletionReportSent,
    OperationCheckConfirmed,
    OperationCheckDefectReported,
    OperationCheckLapsed,
    OperationCheckRequested,
)
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.overrun import is_found
from ledger.domain.recorded import Facts, last, tagged
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.work import Status, WorkOrder


class Answer(StrEnum):
    """What came of an operation check; ``LAPSED`` is printed as "no reply", never as a confirmation."""

    AWAITED = "awaited"
    CONFIRMED = "confirmed"
    DEFECT_REPORTED = "defect_reported"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Check:
    """The operation check of an order."""

    requested: int
    requested_at: datetime
    deadline: datetime
    answer: Answer
    position: int
    """What tells the answer; of an awaited one, the request."""


@dataclass(frozen=True, slots=True)
class FollowedBy:
    """What followed completed work; ``reported`` is the position of the report."""

    reported: int | None
    check: Check | None


def fold(facts: Facts, work_order: str) -> FollowedBy:
    """Give what followed the work of an order."""
    facts = tagged(facts, tag("work_order", work_order))
    report = last(facts, CompletionReportSent)
    requested = last(facts, OperationCheckRequested)
    check = None
    if requested is not None:
        check = Check(
            requested.position,
            requested.fact.requested_at,
            requested.fact.deadline,
            *_answer(facts, requested.position),
        )
    return FollowedBy(None if report is None else report.position, check)


def _answer(facts: Facts, requested: int) -> tuple[Answer, int]:
    # What the customer said stands before silence, and a defect before a confirmation.
    answers = (
        (OperationCheckDefectReported, Answer.DEFECT_REPORTED),
        (OperationCheckConfirmed, Answer.CONFIRMED),
        (OperationCheckLapsed, Answer.LAPSED),
    )
    for kind, answer in answers:
        if (found := last(facts, kind)) is not None:
            return answer, found.position
    return Answer.AWAITED, requested


def due(order: WorkOrder, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    """Give what time made true after an order's end: of a completed one what is missing, of a check its lapse."""
    if not order.over:
        return []
    followed = fold(facts, order.id)
    absent = missing(order, followed, facts, now, defaults) if order.status is Status.COMPLETED else ()
    return [*absent, *lapsed(order, followed, now)]


@rule("R-24", off=())
def missing(order: WorkOrder, followed: FollowedBy, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    """Find the report and the request for the check that did not come in time."""
    assert order.ended_at is not None
    assert order.ended is not None
    deadline = business_days_end(order.ended_at, defaults.report_business_days)
    if deadline is None or deadline > now:
        return []
    absent = {"report_overdue": followed.reported, "check_request_overdue": followed.check}
    return [
        FindingRecorded(
            rule="R-24",
            sentence=sentence,
            values={"deadline": spelled(deadline)},
            subjects=(tag("work_order", order.id),),
            cites=(order.ended,),
        )
        for sentence, there in absent.items()
        if there is None and not is_found(facts, sentence, deadline)
    ]


@rule("R-25", off=())
def lapsed(order: WorkOrder, followed: FollowedBy, now: datetime) -> list[Fact]:
    """Give the lapse of a check that nobody answered."""
    check = followed.check
    if check is None or check.answer is not Answer.AWAITED or check.deadline > now:
        return []
    return [OperationCheckLapsed(work_order=order.id, deadline=check.deadline, cites=(check.requested,))]
