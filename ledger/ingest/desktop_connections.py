"""Connections of a desktop gateway or server that are open while its log is read, and the facts about them.

A log line names a connection by what it goes to and where it comes from, not by a number. Where two connections cannot
be told apart, the end of one is a finding and not a guess: which one it was is left open.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ledger.ingest.model import Fact, Finding, Item

MAX_OPEN = 4096
"""So many connections are open at once; beyond, the oldest is named unfinished and forgotten."""
MAX_NAMES = 4096
"""So many names are remembered, so that none is given twice even where the log's clock runs back."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was logged, and where."""

    at: int
    """Seconds since 1970."""
    occurred_at: str
    zone_assumed: str | None
    line: int


@dataclass(slots=True, eq=False)
class Open:
    """A connection that was opened."""

    key: tuple[str, ...]
    moment: Moment
    natural: str
    data: dict[str, Any] = field(default_factory=dict)


class Connections:
    """Opens and closes connections; ``source`` names the log's kind in the facts' natural names."""

    def __init__(self, source: str, opened: str, closed: str) -> None:
        self._source = source
        self._opened = opened
        self._closed = closed
        self._open: dict[tuple[str, ...], list[Open]] = {}
        self._count = 0
        self._untold: Counter[tuple[str, ...]] = Counter()  # ends that could not be told apart
        self._names: OrderedDict[str, int] = OrderedDict()  # names that were given, and how often

    def open(self, key: tuple[str, ...], moment: Moment, first_line: int, data: dict[str, Any]) -> Iterator[Item]:
        """Take a new connection between the ends that ``key`` names."""
        if self._count == MAX_OPEN:
            oldest = next(iter(self._open))
            yield self._unfinished(self._open[oldest][0])
            self._forget(self._open[oldest][0])
        connection = Open(key, moment, self._name(key, moment), data)
        self._open.setdefault(key, []).append(connection)
        self._count += 1
        fact = {"opened_at": moment.occurred_at, **data}
        natural = f"{connection.natural}:opened"
        lines = (first_line, moment.line)
        yield Fact(self._opened, moment.occurred_at, fact, natural, lines, moment.zone_assumed)

    def all(self) -> list[Open]:
        """Give the connections that are open."""
        return [connection for found in self._open.values() for connection in found]

    def of(self, key: tuple[str, ...]) -> Open | None:
        """Give the open connection with this key, where there is exactly one."""
        found = self._open.get(key, [])
        return found[0] if len(found) == 1 else None

    def close(self, key: tuple[str, ...], moment: Moment, data: dict[str, Any]) -> Iterator[Item]:
        """Take the end of a connection."""
        found = self._open.get(key, [])
        line = (moment.line, moment.line)
        if not found:
            text = "a connection ends that was not seen to begin"
            yield Finding("connection_unknown", text, line, moment.occurred_at, data)
            return
        if len(found) > 1:
            self._untold[key] += 1
            text = f"one of {len(found)} connections ends that the log does not tell apart"
            ambiguous = {**data, "opened_at": [connection.moment.occurred_at for connection in found]}
            yield Finding("connection_ambiguous", text, line, moment.occurred_at, ambiguous)
            if self._untold[key] == len(found):
                # As many ends as connections: which was whose is unknown, but none is open any more.
                for connection in list(found):
                    self._forget(connection)
            return
        connection = found[0]
        self._forget(connection)
        fact = {
            **connection.data,
            "opened_at": connection.moment.occurred_at,
            "closed_at": moment.occurred_at,
            "duration_seconds": max(0, moment.at - connection.moment.at),
            **data,
        }
        lines = (connection.moment.line, moment.line)
        natural = f"{connection.natural}:closed"
        yield Fact(self._closed, moment.occurred_at, fact, natural, lines, moment.zone_assumed)

    def finish(self) -> Iterator[Item]:
        """Name the connections whose end was not logged."""
        for connection in self.all():
            yield self._unfinished(connection)
            self._forget(connection)

    def _name(self, key: tuple[str, ...], moment: Moment) -> str:
        name = ":".join((self._source, moment.occurred_at, *key))
        # Two of one second are two happenings: the name of the second one says so.
        count = self._names.pop(name, 0) + 1
        self._names[name] = count
        if len(self._names) > MAX_NAMES:
            self._names.popitem(last=False)
        return name if count == 1 else f"{name}#{count}"

    def _forget(self, connection: Open) -> None:
        found = self._open[connection.key]
        found.remove(connection)
        self._count -= 1
        if not found:
            del self._open[connection.key]
            del self._untold[connection.key]

    def _unfinished(self, connection: Open) -> Finding:
        moment = connection.moment
        text = "a connection whose end the log does not tell"
        data = {"opened_at": moment.occurred_at, **connection.data}
        return Finding("connection_unfinished", text, (moment.line, moment.line), moment.occurred_at, data)
