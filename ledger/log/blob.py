"""A blob: a recording's bytes, sealed in chunks under a content key of its own (docs/record-format.md, section 8).

Guarantees: sealing and opening hold one chunk in memory; an opened blob has exactly the chunks, the length, the digest
and the tree root that its reference names, or the opener refuses. Chunks are given out as they open: what was given
out counts only when the iterator ended without a refusal. Leaves to others: where sealed chunks are kept, and keeping
the content key only inside sealed payloads, so that a recording dies with them.

    blob id   32 random hex digits: its name in the store
    chunk     1 MiB of content, the last one less (an empty content is one empty chunk)
    sealed    AES-256-GCM(content key, nonce = index (11 bytes, big endian) ‖ 0x01 for the last chunk else 0x00,
              aad = "shoseki blob v1" ‖ LF ‖ blob id)
    root      RFC 9162 root over the sealed chunks

The payload of the entry that started a recording names it in ``data`` by {"blob": {"id","key"}}; that of the entry
that finished it by {"blob": {"bytes","chunks","id","key","root","sha256"}}; key, root and sha256 as hex.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.log.canonical import MAX_INTEGER
from ledger.log.entry import leaf_hash
from ledger.log.errors import FormatError, SealError
from ledger.log.tree import Frontier

CHUNK_BYTES = 1_048_576
KEY_BYTES = 32
TAG_BYTES = 16
MEMBER = "blob"
"""The member of a payload's ``data`` that names a blob."""

_ID = re.compile(r"[0-9a-f]{32}\Z")
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_STARTED = frozenset(("id", "key"))
_FINISHED = frozenset(("bytes", "chunks", "id", "key", "root", "sha256"))


@dataclass(frozen=True, slots=True)
class BlobReference:
    """What a finishing payload says of a blob: enough to find, open and check all of it."""

    id: str
    key: bytes
    chunks: int
    length: int
    digest: bytes
    root: bytes

    @property
    def sealed_bytes(self) -> int:
        """Tell how many bytes the sealed chunks have together."""
        return self.length + self.chunks * TAG_BYTES

    def members(self) -> dict[str, object]:
        """Give the reference as the value of the payload's member ``blob``."""
        return {
            "bytes": self.length,
            "chunks": self.chunks,
            "id": self.id,
            "key": self.key.hex(),
            "root": self.root.hex(),
            "sha256": self.digest.hex(),
        }

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """Give the reference that a payload's member ``blob`` is; None where it only says that a recording started.

        Raises FormatError for anything else.
        """
        if not isinstance(value, Mapping) or frozenset(value) not in {_STARTED, _FINISHED}:
            raise FormatError("A payload names a blob by other members than the format has.")
        check_id(value["id"])
        for name in ("key", "root", "sha256"):
            if name in value and (type(value[name]) is not str or not _HEX.match(value[name])):
                raise FormatError(f"The member {name} of a blob is not 64 hex digits.")
        if value.keys() == _STARTED:
            return None
        length, chunks = _count(value, "bytes"), _count(value, "chunks")
        if chunks != chunks_of(length):
            raise FormatError(f"A blob of {length} bytes has not {chunks} chunks.")
        key, digest, root = (bytes.fromhex(value[name]) for name in ("key", "sha256", "root"))
        return cls(value["id"], key, chunks, length, digest, root)


class BlobSealer:
    """Seals one blob. ``seal`` is read once to its end; then ``reference`` is what the finishing payload holds."""

    __slots__ = ("_cipher", "_digest", "_id", "_key", "_length", "_reference", "_tree")

    def __init__(self, key: bytes, blob_id: str) -> None:
        """Begin a blob; its key (32 bytes) and id come from a cryptographic source and were never used before."""
        check_id(blob_id)
        self._cipher = _cipher(key)
        self._key, self._id = key, blob_id
        self._digest, self._length, self._tree = sha256(), 0, Frontier()
        self._reference: BlobReference | None = None

    def seal(self, content: Iterable[bytes]) -> Iterator[bytes]:
        """Give the sealed chunks of ``content``, which comes in pieces of any length."""
        aad = _aad(self._id)
        for index, (chunk, last) in enumerate(_chunks(content)):
            self._digest.update(chunk)
            self._length += len(chunk)
            sealed = self._cipher.encrypt(_nonce(index, last=last), chunk, aad)
            self._tree.append(leaf_hash(sealed))
            if last:
                self._reference = BlobReference(
                    self._id, self._key, self._tree.size, self._length, self._digest.digest(), self._tree.root()
                )
            yield sealed

    @property
    def reference(self) -> BlobReference:
        """Tell the reference; raise SealError before all chunks were read."""
        if self._reference is None:
            raise SealError(f"The blob {self._id} is not sealed to its end.")
        return self._reference


def open_blob(reference: BlobReference, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """Give the content chunk by chunk; ``sealed`` comes in pieces of any length.

    Raises SealError for anything but exactly the chunks that the reference names. What was given out before counts
    only when the iterator ends without it.
    """
    cipher, aad = _cipher(reference.key), _aad(reference.id)
    digest, length, tree = sha256(), 0, Frontier()
    for box in _pieces(sealed, CHUNK_BYTES + TAG_BYTES):
        if tree.size == reference.chunks:
            raise SealError(f"The blob {reference.id} goes on after its last chunk.")
        last = tree.size == reference.chunks - 1
        try:
            chunk = cipher.decrypt(_nonce(tree.size, last=last), box, aad)
        except InvalidTag:
            raise SealError(f"Chunk {tree.size} of the blob {reference.id} does not open.") from None
        tree.append(leaf_hash(box))
        digest.update(chunk)
        length += len(chunk)
        yield chunk
    if tree.size != reference.chunks:
        raise SealError(f"The blob {reference.id} has {tree.size} of its {reference.chunks} chunks.")
    if (length, digest.digest(), tree.root()) != (reference.length, reference.digest, reference.root):
        raise SealError(f"The blob {reference.id} is not the one that the finishing entry names.")


def check_blob(reference: BlobReference, sealed: Iterable[bytes]) -> None:
    """Refuse unless the sealed chunks are exactly those that the reference names; raise SealError."""
    for _ in open_blob(reference, sealed):
        pass


def chunks_of(length: int) -> int:
    """Tell how many chunks a content of this length has: at least one."""
    return max(1, -(-length // CHUNK_BYTES))


def check_id(blob_id: object) -> None:
    """Raise FormatError unless this can name a blob: 32 hex digits."""
    if type(blob_id) is not str or not _ID.match(blob_id):
        raise FormatError(f"{blob_id!r} is not a blob id (32 hex digits).")


def _chunks(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Give the content in chunks, each with whether it is the last; so one chunk is held back."""
    held: bytes | None = None
    for chunk in _pieces(content, CHUNK_BYTES):
        if held is not None:
            yield held, False
        held = chunk
    yield held or b"", True


def _pieces(stream: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Give the stream in pieces of ``size`` bytes; the last has what is left, if anything is."""
    buffer = bytearray()
    for part in stream:
        buffer += part
        while len(buffer) >= size:
            yield bytes(buffer[:size])
            del buffer[:size]
    if buffer:
        yield bytes(buffer)


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise SealError(f"A content key has {KEY_BYTES} bytes.")
    return AESGCM(key)


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _aad(blob_id: str) -> bytes:
    return b"shoseki blob v1\n" + blob_id.encode()


def _count(value: Mapping[str, Any], name: str) -> int:
    count = value[name]
    if type(count) is not int or not 0 <= count <= MAX_INTEGER:
        raise FormatError(f"The member {name} of a blob is not a number from 0.")
    return count
