"""Rows as the columns of a block of them: one message holds hundreds, and an array of each column.

Guarantees: the rows of a stretch come in the order of their positions, every one once, NULLs as None, in constant
memory: a value wider than ``WIDE`` is left out of its block, as None, and is for the caller to fetch by itself. Leaves
to others: what the values must be.

A message for each row would cost both sides more than the row: the server its sending, this side its taking apart.
What is not a number comes as its type sends it in binary (``fields`` spells the same), so that it is compared as bytes.
"""

from collections.abc import Generator
from contextlib import closing
from typing import Any, NamedTuple

from psycopg import Connection, sql

WIDE = 16_384
_ROWS = 256
"""Rows in a block: enough that one costs little, few enough that all it holds stays in a processor's cache."""
_ANY = 2**31 - 1  # PostgreSQL's values are not longer

_BLOCKS = """COPY (
    SELECT block.* FROM generate_series({start}::bigint, {last}::bigint, {rows}::bigint) AS first, LATERAL (
        SELECT {columns} FROM (
            SELECT * FROM {schema}.{table}
            WHERE {condition} AND position >= first AND position < first + {rows} AND position <= {last}
            ORDER BY position
        ) AS found
    ) AS block
) TO STDOUT (FORMAT binary)"""


class EntryBlock(NamedTuple):
    """Columns of rows of ``entry``."""

    positions: list[int]
    seqs: list[int | None]
    ats: list[bytes | None]
    leaves: list[bytes | None]
    chains: list[bytes | None]
    types: list[bytes | None]
    keys: list[bytes | None]
    tags: list[bytes | None]
    entries: list[bytes | None]


class PayloadBlock(NamedTuple):
    """Columns of rows of ``payload``."""

    positions: list[int]
    parts: list[bytes]
    sealed: list[bytes | None]


_ENTRY = (
    "array_agg(position), array_agg(seq), array_agg(timestamptz_send(at)), array_agg(leaf), array_agg(textsend(chain)),"
    " array_agg(textsend(type)), array_agg(textsend(key)), array_agg(array_send(tags)),"
    " array_agg(CASE WHEN octet_length(entry) <= {wide} THEN entry END)"
)
_ENTRY_TYPES = ["int8[]", "int8[]", *["bytea[]"] * 7]
_PAYLOAD = (
    "array_agg(position), array_agg(textsend(part)),"
    " array_agg(CASE WHEN octet_length(sealed) <= {wide} THEN sealed END)"
)
_PAYLOAD_TYPES = ["int8[]", "bytea[]", "bytea[]"]


def entry_blocks(
    connection: Connection[Any], schema: str, start: int, stop: int, *, alone: bool = False
) -> Generator[EntryBlock]:
    """Give the entries of the positions ``start`` … ``stop`` − 1; ``alone`` each in its own block, however wide."""
    rows, wide = (1, _ANY) if alone else (_ROWS, WIDE)
    columns = sql.SQL(_ENTRY).format(wide=sql.Literal(wide))
    query = _query(schema, "entry", columns, sql.SQL("true"), start, stop, rows)
    with closing(_read(connection, query, _ENTRY_TYPES)) as found:
        yield from map(EntryBlock._make, found)


def payload_blocks(
    connection: Connection[Any], schema: str, parts: list[str], start: int, stop: int, *, alone: bool = False
) -> Generator[PayloadBlock]:
    """Give the payloads of the positions ``start`` … ``stop`` − 1 in these parts; ``alone`` those that are left out."""
    rows, wide = (1, _ANY) if alone else (_ROWS, WIDE)
    condition = sql.SQL("part IN ({})" + (" AND (octet_length(sealed) <= {}) IS NOT TRUE" if alone else "")).format(
        sql.SQL(", ").join(sql.Literal(part) for part in parts), sql.Literal(WIDE)
    )
    columns = sql.SQL(_PAYLOAD).format(wide=sql.Literal(wide))
    query = _query(schema, "payload", columns, condition, start, stop, rows)
    with closing(_read(connection, query, _PAYLOAD_TYPES)) as found:
        yield from map(PayloadBlock._make, found)


def _query(
    schema: str, table: str, columns: sql.Composed, condition: sql.Composable, start: int, stop: int, rows: int
) -> sql.Composed:
    return sql.SQL(_BLOCKS).format(
        schema=sql.Identifier(schema),
        table=sql.Identifier(table),
        columns=columns,
        condition=condition,
        start=sql.Literal(start),
        last=sql.Literal(stop - 1),
        rows=sql.Literal(rows),
    )


def _read(connection: Connection[Any], query: sql.Composed, types: list[str]) -> Generator[tuple[Any, ...]]:
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(types)
        for row in copy.rows():
            if row[0] is not None:  # there is no position in this block
                yield row
