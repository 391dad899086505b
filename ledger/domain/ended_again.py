"""An end of work that is told of an order that was over already: done before its abort, gone on after it, told twice.

Guarantees: each end that is told of work that was begun is recorded. The order keeps the end that was told first,
except that work that was done before it is said to have been aborted is completed. Work that is said to have gone on
after an end that was no completion is a violation (R-06), as work is that begins after any; where two ends of one piece
of work do not agree otherwise, a finding says so. Either order of telling comes to the same.
"""

from datetime import datetime

from ledger.domain.boundary import tag
from ledger.domain.decision import Refusal
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened, spelled
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type, positions
from ledger.domain.rules import rule
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import Status, WorkOrder
from ledger.domain.work_facts import WorkAborted, WorkCompleted, WorkStarted

End = WorkAborted | WorkCompleted


def ends_at(end: End) -> datetime:
    """Give when the work ended."""
    return end.aborted_at if isinstance(end, WorkAborted) else end.completed_at


def check_end(order: WorkOrder, facts: Facts, end: End, now: datetime) -> tuple[int, ...]:
    """Give the starts of the work of an order that is over; raise Refusal for what is on record, or never began."""
    starts = _starts(order, facts)
    said = [each.position for each in of_type(facts, type(end)) if ends_at(each.fact) == ends_at(end)]
    if said or not starts:
        raise Refusal("R-06", "work_order_over", said or [order.changed], status=order.status)
    check_happened("R-06", ends_at(end), now, after=min(happened_at(each) for each in starts), cites=positions(*starts))
    return positions(*starts)


def ended_again(order: WorkOrder, facts: Facts, end: End) -> list[ViolationRecorded | FindingRecorded]:
    """Give what is wrong with an end that is told of an order that was over."""
    if begun_after_end(order, facts, ends_at(end)):
        return []
    wrong = done_before_abort(order, end) or gone_on_after_end(order, end) or ended_otherwise(order, end)
    return [] if wrong is None else [wrong]


@rule("R-06")
def done_before_abort(order: WorkOrder, end: End) -> FindingRecorded | None:
    """Find that work had been done when it is said to have been aborted, whichever of the two is told first."""
    assert order.ended_at is not None
    told = {order.status: order.ended_at, _status(end): ends_at(end)}
    if told.keys() != {Status.ABORTED, Status.COMPLETED} or told[Status.COMPLETED] >= told[Status.ABORTED]:
        return None
    return _finding(order, "work_done_before_abort", aborted_at=spelled(told[Status.ABORTED]))


@rule("R-06")
def gone_on_after_end(order: WorkOrder, end: End) -> ViolationRecorded | None:
    """Give the violation of work that went on after its order was over, which no completion had ended."""
    assert order.ended_at is not None
    assert order.ended is not None
    moment = ends_at(end)
    if moment > order.ended_at:
        earlier, gone_on = order.status, order.status not in {Status.COMPLETED, _status(end)}
    else:
        earlier, gone_on = _status(end), isinstance(end, WorkAborted) and order.status is Status.COMPLETED
    if not gone_on or moment == order.ended_at:
        return None
    return ViolationRecorded(
        rule="R-06",
        sentence="work_after_end",
        values={"status": earlier.value},
        subjects=(tag("work_order", order.id),),
        cites=(order.ended,),
    )


@rule("R-06")
def ended_otherwise(order: WorkOrder, end: End) -> FindingRecorded | None:
    """Find that work is said to have ended twice."""
    assert order.ended_at is not None
    ended = {"ended_at": spelled(order.ended_at), "status": order.status.value}
    return _finding(order, "work_ended_otherwise", **ended, told_at=spelled(ends_at(end)))


def begun_after_end(order: WorkOrder, facts: Facts, moment: datetime) -> bool:
    """Tell whether work that ended then had begun when its order was over, which is a violation of its own."""
    over = order.ended_at
    return over is not None and any(over <= happened_at(each) <= moment for each in _starts(order, facts))


def _starts(order: WorkOrder, facts: Facts) -> list[Recorded[WorkStarted]]:
    return [each for each in of_type(facts, WorkStarted) if each.fact.work_order == order.id]


def _status(end: End) -> Status:
    return Status.ABORTED if isinstance(end, WorkAborted) else Status.COMPLETED


def _finding(order: WorkOrder, sentence: str, **values: str) -> FindingRecorded:
    assert order.ended is not None
    return FindingRecorded(
        rule="R-06",
        sentence=sentence,
        values=values,
        subjects=(tag("work_order", order.id),),
        cites=(order.ended,),
    )
