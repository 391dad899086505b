"""An entry before it has its place: what is known of a record outside the append lock, checked and encoded once.

Guarantees: a template holds members that the format allows, in their canonical spelling; filled with a place it gives
the same bytes as ``entry.encode``. Leaves to others: the place, for which the sequencer vouches.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Self

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
    check_tag_order,
    check_text,
)

_PLAIN = bytes(set(range(ord("!"), ord("~") + 1)) - set(b'"\\')) + b"\n"  # what JSON escapes is not among them
_LONGEST_TAG = 128
_BETWEEN_TAGS = '","'
_HEX_DIGITS = 2 * len(NO_PREV)
_NOTHING: dict[str, Any] = {}
_NOTHING_PUBLIC = '","public":{},"seq":'


class Names(NamedTuple):
    """Chain, key and type of an entry, checked, with what is spelled around its other members."""

    chain: str
    key: str | None
    before_commitment: str
    after_commitment: str
    tail: str


class Template(NamedTuple):
    """An entry without its place: all members but position, time and link, as the text around them."""

    before_position: str
    before_seq: str
    tail: str

    @classmethod
    def of(
        cls,
        *,
        origin: str,
        chain: str,
        type: str,  # noqa: A002 - the member's name in the format
        tags: tuple[str, ...],
        public: Mapping[str, Any],
        commitment: bytes | None,
        key: str | None,
    ) -> Self:
        """Check and encode; raise FormatError naming the member that is wrong."""
        names = spell_names(origin, chain, key, type)
        check_tag_order(tags)
        lines = "\n".join(tags).encode(errors="surrogatepass")
        return cls.of_names(names, tags, lines, public, None if commitment is None else commitment.hex())

    @classmethod
    def of_names(
        cls, names: "Names", tags: tuple[str, ...], lines: bytes, public: Mapping[str, Any], commitment: str | None
    ) -> Self:
        """Make the template from names that were checked and spelled before, for the many records that share them.

        ``tags`` are sorted and unique, which the caller vouches for, and ``lines`` is what they are when line feeds are
        put between them; ``commitment`` is hex, as ``seal_drawn`` gives it.
        """
        if commitment is None or names.key is None or len(commitment) != _HEX_DIGITS:
            _check_commitment(commitment, names.key)
            spelled = "null"
        else:
            spelled = f'"{commitment}"'
        strange = lines.translate(None, _PLAIN) or lines.count(b"\n") != len(tags) - 1 or not tags[0]
        if strange or (len(lines) > _LONGEST_TAG and max(map(len, tags)) > _LONGEST_TAG):
            spelled_tags = _spell_tags(tags)
        else:
            spelled_tags = f'"{_BETWEEN_TAGS.join(tags)}"'
        # Past the constructor, which takes twice as long: this runs for every entry.
        return tuple.__new__(
            cls,
            (
                f"{names.before_commitment}{spelled}{names.after_commitment}",
                # What is empty is not thereby an object.
                _NOTHING_PUBLIC if public == _NOTHING else f'","public":{_spell_public(public)},"seq":',
                f',"tags":[{spelled_tags}{names.tail}',
            ),
        )

    def fill(self, position: int, at: str, prev: bytes, seq: int) -> bytes:
        """Give the entry's bytes at its place. The caller vouches for the four values; the size is checked here."""
        data = (
            f'{{"at":"{at}{self.before_position}{position},"prev":"{prev.hex()}{self.before_seq}{seq}{self.tail}'
        ).encode()
        if len(data) > MAX_ENTRY_BYTES:
            check_length(data)
        return data


def _spell_tags(tags: tuple[str, ...]) -> str:
    for tag in tags:
        check_text("tag", tag)
    return canonical.encode(tags, depth=2)[1:-1].decode()


def _spell_public(public: Mapping[str, Any]) -> str:
    if type(public) is not dict and not isinstance(public, Mapping):
        raise FormatError("The member public is not an object.")
    return canonical.encode(public, depth=2).decode()


def _check_commitment(commitment: str | None, key: str | None) -> None:
    if (commitment is None) is not (key is None):
        raise FormatError("An entry has a commitment exactly when it has a key.")
    if commitment is not None and len(commitment) != _HEX_DIGITS:
        raise FormatError("The commitment has not 32 bytes.")


@lru_cache(maxsize=1024)  # a writer meets few combinations; a reader of foreign bytes does not come here
def spell_names(origin: str, chain: str, key: str | None, type_: str) -> Names:
    """Check and spell the members that many records share; raise FormatError naming the one that is wrong."""
    check_origin(origin)
    check_chain(chain)
    if key is not None:
        check_key(key)
    check_text("type", type_)
    keyed = "null" if key is None else f'"{key}"'
    return Names(
        chain,
        key,
        f'","chain":"{chain}","commitment":',
        f',"key":{keyed},"origin":"{origin}","position":',
        f'],"type":"{type_}","v":{VERSION}}}',
    )
