"""A customer's work orders, and what was asked, given and done for them: permissions, credentials, sessions."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from ledger.domain import credential as credentials
from ledger.domain import permission_facts as permissions
from ledger.domain import session_facts as sessions
from ledger.domain.credential_facts import OF_CREDENTIALS, CredentialProvided, CredentialRequested
from ledger.domain.permission_facts import (
    AccessPermissionDenied,
    AccessPermissionExpired,
    AccessPermissionGranted,
    AccessPermissionLapsed,
    AccessPermissionRequested,
    AccessPermissionRevoked,
)
from ledger.domain.recorded import Facts, of_type
from ledger.domain.recording_facts import SessionRecordingStarted
from ledger.domain.schedule_facts import (
    ScheduleAgreed,
    ScheduleChanged,
    ScheduleProposed,
)
from ledger.domain.session_facts import (
    ConnectionClosed,
    ConnectionOpened,
    SessionEnded,
    SessionStarted,
    SessionTerminated,
)
from ledger.domain.work import STORY, WorkOrder, order_of
from ledger.domain.work_facts import (
    WorkOrderRequested,
)
from projections.listing import Listed, View


class SessionState(StrEnum):
    """How far a session has come."""

    RUNNING = "running"
    TERMINATED = "terminated"
    ENDED = "ended"


class Note(StrEnum):
    """What is worth knowing of an order beside how far it has come."""

    URGENT = "urgent"
    FOLLOW_UP = "follow_up"


_SETTLED = frozenset({credentials.Status.ERASED, credentials.Status.REJECTED})
_NO_MORE = frozenset({permissions.Status.DENIED, permissions.Status.REVOKED, permissions.Status.EXPIRED})


def _orders(facts: Facts, _now: datetime) -> Iterator[Listed]:
    """Give them; none counts as over here, since the customer's check of finished work may still lapse."""
    for begun in of_type(facts, WorkOrderRequested):
        order = order_of(facts, begun.fact.work_order)
        if order is None:
            continue
        notes = [note for note, holds in ((Note.URGENT, order.urgent), (Note.FOLLOW_UP, order.follows)) if holds]
        yield Listed(
            order.id,
            order.status,
            order.requested_at,
            order.requested,
            notes=tuple(notes),
            ids=(*filter(None, (order.follows,)), *dict(order.technicians), *_steps(facts, order)),
        )


def _steps(facts: Facts, order: WorkOrder) -> Iterator[str]:
    """Give what the next steps name: the newest time that was proposed and not agreed on, the notices of the agreed."""
    if order.over:
        return
    agreed = {each.fact.proposal for each in of_type(facts, ScheduleAgreed)}
    agreed |= {each.fact.proposal for each in of_type(facts, ScheduleChanged)}
    proposed = [each.fact for each in of_type(facts, ScheduleProposed) if each.fact.work_order == order.id]
    if proposed and proposed[-1].proposal not in agreed:
        yield proposed[-1].proposal
    yield from (each.id for each in order.notices)


def _permissions(facts: Facts, _now: datetime) -> Iterator[Listed]:
    for each in permissions.fold(facts).values():
        over = each.status in _NO_MORE
        yield Listed(each.id, each.status, each.requested_at, each.positions[0], over, ids=(each.work_order,))


def _credentials(facts: Facts, now: datetime) -> Iterator[Listed]:
    begun = {each.position: each.at for each in of_type(facts, CredentialRequested, CredentialProvided)}
    for each in credentials.fold(facts).values():
        status = each.status(now)
        out = tuple(out.id for out in each.checkouts if out.returned is None) if status not in _SETTLED else ()
        at = begun[each.positions[0]]
        yield Listed(each.id, status, at, each.positions[0], status in _SETTLED, ids=(each.work_order, *out))


def _sessions(facts: Facts, _now: datetime) -> Iterator[Listed]:
    recordings: dict[str, list[str]] = {}
    for recorded in of_type(facts, SessionRecordingStarted):
        recordings.setdefault(recorded.fact.session, []).append(recorded.fact.recording)
    for id_, each in sessions.fold(facts).items():
        state = SessionState.RUNNING if each.terminated is None else SessionState.TERMINATED
        told = each.started.fact
        named = (told.work_order, told.permission, told.technician, told.login)
        yield Listed(
            id_,
            state if each.ended is None else SessionState.ENDED,
            told.started_at,
            each.started.position,
            each.ended is not None,
            ids=(*filter(None, named), *recordings.get(id_, ()), *each.open),
        )


WORK = View("work_order", _orders, told=STORY, begins=(WorkOrderRequested,))
PERMISSION = View(
    "permission",
    _permissions,
    told=(
        AccessPermissionRequested,
        AccessPermissionGranted,
        AccessPermissionDenied,
        AccessPermissionRevoked,
        AccessPermissionLapsed,
        AccessPermissionExpired,
    ),
    begins=(AccessPermissionRequested,),
)
CREDENTIAL = View("credential", _credentials, told=OF_CREDENTIALS, begins=(CredentialRequested, CredentialProvided))
SESSION = View(
    "session",
    _sessions,
    told=(
        SessionStarted,
        SessionEnded,
        SessionTerminated,
        ConnectionOpened,
        ConnectionClosed,
        SessionRecordingStarted,
    ),
    begins=(SessionStarted,),
)
