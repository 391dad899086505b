"""Keyring, halves and signing keys together: made in one order, and what was lost is never made anew."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from key_stories import ORIGIN, race

from ledger.keys.directory import KeyDirectory, create_key_directory, open_key_directory
from ledger.keys.errors import (
    CustodyLostError,
    KeyringMissingError,
    KeyringWrongError,
    KeysForeignError,
    KeysMissingError,
)
from ledger.keys.ports import Clock
from ledger.keys.secret import Secret
from ledger.log.note import parse_vkey


@pytest.fixture
def keys(directory: Path, clock: Clock) -> KeyDirectory:
    return create_key_directory(directory, ORIGIN, clock)


def test_what_was_created_opens(keys: KeyDirectory, directory: Path, clock: Clock) -> None:
    half = keys.halves.create("log")
    again = open_key_directory(directory, ORIGIN, clock)
    assert again.halves.open("log") == half
    assert again.signers.intervals() == keys.signers.intervals()
    assert parse_vkey(keys.signers.signers(0)[0].vkey).name == ORIGIN
    once_more = create_key_directory(directory, ORIGIN, clock)
    assert once_more.halves.open("log") == half
    assert once_more.signers.intervals() == keys.signers.intervals()


def test_opening_makes_nothing(directory: Path, clock: Clock) -> None:
    with pytest.raises(KeyringMissingError):
        open_key_directory(directory, ORIGIN, clock)
    assert not directory.exists()


@pytest.mark.parametrize("name", ["keyring.json", "halves.sqlite", "signers.sqlite"])
def test_opening_without_a_file_names_it(keys: KeyDirectory, directory: Path, clock: Clock, name: str) -> None:
    (directory / name).unlink()
    with pytest.raises((KeyringMissingError, KeysMissingError)) as refused:
        open_key_directory(directory, ORIGIN, clock)
    assert refused.value.path == directory / name  # type: ignore[attr-defined]
    assert not (directory / name).exists()


@pytest.mark.parametrize("name", ["custody-keys.sqlite", "custody.sqlite"])
def test_without_a_file_of_the_vault_all_but_custody_opens(
    keys: KeyDirectory, directory: Path, clock: Clock, name: str
) -> None:
    """It is in no backup, so its loss must not stop the log."""
    half = keys.halves.create("log")
    (directory / name).unlink()
    opened = open_key_directory(directory, ORIGIN, clock)
    assert opened.halves.open("log") == half
    assert not (directory / name).exists()
    credential = "credential_" + "a1" * 16
    for asked in (
        lambda: opened.custody.put(credential, Secret(b"secret")),
        lambda: opened.custody.open(credential),
        lambda: opened.custody.destroy(credential),
        opened.custody.list,
    ):
        with pytest.raises(CustodyLostError) as refused:
            asked()
        assert refused.value.path == directory / name
    opened.custody.rewrap()
    assert opened.custody.held() == frozenset()


@pytest.mark.parametrize(
    ("lost", "refusal", "named"),
    [
        (["keyring.json"], KeyringMissingError, "keyring.json"),
        (["keyring.json", "halves.sqlite"], KeyringMissingError, "keyring.json"),
        (["keyring.json", "signers.sqlite"], KeyringMissingError, "keyring.json"),
        (["halves.sqlite"], KeysMissingError, "halves.sqlite"),
        (["custody-keys.sqlite"], KeysMissingError, "custody-keys.sqlite"),
        (["custody.sqlite"], KeysMissingError, "custody.sqlite"),
        (["halves.sqlite", "signers.sqlite"], KeysMissingError, "halves.sqlite"),
    ],
)
def test_creating_never_replaces_what_was_lost(
    keys: KeyDirectory, directory: Path, clock: Clock, lost: list[str], refusal: type[Exception], named: str
) -> None:
    for name in lost:
        (directory / name).unlink()
    with pytest.raises(refusal) as refused:
        create_key_directory(directory, ORIGIN, clock)
    assert refused.value.path == directory / named  # type: ignore[attr-defined]
    assert all(not (directory / name).exists() for name in lost)


def test_the_keyring_may_lie_elsewhere(directory: Path, tmp_path: Path, clock: Clock) -> None:
    keyring = tmp_path / "stick" / "ring.json"
    made = create_key_directory(directory, ORIGIN, clock, keyring=keyring)
    half = made.halves.create("log")
    assert {file.name for file in directory.iterdir()} == {
        "halves.sqlite",
        "custody-keys.sqlite",
        "custody.sqlite",
        "signers.sqlite",
    }
    assert open_key_directory(directory, ORIGIN, clock, keyring=keyring).halves.open("log") == half
    with pytest.raises(KeyringMissingError) as refused:
        create_key_directory(directory, ORIGIN, clock)
    assert refused.value.path == directory / "keyring.json"


def test_the_keyring_of_a_second_log_of_the_same_name_is_refused(
    keys: KeyDirectory, directory: Path, tmp_path: Path, clock: Clock
) -> None:
    """Only its first key tells it from the right one."""
    other = create_key_directory(tmp_path / "other", ORIGIN, clock)
    shutil.copy(other.keyring.path, keys.keyring.path)
    with pytest.raises(KeyringWrongError):
        open_key_directory(directory, ORIGIN, clock)
    with pytest.raises(KeyringWrongError):
        create_key_directory(directory, ORIGIN, clock)


def test_the_directory_of_another_log_is_refused(keys: KeyDirectory, directory: Path, clock: Clock) -> None:
    for attempt in (open_key_directory, create_key_directory):
        with pytest.raises(KeysForeignError):
            attempt(directory, "shoseki.example/other", clock)


def test_processes_that_create_together_end_with_one(directory: Path) -> None:
    for round_ in range(5):

        def create(_: int, here: Path = directory / str(round_)) -> str:
            keys = create_key_directory(here, ORIGIN, lambda: datetime.now(UTC))
            return f"{keys.signers.create_first().vkey} {keys.halves.create('log').hex()}"

        assert len(set(race(6, create))) == 1
