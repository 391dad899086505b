"""Values in PostgreSQL's binary form: what the statements of every append send, and what they give back.

Building them by hand costs a fifth of what adapting each value does; the types are the fixed ones of the migrations.
All integers are big endian; an element of an array is its length (int32) and its bytes, −1 for NULL. PostgreSQL
documentation, COPY, "Binary Format".
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct

_TEXT_OID = 25
_NUMBER_OID = 20
_BYTES_OID = 17
pack_length, pack_number, pack_leaf = Struct(">i").pack, Struct(">iq").pack, Struct(">i32s").pack
"""What the elements below are made by, for the loop that makes them for every entry: a call less each."""
_array_head = Struct(">iiiii").pack
_bare_number = Struct(">q").pack
NULL = pack_length(-1)
"""An element of any type that is NULL."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# -- elements of arrays ------------------------------------------------------------------------------------------------


def text_element(value: str | None) -> bytes:
    """Give a text element."""
    if value is None:
        return NULL
    data = value.encode()
    return pack_length(len(data)) + data


def bytes_element(data: bytes) -> bytes:
    """Give a bytea element."""
    return pack_length(len(data)) + data


def leaf_element(leaf: bytes) -> bytes:
    """Give a bytea element of 32 bytes."""
    return pack_leaf(32, leaf)


def number_element(value: int) -> bytes:
    """Give a bigint element."""
    return pack_number(8, value)


# -- values ------------------------------------------------------------------------------------------------------------


def texts(elements: Sequence[bytes]) -> bytes:
    """Give a text[] of ready elements."""
    return _array_head(1, 0, _TEXT_OID, len(elements), 1) + b"".join(elements)


def numbers(elements: Sequence[bytes]) -> bytes:
    """Give a bigint[] of ready elements."""
    return _array_head(1, 0, _NUMBER_OID, len(elements), 1) + b"".join(elements)


def byte_strings(elements: Sequence[bytes]) -> bytes:
    """Give a bytea[] of ready elements."""
    return _array_head(1, 0, _BYTES_OID, len(elements), 1) + b"".join(elements)


def number(value: int) -> bytes:
    """Give a bigint or timestamptz."""
    return _bare_number(value)


def count_of(moment: datetime) -> int:
    """Give what a timestamptz counts: the microseconds from 2000-01-01."""
    return (moment - _EPOCH) // _MICROSECOND


def read_moment(value: bytes | None) -> datetime | None:
    """Read what ``count_of`` gives; None for NULL, and for a time that no calendar of ours has."""
    try:
        return None if value is None else _EPOCH + read_number(value) * _MICROSECOND
    except OverflowError:
        return None


def read_number(value: bytes | None) -> int:
    """Read an integer that is not NULL."""
    assert value is not None
    return int.from_bytes(value, "big", signed=True)


def read_text(value: bytes | None) -> str:
    """Read a text that is not NULL."""
    assert value is not None
    return value.decode()
