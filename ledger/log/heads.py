"""The heads map: a prefix tree over the newest entry of every chain (docs/record-format.md, section 6).

Guarantees: a chain has one place in the map, so its head can be proved and so can its absence; a proof with a sibling
too many or too few leads to another root. Leaves to others: that a root stands in a proven ``heads.sealed.v1`` entry,
and recomputing a root from all entries, which is what a monitor does.

    K                    H(chain), walked from its most significant bit
    subtree of no chain  32 zero bytes
    of one chain         H(0x02 ‖ K ‖ H(JCS {"chain","head","seq"}))
    of more              H(0x03 ‖ subtree of bit 0 ‖ subtree of bit 1)
    proof                the siblings from the root down, and what stands at the end: the chain's own head, nothing, or
                         another chain's K and inner hash
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from ledger.log import canonical
from ledger.log.entry import check_chain
from ledger.log.errors import FormatError, ProofError

EMPTY = bytes(32)
"""The hash of a subtree without chains."""
HASH_BYTES = 32
_BITS = 8 * HASH_BYTES


class Head(NamedTuple):
    """The newest entry of a chain: its number in the chain and its leaf hash."""

    seq: int
    leaf_hash: bytes


class OtherLeaf(NamedTuple):
    """The leaf of another chain, met where the chain in question would stand."""

    place: bytes
    inner: bytes


@dataclass(frozen=True, slots=True)
class PresenceProof:
    """The siblings from the root down to the chain's own leaf."""

    siblings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AbsenceProof:
    """The siblings from the root down to where the chain would stand, and what is there instead."""

    siblings: tuple[bytes, ...]
    found: OtherLeaf | None


Proof: TypeAlias = PresenceProof | AbsenceProof


class HeadsMap:
    """The map of these heads, each chain at its place. Building takes time in proportion to the number of chains."""

    __slots__ = ("_leaves", "_nodes", "_places")

    def __init__(self, heads: Mapping[str, Head] | Iterable[tuple[str, Head]]) -> None:
        """Place every chain; raise FormatError for a chain named twice or a head that no chain can have."""
        pairs = heads.items() if isinstance(heads, Mapping) else heads
        placed = sorted((place(chain), inner_hash(chain, head)) for chain, head in pairs)
        self._places = [at for at, _ in placed]
        self._leaves = [leaf(at, inner) for at, inner in placed]
        self._nodes = dict(placed)
        if len(self._nodes) != len(placed):
            raise FormatError("A chain is named twice among the heads.")

    def __len__(self) -> int:
        return len(self._places)

    def root(self) -> bytes:
        """Give the root hash: what ``heads.sealed.v1`` states."""
        return self._subtree(0, len(self._places), 0)

    def prove(self, chain: str) -> Proof:
        """Give the proof of the chain's head, or of its absence."""
        goal = place(chain)
        low, high, depth = 0, len(self._places), 0
        siblings: list[bytes] = []
        while high - low > 1:
            middle = self._middle(low, high, depth)
            if _bit(goal, depth):
                siblings.append(self._subtree(low, middle, depth + 1))
                low = middle
            else:
                siblings.append(self._subtree(middle, high, depth + 1))
                high = middle
            depth += 1
        if low == high:
            return AbsenceProof(tuple(siblings), None)
        there = self._places[low]
        if there == goal:
            return PresenceProof(tuple(siblings))
        return AbsenceProof(tuple(siblings), OtherLeaf(there, self._nodes[there]))

    def _subtree(self, low: int, high: int, depth: int) -> bytes:
        if low == high:
            return EMPTY
        if high - low == 1:
            return self._leaves[low]
        middle = self._middle(low, high, depth)
        return node(self._subtree(low, middle, depth + 1), self._subtree(middle, high, depth + 1))

    def _middle(self, low: int, high: int, depth: int) -> int:
        """Give the index of the first place from ``low`` to ``high`` whose bit at ``depth`` is 1."""
        return bisect_left(self._places, 1, low, high, key=lambda at: _bit(at, depth))


def verify_presence(root: bytes, chain: str, head: Head, proof: PresenceProof) -> None:
    """Refuse unless the map with this root gives the chain exactly this head; raise ProofError."""
    at = place(chain)
    if _climb(at, leaf(at, inner_hash(chain, head)), proof.siblings) != root:
        raise ProofError(f"Entry {head.seq} is not the head of the chain {chain} in the sealed heads map.")


def verify_absence(root: bytes, chain: str, proof: AbsenceProof) -> None:
    """Refuse unless the map with this root has no head for the chain; raise ProofError."""
    at, found = place(chain), proof.found
    if found is None:
        terminal = EMPTY
    else:
        if len(found.place) != HASH_BYTES or len(found.inner) != HASH_BYTES:
            raise ProofError("A hash in the absence proof has not 32 bytes.")
        if found.place == at:
            raise ProofError(f"What should prove that the chain {chain} is absent is its own leaf.")
        if any(_bit(at, depth) != _bit(found.place, depth) for depth in range(min(len(proof.siblings), _BITS))):
            raise ProofError(f"The leaf in the absence proof does not stand where the chain {chain} would.")
        terminal = leaf(*found)
    if _climb(at, terminal, proof.siblings) != root:
        raise ProofError(f"The sealed heads map does not show that the chain {chain} is absent.")


def place(chain: str) -> bytes:
    """Give K, the chain's place in the map: H(chain). Raises FormatError for what cannot name a chain."""
    check_chain(chain)
    return sha256(chain.encode()).digest()


def inner_hash(chain: str, head: Head) -> bytes:
    """Give H(JCS {"chain","head","seq"}); raise FormatError for a head that no chain can have."""
    if head.seq < 1 or len(head.leaf_hash) != HASH_BYTES:
        raise FormatError(f"The chain {chain} cannot have the head {head.seq}, {head.leaf_hash.hex()}.")
    return sha256(canonical.encode({"chain": chain, "head": head.leaf_hash.hex(), "seq": head.seq})).digest()


def leaf(at: bytes, inner: bytes) -> bytes:
    """Give the hash of the subtree of one chain: H(0x02 ‖ K ‖ inner hash)."""
    return sha256(b"\x02" + at + inner).digest()


def node(zero: bytes, one: bytes) -> bytes:
    """Give the hash of the subtree of more chains: H(0x03 ‖ subtree of bit 0 ‖ subtree of bit 1)."""
    return sha256(b"\x03" + zero + one).digest()


def _climb(at: bytes, terminal: bytes, siblings: Sequence[bytes]) -> bytes:
    if len(siblings) > _BITS:
        raise ProofError(f"A heads proof has at most {_BITS} siblings, not {len(siblings)}.")
    found = terminal
    for depth in range(len(siblings) - 1, -1, -1):
        sibling = siblings[depth]
        if len(sibling) != HASH_BYTES:
            raise ProofError("A hash in the heads proof has not 32 bytes.")
        found = node(sibling, found) if _bit(at, depth) else node(found, sibling)
    return found


def _bit(at: bytes, depth: int) -> int:
    return at[depth >> 3] >> (7 - (depth & 7)) & 1
