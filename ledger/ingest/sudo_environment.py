"""Cuts the environments of commands out of what sudo wrote, and leaves the rest as it is.

    "runenv":["TZ=Asia/Tokyo","AWS_SECRET_ACCESS_KEY=…"]    the JSON events, on one line or an element a line
    t.sato : TTY=pts/3 ; … ; ENV=AWS_SECRET_ACCESS_KEY=… ; COMMAND=…    the classical line

A variable keeps its name, and its value where a fact may hold it (:data:`~ledger.ingest.sudo_event.KEPT_ENVIRONMENT`);
any other value becomes :data:`MARK`. A text without a name is cut whole. The classical line separates variables by
spaces, which values may hold too: of it only the names are kept. Cutting twice changes nothing, the JSON stays
readable, and a fact read from the rest is the same, since facts hold no more of it. A text that the line does not end
is cut to the end of the line.

Arguments are evidence and stay: a secret given as an argument is kept.
"""

import re

from ledger.ingest.left_out import beginning, is_left_out, left_out
from ledger.ingest.model import Line
from ledger.ingest.sudo_event import KEPT_ENVIRONMENT
from ledger.ingest.sudo_json import EVENT_BEGINS

MARK = b"<cut>"
LONG_LINE = 512
"""From this length on, sudo may have split a classical line: what was cut is then made up with dots."""

_NAME = b'"runenv"'
_BEGINS = re.compile(rb'"runenv"\s*(?::\s*(\[)?)?')
_GOES_ON = re.compile(rb"\s*:?\s*(\[)?")
_TOKEN = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)("?)|[\[\]]', re.DOTALL)
_WHOLE = re.compile(rb'"([^"\\]*+(?:","[^"\\]*+)*+)"\]')
"""What follows the bracket of a list as sudo writes it: on one line, and nearly always without escapes."""
_REMEMBERED = 1024
_REMEMBERED_SIZE = 256
_REMEMBERED_LISTS = 128
_REMEMBERED_LIST_SIZE = 4096
_CLASSICAL = b" ; ENV="
_COMMAND = b" ; COMMAND="
_JSON = b"@cee:"
ENVIRONMENT_MARKS = (_NAME, _CLASSICAL)
"""One of them is in every line of syslog that holds an environment."""
_WORD = re.compile(rb"[^ ]+")
_CUT_WORD = re.compile(rb"<cut>\.*")
_KEPT = frozenset(name.encode() for name in KEPT_ENVIRONMENT)


class EnvironmentRedactor:
    """Cuts environments out of a log file; see :class:`~ledger.ingest.model.Redactor`.

    Of a line that is longer than the limit the beginning is kept, and a note that the rest was not: nothing is lost
    unsaid. Where the beginning holds an environment, a line that says so replaces it. Memory: one line.
    """

    def __init__(self, *, spanning: bool) -> None:
        """``spanning``: an event may stand on several lines, as in sudo's own file. A line of syslog stands alone."""
        self.removed = 0
        self._spanning = spanning
        self._waiting = False  # the last line ended after the name, before its list
        self._depth = 0  # of brackets: more than 0 inside an environment
        self._variables: dict[bytes, tuple[bytes, int]] = {}  # what was kept of one, and cut: they repeat
        self._lists: dict[bytes, tuple[bytes, int]] = {}  # and of whole lists: the commands of a login have the same

    def keep(self, line: Line) -> bytes:
        """Give the line without environments."""
        data = line.data
        if not (_NAME in data or _CLASSICAL in data or self._depth or self._waiting):
            return beginning(line) if line.truncated else data
        if is_left_out(data):
            return data
        if EVENT_BEGINS.match(data):
            self._depth, self._waiting = 0, False  # the list before was not closed: reading goes on here, too
        kept = self._cut(data, MARK)
        if line.truncated or not self._spanning:
            self._depth, self._waiting = 0, False
        if not line.truncated:
            return kept
        return left_out(line) if kept != data else beginning(line)

    def message(self, message: bytes, mark: bytes = MARK) -> bytes:
        """Give a message that is whole, or cut short by who wrote it, without environments.

        With an empty ``mark`` it gets no longer.
        """
        if not _may_hold(message):
            return message
        kept = self._cut(message, mark)
        self._depth, self._waiting = 0, False
        return kept

    def _cut(self, data: bytes, mark: bytes) -> bytes:
        parts: list[bytes] = []
        at = 0
        while at < len(data):
            if self._depth:
                at = self._inside(data, at, mark, parts)
                continue
            if self._waiting:
                found = _GOES_ON.match(data, at)
            elif (name := data.find(_NAME, at)) >= 0:
                found = _BEGINS.match(data, name)
            else:
                break
            assert found is not None, "both match wherever they are tried"
            parts.append(data[at : found.end()])
            at = found.end()
            if found[1] and mark == MARK and (whole := self._whole(data, at)):
                kept_of_it, at = whole
                parts.append(kept_of_it)
                self._waiting = False
                continue
            self._depth = 1 if found[1] else 0
            # Between the name and its list there may be a line end, and nothing else.
            self._waiting = not found[1] and at == len(data)
        parts.append(data[at:])
        kept = b"".join(parts)
        return self._classical(kept, mark) if not self._spanning and _CLASSICAL in kept else kept

    def _inside(self, data: bytes, at: int, mark: bytes, parts: list[bytes]) -> int:
        """Cut the values of a list from ``at`` on; give where it ends, or the line."""
        while found := _TOKEN.search(data, at):
            parts.append(data[at : found.start()])
            at = found.end()
            if found[1] is None:
                parts.append(found[0])
                self._depth += 1 if found[0] == b"[" else -1
                if not self._depth:
                    return at
            elif found[2]:
                parts.append(b'"%b"' % self._variable(found[1], mark))
            else:
                # Not closed on this line: all of it may be value, a backslash at its end included.
                parts.append(b'"%b' % self._variable(data[found.start() + 1 :], mark))
                return len(data)
        parts.append(data[at:])
        return len(data)

    def _variable(self, text: bytes, mark: bytes) -> bytes:
        name, equals, value = text.partition(b"=")
        if not equals:
            name, value = b"", text
        elif name in _KEPT:
            return text
        if value in (mark, MARK, b""):
            return text
        self.removed += len(value)
        return name + equals + mark

    def _whole(self, data: bytes, at: int) -> tuple[bytes, int] | None:
        """Give what is kept of a list that ends on its line, from its first text on, and where it ends.

        None where it is not as sudo writes it.
        """
        # A list that was met before is told by its bytes: up to its end they were found to be one, whatever follows.
        end = data.find(b'"]', at, at + _REMEMBERED_LIST_SIZE)
        known = self._lists.get(data[at:end]) if end >= 0 else None
        if known is not None:
            kept, cut = known
            self.removed += cut
            return kept, end + 2
        found = _WHOLE.match(data, at)
        if found is None:
            return None
        before = self.removed
        kept = b'"%b"]' % b'","'.join(map(self._remembered, found[1].split(b'","')))
        if len(found[0]) <= _REMEMBERED_LIST_SIZE:
            if len(self._lists) == _REMEMBERED_LISTS:
                self._lists.clear()
            self._lists[found[0][:-2]] = (kept, self.removed - before)
        return kept, found.end()

    def _remembered(self, text: bytes) -> bytes:
        known = self._variables.get(text)
        if known is None:
            before = self.removed
            kept = self._variable(text, MARK)
            if len(self._variables) < _REMEMBERED and len(text) <= _REMEMBERED_SIZE:
                self._variables[text] = (kept, self.removed - before)
            return kept
        self.removed += known[1]
        return known[0]

    def _classical(self, data: bytes, mark: bytes) -> bytes:
        start = data.find(_CLASSICAL) + len(_CLASSICAL)
        if 0 <= data.find(_COMMAND) < start or 0 <= data.find(_JSON) < start:
            return data  # it is part of an argument
        end = data.find(_COMMAND, start)
        end = len(data) if end < 0 else end
        kept = data[:start] + _WORD.sub(lambda word: self._word(word[0], mark), data[start:end])
        lacking = end - len(kept)
        if len(data) >= LONG_LINE and lacking > 0:
            kept += b"." * lacking
        return kept + data[end:]

    def _word(self, text: bytes, mark: bytes) -> bytes:
        name, equals, value = text.partition(b"=")
        if not equals:
            name, value = b"", text
        if value in (mark, b"", b";") or _CUT_WORD.fullmatch(value):
            return text
        self.removed += len(value)
        return name + equals + mark


def may_hold_environment(message: bytes | None) -> bool:
    """Tell whether a message may hold the environment of a command."""
    return message is not None and _may_hold(message)


def _may_hold(data: bytes) -> bool:
    return _NAME in data or _CLASSICAL in data
