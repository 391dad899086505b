"""Reading boundaries from the log, and only what is new in those read a moment ago.

Guarantees: what is given is everything in the boundary up to ``after``, so an append conditional on nothing new from
there is decided on all there is: entries become visible in the order of their positions, whole transactions at a time.
What was opened is remembered for no longer than a data key would be (``ledger.store.custody``), and forgotten at once
when a key's destruction went through this process. Nothing but opened boundaries is remembered: no answer is reused.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from ledger.application.facts import from_record, query_of
from ledger.domain.boundary import Boundary
from ledger.domain.fact import Fact
from ledger.domain.recorded import Recorded
from ledger.log.canonical import MAX_INTEGER
from ledger.log.entry import LOG_CHAIN
from ledger.store.custody import REMEMBER_SECONDS, Custody
from ledger.store.reader import PAGE, Reader

_BOUNDARIES = 256
_FACTS = 1_000
"""Longer boundaries are read anew each time: memory stays small."""


@dataclass(frozen=True, slots=True)
class Read:
    """The facts of a boundary; an append decided on them fails if anything in it stands at ``after`` or later.

    ``after`` is None for a boundary that holds nothing.
    """

    facts: list[Recorded[Fact]]
    after: int | None


@dataclass(frozen=True, slots=True)
class _Remembered:
    facts: tuple[Recorded[Fact], ...]
    after: int
    until: float
    forgotten: int


class BoundaryReader:
    """Reads boundaries of one log. Safe to share between threads."""

    def __init__(self, reader: Reader, custody: Custody) -> None:
        """Read through this reader."""
        self._reader = reader
        self._custody = custody
        self._lock = threading.Lock()
        self._known: OrderedDict[Boundary, _Remembered] = OrderedDict()

    def read(self, boundary: Boundary) -> Read:
        """Give the facts; raise PayloadUnavailableError or FactUnreadableError."""
        query = query_of(boundary, self._custody.chain_secret(LOG_CHAIN))
        if query is None:
            return Read([], None)
        forgotten = self._custody.forgotten
        known = self._recall(boundary, forgotten)
        facts = list(known.facts) if known is not None else []
        after = known.after if known is not None else 0
        until = known.until if known is not None else time.monotonic() + REMEMBER_SECONDS
        while page := self._reader.page(query, after, MAX_INTEGER, PAGE):
            facts += [from_record(position, record) for position, record in page]
            after = page[-1][0] + 1
            if len(page) < PAGE:
                break
        self._remember(boundary, _Remembered(tuple(facts), after, until, forgotten))
        return Read(facts, after)

    def _recall(self, boundary: Boundary, forgotten: int) -> _Remembered | None:
        with self._lock:
            known = self._known.get(boundary)
            if known is None:
                return None
            if known.until <= time.monotonic() or known.forgotten != forgotten:
                del self._known[boundary]
                return None
            return known

    def _remember(self, boundary: Boundary, read: _Remembered) -> None:
        with self._lock:
            now = time.monotonic()
            while self._known and next(iter(self._known.values())).until <= now:
                self._known.popitem(last=False)
            if len(read.facts) > _FACTS:
                self._known.pop(boundary, None)
                return
            before = self._known.get(boundary)
            if before is None or before.until != read.until or before.after < read.after:
                self._known[boundary] = read
            if len(self._known) > _BOUNDARIES:
                self._known.popitem(last=False)
