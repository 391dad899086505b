"""The facts of access permissions and what they come to: asked for, granted, denied, lapsed, revoked, expired (4-1①).

All are tagged with the permission and its work order. What a permission allows at an instant is a pure function of the
ledger, :meth:`Permission.holds`.

States: requested → granted (window, targets, protocols) | denied | lapsed; granted → revoked | expired. A customer who
answers after the lapse has answered: lapsed → granted | denied.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ledger.domain.consent_facts import Form
from ledger.domain.encrypted_path import Protocol
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.recorded import Facts, Recorded


class Device(StrEnum):
    """What a VPN needs at the customer's end."""

    FIREWALL = "firewall"
    GATEWAY = "gateway"
    ROUTER = "router"


class Status(StrEnum):
    """How far a permission has come."""

    REQUESTED = "requested"
    GRANTED = "granted"
    DENIED = "denied"
    LAPSED = "lapsed"
    REVOKED = "revoked"
    EXPIRED = "expired"


@fact(
    "permission.requested.v1",
    retention="trail",
    ja="接続許可申請",
    en="Access permission requested",
    clause="4-1①",
    occurred="requested_at",
)
class AccessPermissionRequested(Fact):
    """The customer is asked to let these technicians reach these targets."""

    permission: str = ref("permission")
    work_order: str = ref("work_order")
    targets: tuple[str, ...]
    protocols: tuple[Protocol, ...]
    requested_at: datetime


@fact(
    "permission.granted.v1",
    retention="trail",
    ja="接続許可",
    en="Access permission granted",
    clause="4-1①",
    occurred="received_at",
)
class AccessPermissionGranted(Fact):
    """The customer permits it, from ``begins`` to before ``ends``; ``recorded_by`` is who took the word down."""

    permission: str = ref("permission")
    work_order: str = ref("work_order")
    approver: str = ref("person")
    recorded_by: str | None = ref("person", default=None)
    form: Form = public()
    targets: tuple[str, ...]
    protocols: tuple[Protocol, ...]
    begins: datetime
    ends: datetime
    received_at: datetime
    sessions: tuple[str, ...] = ref("session", default=())
    """Sessions that were told before it: their ends, told after it, are judged by it."""


@fact(
    "permission.denied.v1",
    retention="trail",
    ja="接続拒否",
    en="Access permission denied",
    clause="4-1①",
    occurred="received_at",
)
class AccessPermissionDenied(Fact):
    """The customer does not permit it."""

    permission: str = ref("permission")
    work_order: str = ref("work_order")
    contact: str = ref("person")
    form: Form = public()
    words: str
    received_at: datetime


@fact(
    "permission.lapsed.v1",
    retention="trail",
    ja="接続許可時間切れ",
    en="Access permission lapsed",
    clause="6-2",
    occurred="deadline",
)
class AccessPermissionLapsed(Fact):
    """No answer came promptly; all of it follows from the deadline, whenever the timer ran (A-20)."""

    permission: str = ref("permission")
    work_order: str = ref("work_order")
    requested_at: datetime
    deadline: datetime


@fact(
    "permission.revoked.v1",
    retention="trail",
    ja="接続許可取消",
    en="Access permission revoked",
    clause="4-1①",
    occurred="received_at",
)
class AccessPermissionRevoked(Fact):
    """The customer takes it back; the running ``sessions`` have until ``stop_by``."""

    customer: str | None = ref("agreement", default=None)
    """By this it is found by sessions that are told after it, as a no to the terms is."""
    permission: str = ref("permission")
    work_order: str = ref("work_order")
    contact: str = ref("person")
    words: str
    sessions: tuple[str, ...] = ref("session")
    stop_by: datetime
    received_at: datetime


@fact(
    "permission.expired.v1",
    retention="trail",
    ja="接続許可満了",
    en="Access permission expired",
    clause="4-1①",
    occurred="expired_at",
)
class AccessPermissionExpired(Fact):
    """The permitted window is over."""

    permission: str = ref("permission")
    work_order: str = ref("work_order")
    expired_at: datetime


@fact(
    "permission.vpn_prerequisite_confirmed.v1",
    retention="trail",
    ja="VPN 機器確認",
    en="VPN equipment confirmed",
    clause="4-1①",
    occurred="confirmed_at",
)
class VpnPrerequisiteConfirmed(Fact):
    """Usable equipment for a VPN stands at the customer's end, and access to it is permitted."""

    permission: str = ref("permission")
    work_order: str = ref("work_order")
    contact: str = ref("person")
    device: str
    kind: Device = public()
    confirmed_at: datetime


class Confirmed(NamedTuple):
    """Since when equipment is confirmed, and the position that says so."""

    since: datetime
    position: int


class Permission(NamedTuple):
    """A permission as far as it has come; ``positions`` is what tells so."""

    id: str
    work_order: str
    chain: str
    status: Status
    positions: tuple[int, ...]
    requested_at: datetime
    recorded_at: datetime
    """When the request stood in the ledger; it may have been told late."""
    targets: tuple[str, ...]
    """What was asked for, then what was granted."""
    protocols: tuple[Protocol, ...]
    granted_at: datetime | None = None
    """When the customer's yes was received: before that it permitted nothing, whatever window it names."""
    begins: datetime | None = None
    ends: datetime | None = None
    revoked_at: datetime | None = None
    denied_at: datetime | None = None
    devices: tuple[tuple[str, Confirmed], ...] = ()
    """VPN equipment, each with when it was first confirmed."""

    def holds(self, moment: datetime) -> bool:
        """Tell whether it permits anything at an instant."""
        if self.begins is None or self.ends is None or not self.begins <= moment < self.ends:
            return False
        if self.granted_at is None or moment < self.granted_at:
            return False
        return all(no is None or moment < no for no in (self.revoked_at, self.denied_at))


def fold(facts: Facts) -> Mapping[str, Permission]:
    """Give all permissions that were asked for among the facts, by id; words on others are found by sessions, too."""
    permissions: dict[str, Permission] = {}
    for each in facts:
        begins = isinstance(each.fact, AccessPermissionRequested)
        if not begins and getattr(each.fact, "permission", None) not in permissions:
            continue
        match each.fact:
            case AccessPermissionRequested() as asked:
                permissions[asked.permission] = Permission(
                    asked.permission,
                    asked.work_order,
                    each.chain,
                    Status.REQUESTED,
                    (each.position,),
                    asked.requested_at,
                    each.at,
                    asked.targets,
                    asked.protocols,
                )
            case AccessPermissionGranted() as told:
                before = permissions[told.permission]
                denied = before.status is Status.DENIED  # the yes had come before the no, and is told after it
                after = _becomes(before, Status.DENIED if denied else Status.GRANTED, each)
                permissions[told.permission] = after._replace(
                    targets=told.targets,
                    protocols=told.protocols,
                    granted_at=told.received_at,
                    begins=told.begins,
                    ends=told.ends,
                )
            case AccessPermissionDenied(permission=permission, received_at=received_at):
                denied_ = _becomes(permissions[permission], Status.DENIED, each)
                earlier = received_at if denied_.denied_at is None else min(received_at, denied_.denied_at)
                permissions[permission] = denied_._replace(denied_at=earlier)
            case AccessPermissionLapsed(permission=permission):
                permissions[permission] = _becomes(permissions[permission], Status.LAPSED, each)
            case AccessPermissionExpired(permission=permission):
                permissions[permission] = _becomes(permissions[permission], Status.EXPIRED, each)
            case AccessPermissionRevoked(permission=permission, received_at=received_at):
                revoked = _becomes(permissions[permission], Status.REVOKED, each)
                earlier = received_at if revoked.revoked_at is None else min(received_at, revoked.revoked_at)
                permissions[permission] = revoked._replace(revoked_at=earlier)
            case VpnPrerequisiteConfirmed(permission=permission, device=device, confirmed_at=confirmed_at):
                before = permissions[permission]
                devices = dict(before.devices)
                if device not in devices or confirmed_at < devices[device].since:
                    devices[device] = Confirmed(confirmed_at, each.position)
                permissions[permission] = before._replace(devices=tuple(devices.items()))
            case _:
                pass
    return permissions


def _becomes(before: Permission, status: Status, each: Recorded[Fact]) -> Permission:
    return before._replace(status=status, positions=(*before.positions, each.position))
