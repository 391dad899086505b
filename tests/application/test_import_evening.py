"""The captured evening comes in whole, is put together rightly, and in whatever order."""

import random
from hashlib import sha256
from pathlib import Path

import pytest
from evening import ACTOR, EVENING, payloads, sessions, take

from ledger.application.door import Ledger
from ledger.ingest.registry import Options
from ledger.log.blob import BlobReference


def test_the_evening_is_five_ssh_sessions_two_failed_logins_and_a_desktop(in_order: tuple[Ledger, str]) -> None:
    found = sessions(*in_order)
    kinds = sorted(each["kind"] for each in found.values())
    assert kinds == ["desktop_failed_login", "desktop_session", *["ssh_failed_login"] * 2, *["ssh_session"] * 5]
    starts = sorted(each["started_at"] for each in found.values() if each["kind"] == "ssh_session")
    assert [each[:19] for each in starts] == [
        "2026-11-22T09:04:51",
        "2026-11-22T09:06:57",
        "2026-11-22T09:07:43",
        "2026-11-22T09:08:20",
        "2026-11-22T09:16:51",
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_imports_does_not_matter(
    in_order: tuple[Ledger, str], ledger: Ledger, customer: str, captured: Path, seed: int
) -> None:
    take(ledger, customer, captured, random.Random(seed).sample(list(EVENING), len(EVENING)))
    given = []
    for found in (sessions(*in_order), sessions(ledger, customer)):
        for each in found.values():
            each.pop("occurred_at_basis", None)
        given.append(found)
    assert given[0] == given[1]


def test_the_desktop_session_is_not_joined_to_the_ssh_session_of_the_same_time(
    in_order: tuple[Ledger, str],
) -> None:
    desktop = [each for each in sessions(*in_order).values() if each["kind"].startswith("desktop")]
    assert len(desktop) == 2
    for each in desktop:
        assert not any(member["happening"].startswith(("login:", "tlog:", "sudo:")) for member in each["members"])


def test_importing_again_adds_nothing(ledger: Ledger, customer: str, captured: Path) -> None:
    first = take(ledger, customer, captured, list(EVENING))
    size = ledger.reader.size()
    again = take(ledger, customer, captured, list(EVENING))
    assert ledger.reader.size() == size
    for name, batch in again.items():
        assert batch.already
        assert batch.counts() == first[name].counts()


def test_a_log_that_has_grown_adds_only_what_is_new(
    ledger: Ledger, customer: str, captured: Path, tmp_path: Path
) -> None:
    lines = (captured / "ssh" / "auth.log").read_bytes().splitlines(keepends=True)
    part = tmp_path / "auth.log"
    options = Options(zone="+09:00", year=2026)
    part.write_bytes(b"".join(lines[:60]))  # S1 and S2 are over, S3 has not begun
    first = ledger.import_file(part, "sshd-3164", customer, options, actor=ACTOR)
    part.write_bytes(b"".join(lines))
    second = ledger.import_file(part, "sshd-3164", customer, options, actor=ACTOR)
    assert sum(first.facts.values()) < sum(second.facts.values())
    assert second.known >= sum(first.facts.values())
    accepted = payloads(ledger, customer, "login.accepted.v1")
    assert len(accepted) == 5
    assert len(sessions(ledger, customer)) == 7


def test_a_file_of_which_all_is_kept_is_recorded_with_its_digest(ledger: Ledger, customer: str, captured: Path) -> None:
    batch = take(ledger, customer, captured, ["gateway"])["gateway"]
    raw = (captured / "desktop" / "websockify.log").read_bytes()
    opened = payloads(ledger, customer, "ledger.import_batch_opened.v1")[0]
    closed = payloads(ledger, customer, "ledger.import_batch_closed.v1")[0]
    assert opened["raw_sha256"] == sha256(raw).hexdigest()
    assert opened["raw_bytes"] == len(raw)
    assert "raw_hmac" not in opened
    reference = BlobReference.parse(closed["blob"])
    assert reference is not None
    assert b"".join(ledger.blobs.open(reference)) == raw
    assert batch.lines == raw.count(b"\n")


@pytest.mark.parametrize("name", ["failed desktop", "S4", "sudo", "auth", "journal"])
def test_nothing_recorded_lets_a_guess_at_what_was_cut_be_checked(
    ledger: Ledger, customer: str, captured: Path, name: str
) -> None:
    raw = (captured / EVENING[name][1]).read_bytes()
    batch = take(ledger, customer, captured, [name])[name]
    assert batch.blob is not None
    assert b"".join(ledger.blobs.open(batch.blob)) != raw
    (opened,) = payloads(ledger, customer, "ledger.import_batch_opened.v1")
    assert {"raw_sha256", "raw_bytes"}.isdisjoint(opened)
    digest = sha256(raw).digest()
    assert opened["raw_hmac"] == ledger.recorder.custody.chain_secret(customer).mark("raw", digest).hex()
    for _, record in ledger.entries(customer=customer):
        assert digest.hex().encode() not in record.data
    assert ledger.import_file(
        captured / EVENING[name][1], EVENING[name][0], customer, EVENING[name][2], actor=ACTOR
    ).already


def test_a_line_that_is_not_kept_counts_as_cut(ledger: Ledger, customer: str, tmp_path: Path) -> None:
    path = tmp_path / "torn.jsonl"
    path.write_bytes(b'{"in_txt":"dummy')
    batch = ledger.import_file(path, "tlog", customer, Options(), actor=ACTOR)
    assert batch.keystrokes_cut == 0
    assert "raw_sha256" not in payloads(ledger, customer, "ledger.import_batch_opened.v1")[0]
    assert list(batch.reasons.values()) == [1]


def test_no_keystroke_reaches_the_disk(ledger: Ledger, customer: str, captured: Path, tmp_path: Path) -> None:
    batch = take(ledger, customer, captured, ["S4"])["S4"]
    assert batch.keystrokes_cut == 1593
    assert batch.blob is not None
    kept = b"".join(ledger.blobs.open(batch.blob))
    assert b"in_txt" in kept
    assert b"dummy-secret" not in kept
    for _, record in ledger.entries(customer=customer):
        assert b"dummy" not in record.data
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"dummy-secret" not in path.read_bytes()


def test_the_same_file_for_another_customer_is_a_finding(ledger: Ledger, customer: str, captured: Path) -> None:
    take(ledger, customer, captured, ["auth"])
    other = ledger.register_customer("別のお客様", actor=ACTOR)
    batch = take(ledger, other, captured, ["auth"])["auth"]
    assert batch.findings["imported_for_another_customer"] == 1
    findings = payloads(ledger, other, "ledger.finding_recorded.v1")
    assert [each["code"] for each in findings] == ["imported_for_another_customer"]
    assert customer not in str(findings)
