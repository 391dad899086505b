"""Telling the customer that work takes longer: as soon as it is known, and until when it is planned now (5③※, R-23).

Guarantees: an overrun that somebody foresees is detected then, before the timer would; a notice without a detection
brings its own. A notice that was sent too late is recorded with a violation, one whose end goes far beyond the agreed
time with a finding (R-21). One that was sent before both sides agreed on another time and is told after moves nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain import overrun as overrun_
from ledger.domain.boundary import Boundary
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.fact import Fact
from ledger.domain.instants import check_happened, spelled
from ledger.domain.overrun import Overrun, Stretch
from ledger.domain.recorded import Facts
from ledger.domain.schedule_facts import Detection, OverrunDetected, OverrunNoticeSent
from ledger.domain.settings import Defaults
from ledger.domain.work import RUNNING, WorkOrder, known, of_order, order_at
from ledger.domain.work_facts import Channel
from ledger.domain.work_timers import work_due


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeseeOverrun:
    """Somebody knows that the work will not be done by its planned end."""

    customer: str
    work_order: str
    known_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOverrunNotice:
    """Tell the customer, with the new planned end; in writing with the same end, it confirms a call."""

    customer: str
    work_order: str
    planned_end: datetime
    reason: str
    channel: Channel
    sent_at: datetime


def _boundary(command: ForeseeOverrun | SendOverrunNotice) -> Boundary:
    return of_order(command.work_order)


def _timers(command: ForeseeOverrun | SendOverrunNotice) -> tuple[Due, ...]:
    return (work_due(command.work_order, command.customer),)


@decides(ForeseeOverrun, boundary=_boundary, timers=_timers)
def foresee_overrun(command: ForeseeOverrun, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record it as detected; what is detected already is not detected again."""
    order = _running(facts, command.work_order)
    overrun = overrun_.fold(facts, order.id)
    stretch = _planned(order, overrun)
    if stretch.detected is not None:
        raise Refusal("R-23", "overrun_known", [stretch.detected])
    check_happened("R-23", command.known_at, now, after=order.started_at, cites=stretch.positions)
    return decided(_foreseen(order, stretch, command.known_at, command.reason), cites=stretch.positions)


@decides(SendOverrunNotice, boundary=_boundary, timers=_timers)
def send_overrun_notice(command: SendOverrunNotice, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record a notice sent while work went on, and how late it was; it may be told when the work is over."""
    order = known(facts, command.work_order, "R-23")
    overrun = overrun_.fold(facts, order.id)
    stretch = _planned(order, overrun)
    check_happened("R-23", command.sent_at, now, after=order.started_at, cites=stretch.positions)
    notice = OverrunNoticeSent(
        work_order=order.id,
        planned_end=command.planned_end,
        reason=command.reason,
        channel=command.channel,
        sent_at=command.sent_at,
    )
    call = overrun.unwritten
    named = {stretch.ends, *(each.planned_end for each in overrun.calls[-1:])}
    if command.planned_end in named and command.channel is not Channel.PHONE and call is not None:
        late = overrun_.written_late(order, overrun, command.sent_at, defaults)
        return decided(notice, *([] if late is None else [late]), cites=[call.position])
    then = order_at(facts, order.id, command.sent_at) or order
    if then.status not in RUNNING:
        raise Refusal("R-23", "overrun_of_what_rests", [then.changed], status=then.status)
    if command.sent_at < max(stretch.agreed_at, overrun.told_at or stretch.agreed_at):  # a newer word stands already
        return decided(notice, *overrun_.was_told(order, facts, notice), cites=stretch.positions)
    if command.planned_end <= stretch.ends or command.planned_end <= command.sent_at:
        raise Refusal("R-23", "overrun_end_not_later", stretch.positions, planned_end=spelled(stretch.ends))
    beyond = overrun_.beyond_agreement(order, command.planned_end, defaults)
    found: list[Fact] = [] if beyond is None else [beyond]
    if stretch.detected is None:
        detected = _foreseen(order, stretch, command.sent_at, command.reason)
        return decided(detected, notice, *found, cites=stretch.positions)
    late = overrun_.told_late(order, overrun, command.sent_at, defaults)
    found += overrun_.was_told(order, facts, notice) if late is None else [late]
    return decided(notice, *found, cites=[*stretch.positions, stretch.detected])


def _foreseen(order: WorkOrder, stretch: Stretch, at: datetime, reason: str) -> OverrunDetected:
    return OverrunDetected(
        work_order=order.id, how=Detection.FORESEEN, planned_end=stretch.ends, detected_at=at, reason=reason
    )


def _running(facts: Facts, work_order: str) -> WorkOrder:
    order = known(facts, work_order, "R-23")
    if order.status not in RUNNING:
        raise Refusal("R-23", "overrun_of_what_rests", [order.changed], status=order.status)
    return order


def _planned(order: WorkOrder, overrun: Overrun) -> Stretch:
    if overrun.current is None:
        raise Refusal("R-23", "overrun_without_plan", [order.changed])
    return overrun.current
