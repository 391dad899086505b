"""Japan's days: the only module of the domain that knows what a day, a business day or a month is.

Guarantees: pure arithmetic in Asia/Tokyo (UTC+9, no summer time). Business days leave out Saturdays, Sundays, the
public holidays of the ``holidays`` library (1949 to 2099; its version is pinned, since the law moves them) and the
29th of December to the 3rd of January. The first day of a period is not counted, and it ends at 24:00 of its last day
(Civil Code 140, 141, 143): an *end* is the first instant after the period, 00:00 in Japan.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

from ledger.domain.values import parts
from ledger.keys.classes import JST
from ledger.log.errors import FormatError
from ledger.log.retention import Period, first_instant_gone

_FIRST_YEAR, _LAST_YEAR = 1949, 2099
TOLD_YEARS = range(_FIRST_YEAR + 1, _LAST_YEAR - 1)
"""Of which years a time may be told: any term that is counted from it in business days ends on a day that is known."""
_TIMELESS = frozenset((str, int, bool, type(None)))
"""Types of what is told most often and is no time."""
_SATURDAY = 5
_NEW_YEAR = {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}


class CalendarError(Exception):
    """A day outside the years whose holidays are known, or a time without a zone."""


class Span(NamedTuple):
    """From an instant until another, which is None while it lasts."""

    begins: datetime
    ends: datetime | None


def day_in_japan(moment: datetime) -> date:
    """Give the calendar day in Japan that an instant falls on."""
    if moment.utcoffset() is None:
        raise CalendarError(f"{moment} has no time zone.")
    return moment.astimezone(JST).date()


def day_begins(day: date) -> datetime:
    """Give 00:00 of a day in Japan."""
    return datetime.combine(day, time(), JST)


@lru_cache(maxsize=4096)
def is_business_day(day: date) -> bool:
    """Tell whether people work on this day; raise CalendarError outside the years that the library knows."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise CalendarError(f"The public holidays of {day.year} are not known.")
    return day.weekday() < _SATURDAY and (day.month, day.day) not in _NEW_YEAR and day not in _public_holidays()


def business_days_end(start: datetime, days: int, stopped: Iterable[Span] = ()) -> datetime | None:
    """Give the end of a period of so many business days from ``start``; None while the count stands still.

    A day on which the count was stopped, if only for a moment, is not counted.
    """
    spans = tuple(stopped)
    day, left = day_in_japan(start), days
    while left > 0:
        day += timedelta(days=1)
        if is_business_day(day):
            stands = [span for span in spans if _touches(span, day)]
            if any(span.ends is None for span in stands):
                return None
            left -= 0 if stands else 1
    return day_begins(day + timedelta(days=1))


def business_days_ahead(told: datetime, begins: datetime) -> int:
    """Give how many business days lie from the day of ``told`` up to, and not with, the day of ``begins``.

    Told on a Friday for Monday is one; told on Saturday for Monday is none.
    """
    day, last = day_in_japan(told), day_in_japan(begins)
    return sum(is_business_day(day + timedelta(days=number)) for number in range((last - day).days))


def months_end(start: date, months: int) -> datetime:
    """Give the first instant after so many calendar months from a day in Japan (R-15)."""
    try:
        return first_instant_gone(start, Period(months, "M"))
    except FormatError as error:
        raise CalendarError(str(error)) from None


def outside_calendar(told: Any) -> date | None:
    """Give the first day or time, anywhere in what was told, of a year that nothing can be counted from."""
    if isinstance(told, date):  # a time is a day, too
        return None if told.year in TOLD_YEARS else told
    for each in told if isinstance(told, tuple) else parts(told):
        if type(each) not in _TIMELESS and (found := outside_calendar(each)) is not None:
            return found
    return None


def _touches(span: Span, day: date) -> bool:
    return span.begins < day_begins(day + timedelta(days=1)) and (span.ends is None or span.ends > day_begins(day))


class _Days(Protocol):
    def __contains__(self, day: object, /) -> bool: ...


@cache
def _public_holidays() -> _Days:
    from holidays.countries.japan import Japan  # noqa: PLC0415 - half a second that only who counts days waits for

    days: _Days = Japan()
    return days
