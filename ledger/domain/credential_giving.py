"""Asking a customer for what opens its systems, taking it in, handing it to a technician and back (4-1②, A-07, A-10).

Guarantees: what is taken in is needed by an open work order and has the basis of that order; it is handed out to one
assigned technician at a time, inside the window of the order that it is used for. The secret itself passes by: commands
and facts carry its keyed digest.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.basis import Basis
from ledger.domain.boundary import Boundary
from ledger.domain.contacts import ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.contract import Remote, live
from ledger.domain.contract import fold as fold_contracts
from ledger.domain.credential import Credential, Status, fold, of_credentials
from ledger.domain.credential_due import due_of
from ledger.domain.credential_facts import (
    CredentialCheckedIn,
    CredentialCheckedOut,
    CredentialExposureDetected,
    CredentialProvided,
    CredentialRejected,
    CredentialRequested,
    Origin,
    Rejection,
)
from ledger.domain.credential_rules import (
    check_available,
    check_digest,
    check_targets,
    check_use,
    named,
    untouched,
    window_of,
)
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.instants import check_happened
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults
from ledger.domain.work import WorkOrder, known, known_open, of_order


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCredential:
    """Ask the customer for a credential that the work needs."""

    customer: str
    credential: str
    work_order: str
    asked: str
    targets: tuple[str, ...]
    purpose: str
    channel: str
    needed_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvideCredential:
    """Take a credential in; ``contract`` names one where several live ones state remote connection."""

    customer: str
    credential: str
    work_order: str
    origin: Origin
    targets: tuple[str, ...]
    account: str
    channel: str
    received_at: datetime
    provider: str | None = None
    contract: str | None = None
    keyed_digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectCredential:
    """Send a credential back; what was given of it is erased."""

    customer: str
    credential: str
    work_order: str
    why: Rejection
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOutCredential:
    """Hand a credential to a technician; ``used_for`` is the order it is used for, if that is another one."""

    customer: str
    credential: str
    work_order: str
    checkout: str
    technician: str
    used_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInCredential:
    """Take a credential back."""

    customer: str
    credential: str
    work_order: str
    checkout: str
    technician: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExposure:
    """Tell that a secret stands in something that is kept."""

    customer: str
    credential: str
    work_order: str
    subjects: tuple[str, ...]
    place: str | None = None


_Any = (
    RequestCredential | ProvideCredential | RejectCredential | CheckOutCredential | CheckInCredential | RecordExposure
)


def _boundary(command: _Any) -> Boundary:
    return of_credentials(command.work_order, command.customer, command.credential)


def _with_contacts(command: RequestCredential | ProvideCredential) -> Boundary:
    return _boundary(command) | contacts_of(command.customer)


def _with_use(command: CheckOutCredential) -> Boundary:
    return _boundary(command) | of_order(command.used_for)


def _due(command: _Any) -> tuple[Due, ...]:
    return due_of(command.work_order, command.customer)


def _due_with_use(command: CheckOutCredential) -> tuple[Due, ...]:
    return due_of(command.work_order, command.customer, command.used_for)


@decides(RequestCredential, boundary=_with_contacts, timers=_due)
def request_credential(command: RequestCredential, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Ask an owner of credentials for what the order names."""
    order = known_open(facts, command.work_order, "R-09")
    if (before := fold(facts).get(command.credential)) is not None:
        raise Refusal("R-09", "credential_known", before.positions)
    check_targets(command.targets, order)
    asked = entitled(fold_contacts(facts), command.asked, ContactRole.CREDENTIAL_OWNER, "R-09")
    requested = CredentialRequested(
        credential=command.credential,
        work_order=order.id,
        asked=asked.id,
        targets=command.targets,
        purpose=command.purpose,
        channel=command.channel,
        needed_by=command.needed_by,
    )
    return decided(requested, cites=[order.requested, asked.position])


@decides(ProvideCredential, boundary=_with_contacts, timers=_due)
def provide_credential(command: ProvideCredential, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Take it in, on the basis of its order; what came before the order was over is on record, and due for erasure."""
    order = known(facts, command.work_order, "R-09")
    if order.ended is not None and (order.ended_at is None or order.ended_at <= command.received_at):
        raise Refusal("R-09", "work_order_over", [order.ended], status=order.status)
    cites = [order.requested]
    credentials = fold(facts)
    if command.credential in credentials:
        before = named(credentials, command.credential, order.id, "R-09")
        untouched(before, now)
        cites += before.positions
    check_digest(command.origin, command.keyed_digest, cites)
    check_targets(command.targets, order)
    check_happened("R-09", command.received_at, now, cites=cites)
    if command.provider is not None:
        provider = entitled(
            fold_contacts(facts), command.provider, ContactRole.CREDENTIAL_OWNER, "R-09", command.received_at
        )
        cites.append(provider.position)
    elif command.origin is not Origin.VENDOR_BUILT:
        raise Refusal("R-09", "credential_provider_missing", cites)
    contract, stated = _contract(command, order, facts, now)
    provided = CredentialProvided(
        credential=command.credential,
        work_order=order.id,
        origin=command.origin,
        basis=order.basis,
        contract=contract,
        provider=command.provider,
        targets=command.targets,
        account=command.account,
        channel=command.channel,
        received_at=command.received_at,
        keyed_digest=command.keyed_digest,
    )
    return decided(provided, cites=[*cites, *stated])


def _contract(
    command: ProvideCredential, order: WorkOrder, facts: Facts, now: datetime
) -> tuple[str | None, tuple[int, ...]]:
    """Give the contract with which the credential ends, and what states it; none for work on another basis."""
    if order.basis is not Basis.CONTRACT:
        return None, ()
    contracts = fold_contracts(facts)
    stating = {
        contract.id: stated.position
        for contract, stated in live(contracts, command.received_at) or live(contracts, now)
        if stated.remote is not Remote.NOT_STATED and command.contract in {None, contract.id}
    }
    if len(stating) != 1:
        raise Refusal("R-06", "credential_contract_unclear", stating.values())
    ((contract_id, position),) = stating.items()
    return contract_id, (position,)


@decides(RejectCredential, boundary=_boundary, timers=_due)
def reject_credential(command: RejectCredential, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Send it back, before or after it was taken in."""
    credential = named(fold(facts), command.credential, command.work_order, "R-09")
    if credential.status(now) in {Status.REJECTED, Status.ERASURE_DUE, Status.ERASED}:
        raise Refusal("R-09", "credential_not_available", credential.positions, status=credential.status(now))
    rejected = CredentialRejected(
        credential=credential.id, work_order=credential.work_order, why=command.why, words=command.words
    )
    return decided(rejected, cites=credential.positions)


@decides(CheckOutCredential, boundary=_with_use, timers=_due_with_use)
def check_out_credential(command: CheckOutCredential, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Hand it out, until the end of the window as far as an agreement of both sides carries it."""
    credential = named(fold(facts), command.credential, command.work_order, "R-10")
    order = known(facts, command.used_for, "R-10")
    check_available(credential, now)
    check_use(credential, order, command.technician, now, defaults)
    if any(each.id == command.checkout for each in credential.checkouts):
        raise Refusal("R-10", "checkout_known", credential.positions)
    window = window_of(order)
    handed = CredentialCheckedOut(
        credential=credential.id,
        work_order=credential.work_order,
        checkout=command.checkout,
        used_for=order.id,
        technician=command.technician,
        until=window.carried(defaults.overrun_carries),
    )
    assigned = order.assigned(command.technician)
    told = () if assigned is None else (assigned,)
    return decided(handed, cites=[*credential.positions, *window.positions, *told])


@decides(CheckInCredential, boundary=_boundary, timers=_due)
def check_in_credential(command: CheckInCredential, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Take it back, however late; returned twice is returned once."""
    credential = named(fold(facts), command.credential, command.work_order, "R-10")
    out = next((each for each in credential.checkouts if each.id == command.checkout), None)
    if out is None or out.technician != command.technician:
        raise Refusal("R-10", "checkout_unknown", credential.positions)
    if out.returned is not None:
        return decided(cites=[out.returned])
    returned = CredentialCheckedIn(
        credential=credential.id, work_order=credential.work_order, checkout=out.id, technician=out.technician
    )
    return decided(returned, cites=[out.position])


@decides(RecordExposure, boundary=_boundary, timers=_due)
def record_exposure(command: RecordExposure, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Record where it was met, once for each place; whoever reads it decides what to do about the place (A-10)."""
    credential: Credential = named(fold(facts), command.credential, command.work_order, "R-09")
    if (frozenset(command.subjects), command.place) in credential.exposed:
        return decided(cites=credential.positions)
    detected = CredentialExposureDetected(
        credential=credential.id,
        work_order=credential.work_order,
        subjects=command.subjects,
        place=command.place,
    )
    return decided(detected, cites=credential.positions)
