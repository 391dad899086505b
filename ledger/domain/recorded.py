"""A fact as it stands in the log, with the place by which decisions cite it.

Folds take what has been recorded, in the order of the log, and know nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from ledger.domain.fact import Fact

F = TypeVar("F", bound=Fact)
F_co = TypeVar("F_co", bound=Fact, covariant=True)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[F_co]):
    """A fact, its position, its chain and when it was recorded (``at``); ``tags`` are logical, as the fact has them."""

    fact: F_co
    position: int
    at: datetime
    chain: str = "log"
    tags: frozenset[str] = frozenset()


Facts: TypeAlias = Sequence[Recorded[Fact]]
"""What a decision is made on: everything in its boundary, in the order of the log."""


def of_type(facts: Facts, *types: type[F]) -> Iterator[Recorded[F]]:
    """Give those that are of one of these types."""
    for each in facts:
        if isinstance(each.fact, types):
            yield each  # type: ignore[misc]  # isinstance has narrowed the fact, which narrows what holds it


def last(facts: Facts, *types: type[F]) -> Recorded[F] | None:
    """Give the newest of these types, or None."""
    found = None
    for found in of_type(facts, *types):  # noqa: B007 - the last one is wanted
        pass
    return found


def saying(recorded: Recorded[Fact], fact: F) -> Recorded[F]:
    """Give it as what it is: the record of this fact, whose type has been found out."""
    assert recorded.fact is fact
    return recorded  # type: ignore[return-value]  # as just said


def positions(*recorded: Recorded[Fact] | None) -> tuple[int, ...]:
    """Give the positions to cite, rising and each once; None stands for what there is not."""
    return tuple(sorted({each.position for each in recorded if each is not None}))


def tagged(facts: Iterable[Recorded[Fact]], tag: str) -> list[Recorded[Fact]]:
    """Give those that have this tag."""
    return [each for each in facts if tag in each.tags]


def happened_at(recorded: Recorded[Fact]) -> datetime:
    """Give when it happened: what the fact says of that, or when it was recorded."""
    fact = recorded.fact
    if fact.OCCURRED is None:
        return recorded.at
    moment: datetime | None = getattr(fact, fact.OCCURRED)
    return recorded.at if moment is None else moment
