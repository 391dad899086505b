"""sudo's own event log (``log_format=json``): one JSON object whose members are the events, their names repeated.

    {
        "accept": { … },
        "exit": { … },
        "accept": { … }
    }

A JSON reader would keep the last ``accept`` only, and would have to wait for the closing brace, which sudo overwrites
with every event. So the object is read member by member while its lines come: an event is given when its own brace
closes. The compact form, an object a line, is read by the same rules. After a line that breaks the syntax, reading goes
on at the next line where an event can begin.

Memory: one event, at most :data:`MAX_EVENT` bytes.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NoReturn

from ledger.ingest.message import LineCounts
from ledger.ingest.model import Finding, Item, Line, Rejected
from ledger.ingest.sudo_commands import JsonCommands, events_of
from ledger.ingest.sudo_event import Where, is_plain
from ledger.ingest.text import load_json

MAX_EVENT = 4 << 20

_QUOTE, _BRACE = b'"{'
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s"{}\[\]:,]+|"')
EVENT_BEGINS = re.compile(rb'\s*\{?\s*"(?:sudo|accept|reject|exit|alert)"\s*:\s*\{')
"""A line in which an event begins: after what cannot be read, reading goes on here."""


class _SyntaxError(ValueError):
    """The text is no member of an object here."""


class SudoJsonImporter:
    """Reads sudo's log file; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self) -> None:
        self.counts = LineCounts()
        self._commands = JsonCommands()
        self._depth = 0  # of braces and brackets: 1 between events, more inside one
        self._name: bytes | None = None
        self._event: list[bytes] = []
        self._size = 0
        self._begun = 0  # the line in which the event began
        self._lines = 0  # of the event, before this one: counted as interpreted, until it turns out otherwise
        self._lost = False
        self._last_line = 0

    def feed(self, line: Line) -> Sequence[Item]:
        """Take the next line."""
        counts = self.counts
        counts.lines += 1
        self._last_line = line.number
        if not line.data.strip():
            counts.uninteresting += 1
            return ()
        if self._lost:
            if EVENT_BEGINS.match(line.data) is None:
                counts.rejected += 1
                return [Rejected(line.number, "not inside an event that can be read")]
            self._lost = False
            self._depth = 0 if line.data.lstrip().startswith(b"{") else 1
        items: list[Item] = []
        inside = self._depth > 1
        try:
            if line.truncated:
                self._lose("longer than a line may be")
            self._read(line, items)
        except _SyntaxError as error:
            items.append(Rejected(line.number, str(error)))
        self._count(items, inside=inside)
        return items

    def finish(self) -> list[Item]:
        """Say whether the source ends inside an event or the object, and name the commands that did not end."""
        items: list[Item] = []
        if self._depth > 1:
            self.counts.interpreted -= self._lines
            self.counts.rejected += self._lines
            items.append(Rejected(self._begun, "the source ends inside this event"))
        if self._depth > 0 or self._lost:
            text = "the source ends before its closing brace: it was cut, or it is being written"
            items.append(Finding("source_unfinished", text, (self._last_line, self._last_line)))
        return [*items, *self._commands.finish()]

    def _count(self, items: list[Item], *, inside: bool) -> None:
        counts = self.counts
        if any(isinstance(item, Rejected) for item in items):
            # The lines before belong to the event that could not be read.
            counts.interpreted -= self._lines
            counts.rejected += 1 + self._lines
            self._lines = 0
        elif items or inside or self._depth > 1:
            counts.interpreted += 1
            self._lines = self._lines + 1 if self._depth > 1 else 0
        else:
            counts.uninteresting += 1

    def _lose(self, reason: str) -> NoReturn:
        self._lost = True
        self._depth = 1
        self._forget()
        raise _SyntaxError(reason)

    def _forget(self) -> None:
        self._name, self._event, self._size = None, [], 0

    def _read(self, line: Line, items: list[Item]) -> None:
        start = 0  # of the event's text in this line
        data = line.data
        for token in _TOKEN.finditer(data):
            first = data[token.start()]
            if first == _QUOTE:
                if token.end() == token.start() + 1:
                    self._lose("a string is not closed")
                if self._depth == 1:
                    if self._name is not None:
                        self._lose("two names in a row")
                    self._name = token[0][1:-1]
            elif first in b"{[":
                if self._depth < 2 and first != _BRACE:  # noqa: PLR2004 -- deeper, an event may hold what it likes
                    self._lose("no object")
                if self._depth == 1:
                    if self._name is None:
                        self._lose("an event without a name")
                    start, self._begun, self._lines = token.start(), line.number, 0
                self._depth += 1
            elif first in b"}]":
                if self._depth == 0:
                    self._lose("a brace that was not opened")
                self._depth -= 1
                if self._depth == 1:
                    self._hold(data[start : token.end()])
                    items.extend(self._give(line.number))
            elif self._depth == 0 or (self._depth == 1 and first not in b":,"):
                self._lose("text outside an event")
        if self._depth > 1:
            self._hold(data[start:])

    def _hold(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > MAX_EVENT:
            self._lose("longer than an event may be")
        self._event.append(part)

    def _give(self, number: int) -> Iterator[Item]:
        assert self._name is not None, "an event begins with its name"
        text = b'{"%b":%b}' % (self._name, b"\n".join(self._event))
        where = Where((self._begun, number), None, is_plain(text))
        self._forget()
        try:
            for kind, event in events_of(load_json(text)):
                yield self._commands.take(kind, event, where)
        except ValueError as error:
            yield Rejected(number, f"an event cannot be read: {error}")
