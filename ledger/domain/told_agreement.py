"""An agreement on a time that is told late: recorded as it is said to have been, and what it says of the work (5②).

Guarantees: that it was told after the work, or after the start of its time, is a finding (R-21). What was recorded of a
start is judged again by the time that both sides had agreed on by then: a violation stays, with a finding beside it
where the time was agreed on; a start outside that time, one that nobody announced for it, and work that had gone on
past its end unsaid (R-23), are violations now.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ledger.domain.boundary import tag
from ledger.domain.fact import Fact, tags_of
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type
from ledger.domain.rules import rule
from ledger.domain.schedule_facts import ScheduleAgreed, ScheduleChanged, ScheduleProposed
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.window import Window
from ledger.domain.work import WorkOrder, order_at
from ledger.domain.work_facts import WorkStarted

_NOT_AGREED = frozenset({"work_unscheduled", "work_outside_window"})


def as_told(agreed: ScheduleAgreed | ScheduleChanged, order: WorkOrder, facts: Facts, now: datetime) -> Recorded[Fact]:
    """Give an agreement as it will stand in the ledger."""
    return Recorded(agreed, facts[-1].position + 1, now, order.customer, tags_of(agreed))


@rule("R-21")
def told_late(
    order: WorkOrder, proposal: Recorded[ScheduleProposed], agreed_at: datetime | None, now: datetime
) -> FindingRecorded | None:
    """Find that what both sides are said to have said stands in the ledger only since the time began, or the work."""
    if agreed_at is None and proposal.fact.proposed_at is None:
        return None
    if now < proposal.fact.starts_at and order.started is None:
        return None
    return FindingRecorded(
        rule="R-21",
        sentence="agreement_told_late",
        values={
            "proposed_at": spelled(happened_at(proposal)),
            "agreed_at": spelled(now if agreed_at is None else agreed_at),
            "told_at": spelled(now),
        },
        subjects=(tag("work_order", order.id),),
        cites=tuple(sorted({proposal.position, *(() if order.started is None else (order.started,))})),
    )


@rule("R-21", off=[])
def started_then(
    order: WorkOrder, facts: Facts, told: Recorded[Fact], proposal: Recorded[ScheduleProposed]
) -> list[FindingRecorded | ViolationRecorded]:
    """Judge again whether work began at the agreed time, by an agreement from before it began."""
    found: list[FindingRecorded | ViolationRecorded] = []
    answers = [each for each in of_type(facts, FindingRecorded) if each.fact.sentence == "time_was_agreed"]
    answered = {place for each in answers for place in each.fact.cites}
    for start, window, wrong in _starts(order, facts, told):
        unfounded = [each.position for each in wrong if each.fact.sentence in _NOT_AGREED]
        if window.holds(start.fact.started_at):
            found += [_was_agreed(order, window, place) for place in unfounded if place not in answered]
        elif not unfounded:
            begun = {"starts_at": spelled(window.starts_at), "planned_end": spelled(window.planned_end)}
            found.append(_violation(order, "R-21", "work_outside_window", (proposal.position, start.position), begun))
    return found


@rule("R-22", off=[])
def announced_then(
    order: WorkOrder, facts: Facts, told: Recorded[Fact], proposal: Recorded[ScheduleProposed]
) -> list[ViolationRecorded]:
    """Give the violation of work that was announced for another time than the one agreed on before it began."""
    return [
        _violation(order, "R-22", "work_without_notice", (proposal.position, start.position), {})
        for start, _, wrong in _starts(order, facts, told)
        if all(each.fact.rule != "R-22" for each in wrong)
    ]


@rule("R-23")
def overran_then(
    order: WorkOrder, facts: Facts, told: Recorded[Fact], proposal: Recorded[ScheduleProposed], defaults: Defaults
) -> ViolationRecorded | None:
    """Give the violation of work that is over, and went on past the told end without the customer's being told."""
    if order.started is None or order.started_at is None or order.ended is None or order.ended_at is None:
        return None
    then = order_at([*facts, told], order.id, order.ended_at - timedelta(microseconds=1))
    if then is None or then.window is None or then.window.agreed != told.position:
        return None
    deadline = max(then.window.planned_end, order.started_at) + defaults.overrun_notice
    said = (each.fact.values.get("deadline") for each in of_type(facts, ViolationRecorded) if each.fact.rule == "R-23")
    if order.ended_at <= deadline or spelled(deadline) in said:
        return None
    cites = (proposal.position, order.started, order.ended)
    return _violation(order, "R-23", "overrun_never_told", cites, {"deadline": spelled(deadline)})


def _starts(
    order: WorkOrder, facts: Facts, told: Recorded[Fact]
) -> Iterator[tuple[Recorded[WorkStarted], Window, list[Recorded[ViolationRecorded]]]]:
    """Give each start for which the told agreement was the time that counted, with the violations recorded of it."""
    starts = [each for each in of_type(facts, WorkStarted) if each.fact.work_order == order.id]
    for number, start in enumerate(starts):
        began = start.fact.started_at
        if order.ended_at is not None and began >= order.ended_at:
            continue  # whatever was agreed on, nothing was to be done any more
        then = order_at([*facts, told], order.id, began)
        if then is None or then.window is None or then.window.agreed != told.position:
            continue
        until = starts[number + 1].position if number + 1 < len(starts) else told.position
        wrong = [each for each in of_type(facts, ViolationRecorded) if start.position < each.position < until]
        yield start, then.window, wrong


def _was_agreed(order: WorkOrder, window: Window, violation: int) -> FindingRecorded:
    return FindingRecorded(
        rule="R-21",
        sentence="time_was_agreed",
        values={"agreed_at": spelled(window.said_at)},
        subjects=(tag("work_order", order.id),),
        cites=(violation,),
    )


def _violation(
    order: WorkOrder, rule_id: str, sentence: str, cites: tuple[int, ...], values: dict[str, str]
) -> ViolationRecorded:
    return ViolationRecorded(
        rule=rule_id,
        sentence=sentence,
        values=values,
        subjects=(tag("work_order", order.id),),
        cites=tuple(sorted(cites)),
    )
