"""What the ledger records about itself: checkpoints signed, the whole verified, clocks that differ (audit).

Guarantees: a checkpoint is signed by a person of that duty, which no gateway operator holds (R-35); a verification
through the ledger is on record with what it came to, good or bad (R-34); a source whose clock differs is on record with
by how much (A-26), and with a finding where it differs by more than logins are matched with.

Import batches are told by importers (``ledger.import_batch_opened.v1`` and ``…_closed.v1``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.decision import Decision, decided, decides
from ledger.domain.duties import acting, on_duty
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened
from ledger.domain.people import Role
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults


@fact("ledger.checkpoint_signed.v1", chain="log", retention="access", ja="署名", en="Checkpoint signed", clause="audit")
class CheckpointSigned(Fact):
    """A head of the whole log was signed; size and root stay readable for ever."""

    person: str = ref("person")
    size: int = public()
    root: str = public()
    key: str = public()


@fact("ledger.chain_verified.v1", chain="log", retention="access", ja="検証", en="Chain verified", clause="audit")
class ChainVerified(Fact):
    """Somebody verified up to this size, and it held."""

    verification: str = ref("verification")
    person: str = ref("person")
    size: int = public()
    root: str = public()
    entries: int
    """How many entries were read: fewer than the size where only one chain was."""


@fact(
    "ledger.chain_verification_failed.v1",
    chain="log",
    retention="access",
    ja="検証失敗",
    en="Chain verification failed",
    clause="audit",
)
class ChainVerificationFailed(Fact):
    """Somebody verified, and it did not hold; ``findings`` say where."""

    verification: str = ref("verification")
    person: str = ref("person")
    size: int = public()
    root: str = public()
    entries: int
    findings: tuple[str, ...]


@fact(
    "ledger.clock_skew_observed.v1",
    retention="trail",
    ja="時刻ずれ観測",
    en="Clock skew observed",
    clause="audit",
    occurred="observed_at",
)
class ClockSkewObserved(Fact):
    """By so much a source's clock was ahead of the ledger's (negative: behind)."""

    source: str = ref("source")
    skew_ms: int
    observed_at: datetime
    manner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignCheckpoint:
    """A checkpoint is about to be signed."""

    person: str
    size: int
    root: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVerification:
    """A verification came to this; without findings it held."""

    verification: str
    person: str
    size: int
    root: str
    entries: int
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveClockSkew:
    """A source's clock was compared with the ledger's."""

    customer: str
    source: str
    skew_ms: int
    observed_at: datetime
    manner: str


def _people(_: object) -> Boundary:
    return Boundary.of(PEOPLE_TAG)


@decides(SignCheckpoint, boundary=_people)
def sign_checkpoint(command: SignCheckpoint, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Let a signer sign; recorded first, so that no signature is without its signer."""
    person = on_duty(fold_people(facts), command.person, (Role.CHECKPOINT_SIGNER,))
    signed = CheckpointSigned(person=person.id, size=command.size, root=command.root, key=command.key)
    return decided(signed, cites=[person.position])


@decides(RecordVerification, boundary=_people)
def record_verification(command: RecordVerification, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Record what a verification came to, by whoever is registered."""
    person = acting(fold_people(facts), command.person)
    if command.findings:
        failed = ChainVerificationFailed(
            verification=command.verification,
            person=person.id,
            size=command.size,
            root=command.root,
            entries=command.entries,
            findings=command.findings,
        )
        return decided(failed, cites=[person.position])
    verified = ChainVerified(
        verification=command.verification,
        person=person.id,
        size=command.size,
        root=command.root,
        entries=command.entries,
    )
    return decided(verified, cites=[person.position])


@decides(ObserveClockSkew)
def observe_clock_skew(command: ObserveClockSkew, _facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the difference, and a finding where logins can no longer be matched across it (R-18)."""
    check_happened("R-18", command.observed_at, now)
    observed = ClockSkewObserved(
        source=command.source, skew_ms=command.skew_ms, observed_at=command.observed_at, manner=command.manner
    )
    if abs(timedelta(milliseconds=command.skew_ms)) <= defaults.login_skew:
        return decided(observed)
    values = {"skew": str(command.skew_ms)}
    subjects = (f"source:{command.source}",)
    return decided(observed, FindingRecorded(rule="R-18", sentence="clock_too_far", values=values, subjects=subjects))
