"""The Merkle tree over all entries: checking its proofs (RFC 9162, section 2.1; docs/record-format.md, section 4).

Guarantees: index and size come from the caller, never from a proof; a proof with a hash too many or too few is
refused. Verifiers return nothing and raise :class:`ProofError`. Leaves to others, and hands on under this name: the
growing tree (``frontier``) and the making of proofs (``prove``).
"""

from collections.abc import Iterable, Mapping, Sequence

from ledger.log.errors import ProofError
from ledger.log.frontier import EMPTY_ROOT, HASH_BYTES, Frontier, node_hash, root_of
from ledger.log.prove import Hashes, hashes_of, left_size, prove_consistency, prove_inclusion, prove_inclusion_batch

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "BatchVerifier",
    "Frontier",
    "Hashes",
    "hashes_of",
    "node_hash",
    "prove_consistency",
    "prove_inclusion",
    "prove_inclusion_batch",
    "root_of",
    "verify_consistency",
    "verify_inclusion",
    "verify_inclusion_batch",
]


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
    batch = BatchVerifier(size, proof)
    for index in sorted(leaves):
        batch.add(index, leaves[index])
    batch.finish(root)


class BatchVerifier:
    """Checks a batch proof as a stream: leaves come in rising order, and no more than 53 hashes are held.

    The positions alone decide where a hash of the proof belongs, so a proof cannot choose its own shape. The proof is
    read as far as the leaves need it, and by ``finish`` to its end.
    """

    __slots__ = ("_edge", "_proof", "_tree", "size")

    def __init__(self, size: int, proof: Iterable[bytes]) -> None:
        """Begin the check of a proof in a tree of ``size`` leaves; raise ProofError where there is no such tree."""
        if size < 0:
            raise ProofError(f"There is no tree of size {size}.")
        self.size = size
        self._proof = iter(proof)
        self._tree = Frontier()
        self._edge: bytes | None = None  # the right edge of the tree, when the proof gives it as one hash

    def add(self, index: int, leaf_hash: bytes) -> None:
        """Take the next leaf; raise ProofError when it does not rise, lies outside, or the proof runs out."""
        if not self._tree.size <= index < self.size:
            raise ProofError(f"Position {index} is not a next position in a tree of size {self.size}.")
        _check_hashes(leaf_hash)
        if index > self._tree.size:
            self._fill(index)
        self._tree.append(leaf_hash)

    def finish(self, root: bytes) -> None:
        """Raise ProofError unless leaves and proof together make exactly this root."""
        _check_hashes(root)
        self._fill(self.size)
        for _ in self._proof:
            raise ProofError("The batch proof has a hash too many.")
        if self._tree.root(self._edge) != root:
            raise ProofError(f"The entries are not all in the signed tree of size {self.size}.")

    def _fill(self, until: int) -> None:
        """Take from the proof the maximal subtrees between what is covered and ``until``."""
        while self._tree.size < until and self._edge is None:
            digest = next(self._proof, None)
            if digest is None:
                raise ProofError("The batch proof has a hash too few.")
            _check_hashes(digest)
            start, end = _next_subtree(self._tree.size, until, self.size)
            if (end - start).bit_count() == 1:
                self._tree.append_subtree(digest, end - start)
            else:  # not a full subtree: only the recursion's right edge is such
                self._edge = digest


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


def _next_subtree(start: int, until: int, size: int) -> tuple[int, int]:
    """Give the largest subtree of the recursion over ``size`` leaves that begins at ``start`` and ends by ``until``."""
    low, high = 0, size
    while low != start or high > until:
        middle = low + left_size(high - low)
        if start < middle:
            high = middle
        else:
            low = middle
    return low, high


def _check_hashes(*hashes: bytes) -> None:
    for digest in hashes:
        if not isinstance(digest, bytes) or len(digest) != HASH_BYTES:
            raise ProofError("A hash has not 32 bytes.")
