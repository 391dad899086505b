"""A long source is read in a process of its own: the same records, and no process is left, however it ends."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evening import ACTOR, payloads

from ledger.application.door import Ledger
from ledger.application.errors import ReadingInterruptedError, SourceUnusableError
from ledger.application.payload import read
from ledger.ingest.registry import Options

AUTH = Options(zone="+09:00", year=2026)
FORMATS = {
    "sshd-3164": ("ssh/auth.log", AUTH),
    "journal-json": ("journal/journal.json", Options()),
    "tlog": ("tlog/recording-S3.jsonl", Options()),
}


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read every source in a process of its own."""
    monkeypatch.setattr("ledger.application.importing._READ_HERE", -1)


@pytest.fixture
def long_log(captured: Path, tmp_path: Path) -> Path:
    """Some thousand lines: far more than a pipe and what waits behind it hold."""
    path = tmp_path / "long.log"
    with path.open("wb") as file:
        for number in range(60):
            for line in (captured / "ssh" / "auth.log").read_bytes().splitlines(keepends=True):
                file.write(line.replace(b"Nov 22", b"Nov %2d" % (number % 28 + 1)) if number else line)
    return path


def _import(ledger: Ledger, customer: str, path: Path, format_name: str = "sshd-3164", options: Options = AUTH):
    return ledger.import_file(path, format_name, customer, options, actor=ACTOR)


def _recorded(ledger: Ledger, customer: str, import_id: str) -> list[tuple[str, Any]]:
    """Give everything that the chain tells, but for what differs between two logs."""
    told = []
    for _, record in ledger.entries(customer=customer):
        if record.type.startswith(("chain.", "customer.")):
            continue
        said = read(record.data)
        if said["data"].pop("occurred_at_basis", None) == "import":
            del said["occurred_at"]
        for name in ("blob", "stored", "raw_hmac"):
            said["data"].pop(name, None)
        tags = sorted(tag for tag in record.tags if not tag.startswith(("session:", "imports:")))
        told.append((record.type, json.loads(json.dumps([said, tags]).replace(import_id, "IMPORT"))))
    return told


@pytest.mark.parametrize("format_name", FORMATS)
def test_both_ways_record_the_same(
    make_ledger: Callable[[], Ledger],
    captured: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    format_name: str,
) -> None:
    name, options = FORMATS[format_name]
    path = tmp_path / "source"
    path.write_bytes(b"neither\xff\n\n" + (captured / name).read_bytes() + b"nor\n" * 9)
    monkeypatch.setattr("ledger.application.importing._GROUP", 4)
    told, batches = [], []
    for read_here in (1 << 30, -1):
        monkeypatch.setattr("ledger.application.importing._READ_HERE", read_here)
        ledger = make_ledger()
        customer = ledger.register_customer("在庫商事", actor=ACTOR)
        seen: list[tuple[str, int, int]] = []
        batch = ledger.import_file(
            path, format_name, customer, options, actor=ACTOR, progress=lambda *each, seen=seen: seen.append(each)
        )
        assert ("parse", path.stat().st_size, path.stat().st_size) in seen
        told.append(_recorded(ledger, customer, batch.id))
        batches.append(batch)
    assert len(told[0]) > 4
    assert told[0] == told[1]
    assert batches[0].counts() == batches[1].counts()
    assert batches[0].reasons == batches[1].reasons
    assert batches[0].rejected > 1
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("apart")
def test_a_reader_that_is_killed_is_one_sentence_and_the_import_is_gone_on_with(
    ledger: Ledger, customer: str, long_log: Path
) -> None:
    killed: list[int] = []

    def kill(stage: str, _done: int, _all: int) -> None:
        if stage == "parse" and not killed:
            (reader,) = multiprocessing.active_children()
            assert reader.pid is not None
            killed.append(reader.pid)
            os.kill(reader.pid, signal.SIGKILL)

    with pytest.raises(ReadingInterruptedError, match="signal 9") as refused:
        ledger.import_file(long_log, "sshd-3164", customer, AUTH, actor=ACTOR, progress=kill)
    assert killed
    assert refused.value.exit_code == -signal.SIGKILL
    assert not multiprocessing.active_children()
    assert not payloads(ledger, customer, "ledger.import_batch_closed.v1")
    batch = _import(ledger, customer, long_log)
    assert batch.lines == 60 * 103
    assert len(payloads(ledger, customer, "ledger.import_batch_opened.v1")) == 1
    assert len(payloads(ledger, customer, "ledger.import_batch_closed.v1")) == 1


@pytest.mark.usefixtures("apart")
def test_no_reader_is_left_when_its_parent_gives_up(ledger: Ledger, customer: str, long_log: Path) -> None:
    def interrupt(stage: str, _done: int, _all: int) -> None:
        if stage == "parse":
            assert multiprocessing.active_children()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ledger.import_file(long_log, "sshd-3164", customer, AUTH, actor=ACTOR, progress=interrupt)
    assert not multiprocessing.active_children()


@pytest.mark.usefixtures("apart")
def test_what_reading_raises_comes_through(
    ledger: Ledger, customer: str, long_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shorten(stage: str, done: int, size: int) -> None:
        if stage == "store" and done == size:
            os.truncate(long_log, size // 2)

    with pytest.raises(SourceUnusableError, match="shorter"):
        ledger.import_file(long_log, "sshd-3164", customer, AUTH, actor=ACTOR, progress=shorten)
    assert not multiprocessing.active_children()
    assert not payloads(ledger, customer, "ledger.import_batch_closed.v1")


_PARENT = """
import multiprocessing, sys, time
from pathlib import Path
from ledger.application.batch import Batch
from ledger.application.reading import Task
from ledger.application.reading_process import ReadingProcess
from ledger.application.source_file import opened
from ledger.ingest.registry import Options

def wait(drafts):
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(600)

with opened(Path(sys.argv[1]), lambda *_: None) as file, ReadingProcess(file) as process:
    batch = Batch("0" * 32, "sshd-3164", "", file.size)
    process.read(Task(batch, Options(zone="+09:00", year=2026), {}, "", [], 10), wait)
"""


def test_a_reader_ends_with_its_parent(long_log: Path) -> None:
    command = [sys.executable, "-c", _PARENT, str(long_log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        reader = int(parent.stdout.readline())
        os.kill(reader, 0)
        parent.kill()
    deadline = time.monotonic() + 60
    while Path(f"/proc/{reader}").exists() and not _is_zombie(reader):
        assert time.monotonic() < deadline, "the reader outlived its parent"
        time.sleep(0.05)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_correlating_with_another_import_is_seen_to_go_on(
    ledger: Ledger, captured: Path, long_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.application.correlating._TELL_EVERY", 10)
    customer = ledger.register_customer("a", actor=ACTOR)
    _import(ledger, customer, captured / "ssh" / "auth.log")
    told: list[tuple[str, int, int]] = []
    ledger.import_file(long_log, "sshd-3164", customer, AUTH, actor=ACTOR, progress=lambda *step: told.append(step))
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["hash", "store", "parse", "correlate"]
    steps = [(done, total) for stage, done, total in told if stage == "correlate"]
    assert all(0 <= done <= total for done, total in steps)
    total = max(total for _, total in steps)
    assert total > 20
    assert [done for done, of in steps if of > 1] == list(range(0, total, 10))
    assert steps[-1] == (1, 1)
