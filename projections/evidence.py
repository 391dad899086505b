"""What becomes of a customer's trail: requests for it, and holds on it."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from ledger.domain import holds, request
from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.fee_facts import FeeApproved, FeeDeclined, FeeInvoiced, FeeQuoted, FeeQuoteLapsed, FeeWaived
from ledger.domain.recorded import Facts
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
)
from projections.listing import Listed, View


class HoldState(StrEnum):
    """How far a hold has come."""

    STANDING = "standing"
    RELEASE_PROPOSED = "release_proposed"
    RELEASED = "released"


def _requests(facts: Facts, _now: datetime) -> Iterator[Listed]:
    for each in request.fold(facts).values():
        notes = () if each.fee is request.FeeStatus.NONE else (each.fee,)
        quote = () if each.quote is None or not each.open else (each.quote.quote,)
        yield Listed(
            each.id, each.status, each.received_at, each.positions[0], not each.open, notes, (*each.work_orders, *quote)
        )


def _holds(facts: Facts, _now: datetime) -> Iterator[Listed]:
    begun = {each.position: each.at for each in facts}
    for each in holds.fold(facts).values():
        state = HoldState.STANDING if each.proposed is None else HoldState.RELEASE_PROPOSED
        over = each.released_at is not None
        place = each.positions[0]
        yield Listed(
            each.ordered.hold,
            HoldState.RELEASED if over else state,
            begun[place],
            place,
            over,
            (each.ordered.why,),
            each.ordered.work_orders,
        )


def _received(customer: str) -> Boundary:
    return Boundary((Item((tag("requests", customer),), (EvidenceRequestReceived.KIND.type,)),))


REQUEST = View(
    "request",
    _requests,
    told=(
        EvidenceRequestReceived,
        EvidenceRequestAccepted,
        EvidenceRequestRejected,
        EvidenceRequestWithdrawn,
        EvidenceReportRendered,
        EvidencePackageSealed,
        EvidenceDelivered,
        EvidenceReceiptAcknowledged,
        EvidenceRequestClosed,
        FeeQuoted,
        FeeApproved,
        FeeDeclined,
        FeeWaived,
        FeeInvoiced,
        FeeQuoteLapsed,
    ),
    first=_received,
)
HOLD = View("hold", _holds, whole=holds.of_holds)
