"""Holds that people order: a legal matter, a dispute or an incident suspends destruction (R-17).

Guarantees: a hold has an author and a reason on record, and is released by two persons (R-34) whose duty it is (R-35);
an order of destruction reads the holds of its customer, so either it comes first or the hold does. What the log
itself writes is ``hold.placed.v1`` and ``hold.released.v1``: which data keys it keeps, not who wished so and why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from ledger.domain.boundary import PEOPLE_TAG, Boundary, Item, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.duties import on_duty
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.people import Role, check_two_persons
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.trail import Pair

_DUTIES = (Role.LEGAL, Role.SECURITY, Role.EVIDENCE_CUSTODIAN)


class HoldReason(StrEnum):
    """Why people hold evidence; requests and unfinished work hold theirs by themselves."""

    LEGAL = "legal"
    DISPUTE = "dispute"
    INCIDENT = "incident"


@fact("retention.hold_ordered.v1", retention="claim", ja="保全指示", en="Hold ordered", clause="4-1⑤")
class HoldOrdered(Fact):
    """Work orders or days of a customer are kept; where neither is named, everything of the customer."""

    customer: str = ref("trail")
    hold: str = ref("hold")
    why: HoldReason = public()
    work_orders: tuple[str, ...] = ref("work_order")
    first_day: date | None
    last_day: date | None
    person: str = ref("person")
    words: str
    review_at: datetime | None


@fact("retention.hold_release_ordered.v1", retention="claim", ja="保全解除指示", en="Hold released", clause="4-1⑤")
class HoldReleaseOrdered(Fact):
    """Two persons let the hold go; what has expired meanwhile is destroyed within the time allowed."""

    customer: str = ref("trail")
    hold: str = ref("hold")
    persons: tuple[str, ...] = ref("person")
    words: str


@dataclass(frozen=True, slots=True)
class OrderedHold:
    """A hold as it stands."""

    ordered: HoldOrdered
    positions: tuple[int, ...]
    released_at: datetime | None = None

    def covers(self, pair: Pair, work_orders: Iterable[str]) -> bool:
        """Tell whether it keeps a pair, under which these work orders have entries."""
        named = self.ordered
        if pair.chain != named.customer:
            return False
        if named.first_day is not None and named.last_day is not None and pair.day is not None:
            if named.first_day <= pair.day <= named.last_day:
                return True
        elif not named.work_orders:
            return True
        return not set(named.work_orders).isdisjoint(work_orders)


def fold(facts: Facts) -> Mapping[str, OrderedHold]:
    """Give all holds by id."""
    holds: dict[str, OrderedHold] = {}
    for each in facts:
        match each.fact:
            case HoldOrdered(hold=hold) as ordered:
                holds[hold] = OrderedHold(ordered, (each.position,))
            case HoldReleaseOrdered(hold=hold) if hold in holds:
                before = holds[hold]
                holds[hold] = replace(before, positions=(*before.positions, each.position), released_at=each.at)
            case _:
                pass
    return holds


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHold:
    """Keep this until further notice."""

    customer: str
    hold: str
    why: HoldReason
    work_orders: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    person: str
    words: str
    review_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold:
    """Keep it no longer; ``approver`` is the second person."""

    customer: str
    hold: str
    person: str
    approver: str
    words: str


def of_holds(customer: str) -> Boundary:
    """Give the boundary of the holds that people ordered for a customer."""
    types = (HoldOrdered.KIND.type, HoldReleaseOrdered.KIND.type)
    return Boundary((Item((tag("trail", customer),), types),))


def _of_command(command: OrderHold | ReleaseHold) -> Boundary:
    return of_holds(command.customer) | Boundary.of(PEOPLE_TAG)


@rule("R-17")
def check_days(first: date | None, last: date | None) -> None:
    """Refuse days in no order: such a hold would keep nothing, or everything."""
    if (first is None) is not (last is None) or (first is not None and last is not None and last < first):
        raise Refusal("R-17", "hold_days_order")


@rule("R-17")
def check_stands(hold: OrderedHold | None) -> None:
    """Refuse to release what is not held."""
    if hold is None or hold.released_at is not None:
        raise Refusal("R-17", "hold_not_there", () if hold is None else hold.positions)


@decides(OrderHold, boundary=_of_command)
def order_hold(command: OrderHold, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Hold by one person: keeping is done at once, letting go takes two."""
    person = on_duty(fold_people(facts), command.person, _DUTIES)
    known = fold(facts).get(command.hold)
    if known is not None:
        raise Refusal("R-17", "hold_known", known.positions)
    check_days(command.first_day, command.last_day)
    ordered = HoldOrdered(
        customer=command.customer,
        hold=command.hold,
        why=command.why,
        work_orders=command.work_orders,
        first_day=command.first_day,
        last_day=command.last_day,
        person=person.id,
        words=command.words,
        review_at=command.review_at,
    )
    return decided(ordered, cites=[person.position])


@decides(ReleaseHold, boundary=_of_command)
def release_hold(command: ReleaseHold, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Release by two persons."""
    people = fold_people(facts)
    first, second = (on_duty(people, each, _DUTIES) for each in (command.person, command.approver))
    check_two_persons(first, second)
    hold = fold(facts).get(command.hold)
    check_stands(hold)
    released = HoldReleaseOrdered(
        customer=command.customer, hold=command.hold, persons=(first.id, second.id), words=command.words
    )
    cites = () if hold is None else hold.positions
    return decided(released, cites=(*cites, first.position, second.position))
