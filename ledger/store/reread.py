"""Reading stored entries again, from the database and not from memory, before a signature vouches for them.

Guarantees: every entry of the range is there, parses, is of this log, stands at its position, matches its stored leaf
hash, names the entry before it in its chain and is not earlier than the entry before it in the log, unless it corrects
the clock from there; what is not so is named by its position. Leaves to others: comparing every copy and every seal,
which is the full check (``fsck``).
"""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql

from ledger.log.core_entry import corrected_from
from ledger.log.entry import NO_PREV, Entry, leaf_hash, parse
from ledger.log.errors import LogError
from ledger.log.frontier import Frontier
from ledger.store.errors import StoreError

_PAGE = 1_000


class StoredEntryError(StoreError):
    """A stored entry is not what was recorded: find out with ``shoseki fsck``; nothing is signed over it."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(f"The stored entry at position {position} {reason}: run 'shoseki fsck'.")
        self.position = position


class Reread:
    """Reads one log through one connection; what it has read of a chain it remembers for the links that follow."""

    def __init__(self, connection: Connection[Any], schema: str, origin: str) -> None:
        """Prepare the statements for the log's schema."""
        self._connection = connection
        self._origin = origin
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._at = ""
        name = sql.Identifier(schema)
        self._page = sql.SQL(
            "SELECT position, chain, seq, leaf, entry FROM {}.entry"
            " WHERE position >= %s AND position < %s ORDER BY position"
        ).format(name)
        self._before = sql.SQL(
            "SELECT e.chain, e.seq, e.entry FROM unnest(%s::text[], %s::bigint[]) AS w (chain, seq)"
            " JOIN {}.entry e ON hashtextextended(e.chain, 0) = hashtextextended(w.chain, 0)"
            " AND e.seq = w.seq AND e.chain = w.chain"
        ).format(name)

    def leaf(self, position: int) -> bytes:
        """Give the leaf hash of the bytes that are stored at a position."""
        rows = self._connection.execute(self._page, (position, position + 1), binary=True).fetchall()
        if len(rows) != 1:
            raise StoredEntryError(position, "is missing")
        return leaf_hash(rows[0][4])

    def append_to(self, tree: Frontier, end: int) -> None:
        """Append the entries from the tree's size up to ``end`` to the tree.

        Raises StoredEntryError naming the first position that is not as it must be; the tree is then of no use.
        """
        if tree.size:
            for row in self._connection.execute(self._page, (tree.size - 1, tree.size), binary=True):
                self._at = self._parse(row[0], row[4]).at
        while tree.size < end:
            stop = min(tree.size + _PAGE, end)
            rows = self._connection.execute(self._page, (tree.size, stop), binary=True).fetchall()
            expected = list(range(tree.size, stop))
            for position, row in zip(expected, rows, strict=False):
                if row[0] != position:
                    raise StoredEntryError(position, "is missing")
            if len(rows) < len(expected):
                raise StoredEntryError(expected[len(rows)], "is missing")
            tree.extend(self._check(rows))

    def _check(self, rows: Sequence[Any]) -> list[bytes]:
        entries = [(self._parse(row[0], row[4]), leaf_hash(row[4]), row) for row in rows]
        self._look_up([entry for entry, _, _ in entries])
        for entry, leaf, (position, chain, seq, stored_leaf, _) in entries:
            if (entry.position, entry.chain, entry.seq) != (position, chain, seq):
                raise StoredEntryError(position, "is another entry's")
            if leaf != stored_leaf:
                raise StoredEntryError(position, "does not match its leaf hash")
            if entry.at < self._at and corrected_from(entry) != self._at:
                raise StoredEntryError(position, "is earlier than the entry before it")
            if self._heads.get(entry.chain, (0, NO_PREV)) != (entry.seq - 1, entry.prev):
                raise StoredEntryError(position, f"does not continue the chain {entry.chain}")
            self._heads[entry.chain] = (entry.seq, leaf)
            self._at = entry.at
        return [leaf for _, leaf, _ in entries]

    def _parse(self, position: int, data: bytes) -> Entry:
        try:
            entry = parse(data)
        except LogError as error:
            raise StoredEntryError(position, f"cannot be read ({str(error).rstrip('.')})") from None
        if entry.origin != self._origin:
            raise StoredEntryError(position, f"is of the log {entry.origin}")
        return entry

    def _look_up(self, entries: Sequence[Entry]) -> None:
        """Learn the entry before the first of every chain that is not known yet."""
        first = {entry.chain: entry.seq for entry in reversed(entries)}
        new = {chain: seq - 1 for chain, seq in first.items() if seq > 1 and chain not in self._heads}
        if new:
            found = self._connection.execute(self._before, (list(new), list(new.values())), binary=True)
            for chain, seq, data in found:
                self._heads[chain] = (seq, leaf_hash(data))
