"""Rows in PostgreSQL's binary COPY format, for the tables that every append writes.

Building them by hand costs a fifth of what adapting each value does; the types are the fixed ones of the migrations.
All integers are big endian, every field is its length (int32) and its bytes, −1 for NULL. PostgreSQL documentation,
COPY, "Binary Format".
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from struct import Struct

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

_TEXT_OID = 25
_NUMBER_OID = 20
_BYTES_OID = 17
_length = Struct(">i").pack
_array_head = Struct(">iiiii").pack
_array_field_head = Struct(">iiiiii").pack
_entry_head = Struct(">hiqiqiqi32si").pack
_payload_head = Struct(">hiq").pack
_number = Struct(">iq").pack
_bare_number = Struct(">q").pack
_fields_3 = Struct(">h").pack(3)
_NULL = _length(-1)
_EIGHT = _length(8)
_TAG_HEAD = Struct(">hi").pack(2, 8)
_EMPTY_ARRAY = Struct(">iiii").pack(12, 0, 0, _TEXT_OID)


def text_field(value: str | None) -> bytes:
    """Give a text field."""
    if value is None:
        return _NULL
    data = value.encode()
    return _length(len(data)) + data


name_field = lru_cache(maxsize=8192)(text_field)
"""Gives a text field of something that many rows share: a chain, a type, a key."""


def bytes_field(data: bytes) -> bytes:
    """Give a bytea field."""
    return _length(len(data)) + data


def text_array_field(values: Sequence[str]) -> bytes:
    """Give a text[] field of one dimension without NULLs."""
    if not values:
        return _EMPTY_ARRAY
    return array_field([text_field(value) for value in values])


def array_field(fields: Sequence[bytes]) -> bytes:
    """Give a text[] field of one dimension, of text fields that are ready; there is at least one."""
    body = b"".join(fields)
    return _array_field_head(len(body) + 20, 1, 0, _TEXT_OID, len(fields), 1) + body


def text_array(values: Sequence[str]) -> bytes:
    """Give a text[] value, as a parameter in binary form."""
    return _array_head(1, 0, _TEXT_OID, len(values), 1) + b"".join([text_field(value) for value in values])


def number_array(values: Sequence[int]) -> bytes:
    """Give a bigint[] value, as a parameter in binary form."""
    return _array_head(1, 0, _NUMBER_OID, len(values), 1) + b"".join([_number(8, value) for value in values])


def bytes_array(values: Sequence[bytes]) -> bytes:
    """Give a bytea[] value, as a parameter in binary form."""
    return _array_head(1, 0, _BYTES_OID, len(values), 1) + b"".join([bytes_field(value) for value in values])


def number(value: int) -> bytes:
    """Give a bigint or timestamptz value, as a parameter in binary form."""
    return _bare_number(value)


def tag_number(tag: str) -> int:
    """Give the number that a tag is looked up by: the first eight bytes of its SHA-256."""
    return int.from_bytes(sha256(tag.encode()).digest()[:8], "big", signed=True)


def tag_fields(tags: Sequence[str]) -> tuple[bytes, list[bytes]]:
    """Give the tags as the field of ``entry``, and for each the row of ``tag`` up to the position (``tag_row``)."""
    if not tags:
        return _EMPTY_ARRAY, []
    encoded = [tag.encode() for tag in tags]
    return (
        array_field([_length(len(each)) + each for each in encoded]),
        [_TAG_HEAD + sha256(each).digest()[:8] + _EIGHT for each in encoded],
    )


def entry_head(position: int, seq: int, at: int, leaf: bytes, length: int) -> bytes:
    """Give a row of ``entry`` up to the entry's bytes, of which there are ``length``.

    After them come the ready fields chain, type, key and tags; ``at`` counts microseconds from 2000.
    """
    return _entry_head(9, 8, position, 8, seq, 8, at, 32, leaf, length)


def tag_row(head: bytes, position: int) -> bytes:
    """Give a row of ``tag``."""
    return head + _bare_number(position)


def payload_head(position: int) -> bytes:
    """Give a row of ``payload`` up to the ready fields part and sealed bytes."""
    return _payload_head(3, 8, position)


def idempotency_row(mac: bytes, body: bytes, position: int) -> bytes:
    """Give a row of ``idempotency``."""
    return b"".join((_fields_3, bytes_field(mac), bytes_field(body), _number(8, position)))
