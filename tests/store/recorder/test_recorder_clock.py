"""The time that entries are given: midnight in Japan, a clock that falls, a clock that jumps."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from eventsourcing.dcb.api import DCBAppendCondition
from log_world import World, boundary, check_whole, record, together
from two_clocks import HOUR, MIDNIGHT, SECOND, TwoClocks, told

from ledger.log.entry import parse_at
from ledger.store.clock import ManualClock
from ledger.store.errors import ClockJumpError, ConditionFailedError
from ledger.store.heads import seal_heads
from ledger.store.prepare import Preparer


@pytest.fixture
def clock() -> TwoClocks:
    return TwoClocks(MIDNIGHT - 6 * HOUR)


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
