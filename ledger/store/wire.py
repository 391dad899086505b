"""The few statements of every append, spoken to PostgreSQL without adapting values one by one.

An append sends rows that are bytes already. Through psycopg's cursors each of its statements costs some tenths of a
millisecond of Python; through psycopg's libpq wrapper (``connection.pgconn``, the same connection) a few hundredths.
The calls let other threads run while they wait, and raise the same errors as psycopg does.
"""

from collections.abc import Callable
from typing import Any, NoReturn

from psycopg import Connection, OperationalError, pq
from psycopg.errors import error_from_result

_DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_BINARY = 1
COPY_BYTES = 1 << 24
"""How much goes into one message of a COPY: PostgreSQL takes less than a gigabyte."""


class Wire:
    """One connection, in use by one thread at a time."""

    def __init__(self, connection: Connection[Any]) -> None:
        """Speak through an open connection in autocommit mode."""
        self._link = connection.pgconn
        self._encoding = connection.info.encoding
        self._prepared: set[bytes] = set()

    def run(self, statements: bytes) -> list[str | None] | None:
        """Run statements; give the first row of the last one's result as text, or None without one."""
        result = self._execute(statements)
        if result.status not in _DONE:
            self._refuse(result)
        if result.ntuples == 0:
            return None
        return [
            None if (value := result.get_value(0, column)) is None else value.decode()
            for column in range(result.nfields)
        ]

    def run_prepared(self, name: bytes, statement: bytes, values: list[bytes]) -> None:
        """Run a statement that is planned once a connection; its values are in the types' binary form."""
        if name not in self._prepared:
            result = self._answer(self._link.prepare, name, statement)
            if result.status not in _DONE:
                self._refuse(result)
            self._prepared.add(name)
        result = self._answer(self._link.exec_prepared, name, values, [_BINARY] * len(values))
        if result.status not in _DONE:
            self._refuse(result)

    def copy(self, statement: bytes, data: bytes) -> None:
        """Run a COPY … FROM STDIN with all its data."""
        result = self._execute(statement)
        if result.status != pq.ExecStatus.COPY_IN:
            self._refuse(result)
        for start in range(0, len(data), COPY_BYTES):
            self._link.put_copy_data(data[start : start + COPY_BYTES])
        self._link.put_copy_end()
        refused = None
        while (answer := self._link.get_result()) is not None:
            if answer.status not in _DONE:
                refused = answer
        if refused is not None:
            self._refuse(refused)

    def _execute(self, statements: bytes) -> pq.abc.PGresult:
        return self._answer(self._link.exec_, statements)

    def _answer(self, call: Callable[..., pq.abc.PGresult], *arguments: Any) -> pq.abc.PGresult:
        try:
            return call(*arguments)
        except MemoryError:
            # libpq gives no result where it could send nothing, and its wrapper takes that for a lack of memory.
            if self._link.status == pq.ConnStatus.OK:
                raise
            raise OperationalError(self._link.get_error_message(self._encoding)) from None

    def _refuse(self, result: Any) -> NoReturn:
        if self._link.status != pq.ConnStatus.OK:
            raise OperationalError(self._link.get_error_message(self._encoding))
        raise error_from_result(result, encoding=self._encoding)
