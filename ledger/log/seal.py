"""Sealing a payload so that its key can be destroyed and its commitment stays (docs/record-format.md, section 3).

Guarantees: an opened seal is returned only when salt and payload reproduce the commitment; no error tells anything of
the payload. Leaves to others: where the two halves of a data key are kept, and which key seals what. The caller brings
salt and nonce from a cryptographic source, never used before.

    salt        32 random bytes, new for every entry
    commitment  HMAC-SHA-256(key = salt, message = payload)
    padded      salt ‖ payload ‖ 0x80 ‖ zero bytes up to a multiple of 256
    sealed      0x01 ‖ nonce (12 bytes) ‖ AES-256-GCM(data key, nonce, padded, aad)
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from struct import Struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.log.errors import SealError, UnknownFormatError
from ledger.log.members import check_chain, check_key, check_origin

SALT_BYTES = 32
NONCE_BYTES = 12
HALF_BYTES = 32
DRAW_BYTES = SALT_BYTES + NONCE_BYTES
DATA_KEY_BYTES = 32
TAG_BYTES = 16
MAX_PAYLOAD_BYTES = 1_048_576
_VERSION = b"\x01"
_BLOCK = 256
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))
_INNER_FILL = b"\x36" * (64 - SALT_BYTES)  # SHA-256 works in blocks of 64 bytes
_OUTER_FILL = b"\x5c" * (64 - SALT_BYTES)
_PADDING = [b"\x80" + bytes(-(length + 1) % _BLOCK) for length in range(_BLOCK)]  # by the length modulo 256
_salts = Struct(f"{SALT_BYTES}s").iter_unpack
_nonces = Struct(f"{NONCE_BYTES}s").iter_unpack
_Fresh = tuple[tuple[bytes], tuple[bytes], tuple[bytes], tuple[bytes]]
_LONGEST_PADDED = -(-(SALT_BYTES + MAX_PAYLOAD_BYTES + 1) // _BLOCK) * _BLOCK


def commitment(salt: bytes, payload: bytes) -> bytes:
    """Give HMAC-SHA-256(salt, payload): binds an entry to a payload without revealing it. RFC 2104."""
    if len(salt) != SALT_BYTES:
        return hmac.digest(salt, payload, "sha256")
    # Written out, because setting up OpenSSL's HMAC for a key that is used once costs more than the two hashes.
    inner = sha256(salt.translate(_INNER) + _INNER_FILL + payload).digest()
    return sha256(salt.translate(_OUTER) + _OUTER_FILL + inner).digest()


def reproduces(salt: bytes, payload: bytes, expected: bytes) -> bool:
    """Tell whether a disclosed salt and payload can be such, and are what the entry committed to."""
    if len(salt) != SALT_BYTES or len(payload) > MAX_PAYLOAD_BYTES:
        return False
    return hmac.compare_digest(commitment(salt, payload), expected)


def half_check(origin: str, half_id: str, half: bytes) -> str:
    """Give the hex digest by which a half found in a backup can be matched to its announcement.

    ``half_id`` is a chain, or the id of a key. Raises FormatError for another name, SealError for another length.
    """
    check_origin(origin)
    (check_key if ":" in half_id else check_chain)(half_id)
    _check_half(half)
    return sha256(b"shoseki half v1\n%b\n%b\n%b" % (origin.encode(), half_id.encode(), half)).hexdigest()


def derive_data_key(epoch_half: bytes, chain_half: bytes, *, origin: str, chain: str, key: str) -> bytes:
    """Give the 32-byte data key of one chain and one epoch: HKDF-SHA-256 over both halves (RFC 5869, no salt).

    Raises FormatError for names that no entry can bear, SealError for a half of another length.
    """
    _check_half(epoch_half)
    _check_half(chain_half)
    info = b"shoseki data key v1\n" + _names(origin, chain, key)
    return HKDF(algorithm=SHA256(), length=DATA_KEY_BYTES, salt=None, info=info).derive(epoch_half + chain_half)


class Draw:
    """Salts and nonces of many seals, from one draw of a cryptographic source. Each is used once, in order."""

    __slots__ = ("each",)

    def __init__(self, random: bytes) -> None:
        """Take ``DRAW_BYTES`` for each seal to be made: all salts come first, the nonces behind them."""
        count = len(random) // DRAW_BYTES
        salts, nonces = random[: count * SALT_BYTES], random[count * SALT_BYTES : count * DRAW_BYTES]
        # The HMAC's two keys are made of all salts at once.
        inner, outer = salts.translate(_INNER), salts.translate(_OUTER)
        self.each: Iterator[_Fresh] = zip(_salts(salts), _salts(inner), _salts(outer), _nonces(nonces), strict=True)
        """Of each seal that is left: salt, the HMAC's inner and outer key, and nonce, each in a tuple of its own."""


class Sealer:
    """Seals and opens the payloads of one chain under one data key. Cheap to keep, safe to share between threads."""

    __slots__ = ("_aad", "_decrypt", "_encrypt")

    def __init__(self, data_key: bytes, *, origin: str, chain: str, key: str) -> None:
        """Bind a data key to the names that its seals authenticate.

        Raises FormatError for names that no entry can bear, SealError for a key of another length (AES-128 included).
        """
        if len(data_key) != DATA_KEY_BYTES:
            raise SealError("A data key has 32 bytes.")
        cipher = AESGCM(data_key)
        self._encrypt, self._decrypt = cipher.encrypt, cipher.decrypt
        self._aad = b"shoseki seal v1\n" + _names(origin, chain, key) + b"\n"

    def seal(self, payload: bytes, *, salt: bytes, nonce: bytes) -> tuple[bytes, bytes]:
        """Give commitment and sealed bytes; raise SealError for a payload over 1 MiB."""
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise _too_large(payload)
        if len(salt) != SALT_BYTES or len(nonce) != NONCE_BYTES:
            raise SealError("A seal needs a salt of 32 bytes and a nonce of 12.")
        committed = commitment(salt, payload)
        padded = salt + payload + _PADDING[(SALT_BYTES + len(payload)) % _BLOCK]
        return committed, _VERSION + nonce + self._encrypt(nonce, padded, self._aad + committed.hex().encode())

    def open(self, sealed: bytes, committed: bytes) -> tuple[bytes, bytes]:
        """Give salt and payload.

        Raises UnknownFormatError for another seal version; SealError when the seal does not open under this key and
        these names, or opens to something that the commitment does not bind.
        """
        padded, end = self._open(sealed, committed, committed.hex().encode())
        return padded[:SALT_BYTES], padded[SALT_BYTES:end]

    def open_spelled(self, sealed: bytes, committed: bytes, spelled: bytes) -> bytes:
        """Give the payload: ``open`` for who reads many seals and has each commitment in hexadecimal as well."""
        padded, end = self._open(sealed, committed, spelled)
        return padded[SALT_BYTES:end]

    def _open(self, sealed: bytes, committed: bytes, spelled: bytes) -> tuple[bytes, int]:
        """Give the padded text, and where its payload ends."""
        if sealed[:1] != _VERSION:
            if sealed[:1] > _VERSION:
                raise UnknownFormatError(f"The seal has version {sealed[0]}; this program knows {_VERSION[0]}.")
            raise SealError("The sealed bytes name no seal version.")
        box = sealed[1 + NONCE_BYTES :]
        size = len(box) - TAG_BYTES
        if size % _BLOCK or not _BLOCK <= size <= _LONGEST_PADDED:
            raise SealError("The sealed bytes have a length that no seal has.")
        try:
            padded = self._decrypt(sealed[1 : 1 + NONCE_BYTES], box, self._aad + spelled)
        except InvalidTag:
            raise SealError("The seal does not open: bytes, key or names are not those it was made with.") from None
        end = padded.rfind(b"\x80")
        if end < SALT_BYTES or size - end > _BLOCK or padded[end + 1 :] != bytes(size - end - 1):
            raise SealError("The seal opens to bytes that are not padded as a seal is.")
        # AES-GCM alone can be made to open to two texts under two keys; the commitment can't. Who holds the key may
        # learn both of what is compared here, so that the time it takes tells nothing.
        payload = padded[SALT_BYTES:end]
        if len(payload) > MAX_PAYLOAD_BYTES or commitment(padded[:SALT_BYTES], payload) != committed:
            raise SealError("The seal opens to a payload that the entry did not commit to.")
        return padded, end


def seal_drawn(
    sealers: Iterable[Sealer | None], payloads: Sequence[bytes], draw: Draw
) -> list[tuple[str, bytes | None]]:
    """Give of each payload the commitment as hex and the sealed bytes; "" and None where there is no sealer.

    What ``Sealer.seal`` gives with the next salts and nonces of the draw, in half the time: in one loop, as it runs for
    every entry. Raises SealError for a payload over 1 MiB, IndexError when the draw is used up.
    """
    for payload in payloads:
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise _too_large(payload)
    given: list[tuple[str, bytes | None]] = []
    for sealer, payload, ((salt,), (inner,), (outer,), (nonce,)) in zip(sealers, payloads, draw.each, strict=False):
        if sealer is None:
            given.append(("", None))
            continue
        committed = sha256(outer + _OUTER_FILL + sha256(inner + _INNER_FILL + payload).digest()).hexdigest()
        padded = salt + payload + _PADDING[(SALT_BYTES + len(payload)) % _BLOCK]
        box = sealer._encrypt(nonce, padded, sealer._aad + committed.encode())  # noqa: SLF001 - of this module
        given.append((committed, _VERSION + nonce + box))
    if len(given) < len(payloads):
        raise IndexError("The draw is used up.")
    return given


def _too_large(payload: bytes) -> SealError:
    return SealError(f"The payload has {len(payload)} bytes; a payload has at most {MAX_PAYLOAD_BYTES}.")


def _names(origin: str, chain: str, key: str) -> bytes:
    """Join the names that bind a key to its use. None of them can hold the line feed that parts them."""
    check_origin(origin)
    check_chain(chain)
    check_key(key)
    return f"{origin}\n{chain}\n{key}".encode()


def _check_half(half: bytes) -> None:
    if len(half) != HALF_BYTES:
        raise SealError("A key half has 32 bytes.")
