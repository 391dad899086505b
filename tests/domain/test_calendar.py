"""Japan's days: months as R-15 counts them, business days over new year and Golden Week, midnight in Japan."""

from datetime import UTC, date, datetime

import pytest
from story import at

from ledger.domain.calendar import (
    CalendarError,
    Span,
    business_days_ahead,
    business_days_end,
    day_begins,
    day_in_japan,
    is_business_day,
    months_end,
)


@pytest.mark.parametrize(
    ("start", "gone"),
    [
        ("2026-03-08", "2027-03-09"),
        ("2026-11-30", "2027-12-01"),
        ("2027-02-28", "2028-03-01"),
        ("2028-02-28", "2029-03-01"),  # the day after it is the 29th, which 2029 does not have
        ("2028-02-29", "2029-03-01"),
        ("2026-12-31", "2028-01-01"),
        ("2026-08-31", "2027-09-01"),
    ],
)
def test_r_15_twelve_months_end_as_the_civil_code_counts(start: str, gone: str) -> None:
    assert months_end(date.fromisoformat(start), 12) == at(f"{gone} 00:00")


@pytest.mark.parametrize(
    ("start", "months", "gone"),
    [("2027-01-30", 1, "2027-03-01"), ("2027-01-31", 1, "2027-03-01"), ("2026-08-30", 1, "2026-10-01")],
)
def test_r_15_a_month_without_the_corresponding_day_ends_with_itself(start: str, months: int, gone: str) -> None:
    assert months_end(date.fromisoformat(start), months) == at(f"{gone} 00:00")


def test_r_15_a_period_past_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarError, match="ends after the calendar does"):
        months_end(date(9999, 1, 1), 12)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-30T15:30:00+00:00", "2026-12-01"),
        ("2026-11-30T14:59:59.999999+00:00", "2026-11-30"),
        ("2026-11-30T15:00:00+00:00", "2026-12-01"),
        ("2026-11-30T10:00:00-05:00", "2026-12-01"),
    ],
)
def test_days_change_at_midnight_in_japan(moment: str, day: str) -> None:
    assert day_in_japan(datetime.fromisoformat(moment)).isoformat() == day


def test_a_time_without_a_zone_falls_on_no_day() -> None:
    with pytest.raises(CalendarError, match="no time zone"):
        day_in_japan(datetime(2026, 11, 30))  # noqa: DTZ001 - that is the case


def test_a_day_begins_at_midnight_in_japan() -> None:
    assert day_begins(date(2026, 12, 1)) == datetime(2026, 11, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-20", True),  # a Friday
        ("2026-11-21", False),  # a Saturday
        ("2026-11-22", False),  # a Sunday
        ("2026-11-23", False),  # Labour Thanksgiving Day
        ("2026-09-22", False),  # a working day between two holidays is one itself
        ("2026-05-06", False),  # the substitute for Constitution Day on a Sunday
        ("2026-12-28", True),
        ("2026-12-29", False),  # no public holiday, but nobody works
        ("2027-01-03", False),
        ("2027-01-04", True),
        ("2019-05-01", False),  # an accession
        ("2021-07-23", False),  # moved for that year alone
        ("2021-10-11", True),
    ],
)
def test_business_days(day: str, works: bool) -> None:
    assert is_business_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize("year", [1948, 2100])
def test_years_whose_holidays_are_unknown_are_refused(year: int) -> None:
    with pytest.raises(CalendarError, match=str(year)):
        is_business_day(date(year, 6, 1))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-16 09:00", 10, "2026-12-02 00:00"),  # over one holiday
        ("2026-12-21 23:59", 10, "2027-01-09 00:00"),  # over new year: 22-25, 28 December, 4-8 January
        ("2026-12-25 10:00", 10, "2027-01-16 00:00"),  # … and over Coming of Age Day
        ("2026-04-24 10:00", 10, "2026-05-15 00:00"),  # over Golden Week with a substitute holiday
        ("2026-11-21 12:00", 1, "2026-11-25 00:00"),  # from a Saturday before a holiday
        ("2026-11-17 00:00", 1, "2026-11-19 00:00"),  # midnight belongs to the day it begins
        ("2026-11-16 09:00", 0, "2026-11-17 00:00"),
    ],
)
def test_a_period_of_business_days_ends_with_its_last_day(start: str, days: int, end: str) -> None:
    assert business_days_end(at(start), days) == at(end)


def test_days_on_which_the_count_stood_still_are_not_counted() -> None:
    stopped = [Span(at("2026-11-18 10:00"), at("2026-11-19 10:00"))]
    assert business_days_end(at("2026-11-16 09:00"), 3, stopped) == at("2026-11-25 00:00")  # 17, 20, 24


def test_a_stop_that_ends_at_midnight_leaves_the_next_day_counted() -> None:
    stopped = [Span(at("2026-11-17 00:00"), at("2026-11-18 00:00"))]
    assert business_days_end(at("2026-11-16 09:00"), 2, stopped) == at("2026-11-20 00:00")


def test_a_period_does_not_end_while_the_count_stands_still() -> None:
    assert business_days_end(at("2026-11-16 09:00"), 3, [Span(at("2026-11-19 10:00"), None)]) is None


def test_a_period_that_ended_before_the_stop_has_ended() -> None:
    assert business_days_end(at("2026-11-16 09:00"), 2, [Span(at("2026-11-19 10:00"), None)]) == at("2026-11-19 00:00")


@pytest.mark.parametrize(
    ("told", "begins", "days"),
    [
        ("2026-11-16 17:00", "2026-11-17 09:00", 1),
        ("2026-11-20 17:00", "2026-11-24 09:00", 1),  # Friday for the Tuesday after a holiday
        ("2026-11-21 10:00", "2026-11-24 09:00", 0),
        ("2026-11-16 09:00", "2026-11-16 18:00", 0),
        ("2026-11-17 09:00", "2026-11-16 18:00", 0),
    ],
)
def test_how_far_ahead_something_is_told(told: str, begins: str, days: int) -> None:
    assert business_days_ahead(at(told), at(begins)) == days
