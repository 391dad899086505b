"""A boundary: exactly what a decision may read, said by tags before anything is read.

An item takes every entry that has all its tags and, where it names types, is of one of them; a boundary takes what any
of its items takes. It is built from the command alone, so two commands that could hinder each other meet in a tag.
Nothing is ever taken by chain or by type alone: a boundary costs what it holds, not what the log holds. Where only what
has happened since an instant matters, an item begins with what was recorded then: nothing is on record before it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Self

TERMS_TAG = "terms:all"
"""The tag of all that is published: versions of the terms, and their changes."""
PEOPLE_TAG = "people:all"
"""The tag of the vendor's people: technicians and operators."""


@lru_cache(maxsize=4096)
def types_of(types: tuple[str, ...]) -> frozenset[str]:
    """Give the types of an item as a set: the same few items are asked for again and again."""
    return frozenset(types)


@lru_cache(maxsize=4096)
def _either(types: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*types, *others})) if types and others else ()


class Item(NamedTuple):
    """Entries that have all these tags, and one of these types if any are named; with ``since``, recorded then."""

    tags: tuple[str, ...]
    types: tuple[str, ...] = ()
    since: datetime | None = None

    def __or__(self, other: "Item") -> "Item":
        """Give what takes what either takes, for items of the same tags."""
        if self.since != other.since:
            earliest = None if self.since is None or other.since is None else min(self.since, other.since)
            return self._replace(since=earliest) | other._replace(since=earliest)
        if self.types == other.types or not self.types:
            return self
        return Item(self.tags, _either(self.types, other.types), self.since)

    def within(self, other: "Item") -> bool:
        """Tell whether an item of the same tags takes all that this one takes."""
        if other.since is not None and (self.since is None or self.since < other.since):
            return False
        if not other.types or other.types == self.types:
            return True
        return bool(self.types) and types_of(self.types) <= types_of(other.types)

    def takes(self, type_: str, tags: Collection[str], at: datetime | None = None) -> bool:
        """Tell whether an entry is inside, recorded ``at`` that time: where that is not said, whether it may be."""
        for tag in self.tags:  # first, since most entries are not of this subject at all
            if tag not in tags:
                return False
        if self.since is not None and at is not None and at < self.since:
            return False
        return not self.types or type_ in types_of(self.types)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Items in their one order, one for the same tags."""

    items: tuple[Item, ...] = ()

    def __post_init__(self) -> None:
        """Sort and join, so that boundaries that take the same by the same tags are one value and one query."""
        if len(self.items) == 1 and self.items[0].tags:
            return
        by_tags: dict[tuple[str, ...], Item] = {}
        for item in self.items:
            if not item.tags:
                raise ValueError("An item of a boundary names at least one tag.")
            before = by_tags.get(item.tags)
            by_tags[item.tags] = item if before is None else before | item
        object.__setattr__(self, "items", tuple([by_tags[tags] for tags in sorted(by_tags)]))

    @classmethod
    def of(cls, *tags: str) -> Self:
        """Give the boundary of everything that has any of these tags: ``Boundary.of("work_order:…", "terms:all")``."""
        return cls(tuple([Item((tag,)) for tag in tags]))

    def __or__(self, other: "Boundary") -> "Boundary":
        return Boundary(self.items + other.items)

    def takes(self, type_: str, tags: Collection[str], at: datetime | None = None) -> bool:
        """Tell whether an entry is inside, recorded ``at`` that time: where that is not said, whether it may be."""
        return any(item.takes(type_, tags, at) for item in self.items)


def tag(kind: str, id_: str) -> str:
    """Give the tag of what is named by this id."""
    return f"{kind}:{id_}"
