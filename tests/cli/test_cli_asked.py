"""What was asked for is compared with what was given, and what an export lacks is said at once."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Answer
from trail import Trail

from scripts import verify_alone

NOBODY = "cus_" + "0" * 32
LATER = "2100-01-01T00:00:00+09:00"
EARLIER = "2020-01-01T00:00:00+09:00"
Shoseki = Callable[..., Answer]


@pytest.mark.parametrize(
    ("customer", "until", "status", "refusal"),
    [(None, EARLIER, 0, ""), (None, LATER, 2, "NOT_COVERED"), (NOBODY, EARLIER, 1, "CHAIN_NOT_ASKED")],
)
def test_a_package_is_of_the_customer_and_reaches_the_time_that_were_asked_for(
    shoseki: Shoseki, trail: Trail, customer: str | None, until: str, status: int, refusal: str
) -> None:
    chain = customer or trail.customer
    asked = ("--customer", chain, "--until", until)
    answer = shoseki("verify", trail.package, "--policy", trail.policy, *asked)
    assert answer.status == status
    assert refusal in answer.out
    assert answer.out.startswith("Log ")
    alone = ["--policy", str(trail.policy), "--chain", chain, "--until", until]
    assert verify_alone.main([str(trail.package), *alone]) == status


def test_what_is_no_customer_cannot_be_asked_for(shoseki: Shoseki, trail: Trail) -> None:
    asked = ("verify", trail.package, "--policy", trail.policy, "--customer", "nobody")
    assert "'nobody' is not a chain" in shoseki(*asked).check_refused()
    assert verify_alone.main([str(trail.package), "--policy", str(trail.policy), "--chain", "nobody"]) == 2


def test_a_receipt_cannot_be_asked_how_far_it_reaches(shoseki: Shoseki, trail: Trail) -> None:
    given = ("verify", trail.receipt, "--policy", trail.policy)
    assert "one entry" in shoseki(*given, "--until", EARLIER).check_refused()
    assert verify_alone.main([str(trail.receipt), "--policy", str(trail.policy), "--until", EARLIER]) == 2


def test_an_export_without_a_lost_recording_is_written_and_is_a_finding(
    shoseki: Shoseki, trail: Trail, tmp_path: Path
) -> None:
    blob = next(path for path in sorted((trail.directory / "blobs").rglob("*")) if path.is_file())
    kept = blob.read_bytes()
    blob.unlink()
    try:
        answer = shoseki("export", tmp_path / "lacks.zip", "--customer", trail.customer, "--json")
    finally:
        blob.write_bytes(kept)
    assert (answer.status, answer.json["missing"]) == (1, [blob.name])
    report = shoseki("verify", tmp_path / "lacks.zip", "--policy", trail.policy)
    assert report.status == 1
    assert "1 missing" in report.out
