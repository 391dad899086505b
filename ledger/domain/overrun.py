"""Work that takes longer than planned: what is known of it, what time alone makes of it, and what was told too late.

States, for each planned end: on time → at risk (most of the planned time is over) → detected → told, with a new planned
end, which may be overrun again. A notice by telephone counts, and is confirmed in writing by a second one that names
the same end (A-17). Both sides may agree on another time instead: of it the customer knows from the proposal on.

Guarantees: the timer detects an overrun as of the planned end, whoever looked when (R-23). Nobody having told the
customer in time is at first a finding, since a notice may be recorded late; a notice that was sent late, or never
before the work ended, is a violation.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from ledger.domain.boundary import tag
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type
from ledger.domain.rules import rule
from ledger.domain.schedule_facts import (
    Detection,
    OverrunDetected,
    OverrunNoticeSent,
    ScheduleAgreed,
    ScheduleChanged,
    ScheduleProposed,
    WorkAtRisk,
)
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.window import Window, window_of
from ledger.domain.work import RUNNING, WorkOrder, order_at
from ledger.domain.work_facts import Channel


class Stretch(NamedTuple):
    """The time up to one planned end, and what became known of it."""

    begins: datetime
    ends: datetime
    agreed_at: datetime
    """When both sides had agreed on the time that it goes back to, as is told."""
    positions: tuple[int, ...]
    """What plans it so."""
    at_risk: bool = False
    detected: int | None = None
    detected_at: datetime | None = None


class Call(NamedTuple):
    """A notice by telephone, and whether it was confirmed in writing."""

    sent_at: datetime
    planned_end: datetime
    position: int
    written: bool = False


class Overrun(NamedTuple):
    """The stretch that counts now, and the calls."""

    current: Stretch | None = None
    calls: tuple[Call, ...] = ()
    told_at: datetime | None = None
    """When the newest notice was sent."""

    @property
    def untold(self) -> Stretch | None:
        """Give the stretch whose overrun is known and was not told."""
        return self.current if self.current is not None and self.current.detected is not None else None

    @property
    def unwritten(self) -> Call | None:
        """Give the first call that was not confirmed in writing."""
        return next((each for each in self.calls if not each.written), None)


def fold(facts: Facts, work_order: str) -> Overrun:
    """Give what is known of an order's overrun."""
    overrun = Overrun()
    window: Window | None = None
    for each in facts:
        if getattr(each.fact, "work_order", None) != work_order:
            continue
        current, place = overrun.current, each.position
        match each.fact:
            case ScheduleAgreed() | ScheduleChanged():
                told = window_of(each)
                window = told if window is None else window.and_told(told)
                if window == told:
                    current = Stretch(told.starts_at, told.planned_end, told.said_at, (place,))
                    overrun = overrun._replace(current=current)
            case WorkAtRisk() if current is not None:
                overrun = overrun._replace(current=current._replace(at_risk=True))
            case OverrunDetected(detected_at=detected_at) if current is not None:
                overrun = overrun._replace(current=current._replace(detected=place, detected_at=detected_at))
            case OverrunNoticeSent() as notice if current is not None:
                if notice.channel is Channel.PHONE:
                    calls = (*overrun.calls, Call(notice.sent_at, notice.planned_end, place))
                else:
                    calls = tuple(call._replace(written=True) for call in overrun.calls)
                newest = overrun.told_at is None or notice.sent_at >= overrun.told_at
                if newest and notice.planned_end > current.ends and notice.sent_at >= current.agreed_at:
                    told_by = (*current.positions, place)
                    current = Stretch(current.ends, notice.planned_end, current.agreed_at, told_by)
                if window is not None and window.moved_by(notice):
                    window = window.moved(notice, place)
                overrun = Overrun(current, calls, notice.sent_at if newest else overrun.told_at)
            case _:
                pass
    return overrun


def due(order: WorkOrder, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    """Give the next thing that time made true of an order's overrun."""
    overrun = fold(facts, order.id)
    found = (
        _at_risk(order, overrun, now, defaults)
        or _detected(order, overrun, now)
        or overdue(order, overrun, facts, now, defaults)
    )
    return found[:1]


def _at_risk(order: WorkOrder, overrun: Overrun, now: datetime, defaults: Defaults) -> list[Fact]:
    stretch = overrun.current
    if stretch is None or stretch.at_risk or stretch.detected is not None or order.status not in RUNNING:
        return []
    assert order.started_at is not None
    point = stretch.begins + (stretch.ends - stretch.begins) * defaults.at_risk_percent // 100
    due_at = max(point, order.started_at)
    if due_at > now or due_at >= stretch.ends:
        return []
    return [
        WorkAtRisk(
            work_order=order.id, planned_end=stretch.ends, due_at=due_at, cites=_cites(order, *stretch.positions)
        )
    ]


@rule("R-23", off=())
def _detected(order: WorkOrder, overrun: Overrun, now: datetime) -> list[Fact]:
    """Give the overrun of work that is not done at its planned end."""
    stretch = overrun.current
    if stretch is None or stretch.detected is not None or order.status not in RUNNING:
        return []
    assert order.started_at is not None
    detected_at = max(stretch.ends, order.started_at)
    if detected_at > now:
        return []
    return [
        OverrunDetected(
            work_order=order.id,
            how=Detection.TIMER,
            planned_end=stretch.ends,
            detected_at=detected_at,
            cites=_cites(order, *stretch.positions),
        )
    ]


@rule("R-23", off=())
def overdue(order: WorkOrder, overrun: Overrun, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    """Find an overrun of running work that nobody has told, and a call that nobody has confirmed in writing."""
    found = []
    if (untold := overrun.untold) is not None and order.status in RUNNING:
        assert untold.detected_at is not None
        assert untold.detected is not None
        found.append(("overrun_not_told", untold.detected_at + defaults.overrun_notice, untold.detected))
    if (call := overrun.unwritten) is not None:
        found.append(("overrun_not_written", call.sent_at + defaults.overrun_written, call.position))
    return [
        FindingRecorded(
            rule="R-23",
            sentence=sentence,
            values={"deadline": spelled(deadline)},
            subjects=(tag("work_order", order.id),),
            cites=(place,),
        )
        for sentence, deadline, place in found
        if deadline < now and not is_found(facts, sentence, deadline)
    ]


def is_found(facts: Facts, sentence: str, deadline: datetime) -> bool:
    """Tell whether the facts of one order hold this finding for this deadline."""
    return any(
        each.fact.sentence == sentence and each.fact.values.get("deadline") == spelled(deadline)
        for each in of_type(facts, FindingRecorded)
    )


@rule("R-23")
def told_late(order: WorkOrder, overrun: Overrun, sent_at: datetime, defaults: Defaults) -> ViolationRecorded | None:
    """Give the violation of a notice that was sent too long after the overrun was detected."""
    untold = overrun.untold
    if untold is None:
        return None
    return _late(order, "overrun_told_late", untold, sent_at, defaults.overrun_notice)


@rule("R-23")
def never_told(order: WorkOrder, overrun: Overrun, ended_at: datetime, defaults: Defaults) -> ViolationRecorded | None:
    """Give the violation of work that ended with an overrun that nobody had told in time."""
    untold = overrun.untold
    if untold is None:
        return None
    return _late(order, "overrun_never_told", untold, ended_at, defaults.overrun_notice)


@rule("R-23")
def agreed_late(
    order: WorkOrder, facts: Facts, proposal: Recorded[ScheduleProposed], said_at: datetime, defaults: Defaults
) -> ViolationRecorded | None:
    """Give the violation of an overrun that the customer learnt of too late, from the new time that is agreed on."""
    if order.status not in RUNNING:
        return None
    return told_late(order, fold(facts, order.id), _learnt_at(order, proposal, said_at), defaults)


def _learnt_at(order: WorkOrder, proposal: Recorded[ScheduleProposed], said_at: datetime) -> datetime:
    """Give when the customer learnt that the work takes longer: a proposal from before the work told of no overrun."""
    proposed_at = happened_at(proposal)
    return said_at if order.started_at is None or proposed_at < order.started_at else proposed_at


@rule("R-21")
def beyond_agreement(order: WorkOrder, planned_end: datetime, defaults: Defaults) -> FindingRecorded | None:
    """Find that a notice names an end for which both sides have to agree on a new time."""
    window = order.window
    if window is None or planned_end <= window.agreed_end + defaults.overrun_carries:
        return None
    return FindingRecorded(
        rule="R-21",
        sentence="overrun_beyond_agreement",
        values={
            "planned_end": spelled(planned_end),
            "agreed_end": spelled(window.agreed_end),
            "until": spelled(window.agreed_end + defaults.overrun_carries),
        },
        subjects=(tag("work_order", order.id),),
        cites=(window.agreed,),
    )


@rule("R-23", off=[])
def was_told(order: WorkOrder, facts: Facts, notice: OverrunNoticeSent) -> list[FindingRecorded]:
    """Find that an overrun, of which a violation says that nobody had told it in time, had been told in time.

    Only by a notice that names a later end than the one that was overrun.
    """
    return [
        FindingRecorded(
            rule="R-23",
            sentence="overrun_was_told",
            values={"sent_at": spelled(notice.sent_at)},
            subjects=(tag("work_order", order.id),),
            cites=(each.position,),
        )
        for each in _unfounded(facts, notice.sent_at, notice.planned_end)
    ]


@rule("R-23", off=[])
def was_known(
    order: WorkOrder, facts: Facts, proposal: Recorded[ScheduleProposed], told: Recorded[Fact]
) -> list[FindingRecorded]:
    """Find that the customer knew in time of a later end, from a time that both sides agreed on and that counted."""
    said_at = happened_at(told)
    known_at = _learnt_at(order, proposal, said_at)
    found = []
    for each in _unfounded(facts, known_at, proposal.fact.planned_end):
        then = order_at([*facts, told], order.id, max(said_at, _deadline(each)))
        if then is not None and then.window is not None and then.window.agreed == told.position:
            found.append(each.position)
    return [
        FindingRecorded(
            rule="R-23",
            sentence="overrun_was_known",
            values={"known_at": spelled(known_at)},
            subjects=(tag("work_order", order.id),),
            cites=(place,),
        )
        for place in found
    ]


def _unfounded(facts: Facts, known_at: datetime, planned_end: datetime) -> list[Recorded[ViolationRecorded]]:
    """Give the violations that say of an overrun that it was not told in time, though this later end was known then."""
    overrun = {each.position: each.fact.planned_end for each in of_type(facts, OverrunDetected)}
    return [
        each
        for each in of_type(facts, ViolationRecorded)
        if each.fact.sentence in {"overrun_never_told", "overrun_told_late"}
        and known_at <= _deadline(each)
        and all(planned_end > overrun[place] for place in each.fact.cites if place in overrun)
    ]


def _deadline(violation: Recorded[ViolationRecorded]) -> datetime:
    return datetime.fromisoformat(violation.fact.values["deadline"])


@rule("R-23")
def written_late(order: WorkOrder, overrun: Overrun, sent_at: datetime, defaults: Defaults) -> ViolationRecorded | None:
    """Give the violation of a call that was confirmed in writing too late."""
    call = overrun.unwritten
    if call is None or sent_at <= call.sent_at + defaults.overrun_written:
        return None
    return _violation(order, "overrun_written_late", call.sent_at + defaults.overrun_written, (call.position,))


def _late(
    order: WorkOrder, sentence: str, untold: Stretch, moment: datetime, allowed: timedelta
) -> ViolationRecorded | None:
    assert untold.detected_at is not None
    assert untold.detected is not None
    if moment <= untold.detected_at + allowed:
        return None
    return _violation(order, sentence, untold.detected_at + allowed, (*untold.positions, untold.detected))


def _violation(order: WorkOrder, sentence: str, deadline: datetime, cites: tuple[int, ...]) -> ViolationRecorded:
    return ViolationRecorded(
        rule="R-23",
        sentence=sentence,
        values={"deadline": spelled(deadline)},
        subjects=(tag("work_order", order.id),),
        cites=tuple(sorted(cites)),
    )


def _cites(order: WorkOrder, *more: int) -> tuple[int, ...]:
    return tuple(sorted({*more, *(() if order.started is None else (order.started,))}))
