"""How sessions end: told of their real end, or ended by a decision that the gateway carries out (4-2, A-03).

Guarantees: an end is recorded whenever it is told, after a termination too: that was the right's end, this is the
world's. A session that went on beyond its permission, its basis or its safe stop gets a violation for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ledger.domain.basis import check_basis
from ledger.domain.boundary import tag
from ledger.domain.connected_on import days_of
from ledger.domain.consent_rules import of_agreement
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.happened import violations
from ledger.domain.instants import check_happened, spelled
from ledger.domain.presenting import agreement_timers
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.session_due import of_session, session_due
from ledger.domain.session_facts import Ending, Session, SessionEnded, SessionStarted, SessionTerminated, Termination
from ledger.domain.session_facts import session_of as found_session
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

_RULE_OF = {
    Termination.CONSENT_WITHDRAWN: "R-01",
    Termination.PERMISSION_REVOKED: "R-08",
    Termination.NO_RECORDING: "R-19",
    Termination.RECORDING_LOST: "R-19",
    Termination.CUSTOMER_STOP: "R-08",
    Termination.SECURITY: "R-18",
}
"""What a session breaks that goes on after this."""
_FORETOLD = frozenset({Termination.CONSENT_WITHDRAWN, Termination.PERMISSION_REVOKED})
"""The technician was told beforehand until when; what the timer alone says, of a withdrawal or revocation on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSession:
    """A gateway tells that a session is over."""

    customer: str
    session: str
    why: Ending
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateSession:
    """Somebody ends a session now: the customer, or the vendor's security."""

    customer: str
    session: str
    reason: Termination
    words: str


@decides(
    EndSession,
    boundary=lambda command: of_session(command.session, command.customer) | of_agreement(command.customer),
    timers=lambda command: (*agreement_timers(command.customer), session_due(command.session, command.customer)),
)
def end_session(command: EndSession, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the end, and what of the session lay beyond what allowed it."""
    session = known_session(facts, command.session)
    started = session.started.fact
    if session.ended is not None and session.ended.fact.why is not Ending.SILENT:
        if session.ended.fact.ended_at == command.ended_at:
            return decided(cites=session.positions)
        raise Refusal("R-04", "session_over", session.positions)
    check_happened("R-18", command.ended_at, now, after=started.started_at, cites=session.positions)
    subjects = subjects_of(started)
    broken = broken_by_end(started, session.started.position, facts, command.ended_at, subjects)
    broken += violations(subjects, lambda: check_stopped(session, command.ended_at, defaults))
    return decided(end_of(started, command.customer, command.ended_at, command.why), *broken, cites=session.positions)


@decides(
    TerminateSession,
    boundary=lambda command: of_session(command.session, command.customer),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def terminate_session(command: TerminateSession, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """End a running session now; the gateway cuts it."""
    session = known_session(facts, command.session)
    if not session.running:
        raise Refusal("R-04", "session_over", session.positions)
    if command.reason in _FORETOLD:
        raise Refusal(_RULE_OF[command.reason], "termination_by_timer", session.positions)
    started = session.started.fact
    terminated = SessionTerminated(
        session=started.session,
        work_order=started.work_order,
        permission=started.permission,
        reason=command.reason,
        terminated_at=now,
        words=command.words,
        days=days_of(command.customer, started.started_at, now),
    )
    return decided(terminated, cites=session.positions)


def known_session(facts: Facts, session: str) -> Session:
    """Give a session; raise Refusal where none started under this id."""
    found = found_session(facts, session)
    if found is None:
        raise Refusal("R-04", "session_unknown")
    return found


def subjects_of(started: SessionStarted) -> tuple[str, ...]:
    """Give the tags of what is wrong with a session: its own, and that of its work order if it has one."""
    order = () if started.work_order is None else (tag("work_order", started.work_order),)
    return (tag("session", started.session), *order)


def end_of(started: SessionStarted, customer: str, ended_at: datetime, why: Ending) -> SessionEnded:
    """Give the end of a session."""
    return SessionEnded(
        session=started.session,
        work_order=started.work_order,
        permission=started.permission,
        why=why,
        ended_at=ended_at,
        days=days_of(customer, started.started_at, ended_at),
    )


def broken_by_end(
    started: SessionStarted, position: int, facts: Facts, ended_at: datetime, subjects: Iterable[str]
) -> list[ViolationRecorded]:
    """Give what a session broke by lasting until then: its basis (R-06), its permission (R-08)."""
    return violations(
        subjects,
        lambda: _check_basis_of(started, position, facts, ended_at),
        lambda: check_within_permission(started, position, ended_at),
    )


def _check_basis_of(started: SessionStarted, position: int, facts: Facts, ended_at: datetime) -> None:
    """Refuse a session whose basis was gone at its end; without an order it had none to begin with, as told then."""
    if started.basis is not None and started.work_order is not None:
        check_basis(started.basis, facts, ended_at, request=position, work_order=started.work_order)


@rule("R-08")
def check_within_permission(started: SessionStarted, position: int, ended_at: datetime) -> None:
    """Refuse a session that lasts longer than its permission."""
    if started.permitted_until is not None and ended_at > started.permitted_until:
        raise Refusal("R-08", "session_beyond_permission", [position], until=spelled(started.permitted_until))


def check_stopped(session: Session, ended_at: datetime, defaults: Defaults) -> None:
    """Refuse a session that went on after it had to end, by the rule that ended it."""
    cut = session.terminated
    if cut is None:
        return
    by = cut.fact.terminated_at if cut.fact.reason in _FORETOLD else max(cut.fact.terminated_at, cut.at)
    if ended_at > by + defaults.cutting:
        raise Refusal(_RULE_OF[cut.fact.reason], "session_went_on", session.positions, until=spelled(by))
