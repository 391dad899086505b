"""A worker of the full check in a process of its own, which is told its tasks and answers over two pipes.

Guarantees: answers come in the order of the tasks; what a task raises is raised where its answer is asked for; a
process that ends early is a StoreError, never a wait; with its parent, however that ends, it ends too. It starts with
nothing but what the check needs: the program that asks for the check is not loaded a second time, as
``multiprocessing`` would. Leaves to others: which tasks (``run``), carrying them out (``worker``).
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from concurrent.futures import Future
from contextlib import closing, suppress
from threading import Lock, Thread
from typing import Any

from ledger.store.errors import StoreError
from ledger.store.fsck.tasks import Place, Task
from ledger.store.fsck.worker import Worker, run

_PROGRAM = """
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from ledger.store.fsck.remote import serve
serve()
"""


class RemoteWorker:
    """The parent's side: starts the process at once, and gives a future for each task."""

    def __init__(self, place: Place) -> None:
        """Start a process that checks the log at this place, which must bear pickling."""
        program = [sys.executable, "-c", _PROGRAM]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._asked: deque[Future[Any]] = deque()
        self._ended = False
        self._lock = Lock()
        self._reader = Thread(target=self._read, name="shoseki fsck", daemon=True)
        self._reader.start()
        self._send(sys.path)
        self._send(place)

    @property
    def waiting(self) -> int:
        """Tell how many tasks have no answer yet."""
        return len(self._asked)

    def submit(self, task: Task) -> Future[Any]:
        """Give the process a task."""
        answer: Future[Any] = Future()
        with self._lock:
            if self._ended:
                answer.set_exception(_ended_early())
                return answer
            self._asked.append(answer)
        self._send(task)
        return answer

    def close(self) -> None:
        """End the process: at once where it still works, since nobody waits for that any more."""
        if self._asked:
            self._process.terminate()
        assert self._process.stdin is not None, "it is a pipe"
        with suppress(OSError):
            self._process.stdin.close()
        self._process.wait()
        self._reader.join()

    def _send(self, value: object) -> None:
        assert self._process.stdin is not None, "it is a pipe"
        with suppress(OSError):  # it has ended, which the reader sees
            pickle.dump(value, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None, "it is a pipe"
        with self._process.stdout as answers, suppress(EOFError, pickle.UnpicklingError):
            while True:
                result, error = pickle.load(answers)  # noqa: S301 - written by our own process
                future = self._asked.popleft()
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)
        with self._lock:
            self._ended = True
        for future in self._asked:
            future.set_exception(_ended_early())
        self._asked.clear()


def serve() -> None:
    """Carry out what comes by standard input, and answer by standard output, until there is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    gc.freeze()  # what is loaded by now stays
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anybody prints is no answer
    try:
        with closing(Worker(pickle.load(tasks))) as worker:  # noqa: S301 - written by our own parent
            while True:
                try:
                    task = pickle.load(tasks)  # noqa: S301 - as above
                except EOFError:
                    return
                _answer(answers, run(worker, task), None)
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent raises it
        _answer(answers, None, error)


def _answer(answers: Any, result: object, error: Exception | None) -> None:
    with suppress(BrokenPipeError):  # the parent is gone
        pickle.dump((result, error), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


def _ended_early() -> StoreError:
    return StoreError("A process of the check was ended from outside or could not start: try again.")
