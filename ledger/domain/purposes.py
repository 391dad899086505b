"""What acquired information may be used for, and by whom: the closed list of purposes, by role and kind of data (6-4).

Guarantees: acquiring is narrower than using (4-1④ against 6-4, A-11) and is judged apart; what is in no cell of the
table is not allowed; a recording never serves a proposal; improvement of products sees derived sets only, and derived
sets serve nothing else.
"""

from collections.abc import Mapping
from enum import StrEnum

from ledger.domain.decision import Refusal
from ledger.domain.people import Person, Role
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
def check_acquirable(purpose: Purpose) -> None:
    """Refuse to acquire information for a purpose that may at most use it."""
    if purpose not in _ACQUIRABLE:
        raise Refusal("R-13", "purpose_not_acquirable", purpose=purpose)


@rule("R-30")
def check_usable(purpose: Purpose, kind: DataKind, person: Person) -> None:
    """Refuse a use by somebody none of whose roles may use this kind of data for this purpose."""
    allowed = _MATRIX[purpose]
    if not any(kind in allowed.get(role, ()) for role in person.roles):
        roles = ", ".join(sorted(person.roles))
        raise Refusal("R-30", "purpose_not_usable", [person.position], purpose=purpose, kind=kind, roles=roles)


def usable_by(role: Role) -> Mapping[Purpose, frozenset[DataKind]]:
    """Give the row of the table for a role, as it is printed."""
    return {purpose: allowed[role] for purpose, allowed in _MATRIX.items() if role in allowed}
