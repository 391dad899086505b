"""What acquired information may be used for, and by whom: the closed list of purposes, by role and kind of data (6-4).

Guarantees: acquiring is narrower than using (4-1④ against 6-4, A-11) and is judged apart; what is in no cell of the
table is not allowed; a recording never serves a proposal; improvement of products sees derived sets only, and derived
sets serve nothing else.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from ledger.domain.decision import Refusal
from ledger.domain.people import People, Person, Role
from ledger.domain.rules import rule


class Purpose(StrEnum):
    """Why information is acquired or used; the terms name the first five, and the last for derived sets."""

    CONTRACT_PERFORMANCE = "contract_performance"
    REQUESTED_WORK = "requested_work"
    PROBLEM_DETERMINATION = "problem_determination"
    PROPER_USE_CHECK = "proper_use_check"
    FUTURE_PROPOSAL = "future_proposal"
    DEIDENTIFIED_IMPROVEMENT = "deidentified_improvement"


class DataKind(StrEnum):
    """What is used."""

    METADATA = "metadata"
    """Times, targets, orders, outcomes: what happened, not what was seen."""
    CONTENT = "content"
    """Commands and texts."""
    RECORDING = "recording"
    """A recording of a desktop or terminal."""
    ACQUIRED = "acquired"
    """Information taken from the customer's systems."""
    DERIVED = "derived"
    """A reviewed set in which no customer can be identified."""


class Denial(NamedTuple):
    """Why a purpose was turned down: the sentence, its values, and what it was decided on."""

    rule: str
    sentence: str
    values: Mapping[str, str]
    cites: tuple[int, ...] = ()


_ACQUIRABLE = frozenset({Purpose.CONTRACT_PERFORMANCE, Purpose.REQUESTED_WORK})
_OF_CUSTOMERS = frozenset({DataKind.METADATA, DataKind.CONTENT, DataKind.RECORDING, DataKind.ACQUIRED})
_METADATA = frozenset({DataKind.METADATA})
_DERIVED = frozenset({DataKind.DERIVED})
_NO_RECORDING = _OF_CUSTOMERS - {DataKind.RECORDING}

_MATRIX: Mapping[Purpose, Mapping[Role, frozenset[DataKind]]] = {
    Purpose.CONTRACT_PERFORMANCE: {
        Role.TECHNICIAN: _OF_CUSTOMERS,
        Role.EVIDENCE_CUSTODIAN: _OF_CUSTOMERS,
        Role.SECURITY: _OF_CUSTOMERS,
        Role.LEGAL: _NO_RECORDING,
        Role.FINANCE: _METADATA,
        Role.SALES: _METADATA,
        Role.GATEWAY_OPERATOR: _METADATA,
    },
    Purpose.REQUESTED_WORK: {
        Role.TECHNICIAN: _OF_CUSTOMERS,
        Role.EVIDENCE_CUSTODIAN: _OF_CUSTOMERS,
    },
    Purpose.PROBLEM_DETERMINATION: {
        Role.TECHNICIAN: _OF_CUSTOMERS,
        Role.SECURITY: _OF_CUSTOMERS,
        Role.LEGAL: _OF_CUSTOMERS,
        Role.AUDITOR: _OF_CUSTOMERS,
        Role.GATEWAY_OPERATOR: _METADATA,
    },
    Purpose.PROPER_USE_CHECK: {
        Role.SECURITY: _OF_CUSTOMERS,
        Role.AUDITOR: _OF_CUSTOMERS,
        Role.LEGAL: _NO_RECORDING,
    },
    Purpose.FUTURE_PROPOSAL: {Role.SALES: _METADATA},
    Purpose.DEIDENTIFIED_IMPROVEMENT: {
        Role.TECHNICIAN: _DERIVED,
        Role.SECURITY: _DERIVED,
        Role.SALES: _DERIVED,
    },
}


@rule("R-13")
def not_acquirable(purpose: Purpose) -> Denial | None:
    """Tell why information is not acquired for this purpose; None where it may be."""
    if purpose in _ACQUIRABLE:
        return None
    return Denial("R-13", "purpose_not_acquirable", {"purpose": purpose})


@rule("R-30")
def not_usable(purpose: Purpose, kind: DataKind, person: Person) -> Denial | None:
    """Tell why this person does not use this kind of data for this purpose; None where one of the roles may."""
    allowed = _MATRIX[purpose]
    if any(kind in allowed.get(role, ()) for role in person.roles):
        return None
    values = {"purpose": str(purpose), "kind": str(kind), "roles": ", ".join(sorted(person.roles)) or "-"}
    return Denial("R-30", "purpose_not_usable", values, (person.position,))


def acting(people: People, person: str) -> Person:
    """Give who acts; raise Refusal for somebody who is not registered, or left."""
    found = people.get(person)
    if found is None or not found.active:
        check_registered(person, [] if found is None else [found.position])
        return Person(person, 0, person, frozenset(), {})
    return found


@rule("R-34")
def check_registered(person: str, cites: Iterable[int]) -> None:
    """Refuse what nobody registered does."""
    raise Refusal("R-34", "person_unknown", cites, person=person)


def usable_by(role: Role) -> Mapping[Purpose, frozenset[DataKind]]:
    """Give the row of the table for a role, as it is printed."""
    return {purpose: allowed[role] for purpose, allowed in _MATRIX.items() if role in allowed}
