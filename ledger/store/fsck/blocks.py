"""Rows as the columns of a block of them: one message holds hundreds, and an array of each column.

Guarantees: the rows of a stretch come in the order of their positions, every one once, NULLs as None, in constant
memory: what is wider than most is left out of its block, an entry with its whole row and a payload as None, and is for
the caller to fetch ``alone``; what is wider than the format allows is None then, too, and never sent. Leaves to others:
what the values must be.

A message for each row would cost both sides more than the row: the server its sending, this side its taking apart.
What is not a number comes as its type sends it in binary (``fields`` spells the same), so that it is compared as bytes.
"""

from collections.abc import Generator
from contextlib import closing
from typing import Any, NamedTuple

from psycopg import Connection, sql

from ledger.log.entry import MAX_ENTRY_BYTES
from ledger.log.seal import MAX_PAYLOAD_BYTES

WIDE = 16_384
_ROWS = 256
"""Rows in a block: enough that one costs little, few enough that all it holds stays in a processor's cache."""
_WIDEST_SEALED = 2 * MAX_PAYLOAD_BYTES  # with its padding and all that a seal adds
_WIDEST_TAGS = 4 * MAX_ENTRY_BYTES  # an element takes up to twice what an entry spells it with, and there is a head

_BLOCKS = """COPY (
    SELECT block.* FROM generate_series({start}::bigint, {last}::bigint, {rows}::bigint) AS first, LATERAL (
        SELECT {columns} FROM (
            SELECT {values} FROM {schema}.{table}
            WHERE {condition} AND position >= first AND position <= first + {others} AND position <= {last}
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
    names: list[bytes | None]
    """Chain, type and key as ``fields.names_value`` spells them: joining costs less than two more arrays."""
    tags: list[bytes | None]
    entries: list[bytes | None]


class PayloadBlock(NamedTuple):
    """Columns of rows of ``payload``."""

    positions: list[int]
    parts: list[bytes]
    sealed: list[bytes | None]


_ENTRY = sql.SQL(
    "array_agg(position), array_agg(seq), array_agg(timestamptz_send(at)), array_agg(leaf),"
    " array_agg(textsend(chain || E'\\n' || type || E'\\n' || coalesce('=' || key, ''))), array_agg(array_send(tags)),"
    " array_agg(entry)"
)
_ENTRY_TYPES = ["int8[]", "int8[]", *["bytea[]"] * 5]
# Arrays tell only what they take as they are stored, maybe compressed: a hundred times less than what they hold.
_ENTRY_NARROW = sql.SQL(
    "octet_length(entry) <= {wide} AND octet_length(chain) <= 256 AND octet_length(type) <= 256"
    " AND (key IS NULL OR octet_length(key) <= 256) AND pg_column_size(tags) <= 2048 AND octet_length(leaf) <= 256"
).format(wide=sql.Literal(WIDE))
_ENTRY_BOUNDED = sql.SQL(
    "position, seq, at, CASE WHEN octet_length(leaf) <= {most} THEN leaf END AS leaf,"
    " CASE WHEN octet_length(chain) <= {most} THEN chain END AS chain,"
    " CASE WHEN octet_length(type) <= {most} THEN type END AS type,"
    " CASE WHEN octet_length(key) > {most} THEN '' ELSE key END AS key,"  # NULL is what an entry may have
    " CASE WHEN pg_column_size(tags) <= {tags} THEN tags END AS tags,"
    " CASE WHEN octet_length(entry) <= {most} THEN entry END AS entry"
).format(most=sql.Literal(MAX_ENTRY_BYTES), tags=sql.Literal(_WIDEST_TAGS))
_PAYLOAD = sql.SQL("array_agg(position), array_agg(textsend(part)), array_agg(sealed)")
_PAYLOAD_TYPES = ["int8[]", "bytea[]", "bytea[]"]
_PAYLOAD_OF_ONE = sql.SQL("array_agg(position), array_agg(sealed)")
_PAYLOAD_OF_ONE_TYPES = ["int8[]", "bytea[]"]
_PAYLOAD_BOUNDED = "position, part, CASE WHEN octet_length(sealed) <= {} THEN sealed END AS sealed"


def entry_blocks(
    connection: Connection[Any], schema: str, start: int, stop: int, *, alone: bool = False
) -> Generator[EntryBlock]:
    """Give the entries of the positions ``start`` … ``stop`` − 1; ``alone`` each in its own block, wide or not."""
    values, condition = (_ENTRY_BOUNDED, sql.SQL("true")) if alone else (sql.SQL("*"), _ENTRY_NARROW)
    query = _query(schema, "entry", _ENTRY, values, condition, start, stop, alone=alone)
    with closing(_read(connection, query, _ENTRY_TYPES)) as found:
        yield from map(EntryBlock._make, found)


def payload_blocks(
    connection: Connection[Any], schema: str, parts: list[str], start: int, stop: int, *, alone: bool = False
) -> Generator[PayloadBlock]:
    """Give the payloads of the positions ``start`` … ``stop`` − 1 in these parts; ``alone`` those that are left out."""
    condition = sql.SQL("part IN ({})" + (" AND (octet_length(sealed) <= {}) IS NOT TRUE" if alone else "")).format(
        sql.SQL(", ").join(sql.Literal(part) for part in parts), sql.Literal(WIDE)
    )
    values = sql.SQL(_PAYLOAD_BOUNDED).format(sql.Literal(_WIDEST_SEALED if alone else WIDE))
    one = parts[0].encode() if len(parts) == 1 else None  # need not come with each row
    columns, types = (_PAYLOAD, _PAYLOAD_TYPES) if one is None else (_PAYLOAD_OF_ONE, _PAYLOAD_OF_ONE_TYPES)
    query = _query(schema, "payload", columns, values, condition, start, stop, alone=alone)
    with closing(_read(connection, query, types)) as found:
        for positions, *rest in found:
            yield (
                PayloadBlock(positions, *rest)
                if one is None
                else PayloadBlock(positions, [one] * len(positions), *rest)
            )


def _query(
    schema: str,
    table: str,
    columns: sql.Composable,
    values: sql.Composable,
    condition: sql.Composable,
    start: int,
    stop: int,
    *,
    alone: bool,
) -> sql.Composed:
    return sql.SQL(_BLOCKS).format(
        schema=sql.Identifier(schema),
        table=sql.Identifier(table),
        columns=columns,
        values=values,
        condition=condition,
        start=sql.Literal(start),
        last=sql.Literal(stop - 1),
        rows=sql.Literal(1 if alone else _ROWS),
        others=sql.Literal(0 if alone else _ROWS - 1),  # the end itself may be no number of PostgreSQL's any more
    )


def _read(connection: Connection[Any], query: sql.Composed, types: list[str]) -> Generator[tuple[Any, ...]]:
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(types)
        for row in copy.rows():
            if row[0] is not None:  # there is no position in this block
                yield row
