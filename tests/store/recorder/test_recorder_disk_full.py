"""A disk that is really full, where the tables are or where the write-ahead log is: a small file system of its own."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from log_world import World, check_whole, record, world

from ledger.log.seal import MAX_PAYLOAD_BYTES
from ledger.store.embedded import EmbeddedPostgres, Urls
from ledger.store.errors import DatabaseFullError, StoreError
from ledger.store.record import Record
from ledger.store.recorder import Recorder

Move = Callable[[str, str], tuple[EmbeddedPostgres, Urls]]


@pytest.fixture
def tiny() -> Iterator[Path]:
    """Where a small file system will be."""
    directory = Path(tempfile.mkdtemp(prefix="shoseki-tiny-"))
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=False, capture_output=True)
        directory.rmdir()


@pytest.fixture
def server_with(tiny: Path) -> Iterator[Move]:
    """Gives a running server, one part of whose cluster lies on a small file system in memory."""
    directory = Path(tempfile.mkdtemp(prefix="shoseki-full-"))
    postgres = EmbeddedPostgres(directory)

    def move(part: str, size: str) -> tuple[EmbeddedPostgres, Urls]:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(tiny)]
        if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            pytest.skip("This account may not mount a small file system, so none can be filled.")
        postgres.start()
        postgres.close()
        whole = directory / "postgres" / "data" / part
        subprocess.run(["cp", "-a", str(whole), str(tiny)], check=True)
        shutil.rmtree(whole)
        whole.symlink_to(tiny / part)
        return postgres, postgres.start()

    try:
        yield move
    finally:
        postgres.close()
        shutil.rmtree(directory)


def test_no_room_for_tables_is_one_sentence_and_room_is_all_it_takes(
    server_with: Move, tiny: Path, tmp_path: Path
) -> None:
    postgres, urls = server_with("base", "60m")
    log = world(urls, "full", tmp_path / "keys")
    with log.recorder() as recorder:
        acknowledged, refused = _fill(recorder)
        assert [type(each) for each in refused] == [DatabaseFullError] * 3
        assert postgres.ended() is None
        _is_there(log, acknowledged)
        _goes_on(recorder, acknowledged, tiny)
    _is_there(log, acknowledged)


def test_no_room_for_the_write_ahead_log_ends_the_server_which_says_why_and_loses_nothing(
    server_with: Move, tiny: Path, tmp_path: Path
) -> None:
    postgres, urls = server_with("pg_wal", "30m")
    log = world(urls, "full", tmp_path / "keys")
    with log.recorder() as recorder:
        acknowledged, refused = _fill(recorder)
        assert DatabaseFullError not in map(type, refused)  # which says that nothing was written: nobody knows that
        ended = postgres.ended()
        assert ended is not None
        assert str(ended).startswith("The disk that holds ")
        assert str(ended).endswith(" is full: make room and try again.")
        subprocess.run(["mount", "-o", "remount,size=1g", str(tiny)], check=True)
        assert postgres.recover() == urls
        assert postgres.ended() is None
        _is_there(log, acknowledged)
        _goes_on(recorder, acknowledged, tiny)
    _is_there(log, acknowledged)


def _fill(recorder: Recorder) -> tuple[dict[int, list[int]], list[StoreError]]:
    """Append until three were refused, each in one sentence; give what was acknowledged, and these."""
    acknowledged: dict[int, list[int]] = {}
    refused: list[StoreError] = []
    number = 0
    while len(refused) < 3:
        try:
            acknowledged[number] = recorder.append_all(_of(number))
        except StoreError as error:
            refused.append(error)
        number += 1
        assert number < 200
    assert acknowledged
    assert not [each for each in refused if "\n" in str(each)]
    return acknowledged, refused


def _goes_on(recorder: Recorder, acknowledged: dict[int, list[int]], tiny: Path) -> None:
    """With room again all is appended, and what was acknowledged is known."""
    subprocess.run(["mount", "-o", "remount,size=1g", str(tiny)], check=True)
    for number in range(max(acknowledged) + 4):
        places = recorder.append_all(_of(number))
        assert acknowledged.setdefault(number, places) == places


def _of(number: int) -> list[Record]:
    return [
        record(f"small {number}", tags=(f"kind:{number}",), idempotency_key=f"small {number}"),
        Record("test.large.v1", bytes(MAX_PAYLOAD_BYTES), idempotency_key=f"large {number}"),
    ]


def _is_there(log: World, acknowledged: dict[int, list[int]]) -> None:
    said = [each.position for each in check_whole(log) if each.type.startswith("test.")]
    assert said == sorted(place for places in acknowledged.values() for place in places)
