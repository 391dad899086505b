"""What each command answers: exit status, JSON shape, and the same in words."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from command_line import CAPTURED, Answer, recorded
from trail import Trail

from ledger.log.checkpoint import Checkpoint
from ledger.log.note import open_note
from ledger.log.policy import parse
from ledger.store.blobs import BlobStore, BlobStoreError
from ledger.store.clock import SystemClock

Shoseki = Callable[..., Answer]


def test_status_tells_what_there_is(shoseki: Shoseki, trail: Trail) -> None:
    answer = shoseki("status", "--json")
    assert answer.status == 0
    found = answer.json
    assert found["origin"] == "shoseki.example/cli"
    assert found["customers"] >= 1
    assert found["database"]["kind"] == "configured"
    assert found["behind"] == 0
    assert found["signed"] == found["entries"]
    assert found["application_owns_entries"] is False
    assert found["keyring_backup_confirmed"] is False
    assert "No backup of the keyring" in answer.err
    assert str(trail.directory) in shoseki("status").out


def test_status_tells_a_role_that_owns_the_entries(
    shoseki: Shoseki, trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOSEKI_DATABASE_URL", trail.settings["SHOSEKI_OWNER_DATABASE_URL"])
    assert shoseki("status", "--json").json["application_owns_entries"] is True
    assert "only triggers" in shoseki("status").out


def test_confirming_the_clock_seals_the_heads_with_it(shoseki: Shoseki) -> None:
    confirmed = shoseki("status", "--confirm-clock", "--json").json["clock_confirmed"]
    assert shoseki("show", str(confirmed["position"]), "--json").json["type"] == "heads.sealed.v1"


def test_customers_are_listed_one_a_line(shoseki: Shoseki, trail: Trail) -> None:
    added = shoseki("customer", "add", "ACME", "--json").json
    listed = {each["id"]: each["name"] for each in shoseki("customer", "list", "--json").json_lines}
    assert listed[trail.customer] == "見本商事"
    assert listed[added["id"]] == "ACME"
    assert trail.customer in shoseki("customer", "list").out


def test_the_options_of_every_command_may_stand_before_it(shoseki: Shoseki, trail: Trail) -> None:
    before = shoseki("--json", "--lang", "ja", "customer", "list")
    assert before.json_lines == shoseki("customer", "--json", "list").json_lines
    assert shoseki("--dir", trail.directory / "none", "status").status == 2


def test_importing_again_tells_the_same_and_adds_nothing(shoseki: Shoseki, trail: Trail) -> None:
    source = CAPTURED / "ssh" / "auth-rfc5424.log"
    before = recorded(shoseki)
    again = shoseki("import", "sshd-5424", source, "--customer", trail.customer, "--json")
    assert again.status == 0
    found = again.json
    assert found["already"] is True
    assert (found["lines"], found["rejected"], found["findings"]) == (103, 0, {})
    assert found["facts"]["login.accepted.v1"] == 5
    assert found["raw_sha256"] == sha256(source.read_bytes()).hexdigest()
    assert recorded(shoseki) == before
    assert "nothing was added" in shoseki("import", "sshd-5424", source, "--customer", trail.customer).out


def test_a_file_with_findings_ends_with_1_each_time(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    broken = tmp_path / "auth.log"
    broken.write_bytes(b"\xff\xfe\x00 no log line at all\n" * 3)
    first = shoseki("import", "sshd-5424", broken, "--customer", trail.customer, "--json")
    assert (first.status, first.json["rejected"], first.json["status"]) == (1, 3, 1)
    assert [each["line"] for each in first.json["reasons"]] == [1]
    assert f"line 1 could not be read: {first.json['reasons'][0]['reason']}" in " ".join(first.err.split())
    again = shoseki("import", "sshd-5424", broken, "--customer", trail.customer, "--json")
    assert (again.status, again.json["rejected"], again.json["already"]) == (1, 3, True)


def test_log_pages_from_where_it_is_asked_to(shoseki: Shoseki, trail: Trail) -> None:
    lines = shoseki("log", "--json", "--start", "2", "--limit", "3").json_lines
    assert [each["position"] for each in lines] == [2, 3, 4]
    own = shoseki("log", "--json", "--customer", trail.customer, "--start", "2", "--limit", "2").json_lines
    assert [each["seq"] for each in own] == [2, 3]
    assert {each["chain"] for each in own} == {trail.customer}
    assert {"at", "type", "tags", "key", "public", "state"} <= own[0].keys()
    assert shoseki("log", "--limit", "1").out.splitlines()[1].split("\t")[2] == "log.created.v1"


def test_show_opens_the_payload(shoseki: Shoseki, trail: Trail) -> None:
    position = next(
        each["position"]
        for each in shoseki("log", "--json", "--customer", trail.customer).json_lines
        if each["type"] == "login.accepted.v1"
    )
    answer = shoseki("show", str(position), "--json")
    assert answer.status == 0
    found = answer.json
    assert found["state"] == "open"
    assert found["payload"]["data"]["user"] == "t.sato"
    assert len(found["leaf_hash"]) == len(found["prev"]) == 64
    words = shoseki("show", str(position)).out
    assert found["leaf_hash"] in words
    assert '"user": "t.sato"' in words


def test_show_writes_out_the_recording_that_a_payload_names(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    lines = shoseki("log", "--json", "--customer", trail.customer).json_lines
    opened = next(each["position"] for each in lines if each["type"] == "ledger.import_batch_opened.v1")
    out = tmp_path / "auth.log"
    assert shoseki("show", str(opened), "--recording", out, "--json").json["recording"]["path"] == str(out)
    raw = (CAPTURED / "ssh" / "auth-rfc5424.log").read_bytes().splitlines()
    kept = out.read_bytes().splitlines()
    differing = [line for line, before in zip(kept, raw, strict=True) if line != before]
    assert differing
    assert all(b'"runenv":["' in line and b'=<cut>"' in line for line in differing)
    assert out.stat().st_mode & 0o777 == 0o600
    assert "not overwritten" in shoseki("show", str(opened), "--recording", out).check_refused()
    login = next(each["position"] for each in lines if each["type"] == "login.accepted.v1")
    refused = shoseki("show", str(login), "--recording", tmp_path / "x").check_refused()
    assert "names no whole recording" in refused
    assert not (tmp_path / "x").exists()


def test_a_checkpoint_is_a_note_that_the_policy_opens(shoseki: Shoseki, trail: Trail) -> None:
    policy = parse(trail.policy.read_bytes())
    note = shoseki("checkpoint").out
    opened = Checkpoint.parse(open_note(note.encode(), [each.key for each in policy.log_keys]).text)
    answer = shoseki("checkpoint", "--json").json
    assert answer["note"] == note
    assert answer["size"] == opened.size


def test_the_policy_is_the_one_that_init_wrote(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    assert shoseki("policy").out.encode() == trail.policy.read_bytes()
    assert shoseki("policy", "--out", tmp_path / "policy.json").status == 0
    assert (tmp_path / "policy.json").read_bytes() == trail.policy.read_bytes()


def test_a_receipt_is_disclosed_or_withheld(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    assert shoseki("verify", trail.receipt, "--policy", trail.policy).status == 0
    shoseki("receipt", "7", "--withhold", "--out", tmp_path / "receipt.json")
    assert "payload" not in json.loads((tmp_path / "receipt.json").read_bytes())
    assert shoseki("verify", tmp_path / "receipt.json", "--policy", trail.policy).status == 0
    assert shoseki("receipt", "7", "--json").json["format"] == "shoseki-receipt-1"


def test_a_package_is_verified_against_what_was_held(shoseki: Shoseki, trail: Trail) -> None:
    held = ["--held", trail.checkpoint, "--held", trail.package]
    answer = shoseki("verify", trail.package, "--policy", trail.policy, *held, "--json")
    assert answer.status == 0, answer
    report = answer.json
    assert report["integrity"]["outcome"] == report["completeness"]["outcome"] == "holds"
    assert next(step for step in report["steps"] if step["number"] == 10)["state"] == "passed"
    assert "完全性" in shoseki("verify", trail.package, "--policy", trail.policy, "--lang", "ja").out


def test_part_of_a_trail_is_exported_without_payloads(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    part = tmp_path / "part.zip"
    given = ["--first", "3", "--last", "5", "--withhold", "--no-recordings"]
    answer = shoseki("export", part, "--customer", trail.customer, *given, "--json")
    assert answer.json | {"marking": {}, "size": 0} == {
        "customer": trail.customer,
        "disclosed": 0,
        "first": 3,
        "last": 5,
        "marking": {},
        "missing": [],
        "path": str(part),
        "recordings": 0,
        "sealed": None,
        "size": 0,
    }
    report = shoseki("verify", part, "--policy", trail.policy, "--json").json
    assert report["status"] == 0
    assert report["states"]["WITHHELD"] > 0


def test_an_entry_of_the_future_is_a_finding(shoseki: Shoseki, trail: Trail) -> None:
    answer = shoseki("verify", trail.package, "--policy", trail.policy, "--now", "2020-01-01T00:00:00+09:00", "--json")
    assert answer.status == 1
    assert "TIME_AHEAD" in {each["refusal"] for each in answer.json["findings"]}


def test_a_changed_package_is_a_finding(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    changed = bytearray(trail.package.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.zip").write_bytes(changed)
    answer = shoseki("verify", tmp_path / "changed.zip", "--policy", trail.policy)
    assert answer.status == 1
    assert "FAILED" in answer.out


def test_fsck_finds_nothing(shoseki: Shoseki) -> None:
    answer = shoseki("fsck", "--json")
    assert answer.status == 0
    assert answer.json["findings"] == answer.json["unchecked"] == []
    assert answer.json["entries"] > 40
    (recorded,) = shoseki("log", "--start", str(answer.json["position"]), "--limit", "1", "--json").json_lines
    assert recorded["type"] == "ledger.chain_verified.v1"
    assert recorded["public"]["size"] >= answer.json["entries"]
    assert "no finding" in shoseki("fsck").out


def test_a_confirmed_backup_ends_the_warning(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    keyring = trail.directory / "keys" / "keyring.json"
    assert "keyring itself" in shoseki("keyring", "confirm", keyring).check_refused()
    copy = tmp_path / "keyring.json"
    copy.write_bytes(keyring.read_bytes())
    confirmation = keyring.with_name("keyring.json.backup-confirmed")
    try:
        assert shoseki("keyring", "confirm", copy, "--json").json["confirmed"] is True
        answer = shoseki("status", "--json")
        assert answer.json["keyring_backup_confirmed"] is True
        assert answer.err == ""
    finally:
        confirmation.unlink()


def test_init_again_changes_nothing(shoseki: Shoseki, trail: Trail) -> None:
    before = recorded(shoseki)
    assert shoseki("init", "--origin", "shoseki.example/cli", "--json").status == 0
    assert recorded(shoseki) == before
    assert "holds the log" in shoseki("init", "--origin", "shoseki.example/other").err


@pytest.fixture
def own_log(shoseki: Shoseki, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Make a log of the test's own beside the shared one; give its directory."""
    directory = tmp_path / "own"
    monkeypatch.setenv("SHOSEKI_DIR", str(directory))
    assert shoseki("init", "--origin", "shoseki.example/own").status == 0
    return directory


def test_the_keyring_is_rotated_once_a_copy_is_confirmed(shoseki: Shoseki, own_log: Path, tmp_path: Path) -> None:
    customer = shoseki("customer", "add", "見本商事", "--json").json["id"]
    keyring, copy = own_log / "keys" / "keyring.json", tmp_path / "copy.json"
    first = json.loads(keyring.read_bytes())
    begun = [shoseki("keyring", "rotate", "--json").json for _ in range(2)]
    assert begun[0] == begun[1]  # begun once, however often it is asked for
    assert begun[0]["finished"] is False
    copy.write_bytes(keyring.read_bytes())
    assert shoseki("keyring", "confirm", copy).status == 0
    done = shoseki("keyring", "rotate", "--json").json
    assert done == begun[0] | {"finished": True}
    kept = json.loads(keyring.read_bytes())
    assert [each["id"] for each in kept["keys"]] == [done["key"]]
    assert done["key"] not in [each["id"] for each in first["keys"]]
    assert {each["id"]: each["name"] for each in shoseki("customer", "list", "--json").json_lines} == {
        customer: "見本商事"
    }
    assert "Copy the keyring" in shoseki("keyring", "rotate").out


def test_a_new_signing_key_comes_with_a_new_policy(shoseki: Shoseki, own_log: Path) -> None:
    policy = own_log / "policy.json"
    before = parse(policy.read_bytes())
    done = shoseki("keyring", "rotate-signer", "--overlap", "100", "--json").json
    after = parse(policy.read_bytes())
    assert [each.key.text for each in after.log_keys] == [before.log_keys[0].key.text, done["vkey"]]
    assert after.log_keys[0].to_size == done["to_size"] == done["from_size"] + 100
    assert policy.read_text() == shoseki("policy").out
    assert shoseki("fsck").status == 0


def test_the_log_follows_a_clock_that_was_set_back(
    shoseki: Shoseki, own_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as ahead:
        ahead.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + timedelta(days=400))
        assert "--confirm-clock" in shoseki("customer", "add", "ahead").check_refused()
        assert shoseki("status", "--confirm-clock").status == 0
    corrected = shoseki("status", "--correct-clock", "time_server", "--json").json["clock_corrected"]
    entry = shoseki("show", str(corrected["position"]), "--json").json
    assert entry["type"] == "log.clock_corrected.v1"
    assert entry["at"] == corrected["at"] < (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert shoseki("customer", "add", "right again").status == 0
    assert shoseki("fsck").status == 0


def test_what_was_interrupted_and_cannot_be_finished_is_said(
    shoseki: Shoseki, own_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(_: object) -> int:
        raise BlobStoreError("The recordings cannot be used.")

    monkeypatch.setattr(BlobStore, "remove_unfinished", refusing)
    answer = shoseki("customer", "add", "ACME", "--json")
    assert answer.status == 0
    assert "could not be finished now: The recordings cannot be used." in answer.err
