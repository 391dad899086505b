"""The bytes of an entry, from members that were checked and spelled before its place was known.

Guarantees: what is spelled here is allowed by the format and canonical; filled in at a place it gives the same bytes as
``entry.encode``. Leaves to others: the place, for which the sequencer vouches.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain as joined
from typing import Any, NamedTuple

from ledger.log import canonical
from ledger.log.errors import FormatError
from ledger.log.members import (
    MAX_ENTRY_BYTES,
    NO_PREV,
    VERSION,
    check_chain,
    check_key,
    check_length,
    check_origin,
    check_text,
)

_PLAIN = bytes(set(range(ord("!"), ord("~") + 1)) - set(b'"\\'))  # what JSON escapes is not among them
_LONGEST_TAG = 128
_HEX_DIGITS = 2 * len(NO_PREV)
_BETWEEN_TAGS = '","'
NO_PUBLIC = "{}"
"""How a public member that says nothing is spelled."""
NO_COMMITMENT = ""
"""What stands for the commitment of an entry that has no key."""


class Names(NamedTuple):
    """Origin, chain, key and type of an entry, checked, as the text around its other members."""

    before_commitment: str
    digits: int
    """How long a commitment is in hexadecimal; 0 where the entry has none."""
    after_commitment: str
    tail: str


@lru_cache(maxsize=1024)  # a writer meets few combinations; a reader of foreign bytes does not come here
def spell_names(origin: str, chain: str, key: str | None, type_: str) -> Names:
    """Check and spell the members that many records share; raise FormatError naming the one that is wrong."""
    check_origin(origin)
    check_chain(chain)
    if key is not None:
        check_key(key)
    check_text("type", type_)
    before, digits, after = ("null", 0, ',"key":null') if key is None else ('"', _HEX_DIGITS, f'","key":"{key}"')
    return Names(
        f'","chain":"{chain}","commitment":{before}',
        digits,
        f'{after},"origin":"{origin}","position":',
        f'],"type":"{type_}","v":{VERSION}}}',
    )


def spell_tags(many: Sequence[tuple[str, ...]]) -> list[str]:
    """Check and spell the tags of several entries; raise FormatError for one that is none.

    That they are sorted and unique is vouched for by the caller.
    """
    tags = list(joined.from_iterable(many))
    text = "\n".join(tags)
    plain = (
        text.isascii()
        and not text.encode().translate(None, _PLAIN + b"\n")
        and text.count("\n") == max(len(tags) - 1, 0)
        and "" not in tags
        and max(map(len, tags), default=0) <= _LONGEST_TAG
    )
    if plain:  # all at once: nearly all are, and this runs for every entry
        return [f'"{_BETWEEN_TAGS.join(each)}"' if each else "" for each in many]
    for tag in tags:
        check_text("tag", tag)
    return [canonical.encode(each, depth=2)[1:-1].decode() for each in many]


def spell_public(public: Mapping[str, Any]) -> str:
    """Check and spell what is public; raise FormatError where it is no object, or holds what no entry may."""
    if type(public) is not dict and not isinstance(public, Mapping):
        raise FormatError("The member public is not an object.")
    return canonical.encode(public, depth=2).decode()


def fill(names: Names, commitment: str, public: str, tags: str, position: int, at: str, prev: bytes, seq: int) -> bytes:
    """Give the bytes of the entry at this place.

    ``commitment`` is in hexadecimal, ``public`` and ``tags`` as they are spelled above. The caller vouches for the
    place; FormatError is raised for an entry that is too long, and for one with a key and no commitment or the reverse.
    """
    before, digits, after, tail = names
    if len(commitment) != digits:
        raise FormatError("An entry has a commitment of 32 bytes exactly when it has a key.")
    data = (
        f'{{"at":"{at}{before}{commitment}{after}{position},"prev":"{prev.hex()}","public":{public},"seq":{seq}'
        f',"tags":[{tags}{tail}'
    ).encode()
    if len(data) > MAX_ENTRY_BYTES:
        check_length(data)
    return data
