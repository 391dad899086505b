"""The facts of consent: what was presented, what arrived, what the customer said or did not say.

All are tagged with the customer's agreement and the consent, and sealed under the consent's own key. Arrival is a
member of its own (``received_at``, ``delivered_at``): it decides, not when somebody recorded it (R-03).
"""

from datetime import datetime
from enum import StrEnum

from ledger.domain.fact import Fact, fact, public, ref

RELIANCE = "reliance"
"""The kind of tag by which what relied on a consent (a session's start) is found, by the consent and, where a contract
has the terms, by the contract: ``reliance:<id>``."""


class PresentationCause(StrEnum):
    """Why terms are presented."""

    INITIAL = "initial"
    CHANGE = "change"
    ON_REQUEST = "on_request"


class Proof(StrEnum):
    """What shows that terms arrived."""

    SIGNED_RECEIPT = "signed_receipt"
    POSTAL_RECORD = "postal_record"
    MAIL_RECEIPT = "mail_receipt"
    PORTAL_VIEW = "portal_view"


class Form(StrEnum):
    """How a customer's declaration came in."""

    SIGNED_DOCUMENT = "signed_document"
    PORTAL = "portal"
    MAIL = "mail"
    SPOKEN = "spoken"


class Manner(StrEnum):
    """How a consent came to be effective."""

    EXPRESSED = "expressed"
    DEEMED = "deemed"
    INCORPORATED = "incorporated"


class Suspension(StrEnum):
    """Why the clock of silence stands still."""

    BOUNCE = "bounce"
    QUESTION = "question"


class Annulment(StrEnum):
    """What had arrived in time, so that silence was no silence."""

    OBJECTION = "objection"
    QUESTION = "question"
    BOUNCE = "bounce"


class Stop(StrEnum):
    """What a running session gets when consent is withdrawn (A-03)."""

    SAFE = "safe"
    NOW = "now"


@fact(
    "terms.presented.v1",
    retention="agreement",
    subject="consent",
    ja="条件書提示",
    en="Terms presented",
    clause="P",
    occurred="presented_at",
)
class TermsPresented(Fact):
    """A version, with the very text, was sent to the customer."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    terms: str
    sha256: str
    cause: PresentationCause = public()
    channel: str
    recipient: str | None = None
    text: str | None = None
    presented_at: datetime


@fact(
    "terms.delivered.v1",
    retention="agreement",
    subject="consent",
    ja="到達",
    en="Terms delivered",
    clause="P",
    occurred="delivered_at",
)
class TermsDelivered(Fact):
    """There is proof that the terms arrived; silence counts from here."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    delivered_at: datetime
    proof: Proof = public()
    reference: str
    evidence_sha256: str | None = None


@fact(
    "terms.delivery_failed.v1",
    retention="agreement",
    subject="consent",
    ja="不達",
    en="Delivery failed",
    clause="P",
    occurred="failed_at",
)
class TermsDeliveryFailed(Fact):
    """The terms came back."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    failed_at: datetime
    reason: str


@fact(
    "consent.deeming_suspended.v1",
    retention="agreement",
    subject="consent",
    ja="みなし期間停止",
    en="Deeming suspended",
    clause="P",
    occurred="since",
)
class ConsentDeemingSuspended(Fact):
    """The clock of silence stands still (A-02)."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    suspension: str = ref("suspension")
    why: Suspension = public()
    since: datetime
    words: str


@fact(
    "consent.deeming_resumed.v1",
    retention="agreement",
    subject="consent",
    ja="みなし期間再開",
    en="Deeming resumed",
    clause="P",
    occurred="until",
)
class ConsentDeemingResumed(Fact):
    """… and goes on."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    suspension: str = ref("suspension")
    until: datetime
    words: str


@fact("consent.reminder_due.v1", retention="agreement", subject="consent", ja="督促期日", en="Reminder due", clause="P")
class ConsentReminderDue(Fact):
    """The customer has been silent for half of the period, and is reminded (A-02)."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    due_at: datetime


@fact(
    "consent.expressed.v1",
    retention="agreement",
    subject="consent",
    ja="明示同意",
    en="Consent expressed",
    clause="P",
    occurred="received_at",
)
class ConsentExpressed(Fact):
    """A signatory said yes; with a work order, for that alone (A-01)."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    terms: str
    signatory: str
    form: Form = public()
    received_at: datetime
    since: datetime
    """From when it is effective: receipt, or when the version takes effect."""
    document_sha256: str | None = None
    work_order: str | None = ref("work_order", default=None)


@fact(
    "consent.incorporated.v1",
    retention="agreement",
    subject="consent",
    ja="契約組込み",
    en="Consent incorporated",
    clause="P",
)
class ConsentIncorporated(Fact):
    """A contract makes the version its own, for as long as it lasts."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    contract: str
    terms: str
    since: datetime


@fact(
    "consent.objection_received.v1",
    retention="agreement",
    subject="consent",
    ja="不同意表示受領",
    en="Objection received",
    clause="P",
    occurred="received_at",
)
class ConsentObjectionReceived(Fact):
    """The customer said no, in these words."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    received_at: datetime
    form: Form = public()
    words: str


@fact(
    "consent.refused.v1",
    retention="agreement",
    subject="consent",
    ja="不同意",
    en="Consent refused",
    clause="P",
    occurred="received_at",
)
class ConsentRefused(Fact):
    """There was no consent, and there will be none to this presentation."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    received_at: datetime


@fact(
    "consent.deemed.v1", retention="agreement", subject="consent", ja="みなし同意成立", en="Consent deemed", clause="P"
)
class ConsentDeemed(Fact):
    """The period passed in silence; all of it follows from the deadline, whenever the timer ran (R-02)."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    terms: str
    delivered_at: datetime
    business_days: int
    """How many were counted; none under the literal reading of 6-5."""
    deadline: datetime
    since: datetime


@fact(
    "consent.deeming_annulled.v1",
    retention="agreement",
    subject="consent",
    ja="みなし同意取消",
    en="Deeming annulled",
    clause="P",
)
class ConsentDeemingAnnulled(Fact):
    """Something had arrived in time and was recorded late: there never was a deemed consent (R-03)."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    why: Annulment = public()
    received_at: datetime


@fact(
    "consent.withdrawn.v1",
    retention="agreement",
    subject="consent",
    ja="同意撤回",
    en="Consent withdrawn",
    clause="P",
    occurred="received_at",
)
class ConsentWithdrawn(Fact):
    """The consent ended with the receipt; a running session has until ``stop_by`` (A-03)."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    received_at: datetime
    form: Form = public()
    stop: Stop = public()
    stop_by: datetime
    words: str


@fact(
    "consent.superseded.v1",
    retention="agreement",
    subject="consent",
    ja="旧版失効",
    en="Consent superseded",
    clause="6-5",
)
class ConsentSuperseded(Fact):
    """The consent to a newer version has taken its place."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    by: str
    since: datetime


@fact(
    "consent.carried_over.v1",
    retention="agreement",
    subject="consent",
    ja="同意継続",
    en="Consent carried over",
    clause="6-5",
)
class ConsentCarriedOver(Fact):
    """A minor change took effect: the consent holds for it, too."""

    customer: str = ref("agreement")
    consent: str = ref("consent")
    terms: str
    since: datetime
