"""The Merkle tree over all entries (RFC 9162, section 2.1), its proofs and their verification.

Guarantees: index and size come from the caller, never from a proof; a proof with a hash too many or too few is
refused. Verifiers return nothing and raise :class:`ProofError`. Leaves to others: where hashes are stored. A prover
asks for the hash of a maximal subtree through :class:`Hashes`, so it works over memory, files and a database alike.

    leaf   H(0x00 ‖ entry)        node   H(0x01 ‖ left ‖ right)        empty tree   H("")
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Self, TypeAlias

from ledger.log.errors import FormatError, ProofError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Hashes: TypeAlias = Callable[[int, int], bytes]
"""Gives the root hash of the leaves start … end − 1, which is a subtree that the RFC's recursion reaches."""


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

    def append_subtree(self, root: bytes, size: int) -> None:
        """Add a full subtree of ``size`` leaves, a power of two that the present size is a multiple of.

        Ranges hashed by several processes are joined so. Raises FormatError where it does not fit.
        """
        if size < 1 or size & (size - 1) or self.size % size:
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


def hashes_of(leaf_hashes: Sequence[bytes]) -> Hashes:
    """Give a source of subtree hashes over leaves held in memory."""
    return lambda start, end: root_of(leaf_hashes[start:end])


def prove_inclusion(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Give the audit path of leaf ``index`` in a tree of ``size`` leaves, from the leaf up. RFC 9162, 2.1.3.1."""
    if not 0 <= index < size:
        raise ProofError(f"Position {index} is not in a tree of size {size}.")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(hashes(middle, end))
            end = middle
        else:
            proof.append(hashes(start, middle))
            start = middle
    return proof[::-1]


def prove_inclusion_batch(indexes: Sequence[int], size: int, hashes: Hashes) -> list[bytes]:
    """Give the hashes, left to right, of the maximal subtrees that hold none of ``indexes`` (rising, unique).

    docs/record-format.md, section 4.
    """
    if any(left >= right for left, right in pairwise(indexes)):
        raise ProofError("The positions of a batch proof are not rising.")
    if indexes and not 0 <= indexes[0] <= indexes[-1] < size:
        raise ProofError(f"A position of the batch is not in a tree of size {size}.")
    proof: list[bytes] = []
    pending = [(0, size)] if size else []
    while pending:
        start, end = pending.pop()
        first = bisect_left(indexes, start)
        if first == len(indexes) or indexes[first] >= end:
            proof.append(hashes(start, end))
        elif end - start > 1:
            middle = start + _split(end - start)
            pending.append((middle, end))
            pending.append((start, middle))
    return proof


def prove_consistency(size1: int, size2: int, hashes: Hashes) -> list[bytes]:
    """Give the proof that the tree of ``size1`` leaves is a prefix of that of ``size2``. RFC 9162, 2.1.4.1."""
    if not 0 <= size1 <= size2:
        raise ProofError(f"A tree of size {size1} is not a prefix of one of size {size2}.")
    if size1 in {0, size2}:
        return []
    proof: list[bytes] = []
    start, end = 0, size2
    while size1 != end:
        middle = start + _split(end - start)
        if size1 <= middle:
            proof.append(hashes(middle, end))
            end = middle
        else:
            proof.append(hashes(start, middle))
            start = middle
    if start:  # the old root itself is known to the verifier; any smaller subtree is not
        proof.append(hashes(start, end))
    return proof[::-1]


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Refuse unless the leaf stands at ``index`` in the tree of ``size`` leaves with this root.

    Raises ProofError. RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        raise ProofError(f"Position {index} is not in a tree of size {size}.")
    _check_hashes(leaf_hash, root, *proof)
    position, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise ProofError("The inclusion proof has a hash too many.")
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        position >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("The inclusion proof has a hash too few.")
    if found != root:
        raise ProofError(f"The entry at position {index} is not in the signed tree of size {size}.")


def verify_inclusion_batch(leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Refuse unless all leaves (position → leaf hash) stand in the tree of ``size`` leaves with this root.

    Raises ProofError. docs/record-format.md, section 4.
    """
    indexes = sorted(leaves)
    batch = BatchVerifier(size, proof)
    for index in indexes:
        batch.add(index, leaves[index])
    batch.finish(root)


class BatchVerifier:
    """Checks a batch proof as a stream: leaves come in rising order, and no more than 53 hashes are held.

    The positions alone decide where a hash of the proof belongs, so a proof cannot choose its own shape.
    """

    __slots__ = ("_edge", "_proof", "_taken", "_tree", "size")

    def __init__(self, size: int, proof: Sequence[bytes]) -> None:
        """Begin the check of a proof in a tree of ``size`` leaves; raise ProofError where there is no such tree."""
        if size < 0:
            raise ProofError(f"There is no tree of size {size}.")
        _check_hashes(*proof)
        self.size = size
        self._proof = proof
        self._taken = 0
        self._tree = Frontier()
        self._edge: bytes | None = None  # the right edge of the tree, when the proof gives it as one hash

    def add(self, index: int, leaf_hash: bytes) -> None:
        """Take the next leaf; raise ProofError when it does not rise, lies outside, or the proof runs out."""
        if not self._tree.size <= index < self.size:
            raise ProofError(f"Position {index} is not a next position in a tree of size {self.size}.")
        _check_hashes(leaf_hash)
        self._fill(index)
        self._tree.append(leaf_hash)

    def finish(self, root: bytes) -> None:
        """Raise ProofError unless leaves and proof together make exactly this root."""
        _check_hashes(root)
        self._fill(self.size)
        if self._taken != len(self._proof):
            raise ProofError("The batch proof has a hash too many.")
        if self._tree.root(self._edge) != root:
            raise ProofError(f"The entries are not all in the signed tree of size {self.size}.")

    def _fill(self, until: int) -> None:
        """Take from the proof the maximal subtrees between what is covered and ``until``."""
        while self._tree.size < until and self._edge is None:
            if self._taken == len(self._proof):
                raise ProofError("The batch proof has a hash too few.")
            digest = self._proof[self._taken]
            start, end = _next_subtree(self._tree.size, until, self.size)
            if (end - start).bit_count() == 1:
                self._tree.append_subtree(digest, end - start)
            else:  # not a full subtree: only the recursion's right edge is such
                self._edge = digest
            self._taken += 1


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """Refuse unless the tree of ``size1`` leaves with ``root1`` is a prefix of that of ``size2`` with ``root2``.

    Raises ProofError. RFC 9162, 2.1.4.2.
    """
    if not 0 <= size1 <= size2:
        raise ProofError(f"A tree of size {size1} is not a prefix of one of size {size2}.")
    _check_hashes(root1, root2, *proof)
    if size1 == 0 and root1 != EMPTY_ROOT:
        raise ProofError("The root of the empty tree is another.")
    if size1 in {0, size2}:
        if proof:
            raise ProofError("The consistency proof has a hash too many.")
        if size1 == size2 and root1 != root2:
            raise ProofError(f"Two different trees of size {size1} were signed.")
        return
    path = list(proof)
    if size1 & (size1 - 1) == 0:
        path.insert(0, root1)
    if not path:
        raise ProofError("The consistency proof has a hash too few.")
    position, last = size1 - 1, size2 - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("The consistency proof has a hash too many.")
        if position & 1 or position == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        position >>= 1
        last >>= 1
    if last != 0:
        raise ProofError("The consistency proof has a hash too few.")
    if old != root1 or new != root2:
        raise ProofError(f"The tree of size {size2} does not continue the signed tree of size {size1}.")


def _split(size: int) -> int:
    """Give the largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def _next_subtree(start: int, until: int, size: int) -> tuple[int, int]:
    """Give the largest subtree of the recursion over ``size`` leaves that begins at ``start`` and ends by ``until``."""
    low, high = 0, size
    while low != start or high > until:
        middle = low + _split(high - low)
        if start < middle:
            high = middle
        else:
            low = middle
    return low, high


def _check_hashes(*hashes: bytes) -> None:
    for digest in hashes:
        if len(digest) != HASH_BYTES:
            raise ProofError("A hash in the proof has not 32 bytes.")
