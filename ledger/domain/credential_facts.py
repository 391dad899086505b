"""The facts of a credential, from the request for it to the certificate of its erasure (4-1②, 4-1③).

All are tagged with the credential and with the work order that it was given for. None holds the secret: the ledger
knows of it where it came from, what it opens, and its digest under a key that dies with it (R-09).
"""

from datetime import datetime
from enum import StrEnum

from ledger.domain.basis import Basis
from ledger.domain.consent_facts import Form
from ledger.domain.fact import Fact, about, digest, fact, public, ref


class Origin(StrEnum):
    """Where a credential comes from (A-07); the same erasure rules hold for all."""

    CUSTOMER = "customer"
    VENDOR_BUILT = "vendor_built"
    """The vendor has it from building the system."""
    ONE_TIME = "one_time"
    """It opens once."""
    FEDERATED = "federated"
    """The customer's own sign-on is used: no secret is given."""


class Rejection(StrEnum):
    """Why a credential goes back to the customer."""

    NOT_WORKING = "not_working"
    TOO_WIDE = "too_wide"
    """It opens more than the work needs."""
    UNSAFE_CHANNEL = "unsafe_channel"
    EXPOSED = "exposed"


class Ending(StrEnum):
    """Why a secret is to be erased (R-11)."""

    WORK_ENDED = "work_ended"
    CONTRACT_ENDED = "contract_ended"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CUSTODY_ENDED = "custody_ended"
    CUSTODY_REVOKED = "custody_revoked"
    REJECTED = "rejected"


@fact("credential.requested.v1", retention="trail", ja="接続情報依頼", en="Credential requested", clause="4-1②")
class CredentialRequested(Fact):
    """The customer is asked for what the work needs."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    asked: str = ref("person")
    targets: tuple[str, ...]
    purpose: str
    channel: str
    needed_by: datetime


@fact(
    "credential.provided.v1",
    retention="trail",
    ja="接続情報受領",
    en="Credential provided",
    clause="4-1②",
    occurred="received_at",
)
class CredentialProvided(Fact):
    """It came in, and is in custody outside the ledger. A contract's is kept until that contract ends (3①)."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    origin: Origin = public()
    basis: Basis = public()
    contract: str | None = None
    provider: str | None = ref("person", default=None)
    targets: tuple[str, ...]
    account: str
    channel: str
    received_at: datetime
    keyed_digest: str | None = digest(default=None)


@fact("credential.rejected.v1", retention="trail", ja="接続情報差戻し", en="Credential rejected", clause="4-1②")
class CredentialRejected(Fact):
    """It is not used, and what was given of it is erased."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    why: Rejection = public()
    words: str


@fact("credential.checked_out.v1", retention="trail", ja="払出", en="Credential checked out", clause="4-1②")
class CredentialCheckedOut(Fact):
    """A technician has it, for one work order, until the end of the window at most (R-10)."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    checkout: str = ref("checkout")
    used_for: str = ref("work_order")
    technician: str = ref("technician")
    until: datetime


@fact("credential.checked_in.v1", retention="trail", ja="返却", en="Credential checked in", clause="4-1②")
class CredentialCheckedIn(Fact):
    """The technician is done with it."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    checkout: str = ref("checkout")
    technician: str = ref("technician")


@fact(
    "credential.retention_instructed.v1",
    retention="trail",
    ja="継続保持指示",
    en="Continued custody instructed",
    clause="4-1③",
    occurred="received_at",
)
class CredentialRetentionInstructed(Fact):
    """The owner wants it kept after the end, until a day; or until the contracts end with which it ends (A-09)."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    owner: str = ref("person")
    form: Form = public()
    received_at: datetime
    until: datetime
    ends_with: tuple[str, ...] = ()
    """Contracts that ran past the day named: the last of them to end early ends the custody, too."""
    document_sha256: str | None = None


@fact(
    "credential.retention_renewed.v1",
    retention="trail",
    ja="継続保持更新",
    en="Continued custody renewed",
    clause="4-1③",
    occurred="received_at",
)
class CredentialRetentionRenewed(Fact):
    """The owner wants it kept for longer than instructed before."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    owner: str = ref("person")
    form: Form = public()
    received_at: datetime
    until: datetime
    ends_with: tuple[str, ...] = ()
    document_sha256: str | None = None


@fact(
    "credential.retention_revoked.v1",
    retention="trail",
    ja="継続保持取消",
    en="Continued custody revoked",
    clause="4-1③",
    occurred="received_at",
)
class CredentialRetentionRevoked(Fact):
    """The owner wants it kept no longer than the terms say; in whatever form, for it is the safe side."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    owner: str = ref("person")
    form: Form = public()
    received_at: datetime


@fact(
    "credential.erasure_scheduled.v1",
    retention="trail",
    ja="消去予定",
    en="Credential erasure scheduled",
    clause="4-1③",
    occurred="due_at",
)
class CredentialErasureScheduled(Fact):
    """Its time is over. From here there is no way back: it is handed out no more, and erased by ``erase_by``."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    why: Ending = public()
    due_at: datetime
    erase_by: datetime


@fact(
    "credential.erased.v1",
    retention="trail",
    ja="消去",
    en="Credential erased",
    clause="4-1③",
    occurred="erased_at",
)
class CredentialErased(Fact):
    """The certificate: which keys were destroyed, and which copies of the secret nobody can open for lack of them."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    erased_at: datetime
    key_ids: tuple[str, ...]
    copies: tuple[str, ...] = public()
    not_returned: tuple[str, ...] = ()
    """Check-outs that were not returned by then: what a technician remembers is in nobody's custody."""


@fact(
    "credential.erasure_failed.v1",
    retention="trail",
    ja="消去失敗",
    en="Credential erasure failed",
    clause="4-1③",
    occurred="failed_at",
)
class CredentialErasureFailed(Fact):
    """It was tried and is not done; it stays due."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    failed_at: datetime
    reason: str


@fact(
    "credential.exposure_detected.v1",
    retention="trail",
    ja="接続情報露出検知",
    en="Credential exposure detected",
    clause="4-1②",
)
class CredentialExposureDetected(Fact):
    """The secret stands in something that is kept (A-10); ``subjects`` are the tags of that: ``session:…``."""

    credential: str = ref("credential")
    work_order: str = ref("work_order")
    subjects: tuple[str, ...] = about(default=())
    place: str | None = None


OF_CREDENTIALS: tuple[type[Fact], ...] = (
    CredentialRequested,
    CredentialProvided,
    CredentialRejected,
    CredentialCheckedOut,
    CredentialCheckedIn,
    CredentialRetentionInstructed,
    CredentialRetentionRenewed,
    CredentialRetentionRevoked,
    CredentialErasureScheduled,
    CredentialErased,
    CredentialErasureFailed,
    CredentialExposureDetected,
)
