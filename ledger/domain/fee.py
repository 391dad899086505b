"""The fee for a customer's own format or a report: quoted before it is prepared, accepted in writing, or waived (R-29).

Guarantees: the trail as it is costs nothing; nothing is prepared until the fee is approved or waived; a quote binds for
its days alone; what was not approved is not invoiced, nor anything but the approved amount. An answer counts from when
it came: one that is told later annuls the lapse of its quote, or what was answered after it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.domain.boundary import PEOPLE_TAG, Boundary, Item, tag
from ledger.domain.calendar import day_begins, day_in_japan
from ledger.domain.contacts import Contact, ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due
from ledger.domain.duties import on_duty
from ledger.domain.fee_facts import (
    FeeApproved,
    FeeDeclined,
    FeeInvoiced,
    FeeQuoted,
    FeeQuoteLapsed,
    FeeWaived,
    WaiverReason,
    Written,
)
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened, spelled
from ledger.domain.people import Role
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts, happened_at, of_type
from ledger.domain.request import REQUEST_TIMER, FeeStatus, Request, Status, check_stands, of_request, request_of
from ledger.domain.request_facts import Provision
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults

_QUOTERS = (Role.SALES, Role.FINANCE)
_WAIVERS = (Role.FINANCE, Role.LEGAL)
_SETTLED = frozenset({FeeStatus.APPROVED, FeeStatus.WAIVED, FeeStatus.INVOICED})
_UNANSWERED = frozenset({FeeStatus.QUOTED, FeeStatus.LAPSED})
_ANSWERED = frozenset({FeeStatus.APPROVED, FeeStatus.DECLINED})
_OPEN_TO_QUOTE = frozenset({FeeStatus.NONE, FeeStatus.DECLINED, FeeStatus.LAPSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFee:
    """Tell what the preparation costs, in whole units of the currency's smallest coin."""

    customer: str
    request: str
    quote: str
    person: str
    amount: int
    currency: str = "JPY"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveFee:
    """The customer accepts the quote; ``received_at``: where the answer came before now."""

    customer: str
    request: str
    quote: str
    contact: str
    form: Written
    document_sha256: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineFee:
    """The customer does not; ``plain_instead``: it takes the trail as it is."""

    customer: str
    request: str
    quote: str
    contact: str
    plain_instead: bool
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveFee:
    """The vendor charges nothing."""

    customer: str
    request: str
    person: str
    why: WaiverReason


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFee:
    """The approved fee was invoiced under this reference."""

    customer: str
    request: str
    person: str
    reference: str
    amount: int


@rule("R-29")
def check_fee_settled(request: Request) -> None:
    """Refuse any preparation of a format or report whose fee is open."""
    if request.provision is not Provision.PLAIN and request.fee not in _SETTLED:
        raise Refusal("R-29", "fee_open", request.positions, fee=request.fee)


@rule("R-29")
def check_chargeable(request: Request) -> None:
    """Refuse a fee for the trail as it is."""
    if request.provision is Provision.PLAIN:
        raise Refusal("R-29", "plain_is_free", request.positions)


@rule("R-29")
def check_in_writing(form: Written) -> None:
    """Refuse the spoken acceptance of a fee."""
    if form is Written.SPOKEN:
        raise Refusal("R-29", "fee_not_written")


@rule("R-29")
def check_quote_stands(request: Request, facts: Facts, quote: str, said_at: datetime) -> None:
    """Refuse an answer to a quote that is another, had lapsed when it came, or had been answered by then."""
    asked = next((each for each in request.quotes if each.quote == quote), None)
    newest = request.quote is not None and request.quote.quote == quote
    answered = any(came_at <= said_at for _, came_at in _answers(facts, quote))
    open_ = request.fee in _UNANSWERED or (newest and request.fee in _ANSWERED)
    if asked is None or not open_ or said_at >= asked.valid_until or answered:
        raise Refusal("R-29", "quote_not_open", request.positions, fee=request.fee)


@rule("R-29", off=())
def answered_before(request: Request, facts: Facts, quote: str, said_at: datetime) -> tuple[FindingRecorded, ...]:
    """Find that an answer had come before its quote lapsed, or before what was told of it first."""
    lapses = (each.position for each in of_type(facts, FeeQuoteLapsed) if each.fact.quote == quote)
    past = sorted((*lapses, *(position for position, _ in _answers(facts, quote))))
    if not past:
        return ()
    return (
        FindingRecorded(
            rule="R-29",
            sentence="fee_answered_before",
            values={"at": spelled(said_at)},
            subjects=(tag("request", request.id), tag("quote", quote)),
            cites=tuple(past),
        ),
    )


@rule("R-29")
def check_new_quote(facts: Facts, quote: str) -> None:
    """Refuse the id of a quote that was given before, for whatever request: an answer names it."""
    if known := [each.position for each in of_type(facts, FeeQuoted) if each.fact.quote == quote]:
        raise Refusal("R-29", "quote_known", known)


@rule("R-29")
def check_invoice(request: Request, amount: int) -> None:
    """Refuse to invoice what was not approved, or before it was delivered."""
    if request.fee is not FeeStatus.APPROVED or request.quote is None:
        raise Refusal("R-29", "fee_not_approved", request.positions, fee=request.fee)
    if request.delivered_at is None:
        raise Refusal("R-29", "invoice_before_delivery", request.positions)
    if request.quote.amount != amount:
        raise Refusal("R-29", "invoice_is_another", request.positions, amount=str(request.quote.amount))


def _customers_word(command: "ApproveFee | DeclineFee") -> Boundary:
    return of_request(command.request) | contacts_of(command.customer) | _of_quote(command)


def _vendors_word(command: "WaiveFee | InvoiceFee") -> Boundary:
    return of_request(command.request) | Boundary.of(PEOPLE_TAG)


def _of_quote(command: "QuoteFee | ApproveFee | DeclineFee") -> Boundary:
    """Give the quote of this id, of whatever request or customer it is."""
    return Boundary((Item((tag("quote", command.quote),), (FeeQuoted.KIND.type,)),))


def _due(command: "QuoteFee | ApproveFee | DeclineFee | WaiveFee | InvoiceFee") -> tuple[Due, ...]:
    return (REQUEST_TIMER.at(command.request, command.customer),)


def _of_quoting(command: QuoteFee) -> Boundary:
    return of_request(command.request) | Boundary.of(PEOPLE_TAG) | _of_quote(command)


@decides(QuoteFee, boundary=_of_quoting, timers=_due)
def quote_fee(command: QuoteFee, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Quote for an accepted request, where no quote is open and none was accepted."""
    request = request_of(facts, command.request)
    check_stands(request, Status.ACCEPTED)
    check_chargeable(request)
    person = on_duty(fold_people(facts), command.person, _QUOTERS)
    if request.fee not in _OPEN_TO_QUOTE:
        raise Refusal("R-29", "fee_settled", request.positions, fee=request.fee)
    check_new_quote(facts, command.quote)
    if command.amount <= 0:
        raise Refusal("R-29", "fee_is_nothing", amount=str(command.amount))
    quoted = FeeQuoted(
        request=request.id,
        quote=command.quote,
        person=person.id,
        amount=command.amount,
        currency=command.currency,
        valid_until=day_begins(day_in_japan(now) + timedelta(days=defaults.quote_days + 1)),
    )
    return decided(quoted, cites=(*request.positions, person.position))


@decides(ApproveFee, boundary=_customers_word, timers=_due)
def approve_fee(command: ApproveFee, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Take the written acceptance of the billing contact."""
    check_in_writing(command.form)
    request, contact, found = _answered(command, facts, now)
    approved = FeeApproved(
        request=request.id,
        quote=command.quote,
        contact=contact.id,
        form=command.form,
        document_sha256=command.document_sha256,
        received_at=command.received_at,
    )
    return decided(approved, *found, cites=(*request.positions, contact.position))


@decides(DeclineFee, boundary=_customers_word, timers=_due)
def decline_fee(command: DeclineFee, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Take the customer's no, in whatever form; the plain trail stays free."""
    request, contact, found = _answered(command, facts, now)
    declined = FeeDeclined(
        request=request.id,
        quote=command.quote,
        contact=contact.id,
        plain_instead=command.plain_instead,
        received_at=command.received_at,
    )
    return decided(declined, *found, cites=(*request.positions, contact.position))


def _answered(
    command: ApproveFee | DeclineFee, facts: Facts, now: datetime
) -> tuple[Request, Contact, tuple[FindingRecorded, ...]]:
    """Give the request, who answers, and what is found of an answer told late; raise Refusal where none is awaited."""
    request = request_of(facts, command.request)
    check_stands(request, Status.ACCEPTED)
    said_at = command.received_at or now
    check_happened("R-29", said_at, now, after=request.received_at, cites=request.positions)
    check_quote_stands(request, facts, command.quote, said_at)
    contacts = fold_contacts(facts)
    contact = entitled(contacts, command.contact, ContactRole.BILLING_CONTACT, "R-29", command.received_at)
    return request, contact, answered_before(request, facts, command.quote, said_at)


def _answers(facts: Facts, quote: str) -> list[tuple[int, datetime]]:
    """Give the answers to a quote, each with when it came."""
    yes = ((each.position, happened_at(each)) for each in of_type(facts, FeeApproved) if each.fact.quote == quote)
    no = ((each.position, happened_at(each)) for each in of_type(facts, FeeDeclined) if each.fact.quote == quote)
    return [*yes, *no]


@decides(WaiveFee, boundary=_vendors_word, timers=_due)
def waive_fee(command: WaiveFee, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Waive, quoted or not, unless it was approved."""
    request = request_of(facts, command.request)
    check_stands(request, Status.ACCEPTED)
    check_chargeable(request)
    person = on_duty(fold_people(facts), command.person, _WAIVERS)
    if request.fee in _SETTLED:
        raise Refusal("R-29", "fee_settled", request.positions, fee=request.fee)
    waived = FeeWaived(request=request.id, person=person.id, why=command.why)
    return decided(waived, cites=(*request.positions, person.position))


@decides(InvoiceFee, boundary=_vendors_word, timers=_due)
def invoice_fee(command: InvoiceFee, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Note the invoice of what was approved and delivered."""
    request = request_of(facts, command.request)
    check_invoice(request, command.amount)
    person = on_duty(fold_people(facts), command.person, (Role.FINANCE,))
    assert request.quote is not None, "an approved fee has its quote"
    invoiced = FeeInvoiced(
        request=request.id,
        quote=request.quote.quote,
        person=person.id,
        reference=command.reference,
        amount=command.amount,
        currency=request.quote.currency,
    )
    return decided(invoiced, cites=(*request.positions, person.position))
