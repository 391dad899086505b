"""The files of recordings: whole or not there, in constant memory, each refusal by its name."""

import errno
import os
import resource
import signal
import stat
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pytest

from ledger.log.blob import CHUNK_BYTES
from ledger.log.errors import FormatError, SealError
from ledger.store.blobs import BlobMissingError, BlobStore, BlobStoreError, BlobStoreFullError, StoredBlob

MEBIBYTE = bytes(range(256)) * 4096


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "deep" / "blobs")


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_what_is_written_is_read_again(store: BlobStore, length: int) -> None:
    content = os.urandom(length)
    reference = store.write(content[at : at + 70_001] for at in range(0, length, 70_001))
    assert b"".join(store.open(reference)) == content
    store.check(reference)
    assert list(store.list()) == [StoredBlob(reference.id, reference.sealed_bytes)]


def test_files_are_for_their_owner_alone_under_any_umask(store: BlobStore) -> None:
    before = os.umask(0)
    try:
        store.write([b"content"])
    finally:
        os.umask(before)
    for path in (store.directory, *store.directory.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_the_content_is_not_in_the_file(store: BlobStore) -> None:
    reference = store.write([b"a planted word"])
    assert b"planted" not in b"".join(store.sealed(reference.id))


def test_a_large_recording_takes_constant_memory(store: BlobStore) -> None:
    tracemalloc.start()
    reference = store.write(repeat(MEBIBYTE, 40))
    for _ in store.open(reference):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reference.length == 40 * CHUNK_BYTES
    assert peak < 10 * CHUNK_BYTES


def path_of(store: BlobStore, blob_id: str) -> Path:
    return store.directory / blob_id[:2] / blob_id


@pytest.mark.parametrize("at", [0, CHUNK_BYTES, CHUNK_BYTES + 16, -1])
def test_a_changed_byte_is_refused(store: BlobStore, at: int) -> None:
    reference = store.write([MEBIBYTE, b"and the end"])
    path = path_of(store, reference.id)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(SealError):
        store.check(reference)


def test_cut_longer_and_swapped_files_are_refused(store: BlobStore) -> None:
    reference, other = store.write([MEBIBYTE, MEBIBYTE]), store.write([MEBIBYTE, MEBIBYTE])
    path = path_of(store, reference.id)
    data = path.read_bytes()
    boxes = [data[: len(data) // 2], data[len(data) // 2 :]]
    for forged in (b"", data[:-1], boxes[0], boxes[1], boxes[1] + boxes[0], data + b"\0", data + boxes[1]):
        path.write_bytes(forged)
        with pytest.raises(SealError):
            store.check(reference)
    path.write_bytes(path_of(store, other.id).read_bytes())
    with pytest.raises(SealError):
        store.check(reference)
    with pytest.raises(SealError):
        store.check(replace(reference, root=bytes(32)))


def test_what_is_not_there_is_said(store: BlobStore) -> None:
    reference = store.write([b"content"])
    store.delete(reference.id)
    store.delete(reference.id)
    assert list(store.list()) == []
    with pytest.raises(BlobMissingError, match=reference.id):
        list(store.open(reference))
    with pytest.raises(FormatError):
        store.delete("../" + reference.id[3:])


def test_what_fails_while_it_is_read_leaves_nothing(store: BlobStore) -> None:
    def content() -> Iterator[bytes]:
        yield MEBIBYTE * 2
        raise EOFError

    with pytest.raises(EOFError):
        store.write(content())
    assert [path for path in store.directory.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_in_one_sentence(store: BlobStore, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    written = os.write

    def write(descriptor: int, data: memoryview) -> int:
        if len(data) < CHUNK_BYTES:
            raise OSError(code, os.strerror(code))
        return written(descriptor, data[: CHUNK_BYTES // 2])

    monkeypatch.setattr("ledger.store.blobs.os.write", write)
    with pytest.raises(BlobStoreFullError, match=r"no room left .* the file was not kept: make room"):
        store.write([MEBIBYTE])
    assert list(store.directory.glob("*/*")) == []


def test_the_real_limit_of_a_file_is_said(store: BlobStore) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHUNK_BYTES, before[1]))
    try:
        with pytest.raises(BlobStoreFullError):
            store.write(repeat(MEBIBYTE, 3))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list(store.list()) == []


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BlobStoreError, match="cannot be used"):
        BlobStore(tmp_path / "file").write([b"content"])


def test_a_blob_is_on_the_disk_before_it_has_its_name_and_its_name_before_anybody_hears_of_it(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        folder = Path(f"/proc/self/fd/{descriptor}").readlink()
        sync(descriptor)
        if folder.is_dir():
            seen.append((folder.name, len(list(folder.iterdir()))))
        else:
            seen.append((folder.suffix, folder.stat().st_size))

    monkeypatch.setattr(os, "fsync", watched)
    reference = store.write([b"content"])
    assert seen[-2:] == [(".part", reference.sealed_bytes), (reference.id[:2], 1)]
    assert [name for name, _ in seen[:-2]][-1] == store.directory.name  # the folder's own name, too


def test_a_kill_leaves_at_most_an_unfinished_file(store: BlobStore) -> None:
    kept = store.write([b"kept"])
    ready, go = os.pipe()

    def content() -> Iterator[bytes]:
        yield MEBIBYTE * 3
        os.write(go, b".")
        signal.pause()

    child = os.fork()
    if child == 0:
        try:
            store.write(content())
        finally:
            os._exit(1)
    os.close(go)
    try:
        assert os.read(ready, 1) == b"."
        assert store.remove_unfinished() == 0  # its writer lives
    finally:  # it waits for ever: nothing but this ends it
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
    assert [each.id for each in store.list()] == [kept.id]
    assert store.remove_unfinished() == 1
    assert [path.name for path in store.directory.rglob("*") if path.is_file()] == [kept.id]


def test_writers_do_not_disturb_each_other(store: BlobStore) -> None:
    contents = [os.urandom(1 + CHUNK_BYTES * (number % 2)) for number in range(8)]
    references: dict[int, object] = {}
    start = threading.Barrier(8)

    def write(number: int) -> None:
        start.wait()
        references[number] = store.write([contents[number]])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, reference in references.items():
        assert b"".join(store.open(reference)) == contents[number]  # type: ignore[arg-type]
    assert len(list(store.list())) == 8
