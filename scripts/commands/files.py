"""Files that commands read and write: regular ones; new ones whole or not there, readable by their owner alone."""

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from scripts.console import Session
from scripts.refusals import CommandRefusedError


def open_regular(session: Session, path: Path) -> BinaryIO:
    """Open a file to read it; refuse a pipe, which is waited for without end and cannot be read twice."""
    # Without O_NONBLOCK opening a named pipe would wait for whoever writes to it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    kind = os.fstat(descriptor).st_mode
    if stat.S_ISREG(kind):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    raise CommandRefusedError(session.text("not_regular", path=path))


def write_new(session: Session, path: Path, pieces: Iterable[bytes]) -> int:
    """Write a file that is not there yet and give its size; nothing is left of it where that fails."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise CommandRefusedError(session.text("file_exists", path=path)) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
    except BaseException as error:
        with suppress(OSError):
            path.unlink()
        if isinstance(error, OSError) and error.filename is None:
            raise OSError(error.errno, error.strerror, os.fspath(path)) from None
        raise


def replace(path: Path, data: bytes) -> None:
    """Put a file in its place at once, over what is there."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
