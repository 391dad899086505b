"""Times and names by themselves: one spelling of each, calendar included."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
import reference_entry
from entry_samples import CUSTOMER, OUTSIDE
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log.entry import check_chain, check_key, check_origin, format_at, parse_at
from ledger.log.errors import FormatError

thorough = settings(max_examples=150, deadline=None)


class Zoneless(tzinfo):
    """A zone that does not know its own offset."""

    def utcoffset(self, when):
        return None


class TestTimes:
    @thorough
    @given(
        moment=st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)),  # noqa: DTZ001 - the zone is drawn below
        minutes=st.integers(-1439, 1439),
    )
    def test_a_time_in_any_zone_is_written_in_utc_and_read_back(self, moment, minutes):
        aware = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        text = format_at(aware)
        assert parse_at(text) == aware
        assert parse_at(text).utcoffset() == timedelta(0)
        assert format_at(parse_at(text)) == text
        reference_entry.a_time(text)

    def test_known_times(self):
        japan = timezone(timedelta(hours=9))
        assert format_at(datetime(2026, 11, 22, 18, 4, 51, 929164, japan)) == "2026-11-22T09:04:51.929164Z"
        assert format_at(datetime(2026, 11, 22, 8, 59, 59, 1, japan)) == "2026-11-21T23:59:59.000001Z"
        assert format_at(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000000Z"
        assert parse_at("9999-12-31T23:59:59.999999Z") == datetime.max.replace(tzinfo=UTC)

    @pytest.mark.parametrize("text", OUTSIDE["at"])
    def test_other_spellings_and_impossible_times_are_refused(self, text):
        with pytest.raises(FormatError):
            parse_at(text)

    def test_a_time_without_a_zone_is_refused(self):
        for zone in (None, Zoneless()):
            with pytest.raises(FormatError, match="zone"):
                format_at(datetime(2026, 11, 22, tzinfo=zone))

    def test_a_time_outside_the_years_of_the_format_is_refused(self):
        for year, hours in ((1, 1), (9999, -1)):
            edge = datetime(
                year, 1 if year == 1 else 12, 1 if year == 1 else 31, 12, tzinfo=timezone(timedelta(hours=13 * hours))
            )
            with pytest.raises(FormatError, match="years"):
                format_at(edge)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (check_origin, ["shoseki.example/main"], OUTSIDE["origin"]),
        (check_chain, ["log", CUSTOMER], OUTSIDE["chain"]),
        (check_key, ["trail:2026-11-22", "agreement:x"], [key for key in OUTSIDE["key"] if key is not None]),
    ],
)
def test_names_are_checked_alone_too(check, good, bad):
    for name, outcome in [*((name, nullcontext()) for name in good), *((n, pytest.raises(FormatError)) for n in bad)]:
        with outcome:
            check(name)
