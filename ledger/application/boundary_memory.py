"""What was read of boundaries a moment ago, item by item.

Guarantees: what was opened is remembered for no longer than a data key would be (``ledger.store.custody``), and
forgotten at once when a key's destruction went through this process; memory stays small. What is remembered is never
taken for all there is: whoever decides on it appends under the condition that nothing came since, or asks the log.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from ledger.domain.boundary import Item
from ledger.domain.fact import Fact
from ledger.domain.recorded import Recorded
from ledger.store.custody import REMEMBER_SECONDS, Custody

_ITEMS = 2_000
_FACTS = 20_000
_FACTS_OF_ONE = 2_000
"""Longer items are read anew each time."""
_DRAWN = 2_000


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of one item that stand before a position, in order, and until when they may be remembered."""

    facts: tuple[Recorded[Fact], ...]
    before: int
    until: float
    forgotten: int
    """How often keys had been destroyed when the reading began."""

    def then(self, new: tuple[Recorded[Fact], ...], before: int) -> "Known":
        """Give what is known with these facts, which are all that came before a later position."""
        return Known(self.facts + new, before, self.until, self.forgotten)


class BoundaryMemory:
    """Remembers items of one log. Safe to share between threads."""

    def __init__(self, custody: Custody) -> None:
        """Forget when these keys do."""
        self._custody = custody
        self._lock = threading.Lock()
        self._known: OrderedDict[Item, Known] = OrderedDict()
        self._facts = 0
        self._swept = 0.0
        self._drawn: OrderedDict[str, float] = OrderedDict()

    def nothing(self) -> Known:
        """Give what is known before anything was read."""
        return Known((), 0, time.monotonic() + REMEMBER_SECONDS, self._custody.forgotten)

    def drawn(self, id_: str) -> None:
        """Take note of an id that was drawn by chance just now: most likely nothing stands under it yet."""
        with self._lock:
            self._drawn[id_] = time.monotonic() + REMEMBER_SECONDS
            if len(self._drawn) > _DRAWN:
                self._drawn.popitem(last=False)

    def recall(self, item: Item) -> Known | None:
        """Give what is known of an item; None where it has to be read."""
        now = time.monotonic()
        with self._lock:
            known = self._known.get(item)
            if known is not None:
                if known.until > now and known.forgotten == self._custody.forgotten:
                    return known
                self._drop(item)
            if any(self._drawn.get(tag.partition(":")[2], 0.0) > now for tag in item.tags):
                return self.nothing()
            return None

    def keep(self, item: Item, known: Known) -> None:
        """Remember an item as it is known now; who knows more is believed."""
        with self._lock:
            for tag in item.tags:  # from now on what stands under it is known, or has to be read
                self._drawn.pop(tag.partition(":")[2], None)
            before = self._known.get(item)
            if before is not None:
                if before.before > known.before and before.forgotten == self._custody.forgotten:
                    return
                self._drop(item)
            if len(known.facts) > _FACTS_OF_ONE or known.forgotten != self._custody.forgotten:
                return
            self._known[item] = known
            self._facts += len(known.facts)
            while len(self._known) > _ITEMS or self._facts > _FACTS:
                self._drop(next(iter(self._known)))
            self._sweep()

    def _sweep(self) -> None:
        """Let go of what is not remembered any more, once a second."""
        now = time.monotonic()
        if now >= self._swept + 1:
            self._swept = now
            for item in [item for item, each in self._known.items() if each.until <= now]:
                self._drop(item)

    def _drop(self, item: Item) -> None:
        self._facts -= len(self._known.pop(item).facts)
