"""The time that entries are given after a jump of the clock, a restart of the machine, and a correction."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from log_world import World, check_whole, record, together
from two_clocks import HOUR, MIDNIGHT, SECOND, TwoClocks, told

from ledger.log.entry import parse_at
from ledger.store.clock import ManualClock, SystemClock
from ledger.store.clock_correction import correct_clock
from ledger.store.errors import ClockJumpError, RecordRefusedError


@pytest.fixture
def clock() -> TwoClocks:
    return TwoClocks(MIDNIGHT - 6 * HOUR)


def test_every_caller_of_a_shared_transaction_hears_of_the_jump(
    new_log: Callable[..., World], clock: TwoClocks
) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record()])
        with together(log, recorder) as calls:
            for _ in range(3):
                calls.call(lambda: recorder.append([record("refused")]))
            clock.wall += timedelta(days=1)
        answers = calls.results()
    assert [type(each) for each in answers] == [ClockJumpError] * 3
    assert len({id(each) for each in answers}) == 3


@pytest.mark.parametrize("away", [HOUR + SECOND, timedelta(days=30)])
def test_after_a_restart_of_the_machine_no_time_is_taken_for_measured(
    new_log: Callable[..., World], clock: TwoClocks, away: timedelta
) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record()])
    clock.machine, clock.count = "boot two", timedelta(days=400)  # a count of another start measures nothing
    clock.wall += away
    with log.recorder() as recorder:
        for _ in range(2):
            with pytest.raises(ClockJumpError, match="restarted"):
                recorder.append([record()])
        recorder.confirm_clock()
        recorder.append([record()])
        clock.pass_by(timedelta(days=2))
        recorder.append([record()])  # measured again from the first entry after the start
        clock.wall += 2 * HOUR
        with pytest.raises(ClockJumpError, match="passed since"):
            recorder.append([record()])


def test_a_quick_restart_needs_nobodys_word(new_log: Callable[..., World], clock: TwoClocks) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record()])
        clock.machine, clock.count = "boot two", timedelta(0)
        clock.wall += HOUR
        recorder.append([record()])
    check_whole(log)


def test_two_manual_clocks_measure_alike(new_log: Callable[..., World]) -> None:
    log = new_log(ManualClock(MIDNIGHT))
    log.clock = ManualClock(MIDNIGHT + timedelta(days=30))
    with log.recorder() as recorder:
        recorder.append([record()])
    check_whole(log)


def test_a_correction_is_the_one_entry_whose_time_falls(new_log: Callable[..., World], clock: TwoClocks) -> None:
    log = new_log(clock)
    with log.recorder() as recorder, log.recorder() as other:
        right = clock.wall
        clock.wall += timedelta(days=3650)
        recorder.confirm_clock()
        recorder.append([record("dated ahead")])
        other.append([record("dated ahead")])
        clock.wall = right + HOUR
        position = correct_clock(recorder, "time_server")
        for each in (recorder, other):
            each.append([record("right again")])
        clock.wall += 2 * HOUR
        with pytest.raises(ClockJumpError):  # what passes is measured from the correction on
            other.append([record("refused")])
        said = told(recorder)
    times = [parse_at(each.at) for each in said]
    falls = [place for place in range(1, len(times)) if times[place] < times[place - 1]]
    assert falls == [position]
    entry = said[position]
    assert (entry.chain, entry.type) == ("log", "log.clock_corrected.v1")
    assert entry.public == {"from": said[position - 1].at, "to": entry.at, "reason": "time_server"}
    assert parse_at(entry.at) == right + HOUR
    assert {each.key for each in said[position + 1 :] if each.key} == {"trail:2026-11-22"}


@pytest.mark.parametrize("ahead", [timedelta(0), SECOND, timedelta(days=30)])
def test_a_clock_that_is_not_behind_corrects_nothing(
    new_log: Callable[..., World], clock: TwoClocks, ahead: timedelta
) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record()])
        clock.wall += ahead
        with pytest.raises(RecordRefusedError, match="nothing to correct"):
            correct_clock(recorder, "time_server")
        assert "log.clock_corrected.v1" not in log.types()
        recorder.confirm_clock()
        recorder.append([record("goes on")])  # nothing is held
    check_whole(log)


@pytest.mark.parametrize("reason", ["", "Time server", "the clock of Mr Sato", "x" * 65, "time_server\n"])
def test_the_reason_of_a_correction_is_a_code(new_log: Callable[..., World], clock: TwoClocks, reason: str) -> None:
    log = new_log(clock)
    clock.wall -= HOUR
    with log.recorder() as recorder, pytest.raises(RecordRefusedError, match="reason code"):
        correct_clock(recorder, reason)
    assert "log.clock_corrected.v1" not in log.types()


def test_a_time_that_fell_over_a_restart_is_measured_from_the_first_entry_after_it(
    new_log: Callable[..., World], clock: TwoClocks
) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record()])
        clock.machine, clock.count = "boot two", timedelta(0)
        clock.wall -= HOUR
        recorder.append([record()])
        clock.wall += timedelta(days=30)
        with pytest.raises(ClockJumpError):
            recorder.append([record()])


def test_the_machines_clock_tells_its_start_where_it_can(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    one, other = SystemClock(), SystemClock()
    assert one.elapsed() <= other.elapsed() <= one.elapsed()
    assert one.now().utcoffset() == timedelta(0)

    monkeypatch.setattr("ledger.store.clock._BOOT_ID", Path("/nonexistent"))
    unknown, stranger = SystemClock(), SystemClock()
    assert unknown.boot() == unknown.boot()
    assert unknown.boot() != stranger.boot()  # nobody can say that their counts are of one start


def test_a_clock_is_moved_on_only() -> None:
    clock = ManualClock(MIDNIGHT)
    clock.advance_to(MIDNIGHT + HOUR)
    assert clock.now() == MIDNIGHT + HOUR
    assert clock.elapsed() - ManualClock(MIDNIGHT).elapsed() == 3600 * 10**9
    with pytest.raises(ValueError, match="never back"):
        clock.advance_to(MIDNIGHT)
