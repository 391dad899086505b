"""Reconciling an import (点検): each login that a target's log tells of is matched with the recorded sessions (R-18).

Guarantees: every login of the import that tells its time is asked about, each under one id however many files tell of
it; done again it adds nothing unless more is known. Leaves to others: what matches (``ledger.domain.reconciliation``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.application.deciding import Decider
from ledger.application.payload import read
from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.people import TechnicianRegistered
from ledger.domain.reconciliation import LoginReconciled, ReconcileLogin, UnroutedConnectionDetected
from ledger.domain.recorded import of_type
from ledger.log.errors import FormatError
from ledger.store.reader import Reader
from ledger.store.record import PayloadState

_LOGIN = "login.accepted.v1"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many logins an import tells of, and what was new about them."""

    logins: int
    matched: int
    unrouted: int
    ambiguous: int


def reconcile_import(
    reader: Reader,
    decider: Decider,
    customer: str,
    import_id: str,
    *,
    actor: Mapping[str, str],
    targets: Mapping[str, str] | None = None,
) -> Reconciled:
    """Match every login of an import. ``targets`` gives the names in work orders of hosts that are called otherwise.

    An account tells the technician where it is one technician's alone.
    """
    named = targets or {}
    owners = _owners(decider)
    logins = matched = unrouted = ambiguous = 0
    for position, data, moment in _logins(reader, import_id):
        host, account = str(data.get("host", "")), str(data.get("user", ""))
        command = ReconcileLogin(
            customer=customer,
            login=decider.new_id("login", idempotency_key=f"{customer}\n{data['natural']}"),
            record=position,
            target=named.get(host, host),
            account=account,
            source_address=data.get("source_address"),
            technician=owners.get(account),
            logged_in_at=moment,
        )
        facts = decider.carry_out(command, actor=actor).facts
        logins += 1
        matched += any(isinstance(each, LoginReconciled) for each in facts)
        unrouted += any(isinstance(each, UnroutedConnectionDetected) for each in facts)
        ambiguous += bool(facts) and not any(
            isinstance(each, LoginReconciled | UnroutedConnectionDetected) for each in facts
        )
    return Reconciled(logins, matched, unrouted, ambiguous)


def _owners(decider: Decider) -> dict[str, str]:
    """Give the technicians by the accounts that are theirs alone."""
    owners: dict[str, set[str]] = {}
    for each in of_type(decider.facts(Boundary.of(PEOPLE_TAG)), TechnicianRegistered):
        for account in each.fact.accounts:
            owners.setdefault(account, set()).add(each.fact.person)
    return {account: people.pop() for account, people in owners.items() if len(people) == 1}


def _logins(reader: Reader, import_id: str) -> Iterator[tuple[int, dict[str, Any], datetime]]:
    for position, record in reader.tagged(f"import:{import_id}", [_LOGIN]):
        if record.state is not PayloadState.OPEN:
            continue
        try:
            said = read(record.data)
        except FormatError:
            continue
        data: dict[str, Any] = said["data"]
        if "natural" in data and data.get("occurred_at_basis") != "import":
            yield position, data, datetime.fromisoformat(said["occurred_at"])
