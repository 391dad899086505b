"""The facts of sessions and connections, and what they come to (4-1①, 4-2).

A session is a technician's time at the gateway for one customer's work order; a connection is the path from there to
one target. Each names the consent that it relies on (``reliance:<consent>``), so whoever takes that consent back meets
it. Whether a session was allowed is not told here: evidence is kept as it is, and violations stand beside it.

States: open → ended or terminated. What is terminated by the ledger's decision is over in right; the gateway cuts it,
and tells of the real end, which is recorded as well.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ledger.domain.basis import Basis
from ledger.domain.consent_facts import RELIANCE
from ledger.domain.encrypted_path import Path
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.recorded import Facts, Recorded, saying

UNGROUNDED = "ungrounded"
"""Tags what began on nothing, as far as was known, with its customer."""


class Ending(StrEnum):
    """How a session ended by itself."""

    SIGNED_OUT = "signed_out"
    CUT = "cut"
    LOST = "lost"
    SILENT = "silent"
    """Nothing was heard of it for so long that it is taken to be over (R-14)."""


class Termination(StrEnum):
    """Why a session was ended against its will."""

    CONSENT_WITHDRAWN = "consent_withdrawn"
    PERMISSION_REVOKED = "permission_revoked"
    NO_RECORDING = "no_recording"
    RECORDING_LOST = "recording_lost"
    CUSTOMER_STOP = "customer_stop"
    SECURITY = "security"


UNRECORDED = frozenset({Termination.NO_RECORDING, Termination.RECORDING_LOST})
"""Ended for want of a recording, without which work goes on only by the customer's permission (R-19)."""


class Participation(StrEnum):
    """As what somebody takes part."""

    TECHNICIAN = "technician"
    CUSTOMER = "customer"
    OBSERVER = "observer"


@fact(
    "session.started.v1",
    retention="trail",
    ja="セッション開始",
    en="Session started",
    clause="4-2",
    occurred="started_at",
)
class SessionStarted(Fact):
    """A technician began to work; what is None was not there, and a violation says so."""

    session: str = ref("session")
    work_order: str | None = ref("work_order")
    permission: str | None = ref("permission")
    technician: str = ref("technician")
    login: str | None = ref("login")
    consent: str | None = ref(RELIANCE)
    contract: str | None = ref(RELIANCE, default=None)
    """The contract that has the terms, where the consent lasts as long as that."""
    terms: str | None
    """The version of the terms that governed then."""
    basis: Basis | None = public()
    targets: tuple[str, ...]
    gateway: str
    permitted_until: datetime | None
    """The first instant after the permitted window."""
    started_at: datetime
    days: tuple[str, ...] = ref("connected_on")
    through: tuple[str, ...] = ref(RELIANCE, default=())
    """Where the consent is for this work order alone, what of the terms a no to which takes it back, too."""
    stated_in: tuple[str, ...] = ref(RELIANCE, default=())
    """The contracts that state the connection, where that is its basis."""
    ungrounded: str | None = ref(UNGROUNDED, default=None)
    """The customer, where no consent or no basis was known: what is told of either finds it by this."""
    completed_at: datetime | None = None
    """When its work was done, where that was told before it."""

    @property
    def relied(self) -> tuple[str, ...]:
        """Give what it rests on, by which its end is found as well as its start."""
        return tuple(sorted({each for each in (self.consent, self.contract, *self.through, *self.stated_in) if each}))


@fact("session.ended.v1", retention="trail", ja="セッション終了", en="Session ended", clause="4-2", occurred="ended_at")
class SessionEnded(Fact):
    """The session is over."""

    session: str = ref("session")
    work_order: str | None = ref("work_order")
    permission: str | None = ref("permission")
    why: Ending = public()
    ended_at: datetime
    days: tuple[str, ...] = ref("connected_on")
    relied: tuple[str, ...] = ref(RELIANCE, default=())
    """What the session rested on: a no that is told after its end meets it, too."""
    ungrounded: str | None = ref(UNGROUNDED, default=None)
    """As of its start."""


@fact(
    "session.terminated.v1",
    retention="trail",
    ja="セッション強制終了",
    en="Session terminated",
    clause="4-2",
    occurred="terminated_at",
)
class SessionTerminated(Fact):
    """The session may not go on from ``terminated_at``; recording goes on until the gateway has cut it."""

    session: str = ref("session")
    work_order: str | None = ref("work_order")
    permission: str | None = ref("permission")
    reason: Termination = public()
    terminated_at: datetime
    words: str | None = None
    days: tuple[str, ...] = ref("connected_on")
    relied: tuple[str, ...] = ref(RELIANCE, default=())


@fact(
    "session.connection_opened.v1",
    retention="trail",
    ja="接続開始",
    en="Connection opened",
    clause="4-1①",
    occurred="opened_at",
)
class ConnectionOpened(Fact):
    """A path to one target was opened."""

    session: str = ref("session")
    connection: str = ref("connection")
    permission: str | None = ref("permission")
    target: str
    path: Path
    opened_at: datetime
    consent: str | None = ref(RELIANCE, default=None)
    through: tuple[str, ...] = ref(RELIANCE, default=())
    """As of a session's start: the no may come in while the session goes on."""
    ungrounded: str | None = ref(UNGROUNDED, default=None)
    """The customer, where no consent was known."""


@fact(
    "session.connection_failed.v1",
    retention="trail",
    ja="接続失敗",
    en="Connection failed",
    clause="4-1①",
    occurred="failed_at",
)
class ConnectionFailed(Fact):
    """A path was asked for or tried, and is not there; ``rule`` where it was refused beforehand."""

    session: str = ref("session")
    connection: str = ref("connection")
    target: str
    path: Path | None
    rule: str | None = public()
    reason: str
    failed_at: datetime


@fact(
    "session.connection_closed.v1",
    retention="trail",
    ja="切断",
    en="Connection closed",
    clause="4-1①",
    occurred="closed_at",
)
class ConnectionClosed(Fact):
    """A path is there no more."""

    session: str = ref("session")
    connection: str = ref("connection")
    closed_at: datetime
    bytes_sent: int | None = None
    bytes_received: int | None = None


@fact(
    "session.participant_joined.v1",
    retention="trail",
    ja="参加",
    en="Participant joined",
    clause="4-2",
    occurred="joined_at",
)
class ParticipantJoined(Fact):
    """Somebody else takes part or looks on."""

    session: str = ref("session")
    participant: str = ref("technician")
    participation: Participation = public()
    joined_at: datetime


@fact(
    "session.participant_left.v1", retention="trail", ja="退出", en="Participant left", clause="4-2", occurred="left_at"
)
class ParticipantLeft(Fact):
    """A participant takes part no more."""

    session: str = ref("session")
    participant: str = ref("technician")
    left_at: datetime


class Session(NamedTuple):
    """A session as far as it has come."""

    started: Recorded[SessionStarted]
    ended: Recorded[SessionEnded] | None = None
    terminated: Recorded[SessionTerminated] | None = None
    open: Mapping[str, Recorded[ConnectionOpened]] = MappingProxyType({})
    connections: frozenset[str] = frozenset()

    @property
    def running(self) -> bool:
        """Tell whether it may go on."""
        return self.ended is None and self.terminated is None

    @property
    def over_at(self) -> datetime | None:
        """Give when it was really over, or, while nobody told that, from when it was in right."""
        if self.ended is not None:
            return self.ended.fact.ended_at
        return None if self.terminated is None else self.terminated.fact.terminated_at

    @property
    def positions(self) -> tuple[int, ...]:
        """Give what tells how far it has come."""
        return tuple(each.position for each in (self.started, self.ended, self.terminated) if each is not None)


def fold(facts: Facts) -> Mapping[str, Session]:
    """Give all sessions that the facts tell of, by id."""
    sessions: dict[str, Session] = {}
    for each in facts:
        if isinstance(each.fact, SessionStarted):
            sessions[each.fact.session] = Session(saying(each, each.fact))
        elif (session := sessions.get(getattr(each.fact, "session", ""))) is not None:
            sessions[session.started.fact.session] = _apply(session, each)
    return sessions


def session_of(facts: Facts, session: str) -> Session | None:
    """Give one session, or None where none started under this id."""
    return fold(facts).get(session)


def _apply(session: Session, each: Recorded[Fact]) -> Session:
    match each.fact:
        case SessionEnded() as ended:
            return session._replace(ended=saying(each, ended))
        case SessionTerminated() as cut:
            return session._replace(terminated=saying(each, cut))
        case ConnectionOpened(connection=connection) as opened:
            known = session.connections | {connection}
            return session._replace(open={**session.open, connection: saying(each, opened)}, connections=known)
        case ConnectionClosed(connection=connection):
            return session._replace(open={key: value for key, value in session.open.items() if key != connection})
        case _:
            return session
