"""Files that only their owner may read: made, replaced and locked so that a crash leaves the old file or the new one.

Guarantees: a file is 0600 from its first moment, its content is durable before its name appears, and no file is ever
overwritten by a creation. A directory that must be made is 0700; one that is there is left as it is. Leaves to others:
what stands in the files. Crash notes: at most one half-made ``.NAME.new`` stays behind, and the next writer removes it.
"""

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.keys.errors import KeysBusyError, KeysExposedError, KeysUnavailableError

PATIENCE_SECONDS = 10.0
"""How long a lock is waited for before KeysBusyError."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SQLITE_SIDE_FILES = ("", "-wal", "-shm", "-journal")


@contextmanager
def refusing(path: Path, *passing: type[OSError]) -> Iterator[None]:
    """Turn what the operating system refuses about ``path`` into KeysUnavailableError, but for what is to pass."""
    try:
        yield
    except passing:
        raise
    except OSError as error:
        raise KeysUnavailableError(path, os.strerror(error.errno) if error.errno else str(error)) from error


def make_directory(path: Path) -> None:
    """Make a directory and its missing parents, each 0700 and durable; leave those that are there alone."""
    with refusing(path):
        if path.is_dir():
            return
    make_directory(path.parent)
    with refusing(path):
        path.mkdir(mode=0o700, exist_ok=True)
        _sync_directory(path.parent)


def check_private(path: Path) -> None:
    """Refuse a file that is not regular or is open to others; FileNotFoundError when there is none.

    Never opens the file: closing a descriptor of an SQLite file would drop the locks that this process holds on it.
    """
    with refusing(path, FileNotFoundError):
        _check(path, path.stat())


def read(path: Path, limit: int = 1 << 20) -> bytes:
    """Give the content of a private file of at most ``limit`` bytes; FileNotFoundError when there is none."""
    with refusing(path, FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            _check(path, os.fstat(descriptor))
            data = file.read(limit + 1)
    if len(data) > limit:
        raise KeysUnavailableError(path, f"it is larger than {limit} bytes")
    return data


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Hold the directory against every other writer of its private files. Not reentrant; ends with the process."""
    with refusing(directory):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _locked(directory, descriptor):
            if time.monotonic() >= deadline:
                raise KeysBusyError(directory)
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def install(path: Path, fill: Callable[[Path], None]) -> bool:
    """Make ``path`` under :func:`exclusive` from what ``fill`` writes into an empty private file beside it.

    Gives False where ``path`` is there already. A crash leaves no ``path`` or all of it.
    """
    new = _unfinished(path)
    with refusing(path):
        if path.exists():
            _remove(new)  # a crash between link and unlink left it as a second name of the file
            return False
    _make_empty(new)
    fill(new)
    with refusing(path):
        _sync_file(new)
        os.link(new, path)  # unlike a rename it can never replace a file that is there
        new.unlink()
        _sync_directory(path.parent)
    return True


def replace(path: Path, data: bytes) -> None:
    """Replace the content of ``path`` under :func:`exclusive`: a crash leaves the old content or the new one."""
    new = _unfinished(path)
    _make_empty(new)
    write(new, data)
    with refusing(path):
        if os.geteuid() == 0:  # an administrator's hand must not lock the owner out of the file
            owner = path.stat()
            os.chown(new, owner.st_uid, owner.st_gid)
        _sync_file(new)
        new.replace(path)
        _sync_directory(path.parent)


def write(path: Path, data: bytes) -> None:
    """Write all of ``data`` into a private file that is there."""
    with refusing(path), path.open("wb") as file:
        file.write(data)


def _check(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeysUnavailableError(path, "it is not a regular file")
    if status.st_mode & _OTHERS:
        raise KeysExposedError(path, stat.S_IMODE(status.st_mode))


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _remove(new: Path) -> None:
    for suffix in _SQLITE_SIDE_FILES:  # a stale -wal would be replayed into the next file of that name
        new.with_name(new.name + suffix).unlink(missing_ok=True)


def _make_empty(new: Path) -> None:
    with refusing(new):
        _remove(new)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, 0o600)  # a strict umask may have taken the owner's own bits
        finally:
            os.close(descriptor)


def _locked(directory: Path, descriptor: int) -> bool:
    with refusing(directory):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_directory(path: Path) -> None:
    _sync_file(path)
