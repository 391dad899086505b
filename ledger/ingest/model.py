"""What every importer gives: facts, findings and rejected lines, in the order of the source.

An importer is a pure, streaming state machine. It is fed the lines of a source in order and gives items; at the end
``finish`` gives what the end of the source tells (a session that never closed, a recording without its last message).
It keeps no more than what is open: constant memory in the length of the source.

Nothing is dropped. A line that cannot be parsed is a :class:`Rejected` with its reason; something that parses but is
wrong (a missing message id, a time running backwards, an unfinished session) is a :class:`Finding`. A line of no
evidential interest (a service starting) gives no item; it stays in the kept source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, runtime_checkable


class Line(NamedTuple):
    """One line of the source without its line end.

    ``number`` counts from 1, ``offset`` is the byte offset of its first byte. ``truncated`` says that the line was
    longer than the reader's limit: ``data`` then holds only its beginning. ``end`` is the line end that was read,
    empty for a last line without one: ``data + end`` of all lines are the source's bytes, unless one is truncated.
    """

    number: int
    offset: int
    data: bytes
    truncated: bool = False
    end: bytes = b"\n"


class Fact(NamedTuple):
    """Something that a source says happened.

    ``type`` is a wire name (``stream.event.vN``). ``occurred_at`` is UTC, ``YYYY-MM-DDThh:mm:ss[.f…]Z`` with as many
    fractional digits as the source had, or None where the source tells no time. ``zone_assumed`` is the offset that
    was assumed (``+09:00``) where the source names none. ``data`` holds only JSON values that the record format
    allows: lower-case snake member names, integers within ±(2^53 − 1), booleans, strings without U+0000 and without
    lone surrogates, null, lists, objects; no floats. ``natural`` names the real-world happening within one customer,
    so that the same happening read from the same bytes twice has the same name. ``lines`` is the first and the last
    line number that it was read from.
    """

    type: str
    occurred_at: str | None
    data: Mapping[str, Any]
    natural: str
    lines: tuple[int, int]
    zone_assumed: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong in the source: kept, named, and never a reason to refuse the rest.

    ``code`` is a stable snake-case name (``message_id_missing``), ``text`` one English sentence without secrets.
    """

    code: str
    text: str
    lines: tuple[int, int]
    occurred_at: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that could not be parsed: counted and named with its reason; its bytes stay in the kept source."""

    line: int
    reason: str


Item = Fact | Finding | Rejected


class Importer(Protocol):
    """One format's parser."""

    def feed(self, line: Line) -> Iterable[Item]:
        """Take the next line; give what it completes. Never raises for any bytes."""

    def finish(self) -> Iterable[Item]:
        """Give what the end of the source tells."""


@runtime_checkable
class RunImporter(Importer, Protocol):
    """A parser that takes many lines at once, in less time than one by one."""

    def feed_run(self, first: int, run: bytes) -> Iterable[Item]:
        """Take whole lines with their line ends, of which the first has this number, none over the limit.

        Gives what :meth:`feed` gives for each of them.
        """


class Redactor(Protocol):
    """Gives the bytes of a line as they may be kept: the line itself, or the line with keystrokes and secrets cut out.

    Keystrokes can hold secrets typed without echo (clause 4-1③, open point A-10), so they never reach the store; nor do
    environments of commands and the passwords and tokens of logged addresses.
    """

    @property
    def removed(self) -> int:
        """How many keystrokes (characters, or key events of a desktop protocol) or bytes of secrets were cut out."""

    def keep(self, line: Line) -> bytes:
        """Give the line's bytes as they may be kept; never raise.

        What cannot be parsed is kept as it is, unless it may hold keystrokes: then a line that says so replaces it.
        """
