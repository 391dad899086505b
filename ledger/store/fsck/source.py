"""One log's tables as the check reads them: in the snapshot of a connection, and whatever became of them.

Guarantees: a table that is not there counts as empty; what the database itself cannot give of a table is a finding like
any other and stops no other check; rows are streamed where there may be many. Leaves to others: naming the tables that
are not there (``guards``), what the rows must say.
"""

from collections.abc import Callable, Iterator
from typing import Any

from psycopg import Connection, Error, sql

from ledger.store.fsck.findings import Code
from ledger.store.fsck.joining import Join

PAGE = 5_000
_OF_ROWS = ("22", "54", "P0", "XX")
"""The classes of SQLSTATE that tell of the rows: values that cannot be, are too large, or are damaged on disk."""


def of_rows(error: Error) -> bool:
    """Tell whether the database says that it cannot give certain rows, rather than that it cannot serve at all."""
    return (error.sqlstate or "")[:2] in _OF_ROWS


def first_line(error: Error) -> str:
    """Give what the database says, in one line that is not too long."""
    return str(error).splitlines()[0][:200]


class Source:
    """Reads one log's tables."""

    def __init__(self, connection: Connection[Any], schema: str, missing: frozenset[str]) -> None:
        """Read through a connection whose transaction is open; these tables are not there."""
        self._connection = connection
        self.schema = schema
        self._missing = missing

    def has(self, *tables: str) -> bool:
        """Tell whether all of these tables are there."""
        return self._missing.isdisjoint(tables)

    def rows(self, statement: str, parameters: tuple[Any, ...] | dict[str, Any] | None = None) -> Any:
        """Give the rows of a statement, few of them; ``{s}`` stands for the schema."""
        return self._connection.execute(self._text(statement), parameters)

    def stream(self, name: str, statement: str, parameters: tuple[Any, ...] | None = None) -> Iterator[Any]:
        """Give the rows of a statement, any number of them, in constant memory; ``name`` is that of nothing else."""
        with self._connection.cursor(name, binary=True) as cursor:
            cursor.itersize = PAGE
            yield from cursor.execute(self._text(statement), parameters)

    def pages(self, name: str, statement: str, join: Join, table: str) -> Iterator[Any]:
        """Give the rows as ``stream`` does, between which other statements run; end where no more can be given."""
        with self._connection.cursor(name, binary=True) as cursor:
            cursor.execute(self._text(statement))
            while True:
                try:
                    with self._connection.transaction():  # what fails in it leaves the snapshot as it is
                        page = cursor.fetchmany(PAGE)
                except Error as error:
                    self._refused(error, join, table)
                    return
                if not page:
                    return
                yield from page

    def check(self, join: Join, tables: tuple[str, ...], make: Callable[[Join], None]) -> None:
        """Make a check that reads these tables, where they are there; what the database cannot give is a finding."""
        if not self.has(*tables):
            return
        try:
            with self._connection.transaction():
                make(join)
        except Error as error:
            self._refused(error, join, tables[0])

    def _refused(self, error: Error, join: Join, table: str) -> None:
        if not of_rows(error):
            raise error
        self.name(table, first_line(error), join)

    def name(self, table: str, detail: str, join: Join) -> None:
        """Name a table of which the database cannot give the rows."""
        join.findings.add(Code.UNREADABLE, None, None, f"the table {table}, {detail}")

    def _text(self, statement: str) -> sql.Composed:
        return sql.SQL(statement).format(s=sql.Identifier(self.schema))
