"""What 「速やかに」 is for an answer that the customer owes (A-20): the one place that says until when it is prompt.

Two business days from the question, or until an hour before the planned start, whichever is later, and never beyond
the planned start; where nothing is planned, or work has begun, the two days alone.
"""

from datetime import datetime

from ledger.domain.calendar import business_days_end
from ledger.domain.settings import Defaults


def prompt_until(asked_at: datetime, planned_start: datetime | None, defaults: Defaults) -> datetime:
    """Give the first instant at which an answer is not prompt any more."""
    days = business_days_end(asked_at, defaults.permission_business_days)
    assert days is not None, "nothing stops these days"
    if planned_start is None or planned_start <= asked_at:
        return days
    return min(max(days, planned_start - defaults.permission_before_start), planned_start)
