"""Service contracts and agreements on confidentiality: what they state, and from when until when (3, 4-1③, 6-1).

Guarantees: a contract's end is a fact, written by the timer when its day has passed or by whoever ends it earlier;
what a contract stated at an instant is a pure function of the ledger, amendments included. The basis of work (R-06)
follows from it: under a live contract that states remote connection, the contract; under one that does not, the
customer's request; without a live contract these terms alone, and then only with express consent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ledger.domain import terms as terms_
from ledger.domain.boundary import TERMS_TAG, Boundary, tag
from ledger.domain.consent_facts import RELIANCE
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, happened_at, tagged
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded


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


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract states from an instant on."""

    since: datetime
    remote: Remote
    ends_at: datetime | None
    incorporates: str | None
    position: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with all it ever stated, oldest first."""

    id: str
    stated: tuple[Terms, ...]
    ended_at: datetime | None = None
    ended: int | None = None

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
                contract = contracts[made.contract]
                contracts[made.contract] = replace(contract, stated=(*contract.stated, stated))
            case ContractEnded(contract=contract_id, ended_at=ended_at):
                contracts[contract_id] = replace(contracts[contract_id], ended_at=ended_at, ended=each.position)
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
            ended = ContractEnded(customer=customer, contract=contract.id, ended_at=ends_at, why=End.EXPIRED)
            ends.append(replace(ended, cites=(stated[-1].position,)))
    return ends


CONTRACT_TIMER = timer(Timer("contract", "agreement", lambda customer, _chain: of_customer(customer), _compute))


def contracts_due(customer: str) -> Due:
    """Give the timer of a customer's contracts."""
    return CONTRACT_TIMER.at(customer, customer)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterContract:
    """Register a service contract."""

    customer: str
    contract: str
    reference: str
    clause: str
    remote: Remote
    starts_at: datetime
    ends_at: datetime | None = None
    incorporates: str | None = None
    document_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendContract:
    """Tell what a contract states from an instant on."""

    customer: str
    contract: str
    reference: str
    clause: str
    remote: Remote
    ends_at: datetime | None
    effective_at: datetime
    incorporates: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndContract:
    """End a contract before its time; ``ended_at`` is the first instant after it, and may have passed."""

    customer: str
    contract: str
    ended_at: datetime


@rule("R-01", off=())
def after_the_end(facts: Facts, contract: str, over: datetime) -> tuple[ViolationRecorded, ...]:
    """Give a violation for each session that relied on the contract's terms when, as is told now, it was over."""
    relied = (each for each in _since(facts, contract, over) if getattr(each.fact, "contract", None) == contract)
    return tuple(_violation("R-01", "session_after_contract", over, each) for each in relied)


@rule("R-06", off=())
def unstated(facts: Facts, told: Contract, since: datetime) -> tuple[ViolationRecorded, ...]:
    """Give a violation for each session since then that, as is told now, no contract stated when it began."""
    contracts = fold(facts) | {told.id: told}
    return tuple(
        _violation("R-06", "session_unstated", since, each)
        for each in _since(facts, told.id, since)
        if told.id in getattr(each.fact, "stated_in", ())
        if all(stated.remote is Remote.NOT_STATED for _, stated in live(contracts, happened_at(each)))
    )


def _since(facts: Facts, contract: str, moment: datetime) -> list[Recorded[Fact]]:
    """Give the sessions that began since then and relied on the contract, for its terms or for what it states."""
    return [each for each in tagged(facts, tag(RELIANCE, contract)) if happened_at(each) >= moment]


def _violation(rule_id: str, sentence: str, since: datetime, relied: Recorded[Fact]) -> ViolationRecorded:
    subjects = tuple(sorted(each for each in relied.tags if each.startswith("session:")))
    values = {"at": spelled(since)}
    return ViolationRecorded(
        rule=rule_id, sentence=sentence, values=values, subjects=subjects, cites=(relied.position,)
    )


def _with_reliance(command: AmendContract | EndContract) -> Boundary:
    return of_customer(command.customer) | Boundary.of(tag(RELIANCE, command.contract))


@rule("R-32")
def check_incorporates(facts: Facts, incorporates: str | None) -> None:
    """Refuse terms that were not published: no consent would ever come of them, and nobody would notice."""
    if incorporates is None:
        return
    version = terms_.fold(facts).by_id.get(incorporates)
    if version is None or version.published is None:
        raise Refusal("R-32", "terms_unknown")


@decides(
    RegisterContract,
    boundary=lambda command: of_customer(command.customer) | Boundary.of(TERMS_TAG),
    timers=lambda command: (contracts_due(command.customer),),
)
def register_contract(command: RegisterContract, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Register; an id is used once, and a contract ends after it starts."""
    known = fold(facts).get(command.contract)
    if known is not None:
        raise Refusal("R-06", "contract_known", [known.stated[0].position])
    _check_order(command.starts_at, command.ends_at)
    check_incorporates(facts, command.incorporates)
    return decided(
        ContractRegistered(
            customer=command.customer,
            contract=command.contract,
            reference=command.reference,
            clause=command.clause,
            remote=command.remote,
            starts_at=command.starts_at,
            ends_at=command.ends_at,
            incorporates=command.incorporates,
            document_sha256=command.document_sha256,
        )
    )


@decides(
    AmendContract,
    boundary=lambda command: _with_reliance(command) | Boundary.of(TERMS_TAG),
    timers=lambda command: (contracts_due(command.customer),),
)
def amend_contract(command: AmendContract, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Amend a contract that has not ended, from after its last amendment on."""
    contract = _running(facts, command.contract)
    _check_order(command.effective_at, command.ends_at)
    check_incorporates(facts, command.incorporates)
    newest = contract.stated[-1]
    if command.effective_at < newest.since:
        raise Refusal("R-06", "contract_order", [newest.position], at=newest.since.isoformat())
    amended = ContractAmended(
        customer=command.customer,
        contract=command.contract,
        reference=command.reference,
        clause=command.clause,
        remote=command.remote,
        ends_at=command.ends_at,
        effective_at=command.effective_at,
        incorporates=command.incorporates,
    )
    unfounded = () if command.ends_at is None else after_the_end(facts, contract.id, command.ends_at)
    made = Terms(command.effective_at, command.remote, command.ends_at, command.incorporates, newest.position)
    unfounded += unstated(facts, replace(contract, stated=(*contract.stated, made)), made.since)
    return decided(amended, *unfounded, cites=[newest.position])


@decides(
    EndContract,
    boundary=_with_reliance,
    timers=lambda command: (contracts_due(command.customer),),
)
def end_contract(command: EndContract, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """End; what ends later is amended instead."""
    contract = _running(facts, command.contract)
    if command.ended_at > now:
        raise Refusal("R-06", "contract_ends_later", [contract.stated[-1].position])
    if command.ended_at < contract.stated[0].since:
        raise Refusal("R-06", "contract_order", [contract.stated[0].position], at=contract.stated[0].since.isoformat())
    over = command.ended_at
    ended = ContractEnded(customer=command.customer, contract=contract.id, ended_at=over, why=End.TERMINATED)
    unfounded = after_the_end(facts, contract.id, over) + unstated(facts, replace(contract, ended_at=over), over)
    return decided(ended, *unfounded, cites=[contract.stated[-1].position])


def _running(facts: Facts, contract_id: str) -> Contract:
    contract = fold(facts).get(contract_id)
    if contract is None:
        raise Refusal("R-06", "contract_unknown")
    if contract.ended is not None:
        raise Refusal("R-06", "contract_over", [contract.ended])
    return contract


def _check_order(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= starts_at:
        raise Refusal("R-06", "contract_order", at=starts_at.isoformat())
