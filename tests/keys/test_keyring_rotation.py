"""Changing the keyring's key: everything opens all the while, and afterwards nothing opens under the old one."""

import secrets
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from key_stories import ORIGIN, raw, traces, wrapped

from ledger.keys import backup, private_file, rotation
from ledger.keys.directory import KeyDirectory, create_key_directory, open_key_directory
from ledger.keys.errors import (
    BackupUnconfirmedError,
    HalfDestroyedError,
    KeyringWrongError,
    KeysBusyError,
    SecretDamagedError,
)
from ledger.keys.keyring import Keyring
from ledger.keys.ports import Clock

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def keys(directory: Path, clock: Clock) -> KeyDirectory:
    return create_key_directory(directory, ORIGIN, clock)


def confirm(keys: KeyDirectory, copy: Path) -> None:
    shutil.copy(keys.keyring.path, copy)
    backup.confirm(keys.keyring, copy, AT)


def test_all_opens_under_the_new_key_and_nothing_under_the_old(
    keys: KeyDirectory, directory: Path, tmp_path: Path, clock: Clock
) -> None:
    old = tmp_path / "old.json"
    shutil.copy(keys.keyring.path, old)
    halves = {half_id: keys.halves.create(half_id) for half_id in ("log", "trail:2026-11-22", "person:1")}
    keys.halves.destroy("person:1")
    del halves["person:1"]
    keys.signers.rotate(100, 50)
    keys.signers.rotate(200, 50)
    signatures = [signer.sign(b"x") for signer in keys.signers.signers(210)]
    before = [wrapped(directory / "halves.sqlite", half_id) for half_id in halves]

    new = rotation.begin(keys.keyring, AT)
    confirm(keys, tmp_path / "new.json")
    rotation.finish(keys)

    assert keys.keyring.content.ids == (new,)
    assert backup.confirmed(keys.keyring)
    for one in (keys, open_key_directory(directory, ORIGIN, clock)):
        assert {half_id: one.halves.open(half_id) for half_id in halves} == halves
        assert [signer.sign(b"x") for signer in one.signers.signers(210)] == signatures
        with pytest.raises(HalfDestroyedError):
            one.halves.open("person:1")
    for wrapping in before:
        assert traces(directory, wrapping[9:]) == []
    with pytest.raises(KeyringWrongError):
        open_key_directory(directory, ORIGIN, clock, keyring=old)
    restored = Keyring(tmp_path / "new.json", ORIGIN)  # its file of halves: what a backup of both is worth
    for half_id, half in halves.items():
        stored = wrapped(directory / "halves.sqlite", half_id)
        assert restored.unwrap(stored, kind="half", name=half_id) == half
    rotation.finish(keys)
    assert keys.keyring.content.ids == (new,)


def test_a_file_kept_from_before_is_worthless_without_the_old_keyring(
    keys: KeyDirectory, directory: Path, tmp_path: Path, clock: Clock
) -> None:
    """What overwriting cannot reach: a backup of the halves with a half that was destroyed since."""
    keys.halves.create("person:1")
    shutil.copy(directory / "halves.sqlite", tmp_path / "kept.sqlite")
    keys.halves.destroy("person:1")
    rotation.begin(keys.keyring, AT)
    confirm(keys, tmp_path / "new.json")
    rotation.finish(keys)
    shutil.copy(tmp_path / "kept.sqlite", directory / "halves.sqlite")
    with pytest.raises(KeyringWrongError):
        open_key_directory(directory, ORIGIN, clock)


def test_nothing_is_wrapped_under_a_key_without_a_backup(keys: KeyDirectory, tmp_path: Path) -> None:
    first = keys.keyring.content.current
    half = keys.halves.create("log")
    new = rotation.begin(keys.keyring, AT)
    assert rotation.begin(keys.keyring, AT) == new
    assert keys.keyring.content.ids == (first, new)
    with pytest.raises(BackupUnconfirmedError) as refused:
        rotation.finish(keys)
    assert refused.value.path == keys.keyring.path
    assert keys.keyring.content.current == first
    assert keys.halves.create("trail:2026-11-22")
    assert wrapped(keys.keyring.path.with_name("halves.sqlite"), "trail:2026-11-22")[1:9].hex() == first
    confirm(keys, tmp_path / "new.json")
    rotation.finish(keys)
    assert keys.halves.open("log") == half


def test_a_keyring_of_one_key_has_nothing_to_finish(keys: KeyDirectory) -> None:
    content = keys.keyring.content
    rotation.finish(keys)
    assert keys.keyring.content == content


def test_a_process_that_knows_only_the_old_key_goes_on(
    keys: KeyDirectory, directory: Path, tmp_path: Path, clock: Clock
) -> None:
    half = keys.halves.create("log")
    signature = keys.signers.signers(0)[0].sign(b"x")
    others = [open_key_directory(directory, ORIGIN, clock) for _ in range(3)]
    rotation.begin(keys.keyring, AT)
    confirm(keys, tmp_path / "new.json")
    rotation.finish(keys)
    assert others[0].halves.open("log") == half
    others[1].halves.create("trail:2026-11-22")
    assert others[2].signers.signers(0)[0].sign(b"x") == signature
    others[2].signers.rotate(10, 10)
    assert keys.halves.open("trail:2026-11-22") == others[0].halves.open("trail:2026-11-22")
    assert len(keys.signers.signers(15)) == 2


def test_stores_with_a_keyring_of_their_own_are_wrapped_anew_too(
    keys: KeyDirectory, directory: Path, tmp_path: Path, clock: Clock
) -> None:
    """What they read before the rotation began is no reason to leave anything under the old key."""
    half = keys.halves.create("log")
    signature = keys.signers.signers(0)[0].sign(b"x")
    stale, as_stale = (open_key_directory(directory, ORIGIN, clock) for _ in range(2))
    rotation.begin(keys.keyring, AT)
    confirm(keys, tmp_path / "new.json")
    rotation.finish(KeyDirectory(keys.keyring, stale.halves, stale.custody, as_stale.signers))
    fresh = open_key_directory(directory, ORIGIN, clock)
    assert fresh.halves.open("log") == half
    assert fresh.signers.signers(0)[0].sign(b"x") == signature


def test_halves_made_during_rotations_all_open(keys: KeyDirectory, tmp_path: Path, directory: Path) -> None:
    stop = threading.Event()
    made: dict[str, bytes] = {}
    wrong: list[BaseException] = []

    def make() -> None:
        other = open_key_directory(directory, ORIGIN, lambda: AT)
        try:
            while not stop.is_set() or not made:
                half_id = f"person:{secrets.token_hex(8)}"
                made[half_id] = other.halves.create(half_id)
                assert other.halves.open(half_id) == made[half_id]
        except BaseException as error:  # noqa: BLE001 - a thread has no other way to tell
            wrong.append(error)

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(8):
        rotation.begin(keys.keyring, AT)
        confirm(keys, tmp_path / "new.json")
        rotation.finish(keys)
    stop.set()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert len(keys.keyring.content.keys) == 1
    assert {half_id: keys.halves.open(half_id) for half_id in made} == made


def test_a_damaged_half_stops_a_rotation_before_it_drops_a_key(keys: KeyDirectory, tmp_path: Path) -> None:
    half = keys.halves.create("log")
    keys.halves.create("person:1")
    path = keys.keyring.path.with_name("halves.sqlite")
    damaged = wrapped(path, "person:1")[:40] + bytes(29)
    with raw(path) as connection:
        connection.execute("UPDATE halves SET wrapped = ? WHERE id = 'person:1'", (damaged,))
    rotation.begin(keys.keyring, AT)
    confirm(keys, tmp_path / "new.json")
    with pytest.raises(SecretDamagedError) as refused:
        rotation.finish(keys)
    assert refused.value.name == "person:1"
    assert len(keys.keyring.content.keys) == 2
    assert keys.halves.open("log") == half
    keys.halves.destroy("person:1")
    rotation.finish(keys)
    assert keys.halves.open("log") == half
    assert len(keys.keyring.content.keys) == 1


@pytest.mark.parametrize("name", ["halves.sqlite", "signers.sqlite"])
def test_a_reader_of_the_old_state_delays_the_end(
    keys: KeyDirectory, directory: Path, tmp_path: Path, impatient: None, name: str
) -> None:
    half = keys.halves.create("log")
    rotation.begin(keys.keyring, AT)
    confirm(keys, tmp_path / "new.json")
    with raw(directory / name) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM about").fetchall()
        with pytest.raises(KeysBusyError):
            rotation.finish(keys)
        assert len(keys.keyring.content.keys) == 2
        assert keys.halves.open("log") == half
        reader.execute("COMMIT")
    rotation.finish(keys)
    assert len(keys.keyring.content.keys) == 1


def test_two_rotations_at_once_are_one_after_the_other(keys: KeyDirectory, impatient: None) -> None:
    with private_file.exclusive(keys.keyring.path.parent), pytest.raises(KeysBusyError) as refused:
        rotation.begin(keys.keyring, AT)
    assert refused.value.path == keys.keyring.path.parent
    assert rotation.begin(keys.keyring, AT) in keys.keyring.content.ids
