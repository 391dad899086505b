"""How long a class of payloads is kept, and the first instant at which it may be gone.

Guarantees: ``first_instant_gone`` is pure calendar arithmetic in Japan's time (UTC+9, without summer time). The first
day is not counted; a period of months or years ends with the day before the corresponding day of the day on which
counting began, or with the month where no such day exists (Civil Code 140, 141 and 143; 142 on holidays is not
applied). Leaves to others: which day a period starts from, and destroying anything.

A key id is ``class:epoch``; the epoch of a day class is a day in Japan (``trail:2026-11-22``).

A period is ISO 8601 with one unit and no leading zeros: ``P12M``, ``P5Y``, ``P30D``.

    >>> first_instant_gone(date(2028, 2, 28), Period.parse("P12M")).isoformat()
    '2029-03-01T00:00:00+09:00'
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal, Self

from ledger.log.errors import FormatError

JST = timezone(timedelta(hours=9), "JST")
_MONTHS_A_YEAR = 12
_HOUR = len("2026-11-22T09")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_PERIOD = re.compile(r"P([1-9][0-9]{0,3})([YMD])\Z")


@dataclass(frozen=True, slots=True)
class Period:
    """So many years, months or days of the calendar."""

    count: int
    unit: Literal["Y", "M", "D"]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Give the period that this text is; raise FormatError for any other spelling."""
        match = _PERIOD.match(text)
        if match is None:
            raise FormatError(f"{text!r} is not a period such as P12M, P5Y or P30D.")
        return cls(int(match[1]), match[2])  # type: ignore[arg-type]  # the pattern leaves only the three units

    def format(self) -> str:
        """Give the one spelling of the period."""
        return f"P{self.count}{self.unit}"


def day_in_japan(moment: datetime) -> date:
    """Give the calendar day that an aware time belongs to in Japan."""
    return moment.astimezone(JST).date()


def day_of_at(at: str) -> str:
    """Give the day in Japan of an entry's ``at``, as a key id names it; nothing after the last day of the calendar."""
    return _day_of_hour(at[:_HOUR])


def class_of_key(key: str) -> str:
    """Give the retention class that a key id names."""
    return key.partition(":")[0]


@lru_cache(maxsize=1024)
def day_of_key(key: str) -> str | None:
    """Give the day that a key id names; None where its epoch is a subject."""
    epoch = key.partition(":")[2]
    return epoch if _DAY.match(epoch) else None


def first_instant_gone(day: date, period: Period) -> datetime:
    """Give the first instant, an aware time, at which what is kept for ``period`` from ``day`` may be gone.

    Raises FormatError where the calendar ends before the period does.
    """
    try:
        begins = day + timedelta(days=1)
        return datetime.combine(_corresponding_day(begins, period), time(), JST)
    except (ValueError, OverflowError):
        raise FormatError(f"The period {period.format()} from {day} ends after the calendar does.") from None


@lru_cache(maxsize=1024)
def _day_of_hour(hour: str) -> str:
    """Give the day in Japan of an hour in UTC: Japan is whole hours ahead, and entries of an hour come together."""
    try:
        return (datetime.fromisoformat(hour) + timedelta(hours=9)).date().isoformat()
    except OverflowError:
        return ""


def _corresponding_day(begins: date, period: Period) -> date:
    if period.unit == "D":
        return begins + timedelta(days=period.count)
    months = period.count * (_MONTHS_A_YEAR if period.unit == "Y" else 1)
    year, month = divmod(begins.year * _MONTHS_A_YEAR + begins.month - 1 + months, _MONTHS_A_YEAR)
    month_begins = date(year, month + 1, 1)
    corresponding = month_begins + timedelta(days=begins.day - 1)
    if corresponding.month != month_begins.month:  # no such day: the period ends with the month
        corresponding = corresponding.replace(day=1)
    return corresponding
