"""Timers: what time alone makes true is written as a fact, once, before anything is decided on it.

Guarantees: what is due is computed from the timer's own boundary and nothing else, so it does not matter which
command noticed it; the fact's content comes from the deadline, not from when somebody looked, so a replay gives the
same bytes whenever it runs. Timers are run in their order, and from the first again after each that had something
to say: so one may rest on what those before it say. A stream offers a :class:`Timer` for its part; a :class:`Due`
is a timer for one subject.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from ledger.domain.boundary import Boundary, types_of
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults

_LONGER_THAN_ALL_TERMS = timedelta(days=50 * 366)

Compute: TypeAlias = Callable[[str, Facts, datetime, Defaults], Sequence[Fact]]


@dataclass(frozen=True, slots=True, eq=False)
class Timer:
    """What can become due for one kind of subject. ``kind`` is the tag kind that its subjects are found by.

    ``compute(subject, facts, now, defaults)`` gives what is due and not yet among the facts.
    """

    name: str
    kind: str
    boundary: Callable[[str, str], Boundary]
    """From the subject's id and the chain."""
    compute: Compute
    rests_on: tuple["Timer", ...] = ()
    """Timers that are run before this one."""
    waits: Callable[[str, Facts], bool] = lambda _subject, _facts: False
    """Whether what is recorded under another tag than the subject's may still make something due."""

    def at(self, subject: str, chain: str) -> "Due":
        """Give this timer for one subject of one customer's chain (or of ``log``)."""
        return _due(self, subject, chain)


@dataclass(frozen=True, slots=True)
class Due:
    """A timer for one subject; its facts go to ``chain``."""

    timer: Timer
    subject: str
    chain: str
    boundary: Boundary = field(init=False, repr=False, compare=False)
    """What decides whether anything is due."""
    _taken: tuple[tuple[frozenset[str], frozenset[str]], ...] = field(init=False, repr=False, compare=False)
    """The tags and the types of the boundary's items."""

    def __post_init__(self) -> None:
        """Ask the timer once for the boundary."""
        boundary = self.timer.boundary(self.subject, self.chain)
        object.__setattr__(self, "boundary", boundary)
        taken = tuple((frozenset(item.tags), types_of(item.types)) for item in boundary.items)
        object.__setattr__(self, "_taken", taken)

    def facts(self, facts: Facts, now: datetime, defaults: Defaults) -> tuple[Fact, ...]:
        """Give what is due at ``now``, of which nothing stands in the log; looks only at its own boundary."""
        return tuple(self.timer.compute(self.subject, self._mine(facts), now, defaults))

    def open(self, facts: Facts, now: datetime, defaults: Defaults) -> bool:
        """Tell whether time alone, or what is recorded of others, may still make something due.

        A subject that is not open is looked at again only when something is recorded of itself.
        """
        mine = self._mine(facts)
        return self.timer.waits(self.subject, mine) or bool(
            self.timer.compute(self.subject, mine, now + _LONGER_THAN_ALL_TERMS, defaults)
        )

    def _mine(self, facts: Facts) -> Facts:
        """Give what the boundary takes: in one piece, since every timer of every command looks at every fact."""
        mine = []
        for each in facts:
            for tags, types in self._taken:
                if tags <= each.tags and (not types or each.fact.TYPE in types):
                    mine.append(each)
                    break
        return mine


_due = lru_cache(maxsize=4096)(Due)
"""Gives the due of a timer, a subject and a chain: the same value each time, and its boundary is not built anew."""

_timers: dict[str, Timer] = {}


def timer(made: Timer) -> Timer:
    """Put a timer on the list that ``clock run`` goes through."""
    if made.name in _timers:
        raise ValueError(f"The timer {made.name} is there twice.")
    _timers[made.name] = made
    return made


def all_timers() -> Mapping[str, Timer]:
    """Give all timers by name, in the order in which they are run; import ``ledger.domain.catalogue`` first."""
    ordered: dict[str, Timer] = {}

    def place(each: Timer) -> None:
        for before in each.rests_on:
            place(before)
        ordered[each.name] = each

    for name in sorted(_timers):
        place(_timers[name])
    return ordered


def type_of(fact: Fact) -> str:
    """Give the wire name that a fact stands under."""
    return fact.TYPE


def first_due(
    dues: Iterable[Due], facts: Facts, now: datetime, defaults: Defaults
) -> tuple[Due, tuple[Fact, ...]] | None:
    """Give the first of these timers that has something to say, and what; None when nothing is due."""
    for due in dues:
        if said := due.facts(facts, now, defaults):
            return due, said
    return None
