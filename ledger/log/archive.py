"""A zip archive with exactly one spelling: how packages are packed (docs/record-format.md, section 8).

Guarantees: the same members give the same bytes. Writing and reading hold one piece in memory, whatever the size of a
member. The reader accepts only what the writer would have written: every header is built again from what it says and
compared, members follow each other without gaps from the first byte in rising order of names, and nothing precedes,
overlaps or trails. So there is no second reading of the same file: no prefix, no hidden member, no duplicate name, no
path out of the directory, no encryption, no comment, no link. Every zip program reads it.

    each member   local header (version 4.5, flags 0, stored or deflated, time 1980-01-01 00:00:00, sizes in the zip64
                  extra field), data
    directory     one header a member, in the same order, with a zip64 extra field only where a number needs it
    end           zip64 end record and locator only where a number needs them; end record without comment
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from ledger.log.errors import FormatError
from ledger.log.refusal import Refusal, RefusedError

STORED = 0
DEFLATED = 8
MAX_MEMBERS = 100_000
PIECE_BYTES = 1 << 18

_LEVEL = 1  # what is packed is mostly base64 of hashes: more effort gains little
_VERSION = 45
_MADE_BY_UNIX = 3 << 8 | _VERSION
_DATE = 0x21  # 1980-01-01, the first day a zip archive can tell
_MODE = 0o100644 << 16
_ZIP64 = 1
_FULL16 = 0xFFFF
_FULL32 = 0xFFFFFFFF
_LOCAL = struct.Struct("<4s5HL2L2H")
_LOCAL_EXTRA = struct.Struct("<2H2Q")
_CENTRAL = struct.Struct("<4s6HL2L5H2L")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_END = struct.Struct("<4s4H2LH")
BEGINNING = b"PK"
END_SIGNATURE = b"PK\x05\x06"
_MAX_COMMENT = 0xFFFF
_MAX_NAME = 200
_MAX_HEADER = _CENTRAL.size + _MAX_NAME + 4 + 3 * 8
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*\Z")


class Member(NamedTuple):
    """One file of the archive. ``offset`` is that of its local header."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int

    @property
    def data_offset(self) -> int:
        """Tell where the member's data begins."""
        return self.offset + _LOCAL.size + len(self.name) + _LOCAL_EXTRA.size


class ArchiveWriter:
    """Writes members one after the other to a seekable file that is empty. ``finish`` writes the directory."""

    __slots__ = ("_file", "_members")

    def __init__(self, file: BinaryIO) -> None:
        """Begin an archive."""
        self._file = file
        self._members: list[Member] = []

    def add(self, name: str, pieces: Iterable[bytes], method: int = DEFLATED) -> None:
        """Write one member; raise FormatError for a name that does not come after the one before, or cannot be."""
        if not _is_name(name) or (self._members and name <= self._members[-1].name):
            raise FormatError(f"{name!r} cannot be the next member of the archive.")
        if len(self._members) == MAX_MEMBERS:
            raise FormatError(f"An archive has at most {MAX_MEMBERS} members.")
        offset = self._file.tell()
        member = Member(name, method, 0, 0, 0, offset)
        self._file.write(_local_header(member))
        crc = size = packed = 0
        packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS) if method == DEFLATED else None
        for piece in pieces:
            crc = zlib.crc32(piece, crc)
            size += len(piece)
            packed += self._file.write(packer.compress(piece) if packer else piece)
        if packer:
            packed += self._file.write(packer.flush())
        member = Member(name, method, crc, packed, size, offset)
        end = self._file.tell()
        self._file.seek(offset)
        self._file.write(_local_header(member))
        self._file.seek(end)
        self._members.append(member)

    def finish(self) -> None:
        """Write the directory and the end."""
        start = self._file.tell()
        for member in self._members:
            self._file.write(_central_header(member))
        self._file.write(_end(len(self._members), self._file.tell() - start, start))


class ArchiveReader:
    """Reads an archive from a seekable file. Its structure is checked whole before any member is read."""

    __slots__ = ("_file", "members")

    def __init__(self, file: BinaryIO) -> None:
        """Check the structure; raise RefusedError: UNREADABLE, TRAILING_BYTES or ARCHIVE_FORM."""
        self._file = file
        self.members: dict[str, Member] = {}
        count, size, start = self._find_directory()
        offset = 0
        for member in _parse_directory(self._read(start, size), count):
            if member.offset != offset or member.name <= next(reversed(self.members), ""):
                raise _malformed(f"The member {member.name} is not where the order of names puts it.")
            header = _local_header(member)
            if self._read(offset, len(header)) != header:
                raise _malformed(f"The two headers of the member {member.name} differ.")
            offset = member.data_offset + member.packed
            self.members[member.name] = member
        if offset != start:
            raise _malformed("The directory does not follow the last member.")

    def read(self, name: str, limit: int) -> bytes:
        """Give a whole small member; raise RefusedError where it is longer than ``limit`` or damaged."""
        if self.members[name].size > limit:
            raise _malformed(f"The member {name} is longer than the {limit} bytes that are read of it.")
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give a member's bytes in pieces, never more than the directory says; raise RefusedError if it is damaged."""
        member = self.members[name]
        crc = size = 0
        for piece in self._unpacked(member):
            size += len(piece)
            if size > member.size:
                break
            crc = zlib.crc32(piece, crc)
            yield piece
        if size != member.size or crc != member.crc:
            raise RefusedError(Refusal.DIGEST_DIFFERS, f"The member {name} has other bytes than the directory says.")

    def _unpacked(self, member: Member) -> Iterator[bytes]:
        if member.method == STORED:
            yield from self._packed(member)
            return
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for packed in self._packed(member):
                waiting, filled = packed, True
                while waiting or filled:  # a full piece may leave more to come, even without input
                    piece = unpacker.decompress(waiting, PIECE_BYTES)
                    yield piece
                    waiting, filled = unpacker.unconsumed_tail, len(piece) == PIECE_BYTES
        except zlib.error:
            raise _malformed(f"The member {member.name} is not deflated as it should be.") from None
        if not unpacker.eof or unpacker.unused_data:
            raise _malformed(f"The deflated member {member.name} does not end where the directory says.")

    def _packed(self, member: Member) -> Iterator[bytes]:
        offset, end = member.data_offset, member.data_offset + member.packed
        while offset < end:
            piece = self._read(offset, min(PIECE_BYTES, end - offset))
            offset += len(piece)
            yield piece

    def _find_directory(self) -> tuple[int, int, int]:
        """Give number of members, size and offset of the directory, after checking all that stands behind it."""
        length = self._file.seek(0, 2)
        tail = self._read(max(0, length - _END.size), min(length, _END.size))
        if len(tail) < _END.size or not tail.startswith(END_SIGNATURE):
            reach = min(length, _END.size + _MAX_COMMENT)
            found = self._read(length - reach, reach).rfind(END_SIGNATURE)
            if 0 <= found <= reach - _END.size:
                raise RefusedError(Refusal.TRAILING_BYTES, "Bytes follow after the end of the archive.")
            raise RefusedError(Refusal.UNREADABLE, "The file is not a zip archive, or its end is cut off.")
        _, _, _, _, count, size, start, _ = _END.unpack(tail)
        if count == _FULL16 or _FULL32 in {size, start}:
            before = length - _END.size - _LOCATOR.size - _END64.size
            if before < 0:
                raise _malformed("The archive lacks the zip64 end record that its end record points to.")
            _, _, _, _, _, _, _, count, size, start = _END64.unpack(self._read(before, _END64.size))
        end = _end(count, size, start) if max(count, size, start) < 1 << 63 else b""
        fits = count <= MAX_MEMBERS and size <= MAX_MEMBERS * _MAX_HEADER and start + size + len(end) == length
        if not fits or self._read(start + size, len(end)) != end:
            raise _malformed("The end of the archive is not built as it must be.")
        return count, size, start

    def _read(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        data = self._file.read(size)
        if len(data) != size:
            raise RefusedError(Refusal.UNREADABLE, "The archive ends before its members do.")
        return data


def _is_name(name: str) -> bool:
    return len(name) <= _MAX_NAME and _NAME.match(name) is not None


def _local_header(member: Member) -> bytes:
    return (
        _LOCAL.pack(
            b"PK\x03\x04",
            _VERSION,
            0,
            member.method,
            0,
            _DATE,
            member.crc,
            _FULL32,
            _FULL32,
            len(member.name),
            _LOCAL_EXTRA.size,
        )
        + member.name.encode()
        + _LOCAL_EXTRA.pack(_ZIP64, _LOCAL_EXTRA.size - 4, member.size, member.packed)
    )


def _central_header(member: Member) -> bytes:
    large = [number for number in (member.size, member.packed, member.offset) if number >= _FULL32]
    extra = struct.pack(f"<2H{len(large)}Q", _ZIP64, 8 * len(large), *large) if large else b""
    return (
        _CENTRAL.pack(
            b"PK\x01\x02",
            _MADE_BY_UNIX,
            _VERSION,
            0,
            member.method,
            0,
            _DATE,
            member.crc,
            min(member.packed, _FULL32),
            min(member.size, _FULL32),
            len(member.name),
            len(extra),
            0,
            0,
            0,
            _MODE,
            min(member.offset, _FULL32),
        )
        + member.name.encode()
        + extra
    )


def _end(count: int, size: int, start: int) -> bytes:
    end = _END.pack(
        END_SIGNATURE, 0, 0, min(count, _FULL16), min(count, _FULL16), min(size, _FULL32), min(start, _FULL32), 0
    )
    if count < _FULL16 and size < _FULL32 and start < _FULL32:
        return end
    end64 = _END64.pack(b"PK\x06\x06", _END64.size - 12, _MADE_BY_UNIX, _VERSION, 0, 0, count, count, size, start)
    return end64 + _LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1) + end


def _parse_directory(data: bytes, count: int) -> Iterator[Member]:
    """Give the members that the directory names; raise RefusedError unless it is what these members make."""
    offset = 0
    for _ in range(count):
        fixed = data[offset : offset + _CENTRAL.size]
        if len(fixed) < _CENTRAL.size:
            raise _malformed("The directory of the archive is shorter than it says.")
        _, _, _, _, method, _, _, crc, packed, size, name_length, extra_length, _, _, _, _, start = _CENTRAL.unpack(
            fixed
        )
        raw_name = data[offset + _CENTRAL.size : offset + _CENTRAL.size + name_length]
        extra = data[offset + len(fixed) + name_length : offset + len(fixed) + name_length + extra_length]
        large = struct.iter_unpack("<Q", extra[4 : 4 + max(0, len(extra) - 4) // 8 * 8])
        size, packed, start = (
            next(large, (number,))[0] if number == _FULL32 else number for number in (size, packed, start)
        )
        member = Member(raw_name.decode("ascii", "replace"), method, crc, packed, size, start)
        if not _is_name(member.name) or method not in {STORED, DEFLATED} or max(size, packed, start) >= 1 << 63:
            raise _malformed(f"The archive names a member as it must not: {member.name!r:.80}.")
        header = _central_header(member)
        if data[offset : offset + len(header)] != header:
            raise _malformed(f"The directory describes the member {member.name} in another spelling.")
        offset += len(header)
        yield member
    if offset != len(data):
        raise _malformed("The directory of the archive is longer than its members.")


def _malformed(text: str) -> RefusedError:
    return RefusedError(Refusal.ARCHIVE_FORM, text)
