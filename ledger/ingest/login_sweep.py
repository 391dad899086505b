"""Sweeps over the records of logins, commands and terminal recordings in the order of their times.

A login opens a session, its end closes it. A command or recording waits a little, until everything of the same time was
seen, and longer while an open session may still prove to be its own; then it is decided, once (placing.py). What comes
later under the same name (the end of a command, a longer copy of a recording) goes where the first records went.

Memory: what is open, what waits, and sessions for :data:`RETAIN_US` after their end.
"""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import TypeVar

from ledger.ingest.clock import MICROSECONDS
from ledger.ingest.correlation import Basis, Outcome, Unplaced
from ledger.ingest.evidence import Evidence, Kind, Span
from ledger.ingest.login_session import SAME_LOGIN_US, LoginSession, short_host
from ledger.ingest.placing import DESK_SKEW_US, Nowhere, Placed, Verdict, Wait, place, place_by_content
from ledger.ingest.unit import Unit

GRACE_US = 60 * MICROSECONDS
"""How long a command or a recording waits for records of the same time."""
RETAIN_US = 900 * MICROSECONDS
OPEN_US = 31 * 86_400 * MICROSECONDS
"""So long a session without an end, or a recording without one, is waited for."""

# Looked up once: a member of an enumeration is slow to come by, and these are needed for every record.
_FAILED, _LOGOUT, _TERMINAL = Kind.FAILED_LOGIN, Kind.LOGOUT, Kind.TERMINAL
_BY_LOGIN, _BY_UUID, _BY_CONTENT, _BY_NUMBER = Basis.LOGIN, Basis.UUID, Basis.CONTENT, Basis.AUDIT_SESSION
_BY_PORT, _BY_TIME = Basis.SOURCE_PORT, Basis.USER_HOST_TIME
_BEGINNINGS = frozenset({Kind.LOGIN, Kind.FAILED_LOGIN})
_Identity = tuple[str, int | None, tuple[str, int] | None]
_Name = tuple[Kind, str]
_Key = TypeVar("_Key")


class LoginSweep:
    """Takes records in the order of their times; gives outcomes."""

    def __init__(self) -> None:
        self._now = 0
        self._ticket = count()
        self._sessions: dict[LoginSession, _Identity] = {}
        self._by_identity: dict[_Identity, dict[LoginSession, None]] = {}
        self._by_host: dict[str, dict[LoginSession, None]] = {}
        self._open: dict[LoginSession, None] = {}  # in the order in which they began
        self._leaving: list[tuple[int, int, LoginSession]] = []
        self._waiting: dict[Unit, None] = {}
        self._incomplete: dict[Unit, None] = {}
        self._due: list[tuple[int, int, Unit]] = []
        self._units: dict[_Name, Unit] = {}
        self._placed: dict[_Name, LoginSession] = {}
        self._blocked: dict[LoginSession, dict[Unit, None]] = {}
        self._unproven: dict[str, dict[Unit, None]] = {}  # by import: its next record proves a session open
        self._seen_until: dict[str, int] = {}
        self._by_content: dict[Unit, None] = {}
        self._out: list[Outcome] = []

    def foresee(self, evidence: Evidence) -> None:
        """Take notice, at its beginning, of a login whose end a later record tells."""
        assert evidence.start is not None, "a record that tells when the login began"
        self._advance(evidence.start.first)
        session = self._same(evidence, evidence.start) or self._begin(evidence, evidence.start)
        session.imports.add(evidence.import_id)

    def take(self, evidence: Evidence) -> Sequence[Outcome]:
        """Take the next record; give what is settled."""
        assert evidence.at is not None, "only desktop records come without a time"
        now = evidence.at.first
        self._advance(now)
        self._seen_until[evidence.import_id] = now
        if evidence.kind in _BEGINNINGS:
            session = self._same(evidence, evidence.at) or self._begin(evidence, evidence.at)
            session.take(evidence, _BY_LOGIN)
            self._retry(self._blocked.pop(session, {}))
        elif evidence.kind is _LOGOUT:
            self._logout(evidence)
        else:
            self._piece(evidence)
        if evidence.import_id in self._unproven:
            self._retry(self._unproven.pop(evidence.import_id))
        return self._given() if self._out else ()

    def finish(self) -> Sequence[Outcome]:
        """Decide what waits by what is known, and give every session."""
        for unit in list(self._waiting):
            if unit not in self._by_content and not _by_content_alone(unit):
                self._decide(unit, final=True)
        for unit in list(self._waiting):
            self._decide(unit, final=True)
        for session in list(self._sessions):
            self._leave(session)
        return self._given()

    # Sessions.

    def _same(self, evidence: Evidence, start: Span) -> LoginSession | None:
        failed = evidence.kind is _FAILED
        for session in self._by_identity.get(_identity(evidence), ()):
            apart = max(start.first - session.start.last, session.start.first - start.last)
            if session.failed == failed and session.user == evidence.user and apart <= SAME_LOGIN_US:
                return session
        return None

    def _begin(self, evidence: Evidence, start: Span) -> LoginSession:
        session = LoginSession(evidence, start)
        identity = _identity(evidence)
        self._sessions[session] = identity
        self._by_identity.setdefault(identity, {})[session] = None
        if session.failed:
            heappush(self._leaving, (start.last + GRACE_US, next(self._ticket), session))
        else:
            self._by_host.setdefault(identity[0], {})[session] = None
            self._open[session] = None
        return session

    def _logout(self, evidence: Evidence) -> None:
        if evidence.start is not None:
            session = self._same(evidence, evidence.start) or self._begin(evidence, evidence.start)
            self._close(session, evidence, _BY_LOGIN)
            return
        fitting = [
            (session, basis) for session in self._at(evidence.host) if (basis := _ends(session, evidence)) is not None
        ]
        if len(fitting) == 1:
            session, basis = fitting[0]
            self._close(session, evidence, basis)
        else:
            self._unplaced([evidence], [session for session, _ in fitting])

    def _close(self, session: LoginSession, evidence: Evidence, basis: Basis) -> None:
        session.take(evidence, basis)
        assert session.end is not None, "the record tells its end"
        self._open.pop(session, None)
        heappush(self._leaving, (session.end.last + RETAIN_US, next(self._ticket), session))
        # Another log may tell more of the same end, in a moment.
        for unit in self._blocked.pop(session, {}):
            heappush(self._due, (session.end.last + GRACE_US, next(self._ticket), unit))

    def _leave(self, session: LoginSession) -> None:
        for unit in self._blocked.pop(session, {}):
            self._decide(unit, final=True)
        identity = self._sessions.pop(session)
        self._open.pop(session, None)
        _discard(self._by_identity, identity, session)
        _discard(self._by_host, identity[0], session)
        for name in session.shared_names:
            self._placed.pop(name, None)
        self._out.append(session.correlation())

    def _at(self, host: str | None) -> Iterable[LoginSession]:
        return self._by_host.get(short_host(host), {})

    # Commands and recordings.

    def _piece(self, evidence: Evidence) -> None:
        name = None if evidence.name is None else (evidence.kind, evidence.name)
        if name is not None and (session := self._placed.get(name)):
            self._join(session, [evidence], _BY_UUID)
            return
        unit = self._units.get(name) if name is not None else None
        if unit is None:
            unit = Unit(evidence)
            self._waiting[unit] = None
            if name is not None:
                self._units[name] = unit
        else:
            unit.add(evidence)
        if unit.complete:
            if unit in self._incomplete:
                del self._incomplete[unit]
            heappush(self._due, (self._due_at(unit), next(self._ticket), unit))
        else:
            self._incomplete[unit] = None

    def _due_at(self, unit: Unit) -> int:
        return unit.last + GRACE_US + (DESK_SKEW_US if _by_content_alone(unit) else 0)

    def _decide(self, unit: Unit, *, final: bool = False) -> None:
        if unit not in self._waiting:
            return
        if _by_content_alone(unit):
            if not final and self._recordings_wait(unit):
                self._by_content[unit] = None
                return
            verdict: Verdict = place_by_content(unit, self._sessions)
        else:
            verdict = place(unit, self._at(unit.host), self, final=final)
            if isinstance(verdict, Wait):
                self._wait(unit, verdict)
                return
        assert not isinstance(verdict, Wait), "content is not waited for here"
        self._settle(unit, verdict)

    def _settle(self, unit: Unit, verdict: Placed | Nowhere) -> None:
        del self._waiting[unit]
        self._incomplete.pop(unit, None)
        self._by_content.pop(unit, None)
        name = None if unit.name is None else (unit.kind, unit.name)
        if name is not None:
            del self._units[name]
        if isinstance(verdict, Placed):
            self._join(verdict.session, unit.records, verdict.basis)
            if name is not None:
                self._placed[name] = verdict.session
                verdict.session.shared_names.add(name)
        else:
            self._unplaced(unit.records, verdict.candidates)
        if unit.kind is _TERMINAL and not _by_content_alone(unit):
            for other in list(self._by_content):
                self._decide(other)

    def _join(self, session: LoginSession, records: Iterable[Evidence], basis: Basis) -> None:
        for evidence in records:
            session.join(evidence, _own_basis(session, evidence, basis))
            if evidence.lines and basis is not _BY_CONTENT and evidence.name is not None:
                before = session.outputs.get(evidence.name, ())
                session.outputs[evidence.name] = max(before, evidence.lines, key=len)

    def _wait(self, unit: Unit, verdict: Wait) -> None:
        for session in verdict.sessions:
            self._blocked.setdefault(session, {})[unit] = None
            for import_id in session.imports if verdict.for_log else ():
                self._unproven.setdefault(import_id, {})[unit] = None

    def _retry(self, units: Iterable[Unit]) -> None:
        for unit in units:
            self._decide(unit)

    def is_settled(self, session: LoginSession) -> bool:
        """Tell whether the session has ended, and all records of its end were seen."""
        return session.end is not None and session.end.last + GRACE_US < self._now

    def known_open(self, session: LoginSession, instant: int) -> bool:
        """Tell whether the log that an open session is from goes on to ``instant`` without its end."""
        return any(self._seen_until.get(import_id, -1) >= instant for import_id in session.imports)

    def _recordings_wait(self, unit: Unit) -> bool:
        """Tell whether a recording of the same time, which names its host, is not placed yet."""
        return any(
            other.kind is _TERMINAL
            and not _by_content_alone(other)
            and other.first <= unit.last + DESK_SKEW_US
            and (not other.complete or other.last >= unit.first - DESK_SKEW_US)
            for other in self._waiting
        )

    def _unplaced(self, records: Iterable[Evidence], candidates: Iterable[LoginSession]) -> None:
        names = tuple(sorted({f"ssh:{session.name}" for session in candidates}))
        self._out.extend(Unplaced(evidence.record, evidence.natural, names) for evidence in records)

    # Time.

    def _advance(self, now: int) -> None:
        self._now = max(self._now, now)
        now = self._now
        if self._open or self._incomplete:
            self._give_up(now - OPEN_US)
        while self._due and self._due[0][0] < now:
            at, _, unit = heappop(self._due)
            if unit in self._waiting and self._due_at(unit) <= at:
                self._decide(unit)
        while self._leaving and self._leaving[0][0] < now:
            session = heappop(self._leaving)[2]
            if session in self._sessions:
                self._let_leave(session)

    def _give_up(self, before: int) -> None:
        """Wait no longer for the ends of what began so long ago."""
        while self._incomplete and (unit := next(iter(self._incomplete))).first < before:
            self._decide(unit, final=True)
        while self._open and (session := next(iter(self._open))).first < before:
            self._leave(session)

    def _let_leave(self, session: LoginSession) -> None:
        bound = session.last + DESK_SKEW_US
        if not session.failed and any(unit.first <= bound for unit in self._waiting):
            # Something of its time is undecided, and could be its own.
            heappush(self._leaving, (self._now + GRACE_US, next(self._ticket), session))
        else:
            self._leave(session)

    def _given(self) -> list[Outcome]:
        given, self._out = self._out, []
        return given


def _identity(evidence: Evidence) -> _Identity:
    return (short_host(evidence.host), evidence.pid, evidence.source)


def _by_content_alone(unit: Unit) -> bool:
    return unit.host is None and unit.user is None and unit.kind is _TERMINAL


def _own_basis(session: LoginSession, evidence: Evidence, basis: Basis) -> Basis:
    """Give the ground on which this one record of several was joined."""
    if evidence.audit_session is not None and session.has_audit_session(evidence):
        return _BY_NUMBER
    if basis is _BY_NUMBER:
        return _BY_UUID
    if basis is _BY_PORT and evidence.source is None:
        return _BY_UUID
    if basis is _BY_TIME and (evidence.user is None or evidence.host is None):
        return _BY_UUID
    return basis


def _ends(session: LoginSession, evidence: Evidence) -> Basis | None:
    """Tell on which ground a record that does not know when the login began tells the end of this one."""
    if not session.is_at(evidence.host) or session.first > evidence.time:
        return None
    if session.end is not None and abs(session.end.first - evidence.time) > SAME_LOGIN_US:
        return None
    if evidence.user is not None and session.user != evidence.user:
        return None
    if evidence.source is not None:
        return _BY_PORT if session.source == evidence.source else None
    return Basis.PID if evidence.pid is not None and session.pid == evidence.pid else None


def _discard(table: dict[_Key, dict[LoginSession, None]], key: _Key, session: LoginSession) -> None:
    found = table.get(key, {})
    found.pop(session, None)
    if not found:
        table.pop(key, None)
