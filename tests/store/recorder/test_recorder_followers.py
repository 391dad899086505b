"""A follower sees every position, once, in order: under load, with lost notifications, until it is stopped."""

import subprocess
import threading
from collections.abc import Callable

import psycopg
import pytest
from appending_process import of_request
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem
from log_world import GENESIS, World, boundary, check_whole, record
from psycopg import sql

from ledger.store.errors import DatabaseUnavailableError
from ledger.store.recorder import Recorder
from ledger.store.statements import channel_of
from ledger.store.subscription import Subscription
from ledger.store.wire import Statement


class Follower(threading.Thread):
    """Follows until it has seen a position; keeps what it saw, and the error that ended it."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(daemon=True)
        self.subscription = subscription
        self.seen: list[tuple[int, bytes]] = []
        self.error: Exception | None = None
        self.last = threading.Event()
        self.start()

    def run(self) -> None:
        try:
            for each in self.subscription:
                self.seen.append((each.position, each.event.data))
                if each.event.data == b"last":
                    self.last.set()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def positions(self) -> list[int]:
        return [position for position, _ in self.seen]

    def end(self) -> None:
        self.subscription.stop()
        self.join(60)
        assert not self.is_alive()
        assert self.error is None


def test_followers_see_every_position_while_threads_and_processes_append(
    log: World, recorder: Recorder, start_process: Callable[..., "subprocess.Popen[str]"]
) -> None:
    followers = [Follower(recorder.subscribe()), Follower(recorder.subscribe(boundary("req:none-0-1"), after=1))]
    only_said = Follower(recorder.subscribe(DCBQuery([DCBQueryItem(types=["test.said.v1"])])))
    process = start_process(log, "stream", "far", 30)

    def write(thread: int) -> None:
        for number in range(30):
            recorder.append(of_request(f"near-{thread}-{number}"))

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    process.communicate(timeout=120)
    assert process.returncode == 0
    last = recorder.append([record("last", tags=("req:none-0-1",))])

    for follower in (*followers, only_said):
        assert follower.last.wait(60)
        follower.end()
    assert followers[0].positions() == list(range(1, last + 1))
    assert followers[1].positions() == [last]
    assert only_said.positions() == [p for p in range(1, last + 1) if p not in {1, 2, 3}]
    assert last == len(GENESIS) + 1 + 3 * 30 * 7 + 1
    check_whole(log)


def test_a_follower_whose_notifications_are_lost_sees_everything(log: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with log.recorder() as recorder:
        recorder._sequencer._statements.notify = Statement(b"silence", b"SELECT 1")
        follower = Follower(recorder.subscribe(after=len(GENESIS)))
        for number in range(20):
            recorder.append([record(f"{number}")])
        last = recorder.append([record("last")])

        assert follower.last.wait(60)
        follower.end()
    assert follower.positions() == list(range(len(GENESIS) + 1, last + 1))


def test_a_follower_begins_after_a_position_even_one_to_come(recorder: Recorder) -> None:
    size = recorder.append([record("a")])
    follower = Follower(recorder.subscribe(after=size + 2))
    for text in "bcd":
        recorder.append([record(text)])
    recorder.append([record("last")])

    assert follower.last.wait(60)
    follower.end()
    assert follower.seen == [(size + 3, b"d"), (size + 4, b"last")]


def test_more_than_a_page_is_followed_without_a_gap(recorder: Recorder) -> None:
    last = recorder.append([*[record(str(number)) for number in range(1200)], record("last")])
    everything = Follower(recorder.subscribe())
    said = Follower(recorder.subscribe(DCBQuery([DCBQueryItem(types=["test.said.v1"])]), after=10))

    assert everything.last.wait(60)
    assert said.last.wait(60)
    everything.end()
    said.end()
    assert everything.positions() == list(range(1, last + 1))
    assert said.positions() == list(range(11, last + 1))


def test_a_stopped_follower_ends_wherever_it_stands(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder.append([record(str(number)) for number in range(10)])
    blocked = Follower(recorder.subscribe(after=10**6))
    blocked.end()
    assert blocked.seen == []

    buffered = recorder.subscribe()
    first = next(buffered)
    buffered.stop()
    buffered.stop()
    assert first.position == 1
    with pytest.raises(StopIteration):  # what is buffered is not handed out once stopped
        next(buffered)
    assert buffered._connection.closed

    with recorder.subscribe() as never_read:
        pass
    assert never_read._connection.closed
    assert blocked.subscription._connection.closed


def test_stopping_again_and_again_while_events_pour_in_closes_every_connection(recorder: Recorder) -> None:
    ending = threading.Event()

    def pour() -> None:
        while not ending.is_set():
            recorder.append([record("drop")])

    pouring = threading.Thread(target=pour)
    pouring.start()
    followers = []
    for _ in range(20):
        followers.append(Follower(recorder.subscribe()))
        followers[-1].end()
    ending.set()
    pouring.join()
    assert all(each.subscription._connection.closed for each in followers)


def test_a_follower_whose_session_is_ended_says_so(log: World, recorder: Recorder) -> None:
    follower = Follower(recorder.subscribe(after=10**6))
    with psycopg.connect(log.urls.application, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (follower.subscription._connection.info.backend_pid,))

    follower.join(60)
    assert isinstance(follower.error, DatabaseUnavailableError)
    assert "\n" not in str(follower.error)
    follower.subscription.stop()
    assert recorder.append([record("and the recorder goes on")]) > 0


def test_the_channel_of_one_log_does_not_wake_anothers_followers(new_log: Callable[..., World]) -> None:
    one, other = new_log(), new_log()
    assert channel_of(one.schema) != channel_of(other.schema)
    with psycopg.connect(one.urls.application, autocommit=True) as connection:
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel_of(other.schema))))
        with one.recorder() as recorder:
            recorder.append([record()])
        assert list(connection.notifies(timeout=0)) == []
        with other.recorder() as recorder:
            recorder.append([record()])
        assert len(list(connection.notifies(timeout=60, stop_after=1))) >= 1
