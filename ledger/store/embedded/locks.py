"""Locks on files that the kernel lets go of when their holder dies, however it dies.

All are ``flock`` locks on files in the embedded folder. They bind to the open file, so threads and processes are the
same to them, and a file left behind means nothing. Descriptors are not inherited by other programs (the launcher opens
the alive lock itself).
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.folder import Folder, open_own

_POLL = 0.01


class Mode(IntEnum):
    """How a lock is held."""

    SHARED = fcntl.LOCK_SH
    EXCLUSIVE = fcntl.LOCK_EX


def try_lock(descriptor: int, mode: Mode) -> bool:
    """Take or convert the lock without waiting. A conversion that fails may have lost the former lock."""
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def release(descriptor: int) -> None:
    """Let go and close. The explicit unlock matters: a forked child may hold a copy of the open file."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def is_free(path: Path) -> bool:
    """Say whether nobody holds the lock at this moment."""
    if not path.exists():
        return True
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        return try_lock(descriptor, Mode.EXCLUSIVE)
    finally:
        release(descriptor)


def take(folder: Folder, path: Path, mode: Mode, *, timeout: float, busy: str) -> int:
    """Wait for the lock and give its descriptor.

    Raises PostgresUnavailable with the sentence ``busy`` after ``timeout`` seconds.
    """
    descriptor = open_own(folder, path)
    deadline = time.monotonic() + timeout
    got = False
    try:
        while not (got := try_lock(descriptor, mode)) and time.monotonic() < deadline:
            time.sleep(_POLL)
    finally:
        if not got:
            os.close(descriptor)
    if not got:
        raise PostgresUnavailable(busy)
    return descriptor


@contextmanager
def held(folder: Folder, path: Path, *, timeout: float, busy: str) -> Iterator[None]:
    """Hold the lock exclusively for the length of a ``with`` block."""
    descriptor = take(folder, path, Mode.EXCLUSIVE, timeout=timeout, busy=busy)
    try:
        yield
    finally:
        release(descriptor)
