"""Recordings as files: sealed chunk by chunk, named by their blob id, whole or not there.

Guarantees: a reference is given out only when the file, its name and its folder survive a crash; a file under a blob's
name has all its chunks; writing, reading and checking hold a chunk or two in memory. Files are 0600, folders 0700.
Leaves to others: the format of chunks (``ledger.log.blob``) and the content key, which goes into a sealed payload and
nowhere else: a file here says nothing to whoever has no reference.

    DIRECTORY/ab/ab34…        the sealed chunks of blob ab34…, one after the other
    DIRECTORY/ab/ab34….part   one that is being written, locked by its writer; after a crash unlocked, and worthless
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ledger.keys.ports import Draw
from ledger.log.blob import (
    CHUNK_BYTES,
    KEY_BYTES,
    TAG_BYTES,
    BlobReference,
    BlobSealer,
    check_blob,
    check_id,
    open_blob,
)
from ledger.log.errors import FormatError
from ledger.store.errors import StoreError

_UNFINISHED = ".part"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class BlobStoreError(StoreError):
    """The files cannot be written or read: repair what the text names, and try again."""


class BlobStoreFullError(BlobStoreError):
    """There is no room for a recording or a log, and nothing of it was kept: make room, then import it again."""


class BlobMissingError(BlobStoreError):
    """The file of a blob is not there."""

    def __init__(self, blob_id: str, path: Path) -> None:
        super().__init__(f"The recording {blob_id} is not in {path}: restore its file from a backup.")
        self.blob_id = blob_id
        self.path = path


class StoredBlob(NamedTuple):
    """A file of the store: its blob and how many sealed bytes it has."""

    id: str
    sealed_bytes: int


class BlobStore:
    """The blobs of one log in one folder. Safe to share between threads and processes."""

    def __init__(self, directory: Path, draw: Draw = secrets.token_bytes) -> None:
        """Take the folder; it is made with the first blob. ``draw`` gives names and keys."""
        self.directory = directory.resolve()
        self._draw = draw

    def write(self, content: Iterable[bytes]) -> BlobReference:
        """Seal ``content``, which comes in pieces of any length, under a new key and name; give what opens it.

        Raises BlobStoreFullError, BlobStoreError, and whatever reading the content raises; then nothing is kept.
        """
        blob_id = self._draw(16).hex()
        sealer = BlobSealer(self._draw(KEY_BYTES), blob_id)
        path = self._path(blob_id)
        unfinished = path.with_name(path.name + _UNFINISHED)
        with self._naming():
            self._make_folder(path.parent)
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                for chunk in sealer.seal(content):
                    with self._naming():
                        _write_all(file.fileno(), chunk)
                with self._naming():
                    os.fsync(file.fileno())
                    unfinished.rename(path)
                    _sync(path.parent)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        return sealer.reference

    def open(self, reference: BlobReference) -> Iterator[bytes]:
        """Give the content chunk by chunk; it counts only when the iterator ends without a refusal.

        Raises BlobMissingError, SealError where the file is not exactly what the reference names, BlobStoreError.
        """
        return open_blob(reference, self.sealed(reference.id))

    def check(self, reference: BlobReference) -> None:
        """Refuse unless the file is exactly what the reference names; raises as ``open`` does."""
        check_blob(reference, self.sealed(reference.id))

    def sealed(self, blob_id: str) -> Iterator[bytes]:
        """Give the sealed bytes as they are stored, in pieces; raise BlobMissingError."""
        path = self._path(blob_id)
        with self._naming():
            try:
                file = path.open("rb", buffering=0)
            except FileNotFoundError:
                raise BlobMissingError(blob_id, self.directory) from None
        with file:
            while True:
                with self._naming():
                    piece = file.read(CHUNK_BYTES + TAG_BYTES)
                if not piece:
                    return
                yield piece

    def holds(self, blob_id: str) -> bool:
        """Tell whether the file of a blob is there."""
        with self._naming():
            return self._path(blob_id).is_file()

    def delete(self, blob_id: str) -> None:
        """Delete the file of a blob for good; nothing where it is not there."""
        path = self._path(blob_id)
        with self._naming():
            if path.parent.is_dir():
                path.unlink(missing_ok=True)
                _sync(path.parent)

    def list(self) -> Iterator[StoredBlob]:
        """Give every blob that is there, in the order of the ids; unfinished ones are none."""
        with self._naming():
            folders = sorted(self.directory.iterdir()) if self.directory.is_dir() else []
        for folder in folders:
            with self._naming():
                names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
            for name in names:
                if _is_blob(name):
                    with self._naming():
                        size = (folder / name).stat().st_size
                    yield StoredBlob(name, size)

    def remove_unfinished(self) -> int:
        """Remove what a crash left half written, but not what is being written now; tell how many files that were."""
        removed = 0
        with self._naming():
            for path in sorted(self.directory.glob(f"*/*{_UNFINISHED}")):
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
                    removed += 1
                except BlockingIOError:
                    pass  # its writer lives
                finally:
                    os.close(descriptor)
        return removed

    def _path(self, blob_id: str) -> Path:
        check_id(blob_id)
        return self.directory / blob_id[:2] / blob_id

    def _make_folder(self, folder: Path) -> None:
        for each in (*reversed(folder.parents), folder):
            if not each.is_dir():
                each.mkdir(mode=0o700, exist_ok=True)
                _sync(each.parent)

    @contextmanager
    def _naming(self) -> Iterator[None]:
        """Give the refusals of the operating system their names."""
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                raise BlobStoreFullError(
                    f"There is no room left in {self.directory} and the file was not kept: make room, then "
                    "import it again."
                ) from None
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise BlobStoreError(f"{self.directory} cannot be used ({reason}): repair that and try again.") from None


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_blob(name: str) -> bool:
    try:
        check_id(name)
    except FormatError:
        return False
    return True
