"""One log's tables as the check reads them: in the snapshot of a connection, and whatever became of them.

Guarantees: a table that is not there counts as empty; what the database itself cannot give of a table is a finding like
any other and stops no other check; rows are streamed where there may be many. Leaves to others: naming the tables that
are not there (``guards``), what the rows must say.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from psycopg import Connection, Error, sql

from ledger.store.fsck.findings import Code, Findings

PAGE = 5_000
_OF_ROWS = ("22", "42", "54", "P0", "XX")
"""The classes of SQLSTATE that tell of the rows: values that cannot be, that what stands in a table's place may not
read or find, that are too large, or are damaged on disk."""
_T = TypeVar("_T")


def of_rows(error: Error) -> bool:
    """Tell whether the database says that it cannot give certain rows, rather than that it cannot serve at all."""
    return (error.sqlstate or "")[:2] in _OF_ROWS


def first_line(error: Error) -> str:
    """Give what the database says, in one line that is not too long."""
    return str(error).splitlines()[0][:200]


class Source:
    """Reads one log's tables."""

    def __init__(self, connection: Connection[Any], schema: str, missing: frozenset[str], findings: Findings) -> None:
        """Read through a connection whose transaction is open; these tables are not there."""
        self._connection = connection
        self.schema = schema
        self._missing = set(missing)
        self._findings = findings
        self._refused: set[tuple[str, str]] = set()

    def has(self, *tables: str) -> bool:
        """Tell whether all of these tables are there."""
        return self._missing.isdisjoint(tables)

    def rows(self, statement: str, parameters: tuple[Any, ...] | dict[str, Any] | None = None) -> Any:
        """Give the rows of a statement, few of them; ``{s}`` stands for the schema."""
        return self._connection.execute(self._text(statement), parameters)

    def catalogue(self, statement: str) -> list[Any]:
        """Give the rows of a statement over the database's own catalogues."""
        return self._connection.execute(statement, {"schema": self.schema}).fetchall()

    def stream(self, name: str, statement: str, parameters: tuple[Any, ...] | None = None) -> Iterator[Any]:
        """Give the rows of a statement, any number of them, in constant memory; ``name`` is that of nothing else."""
        with self._connection.cursor(name, binary=True) as cursor:
            cursor.itersize = PAGE
            yield from cursor.execute(self._text(statement), parameters)

    def pages(self, name: str, statement: str, table: str, parameters: tuple[Any, ...] | None = None) -> Iterator[Any]:
        """Give the rows as ``stream`` does, between which other statements run; end where no more can be given."""
        with self._connection.cursor(name, binary=True) as cursor:
            if self.attempt(table, lambda: cursor.execute(self._text(statement), parameters), None) is None:
                return
            page: list[Any]
            while page := self.attempt(table, lambda: cursor.fetchmany(PAGE), []):
                yield from page

    def few(self, table: str, statement: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        """Give the rows of a statement over a table, few of them; none where they cannot be given."""
        return self.attempt(table, lambda: self.rows(statement, parameters).fetchall(), [])

    def check(self, tables: tuple[str, ...], make: Callable[[], None]) -> None:
        """Make a check that reads these tables, where they are there; what the database cannot give is a finding."""
        if self.has(*tables):
            self.attempt(tables[0], make, None)

    def attempt(self, table: str, read: Callable[[], _T], otherwise: _T, *, needed: bool = False) -> _T:
        """Give what is read of a table; where the database cannot give it, name the table and give the other.

        A table of which something was ``needed`` counts as not there from then on.
        """
        try:
            with self._connection.transaction():  # what fails in it leaves the snapshot as it is
                return read()
        except Error as error:
            if not of_rows(error):
                raise
            self.name(table, first_line(error))
            if needed:
                self._missing.add(table)
            return otherwise

    def name(self, table: str, detail: str) -> None:
        """Name a table of which the database cannot give the rows: once, whatever was asked of it."""
        if (table, detail) not in self._refused:
            self._refused.add((table, detail))
            self._findings.add(Code.UNREADABLE, None, None, f"the table {table}, {detail}")

    def refused(self, table: str) -> bool:
        """Tell whether a table was named as one of which the database cannot give all rows."""
        return any(named == table for named, _ in self._refused)

    def _text(self, statement: str) -> sql.Composed:
        return sql.SQL(statement).format(s=sql.Identifier(self.schema))
