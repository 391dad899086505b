"""From when until when something of the trail was needed, as its own facts tell (R-14).

An order lives until it is over and the last of its sessions is; a session, permission, credential or request until its
own end is a fact. A credential lives from when it was given: one that was only asked for is its order's matter.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.credential_facts import CredentialErased, CredentialProvided, CredentialRejected
from ledger.domain.fact import Fact
from ledger.domain.permission_facts import (
    AccessPermissionDenied,
    AccessPermissionExpired,
    AccessPermissionLapsed,
    AccessPermissionRequested,
    AccessPermissionRevoked,
)
from ledger.domain.recorded import Facts, happened_at, last, of_type, positions, tagged
from ledger.domain.request import fold as fold_requests
from ledger.domain.retention import Life
from ledger.domain.retention_facts import RetentionExtended
from ledger.domain.session_facts import SessionEnded, SessionStarted, SessionTerminated
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.work import of_order, order_of
from ledger.domain.work_facts import WorkAborted, WorkCompleted

PERMISSION_ENDS = (
    AccessPermissionDenied,
    AccessPermissionLapsed,
    AccessPermissionRevoked,
    AccessPermissionExpired,
)
CREDENTIAL_ENDS = (CredentialRejected, CredentialErased)
SESSION_TYPES = (SessionStarted, SessionEnded, SessionTerminated)


def life_of_order(facts: Facts, work_order: str) -> Life | None:
    """Give the life of a work order with its sessions; None where there is no such order."""
    order = order_of(facts, work_order)
    if order is None:
        return None
    sessions = [each for each in fold_sessions(facts).values() if each.started.fact.work_order == work_order]
    ends: list[datetime | None] = [order.ended_at, *(each.over_at for each in sessions)]
    ends += [each.fact.completed_at for each in of_type(facts, WorkCompleted) if each.fact.work_order == work_order]
    ends += [each.fact.aborted_at for each in of_type(facts, WorkAborted) if each.fact.work_order == work_order]
    told = [end for end in ends if end is not None]
    places = {order.requested, *(place for each in sessions for place in each.positions)}
    places |= set() if order.ended is None else {order.ended}
    extended = [each for each in of_type(facts, RetentionExtended) if each.fact.work_order == work_order]
    return Life(
        tag("work_order", work_order),
        None if None in ends else max(told),
        tuple(sorted(places | {each.position for each in extended})),
        max((each.fact.keep_until for each in extended), default=None),
    )


def life_of_session(facts: Facts, session: str) -> Life | None:
    """Give the life of a session; None where none started under this id."""
    found = fold_sessions(facts).get(session)
    return None if found is None else Life(tag("session", session), found.over_at, found.positions)


def life_of_request(facts: Facts, request: str) -> Life | None:
    """Give the life of an evidence request; None where none was received under this id."""
    found = fold_requests(facts).get(request)
    return None if found is None else Life(tag("request", request), found.over_at, found.positions)


def life_of_permission(facts: Facts, permission: str) -> Life | None:
    """Give the life of an access permission; None where none was asked for under this id."""
    return _between(facts, tag("permission", permission), (AccessPermissionRequested,), PERMISSION_ENDS)


def life_of_credential(facts: Facts, credential: str) -> Life | None:
    """Give the life of what a customer gave; None where nothing was given under this id."""
    return _between(facts, tag("credential", credential), (CredentialProvided,), CREDENTIAL_ENDS)


def _between(facts: Facts, subject: str, begins: tuple[type[Fact], ...], ends: tuple[type[Fact], ...]) -> Life | None:
    mine = tagged(facts, subject)
    begun, ended = last(mine, *begins), last(mine, *ends)
    if begun is None:
        return None
    over = ended is not None and ended.position > begun.position
    return Life(subject, happened_at(ended) if ended is not None and over else None, positions(begun, ended))


_LIVES: Mapping[str, Callable[[Facts, str], Life | None]] = {
    "work_order": life_of_order,
    "session": life_of_session,
    "request": life_of_request,
    "permission": life_of_permission,
    "credential": life_of_credential,
}


def life_of(facts: Facts, subject: str) -> Life | None:
    """Give the life of what a tag names; None for what has no life of its own, or is not there."""
    kind, _, id_ = subject.partition(":")
    found = _LIVES.get(kind)
    return None if found is None else found(facts, id_)


def has_life(subject: str) -> bool:
    """Tell whether a tag names something that keeps its entries."""
    return subject.partition(":")[0] in _LIVES


def of_life(subject: str) -> Boundary:
    """Give the boundary of a life: what begins and ends it, and no more."""
    kind, _, id_ = subject.partition(":")
    if kind == "work_order":
        return of_order(id_, *SESSION_TYPES, RetentionExtended)
    types = _TYPES.get(kind)
    return Boundary.of(subject) if types is None else Boundary((Item((subject,), _names(types)),))


def _names(types: tuple[type[Fact], ...]) -> tuple[str, ...]:
    return tuple(sorted(each.KIND.type for each in types))


_TYPES: Mapping[str, tuple[type[Fact], ...]] = {
    "session": SESSION_TYPES,
    "permission": (AccessPermissionRequested, *PERMISSION_ENDS),
    "credential": (CredentialProvided, *CREDENTIAL_ENDS),
}
