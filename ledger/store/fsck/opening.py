"""Opening the seals of one chain and key, many of them, whose commitments are at hand as the entries spell them.

Guarantees: gives a payload exactly where ``ledger.log.seal.Sealer`` does, in two thirds of its time: what is not seen
to be right at once is left to it, which opens or names it. Record format, section 3.
"""

from binascii import hexlify, unhexlify
from collections.abc import Sequence
from hashlib import sha256
from struct import Struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.log.seal import MAX_PAYLOAD_BYTES, NONCE_BYTES, SALT_BYTES, Sealer

_BOX = 1 + NONCE_BYTES
_BLOCK = 256
_HASHED = 64  # SHA-256 works in blocks of so many bytes, and HMAC fills its key up to one
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))
_FILL = bytes(_HASHED - SALT_BYTES)
_PADDINGS = frozenset(b"\x80" + bytes(zeros) for zeros in range(_BLOCK))
_VERSION = {1}
_keys = Struct(f"{_HASHED}s").iter_unpack


class Opener:
    """Opens what was sealed under one data key."""

    __slots__ = ("_sealer", "aad", "decrypt")

    def __init__(self, data_key: bytes, *, origin: str, chain: str, key: str) -> None:
        """Bind a data key to the names that its seals authenticate; raise what ``Sealer`` does."""
        self._sealer = Sealer(data_key, origin=origin, chain=chain, key=key)
        self.decrypt = AESGCM(data_key).decrypt
        self.aad = f"shoseki seal v1\n{origin}\n{chain}\n{key}\n".encode()

    def open(self, sealed: bytes, commitment: bytes) -> bytes:
        """Give the payload; ``commitment`` is its hexadecimal digits.

        Raises UnknownFormatError, SealError as ``Sealer.open`` does.
        """
        found = open_all((self,), (sealed,), (commitment,))
        return self._sealer.open_spelled(sealed, unhexlify(commitment), commitment) if found is None else found[0]


def open_all(openers: Sequence[Opener], sealed: Sequence[bytes], commitments: Sequence[bytes]) -> list[bytes] | None:
    """Give the payload of every seal; None where one is not seen to be right at once. Each has its opener."""
    try:
        padded = [
            opener.decrypt(each[1:_BOX], each[_BOX:], opener.aad + commitment)
            for opener, each, commitment in zip(openers, sealed, commitments, strict=True)
        ]
    except (InvalidTag, ValueError):
        return None
    ends = [each.rfind(b"\x80") for each in padded]
    if (
        min(ends) < SALT_BYTES
        or max(ends) > MAX_PAYLOAD_BYTES
        or any(size % _BLOCK for size in set(map(len, padded)))
        or not _PADDINGS.issuperset([each[end:] for each, end in zip(padded, ends, strict=True)])
        or {each[0] for each in sealed} != _VERSION
    ):
        return None
    payloads = [each[SALT_BYTES:end] for each, end in zip(padded, ends, strict=True)]
    # HMAC's two keys are made of all salts at once, each filled up to a block.
    salts = _FILL.join([each[:SALT_BYTES] for each in padded]) + _FILL
    inner = [
        sha256(key + payload).digest() for (key,), payload in zip(_keys(salts.translate(_INNER)), payloads, strict=True)
    ]
    outer = [
        sha256(key + hashed).digest() for (key,), hashed in zip(_keys(salts.translate(_OUTER)), inner, strict=True)
    ]
    return payloads if hexlify(b"".join(outer)) == b"".join(commitments) else None
