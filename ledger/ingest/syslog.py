"""Syslog framing: what stands around a message in a log file. Three forms, each with a parser of its own.

    RFC 3164     Nov 22 18:04:36 host sshd[836]: message                                 no year, no zone
    RFC 3339     2026-11-22T18:04:36.034782+09:00 host sshd[836]: message                 rsyslog's file format
    RFC 5424     <38>1 2026-11-22T18:04:36.034782+09:00 host sshd 836 - - message         with priority and fields

An RFC 3164 line tells neither year nor zone, so both are asked for and the offset that was assumed is said with every
time. The year is that of the first line; it grows when the month falls back by more than half a year (December to
January), and a late December line after the first January line still belongs to the old year.
"""

import re
from datetime import datetime, timedelta, tzinfo
from typing import Protocol

from ledger.ingest import clock
from ledger.ingest.clock import ClockError

_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_HALF_A_YEAR = 6
_MAX_PRIORITY = 191
# A sender without a colon after it is none that we know: everything after the host is then the message.
_SENDER = re.compile(r" ([^ ]{1,255})(?: ([^ :]*?)(?:\[(\d{1,10})\])?: ?| |$)", re.ASCII)
_KNOWN_HEADS = 4096
_LONGEST_HEAD = 128
_STAMP_3164 = re.compile(r"([A-Z][a-z]{2}) ([ 0-3]\d) (\d\d):([0-5]\d):([0-5]\d)", re.ASCII)
_STAMP_SIZE = 15
_NO_STAMP = "\n"
_PRIORITY = re.compile(r"<(\d{1,3})>", re.ASCII)
_RFC5424 = re.compile(
    r"<(\d{1,3})>(\d{1,2}) (\S{1,40}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) (-.*|\[.*)", re.ASCII
)
_STRUCTURED = re.compile(r'(?:\[[^\s=\]"]{1,32}(?: [^\s=\]"]{1,32}="(?:[^"\\\]]|\\.)*")*\])+')
_PROCID = re.compile(r"\d{1,10}", re.ASCII)


class FramingError(ValueError):
    """The line is not framed as its format says; ``str()`` says why, in words that quote nothing of it."""


Framed = tuple[int, str, str | None, str | None, str, int | None, str]
"""A message and what its frame says: microseconds since 1970, the time as the facts spell it, the offset that was
assumed, host, sender, process and text. A plain tuple: one is made for every line of a log."""


class Framing(Protocol):
    """One form of frame. Stateful: lines are given in the order of the source."""

    name: str

    def parse(self, text: str) -> Framed:
        """Take a line out of its frame; raises :class:`FramingError`."""


_Head = tuple[str, str, int | None, int]
"""Host, sender and process, and how long their spelling is."""


class _Senders:
    """Reads host, sender and process, and remembers those that were read: a process writes more than one line."""

    def __init__(self) -> None:
        self._known: dict[str, _Head] = {}
        self.known = self._known.get
        """Gives what a head says that was read before."""

    def at(self, text: str, start: int) -> "_Head":
        """Give host, sender, process and how long their spelling is; raises :class:`FramingError`."""
        head = text[start : _head_end(text, start)]
        return self.known(head) or self.read(text, start, head)

    def read(self, text: str, start: int, head: str) -> "_Head":
        """Do the same for a head that was not read before."""
        found = _SENDER.match(text, start)
        if found is None:
            raise FramingError("no host after the time")
        host, name, digits = found.groups()
        given = host, name or "", int(digits) if digits else None, found.end() - start
        if head.endswith(": ") and len(head) <= _LONGEST_HEAD:
            if len(self._known) == _KNOWN_HEADS:
                self._known.clear()
            self._known[head] = given
        return given


class Rfc3164:
    """Lines without year and zone."""

    name = "RFC 3164"

    def __init__(self, zone: tzinfo, year: int) -> None:
        self._zone = zone
        self._year = year
        self._senders = _Senders()
        self._known = self._senders.known
        self._month: int | None = None
        self._stamp = _NO_STAMP
        self._at: tuple[int, str, str] = (0, "", "")  # what the stamp says
        self._hour: tuple[str, clock.Hour, str] = (_NO_STAMP, clock.Hour(0, None), "")  # its stamp and its offset

    def parse(self, text: str) -> Framed:
        """Take a line out of its frame; raises :class:`FramingError`."""
        stamp = text[:_STAMP_SIZE]
        if stamp != self._stamp:
            if text[:1] == "<":
                text = _without_priority(text)
                stamp = text[:_STAMP_SIZE]
            self._at = self._time(stamp)
            self._stamp = stamp
        # What :meth:`_Senders.at` does, without its calls: this runs for every line.
        head = text[_STAMP_SIZE : text.find(": ", text.find(" ", _STAMP_SIZE + 1) + 1) + 2]
        host, sender, pid, size = self._known(head) or self._senders.read(text, _STAMP_SIZE, head)
        at, occurred_at, zone = self._at
        return at, occurred_at, zone, host, sender, pid, text[_STAMP_SIZE + size :]

    def _time(self, stamp: str) -> tuple[int, str, str]:
        known, hour, offset = self._hour
        if known == stamp[:10]:
            second = stamp[10:]
            if second in clock.IN_HOUR:
                return *hour.at(second, ""), offset
        found = _STAMP_3164.fullmatch(stamp)
        if found is None:
            raise FramingError("not an RFC 3164 line: month, day, time and host")
        month = _MONTHS.get(found[1])
        if month is None:
            raise FramingError("the month is none")
        return self._calendar(stamp, month, *map(int, found.groups()[1:]))

    def _calendar(self, stamp: str, month: int, day: int, hour: int, minute: int, second: int) -> tuple[int, str, str]:
        step = 0 if self._month is None else month - self._month
        # A late line of the old year does not take the year back for the lines after it.
        late = step > _HALF_A_YEAR
        year = self._year + (step < -_HALF_A_YEAR) - late
        try:
            local = datetime(year, month, day, hour, minute, second, tzinfo=self._zone)
            at, occurred_at = clock.with_fraction(self._second(local), "")
        except ClockError as error:
            raise FramingError(str(error)) from None
        except ValueError:
            if (month, day) == (2, 29):
                raise FramingError(f"{year} has no 29 February: is the option year right?") from None
            raise FramingError("the time is none that the calendar has") from None
        offset = clock.spell_offset(local)
        if not late:
            self._year, self._month = year, month
            start = local.replace(minute=0, second=0, fold=0)
            one = _has_one_offset(start)
            self._hour = (
                (stamp[:10], clock.hour_from(clock.to_second(start)), offset) if one else (_NO_STAMP, self._hour[1], "")
            )
        return at, occurred_at, offset

    def _second(self, local: datetime) -> int:
        second = clock.to_second(local)
        if local.utcoffset() == local.replace(fold=1).utcoffset():
            return second
        # The hour that summer time's end repeats: the second of the two readings where the first would be a step back.
        again = clock.to_second(local.replace(fold=1))
        last = self._at[0] // clock.MICROSECONDS
        return again if second < last <= again else second


class Rfc3164Untold:
    """Stands for RFC 3164 where nobody told zone and year: its lines are known and cannot be dated."""

    name = "RFC 3164"

    def parse(self, text: str) -> Framed:
        """Refuse the line; raises :class:`FramingError`."""
        if text[:1] == "<":
            text = _without_priority(text)
        if _STAMP_3164.fullmatch(text[:_STAMP_SIZE]) is None:
            raise FramingError("not an RFC 3164 line: month, day, time and host")
        raise FramingError("an RFC 3164 line tells neither year nor zone: the options zone and year are needed")


class Rfc3339:
    """Lines that begin with a complete time: rsyslog's ``RSYSLOG_FileFormat``."""

    name = "RFC 3339"

    def __init__(self) -> None:
        self._senders = _Senders()

    def parse(self, text: str) -> Framed:
        """Take a line out of its frame; raises :class:`FramingError`."""
        if text[:1] == "<":
            text = _without_priority(text)
        size = text.find(" ")
        if size < 0:
            raise FramingError("not an RFC 3339 line: date-time and host")
        at, occurred_at = _rfc3339(text[:size])
        host, sender, pid, head_size = self._senders.at(text, size)
        return at, occurred_at, None, host, sender, pid, text[size + head_size :]


class Rfc5424:
    """Lines with priority, version and structured data."""

    name = "RFC 5424"

    def parse(self, text: str) -> Framed:
        """Take a line out of its frame; raises :class:`FramingError`."""
        found = _RFC5424.fullmatch(text)
        if found is None:
            raise FramingError("not an RFC 5424 line: priority, version and seven fields")
        priority, version, stamp, host, sender, pid, _message_id, rest = found.groups()
        _check_priority(priority)
        if version != "1":
            raise FramingError("the version of the syslog protocol is not 1")
        if stamp == "-":
            raise FramingError("the line tells no time")
        at, occurred_at = _rfc3339(stamp)
        process = int(pid) if _PROCID.fullmatch(pid) else None
        return at, occurred_at, None, None if host == "-" else host, sender, process, _message(rest)


def _head_end(text: str, start: int) -> int:
    """Give where the head of a line ends: what it says depends on nothing behind the first colon and space."""
    return text.find(": ", text.find(" ", start + 1) + 1) + 2


def _without_priority(text: str) -> str:
    """Take ``<38>`` off the beginning of a line."""
    found = _PRIORITY.match(text)
    if found is None:
        raise FramingError("the priority is malformed")
    _check_priority(found[1])
    return text[found.end() :]


def _has_one_offset(start: datetime) -> bool:
    """Tell whether the hour that begins at ``start`` has one offset from UTC and one reading."""
    end = start + timedelta(minutes=59, seconds=59)
    readings = (start, end, start.replace(fold=1), end.replace(fold=1))
    return len({reading.utcoffset() for reading in readings}) == 1


def _message(rest: str) -> str:
    """Take the message out of structured data and message."""
    if rest.startswith("-"):
        end = 1
    else:
        structured = _STRUCTURED.match(rest)
        if structured is None:
            raise FramingError("the structured data are malformed")
        end = structured.end()
    if len(rest) > end and rest[end] != " ":
        raise FramingError("no space after the structured data")
    message = rest[end + 1 :].removeprefix("\ufeff")
    # rsyslog keeps the space that RFC 3164 puts before the message.
    return message.removeprefix(" ")


def _check_priority(priority: str) -> None:
    if int(priority) > _MAX_PRIORITY:
        raise FramingError("the priority is over 191")


def _rfc3339(stamp: str) -> tuple[int, str]:
    try:
        return clock.parse_rfc3339(stamp)
    except ClockError as error:
        raise FramingError(str(error)) from None
