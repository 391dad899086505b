"""The SQLite vault: the contract, and what only files, rotations and crashes can get wrong."""

import os
import shutil
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from custody_contract import ONE, PASSWORD, TWO, CustodyContract
from key_stories import ORIGIN, every_death, raw, traces

from ledger.keys import backup, rotation
from ledger.keys.custody import CustodyVault
from ledger.keys.custody_vault import BOXES, KEYS, SqliteCustodyVault
from ledger.keys.directory import KeyDirectory, create_key_directory, open_key_directory
from ledger.keys.errors import (
    CustodyErasedError,
    CustodyUnknownError,
    DestructionUnfinishedError,
    KeyringWrongError,
    KeysError,
    KeysForeignError,
    KeysMissingError,
    SecretDamagedError,
)
from ledger.keys.keyring import Keyring
from ledger.keys.ports import Clock
from ledger.keys.secret import Secret

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LONG = Secret(bytes(range(256)) * 60)
"""Larger than a page, so that it stands in overflow pages."""


@pytest.fixture
def vault(directory: Path, keyring: Keyring, clock: Clock) -> SqliteCustodyVault:
    return SqliteCustodyVault.open_or_create(directory, keyring, clock)


def box_of(directory: Path, credential: str) -> bytes:
    with raw(directory / BOXES) as connection:
        (found,) = connection.execute("SELECT box FROM boxes WHERE id = ?", (credential,)).fetchone()
    return bytes(found)


class TestContract(CustodyContract):
    @pytest.fixture
    def again(
        self, vault: SqliteCustodyVault, directory: Path, keyring: Keyring, clock: Clock
    ) -> Callable[[], CustodyVault]:
        self.directory = directory
        return lambda: SqliteCustodyVault(directory, keyring, clock)

    def check_gone(self, credential: str) -> None:
        with raw(self.directory / BOXES) as connection:
            found = connection.execute("SELECT box FROM boxes WHERE id = ?", (credential,)).fetchall()
        assert all(not any(box) for (box,) in found), "sealed after the destruction, or not overwritten by it"


# -- what rests in files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [PASSWORD, LONG], ids=["password", "long"])
def test_a_secret_rests_nowhere_in_the_clear_and_nowhere_at_all_once_destroyed(
    vault: SqliteCustodyVault, directory: Path, secret: Secret
) -> None:
    with raw(directory / BOXES) as reader:  # keeps the write-ahead log from being folded in
        reader.execute("SELECT * FROM boxes").fetchall()
        vault.put(ONE, secret)
        digest = vault.put(ONE, secret)
        box = box_of(directory, ONE)
        assert traces(directory, secret.reveal()) == []
        assert traces(directory, bytes.fromhex(digest)) == []
        assert traces(directory, digest.encode()) == []
        assert traces(directory, box) == ["custody.sqlite-wal"]
        vault.put(TWO, secret)
        vault.destroy(ONE)
        assert traces(directory, box) == []
        assert (directory / "custody.sqlite-wal").stat().st_size == 0
    assert box_of(directory, ONE) == bytes(len(box))
    assert vault.open(TWO) == secret


def test_a_box_does_not_tell_how_long_a_password_is(vault: SqliteCustodyVault, directory: Path) -> None:
    vault.put(ONE, Secret(b"x"))
    vault.put(TWO, Secret(b"x" * 200))
    assert len(box_of(directory, ONE)) == len(box_of(directory, TWO))


def test_a_backup_of_the_boxes_is_shut_with_the_key(
    vault: SqliteCustodyVault, directory: Path, keyring: Keyring, clock: Clock, tmp_path: Path
) -> None:
    vault.put(ONE, PASSWORD)
    shutil.copy(directory / BOXES, tmp_path / "kept.sqlite")
    assert "vault_backups" in vault.destroy(ONE).copies
    shutil.copy(tmp_path / "kept.sqlite", directory / BOXES)
    restored = SqliteCustodyVault(directory, keyring, clock)
    with pytest.raises(CustodyErasedError):
        restored.open(ONE)
    restored.destroy(ONE)
    assert not any(box_of(directory, ONE)), "what a restored backup brought back is overwritten again"


def test_lost_boxes_are_named_as_unfinished(
    vault: SqliteCustodyVault, directory: Path, keyring: Keyring, clock: Clock
) -> None:
    vault.put(ONE, PASSWORD)
    (directory / BOXES).unlink()
    emptied = SqliteCustodyVault.open_or_create(directory, keyring, clock)
    assert [(each.credential, each.state, each.since) for each in emptied.list()] == [(ONE, "unfinished", None)]
    with pytest.raises(CustodyUnknownError):
        emptied.open(ONE)


def test_a_changed_box_and_a_box_under_another_id_do_not_open(vault: SqliteCustodyVault, directory: Path) -> None:
    vault.put(ONE, PASSWORD)
    vault.put(TWO, PASSWORD)
    with raw(directory / BOXES) as connection:
        connection.execute("UPDATE boxes SET box = ? WHERE id = ?", (box_of(directory, TWO), ONE))
    with pytest.raises(SecretDamagedError) as refused:
        vault.open(ONE)
    assert refused.value.name == ONE
    for damage in (b"", b"\x01", b"\x02" + box_of(directory, TWO)[1:], "text"):
        with raw(directory / BOXES) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute("UPDATE boxes SET box = ? WHERE id = ?", (damage, ONE))
        with pytest.raises(SecretDamagedError):
            vault.open(ONE)


def test_no_slip_deletes_a_box(vault: SqliteCustodyVault, directory: Path) -> None:
    vault.put(ONE, PASSWORD)
    with raw(directory / BOXES) as connection, pytest.raises(Exception, match="never deleted"):
        connection.execute("DELETE FROM boxes")


def test_a_reader_of_the_old_state_keeps_a_destruction_unfinished(
    vault: SqliteCustodyVault, directory: Path, impatient: None
) -> None:
    vault.put(ONE, PASSWORD)
    box = box_of(directory, ONE)
    with raw(directory / BOXES) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM boxes").fetchall()
        with pytest.raises(DestructionUnfinishedError):
            vault.destroy(ONE)
        with pytest.raises(CustodyErasedError):
            vault.open(ONE)
    vault.destroy(ONE)
    assert traces(directory, box) == []


def test_another_logs_vault_is_refused(
    vault: SqliteCustodyVault, directory: Path, tmp_path: Path, clock: Clock
) -> None:
    other = Keyring.open_or_create(tmp_path / "other.json", "shoseki.example/other", clock())
    with pytest.raises(KeysForeignError):
        SqliteCustodyVault(directory, other, clock)


def test_neither_error_nor_representation_tells_a_secret(vault: SqliteCustodyVault) -> None:
    vault.put(ONE, PASSWORD)
    vault.put(TWO, PASSWORD)
    vault.destroy(TWO)
    told = [repr(PASSWORD), str(PASSWORD), f"{PASSWORD!r:>30}", f"{PASSWORD}", repr([PASSWORD]), repr(vault.open(ONE))]
    for credential in (ONE, TWO):
        try:
            vault.put(credential, Secret(b"the newer secret"))
        except KeysError as error:
            told.append("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
    assert len(told) == 8
    for text in told:
        assert PASSWORD.reveal().decode() not in text
        assert "P@ssw0rd" not in text
        assert "newer secret" not in text.replace('Secret(b"the newer secret")', "")


# -- rotations and deaths ----------------------------------------------------------------------------------------------


@pytest.fixture
def keys(directory: Path, clock: Clock) -> KeyDirectory:
    return create_key_directory(directory, ORIGIN, clock)


def test_a_new_keyring_opens_the_vault_and_the_old_one_does_not(
    keys: KeyDirectory, directory: Path, tmp_path: Path, clock: Clock
) -> None:
    old = tmp_path / "old.json"
    shutil.copy(keys.keyring.path, old)
    digest = keys.custody.put(ONE, PASSWORD)
    keys.custody.put(TWO, PASSWORD)
    keys.custody.destroy(TWO)
    rotation.begin(keys.keyring, NOW)
    shutil.copy(keys.keyring.path, tmp_path / "new.json")
    backup.confirm(keys.keyring, tmp_path / "new.json", NOW)
    rotation.finish(keys)
    again = open_key_directory(directory, ORIGIN, clock)
    assert again.custody.open(ONE) == PASSWORD
    assert again.custody.put(ONE, PASSWORD) == digest
    with pytest.raises(CustodyErasedError):
        again.custody.open(TWO)
    with pytest.raises(KeyringWrongError):
        SqliteCustodyVault(directory, Keyring(old, ORIGIN), clock)


def _vault(directory: Path) -> CustodyVault:
    return open_key_directory(directory, ORIGIN, lambda: NOW).custody


def test_dying_at_any_step_of_putting_leaves_nothing_or_all_and_repeating_finishes(
    keys: KeyDirectory, directory: Path
) -> None:
    given = [0]
    for step in every_death(directory, lambda: _vault(directory).put(f"credential_{given[0]:032x}", PASSWORD)):
        credential = f"credential_{step:032x}"
        with suppress(CustodyUnknownError):
            assert _vault(directory).open(credential) == PASSWORD
        assert _vault(directory).put(credential, PASSWORD) == _vault(directory).put(credential, PASSWORD)
        assert _vault(directory).open(credential) == PASSWORD
        given[0] = step + 1


def test_dying_at_any_step_of_destroying_leaves_it_held_or_gone_and_repeating_finishes(
    keys: KeyDirectory, directory: Path
) -> None:
    vault = _vault(directory)
    boxes: list[bytes] = []

    def prepare(number: int) -> None:
        vault.put(f"credential_{number:032x}", PASSWORD)
        boxes.append(box_of(directory, f"credential_{number:032x}"))

    prepare(0)
    for step in every_death(directory, lambda: _vault(directory).destroy(f"credential_{len(boxes) - 1:032x}")):
        credential = f"credential_{step:032x}"
        with suppress(CustodyErasedError):
            assert vault.open(credential) == PASSWORD
        first, second = _vault(directory).destroy(credential), _vault(directory).destroy(credential)
        assert first == second
        assert traces(directory, boxes[step]) == []
        prepare(step + 1)
    assert {path.name for path in directory.glob("custody*")} >= {KEYS, BOXES}


# -- what may open, asked for by every command -------------------------------------------------------------------------


def settle(path: Path) -> os.stat_result:
    """Let the last write of a file be long ago."""
    os.utime(path, ns=(0, 1_700_000_000_000_000_000))
    return path.stat()


def test_what_may_open_is_not_read_again_while_the_file_is_as_it_was(
    vault: SqliteCustodyVault, directory: Path, keyring: Keyring, clock: Clock
) -> None:
    vault.put(ONE, PASSWORD)
    before = settle(directory / KEYS)
    assert vault.held() == {ONE}
    with raw(directory / KEYS) as connection:
        connection.execute("UPDATE halves SET id = ?", (f"custody:{TWO}",))
        connection.commit()
    assert vault.held() == {TWO}, "a write is seen at once"
    assert settle(directory / KEYS).st_size == before.st_size
    assert vault.held() == {TWO}
    with raw(directory / KEYS) as connection:
        connection.execute("UPDATE halves SET id = ?", (f"custody:{ONE}",))
        connection.commit()
    settle(directory / KEYS)  # as nobody does it: the file looks as it was
    assert vault.held() == {TWO}, "nothing was read"
    assert SqliteCustodyVault(directory, keyring, clock).held() == {ONE}


def test_what_was_written_just_now_is_read_again(vault: SqliteCustodyVault, directory: Path) -> None:
    vault.put(ONE, PASSWORD)
    database = vault._keys._database
    assert database.state() is None
    settle(directory / KEYS)
    state = database.state()
    assert state is not None
    assert database.state() == state
    os.utime(directory / KEYS, ns=(0, 1_700_000_000_000_000_001))
    assert database.state() not in {None, state}


def test_a_vault_that_was_lost_meanwhile_says_so(vault: SqliteCustodyVault, directory: Path) -> None:
    (directory / KEYS).unlink()
    with pytest.raises(KeysMissingError):
        vault.held()
