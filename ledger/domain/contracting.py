"""What is told of service contracts: concluded, amended, ended (3, 4-1③, 6-1).

Guarantees: a contract makes only published terms its own; amendments come in order, and what ends later is amended. An
end or a change that is told late leaves sessions without what they rested on: each that began after it, and each that
was over only after it, is a violation, as if its end had been told later than the contract's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from ledger.domain import terms as terms_
from ledger.domain.basis import check_basis
from ledger.domain.boundary import TERMS_TAG, Boundary, tag
from ledger.domain.consent_facts import RELIANCE
from ledger.domain.contract import (
    Contract,
    ContractAmended,
    ContractEnded,
    ContractRegistered,
    End,
    Remote,
    contracts_due,
    fold,
    of_customer,
)
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.grounds_told import judged_by_agreement, of_ungrounded
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type, tagged
from ledger.domain.rules import rule
from ledger.domain.session_facts import SessionStarted
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.session_lasting import begun_on_nothing, judged, past_basis, subjects_of
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded


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
    return tuple(
        ViolationRecorded(
            rule="R-01",
            sentence="session_after_contract",
            values={"at": spelled(over)},
            subjects=tuple(sorted(each for each in session.tags if each.startswith("session:"))),
            cites=(session.position,),
        )
        for session in relied
    )


@rule("R-06", off=())
def unstated(facts: Facts, contract: str, since: datetime, told: Recorded[Fact]) -> tuple[ViolationRecorded, ...]:
    """Give a violation for each session since then that began on another basis, as is told now and was not before."""
    agreed = _agreed(facts, contract)
    found: list[ViolationRecorded] = []
    for each in of_type(_since(facts, contract, since), SessionStarted):
        if contract in each.fact.stated_in and each.fact.ungrounded is None:  # else ``grounds_told`` judges it anew
            before, after = _at_start(each, agreed), _at_start(each, [*agreed, told])
            found += [replace(broken, cites=(each.position,)) for broken in _unsaid(after, before)]
    return tuple(found)


def _at_start(started: Recorded[SessionStarted], facts: Facts) -> list[ViolationRecorded]:
    """Give what a session broke as it began, if its basis was another."""
    session = started.fact
    if session.basis is None or session.work_order is None:
        return []
    holds = partial(check_basis, session.basis, facts, session.started_at)
    asked = partial(holds, request=started.position, work_order=session.work_order)
    return violations(subjects_of(session), asked)


def _agreed(facts: Facts, contract: str) -> list[Recorded[Fact]]:
    """Give the few words of an agreement, without what relied on the contract: years of sessions."""
    relied = tag(RELIANCE, contract)
    return [each for each in facts if relied not in each.tags]


def _unsaid(broken: Iterable[ViolationRecorded], before: Iterable[ViolationRecorded]) -> list[ViolationRecorded]:
    """Leave out what was broken already before this was told, and is only worded by it."""
    said = {each.sentence for each in before}
    return [each for each in broken if each.sentence not in said]


def _since(facts: Facts, contract: str, moment: datetime) -> list[Recorded[Fact]]:
    """Give the sessions that began since then and relied on the contract, for its terms or for what it states."""
    return [each for each in tagged(facts, tag(RELIANCE, contract)) if happened_at(each) >= moment]


@rule("R-06", off=())
def outlasting(facts: Facts, contract: str, told: Recorded[Fact]) -> tuple[ViolationRecorded | FindingRecorded, ...]:
    """Give what sessions broke by lasting longer than the contract let them, as is told now and was not before."""
    agreed = _agreed(facts, contract)
    as_told = [*agreed, told]
    found: list[ViolationRecorded | FindingRecorded] = []
    for session in fold_sessions(tagged(facts, tag(RELIANCE, contract))).values():
        started, position, over_at = session.started.fact, session.started.position, session.over_at
        if over_at is not None and not begun_on_nothing(session):
            before = [*past_basis(started, position, agreed, over_at), *_at_start(session.started, as_told)]
            found += judged(session, _unsaid(past_basis(started, position, as_told, over_at), before))
    return tuple(found)


def _with_reliance(command: AmendContract | EndContract) -> Boundary:
    agreed = of_customer(command.customer) | of_ungrounded(command.customer)
    return agreed | Boundary.of(tag(RELIANCE, command.contract), TERMS_TAG)


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
    boundary=lambda command: of_customer(command.customer) | Boundary.of(TERMS_TAG) | of_ungrounded(command.customer),
    timers=lambda command: (contracts_due(command.customer),),
)
def register_contract(command: RegisterContract, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Register; an id is used once, and a contract ends after it starts."""
    known = fold(facts).get(command.contract)
    if known is not None:
        raise Refusal("R-06", "contract_known", [known.stated[0].position])
    _check_order(command.starts_at, command.ends_at)
    check_incorporates(facts, command.incorporates)
    registered = ContractRegistered(
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
    return decided(registered, *judged_by_agreement(facts, command.customer, [registered], now, defaults))


@decides(
    AmendContract,
    boundary=_with_reliance,
    timers=lambda command: (contracts_due(command.customer),),
)
def amend_contract(command: AmendContract, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Amend a contract from an instant at which it had begun and not ended, whatever was told of it before."""
    contract = _known(facts, command.contract)
    check_amendable(contract, command.effective_at)
    _check_order(command.effective_at, command.ends_at)
    check_incorporates(facts, command.incorporates)
    position = contract.stated[-1].position
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
    unfounded: tuple[Fact, ...] = ()
    if command.ends_at is not None:
        unfounded += after_the_end(facts, contract.id, command.ends_at)
    told = Recorded(amended, position, now)
    unfounded += unstated(facts, contract.id, command.effective_at, told) + outlasting(facts, contract.id, told)
    again = judged_by_agreement(facts, command.customer, [amended], now, defaults)
    return decided(amended, *unfounded, *again, cites=[position])


@decides(
    EndContract,
    boundary=_with_reliance,
    timers=lambda command: (contracts_due(command.customer),),
)
def end_contract(command: EndContract, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """End, also earlier than an end that was told before; what ends later is amended instead."""
    contract = _known(facts, command.contract)
    if contract.ended is not None and contract.ended_at is not None and contract.ended_at <= command.ended_at:
        raise Refusal("R-06", "contract_over", [contract.ended])
    if command.ended_at > now:
        raise Refusal("R-06", "contract_ends_later", [contract.stated[-1].position])
    if command.ended_at < contract.stated[0].since:
        raise Refusal("R-06", "contract_order", [contract.stated[0].position], at=contract.stated[0].since.isoformat())
    over = command.ended_at
    ended = ContractEnded(customer=command.customer, contract=contract.id, ended_at=over, why=End.TERMINATED)
    position = contract.stated[-1].position
    unfounded: tuple[Fact, ...] = after_the_end(facts, contract.id, over)
    told = Recorded(ended, position, now)
    unfounded += unstated(facts, contract.id, over, told) + outlasting(facts, contract.id, told)
    again = judged_by_agreement(facts, command.customer, [ended], now, defaults)
    return decided(ended, *unfounded, *again, cites=[position])


@rule("R-06")
def check_amendable(contract: Contract, effective_at: datetime) -> None:
    """Refuse what would count from before the contract began, or from when it was over."""
    begun = contract.stated[0]
    if effective_at < begun.since:
        raise Refusal("R-06", "contract_order", [begun.position], at=begun.since.isoformat())
    if contract.ended is not None and contract.ended_at is not None and contract.ended_at < effective_at:
        raise Refusal("R-06", "contract_over", [contract.ended])


def _known(facts: Facts, contract_id: str) -> Contract:
    contract = fold(facts).get(contract_id)
    if contract is None:
        raise Refusal("R-06", "contract_unknown")
    return contract


def _check_order(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= starts_at:
        raise Refusal("R-06", "contract_order", at=starts_at.isoformat())
