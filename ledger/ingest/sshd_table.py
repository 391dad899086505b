"""The logins that are open, found by what a line of the log tells of them.

A line names the process that wrote it, and some name the source. The process that accepted a login is its parent; the
child is learned from ``User child is on pid`` or from the first line that it writes with a known source. For a moment
after its end a login is remembered, so that late lines of its processes are not taken for another one.
"""

from collections import OrderedDict
from collections.abc import Iterator

from ledger.ingest.clock import MICROSECONDS
from ledger.ingest.message import Message
from ledger.ingest.sshd_event import Source
from ledger.ingest.sshd_login import Connection

LATE_US = 60 * MICROSECONDS
"""How long after the end of a login its processes may still say something."""
MAX_CLOSED = 4_096

Process = tuple[str | None, int | None]
"""A host and a process number."""


class LoginTable:
    """Open logins in the order in which they were accepted."""

    def __init__(self) -> None:
        self._open: OrderedDict[Process, Connection] = OrderedDict()
        self._children: dict[Process, Connection] = {}
        self._remotes: dict[tuple[str | None, str, int | None], Connection] = {}
        self._closed: OrderedDict[Process, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._open.values()))

    def oldest(self) -> Connection:
        """Give the login that was accepted first."""
        return next(iter(self._open.values()))

    def add(self, process: Process, connection: Connection) -> None:
        """Open the login that ``process`` accepted."""
        self._open[process] = connection
        self._closed.pop(process, None)
        if connection.source is not None:
            self._remotes[process[0], *connection.source] = connection

    def add_ended(self, message: Message, source: Source | None) -> Connection:
        """Begin a login of which only the end is seen; the process that logs it is taken for the child."""
        connection = Connection(message)
        connection.pid, connection.child_pid, connection.source = None, message.pid, source
        self._children[message.host, message.pid] = connection
        if source is not None:
            self._remotes[message.host, *source] = connection
        return connection

    def adopt(self, connection: Connection, pid: int | None) -> None:
        """Take ``pid`` for the login's child, if it is not its parent and no child is known."""
        if pid is not None and pid != connection.pid and connection.child_pid is None:
            connection.child_pid = pid
            self._children[connection.host, pid] = connection

    def remove(self, connection: Connection, ended_at: int | None = None) -> None:
        """Forget a login; with ``ended_at`` its processes are remembered for a moment."""
        host = connection.host
        for table, pid in ((self._open, connection.pid), (self._children, connection.child_pid)):
            if table.get((host, pid)) is connection:
                del table[host, pid]
            if ended_at is not None and pid is not None:
                self._closed[host, pid] = ended_at
        if connection.source is not None and self._remotes.get((host, *connection.source)) is connection:
            del self._remotes[host, *connection.source]
        while len(self._closed) > MAX_CLOSED:
            self._closed.popitem(last=False)

    def accepted_by(self, process: Process) -> Connection | None:
        """Give the open login that this process accepted."""
        return self._open.get(process)

    def find(self, message: Message, source: Source | None) -> Connection | None:
        """Give the login that a message is about: by its source, else by the process that wrote it."""
        if source is not None and source[1] is not None:
            found = self._remotes.get((message.host, *source))
            if found is not None:
                return found
        process = (message.host, message.pid)
        found = self._open.get(process) or self._children.get(process)
        if found is None and source is not None and source[1] is None:
            childless = self.childless_from(message.host, source[0])
            return childless[0] if len(childless) == 1 else None
        return found

    def childless_from(self, host: str | None, address: str) -> list[Connection]:
        """Give the logins from an address whose child is not known: old servers log no port at the end."""
        return [
            connection
            for connection in self._open.values()
            if connection.host == host
            and connection.child_pid is None
            and connection.source is not None
            and connection.source[0] == address
        ]

    def was_closed(self, process: Process, at: int) -> bool:
        """Tell whether a login of this process ended just before ``at``."""
        closed_at = self._closed.get(process)
        return closed_at is not None and at - closed_at <= LATE_US
