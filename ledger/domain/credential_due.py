"""What time alone may have made true before a credential's command is decided, in the order in which it rests on it."""

from ledger.domain.consent_rules import agreement_timers
from ledger.domain.credential_ending import credentials_due
from ledger.domain.due import Due
from ledger.domain.work_timers import work_due


def due_of(work_order: str, customer: str, used_for: str | None = None) -> tuple[Due, ...]:
    """Give the timers of the agreement, of the orders, and of what was given for the first of them."""
    orders = dict.fromkeys((work_order, used_for or work_order))
    works = (work_due(each, customer) for each in orders)
    return (*agreement_timers(customer), *works, credentials_due(work_order, customer))
