"""Reconciliation (点検): a login that a target tells of belongs to one recorded session, or came past the gateway.

Guarantees: an imported login matches by target, time (within the clocks' skew) and, where the account tells it, the
technician; by an excluded connection from the centre where it came from there. No match is an unrouted connection and
a violation; several are a finding. A later reconciliation that knows more says more, and what was said stays.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary, tag
from ledger.domain.connected_on import around
from ledger.domain.decision import Decision, decided, decides
from ledger.domain.fact import Fact, fact, ref
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened
from ledger.domain.origins import ORIGINS_TAG, ConnectionExcluded
from ledger.domain.origins import fold as fold_origins
from ledger.domain.recorded import Facts, Recorded, last, of_type, tagged
from ledger.domain.rules import rule
from ledger.domain.session_facts import Session, SessionEnded, SessionStarted, SessionTerminated
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded


@fact(
    "session.login_reconciled.v1",
    retention="trail",
    ja="ログイン照合",
    en="Login reconciled",
    clause="4-2",
    occurred="logged_in_at",
)
class LoginReconciled(Fact):
    """A target's login belongs to this session, or to this excluded connection."""

    login: str = ref("target_login")
    session: str | None = ref("session")
    connection: str | None = ref("connection")
    target: str
    logged_in_at: datetime


@fact(
    "session.unrouted_connection_detected.v1",
    retention="trail",
    ja="専用環境外接続検知",
    en="Unrouted connection detected",
    clause="4-2",
    occurred="logged_in_at",
)
class UnroutedConnectionDetected(Fact):
    """A target tells of a login that no recorded session accounts for."""

    login: str = ref("target_login")
    target: str
    account: str
    source_address: str | None
    logged_in_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileLogin:
    """Match a login that a target's log tells of. ``technician`` where the account is one person's alone.

    ``record`` is the position of the imported entry; ``target`` is the target's name in work orders.
    """

    customer: str
    login: str
    record: int
    target: str
    account: str
    source_address: str | None
    technician: str | None
    logged_in_at: datetime


_SESSIONS = (SessionStarted.KIND.type, SessionEnded.KIND.type, SessionTerminated.KIND.type)


@decides(
    ReconcileLogin,
    boundary=lambda command: (
        around(command.customer, command.logged_in_at, *_SESSIONS, ConnectionExcluded.KIND.type)
        | Boundary.of(tag("target_login", command.login), ORIGINS_TAG)
    ),
)
def reconcile_login(command: ReconcileLogin, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record what the login belongs to, or that it belongs to nothing; the same answer again changes nothing."""
    check_happened("R-18", command.logged_in_at, now)
    if any(each.fact.gateway == command.target for each in of_type(facts, SessionStarted)):
        return decided()  # the gateway itself: no target, and not past it
    sessions = matching_sessions(command, facts, defaults)
    excluded = () if sessions else matching_exclusions(command, facts, defaults)
    cites = tuple(sorted({command.record, *(each for found in (*sessions, *excluded) for each in found[1])}))
    subjects = (tag("target_login", command.login),)
    if len(sessions) + len(excluded) == 1:
        made: Fact = LoginReconciled(
            login=command.login,
            session=sessions[0][0] if sessions else None,
            connection=excluded[0][0] if excluded else None,
            target=command.target,
            logged_in_at=command.logged_in_at,
        )
        return _once(facts, made, cites=cites)
    values = {"target": command.target}
    if sessions or excluded:
        named = (*subjects, *(tag("session", each) for each, _ in sessions))
        return _once(
            facts,
            FindingRecorded(rule="R-18", sentence="login_of_several_sessions", values=values, subjects=named),
            cites=cites,
        )
    if standing(facts, command.login) is not None:
        return decided(cites=cites)  # another source of the same login, or the same again, knows no better
    return decided(
        UnroutedConnectionDetected(
            login=command.login,
            target=command.target,
            account=command.account,
            source_address=command.source_address,
            logged_in_at=command.logged_in_at,
        ),
        ViolationRecorded(rule="R-18", sentence="login_without_session", values=values, subjects=subjects),
        cites=cites,
    )


def standing(facts: Facts, login: str) -> Recorded[LoginReconciled | FindingRecorded | ViolationRecorded] | None:
    """Give what stands of a login: what it belongs to, or could, or else that it belongs to nothing."""
    mine = tagged(facts, tag("target_login", login))
    return last(mine, LoginReconciled, FindingRecorded) or last(mine, ViolationRecorded)


@rule("R-18", off=())
def matching_exclusions(
    command: ReconcileLogin, facts: Facts, defaults: Defaults
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Give the excluded connections that a login can belong to, each with what tells so."""
    origins = fold_origins(facts)
    return tuple(
        (each.fact.connection, (each.position,))
        for each in of_type(facts, ConnectionExcluded)
        if each.fact.origin in origins
        and command.source_address == each.fact.address
        and _within(command.logged_in_at, each.fact.started_at, each.fact.ended_at, defaults)
    )


@rule("R-18", off=())
def matching_sessions(
    command: ReconcileLogin, facts: Facts, defaults: Defaults
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Give the sessions that a login can belong to, each with what tells so."""
    return tuple(
        (name, session.positions)
        for name, session in sorted(fold_sessions(facts).items())
        if _matches(command, session, defaults)
    )


def _matches(command: ReconcileLogin, session: Session, defaults: Defaults) -> bool:
    started = session.started.fact
    if command.target not in started.targets or command.technician not in {None, started.technician}:
        return False
    return _within(command.logged_in_at, started.started_at, session.over_at, defaults)


def _within(moment: datetime, begins: datetime, ends: datetime | None, defaults: Defaults) -> bool:
    skew = defaults.login_skew
    return begins - skew <= moment and (ends is None or moment <= ends + skew)


def _once(facts: Facts, *made: Fact, cites: tuple[int, ...]) -> Decision:
    """Leave out what was answered before; another source's finer time of the same login is no other answer."""
    said = [_answer(each.fact) for each in facts]
    return decided(*(each for each in made if _answer(each) not in said), cites=cites)


def _answer(fact: Fact) -> tuple[str, ...] | None:
    match fact:
        case LoginReconciled(login=login, session=session, connection=connection):
            return ("reconciled", login, session or "", connection or "")
        case FindingRecorded(rule=rule_id, sentence=sentence, subjects=subjects):
            return ("finding", rule_id, sentence, *subjects)
        case _:
            return None
