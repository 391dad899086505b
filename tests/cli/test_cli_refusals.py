"""What cannot be done: one sentence, status 2, never a traceback; with --json the same as an object."""

import json
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CAPTURED, Answer, program
from trail import Trail

from ledger.keys.custody_vault import BOXES, KEYS

Shoseki = Callable[..., Answer]
NOBODY = "cus_" + "0" * 32


def test_a_truncated_package_cannot_be_checked(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    package = trail.package.read_bytes()
    cut = tmp_path / "cut.zip"
    for size in (3, 100, len(package) // 2, len(package) - 1):
        cut.write_bytes(package[:size])
        answer = shoseki("verify", cut, "--policy", trail.policy, "--json")
        assert answer.status in {1, 2}, size
        assert answer.json["integrity"]["outcome"] != "holds"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 4096,
        bytes(range(256)) * 64,
        "証跡".encode("euc-jp"),
        b"{}",
        b'{"name": "left-pad", "version": "1.0.0"}\n',
    ],
)
def test_what_is_no_evidence_is_said_to_be_none(shoseki: Shoseki, trail: Trail, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    answer = shoseki("verify", tmp_path / "file", "--policy", trail.policy)
    assert "neither a package nor a receipt" in answer.check_refused()
    assert shoseki("verify", tmp_path / "file", "--policy", trail.policy, "--json").json["status"] == 2


def test_a_receipt_changed_past_recognition_as_one_is_a_finding(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    whole = json.loads(trail.receipt.read_text())
    for name, value in whole.items():
        (tmp_path / "file").write_text(json.dumps({"name": "left-pad", name: value}))
        answer = shoseki("verify", tmp_path / "file", "--policy", trail.policy, "--json")
        assert answer.status == answer.json["status"] == 1, name
        assert answer.json["integrity"]["outcome"] == "broken"


def test_a_pipe_is_not_waited_for(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for arguments in (
        (tmp_path / "pipe", "--policy", trail.policy),
        (trail.package, "--policy", tmp_path / "pipe"),
        (trail.package, "--policy", trail.policy, "--held", tmp_path / "pipe"),
    ):
        assert "not a regular file" in shoseki("verify", *arguments).check_refused()


def test_what_is_no_policy_is_said_to_be_none(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_bytes(b"\xff{}")
    for bad in (tmp_path / "policy.json", trail.package):
        assert f"The policy {bad} cannot be used" in shoseki("verify", trail.package, "--policy", bad).check_refused()
    assert "No such file" in shoseki("verify", trail.package, "--policy", tmp_path / "none").check_refused()


def test_what_was_held_and_cannot_be_read_is_not_taken_for_agreement(
    shoseki: Shoseki, trail: Trail, tmp_path: Path
) -> None:
    (tmp_path / "held").write_bytes(b"\x00garbage")
    answer = shoseki("verify", trail.package, "--policy", trail.policy, "--held", tmp_path / "held")
    assert answer.status == 2
    assert "HELD_UNREADABLE" in answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "sshd-5424", CAPTURED / "ssh" / "auth-rfc5424.log", "--customer", NOBODY], "no customer"),
        (["import", "sshd-5424", CAPTURED / "ssh" / "auth-rfc5424.log", "--customer", "log"], "no customer"),
        (["import", "sshd-5424", CAPTURED / "none", "--customer", NOBODY], "no customer"),
        (["import", "nothing", CAPTURED / "ssh" / "auth.log", "--customer", NOBODY], "no format"),
        (["import", "sshd-3164", CAPTURED / "ssh" / "auth.log", "--customer", NOBODY], "needs the option --zone"),
        (["export", "/tmp/none.zip", "--customer", NOBODY], "no customer"),
        (["log", "--customer", "見本"], "no customer"),
        (["log", "--follow", "--customer", NOBODY], "no customer"),
        (["customer", "add", ""], "has a name"),
        (["customer", "add", " \u3000"], "has a name"),
        (["status", "--correct-clock", "time_server"], "nothing to correct"),
        (["status", "--correct-clock", "the time server"], "no reason code"),
        (["keyring", "rotate-signer", "--overlap", "2"], "at least 17 entries"),
        (["show", "999999999"], "no entry at position"),
        (["show", "9" * 30], "no entry at position"),
        (["receipt", "999999999"], "no entry at position"),
        (["keyring", "confirm", "/nonexistent/keyring.json"], "No such file"),
        (["bench", "speed"], "no measurement speed"),
        (["show"], "Missing argument"),
        (["show", "one"], "Invalid value"),
        (["nothing"], "No such command"),
        (["fsck", "--nothing"], "No such option"),
        (["--lang", "fr", "fsck"], "not one of"),
        (["verify", "x", "--policy", "y", "--now", "yesterday"], "no time with its zone"),
    ],
)
def test_one_sentence_says_what_is_wrong(shoseki: Shoseki, arguments: list[str], said: str) -> None:
    answer = shoseki(*arguments)
    assert said.lower() in answer.check_refused().lower()
    assert answer.out == ""
    in_json = shoseki("--json", *arguments)
    assert in_json.status == 2
    assert in_json.json["status"] == 2
    assert said.lower() in in_json.json["error"].lower()


def test_in_japanese_the_sentence_is_japanese(shoseki: Shoseki) -> None:
    assert "そのお客様はいません" in shoseki("--lang", "ja", "log", "--customer", NOBODY).check_refused()
    assert "形式" in shoseki("verify", __file__, "--policy", __file__, "--lang", "ja").check_refused()


def test_a_source_that_is_no_file_is_refused(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "none"):
        answer = shoseki("import", "sshd-5424", path, "--customer", trail.customer)
        assert str(path) in answer.check_refused()
    assert "cannot" in shoseki("export", tmp_path / "no" / "p.zip", "--customer", trail.customer).check_refused()
    assert "overwritten" in shoseki("export", trail.package, "--customer", trail.customer).check_refused()
    assert "Is a directory" in shoseki("verify", tmp_path, "--policy", trail.policy).check_refused()


@pytest.mark.skipif(os.getuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_refused(shoseki: Shoseki, trail: Trail, tmp_path: Path) -> None:
    (tmp_path / "auth.log").touch(0)
    answer = shoseki("import", "sshd-5424", tmp_path / "auth.log", "--customer", trail.customer)
    assert "Permission denied" in answer.check_refused()


def test_a_file_name_that_is_no_text_is_imported_and_told(trail: Trail, tmp_path: Path) -> None:
    named = os.fsencode(tmp_path) + b"/\xff\x1b[2J.log"
    with open(named, "wb") as file:  # noqa: PTH123 -- a name that is no text
        file.write(b"<13>1 - - - - - -\n")
    answer = program(
        "import", "sshd-5424", os.fsdecode(named), "--customer", trail.customer, "--json", env=trail.environment
    )
    assert answer.status == 1
    assert "\\xff" in answer.json["file"]
    assert "\x1b" not in answer.out


def test_a_directory_without_a_log_is_said_to_have_none(shoseki: Shoseki, tmp_path: Path) -> None:
    for command in (["status"], ["fsck"], ["policy"], ["log"], ["customer", "add", "x"]):
        assert "holds no log" in shoseki(*command, "--dir", tmp_path).check_refused()
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_down_is_named(trail: Trail, shoseki: Shoseki, monkeypatch: pytest.MonkeyPatch) -> None:
    down = "postgresql://nobody@127.0.0.1:1/none"
    answer = program("status", env=trail.environment | {"SHOSEKI_DATABASE_URL": down})
    assert "The database cannot be reached" in answer.check_refused()
    monkeypatch.setenv("SHOSEKI_DATABASE_URL", "no url at all")
    assert "database URL" in shoseki("status").check_refused()


@pytest.fixture
def elsewhere(trail: Trail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shoseki: Shoseki) -> Path:
    """A copy of the data directory that may be spoilt."""
    copy = tmp_path / "log"
    shutil.copytree(trail.directory, copy)
    monkeypatch.setenv("SHOSEKI_DIR", str(copy))
    assert shoseki("status").status == 0
    return copy


def test_a_missing_keyring_is_named(shoseki: Shoseki, elsewhere: Path) -> None:
    (elsewhere / "keys" / "keyring.json").unlink()
    for command in (["status"], ["fsck"], ["policy"], ["init", "--origin", "shoseki.example/cli"]):
        assert "keyring" in shoseki(*command).check_refused()


def test_missing_halves_are_named(shoseki: Shoseki, elsewhere: Path) -> None:
    (elsewhere / "keys" / "halves.sqlite").unlink()
    assert "halves.sqlite" in shoseki("customer", "add", "x").check_refused()
    assert "halves.sqlite" in shoseki("fsck").check_refused()


@pytest.mark.parametrize("lost", [[KEYS], [BOXES], [KEYS, BOXES]])
def test_a_lost_vault_stops_nothing_but_custody_and_is_made_anew(
    shoseki: Shoseki, elsewhere: Path, lost: list[str]
) -> None:
    assert "nothing to make anew" in shoseki("credential", "renew-vault").check_refused()
    for name in lost:
        (elsewhere / "keys" / name).unlink()
    assert shoseki("checkpoint").status == 0
    ran = shoseki("clock", "run", "--json")
    assert ran.status == 1
    (failed,) = ran.json["failed"]
    assert failed["subject"] == "custody"
    assert lost[0] in failed["reason"]
    assert "renew-vault" in failed["reason"]
    assert shoseki("fsck").status == 0
    assert shoseki("credential", "renew-vault").status == 0
    assert shoseki("clock", "run", "--json").status == 0
    assert "nothing to make anew" in shoseki("credential", "renew-vault").check_refused()


def test_lost_checkpoints_are_named_and_nothing_is_signed(shoseki: Shoseki, elsewhere: Path) -> None:
    (elsewhere / "checkpoints" / "signed.sqlite").unlink()
    assert "not known any more" in shoseki("checkpoint").check_refused()


def test_damaged_settings_are_named(shoseki: Shoseki, elsewhere: Path) -> None:
    (elsewhere / "shoseki.json").write_bytes(b"\xff")
    assert "damaged" in shoseki("status").check_refused()


def test_what_nobody_foresaw_is_one_sentence_too(shoseki: Shoseki, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr("ledger.application.condition.condition", fail)
    answer = shoseki("status")
    assert answer.status == 2
    assert answer.err.splitlines()[-1].startswith("shoseki: Something unexpected went wrong (ZeroDivisionError")
    monkeypatch.setenv("SHOSEKI_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        shoseki("status")


def test_what_a_failed_write_left_is_gone(shoseki: Shoseki, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    (place / "receipt.json").symlink_to("/dev/full")
    assert "not overwritten" in shoseki("receipt", "7", "--out", place / "receipt.json").check_refused()
    place.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        answer = shoseki("receipt", "7", "--out", place / "other.json")
    finally:
        place.chmod(stat.S_IRWXU)
    if os.getuid():
        answer.check_refused()
