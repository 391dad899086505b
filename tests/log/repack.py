"""Taking a package apart and packing it again, for tests that change files and mend the manifest around them."""

import io
from hashlib import sha256

from ledger.log.archive import STORED, ArchiveReader, ArchiveWriter
from ledger.log.package import MANIFEST, format_manifest


def unpack(packed: bytes) -> dict[str, bytes]:
    """Give the files of an archive."""
    reader = ArchiveReader(io.BytesIO(packed))
    return {name: b"".join(reader.pieces(name)) for name in reader.members}


def pack(files: dict[str, bytes], method: int = STORED) -> bytes:
    """Pack files as they are."""
    file = io.BytesIO()
    archive = ArchiveWriter(file)
    for name in sorted(files):
        archive.add(name, [files[name]], method)
    archive.finish()
    return file.getvalue()


def listed(files: dict[str, bytes]) -> dict[str, bytes]:
    """Give the files with a manifest that lists what is in data/."""
    digests = [(name, sha256(files[name]).hexdigest()) for name in sorted(files) if name.startswith("data/")]
    return files | {MANIFEST: format_manifest(digests)}
