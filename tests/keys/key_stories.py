"""What the tests of the keys do: look into the files, race processes, kill them, and let the system refuse."""

import errno
import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from ledger.keys import database
from ledger.keys.errors import KeysUnavailableError

ORIGIN = "shoseki.example/main"


def raw(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, isolation_level=None))


def wrapped(path: Path, half_id: str) -> bytes:
    with raw(path) as connection:
        (found,) = connection.execute("SELECT wrapped FROM halves WHERE id = ?", (half_id,)).fetchone()
    return bytes(found)


def traces(directory: Path, secret: bytes) -> list[str]:
    """Where any 12 bytes in a row of the secret stand. Reads in a child: see ``check_private`` on closing files."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        pieces = [secret[begin : begin + 12] for begin in range(len(secret) - 11)]
        for file in sorted(directory.rglob("*")):
            data = file.read_bytes() if file.is_file() else b""
            if any(piece in data for piece in pieces):
                os.write(writing, f"{file.name}\n".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        found = answer.read().splitlines()
    assert os.waitpid(child, 0)[1] == 0
    return found


def in_child(story: Callable[[], None]) -> int:
    """Run the story in a forked process; give its wait status (0: it came to its end)."""
    child = os.fork()
    if child == 0:
        try:
            story()
        except BaseException:  # noqa: BLE001 - a forked child must never run on in the parent's tests
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def race(racers: int, story: Callable[[int], str]) -> list[str]:
    """Run the story in so many forked processes that start together; give what each told."""
    start, begin = os.pipe()
    told = []
    for number in range(racers):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                os.close(begin)
                os.read(start, 1)  # waits until nobody holds the other end
                os.write(writing, story(number).encode())
                status = 0
            except BaseException:  # noqa: BLE001 - a forked child must never run on in the parent's tests
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(writing)
        told.append((child, reading))
    os.close(begin)
    os.close(start)
    answers = []
    for child, reading in told:
        with os.fdopen(reading) as answer:
            answers.append(answer.read())
        assert os.waitpid(child, 0)[1] == 0
    return answers


class _Dying:
    """Counts the steps of a story, file calls and SQL statements alike, and ends it before one of them."""

    def __init__(self, directory: Path, step: int, end: Callable[[], None], *, with_sql: bool) -> None:
        self._directory, self._left, self._end = str(directory), step, end
        sys.addaudithook(self._file_call)
        if with_sql:
            connect = database._connect

            def traced(path: Path) -> sqlite3.Connection:
                connection = connect(path)
                connection.set_trace_callback(lambda _: self._count())
                return connection

            database._connect = traced

    def _file_call(self, event: str, args: tuple[object, ...]) -> None:
        if event in {"open", "os.link", "os.remove", "os.rename", "os.mkdir", "os.chown"} and any(
            str(arg).startswith(self._directory) for arg in args
        ):
            self._count()

    def _count(self) -> None:
        self._left -= 1
        if self._left == -1:
            self._end()


def every_death(directory: Path, story: Callable[[], object]) -> Iterator[int]:
    """Run the story again and again, killed before its first step, its second …; yield after each death.

    Ends after the run that lived; what a run leaves is there for the next one. Each run is a process of its own.
    """

    def dying(step: int) -> None:
        _Dying(directory, step, lambda: os.kill(os.getpid(), signal.SIGKILL), with_sql=True)
        story()

    for step in range(1000):
        status = in_child(lambda step=step: dying(step))
        assert status in {0, signal.SIGKILL}
        if status == 0:
            assert step > 3, "the story had no steps to die at"
            return
        yield step
    raise AssertionError("the story never came to its end")


def every_failure(directory: Path, story: Callable[[], object]) -> Iterator[int]:
    """As ``every_death``, but the system refuses the step, and the story must name that and live."""

    def refuse() -> None:
        raise OSError(errno.EIO, "Input/output error")

    def failing(step: int, answer: int) -> None:
        _Dying(directory, step, refuse, with_sql=False)
        try:
            story()
        except KeysUnavailableError:
            os.write(answer, b"refused")

    for step in range(1000):
        reading, writing = os.pipe()
        assert in_child(lambda step=step, writing=writing: failing(step, writing)) == 0
        os.close(writing)
        with os.fdopen(reading) as answer:
            if not answer.read():
                assert step > 3, "the story had no steps to fail at"
                return
        yield step
    raise AssertionError("the story never came to its end")
