"""What the ledger records about itself: the whole verified, clocks that differ (audit).

Guarantees: a verification through the ledger is on record with what it came to, good or bad (R-34); a source whose
clock differs is on record with by how much (A-26), and with a finding where it differs by more than logins are matched
with.

Import batches are told by importers (``ledger.import_batch_opened.v1`` and ``…_closed.v1``). Checkpoints are the log's
own signatures: what it seals before it signs is ``heads.sealed.v1``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.decision import Decision, decided, decides
from ledger.domain.duties import acting
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults


@fact("ledger.chain_verified.v1", chain="log", retention="access", ja="検証", en="Chain verified", clause="audit")
class ChainVerified(Fact):
    """Somebody verified everything that is stored, and it held; ``size`` and ``root`` are of the newest checkpoint."""

    verification: str = ref("verification")
    person: str | None = ref("person")
    """None where the system user is nobody registered: whoever may run the check, it is on record."""
    size: int = public()
    root: str | None = public()
    entries: int


@fact(
    "ledger.chain_verification_failed.v1",
    chain="log",
    retention="access",
    ja="検証失敗",
    en="Chain verification failed",
    clause="audit",
)
class ChainVerificationFailed(Fact):
    """Somebody verified, and it did not hold, or could not be told; ``findings`` say where."""

    verification: str = ref("verification")
    person: str | None = ref("person")
    size: int = public()
    root: str | None = public()
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
class RecordVerification:
    """A verification came to this; without findings it held."""

    verification: str
    person: str | None
    size: int
    root: str | None
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


@decides(RecordVerification, boundary=_people)
def record_verification(command: RecordVerification, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Record what a verification came to; a person that is named is registered."""
    cites = () if command.person is None else (acting(fold_people(facts), command.person).position,)
    if command.findings:
        failed = ChainVerificationFailed(
            verification=command.verification,
            person=command.person,
            size=command.size,
            root=command.root,
            entries=command.entries,
            findings=command.findings,
        )
        return decided(failed, cites=cites)
    verified = ChainVerified(
        verification=command.verification,
        person=command.person,
        size=command.size,
        root=command.root,
        entries=command.entries,
    )
    return decided(verified, cites=cites)


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
