"""A log message, whatever carried it, and the programs that understand the messages of one sender.

A container (a syslog file, a journal) takes messages out of its framing and hands each to the program of its sender.
Containers and programs meet only here; which program reads which sender is wired in registry.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ledger.ingest.model import Item, Rejected

NEVER = 1 << 62
"""A time, in microseconds, that no log reaches."""


class Message(NamedTuple):
    """One message of one sender."""

    at: int
    """Microseconds since 1970."""
    occurred_at: str
    """The same instant as the facts spell it, with the digits that the source had."""
    zone_assumed: str | None
    host: str | None
    pid: int | None
    text: str
    escaped: bool
    """Whether a byte of the text had to be escaped (text.py)."""
    lines: tuple[int, int]
    raw: bytes | None = None
    """The bytes that the text was read from; what stands before the message may be among them. None: the text's own."""
    audit_session: int | None = None
    boot_id: str | None = None


class Program(Protocol):
    """Understands the messages of one sender: a state machine that keeps only what is open."""

    due: int
    """From this time on, in microseconds, :meth:`elapse` has something to give."""

    def feed(self, message: Message) -> Sequence[Item] | None:
        """Take a message; give what it completes, or None for a message of no evidential interest. Never raises."""

    def recognise(self, text: str) -> object | None:
        """Give what :meth:`take` needs of a message's text, or None for one of no evidential interest.

        The two do together what :meth:`feed` does: of most lines of a log no message need be made.
        """

    def take(self, told: Any, message: Message) -> Sequence[Item] | None:
        """Take a message of which this was recognised; give what :meth:`feed` does."""

    def elapse(self, at: int) -> Sequence[Item]:
        """Take notice that the log has reached ``at``; give what waited no longer than until then."""

    def finish(self) -> Sequence[Item]:
        """Give what the end of the source tells."""


@dataclass(slots=True)
class LineCounts:
    """What became of the lines of a source: ``lines == interpreted + uninteresting + rejected``, at the end exactly.

    A line is interpreted when a fact or the state of a session took something from it, uninteresting when it could be
    read and says nothing about a session, rejected when it could not be read.
    """

    lines: int = 0
    interpreted: int = 0
    uninteresting: int = 0
    rejected: int = 0

    def count(self, items: Sequence[Item] | None, lines: int = 1) -> None:
        """Count ``lines`` lines by what a program gave for them."""
        if items is None:
            self.uninteresting += lines
            return
        for item in items:
            if type(item) is Rejected:
                self.rejected += lines
                return
        self.interpreted += lines


Programs = Mapping[str, Program]
"""Programs by the name that their senders give themselves. One program may have several names."""
