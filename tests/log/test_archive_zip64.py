"""Archives whose numbers need zip64: written so, read so, and refused where a number says otherwise."""

import io
import struct
import zipfile
import zlib

import pytest
from archive_bytes import by_hand, refusal

from ledger.log import archive
from ledger.log.archive import STORED, ArchiveReader
from ledger.log.refusal import RefusedError


class Sparse(io.RawIOBase):
    """A file of any length that holds only the bytes that were put into it; everything else is zero."""

    def __init__(self) -> None:
        self.parts: dict[int, bytes] = {}
        self.length = self.place = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place = offset + (self.length if whence == 2 else 0)
        return self.place

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def put(self, offset: int, data: bytes) -> None:
        self.parts[offset] = data
        self.length = max(self.length, offset + len(data))

    def read(self, size: int = -1) -> bytes:
        size = max(0, min(size, self.length - self.place))
        found = bytearray(size)
        for offset, data in self.parts.items():
            first, last = max(offset, self.place), min(offset + len(data), self.place + size)
            if first < last:
                found[first - self.place : last - self.place] = data[first - offset : last - offset]
        self.place += size
        return bytes(found)


def large_archive() -> Sparse:
    """Give an archive of more than 4 GiB with one large and one small member."""
    size = 5 << 30
    large = archive.Member("large", STORED, 0, size, size, 0)
    small = archive.Member("small", STORED, zlib.crc32(b"small"), 5, 5, large.data_offset + size)
    file = Sparse()
    file.put(0, archive._local_header(large))
    file.put(small.offset, archive._local_header(small) + b"small")
    directory = archive._central_header(large) + archive._central_header(small)
    start = small.data_offset + 5
    file.put(start, directory + archive._end(2, len(directory), start))
    return file


def test_an_archive_past_four_gigabytes_is_read_here_and_by_another_reader():
    file = large_archive()
    reader = ArchiveReader(file)
    assert reader.read("small", 5) == b"small"
    assert reader.members["large"].size == 5 << 30
    with zipfile.ZipFile(io.BufferedReader(file)) as other:
        assert other.read("small") == b"small"
        assert other.getinfo("large").file_size == 5 << 30


def test_every_changed_byte_of_the_zip64_records_is_refused():
    honest = large_archive()
    start, tail = max(honest.parts.items())
    for place in range(len(tail)):
        file = large_archive()
        changed = bytearray(tail)
        changed[place] ^= 0xFF
        file.parts[start] = bytes(changed)
        with pytest.raises(RefusedError):
            ArchiveReader(file)


@pytest.mark.exhaustive
def test_more_members_than_sixteen_bits_tell_need_zip64():
    empty = archive.Member("", STORED, 0, 0, 0, 0)
    width = len(archive._local_header(empty)) + 5
    packed = by_hand([(empty._replace(name=f"{number:05}", offset=number * width), b"") for number in range(65_536)])
    assert len(ArchiveReader(io.BytesIO(packed)).members) == 65_536
    with zipfile.ZipFile(io.BytesIO(packed)) as other:
        assert len(other.namelist()) == 65_536
    short = packed[-22:]
    assert refusal(short[:8] + b"\xff\xff\xff\xff" + short[12:]) == "ARCHIVE_FORM"


def test_an_end_that_points_to_no_zip64_end_is_refused():
    end = by_hand([])
    assert refusal(end[:8] + b"\xff\xff\xff\xff" + end[12:]) == "ARCHIVE_FORM"


@pytest.mark.parametrize("number", [(1 << 64) - 1, 1 << 63, (1 << 63) - 1])
@pytest.mark.parametrize("field", [24, 32, 40, 48])
def test_numbers_that_no_file_can_reach_are_refused(number, field):
    packed = bytearray(by_hand([]))
    end64 = bytearray(archive._END64.pack(b"PK\6\6", 44, 813, 45, 0, 0, 0, 0, 0, 0))
    end64[field : field + 8] = struct.pack("<Q", number)
    locator = archive._LOCATOR.pack(b"PK\6\7", 0, 0, 1)
    packed[8:12] = b"\xff\xff\xff\xff"
    assert refusal(bytes(end64 + locator + packed)) == "ARCHIVE_FORM"


@pytest.mark.parametrize("extra", [b"", b"\1", b"\1\0\x08\0", b"\1\0\x08\0" + b"\xff" * 7, b"\1\0\x08\0" + b"\xff" * 8])
def test_a_wrong_extra_field_of_the_directory_is_refused(extra):
    packed = by_hand([(archive.Member("a", STORED, 0, 0, 0, 0), b"")])
    directory = packed.index(b"PK\1\2")
    header = bytearray(packed[directory : directory + 47])
    header[24:28] = b"\xff" * 4
    header[30:32] = struct.pack("<H", len(extra))
    body = packed[:directory]
    made = bytes(header) + extra
    assert refusal(body + made + archive._end(1, len(made), len(body))) == "ARCHIVE_FORM"
