"""Permission to connect: asked for within the work order, granted by the customer for a window (4-1①, R-04, R-08).

Guarantees: no permission is asked for beyond what the work order names, and none is recorded beyond what was asked
(R-04); the customer's contact for work says yes or no, and never a technician of the order about the own permission,
neither as approver nor by taking the word down (R-35). What the customer said counts from when it was received, however
late it is told: after the time for an answer, after the window, after the work. What began between a revocation's
receipt and its being told is a violation.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary, tag
from ledger.domain.consent_facts import Form, Stop
from ledger.domain.contacts import Contact, ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.encrypted_path import Protocol
from ledger.domain.instants import check_happened, spelled
from ledger.domain.permission_due import permissions_due
from ledger.domain.permission_facts import (
    AccessPermissionDenied,
    AccessPermissionGranted,
    AccessPermissionRequested,
    Device,
    Permission,
    Status,
    VpnPrerequisiteConfirmed,
    fold,
)
from ledger.domain.permission_taken_back import Said, taken_back
from ledger.domain.permission_told import judged_by_permission, still_to_end
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.work import WorkOrder, known, of_order

_GIVEN = frozenset({Status.GRANTED, Status.EXPIRED})
"""There was something to take back."""
_OPEN = frozenset({Status.REQUESTED, Status.LAPSED})
"""An answer is still an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPermission:
    """Ask the customer for access, for a work order; or it was asked for at ``requested_at``."""

    customer: str
    permission: str
    work_order: str
    targets: tuple[str, ...]
    protocols: tuple[Protocol, ...]
    requested_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantPermission:
    """The customer said yes. ``recorded_by`` is the vendor's person who took it down; None where nobody had to."""

    customer: str
    permission: str
    work_order: str
    approver: str
    form: Form
    targets: tuple[str, ...]
    protocols: tuple[Protocol, ...]
    begins: datetime
    ends: datetime
    received_at: datetime
    recorded_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyPermission:
    """The customer said no."""

    customer: str
    permission: str
    work_order: str
    contact: str
    form: Form
    words: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokePermission:
    """The customer takes a granted permission back."""

    customer: str
    permission: str
    work_order: str
    contact: str
    words: str
    received_at: datetime
    stop: Stop = Stop.SAFE


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmVpnPrerequisite:
    """The customer confirms that there is usable equipment for a VPN, or did so at ``confirmed_at``."""

    customer: str
    permission: str
    work_order: str
    contact: str
    device: str
    kind: Device
    confirmed_at: datetime | None = None


def of_permission(permission: str, work_order: str) -> Boundary:
    """Give the boundary of a permission and its order; sessions under it are inside."""
    return Boundary.of(tag("permission", permission)) | of_order(work_order)


def _answered(
    command: GrantPermission | DenyPermission | RevokePermission | ConfirmVpnPrerequisite,
) -> Boundary:
    return of_permission(command.permission, command.work_order) | contacts_of(command.customer)


@decides(
    RequestPermission,
    boundary=lambda command: of_permission(command.permission, command.work_order),
    timers=lambda command: (permissions_due(command.work_order, command.customer),),
)
def request_permission(command: RequestPermission, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Ask; an id is used once, for a work order of this customer that is not over, or was not when it was asked."""
    order = known(facts, command.work_order, "R-08")
    requested_at = now if command.requested_at is None else command.requested_at
    _check_not_over(order, requested_at)
    check_customer(order.customer, command.customer, order.requested)
    check_happened("R-08", requested_at, now, after=order.requested_at, cites=[order.requested])
    before = fold(facts).get(command.permission)
    if before is not None:
        raise Refusal("R-08", "permission_known", before.positions)
    check_targets_within(command.targets, order.targets, (order.requested,))
    requested = AccessPermissionRequested(
        permission=command.permission,
        work_order=order.id,
        targets=command.targets,
        protocols=command.protocols,
        requested_at=requested_at,
    )
    return decided(requested, cites=[order.requested])


@decides(
    GrantPermission, boundary=_answered, timers=lambda command: (permissions_due(command.work_order, command.customer),)
)
def grant_permission(command: GrantPermission, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the yes: for what was asked, by who may give it, for a time that lies before its end."""
    permission, order = _known(facts, command)
    if not _granted_before_no(permission, command.received_at):
        _check_open(permission)
    _check_received(permission, command.received_at, now)
    if not command.begins < command.ends:
        raise Refusal("R-08", "permission_window_order", permission.positions)
    check_targets_within(command.targets, permission.targets, permission.positions)
    if beyond := set(command.protocols) - set(permission.protocols):
        names = ", ".join(sorted(beyond))
        raise Refusal("R-08", "protocols_beyond_request", permission.positions, protocols=names)
    check_not_own(order, command.approver, command.recorded_by)
    approver = _contact(facts, command.approver, command.received_at)
    granted = AccessPermissionGranted(
        permission=permission.id,
        work_order=order.id,
        approver=approver.id,
        recorded_by=command.recorded_by,
        form=command.form,
        targets=command.targets,
        protocols=command.protocols,
        begins=command.begins,
        ends=command.ends,
        received_at=command.received_at,
        sessions=still_to_end(facts),
    )
    again = judged_by_permission(facts, granted, now)
    return decided(granted, *again, cites=[*permission.positions, approver.position])


@decides(
    DenyPermission, boundary=_answered, timers=lambda command: (permissions_due(command.work_order, command.customer),)
)
def deny_permission(command: DenyPermission, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the no; one that came before the yes that was told first takes it back."""
    permission, order = _known(facts, command)
    if not denied_first(permission, command.received_at):
        _check_open(permission)
    _check_received(permission, command.received_at, now)
    contact = _contact(facts, command.contact, command.received_at)
    denied = AccessPermissionDenied(
        permission=permission.id,
        work_order=order.id,
        contact=contact.id,
        form=command.form,
        words=command.words,
        received_at=command.received_at,
    )
    said = Said(contact.id, command.words, command.received_at, Stop.SAFE)
    back = [] if permission.granted_at is None else taken_back(facts, permission, said, now, defaults)
    return decided(denied, *back, cites=[*permission.positions, contact.position])


@decides(
    RevokePermission,
    boundary=_answered,
    timers=lambda command: (permissions_due(command.work_order, command.customer),),
)
def revoke_permission(command: RevokePermission, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record that the customer takes it back, which sessions that stops, and what began although it was taken back."""
    permission, _ = _known(facts, command)
    # What the customer says a second time is recorded, too: it may take back earlier what another message took back.
    said_again = permission.granted_at is not None and command.received_at != permission.revoked_at
    if permission.status not in _GIVEN and not said_again:
        raise Refusal("R-08", "permission_not_granted", permission.positions, status=permission.status)
    _check_received(permission, command.received_at, now)
    contact = _contact(facts, command.contact, command.received_at)
    said = Said(contact.id, command.words, command.received_at, command.stop)
    return decided(*taken_back(facts, permission, said, now, defaults), cites=[*permission.positions, contact.position])


@decides(
    ConfirmVpnPrerequisite,
    boundary=_answered,
    timers=lambda command: (permissions_due(command.work_order, command.customer),),
)
def confirm_vpn_prerequisite(
    command: ConfirmVpnPrerequisite, facts: Facts, now: datetime, _defaults: Defaults
) -> Decision:
    """Record the equipment, of an order that is not over or was not then; confirmed again, it changes nothing."""
    permission, order = _known(facts, command)
    confirmed_at = now if command.confirmed_at is None else command.confirmed_at
    before = dict(permission.devices).get(command.device)
    if before is not None and before.since <= confirmed_at:
        return decided(cites=[before.position])
    _check_not_over(order, confirmed_at)
    check_happened("R-08", confirmed_at, now, after=order.requested_at, cites=[order.requested])
    contact = _contact(facts, command.contact, command.confirmed_at)
    confirmed = VpnPrerequisiteConfirmed(
        permission=permission.id,
        work_order=order.id,
        contact=contact.id,
        device=command.device,
        kind=command.kind,
        confirmed_at=confirmed_at,
    )
    again = judged_by_permission(facts, confirmed, now)
    return decided(confirmed, *again, cites=[*permission.positions, contact.position])


@rule("R-04")
def check_targets_within(targets: tuple[str, ...], allowed: tuple[str, ...], cites: tuple[int, ...]) -> None:
    """Refuse targets beyond what was named before; and none at all."""
    if not targets:
        raise Refusal("R-04", "targets_none", cites)
    if beyond := set(targets) - set(allowed):
        raise Refusal("R-04", "targets_beyond", cites, targets=", ".join(sorted(beyond)))


@rule("R-35")
def check_not_own(order: WorkOrder, *people: str | None) -> None:
    """Refuse a permission that a technician of the order gives or takes down."""
    for person in people:
        assigned = None if person is None else order.assigned(person)
        if assigned is not None:
            raise Refusal("R-35", "permission_by_technician", [assigned])


def _check_not_over(order: WorkOrder, moment: datetime) -> None:
    if order.ended is not None and (order.ended_at is None or order.ended_at <= moment):
        raise Refusal("R-08", "work_order_over", [order.ended], status=order.status)


def check_customer(chain: str, customer: str, position: int) -> None:
    """Refuse what mixes two customers (A-28)."""
    if chain != customer:
        raise Refusal("R-04", "another_customer", [position])


def _known(
    facts: Facts, command: GrantPermission | DenyPermission | RevokePermission | ConfirmVpnPrerequisite
) -> tuple[Permission, WorkOrder]:
    permission = fold(facts).get(command.permission)
    if permission is None or permission.work_order != command.work_order:
        raise Refusal("R-08", "permission_unknown", () if permission is None else permission.positions)
    check_customer(permission.chain, command.customer, permission.positions[0])
    return permission, known(facts, command.work_order, "R-08")


def _granted_before_no(permission: Permission, received_at: datetime) -> bool:
    """Tell whether a yes came before the no that was told first: it permitted until then."""
    denied_at = permission.denied_at
    return permission.granted_at is None and denied_at is not None and received_at < denied_at


@rule("R-08", off=False)
def denied_first(permission: Permission, received_at: datetime) -> bool:
    """Tell whether a no came before the yes or the no that was told first: of all that was said, the first counts."""
    if permission.status is Status.DENIED:
        return received_at != permission.denied_at
    return permission.granted_at is not None and received_at <= permission.granted_at


def _check_open(permission: Permission) -> None:
    if permission.status not in _OPEN:
        raise Refusal("R-08", "permission_answered", permission.positions, status=permission.status)


def _check_received(permission: Permission, received_at: datetime, now: datetime) -> None:
    if not permission.requested_at <= received_at <= now:
        raise Refusal("R-08", "permission_answer_time", permission.positions, at=spelled(received_at))


def _contact(facts: Facts, contact: str, said_at: datetime | None = None) -> Contact:
    return entitled(fold_contacts(facts), contact, ContactRole.WORK_CONTACT, "R-08", said_at)
