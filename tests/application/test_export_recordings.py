"""A recording that was lost keeps no package back, and is never passed off as one that was withheld."""

from pathlib import Path

import pytest
from evening import take

from ledger.application.door import Ledger
from ledger.application.exporting import Exported
from ledger.log.refusal import Refusal
from ledger.log.report import Report
from ledger.log.verify import verify_package


@pytest.fixture
def filled(ledger: Ledger, customer: str, captured: Path) -> Ledger:
    take(ledger, customer, captured, ["auth", "S2", "cast"])
    return ledger


def export(ledger: Ledger, customer: str, path: Path, *, with_blobs: bool) -> tuple[Exported, Report]:
    made = ledger.export(customer, path, with_blobs=with_blobs)
    with path.open("rb") as file:
        return made, verify_package(file, ledger.policy())


def test_recordings_that_are_withheld_are_said_to_be(filled: Ledger, customer: str, tmp_path: Path) -> None:
    made, report = export(filled, customer, tmp_path / "none.zip", with_blobs=False)
    assert (made.blobs, made.missing) == (0, ())
    assert (report.status, report.blobs) == (0, {"withheld": 3})
    assert "Recordings: 0 verified, 3 withheld, 0 missing" in report.lines("en")
    assert "録画: 検証済み 0 件、非開示 3 件、欠落 0 件" in report.lines("ja")
    assert "A withheld recording is not in the package: nothing was checked of it." in report.lines("en")
    first = f"Log {filled.origin}, chain {customer}, entries 1…{made.last}, log size {made.checkpoint.size}"
    assert report.lines("en")[0] == first


@pytest.mark.parametrize("with_blobs", [True, False])
def test_a_lost_recording_is_found_missing_by_whoever_verifies(
    filled: Ledger, customer: str, tmp_path: Path, *, with_blobs: bool
) -> None:
    lost = next(iter(filled.blobs.list())).id
    filled.blobs.delete(lost)
    made, report = export(filled, customer, tmp_path / "trail.zip", with_blobs=with_blobs)
    assert made.missing == (lost,)
    assert report.status == 1
    assert [finding.refusal for finding in report.findings] == [Refusal.BLOB_ABSENT]
    assert report.blobs == {"verified" if with_blobs else "withheld": 2, "missing": 1}
    assert report.completeness.outcome == "broken"
    assert f"Recordings: {2 * with_blobs} verified, {2 * (not with_blobs)} withheld, 1 missing" in report.lines("en")
