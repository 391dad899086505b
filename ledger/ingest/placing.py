"""To which of the known logins do the records of one command or recording belong? A decision without memory.

    1   the kernel's audit session, where host and boot fit                                   audit_session
    2   source address and port (``SSH_CONNECTION``), where host, user and time fit           source_port
    3   user, host and time, where one session alone fits and nothing says otherwise          user_host_time
    4   content, for a recording that names neither host nor user                             content

Nothing is guessed. Two that fit, two grounds that contradict each other, or a session of which nobody knows whether it
was still open, are candidates and no choice. The environment that tells the port is the user's to change, so it never
outweighs the kernel, nor reaches another user's session; where it contradicts the only session of its user, host and
time (a terminal multiplexer keeps the environment of an earlier login), it prevents the join.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.ingest.correlation import Basis
from ledger.ingest.evidence import Kind
from ledger.ingest.line_match import contains
from ledger.ingest.login_session import LoginSession
from ledger.ingest.unit import Unit

FLUSH_US = 5_000_000
"""A recorder may write its last message so much after the session was closed."""
DESK_SKEW_US = 300_000_000
"""How far the clock at the technician's desk may be off."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The one session that the records belong to."""

    session: LoginSession
    basis: Basis


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No one session: those that it could be."""

    candidates: tuple[LoginSession, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Not to be told yet: any of these open sessions may turn out to be the one, or not to be.

    ``for_log`` tells that it is enough to see the log of one of them go on; else it must end, or its number be told.
    """

    sessions: tuple[LoginSession, ...]
    for_log: bool


Verdict = Placed | Nowhere | Wait


class Knowledge(Protocol):
    """What is known of the sessions beyond their records."""

    def is_settled(self, session: LoginSession) -> bool:
        """Tell whether the session has ended, and all records of its end were seen."""

    def known_open(self, session: LoginSession, instant: int) -> bool:
        """Tell whether the log that an open session is from goes on to ``instant`` without its end."""


def place(unit: Unit, sessions: Iterable[LoginSession], knowledge: Knowledge, *, final: bool) -> Verdict:
    """Decide on ``unit`` among the logins of its time.

    ``final`` says that nothing more is to come: then nothing is waited for, and what would be is a candidate.
    """
    told = unit.stated("host")
    here = [session for session in sessions if told is not None and session.is_at(told.host)]
    by_kernel = [session for session in here if _bears_number(unit, session)]
    by_port = [session for session in here if _same_port(unit, session) and not _excluded(unit, session)]
    if by_kernel:
        both = [session for session in by_kernel if session in by_port] if by_port else by_kernel
        return _one(both, Basis.AUDIT_SESSION) if both else Nowhere((*by_kernel, *by_port))
    if unit.stated("audit_session") is not None and not final:
        unnumbered = [
            session
            for session in here
            if not session.audit_sessions and not knowledge.is_settled(session) and _covers(session, unit)
        ]
        if unnumbered:
            return Wait(tuple(unnumbered), for_log=False)
    if by_port:
        return _one(by_port, Basis.SOURCE_PORT)
    return _by_time(unit, here, knowledge, final=final)


def place_by_content(unit: Unit, sessions: Iterable[LoginSession]) -> Verdict:
    """Decide on a recording that names neither host nor user, when those of its time are placed."""
    first, last = unit.instant
    return _one(
        [
            session
            for session in sessions
            if session.began_by(last + DESK_SKEW_US)
            and not session.ended_before(first - DESK_SKEW_US)
            and any(contains(unit.lines, lines) for lines in session.outputs.values())
        ],
        Basis.CONTENT,
    )


def _by_time(unit: Unit, here: Sequence[LoginSession], knowledge: Knowledge, *, final: bool) -> Verdict:
    user = unit.stated("user")
    if user is None:
        return Nowhere(())
    fitting = [
        session
        for session in here
        if session.user == user.user and _covers(session, unit) and not _excluded(unit, session)
    ]
    unknown = [
        session for session in fitting if session.end is None and not knowledge.known_open(session, unit.instant[1])
    ]
    if unknown:
        return Nowhere(tuple(fitting)) if final else Wait(tuple(unknown), for_log=True)
    source = unit.stated("source")
    if source is not None and any(session.source not in {None, source.source} for session in fitting):
        return Nowhere(tuple(fitting))
    return _one(fitting, Basis.USER_HOST_TIME)


def _one(sessions: Sequence[LoginSession], basis: Basis) -> Verdict:
    return Placed(sessions[0], basis) if len(sessions) == 1 else Nowhere(tuple(sessions))


def _bears_number(unit: Unit, session: LoginSession) -> bool:
    first, last = unit.instant
    if not session.began_by(last + FLUSH_US) or session.ended_before(first - FLUSH_US):
        return False
    return any(each.audit_session is not None and session.has_audit_session(each) for each in unit.records)


def _excluded(unit: Unit, session: LoginSession) -> bool:
    return any(session.excludes(each) for each in unit.records)


def _same_port(unit: Unit, session: LoginSession) -> bool:
    source, user = unit.stated("source"), unit.stated("user")
    return (
        source is not None
        and source.source == session.source
        and user is not None
        and user.user == session.user
        and _covers(session, unit)
    )


def _covers(session: LoginSession, unit: Unit) -> bool:
    """Tell whether the session can have been open while what the unit tells of went on."""
    first, last = unit.instant
    slack = FLUSH_US if unit.kind is Kind.TERMINAL else 0
    return session.began_by(first) and not session.ended_before(max(first, last - slack))
