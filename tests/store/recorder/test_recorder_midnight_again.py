"""Midnight in Japan, and a clock that is moved, between a first try that somebody else outdated and the second."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from log_world import World, check_whole, record
from two_clocks import MIDNIGHT, SECOND, TwoClocks, told
from two_underway import finish, request, settled

from ledger.store.group import DayIsOverError
from ledger.store.prepare import Preparer
from ledger.store.wire import Steps, Wire

BEFORE, AFTER = MIDNIGHT - SECOND, MIDNIGHT + SECOND
MOMENTS = {"before": BEFORE, "after": AFTER}


@pytest.fixture
def clock() -> TwoClocks:
    return TwoClocks(MIDNIGHT - 3 * SECOND)


@pytest.fixture
def moves(clock: TwoClocks, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, datetime]]:
    """Where the clock is moved to once it is ``sealed`` and once a try is ``outdated``; taken out when it was."""
    to: dict[str, datetime] = {}
    share = Preparer.share
    skip: Callable[[Wire], Steps[None]] = Wire.skip

    def sharing(self: Preparer, events: object, now: datetime, **options: bool) -> object:
        shared = share(self, events, now, **options)  # type: ignore[arg-type]
        clock.wall = to.pop("sealed", clock.wall)
        return shared

    def skipping(wire: Wire) -> Steps[None]:
        clock.wall = to.pop("outdated", clock.wall)
        return skip(wire)

    monkeypatch.setattr(Preparer, "share", sharing)
    monkeypatch.setattr(Wire, "skip", skipping)
    yield to
    assert not to


@pytest.mark.parametrize("count", [1, 130])
@pytest.mark.parametrize("second", MOMENTS)
@pytest.mark.parametrize("first", MOMENTS)
@pytest.mark.parametrize("theirs", MOMENTS)
def test_who_is_alone_is_told_a_place_in_the_right_day(
    new_log: Callable[..., World],
    clock: TwoClocks,
    moves: dict[str, datetime],
    theirs: str,
    first: str,
    second: str,
    count: int,
) -> None:
    log = new_log(clock)
    with log.recorder() as recorder, log.recorder() as other:
        settled(recorder)
        clock.wall = MOMENTS[theirs]
        size = other.append([record("theirs")])
        clock.wall = BEFORE
        moves.update(sealed=MOMENTS[first], outdated=MOMENTS[second])
        places = recorder.append_all([record(f"mine {number}") for number in range(count)])
        assert recorder.append([record("goes on")]) > places[-1]
        said = {each.position - 1: each.event.data for each in recorder.read()}
        assert [said[place] for place in places] == [f"mine {number}".encode() for number in range(count)]
        assert places[0] >= size
        days = {each.key for each in told(recorder) if each.data.startswith(b"mine")}
        late = "after" in (theirs, second)
        assert days == {"trail:2026-11-23" if late else "trail:2026-11-22"}
    check_whole(log)


@pytest.mark.parametrize("second", MOMENTS)
@pytest.mark.parametrize("first", MOMENTS)
def test_of_two_under_way_each_stands_in_its_day_or_is_sealed_anew(
    new_log: Callable[..., World], clock: TwoClocks, moves: dict[str, datetime], first: str, second: str
) -> None:
    log = new_log(clock)
    with log.recorder() as recorder, log.recorder() as other:
        underway = settled(recorder)
        other.append([record("theirs")])
        size = recorder.reader.size()
        requests = [request(recorder, f"{number}") for number in range(2)]
        clock.wall = MOMENTS[first]
        moves["outdated"] = MOMENTS[second]
        for each in requests:
            underway.begin([each])
        assert len(underway) == 2
        finish(underway)
        if (first, second) == ("before", "before"):
            assert [each.error for each in requests] == [None, None]
            assert [each.positions for each in requests] == [[size, size + 1], [size + 2, size + 3]]
        else:
            assert all(isinstance(each.error, DayIsOverError) for each in requests)
            assert recorder.reader.size() == size
        recorder.append([record("goes on")])
    check_whole(log)
