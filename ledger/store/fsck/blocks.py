"""Rows as the columns of a block of them: one message holds hundreds, and an array of each column.

Guarantees: the rows of a stretch come in the order of their positions, every one once, NULLs as None, in constant
memory: what is wider than most is left out of its block, an entry with its whole row and a payload as None, and is for
the caller to fetch ``alone``; what is wider than the format allows is None then, too, and never sent. Leaves to others:
what the values must be.

A message for each row would cost both sides more than the row: the server its sending, this side its taking apart.
What is not a number comes as its type sends it in binary (``fields`` spells the same), so that it is compared as bytes.
"""

from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from struct import unpack
from typing import Any, NamedTuple

from psycopg import Connection, sql

from ledger.log.entry import MAX_ENTRY_BYTES
from ledger.log.frontier import HASH_BYTES
from ledger.log.seal import MAX_PAYLOAD_BYTES

WIDE = 16_384
TIME_BYTES = 8
_ROWS = 256
"""Rows in a block: enough that one costs little, few enough that all it holds stays in a processor's cache."""
_AHEAD = 8_388_608
"""Bytes that are read before the first row is given: a process that works on what it has and a server that fills the
next message wake each other for every few kilobytes."""
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
    """Columns of rows of ``entry`` that have a value in each."""

    positions: list[int]
    seqs: list[int]
    ats: bytes
    """One behind the other, as are the leaf hashes: most are compared together."""
    leaves: bytes
    names: list[bytes]
    """Chain, type and key as ``fields.names_value`` spells them: joining costs less than two more columns."""
    tags: list[bytes]
    hashed: list[bytes]
    """The entries, each behind the byte 0x00 that its hash begins with."""

    def rows(self, start: int, stop: int) -> "EntryBlock":
        """Give some of the rows."""
        positions, seqs, ats, leaves, names, tags, hashed = self
        if stop - start == len(positions):
            return self
        return EntryBlock(
            positions[start:stop],
            seqs[start:stop],
            ats[start * TIME_BYTES : stop * TIME_BYTES],
            leaves[start * HASH_BYTES : stop * HASH_BYTES],
            names[start:stop],
            tags[start:stop],
            hashed[start:stop],
        )

    def first(self) -> "EntryRow":
        """Give the first row by itself."""
        positions, seqs, ats, leaves, names, tags, hashed = self.rows(0, 1)
        return EntryRow(positions[0], seqs[0], ats, leaves, names[0], tags[0], hashed[0])


class EntryRow(NamedTuple):
    """A row of ``entry``, whatever it has: as in a block, with None for what is empty or too wide."""

    position: int
    seq: int | None
    at: bytes | None
    leaf: bytes | None
    names: bytes | None
    tags: bytes | None
    hashed: bytes | None


class PayloadBlock(NamedTuple):
    """Columns of rows of ``payload``."""

    positions: list[int]
    parts: list[bytes]
    sealed: list[bytes | None]


# Joined values cost the server half of what arrays of them do. What no value has stands between them: no text has a tab
# or 0xFF without becoming one value more than there are rows, and before each entry stands what its hash begins with.
_NAMES = "chain || E'\\n' || type || E'\\n' || coalesce('=' || key, '')"
_ENTRIES = sql.SQL(
    "string_agg(int8send(position), ''), string_agg(int8send(seq), ''), string_agg(timestamptz_send(at), ''),"
    f" string_agg(leaf, ''), string_agg({_NAMES}, E'\\t'), string_agg(array_send(tags), '\\xff'),"
    " string_agg(entry, '\\xff00')"
)
_ENTRIES_TYPES = ["bytea"] * 7
_BETWEEN_NAMES, _BETWEEN_VALUES, _HASH_BEGINS = b"\t", b"\xff", b"\0"
_ENTRY = sql.SQL(
    "array_agg(position), array_agg(seq), array_agg(timestamptz_send(at)), array_agg(leaf),"
    f" array_agg(textsend({_NAMES})), array_agg(array_send(tags)), array_agg('\\x00'::bytea || entry)"
)
_ENTRY_TYPES = ["int8[]", "int8[]", *["bytea[]"] * 5]
# Arrays tell only what they take as they are stored, maybe compressed: a hundred times less than what they hold.
_ENTRY_NARROW = sql.SQL(
    "octet_length(entry) <= {wide} AND octet_length(chain) <= 256 AND octet_length(type) <= 256"
    " AND (key IS NULL OR octet_length(key) <= 256) AND pg_column_size(tags) <= 2048 AND octet_length(leaf) = {leaf}"
).format(wide=sql.Literal(WIDE), leaf=sql.Literal(HASH_BYTES))
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


def entry_blocks(connection: Connection[Any], schema: str, start: int, stop: int) -> Generator[EntryBlock]:
    """Give the entries of the positions ``start`` … ``stop`` − 1 that are as most.

    Of the others nothing comes, nor of a block in which a value is empty or holds what parts values.
    """
    query = _query(schema, "entry", _ENTRIES, sql.SQL("*"), _ENTRY_NARROW, start, stop, alone=False)
    with closing(_read(connection, query, _ENTRIES_TYPES)) as found:
        for positions, seqs, ats, leaves, names, tags, entries in found:
            block = EntryBlock(
                _numbers(positions),
                _numbers(seqs or b""),
                ats or b"",
                leaves,
                names.split(_BETWEEN_NAMES),
                tags.split(_BETWEEN_VALUES),
                (_HASH_BEGINS + entries).split(_BETWEEN_VALUES),
            )
            told = {len(each) for each in (block.positions, block.seqs, block.names, block.tags, block.hashed)}
            if told == {len(block.ats) // TIME_BYTES} == {len(leaves) // HASH_BYTES}:
                yield block


def entry_rows(connection: Connection[Any], schema: str, start: int, stop: int) -> Generator[EntryRow]:
    """Give all entries of the positions ``start`` … ``stop`` − 1, wide or not, each by itself."""
    query = _query(schema, "entry", _ENTRY, _ENTRY_BOUNDED, sql.SQL("true"), start, stop, alone=True)
    with closing(_read(connection, query, _ENTRY_TYPES)) as found:
        for columns in found:  # of one position; several where the index over them is gone
            yield from map(EntryRow._make, zip(*columns, strict=True))


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


def _numbers(values: bytes) -> list[int]:
    """Give what so many int8 spell."""
    return [*unpack(f">{len(values) // 8}q", values)]


def _read(connection: Connection[Any], query: sql.Composed, types: list[str]) -> Generator[tuple[Any, ...]]:
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(types)
        rows = copy.rows()
        while ahead := _ahead(rows):
            while ahead:
                yield ahead.popleft()


def _ahead(rows: Iterator[tuple[Any, ...]]) -> deque[tuple[Any, ...]]:
    """Take rows until they are many bytes, or there are no more."""
    found: deque[tuple[Any, ...]] = deque()
    size = 0
    for row in rows:
        if row[0] is None:  # there is no position in this block
            continue
        found.append(row)
        widest = row[-1]
        size += len(widest) if isinstance(widest, bytes) else sum(len(each) for each in widest if each is not None)
        if size >= _AHEAD:
            break
    return found
