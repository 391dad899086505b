"""Proofs about the stored log: made from the stored leaf hashes, in constant memory whatever the log's size.

Leaves to others: whether the stored hashes are right. A proof from changed hashes leads nowhere, and whoever makes one
verifies it before giving it out.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Self

from psycopg import Connection, sql

from ledger.log.frontier import Frontier
from ledger.log.prove import left_size, prove_consistency, prove_inclusion, prove_inclusion_batch
from ledger.log.tree import node_hash
from ledger.store.database import connect, named_errors

_BLOCK = 1 << 14


class StoredTree:
    """The tree over one log's entries as one moment shows them; a context manager around one connection."""

    def __init__(self, url: str, schema: str) -> None:
        """Read through a connection of its own."""
        self._url = url
        self._leaves = sql.SQL(
            "SELECT leaf FROM {}.entry WHERE position >= %s AND position < %s ORDER BY position"
        ).format(sql.Identifier(schema))
        self._connection: Connection[Any] | None = None
        self._held: tuple[int, list[bytes]] = (-1, [])

    def __enter__(self) -> Self:
        self._connection = connect(self._url, application="shoseki prover")
        return self

    def __exit__(self, *args: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """Give the audit path of one entry."""
        return prove_inclusion(position, size, self.root)

    def inclusion_batch(self, positions: Iterable[int], size: int) -> Iterator[bytes]:
        """Give the batch proof of rising positions, hash by hash."""
        return prove_inclusion_batch(positions, size, self.root)

    def consistency(self, size1: int, size2: int) -> Sequence[bytes]:
        """Give the proof that the log of ``size1`` entries is a prefix of that of ``size2``."""
        return prove_consistency(size1, size2, self.root)

    def root(self, start: int, end: int) -> bytes:
        """Give the root hash of the entries ``start`` … ``end`` − 1, a subtree of the RFC's recursion."""
        if end - start > _BLOCK:
            half = start + left_size(end - start)
            return node_hash(self.root(start, half), self.root(half, end))
        # A subtree of the recursion that is no larger than a block lies within one: rising proofs read each block once.
        offset = start % _BLOCK
        tree = Frontier()
        tree.extend(self._block(start - offset)[offset : offset + end - start])
        return tree.root()

    def _block(self, start: int) -> list[bytes]:
        assert self._connection is not None
        if self._held[0] != start:
            with named_errors():
                rows = self._connection.execute(self._leaves, (start, start + _BLOCK), binary=True).fetchall()
            self._held = (start, [row[0] for row in rows])
        return self._held[1]
