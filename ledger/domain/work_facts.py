"""The facts of a work order, from the customer's wish to its end (3, 5, 6-2).

All are tagged with the order. What is told of the world carries the time it happened, which may be before it was
recorded. What an exemption is claimed on later (6-2) is kept as long as claims are, and says for itself what it rests
on: the trail it cites is gone by then.
"""

from datetime import datetime
from enum import StrEnum

from ledger.domain.basis import Basis
from ledger.domain.fact import Fact, fact, public, ref


class Side(StrEnum):
    """Whose word it is."""

    VENDOR = "vendor"
    CUSTOMER = "customer"


class Channel(StrEnum):
    """How something was told; a telephone call is not in writing."""

    MAIL = "mail"
    PORTAL = "portal"
    POST = "post"
    PHONE = "phone"


class Obstacle(StrEnum):
    """Why work cannot be done."""

    CONSENT = "consent"
    PERMISSION = "permission"
    INFORMATION = "information"
    PREREQUISITE = "prerequisite"


@fact(
    "work.requested.v1",
    retention="trail",
    ja="作業依頼",
    en="Work order requested",
    clause="3, 5①",
    occurred="requested_at",
)
class WorkOrderRequested(Fact):
    """Work is wished for, on one basis; ``requested_by`` is nobody only where a contract states it as periodic."""

    work_order: str = ref("work_order")
    basis: Basis = public()
    urgent: bool = public(default=False)
    title: str
    purpose: str
    targets: tuple[str, ...]
    requested_by: str | None = ref("person", default=None)
    requested_at: datetime
    wished_for: datetime | None = None
    follows: str | None = ref("work_order", default=None)
    """The completed order whose defect this one is about."""


@fact("work.accepted.v1", retention="trail", ja="受付", en="Work order accepted", clause="5①")
class WorkOrderAccepted(Fact):
    """The vendor takes the order on."""

    work_order: str = ref("work_order")


@fact("work.declined.v1", retention="trail", ja="辞退", en="Work order declined", clause="5①")
class WorkOrderDeclined(Fact):
    """The vendor does not take it on."""

    work_order: str = ref("work_order")
    reason: str


@fact(
    "work.cancelled.v1",
    retention="trail",
    ja="取消",
    en="Work order cancelled",
    clause="5①",
    occurred="cancelled_at",
)
class WorkOrderCancelled(Fact):
    """One side calls off what was not begun, when it is recorded or at ``cancelled_at``."""

    work_order: str = ref("work_order")
    by: Side = public()
    contact: str | None = ref("person", default=None)
    reason: str
    cancelled_at: datetime | None = None


@fact("work.technician_assigned.v1", retention="trail", ja="技術員割当", en="Technician assigned", clause="4-2")
class TechnicianAssigned(Fact):
    """A technician may work on this order, and check out its credentials (R-10)."""

    work_order: str = ref("work_order")
    technician: str = ref("technician")


@fact("work.technician_released.v1", retention="trail", ja="技術員割当解除", en="Technician released", clause="4-2")
class TechnicianReleased(Fact):
    """A technician may not any more."""

    work_order: str = ref("work_order")
    technician: str = ref("technician")


@fact("work.started.v1", retention="trail", ja="作業開始", en="Work started", clause="5", occurred="started_at")
class WorkStarted(Fact):
    """A technician began."""

    work_order: str = ref("work_order")
    technician: str = ref("technician")
    started_at: datetime


@fact("work.suspended.v1", retention="trail", ja="作業中断", en="Work suspended", clause="5", occurred="suspended_at")
class WorkSuspended(Fact):
    """Work rests."""

    work_order: str = ref("work_order")
    suspended_at: datetime
    reason: str


@fact("work.resumed.v1", retention="trail", ja="作業再開", en="Work resumed", clause="5", occurred="resumed_at")
class WorkResumed(Fact):
    """Work goes on."""

    work_order: str = ref("work_order")
    technician: str = ref("technician")
    resumed_at: datetime


@fact("work.aborted.v1", retention="trail", ja="作業中止", en="Work aborted", clause="5", occurred="aborted_at")
class WorkAborted(Fact):
    """Work that had begun ended without being done."""

    work_order: str = ref("work_order")
    aborted_at: datetime
    reason: str


@fact("work.completed.v1", retention="trail", ja="作業完了", en="Work completed", clause="5④", occurred="completed_at")
class WorkCompleted(Fact):
    """The vendor's work is done, whatever the operation check will say (R-25)."""

    work_order: str = ref("work_order")
    completed_at: datetime
    sessions: tuple[str, ...] = ref("session", default=())
    """Sessions of it whose end was still to be told, and is judged by this then."""


@fact(
    "work.customer_reminded.v1", retention="claim", ja="督促", en="Customer reminded", clause="6-2", occurred="sent_at"
)
class CustomerReminded(Fact):
    """The customer was reminded of what the work still lacks."""

    work_order: str = ref("work_order")
    of: Obstacle = public()
    channel: Channel = public()
    sent_at: datetime
    words: str


@fact("work.blocked.v1", retention="claim", ja="作業不能", en="Work blocked", clause="6-2")
class WorkBlocked(Fact):
    """The work cannot be done, and why: what was asked for and when, when it was reminded of, by when it was due.

    ``final``: it is given up, and the order is over. Otherwise the order can be scheduled again.
    """

    work_order: str = ref("work_order")
    obstacle: Obstacle = public()
    final: bool = public(default=False)
    words: str
    asked_at: datetime | None = None
    """When the customer was asked for what is lacking; of a prerequisite, nobody."""
    reminded_at: datetime | None = None
    deadline: datetime | None = None
    denied_at: datetime | None = None
    """When the customer said no."""
    planned_start: datetime | None = None


@fact(
    "work.liability_exclusion_noted.v1",
    retention="claim",
    ja="免責事由記録",
    en="Liability exclusion noted",
    clause="6-2",
)
class LiabilityExclusionNoted(Fact):
    """The vendor holds that it is not liable for work that was not done, and writes down what that rests on."""

    work_order: str = ref("work_order")
    obstacle: Obstacle = public()
    asked_at: datetime | None
    reminded_at: datetime | None
    deadline: datetime | None
    denied_at: datetime | None
    planned_start: datetime | None
    words: str
