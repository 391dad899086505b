"""Opening the seals of one chain and key, many of them, whose commitments are at hand as the entries spell them.

Guarantees: gives a payload exactly where ``ledger.log.seal.Sealer`` does, in two thirds of its time: what is not seen
to be right at once is left to it, which opens or names it. Record format, section 3.
"""

from binascii import hexlify, unhexlify
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.log.seal import MAX_PAYLOAD_BYTES, NONCE_BYTES, SALT_BYTES, Sealer

_BOX = 1 + NONCE_BYTES
_BLOCK = 256
_HASHED = 64  # SHA-256 works in blocks of so many bytes, and HMAC fills its key up to one
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))
_INNER_FILL = b"\x36" * (_HASHED - SALT_BYTES)
_OUTER_FILL = b"\x5c" * (_HASHED - SALT_BYTES)
_ZEROS = [bytes(count) for count in range(_BLOCK)]


class Opener:
    """Opens what was sealed under one data key."""

    __slots__ = ("_aad", "_decrypt", "_sealer")

    def __init__(self, data_key: bytes, *, origin: str, chain: str, key: str) -> None:
        """Bind a data key to the names that its seals authenticate; raise what ``Sealer`` does."""
        self._sealer = Sealer(data_key, origin=origin, chain=chain, key=key)
        self._decrypt = AESGCM(data_key).decrypt
        self._aad = f"shoseki seal v1\n{origin}\n{chain}\n{key}\n".encode()

    def open(self, sealed: bytes, commitment: bytes) -> bytes:
        """Give the payload; ``commitment`` is its hexadecimal digits.

        Raises UnknownFormatError, SealError as ``Sealer.open`` does.
        """
        try:
            padded = self._decrypt(sealed[1:_BOX], sealed[_BOX:], self._aad + commitment)
            end = padded.rfind(b"\x80")
            salt, payload = padded[:SALT_BYTES], padded[SALT_BYTES:end]
            inner = sha256(salt.translate(_INNER) + _INNER_FILL + payload).digest()
            outer = sha256(salt.translate(_OUTER) + _OUTER_FILL + inner).digest()
            if (
                hexlify(outer) == commitment
                and sealed[0] == 1
                and SALT_BYTES <= end <= MAX_PAYLOAD_BYTES
                and not len(padded) % _BLOCK
                and padded[end + 1 :] == _ZEROS[len(padded) - end - 1]
            ):
                return payload
        except (InvalidTag, ValueError, IndexError):
            pass  # the other reader says why
        return self._sealer.open_spelled(sealed, unhexlify(commitment), commitment)
