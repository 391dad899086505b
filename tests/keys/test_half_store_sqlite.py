"""The SQLite provider: the contract, and what only a file can get wrong."""

import os
import secrets
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from half_store_contract import HalfStoreContract, Opener
from key_stories import ORIGIN, raw, traces, wrapped

from ledger.keys import database
from ledger.keys.errors import (
    DestructionUnfinishedError,
    HalfDestroyedError,
    KeyringMissingError,
    KeyringWrongError,
    KeysBusyError,
    KeysDamagedError,
    KeysError,
    KeysExposedError,
    KeysForeignError,
    KeysFormatError,
    KeysMissingError,
    KeysUnavailableError,
    SecretDamagedError,
)
from ledger.keys.keyring import GONE, Keyring
from ledger.keys.ports import Clock
from ledger.keys.signer import SignerStore
from ledger.keys.sqlite import SqliteHalfStore


def _now() -> datetime:
    return datetime.now(UTC)


def open_store(directory: Path) -> SqliteHalfStore:
    keyring = Keyring.open_or_create(directory / "keyring.json", ORIGIN, _now())
    return SqliteHalfStore.open_or_create(directory / "halves.sqlite", keyring, _now)


class TestContract(HalfStoreContract):
    @pytest.fixture
    def opener(self, directory: Path) -> Opener:
        return partial(open_store, directory)

    @pytest.fixture
    def opener_in(self) -> Callable[[Path], Opener]:
        return lambda directory: partial(open_store, directory)


@pytest.fixture
def path(directory: Path) -> Path:
    return directory / "halves.sqlite"


@pytest.fixture
def store(path: Path, keyring: Keyring, clock: Clock) -> SqliteHalfStore:
    return SqliteHalfStore.open_or_create(path, keyring, clock)


# -- what rests in files -----------------------------------------------------------------------------------------------


def test_no_half_rests_in_the_clear(store: SqliteHalfStore, directory: Path, path: Path) -> None:
    half = store.create("log")
    with raw(path) as reader:  # keeps the write-ahead log from being folded in
        reader.execute("SELECT * FROM halves").fetchall()
        other = store.create("trail:2026-11-22")
        assert traces(directory, half) == traces(directory, other) == []
        assert traces(directory, wrapped(path, "trail:2026-11-22")) == ["halves.sqlite-wal"]


def test_a_destroyed_half_is_in_no_file(store: SqliteHalfStore, directory: Path, path: Path) -> None:
    with raw(path) as reader:
        reader.execute("SELECT * FROM halves").fetchall()
        for half_id in ("log", "trail:2026-11-22", "trail:2026-11-23"):
            store.create(half_id)
        secret = wrapped(path, "trail:2026-11-22")[9:]
        assert traces(directory, secret) == ["halves.sqlite-wal"]
        store.destroy("trail:2026-11-22")
        assert traces(directory, secret) == []
        assert (directory / "halves.sqlite-wal").stat().st_size == 0
        assert traces(directory, wrapped(path, "log")[9:]) == ["halves.sqlite"]
    assert wrapped(path, "trail:2026-11-22") == GONE


def test_of_many_halves_the_destroyed_ones_leave_no_trace(store: SqliteHalfStore, directory: Path, path: Path) -> None:
    """Pages split and fill while halves are made; none may keep a copy of a row in its free space."""
    ids = [f"person:{secrets.token_hex(8)}" for _ in range(300)]
    with raw(path) as reader:
        reader.execute("SELECT * FROM halves").fetchall()
        for half_id in ids:
            store.create(half_id)
        kept = {half_id: wrapped(path, half_id)[9:] for half_id in ids}
        for half_id in ids[1::2]:
            store.destroy(half_id)
    everything = b"".join(file.read_bytes() for file in directory.iterdir())
    for number, half_id in enumerate(ids):
        assert everything.count(kept[half_id][:16]) == (0 if number % 2 else 1), half_id


def test_a_reader_of_the_old_state_keeps_a_destruction_unfinished(
    store: SqliteHalfStore, directory: Path, path: Path, impatient: None
) -> None:
    store.create("log")
    secret = wrapped(path, "log")[9:]
    with raw(path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM halves").fetchall()
        with pytest.raises(DestructionUnfinishedError) as refused:
            store.destroy("log")
        assert refused.value.half_id == "log"
        with pytest.raises(HalfDestroyedError):
            store.open("log")
        assert traces(directory, secret) == ["halves.sqlite"]
        reader.execute("COMMIT")
        store.destroy("log")
        assert traces(directory, secret) == []


def test_a_table_refuses_what_would_bring_a_half_back(store: SqliteHalfStore, path: Path) -> None:
    store.create("log")
    store.destroy("log")
    for statement in ("DELETE FROM halves", "DELETE FROM destroyed", "UPDATE destroyed SET at = ''"):
        with raw(path) as connection, pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)


def test_a_lost_record_of_a_destruction_is_damage_and_can_be_written_again(store: SqliteHalfStore, path: Path) -> None:
    store.create("log")
    store.destroy("log")
    with raw(path) as connection:
        connection.execute("DROP TRIGGER destroyed_delete")
        connection.execute("DELETE FROM destroyed")
    for attempt in (lambda: store.open("log"), lambda: store.create("log"), lambda: list(store.list())):
        with pytest.raises(KeysDamagedError):
            attempt()
    store.destroy("log")
    assert [record.state for record in store.list()] == ["destroyed"]


# -- permissions -------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_umask() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_umask")
def test_only_the_owner_reads_any_file(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    store = open_store(there / "new" / "keys")
    with raw(there / "new" / "keys" / "halves.sqlite") as reader:
        reader.execute("SELECT * FROM halves").fetchall()
        store.create("log")
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (there / "new" / "keys").iterdir()}
    assert modes == dict.fromkeys(("keyring.json", "halves.sqlite", "halves.sqlite-wal", "halves.sqlite-shm"), 0o600)
    assert stat.S_IMODE(there.stat().st_mode) == 0o755
    assert stat.S_IMODE((there / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((there / "new" / "keys").stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_may_touch_is_refused(store: SqliteHalfStore, path: Path, mode: int) -> None:
    store.create("log")
    path.chmod(mode)
    with pytest.raises(KeysExposedError) as refused:
        store.open("log")
    assert (refused.value.path, refused.value.mode) == (path, mode)
    path.chmod(0o600)
    assert len(store.open("log")) == 32


def test_a_read_only_directory_is_named(as_somebody: Callable[[Callable[[Path], None]], None]) -> None:
    def story(directory: Path) -> None:
        store = open_store(directory)
        store.create("log")
        directory.chmod(0o500)
        try:
            for attempt in (store.open, store.create, store.destroy):
                with pytest.raises(KeysUnavailableError):
                    attempt("log")
            with pytest.raises(KeysUnavailableError):
                SignerStore.open_or_create(directory / "s", Keyring(directory / "keyring.json", ORIGIN), _now)
        finally:
            directory.chmod(0o700)
        assert len(store.open("log")) == 32

    as_somebody(story)


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
