"""Joins desktop recordings and the VNC server's log to the connections of a desktop gateway.

Nothing in them names a person, and nothing joins them to a login over SSH, even where both went on at the same time.
What joins them to each other:

1. a recording to a connection by the file that the gateway's log names for it, and by time where the recording tells
   one. A file name that several connections bear, or a recording whose file name is not known, is not joined;
2. a connection in the VNC server's log by time: beginning and end, both, are those of one connection of the gateway
   alone, and of no other connection of the server.

A recording may tell no time of its own, so all of it is decided at the end. Memory: every desktop connection.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from ledger.ingest.clock import MICROSECONDS
from ledger.ingest.correlation import Basis, Correlation, Member, Outcome, Unplaced
from ledger.ingest.evidence import Evidence, Kind, Span

SAME_EVENT_US = 2 * MICROSECONDS
"""How far apart gateway and server, who both write whole seconds, may note the same event."""


class _Thing:
    """Records of one connection (at the gateway or at the server) or of one recording."""

    def __init__(self, kind: Kind, name: str) -> None:
        self.kind = kind
        self.name = name
        self.records: list[Evidence] = []
        self.opened: Span | None = None
        self.closed: Span | None = None
        self.file: str | None = None
        self.failed = False

    def add(self, evidence: Evidence) -> None:
        self.records.append(evidence)
        self.file = self.file or evidence.file
        self.failed = self.failed or evidence.failed
        self.opened = self.opened or evidence.start
        if evidence.final:
            self.closed = self.closed or evidence.at

    def may_hold(self, other: "_Thing") -> bool:
        """Tell whether ``other`` can have gone on within this connection."""
        if self.opened is None or other.opened is None:
            return True
        if other.opened.last < self.opened.first - SAME_EVENT_US:
            return False
        end = other.closed or other.opened
        return self.closed is None or end.first <= self.closed.last + SAME_EVENT_US

    def same_time(self, other: "_Thing") -> bool:
        """Tell whether beginning and end, both, are the other's."""
        return _same_event(self.opened, other.opened) and _same_event(self.closed, other.closed)


class _ByBeginning:
    """Connections in the order of their beginnings."""

    def __init__(self, things: Sequence[_Thing]) -> None:
        self._things = sorted((thing for thing in things if thing.opened), key=_opened)
        self._begun = [_opened(thing) for thing in self._things]

    def at_the_time_of(self, other: _Thing) -> list[_Thing]:
        """Give those that began and ended with ``other``."""
        if other.opened is None:
            return []
        low = bisect_left(self._begun, other.opened.first - SAME_EVENT_US)
        high = bisect_right(self._begun, other.opened.first + SAME_EVENT_US)
        return [thing for thing in self._things[low:high] if thing.same_time(other)]


class DesktopJoin:
    """Takes records in any order; gives outcomes at the end."""

    def __init__(self) -> None:
        self._things: dict[Kind, dict[str, _Thing]] = {kind: {} for kind in (Kind.CONNECTION, Kind.VNC, Kind.DESKTOP)}

    def take(self, evidence: Evidence) -> None:
        """Take a record."""
        name = evidence.name or evidence.natural
        things = self._things[evidence.kind]
        if name not in things:
            things[name] = _Thing(evidence.kind, name)
        things[name].add(evidence)

    def finish(self) -> Iterator[Outcome]:
        """Give every connection of the gateway, and what belongs to none."""
        connections = list(self._things[Kind.CONNECTION].values())
        joined: dict[_Thing, list[tuple[_Thing, Basis]]] = {connection: [] for connection in connections}
        by_file: dict[str, list[_Thing]] = {}
        for connection in connections:
            if connection.file is not None:
                by_file.setdefault(connection.file, []).append(connection)
        for recording in self._things[Kind.DESKTOP].values():
            named = by_file.get(recording.file, []) if recording.file is not None else []
            fitting = [connection for connection in named if connection.may_hold(recording)]
            yield from _join(joined, recording, fitting, Basis.FILE)
        servers = list(self._things[Kind.VNC].values())
        at_gateway, at_server = _ByBeginning(connections), _ByBeginning(servers)
        for server in servers:
            fitting = at_gateway.at_the_time_of(server)
            if len(fitting) == 1 and len(at_server.at_the_time_of(fitting[0])) > 1:
                yield from _unplaced(server, fitting)
            else:
                yield from _join(joined, server, fitting, Basis.TIME)
        for connection in connections:
            yield _correlation(connection, joined[connection])


def _join(
    joined: dict[_Thing, list[tuple[_Thing, Basis]]], thing: _Thing, fitting: Sequence[_Thing], basis: Basis
) -> Iterator[Unplaced]:
    if len(fitting) == 1:
        joined[fitting[0]].append((thing, basis))
    else:
        yield from _unplaced(thing, fitting)


def _unplaced(thing: _Thing, fitting: Sequence[_Thing]) -> Iterator[Unplaced]:
    names = tuple(sorted(map(_session, fitting)))
    for evidence in thing.records:
        yield Unplaced(evidence.record, evidence.natural, names)


def _correlation(connection: _Thing, joined: Sequence[tuple[_Thing, Basis]]) -> Correlation:
    parts = [(connection, Basis.CONNECTION), *joined]
    members = {Member(evidence.natural, basis, evidence.record) for thing, basis in parts for evidence in thing.records}
    failed = any(thing.failed for thing, _ in parts)
    name = _session(connection)
    return Correlation(
        kind="desktop_failed_login" if failed else "desktop_session",
        session=name,
        names=(name,),
        host=None,
        user=None,
        started_at=None if connection.opened is None else connection.opened.spelled,
        ended_at=None if connection.closed is None else connection.closed.spelled,
        members=tuple(sorted(members)),
    )


def _session(connection: _Thing) -> str:
    return f"desktop:{connection.name.removeprefix('gateway:')}"


def _opened(thing: _Thing) -> int:
    assert thing.opened is not None, "only what has a beginning is ordered by it"
    return thing.opened.first


def _same_event(one: Span | None, other: Span | None) -> bool:
    return one is not None and other is not None and abs(one.first - other.first) <= SAME_EVENT_US
