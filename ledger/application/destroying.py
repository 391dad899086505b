"""Destroying what nothing keeps any more: one customer's day, ordered by the domain and then carried out (R-14 … R-17).

Guarantees: everything with entries under the key is read before the order is given, and whatever keeps it refuses; the
order stands in the customer's chain before a byte is deleted, and repeating the call finishes what a crash left. Leaves
to others: when to look (a person, by a step; the calendar that walks through all days is not there), and the day's own
half, which all customers share and which is destroyed apart from this (docs/keys.md).
"""

from collections.abc import Mapping
from typing import NamedTuple

from ledger.application.deciding import CarriedOut, Decider
from ledger.application.errors import LedgerError
from ledger.domain.boundary import PEOPLE_TAG, Boundary, tag
from ledger.domain.destroying import OrderDestruction
from ledger.domain.duties import on_duty
from ledger.domain.lives import has_life, of_life
from ledger.domain.people import Role
from ledger.domain.people import fold as fold_people
from ledger.domain.retention import Hold
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.trail import Pair
from ledger.log.core_entry import HOLD_PLACED, parse_hold
from ledger.log.entry import parse
from ledger.store.erasure import Destroyed, destroy_key
from ledger.store.reader import PAGE
from ledger.store.recorder import Recorder

_HOLD_RELEASED = "hold.released.v1"
_DUTY = Role.EVIDENCE_CUSTODIAN


class Gone(NamedTuple):
    """What was ordered, and what the log says of its destruction."""

    ordered: CarriedOut
    destroyed: Destroyed


def destroy(
    recorder: Recorder, decider: Decider, customer: str, key: str, *, person: str, actor: Mapping[str, str]
) -> Gone:
    """Order the destruction of a customer's entries under a day's key, and carry it out, as the evidence custodian.

    Raises Refusal for whatever keeps them, LedgerError for a key that is no day's, and what carrying out and destroying
    raise: then it is called again.
    """
    if Pair(customer, key).day is None:
        raise LedgerError(f"The key {key} belongs to no day: what is kept for a subject ends with that subject.")
    on_duty(fold_people(decider.facts(Boundary.of(PEOPLE_TAG))), person, (_DUTY,))
    command = OrderDestruction(
        customer=customer,
        key=key,
        subjects=_subjects(recorder, decider, customer, key),
        holds=_holds(recorder, customer, key),
    )
    ordered = decider.carry_out(command, actor=actor)
    destroyed = destroy_key(
        recorder,
        key=key,
        chain=customer,
        reason="retention_expired",
        policy=key.partition(":")[0],
        approvers=[_DUTY.value],
    )
    return Gone(ordered, destroyed)


def _subjects(recorder: Recorder, decider: Decider, customer: str, key: str) -> tuple[str, ...]:
    """Give what has a life and entries under the key, and the work orders of its sessions."""
    found, first = set(), 1
    while page := recorder.reader.chain_page(customer, first, 2**53, PAGE, opened=False):
        found |= {each for _, record in page if record.key == key for each in record.tags if _lives(each)}
        first += len(page)
    sessions = Boundary()
    for each in found:
        sessions |= of_life(each) if each.startswith("session:") else Boundary()
    started = fold_sessions(decider.facts(sessions)).values()
    orders = {each.started.fact.work_order for each in started} - {None}
    return tuple(sorted(found | {tag("work_order", str(each)) for each in orders}))


def _lives(subject: str) -> bool:
    """Tell whether a tag names something of the domain that keeps its entries: an import's own sessions do not."""
    return has_life(subject) and "_" in subject.partition(":")[2]


def _holds(recorder: Recorder, customer: str, key: str) -> tuple[Hold, ...]:
    """Give the holds that the log itself has placed on the pair and not released."""
    standing: dict[str, Hold] = {}
    for position, data in recorder.reader.core_entries([HOLD_PLACED, _HOLD_RELEASED]):
        entry = parse(data)
        if entry.type == _HOLD_RELEASED:
            standing.pop(str(entry.public.get("hold")), None)
        elif (placed := parse_hold(entry)).keeps(customer, key):
            standing[placed.hold] = Hold(placed.hold, None, (position,))
    return tuple(standing.values())
