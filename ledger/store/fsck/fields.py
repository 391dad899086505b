"""Values in PostgreSQL's binary form, spelled by the check itself.

What writes the rows has a spelling of its own (``ledger.store.rows``): a slip there is not repeated by the code that
checks them. PostgreSQL documentation, COPY, "Binary Format"; ``timestamptz_send``, ``array_send``.

    timestamptz  microseconds from the year 2000 (int64)
    text[]       dimensions, flags, type of the elements (int32 each); if there are any: their number, the lowest index
                 (int32 each), then each as its length (int32) and its bytes
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct

_TEXT_OID = 25
_length = Struct(">i").pack
_elements_head = Struct(">iiiii").pack
_NO_ELEMENTS = Struct(">iii").pack(0, 0, _TEXT_OID)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_BYTES = 8


def time_value(moment: datetime) -> bytes:
    """Spell a timestamptz."""
    return ((moment - _EPOCH) // _MICROSECOND).to_bytes(_TIME_BYTES, "big", signed=True)


def moment_of(value: bytes) -> datetime:
    """Give the moment that a timestamptz tells; raise OverflowError for one that no calendar has."""
    return _EPOCH + timedelta(microseconds=int.from_bytes(value, "big", signed=True))


def text_value(value: str | None) -> bytes | None:
    """Spell a text; None for NULL."""
    return None if value is None else value.encode()


def array_head(count: int) -> bytes:
    """Spell what a text[] without NULLs has before its elements."""
    return _elements_head(1, 0, _TEXT_OID, count, 1) if count else _NO_ELEMENTS


def array_value(values: Sequence[str]) -> bytes:
    """Spell a text[] without NULLs."""
    elements = [value.encode() for value in values]
    return array_head(len(elements)) + b"".join([_length(len(each)) + each for each in elements])
