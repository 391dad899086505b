"""What may be kept of a source, in pieces: every line as its redactor gives it.

Guarantees: the same bytes as when each line is given to the redactor, with its line end. Where a format names marks,
one of which is in every line of interest to its redactor, the lines between are passed on in one piece: nearly all of
a long log.
"""

from collections.abc import Iterator, Sequence

from ledger.ingest.lines import CHUNK_SIZE, LINE_LIMIT, Readable, read_lines, read_runs
from ledger.ingest.model import Line, Redactor


def kept(
    source: Readable, redactor: Redactor, marks: Sequence[bytes] = (), *, limit: int = LINE_LIMIT
) -> Iterator[bytes]:
    """Give the bytes that may be kept, short lines together."""
    parts: Iterator[Line | bytes] = read_runs(source, limit=limit) if marks else read_lines(source, limit=limit)
    piece = bytearray()
    for part in parts:
        if isinstance(part, bytes):
            _keep_run(part, redactor, marks, piece)
        else:
            piece += redactor.keep(part)
            piece += part.end
        if len(piece) >= CHUNK_SIZE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _keep_run(run: bytes, redactor: Redactor, marks: Sequence[bytes], piece: bytearray) -> None:
    """Add whole lines, and give only those with a mark to the redactor."""
    done = 0
    ahead = {mark: at for mark in marks if (at := run.find(mark)) >= 0}
    while ahead:
        found = min(ahead.values())
        begin, end = run.rfind(b"\n", done, found) + 1 or done, run.find(b"\n", found)
        data = run[begin:end]
        line_end = b"\n"
        if data.endswith(b"\r"):
            data, line_end = data[:-1], b"\r\n"
        piece += run[done:begin]
        piece += redactor.keep(Line(0, begin, data, end=line_end))
        piece += line_end
        done = end + 1
        for mark in [mark for mark, at in ahead.items() if at < done]:
            after = run.find(mark, done)
            if after < 0:
                del ahead[mark]
            else:
                ahead[mark] = after
    piece += run[done:]
