"""What of the trail is where: the (chain, key) pairs that facts are sealed under, and what was ordered to be destroyed.

A pair is the smallest that can be destroyed: all that one customer's chain holds of one class and one day in Japan.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.request import Request
from ledger.domain.retention_facts import DestructionOrdered
from ledger.keys.classes import CLASSES, day_of
from ledger.log.retention import class_of_key, day_of_key

TRAIL = "trail"
"""The class of the work trail itself."""


class Pair(NamedTuple):
    """A chain and a key id: what one data key opens."""

    chain: str
    key: str

    @property
    def day(self) -> date | None:
        """Give the day in Japan; None where the key is a subject's."""
        day = day_of_key(self.key)
        return None if day is None else date.fromisoformat(day)

    @property
    def retention(self) -> str:
        """Give the class."""
        return class_of_key(self.key)


def pair_of(recorded: Recorded[Fact]) -> Pair | None:
    """Give the pair that a fact is sealed under; None for what is public, or sealed under a subject's own key."""
    kind = getattr(type(recorded.fact), "KIND", None)
    known = None if kind is None or kind.key_class is None else CLASSES[kind.key_class]
    if known is None or known.epoch != "day":
        return None
    return Pair(recorded.chain, f"{known.name}:{day_of(recorded.at)}")


def pairs_of(facts: Facts) -> Mapping[Pair, tuple[int, ...]]:
    """Give all pairs that these facts are sealed under, each with the positions of its facts."""
    pairs: dict[Pair, list[int]] = {}
    for each in facts:
        pair = pair_of(each)
        if pair is not None:
            pairs.setdefault(pair, []).append(each.position)
    return {pair: tuple(pairs[pair]) for pair in sorted(pairs)}


def touches(request: Request, pair: Pair, work_orders: Iterable[str]) -> bool:
    """Tell whether a request names a pair of the trail: its day, or a work order with entries under it."""
    if pair.chain != request.customer or pair.retention != TRAIL:
        return False
    return (pair.day is not None and request.names(pair.day)) or not set(request.work_orders).isdisjoint(work_orders)


def destroyed_of(facts: Facts, request: Request) -> list[Recorded[DestructionOrdered]]:
    """Give the orders of destruction for what a request names."""
    return [
        each
        for each in of_type(facts, DestructionOrdered)
        if touches(request, Pair(each.fact.customer, each.fact.key), each.fact.work_orders)
    ]


def all_destroyed(facts: Facts, request: Request) -> bool:
    """Tell whether everything a request names is known to be gone: each work order, and the last of its days."""
    ordered = destroyed_of(facts, request)
    orders = {work_order for each in ordered for work_order in each.fact.work_orders}
    days = {Pair(each.fact.customer, each.fact.key).day for each in ordered}
    return bool(ordered) and orders >= set(request.work_orders) and request.last_day in {*days, None}
