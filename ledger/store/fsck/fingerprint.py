"""Comparing two multisets of (tag, position) that stand in different orders, without sorting either.

Guarantees: equal multisets have equal sums; unequal ones differ but for a chance of about their size in 2^128, whoever
chose them before the key was drawn. Leaves to others: counting the rows, which are compared as well.

Each row is one block of 16 bytes, its tag's number and its position. A block cipher under a key of this run turns every
block into one that nobody without the key can tell from a random one (AES is a pseudorandom permutation); the sum of
these is compared (a multiset hash of the kind of MSet-Add-Hash, Clarke et al., ASIACRYPT 2003). Take a block that one
multiset holds c times more often than the other: whatever the rest adds up to, c × its random value must be one certain
remainder, and of the 2^128 values at most c make it so, since c and the modulus share no factor greater than c. Blocks
are enciphered one by one (ECB) on purpose: equal rows must count as equal, and what comes out leaves no process.
"""

import secrets

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB

BLOCK_BYTES = 16
_BITS = 8 * BLOCK_BYTES
_MODULUS: int = 2**_BITS - 1  # a number and the sum of its digits to the base 2^128 leave the same remainder
_SHORT = 32 * _BITS


class Fingerprint:
    """A secret of one run under which its processes sum up rows."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        """Take a secret of 32 bytes, drawn anew for each run."""
        self._key = key

    @classmethod
    def new(cls) -> "Fingerprint":
        """Draw the secret."""
        return cls(secrets.token_bytes(32))

    def of(self, rows: bytes) -> int:
        """Give the sum of rows of 16 bytes each. Sums of parts are joined with ``joined``."""
        cipher = Cipher(AES256(self._key), ECB()).encryptor()  # noqa: S305 - a permutation of single blocks is the aim
        number = int.from_bytes(cipher.update(rows) + cipher.finalize(), "little")
        bits = 8 * len(rows)
        while bits > _SHORT:  # halved, because the division below takes a step for each digit
            half = (bits // _BITS + 1) // 2 * _BITS
            number = (number >> half) + (number & ((1 << half) - 1))
            bits = half + 1
        return number % _MODULUS


def joined(*sums: int) -> int:
    """Give the sum over what these sums are over."""
    return sum(sums) % _MODULUS
