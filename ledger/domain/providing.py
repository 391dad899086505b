"""Making and handing over what was asked for: report, package, delivery, receipt (6-3).

Guarantees: a format or report is made only when its fee is settled (R-29); the package is sealed by another person than
the one who accepted the request (R-34), as another system user, and by an evidence custodian (R-35), with the marking
that is due (R-26), and is delivered as it was sealed, to a contact entitled to have it (R-28). A delivery that was made
otherwise is recorded with a violation for each, and delivers nothing: the request stands as it stood.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.domain.boundary import PEOPLE_TAG, Boundary, tag
from ledger.domain.contacts import ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.duties import check_second, on_duty
from ledger.domain.fee import check_fee_settled
from ledger.domain.happened import violations
from ledger.domain.instants import has_gone_out
from ledger.domain.marking import Marking, check_marking, marked, of_marking
from ledger.domain.people import Role
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts, last, of_type
from ledger.domain.request import REQUEST_TIMER, Request, Status, check_stands, of_request, request_of
from ledger.domain.request_facts import (
    EvidenceDelivered,
    EvidencePackageSealed,
    EvidenceReceiptAcknowledged,
    EvidenceReportRendered,
    EvidenceRequestAccepted,
    Provision,
)
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

_CUSTODIAN = (Role.EVIDENCE_CUSTODIAN,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderReport:
    """The report, or the trail in the customer's format, was made."""

    customer: str
    request: str
    person: str
    report_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPackage:
    """The package is complete, and carries this marking."""

    customer: str
    request: str
    person: str
    manifest_sha256: str
    package_sha256: str
    package_bytes: int
    marking: Marking | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverEvidence:
    """The package was handed over."""

    customer: str
    request: str
    person: str
    recipient: str
    channel: str
    manifest_sha256: str
    delivered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeReceipt:
    """The customer has it."""

    customer: str
    request: str
    contact: str
    acknowledged_at: datetime


@rule("R-28")
def check_package(request: Request, manifest_sha256: str) -> None:
    """Refuse to deliver another package than the sealed one."""
    if request.manifest_sha256 != manifest_sha256:
        raise Refusal("R-28", "package_is_another", request.positions)


def _vendors_step(command: "RenderReport | SealPackage | DeliverEvidence") -> Boundary:
    return of_request(command.request) | Boundary.of(PEOPLE_TAG)


def _due(command: "RenderReport | SealPackage | DeliverEvidence | AcknowledgeReceipt") -> tuple[Due, ...]:
    return (REQUEST_TIMER.at(command.request, command.customer),)


@decides(RenderReport, boundary=_vendors_step, timers=_due)
def render_report(command: RenderReport, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Note a report or a format that was asked for, once its fee is settled."""
    request = request_of(facts, command.request)
    check_stands(request, Status.ACCEPTED, Status.PREPARING)
    if request.provision is Provision.PLAIN:
        raise Refusal("R-29", "no_report_asked", request.positions)
    check_fee_settled(request)
    person = on_duty(fold_people(facts), command.person, _CUSTODIAN)
    rendered = EvidenceReportRendered(request=request.id, person=person.id, report_sha256=command.report_sha256)
    return decided(rendered, cites=(*request.positions, person.position))


@decides(
    SealPackage,
    boundary=lambda command: _vendors_step(command) | of_marking(command.customer),
    timers=_due,
)
def seal_package(command: SealPackage, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Seal what was made; a second person's step, and the marking is recorded with it."""
    request = request_of(facts, command.request)
    check_fee_settled(request)
    check_stands(request, *((Status.ACCEPTED,) if request.provision is Provision.PLAIN else (Status.PREPARING,)))
    people = fold_people(facts)
    person = on_duty(people, command.person, _CUSTODIAN)
    accepted = last(facts, EvidenceRequestAccepted)
    assert accepted is not None, "what is prepared was accepted by somebody"
    check_second(people[accepted.fact.person], accepted.position, person)
    check_marking(command.marking, facts, now)
    sealed = EvidencePackageSealed(
        request=request.id,
        person=person.id,
        manifest_sha256=command.manifest_sha256,
        package_sha256=command.package_sha256,
        package_bytes=command.package_bytes,
    )
    note = marked(facts, now, (tag("request", request.id),))
    return decided(sealed, note, cites=(*request.positions, person.position, *note.cites))


@decides(
    DeliverEvidence,
    boundary=lambda command: _vendors_step(command) | contacts_of(command.customer),
    timers=_due,
)
def deliver(command: DeliverEvidence, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Deliver the sealed package to a contact entitled to have it; one that was made otherwise is recorded."""
    request = request_of(facts, command.request)
    person = on_duty(fold_people(facts), command.person, _CUSTODIAN)
    recipient = fold_contacts(facts).get(command.recipient)
    if recipient is None:
        raise Refusal("R-28", "contact_unknown")
    if command.delivered_at > now:
        raise Refusal("R-28", "delivery_to_come", at=command.delivered_at.isoformat())
    wrong = _wrong(request, facts, command, now)
    delivered = EvidenceDelivered(
        request=request.id,
        person=person.id,
        recipient=recipient.id,
        channel=command.channel,
        manifest_sha256=command.manifest_sha256,
        delivered_at=command.delivered_at,
        proper=not wrong,
    )
    for each in of_type(facts, EvidenceDelivered):
        if replace(each.fact, person=person.id, proper=not wrong, cites=()) == delivered:
            raise Refusal("R-28", "delivered_already", [each.position])
    return decided(delivered, *wrong, cites=(*request.positions, person.position, recipient.position))


def _wrong(request: Request, facts: Facts, command: DeliverEvidence, now: datetime) -> list[ViolationRecorded]:
    """Give what is wrong with a delivery that was made; raise Refusal for the first of it where it is about to be."""
    contacts, role = fold_contacts(facts), ContactRole.EVIDENCE_APPLICANT
    checks: tuple[Callable[[], object], ...] = (
        lambda: check_stands(request, Status.SEALED),
        lambda: entitled(contacts, command.recipient, role, "R-28", command.delivered_at),
        lambda: check_package(request, command.manifest_sha256),
    )
    if has_gone_out(command.delivered_at, now):
        return violations((tag("request", request.id),), *checks)
    for check in checks:
        check()
    return []


@decides(
    AcknowledgeReceipt,
    boundary=lambda command: of_request(command.request) | contacts_of(command.customer),
    timers=_due,
)
def acknowledge(command: AcknowledgeReceipt, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Take the customer's word that the package arrived, however late it is told; what the request held is free."""
    request = request_of(facts, command.request)
    check_stands(request, Status.DELIVERED, Status.CLOSED)
    contact = entitled(
        fold_contacts(facts), command.contact, ContactRole.EVIDENCE_APPLICANT, "R-28", command.acknowledged_at
    )
    if command.acknowledged_at > now:
        raise Refusal("R-28", "arrival_to_come", request.positions, at=command.acknowledged_at.isoformat())
    acknowledged = EvidenceReceiptAcknowledged(
        customer=request.customer,
        request=request.id,
        work_orders=request.work_orders,
        contact=contact.id,
        acknowledged_at=command.acknowledged_at,
    )
    return decided(acknowledged, cites=(*request.positions, contact.position))
