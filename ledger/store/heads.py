"""Sealing the heads of all chains into the log (docs/record-format.md, section 6), daily and on demand.

Guarantees: the heads are those of the moment before the map's own entry, the newest entries as they are stored and
hash now, and all of them; a ``chain`` table that somebody changed is refused, not sealed. Leaves to others: when a
package needs a fresh map.

The heads are read under the lock that every append takes, so that nothing comes between them and their entry however
many write at the same time: a package needs exactly that.
"""

from datetime import datetime
from typing import NamedTuple

from psycopg import sql

from ledger.keys.classes import day_of
from ledger.log.core_entry import HEADS_SEALED
from ledger.log.entry import LOG_CHAIN, parse, parse_at
from ledger.log.heads import Head, HeadsMap
from ledger.store import rows
from ledger.store.errors import StoreError
from ledger.store.prepare import Prepared
from ledger.store.recorder import Recorder
from ledger.store.wire import Statement, Steps, Wire


class HeadsRefusedError(StoreError):
    """The stored heads are not those of the stored entries: run ``shoseki fsck``; nothing is sealed over them."""


class SealedHeads(NamedTuple):
    """The position of a map's entry, which is the log's size that it speaks of, and the map."""

    position: int
    heads: HeadsMap


def seal_heads(recorder: Recorder) -> SealedHeads:
    """Append the map of all heads as they are now. Raises HeadsRefusedError, or what appending raises."""
    sealed = _seal(recorder, once_a_day=False)
    assert sealed is not None
    return sealed


def seal_heads_daily(recorder: Recorder) -> SealedHeads | None:
    """Append the day's map; None where the day in Japan has one. Any number may try at once."""
    return _seal(recorder, once_a_day=True)


def _seal(recorder: Recorder, *, once_a_day: bool) -> SealedHeads | None:
    found: list[HeadsMap] = []

    def make(wire: Wire, size: int, at: datetime) -> Steps[Prepared | None]:
        if once_a_day and (yield from _sealed_on(wire, recorder.schema, day_of(at))):
            return None
        heads = yield from _read(wire, recorder.schema, size)
        found.append(heads)
        public = {"size": size, "count": len(heads), "root": heads.root().hex()}
        return Prepared.said(recorder.origin, HEADS_SEALED, public)

    position = recorder.append_made(make)
    return None if position is None else SealedHeads(position, found[0])


def _sealed_on(wire: Wire, schema: str, day: str) -> Steps[bool]:
    wire.send(
        _statement(
            b"newest_heads",
            "SELECT entry FROM {}.entry WHERE chain = 'log' AND type = $1::text ORDER BY position DESC LIMIT 1",
            schema,
        ),
        HEADS_SEALED.encode(),
    )
    (answer,) = yield from wire.sync()
    return any(entry is not None and day_of(parse_at(parse(entry).at)) >= day for (entry,) in answer)


def _read(wire: Wire, schema: str, size: int) -> Steps[HeadsMap]:
    """Give the heads of the log, which has this size; raise HeadsRefusedError."""
    wire.send(
        _statement(
            b"heads",
            "SELECT chain, seq, leaf, (SELECT e.leaf = c.leaf AND sha256('\\x00'::bytea || e.entry) = c.leaf"
            " FROM {0}.entry e WHERE hashtextextended(e.chain, 0) = hashtextextended(c.chain, 0)"
            " AND e.seq = c.seq AND e.chain = c.chain) FROM {0}.chain c",
            schema,
        )
    )
    (answer,) = yield from wire.sync()
    heads: dict[str, Head] = {}
    entries = 0
    for chain, seq, leaf, true in answer:
        head = Head(rows.read_number(seq), leaf or b"")
        if true != b"\x01":
            raise HeadsRefusedError(
                f"The stored head of chain {rows.read_text(chain)} is not its entry {head.seq}: run 'shoseki fsck'."
            )
        heads[rows.read_text(chain)] = head
        entries += head.seq
    if entries != size or LOG_CHAIN not in heads:
        # Chains are numbered without gaps: heads that are the newest have numbers that add up to the size.
        raise HeadsRefusedError(
            f"The stored heads stand for {entries} entries and the log has {size}: run 'shoseki fsck'."
        )
    return HeadsMap(heads)


def _statement(name: bytes, text: str, schema: str) -> Statement:
    return Statement(name, sql.SQL(text).format(sql.Identifier(schema)).as_bytes())
