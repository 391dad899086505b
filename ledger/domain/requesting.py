"""Asking for the work trail: in writing, by somebody entitled, and decided by the vendor (6-3, R-28).

Guarantees: a spoken or typed wish is refused, with the form to fill in, and holds nothing; a written request for
work orders or days is recorded as it arrived, for its arrival is what holds the trail (R-17), and a work order that it
names and the customer does not have is a finding beside it; it is accepted only for an applicant whom the customer has
named, and only while what it names is still there.
"""

from dataclasses import dataclass
from datetime import date, datetime

from ledger.domain.boundary import PEOPLE_TAG, Boundary, Item, tag
from ledger.domain.contacts import ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.duties import on_duty
from ledger.domain.finding import FindingRecorded
from ledger.domain.orders_named import of_orders, own_orders
from ledger.domain.people import Role
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts, Recorded
from ledger.domain.request import REQUEST_TIMER, Request, Status, check_stands, fold, of_request, request_of
from ledger.domain.request_facts import (
    EvidenceRequestAccepted,
    EvidenceRequestReceived,
    EvidenceRequestRejected,
    EvidenceRequestWithdrawn,
    Provision,
    Rejection,
    RequestForm,
)
from ledger.domain.retention_facts import DestructionOrdered
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.trail import all_destroyed, destroyed_of
from ledger.domain.violation import ViolationRecorded

WRITTEN = frozenset({RequestForm.PAPER, RequestForm.SIGNED_PDF, RequestForm.PORTAL})
"""What counts as writing (A-21)."""
_DECIDERS = (Role.EVIDENCE_CUSTODIAN, Role.LEGAL)
_BEFORE_DELIVERY = (Status.RECEIVED, Status.ACCEPTED, Status.PREPARING, Status.SEALED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveEvidenceRequest:
    """A request came in at ``received_at``; it names work orders, or days, or both; ``last_day`` is one of them."""

    customer: str
    request: str
    applicant: str
    work_orders: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    provision: Provision = Provision.PLAIN
    form: RequestForm
    document_sha256: str
    words: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptEvidenceRequest:
    """The vendor will provide it."""

    customer: str
    request: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectEvidenceRequest:
    """The vendor will not."""

    customer: str
    request: str
    person: str
    why: Rejection
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawEvidenceRequest:
    """The customer asks no more."""

    customer: str
    request: str
    contact: str


@rule("R-28")
def check_written(form: RequestForm) -> None:
    """Refuse what is not in writing; the sentence comes with the form to fill in."""
    if form not in WRITTEN:
        raise Refusal("R-28", "request_not_written", form=form)


@rule("R-28")
def check_scope(command: ReceiveEvidenceRequest) -> None:
    """Refuse a request for nothing, or for days in no order."""
    first, last = command.first_day, command.last_day
    if (first is None) is not (last is None) or (first is not None and last is not None and last < first):
        raise Refusal("R-28", "request_days_order")
    if first is None and not command.work_orders:
        raise Refusal("R-28", "request_names_nothing")


@rule("R-28", off=())
def not_there(request: EvidenceRequestReceived) -> tuple[FindingRecorded, ...]:
    """Give a finding for each work order that a request names and the customer does not have."""
    return tuple(
        FindingRecorded(
            rule="R-28",
            sentence="request_order_unknown",
            values={"work_order": each},
            subjects=(tag("request", request.request),),
        )
        for each in request.unknown_orders
    )


@rule("R-28")
def check_something_there(request: Request) -> None:
    """Refuse to accept a request none of whose work orders is there, and that names no days."""
    if not request.work_orders and request.first_day is None:
        raise Refusal("R-28", "request_for_nothing_there", request.positions)


@rule("R-28")
def check_applicant(facts: Facts, request: Request) -> None:
    """Refuse to provide to somebody whom the customer has not named for it."""
    entitled(fold_contacts(facts), request.applicant, ContactRole.EVIDENCE_APPLICANT, "R-28")


@rule("R-17")
def check_still_there(facts: Facts, request: Request) -> None:
    """Refuse to accept what is destroyed, all of it, and tell by which orders."""
    if all_destroyed(facts, request):
        gone = destroyed_of(facts, request)
        raise Refusal("R-17", "already_destroyed", (each.position for each in gone))


@rule("R-17", off=())
def destroyed_in_spite(facts: Facts, received: EvidenceRequestReceived) -> tuple[ViolationRecorded, ...]:
    """Give the violations by what was destroyed although this request had arrived before the end of its term."""
    request = fold([Recorded(received, 0, received.received_at)])[received.request]
    return tuple(
        ViolationRecorded(
            rule="R-17",
            sentence="destroyed_in_spite_of_request",
            values={"key": each.fact.key, "at": received.received_at.isoformat()},
            subjects=(tag("request", received.request),),
            cites=(each.position,),
        )
        for each in destroyed_of(facts, request)
        if received.received_at < each.fact.expired_at
    )


def request_due(command: "AcceptEvidenceRequest | RejectEvidenceRequest | WithdrawEvidenceRequest") -> tuple[Due, ...]:
    """Give the timer of the command's request."""
    return (REQUEST_TIMER.at(command.request, command.customer),)


def destructions(customer: str) -> Boundary:
    """Give the boundary of all orders of destruction for a customer's trail."""
    return Boundary((Item((tag("trail", customer),), (DestructionOrdered.KIND.type,)),))


@decides(
    ReceiveEvidenceRequest,
    boundary=lambda command: (
        of_request(command.request) | of_orders(command.work_orders) | destructions(command.customer)
    ),
)
def receive(command: ReceiveEvidenceRequest, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record a written request as it arrived; it holds what is there of what it names, and tells what is not."""
    check_written(command.form)
    known = fold(facts).get(command.request)
    if known is not None:
        raise Refusal("R-28", "request_known", known.positions[:1])
    if command.received_at > now:
        raise Refusal("R-28", "arrival_to_come", at=command.received_at.isoformat())
    check_scope(command)
    own = own_orders(facts, command.customer, command.work_orders)
    named = tuple(each.id for each in own)
    received = EvidenceRequestReceived(
        customer=command.customer,
        request=command.request,
        applicant=command.applicant,
        work_orders=named,
        unknown_orders=tuple(each for each in command.work_orders if each not in named),
        first_day=command.first_day,
        last_day=command.last_day,
        provision=command.provision,
        form=command.form,
        document_sha256=command.document_sha256,
        words=command.words,
        received_at=command.received_at,
    )
    gone = destroyed_of(facts, fold([Recorded(received, 0, now)])[received.request])
    cites = [*(each.requested for each in own), *(each.position for each in gone)]
    return decided(received, *not_there(received), *destroyed_in_spite(facts, received), cites=cites)


@decides(
    AcceptEvidenceRequest,
    boundary=lambda command: (
        of_request(command.request)
        | contacts_of(command.customer)
        | Boundary.of(PEOPLE_TAG)
        | destructions(command.customer)
    ),
    timers=request_due,
)
def accept(command: AcceptEvidenceRequest, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Accept for an applicant entitled to ask, while it is still there."""
    request = request_of(facts, command.request)
    check_stands(request, Status.RECEIVED)
    person = on_duty(fold_people(facts), command.person, _DECIDERS)
    check_applicant(facts, request)
    check_something_there(request)
    check_still_there(facts, request)
    accepted = EvidenceRequestAccepted(request=request.id, person=person.id)
    return decided(accepted, cites=(*request.positions, person.position))


@decides(
    RejectEvidenceRequest,
    boundary=lambda command: of_request(command.request) | Boundary.of(PEOPLE_TAG),
    timers=request_due,
)
def reject(command: RejectEvidenceRequest, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Reject before anything was made; what the request held is free."""
    request = request_of(facts, command.request)
    check_stands(request, Status.RECEIVED, Status.ACCEPTED)
    person = on_duty(fold_people(facts), command.person, _DECIDERS)
    rejected = EvidenceRequestRejected(
        customer=request.customer,
        request=request.id,
        work_orders=request.work_orders,
        person=person.id,
        why=command.why,
        words=command.words,
    )
    return decided(rejected, cites=(*request.positions, person.position))


@decides(
    WithdrawEvidenceRequest,
    boundary=lambda command: of_request(command.request) | contacts_of(command.customer),
    timers=request_due,
)
def withdraw(command: WithdrawEvidenceRequest, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Withdraw before delivery; what the request held is free."""
    request = request_of(facts, command.request)
    check_stands(request, *_BEFORE_DELIVERY)
    contact = entitled(fold_contacts(facts), command.contact, ContactRole.EVIDENCE_APPLICANT, "R-28")
    withdrawn = EvidenceRequestWithdrawn(
        customer=request.customer, request=request.id, work_orders=request.work_orders, contact=contact.id
    )
    return decided(withdrawn, cites=(*request.positions, contact.position))
