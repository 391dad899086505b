"""What the file of halves refuses by name: wrong files, another keyring, a full disk, a lock that is held."""

import sqlite3
from pathlib import Path

import pytest
from key_stories import ORIGIN, raw, wrapped

from ledger.keys import database
from ledger.keys.errors import (
    KeyringMissingError,
    KeyringWrongError,
    KeysBusyError,
    KeysDamagedError,
    KeysError,
    KeysForeignError,
    KeysFormatError,
    KeysMissingError,
    KeysUnavailableError,
    SecretDamagedError,
)
from ledger.keys.keyring import Keyring
from ledger.keys.ports import Clock
from ledger.keys.signer import SignerStore
from ledger.keys.sqlite import SqliteHalfStore


@pytest.fixture
def path(directory: Path) -> Path:
    return directory / "halves.sqlite"


@pytest.fixture
def store(path: Path, keyring: Keyring, clock: Clock) -> SqliteHalfStore:
    return SqliteHalfStore.open_or_create(path, keyring, clock)


# -- wrong files -------------------------------------------------------------------------------------------------------


def test_a_lost_file_is_named(store: SqliteHalfStore, path: Path, keyring: Keyring, clock: Clock) -> None:
    path.unlink()
    with pytest.raises(KeysMissingError) as refused:
        store.create("log")
    assert refused.value.path == path
    with pytest.raises(KeysMissingError):
        SqliteHalfStore(path, keyring, clock)


def test_sqlite_itself_makes_no_file(path: Path, keyring: Keyring) -> None:
    """It would make it as readable as the umask leaves it, where a file vanishes between two looks."""
    with pytest.raises(sqlite3.OperationalError):
        database._connect(path)
    assert not path.exists()


def test_a_directory_is_no_file_of_halves(path: Path, keyring: Keyring, clock: Clock) -> None:
    path.mkdir()
    with pytest.raises(KeysUnavailableError):
        SqliteHalfStore.open_or_create(path, keyring, clock)


def half_of_log(store: SqliteHalfStore) -> bytes:
    """Read everything that the file holds."""
    list(store.list())
    return store.open("log")


def test_a_file_cut_anywhere_is_damaged(store: SqliteHalfStore, path: Path, keyring: Keyring, clock: Clock) -> None:
    half = store.create("log")
    store.destroy("trail:2026-11-22")
    whole = path.read_bytes()
    written = max(offset for offset, byte in enumerate(whole) if byte) + 1  # zeros that are cut off are read as zeros
    for size in (0, 1, 16, 99, 100, 512, *range(1000, written, 1000), written - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(KeysDamagedError) as refused:
            half_of_log(SqliteHalfStore.open_or_create(path, keyring, clock))
        assert refused.value.path == path
    path.write_bytes(whole)
    assert half_of_log(store) == half


@pytest.mark.parametrize("content", [b"\x00" * 8192, b"\xff" * 8192, b"not a database at all\n" * 400])
def test_garbage_is_damaged(path: Path, keyring: Keyring, clock: Clock, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeysDamagedError):
        SqliteHalfStore.open_or_create(path, keyring, clock)


def test_no_changed_byte_gives_another_half(store: SqliteHalfStore, path: Path) -> None:
    half = store.create("log")
    store.create("trail:2026-11-22")
    store.destroy("trail:2026-11-22")
    whole = path.read_bytes()
    named = set()
    for offset in [offset for offset, byte in enumerate(whole) if byte]:
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x01]) + whole[offset + 1 :])
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        try:
            assert half_of_log(store) == half
        except KeysError as refusal:
            named.add(type(refusal))
    assert {KeysDamagedError, KeysForeignError, KeysFormatError, SecretDamagedError, KeyringWrongError} <= named


def test_a_half_under_another_name_does_not_open(store: SqliteHalfStore, path: Path) -> None:
    store.create("log")
    store.create("person:1")
    swapped = wrapped(path, "log")
    with raw(path) as connection:
        connection.execute("UPDATE halves SET wrapped = ? WHERE id = 'person:1'", (swapped,))
    with pytest.raises(SecretDamagedError) as refused:
        store.open("person:1")
    assert (refused.value.kind, refused.value.name) == ("half", "person:1")


def test_the_file_of_another_log_or_kind_or_version_is_named(
    store: SqliteHalfStore, path: Path, directory: Path, keyring: Keyring, clock: Clock, tmp_path: Path
) -> None:
    other = Keyring.open_or_create(tmp_path / "other" / "keyring.json", "shoseki.example/other", clock())
    with pytest.raises(KeysForeignError) as refused:
        SqliteHalfStore(path, other, clock)
    assert (refused.value.wanted, refused.value.found) == ("shoseki.example/other", ORIGIN)
    SignerStore.open_or_create(directory / "signers.sqlite", keyring, clock)
    with pytest.raises(KeysDamagedError):
        SqliteHalfStore(directory / "signers.sqlite", keyring, clock)
    with raw(path) as connection:
        connection.execute("DELETE FROM about")
    with pytest.raises(KeysForeignError):
        store.open("log")
    with raw(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(KeysFormatError):
        store.open("log")


def test_a_file_without_its_tables_is_damaged(store: SqliteHalfStore, path: Path) -> None:
    with raw(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("ALTER TABLE halves RENAME TO else_where")
    with pytest.raises(KeysDamagedError):
        store.open("log")


# -- wrong keyring -----------------------------------------------------------------------------------------------------


def test_another_keyring_of_the_same_log_is_refused(
    store: SqliteHalfStore, path: Path, keyring: Keyring, clock: Clock, tmp_path: Path
) -> None:
    store.create("log")
    other = Keyring.open_or_create(tmp_path / "other" / "keyring.json", ORIGIN, clock())
    with pytest.raises(KeyringWrongError) as refused:
        SqliteHalfStore(path, other, clock)
    assert refused.value.wanted == keyring.content.current
    assert refused.value.held == other.content.ids
    assert str(refused.value).count(". ") == 0


def test_an_exchanged_keyring_wraps_nothing(
    store: SqliteHalfStore, keyring: Keyring, clock: Clock, tmp_path: Path
) -> None:
    """A process that runs on with the keys in its memory must not make halves that no file can open."""
    half = store.create("log")
    other = Keyring.open_or_create(tmp_path / "other" / "keyring.json", ORIGIN, clock())
    mine = keyring.path.read_bytes()
    keyring.path.write_bytes(other.path.read_bytes())
    with pytest.raises(KeyringWrongError):
        store.create("trail:2026-11-22")
    keyring.path.unlink()
    with pytest.raises(KeyringMissingError):
        store.create("trail:2026-11-22")
    keyring.path.write_bytes(mine)
    keyring.path.chmod(0o600)
    assert store.open("log") == half
    assert len(store.create("trail:2026-11-22")) == 32
    assert [record.id for record in store.list()] == ["log", "trail:2026-11-22"]


# -- a full disk, a held lock ------------------------------------------------------------------------------------------


def test_a_full_database_is_named_and_changes_nothing(
    store: SqliteHalfStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = store.create("log")
    connect = database._connect

    def full(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 1")  # no fewer than there are: no page can be added
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(database, "_connect", full)
        made: list[bytes] = []
        with pytest.raises(KeysUnavailableError, match="full"):
            made.extend(store.create(f"person:{number}") for number in range(200))
    assert store.open("log") == half
    assert [store.open(f"person:{number}") for number in range(len(made))] == made
    assert len(list(store.list())) == 1 + len(made)
    store.create(f"person:{len(made)}")


def test_a_lock_held_for_ever_is_named(store: SqliteHalfStore, path: Path, impatient: None) -> None:
    half = store.create("log")
    with raw(path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        for attempt in (store.create, store.destroy):
            with pytest.raises(KeysBusyError) as refused:
                attempt("person:1")
            assert refused.value.path == path
        assert store.open("log") == half
        writer.execute("ROLLBACK")
    assert len(store.create("person:1")) == 32


def test_a_busy_checkpoint_is_an_unfinished_destruction(store: SqliteHalfStore, path: Path, impatient: None) -> None:
    store.create("log")
    store.destroy("log")
    with raw(path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert store._database.scrub() is False
        writer.execute("ROLLBACK")
    assert store._database.scrub() is True
