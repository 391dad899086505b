"""When work is done: one side names a time, the other agrees (5②).

Guarantees: an agreed time has the word of both sides in the ledger, the customer's by a registered contact (R-21). A
later agreement replaces the earlier one and its notice. While work runs a new time is agreed on where an overrun notice
does not reach; the work goes on as it was announced, and an overrun that the customer learns of by that, and too late,
is a violation (R-23).
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.instants import spelled
from ledger.domain.ordering import word_of
from ledger.domain.overrun import agreed_late
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.schedule_facts import ScheduleAgreed, ScheduleCancelled, ScheduleChanged, ScheduleProposed
from ledger.domain.settings import Defaults
from ledger.domain.work import RUNNING, Status, Window, WorkOrder, known_open, of_order
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeSchedule:
    """The other side agrees; ``reason`` is told where the time was agreed otherwise before."""

    customer: str
    work_order: str
    proposal: str
    by: Side
    contact: str | None = None
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


def _boundary(command: _Command) -> Boundary:
    return of_order(command.work_order) | contacts_of(command.customer)


def _timers(command: _Command) -> tuple[Due, ...]:
    return (work_due(command.work_order, command.customer),)


@decides(ProposeSchedule, boundary=_boundary, timers=_timers)
def propose_schedule(command: ProposeSchedule, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record a proposed time that is still to come."""
    order = _to_agree_on(facts, command.work_order)
    for each in _proposals(facts, order):
        if each.fact.proposal == command.proposal:
            raise Refusal("R-21", "proposal_known", [each.position])
    if not now < command.planned_end or not command.starts_at < command.planned_end:
        raise Refusal("R-21", "schedule_order", [order.changed], planned_end=spelled(command.planned_end))
    proposed = ScheduleProposed(
        work_order=order.id,
        proposal=command.proposal,
        by=command.by,
        contact=command.contact,
        starts_at=command.starts_at,
        planned_end=command.planned_end,
    )
    return decided(proposed, cites=[order.changed, *word_of(facts, command.by, command.contact, "R-21")])


@decides(AgreeSchedule, boundary=_boundary, timers=_timers)
def agree_schedule(command: AgreeSchedule, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the other side's word to a proposal."""
    order = _to_agree_on(facts, command.work_order)
    proposal = next((each for each in _proposals(facts, order) if each.fact.proposal == command.proposal), None)
    if proposal is None:
        raise Refusal("R-21", "proposal_unknown", [order.changed])
    if proposal.fact.planned_end <= now:
        planned_end = spelled(proposal.fact.planned_end)
        raise Refusal("R-21", "schedule_order", [proposal.position], planned_end=planned_end)
    check_both_sides(proposal, command.by)
    if order.window is not None and (agreed_before := _agreed_on(facts, proposal)):
        check_not_replaced(order.window, agreed_before)
        return decided(cites=[order.window.agreed])  # said again: the notices of this time stay what they are
    cites = [proposal.position, *word_of(facts, command.by, command.contact, "R-21")]
    if order.window is None:
        agreed = ScheduleAgreed(
            work_order=order.id,
            proposal=command.proposal,
            by=command.by,
            contact=command.contact,
            starts_at=proposal.fact.starts_at,
            planned_end=proposal.fact.planned_end,
        )
        return decided(agreed, cites=[order.changed, *cites])
    late = agreed_late(order, facts, proposal, now, defaults)
    changed = ScheduleChanged(
        work_order=order.id,
        proposal=command.proposal,
        by=command.by,
        contact=command.contact,
        starts_at=proposal.fact.starts_at,
        planned_end=proposal.fact.planned_end,
        reason=command.reason,
    )
    return decided(changed, *([] if late is None else [late]), cites=[order.window.agreed, *cites])


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


@decides(CancelSchedule, boundary=_boundary, timers=_timers)
def cancel_schedule(command: CancelSchedule, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Take an agreed time back; the order stays."""
    order = _to_agree_on(facts, command.work_order)
    if order.status in RUNNING:
        raise Refusal("R-21", "not_to_schedule", [order.changed], status=order.status)
    if order.window is None:
        raise Refusal("R-21", "schedule_missing", [order.changed])
    cancelled = ScheduleCancelled(work_order=order.id, by=command.by, contact=command.contact, reason=command.reason)
    cites = [order.window.agreed, *word_of(facts, command.by, command.contact, "R-21")]
    return decided(cancelled, cites=cites)


def _agreed_on(facts: Facts, proposal: Recorded[ScheduleProposed]) -> list[int]:
    """Give the positions at which both sides agreed on a proposal."""
    named = (proposal.fact.work_order, proposal.fact.proposal)
    return [
        each.position
        for each in facts
        if isinstance(each.fact, ScheduleAgreed | ScheduleChanged)
        and (each.fact.work_order, each.fact.proposal) == named
    ]


def _proposals(facts: Facts, order: WorkOrder) -> list[Recorded[ScheduleProposed]]:
    return [each for each in of_type(facts, ScheduleProposed) if each.fact.work_order == order.id]


def _to_agree_on(facts: Facts, work_order: str) -> WorkOrder:
    order = known_open(facts, work_order, "R-21")
    if order.status is Status.REQUESTED:
        raise Refusal("R-21", "not_to_schedule", [order.changed], status=order.status)
    return order
