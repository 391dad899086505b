"""A growing Merkle tree (RFC 9162, section 2.1) in constant memory: its full subtrees and their join.

Guarantees: leaves appended one by one, many at once or as full subtrees give the same root. Leaves to others: which
leaves, and where older hashes are kept for proofs (``prove``).

    leaf   H(0x00 ‖ entry)        node   H(0x01 ‖ left ‖ right)        empty tree   H("")
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Self

from ledger.log.errors import FormatError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give H(0x01 ‖ left ‖ right). RFC 9162, 2.1.1."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree as the roots of its full subtrees, largest first: at most 53 hashes whatever its size.

    ``to_bytes`` gives the hashes one after the other; with the size they are the whole state.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self) -> None:
        """Begin with the empty tree."""
        self.size = 0
        self._hashes: list[bytes] = []

    def append(self, leaf_hash: bytes) -> None:
        """Add one leaf."""
        carry, size, hashes = leaf_hash, self.size, self._hashes
        while size & 1:
            carry = sha256(b"\x01" + hashes.pop() + carry).digest()
            size >>= 1
        hashes.append(carry)
        self.size += 1

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add many leaves in order: what ``append`` does for each, level by level and so in two thirds of the time."""
        level = list(leaf_hashes)
        count, rank = len(level), self.size
        edge: list[bytes] = []
        while level:
            if rank & 1:
                level.insert(0, self._hashes.pop())
            if len(level) & 1:
                edge.append(level.pop())
            pairs = iter(level)
            level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
            rank >>= 1
        self._hashes.extend(reversed(edge))
        self.size += count

    def append_subtree(self, root: bytes, size: int) -> None:
        """Add a full subtree of ``size`` leaves, a power of two that the present size is a multiple of.

        Ranges hashed by several processes are joined so. Raises FormatError where it does not fit.
        """
        if size < 1 or size & (size - 1) or self.size % size or len(root) != HASH_BYTES:
            raise FormatError(f"A subtree of {size} leaves does not fit behind {self.size} leaves.")
        carry, rank = root, self.size // size
        while rank & 1:
            carry = node_hash(self._hashes.pop(), carry)
            rank >>= 1
        self._hashes.append(carry)
        self.size += size

    def root(self, edge: bytes | None = None) -> bytes:
        """Give the root hash of the tree as it is now, or with ``edge``, the hash of all that follows, joined."""
        parts = self._hashes if edge is None else [*self._hashes, edge]
        if not parts:
            return EMPTY_ROOT
        root = parts[-1]
        for left in parts[-2::-1]:
            root = node_hash(left, root)
        return root

    def copy(self) -> "Frontier":
        """Give an independent tree of the same leaves."""
        other = Frontier()
        other.size, other._hashes = self.size, list(self._hashes)
        return other

    def to_bytes(self) -> bytes:
        """Give the state to keep beside the size."""
        return b"".join(self._hashes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Self:
        """Take up a kept state; raise FormatError when it cannot belong to a tree of that size."""
        if size < 0 or len(data) != HASH_BYTES * size.bit_count():
            raise FormatError(f"{len(data)} bytes are not the state of a tree of {size} leaves.")
        tree = cls()
        tree.size = size
        tree._hashes = [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]
        return tree


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Give the root hash of these leaves, read once in order."""
    tree = Frontier()
    for leaf_hash in leaf_hashes:
        tree.append(leaf_hash)
    return tree.root()
