"""A heads map that grows with the log, so that a year of sealed maps is recomputed without a year of rebuilding.

Guarantees: the same root as ``ledger.log.heads.HeadsMap`` over the same heads; setting a head costs a walk down, a root
only the nodes whose chains moved since the last one. Record format, section 6.
"""

from typing import TypeAlias

from ledger.log.heads import EMPTY, Head, inner_hash, leaf, node, place

# A subtree: nothing, one chain (its place and leaf hash), or two subtrees with the hash of both where it is known.
_Leaf: TypeAlias = "tuple[bytes, bytes]"
_Node: TypeAlias = "list[_Node | _Leaf | bytes | None]"


class GrowingHeads:
    """The heads of all chains seen so far."""

    def __init__(self) -> None:
        """Begin without chains."""
        self._heads: dict[str, Head] = {}
        self._moved: set[str] = set()
        self._tree: _Node | _Leaf | None = None

    def __len__(self) -> int:
        return len(self._heads)

    def __contains__(self, chain: str) -> bool:
        return chain in self._heads

    def get(self, chain: str) -> Head | None:
        """Give the head of a chain, None where there is none."""
        return self._heads.get(chain)

    def move(self, chain: str, head: Head) -> None:
        """Set the head of a chain."""
        self._heads[chain] = head
        self._moved.add(chain)

    def root(self) -> bytes:
        """Give the root over the heads as they are now."""
        for chain in self._moved:
            at = place(chain)
            self._tree = _put(self._tree, at, leaf(at, inner_hash(chain, self._heads[chain])), 0)
        self._moved.clear()
        return _hash(self._tree)


def _put(tree: "_Node | _Leaf | None", at: bytes, hashed: bytes, depth: int) -> "_Node | _Leaf":
    if tree is None:
        return (at, hashed)
    if isinstance(tree, tuple):
        if tree[0] == at:
            return (at, hashed)
        pair: _Node = [None, None, None]
        pair[_bit(tree[0], depth)] = tree
        tree = pair
    bit = _bit(at, depth)
    below = tree[bit]
    assert not isinstance(below, bytes), "the hash stands behind the two subtrees"
    tree[bit] = _put(below, at, hashed, depth + 1)
    tree[2] = None
    return tree


def _hash(tree: "_Node | _Leaf | None") -> bytes:
    if tree is None:
        return EMPTY
    if isinstance(tree, tuple):
        return tree[1]
    zero, one, known = tree
    if known is None:
        assert not isinstance(zero, bytes)
        assert not isinstance(one, bytes)
        known = tree[2] = node(_hash(zero), _hash(one))
    assert isinstance(known, bytes)
    return known


def _bit(at: bytes, depth: int) -> int:
    return at[depth >> 3] >> (7 - (depth & 7)) & 1
