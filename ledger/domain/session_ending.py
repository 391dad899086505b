"""How sessions end: told of their real end, or ended by a decision that the gateway carries out (4-2, A-03).

Guarantees: an end is recorded whenever it is told, after a termination too: that was the right's end, this is the
world's. A session that went on beyond its permission, its basis or its safe stop gets a violation for it.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.connected_on import days_of
from ledger.domain.consent_rules import agreement_timers, of_agreement
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.happened import violations
from ledger.domain.instants import check_happened, spelled
from ledger.domain.recorded import Facts
from ledger.domain.recorded_in_time import recorded_since
from ledger.domain.session_due import of_session, permitted_by, session_due
from ledger.domain.session_facts import (
    UNRECORDED,
    Ending,
    Session,
    SessionEnded,
    SessionStarted,
    SessionTerminated,
    Termination,
)
from ledger.domain.session_facts import session_of as found_session
from ledger.domain.session_lasting import broken_by_end, relied_until, subjects_of, unsaid
from ledger.domain.settings import Defaults
from ledger.domain.work_outlasted import known_done, outlasted_work

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
_SAID_ANYHOW = {
    Termination.CONSENT_WITHDRAWN: "session_past_objection",
    Termination.PERMISSION_REVOKED: "session_past_revocation",
}
"""What a session that went on after such a cut has broken as well: one violation is enough."""


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
    went_on = violations(subjects_of(started), lambda: check_stopped(session, facts, command.ended_at, defaults))
    broken = broken_by_end(started, session.started.position, facts, command.ended_at, defaults)
    if session.terminated is not None and went_on:
        anyhow = _SAID_ANYHOW.get(session.terminated.fact.reason)
        broken = [each for each in broken if each.sentence != anyhow]
    broken = [*unsaid(broken, facts, started.session), *went_on]
    ended = end_of(started, command.customer, command.ended_at, command.why, facts)
    past = outlasted_work(session.started, known_done(started, facts), command.ended_at, defaults)
    return decided(ended, *broken, *past, cites=session.positions)


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
        relied=relied_until(started, facts, now),
    )
    return decided(terminated, cites=session.positions)


def known_session(facts: Facts, session: str) -> Session:
    """Give a session; raise Refusal where none started under this id."""
    found = found_session(facts, session)
    if found is None:
        raise Refusal("R-04", "session_unknown")
    return found


def end_of(started: SessionStarted, customer: str, ended_at: datetime, why: Ending, facts: Facts) -> SessionEnded:
    """Give the end of a session."""
    return SessionEnded(
        session=started.session,
        work_order=started.work_order,
        permission=started.permission,
        why=why,
        ended_at=ended_at,
        days=days_of(customer, started.started_at, ended_at),
        relied=relied_until(started, facts, ended_at),
        ungrounded=started.ungrounded,
    )


def check_stopped(session: Session, facts: Facts, ended_at: datetime, defaults: Defaults) -> None:
    """Refuse a session that went on after it had to end, by the rule that ended it.

    For want of a recording it had to end only where there was none, and the customer had not permitted that by then.
    """
    cut = session.terminated
    if cut is None:
        return
    permitted = permitted_by(facts, cut.fact.terminated_at)
    if cut.fact.reason in UNRECORDED and (permitted or recorded_since(session, facts, defaults)):
        return
    by = cut.fact.terminated_at if cut.fact.reason in _FORETOLD else max(cut.fact.terminated_at, cut.at)
    if ended_at > by + defaults.cutting:
        raise Refusal(_RULE_OF[cut.fact.reason], "session_went_on", session.positions, until=spelled(by))
