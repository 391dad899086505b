"""kill -9 while two transactions are under way: of the server, of its one process, and of the process that appends."""

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from log_world import ORIGIN, World, check_whole, record, until, world
from two_underway import WAITING_TAGS, finish, make_wait, request, settled, until_waits, wait_no_more, waited_for

from ledger.store import committer as committer_module
from ledger.store.embedded import EmbeddedPostgres, Urls
from ledger.store.errors import DatabaseUnavailableError, StoreError
from ledger.store.fsck import fsck
from ledger.store.fsck.run import open_halves
from ledger.store.recorder import Recorder


def kill_its_process(postgres: EmbeddedPostgres, holder: "psycopg.Connection[Any]") -> None:
    """The server's process for the appending session; the server then ends all others and starts anew by itself."""
    ((pid,),) = holder.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'shoseki sequencer'")
    os.kill(pid, signal.SIGKILL)


def kill_the_server(postgres: EmbeddedPostgres, holder: "psycopg.Connection[Any]") -> None:
    pid = postgres.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


KILLS = [kill_its_process, kill_the_server]


def come_back(postgres: EmbeddedPostgres, urls: Urls) -> None:
    """Bring the server back, and wait until it lets in."""
    postgres.recover()

    def lets_in() -> bool:
        try:
            psycopg.connect(urls.owner, connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    until(lets_in)


def check_all(log: World) -> None:
    """By the tests' own reading, and by the full check."""
    wait_no_more(log)
    check_whole(log)
    halves = partial(open_halves, log.key_dir / "halves.sqlite", log.key_dir / "keyring.json", ORIGIN)
    assert not fsck(log.urls.owner, log.schema, ORIGIN, halves=halves, processes=1).findings


def is_one_sentence(error: Any) -> bool:
    return isinstance(error, DatabaseUnavailableError) and "\n" not in str(error) and "fsck" not in str(error)


@pytest.mark.parametrize("kill", KILLS)
def test_the_first_is_decided_and_unheard_and_the_second_waits(
    own_postgres: tuple[EmbeddedPostgres, Urls], tmp_path: Path, kill: Callable[..., None]
) -> None:
    postgres, urls = own_postgres
    log = world(urls, "killed", tmp_path / "keys")
    with log.recorder() as recorder:
        make_wait(log)
        underway = settled(recorder)
        size = recorder.reader.size()
        first, second = request(recorder, "first"), request(recorder, "second", tags=("wait:insert",))
        with waited_for(log, "wait:insert") as holder:
            for each in (first, second):
                underway.begin([each])
            until_waits(holder)
            assert recorder.reader.size() == size + 2  # the first is decided, and nobody looked
            kill(postgres, holder)
            finish(underway)
        assert first.error is None
        assert first.positions == [size, size + 1]
        assert is_one_sentence(second.error)
        come_back(postgres, urls)
        assert recorder.reader.size() == size + 2
        assert recorder.append([record("goes on")]) == size + 3
        check_all(log)


@pytest.mark.parametrize(("kill", "tag"), list(zip(KILLS, WAITING_TAGS, strict=True)))
def test_the_first_is_undecided_and_the_second_stands_behind_it(
    own_postgres: tuple[EmbeddedPostgres, Urls], tmp_path: Path, kill: Callable[..., None], tag: str
) -> None:
    postgres, urls = own_postgres
    log = world(urls, "killed", tmp_path / "keys")
    with log.recorder() as recorder:
        make_wait(log)
        settled(recorder)
        size = recorder.reader.size()
        with waited_for(log, tag) as holder:
            calls = two_calls(recorder, tag)
            until_waits(holder)
            until(lambda: len(recorder._committer._underway) == 2)
            kill(postgres, holder)
            told = [call() for call in calls]
        assert all(is_one_sentence(each) for each in told)
        assert told[0] is not told[1]
        come_back(postgres, urls)
        assert recorder.reader.size() == size
        again = [[record("again")], [record(f"again {number}") for number in range(200)]]
        assert [len(recorder.append_all(each)) for each in again] == [1, 200]
        check_all(log)


def two_calls(recorder: Recorder, tag: str) -> list[Callable[[], Any]]:
    """Two calls, one sent behind the other; give what waits for the answer of each."""
    committer = recorder._committer
    several = [[record("first", tags=(tag,))], [record(f"behind {n}") for n in range(committer_module._AHEAD)]]
    answers: list[Any] = [None, None]

    def call(number: int) -> None:
        try:
            answers[number] = recorder.append_all(several[number])
        except StoreError as error:
            answers[number] = error

    threads = [threading.Thread(target=call, args=(number,), daemon=True) for number in range(2)]
    with committer._turn:  # so that neither caller appends by itself
        threads[0].start()
        until(lambda: committer.pending == 1)
    until(lambda: len(committer._underway) == 1)
    threads[1].start()

    def answer(number: int) -> Any:
        threads[number].join(60)
        assert not threads[number].is_alive(), "a call never came back"
        return answers[number]

    return [partial(answer, number) for number in range(2)]


@pytest.mark.parametrize("decided", [False, True], ids=["first undecided", "first decided and unheard"])
def test_the_process_that_appends_is_killed(
    log: World, recorder: Recorder, start_process: Callable[..., "subprocess.Popen[str]"], decided: bool
) -> None:
    """What it had sent is the server's: each transaction comes to stand whole or not at all, and others go on."""
    make_wait(log)
    process = start_process(log, "underway", "wait:commit", "wait:insert")
    assert process.stdin is not None
    assert process.stdout is not None
    assert json.loads(process.stdout.readline()) == "ready"
    size = recorder.reader.size()
    with waited_for(log, "wait:insert") as second:
        with waited_for(log, "wait:commit") as first:
            process.stdin.write("go\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == "two under way"
            until_waits(first)
            assert recorder.reader.size() == size
            process.send_signal(signal.SIGSTOP)
            os.waitpid(process.pid, os.WUNTRACED)  # until all its threads have stopped: one could still hear
            if not decided:
                process.kill()
                assert process.wait(60) == -signal.SIGKILL
        if decided:  # else the server may find, as it tells of the first, that there is nobody to go on for
            until_waits(second)
        until(lambda: recorder.reader.size() == size + 1)
        process.kill()
        assert process.wait(60) == -signal.SIGKILL
        assert not process.stdout.read()
    recorder.append([record("goes on")])  # waits for what the dead one's session still does
    counts = [log.ask("SELECT count(*) FROM entry WHERE %s = ANY(tags)", tag)[0][0] for tag in ("call:1", "call:2")]
    assert counts[0] == 1
    assert counts[1] in (0, committer_module._AHEAD)
    assert recorder.reader.size() == size + sum(counts) + 1
    check_all(log)
