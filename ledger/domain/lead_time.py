"""How far ahead of work the customer was told of it (5③, R-22, A-16).

Guarantees: a notice tells of the time that both sides agreed on, so it counts from when that agreement stood in the
ledger, however long ago the notice is said to have been sent.
"""

from collections.abc import Iterable
from datetime import datetime

from ledger.domain.boundary import tag
from ledger.domain.calendar import business_days_ahead
from ledger.domain.instants import spelled
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.window import Window
from ledger.domain.work import WorkOrder


@rule("R-22")
def told_too_late(
    order: WorkOrder,
    planned: Window,
    sent_at: datetime,
    started_at: datetime,
    defaults: Defaults,
    cites: Iterable[int] = (),
) -> ViolationRecorded | None:
    """Give the violation of work at a planned time whose notice did not come far enough ahead of its start."""
    counts_from = max(sent_at, planned.agreed_at)
    if order.urgent:
        ahead = started_at - counts_from >= defaults.notice_urgent
    else:
        ahead = business_days_ahead(counts_from, started_at) >= defaults.notice_business_days
    if ahead:
        return None
    before = sent_at < planned.agreed_at
    return ViolationRecorded(
        rule="R-22",
        sentence="notice_before_agreement" if before else "notice_too_late",
        values={"sent_at": spelled(sent_at), **({"agreed_at": spelled(planned.agreed_at)} if before else {})},
        subjects=(tag("work_order", order.id),),
        cites=tuple(sorted({order.requested, *((planned.agreed,) if before else ()), *cites})),
    )
