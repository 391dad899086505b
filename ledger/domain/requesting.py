"""Asking for the work trail: in writing, by somebody entitled, and decided by the vendor (6-3, R-28).

Guarantees: a spoken or typed wish is refused, with the form to fill in, and holds nothing; a written request is always
recorded as it arrived, for its arrival is what holds the trail (R-17); it is accepted only for an applicant whom the
customer has named, and only while what it names is still there.
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
from ledger.domain.view import check_own
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import order_of
from ledger.domain.work_facts import WorkOrderRequested

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


@rule("R-28", off=())
def check_scope(command: ReceiveEvidenceRequest, facts: Facts) -> tuple[int, ...]:
    """Refuse a request for nothing, for days in no order, or for work that is not there or not the customer's."""
    first, last = command.first_day, command.last_day
    if (first is None) is not (last is None) or (first is not None and last is not None and last < first):
        raise Refusal("R-28", "request_days_order")
    if first is None and not command.work_orders:
        raise Refusal("R-28", "request_names_nothing")
    found = []
    for work_order in command.work_orders:
        order = order_of(facts, work_order)
        if order is None:
            raise Refusal("R-28", "request_order_unknown", work_order=work_order)
        check_own(command.customer, order.customer, order.requested)
        found.append(order.requested)
    return tuple(found)


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


def orders_known(work_orders: tuple[str, ...]) -> Boundary:
    """Give the boundary of whether these work orders are there: their requests alone."""
    types = (WorkOrderRequested.KIND.type,)
    return Boundary(tuple(Item((tag("work_order", each),), types) for each in work_orders))


def destructions(customer: str) -> Boundary:
    """Give the boundary of all orders of destruction for a customer's trail."""
    return Boundary((Item((tag("trail", customer),), (DestructionOrdered.KIND.type,)),))


@decides(
    ReceiveEvidenceRequest,
    boundary=lambda command: (
        of_request(command.request) | orders_known(command.work_orders) | destructions(command.customer)
    ),
)
def receive(command: ReceiveEvidenceRequest, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record a written request as it arrived; it holds what it names from then on, and tells what is gone already."""
    check_written(command.form)
    known = fold(facts).get(command.request)
    if known is not None:
        raise Refusal("R-28", "request_known", known.positions[:1])
    if command.received_at > now:
        raise Refusal("R-28", "arrival_to_come", at=command.received_at.isoformat())
    cites = check_scope(command, facts)
    received = EvidenceRequestReceived(
        customer=command.customer,
        request=command.request,
        applicant=command.applicant,
        work_orders=command.work_orders,
        first_day=command.first_day,
        last_day=command.last_day,
        provision=command.provision,
        form=command.form,
        document_sha256=command.document_sha256,
        words=command.words,
        received_at=command.received_at,
    )
    gone = destroyed_of(facts, fold([Recorded(received, 0, now)])[received.request])
    cites = (*cites, *(each.position for each in gone))
    return decided(received, *destroyed_in_spite(facts, received), cites=cites)


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
