"""Lines of a source of any size, in constant memory.

Guaranteed: every byte of the source lies in exactly one line; ``data + end`` of the lines, joined, are the source's
bytes wherever no line is truncated; numbers count from 1 and offsets are the source's own. A line ends with LF; a CR
before the LF belongs to the line end. Any other byte, NUL included, is data. A line longer than the limit is given
once, cut at the limit and marked; the rest is read and let go: a line of a gigabyte costs no more than a short one.

Left to others: what the bytes mean. Reading errors of the file (``OSError``) go to the caller.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from ledger.ingest.model import Line


class Readable(Protocol):
    """Anything that bytes can be read from in order: an open file, or a part of one."""

    def read(self, count: int, /) -> bytes:
        """Give up to ``count`` bytes; none at the end."""


LINE_LIMIT = 1 << 20
_new = tuple.__new__
"""Makes a line of a tuple, for speed: what its own constructor does, without its call."""
CHUNK_SIZE = 1 << 18


def read_lines(
    source: Readable,
    *,
    limit: int = LINE_LIMIT,
    chunk_size: int = CHUNK_SIZE,
    tap: Callable[[bytes], object] | None = None,
) -> Iterator[Line]:
    """Give the lines of ``source`` in order, each at most ``limit`` bytes without its line end.

    ``tap`` is called with every chunk of raw bytes before its lines are given (a hash, a progress bar): together the
    chunks are the whole source, what truncated lines leave out included.
    """
    if limit < 1 or chunk_size < 1:
        raise ValueError("a limit is at least one byte")
    number = 1
    offset = 0
    held = bytearray()  # the beginning of a line that the last chunk did not end; never longer than limit + 1 (a CR)
    let_go = 0  # bytes of that line that were read and not held
    while chunk := source.read(chunk_size):
        if tap is not None:
            tap(chunk)
        first, *rest = chunk.split(b"\n")
        let_go = _hold(held, let_go, first, limit)
        if not rest:
            continue
        # Only the first part can continue a line, and only the last one can be unended.
        last = rest.pop()
        yield _line(number, offset, held, let_go, limit)
        offset += len(held) + let_go + 1
        number += 1
        for part in rest:
            size = len(part)
            if size > limit or part.endswith(b"\r"):
                yield _line(number, offset, part[: limit + 1], max(0, size - limit - 1), limit)
            else:
                yield _new(Line, (number, offset, part, False, b"\n"))
            offset += size + 1
            number += 1
        held.clear()
        let_go = _hold(held, 0, last, limit)
    if held:
        yield _unended(number, offset, held, let_go, limit)


def read_runs(
    source: Readable,
    *,
    limit: int = LINE_LIMIT,
    chunk_size: int = CHUNK_SIZE,
    tap: Callable[[bytes], object] | None = None,
) -> Iterator[Line | bytes]:
    """Give the same lines, most of them in runs: whole lines with their line ends, none over the limit."""
    if not 1 <= chunk_size <= limit:
        raise ValueError("a chunk is at least one byte, and no longer than a line may be")
    number, offset, held, let_go = 1, 0, bytearray(), 0
    while chunk := source.read(chunk_size):
        if tap is not None:
            tap(chunk)
        end = chunk.find(b"\n")
        if end < 0:
            let_go = _hold(held, let_go, chunk, limit)
            continue
        let_go = _hold(held, let_go, chunk[:end], limit)
        yield _line(number, offset, held, let_go, limit)
        run = chunk[end + 1 : chunk.rfind(b"\n") + 1]
        if run:
            yield run
        number += 1 + run.count(b"\n")
        offset += len(held) + let_go + 1 + len(run)
        held.clear()
        let_go = _hold(held, 0, chunk[end + 1 + len(run) :], limit)
    if held:
        yield _unended(number, offset, held, let_go, limit)


def _hold(held: bytearray, let_go: int, part: bytes, limit: int) -> int:
    """Add ``part`` to the line that is held; give how much of the line is let go, since it is over the limit."""
    room = limit + 1 - len(held)
    held += part if len(part) <= room else part[:room]
    return let_go + max(0, len(part) - room)


def _line(number: int, offset: int, held: bytes | bytearray, let_go: int, limit: int) -> Line:
    """Make a line, with one copy of its bytes: it may be long."""
    size = len(held)
    if let_go:
        return Line(number, offset, bytes(memoryview(held)[:limit]), truncated=True)
    if held.endswith(b"\r"):
        return Line(number, offset, bytes(memoryview(held)[: size - 1]), end=b"\r\n")
    return Line(number, offset, bytes(memoryview(held)[:limit]), truncated=size > limit)


def _unended(number: int, offset: int, held: bytearray, let_go: int, limit: int) -> Line:
    data = bytes(memoryview(held)[:limit])
    return Line(number, offset, data, truncated=let_go > 0 or len(held) > limit, end=b"")
