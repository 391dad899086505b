"""Work itself: begun, interrupted, ended (5③, 5④).

Guarantees: what happened is recorded. Work that began although its order was over, without an agreed time, or without
a proper and timely notice, is recorded as begun, with a violation for each (R-06, R-21, R-22). Completion waits for
nothing: no report, no operation check (R-24, R-25).
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain import overrun as overrun_
from ledger.domain.boundary import Boundary, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.fact import Fact
from ledger.domain.instants import check_happened, spelled
from ledger.domain.lead_time import told_too_late
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import RUNNING, Status, WorkOrder, known, known_open, of_order
from ledger.domain.work_facts import WorkAborted, WorkCompleted, WorkResumed, WorkStarted, WorkSuspended
from ledger.domain.work_timers import work_due


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWork:
    """A technician began."""

    customer: str
    work_order: str
    technician: str
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendWork:
    """Work rests."""

    customer: str
    work_order: str
    suspended_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeWork:
    """Work goes on."""

    customer: str
    work_order: str
    technician: str
    resumed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AbortWork:
    """Work ended without being done."""

    customer: str
    work_order: str
    aborted_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteWork:
    """Work is done."""

    customer: str
    work_order: str
    completed_at: datetime


_Command = StartWork | SuspendWork | ResumeWork | AbortWork | CompleteWork


def _alone(command: _Command) -> Boundary:
    return of_order(command.work_order)


def _timers(command: _Command) -> tuple[Due, ...]:
    return (work_due(command.work_order, command.customer),)


@decides(StartWork, boundary=_alone, timers=_timers)
def start_work(command: StartWork, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the start, and what should have come before it and did not."""
    order = known(facts, command.work_order, "R-22")
    if order.status in RUNNING:
        raise Refusal("R-22", "work_begun_already", [order.changed])
    check_happened("R-22", command.started_at, now, after=order.requested_at, cites=[order.requested])
    started = WorkStarted(work_order=order.id, technician=command.technician, started_at=command.started_at)
    over = started_after_end(order, command.started_at)
    wrong = (
        [over] if over is not None else [unscheduled(order, command.started_at), unannounced(order, command, defaults)]
    )
    return decided(started, *(each for each in wrong if each is not None), cites=_planned(order))


@rule("R-06")
def started_after_end(order: WorkOrder, started_at: datetime) -> ViolationRecorded | None:
    """Give the violation of work under an order that was over."""
    if order.ended is None or order.ended_at is None or started_at < order.ended_at:
        return None
    return _violation(order, "R-06", "work_after_end", [order.ended], status=order.status.value)


@rule("R-21")
def unscheduled(order: WorkOrder, started_at: datetime) -> ViolationRecorded | None:
    """Give the violation of work at a time that was not agreed."""
    if order.window is None:
        return _violation(order, "R-21", "work_unscheduled", [order.changed])
    if order.window.holds(started_at):
        return None
    return _violation(
        order,
        "R-21",
        "work_outside_window",
        order.window.positions,
        starts_at=spelled(order.window.starts_at),
        planned_end=spelled(order.window.planned_end),
    )


@rule("R-22")
def unannounced(order: WorkOrder, command: StartWork, defaults: Defaults) -> ViolationRecorded | None:
    """Give the violation of work that was not announced, too late, or with other technicians.

    Of several notices one that came in time and names the technician does: what is repeated or added later takes
    nothing away from it.
    """
    sent = sorted((each for each in order.notices if each.sent_at <= command.started_at), key=lambda each: each.sent_at)
    if not sent:
        return _violation(order, "R-22", "work_without_notice", [order.changed])
    naming = [each for each in sent if command.technician in each.technicians]
    late = [
        told_too_late(order, each.told_of, each.sent_at, command.started_at, defaults, [each.position])
        for each in naming or sent
    ]
    if None not in late:
        return late[0]
    if not naming or order.assigned(command.technician) is None:
        return _violation(order, "R-22", "technician_unannounced", [each.position for each in sent])
    return None


@decides(SuspendWork, boundary=_alone, timers=_timers)
def suspend_work(command: SuspendWork, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Let work that is in progress rest."""
    order = _in(facts, command.work_order, Status.IN_PROGRESS)
    _check_since_start(order, command.suspended_at, now)
    suspended = WorkSuspended(work_order=order.id, suspended_at=command.suspended_at, reason=command.reason)
    return decided(suspended, cites=[order.changed])


@decides(ResumeWork, boundary=_alone, timers=_timers)
def resume_work(command: ResumeWork, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Let work that rests go on."""
    order = _in(facts, command.work_order, Status.SUSPENDED)
    _check_since_start(order, command.resumed_at, now)
    resumed = WorkResumed(work_order=order.id, technician=command.technician, resumed_at=command.resumed_at)
    return decided(resumed, cites=[order.changed])


@decides(AbortWork, boundary=_alone, timers=_timers)
def abort_work(command: AbortWork, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """End work that had begun."""
    order = _in(facts, command.work_order, *RUNNING)
    _check_since_start(order, command.aborted_at, now)
    aborted = WorkAborted(work_order=order.id, aborted_at=command.aborted_at, reason=command.reason)
    return decided(aborted, *_untold(order, facts, command.aborted_at, defaults), cites=_begun(order))


@decides(CompleteWork, boundary=_alone, timers=_timers)
def complete_work(command: CompleteWork, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Complete work that had begun, whatever is still to be reported, asked or checked."""
    order = _in(facts, command.work_order, *RUNNING)
    _check_since_start(order, command.completed_at, now)
    completed = WorkCompleted(work_order=order.id, completed_at=command.completed_at)
    return decided(completed, *_untold(order, facts, command.completed_at, defaults), cites=_begun(order))


def _untold(order: WorkOrder, facts: Facts, ended_at: datetime, defaults: Defaults) -> list[Fact]:
    violation = overrun_.never_told(order, overrun_.fold(facts, order.id), ended_at, defaults)
    return [] if violation is None else [violation]


def _in(facts: Facts, work_order: str, *statuses: Status) -> WorkOrder:
    order = known_open(facts, work_order)
    if order.status not in statuses:
        raise Refusal("R-06", "work_in_other_state", [order.changed], status=order.status)
    return order


def _check_since_start(order: WorkOrder, moment: datetime, now: datetime) -> None:
    check_happened("R-06", moment, now, after=order.started_at, cites=_begun(order))


def _begun(order: WorkOrder) -> tuple[int, ...]:
    return tuple(sorted({order.changed, *(() if order.started is None else (order.started,))}))


def _planned(order: WorkOrder) -> tuple[int, ...]:
    window = () if order.window is None else order.window.positions
    return tuple(sorted({order.requested, order.changed, *window, *(each.position for each in order.notices)}))


def _violation(
    order: WorkOrder, rule_id: str, sentence: str, cites: list[int] | tuple[int, ...], **values: str
) -> ViolationRecorded:
    return ViolationRecorded(
        rule=rule_id,
        sentence=sentence,
        values=values,
        subjects=(tag("work_order", order.id),),
        cites=tuple(sorted(set(cites))),
    )
