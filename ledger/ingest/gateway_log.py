"""The log of a websockify gateway: who opened a desktop connection when, from where, to what, and into which recording.

    127.0.0.1 - - [22/Nov/2026 18:08:16] 127.0.0.1: SSL/TLS (wss://) WebSocket connection
    127.0.0.1 - - [22/Nov/2026 18:08:16] 127.0.0.1: Path: '/websockify'
    127.0.0.1 - - [22/Nov/2026 18:08:16] opening record file: /var/log/gw/kokyaku-gw01-20261122.9
    127.0.0.1 - - [22/Nov/2026 18:08:16] connecting to: 127.0.0.1:25977
    127.0.0.1 - - [22/Nov/2026 18:08:19] 127.0.0.1:25977: Target closed connection
    127.0.0.1 - - [22/Nov/2026 18:08:19] 127.0.0.1:25977: Closed target

The times are local and say no zone, so the zone is asked for and every fact says which offset was assumed. Each
connection has a process of its own and no line names it: lines of two connections from one address can mix. What then
cannot be told apart is a finding. Requests for web pages, settings and tracebacks say nothing about a connection; they
stay in the kept source. Passwords and tokens in logged addresses are cut out before anything is read (url_secrets.py).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from ledger.ingest import clock
from ledger.ingest.clock import ClockError
from ledger.ingest.desktop_connections import Connections, Moment
from ledger.ingest.left_out import left_out
from ledger.ingest.model import Finding, Item, Line, Rejected
from ledger.ingest.order import TimeOrder
from ledger.ingest.text import decode
from ledger.ingest.url_secrets import cut_secrets

MAX_OPENING = 1024
"""So many connections are being opened at once; beyond, the oldest is forgotten."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINE = re.compile(r"(\S+) - - \[([^\]]{0,40})\] (.*)", re.DOTALL)
_DATE = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}) (\d\d):(\d\d):(\d\d)", re.ASCII)
_WEBSOCKET = re.compile(r"\S*: (SSL/TLS \(wss://\)|Plain non-SSL \(ws://\)) WebSocket connection")
_PATH = re.compile(r"\S*: Path: '([^'?]*).*'")
_RECORDING = re.compile(r"opening record file: (?:.*/)?([^/]+)")
_CONNECTING = re.compile(r"connecting to(?: unix socket| command)?: (.+)")
_CLOSED = re.compile(r"(.+): (Client|Target) closed connection")
_CLOSED_TARGET = re.compile(r"(.+): Closed target")
_FAILED = re.compile(r"Failed to connect to (\S+?)(?:: .*)?")
_NUMBER = re.compile(r"\.(\d{1,9})\Z", re.ASCII)
_MAX_TEXT = 512


@dataclass(slots=True)
class _Opening:
    """A WebSocket connection that has not reached its target yet."""

    moment: Moment
    encrypted: bool
    path: str | None = None
    recording_file: str | None = None
    doubtful: bool = False


class GatewayLogImporter:
    """Reads the log of one gateway; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self, *, zone: tzinfo) -> None:
        self._zone = zone
        self._order = TimeOrder()
        self._connections = Connections("gateway", "desktop.connection_opened.v1", "desktop.connection_closed.v1")
        self._opening: dict[str, list[_Opening]] = {}
        self._closing: Counter[tuple[str, str]] = Counter()  # "closed connection" was read, "Closed target" follows

    def feed(self, line: Line) -> Iterable[Item]:
        """Take the next line."""
        if line.truncated:
            return [Rejected(line.number, "longer than a line may be")]
        text, _ = decode(cut_secrets(line.data)[0])
        found = _LINE.fullmatch(text)
        if found is None:
            return []
        client, date, message = found.groups()
        if message.startswith('"'):
            return []
        try:
            moment = self._moment(date, line.number)
        except ClockError as error:
            return [Rejected(line.number, str(error))]
        items = list(self._take(client[:_MAX_TEXT], message, moment))
        if backwards := self._order.check(None, moment.at * clock.MICROSECONDS, moment.occurred_at, (line.number,) * 2):
            items.insert(0, backwards)
        return items

    def finish(self) -> Iterable[Item]:
        """Name what was opened and never closed."""
        items: list[Item] = []
        for openings in self._opening.values():
            for opening in openings:
                line = opening.moment.line
                text = "a WebSocket connection that never reached a desktop"
                data = {"recording_file": opening.recording_file, "path": opening.path}
                items.append(Finding("connection_unfinished", text, (line, line), opening.moment.occurred_at, data))
        self._opening.clear()
        return [*items, *self._connections.finish()]

    def _moment(self, date: str, line: int) -> Moment:
        found = _DATE.fullmatch(date)
        if found is None or found[2] not in _MONTHS:
            raise ClockError("the date is not as websockify writes it")
        day, month, year, hour, minute, second = found.groups()
        try:
            local = datetime(
                int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=self._zone
            )
        except ValueError:
            raise ClockError("the date is none that the calendar has") from None
        at = clock.to_second(local)
        return Moment(at, f"{clock.spell_second(at)}Z", clock.spell_offset(local), line)

    def _take(self, client: str, message: str, moment: Moment) -> Iterator[Item]:
        if found := _WEBSOCKET.fullmatch(message):
            self._begin(client, _Opening(moment, encrypted=found[1].startswith("SSL")))
        elif found := _PATH.fullmatch(message):
            self._tell(client, "path", found[1][:_MAX_TEXT])
        elif found := _RECORDING.fullmatch(message):
            self._tell(client, "recording_file", found[1][:_MAX_TEXT])
        elif found := _CONNECTING.fullmatch(message):
            yield from self._connect(client, found[1].removesuffix(" (using SSL)")[:_MAX_TEXT], moment)
        elif found := _CLOSED.fullmatch(message):
            key = (client, found[1][:_MAX_TEXT])
            if len(self._closing) == MAX_OPENING:  # ends without their second line
                self._closing.clear()
            self._closing[key] += 1
            yield from self._connections.close(key, moment, {"closed_by": found[2].lower()})
        elif found := _CLOSED_TARGET.fullmatch(message):
            key = (client, found[1][:_MAX_TEXT])
            if key not in self._closing:
                yield from self._connections.close(key, moment, {"closed_by": None})
            elif self._closing[key] > 1:
                self._closing[key] -= 1
            else:
                del self._closing[key]
        elif found := _FAILED.fullmatch(message):
            yield from self._connections.close((client, found[1][:_MAX_TEXT]), moment, {"closed_by": "no connection"})

    def _begin(self, client: str, opening: _Opening) -> None:
        openings = self._opening.setdefault(client, [])
        openings.append(opening)
        del openings[:-MAX_OPENING]
        if len(self._opening) > MAX_OPENING:
            del self._opening[next(iter(self._opening))]

    def _tell(self, client: str, member: str, value: str) -> None:
        """Note what a line tells of the connection that is being opened from ``client``."""
        openings = self._opening.get(client, [])
        for opening in openings:
            if len(openings) == 1:
                setattr(opening, member, value)
            else:
                opening.doubtful = True

    def _connect(self, client: str, target: str, moment: Moment) -> Iterator[Item]:
        openings = self._opening.get(client) or [_Opening(moment, encrypted=False, doubtful=True)]
        opening = openings.pop(0)
        if not openings:
            self._opening.pop(client, None)
        if opening.doubtful or openings:
            text = "connections from one address were opened at once: which recording belongs to which is not told"
            line = (opening.moment.line, moment.line)
            data = {"recording_file": opening.recording_file, "path": opening.path}
            yield Finding("connection_ambiguous", text, line, moment.occurred_at, data)
            opening.recording_file = opening.path = None
        number = _NUMBER.search(opening.recording_file or "")
        told: dict[str, Any] = {
            "client": client,
            "target": target,
            "encrypted": opening.encrypted,
            "path": opening.path,
            "recording_file": opening.recording_file,
            "connection_number": int(number[1]) if number else None,
        }
        yield from self._connections.open((client, target), moment, opening.moment.line, told)


class GatewayLogRedactor:
    """Cuts passwords and tokens out of logged addresses; see :class:`~ledger.ingest.model.Redactor`."""

    def __init__(self) -> None:
        self.removed = 0

    def keep(self, line: Line) -> bytes:
        """Give the line without them; a line that is too long to be seen whole is not kept."""
        if line.truncated:
            return left_out(line)
        kept, removed = cut_secrets(line.data)
        self.removed += removed
        return kept
