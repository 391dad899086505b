"""Reading a long source in a process of its own, so that two processors work: one reads, the other seals and appends.

Guarantees: what comes is what :class:`~ledger.application.reading.Reading` gives here, in the same order; the process
is never further ahead than its pipe holds (a full one makes it wait: constant memory); it ends with its parent, however
that ends; when it is ended from outside, that is one sentence and nothing is closed. It is given the open file, not its
name, and neither keys nor database.

The process is started anew (``spawn``), never forked: its parent has threads, and locks that they hold. That takes a
while, so it is started before its task is known.

What comes through the pipe: a number, the bytes read so far; a list, drafts; at the end the outcome, or the error.
"""

import fcntl
import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing import get_context, reduction
from multiprocessing.connection import Connection
from typing import Any, Self

from ledger.application.batch_records import Draft
from ledger.application.errors import ReadingInterruptedError
from ledger.application.reading import Outcome, Reading, Task
from ledger.application.source_file import Part, SourceFile

_ENDING = 5.0
"""Seconds that a process may take to end after its pipe has closed."""
_COLLECT_AFTER = 20_000
_PIPE_BYTES = 1 << 20
"""Some groups of drafts: who appends is not waited for at once."""
Take = Callable[[list[Draft]], object]


class ReadingProcess:
    """A process that will read a file; it ends when this is left, whatever it does."""

    def __init__(self, file: SourceFile) -> None:
        """Start it; the file is in use here until it is told to read."""
        context = get_context("spawn")
        self._file = file
        self._receiver, sender = context.Pipe(duplex=False)
        tasks, self._tasks = context.Pipe(duplex=False)
        with suppress(OSError):  # a system that allows no larger pipe
            fcntl.fcntl(sender.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._process = context.Process(
            target=_read, args=(tasks, _Handed(file.fileno()), file.size, sender), name="shoseki reader", daemon=True
        )
        try:
            with tasks, sender:  # the process has its own: when those close, nothing more can come
                self._process.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; it holds nothing that could be left half done."""
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()
        self._receiver.close()
        self._tasks.close()

    def read(self, task: Task, take: Take) -> Outcome:
        """Have the file read, and hand on the drafts as they come. Once.

        Raises ReadingInterruptedError when the process is ended from outside, and whatever reading raises.
        """
        with suppress(BrokenPipeError):  # it was ended: which the other pipe tells, too
            self._tasks.send(task)
        for drafts in self._received():
            if isinstance(drafts, Outcome):
                return drafts
            take(drafts)
        self._process.join(_ENDING)
        raise ReadingInterruptedError(self._process.exitcode)

    def _received(self) -> Iterator[list[Draft] | Outcome]:
        """Give drafts and the outcome; end where the process did. Raises what it raised."""
        while True:
            try:
                message: Any = self._receiver.recv()
            except (EOFError, OSError):
                return
            match message:
                case int():
                    self._file.progress("parse", message, self._file.size)
                case Exception():
                    raise message
                case _:
                    yield message


class _Handed:
    """The number of an open file, that goes to a process which is being started."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> tuple[Callable[[Any], int], tuple[Any]]:
        return _taken, (reduction.DupFd(self._number),)


def _taken(handed: Any) -> int:
    return int(handed.detach())


def _read(tasks: Connection, descriptor: int, size: int, sender: Connection) -> None:
    """Run in the process: read, send, and end quietly when nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    # What was imported stays for good, and what is read is let go without cycles: looking for them costs a tenth.
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)
    with suppress(BrokenPipeError, EOFError), os.fdopen(descriptor, "rb") as file, sender:
        reading = Reading(tasks.recv())
        file.seek(0)  # not before: until now the file was read by the parent
        try:
            for drafts in reading.drafts(Part(file, size, lambda _stage, done, _all: sender.send(done), "parse")):
                sender.send(drafts)
            sender.send(reading.outcome())
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the parent's to tell
            sender.send(error)
