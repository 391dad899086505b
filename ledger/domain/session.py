"""Opening a session and its connections: asked beforehand, and refused where a rule is against it (4-1①, 4-2).

Guarantees: a session starts only under effective consent to the terms in force (R-01), on the basis of its order
(R-06), within the order and the permission (R-04, R-08), by an assigned technician who came in through the gateway
(R-18), for one customer (A-28); a connection besides only on an encrypted path (R-07). Whoever withdraws consent meets
what relies on it, so of the two exactly one comes first. What happened without being asked for is recorded by
:mod:`ledger.domain.session_told`; a refused attempt is told as ``ConnectionFailed``, with the rule.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.basis import stated_in
from ledger.domain.boundary import Boundary, tag
from ledger.domain.connected_on import days_of
from ledger.domain.consent import consent_in_force
from ledger.domain.consent_rules import agreement_timers, check_consent, of_agreement
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.encrypted_path import Path, check_encrypted, plain_inside
from ledger.domain.fact import Fact
from ledger.domain.gateway import check_through_gateway, login_of
from ledger.domain.permission import check_customer
from ledger.domain.permission_due import permissions_due
from ledger.domain.permission_facts import fold as fold_permissions
from ledger.domain.recorded import Facts
from ledger.domain.recording_facts import SessionRecordingStarted
from ledger.domain.session_due import of_session, session_due
from ledger.domain.session_facts import ConnectionOpened, Session, SessionStarted, session_of
from ledger.domain.session_rules import (
    check_granted_by_another,
    check_in_progress,
    check_means,
    check_order_basis,
    check_permitted,
    check_recording_of,
    check_scope,
    check_target_of,
)
from ledger.domain.settings import Defaults
from ledger.domain.subjects import of_named
from ledger.domain.work import known, of_order


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A technician asks to begin. ``recording`` where the recorder runs already, which is how it should be."""

    customer: str
    session: str
    work_order: str
    permission: str
    technician: str
    login: str
    gateway: str
    targets: tuple[str, ...]
    recording: str | None = None
    recorder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConnection:
    """A technician asks for a path to one target."""

    customer: str
    session: str
    connection: str
    work_order: str
    permission: str
    target: str
    path: Path


def of_opening(command: OpenSession | OpenConnection) -> Boundary:
    """Give what opening is decided on: agreement, order, permission, the session so far."""
    return (
        of_agreement(command.customer)
        | of_order(command.work_order)
        | Boundary.of(tag("permission", command.permission))
        | of_session(command.session, command.customer)
    )


def _timers(command: OpenSession | OpenConnection) -> tuple[Due, ...]:
    return (
        *agreement_timers(command.customer),
        permissions_due(command.work_order, command.customer),
        session_due(command.session, command.customer),
    )


def _of_opening_session(command: OpenSession) -> Boundary:
    return of_opening(command) | Boundary.of(tag("login", command.login)) | of_named("recording", command.recording)


def _of_opening_connection(command: OpenConnection) -> Boundary:
    return of_opening(command) | of_named("connection", command.connection)


@decides(OpenSession, boundary=_of_opening_session, timers=_timers)
def open_session(command: OpenSession, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Open, or refuse by the first rule that is against it."""
    before = session_of(facts, command.session)
    if before is not None:
        raise Refusal("R-04", "session_known", before.positions)
    check_recording_of(facts, command.recording, command.session)
    order = known(facts, command.work_order, "R-04")
    check_customer(order.customer, command.customer, order.requested)
    check_consent(facts, now, order.id)
    check_order_basis(order, facts, now)
    check_in_progress(order)
    permission = fold_permissions(facts).get(command.permission)
    check_permitted(permission, order.id, now)
    check_granted_by_another(facts, command.technician)
    check_scope(order, command.technician, command.targets, permission)
    login = login_of(facts, command.login)
    check_through_gateway(login, command.technician, command.gateway, now)
    consent = consent_in_force(facts, now, order.id)
    started = SessionStarted(
        session=command.session,
        work_order=order.id,
        permission=command.permission,
        technician=command.technician,
        login=command.login,
        consent=None if consent is None else consent.consent,
        contract=None if consent is None else consent.contract,
        terms=None if consent is None else consent.terms,
        basis=order.basis,
        targets=command.targets,
        gateway=command.gateway,
        permitted_until=None if permission is None else permission.ends,
        started_at=now,
        days=days_of(command.customer, now, now),
        through=() if consent is None else consent.through,
        stated_in=stated_in(order.basis, facts, now),
    )
    made: list[Fact] = [started]
    if command.recording is not None:
        made.append(
            SessionRecordingStarted(
                session=command.session, recording=command.recording, recorder=command.recorder, started_at=now
            )
        )
    cites = {order.requested, order.changed}
    cites.update(() if consent is None else consent.cites, () if permission is None else permission.positions)
    cites.update(() if login is None else (login.position,))
    return decided(*made, cites=cites)


@decides(OpenConnection, boundary=_of_opening_connection, timers=_timers)
def open_connection(command: OpenConnection, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Open, or refuse by the first rule that is against it; in a safe stop nothing new is opened."""
    session = running(facts, command.session)
    check_new_connection(session, facts, command.connection)
    check_same_work(session, command)
    check_consent(facts, now, command.work_order)
    check_target_of(session, command.target)
    permission = fold_permissions(facts).get(command.permission)
    check_permitted(permission, command.work_order, now)
    check_encrypted(command.path)
    check_means(permission, command.path, now)
    consent = consent_in_force(facts, now, command.work_order)
    opened = ConnectionOpened(
        session=command.session,
        connection=command.connection,
        permission=command.permission,
        target=command.target,
        path=command.path,
        opened_at=now,
        consent=None if consent is None else consent.consent,
        through=() if consent is None else consent.through,
    )
    note = plain_inside(command.path, (tag("session", command.session), tag("connection", command.connection)))
    cites = [session.started.position, *(() if permission is None else permission.positions)]
    return decided(opened, *(() if note is None else (note,)), cites=cites)


def running(facts: Facts, session: str) -> Session:
    """Give a session that may go on; raise Refusal where there is none or it is over."""
    found = session_of(facts, session)
    if found is None:
        raise Refusal("R-04", "session_unknown")
    if not found.running:
        raise Refusal("R-04", "session_over", found.positions)
    return found


def check_new_connection(session: Session, facts: Facts, connection: str) -> None:
    """Refuse a connection's id that was used, in this session or another."""
    if connection in session.connections:
        raise Refusal("R-04", "connection_known", session.positions)
    told = [each for each in facts if getattr(each.fact, "connection", None) == connection]
    if elsewhere := [e.position for e in told if getattr(e.fact, "session", None) != session.started.fact.session]:
        raise Refusal("R-04", "connection_known", elsewhere)


def check_same_work(session: Session, command: OpenConnection) -> None:
    """Refuse a connection that is asked for in the name of another order."""
    if session.started.fact.work_order != command.work_order:
        raise Refusal("R-04", "session_of_another_order", session.positions)
