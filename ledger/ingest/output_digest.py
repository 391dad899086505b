"""What a terminal or a screen received, as numbers and hashes: fed piece by piece, in constant memory.

Two recorders of one session (tlog on the server, asciinema at the technician's desk) cut the same output into
different pieces and begin and end at different lines. Their SHA-256 differ, but their lines do not: ``lines`` names the
first lines of the output so that one recording can be found in the other without either being opened.
"""

import hashlib

MAX_LINES = 64
MIN_LINE_BYTES = 16
_DIGEST_BYTES = 8


class OutputDigest:
    """Length, SHA-256 and line digests of a byte stream."""

    def __init__(self, *, max_lines: int = MAX_LINES) -> None:
        """Name at most ``max_lines`` lines: none of a stream that has no lines."""
        self._max_lines = max_lines
        self.size = 0
        """How many bytes were fed."""
        self.lines: list[str] = []
        """Of the first :data:`MAX_LINES` lines of at least :data:`MIN_LINE_BYTES` bytes: the first 8 bytes of the
        SHA-256 as hex. A line ends with LF; CRs before the LF are no part of it; what follows the last LF is none."""
        self._whole = hashlib.sha256()
        self._line = hashlib.sha256()
        self._line_size = 0
        self._held_cr = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self.size += len(data)
        self._whole.update(data)
        if len(self.lines) >= self._max_lines:
            return
        first, *rest = data.split(b"\n")
        self._grow(first)
        for part in rest:
            self._end_line()
            self._grow(part)

    def hex(self) -> str:
        """Give the SHA-256 of everything fed so far."""
        return self._whole.hexdigest()

    def _grow(self, part: bytes) -> None:
        # A CR is held back until something other than LF follows: only then was it inside the line.
        body = part.rstrip(b"\r")
        if body:
            self._line.update(b"\r" * self._held_cr + body)
            self._line_size += self._held_cr + len(body)
            self._held_cr = 0
        self._held_cr += len(part) - len(body)

    def _end_line(self) -> None:
        if self._line_size >= MIN_LINE_BYTES and len(self.lines) < self._max_lines:
            self.lines.append(self._line.digest()[:_DIGEST_BYTES].hex())
        self._line = hashlib.sha256()
        self._line_size = 0
        self._held_cr = 0
