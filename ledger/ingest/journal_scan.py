"""The journal export format line by line, also where the values of its fields hold line ends.

    NAME=text LF                                  a field with printable text
    NAME LF size (8 bytes, little endian) data LF   a field with any bytes
    LF                                            the end of an entry

Size and data may hold line ends, so a reader of lines sees such a field in pieces. The scanner says of each line what
it is. It keeps a value only up to a limit; of a longer one it goes on to know where it ends.
"""

from dataclasses import dataclass
from enum import Enum, auto

from ledger.ingest.model import Line

VALUE_LIMIT = 1 << 20
_SIZE_BYTES = 8
_MAX_NAME = 256
_MAX_FIELD = 1 << 31  # journald takes no field near this size: what claims it is damaged
_NAME = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class Is(Enum):
    """What a line of an export is."""

    TEXT = auto()
    """A field with text."""
    NAME = auto()
    """The name of a field whose bytes follow."""
    PIECE = auto()
    """A piece of such a field, not the last one."""
    LAST_PIECE = auto()
    """The last piece of such a field."""
    END = auto()
    """The end of the entry."""
    WRONG = auto()
    """Nothing that may stand here; what follows is skipped up to the next end of an entry."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a line is, and the field it completes; ``value`` None for one that is over the limit."""

    what: Is
    name: str = ""
    value: bytes | None = b""
    start: int = 0
    """For a piece, how many of the line's bytes stand before the field's data."""


class Scanner:
    """Stateful: lines are given in the order of the source."""

    def __init__(self, limit: int = VALUE_LIMIT) -> None:
        self._limit = limit
        self._name = ""
        self._begin: int | None = None  # offset of the size, inside a field with bytes
        self._held = bytearray()  # size and data, up to the limit
        self._whole = True  # whether nothing of them was let go
        self._after_cut = False  # whether the line before was cut: then only the next line tells where it ended
        self._wrong = False

    @property
    def inside(self) -> bool:
        """Whether a field with bytes is not complete."""
        return self._begin is not None

    def scan(self, line: Line) -> Scanned:
        """Say what the next line is."""
        if self._begin is not None and self._after_cut:
            end = self._end(self._begin)
            if end == line.offset:
                self._begin = None
            elif end is not None and end < line.offset:
                return self._give_up()
        if self._begin is not None:
            return self._piece(line, self._begin)
        if not line.data:
            self._wrong = False
            return Scanned(Is.END)
        if self._wrong:
            return Scanned(Is.WRONG)
        name, separator, value = line.data.partition(b"=")
        if not name or len(name) > _MAX_NAME or not _NAME.issuperset(name) or (line.truncated and not separator):
            return self._give_up()
        if separator:
            return Scanned(Is.TEXT, name.decode("ascii"), None if line.truncated else value)
        self._name = name.decode("ascii")
        self._begin = line.offset + len(line.data) + len(line.end)
        self._held.clear()
        self._whole, self._after_cut = True, False
        return Scanned(Is.NAME, self._name, None)

    def _piece(self, line: Line, begin: int) -> Scanned:
        raw = line.data + line.end
        room = self._limit + _SIZE_BYTES + 1 - len(self._held)
        self._held += raw[: max(0, room)]
        self._whole = self._whole and not line.truncated and len(raw) <= room
        self._after_cut = line.truncated
        end = self._end(begin)
        after = line.offset + len(raw)
        start = max(0, begin + _SIZE_BYTES - line.offset)
        if end is not None and (end - begin > _MAX_FIELD or (after > end and not line.truncated)):
            return self._give_up()
        if line.truncated or end is None or after < end:
            return Scanned(Is.PIECE, self._name, None, start)
        self._begin = None
        value = bytes(self._held[_SIZE_BYTES:-1]) if self._whole else None
        return Scanned(Is.LAST_PIECE, self._name, value, start)

    def _end(self, begin: int) -> int | None:
        """Give the offset behind the field's line end, once its size is known."""
        if len(self._held) < _SIZE_BYTES:
            return None
        return begin + _SIZE_BYTES + int.from_bytes(self._held[:_SIZE_BYTES], "little") + 1

    def _give_up(self) -> Scanned:
        self._begin = None
        self._wrong = True
        return Scanned(Is.WRONG)
