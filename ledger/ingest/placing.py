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
from typing import NamedTuple, Protocol

from ledger.ingest.correlation import Basis
from ledger.ingest.evidence import Kind
from ledger.ingest.line_match import contains
from ledger.ingest.login_session import LoginSession
from ledger.ingest.unit import Unit

FLUSH_US = 5_000_000
"""A recorder may write its last message so much after the session was closed."""
DESK_SKEW_US = 300_000_000
"""How far the clock at the technician's desk may be off."""
# Looked up once: a member of an enumeration is slow to come by.
_TERMINAL = Kind.TERMINAL
_BY_PORT, _BY_TIME = Basis.SOURCE_PORT, Basis.USER_HOST_TIME


class Placed(NamedTuple):
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
    earliest, latest = unit.first - FLUSH_US, unit.ends + FLUSH_US
    # The times first: they are told apart fastest, and leave a few of many.
    here = [
        session
        for session in sessions
        if session.first <= latest and session.last >= earliest and session.is_at(unit.host)
    ]
    covering = [session for session in here if _covers(session, unit)]
    by_kernel: list[LoginSession] = []
    if unit.numbered:
        by_kernel = [session for session in here if any(map(session.has_audit_session, unit.numbered))]
        covering = [session for session in covering if not any(map(session.excludes, unit.numbered))]
    mine = [session for session in covering if session.user == unit.user] if unit.user is not None else []
    by_port = [session for session in mine if session.source == unit.source] if unit.source is not None else []
    if by_kernel:
        both = [session for session in by_kernel if session in by_port] if by_port else by_kernel
        return _one(both, Basis.AUDIT_SESSION) if both else Nowhere((*by_kernel, *by_port))
    if unit.numbered and not final:
        unnumbered = [
            session for session in covering if not session.audit_sessions and not knowledge.is_settled(session)
        ]
        if unnumbered:
            return Wait(tuple(unnumbered), for_log=False)
    if by_port:
        return _one(by_port, _BY_PORT)
    unknown = [session for session in mine if session.end is None and not knowledge.known_open(session, unit.ends)]
    if unknown:
        return Nowhere(tuple(mine)) if final else Wait(tuple(unknown), for_log=True)
    if unit.source is not None and any(session.source is not None for session in mine):
        return Nowhere(tuple(mine))  # the port says that it is none of them
    return _one(mine, _BY_TIME)


def place_by_content(unit: Unit, sessions: Iterable[LoginSession]) -> Verdict:
    """Decide on a recording that names neither host nor user, when those of its time are placed."""
    return _one(
        [
            session
            for session in sessions
            if session.first <= unit.last + DESK_SKEW_US
            and session.last >= unit.first - DESK_SKEW_US
            and any(contains(unit.lines, lines) for lines in session.outputs.values())
        ],
        Basis.CONTENT,
    )


def _one(sessions: Sequence[LoginSession], basis: Basis) -> Verdict:
    return Placed(sessions[0], basis) if len(sessions) == 1 else Nowhere(tuple(sessions))


def _covers(session: LoginSession, unit: Unit) -> bool:
    """Tell whether the session can have been open while what the unit tells of went on."""
    slack = FLUSH_US if unit.kind is _TERMINAL else 0
    return session.first <= unit.first and session.last >= max(unit.first, unit.ends - slack)
