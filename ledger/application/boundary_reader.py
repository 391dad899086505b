"""What is inside a boundary: as remembered from a moment ago, or as it stands in the log, of which the new is read.

Guarantees: what is given is everything in the boundary as of the places that its condition tells, so an append under
that condition is decided on all there is: entries become visible in the order of their positions, whole transactions
at a time. What was remembered is only good for an append, which asks the log itself (``unless``); whoever shows what
stands there, or refuses for it, reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.application.boundary_memory import BoundaryMemory, Known
from ledger.application.facts import from_record, query_of
from ledger.domain.boundary import Boundary
from ledger.domain.due import type_of
from ledger.domain.fact import Fact
from ledger.domain.recorded import Recorded
from ledger.log.entry import LOG_CHAIN
from ledger.store.custody import Custody
from ledger.store.query import AppendCondition, Query, nothing_new
from ledger.store.reader import Reader


@dataclass(frozen=True, slots=True)
class Read:
    """The facts of a boundary, in order, and what is known of each of its items."""

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
        known = []
        for item in boundary.items:
            if (each := self._memory.recall(item)) is None:
                return None
            known.append(each)
        return Read(boundary, _merged(known), known, asked=False)

    def read(self, boundary: Boundary) -> Read:
        """Give the facts; raise PayloadUnavailableError or FactUnreadableError."""
        known = [self._memory.recall(item) or self._memory.nothing() for item in boundary.items]
        if (query := self._query(boundary, known)) is not None:
            inside = self._reader.inside(query.items)
            facts = {position: from_record(position, record) for position, record in inside.records.items()}
            for number, (item, places) in enumerate(zip(boundary.items, inside.places, strict=True)):
                new = tuple(facts[place] for place in places)
                before = max(inside.size, known[number].before, *(place + 1 for place in places[-1:]))
                known[number] = known[number].then(new, before)
                self._memory.keep(item, known[number])
        return Read(boundary, _merged(known), known, asked=True)

    def unless(self, read: Read) -> AppendCondition | None:
        """Give the condition that nothing came since; None for a boundary without items."""
        query = self._query(read.boundary, read.known)
        return None if query is None else nothing_new(query, None)

    def learn(self, read: Read, appended: Sequence[Recorded[Fact]]) -> None:
        """Remember what was appended under the condition of a reading, in one append: nothing else came in between."""
        before = appended[-1].position + 1
        for item, known in zip(read.boundary.items, read.known, strict=True):
            if mine := tuple(each for each in appended if item.takes(type_of(each.fact), each.tags)):
                self._memory.keep(item, known.then(mine, before))

    def _query(self, boundary: Boundary, known: Sequence[Known]) -> Query | None:
        return query_of(boundary, self._custody.chain_secret(LOG_CHAIN), [each.before for each in known])


def _merged(known: Sequence[Known]) -> list[Recorded[Fact]]:
    facts = {each.position: each for item in known for each in item.facts}
    return [facts[position] for position in sorted(facts)]
