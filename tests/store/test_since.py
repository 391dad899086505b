"""The first entry of an instant is found by a few entries' times, also where a correction let the times fall."""

from datetime import timedelta

import pytest
from tested_log import TestedLog

from ledger.log.members import parse_at
from ledger.store.clock_correction import correct_clock
from ledger.store.since import first_at

MINUTE = timedelta(minutes=1)


def times(log: TestedLog) -> list[str]:
    reader = log.recorder.reader
    return [record.at for _, record in reader.page(None, 0, reader.size(), 1000)]


def check(log: TestedLog) -> None:
    """Compare with what looking at every entry comes to, for each time that there is and those beside it."""
    told = [parse_at(each) for each in times(log)]
    for moment in {each + beside for each in told for beside in (-MINUTE / 2, timedelta(0), MINUTE / 2)}:
        expected = next((place for place, at in enumerate(told) if at >= moment), len(told))
        assert first_at(log.recorder.reader, moment) == expected, moment


def grow(log: TestedLog, minutes: int) -> None:
    for number in range(minutes):
        log.clock.advance(MINUTE)
        log.append(1 + number % 3)


def test_the_first_entry_of_an_instant_is_found(log: TestedLog) -> None:
    check(log)
    grow(log, 12)
    check(log)


def test_what_a_wrong_clock_dated_ahead_is_not_left_out(log: TestedLog) -> None:
    grow(log, 3)
    for _ in range(2):
        log.clock.advance(timedelta(hours=5))
        log.recorder.confirm_clock()
        grow(log, 3)
        log.clock._now -= timedelta(hours=5)
        correct_clock(log.recorder, "time_server")
        grow(log, 3)
    assert sorted(times(log)) != times(log)
    check(log)


def test_it_costs_one_entry_for_each_doubling_of_the_log(log: TestedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(log, 30)
    reader, asked = log.recorder.reader, []
    page = reader.page
    size, middle = reader.size(), parse_at(times(log)[reader.size() // 3])
    monkeypatch.setattr(reader, "page", lambda *args, **options: asked.append(args) or page(*args, **options))
    assert first_at(reader, middle) <= size // 3
    assert 2 <= len(asked) <= size.bit_length() + 1


def test_where_an_entry_cannot_be_read_nothing_is_left_out(log: TestedLog) -> None:
    grow(log, 8)
    moment = parse_at(times(log)[-1])
    assert first_at(log.recorder.reader, moment) > 0
    log.tamper("UPDATE {s}.entry SET entry = %s WHERE position = %s", (b"{}", log.recorder.reader.size() - 1))
    assert first_at(log.recorder.reader, moment) == 0
