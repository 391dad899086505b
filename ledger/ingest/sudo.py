"""sudo's messages in syslog or journal: JSON events behind ``@cee:``, and the classical line (sudo_line.py).

A command that was accepted and one that was rejected are facts, and so is the end of a command, where sudo is set to
log it. PAM's lines about sudo's own session say the same with less and are left.

A classical line can end in ``; EXIT=0`` because the command did, or because the user typed it. It is taken for an exit
only where the same command line of the same user is open; otherwise it is kept whole as a command, with a finding.
"""

import hashlib
from collections import Counter, OrderedDict
from typing import Any

from ledger.ingest import sudo_line
from ledger.ingest.clock import MICROSECONDS
from ledger.ingest.message import NEVER, Message
from ledger.ingest.model import Fact, Finding, Item, Rejected
from ledger.ingest.sudo_commands import JsonCommands, events_of
from ledger.ingest.sudo_event import EXITED, MAX_ARGUMENT_CHARS, OBSERVED, Where, carried_by, is_plain, logged_at
from ledger.ingest.text import load_json

MAX_OPEN = 4096
CONTINUATION_US = 2 * MICROSECONDS
LONG_LINE = 512
"""sudo splits a line that is longer than its setting ``syslog_maxlen`` (960 by default): a shorter one is whole."""
_CEE = b"@cee:"
_DISAGREE_US = 15 * 60 * MICROSECONDS
"""How far a line's time may be from the one that sudo tells in it: lines are forwarded late, zones differ by more."""


class SudoCommands:
    """Reads sudo's messages; see :class:`~ledger.ingest.message.Program`."""

    def __init__(self) -> None:
        self.due = NEVER
        self._json = JsonCommands()
        self._long: tuple[Message, str, str] | None = None  # a line that may go on, its user, what it said so far
        self._open: OrderedDict[tuple[str | None, str, str], None] = OrderedDict()
        self._second = ""
        self._names: Counter[str] = Counter()
        self._disagreeing = 0
        self._disagreed: tuple[Message, int] | None = None  # the first such line, and by how many seconds it is later

    def feed(self, message: Message) -> list[Item] | None:
        """Take the next message; see :meth:`~ledger.ingest.message.Program.feed`."""
        told = self.recognise(message.text)
        return None if told is None else self.take(told, message)

    def recognise(self, text: str) -> str | None:
        """See :meth:`~ledger.ingest.message.Program.recognise`."""
        return None if text.startswith("pam_") else text

    def take(self, text: str, message: Message) -> list[Item] | None:
        """Take the next message; see :meth:`~ledger.ingest.message.Program.take`."""
        if text.startswith("@cee:"):
            events = self._events(message)
            return [*self._complete(), *events] if self._long else events
        parts = sudo_line.split_user(text)
        if parts is None:
            return None
        user, rest = parts
        if rest.startswith(sudo_line.CONTINUED):
            return self._continue(message, user, rest.removeprefix(sudo_line.CONTINUED))
        before = self._complete()
        if len(text) >= LONG_LINE:
            self._long = (message, user, rest)
            self.due = message.at + CONTINUATION_US
            return before
        given = self._command(message, user, rest)
        return given if given is None and not before else [*before, *(given or ())]

    def elapse(self, at: int) -> list[Item]:
        """Give the command whose line did not go on."""
        return self._complete() if at >= self.due else []

    def finish(self) -> list[Item]:
        """Give what waited, and name the commands that did not end."""
        return [*self._complete(), *self._json.finish(), *self._disagreement()]

    def _events(self, message: Message) -> list[Item]:
        raw = message.raw
        text = message.text[len(_CEE) :] if raw is None else raw[raw.find(_CEE) + len(_CEE) :]
        where = tuple.__new__(Where, (message.lines, message, is_plain(text)))  # as a plain tuple is made, for speed
        items: list[Item] = []
        try:
            for kind, event in events_of(load_json(text)):
                items.append(self._json.take(kind, event, where))
                self._compare(message, logged_at(event))
        except ValueError as error:
            return [Rejected(message.lines[0], f"sudo's event cannot be read: {error}")]
        return items

    def _compare(self, message: Message, second: int | None) -> None:
        """See whether a line is dated as what stands in it: a zone or year that is assumed may be wrong."""
        if second is not None and abs(by := message.at - second * MICROSECONDS) > _DISAGREE_US:
            self._disagreeing += 1
            self._disagreed = self._disagreed or (message, by // MICROSECONDS)

    def _disagreement(self) -> list[Item]:
        if self._disagreed is None:
            return []
        message, by = self._disagreed
        text = "lines are dated otherwise than what sudo says in them: is the zone or the year of this source another?"
        data = {"lines": self._disagreeing, "by_s": by}
        return [Finding("times_disagree", text, message.lines, message.occurred_at, data)]

    def _continue(self, message: Message, user: str, rest: str) -> list[Item]:
        if self._long is None or (self._long[0].host, self._long[1]) != (message.host, user):
            text = "the continuation of a command line whose beginning is not in this source"
            return [Finding("command_start_missing", text, message.lines, message.occurred_at, {"user": user})]
        first, _, said = self._long
        first = first._replace(lines=(first.lines[0], message.lines[1]), escaped=first.escaped or message.escaped)
        self._long = (first, user, f"{said} {rest}"[:MAX_ARGUMENT_CHARS])
        self.due = message.at + CONTINUATION_US
        return []

    def _complete(self) -> list[Item]:
        if self._long is None:
            return []
        message, user, rest = self._long
        self._long, self.due = None, NEVER
        return self._command(message, user, rest) or []

    def _command(self, message: Message, user: str, rest: str) -> list[Item] | None:
        line = sudo_line.parse(user, rest)
        if line is None:
            return None
        data: dict[str, Any] = {"service": "sudo", "user": user, **line.members, **carried_by(message)}
        if line.host:
            data["host"] = line.host
        command_line = line.command_line[:MAX_ARGUMENT_CHARS]
        ended = sudo_line.parse_exit(command_line)
        if ended and (message.host, user, ended.command_line) in self._open:
            del self._open[message.host, user, ended.command_line]
            data |= {"command_line": ended.command_line, "exit_value": ended.value}
            if ended.signal:
                data["signal"] = ended.signal
            return [self._fact(EXITED, "exit", message, data)]
        data |= {"command_line": command_line, "decision": "rejected" if line.reason else "accepted"}
        if line.reason:
            data["reason"] = line.reason
        else:
            self._open[message.host, user, command_line] = None
            if len(self._open) > MAX_OPEN:
                self._open.popitem(last=False)
        items: list[Item] = [self._fact(OBSERVED, data["decision"], message, data)]
        if ended:
            text = "a command line ends like the end of a command that was not seen to begin"
            items.append(Finding("command_ambiguous", text, message.lines, message.occurred_at, {"user": user}))
        return items

    def _fact(self, kind: str, what: str, message: Message, data: dict[str, Any]) -> Fact:
        second = message.occurred_at[:19]
        digest = hashlib.blake2b(data["command_line"].encode(), digest_size=8).hexdigest()
        natural = f"sudo:{what}:{second}Z:{data.get('host', '-')}:{data['user']}:{data.get('tty', '-')}:{digest}"
        if second != self._second:
            self._second = second
            self._names.clear()
        self._names[natural] += 1
        # The same command twice in one second is two happenings.
        if self._names[natural] > 1:
            natural = f"{natural}#{self._names[natural]}"
        return Fact(kind, message.occurred_at, data, natural, message.lines, message.zone_assumed)
