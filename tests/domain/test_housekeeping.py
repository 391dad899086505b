"""What the ledger records about itself: verifications, clocks (R-34, A-26)."""

from dataclasses import replace

from evidence_requests import LEGAL, MS_LEGAL
from story import CUSTOMER, an_id, at, given

from ledger.domain.finding import FindingRecorded
from ledger.domain.housekeeping import (
    ChainVerificationFailed,
    ChainVerified,
    ClockSkewObserved,
    ObserveClockSkew,
    RecordVerification,
)

NOW = "2026-12-01 10:00"
ROOT = "ab" * 32
VERIFY = RecordVerification(verification=an_id("verification"), person=LEGAL, size=1000, root=ROOT, entries=1000)
SOURCE = an_id("source")


def test_r_34_a_verification_is_on_record_whatever_it_came_to() -> None:
    verified = ChainVerified(verification=VERIFY.verification, person=LEGAL, size=1000, root=ROOT, entries=1000)
    given(MS_LEGAL).when(VERIFY, at_=NOW).then(verified).citing(0)
    failed = ChainVerificationFailed(
        verification=VERIFY.verification,
        person=LEGAL,
        size=1000,
        root=ROOT,
        entries=999,
        findings=("エントリ 7 が改変されています",),
    )
    broken = replace(VERIFY, entries=999, findings=failed.findings)
    given(MS_LEGAL).when(broken, at_=NOW).then(failed)
    given().when(VERIFY, at_=NOW).refused("R-34")
    given(MS_LEGAL).when(replace(VERIFY, person=None), at_=NOW).then(replace(verified, person=None))


def test_r_18_a_clock_that_differs_is_on_record_and_a_finding_where_logins_cannot_be_matched() -> None:
    command = ObserveClockSkew(
        customer=CUSTOMER, source=SOURCE, skew_ms=-120_000, observed_at=at(NOW), manner="NTP との比較"
    )
    observed = ClockSkewObserved(source=SOURCE, skew_ms=-120_000, observed_at=at(NOW), manner="NTP との比較")
    given().when(command, at_=NOW).then(observed)
    given().when(replace(command, observed_at=at("2026-12-01 10:01")), at_=NOW).refused("R-18")
    far = replace(command, skew_ms=-120_001)
    finding = FindingRecorded(
        rule="R-18", sentence="clock_too_far", values={"skew": "-120001"}, subjects=(f"source:{SOURCE}",)
    )
    given().when(far, at_=NOW).then(replace(observed, skew_ms=-120_001), finding)
