"""What was read of boundaries a moment ago: for each combination of tags, one item of all types that are known of it.

Guarantees: what was opened is remembered for no longer than a data key would be (``ledger.store.custody``), and
forgotten at once when a key's destruction went through this process; memory stays small. What is remembered is never
taken for all there is: whoever decides on it appends under the condition that nothing came since, or asks the log.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.domain.boundary import Item, types_of
from ledger.domain.fact import Fact
from ledger.domain.recorded import Recorded
from ledger.store.custody import REMEMBER_SECONDS, Custody

_ITEMS = 2_000
_FACTS = 20_000
_FACTS_OF_ONE = 2_000
"""Longer items are read anew each time."""
_DRAWN = 2_000


class Known(NamedTuple):
    """The facts of one item that stand before a position, in order, and until when they may be remembered."""

    item: Item
    facts: tuple[Recorded[Fact], ...]
    before: int
    until: float
    forgotten: int
    """How often keys had been destroyed when the reading began."""
    met: frozenset[str] = frozenset()
    """Types of which this process itself appended something since, whose condition did not tell what came before."""

    def then(self, new: tuple[Recorded[Fact], ...], before: int) -> "Known":
        """Give what is known with these facts, which are all that came before a later position."""
        return Known(self.item, self.facts + new if new else self.facts, before, self.until, self.forgotten)

    def and_then(self, appended: Sequence[Recorded[Fact]], before: int) -> "Known":
        """Give what is known with what was appended, of which some may be inside, and nothing else came before it."""
        takes = self.item.takes
        return self.then(tuple([each for each in appended if takes(each.fact.TYPE, each.tags)]), before)

    def whole(self, item: Item) -> "Known | None":
        """Give it where it tells all that an item of the same tags takes, be it of more types; else None."""
        if not item.within(self.item):
            return None
        if not self.met:
            return self
        return self.of(item) if item.types and self.met.isdisjoint(item.types) else None

    def of(self, item: Item) -> "Known":
        """Give the part of it that is in an item of the same tags and some of the types."""
        return Known(item, self.inside(item), self.before, self.until, self.forgotten)

    def inside(self, item: Item) -> tuple[Recorded[Fact], ...]:
        """Give the facts that are in an item of the same tags and some of the types."""
        if item.types == self.item.types or not item.types:
            return self.facts
        types = types_of(item.types)
        return tuple([each for each in self.facts if each.fact.TYPE in types])


class BoundaryMemory:
    """Remembers items of one log. Safe to share between threads."""

    def __init__(self, custody: Custody) -> None:
        """Forget when these keys do."""
        self._custody = custody
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, ...], Known] = OrderedDict()
        self._facts = 0
        self._swept = 0.0
        self._drawn: OrderedDict[str, float] = OrderedDict()

    def nothing(self, item: Item) -> Known:
        """Give what is known of an item before anything was read."""
        return Known(item, (), 0, time.monotonic() + REMEMBER_SECONDS, self._custody.forgotten)

    def drawn(self, id_: str) -> None:
        """Take note of an id that was drawn by chance just now: most likely nothing stands under it yet."""
        with self._lock:
            self._drawn[id_] = time.monotonic() + REMEMBER_SECONDS
            if len(self._drawn) > _DRAWN:
                self._drawn.popitem(last=False)

    def met(self, tags: Iterable[str], type_: str | None = None, position: int = 0) -> None:
        """Take note of what stands under these tags: no id in them is new any more, nor all known that was."""
        with self._lock:
            self._met(tags, type_, position)

    def learn(self, several: Iterable[Known], appended: Iterable[Recorded[Fact]]) -> None:
        """Remember items as they are known now, and what was appended last and stands under more tags than theirs."""
        with self._lock:
            self._keep_all(several)
            for each in appended:
                self._met(each.tags, each.fact.TYPE, each.position)

    def recall(self, items: Sequence[Item]) -> list[Known] | None:
        """Give what is known of each item, be it of more types; None where any of them has to be read."""
        now = time.monotonic()
        found = []
        with self._lock:
            for item in items:
                known = None if item.since is not None else self._partly(item.tags, now)
                if known is None or (whole := known.whole(item)) is None:
                    return None
                found.append(whole)
        return found

    def partly(self, tags: tuple[str, ...]) -> Known | None:
        """Give what is known under these tags, be it of some types only; None where that is nothing."""
        with self._lock:
            return self._partly(tags, time.monotonic())

    def keep(self, several: Iterable[Known]) -> None:
        """Remember items as they are known now; who knows more is believed."""
        with self._lock:
            self._keep_all(several)

    def _met(self, tags: Iterable[str], type_: str | None, position: int) -> None:
        for tag in tags:
            self._drawn.pop(tag.partition(":")[2], None)
            known = self._known.get((tag,)) if type_ is not None else None
            if known is not None and known.before <= position and known.item.takes(type_ or "", (tag,)):
                self._known[tag,] = known._replace(met=known.met | {type_ or ""})

    def _keep_all(self, several: Iterable[Known]) -> None:
        for known in several:
            if known.item.since is None:
                self._keep(known.item.tags, known)
        while len(self._known) > _ITEMS or self._facts > _FACTS:
            self._drop(next(iter(self._known)))
        self._sweep()

    def _partly(self, tags: tuple[str, ...], now: float) -> Known | None:
        known = self._known.get(tags)
        if known is not None:
            if known.until > now and known.forgotten == self._custody.forgotten:
                return known
            self._drop(tags)
        for tag in tags:
            if self._drawn.get(tag.partition(":")[2], 0.0) > now:
                return self.nothing(Item(tags))
        return None

    def _keep(self, tags: tuple[str, ...], known: Known) -> None:
        before = self._known.get(tags)
        if before is not None:
            if before.before > known.before and before.forgotten == self._custody.forgotten:
                return
            self._drop(tags)
        if len(known.facts) > _FACTS_OF_ONE or known.forgotten != self._custody.forgotten:
            return
        self._known[tags] = known
        self._facts += len(known.facts)

    def _sweep(self) -> None:
        """Let go of what is not remembered any more, once a second."""
        now = time.monotonic()
        if now >= self._swept + 1:
            self._swept = now
            for tags in [tags for tags, each in self._known.items() if each.until <= now]:
                self._drop(tags)

    def _drop(self, tags: tuple[str, ...]) -> None:
        self._facts -= len(self._known.pop(tags).facts)
