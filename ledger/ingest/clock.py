"""Times of log lines as integers of microseconds since 1970, and as the facts spell them.

The spelling keeps as many fractional digits as the source had (``utc.py`` has the form); the integer is for comparing.
A log repeats its seconds, so the calendar is asked once a second of log, not once a line.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ledger.ingest import utc

MICROSECONDS = 1_000_000

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_HOUR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d):", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)


class ClockError(ValueError):
    """The text names no instant between the years 1970 and 9999; ``str()`` says why."""


def parse_rfc3339(text: str) -> tuple[int, str]:
    """Read an RFC 3339 date-time; give microseconds since 1970 and the spelling. Raises :class:`ClockError`."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ClockError("the time is not an RFC 3339 date-time")
    date_time, fraction, offset = found.groups()
    return hour_of(date_time[:13], offset).at(date_time[14:], fraction or "")


def parse_spelled(text: str) -> tuple[int, int]:
    """Read an instant as the facts spell it; give the first and the last microsecond that it can mean.

    Raises :class:`ClockError`.
    """
    second = IN_HOUR.get(text[14:19])
    if second is None:
        raise ClockError(_NOT_SPELLED)
    first = _hour(text[:14]) + second * MICROSECONDS
    if text[19:] == "Z":
        return first, first + MICROSECONDS - 1
    digits = text[20:-1]
    if text[19:20] != "." or text[-1] != "Z" or not (digits.isascii() and digits.isdigit()):
        raise ClockError(_NOT_SPELLED)
    if len(digits) > _MAX_DIGITS:
        raise ClockError(_NOT_SPELLED)
    digits = digits[:6]
    width = _WIDTHS[len(digits)]
    first += int(digits) * width
    return first, first + width - 1


@lru_cache(maxsize=1024)
def _hour(spelled: str) -> int:
    """Give the first microsecond of the hour ``YYYY-MM-DDThh:`` in UTC."""
    found = _HOUR.fullmatch(spelled)
    if found is None:
        raise ClockError(_NOT_SPELLED)
    return hour_of(found[1], "Z").second * MICROSECONDS


def with_fraction(second: int, digits: str) -> tuple[int, str]:
    """Give microseconds and spelling of ``second`` since 1970 with the decimal digits that follow it."""
    spelled = spell_second(second)
    if not digits:
        return second * MICROSECONDS, f"{spelled}Z"
    return second * MICROSECONDS + int(f"{digits:0<6}"[:6]), f"{spelled}.{digits}Z"


@lru_cache(maxsize=4096)
def spell_second(second: int) -> str:
    """Spell a second since 1970 without the closing ``Z``; raises :class:`ClockError` outside 1970 to 9999."""
    day, second = divmod(second, _DAY)
    minute, second = divmod(second, 60)
    hour, minute = divmod(minute, 60)
    return f"{_spell_day(day)}T{hour:02d}:{minute:02d}:{second:02d}"


def to_second(local: datetime) -> int:
    """Give the seconds since 1970 of an aware local time; raises :class:`ClockError` outside the calendar."""
    try:
        since = local.astimezone(UTC) - _EPOCH
    except OverflowError:
        raise ClockError("the time lies outside the years 1970 to 9999") from None
    return since.days * 86_400 + since.seconds


def parse_zone(name: str) -> tzinfo:
    """Read ``+09:00`` or a zone of the IANA database such as ``Asia/Tokyo``; raises :class:`ClockError`."""
    if name in {"Z", "UTC"}:
        return UTC
    if found := _OFFSET.fullmatch(name):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if int(found[3]) < 60 and offset < timedelta(days=1):  # noqa: PLR2004 -- minutes of an hour
            return timezone(-offset if found[1] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):
        # ZoneInfoNotFoundError is a KeyError; a name with a path in it is a ValueError, a folder's name an OSError.
        pass
    except KeyError:
        pass
    raise ClockError(f"{name!r} is neither an offset such as +09:00 nor a known time zone such as Asia/Tokyo")


def spell_offset(local: datetime) -> str:
    """Spell the offset of an aware local time as ``+09:00``."""
    return local.isoformat()[19:25]


_DAY = 86_400
_MAX_DIGITS = 9
_NOT_SPELLED = "the time is not spelled as a fact spells it"
_WIDTHS = [10**number for number in range(6, -1, -1)]
IN_HOUR = {f"{minute:02d}:{second:02d}": minute * 60 + second for minute in range(60) for second in range(60)}
"""The seconds of an hour, as ``mm:ss``."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=256)
def _spell_day(day: int) -> str:
    spelled = utc.from_seconds(day * _DAY)
    if spelled is None:
        raise ClockError("the time lies outside the years 1970 to 9999")
    return spelled[:10]


class Hour(NamedTuple):
    """An hour of local time with one offset from UTC: asked from the calendar once, then only counted in."""

    second: int
    """Its first second since 1970."""
    spelled: str | None
    """``YYYY-MM-DDThh:`` in UTC, where the hour is one there as well."""

    def at(self, second: str, fraction: str) -> tuple[int, str]:
        """Give the instant at ``mm:ss`` and any digits of a fraction, in microseconds and spelled."""
        begin, spelled = self
        seconds = begin + IN_HOUR[second]
        if spelled is None:
            return with_fraction(seconds, fraction)
        if not fraction:
            return seconds * MICROSECONDS, f"{spelled}{second}Z"
        digits = f"{fraction:0<6}"[:6]
        return seconds * MICROSECONDS + int(digits), f"{spelled}{second}.{fraction}Z"


def hour_from(second: int) -> Hour:
    """Give the hour that begins ``second`` seconds after 1970."""
    if second % 3600 or second < 0:
        return Hour(second, None)
    return Hour(second, spell_second(second)[:14])


@lru_cache(maxsize=1024)
def hour_of(date_hour: str, offset: str) -> Hour:
    """Give the hour ``YYYY-MM-DDThh`` at an offset; raises :class:`ClockError`."""
    zone = "+00:00" if offset in {"Z", "z"} else offset
    try:
        local = datetime.fromisoformat(f"{date_hour[:10]}T{date_hour[11:]}:00:00{zone}")
    except ValueError:
        raise ClockError("the time is none that the calendar has") from None
    return hour_from(to_second(local))
