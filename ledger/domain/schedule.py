"""When work is done: one side names a time, the other agrees (5②).

Guarantees: an agreed time has the word of both sides in the ledger, the customer's by a registered contact (R-21). A
later agreement replaces the earlier one and its notice. While work runs a new time is agreed on where an overrun notice
does not reach; the work goes on as it was announced, and an overrun that the customer learns of by that, and too late,
is a violation (R-23). What was agreed on by telephone is recorded also when the time, or the order, is over: it says
when it was agreed on, takes no newer agreement back, and opens nothing afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.instants import check_happened, spelled
from ledger.domain.ordering import word_of
from ledger.domain.overrun import agreed_late, was_known
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type
from ledger.domain.rules import rule
from ledger.domain.schedule_facts import ScheduleAgreed, ScheduleCancelled, ScheduleChanged, ScheduleProposed
from ledger.domain.settings import Defaults
from ledger.domain.told_agreement import announced_then, as_told, overran_then, started_then, told_late
from ledger.domain.window import Window
from ledger.domain.work import RUNNING, Status, WorkOrder, known, of_order
from ledger.domain.work_facts import Side
from ledger.domain.work_timers import work_due


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSchedule:
    """One side names a time; ``contact`` is who says it for the customer."""

    customer: str
    work_order: str
    proposal: str
    by: Side
    starts_at: datetime
    planned_end: datetime
    contact: str | None = None
    proposed_at: datetime | None = None
    """When it was said, if not now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeSchedule:
    """The other side agrees; ``reason`` is told where the time was agreed otherwise before."""

    customer: str
    work_order: str
    proposal: str
    by: Side
    contact: str | None = None
    agreed_at: datetime | None = None
    """When it was said, if not now."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSchedule:
    """One side takes the agreed time back."""

    customer: str
    work_order: str
    by: Side
    reason: str
    contact: str | None = None


_Command = ProposeSchedule | AgreeSchedule | CancelSchedule
_Agreement = ScheduleAgreed | ScheduleChanged


def _boundary(command: _Command) -> Boundary:
    return of_order(command.work_order) | contacts_of(command.customer)


def _timers(command: _Command) -> tuple[Due, ...]:
    return (work_due(command.work_order, command.customer),)


@decides(ProposeSchedule, boundary=_boundary, timers=_timers)
def propose_schedule(command: ProposeSchedule, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record a proposed time that was still to come when it was proposed."""
    order = known(facts, command.work_order, "R-21")
    check_before_end(command.planned_end, command.proposed_at, now, "proposal_of_past", order.changed)
    _check_to_agree_on(order, command.proposed_at)
    for each in _proposals(facts, order):
        if each.fact.proposal == command.proposal:
            raise Refusal("R-21", "proposal_known", [each.position])
    if not command.starts_at < command.planned_end:
        raise Refusal("R-21", "schedule_order", [order.changed], planned_end=spelled(command.planned_end))
    check_happened("R-21", command.proposed_at or now, now, after=order.requested_at, cites=[order.requested])
    proposed = ScheduleProposed(
        work_order=order.id,
        proposal=command.proposal,
        by=command.by,
        contact=command.contact,
        starts_at=command.starts_at,
        planned_end=command.planned_end,
        proposed_at=command.proposed_at,
    )
    word = word_of(facts, command.by, command.contact, "R-21", command.proposed_at)
    return decided(proposed, cites=[order.changed, *word])


@decides(AgreeSchedule, boundary=_boundary, timers=_timers)
def agree_schedule(command: AgreeSchedule, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the other side's word to a proposal, and what it says of work that had begun."""
    order = known(facts, command.work_order, "R-21")
    proposal = next((each for each in _proposals(facts, order) if each.fact.proposal == command.proposal), None)
    if proposal is None:
        raise Refusal("R-21", "proposal_unknown", [order.changed])
    check_before_end(proposal.fact.planned_end, command.agreed_at, now, "agreement_on_past", proposal.position)
    _check_to_agree_on(order, command.agreed_at)
    said_at = command.agreed_at or now
    check_happened("R-21", said_at, now, after=happened_at(proposal), cites=[proposal.position])
    check_both_sides(proposal, command.by)
    if (said := _said_already(order, _agreed_on(facts, proposal), command.agreed_at)) is not None:
        return decided(cites=[said])  # said again: the notices of this time stay what they are
    agreed = _agreed(command, order, proposal.fact)
    told = as_told(agreed, order, facts, now)
    after = known([*facts, told], order.id).window
    counts = after is not None and after.agreed == told.position
    found = [
        agreed_late(order, facts, proposal, said_at, defaults) if counts else None,
        told_late(order, proposal, command.agreed_at, now),
        *started_then(order, facts, told, proposal),
        *announced_then(order, facts, told, proposal),
        *was_known(order, facts, proposal, told),
        overran_then(order, facts, told, proposal, defaults),
    ]
    cites = [order.changed if order.window is None else order.window.agreed, proposal.position]
    cites += word_of(facts, command.by, command.contact, "R-21", command.agreed_at)
    return decided(agreed, *(each for each in found if each is not None), cites=cites)


def _agreed(command: AgreeSchedule, order: WorkOrder, proposed: ScheduleProposed) -> ScheduleAgreed | ScheduleChanged:
    """Give the first agreement, or a change of it."""
    agreed = ScheduleAgreed(
        work_order=order.id,
        proposal=command.proposal,
        by=command.by,
        contact=command.contact,
        starts_at=proposed.starts_at,
        planned_end=proposed.planned_end,
        agreed_at=command.agreed_at,
    )
    if order.window is None:
        return agreed
    return ScheduleChanged(
        work_order=order.id,
        proposal=command.proposal,
        by=command.by,
        contact=command.contact,
        starts_at=proposed.starts_at,
        planned_end=proposed.planned_end,
        agreed_at=command.agreed_at,
        reason=command.reason,
    )


def _said_already(order: WorkOrder, before: list[Recorded[_Agreement]], agreed_at: datetime | None) -> int | None:
    """Give where this word stands already, or None; refuse another word to what was agreed on."""
    for each in before:
        if agreed_at is not None and each.fact.agreed_at == agreed_at:
            return each.position
    if not before or (order.window is None and not order.over):
        return None
    if order.window is not None:
        check_not_replaced(order.window, [each.position for each in before])
    check_same_word(before, agreed_at)
    return before[-1].position if order.window is None else order.window.agreed


@rule("R-21")
def check_before_end(planned_end: datetime, said_at: datetime | None, now: datetime, past: str, position: int) -> None:
    """Refuse a time that was over when both sides spoke of it; of one that is over now it is told when they did."""
    if planned_end > (now if said_at is None else said_at):
        return
    sentence = past if said_at is None else "schedule_order"
    raise Refusal("R-21", sentence, [position], planned_end=spelled(planned_end))


@rule("R-21")
def check_both_sides(proposal: Recorded[ScheduleProposed], by: Side) -> None:
    """Refuse a side that agrees to what it proposed itself."""
    if proposal.fact.by is by:
        raise Refusal("R-21", "proposal_of_same_side", [proposal.position], by=by)


@rule("R-21")
def check_not_replaced(window: Window, agreed_before: list[int]) -> None:
    """Refuse to come back to a proposal that both sides have left: what is meant by that is a proposal of its own."""
    if window.agreed not in agreed_before:
        raise Refusal("R-21", "proposal_replaced", [agreed_before[-1], window.agreed])


@rule("R-21")
def check_same_word(before: list[Recorded[_Agreement]], agreed_at: datetime | None) -> None:
    """Refuse to agree on a proposal at another time than is recorded: that is a proposal of its own."""
    if agreed_at is not None:
        raise Refusal("R-21", "proposal_agreed_already", [before[-1].position])


@decides(CancelSchedule, boundary=_boundary, timers=_timers)
def cancel_schedule(command: CancelSchedule, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Take an agreed time back; the order stays."""
    order = known(facts, command.work_order, "R-21")
    _check_to_agree_on(order)
    if order.status in RUNNING:
        raise Refusal("R-21", "not_to_schedule", [order.changed], status=order.status)
    if order.window is None:
        raise Refusal("R-21", "schedule_missing", [order.changed])
    cancelled = ScheduleCancelled(work_order=order.id, by=command.by, contact=command.contact, reason=command.reason)
    cites = [order.window.agreed, *word_of(facts, command.by, command.contact, "R-21")]
    return decided(cancelled, cites=cites)


def _agreed_on(facts: Facts, proposal: Recorded[ScheduleProposed]) -> list[Recorded[_Agreement]]:
    """Give the agreements on a proposal."""
    named = (proposal.fact.work_order, proposal.fact.proposal)
    agreed: Iterable[Recorded[_Agreement]] = of_type(facts, ScheduleAgreed, ScheduleChanged)
    return [each for each in agreed if (each.fact.work_order, each.fact.proposal) == named]


def _proposals(facts: Facts, order: WorkOrder) -> list[Recorded[ScheduleProposed]]:
    return [each for each in of_type(facts, ScheduleProposed) if each.fact.work_order == order.id]


def _check_to_agree_on(order: WorkOrder, said_at: datetime | None = None) -> None:
    """Refuse what nobody has taken on, and what is over, unless it was said before the end."""
    said_before_end = said_at is not None and order.ended_at is not None and said_at < order.ended_at
    if order.ended is not None and (order.status is Status.DECLINED or not said_before_end):
        raise Refusal("R-21", "work_order_over", [order.ended], status=order.status)
    if order.status is Status.REQUESTED:
        raise Refusal("R-21", "not_to_schedule", [order.changed], status=order.status)
