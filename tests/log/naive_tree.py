"""A second tree: RFC 9162, section 2.1, written down as its recursive definition, with no thought of speed.

It shares nothing with ``ledger.log`` but SHA-256 and is the oracle for it. Where the RFC's D is a list of entries, the
list here is of leaf hashes: MTH({d}) is taken as given.
"""

from hashlib import sha256


def split(n: int) -> int:
    """Give k, the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class NaiveTree:
    """The definitions over one list of leaf hashes; roots are remembered, which changes nothing but the time."""

    def __init__(self, leaf_hashes: list[bytes]) -> None:
        self.leaves = leaf_hashes
        self._roots: dict[tuple[int, int], bytes] = {}

    def root(self, start: int, end: int) -> bytes:
        """Give MTH(D[start:end]). Section 2.1.1."""
        if (start, end) not in self._roots:
            self._roots[start, end] = self._root(start, end)
        return self._roots[start, end]

    def _root(self, start: int, end: int) -> bytes:
        n = end - start
        if n == 0:
            return sha256(b"").digest()
        if n == 1:
            return self.leaves[start]
        k = split(n)
        return sha256(b"\x01" + self.root(start, start + k) + self.root(start + k, end)).digest()

    def path(self, m: int, start: int, end: int) -> list[bytes]:
        """Give PATH(m, D[start:end]). Section 2.1.3.1."""
        n = end - start
        if n == 1:
            return []
        k = split(n)
        if m < k:
            return [*self.path(m, start, start + k), self.root(start + k, end)]
        return [*self.path(m - k, start + k, end), self.root(start, start + k)]

    def proof(self, m: int, n: int) -> list[bytes]:
        """Give PROOF(m, D[0:n]) for 0 < m < n. Section 2.1.4.1."""
        return self._subproof(m, 0, n, whole=True)

    def _subproof(self, m: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        n = end - start
        if m == n:
            return [] if whole else [self.root(start, end)]
        k = split(n)
        if m <= k:
            return [*self._subproof(m, start, start + k, whole=whole), self.root(start + k, end)]
        return [*self._subproof(m - k, start + k, end, whole=False), self.root(start, start + k)]

    def batch(self, indexes: set[int], start: int, end: int) -> list[bytes]:
        """Give, left to right, the roots of the maximal subtrees of D[start:end] that hold none of ``indexes``."""
        if start == end:
            return []
        if not any(start <= index < end for index in indexes):
            return [self.root(start, end)]
        if end - start == 1:
            return []
        k = split(end - start)
        return [*self.batch(indexes, start, start + k), *self.batch(indexes, start + k, end)]
