"""The facts of a request for the work trail: asked in writing, decided, made, given and confirmed (6-3).

All are tagged with the request; those that begin or end it also with the work orders it names, whose trail is held for
as long as it is open, and with the customer's requests, which every order of destruction reads. The facts of its fee
are in ``fee_facts``.
"""

from datetime import date, datetime
from enum import StrEnum

from ledger.domain.fact import Fact, fact, public, ref


class RequestForm(StrEnum):
    """How a request came in."""

    PAPER = "paper"
    SIGNED_PDF = "signed_pdf"
    PORTAL = "portal"
    MAIL = "mail"
    CHAT = "chat"
    SPOKEN = "spoken"


class Provision(StrEnum):
    """What is asked for: the trail as it is, in the customer's own format, or as a report."""

    PLAIN = "plain"
    CUSTOM_FORMAT = "custom_format"
    REPORT = "report"


class Rejection(StrEnum):
    """Why a request is not met."""

    NOT_ENTITLED = "not_entitled"
    DESTROYED = "destroyed"
    OUT_OF_SCOPE = "out_of_scope"
    DUPLICATE = "duplicate"


@fact(
    "request.received.v1",
    retention="request",
    ja="証跡提供申請受領",
    en="Evidence request received",
    clause="6-3",
    occurred="received_at",
)
class EvidenceRequestReceived(Fact):
    """A written request arrived; from then on what it names is held (R-17). ``last_day`` belongs to it."""

    customer: str = ref("requests")
    request: str = ref("request")
    applicant: str = ref("person")
    work_orders: tuple[str, ...] = ref("work_order")
    unknown_orders: tuple[str, ...] = ()
    """Named as well, and none of the customer's: kept as they were written, and the tag of nothing."""
    first_day: date | None
    last_day: date | None
    provision: Provision = public()
    form: RequestForm = public()
    document_sha256: str
    words: str
    received_at: datetime


@fact("request.accepted.v1", retention="request", ja="証跡提供申請受理", en="Evidence request accepted", clause="6-3")
class EvidenceRequestAccepted(Fact):
    """The vendor will provide what is asked; ``person`` decided so."""

    request: str = ref("request")
    person: str = ref("person")


@fact("request.rejected.v1", retention="request", ja="証跡提供申請却下", en="Evidence request rejected", clause="6-3")
class EvidenceRequestRejected(Fact):
    """The vendor does not provide it; what the request held is free."""

    customer: str = ref("requests")
    request: str = ref("request")
    work_orders: tuple[str, ...] = ref("work_order")
    person: str = ref("person")
    why: Rejection = public()
    words: str


@fact(
    "request.withdrawn.v1", retention="request", ja="証跡提供申請取下げ", en="Evidence request withdrawn", clause="6-3"
)
class EvidenceRequestWithdrawn(Fact):
    """The customer asks no more; what the request held is free."""

    customer: str = ref("requests")
    request: str = ref("request")
    work_orders: tuple[str, ...] = ref("work_order")
    contact: str = ref("person")


@fact("request.report_rendered.v1", retention="request", ja="報告書作成", en="Evidence report rendered", clause="6-3")
class EvidenceReportRendered(Fact):
    """The report, or the trail in the customer's format, was made."""

    request: str = ref("request")
    person: str = ref("person")
    report_sha256: str


@fact("request.package_sealed.v1", retention="request", ja="証跡一式封緘", en="Evidence package sealed", clause="6-3")
class EvidencePackageSealed(Fact):
    """The package is complete and changes no more: the digest of its manifest, which names all in it, and its own."""

    request: str = ref("request")
    person: str = ref("person")
    manifest_sha256: str
    package_sha256: str
    package_bytes: int


@fact(
    "request.delivered.v1",
    retention="request",
    ja="証跡提供",
    en="Evidence delivered",
    clause="6-3",
    occurred="delivered_at",
)
class EvidenceDelivered(Fact):
    """The package was handed to a contact of the customer.

    ``proper`` is not what was handed over otherwise than it has to be: a violation beside it says how, and it counts as
    no delivery.
    """

    request: str = ref("request")
    person: str = ref("person")
    recipient: str = ref("person")
    channel: str
    manifest_sha256: str
    delivered_at: datetime
    proper: bool = public(default=True)


@fact(
    "request.receipt_acknowledged.v1",
    retention="request",
    ja="証跡受領確認",
    en="Receipt of evidence acknowledged",
    clause="6-3",
    occurred="acknowledged_at",
)
class EvidenceReceiptAcknowledged(Fact):
    """The customer confirmed to have it; what the request held is free."""

    customer: str = ref("requests")
    request: str = ref("request")
    work_orders: tuple[str, ...] = ref("work_order")
    contact: str = ref("person")
    acknowledged_at: datetime


@fact(
    "request.closed.v1",
    retention="request",
    ja="証跡提供終了",
    en="Evidence request closed",
    clause="6-3",
    occurred="closed_at",
)
class EvidenceRequestClosed(Fact):
    """The timer's: nobody acknowledged the delivery in time; what the request held is free."""

    customer: str = ref("requests")
    request: str = ref("request")
    work_orders: tuple[str, ...] = ref("work_order")
    closed_at: datetime
