"""The facts of keeping and destroying the trail: sealed, kept, kept longer, expired, ordered to be destroyed (4-1⑤).

What destroys a key, and what holds one, the log itself says: ``key.destroyed.v1`` is the destruction of evidence,
``key.destruction_confirmed.v1`` its confirmation, ``hold.placed.v1`` and ``hold.released.v1`` the holds. The order of
destruction stands in the customer's own chain before that: a request and a destruction can therefore only follow one
another.
"""

from datetime import datetime

from ledger.domain.fact import Fact, fact, public, ref


@fact("retention.evidence_sealed.v1", retention="trail", ja="証跡封緘", en="Evidence sealed", clause="4-1⑤")
class EvidenceSealed(Fact):
    """The evidence of a session that is over is complete: its entries, and one digest over what they say."""

    session: str = ref("session")
    work_order: str | None = ref("work_order", default=None)
    entries: int
    manifest_sha256: str


@fact(
    "retention.started.v1",
    retention="trail",
    ja="保管開始",
    en="Retention started",
    clause="4-1⑤",
    occurred="ended_at",
)
class RetentionStarted(Fact):
    """The timer's: a work order and its sessions are over, and its trail is kept until ``keep_until``, not with it."""

    work_order: str = ref("work_order")
    ended_at: datetime
    keep_until: datetime


@fact(
    "retention.extended.v1",
    retention="trail",
    ja="保管延長",
    en="Retention extended",
    clause="4-1⑤",
    occurred="agreed_at",
)
class RetentionExtended(Fact):
    """The customer had the vendor keep a work order's trail longer, in writing (A-13); agreed on now, or before."""

    work_order: str = ref("work_order")
    contact: str = ref("person")
    keep_until: datetime
    document_sha256: str
    agreed_at: datetime | None = None


@fact(
    "retention.expired.v1",
    retention="trail",
    ja="満了",
    en="Retention expired",
    clause="4-1⑤",
    occurred="expired_at",
)
class RetentionExpired(Fact):
    """The timer's: the term of a work order's trail is over and no request holds it; a hold of the log still may.

    Where the term turns out to be longer, it is over again at its later end.
    """

    work_order: str = ref("work_order")
    expired_at: datetime


@fact(
    "retention.destruction_ordered.v1",
    retention="terms",
    ja="破棄指示",
    en="Destruction ordered",
    clause="4-1⑤",
)
class DestructionOrdered(Fact):
    """The data key of this customer's entries under ``key`` is to be destroyed; nothing needs or holds it any more."""

    customer: str = ref("trail", public=True)
    key: str = public()
    work_orders: tuple[str, ...] = ref("work_order", public=True)
    """Whose entries go with it."""
    expired_at: datetime = public()
    """The end of the term, holds left aside."""
    free_at: datetime = public()
    """When the last of what held it was gone: from here the destruction is due."""
