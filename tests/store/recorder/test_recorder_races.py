"""Sixteen writers behind a start barrier, one boundary: exactly one wins, however they are spread."""

import json
import subprocess
import threading
from collections.abc import Callable

from eventsourcing.dcb.api import DCBAppendCondition
from log_world import GENESIS, World, boundary, check_whole, record

from ledger.store.errors import ConditionFailedError
from ledger.store.recorder import Recorder

ROUNDS = 100
WRITERS = 16


def test_of_sixteen_threads_one_wins_each_round(log: World, recorder: Recorder) -> None:
    barrier = threading.Barrier(WRITERS)
    won: list[list[int]] = [[] for _ in range(ROUNDS)]
    lost = [0] * WRITERS

    def write(writer: int) -> None:
        for number in range(ROUNDS):
            tag = f"round:{number}"
            barrier.wait()
            try:
                won[number].append(recorder.append([record(tag, tags=(tag,))], DCBAppendCondition(boundary(tag))))
            except ConditionFailedError:
                lost[writer] += 1

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(each) for each in won] == [1] * ROUNDS
    assert sum(lost) == ROUNDS * (WRITERS - 1)
    _each_round_stands_once(log, recorder, [places[0] for places in won])


def test_of_sixteen_writers_in_processes_one_wins_each_round(
    log: World, recorder: Recorder, start_process: Callable[..., "subprocess.Popen[str]"]
) -> None:
    processes = [start_process(log, "race", WRITERS // 2) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline()) == "ready"
    places = []
    for number in range(ROUNDS):
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(f"round:{number}\n")
            process.stdin.flush()
        won = [place for p in processes if p.stdout is not None for place in json.loads(p.stdout.readline())]
        assert len(won) == 1
        places += won
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    _each_round_stands_once(log, recorder, places)


def test_two_boundaries_do_not_hinder_each_other(log: World, recorder: Recorder) -> None:
    for tag in ("a:1", "a:2"):
        recorder.append([record(tags=(tag,))], DCBAppendCondition(boundary(tag)))
    recorder.append([record(tags=("a:1", "a:2"))], DCBAppendCondition(boundary("a:1", "a:2")))
    check_whole(log)


def test_two_processes_use_a_days_key_for_the_first_time(
    log: World, start_process: Callable[..., "subprocess.Popen[str]"]
) -> None:
    processes = [start_process(log, key_class) for key_class in ("fee", "fee")]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0

    assert sorted(log.types()[len(GENESIS) :]) == ["key.created.v1"] + ["test.said.v1"] * 2
    check_whole(log)


def _each_round_stands_once(log: World, recorder: Recorder, places: list[int]) -> None:
    for number, place in enumerate(places):
        (only,) = recorder.read(boundary(f"round:{number}"))
        assert only.position == place
    keys = log.types().count("key.created.v1")
    assert keys in {1, 2}  # the rounds may run over midnight
    assert len(check_whole(log)) == len(GENESIS) + keys + ROUNDS
