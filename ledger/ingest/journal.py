"""Entries of a systemd journal, whatever form they were exported in: a container of messages of many programs.

Fields that begin with an underscore were set by journald itself and cannot be chosen by who writes an entry. So an
entry that calls itself sshd, sudo or tlog while journald tells another program by name and by file is a finding, and
none of it is believed. Where only one of the two is another, it is read, with a finding the first time. (In a plain
syslog file nothing tells a line that was put in by hand from a true one.)

The time is that at which the message was written (``_SOURCE_REALTIME_TIMESTAMP``), or else that at which journald took
it. The kernel's audit session is on the entries of a login's child and, once the login is complete, of its parent; the
value for "none" is left out.

Messages of tlog are handed, each as a line of its own, to an importer that reads them.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Protocol

from ledger.ingest import clock
from ledger.ingest.clock import MICROSECONDS, ClockError
from ledger.ingest.message import LineCounts, Message, Program, Programs
from ledger.ingest.model import Finding, Item, Line, Rejected
from ledger.ingest.order import TimeOrder
from ledger.ingest.text import decode

FIELDS = frozenset(
    {
        "MESSAGE",
        "SYSLOG_IDENTIFIER",
        "SYSLOG_PID",
        "TLOG_REC",
        "_AUDIT_SESSION",
        "_BOOT_ID",
        "_COMM",
        "_EXE",
        "_HOSTNAME",
        "_PID",
        "_SOURCE_REALTIME_TIMESTAMP",
        "__CURSOR",
        "__REALTIME_TIMESTAMP",
    }
)
"""The fields that are read; an export may leave out the others."""
REMEMBERED_CURSORS = 16_384
TLOG = "tlog-rec-session"

_NO_AUDIT_SESSION = 2**32 - 1  # the kernel's value for "none", unsigned
_MAX_DOUBTED = 256
_MAX_COMM = 15  # the kernel cuts a program's name

Fields = Mapping[str, bytes | None]
"""Field values; None for one that is too large to be read."""


class TerminalMessages(Protocol):
    """Reads the messages of tlog, each as a line of its own."""

    def feed(self, line: Line, *, written_ms: int | None = None) -> Iterable[Item]:
        """Take the next message, which was written ``written_ms`` milliseconds after 1970."""

    def finish(self) -> Iterable[Item]:
        """Give what the end of the source tells."""


class JournalEntries:
    """Reads entries; keeps no more than its programs do and the last cursors."""

    def __init__(self, programs: Programs, terminal: TerminalMessages) -> None:
        """``terminal`` reads the messages of tlog."""
        self.counts = LineCounts()
        self._programs = dict(programs)
        self._distinct = tuple({id(program): program for program in programs.values()}.values())
        self._terminal = terminal
        self._order = TimeOrder()
        self._cursors: OrderedDict[bytes, None] = OrderedDict()
        self._doubted: set[tuple[str, ...]] = set()

    def take(self, fields: Fields, lines: tuple[int, int], message_offset: int) -> list[Item]:
        """Give what an entry tells, and count its lines; ``message_offset`` is where its MESSAGE lies in the source."""
        size = lines[1] - lines[0] + 1
        if self._seen(fields.get("__CURSOR")):
            self.counts.count((), size)
            return [Finding("journal_entry_repeated", "an entry of the journal came again", lines)]
        try:
            at, occurred_at = _time(fields)
        except ClockError as error:
            return self.reject(lines, str(error))
        host = _text(fields, "_HOSTNAME")
        items: list[Item] = []
        if backwards := self._order.check(host, at, occurred_at, lines):
            items.append(backwards)
        for program in self._distinct:
            if at >= program.due:
                items.extend(program.elapse(at))
        message = Message(
            at,
            occurred_at,
            None,
            host,
            _number(fields, "_PID") or _number(fields, "SYSLOG_PID"),
            "",
            False,
            lines,
            b"",
            _audit_session(fields),
            _text(fields, "_BOOT_ID"),
        )
        given = self._give(fields, message, message_offset)
        self.counts.count(given, size)
        items.extend(given or ())
        return items

    def reject(self, lines: tuple[int, int], reason: str) -> list[Item]:
        """Name an entry that cannot be read, and count its lines."""
        rejected = Rejected(lines[0], reason)
        self.counts.count((rejected,), lines[1] - lines[0] + 1)
        return [rejected]

    def finish(self) -> list[Item]:
        """Give what the end of the source tells."""
        items = [item for program in self._distinct for item in program.finish()]
        return [*items, *self._terminal.finish()]

    def _give(self, fields: Fields, message: Message, offset: int) -> Sequence[Item] | None:
        sender = _text(fields, "SYSLOG_IDENTIFIER") or _text(fields, "_COMM") or ""
        program = self._programs.get(sender)
        terminal = sender.removeprefix("-") == TLOG or "TLOG_REC" in fields
        if program is None and not terminal:
            return None
        writers = {TLOG} if terminal else {name for name, each in self._programs.items() if each is program}
        others = _other_writers(fields, writers)
        if len(others) > 1:
            text = "an entry gives itself the name of a program that did not write it; it is not believed"
            return [Finding("identifier_forged", text, message.lines, message.occurred_at, {"writer": list(others)})]
        if "MESSAGE" not in fields:
            return None
        given = self._read(fields["MESSAGE"], program if not terminal else None, message, offset)
        return [*self._doubt(sender, others, message), *(given or ())] if others else given

    def _read(self, raw: bytes | None, program: Program | None, message: Message, offset: int) -> Sequence[Item] | None:
        if raw is None:
            return [Rejected(message.lines[0], "the message is too large to be read")]
        if program is None:
            return list(self._terminal.feed(Line(message.lines[0], offset, raw), written_ms=message.at // 1000))
        text, escaped = decode(raw)
        return program.feed(message._replace(text=text, escaped=escaped, raw=raw))

    def _doubt(self, sender: str, others: tuple[str, ...], message: Message) -> list[Finding]:
        """Name, once, a program that is another by one of the two things that journald tells of it."""
        if (sender, *others) in self._doubted or len(self._doubted) == _MAX_DOUBTED:
            return []
        self._doubted.add((sender, *others))
        text = "an entry was written by a program that journald knows under another name; it is read all the same"
        data = {"sender": sender, "writer": list(others)}
        return [Finding("identifier_doubtful", text, message.lines, message.occurred_at, data)]

    def _seen(self, cursor: bytes | None) -> bool:
        if cursor is None:
            return False
        digest = blake2b(cursor, digest_size=16).digest()
        if digest in self._cursors:
            return True
        self._cursors[digest] = None
        if len(self._cursors) > REMEMBERED_CURSORS:
            self._cursors.popitem(last=False)
        return False


def _time(fields: Fields) -> tuple[int, str]:
    for name in ("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"):
        stamp = _number(fields, name)
        if stamp is not None:
            second, microseconds = divmod(stamp, MICROSECONDS)
            return clock.with_fraction(second, f"{microseconds:06d}")
    raise ClockError("the entry tells no time")


def _text(fields: Fields, name: str) -> str | None:
    value = fields.get(name)
    return decode(value)[0][:1024] if value else None


def _number(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    return int(value) if value and len(value) <= 18 and value.isdigit() else None  # noqa: PLR2004 -- fits 64 bits


def _audit_session(fields: Fields) -> int | None:
    session = _number(fields, "_AUDIT_SESSION")
    return None if session == _NO_AUDIT_SESSION else session


def _other_writers(fields: Fields, writers: set[str]) -> tuple[str, ...]:
    """Give what journald tells of the program, its name and its file, where that is none of ``writers``.

    Without a file, the name counts for both. journald knows neither of a program that was gone too soon.
    """
    name, path = _text(fields, "_COMM"), _text(fields, "_EXE")
    other_name = name is not None and name not in {writer[:_MAX_COMM] for writer in writers}
    if path is None:
        return (name, name) if name is not None and other_name else ()
    other_path = path.removesuffix(" (deleted)").rpartition("/")[2] not in writers
    told = ((name or "", other_name), (path, other_path))
    return tuple(text for text, other in told if other)
