"""kill -9 of the process that appends, and of PostgreSQL, at any moment: everything acknowledged is there."""

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from appending_process import of_request
from log_world import World, boundary, check_whole, record, until, world

from ledger.store.embedded import EmbeddedPostgres, Urls
from ledger.store.errors import DatabaseUnavailableError
from ledger.store.recorder import Recorder

SEED = 20_261_122
Acknowledged = dict[str, list[int]]


def _is_all_there(log: World, recorder: Recorder, acknowledged: Acknowledged) -> None:
    """What was acknowledged stands where it was said to; no request is half there; a retry gives the same places."""
    check_whole(log)
    standing: dict[str, list[int]] = {}
    for each in recorder.read(after=0):
        if each.event.type == "test.said.v1" and each.event.tags:
            (tag,) = each.event.tags
            standing.setdefault(tag.removeprefix("req:"), []).append(each.position - 1)
            assert (
                each.event.data == f"{tag.removeprefix('req:')}/{len(standing[tag.removeprefix('req:')]) - 1}".encode()
            )
    assert all(len(places) == 3 for places in standing.values())
    assert {request: standing.get(request) for request in acknowledged} == acknowledged
    for request, places in standing.items():
        assert recorder.append_all(of_request(request)) == places


def test_a_killed_client_loses_nothing_that_it_was_told(
    log: World, recorder: Recorder, start_process: Callable[..., "subprocess.Popen[str]"]
) -> None:
    chance = random.Random(SEED)
    acknowledged: Acknowledged = {}
    for life in range(4):
        process = start_process(log, "stream", f"life{life}", 10_000)
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == "ready"
        for _ in range(chance.randrange(10, 40)):
            request, places = json.loads(process.stdout.readline())
            acknowledged[request] = places
        process.kill()
        for line in process.stdout:
            request, places = json.loads(line)
            acknowledged[request] = places
        assert process.wait(60) == -signal.SIGKILL
    assert len(acknowledged) > 20
    _is_all_there(log, recorder, acknowledged)


class Persistent(threading.Thread):
    """Appends requests one after another; what the database did not answer is said again until it does."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        super().__init__(daemon=True)
        self.recorder, self.label = recorder, name
        self.acknowledged: Acknowledged = {}
        self.unanswered = 0
        self.told: set[str] = set()
        self.ending = threading.Event()
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        number = 0
        try:
            while not self.ending.is_set():
                request = f"{self.label}-{number}"
                try:
                    self.acknowledged[request] = self.recorder.append_all(of_request(request))
                    number += 1
                except DatabaseUnavailableError as error:
                    self.told.add(str(error))
                    self.unanswered += 1
                    self.ending.wait(0.02)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error


class Watching(threading.Thread):
    """Follows from position to position; where the database is lost it begins again after the last it saw."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(daemon=True)
        self.recorder = recorder
        self.seen: list[int] = []
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            while True:
                try:
                    with self.recorder.subscribe(after=self.seen[-1] if self.seen else None) as subscription:
                        for each in subscription:
                            self.seen.append(each.position)
                            if each.event.data == b"last":
                                return
                except DatabaseUnavailableError:
                    time.sleep(0.02)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error


def test_a_killed_server_loses_nothing_that_it_acknowledged(
    own_postgres: tuple[EmbeddedPostgres, Urls], tmp_path: Path
) -> None:
    postgres, urls = own_postgres
    log = world(urls, "killed", tmp_path / "keys")
    chance = random.Random(SEED)
    with log.recorder() as recorder, log.recorder() as other:
        writers = [Persistent(each, name) for each, name in ((recorder, "a"), (recorder, "b"), (other, "c"))]
        watching = Watching(recorder)
        for kill in (_kill_a_backend, _kill_the_postmaster, _kill_a_backend, _kill_the_postmaster):
            size = sum(len(each.acknowledged) for each in writers)
            more = chance.randrange(30)
            until(lambda size=size, more=more: sum(len(each.acknowledged) for each in writers) > size + more)
            kill(postgres, urls)
            postgres.recover()
        before = [len(each.acknowledged) for each in writers]
        until(lambda: all(len(each.acknowledged) > count + 3 for each, count in zip(writers, before, strict=True)))
        for each in writers:
            each.ending.set()
        for each in writers:
            each.join(60)
            assert not each.is_alive()
            assert each.error is None
            assert not [sentence for sentence in each.told if "\n" in sentence]
        last = recorder.append([record("last")])
        watching.join(60)
        assert not watching.is_alive()
        assert watching.error is None
        assert watching.seen == list(range(1, last + 1))
        assert sum(each.unanswered for each in writers) > 0
        _is_all_there(log, recorder, {k: v for each in writers for k, v in each.acknowledged.items()})


def _kill_a_backend(postgres: EmbeddedPostgres, urls: Urls) -> None:
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'shoseki sequencer' ORDER BY pid LIMIT 1"
        ).fetchone()
    if found is not None:
        os.kill(found[0], signal.SIGKILL)


def _kill_the_postmaster(postgres: EmbeddedPostgres, urls: Urls) -> None:
    pid = postgres.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def test_a_server_that_comes_back_costs_an_idle_recorder_nothing(
    own_postgres: tuple[EmbeddedPostgres, Urls], tmp_path: Path
) -> None:
    """Connections that died while nobody used them are found dead before they are used."""
    postgres, urls = own_postgres
    log = world(urls, "idle", tmp_path / "keys")
    with log.recorder() as recorder:
        recorder.append([record("before", tags=("kind:1",))])
        readers = [threading.Thread(target=lambda: list(recorder.read())) for _ in range(8)]
        for each in readers:
            each.start()
        for each in readers:
            each.join()
        _kill_the_postmaster(postgres, urls)
        postgres.recover()

        assert [each.event.data for each in recorder.read(boundary("kind:1"))] == [b"before"]
        recorder.append([record("after", tags=("kind:1",))])
        assert [each.event.data for each in recorder.read(boundary("kind:1"))] == [b"before", b"after"]


def test_a_server_that_is_down_is_said_in_one_sentence_and_not_waited_for(
    own_postgres: tuple[EmbeddedPostgres, Urls], tmp_path: Path
) -> None:
    postgres, urls = own_postgres
    log = world(urls, "down", tmp_path / "keys")
    with log.recorder() as recorder:
        recorder.append([record("before")])
        _kill_the_postmaster(postgres, urls)
        until(lambda: postgres.status().state == "stopped")  # its backends end when they hear of it
        attempts: list[Callable[[], Any]] = [
            lambda: recorder.append([record("lost")]),
            lambda: list(recorder.read()),
            recorder.subscribe,
            log.recorder,
            log.create,
        ]
        for attempt in attempts:
            with pytest.raises(DatabaseUnavailableError) as caught:
                attempt()
            assert "cannot be reached" in str(caught.value)
            assert "\n" not in str(caught.value)
        postgres.recover()
        recorder.append([record("after")])
        assert [each.event.data for each in recorder.read() if each.event.data] == [b"before", b"after"]
    check_whole(log)
