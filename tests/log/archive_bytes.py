"""Archives in memory: packed by the writer or by hand, unpacked, and the name of a refusal."""

import io

import pytest

from ledger.log import archive
from ledger.log.archive import DEFLATED, ArchiveReader, ArchiveWriter
from ledger.log.refusal import RefusedError


def pack(files: dict[str, bytes], method: int = DEFLATED) -> bytes:
    file = io.BytesIO()
    writer = ArchiveWriter(file)
    for name, content in files.items():
        writer.add(name, [content[:3], content[3:]], method)
    writer.finish()
    return file.getvalue()


def unpack(packed: bytes) -> dict[str, bytes]:
    reader = ArchiveReader(io.BytesIO(packed))
    return {name: b"".join(reader.pieces(name)) for name in reader.members}


def refusal(packed: bytes) -> str:
    with pytest.raises(RefusedError) as caught:
        unpack(packed)
    return caught.value.refusal.name


def by_hand(members) -> bytes:
    """Pack members whose headers say what the test wants."""
    body = b"".join(archive._local_header(member) + data for member, data in members)
    directory = b"".join(archive._central_header(member) for member, _ in members)
    return body + directory + archive._end(len(members), len(directory), len(body))
