"""``work list``, ``consent list`` and their like: what there is of one kind, so that its id need not be searched for.

One design for all: a command reads a view (``projections``), and appends nothing. Ids are written whole.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from ledger.log.entry import LOG_CHAIN
from ledger.log.members import format_at
from projections import agreements, evidence, orders, people, trail
from projections.listing import Listed, View, listed
from scripts.commands.access import reading
from scripts.commands.asking import choice_text
from scripts.commands.declared import Command
from scripts.console import Session, Status
from scripts.japan_time import to_the_minute

_OF_CUSTOMERS: Final[Mapping[str, View | tuple[View, ...]]] = {
    "consent": agreements.CONSENT,
    "contract": agreements.CONTRACT,
    "contact": agreements.CONTACT,
    "work": orders.WORK,
    "permission": orders.PERMISSION,
    "credential": orders.CREDENTIAL,
    "session": orders.SESSION,
    "gateway": trail.LOGIN,
    "recording": trail.RECORDING,
    "data": (trail.ITEM, trail.USE),
    "hold": evidence.HOLD,
    "request": evidence.REQUEST,
}
_OF_ALL: Final[Mapping[str, View]] = {
    "terms": agreements.TERMS,
    "person": people.PERSON,
    "origin": people.ORIGIN,
}
GROUPS: Final = frozenset({*_OF_CUSTOMERS, *_OF_ALL})
"""Groups of steps whose subjects can be listed."""


def list_of(group: str) -> Command:
    """Give the command that lists what a group of steps is about."""

    def of_customer(
        session: Session, *, customer: Annotated[str, typer.Option("--customer", help="opt_customer")]
    ) -> Status:
        views = _OF_CUSTOMERS[group]
        return _list(session, views if isinstance(views, tuple) else (views,), customer)

    def of_all(session: Session) -> Status:
        return _list(session, (_OF_ALL[group],), LOG_CHAIN)

    return of_customer if group in _OF_CUSTOMERS else of_all


def _list(session: Session, views: tuple[View, ...], customer: str) -> Status:
    with reading(session) as ledger:
        rows = [row for view in views for row in listed(ledger, view, customer)]
    rows.sort(key=lambda row: row.position)
    for row in rows:
        session.give(_members(row))
    if not rows:
        session.say("list_empty")
        return Status.FINE
    session.table(
        ("id", "list_state", "list_begun", "column_position"),
        [(_ids(row), _state(session, row), to_the_minute(row.begun_at), row.position) for row in rows],
        right=(3,),
        whole=(0, 3),
    )
    if late := sum(row.due for row in rows):
        session.say("list_due", "warning", count=late)
    return Status.FINE


def _ids(row: Listed) -> list[str]:
    """Give its id, and below it those of what it belongs to and of what next steps name."""
    return [row.id, *(f"  {each}" for each in row.ids)]


def _state(session: Session, row: Listed) -> list[str]:
    """Say how far it has come, and below that what it does not say."""
    return [choice_text(session, each) for each in (row.state, *row.notes)]


def _members(row: Listed) -> dict[str, Any]:
    """Give what programs read: ids by what they name, times in UTC."""
    ids: dict[str, list[str]] = {}
    for each in row.ids:
        ids.setdefault(each.rpartition("_")[0], []).append(each)
    return {
        "begun_at": format_at(row.begun_at),
        "due": row.due,
        "id": row.id,
        "ids": ids,
        "notes": [each.value for each in row.notes],
        "over": row.over,
        "position": row.position,
        "state": row.state.value,
    }
