"""The timer of a work order: overrun and withdrawn consent while work runs, and what is missing after it is done."""

from datetime import datetime

from ledger.domain import completion, overrun, work_ending
from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts
from ledger.domain.session_due import SESSION_TIMER
from ledger.domain.session_facts import SessionTerminated
from ledger.domain.settings import Defaults
from ledger.domain.work import of_order, order_of


def _compute(work_order: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    order = order_of(facts, work_order)
    if order is None:
        return []
    ended = work_ending.ended_by(order, facts)
    until = now if ended is None else min(now, ended.fact.terminated_at)
    return (
        overrun.due(order, facts, until, defaults)
        or work_ending.due(order, facts, ended, defaults)
        or completion.due(order, facts, now, defaults)
    )


WORK_TIMER = timer(
    Timer(
        "work",
        "work_order",
        lambda work_order, _chain: of_order(work_order, SessionTerminated),
        _compute,
        rests_on=(SESSION_TIMER,),
    )
)


def work_due(work_order: str, customer: str) -> Due:
    """Give the timer of one order; its boundary is the order's own story, and the forced ends of its sessions."""
    return WORK_TIMER.at(work_order, customer)
