"""A work order as far as it has come: what its facts, those of its schedule and of its notices come to.

States: requested → accepted → scheduled → noticed → in progress ⇄ suspended → completed. Aside: declined, cancelled,
blocked (which is scheduled again, cancelled or, where it is final, over), aborted.

Guarantees: an order that is over stays over; what is told of it afterwards is kept, and changes no state, except that
work that was done before it is said to have been aborted is completed. Work that was begun is in progress, whatever
should have come before: what was missing is a violation, no other state. Whether it rests is told by what happened
last, in whatever order it was told.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from ledger.domain.basis import Basis
from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.completion_facts import (
    CompletionReportSent,
    FollowUpInquiryOpened,
    OperationCheckConfirmed,
    OperationCheckDefectReported,
    OperationCheckLapsed,
    OperationCheckRequested,
)
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.recorded import Facts, Recorded, happened_at
from ledger.domain.schedule_facts import (
    OverrunDetected,
    OverrunNoticeSent,
    PreWorkNoticeAcknowledged,
    PreWorkNoticeSent,
    ScheduleAgreed,
    ScheduleCancelled,
    ScheduleChanged,
    ScheduleProposed,
    WorkAtRisk,
)
from ledger.domain.violation import ViolationRecorded
from ledger.domain.window import Window, window_of
from ledger.domain.work_facts import (
    CustomerReminded,
    LiabilityExclusionNoted,
    TechnicianAssigned,
    TechnicianReleased,
    WorkAborted,
    WorkBlocked,
    WorkCompleted,
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderDeclined,
    WorkOrderRequested,
    WorkResumed,
    WorkStarted,
    WorkSuspended,
)


class Status(StrEnum):
    """How far an order has come."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    NOTICED = "noticed"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    ABORTED = "aborted"


RUNNING = frozenset({Status.IN_PROGRESS, Status.SUSPENDED})
"""Begun and not over."""


class Notice(NamedTuple):
    """A pre-work notice of the agreed time."""

    id: str
    position: int
    sent_at: datetime
    technicians: frozenset[str]
    told_of: Window


class WorkOrder(NamedTuple):
    """A work order; a position tells which entry says so, a time when it happened."""

    id: str
    customer: str
    """The chain it stands in."""
    basis: Basis
    urgent: bool
    title: str
    targets: tuple[str, ...]
    requested_by: str | None
    requested_at: datetime
    requested: int
    follows: str | None = None
    status: Status = Status.REQUESTED
    changed: int = 0
    """The position that made it what it is."""
    changed_at: datetime | None = None
    """When that happened, whenever it was told."""
    technicians: tuple[tuple[str, int], ...] = ()
    """Who is assigned, each with the position that says so."""
    window: Window | None = None
    off_at: datetime | None = None
    """When an agreed time was last taken back, or the work blocked."""
    notices: tuple[Notice, ...] = ()
    """Those of the agreed time that were told before work began, in the order they were told in."""
    improper: tuple[int, ...] = ()
    """Where notices of that time stand that went out otherwise than they have to be: they count as none."""
    started_at: datetime | None = None
    started: int | None = None
    """When work first began."""
    ended_at: datetime | None = None
    ended: int | None = None
    """When it was completed, aborted, cancelled, declined or given up as blocked."""
    blocked: int | None = None

    @property
    def over(self) -> bool:
        """Tell whether nothing more is done under it: R-11 and R-14 count from here."""
        return self.ended is not None

    def assigned(self, technician: str) -> int | None:
        """Give the position that assigns a technician; None for who is not assigned."""
        return dict(self.technicians).get(technician)


def order_of(facts: Facts, work_order: str) -> WorkOrder | None:
    """Give an order, or None where there is none of this id among the facts."""
    name = tag("work_order", work_order)
    members: dict[str, Any] = {}
    for each in facts:
        if name in each.tags:
            members |= _changes(members, each, work_order) if members else _begins(each, work_order)
    return WorkOrder(**members) if members else None


def order_at(facts: Facts, work_order: str, moment: datetime) -> WorkOrder | None:
    """Give an order as it stood at an instant, by what had happened until then, whenever that was told."""
    until = [each for each in facts if isinstance(each.fact, WorkOrderRequested) or happened_at(each) <= moment]
    return order_of(until, work_order)


def known(facts: Facts, work_order: str, rule: str = "R-06") -> WorkOrder:
    """Give an order; raise Refusal by ``rule`` where there is none of this id."""
    order = order_of(facts, work_order)
    if order is None:
        raise Refusal(rule, "work_order_unknown")
    return order


def known_open(facts: Facts, work_order: str, rule: str = "R-06") -> WorkOrder:
    """Give an order that is not over; raise Refusal by ``rule``."""
    order = known(facts, work_order, rule)
    if order.ended is not None:
        raise Refusal(rule, "work_order_over", [order.ended], status=order.status)
    return order


STORY = (
    WorkOrderRequested,
    WorkOrderAccepted,
    WorkOrderDeclined,
    WorkOrderCancelled,
    TechnicianAssigned,
    TechnicianReleased,
    WorkStarted,
    WorkSuspended,
    WorkResumed,
    WorkAborted,
    WorkCompleted,
    CustomerReminded,
    WorkBlocked,
    LiabilityExclusionNoted,
    ScheduleProposed,
    ScheduleAgreed,
    ScheduleChanged,
    ScheduleCancelled,
    PreWorkNoticeSent,
    PreWorkNoticeAcknowledged,
    WorkAtRisk,
    OverrunDetected,
    OverrunNoticeSent,
    CompletionReportSent,
    OperationCheckRequested,
    OperationCheckConfirmed,
    OperationCheckDefectReported,
    OperationCheckLapsed,
    FollowUpInquiryOpened,
    ViolationRecorded,
    FindingRecorded,
)
"""What an order's own story consists of; what sessions leave behind under its tag is not among it."""
TYPES = tuple(sorted(each.KIND.type for each in STORY))


def of_order(work_order: str, *more: type[Fact]) -> Boundary:
    """Give the boundary of an order's own story, and of other types under its tag."""
    return Boundary((Item((tag("work_order", work_order),), _types(more)),))


@cache
def _types(more: tuple[type[Fact], ...]) -> tuple[str, ...]:
    return tuple(sorted((*TYPES, *(each.KIND.type for each in more))))


def _begins(recorded: Recorded[Fact], work_order: str) -> dict[str, Any]:
    """Give the members of an order that begins with this fact; none where none does."""
    told = recorded.fact
    if not isinstance(told, WorkOrderRequested) or told.work_order != work_order:
        return {}
    return {
        "id": work_order,
        "customer": recorded.chain,
        "basis": told.basis,
        "urgent": told.urgent,
        "title": told.title,
        "targets": told.targets,
        "requested_by": told.requested_by,
        "requested_at": told.requested_at,
        "requested": recorded.position,
        "follows": told.follows,
        "changed": recorded.position,
        "changed_at": told.requested_at,
    }


def _changes(order: Mapping[str, Any], recorded: Recorded[Fact], work_order: str) -> dict[str, Any]:
    """Give the members of an order that this fact changes."""
    fact, place = recorded.fact, recorded.position
    if getattr(fact, "work_order", None) != work_order:
        return {}
    if "ended" in order and not (_done_before(order, recorded) or _called_off_before(order, recorded)):
        return _began(order, recorded) if isinstance(fact, WorkStarted) else {}
    match fact:
        case WorkOrderAccepted():
            return _becomes(Status.ACCEPTED, recorded)
        case TechnicianAssigned(technician=technician):
            return {"technicians": (*_without(order, technician), (technician, place))}
        case TechnicianReleased(technician=technician):
            return {"technicians": _without(order, technician)}
        case ScheduleAgreed() | ScheduleChanged():
            return _agreed(order, recorded)
        case ScheduleCancelled():
            return _becomes(Status.ACCEPTED, recorded, window=None, off_at=recorded.at, **_UNTOLD)
        case PreWorkNoticeSent() if (planned := order.get("window")) is not None:
            told = Notice(fact.notice, place, fact.sent_at, frozenset(fact.technicians), planned)
            if order.get("status") in RUNNING:  # told when work had begun, which goes on as it was
                return {}
            if not fact.proper:
                return {"improper": (*order.get("improper", ()), place)}
            return _becomes(Status.NOTICED, recorded, notices=(*order.get("notices", ()), told))
        case WorkStarted():
            began = _began(order, recorded)
            told_late = began and "started" in order  # it had begun before, and has come as far as it has
            return began if told_late else _becomes(Status.IN_PROGRESS, recorded, **began)
        case WorkSuspended() | WorkResumed():
            if order.get("status") not in RUNNING or happened_at(recorded) < order["changed_at"]:
                return {}  # what happened after it was told before it
            return _becomes(Status.SUSPENDED if isinstance(fact, WorkSuspended) else Status.IN_PROGRESS, recorded)
        case OverrunNoticeSent() if (planned := order.get("window")) is not None and planned.moved_by(fact):
            return {"window": planned.moved(fact, place)}
        case WorkBlocked(final=final):
            ends = _ends(recorded) if final else {}
            off = {"window": None, "off_at": recorded.at, **_UNTOLD}
            return _becomes(Status.BLOCKED, recorded, blocked=place, **off, **ends)
        case WorkCompleted():
            return _becomes(Status.COMPLETED, recorded, **_ends(recorded))
        case WorkAborted():
            return _becomes(Status.ABORTED, recorded, **_ends(recorded))
        case WorkOrderDeclined():
            return _becomes(Status.DECLINED, recorded, **_ends(recorded))
        case WorkOrderCancelled():
            return _becomes(Status.CANCELLED, recorded, **_ends(recorded))
        case _:
            return {}


def _agreed(order: Mapping[str, Any], recorded: Recorded[Fact]) -> dict[str, Any]:
    """Give the members that an agreement changes: none where a newer word, told before it, stands."""
    told, held, off_at = window_of(recorded), order.get("window"), order.get("off_at")
    window = told if held is None else held.and_told(told)
    if window.agreed != told.agreed or (off_at is not None and told.said_at < off_at):
        return {}
    if order.get("status") in RUNNING:  # agreed on while work goes on, which was announced before it began
        return {"window": window}
    return _becomes(Status.SCHEDULED, recorded, window=window, **_UNTOLD)


_UNTOLD: Mapping[str, tuple[()]] = {"notices": (), "improper": ()}
"""A time that is new, or none: nobody was told of it."""


def _began(order: Mapping[str, Any], recorded: Recorded[Fact]) -> dict[str, Any]:
    """Give when work first began; nothing where it is said to have begun or to have been over before."""
    moment = happened_at(recorded)
    if any(name in order and order[name] <= moment for name in ("started_at", "ended_at")):
        return {}
    return {"started_at": moment, "started": recorded.position}


def _done_before(order: Mapping[str, Any], recorded: Recorded[Fact]) -> bool:
    """Tell whether this says that aborted work had been done before."""
    if not isinstance(recorded.fact, WorkCompleted) or order["status"] is not Status.ABORTED:
        return False
    return bool(happened_at(recorded) < order["ended_at"])


def _called_off_before(order: Mapping[str, Any], recorded: Recorded[Fact]) -> bool:
    """Tell whether this says that an order which was never to be begun had been called off before."""
    if not isinstance(recorded.fact, WorkOrderCancelled) or order["status"] not in {Status.CANCELLED, Status.DECLINED}:
        return False
    return bool(happened_at(recorded) < order["ended_at"])


def _without(order: Mapping[str, Any], technician: str) -> tuple[tuple[str, int], ...]:
    return tuple(each for each in order.get("technicians", ()) if each[0] != technician)


def _becomes(status: Status, recorded: Recorded[Fact], **more: Any) -> dict[str, Any]:
    return {"status": status, "changed": recorded.position, "changed_at": happened_at(recorded), **more}


def _ends(recorded: Recorded[Fact]) -> dict[str, Any]:
    return {"ended_at": happened_at(recorded), "ended": recorded.position}
