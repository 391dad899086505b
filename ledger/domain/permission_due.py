"""What time alone makes of a permission: lapsed when no answer came promptly (A-20), expired when its window is over.

Guarantees: the time for an answer is what ``prompt_answer`` says, counted from the request and by the planned start;
of a request that is told late, from when it stood in the ledger: else it could be over before anybody saw it run.
"""

from datetime import datetime

from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.permission_facts import (
    AccessPermissionDenied,
    AccessPermissionExpired,
    AccessPermissionGranted,
    AccessPermissionLapsed,
    AccessPermissionRequested,
    AccessPermissionRevoked,
    Permission,
    Status,
    fold,
)
from ledger.domain.prompt_answer import prompt_until
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.work import of_order, order_of


@rule("R-08", off=None)
def answer_deadline(permission: Permission, planned_start: datetime | None, defaults: Defaults) -> datetime | None:
    """Give the first instant at which an answer does not come promptly any more (A-20)."""
    return prompt_until(max(permission.requested_at, permission.recorded_at), planned_start, defaults)


def _compute(work_order: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    order = order_of(facts, work_order)
    window = None if order is None else order.window
    due: list[Fact] = []
    for permission in fold(facts).values():
        if permission.status is Status.GRANTED and permission.ends is not None and permission.ends <= now:
            expired = AccessPermissionExpired(
                permission=permission.id,
                work_order=work_order,
                expired_at=permission.ends,
                cites=permission.positions,
            )
            due.append(expired)
        if permission.status is not Status.REQUESTED:
            continue
        deadline = answer_deadline(permission, None if window is None else window.foreseen_start, defaults)
        if deadline is not None and deadline <= now:
            planned = () if window is None else window.positions
            lapsed = AccessPermissionLapsed(
                permission=permission.id,
                work_order=work_order,
                requested_at=permission.requested_at,
                deadline=deadline,
                cites=tuple(sorted({*permission.positions, *planned})),
            )
            due.append(lapsed)
    return due


_TYPES = (
    AccessPermissionRequested,
    AccessPermissionGranted,
    AccessPermissionDenied,
    AccessPermissionLapsed,
    AccessPermissionRevoked,
    AccessPermissionExpired,
)
PERMISSION_TIMER = timer(
    Timer("permission", "work_order", lambda work_order, _chain: of_order(work_order, *_TYPES), _compute)
)


def permissions_due(work_order: str, customer: str) -> Due:
    """Give the timer of all permissions of a work order."""
    return PERMISSION_TIMER.at(work_order, customer)
