"""The facts of the fee for a customer's own format or for a report (6-3): references and amounts, kept for ten years.

A fee is never charged for the trail as it is (A-22); invoices themselves live elsewhere.
"""

from datetime import datetime
from enum import StrEnum

from ledger.domain.fact import Fact, fact, public, ref


class Written(StrEnum):
    """How the customer's word on a fee came in; the spoken word does not count."""

    SIGNED_DOCUMENT = "signed_document"
    PORTAL = "portal"
    MAIL = "mail"
    SPOKEN = "spoken"


class WaiverReason(StrEnum):
    """Why no fee is charged."""

    GOODWILL = "goodwill"
    OWN_FAULT = "own_fault"
    CONTRACT = "contract"


@fact("fee.quoted.v1", retention="fee", ja="費用見積", en="Fee quoted", clause="6-3")
class FeeQuoted(Fact):
    """What preparing it costs, before any preparation; ``valid_until`` is the first instant after the quote."""

    request: str = ref("request")
    quote: str = ref("quote")
    person: str = ref("person")
    amount: int
    currency: str
    valid_until: datetime


@fact("fee.approved.v1", retention="fee", ja="費用承諾", en="Fee approved", clause="6-3", occurred="received_at")
class FeeApproved(Fact):
    """The customer's billing contact accepted the quote in writing; ``received_at``: where it is told later."""

    request: str = ref("request")
    quote: str = ref("quote")
    contact: str = ref("person")
    form: Written = public()
    document_sha256: str | None = None
    received_at: datetime | None = None


@fact("fee.declined.v1", retention="fee", ja="費用辞退", en="Fee declined", clause="6-3", occurred="received_at")
class FeeDeclined(Fact):
    """The customer does not accept the quote; ``plain_instead``: it takes the trail as it is, free of charge."""

    request: str = ref("request")
    quote: str = ref("quote")
    contact: str = ref("person")
    plain_instead: bool
    received_at: datetime | None = None


@fact("fee.waived.v1", retention="fee", ja="費用免除", en="Fee waived", clause="6-3")
class FeeWaived(Fact):
    """The vendor charges nothing."""

    request: str = ref("request")
    person: str = ref("person")
    why: WaiverReason = public()


@fact("fee.invoiced.v1", retention="fee", ja="費用請求", en="Fee invoiced", clause="6-3")
class FeeInvoiced(Fact):
    """The approved fee was invoiced, under a reference of the books."""

    request: str = ref("request")
    quote: str = ref("quote")
    person: str = ref("person")
    reference: str
    amount: int
    currency: str


@fact(
    "fee.quote_lapsed.v1",
    retention="fee",
    ja="見積失効",
    en="Quote lapsed",
    clause="6-3",
    occurred="lapsed_at",
)
class FeeQuoteLapsed(Fact):
    """The timer's: nobody answered the quote while it was valid; the vendor may quote anew."""

    request: str = ref("request")
    quote: str = ref("quote")
    lapsed_at: datetime
