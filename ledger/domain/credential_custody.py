"""How long a customer's secret is kept beyond its time, and the certificate when it is gone (4-1③, R-11, R-12).

Guarantees: longer custody has a written instruction by an owner of credentials with a day in it; an erasure is
certified for what was due, and only then; that it failed is told, too. The owner's words count from when they came in:
those that came in time and are told after the end are recorded, with what they say of the erasure, and take nothing
back.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary
from ledger.domain.consent_facts import Form
from ledger.domain.contacts import Contact, ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.contract import fold as fold_contracts
from ledger.domain.credential import Credential, fold, of_credentials
from ledger.domain.credential_due import due_of
from ledger.domain.credential_ending import check_erased_in_time, subjects_of
from ledger.domain.credential_facts import (
    CredentialErased,
    CredentialErasureFailed,
    CredentialRetentionInstructed,
    CredentialRetentionRenewed,
    CredentialRetentionRevoked,
)
from ledger.domain.credential_rules import (
    check_erasable,
    check_instruction,
    check_received,
    check_renewal,
    check_standing,
    ends_with,
    named,
)
from ledger.domain.custody_told import told_after_end
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.happened import violations
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructCustody:
    """The owner wants a credential kept until an instant, the first one after it."""

    customer: str
    credential: str
    work_order: str
    owner: str
    form: Form
    received_at: datetime
    until: datetime
    document_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewCustody:
    """The owner wants it kept for longer than instructed before."""

    customer: str
    credential: str
    work_order: str
    owner: str
    form: Form
    received_at: datetime
    until: datetime
    document_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCustody:
    """The owner takes the instruction back."""

    customer: str
    credential: str
    work_order: str
    owner: str
    form: Form
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordErasure:
    """Certify that the secret is destroyed."""

    customer: str
    credential: str
    work_order: str
    erased_at: datetime
    key_ids: tuple[str, ...]
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordErasureFailure:
    """Tell that destroying it was tried and is not done."""

    customer: str
    credential: str
    work_order: str
    failed_at: datetime
    reason: str


_Instruction = InstructCustody | RenewCustody | RevokeCustody


def _boundary(command: _Instruction | RecordErasure | RecordErasureFailure) -> Boundary:
    return of_credentials(command.work_order, command.customer, command.credential)


def _with_contacts(command: _Instruction) -> Boundary:
    return _boundary(command) | contacts_of(command.customer)


def _due(command: _Instruction | RecordErasure | RecordErasureFailure) -> tuple[Due, ...]:
    return due_of(command.work_order, command.customer)


def _spoken_for(command: _Instruction, facts: Facts, now: datetime) -> tuple[Credential, Contact]:
    """Give the credential and its owner's contact; raise Refusal for another's word, and for what is over."""
    credential = named(fold(facts), command.credential, command.work_order, "R-12")
    check_standing(credential, command.received_at, now)
    contacts = fold_contacts(facts)
    return credential, entitled(contacts, command.owner, ContactRole.CREDENTIAL_OWNER, "R-12", command.received_at)


@decides(InstructCustody, boundary=_with_contacts, timers=_due)
def instruct_custody(command: InstructCustody, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Keep it until the day named, once its time is over; a second instruction is a renewal."""
    credential, owner = _spoken_for(command, facts, now)
    check_instruction(credential, command.form, command.received_at, command.until, now, defaults)
    if credential.retained_at(command.received_at):
        raise Refusal("R-12", "custody_instructed_already", credential.positions)
    instructed = CredentialRetentionInstructed(
        credential=credential.id,
        work_order=credential.work_order,
        owner=owner.id,
        form=command.form,
        received_at=command.received_at,
        until=command.until,
        ends_with=ends_with(fold_contracts(facts), command.received_at, command.until),
        document_sha256=command.document_sha256,
    )
    told = told_after_end(credential, instructed, facts, now, defaults)
    return decided(instructed, *told, cites=[*credential.positions, owner.position])


@decides(RenewCustody, boundary=_with_contacts, timers=_due)
def renew_custody(command: RenewCustody, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Keep it longer, counted anew from the receipt of the renewal."""
    credential, owner = _spoken_for(command, facts, now)
    check_instruction(credential, command.form, command.received_at, command.until, now, defaults)
    check_renewal(credential, command.received_at, command.until)
    renewed = CredentialRetentionRenewed(
        credential=credential.id,
        work_order=credential.work_order,
        owner=owner.id,
        form=command.form,
        received_at=command.received_at,
        until=command.until,
        ends_with=ends_with(fold_contracts(facts), command.received_at, command.until),
        document_sha256=command.document_sha256,
    )
    told = told_after_end(credential, renewed, facts, now, defaults)
    return decided(renewed, *told, cites=[*credential.positions, owner.position])


@decides(RevokeCustody, boundary=_with_contacts, timers=_due)
def revoke_custody(command: RevokeCustody, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Let the terms alone decide again: at once, where the end they set has passed."""
    credential, owner = _spoken_for(command, facts, now)
    check_received(credential, command.received_at, now)
    if not (credential.retained or credential.retained_at(command.received_at)):
        raise Refusal("R-12", "custody_not_instructed", credential.positions)
    revoked = CredentialRetentionRevoked(
        credential=credential.id,
        work_order=credential.work_order,
        owner=owner.id,
        form=command.form,
        received_at=command.received_at,
    )
    told = told_after_end(credential, revoked, facts, now, defaults)
    return decided(revoked, *told, cites=[*credential.positions, owner.position])


@decides(RecordErasure, boundary=_boundary, timers=_due)
def record_erasure(command: RecordErasure, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Certify; it is told once, and who tells it again changes nothing."""
    credential = named(fold(facts), command.credential, command.work_order, "R-11")
    if credential.erased is not None:
        return decided(cites=[credential.erased])
    check_erasable(credential, now)
    erased = CredentialErased(
        credential=credential.id,
        work_order=credential.work_order,
        erased_at=command.erased_at,
        key_ids=command.key_ids,
        copies=command.copies,
        not_returned=tuple(each.id for each in credential.checkouts if each.returned is None),
    )
    against = violations(subjects_of(credential), lambda: check_erased_in_time(credential, facts, command.erased_at))
    return decided(erased, *against, cites=credential.positions)


@decides(RecordErasureFailure, boundary=_boundary, timers=_due)
def record_erasure_failure(command: RecordErasureFailure, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the failure; it stays due, and is tried again."""
    credential = named(fold(facts), command.credential, command.work_order, "R-11")
    check_erasable(credential, now)
    failed = CredentialErasureFailed(
        credential=credential.id, work_order=credential.work_order, failed_at=command.failed_at, reason=command.reason
    )
    return decided(failed, cites=credential.positions)
