"""Service contracts: what they state, and from when until when (3, 4-1③).

Guarantees: a contract's end is a fact, written by the timer when its day has passed or by whoever ends it earlier;
what a contract stated at an instant is a pure function of the ledger, amendments included, in whatever order they were
told. The basis of work (R-06) follows from it: under a live contract that states remote connection, the contract;
under one that does not, the customer's request; without a live contract these terms alone, with express consent.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ledger.domain.boundary import Boundary, tag
from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults


class Remote(StrEnum):
    """What a contract states of remote connection."""

    PERIODIC = "periodic"
    POSSIBLE = "possible"
    NOT_STATED = "not_stated"


class End(StrEnum):
    """Why a contract ended."""

    EXPIRED = "expired"
    TERMINATED = "terminated"


@fact(
    "contract.registered.v1",
    retention="agreement",
    subject="contract",
    ja="契約登録",
    en="Contract registered",
    clause="3①",
)
class ContractRegistered(Fact):
    """A service contract; ``incorporates`` is the version of the terms that it makes its own."""

    customer: str = ref("agreement")
    contract: str = ref("contract")
    reference: str
    clause: str
    """Where it speaks of remote connection."""
    remote: Remote
    starts_at: datetime
    ends_at: datetime | None
    """The first instant after it."""
    incorporates: str | None = None
    document_sha256: str | None = None


@fact(
    "contract.amended.v1", retention="agreement", subject="contract", ja="契約変更", en="Contract amended", clause="3①"
)
class ContractAmended(Fact):
    """What the contract states from ``effective_at`` on, in full."""

    customer: str = ref("agreement")
    contract: str = ref("contract")
    reference: str
    clause: str
    remote: Remote
    ends_at: datetime | None
    effective_at: datetime
    incorporates: str | None = None


@fact(
    "contract.ended.v1",
    retention="agreement",
    subject="contract",
    ja="契約終了",
    en="Contract ended",
    clause="4-1③",
    occurred="ended_at",
)
class ContractEnded(Fact):
    """The contract is over; credentials given for it are due for erasure (R-11)."""

    customer: str = ref("agreement")
    contract: str = ref("contract")
    ended_at: datetime
    why: End = public()


class Terms(NamedTuple):
    """What a contract states from an instant on."""

    since: datetime
    remote: Remote
    ends_at: datetime | None
    incorporates: str | None
    position: int


class Contract(NamedTuple):
    """A contract with all it ever stated, oldest first; ``expired`` where it ended by its own time alone."""

    id: str
    stated: tuple[Terms, ...]
    ended_at: datetime | None = None
    ended: int | None = None
    expired: bool = False

    def amended(self, stated: Terms) -> "Contract":
        """Give it with what was agreed from an instant on, told in whatever order; a renewal takes its expiry back."""
        contract = self._replace(stated=tuple(sorted((*self.stated, stated), key=lambda each: each.since)))
        return contract._replace(ended_at=None, ended=None, expired=False) if self.expired else contract

    def over(self, moment: datetime, position: int, why: End) -> "Contract":
        """Give it with an end; of several that are told, the earliest counts."""
        if self.ended_at is not None and self.ended_at <= moment:
            return self
        return self._replace(ended_at=moment, ended=position, expired=why is End.EXPIRED)

    def at(self, moment: datetime) -> Terms | None:
        """Give what it states at an instant; None before it starts and once it is over."""
        stated = [each for each in self.stated if each.since <= moment]
        if not stated or (self.ended_at is not None and self.ended_at <= moment):
            return None
        ends_at = stated[-1].ends_at
        return None if ends_at is not None and ends_at <= moment else stated[-1]


Contracts = Mapping[str, Contract]


def fold(facts: Facts) -> dict[str, Contract]:
    """Give a customer's contracts by id."""
    contracts: dict[str, Contract] = {}
    for each in facts:
        match each.fact:
            case ContractRegistered() as made:
                stated = Terms(made.starts_at, made.remote, made.ends_at, made.incorporates, each.position)
                contracts[made.contract] = Contract(made.contract, (stated,))
            case ContractAmended() as made:
                stated = Terms(made.effective_at, made.remote, made.ends_at, made.incorporates, each.position)
                contracts[made.contract] = contracts[made.contract].amended(stated)
            case ContractEnded(contract=contract_id, ended_at=ended_at, why=why):
                contracts[contract_id] = contracts[contract_id].over(ended_at, each.position, why)
            case _:
                pass
    return contracts


def live(contracts: Contracts, moment: datetime) -> list[tuple[Contract, Terms]]:
    """Give the contracts that are live at an instant, with what they state then."""
    found = ((each, each.at(moment)) for each in contracts.values())
    return [(contract, stated) for contract, stated in found if stated is not None]


def of_customer(customer: str) -> Boundary:
    """Give the boundary of all a customer and the vendor have agreed."""
    return Boundary.of(tag("agreement", customer))


def _compute(customer: str, facts: Facts, now: datetime, _defaults: Defaults) -> list[Fact]:
    """Give the ends of the contracts whose time is over."""
    ends: list[Fact] = []
    for contract in fold(facts).values():
        stated = [each for each in contract.stated if each.since <= now]
        if contract.ended is None and stated and (ends_at := stated[-1].ends_at) is not None and ends_at <= now:
            cites = (stated[-1].position,)
            ended = ContractEnded(
                customer=customer, contract=contract.id, ended_at=ends_at, why=End.EXPIRED, cites=cites
            )
            ends.append(ended)
    return ends


CONTRACT_TIMER = timer(Timer("contract", "agreement", lambda customer, _chain: of_customer(customer), _compute))


def contracts_due(customer: str) -> Due:
    """Give the timer of a customer's contracts."""
    return CONTRACT_TIMER.at(customer, customer)
