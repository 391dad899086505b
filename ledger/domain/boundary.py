"""A boundary: exactly what a decision may read, said by tags before anything is read.

An item takes every entry that has all its tags and, where it names types, is of one of them; a boundary takes what any
of its items takes. It is built from the command alone, so two commands that could hinder each other meet in a tag.
Nothing is ever taken by chain or by type alone: a boundary costs what it holds, not what the log holds. Where only what
has happened since an instant matters, an item begins with what was recorded then: nothing is on record before it is.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

TERMS_TAG = "terms:all"
"""The tag of all that is published: versions of the terms, and their changes."""
PEOPLE_TAG = "people:all"
"""The tag of the vendor's people: technicians and operators."""


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Entries that have all these tags, and one of these types if any are named; with ``since``, recorded then."""

    tags: tuple[str, ...]
    types: tuple[str, ...] = ()
    since: datetime | None = None

    def __or__(self, other: "Item") -> "Item":
        """Give what takes what either takes, for items of the same tags."""
        if self.since != other.since:
            earliest = None if self.since is None or other.since is None else min(self.since, other.since)
            return replace(self, since=earliest) | replace(other, since=earliest)
        if self.types == other.types or not self.types:
            return self
        return Item(self.tags, tuple(sorted({*self.types, *other.types})) if other.types else (), self.since)

    def within(self, other: "Item") -> bool:
        """Tell whether an item of the same tags takes all that this one takes."""
        if other.since is not None and (self.since is None or self.since < other.since):
            return False
        return not other.types or other.types == self.types or (bool(self.types) and {*self.types} <= {*other.types})

    def takes(self, type_: str, tags: Collection[str], at: datetime | None = None) -> bool:
        """Tell whether an entry is inside, recorded ``at`` that time: where that is not said, whether it may be."""
        if self.types and type_ not in self.types:
            return False
        if self.since is not None and at is not None and at < self.since:
            return False
        for tag in self.tags:  # noqa: SIM110 - asked for every fact of every decision: a generator takes thrice as long
            if tag not in tags:
                return False
        return True


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
        object.__setattr__(self, "items", tuple(by_tags[tags] for tags in sorted(by_tags)))

    @classmethod
    def of(cls, *tags: str) -> Self:
        """Give the boundary of everything that has any of these tags: ``Boundary.of("work_order:…", "terms:all")``."""
        return cls(tuple(Item((tag,)) for tag in tags))

    def __or__(self, other: "Boundary") -> "Boundary":
        return Boundary(self.items + other.items)

    def takes(self, type_: str, tags: Collection[str], at: datetime | None = None) -> bool:
        """Tell whether an entry is inside, recorded ``at`` that time: where that is not said, whether it may be."""
        for item in self.items:  # noqa: SIM110 - as above
            if item.takes(type_, tags, at):
                return True
        return False


def tag(kind: str, id_: str) -> str:
    """Give the tag of what is named by this id."""
    return f"{kind}:{id_}"
