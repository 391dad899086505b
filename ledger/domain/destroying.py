"""The order to destroy: given in the customer's chain, under the condition that nothing has come to need it since.

Guarantees: the order and a request for the same trail follow one another, whoever was first; an order is given once for
a pair, never before its time (R-16), never while an unfinished order or session needs it (R-14) or a request or hold
keeps it (R-17). An order that comes later than allowed is given with the violation beside it.

The caller reads which work orders, sessions, permissions, credentials and requests have entries under the pair, and the
work orders of these sessions: of a day that is over their set is fixed. What else the log
holds, whoever placed it, it passes as it stands; the log itself looks again before a key goes.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.holds import fold as fold_holds
from ledger.domain.holds import of_holds
from ledger.domain.keeping import REQUEST_ENDS
from ledger.domain.lives import life_of, of_life
from ledger.domain.recorded import Facts, of_type
from ledger.domain.request import fold as fold_requests
from ledger.domain.retention import Hold, Uses, check_free, judge, late
from ledger.domain.retention_facts import DestructionOrdered
from ledger.domain.rules import rule
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.settings import Defaults
from ledger.domain.trail import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDestruction:
    """Destroy the data key of one customer's entries under one key; ``subjects`` are the tags with entries there."""

    customer: str
    key: str
    subjects: tuple[str, ...]
    holds: tuple[Hold, ...] = ()


def of_destruction(command: OrderDestruction) -> Boundary:
    """Give what could keep a pair: the lives with entries there, the customer's requests, an order already given."""
    types = tuple(sorted(each.KIND.type for each in REQUEST_ENDS))
    boundary = Boundary(
        (
            Item((tag("requests", command.customer),), types),
            Item((tag("trail", command.customer),), (DestructionOrdered.KIND.type,)),
        )
    )
    boundary |= of_holds(command.customer)
    for subject in command.subjects:
        boundary |= of_life(subject)
    return boundary


def uses_of(command: OrderDestruction, facts: Facts) -> Uses:
    """Give all that could keep the pair, from the facts of the boundary."""
    lives = (life_of(facts, subject) for subject in command.subjects)
    uses = Uses(tuple(life for life in lives if life is not None), tuple(fold_requests(facts).values()))
    pair = Pair(command.customer, command.key)
    ordered = (
        Hold(tag("hold", name), each.released_at, each.positions)
        for name, each in fold_holds(facts).items()
        if each.covers(pair, uses.work_orders)
    )
    return replace(uses, holds=(*command.holds, *ordered))


@rule("R-14")
def check_orders_read(command: OrderDestruction, facts: Facts) -> None:
    """Refuse while the work order of a session with entries there was not looked at: it may go on."""
    for session in fold_sessions(facts).values():
        work_order = session.started.fact.work_order
        if work_order is not None and tag("work_order", work_order) not in command.subjects:
            raise Refusal("R-14", "order_not_read", [session.started.position], work_order=work_order)


@decides(OrderDestruction, boundary=of_destruction)
def order_destruction(command: OrderDestruction, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Order once; whatever keeps the pair refuses, by the rule that it keeps it by."""
    for given in of_type(facts, DestructionOrdered):
        if given.fact.key == command.key:
            return decided(cites=[given.position])
    check_orders_read(command, facts)
    uses = uses_of(command, facts)
    verdict = judge(Pair(command.customer, command.key), uses, now, defaults)
    check_free(verdict, now)
    free_at = now if verdict.free_at is None else verdict.free_at
    ordered = DestructionOrdered(
        customer=command.customer,
        key=command.key,
        work_orders=uses.work_orders,
        expired_at=free_at if verdict.expired_at is None else verdict.expired_at,
        free_at=free_at,
    )
    overdue = late(verdict, now, defaults)
    cites = {place for life in uses.lives for place in life.positions}
    return decided(ordered, *(() if overdue is None else (overdue,)), cites=cites)
