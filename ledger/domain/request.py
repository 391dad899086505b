"""Where a request for the work trail stands: received, accepted, priced where it has a price, made, given, confirmed.

Guarantees: a request is open, and what it names is held, from its receipt until it is rejected, withdrawn, acknowledged
or closed by the timer (R-17). A quote lapses when its days are over, and a delivery that nobody acknowledges closes the
request after so many business days: both are facts of the timer, so that no request holds the trail for ever. An
approval is of the quote that it names; a no to a quote that another has followed is none to that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from ledger.domain.boundary import Boundary, tag
from ledger.domain.calendar import business_days_end
from ledger.domain.decision import Refusal
from ledger.domain.due import Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.fee_facts import FeeApproved, FeeDeclined, FeeInvoiced, FeeQuoted, FeeQuoteLapsed, FeeWaived
from ledger.domain.recorded import Facts, Recorded
from ledger.domain.request_facts import (
    EvidenceDelivered,
    EvidencePackageSealed,
    EvidenceReceiptAcknowledged,
    EvidenceReportRendered,
    EvidenceRequestAccepted,
    EvidenceRequestClosed,
    EvidenceRequestReceived,
    EvidenceRequestRejected,
    EvidenceRequestWithdrawn,
    Provision,
)
from ledger.domain.settings import Defaults


class Status(StrEnum):
    """How far a request has come."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    PREPARING = "preparing"
    SEALED = "sealed"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class FeeStatus(StrEnum):
    """What is settled about the fee."""

    NONE = "none"
    QUOTED = "quoted"
    APPROVED = "approved"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WAIVED = "waived"
    INVOICED = "invoiced"


OVER = frozenset({Status.ACKNOWLEDGED, Status.CLOSED, Status.REJECTED, Status.WITHDRAWN})
"""A request that has come so far holds nothing any more."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request with what it names; ``positions`` are the facts that made it what it is."""

    id: str
    customer: str
    status: Status
    positions: tuple[int, ...]
    applicant: str
    asked: Provision
    provision: Provision
    """What it comes to: the plain trail, where the customer takes that instead of what it asked for."""
    work_orders: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    received_at: datetime
    over_at: datetime | None = None
    fee: FeeStatus = FeeStatus.NONE
    quote: FeeQuoted | None = None
    """The one that was approved, else the newest."""
    quotes: tuple[FeeQuoted, ...] = ()
    manifest_sha256: str | None = None
    delivered_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Tell whether it still holds what it names."""
        return self.status not in OVER

    def names(self, day: date) -> bool:
        """Tell whether a day is among those that it asks for, work orders apart."""
        return self.first_day is not None and self.last_day is not None and self.first_day <= day <= self.last_day


_STEPS: Mapping[type[Fact], Status] = {
    EvidenceRequestAccepted: Status.ACCEPTED,
    EvidenceRequestRejected: Status.REJECTED,
    EvidenceRequestWithdrawn: Status.WITHDRAWN,
    EvidenceReportRendered: Status.PREPARING,
    EvidencePackageSealed: Status.SEALED,
    EvidenceDelivered: Status.DELIVERED,
    EvidenceReceiptAcknowledged: Status.ACKNOWLEDGED,
    EvidenceRequestClosed: Status.CLOSED,
}
_FEES: Mapping[type[Fact], FeeStatus] = {
    FeeQuoted: FeeStatus.QUOTED,
    FeeApproved: FeeStatus.APPROVED,
    FeeDeclined: FeeStatus.DECLINED,
    FeeWaived: FeeStatus.WAIVED,
    FeeInvoiced: FeeStatus.INVOICED,
    FeeQuoteLapsed: FeeStatus.LAPSED,
}


def fold(facts: Facts) -> Mapping[str, Request]:
    """Give all requests among the facts, by id."""
    requests: dict[str, Request] = {}
    for each in facts:
        if isinstance(each.fact, EvidenceRequestReceived):
            requests[each.fact.request] = _received(each.fact, each.position)
        elif type(each.fact) in _STEPS or type(each.fact) in _FEES:
            request: str = each.fact.request  # type: ignore[attr-defined]  # all facts of both tables name one
            if request in requests:
                requests[request] = _moved(requests[request], each)
    return requests


def request_of(facts: Facts, request: str) -> Request:
    """Give the request; raise Refusal where none was received under this id."""
    found = fold(facts).get(request)
    if found is None:
        raise Refusal("R-28", "request_unknown")
    return found


def check_stands(request: Request, *allowed: Status) -> None:
    """Refuse a step that does not come next."""
    if request.status not in allowed:
        raise Refusal("R-28", "request_stands", request.positions, status=request.status)


def of_request(request: str) -> Boundary:
    """Give the boundary of one request."""
    return Boundary.of(tag("request", request))


def _received(fact: EvidenceRequestReceived, position: int) -> Request:
    return Request(
        id=fact.request,
        customer=fact.customer,
        status=Status.RECEIVED,
        positions=(position,),
        applicant=fact.applicant,
        asked=fact.provision,
        provision=fact.provision,
        work_orders=fact.work_orders,
        first_day=fact.first_day,
        last_day=fact.last_day,
        received_at=fact.received_at,
    )


def _moved(before: Request, recorded: Recorded[Fact]) -> Request:
    fact = recorded.fact
    if isinstance(fact, EvidenceDelivered) and not fact.proper:
        return replace(before, positions=(*before.positions, recorded.position))
    past = isinstance(fact, FeeDeclined) and before.quote is not None and before.quote.quote != fact.quote
    fee = before.fee if past else _FEES.get(type(fact), before.fee)
    after = replace(
        before,
        status=_STEPS.get(type(fact), before.status),
        fee=fee,
        positions=(*before.positions, recorded.position),
    )
    match fact:
        case FeeQuoted():
            return replace(after, quote=fact, quotes=(*before.quotes, fact))
        case FeeApproved(quote=approved):
            quote = next((each for each in before.quotes if each.quote == approved), before.quote)
            return replace(after, quote=quote, provision=before.asked)
        case FeeDeclined(plain_instead=True) if not past:
            return replace(after, provision=Provision.PLAIN)
        case EvidencePackageSealed(manifest_sha256=manifest):
            return replace(after, manifest_sha256=manifest)
        case EvidenceDelivered(delivered_at=delivered_at):
            return replace(after, delivered_at=delivered_at)
        case EvidenceRequestClosed(closed_at=closed_at):
            return replace(after, over_at=closed_at)
        case _:
            return after if after.open else replace(after, over_at=before.over_at or recorded.at)


def _compute(subject: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    """Give the lapse of a quote and the close of a delivery whose days are over."""
    request = fold(facts).get(subject)
    if request is None or not request.open:
        return []
    quote = request.quote
    if request.fee is FeeStatus.QUOTED and quote is not None and quote.valid_until <= now:
        cites = request.positions
        return [FeeQuoteLapsed(request=request.id, quote=quote.quote, lapsed_at=quote.valid_until, cites=cites)]
    if request.status is Status.DELIVERED and request.delivered_at is not None:
        ends = business_days_end(request.delivered_at, defaults.acknowledgement_business_days)
        if ends is not None and ends <= now:
            return [
                EvidenceRequestClosed(
                    customer=request.customer,
                    request=request.id,
                    work_orders=request.work_orders,
                    closed_at=ends,
                    cites=request.positions,
                )
            ]
    return []


REQUEST_TIMER = timer(Timer("request", "request", lambda request, _chain: of_request(request), _compute))
