"""The basis of work: exactly one of three (R-06, A-05), following from the contracts that are live.

A live contract that states remote connection: the contract (3①). A live contract that does not: the customer's request
(3②), whose record is cited. No live contract: these terms alone (6-2), with express consent.
"""

from datetime import datetime
from enum import StrEnum

from ledger.domain.consent import InForce, consent_in_force
from ledger.domain.consent_facts import Manner
from ledger.domain.contract import Remote, live
from ledger.domain.contract import fold as fold_contracts
from ledger.domain.decision import Refusal
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule


class Basis(StrEnum):
    """Why a connection is made."""

    CONTRACT = "contract"
    CUSTOMER_REQUEST = "customer_request"
    STANDALONE_TERMS = "standalone_terms"


def basis_at(facts: Facts, moment: datetime) -> tuple[Basis, tuple[int, ...]]:
    """Give the one basis at an instant, from a customer's agreement, and the positions that tell so."""
    contracts = live(fold_contracts(facts), moment)
    stating = [stated.position for _, stated in contracts if stated.remote is not Remote.NOT_STATED]
    if stating:
        return Basis.CONTRACT, tuple(sorted(stating))
    if contracts:
        return Basis.CUSTOMER_REQUEST, tuple(sorted(stated.position for _, stated in contracts))
    return Basis.STANDALONE_TERMS, ()


def stated_in(basis: Basis, facts: Facts, moment: datetime) -> tuple[str, ...]:
    """Give the contracts that the basis of a connection rests on: an end that is told late meets it.

    Those that state it; for one at the customer's wish, those that are live and do not.
    """
    if basis is Basis.STANDALONE_TERMS:
        return ()
    states = basis is Basis.CONTRACT
    contracts = live(fold_contracts(facts), moment)
    return tuple(sorted(each.id for each, stated in contracts if (stated.remote is not Remote.NOT_STATED) is states))


@rule("R-06", off=())
def check_basis(
    basis: Basis, facts: Facts, now: datetime, *, request: int | None = None, work_order: str | None = None
) -> tuple[int, ...]:
    """Give the positions that the basis rests on; raise Refusal where it is another, or lacks what it needs.

    Asked at the request, and at start and end of each session. ``request`` is the position of the customer's request.
    """
    holds, cites = basis_at(facts, now)
    if holds is not basis:
        raise Refusal("R-06", "basis_is_another", cites, holds=holds, named=basis)
    if basis is Basis.CUSTOMER_REQUEST and request is None:
        raise Refusal("R-06", "basis_needs_request", cites)
    if basis is Basis.STANDALONE_TERMS:
        given: InForce | None = consent_in_force(facts, now, work_order)
        if given is None or given.manner is not Manner.EXPRESSED:
            raise Refusal("R-06", "basis_needs_express_consent", given.cites if given is not None else ())
        cites = given.cites
    return tuple(sorted({*cites, *(() if request is None else (request,))}))
