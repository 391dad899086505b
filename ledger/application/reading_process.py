"""Reading a long source in a process of its own, so that two processors work: one reads, the other seals and appends.

Guarantees: what comes is what :class:`~ledger.application.reading.Reading` gives here, in the same order; the process
is never more than one group ahead (a pipe that is full makes it wait: constant memory); it ends with its parent,
however that ends; when it is ended from outside, that is one sentence and nothing is closed. It is given the open file,
not its name, and neither keys nor database.

The process is started anew (``spawn``), never forked: its parent has threads, and locks that they hold.

What comes through the pipe: a number, the bytes read so far; a list, drafts; at the end the outcome, or the error.
"""

import gc
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import get_context, reduction
from multiprocessing.connection import Connection
from typing import Any

from ledger.application.batch_records import Draft
from ledger.application.errors import ReadingInterruptedError
from ledger.application.reading import Outcome, Reading, Task
from ledger.application.source_file import Part, SourceFile

_ENDING = 5.0
"""Seconds that a process may take to end after its pipe has closed."""
_COLLECT_AFTER = 20_000
Take = Callable[[list[Draft]], object]


def read_apart(task: Task, file: SourceFile, take: Take) -> Outcome:
    """Read the file in a process of its own, and hand on the drafts as they come.

    Raises ReadingInterruptedError when the process is ended from outside, and whatever reading raises.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(
        target=_read, args=(task, _Handed(file.fileno()), file.size, sender), name="shoseki reader", daemon=True
    )
    with receiver:
        try:
            with sender:  # the process has its own: when that closes, nothing more can come
                process.start()
            for drafts in _received(receiver, file):
                if isinstance(drafts, Outcome):
                    return drafts
                take(drafts)
            process.join(_ENDING)
            raise ReadingInterruptedError(process.exitcode)
        finally:
            if process.pid is not None:
                process.kill()  # it holds nothing that could be left half done
                process.join()


def _received(receiver: Connection, file: SourceFile) -> Iterator[list[Draft] | Outcome]:
    """Give drafts and the outcome; end where the process did. Raises what it raised."""
    while True:
        try:
            message: Any = receiver.recv()
        except (EOFError, OSError):
            return
        match message:
            case int():
                file.progress("parse", message, file.size)
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


def _read(task: Task, descriptor: int, size: int, sender: Connection) -> None:
    """Run in the process: read, send, and end quietly when nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    # What was imported stays for good, and what is read is let go without cycles: looking for them costs a tenth.
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 50)
    try:
        with os.fdopen(descriptor, "rb") as file, sender:
            file.seek(0)
            reading = Reading(task)
            try:
                for drafts in reading.drafts(Part(file, size, lambda _stage, done, _all: sender.send(done), "parse")):
                    sender.send(drafts)
                sender.send(reading.outcome())
            except BrokenPipeError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the parent's to tell
                sender.send(error)
    except BrokenPipeError:
        return
