"""The rows of the table of tags: for each tag of the entries that are sent at once, one row with all their places.

Guarantees: a row's ``position`` is the last of its places, ``before`` the earlier ones in rising order, and all lie
within ``SPAN`` positions; rows of one tag never overlap, since what is sent later stands behind. So whoever looks from
a place on, or up to one, finds by ``position`` all rows that matter, and their places come in order.
"""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256

from ledger.store.rows import tag_record

SPAN = 256
"""The places of a row are fewer than this apart: a row with a place before p has its last before p + SPAN."""
_NUMBER_BYTES = 8


def tag_number(tag: str) -> int:
    """Give the number that a tag is looked up by: the first eight bytes of its SHA-256."""
    return int.from_bytes(sha256(tag.encode()).digest()[:_NUMBER_BYTES], "big", signed=True)


def tag_rows(first: int, tags_of: Iterable[tuple[str, ...]]) -> list[bytes]:
    """Give the rows, as records, for entries with these tags from ``first`` on."""
    met: defaultdict[str, list[int]] = defaultdict(list)
    for position, tags in enumerate(tags_of, first):
        for tag in tags:
            met[tag].append(position)
    return [tag_record(sha256(tag.encode()).digest()[:_NUMBER_BYTES], places) for tag, places in met.items()]
