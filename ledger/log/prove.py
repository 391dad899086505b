"""Making the proofs that ``tree`` verifies (RFC 9162, section 2.1; docs/record-format.md, section 4).

Guarantees: the proofs are those of the recursive definition, hash by hash. Leaves to others: where hashes are stored.
A prover asks for the hash of a maximal subtree through :data:`Hashes`, so it works over memory, files and a database.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from ledger.log.errors import ProofError
from ledger.log.frontier import Frontier

Hashes: TypeAlias = Callable[[int, int], bytes]
"""Gives the root hash of the leaves start … end − 1, which is a subtree that the RFC's recursion reaches."""


def hashes_of(leaf_hashes: Sequence[bytes]) -> Hashes:
    """Give a source of subtree hashes over leaves held in memory."""

    def root(start: int, end: int) -> bytes:
        tree = Frontier()
        tree.extend(leaf_hashes[start:end])
        return tree.root()

    return root


def prove_inclusion(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Give the audit path of leaf ``index`` in a tree of ``size`` leaves, from the leaf up. RFC 9162, 2.1.3.1."""
    if not 0 <= index < size:
        raise ProofError(f"Position {index} is not in a tree of size {size}.")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + left_size(end - start)
        if index < middle:
            proof.append(hashes(middle, end))
            end = middle
        else:
            proof.append(hashes(start, middle))
            start = middle
    return proof[::-1]


def prove_inclusion_batch(indexes: Iterable[int], size: int, hashes: Hashes) -> Iterator[bytes]:
    """Give the hashes, left to right, of the maximal subtrees that hold none of ``indexes`` (rising, unique).

    Asks for the subtrees in rising order and reads the indexes once, so both may be streams of any length. Raises
    ProofError as soon as it comes to an index that is none. docs/record-format.md, section 4.
    """
    wanted = _rising(indexes, size)
    index = next(wanted)
    pending = [(0, size)] if size else []
    while pending:
        start, end = pending.pop()
        if index >= end:
            yield hashes(start, end)
        elif end - start > 1:
            middle = start + left_size(end - start)
            pending.append((middle, end))
            pending.append((start, middle))
        else:
            index = next(wanted)


def prove_consistency(size1: int, size2: int, hashes: Hashes) -> list[bytes]:
    """Give the proof that the tree of ``size1`` leaves is a prefix of that of ``size2``. RFC 9162, 2.1.4.1."""
    if not 0 <= size1 <= size2:
        raise ProofError(f"A tree of size {size1} is not a prefix of one of size {size2}.")
    if size1 in {0, size2}:
        return []
    proof: list[bytes] = []
    start, end = 0, size2
    while size1 != end:
        middle = start + left_size(end - start)
        if size1 <= middle:
            proof.append(hashes(middle, end))
            end = middle
        else:
            proof.append(hashes(start, middle))
            start = middle
    if start:  # the old root itself is known to the verifier; any smaller subtree is not
        proof.append(hashes(start, end))
    return proof[::-1]


def _rising(indexes: Iterable[int], size: int) -> Iterator[int]:
    """Pass on the positions of a batch, checked, and behind them ``size``, at which no leaf stands."""
    before = -1
    for index in indexes:
        if not before < index < size:
            raise ProofError(f"Position {index} is not a next position in a tree of size {size}.")
        yield index
        before = index
    yield size


def left_size(size: int) -> int:
    """Give the largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1
