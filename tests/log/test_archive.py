"""Archives: one spelling, written and read; what no writer of ours made is refused by name."""

import io
import os
import shutil
import struct
import subprocess
import tracemalloc
import zipfile
import zlib

import pytest
from archive_bytes import by_hand, pack, refusal, unpack
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.log import archive
from ledger.log.archive import DEFLATED, STORED, ArchiveReader, ArchiveWriter
from ledger.log.errors import FormatError
from ledger.log.refusal import RefusedError

FILES = {"a.txt": b"hello\n", "data/entries.jsonl": b"line\n" * 1000, "data/zero": b"", "z-last": os.urandom(5000)}


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
