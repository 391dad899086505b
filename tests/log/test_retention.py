import calendar
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.log.errors import FormatError
from ledger.log.retention import (
    JST,
    Period,
    class_of_key,
    day_in_japan,
    day_of_at,
    day_of_key,
    first_instant_gone,
)

TWELVE_MONTHS = Period(12, "M")


@pytest.mark.parametrize(
    ("day", "gone"),
    [
        ("2026-03-08", "2027-03-09"),
        ("2026-11-30", "2027-12-01"),
        ("2027-02-28", "2028-03-01"),
        ("2028-02-28", "2029-03-01"),
        ("2028-02-29", "2029-03-01"),
    ],
)
def test_twelve_months_end_as_the_table_says(day, gone):
    instant = first_instant_gone(date.fromisoformat(day), TWELVE_MONTHS)
    assert instant.isoformat() == f"{gone}T00:00:00+09:00"
    assert first_instant_gone(date.fromisoformat(day), Period(1, "Y")) == instant


@pytest.mark.parametrize(
    ("day", "period", "gone"),
    [
        ("2026-01-30", "P1M", "2026-03-01"),  # counted from the 31st: there is no 31 February
        ("2026-01-31", "P1M", "2026-03-01"),
        ("2026-12-31", "P1M", "2027-02-01"),
        ("2026-11-22", "P30D", "2026-12-23"),
        ("2024-02-28", "P5Y", "2029-03-01"),
        ("2026-11-22", "P24M", "2028-11-23"),
    ],
)
def test_other_periods_are_counted_the_same_way(day, period, gone):
    assert first_instant_gone(date.fromisoformat(day), Period.parse(period)).date().isoformat() == gone


def test_a_late_evening_in_utc_is_the_next_day_in_japan():
    moment = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    assert day_in_japan(moment) == date(2026, 12, 1)
    assert day_of_at("2026-11-30T15:30:00.000000Z") == "2026-12-01"
    assert day_of_at("2026-11-30T14:59:59.999999Z") == "2026-11-30"
    assert first_instant_gone(day_in_japan(moment), TWELVE_MONTHS) == datetime(2027, 12, 2, tzinfo=JST)


def test_a_time_after_the_last_day_of_the_calendar_has_no_day():
    assert day_of_at("9999-12-31T15:00:00.000000Z") == ""


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)))  # noqa: DTZ001 - made aware below
def test_the_day_of_an_at_is_the_day_of_its_time(naive):
    moment = naive.replace(tzinfo=UTC)
    assert day_of_at(moment.isoformat(timespec="microseconds")) == day_in_japan(moment).isoformat()


def day_by_day(day: date, months: int) -> date:
    """Count naively: the first day after the last day that belongs to the period (Civil Code 140, 141 and 143)."""
    first_counted = day + timedelta(days=1)
    year, month = first_counted.year, first_counted.month
    for _ in range(months):
        month += 1
        if month > 12:
            year, month = year + 1, 1
    if first_counted.day <= calendar.monthrange(year, month)[1]:
        last = date(year, month, first_counted.day) - timedelta(days=1)
    else:
        last = date(year, month, calendar.monthrange(year, month)[1])
    return last + timedelta(days=1)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.integers(1, 240))
def test_months_agree_with_counting_naively(day, months):
    instant = first_instant_gone(day, Period(months, "M"))
    assert instant == datetime.combine(day_by_day(day, months), datetime.min.time(), JST)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_later_day_is_never_gone_earlier(one, other):
    early, late = sorted((one, other))
    assert first_instant_gone(early, TWELVE_MONTHS) <= first_instant_gone(late, TWELVE_MONTHS)


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(9999, 1, 1)])
@pytest.mark.parametrize("unit", ["D", "M", "Y"])
def test_a_period_past_the_calendar_is_refused(day, unit):
    with pytest.raises(FormatError, match="after the calendar"):
        first_instant_gone(day, Period(9999, unit))


@given(st.integers(1, 9999), st.sampled_from("YMD"))
def test_periods_come_back(count, unit):
    assert Period.parse(Period(count, unit).format()) == Period(count, unit)


@pytest.mark.parametrize(
    "text", ["", "P", "12M", "P0M", "P012M", "P12W", "P1Y6M", "PT1H", "P-1M", "P12M\n", "p12m", "P１M"]
)
def test_any_other_spelling_of_a_period_is_refused(text):
    with pytest.raises(FormatError, match="is not a period"):
        Period.parse(text)


@pytest.mark.parametrize(
    ("key", "name", "day"),
    [
        ("trail:2026-11-22", "trail", "2026-11-22"),
        ("trail24:2026-13-99", "trail24", "2026-13-99"),
        ("agreement:0a1b", "agreement", None),
        ("person:2026-11-22x", "person", None),
    ],
)
def test_a_key_names_its_class_and_may_name_a_day(key, name, day):
    assert (class_of_key(key), day_of_key(key)) == (name, day)
