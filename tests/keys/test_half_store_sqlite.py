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

from ledger.keys.errors import (
    DestructionUnfinishedError,
    HalfDestroyedError,
    KeysDamagedError,
    KeysExposedError,
    KeysUnavailableError,
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
