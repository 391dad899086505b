"""Sessions and connections that have happened: recorded as they were, each broken rule as a violation beside them.

Nothing here refuses for what it is told, however unlawful: only what cannot be a record at all (another customer's
order, a time to come, another story under the same id). What happened is judged by how things stood when it happened:
the order, who was assigned, consent and permission, whatever has become of them until it is told.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from ledger.domain.basis import stated_in
from ledger.domain.boundary import Boundary, tag
from ledger.domain.connected_on import days_of
from ledger.domain.connections_told import judged_by_session
from ledger.domain.consent import consent_in_force
from ledger.domain.consent_rules import agreement_timers, consent_violation, of_agreement
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.encrypted_path import Path, check_encrypted, plain_inside
from ledger.domain.fact import Fact
from ledger.domain.gateway import check_through_gateway, login_of
from ledger.domain.happened import violations
from ledger.domain.instants import check_happened
from ledger.domain.permission import check_customer
from ledger.domain.permission_facts import fold as fold_permissions
from ledger.domain.permission_told import about_permission, under_permission
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.recording_facts import SessionRecordingStarted, recordings_of
from ledger.domain.repeated import told_before
from ledger.domain.rules import rule
from ledger.domain.session_due import of_session, session_due
from ledger.domain.session_ending import end_of
from ledger.domain.session_facts import (
    UNGROUNDED,
    ConnectionClosed,
    ConnectionFailed,
    ConnectionOpened,
    Ending,
    SessionStarted,
    session_of,
)
from ledger.domain.session_lasting import broken_by_end, check_not_over, subjects_of
from ledger.domain.session_rules import (
    check_consented,
    check_granted_by_another,
    check_has_order,
    check_in_progress,
    check_in_session,
    check_means,
    check_order_basis,
    check_permitted,
    check_recording_of,
    check_scope,
    check_target_of,
)
from ledger.domain.settings import Defaults
from ledger.domain.subjects import of_named
from ledger.domain.work import of_order, order_at
from ledger.domain.work_outlasted import done_at, outlasted_work


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSession:
    """A gateway tells of a session that nobody asked us about: running, or over where ``ended_at`` is told."""

    customer: str
    session: str
    work_order: str | None
    permission: str | None
    technician: str
    login: str | None
    gateway: str
    targets: tuple[str, ...]
    started_at: datetime
    recording: str | None = None
    recorder: str = ""
    recording_started_at: datetime | None = None
    ended_at: datetime | None = None
    why: Ending = Ending.SIGNED_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConnection:
    """A gateway tells of a connection that nobody asked us about."""

    customer: str
    session: str
    connection: str
    permission: str | None
    target: str
    path: Path
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConnectionFailure:
    """A path was asked for or tried in vain; ``rule`` where it was refused beforehand."""

    customer: str
    session: str
    connection: str
    target: str
    path: Path | None
    reason: str
    failed_at: datetime
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConnectionClosed:
    """A path is there no more."""

    customer: str
    session: str
    connection: str
    closed_at: datetime
    bytes_sent: int | None = None
    bytes_received: int | None = None


def _by_permission(permission: str | None) -> Boundary:
    return Boundary() if permission is None else Boundary.of(tag("permission", permission))


def _of_told_session(command: RecordSession) -> Boundary:
    login = Boundary() if command.login is None else Boundary.of(tag("login", command.login))
    order = Boundary() if command.work_order is None else of_order(command.work_order)
    return (
        of_agreement(command.customer)
        | order
        | _by_permission(command.permission)
        | of_session(command.session, command.customer)
        | of_named("recording", command.recording)
        | login
    )


@decides(
    RecordSession,
    boundary=_of_told_session,
    timers=lambda command: agreement_timers(command.customer),
)
def record_session(command: RecordSession, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the session, with a violation for each rule that it broke."""
    moment = command.started_at
    check_happened("R-18", moment, now)
    order = None if command.work_order is None else order_at(facts, command.work_order, moment)
    if order is not None:
        check_customer(order.customer, command.customer, order.requested)
    order_id = None if order is None else order.id
    consent = consent_in_force(facts, moment, order_id)
    permission = fold_permissions(facts).get(command.permission or "")
    login = login_of(facts, command.login or "")
    started = SessionStarted(
        session=command.session,
        work_order=order_id,
        permission=command.permission,
        technician=command.technician,
        login=command.login,
        consent=None if consent is None else consent.consent,
        contract=None if consent is None else consent.contract,
        terms=None if consent is None else consent.terms,
        basis=None if order is None else order.basis,
        targets=command.targets,
        gateway=command.gateway,
        permitted_until=None if permission is None else permission.ends,
        started_at=moment,
        days=days_of(command.customer, moment, moment),
        through=() if consent is None else consent.through,
        stated_in=() if order is None else stated_in(order.basis, facts, moment),
        completed_at=done_at(facts, order_id),
    )
    about = (*subjects_of(started), tag(UNGROUNDED, command.customer))
    unfounded = consent_violation(facts, moment, about, order_id)
    groundless = violations(about, lambda: check_order_basis(order, facts, moment))
    if unfounded is not None or groundless:
        started = replace(started, ungrounded=command.customer)
    before = session_of(facts, command.session)
    if before is not None:  # what it relied on, as it was known when it was told first
        first = before.started.fact
        relied = ("consent", "contract", "terms", "through", "stated_in", "ungrounded", "completed_at")
        started = replace(started, **{name: getattr(first, name) for name in relied})
    if told_before(None if before is None else before.started, started, "R-04", "session_known"):
        return decided()
    check_recording_of(facts, command.recording, command.session)
    subjects = subjects_of(started)
    permitted = (*subjects, *(() if command.permission is None else (tag("permission", command.permission),)))
    came_in = (*subjects, *(() if command.login is None else (tag("login", command.login),)))
    broken = [*violations(subjects, lambda: check_has_order(order, command.work_order)), *groundless]
    broken += violations(subjects, lambda: None if order is None else check_in_progress(order))
    broken += violations(permitted, lambda: check_permitted(permission, order_id, moment))
    broken += violations(
        subjects,
        lambda: check_granted_by_another(facts, command.technician),
        lambda: None if order is None else check_scope(order, command.technician, command.targets, permission),
    )
    broken += violations(came_in, lambda: check_through_gateway(login, command.technician, command.gateway, moment))
    again = judged_by_session(facts, started)
    made: list[Fact] = [started, *(() if unfounded is None else (unfounded,)), *broken, *again]
    if command.recording is not None:
        made.append(
            SessionRecordingStarted(
                session=command.session,
                recording=command.recording,
                recorder=command.recorder,
                started_at=command.recording_started_at or moment,
            )
        )
    if command.ended_at is not None:
        check_happened("R-18", command.ended_at, now, after=moment)
        made.append(end_of(started, command.customer, command.ended_at, command.why, facts))
        said = {each.sentence for each in broken}
        past = broken_by_end(started, 0 if order is None else order.requested, facts, command.ended_at, defaults)
        made += [each for each in past if each.sentence not in said]
        begun = Recorded(started, 0 if order is None else order.requested, now)
        made += outlasted_work(begun, started.completed_at, command.ended_at, defaults)
        in_time = moment + defaults.recording_start
        made += violations(subjects, lambda: check_recorded(command, facts, in_time))
    return decided(*made, cites=[] if order is None else [order.requested])


@rule("R-19")
def check_recorded(command: RecordSession, facts: Facts, in_time: datetime) -> None:
    """Refuse a session of which there is no recording from its beginning, told with it or before it."""
    starts = [each.started_at for each in recordings_of(facts, command.session).values()]
    if command.recording is not None:
        starts.append(command.recording_started_at or command.started_at)
    if not any(each is not None and each <= in_time for each in starts):
        raise Refusal("R-19", "session_without_recording")


def _of_told_connection(command: RecordConnection) -> Boundary:
    session = of_session(command.session, command.customer)
    return of_agreement(command.customer) | session | _by_permission(command.permission) | _of_connection(command)


def _of_connection(command: RecordConnection | RecordConnectionFailure | RecordConnectionClosed) -> Boundary:
    """Give what began the connection, whatever session or customer that was of."""
    return of_named("connection", command.connection)


@decides(
    RecordConnection,
    boundary=_of_told_connection,
    timers=lambda command: (*agreement_timers(command.customer), session_due(command.session, command.customer)),
)
def record_connection(command: RecordConnection, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the connection, with a violation for each rule that it broke."""
    check_happened("R-18", command.opened_at, now)
    session = session_of(facts, command.session)
    order_id = None if session is None else session.started.fact.work_order
    consent = consent_in_force(facts, command.opened_at, order_id)
    opened = ConnectionOpened(
        session=command.session,
        connection=command.connection,
        permission=command.permission,
        target=command.target,
        path=command.path,
        opened_at=command.opened_at,
        consent=None if consent is None else consent.consent,
        through=() if consent is None else consent.through,
        ungrounded=command.customer if consent is None else None,
    )
    before = next((e for e in of_type(facts, ConnectionOpened) if e.fact.connection == command.connection), None)
    if before is not None:  # what it relied on, as it was known when it was told first
        relied = ("consent", "through", "ungrounded")
        opened = replace(opened, **{name: getattr(before.fact, name) for name in relied})
    if told_before(before, opened, "R-04", "connection_known"):
        return decided()
    permission = fold_permissions(facts).get(command.permission or "")
    subjects = (tag("session", command.session), tag("connection", command.connection))
    about = (*subjects, tag(UNGROUNDED, command.customer))
    broken = violations(about, lambda: check_consented(facts, command.opened_at, order_id))
    broken += violations(subjects, lambda: check_encrypted(command.path))
    note = plain_inside(command.path, subjects)
    if session is None:
        broken += violations(about_permission(opened), lambda: check_means(permission, command.path, command.opened_at))
        broken += violations(subjects, lambda: check_in_session(session))
        return decided(opened, *broken, *(() if note is None else (note,)))
    over_at = session.over_at
    broken += violations(
        subjects,
        lambda: check_target_of(session, command.target),
        lambda: check_not_over(over_at, command.opened_at, session.positions),
    )
    broken += under_permission(permission, order_id, opened)
    return decided(opened, *broken, *(() if note is None else (note,)), cites=[session.started.position])


@decides(
    RecordConnectionFailure,
    boundary=lambda command: of_session(command.session, command.customer) | _of_connection(command),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def record_connection_failure(
    command: RecordConnectionFailure, facts: Facts, now: datetime, _defaults: Defaults
) -> Decision:
    """Record that there is no path, and why."""
    check_happened("R-18", command.failed_at, now)
    failed = ConnectionFailed(
        session=command.session,
        connection=command.connection,
        target=command.target,
        path=command.path,
        rule=command.rule,
        reason=command.reason,
        failed_at=command.failed_at,
    )
    before = next((e for e in of_type(facts, ConnectionFailed) if e.fact.connection == command.connection), None)
    return decided() if told_before(before, failed, "R-04", "connection_known") else decided(failed)


@decides(
    RecordConnectionClosed,
    boundary=lambda command: of_session(command.session, command.customer) | _of_connection(command),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def record_connection_closed(
    command: RecordConnectionClosed, facts: Facts, now: datetime, _defaults: Defaults
) -> Decision:
    """Record the end of a path."""
    check_happened("R-18", command.closed_at, now)
    closed = ConnectionClosed(
        session=command.session,
        connection=command.connection,
        closed_at=command.closed_at,
        bytes_sent=command.bytes_sent,
        bytes_received=command.bytes_received,
    )
    before = next((e for e in of_type(facts, ConnectionClosed) if e.fact.connection == command.connection), None)
    if told_before(before, closed, "R-04", "connection_known"):
        return decided()
    opened = next((e for e in of_type(facts, ConnectionOpened) if e.fact.connection == command.connection), None)
    return decided(closed, cites=[] if opened is None else [opened.position])
