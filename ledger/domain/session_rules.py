"""What a session and its connections need, each as one rule (R-01, R-04, R-06, R-08, R-18).

Asked beforehand these refuse; told of what has happened, ``happened.violations`` makes of the same refusals violations.
So every sentence here says what is the case.
"""

from datetime import datetime

from ledger.domain.basis import check_basis
from ledger.domain.consent import consent_in_force
from ledger.domain.consent_rules import told
from ledger.domain.decision import Refusal
from ledger.domain.encrypted_path import Path, Protocol
from ledger.domain.permission_facts import AccessPermissionGranted, Permission
from ledger.domain.recorded import Facts, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import Session
from ledger.domain.work import Status, WorkOrder


@rule("R-04")
def check_scope(order: WorkOrder, technician: str, targets: tuple[str, ...], permission: Permission | None) -> None:
    """Refuse who is not assigned, and what the order or the permission does not name."""
    if order.assigned(technician) is None:
        raise Refusal("R-04", "technician_not_assigned", [order.requested])
    if not targets:
        raise Refusal("R-04", "targets_none", [order.requested])
    if beyond := set(targets) - set(order.targets):
        raise Refusal("R-04", "targets_beyond", [order.requested], targets=", ".join(sorted(beyond)))
    check_targets_permitted(permission, targets)


@rule("R-04")
def check_targets_permitted(permission: Permission | None, targets: tuple[str, ...]) -> None:
    """Refuse what the permission does not name; where there is none, that is a matter of its own."""
    if permission is not None and (beyond := set(targets) - set(permission.targets)):
        raise Refusal("R-04", "targets_beyond", permission.positions, targets=", ".join(sorted(beyond)))


@rule("R-04")
def check_has_order(order: WorkOrder | None, named: str | None) -> None:
    """Refuse a session for no work order, or for one that nobody registered."""
    if order is None and named is None:
        raise Refusal("R-04", "session_without_order")
    if order is None:
        raise Refusal("R-04", "session_of_unknown_order", work_order=str(named))


@rule("R-22")
def check_in_progress(order: WorkOrder) -> None:
    """Refuse a session of work that has not begun, rests or is over: nobody was told of it."""
    if order.status is not Status.IN_PROGRESS:
        raise Refusal("R-22", "work_not_in_progress", [order.changed], status=order.status)


@rule("R-06")
def check_order_basis(order: WorkOrder | None, facts: Facts, moment: datetime) -> None:
    """Refuse a session whose order's basis does not hold at this instant; without an order it has none."""
    if order is None:
        raise Refusal("R-06", "session_without_basis")
    check_basis(order.basis, facts, moment, request=order.requested, work_order=order.id)


@rule("R-08")
def check_permitted(permission: Permission | None, order: str | None, moment: datetime) -> None:
    """Refuse what falls into no granted window of the order."""
    if permission is None or permission.work_order != order:
        raise Refusal("R-08", "permission_unknown", () if permission is None else permission.positions)
    if not permission.holds(moment):
        raise Refusal("R-08", "permission_not_now", permission.positions, status=permission.status)


@rule("R-35")
def check_granted_by_another(facts: Facts, technician: str) -> None:
    """Refuse a technician on a permission that the same one gave or took down, assigned before or after that."""
    for each in of_type(facts, AccessPermissionGranted):
        if technician in {each.fact.approver, each.fact.recorded_by}:
            raise Refusal("R-35", "permission_of_own_hand", [each.position])


@rule("R-08")
def check_means(permission: Permission | None, path: Path, moment: datetime) -> None:
    """Refuse a protocol that was not permitted, and a VPN without equipment that was confirmed by then."""
    if permission is None:
        raise Refusal("R-08", "permission_unknown")
    if path.protocol not in permission.protocols:
        raise Refusal("R-08", "protocol_not_permitted", permission.positions, protocol=path.protocol)
    confirmed = dict(permission.devices).get(path.device or "")
    if path.protocol is Protocol.VPN and (confirmed is None or moment < confirmed.since):
        raise Refusal("R-08", "vpn_not_confirmed", permission.positions)


@rule("R-04")
def check_target_of(session: Session, target: str) -> None:
    """Refuse a connection to what the session was not opened for."""
    if target not in session.started.fact.targets:
        raise Refusal("R-04", "targets_beyond", [session.started.position], targets=target)


def check_recording_of(facts: Facts, recording: str | None, session: str) -> None:
    """Refuse a recording that was told of another session."""
    told = (each for each in facts if getattr(each.fact, "recording", None) == recording)
    if recording is not None and (known := [e.position for e in told if getattr(e.fact, "session", None) != session]):
        raise Refusal("R-20", "recording_known", known)


@rule("R-01")
def check_consented(facts: Facts, opened_at: datetime, work_order: str | None) -> None:
    """Refuse a connection that no consent covered: in a safe stop, too, nothing new is opened (A-03)."""
    if consent_in_force(facts, opened_at, work_order) is None:
        raise Refusal("R-01", "connection_without_consent", told(facts))


@rule("R-18")
def check_in_session(session: Session | None) -> None:
    """Refuse a connection in no session that anybody told of."""
    if session is None:
        raise Refusal("R-18", "connection_without_session")
