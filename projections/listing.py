"""What there is of one kind, such as a customer's work orders: ids, states, times, places. Nothing is appended.

Guarantees: a state is what the log says, as the domain folds it; what is due by now and not written yet is told beside
it (``due``), never taken for done. What belongs to one subject is read by its tag; where no tag of a customer leads to
the subjects, their beginnings are looked up in the customer's own chain, by type. No sealed word is shown: titles and
names are for whoever asks for the entry itself, on record. What was erased is listed as that.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ledger.application.door import Ledger
from ledger.application.open_subjects import named_by
from ledger.application.own_chain import own
from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.due import Due
from ledger.domain.fact import Erased, Fact, tags_of
from ledger.domain.recorded import Facts, Recorded
from ledger.log.entry import LOG_CHAIN


class Gone(StrEnum):
    """What nothing more can be said of."""

    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Listed:
    """One subject as far as it has come."""

    id: str
    state: StrEnum
    begun_at: datetime
    position: int
    """The entry that tells of it first."""
    over: bool = False
    """Time alone changes nothing of it any more."""
    notes: tuple[StrEnum, ...] = ()
    """What the state does not say."""
    ids: tuple[str, ...] = ()
    """What it belongs to, and what of it is named in further steps."""
    due: bool = False
    """Something of it is due, and is written by the next run of the clock."""


Rows = Callable[[Facts, datetime], Iterable[Listed]]


@dataclass(frozen=True, slots=True)
class View:
    """One kind of subjects, and how it is listed."""

    kind: str
    """The kind of the tag that everything told of a subject has."""
    rows: Rows
    told: tuple[type[Fact], ...] = ()
    """What its state is folded of, read by the subject's tag."""
    begins: tuple[type[Fact], ...] = ()
    """What a subject begins with."""
    whole: Callable[[str], Boundary] | None = None
    """Gives where all of a customer's are told, where one tag has them all."""
    first: Callable[[str], Boundary] | None = None
    """Gives where all beginnings are, where one tag has those."""


def listed(ledger: Ledger, view: View, customer: str = LOG_CHAIN) -> list[Listed]:
    """Give what there is, in the order in which it began; raise CustomerUnknownError."""
    if customer != LOG_CHAIN:
        ledger.check_customer(customer)
    boundary = view.whole(customer) if view.whole is not None else _by_tags(ledger, view, customer)
    facts = own(ledger.decider.facts(boundary), customer)
    now = ledger.recorder.clock.now()
    gone = {each: fact for fact in reversed(facts) if isinstance(fact.fact, Erased) for each in _named(view, fact)}
    left = [each for each in facts if not isinstance(each.fact, Erased) and gone.keys().isdisjoint(each.tags)]
    rows = [*view.rows(left, now), *_erased(gone)]
    return sorted(_with_due(ledger, view, customer, rows, facts, now), key=lambda each: each.position)


def _by_tags(ledger: Ledger, view: View, customer: str) -> Boundary:
    """Give the boundary of all that is told of a customer's subjects, each found by its tag."""
    begins = tuple(sorted(each.KIND.type for each in view.begins))
    if view.first is not None:
        begun = own(ledger.decider.facts(view.first(customer)), customer)
        names = [name for each in begun for name in _named(view, each)]
    else:
        names = [
            name
            for _, record in ledger.reader.of_types(customer, begins)
            for name in record.tags
            if name.startswith(f"{view.kind}:")
        ]
    types = tuple(sorted(each.KIND.type for each in view.told))
    return Boundary(tuple(Item((name,), types) for name in dict.fromkeys(names)))


def _named(view: View, recorded: Recorded[Fact]) -> Iterator[str]:
    """Give the subjects of the view that a fact names; of persons erased nobody knows the id."""
    for each in sorted(recorded.tags):
        kind, _, id_ = each.partition(":")
        if kind == view.kind and "_" in id_:
            yield each


def _erased(gone: dict[str, Recorded[Fact]]) -> Iterator[Listed]:
    for name, first in gone.items():
        yield Listed(name.partition(":")[2], Gone.ERASED, first.at, first.position, over=True)


def _with_due(
    ledger: Ledger, view: View, customer: str, rows: Sequence[Listed], facts: Facts, now: datetime
) -> Iterator[Listed]:
    """Say of each that is not over whether a timer, its own or one beside it, has something to write of it."""
    subjects = {tag(view.kind, row.id) for row in rows if not row.over}
    names = {name for each in facts if not subjects.isdisjoint(each.tags) for name in each.tags}
    dues = list(named_by(sorted(names), customer))
    told: dict[str, list[Recorded[Fact]]] = defaultdict(list)
    for each in own(
        ledger.decider.facts(Boundary(tuple(item for due in dues for item in due.boundary.items))), customer
    ):
        for name in each.tags:
            told[name].append(each)
    settings = ledger.decider.settings()
    said = {name for due in dues for fact in due.facts(_inside(due, told), now, settings) for name in tags_of(fact)}
    for row in rows:
        yield replace(row, due=not row.over and tag(view.kind, row.id) in said)


def _inside(due: Due, told: Mapping[str, Facts]) -> list[Recorded[Fact]]:
    """Give what may be in the boundary of a timer, in order."""
    found = {each.position: each for item in due.boundary.items for each in told.get(item.tags[0], ())}
    return [found[place] for place in sorted(found)]
