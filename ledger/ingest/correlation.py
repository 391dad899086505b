"""What correlation gives: which records tell of one login, on which ground each was joined, and which could not be.

A :class:`Correlation` is one real login or desktop connection. An :class:`Unplaced` is a record that could belong to
several (``candidates`` names them), or to none that is known. Neither depends on the order of the imports.
"""

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from ledger.ingest.model import Fact

CORRELATED = "session.correlated.v1"
MEMBERS_PER_FACT = 1000
"""A payload has room for so many members; a session with more is told in several facts."""


class Basis(StrEnum):
    """On which ground a record was joined, from the strongest to the weakest."""

    LOGIN = "login"
    """It tells of this login itself: host, sshd's process, source address and port, and the second."""
    CONNECTION = "connection"
    """It tells of this desktop connection itself: the gateway's log line."""
    AUDIT_SESSION = "audit_session"
    """The kernel's audit session (and boot) are those of the login."""
    UUID = "uuid"
    """It tells of a command or a recording (its own name) that another record placed."""
    SOURCE_PORT = "source_port"
    """Source address and port are those of the login."""
    PID = "pid"
    """sshd's process is that of the login."""
    FILE = "file"
    """The gateway's log names the recording's file for this connection."""
    CONTENT = "content"
    """A recording of this login shows the same lines of output."""
    USER_HOST_TIME = "user_host_time"
    """This is the only login of that user on that host at that time."""
    TIME = "time"
    """Beginning and end are those of this connection alone."""


_SPELLED = {basis: basis.value for basis in Basis}


class Member(NamedTuple):
    """A record of a session. ``natural`` names what happened, ``record`` the record that tells of it."""

    natural: str
    basis: Basis
    record: str


class Correlation(NamedTuple):
    """One real login or desktop connection, and the records that tell of it.

    ``session`` names it; ``names`` are all names by which a record alone would call it (two clocks that disagree about
    the second, a host with and without its domain). Times are spelled as in the facts, by the most precise record.
    """

    kind: str
    """``ssh_session``, ``ssh_failed_login``, ``desktop_session`` or ``desktop_failed_login``."""
    session: str
    names: tuple[str, ...]
    host: str | None
    user: str | None
    started_at: str | None
    ended_at: str | None
    members: tuple[Member, ...]

    def facts(self) -> Iterator[Fact]:
        """Give the correlation as facts. Another set of members is another fact, and has another natural name."""
        told = "".join([f"{natural}\n{_SPELLED[basis]}\n" for natural, basis, _ in self.members])
        digest = hashlib.sha256(told.encode())
        parts = range(0, len(self.members), MEMBERS_PER_FACT)
        for number, start in enumerate(parts, 1):
            data: dict[str, Any] = {
                "kind": self.kind,
                "session": self.session,
                "names": list(self.names),
                "host": self.host,
                "user": self.user,
                "started_at": self.started_at,
                "ended_at": self.ended_at,
                "part": number,
                "parts": len(parts),
                "members": [
                    {"happening": natural, "basis": _SPELLED[basis], "record": record}
                    for natural, basis, record in self.members[start : start + MEMBERS_PER_FACT]
                ],
            }
            natural = f"correlated:{self.session}:{digest.hexdigest()[:32]}:{number}"
            yield Fact(CORRELATED, self.started_at, data, natural, (0, 0))


class Unplaced(NamedTuple):
    """A record that was joined to no session: ``candidates`` are the sessions that it could belong to.

    Several candidates are an ambiguity. One is a session whose end is not known, so that nobody can say whether it
    still was open. None at all means that no session of that user, host and time is known.
    """

    record: str
    natural: str
    candidates: tuple[str, ...]


Outcome = Correlation | Unplaced
