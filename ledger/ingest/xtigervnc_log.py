"""The log of a TigerVNC server (Xtigervnc, Xvnc): connections accepted and closed, and why.

    Sun Nov 22 18:08:16 2026
     Connections: accepted: 127.0.0.1::41598
     SConnection: Client requests security type VncAuth(2)

    Sun Nov 22 18:08:19 2026
     VNCSConnST:  closing 127.0.0.1::41598: Authentication failure
     Connections: closed: 127.0.0.1::41598

A date stands above the lines that it is the date of; it is local and says no zone. What a line without an address
belongs to is told only where one connection alone is at its handshake. Behind a gateway the address is the gateway's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, tzinfo

from ledger.ingest import clock
from ledger.ingest.clock import ClockError
from ledger.ingest.desktop_connections import Connections, Moment
from ledger.ingest.model import Fact, Item, Line, Rejected
from ledger.ingest.order import TimeOrder
from ledger.ingest.text import decode

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})", re.ASCII)
_PEER = r"(\S{1,256})"
_ACCEPTED = re.compile(rf" Connections: accepted: {_PEER}")
_REFUSED = re.compile(rf" Connections: blacklisted: {_PEER}")
_CLOSING = re.compile(rf" VNCSConnST:  closing {_PEER}: (.+)")
_CLOSED = re.compile(rf" Connections: closed: {_PEER}(?: \((.+)\))?")
_SECURITY = re.compile(r" SConnection: Client requests security type (\S{1,64})\((\d{1,5})\)", re.ASCII)
_FAILED = re.compile(r" SConnection: AuthFailureException: (.+)")
_MAX_TEXT = 512


class XtigervncLogImporter:
    """Reads the log of one server; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self, *, zone: tzinfo) -> None:
        self._zone = zone
        self._order = TimeOrder()
        self._connections = Connections("xtigervnc", "desktop.vnc_accepted.v1", "desktop.vnc_closed.v1")
        self._date: Moment | None = None

    def feed(self, line: Line) -> Iterable[Item]:
        """Take the next line."""
        if line.truncated:
            return [Rejected(line.number, "longer than a line may be")]
        text, _ = decode(line.data)
        if found := _DATE.fullmatch(text):
            try:
                return self._above(found, line.number)
            except ClockError as error:
                self._date = None
                return [Rejected(line.number, str(error))]
        if not text.startswith((" Connections:", " VNCSConnST:", " SConnection:")):
            return []
        if self._date is None:
            return [Rejected(line.number, "no date stands above the line")]
        return list(self._take(text, replace(self._date, line=line.number)))

    def finish(self) -> Iterable[Item]:
        """Name what was accepted and never closed."""
        return list(self._connections.finish())

    def _above(self, found: re.Match[str], line: int) -> list[Item]:
        month, day, hour, minute, second, year = found.groups()
        try:
            local = datetime(
                int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=self._zone
            )
        except ValueError:
            raise ClockError("the date is none that the calendar has") from None
        at = clock.to_second(local)
        self._date = Moment(at, f"{clock.spell_second(at)}Z", clock.spell_offset(local), line)
        backwards = self._order.check(None, at * clock.MICROSECONDS, self._date.occurred_at, (line, line))
        return [backwards] if backwards else []

    def _take(self, text: str, moment: Moment) -> Iterator[Item]:
        if found := _ACCEPTED.fullmatch(text):
            yield from self._connections.open((found[1],), moment, moment.line, {"peer": found[1]})
        elif found := _REFUSED.fullmatch(text):
            line = (moment.line, moment.line)
            natural = f"xtigervnc:{moment.occurred_at}:{found[1]}:refused"
            data = {"peer": found[1], "reason": "blacklisted"}
            yield Fact("desktop.vnc_refused.v1", moment.occurred_at, data, natural, line, moment.zone_assumed)
        elif found := _CLOSING.fullmatch(text):
            if connection := self._connections.of((found[1],)):
                connection.data["reason"] = found[2][:_MAX_TEXT]
        elif found := _CLOSED.fullmatch(text):
            reason = {"reason": found[2][:_MAX_TEXT]} if found[2] else {}
            yield from self._connections.close((found[1],), moment, {"peer": found[1], **reason})
        elif found := _SECURITY.fullmatch(text):
            self._handshake("security_type", security_type=int(found[2]), security_name=found[1])
        elif found := _FAILED.fullmatch(text):
            self._handshake("login_failure", login_failure=found[1][:_MAX_TEXT], login_failed_at=moment.occurred_at)

    def _handshake(self, member: str, **told: str | int) -> None:
        """Note what a line without an address tells, where only one connection can be meant."""
        meant = [connection for connection in self._connections.all() if member not in connection.data]
        if member == "login_failure":
            meant = [connection for connection in meant if "security_type" in connection.data]
        if len(meant) == 1:
            meant[0].data.update(told)
