"""Logins from the messages of OpenSSH's server: a state machine over connections.

Several processes tell of one login. The parent accepts it and, through PAM, opens and closes the session; its child
starts the shell and logs how the connection ended (sshd_table.py joins the two). Only host and process together name a
connection, and only until the process number is used again: a new login on a number that is still open ends the old one
with a finding.

A login is given when its terminal is known, at most :data:`OPENING_US` of log time after it was accepted. Its end is
the moment when PAM closed the session, or, where PAM does not, that of the first line that says why it ended. A failed
login is given when its connection ends, or :data:`TRYING_US` after it began.

Memory: at most :data:`MAX_OPEN` logins and :data:`MAX_TRYING` connections before login; beyond, the oldest is let go,
with a finding where it was a login.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any

from ledger.ingest import sshd_event as event
from ledger.ingest.clock import MICROSECONDS
from ledger.ingest.message import NEVER, Message
from ledger.ingest.model import Finding, Item
from ledger.ingest.sshd_login import Connection
from ledger.ingest.sshd_table import MAX_CLOSED, LoginTable, Process

OPENING_US = 5 * MICROSECONDS
CLOSING_US = 10 * MICROSECONDS
TRYING_US = 600 * MICROSECONDS
MAX_OPEN = 16_384
MAX_TRYING = 16_384


class SshdLogins:
    """Reads sshd's messages; see :class:`~ledger.ingest.message.Program`."""

    def __init__(self, *, max_open: int = MAX_OPEN, max_trying: int = MAX_TRYING) -> None:
        self.due = NEVER
        self._max_open = max_open
        self._max_trying = max_trying
        self._logins = LoginTable()
        self._trying: OrderedDict[Process, Connection] = OrderedDict()
        self._failed: OrderedDict[Process, event.Source] = OrderedDict()
        self._opening: deque[Connection] = deque()
        self._closing: deque[tuple[int, Connection]] = deque()
        self._out: list[Item] = []
        self._meaning: dict[type, Callable[[Any, Message], None]] = {
            event.Accepted: self._accepted,
            event.Child: self._child,
            event.Connected: self._connected,
            event.Ended: self._ended,
            event.InvalidUser: self._invalid_user,
            event.NotAllowed: self._not_allowed,
            event.PamRefused: self._pam_refused,
            event.Refused: self._refused,
            event.Repeated: self._repeated,
            event.SessionClosed: self._session_closed,
            event.SessionOpened: self._session_opened,
            event.Started: self._started,
            event.Transferred: self._transferred,
        }

    def feed(self, message: Message) -> Sequence[Item] | None:
        """Take the next message; see :meth:`~ledger.ingest.message.Program.feed`."""
        told = self.recognise(message.text)
        return None if told is None else self.take(told, message)

    def recognise(self, text: str) -> event.Event | None:
        """See :meth:`~ledger.ingest.message.Program.recognise`."""
        return event.recognise(text)

    def take(self, told: event.Event, message: Message) -> Sequence[Item]:
        """Take the next message; see :meth:`~ledger.ingest.message.Program.take`."""
        self._meaning[type(told)](told, message)
        return self._given() if self._out else ()

    def elapse(self, at: int) -> Sequence[Item]:
        """Give what waited long enough."""
        while self._opening and self._opening[0].accepted_at <= at - OPENING_US:
            self._announce(self._opening.popleft())
        while self._closing and self._closing[0][0] <= at:
            self._give_up_waiting(self._closing.popleft()[1])
        self._forget_tries(at)
        self._plan()
        return self._given()

    def finish(self) -> Sequence[Item]:
        """Give what is open: an end that PAM did not close, a failure without an end, a login that goes on."""
        while self._closing:
            self._give_up_waiting(self._closing.popleft()[1])
        for connection in self._logins:
            self._let_go(connection, "session_unfinished", "the source ends before this login does")
        for connection in list(self._trying.values()):
            self._fail(connection)
        self._plan()
        return self._given()

    # What each event means. Before the login:

    def _refused(self, told: event.Refused, message: Message, times: int = 1) -> None:
        self._try(message, told.source).refuse(message, told, times)

    def _invalid_user(self, told: event.InvalidUser, message: Message) -> None:
        self._try(message, told.source).name_account(message, told.user).unknown_user = True

    def _not_allowed(self, told: event.NotAllowed, message: Message) -> None:
        self._try(message, None).name_account(message, told.user).not_allowed = True

    def _pam_refused(self, told: event.PamRefused, message: Message) -> None:
        self._try(message, None).name_account(message, told.user).pam_refused = True

    def _repeated(self, told: event.Repeated, message: Message) -> None:
        inner = event.recognise(told.text)
        if isinstance(inner, event.Refused):
            self._refused(inner, message, told.times)
        elif inner is not None and not isinstance(inner, event.Repeated):
            self._meaning[type(inner)](inner, message)

    def _connected(self, told: event.Connected, message: Message) -> None:
        before = self._trying.pop((message.host, message.pid), None)
        if before is not None:
            self._fail(before)
        self._try(message, told.source).server = told.server

    def _try(self, message: Message, source: event.Source | None) -> Connection:
        """Give the connection before login that a message is about; begin it where there is none."""
        process = (message.host, message.pid)
        connection = self._trying.get(process)
        if connection is not None and _differ(source, connection.source):
            self._fail(connection)
            connection = None
        if connection is None:
            self._failed.pop(process, None)
            connection = self._trying[process] = Connection(message)
            self._by(message.at + TRYING_US)
            if len(self._trying) > self._max_trying:
                self._fail(next(iter(self._trying.values())))
        connection.touch(message)
        connection.source = source or connection.source
        return connection

    def _forget_tries(self, at: int) -> None:
        while self._trying:
            oldest = next(iter(self._trying.values()))
            if oldest.first.at > at - TRYING_US:
                return
            self._fail(oldest)

    def _ended_before_login(self, told: event.Ended, message: Message) -> None:
        process = (message.host, message.pid)
        if told.source is not None and self._failed.get(process) == told.source:
            return
        connection = self._try(message, told.source)
        if told.user is not None:
            connection.user = told.user
            connection.unknown_user = connection.unknown_user or told.unknown_user
        connection.close(message, told)
        if told.why != "disconnect":  # which is followed by a line that names the user
            self._fail(connection)

    def _fail(self, connection: Connection) -> None:
        """End a connection before login: a failed login, if it named an account."""
        process = (connection.host, connection.pid)
        self._trying.pop(process, None)
        if connection.user is not None:
            self._out.append(connection.failed_fact())
        if connection.source is not None:
            self._failed[process] = connection.source
            while len(self._failed) > MAX_CLOSED:
                self._failed.popitem(last=False)

    # The login and its end.

    def _accepted(self, told: event.Accepted, message: Message) -> None:
        process = (message.host, message.pid)
        before = self._logins.accepted_by(process)
        if before is not None:
            if before.source == told.source and message.at - before.accepted_at <= OPENING_US:
                text = "a login was logged twice"
                self._out.append(Finding("line_repeated", text, message.lines, message.occurred_at))
                return
            self._let_go(before, "session_unfinished", "the process number of this login was used again before its end")
        connection = self._try(message, told.source)
        del self._trying[process]
        connection.accept(message, told)
        self._logins.add(process, connection)
        self._opening.append(connection)
        self._by(message.at + OPENING_US)
        if len(self._logins) > self._max_open:
            self._let_go(
                self._logins.oldest(), "session_let_go", "too many logins are open at once: this one was let go"
            )

    def _session_opened(self, told: event.SessionOpened, message: Message) -> None:
        if connection := self._logins.accepted_by((message.host, message.pid)):
            connection.touch(message)
            connection.uid = told.uid

    def _child(self, told: event.Child, message: Message) -> None:
        if connection := self._logins.accepted_by((message.host, message.pid)):
            connection.touch(message)
            self._logins.adopt(connection, told.pid)

    def _transferred(self, told: event.Transferred, message: Message) -> None:
        if connection := self._logins.find(message, None):
            connection.touch(message)
            connection.transferred = (told.sent, told.received)

    def _started(self, told: event.Started, message: Message) -> None:
        connection = self._logins.find(message, told.source)
        if connection is None:
            return
        connection.touch(message)
        self._logins.adopt(connection, message.pid)
        if connection.started is None:
            connection.started, connection.tty = told.what, told.tty
        self._announce(connection)

    def _ended(self, told: event.Ended, message: Message) -> None:
        process = (message.host, message.pid)
        connection = self._logins.find(message, told.source)
        if connection is None and (told.preauth or process in self._trying):
            self._ended_before_login(told, message)
            return
        if connection is None:
            # A signal is the listener's, or ends a connection of which nothing else is known.
            if told.why == "signal" or self._logins.was_closed(process, message.at):
                return
            source = told.source
            if source is not None and source[1] is None and self._logins.childless_from(message.host, source[0]):
                return  # of one of several logins: which, the line does not tell
            connection = self._logins.add_ended(message, source)
        connection.touch(message)
        connection.user = connection.user or told.user
        self._logins.adopt(connection, message.pid)
        if connection.closing is None:
            self._closing.append((message.at + CLOSING_US, connection))
            self._by(message.at + CLOSING_US)
        connection.close(message, told)

    def _session_closed(self, told: event.SessionClosed, message: Message) -> None:
        process = (message.host, message.pid)
        connection = self._logins.accepted_by(process)
        if connection is None:
            if self._logins.was_closed(process, message.at):
                return
            connection = self._ended_just_now(message, told.user) or Connection(message)
            connection.pid, connection.user = message.pid, told.user
        connection.touch(message)
        self._end(connection, message)

    def _ended_just_now(self, message: Message, user: str) -> Connection | None:
        """Give the one login of this user whose end was seen just now and whose start was not."""
        found = [
            connection
            for _, connection in self._closing
            if connection.accepted is None
            and not connection.over
            and (connection.host, connection.user) == (message.host, user)
        ]
        return found[0] if len(found) == 1 else None

    def _announce(self, connection: Connection) -> None:
        if not connection.announced and connection.accepted is not None:
            connection.announced = True
            self._out.append(connection.accepted_fact())

    def _end(self, connection: Connection, at: Message) -> None:
        self._announce(connection)
        if connection.accepted is None:
            text = "a login ended whose beginning is not in this source"
            self._out.append(connection.finding("session_start_missing", text))
        self._out.append(connection.ended_fact(at))
        connection.over = True
        self._logins.remove(connection, at.at)

    def _give_up_waiting(self, connection: Connection) -> None:
        if not connection.over and connection.closing is not None:
            self._end(connection, connection.closing[0])

    def _let_go(self, connection: Connection, code: str, text: str) -> None:
        self._announce(connection)
        self._out.append(connection.finding(code, text))
        connection.over = True
        self._logins.remove(connection)

    def _plan(self) -> None:
        """Find out anew when something is due. In between, ``due`` is only ever brought forward."""
        while self._opening and (self._opening[0].announced or self._opening[0].over):
            self._opening.popleft()
        while self._closing and self._closing[0][1].over:
            self._closing.popleft()
        self.due = min(
            self._opening[0].accepted_at + OPENING_US if self._opening else NEVER,
            self._closing[0][0] if self._closing else NEVER,
            next(iter(self._trying.values())).first.at + TRYING_US if self._trying else NEVER,
        )

    def _by(self, due: int) -> None:
        self.due = min(self.due, due)

    def _given(self) -> list[Item]:
        given, self._out = self._out, []
        return given


def _differ(one: event.Source | None, other: event.Source | None) -> bool:
    """Tell whether two sources are surely not the same."""
    if one is None or other is None or one[1] is None or other[1] is None:
        return False
    return one != other
