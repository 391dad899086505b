"""Work orders that somebody named by their ids: which of them are there, and are the customer's own.

Ids are typed from letters. What begins the life of each is read with the decision; the rest of an order is not needed.
"""

from collections.abc import Iterable

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.recorded import Facts
from ledger.domain.work import WorkOrder, order_of
from ledger.domain.work_facts import WorkOrderRequested


def of_orders(work_orders: Iterable[str]) -> Boundary:
    """Give the boundary of whether these work orders are there, and whose: their requests alone."""
    types = (WorkOrderRequested.KIND.type,)
    return Boundary(tuple(Item((tag("work_order", each),), types) for each in work_orders))


def own_orders(facts: Facts, customer: str, work_orders: Iterable[str]) -> tuple[WorkOrder, ...]:
    """Give those of the named orders that are there and the customer's, in the order of their naming."""
    found = (order_of(facts, each) for each in work_orders)
    return tuple(each for each in found if each is not None and each.customer == customer)
