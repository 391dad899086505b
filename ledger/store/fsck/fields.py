"""Values in PostgreSQL's binary form, spelled by the check itself.

What writes the rows has a spelling of its own (``ledger.store.rows``): a slip there is not repeated by the code that
checks them. PostgreSQL documentation, COPY, "Binary Format"; ``timestamptz_send``, ``array_send``.

    timestamptz  microseconds from the year 2000 (int64)
    text[]       dimensions, flags, type of the elements (int32 each); if there are any: their number, the lowest index
                 (int32 each), then each as its length (int32) and its bytes
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct, iter_unpack, pack

_TEXT_OID = 25
_length = Struct(">i").pack
_elements_head = Struct(">iiiii").pack
_NO_ELEMENTS = Struct(">iii").pack(0, 0, _TEXT_OID)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TIME_BYTES = 8
_BETWEEN_NAMES = b"\n"
_NAMES = 3
_BETWEEN_NUMBERS = b"|"  # nothing that stands around a number has it


def time_value(moment: datetime) -> bytes:
    """Spell a timestamptz."""
    return ((moment - _EPOCH) // _MICROSECOND).to_bytes(_TIME_BYTES, "big", signed=True)


def moment_of(value: bytes) -> datetime:
    """Give the moment that a timestamptz tells; raise OverflowError for one that no calendar has."""
    return _EPOCH + timedelta(microseconds=int.from_bytes(value, "big", signed=True))


def name_values(chain: str, type_: str, key: str | None) -> tuple[bytes, bytes, bytes]:
    """Spell chain, type and key; a key stands behind a mark, since none at all is not an empty one."""
    return chain.encode(), type_.encode(), b"" if key is None else b"=" + key.encode()


def names_value(chain: str, type_: str, key: str | None) -> bytes:
    """Spell all three as one: no entry has a line feed in any, so that no other three are spelled like an entry's."""
    return _BETWEEN_NAMES.join(name_values(chain, type_, key))


def split_names(value: bytes | None) -> list[bytes] | None:
    """Give the three that ``names_value`` joined; None for what are not three."""
    found = [] if value is None else value.split(_BETWEEN_NAMES)
    return found if len(found) == _NAMES else None


def array_head(count: int) -> bytes:
    """Spell what a text[] without NULLs has before its elements."""
    return _elements_head(1, 0, _TEXT_OID, count, 1) if count else _NO_ELEMENTS


def array_value(values: Sequence[str]) -> bytes:
    """Spell a text[] without NULLs."""
    elements = [value.encode() for value in values]
    return array_head(len(elements)) + b"".join([_length(len(each)) + each for each in elements])


def place_values(positions: Sequence[int]) -> list[bytes]:
    """Spell each as an int8, all at once for half the price."""
    return [value for (value,) in iter_unpack("8s", pack(f">{len(positions)}q", *positions))]


def numbers_between(before: bytes, numbers: list[int], after: bytes) -> list[bytes]:
    """Spell each number as an entry does, with what stands around it; all at once, for half the price."""
    between = after + _BETWEEN_NUMBERS + before
    return (before + str(numbers)[1:-1].encode().replace(b", ", between) + after).split(_BETWEEN_NUMBERS)
