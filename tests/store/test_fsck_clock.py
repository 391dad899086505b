"""The clock in the full check: one that was set back is a finding, and a mark that lets it jump is named."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from tested_log import CUSTOMER, ORIGIN, TestedLog

from ledger.store.clock import Clock, ManualClock
from ledger.store.clock_behind import behind, clock_behind
from ledger.store.fsck import Code, fsck, open_halves


class OtherBoot(ManualClock):
    """A clock of a machine that was started again."""

    def boot(self) -> str:
        return "another"

    def elapsed(self) -> int:
        return 5


class SetBack(ManualClock):
    """A clock that was set back while the machine counted on."""

    def __init__(self, whole: ManualClock, back: timedelta) -> None:
        super().__init__(whole.now() - back)
        self._whole = whole

    def elapsed(self) -> int:
        return self._whole.elapsed()


@pytest.fixture
def filled(log: TestedLog) -> TestedLog:
    log.append(3)
    log.checkpointer.sign()
    return log


def found(log: TestedLog, clock: Clock) -> list[tuple[Code, str]]:
    keys = log.directory / "keys"
    halves = partial(open_halves, keys / "halves.sqlite", keys / "keyring.json", ORIGIN)
    report = fsck(log.urls.application, log.schema, ORIGIN, halves=halves, state=log.state, processes=0, clock=clock)
    return [(each.code, each.detail) for each in report.findings]


def test_a_clock_that_goes_right_is_no_finding(filled: TestedLog) -> None:
    filled.clock.advance(timedelta(days=400))
    assert found(filled, filled.clock) == []
    assert found(filled, SetBack(filled.clock, timedelta(minutes=59))) == []
    filled.run("UPDATE {s}.log SET clock_boot = 'a machine'")
    assert found(filled, OtherBoot(filled.clock.now())) == []
    assert found(filled, OtherBoot(filled.clock.now() - timedelta(days=400, minutes=59))) == []


@pytest.mark.parametrize("back", [timedelta(minutes=61), timedelta(days=3650)])
def test_a_clock_set_back_is_a_finding(filled: TestedLog, back: timedelta) -> None:
    at = filled.clock.now()
    told = f"{back} behind what is counted since {at.isoformat()}"
    assert found(filled, SetBack(filled.clock, back)) == [(Code.CLOCK, told)]
    filled.run("UPDATE {s}.log SET clock_boot = 'a machine'")
    assert found(filled, OtherBoot(at - back)) == [(Code.CLOCK, told)]


def test_the_time_of_an_injected_clock_is_no_finding_and_said(filled: TestedLog) -> None:
    filled.append(1)
    report = fsck(
        filled.urls.application, filled.schema, ORIGIN, processes=0, clock=OtherBoot(datetime(2001, 1, 1, tzinfo=UTC))
    )
    assert report.findings == ()
    assert any("injected clock" in each for each in report.notes)


def test_a_mark_that_lets_the_clock_jump_is_a_finding(filled: TestedLog) -> None:
    filled.run("UPDATE {s}.log SET clock_elapsed = clock_elapsed - 86400 * 1000000000::bigint")
    assert [code for code, _ in found(filled, filled.clock)] == [Code.CLOCK]
    filled.clock.advance(timedelta(days=1))  # what it was made for: the jump goes through …
    filled.append(1, CUSTOMER)
    assert found(filled, filled.clock) == []  # … and is the log's time from then on


@pytest.mark.parametrize("change", ["clock_elapsed = clock_elapsed + 1", "clock_elapsed = -1"])
def test_a_mark_that_was_never_reached_is_named(filled: TestedLog, change: str) -> None:
    filled.run(f"UPDATE {{s}}.log SET {change}")
    assert found(filled, filled.clock) == [(Code.LOG_TABLE, "its mark of the clock was never reached")]


@pytest.mark.parametrize("change", ["clock_boot = NULL", "clock_boot = ''", "clock_elapsed = NULL"])
def test_a_log_without_a_mark_is_named(filled: TestedLog, change: str) -> None:
    filled.run(f"UPDATE {{s}}.log SET {change}")
    assert found(filled, filled.clock) == [(Code.LOG_TABLE, "it has no mark of the clock")]


def test_how_far_a_clock_is_behind_is_told_beyond_the_bound(filled: TestedLog) -> None:
    assert clock_behind(filled.recorder) == timedelta(0)
    at = filled.clock.now()
    assert behind(ManualClock(at - timedelta(hours=1)), at) == timedelta(0)
    filled.recorder.clock = ManualClock(at - timedelta(hours=1, seconds=1))
    assert clock_behind(filled.recorder) == timedelta(hours=1, seconds=1)
    filled.append(1)
    assert clock_behind(filled.recorder) == timedelta(hours=1, seconds=1)


@pytest.mark.parametrize("time", ["9990-01-01", "290000-01-01", "infinity"])
def test_a_row_beyond_the_log_puts_no_clock_behind(filled: TestedLog, time: str) -> None:
    """Who has the application's password can add one, and could have every command complain or end."""
    filled.run(
        "INSERT INTO {s}.entry SELECT 9223372036854775807, chain, 9223372036854775807, %s, type, tags, key, leaf, entry"
        " FROM {s}.entry WHERE position = 1",
        (time,),
    )
    assert clock_behind(filled.recorder) == timedelta(0)


def test_a_time_of_the_newest_entry_that_no_calendar_has_leaves_the_one_before_it(filled: TestedLog) -> None:
    filled.tamper("UPDATE {s}.entry SET at = '290000-01-01' WHERE position = (SELECT max(position) FROM {s}.entry)")
    assert clock_behind(filled.recorder) == timedelta(0)
