r"""The lines of a recording that ``websockify --record`` writes: a JavaScript array, one frame a line.

    var VNC_frame_data = [
    '{3{RFB 003.008\n',          3 ms after the connection, from the server
    '}32}RFB 003.008\n',         32 ms after it, from the client
    'EOF'];

A frame's bytes are escaped one way only: printable ASCII stands for itself except ``\\`` and ``\'``; tab, line feed
and carriage return are ``\t \n \r``; any other byte is ``\x`` and two lower-case hex digits. Other spellings are
refused, so that a line that was put together of two torn ones does not pass for a frame.
"""

import re
from dataclasses import dataclass

from ledger.ingest.model import Line

HEADER = b"var VNC_frame_data = ["
END = b"'EOF'];"

_FRAME = re.compile(rb"'(?:\{(-?[0-9]{1,15})\{|\}(-?[0-9]{1,15})\})(.*)',", re.DOTALL)
_ESCAPED = re.compile(rb"(?:[\x20-\x26\x28-\x5b\x5d-\x7e]++|\\(?:[tnr\\']|x[01][0-9a-f]|x7f|x[89a-f][0-9a-f]))*+")


class FrameError(ValueError):
    """The line is no frame; ``str()`` says why, in words that quote nothing of it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One WebSocket frame's payload, as it went by."""

    from_client: bool
    offset_ms: int
    """Milliseconds since the connection."""
    data: bytes


def parse_frame(line: Line) -> Frame:
    """Read one line between header and end; raises :class:`FrameError`."""
    if line.truncated:
        raise FrameError("longer than a frame may be")
    frame = _FRAME.fullmatch(line.data)
    if frame is None:
        raise FrameError("not a frame")
    from_server, from_client, escaped = frame.groups()
    if not _ESCAPED.fullmatch(escaped):
        raise FrameError("a frame whose bytes are not escaped as websockify does")
    data = escaped.decode("unicode_escape").encode("latin-1") if b"\\" in escaped else escaped
    return Frame(from_client is not None, int(from_client or from_server), data)


def format_frame(frame: Frame) -> bytes:
    """Write a frame as websockify does: reading it again gives the same frame."""
    brace = b"}" if frame.from_client else b"{"
    escaped = frame.data.decode("latin-1").encode("unicode_escape").replace(b"'", b"\\'")
    return b"'%b%d%b%b'," % (brace, frame.offset_ms, brace, escaped)
