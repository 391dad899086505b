"""The statements of every append, in PostgreSQL's pipeline mode: many statements, one round trip.

Values go in the types' binary form and rows come back in it, so that nothing is adapted one by one; statements are
planned once a connection. Spoken through psycopg's libpq wrapper (``connection.pgconn``, the same connection), with
the errors that psycopg raises. PostgreSQL documentation, libpq, "Pipeline Mode".

``sync`` is a generator of *steps*: it yields what its socket must become (``POLLIN``, ``POLLOUT``) and is resumed with
what it became, so that its caller decides how the time is used while the server works.
"""

import select
from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar

from psycopg import Connection, OperationalError, pq
from psycopg.errors import error_from_result

_Value = TypeVar("_Value")
Steps = Generator[int, int, _Value]
Row = tuple[bytes | None, ...]

_DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_BINARY = 1


class Statement(NamedTuple):
    """A statement and the name under which a connection keeps its plan."""

    name: bytes
    text: bytes


class Wire:
    """One connection, in use by one thread at a time. After an error it is good for nothing but to be closed."""

    def __init__(self, connection: Connection[Any]) -> None:
        """Speak through an open connection in autocommit mode."""
        self._link = connection.pgconn
        self._encoding = connection.info.encoding
        self._planned: set[bytes] = set()
        self._planning: set[bytes] = set()  # sent to be planned; of that the server has said nothing yet
        self._sent: list[bytes | None] = []  # since the last ``sync``: which statement each plans, None for rows wanted
        self._underway = 0  # how many times ``sync`` waits

    @property
    def socket(self) -> int:
        """Give the descriptor that a step waits for."""
        return self._link.socket

    def send(self, statement: Statement, *values: bytes | None) -> None:
        """Send a statement. The server begins with it at once; what it says of it is for ``sync``."""
        if not self._sent and not self._underway:
            self._call(self._link.enter_pipeline_mode)
        name = statement.name
        if name not in self._planned and name not in self._planning:
            self._call(self._link.send_prepare, name, statement.text)
            self._planning.add(name)
            self._sent.append(name)
        self._call(self._link.send_query_prepared, name, values, [_BINARY] * len(values), _BINARY)
        self._sent.append(None)

    def push(self) -> None:
        """Let the server have what was sent so far, as far as it takes it: libpq keeps the last 64 KiB to itself."""
        self._call(self._link.flush)

    def sync(self) -> Steps[list[list[Row]]]:
        """Wait until all that was sent is done; give the rows of each statement.

        The first statement that fails keeps those after it from being run, and its error is raised. Others may be sent,
        and waited for, before this has ended: each takes its steps to the end before the next goes on with its own.
        """
        self._call(self._link.pipeline_sync)
        sent, self._sent = self._sent, []
        self._underway += 1
        if self._underway > 1:
            yield select.POLLIN  # until those before have taken their answers
        given: list[list[Row]] = []
        for plans in sent:
            result = yield from self._result()
            if result is None or result.status not in _DONE:
                self._refuse(result)
            if (yield from self._result()) is not None:
                raise OperationalError("the server answered one statement twice")
            if plans is None:
                given.append(_rows(result))
            else:
                self._planned.add(plans)
        result = yield from self._result()
        if result is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
            self._refuse(result)
        self._ended()
        return given

    def skip(self) -> Steps[None]:
        """Wait, after a statement that failed, for the end of all that was sent, whatever the server says of it."""
        while self._underway:
            result = yield from self._result()
            if self._link.status != pq.ConnStatus.OK:
                self._refuse(result)
            if result is not None and result.status == pq.ExecStatus.PIPELINE_SYNC:
                self._ended()
        self._planning.clear()  # what is not known to be planned is sent again

    def _ended(self) -> None:
        self._underway -= 1
        if not self._underway and not self._sent:
            self._call(self._link.exit_pipeline_mode)

    def _result(self) -> Steps[Any]:
        link = self._link
        while True:
            # A server that cannot send does not read either: what it says is taken in while we send.
            unsent = self._call(link.flush)
            if not link.is_busy():
                return link.get_result()
            if (yield select.POLLIN | select.POLLOUT if unsent else select.POLLIN) & ~select.POLLOUT:
                self._call(link.consume_input)

    def _call(self, call: Callable[..., _Value], *arguments: Any) -> _Value:
        try:
            return call(*arguments)
        except MemoryError:
            # libpq gives no result where it could send nothing, and its wrapper takes that for a lack of memory.
            if self._link.status == pq.ConnStatus.OK:
                raise
            raise OperationalError(self._link.get_error_message(self._encoding)) from None

    def _refuse(self, result: Any) -> None:
        if result is None or self._link.status != pq.ConnStatus.OK:
            raise OperationalError(self._link.get_error_message(self._encoding))
        raise error_from_result(result, encoding=self._encoding)


def _rows(result: Any) -> list[Row]:
    columns = range(result.nfields)
    return [tuple([result.get_value(row, column) for column in columns]) for row in range(result.ntuples)]


def finish(steps: Steps[_Value], wire: Wire) -> _Value:
    """Take the steps one after the other, waiting for each; give what they give."""
    try:
        wanted = next(steps)
        while True:
            poll = select.poll()
            poll.register(wire.socket, wanted)
            ((_, ready),) = poll.poll()
            wanted = steps.send(ready)
    except StopIteration as end:
        value: _Value = end.value
        return value
