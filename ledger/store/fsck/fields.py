"""The fields of a row in PostgreSQL's binary form, read and spelled by the check itself.

What writes the rows has a spelling of its own (``ledger.store.rows``): a slip there is not repeated by the code that
checks them. PostgreSQL documentation, COPY, "Binary Format".

    row      number of fields (int16), then each field
    field    length (int32, -1 for NULL), then its bytes
    text[]   dimensions, flags, type of the elements (int32 each); if there are any: their number, the lowest index
             (int32 each), then each as a field
"""

from collections.abc import Sequence
from struct import Struct

_TEXT_OID = 25
_NULL = b"\xff\xff\xff\xff"
_length = Struct(">i").pack
_elements_head = Struct(">iiiii").pack
_NO_ELEMENTS = Struct(">iii").pack(0, 0, _TEXT_OID)


def fields_of(row: bytes) -> list[bytes | None]:
    """Give the values of a row of any shape; None for NULL."""
    fields: list[bytes | None] = []
    at = 2
    while at < len(row):
        length = int.from_bytes(row[at : at + 4], "big", signed=True)
        at += 4
        if length < 0:
            fields.append(None)
            continue
        fields.append(row[at : at + length])
        at += length
    return fields


def text_field(value: str | None) -> bytes:
    """Spell a text."""
    if value is None:
        return _NULL
    data = value.encode()
    return _length(len(data)) + data


def text_array_head(count: int) -> bytes:
    """Spell what a text[] without NULLs has before its elements."""
    return _elements_head(1, 0, _TEXT_OID, count, 1) if count else _NO_ELEMENTS


def text_array_field(values: Sequence[str]) -> bytes:
    """Spell a text[] without NULLs."""
    array = text_array_head(len(values)) + b"".join([text_field(value) for value in values])
    return _length(len(array)) + array
