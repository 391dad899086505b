"""The full check by several processes: what one of them meets, or how it ends, is known to the one that asked."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from tested_log import ORIGIN, TestedLog

from ledger.keys.ports import HalfStore
from ledger.store.errors import StoreError
from ledger.store.fsck import Report, fsck, open_halves
from ledger.store.fsck.fingerprint import Fingerprint
from ledger.store.fsck.remote import RemoteWorker
from ledger.store.fsck.run import Progress
from ledger.store.fsck.tasks import PartsTask, Place


@pytest.fixture
def filled(log: TestedLog, monkeypatch: pytest.MonkeyPatch) -> TestedLog:
    """Give a log that is checked by several processes, however small it is."""
    monkeypatch.setattr("ledger.store.fsck.run._SMALL", 0)
    log.append(9)
    return log


def end_elsewhere(here: int, keys: Path) -> HalfStore:
    """Open the halves in the process ``here``; any other one ends at once."""
    if os.getpid() != here:
        os._exit(3)
    return open_halves(keys / "halves.sqlite", keys / "keyring.json", ORIGIN)


def fail_elsewhere(here: int, keys: Path) -> HalfStore:
    """Open the halves in the process ``here``; fail in any other one."""
    if os.getpid() != here:
        raise ArithmeticError(f"not here, but in {os.getpid()}")
    return open_halves(keys / "halves.sqlite", keys / "keyring.json", ORIGIN)


def wait_elsewhere(here: int, keys: Path) -> HalfStore:
    """Open the halves in the process ``here``; any other one waits until it is told to go on."""
    while os.getpid() != here and not (keys / "go on").exists():
        (keys / "waiting").touch()
        time.sleep(0.01)
    return open_halves(keys / "halves.sqlite", keys / "keyring.json", ORIGIN)


def print_elsewhere(_here: int, keys: Path) -> HalfStore:
    """Open the halves, and print something where nothing but answers should be read."""
    sys.stdout.write("not an answer\n")
    sys.stdout.flush()
    return open_halves(keys / "halves.sqlite", keys / "keyring.json", ORIGIN)


def open_anywhere(_here: int, keys: Path) -> HalfStore:
    return open_halves(keys / "halves.sqlite", keys / "keyring.json", ORIGIN)


def check(
    log: TestedLog, opening: Callable[[int, Path], HalfStore], progress: Progress | None = None, processes: int = 2
) -> Report:
    halves = partial(opening, os.getpid(), log.directory / "keys")
    return fsck(
        log.urls.application, log.schema, ORIGIN, halves=halves, state=log.state, processes=processes, progress=progress
    )


def test_three_processes_check_what_one_checks(filled: TestedLog) -> None:
    assert check(filled, open_anywhere, processes=3) == check(filled, open_anywhere, processes=1)


def test_a_process_that_ends_is_said(filled: TestedLog) -> None:
    with pytest.raises(StoreError, match="ended from outside or could not start: try again"):
        check(filled, end_elsewhere)


def test_what_a_process_raises_is_raised_here(filled: TestedLog) -> None:
    with pytest.raises(ArithmeticError, match="not here, but in"):
        check(filled, fail_elsewhere)


def test_a_check_that_is_broken_off_leaves_nothing_running(filled: TestedLog) -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError(f"{done} of {total}")

    with pytest.raises(InterruptedError):
        check(filled, open_anywhere, progress=stop)
    assert not [each for each in threading.enumerate() if each.name == "shoseki fsck"]


def remote(log: TestedLog, opening: Callable[[int, Path], HalfStore]) -> RemoteWorker:
    halves = partial(opening, os.getpid(), log.directory / "keys")
    return RemoteWorker(Place(log.urls.application, log.schema, ORIGIN, "none", halves, None, Fingerprint.new()))


def test_a_process_that_still_works_is_not_waited_for(filled: TestedLog) -> None:
    worker = remote(filled, wait_elsewhere)
    asked = worker.submit(PartsTask(("subjects",)))
    ending = threading.Thread(target=worker.close)
    ending.start()
    try:
        with pytest.raises(StoreError, match="ended from outside"):
            asked.result(timeout=60)
    finally:
        (filled.directory / "keys" / "go on").touch()
        ending.join()


def test_what_is_asked_of_a_process_that_has_ended_is_answered(filled: TestedLog) -> None:
    with closing(remote(filled, end_elsewhere)) as worker:
        for _ in range(2):
            with pytest.raises(StoreError, match="ended from outside"):
                worker.submit(PartsTask(("subjects",))).result(timeout=60)
        assert worker.waiting == 0


def test_what_is_printed_in_a_process_is_no_answer(filled: TestedLog) -> None:
    assert check(filled, print_elsewhere).findings == ()


def test_ctrl_c_is_the_asking_process_s(filled: TestedLog) -> None:
    with closing(remote(filled, wait_elsewhere)) as worker:
        asked = worker.submit(PartsTask(("subjects",)))
        while not (filled.directory / "keys" / "waiting").exists():
            time.sleep(0.01)
        os.kill(worker._process.pid, signal.SIGINT)
        (filled.directory / "keys" / "go on").touch()
        with pytest.raises(StoreError, match="snapshot"):  # it went on, and there is none of that name
            asked.result(timeout=60)
