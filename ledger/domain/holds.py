"""Holds that people order: a legal matter, a dispute or an incident suspends destruction (R-17).

Guarantees: a hold has an author and a reason on record, and is released by two persons (R-34) whose duty it is (R-35):
one proposes, the other releases; one that is not reviewed by the day it was to be is a finding, once;
an order of destruction reads the holds of its customer, so either it comes first or the hold does. What the log
itself writes is ``hold.placed.v1`` and ``hold.released.v1``: which data keys it keeps, not who wished so and why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from ledger.domain.boundary import PEOPLE_TAG, Boundary, Item, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due, Timer, timer
from ledger.domain.duties import check_second, on_duty
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.orders_named import of_orders, own_orders
from ledger.domain.people import Role
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts, Recorded, last, saying
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


@fact(
    "retention.hold_release_proposed.v1",
    retention="claim",
    ja="保全解除提案",
    en="Release of a hold proposed",
    clause="4-1⑤",
)
class HoldReleaseProposed(Fact):
    """The first of two persons wishes the hold to go; it stands until a second one releases it."""

    customer: str = ref("trail")
    hold: str = ref("hold")
    person: str = ref("person")
    words: str


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
    proposed: Recorded[HoldReleaseProposed] | None = None
    """The newest wish to let it go."""
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
            case HoldReleaseProposed(hold=hold) as made if hold in holds:
                proposed = saying(each, made)
                holds[hold] = replace(holds[hold], proposed=proposed)
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
class ProposeRelease:
    """Keep it no longer, says the first person."""

    customer: str
    hold: str
    person: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold:
    """Keep it no longer, says the second person."""

    customer: str
    hold: str
    person: str
    words: str


@rule("R-17", off=())
def unreviewed(hold: OrderedHold, now: datetime) -> tuple[FindingRecorded, ...]:
    """Give the finding of a hold that still stood when it was to be reviewed, whatever became of it since."""
    review_at = hold.ordered.review_at
    if review_at is None or now < review_at or (hold.released_at is not None and hold.released_at < review_at):
        return ()
    values, subjects = {"at": spelled(review_at)}, (tag("hold", hold.ordered.hold),)
    overdue = FindingRecorded(rule="R-17", sentence="hold_not_reviewed", values=values, subjects=subjects)
    return (replace(overdue, cites=hold.positions[:1]),)


def _compute(hold_id: str, facts: Facts, now: datetime, _defaults: Defaults) -> list[Fact]:
    hold = fold(facts).get(hold_id)
    if hold is None or last(facts, FindingRecorded) is not None:
        return []
    return list(unreviewed(hold, now))


def _of_review(hold: str, _chain: str) -> Boundary:
    types = (HoldOrdered.KIND.type, HoldReleaseOrdered.KIND.type, FindingRecorded.KIND.type)
    return Boundary((Item((tag("hold", hold),), types),))


HOLD_TIMER = timer(Timer("hold", "hold", _of_review, _compute))


def _due(command: ProposeRelease | ReleaseHold) -> tuple[Due, ...]:
    return (HOLD_TIMER.at(command.hold, command.customer),)


def of_holds(customer: str) -> Boundary:
    """Give the boundary of the holds that people ordered for a customer."""
    types = tuple(each.KIND.type for each in (HoldOrdered, HoldReleaseProposed, HoldReleaseOrdered))
    return Boundary((Item((tag("trail", customer),), types),))


def _of_command(command: OrderHold | ProposeRelease | ReleaseHold) -> Boundary:
    whole = of_holds(command.customer) | _of_review(command.hold, command.customer) | Boundary.of(PEOPLE_TAG)
    return whole | of_orders(command.work_orders) if isinstance(command, OrderHold) else whole


@rule("R-17")
def check_days(first: date | None, last: date | None) -> None:
    """Refuse days in no order: such a hold would keep nothing, or everything."""
    if (first is None) is not (last is None) or (first is not None and last is not None and last < first):
        raise Refusal("R-17", "hold_days_order")


@rule("R-17", off=())
def check_orders(facts: Facts, customer: str, work_orders: Iterable[str]) -> tuple[int, ...]:
    """Refuse a work order that the customer does not have, for its hold would keep nothing; cite those there are."""
    named = tuple(work_orders)
    own = own_orders(facts, customer, named)
    for each in named:
        if each not in {order.id for order in own}:
            raise Refusal("R-17", "hold_order_unknown", work_order=each)
    return tuple(each.requested for each in own)


@rule("R-17")
def check_stands(hold: OrderedHold | None) -> None:
    """Refuse to release what is not held."""
    if hold is None or hold.released_at is not None:
        raise Refusal("R-17", "hold_not_there", () if hold is None else hold.positions)


@rule("R-34")
def check_proposed(hold: OrderedHold | None) -> None:
    """Refuse the second sign-off of a release that has no first."""
    if hold is not None and hold.proposed is None:
        raise Refusal("R-34", "release_not_proposed", hold.positions)


@decides(OrderHold, boundary=_of_command)
def order_hold(command: OrderHold, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Hold by one person: keeping is done at once, letting go takes two."""
    person = on_duty(fold_people(facts), command.person, _DUTIES)
    known = fold(facts).get(command.hold)
    if known is not None:
        raise Refusal("R-17", "hold_known", known.positions)
    check_days(command.first_day, command.last_day)
    orders = check_orders(facts, command.customer, command.work_orders)
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
    return decided(ordered, cites=[*orders, person.position])


@decides(ProposeRelease, boundary=_of_command, timers=_due)
def propose_release(command: ProposeRelease, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Take the first person's word; given again by the same one, it changes nothing."""
    person = on_duty(fold_people(facts), command.person, _DUTIES)
    hold = fold(facts).get(command.hold)
    check_stands(hold)
    if hold is not None and hold.proposed is not None and hold.proposed.fact.person == person.id:
        return decided(cites=[hold.proposed.position])
    proposed = HoldReleaseProposed(customer=command.customer, hold=command.hold, person=person.id, words=command.words)
    return decided(proposed, cites=(*(() if hold is None else hold.positions), person.position))


@decides(ReleaseHold, boundary=_of_command, timers=_due)
def release_hold(command: ReleaseHold, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Release what somebody else wished to; who wished so must still be there and on duty."""
    people = fold_people(facts)
    second = on_duty(people, command.person, _DUTIES)
    hold = fold(facts).get(command.hold)
    check_stands(hold)
    check_proposed(hold)
    persons, cites = [second], [second.position]
    if hold is not None and hold.proposed is not None:
        first = on_duty(people, hold.proposed.fact.person, _DUTIES)
        check_second(first, hold.proposed.position, second)
        persons, cites = [first, second], [*hold.positions, hold.proposed.position, first.position, second.position]
    released = HoldReleaseOrdered(
        customer=command.customer, hold=command.hold, persons=tuple(each.id for each in persons), words=command.words
    )
    return decided(released, cites=cites)
