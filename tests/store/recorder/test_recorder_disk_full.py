"""A disk that is really full: the cluster of a test's own on a file system of 140 MB."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from log_world import World, check_whole, record, world

from ledger.log.seal import MAX_PAYLOAD_BYTES
from ledger.store.embedded import EmbeddedPostgres
from ledger.store.errors import DatabaseFullError, StoreError
from ledger.store.record import Record

SIZE, ROOMY = "140m", "1g"


@pytest.fixture
def tiny() -> Iterator[Path]:
    """A small file system in memory, where this account may mount one."""
    directory = Path(tempfile.mkdtemp(prefix="shoseki-tiny-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(directory)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        directory.rmdir()
        pytest.skip("This account may not mount a small file system, so none can be filled.")
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True)
        directory.rmdir()


def test_a_full_disk_is_one_sentence_and_room_is_all_it_takes(tiny: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(tiny / "data") as urls:
        log = world(urls, "full", tmp_path / "keys")
        with log.recorder() as recorder:
            acknowledged: dict[int, list[int]] = {}
            refused: list[StoreError] = []
            for number in range(200):
                try:
                    acknowledged[number] = recorder.append_all(_of(number))
                except StoreError as error:
                    refused.append(error)
                    if len(refused) == 3:
                        break
            assert acknowledged
            assert [type(each) for each in refused] == [DatabaseFullError] * 3
            assert not [each for each in refused if "\n" in str(each)]
            _is_there(log, acknowledged)

            subprocess.run(["mount", "-o", f"remount,size={ROOMY}", str(tiny)], check=True)
            for number in range(len(acknowledged) + 3):
                places = recorder.append_all(_of(number))
                assert acknowledged.setdefault(number, places) == places
        _is_there(log, acknowledged)


def _of(number: int) -> list[Record]:
    return [
        record(f"small {number}", tags=(f"kind:{number}",), idempotency_key=f"small {number}"),
        Record("test.large.v1", bytes(MAX_PAYLOAD_BYTES), idempotency_key=f"large {number}"),
    ]


def _is_there(log: World, acknowledged: dict[int, list[int]]) -> None:
    said = [each.position for each in check_whole(log) if each.type.startswith("test.")]
    assert said == [place for places in acknowledged.values() for place in places]
