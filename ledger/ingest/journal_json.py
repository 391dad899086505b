"""``journalctl -o json``: one object a line, its members the fields of one entry.

A field's value is a string, or an array of byte values where it is not printable text, or an array of such values where
the field came several times (the first is read), or null where journalctl found it too large.
"""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from ledger.ingest.journal import FIELDS, Fields, JournalEntries
from ledger.ingest.left_out import is_left_out, left_out
from ledger.ingest.message import LineCounts
from ledger.ingest.model import Item, Line, Redactor
from ledger.ingest.sudo_environment import EnvironmentRedactor
from ledger.ingest.text import load_json

_KEYSTROKES = (b"in_txt", b"in_bin")
_MESSAGE = re.compile(rb'("MESSAGE"\s*:\s*)("(?:[^"\\]|\\.)*"|\[[^\]]*\])')


class JournalJsonImporter:
    """Reads a journal in JSON; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self, entries: JournalEntries) -> None:
        self._entries = entries

    @property
    def counts(self) -> LineCounts:
        """What became of the lines."""
        return self._entries.counts

    def feed(self, line: Line) -> Sequence[Item]:
        """Take the next line."""
        entries = self._entries
        entries.counts.lines += 1
        lines = (line.number, line.number)
        if not line.data.strip():
            entries.counts.uninteresting += 1
            return ()
        if line.truncated:
            return entries.reject(lines, "longer than a line may be")
        if is_left_out(line.data):
            return entries.reject(lines, "a line that was not kept")
        try:
            fields = _fields(load_json(line.data))
        except ValueError as error:
            return entries.reject(lines, str(error))
        return entries.take(fields, lines, line.offset)

    def finish(self) -> list[Item]:
        """Give what the end of the source tells."""
        return self._entries.finish()


class JournalJsonRedactor:
    """Cuts keystrokes out of tlog's messages in a journal, and environments out of sudo's.

    See :class:`~ledger.ingest.model.Redactor`. An entry whose message holds none is kept byte for byte.
    """

    def __init__(self, messages: Redactor, environments: EnvironmentRedactor) -> None:
        """``messages`` cuts keystrokes out of one message, ``environments`` the values of variables."""
        self._messages = messages
        self._environments = environments

    @property
    def removed(self) -> int:
        """How many keystrokes, and characters of variables, were cut out so far."""
        return self._messages.removed + self._environments.removed

    def keep(self, line: Line) -> bytes:
        """Give the line without its keystrokes."""
        if not line.data.strip() or is_left_out(line.data):
            return line.data
        if line.truncated:
            return left_out(line)
        try:
            fields = load_json(line.data)
            message = _fields(fields).get("MESSAGE")
        except ValueError:
            return left_out(line)
        if may_hold_keystrokes(message):
            assert message is not None, "nothing holds no keystrokes"
            kept = self._messages.keep(Line(line.number, line.offset, message))
        elif _several(fields.get("MESSAGE")):
            # Several messages in one entry are none of tlog's or sudo's, unless written to get past this.
            return left_out(line)
        elif message is not None:
            kept = self._environments.message(message)
        else:
            return line.data
        if kept == message:
            return line.data
        found = _MESSAGE.findall(line.data)
        if len(found) != 1:
            return left_out(line)
        return _MESSAGE.sub(lambda old: old[1] + _value(kept), line.data)


def may_hold_keystrokes(message: bytes | None) -> bool:
    """Tell whether a message may be one of tlog's with the keyboard in it."""
    return message is not None and any(name in message for name in _KEYSTROKES)


def _fields(entry: Any) -> Fields:
    if not isinstance(entry, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 -- what a reader of bytes raises is a ValueError
    return {name: _bytes(value) for name, value in entry.items() if name in FIELDS}


def _bytes(value: Any) -> bytes | None:
    """Give a field's value, the first one where there are several; raises ``ValueError``."""
    if isinstance(value, list) and value and not isinstance(value[0], int):
        value = value[0]
    if value is None:
        return None
    if isinstance(value, str):
        try:
            return value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return value.encode("utf-8", "backslashreplace")
    if isinstance(value, list) and all(type(byte) is int and 0 <= byte <= 255 for byte in value):  # noqa: PLR2004 -- a byte
        return bytes(value)
    raise ValueError("a field is neither text nor bytes")


def _value(message: bytes) -> bytes:
    """Spell a message as journalctl does: a text, or byte values where it is none."""
    try:
        return orjson.dumps(message.decode())
    except UnicodeDecodeError:
        return b"[%b]" % b",".join(b"%d" % byte for byte in message)


def _several(value: Any) -> bool:
    return isinstance(value, list) and any(not isinstance(part, int) for part in value)
