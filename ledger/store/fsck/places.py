"""The places that rows of the table of tags stand for: as many pairs of tag and place as the entries have.

Guarantees: a row gives its places only where readers find them all and in order: `before` has no NULL, one dimension,
rises to `position`, and begins fewer than ``SPAN`` positions before it. Any other row is no append's. Leaves to others:
whether the places are the right ones (``fingerprint``), and rows of one tag that overlap (the query of ``worker``).
"""

from functools import lru_cache
from operator import lt
from struct import Struct

from ledger.store.tag_rows import SPAN

_NUMBER_OID = 20
_NUMBER_BYTES = 8
_HEAD = Struct(">iiiii")
_ELEMENT_BYTES = 4 + _NUMBER_BYTES
_FIRST_ELEMENT = 2 * _NUMBER_BYTES + _HEAD.size


@lru_cache(maxsize=SPAN)
def _elements(count: int) -> tuple[bytes, Struct]:
    """Give what a bigint[] of so many begins with, and how it goes on."""
    return _HEAD.pack(1, 0, _NUMBER_OID, count, 1), Struct(">" + f"4x{_NUMBER_BYTES}s" * count)


def pairs_of(row: bytes | None) -> bytes | None:
    """Give tag and place of every place, from a row's tag, `position` and `before` as the server sends them.

    None where no append made such a row; of ``before`` it has fewer than ``SPAN``, and at least one.
    """
    if row is None or len(row) <= _FIRST_ELEMENT:
        return None
    count, rest = divmod(len(row) - _FIRST_ELEMENT, _ELEMENT_BYTES)
    if rest or count >= SPAN:
        return None
    head, elements = _elements(count)
    if row[2 * _NUMBER_BYTES : _FIRST_ELEMENT] != head:
        return None
    tag, last = row[:_NUMBER_BYTES], row[_NUMBER_BYTES : 2 * _NUMBER_BYTES]
    places = [*elements.unpack_from(row, _FIRST_ELEMENT), last]
    # Of numbers from 0 on, the bytes compare as they do; a place below 0 is no entry's.
    if not all(map(lt, places, places[1:])) or int.from_bytes(last) - int.from_bytes(places[0]) >= SPAN:
        return None
    return tag + tag.join(places)
