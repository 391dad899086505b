"""A package: entries of one chain with all that proves them, in one file (docs/record-format.md, section 8).

Guarantees: the same contents give the same bytes; writing holds one line in memory, whatever the number of entries.
Leaves to others: choosing entries and proofs (the store), reading (``package_reader``), verification (``verify``).

A zip archive (``archive``) that is a BagIt 1.0 bag:

    bagit.txt                 the two lines of RFC 8493
    data/blobs/<blob id>      sealed chunks of a recording, stored
    data/checkpoint           the signed note that everything is proven against
    data/entries.jsonl        one line an entry, by position, each ended by LF:
                              {"entry": base64, "payload": base64 and "salt": base64 where disclosed, "state": …}
    data/proofs.json          ``proofs``
    manifest-sha256.txt       the digest of each file in data/

``state`` says what the line holds: ``valid`` nothing is held back (salt and payload are here, or it has no payload),
``withheld`` a payload that exists, ``erased`` one whose key was destroyed or that was removed, ``missing`` one that
should exist and does not. The lines are the entries that the package covers, the entry before them and the entry
after them, where there are such.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Literal, NamedTuple, TypeAlias

from ledger.log import base64_text
from ledger.log.archive import DEFLATED, STORED, ArchiveWriter
from ledger.log.errors import FormatError
from ledger.log.proofs import BATCH_PROOF_END, Proofs, join

BAGIT = "bagit.txt"
MANIFEST = "manifest-sha256.txt"
BLOBS = "data/blobs/"
CHECKPOINT = "data/checkpoint"
ENTRIES = "data/entries.jsonl"
PROOFS = "data/proofs.json"
FILES = (BAGIT, CHECKPOINT, ENTRIES, PROOFS, MANIFEST)
"""What every package has, besides recordings."""
BAGIT_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

LineState: TypeAlias = Literal["valid", "withheld", "erased", "missing"]
_HASHES_AT_A_TIME = 3 * 1024  # a multiple of 3, so that base64 pads only at the end


class Line(NamedTuple):
    """One entry of the package and what is disclosed of it."""

    entry: bytes
    state: LineState
    salt: bytes | None = None
    payload: bytes | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a package. Lines, hashes and blobs are read once, in order; blobs by rising id."""

    proofs: Proofs
    lines: Iterable[Line]
    batch_proof: Iterable[bytes]
    blobs: Iterable[tuple[str, Iterable[bytes]]] = ()


def write_package(file: BinaryIO, contents: Contents, *, method: int = DEFLATED) -> None:
    """Write a package to an empty seekable file; raise FormatError for contents that no package can have.

    ``method`` is the archive's for entries and proofs; blobs are ciphertext and always stored.
    """
    archive = ArchiveWriter(file)
    digests: list[tuple[str, str]] = []

    def add(name: str, pieces: Iterable[bytes], how: int) -> None:
        digest = sha256()
        archive.add(name, _seen(pieces, digest.update), how)
        digests.append((name, digest.hexdigest()))

    archive.add(BAGIT, [BAGIT_TEXT], STORED)
    for blob_id, sealed in contents.blobs:
        add(BLOBS + blob_id, sealed, STORED)
    add(CHECKPOINT, [contents.proofs.checkpoint], STORED)
    add(ENTRIES, map(format_line, contents.lines), method)
    add(PROOFS, _proofs_pieces(contents), method)
    archive.add(MANIFEST, [format_manifest(digests)], STORED)
    archive.finish()


def format_line(line: Line) -> bytes:
    """Give a line of ``data/entries.jsonl``: JCS and LF."""
    disclosed = b""
    if line.salt is not None and line.payload is not None:
        disclosed = b',"payload":"%b","salt":"%b"' % (
            base64_text.encode(line.payload).encode(),
            base64_text.encode(line.salt).encode(),
        )
    elif line.salt is not None or line.payload is not None:
        raise FormatError("A line discloses salt and payload together or not at all.")
    return b'{"entry":"%b"%b,"state":"%b"}\n' % (
        base64_text.encode(line.entry).encode(),
        disclosed,
        line.state.encode(),
    )


def format_manifest(digests: Iterable[tuple[str, str]]) -> bytes:
    """Give ``manifest-sha256.txt`` for (name, hex digest) pairs. RFC 8493, 2.1.3."""
    return "".join(f"{digest}  {name}\n" for name, digest in digests).encode()


def _proofs_pieces(contents: Contents) -> Iterator[bytes]:
    yield contents.proofs.format()[: -len(BATCH_PROOF_END)]
    waiting: list[bytes] = []
    for digest in contents.batch_proof:
        waiting.append(digest)
        if len(waiting) == _HASHES_AT_A_TIME:
            yield join(waiting).encode()
            waiting.clear()
    yield join(waiting).encode() + BATCH_PROOF_END


def _seen(pieces: Iterable[bytes], see: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces:
        see(piece)
        yield piece
