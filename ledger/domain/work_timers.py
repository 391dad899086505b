"""The timer of a work order: overrun while work runs, and what is missing after it is done."""

from datetime import datetime

from ledger.domain import completion, overrun
from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults
from ledger.domain.work import of_order, order_of


def _compute(work_order: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    order = order_of(facts, work_order)
    if order is None:
        return []
    return overrun.due(order, facts, now, defaults) or completion.due(order, facts, now, defaults)


WORK_TIMER = timer(Timer("work", "work_order", lambda work_order, _chain: of_order(work_order), _compute))


def work_due(work_order: str, customer: str) -> Due:
    """Give the timer of one order; its boundary is :func:`ledger.domain.work.of_order`."""
    return WORK_TIMER.at(work_order, customer)
