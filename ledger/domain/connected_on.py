"""The days on which a customer was connected to, as tags by which a login of a day finds what it may belong to.

Guarantees: a day's tag is opaque and the same wherever it is made (from the customer and the calendar day in Japan).
A reconciliation reads the days around a login and nothing else, however long the customer's trail is.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.calendar import day_in_japan

LOOK_BACK = 7
"""So many days before a login a session may have started that it can belong to."""


def days_of(customer: str, first: datetime, last: datetime) -> tuple[str, ...]:
    """Give the ids of all days in Japan from one instant to another."""
    day, count = day_in_japan(first), (day_in_japan(last) - day_in_japan(first)).days
    return tuple(
        f"day_{sha256(f'{customer} {(day + timedelta(days=number)).isoformat()}'.encode()).hexdigest()[:32]}"
        for number in range(max(count, 0) + 1)
    )


def around(customer: str, moment: datetime, *types: str) -> Boundary:
    """Give the boundary of what these types tell of the days that matter to something at an instant."""
    days = days_of(customer, moment - timedelta(days=LOOK_BACK), moment + timedelta(days=1))
    return Boundary(tuple(Item((tag("connected_on", day),), types) for day in days))
