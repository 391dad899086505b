"""A boundary: exactly what a decision may read, said by tags before anything is read.

An item takes every entry that has all its tags and, where it names types, is of one of them; a boundary takes what any
of its items takes. It is built from the command alone, so two commands that could hinder each other meet in a tag.
Nothing is ever taken by chain or by type alone: a boundary costs what it holds, not what the log holds.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

TERMS_TAG = "terms:all"
"""The tag of all that is published: versions of the terms, and their changes."""
PEOPLE_TAG = "people:all"
"""The tag of the vendor's people: technicians and operators."""


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Entries that have all these tags, and one of these types if any are named."""

    tags: tuple[str, ...]
    types: tuple[str, ...] = ()

    def takes(self, type_: str, tags: Collection[str]) -> bool:
        """Tell whether an entry is inside."""
        return all(tag in tags for tag in self.tags) and (not self.types or type_ in self.types)


@dataclass(frozen=True, slots=True)
class Boundary:
    """Items in their one order, each once."""

    items: tuple[Item, ...] = ()

    def __post_init__(self) -> None:
        """Sort, so that equal boundaries are one value and one query."""
        if any(not item.tags for item in self.items):
            raise ValueError("An item of a boundary names at least one tag.")
        object.__setattr__(self, "items", tuple(sorted(set(self.items))))

    @classmethod
    def of(cls, *tags: str) -> Self:
        """Give the boundary of everything that has any of these tags: ``Boundary.of("work_order:…", "terms:all")``."""
        return cls(tuple(Item((tag,)) for tag in tags))

    def __or__(self, other: "Boundary") -> "Boundary":
        return Boundary(self.items + other.items)

    def takes(self, type_: str, tags: Collection[str]) -> bool:
        """Tell whether an entry is inside."""
        return any(item.takes(type_, tags) for item in self.items)


def tag(kind: str, id_: str) -> str:
    """Give the tag of what is named by this id."""
    return f"{kind}:{id_}"
