"""``journalctl -o export``: the fields of an entry line by line (journal_scan.py), closed by an empty line."""

from collections.abc import Sequence

from ledger.ingest.journal import FIELDS, JournalEntries
from ledger.ingest.journal_json import may_hold_keystrokes
from ledger.ingest.journal_scan import Is, Scanned, Scanner
from ledger.ingest.left_out import is_left_out, left_out
from ledger.ingest.message import LineCounts
from ledger.ingest.model import Finding, Item, Line, Redactor
from ledger.ingest.sudo_environment import MARK, EnvironmentRedactor, may_hold_environment


class JournalExportImporter:
    """Reads a journal export; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self, entries: JournalEntries) -> None:
        self._entries = entries
        self._scanner = Scanner()
        self._fields: dict[str, bytes | None] = {}
        self._first = 0  # line of the entry; 0 between entries
        self._last = Line(0, 0, b"")
        self._message_offset = 0
        self._wrong = ""

    @property
    def counts(self) -> LineCounts:
        """What became of the lines."""
        return self._entries.counts

    def feed(self, line: Line) -> Sequence[Item]:
        """Take the next line."""
        self.counts.lines += 1
        self._last = line
        scanned = self._scanner.scan(line)
        if scanned.what is Is.END:
            self.counts.uninteresting += 1
            return self._close(line.number - 1)
        self._first = self._first or line.number
        match scanned.what:
            case Is.WRONG:
                self._wrong = self._wrong or (
                    "a line that was not kept" if is_left_out(line.data) else "not a field of a journal export"
                )
            case Is.TEXT | Is.NAME | Is.LAST_PIECE:
                self._put(scanned, line)
        return ()

    def finish(self) -> list[Item]:
        """Give what the end of the source tells."""
        items: list[Item] = []
        if self._first:
            last = self._last
            if self._scanner.inside or not last.end:
                self._wrong = self._wrong or "the source ends inside this entry"
            items.extend(self._close(last.number))
            text = "the last entry is not closed: the source was cut, or it is being written"
            items.append(Finding("source_unfinished", text, (last.number, last.number)))
        return [*items, *self._entries.finish()]

    def _put(self, scanned: Scanned, line: Line) -> None:
        if scanned.name not in FIELDS:
            return
        if scanned.what is not Is.LAST_PIECE and scanned.name in self._fields:
            return  # of a field that came several times, the first one is read
        self._fields[scanned.name] = scanned.value
        if scanned.name == "MESSAGE":
            self._message_offset = line.offset + len("MESSAGE=")

    def _close(self, last: int) -> Sequence[Item]:
        if not self._first:
            return ()
        lines = (self._first, last)
        fields, wrong = self._fields, self._wrong
        self._fields, self._first, self._wrong = {}, 0, ""
        return self._entries.reject(lines, wrong) if wrong else self._entries.take(fields, lines, self._message_offset)


class JournalExportRedactor:
    """Cuts keystrokes out of tlog's messages in an export, and environments out of sudo's.

    See :class:`~ledger.ingest.model.Redactor`. A message with a size before it keeps its size: what is cut is made up
    with spaces behind the JSON. One that runs over several lines is none of tlog's or sudo's; where it begins like JSON
    it might hide one, and is blanked.
    """

    def __init__(self, messages: Redactor, environments: EnvironmentRedactor) -> None:
        """``messages`` cuts keystrokes out of one message, ``environments`` the values of variables."""
        self._messages = messages
        self._environments = environments
        self._scanner = Scanner()
        self._blank = False

    @property
    def removed(self) -> int:
        """How many keystrokes, and characters of variables, were cut out so far."""
        return self._messages.removed + self._environments.removed

    def keep(self, line: Line) -> bytes:
        """Give the line without its keystrokes."""
        scanned = self._scanner.scan(line)
        if scanned.what is Is.END or is_left_out(line.data):
            return line.data
        if scanned.what is Is.WRONG:
            return left_out(line)
        if scanned.name != "MESSAGE":
            return line.data
        if scanned.what is Is.NAME:
            self._blank = False
            return line.data
        if line.truncated:
            self._blank = True
            return left_out(line)
        if scanned.what is Is.TEXT:
            message = line.data[len("MESSAGE=") :]
            return b"MESSAGE=" + self._cut(line, message, MARK)
        return line.data[: scanned.start] + self._piece(line, scanned)

    def _piece(self, line: Line, scanned: Scanned) -> bytes:
        data = line.data[scanned.start :]
        if scanned.what is Is.LAST_PIECE and scanned.value == data:
            kept = self._cut(line, data, b"")
            return kept.ljust(len(data)) if len(kept) <= len(data) else b"#" * len(data)
        self._blank = self._blank or data.lstrip().startswith(b"{") or _may_hold(data)
        return b"#" * len(data) if self._blank else data

    def _cut(self, line: Line, message: bytes, mark: bytes) -> bytes:
        if may_hold_keystrokes(message):
            return self._messages.keep(Line(line.number, line.offset, message))
        return self._environments.message(message, mark)


def _may_hold(data: bytes) -> bool:
    return may_hold_keystrokes(data) or may_hold_environment(data)
