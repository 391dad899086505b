"""Values in PostgreSQL's binary form: what the statements of every append send, and what they give back.

Building them by hand costs a fifth of what adapting each value does; the types are the fixed ones of the migrations.
All integers are big endian; an element of an array is its length (int32) and its bytes, −1 for NULL. PostgreSQL
documentation, COPY, "Binary Format".

The rows of a table are one array of *records*: the server makes rows of it in less time than of an array for each
column, which it has to put together first. A record is the number of its fields (int32) and of each the OID of its type
(int32), its length (int32) and its bytes. PostgreSQL source, record_recv.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct

_TEXT_OID = 25
_NUMBER_OID = 20
_BYTES_OID = 17
_NUMBERS_OID = 1016
_length = Struct(">i").pack
_two = Struct(">ii").pack
_number = Struct(">iq").pack
_array_head = Struct(">iiIii").pack  # an OID has no sign
_bare_number = Struct(">q").pack
_NULL = _length(-1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# -- elements of arrays ------------------------------------------------------------------------------------------------


def text_element(value: str | None) -> bytes:
    """Give a text element."""
    if value is None:
        return _NULL
    data = value.encode()
    return _length(len(data)) + data


def bytes_element(data: bytes) -> bytes:
    """Give a bytea element."""
    return _length(len(data)) + data


def number_element(value: int) -> bytes:
    """Give a bigint element."""
    return _number(8, value)


# -- records, as elements of arrays ------------------------------------------------------------------------------------
#
# A record comes in pieces, which are joined with those of all others: first its head, last what is long. What many
# records share is made once (``text_field``), and what a record has of its own by as few calls as can be, since these
# are made for every entry.

record_head = _two
"""Give a record's head: how many bytes follow its first four, and how many fields they are."""
ENTRY_FIELDS, PAYLOAD_FIELDS = 8, 3
TEXT, BYTES = _length(_TEXT_OID), _length(_BYTES_OID)
NUMBER, LEAF = _two(_NUMBER_OID, 8), _two(_BYTES_OID, 32)
"""What a field begins with: its type and, where it always has the same, its length."""
_entry, _payload = Struct(">8sq8sq8s32s4si"), Struct(">8sq4si")
pack_entry, pack_payload = _entry.pack, _payload.pack
"""Give position, sequence number, leaf and the head of an entry's bytes; position and the head of a payload's."""
ENTRY_SIZE, PAYLOAD_SIZE = 4 + _entry.size, 4 + _payload.size
"""How many bytes of a record these and the count of its fields are."""
_TAG = _two(44, 3) + NUMBER
_NO_NUMBERS = _two(_NUMBERS_OID, -1)
_tag = Struct(">16s8s8sq8s").pack


def text_field(data: bytes | None) -> bytes:
    """Give a field of type text."""
    return TEXT + (_NULL if data is None else _length(len(data)) + data)


def tag_record(number: bytes, places: list[int]) -> bytes:
    """Give a row of the table of tags: a bigint's eight bytes, and the places, of which the last is parted off."""
    if len(places) == 1:
        return _tag(_TAG, number, NUMBER, places[0], _NO_NUMBERS)
    before = numbers([number_element(place) for place in places[:-1]])
    fields = NUMBER + number + NUMBER + _bare_number(places[-1]) + _two(_NUMBERS_OID, len(before)) + before
    return record_head(4 + len(fields), 3) + fields


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


def records(type_: int, count: int, pieces: Sequence[bytes]) -> bytes:
    """Give an array of so many records, in pieces; ``type_`` is the OID of their type."""
    return b"".join([_array_head(1, 0, type_, count, 1), *pieces])  # in one: they are long


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
