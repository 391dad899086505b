"""The time that entries are given: midnight in Japan, a clock that falls, a clock that jumps."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from eventsourcing.dcb.api import DCBAppendCondition
from log_world import World, boundary, check_whole, record, together

from ledger.log.entry import parse_at
from ledger.store.clock import ManualClock, SystemClock
from ledger.store.clock_correction import correct_clock
from ledger.store.errors import ClockJumpError, ConditionFailedError, RecordRefusedError
from ledger.store.heads import seal_heads
from ledger.store.prepare import Preparer
from ledger.store.record import Recorded
from ledger.store.recorder import Recorder

MIDNIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class TwoClocks:
    """A wall clock and a count of the time since the start of the machine, moved apart by whom a test plays."""

    def __init__(self, start: datetime) -> None:
        self.wall = start
        self.count = timedelta(hours=5)
        self.machine = "boot one"

    def now(self) -> datetime:
        return self.wall

    def boot(self) -> str:
        return self.machine

    def elapsed(self) -> int:
        return int(self.count / timedelta(microseconds=1)) * 1000

    def pass_by(self, step: timedelta) -> None:
        self.wall += step
        self.count += step


@pytest.fixture
def clock() -> TwoClocks:
    return TwoClocks(MIDNIGHT - 6 * HOUR)


def told(recorder: Recorder) -> list[Recorded]:
    return [each.event for each in recorder.read() if isinstance(each.event, Recorded)]


def move_between_sealing_and_numbering(
    monkeypatch: pytest.MonkeyPatch, clock: ManualClock | TwoClocks, moments: list[datetime]
) -> list[datetime]:
    """After the choice of each key, let the clock stand at the next moment; give the times that were sealed for."""
    sealed_for: list[datetime] = []
    share = Preparer.share

    def moving(self: Preparer, events: object, now: datetime, **options: bool) -> object:
        sealed_for.append(now)
        shared = share(self, events, now, **options)  # type: ignore[arg-type]
        if moments:
            if isinstance(clock, TwoClocks):
                clock.wall = moments.pop(0)
            else:
                clock.advance_to(moments.pop(0))
        return shared

    monkeypatch.setattr(Preparer, "share", moving)
    return sealed_for


def test_what_was_sealed_before_midnight_and_numbered_after_is_sealed_anew(
    new_log: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(MIDNIGHT - SECOND)
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record("the day before")])
        sealed_for = move_between_sealing_and_numbering(monkeypatch, clock, [MIDNIGHT])
        recorder.append(
            [record("over midnight", idempotency_key="1", tags=("kind:1",)), record("of a subject")],
            DCBAppendCondition(boundary("kind:1")),
        )

        assert sealed_for == [MIDNIGHT - SECOND, MIDNIGHT]
        said = [each for each in told(recorder) if each.type == "test.said.v1"]
    assert [each.key for each in said] == ["trail:2026-11-22", "trail:2026-11-23", "trail:2026-11-23"]
    assert [each.data for each in said] == [b"the day before", b"over midnight", b"of a subject"]
    check_whole(log)


def test_days_that_end_again_while_sealing_end_in_the_right_one(
    new_log: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(MIDNIGHT - SECOND)
    log = new_log(clock)
    with log.recorder() as recorder:
        days = [MIDNIGHT + number * 24 * HOUR for number in range(3)]
        sealed_for = move_between_sealing_and_numbering(monkeypatch, clock, list(days))
        recorder.append([record()])
        assert sealed_for == [MIDNIGHT - SECOND, *days]
        assert told(recorder)[-1].key == "trail:2026-11-25"
    check_whole(log)


def test_a_clock_that_falls_over_midnight_while_sealing_seals_for_the_newest_entrys_day(
    new_log: Callable[..., World], clock: TwoClocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = new_log(clock)
    clock.wall = MIDNIGHT + SECOND
    clock.count += 6 * HOUR + SECOND
    with log.recorder() as recorder:
        recorder.append([record("after midnight")])
        clock.wall = MIDNIGHT - HOUR
        recorder.append([record("said with a clock that fell")])
        recorder.append([record("and once more")])
        assert {each.key for each in told(recorder) if each.key} == {"trail:2026-11-23"}
    check_whole(log)


def test_those_who_share_a_transaction_over_midnight_are_all_right(
    new_log: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(MIDNIGHT - SECOND)
    log = new_log(clock)
    with log.recorder() as recorder:
        with together(log, recorder) as calls:
            for number in range(5):
                calls.call(lambda number=number: recorder.append([record(f"day {number}")]))
            calls.call(lambda: recorder.append([record("subject", key_class="person", subject="p1")]))
            clock.advance(2 * SECOND)
        assert all(isinstance(each, int) for each in calls.results())
    assert log.types().count("test.said.v1") == 1 + 6
    check_whole(log)


def test_times_never_fall_though_the_clock_does(new_log: Callable[..., World], clock: TwoClocks) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record("first")])
        for step in (-3 * HOUR, timedelta(0), HOUR, -timedelta(days=400)):
            clock.wall += step
            clock.count += SECOND
            recorder.append([record("later")])
    times = [each.at for each in check_whole(log)]
    assert len(set(times)) == 1


def test_a_clock_that_fell_and_was_set_right_needs_nobodys_word(
    new_log: Callable[..., World], clock: TwoClocks
) -> None:
    """What passed since the newest time is measured from when that was set, not from the last entry that bore it."""
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record("right")])
        clock.wall -= 3 * HOUR
        for _ in range(3):
            clock.pass_by(HOUR)
            recorder.append([record("while it was wrong")])
        clock.wall += 3 * HOUR
        recorder.append([record("right again")])
        assert parse_at(told(recorder)[-1].at) == clock.wall
    check_whole(log)


@pytest.mark.parametrize("jump", [HOUR + SECOND, timedelta(days=3650)])
def test_a_clock_that_jumps_ahead_stops_the_log_until_it_is_confirmed(
    new_log: Callable[..., World], clock: TwoClocks, jump: timedelta
) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record("right", tags=("kind:1",))])
        clock.wall += jump
        for _ in range(2):
            with pytest.raises(ClockJumpError, match="confirm it"):
                recorder.append([record("refused")])
        with log.recorder() as other, pytest.raises(ClockJumpError):  # another process on the same machine
            other.append([record("refused")])

        recorder.confirm_clock()
        with pytest.raises(ConditionFailedError):  # what is refused for another reason uses no confirmation up
            recorder.append([record("no")], DCBAppendCondition(boundary("kind:1")))
        recorder.append([record("confirmed")])
        clock.pass_by(HOUR)
        recorder.append([record("goes on")])
        clock.wall += jump
        with pytest.raises(ClockJumpError):  # one word counts once
            recorder.append([record("refused")])
        clock.wall -= jump
        recorder.append([record("set right")])
    assert [each.type for each in check_whole(log)].count("test.said.v1") == 4


@pytest.mark.parametrize("changed", ["at + interval '400 days'", "at - interval '400 days'", "NULL"])
def test_the_time_of_the_log_is_that_of_its_newest_entry_whatever_its_row_says(
    new_log: Callable[..., World], clock: TwoClocks, changed: str
) -> None:
    """Who has the application's password can change the row that appends lock, but no entry."""
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record("before")])
        for number in range(2):
            with log.owner() as connection:
                connection.execute(f"UPDATE log SET at = {changed}")
            clock.pass_by(SECOND)
            if number:
                with log.recorder() as other:  # one that remembers nothing
                    other.append([record("after")])
            else:
                recorder.append([record("after")])
            assert parse_at(told(recorder)[-1].at) == clock.wall
        with log.owner() as connection:
            connection.execute(f"UPDATE log SET at = {changed}")
        clock.wall += HOUR + SECOND
        with log.recorder() as other, pytest.raises(ClockJumpError):
            other.append([record("refused")])


def test_heads_are_sealed_at_a_time_that_counts(new_log: Callable[..., World], clock: TwoClocks) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record("right")])
        clock.wall += HOUR + SECOND
        with pytest.raises(ClockJumpError):
            seal_heads(recorder)
        recorder.confirm_clock()
        position, _ = seal_heads(recorder)
        assert parse_at(told(recorder)[position].at) == clock.wall
        clock.wall += HOUR + SECOND
        for refused in (lambda: seal_heads(recorder), lambda: recorder.append([record("one word counts once")])):
            with pytest.raises(ClockJumpError):
                refused()
    check_whole(log)


@pytest.mark.parametrize("within", [HOUR, HOUR - SECOND])
def test_a_step_within_the_bound_is_no_jump(new_log: Callable[..., World], clock: TwoClocks, within: timedelta) -> None:
    log = new_log(clock)
    with log.recorder() as recorder:
        recorder.append([record()])
        clock.wall += within
        recorder.append([record()])
        clock.pass_by(timedelta(days=2))  # time that did pass is no jump, however long nobody wrote
        recorder.append([record()])
    check_whole(log)


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
