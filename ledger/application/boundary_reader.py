"""What is inside a boundary: as remembered from a moment ago, or as it stands in the log, of which the new is read.

Guarantees: what is given is everything in the boundary as of the places that its condition tells, so an append under
that condition is decided on all there is: entries become visible in the order of their positions, whole transactions
at a time. What was remembered is only good for an append, which asks the log itself (``unless``); whoever shows what
stands there, or refuses for it, reads.

Under the same tags several commands take different types. What is remembered is one item of all types that any of them
took, and the condition of an append is of that item, too: so the next one is known whole again, whatever it takes.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.application.boundary_memory import BoundaryMemory, Known
from ledger.application.facts import from_record, query_of
from ledger.domain.boundary import Boundary, Item
from ledger.domain.fact import Fact
from ledger.domain.recorded import Recorded
from ledger.log.entry import LOG_CHAIN
from ledger.store.custody import ChainSecret, Custody
from ledger.store.query import AppendCondition, nothing_new
from ledger.store.reader import Reader
from ledger.store.since import first_at


class Read(NamedTuple):
    """The facts of a boundary, in order, and what is known of each of its items, or of more types than it takes."""

    boundary: Boundary
    facts: list[Recorded[Fact]]
    known: Sequence[Known]
    asked: bool
    """The log was asked; otherwise it was remembered."""


class BoundaryReader:
    """Reads boundaries of one log. Safe to share between threads."""

    def __init__(self, reader: Reader, custody: Custody) -> None:
        """Read through this reader."""
        self._reader = reader
        self._custody = custody
        self._memory = BoundaryMemory(custody)
        self.drawn = self._memory.drawn

    def recall(self, boundary: Boundary) -> Read | None:
        """Give the facts as remembered; None where any of its items has to be read."""
        known = self._memory.recall(boundary.items)
        return None if known is None else _read(boundary, known, asked=False)

    def read(self, boundary: Boundary, *, only: bool = False) -> Read:
        """Give the facts; raise PayloadUnavailableError or FactUnreadableError.

        With ``only`` the condition on them is of the boundary's own types: for whoever was hindered by others.
        """
        parts = [self._parts(item) for item in boundary.items]
        asked = [part for several in parts for part in several]
        if (query := query_of([each.item for each in asked], self._secret(), [each.before for each in asked])) is None:
            return Read(boundary, [], [], asked=True)
        inside = self._reader.inside(query.items)
        facts = {position: from_record(position, record) for position, record in inside.records.items()}
        found = iter(
            [
                part.then(
                    tuple([facts[place] for place in places]),
                    max(inside.size, part.before, *(place + 1 for place in places[-1:])),
                )
                for part, places in zip(asked, inside.places, strict=True)
            ]
        )
        known = [_joined([next(found) for _ in several]) for several in parts]
        for item in boundary.items:
            self._memory.met(item.tags)
        self._memory.keep(known)
        if only:
            known = [each.of(item) for item, each in zip(boundary.items, known, strict=True)]
        return _read(boundary, known, asked=True)

    def unless(self, read: Read) -> AppendCondition | None:
        """Give the condition that nothing came since; None for a boundary without items."""
        query = query_of([each.item for each in read.known], self._secret(), [each.before for each in read.known])
        return None if query is None else nothing_new(query, None)

    def learn(self, read: Read, appended: Sequence[Recorded[Fact]]) -> None:
        """Remember what was appended under the condition of a reading, in one append: nothing else came in between."""
        before = appended[-1].position + 1
        self._memory.learn([known.and_then(appended, before) for known in read.known], appended)

    def _parts(self, item: Item) -> list[Known]:
        """Give what has to be asked: what is known of the item from its place on, and its other types from the first.

        What begins with an instant is looked for from the first entry of then on, and is not remembered.
        Each is known so far as it says; together they have all types of the item.
        """
        if item.since is not None:
            return [self._memory.nothing(item)._replace(before=first_at(self._reader, item.since))]
        known = self._memory.partly(item.tags)
        if known is None or not (item.types or item.within(known.item)):
            return [self._memory.nothing(item)]
        if item.within(known.item):
            return [known]
        others = Item(item.tags, tuple([each for each in item.types if each not in known.item.types]))
        return [known, self._memory.nothing(others)]

    def _secret(self) -> ChainSecret:
        return self._custody.chain_secret(LOG_CHAIN)


def _joined(parts: Sequence[Known]) -> Known:
    """Give what is known of several items of the same tags, read in one moment, as of one item."""
    if len(parts) == 1:
        return parts[0]
    first, second = parts
    return Known(
        first.item | second.item,
        tuple(sorted(first.facts + second.facts, key=lambda each: each.position)),
        min(first.before, second.before),
        min(first.until, second.until),
        min(first.forgotten, second.forgotten),
    )


def _read(boundary: Boundary, known: Sequence[Known], *, asked: bool) -> Read:
    """Put together what is in the items, each fact once."""
    parts = [facts for item, of in zip(boundary.items, known, strict=True) if (facts := of.inside(item))]
    if len(parts) == 1:
        return Read(boundary, list(parts[0]), known, asked)
    placed = {each.position: each for facts in parts for each in facts}
    return Read(boundary, [placed[position] for position in sorted(placed)], known, asked)
