"""Sealing the heads of all chains into the log (docs/record-format.md, section 6), daily and on demand.

Guarantees: the heads are those of one moment, the newest entries as they are stored and hash now, and all of them; a
``chain`` table that somebody changed is refused, not sealed. Leaves to others: when a package needs a fresh map.

Why one snapshot is enough: a chain's head moves in the transaction that moves the log's size, so a snapshot that shows
``size`` entries shows the heads that they leave. Entries appended since then only put the map's own entry further back.
"""

from contextlib import closing
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from ledger.keys.classes import day_of
from ledger.log.core_entry import HEADS_SEALED
from ledger.log.entry import LOG_CHAIN, leaf_hash, parse, parse_at
from ledger.log.heads import Head, HeadsMap
from ledger.store.database import connect, named_errors
from ledger.store.errors import IdempotencyConflictError, StoreError
from ledger.store.record import Record
from ledger.store.recorder import Recorder

_PAGE = 5_000
_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class HeadsRefusedError(StoreError):
    """The stored heads are not those of the stored entries: run ``shoseki fsck``; nothing is sealed over them."""


def seal_heads(recorder: Recorder, *, idempotency_key: str | None = None) -> int:
    """Append the map of all heads as they are now; give the position of its entry.

    Raises HeadsRefusedError, or what appending raises.
    """
    return append_heads(recorder, *read_heads(recorder), idempotency_key=idempotency_key)


def append_heads(recorder: Recorder, size: int, heads: HeadsMap, *, idempotency_key: str | None = None) -> int:
    """Append this map of the heads at ``size``; give the position of its entry."""
    public = {"size": size, "count": len(heads), "root": heads.root().hex()}
    record = Record(HEADS_SEALED, b"", key_class=None, public=public, idempotency_key=idempotency_key)
    return recorder.append_core([record])[0]


def seal_heads_daily(recorder: Recorder, now: datetime) -> int | None:
    """Append the day's map unless it is there; give its position, None where it was there. Any number may try."""
    if not heads_due(recorder, now):
        return None
    try:
        return seal_heads(recorder, idempotency_key=f"heads of {day_of(now)}")
    except IdempotencyConflictError:
        return None  # another process sealed the day's heads between the question and the answer


def heads_due(recorder: Recorder, now: datetime) -> bool:
    """Tell whether no map was sealed yet on the JST day of ``now``."""
    statement = sql.SQL(
        "SELECT entry FROM {}.entry WHERE chain = 'log' AND type = %s ORDER BY position DESC LIMIT 1"
    ).format(sql.Identifier(recorder.schema))
    with named_errors(), closing(connect(recorder.url, application="shoseki heads")) as connection:
        row = connection.execute(statement, (HEADS_SEALED,), binary=True).fetchone()
    return row is None or day_of(parse_at(parse(row[0]).at)) < day_of(now)


def read_heads(recorder: Recorder) -> tuple[int, HeadsMap]:
    """Give the size of the log and the map of the heads that it has at that size; raise HeadsRefusedError."""
    with named_errors(), closing(connect(recorder.url, application="shoseki heads")) as connection:
        connection.execute(_SNAPSHOT)
        return _read(connection, recorder.schema)


def _read(connection: Connection[Any], schema: str) -> tuple[int, HeadsMap]:
    name = sql.Identifier(schema)
    row = connection.execute(sql.SQL("SELECT size FROM {}.log").format(name)).fetchone()
    size = 0 if row is None else int(row[0])
    statement = sql.SQL(
        "SELECT c.chain, c.seq, c.leaf, e.entry FROM {0}.chain c"
        " LEFT JOIN {0}.entry e ON e.chain = c.chain AND e.seq = c.seq"
    ).format(name)
    heads: dict[str, Head] = {}
    entries = 0
    with connection.cursor("heads", binary=True) as cursor:
        cursor.itersize = _PAGE
        for chain, seq, leaf, entry in cursor.execute(statement):
            if entry is None or leaf_hash(entry) != leaf:
                raise HeadsRefusedError(f"The stored head of chain {chain} is not its entry {seq}: run 'shoseki fsck'.")
            heads[chain] = Head(seq, leaf)
            entries += seq
    if entries != size or LOG_CHAIN not in heads:
        # Chains are numbered without gaps: heads that are the newest have numbers that add up to the size.
        raise HeadsRefusedError(
            f"The stored heads stand for {entries} entries and the log has {size}: run 'shoseki fsck'."
        )
    return size, HeadsMap(heads)
