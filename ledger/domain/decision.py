"""What a command comes to: facts to append and what they rest on, or a refusal that names its rule.

Each command is a frozen dataclass and has one function that decides it, put on the list by :func:`decides` together
with its boundary and the timers whose facts must be there first. Deciding is pure: the same facts, command and instant
give the same decision.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from ledger.domain.boundary import Boundary
from ledger.domain.calendar import TOLD_YEARS, outside_calendar
from ledger.domain.due import Due
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults
from ledger.domain.values import replace
from ledger.domain.wording import Language, say

C = TypeVar("C")


class Refusal(Exception):  # noqa: N818 - the word of the field; what a caller does next is to tell the person
    """The command is not carried out: by which rule, why in one sentence, and on which entries that was decided."""

    def __init__(self, rule: str, sentence: str, cites: Iterable[int] = (), **values: str) -> None:
        self.rule = rule
        self.sentence = sentence
        self.values: Mapping[str, str] = {name: str(value) for name, value in values.items()}  # also of enumerations
        self.cites = tuple(sorted(set(cites)))
        super().__init__(f"{rule}: {self.text('en')}")

    def text(self, language: Language) -> str:
        """Give the sentence for people."""
        return say(self.sentence, self.values, language)


@dataclass(frozen=True, slots=True)
class Decision:
    """Facts to append, in this order, each citing what the decision rests on unless it cites its own."""

    facts: tuple[Fact, ...]
    cites: tuple[int, ...] = field(default=())

    def __post_init__(self) -> None:
        """Let the facts cite."""
        cites = tuple(sorted(set(self.cites)))
        cited = tuple(each if each.cites else replace(each, cites=cites) for each in self.facts)
        object.__setattr__(self, "cites", cites)
        object.__setattr__(self, "facts", cited)


def decided(*facts: Fact, cites: Iterable[int] = ()) -> Decision:
    """Give a decision for these facts; without facts the command changes nothing, and that is no refusal."""
    return Decision(facts, tuple(cites))


class Handling(NamedTuple):
    """How one type of command is decided."""

    boundary: Callable[[Any], Boundary]
    timers: Callable[[Any], Sequence[Due]]
    decide: Callable[[Any, Facts, datetime, Defaults], Decision]


_handlings: dict[type[Any], Handling] = {}


def decides(
    command: type[C],
    *,
    boundary: Callable[[C], Boundary] = lambda _: Boundary(),
    timers: Callable[[C], Sequence[Due]] = lambda _: (),
) -> Callable[[Callable[[C, Facts, datetime, Defaults], Decision]], Callable[[C, Facts, datetime, Defaults], Decision]]:
    """Put the function that decides a command on the list.

    What ``timers`` gives is due before the command is decided; their boundaries are part of the command's.
    """

    def take(
        function: Callable[[C, Facts, datetime, Defaults], Decision],
    ) -> Callable[[C, Facts, datetime, Defaults], Decision]:
        if command in _handlings:
            raise ValueError(f"{command.__name__} is decided twice.")
        _handlings[command] = Handling(boundary, timers, function)
        return function

    return take


def commands() -> tuple[type[Any], ...]:
    """Give all types of commands there are, by name; import ``ledger.domain.catalogue`` first."""
    return tuple(sorted(_handlings, key=lambda each: f"{each.__module__}.{each.__name__}"))


def boundary(command: object, dues: Iterable[Due] | None = None, beside: Boundary | None = None) -> Boundary:
    """Give what deciding a command may read, from the command alone.

    ``dues`` are its timers, where they are known; ``beside`` is what every decision reads.
    """
    own = [_handlings[type(command)].boundary(command)]
    own += [due.boundary for due in (timers(command) if dues is None else dues)]
    if beside is not None:
        own.append(beside)
    return Boundary(tuple([item for each in own for item in each.items]))


def timers(command: object) -> tuple[Due, ...]:
    """Give whose facts are appended first where they are due."""
    return tuple(_handlings[type(command)].timers(command))


def decide(command: object, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Decide a command on the facts of its boundary, with nothing left that is due; raise Refusal."""
    if (day := outside_calendar(command)) is not None:  # it would stop every term that is counted from it, for good
        first, last = str(TOLD_YEARS[0]), str(TOLD_YEARS[-1])
        raise Refusal("R-15", "time_outside_calendar", at=day.isoformat(), first=first, last=last)
    return _handlings[type(command)].decide(command, facts, now, defaults)
