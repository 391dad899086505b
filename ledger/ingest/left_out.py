"""The line that stands where a line was not kept, because it could not be read and might hold keystrokes.

It keeps the count of lines, so that every other line keeps its number, and says that something was there. It begins
with ``#``, which none of the recording formats takes for a record. It tells neither the content nor its hash, by which
a short secret could be guessed.
"""

import re

from ledger.ingest.model import Line

_STANDING = re.compile(
    rb"# not kept: (?:[0-9]{1,12} bytes|a line longer than the limit), unreadable, possibly keystrokes"
)
_REST = b" # not kept: the rest of a line longer than the limit"


def left_out(line: Line) -> bytes:
    """Give the line to keep in place of ``line``; one that stands for another already stays as it is."""
    if is_left_out(line.data):
        return line.data
    size = "a line longer than the limit" if line.truncated else f"{len(line.data)} bytes"
    return f"# not kept: {size}, unreadable, possibly keystrokes".encode()


def beginning(line: Line) -> bytes:
    """Give what is kept of a line over the limit that holds nothing to be cut as far as it was read.

    It is over the limit again when it is read again, so that it is then refused for the same reason.
    """
    return line.data + _REST


def is_left_out(data: bytes) -> bool:
    """Tell whether a line of a kept source stands for one that was not kept."""
    return _STANDING.fullmatch(data) is not None
