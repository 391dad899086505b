"""An append that begins without asking the log, as nobody else appended lately: and then somebody did."""

import os
import select
import threading
from collections.abc import Callable

import psycopg
import pytest
from log_world import World, blocked_by, check_whole, held_back, record, until

from ledger.log.seal import DRAW_BYTES, Draw
from ledger.store.embedded import APPLICATION_ROLE
from ledger.store.errors import DatabaseUnavailableError, LogDamagedError, StoreError
from ledger.store.group import Request
from ledger.store.recorder import Recorder
from ledger.store.underway import Underway
from ledger.store.wire import Steps, Wire


@pytest.fixture
def wrong_guesses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a guess was wrong: with how many transactions under way."""
    found: list[int] = []
    skip: Callable[[Wire], Steps[None]] = Wire.skip

    def counted(wire: Wire) -> Steps[None]:
        found.append(wire._underway)
        return skip(wire)

    monkeypatch.setattr(Wire, "skip", counted)
    return found


def settle(recorder: Recorder) -> None:
    """Append so often that the recorder takes itself for alone."""
    for number in range(3):
        recorder.append([record(f"settle {number}")])


def request(recorder: Recorder, name: str) -> Request:
    """Two records, sealed and ready to be placed."""
    records = [record(f"{name} {number}", tags=("kind:1",)) for number in range(2)]
    made = Request(records, recorder._preparer.share(records, recorder.clock.now()))
    (made.prepared,) = recorder._preparer.prepare(records, made.shared, Draw(os.urandom(2 * DRAW_BYTES)), 2)
    return made


def finish(underway: Underway) -> None:
    """Wait for all that is under way."""
    while underway:
        socket, wanted = underway.wanted
        poll = select.poll()
        poll.register(socket, wanted)
        ((_, became),) = poll.poll(60_000)
        underway.resume(became)


@pytest.mark.parametrize("count", [1, 130])
def test_a_wrong_guess_is_made_good(log: World, recorder: Recorder, wrong_guesses: list[int], count: int) -> None:
    settle(recorder)
    with log.recorder() as other:
        for number in range(3):
            before = other.append([record(f"other {number}")])
            assert recorder.append([record(f"{number} {each}") for each in range(count)]) == before + count
            settle(recorder)
    assert wrong_guesses == [1, 1, 1]
    check_whole(log)


@pytest.mark.parametrize("outdated", [False, True])
def test_a_transaction_is_sent_behind_another_and_shares_its_fate(
    log: World, recorder: Recorder, wrong_guesses: list[int], outdated: bool
) -> None:
    settle(recorder)
    size = recorder.reader.size()
    if outdated:
        with log.recorder() as other:
            size = other.append([record("theirs")])
    underway = recorder._committer._underway
    requests = [request(recorder, f"{number}") for number in range(2)]
    for each in requests:
        underway.begin([each])
        assert underway.all_sent
    assert len(underway) == 2
    finish(underway)
    assert [each.error for each in requests] == [None, None]
    assert [each.positions for each in requests] == [[size, size + 1], [size + 2, size + 3]]
    assert wrong_guesses == ([2] if outdated else [])
    check_whole(log)


def test_what_fails_takes_what_was_sent_behind_it_along(log: World, recorder: Recorder) -> None:
    settle(recorder)
    size = recorder.reader.size()
    with log.owner() as connection:
        connection.execute(f"REVOKE INSERT ON entry FROM {APPLICATION_ROLE}")
    underway = recorder._committer._underway
    requests = [request(recorder, f"{number}") for number in range(2)]
    for each in requests:
        underway.begin([each])
    finish(underway)
    assert all(isinstance(each.error, StoreError) for each in requests)
    assert recorder.reader.size() == size


def test_a_log_that_was_changed_by_hand_is_named(log: World, recorder: Recorder, wrong_guesses: list[int]) -> None:
    settle(recorder)
    size = recorder.reader.size()
    with log.owner() as connection:
        connection.execute("UPDATE log SET size = size + 1")
    with pytest.raises(LogDamagedError):
        recorder.append([record("nowhere")])
    with log.owner() as connection:
        connection.execute("UPDATE log SET size = size - 1")
    assert wrong_guesses == [1]
    assert recorder.append([record("goes on")]) == size + 1
    check_whole(log)


def test_a_connection_that_is_lost_leaves_nothing_of_two_that_were_under_way(log: World, recorder: Recorder) -> None:
    settle(recorder)
    size = recorder.reader.size()
    underway = recorder._committer._underway
    requests = [request(recorder, f"{number}") for number in range(2)]
    with held_back(log) as holder:
        for each in requests:
            underway.begin([each])
        until(lambda: blocked_by(holder) == 1)
        waiting = holder.execute(
            "SELECT pid FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        ).fetchone()
        with psycopg.connect(log.urls.application, autocommit=True) as same_role:
            same_role.execute("SELECT pg_terminate_backend(%s)", waiting)
        finish(underway)
    assert all(isinstance(each.error, DatabaseUnavailableError) for each in requests)
    assert recorder.reader.size() == size
    assert recorder.append([record("goes on")]) == size + 1
    check_whole(log)


def test_large_calls_of_many_threads_and_of_two_writers_all_stand_in_one_piece(log: World, recorder: Recorder) -> None:
    told: dict[str, list[int]] = {}
    with log.recorder() as other:

        def write(by: Recorder, name: str) -> None:
            for number in range(4):
                call = f"{name}-{number}"
                told[call] = by.append_all([record(f"{call}/{each}", tags=(f"call:{call}",)) for each in range(150)])

        threads = [
            threading.Thread(target=write, args=(by, f"{writer}-{thread}"))
            for writer, by in (("here", recorder), ("there", other))
            for thread in range(3)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert len(told) == 24
    standing = {each.position - 1: each.event.data for each in recorder.read(after=0)}
    for call, places in told.items():
        assert places == list(range(places[0], places[0] + 150))
        assert [standing[place] for place in places] == [f"{call}/{each}".encode() for each in range(150)]
    check_whole(log)


def test_who_is_disturbed_again_and_again_guesses_less(
    log: World, recorder: Recorder, wrong_guesses: list[int]
) -> None:
    with log.recorder() as other:
        for number in range(60):
            settle(recorder)
            other.append([record(f"other {number}")])
    assert 1 <= len(wrong_guesses) < 15
    check_whole(log)
