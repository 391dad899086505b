"""Work itself: begun, interrupted, ended (5③, 5④).

Guarantees: what happened is recorded, also when it is told late and in another order: it is judged by how things stood
when it happened, and what is recorded of sessions is judged again by it. Work that began although its order was over,
without an agreed time, or without a proper and timely notice, is recorded as begun, with a violation for each (R-06,
R-21, R-22). Completion waits for nothing: no report, no operation check (R-24, R-25).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ledger.domain import overrun as overrun_
from ledger.domain.boundary import Boundary, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.ended_again import End, begun_after_end, check_end, ended_again, ends_at
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened, spelled
from ledger.domain.judged_again import judged_again
from ledger.domain.lead_time import told_too_late
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import SessionEnded, SessionStarted
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import RUNNING, WorkOrder, known, of_order, order_at
from ledger.domain.work_facts import WorkAborted, WorkCompleted, WorkResumed, WorkStarted, WorkSuspended
from ledger.domain.work_outlasted import lasting_past, sessions_of, still_open
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


_Turn = WorkStarted | WorkSuspended | WorkResumed
_Command = StartWork | SuspendWork | ResumeWork | AbortWork | CompleteWork


def _with_sessions(command: _Command) -> Boundary:
    return of_order(command.work_order, SessionStarted, SessionEnded)


def _timers(command: _Command) -> tuple[Due, ...]:
    return (work_due(command.work_order, command.customer),)


@decides(StartWork, boundary=_with_sessions, timers=_timers)
def start_work(command: StartWork, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the start, and what should have come before it and did not."""
    order = known(facts, command.work_order, "R-22")
    earlier = began_earlier(order, command.started_at)
    told = [
        each.position
        for each in of_type(facts, WorkStarted)
        if (each.fact.technician, each.fact.started_at) == (command.technician, command.started_at)
    ]
    if told or (earlier is None and order.status in RUNNING):
        raise Refusal("R-22", "work_begun_already", told or [order.changed])
    check_happened("R-22", command.started_at, now, after=order.requested_at, cites=[order.requested])
    started = WorkStarted(work_order=order.id, technician=command.technician, started_at=command.started_at)
    over = started_after_end(order, command.started_at)
    then = _planned_then(order, facts, command.started_at)
    wrong = [earlier, unscheduled(then, command.started_at), unannounced(then, command, defaults)]
    if over is not None:
        wrong = [over]
    again = judged_again(facts, order, started, now)
    return decided(started, *(each for each in wrong if each is not None), *again, cites=_planned(then))


def _planned_then(order: WorkOrder, facts: Facts, started_at: datetime) -> WorkOrder:
    """Give the order as it stood when work began, with the time that was agreed on; else as it stands now."""
    then = order_at(facts, order.id, started_at)
    return order if then is None or then.window is None else then


@rule("R-22")
def began_earlier(order: WorkOrder, started_at: datetime) -> FindingRecorded | None:
    """Find that work began before it is said to have begun; the order has the earlier start from then on."""
    if order.started is None or order.started_at is None or started_at >= order.started_at:
        return None
    return FindingRecorded(
        rule="R-22",
        sentence="work_began_earlier",
        values={"at": spelled(order.started_at)},
        subjects=(tag("work_order", order.id),),
        cites=(order.started,),
    )


@rule("R-06")
def started_after_end(order: WorkOrder, started_at: datetime) -> ViolationRecorded | None:
    """Give the violation of work under an order that was over."""
    if order.ended is None or order.ended_at is None or started_at < order.ended_at:
        return None
    return _violation(order, "R-06", "work_after_end", [order.ended], status=order.status.value)


@rule("R-21")
def unscheduled(order: WorkOrder, started_at: datetime) -> ViolationRecorded | None:
    """Give the violation of work at a time that was not agreed, or only when it had begun."""
    if order.window is None or started_at < order.window.said_at:
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
    if not sent and order.improper:
        return _violation(order, "R-22", "work_without_proper_notice", order.improper)
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


@decides(SuspendWork, boundary=_with_sessions, timers=_timers)
def suspend_work(command: SuspendWork, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Let work rest that went on then."""
    order, turn = _at_work(facts, command.work_order, command.suspended_at, now)
    if isinstance(turn.fact, WorkSuspended):
        raise Refusal("R-06", "work_rests_already", [turn.position], since=spelled(happened_at(turn)))
    suspended = WorkSuspended(work_order=order.id, suspended_at=command.suspended_at, reason=command.reason)
    return _turned(order, facts, suspended, turn, now)


@decides(ResumeWork, boundary=_with_sessions, timers=_timers)
def resume_work(command: ResumeWork, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Let work go on that rested then."""
    order, turn = _at_work(facts, command.work_order, command.resumed_at, now)
    if not isinstance(turn.fact, WorkSuspended):
        raise Refusal("R-06", "work_did_not_rest", [turn.position], at=spelled(command.resumed_at))
    resumed = WorkResumed(work_order=order.id, technician=command.technician, resumed_at=command.resumed_at)
    return _turned(order, facts, resumed, turn, now)


def _at_work(facts: Facts, work_order: str, moment: datetime, now: datetime) -> tuple[WorkOrder, Recorded[_Turn]]:
    """Give an order, and what its work had last come to by an instant, whatever had ended the order by then.

    Raise Refusal where nothing tells that it had begun, or where it was blocked.
    """
    order = known(facts, work_order)
    told: Iterable[Recorded[_Turn]] = (
        *of_type(facts, WorkStarted),
        *of_type(facts, WorkSuspended),
        *of_type(facts, WorkResumed),
    )
    turns = [each for each in told if each.fact.work_order == order.id]
    starts = [happened_at(each) for each in turns if isinstance(each.fact, WorkStarted)]
    if not starts:
        _check_begun(order)
    check_happened("R-06", moment, now, after=min(starts), cites=_begun(order))
    then = order_at(facts, order.id, moment)
    assert then is not None
    if not then.over and then.status not in RUNNING:
        raise Refusal("R-06", "work_in_other_state", [then.changed], status=then.status)
    by_then = (each for each in turns if happened_at(each) <= moment)
    return order, max(by_then, key=lambda each: (happened_at(each), each.position))


def _turned(
    order: WorkOrder, facts: Facts, told: WorkSuspended | WorkResumed, after: Recorded[_Turn], now: datetime
) -> Decision:
    """Record a pause or its end, with what is wrong about when it was."""
    found = paused_when_over(order, facts, told)
    return decided(
        told, *(() if found is None else (found,)), *judged_again(facts, order, told, now), cites=[after.position]
    )


@rule("R-06")
def paused_when_over(order: WorkOrder, facts: Facts, told: WorkSuspended | WorkResumed) -> FindingRecorded | None:
    """Find that work rested, or went on, after the end that was told before; not of work that began after that end."""
    moment = told.suspended_at if isinstance(told, WorkSuspended) else told.resumed_at
    if order.ended is None or order.ended_at is None or moment <= order.ended_at:
        return None
    return None if begun_after_end(order, facts, moment) else _paused_after(order, order.ended_at, (order.ended,))


@decides(AbortWork, boundary=_with_sessions, timers=_timers)
def abort_work(command: AbortWork, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """End work that had begun."""
    aborted = WorkAborted(work_order=command.work_order, aborted_at=command.aborted_at, reason=command.reason)
    return _ended(aborted, facts, now, defaults)


@decides(CompleteWork, boundary=_with_sessions, timers=_timers)
def complete_work(command: CompleteWork, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Complete work that had begun, whatever is still to be reported, asked or checked."""
    sessions, done = sessions_of(facts, command.work_order), command.completed_at
    completed = WorkCompleted(work_order=command.work_order, completed_at=done, sessions=still_open(sessions, done))
    past = lasting_past(sessions, done, defaults)
    return _ended(completed, facts, now, defaults, past)


def _ended(end: End, facts: Facts, now: datetime, defaults: Defaults, past: Iterable[FindingRecorded] = ()) -> Decision:
    """Record an end, and what is wrong as the work ends; also of an order that was over, as the clock may abort it."""
    order = known(facts, end.work_order)
    if order.over:
        starts = check_end(order, facts, end, now)
        again = (*ended_again(order, facts, end), *judged_again(facts, order, end, now))
        return decided(end, *again, *past, cites=tuple(sorted({order.changed, *starts})))
    _check_begun(order)
    if order.status not in RUNNING:
        raise Refusal("R-06", "work_in_other_state", [order.changed], status=order.status)
    _check_since_start(order, ends_at(end), now)
    return decided(end, *_at_end(order, facts, end, now, defaults), *past, cites=_begun(order))


def _at_end(order: WorkOrder, facts: Facts, end: End, now: datetime, defaults: Defaults) -> list[Fact]:
    """Give what is wrong as the work ends: an untold overrun, what is told of a time after it."""
    untold = overrun_.never_told(order, overrun_.fold(facts, order.id), ends_at(end), defaults)
    after = paused_after_end(order, facts, ends_at(end))
    return [*(each for each in (untold, after) if each is not None), *judged_again(facts, order, end, now)]


@rule("R-06")
def paused_after_end(order: WorkOrder, facts: Facts, ended_at: datetime) -> FindingRecorded | None:
    """Find that work is said to have rested, or to have gone on, after it is said to have ended."""
    after = [
        each.position
        for each in facts
        if isinstance(each.fact, WorkSuspended | WorkResumed) and each.fact.work_order == order.id
        if happened_at(each) > ended_at
    ]
    return _paused_after(order, ended_at, tuple(after)) if after else None


def _paused_after(order: WorkOrder, ended_at: datetime, cites: tuple[int, ...]) -> FindingRecorded:
    return FindingRecorded(
        rule="R-06",
        sentence="work_paused_after_end",
        values={"ended_at": spelled(ended_at)},
        subjects=(tag("work_order", order.id),),
        cites=cites,
    )


def _check_begun(order: WorkOrder) -> None:
    if order.started is None and order.over:
        raise Refusal("R-06", "work_order_over", [order.changed], status=order.status)
    if order.started is None:
        raise Refusal("R-06", "work_not_begun", [order.changed])


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
