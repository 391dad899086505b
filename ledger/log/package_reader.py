"""Reading a package as what it may be: a hostile file (docs/record-format.md, section 8).

Guarantees: memory does not grow with the number of entries or the size of a recording; every size is bounded before
it is read, and so is the number of values in it; a file that the manifest does not list, or that no package has, is
refused, as is one with another digest. Digests are checked while a stream is read and refused at its end: what a stream
gave counts only when it ended. Leaves to others: what the bytes mean (``verify``).
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from ledger.log import blob, shape
from ledger.log.archive import MAX_MEMBERS, ArchiveReader
from ledger.log.entry import MAX_ENTRY_BYTES
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.note import MAX_NOTE_BYTES
from ledger.log.package import BAGIT, BAGIT_TEXT, BLOBS, CHECKPOINT, ENTRIES, MANIFEST, PROOFS
from ledger.log.proofs import BATCH_PROOF_END, BATCH_PROOF_MARK, Proofs
from ledger.log.refusal import Refusal, RefusedError
from ledger.log.seal import MAX_PAYLOAD_BYTES

BLOCK_BYTES = 1 << 20
MAX_LINE_BYTES = (MAX_ENTRY_BYTES + MAX_PAYLOAD_BYTES) * 4 // 3 + 512
MAX_PROOFS_HEAD_BYTES = 16 << 20
"""All of ``data/proofs.json`` but the batch proof: it grows with days, keys and recordings, not with entries."""
MAX_PROOFS_VALUES = 200_000
"""So many values may stand in it. A value takes many times the memory of its bytes, and bytes compress."""

_LISTED = re.compile(r"([0-9a-f]{64})  ([a-z0-9._/-]{1,200})\Z")
_MANIFEST_LINE_BYTES = 64 + 2 + 200 + 1
_FIXED = (CHECKPOINT, ENTRIES, PROOFS)
_GROUP = 128  # base64 characters of 3 hashes


class PackageReader:
    """A package whose structure holds: an archive with these files, all listed. Opening it reads nothing else."""

    __slots__ = ("_archive", "_digests", "blob_ids", "size")

    def __init__(self, file: BinaryIO) -> None:
        """Check structure and manifest; raise RefusedError of step 11."""
        self._archive = ArchiveReader(file)
        members = self._archive.members
        for name in (BAGIT, MANIFEST):
            if name not in members:
                raise RefusedError(Refusal.FILE_ABSENT, f"The package has no {name}.")
        if self._archive.read(BAGIT, len(BAGIT_TEXT)) != BAGIT_TEXT:
            raise RefusedError(Refusal.ARCHIVE_FORM, "The file bagit.txt is not that of a BagIt 1.0 bag.")
        self._digests = _parse_manifest(self._archive.read(MANIFEST, MAX_MEMBERS * _MANIFEST_LINE_BYTES))
        for name in members:
            if name not in self._digests and name not in {BAGIT, MANIFEST}:
                raise RefusedError(Refusal.FILE_UNLISTED, f"The manifest does not list the file {name}.")
        for name in (*_FIXED, *self._digests):
            if name not in members:
                raise RefusedError(Refusal.FILE_ABSENT, f"The package lacks the file {name}.")
        self.blob_ids = tuple(_blob_id(name) for name in self._digests if name not in _FIXED)
        self.size = sum(members[name].size for name in self._digests)
        """Bytes of content, for progress."""

    def checkpoint(self) -> bytes:
        """Give the signed note; raise RefusedError."""
        if self._archive.members[CHECKPOINT].size > MAX_NOTE_BYTES:
            raise RefusedError(Refusal.CHECKPOINT_FORM, f"The checkpoint has more than {MAX_NOTE_BYTES} bytes.")
        return b"".join(self._pieces(CHECKPOINT))

    def proofs(self) -> tuple[Proofs, Iterator[bytes]]:
        """Give the proofs, and the hashes of the batch proof, which are read while they are asked for.

        Raises RefusedError: PROOFS_FORM or UNKNOWN_FORMAT, and at the end of the hashes DIGEST_DIFFERS.
        """
        pieces = self._pieces(PROOFS)
        head, mark = bytearray(), -1
        for piece in pieces:
            searched = max(0, len(head) - len(BATCH_PROOF_MARK))
            head += piece
            mark = head.find(BATCH_PROOF_MARK, searched)
            if mark >= 0 or len(head) > MAX_PROOFS_HEAD_BYTES:
                break
        if mark < 0:
            raise RefusedError(Refusal.PROOFS_FORM, "The proofs hold no batch proof where one belongs.")
        start = mark + len(BATCH_PROOF_MARK)
        if sum(head.count(sign, 0, mark) for sign in (b",", b"[", b"{")) > MAX_PROOFS_VALUES:
            raise RefusedError(Refusal.PROOFS_FORM, f"The proofs hold more than {MAX_PROOFS_VALUES} values.")
        waiting, head = bytes(head[start:]), head[:start]
        head += BATCH_PROOF_END
        try:
            proofs = Proofs.parse(bytes(head))
        except UnknownFormatError as error:
            raise RefusedError(Refusal.UNKNOWN_FORMAT, str(error)) from None
        except FormatError as error:
            raise RefusedError(Refusal.PROOFS_FORM, str(error)) from None
        return proofs, _hashes(waiting, pieces)

    def blocks(self) -> Iterator[bytes]:
        """Give the lines of the entries, many at a time, each ended by LF; raise RefusedError."""
        waiting = b""
        for piece in self._pieces(ENTRIES):
            waiting += piece
            end = waiting.rfind(b"\n") + 1
            if len(waiting) - end > MAX_LINE_BYTES:
                raise RefusedError(Refusal.LINE_FORM, f"A line is longer than {MAX_LINE_BYTES} bytes.")
            if end >= BLOCK_BYTES:
                yield waiting[:end]
                waiting = waiting[end:]
        if waiting and not waiting.endswith(b"\n"):
            raise RefusedError(Refusal.LINE_FORM, "The last line does not end.")
        if waiting:
            yield waiting

    def blob_size(self, blob_id: str) -> int:
        """Tell how many bytes a blob has, sealed."""
        return self._archive.members[BLOBS + blob_id].size

    def blob(self, blob_id: str) -> Iterator[bytes]:
        """Give the sealed bytes of a blob in pieces; raise RefusedError at the end if they are not the listed ones."""
        return self._pieces(BLOBS + blob_id)

    def _pieces(self, name: str) -> Iterator[bytes]:
        digest = sha256()
        for piece in self._archive.pieces(name):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != self._digests[name]:
            raise RefusedError(Refusal.DIGEST_DIFFERS, f"The file {name} is not the one that the manifest lists.")


def _parse_manifest(data: bytes) -> dict[str, str]:
    digests: dict[str, str] = {}
    lines = data.decode("ascii", "replace").split("\n")
    if lines.pop():
        raise RefusedError(Refusal.ARCHIVE_FORM, "The manifest's last line does not end.")
    for line in lines:
        match = _LISTED.match(line)
        if match is None or match[2] <= next(reversed(digests), ""):
            raise RefusedError(Refusal.ARCHIVE_FORM, f"A line of the manifest is not in its spelling: {line!r:.80}.")
        digests[match[2]] = match[1]
    return digests


def _blob_id(name: str) -> str:
    blob_id = name.removeprefix(BLOBS)
    try:
        blob.check_id(blob_id)
    except FormatError:
        raise RefusedError(Refusal.FILE_UNLISTED, f"A package has no place for the file {name}.") from None
    return blob_id


def _hashes(waiting: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Give the hashes of the batch proof out of its base64 text, to its very end."""
    ended = False
    while not ended:
        piece = next(pieces, None)
        ended = piece is None
        waiting += piece or b""
        if ended and not waiting.endswith(BATCH_PROOF_END):
            raise RefusedError(Refusal.PROOFS_FORM, "The batch proof does not end as it must.")
        take = len(waiting) - len(BATCH_PROOF_END)  # whole groups of hashes, and never the end
        if not ended:
            take = max(0, take) // _GROUP * _GROUP
        try:
            hashes = shape.hashes(waiting[:take].decode("ascii", "replace"), "The batch proof")
        except FormatError as error:
            raise RefusedError(Refusal.PROOFS_FORM, str(error)) from None
        waiting = waiting[take:]
        yield from hashes
