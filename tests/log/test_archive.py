import io
import os
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log import archive
from ledger.log.archive import DEFLATED, STORED, ArchiveReader, ArchiveWriter
from ledger.log.errors import FormatError
from ledger.log.refusal import RefusedError

FILES = {"a.txt": b"hello\n", "data/entries.jsonl": b"line\n" * 1000, "data/zero": b"", "z-last": os.urandom(5000)}


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


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_what_is_packed_comes_back_and_is_the_same_every_time(method):
    assert unpack(pack(FILES, method)) == FILES
    assert pack(FILES, method) == pack(FILES, method)
    assert unpack(pack({})) == {}


names = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}(/[a-z0-9][a-z0-9._-]{0,8}){0,2}", fullmatch=True)


@pytest.mark.exhaustive
@settings(max_examples=50)
@given(st.dictionaries(names, st.binary(max_size=300), max_size=6), st.sampled_from([STORED, DEFLATED]))
def test_any_files_come_back_here_and_in_another_reader(files, method):
    packed = pack(dict(sorted(files.items())), method)
    assert unpack(packed) == files
    with zipfile.ZipFile(io.BytesIO(packed)) as other:
        assert other.testzip() is None
        assert {name: other.read(name) for name in other.namelist()} == files
        assert {info.date_time for info in other.infolist()} <= {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.skipif(shutil.which("unzip") is None, reason="There is no unzip on this machine.")
def test_unzip_reads_it(tmp_path):
    (tmp_path / "package.zip").write_bytes(pack(FILES))
    done = subprocess.run(["unzip", "-tq", tmp_path / "package.zip"], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_zeros_that_unpack_to_much_more_than_they_are_come_back_in_pieces():
    content = bytes(50_000_000)
    packed = pack({"bomb": content})
    assert len(packed) < 300_000
    reader = ArchiveReader(io.BytesIO(packed))
    tracemalloc.start()
    assert sum(len(piece) for piece in reader.pieces("bomb")) == len(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * archive.PIECE_BYTES
    with pytest.raises(RefusedError, match="longer than the 1000 bytes"):
        reader.read("bomb", 1000)


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../up", "a/../b", "a//b", "a/", ".hidden", "A", "a\\b", "c:d", "é", "a\n", "a" * 201]
)
def test_a_name_that_leads_elsewhere_is_not_written(name):
    with pytest.raises(FormatError, match="cannot be the next member"):
        pack({name: b""})


@pytest.mark.parametrize("files", [["b", "a"], ["a", "a"]])
def test_names_that_do_not_rise_are_not_written(files):
    writer = ArchiveWriter(io.BytesIO())
    writer.add(files[0], [])
    with pytest.raises(FormatError, match="cannot be the next member"):
        writer.add(files[1], [])


def test_there_is_a_most_number_of_members(monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    with pytest.raises(FormatError, match="at most 2 members"):
        pack({"a": b"", "b": b"", "c": b""})
    two = pack({"a": b"", "b": b""})
    monkeypatch.setattr(archive, "MAX_MEMBERS", 1)
    assert refusal(two) == "ARCHIVE_FORM"


# -- archives that no writer of ours made ------------------------------------------------------------------------------


def other_zip(members, comment: bytes = b"", method: int = STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name), content, method)
        made.comment = comment
    return file.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("members", "method"),
    [
        ([("a", b"1"), ("b", b"2")], STORED),
        ([("a", b"1"), ("b", b"2")], DEFLATED),
        ([("b", b"2"), ("a", b"1")], STORED),
        ([("a", b"1"), ("a", b"2")], STORED),
        ([("../a", b"1")], STORED),
        ([("a", b"1")], zipfile.ZIP_BZIP2),
        ([("a", b"1")], zipfile.ZIP_LZMA),
        ([("a/", b"")], STORED),
    ],
    ids=["plain", "deflated", "unsorted", "duplicate", "traversal", "bzip2", "lzma", "directory"],
)
def test_an_archive_in_another_spelling_is_refused(members, method):
    assert refusal(other_zip(members, method=method)) == "ARCHIVE_FORM"


def test_a_comment_is_bytes_behind_the_end():
    assert refusal(other_zip([("a", b"1")], b"a comment")) == "TRAILING_BYTES"
    assert refusal(pack(FILES) + b"x") == "TRAILING_BYTES"


def test_what_is_no_archive_is_unreadable():
    for data in (b"", b"P", b"not a zip at all", bytes(100_000)):
        assert refusal(data) == "UNREADABLE"


@pytest.mark.parametrize("method", [STORED, DEFLATED])
def test_every_prefix_is_refused(method):
    packed = pack({"a": b"content of a", "b": b"content of b" * 20}, method)
    for length in range(len(packed)):
        assert refusal(packed[:length]) in {"UNREADABLE", "TRAILING_BYTES"}


@pytest.mark.parametrize("method", [STORED, DEFLATED])
@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_every_changed_byte_is_refused_or_changes_nothing(method, mask):
    files = {"a": b"content of a", "b": b"content of b" * 20}
    packed = pack(files, method)
    for place in range(len(packed)):
        changed = bytearray(packed)
        changed[place] ^= mask
        try:
            found = unpack(bytes(changed))
        except RefusedError:
            continue
        # Deflate leaves the last bits before a byte boundary without meaning.
        assert method == DEFLATED
        assert found == files


def test_an_overlap_a_gap_and_a_prefix_are_refused():
    packed = pack({"a": b"1" * 40, "b": b"2" * 40}, STORED)
    directory = packed.index(b"PK\1\2")
    second = packed.index(b"PK\3\4", 4)
    end = packed[-22:]
    gap = packed[:second] + b"GAP" + packed[second:]
    for changed in (gap, b"MZ" + packed):
        assert refusal(changed) == "ARCHIVE_FORM"
    moved = struct.unpack("<L", end[16:20])[0] + 3
    mended = gap[:-6] + struct.pack("<L", moved) + gap[-2:]
    assert refusal(mended) == "ARCHIVE_FORM"
    between = packed[:directory] + b"GAP" + packed[directory:-6] + struct.pack("<L", moved) + packed[-2:]
    assert refusal(between) == "ARCHIVE_FORM"
    overlapping = bytearray(packed)
    record = packed.index(b"PK\1\2", directory + 4)
    overlapping[record + 42 : record + 46] = bytes(4)
    assert refusal(bytes(overlapping)) == "ARCHIVE_FORM"


def test_an_encrypted_member_is_refused():
    packed = bytearray(pack({"a": b"1"}, STORED))
    packed[6] |= 1
    packed[packed.index(b"PK\1\2") + 8] |= 1
    assert refusal(bytes(packed)) == "ARCHIVE_FORM"


def test_a_directory_that_is_shorter_or_longer_than_it_says_is_refused():
    packed = pack({"a": b"1", "b": b"2"}, STORED)
    for count in (1, 3):
        end = packed[-22:]
        other = end[:8] + struct.pack("<2H", count, count) + end[12:]
        assert refusal(packed[:-22] + other) == "ARCHIVE_FORM"


def test_members_that_deflate_to_other_bytes_are_refused():
    def deflate(data: bytes) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(data) + packer.flush()

    content = b"content" * 100
    honest = deflate(content)
    for data, expected in (
        (honest + b"more", "ARCHIVE_FORM"),
        (honest[:-2], "ARCHIVE_FORM"),
        (b"\xff" + honest, "ARCHIVE_FORM"),
        (deflate(content + b"more"), "DIGEST_DIFFERS"),
        (deflate(content[:-1]), "DIGEST_DIFFERS"),
        (deflate(bytes(700)), "DIGEST_DIFFERS"),
        (deflate(bytes(10_000_000)), "DIGEST_DIFFERS"),
    ):
        member = archive.Member("a", DEFLATED, zlib.crc32(content), len(data), len(content), 0)
        assert refusal(by_hand([(member, data)])) == expected
    many = honest + bytes(archive.PIECE_BYTES)
    member = archive.Member("a", DEFLATED, zlib.crc32(content), len(many), len(content), 0)
    assert refusal(by_hand([(member, many)])) == "ARCHIVE_FORM"


def test_members_that_reach_past_the_end_are_refused():
    first = archive.Member("a", STORED, 0, 1 << 40, 1 << 40, 0)
    second = archive.Member("b", STORED, 0, 0, 0, first.data_offset + (1 << 40))
    assert refusal(by_hand([(first, b""), (second, b"")])) == "UNREADABLE"
    assert refusal(by_hand([(first, b"")])) == "ARCHIVE_FORM"


def by_hand(members) -> bytes:
    """Pack members whose headers say what the test wants."""
    body = b"".join(archive._local_header(member) + data for member, data in members)
    directory = b"".join(archive._central_header(member) for member, _ in members)
    return body + directory + archive._end(len(members), len(directory), len(body))


# -- numbers that need zip64 -------------------------------------------------------------------------------------------


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
