"""Running a function over blocks in several processes, in order and in constant memory.

Guarantees: results come in the order of the blocks; a few blocks wait at a time, however many there are; a few blocks
in all are done here, where that is faster than starting processes. Ctrl-C ends this process, which ends the others.
"""

import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

_SMALL = 6
_PROCESSES = 2

T = TypeVar("T")


def in_order(function: Callable[[bytes], T], blocks: Iterable[bytes]) -> Generator[T, None, None]:
    """Give the function of each block, as ``map`` does; raise what it raises, or BrokenProcessPool."""
    rest = iter(blocks)
    first = list(islice(rest, _SMALL + 1))
    if len(first) <= _SMALL:
        yield from map(function, first)
        return
    pool = ProcessPoolExecutor(_PROCESSES, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_parent)
    waiting: deque[Future[T]] = deque()
    try:
        waiting.extend(pool.submit(function, block) for block in first)
        first.clear()
        for block in rest:
            yield waiting.popleft().result()
            waiting.append(pool.submit(function, block))
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
