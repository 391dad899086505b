"""Work that ends because the customer took consent back: its session was ended, so the work is aborted (A-03).

Guarantees: the abort stands as of the session's end, whoever looked when; with it the order is over, its credentials
are due for erasure (R-11), and its trail is kept from there (R-14).
"""

from ledger.domain import overrun as overrun_
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.session_facts import SessionTerminated, Termination
from ledger.domain.settings import Defaults
from ledger.domain.work import RUNNING, WorkOrder
from ledger.domain.work_facts import WorkAborted


def ended_by(order: WorkOrder, facts: Facts) -> Recorded[SessionTerminated] | None:
    """Give the forced end of a session that ends running work, or None."""
    if order.status not in RUNNING or order.started_at is None:
        return None
    for each in of_type(facts, SessionTerminated):
        if each.fact.reason is Termination.CONSENT_WITHDRAWN and each.fact.terminated_at >= order.started_at:
            return each
    return None


def due(order: WorkOrder, facts: Facts, ended: Recorded[SessionTerminated] | None, defaults: Defaults) -> list[Fact]:
    """Give the abort of running work whose session was ended for want of consent."""
    if ended is None or order.started is None:
        return []
    aborted_at = ended.fact.terminated_at
    aborted = WorkAborted(
        work_order=order.id,
        aborted_at=aborted_at,
        reason=ended.fact.reason.value,
        cites=tuple(sorted((order.started, ended.position))),
    )
    untold = overrun_.never_told(order, overrun_.fold(facts, order.id), aborted_at, defaults)
    return [aborted] if untold is None else [aborted, untold]
