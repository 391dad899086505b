"""The log's signing keys: who signs at which size, how one follows another, and what rests in the file."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from key_stories import ORIGIN, raw, traces

from ledger.keys.errors import (
    KeyringWrongError,
    KeysDamagedError,
    KeysError,
    KeysForeignError,
    KeysFormatError,
    NoSignerError,
    RotationRefusedError,
    SecretDamagedError,
)
from ledger.keys.keyring import Keyring
from ledger.keys.ports import Clock
from ledger.keys.signer import Interval, Signer, SignerStore
from ledger.log.canonical import MAX_INTEGER
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import open_note, parse_vkey, sign_note


@pytest.fixture
def path(directory: Path) -> Path:
    return directory / "signers.sqlite"


@pytest.fixture
def store(path: Path, keyring: Keyring, clock: Clock) -> SignerStore:
    return SignerStore.open_or_create(path, keyring, clock)


def vkeys(store: SignerStore, size: int) -> list[str]:
    return [signer.vkey for signer in store.signers(size)]


# -- a signature -------------------------------------------------------------------------------------------------------


def test_a_checkpoint_signed_here_opens_under_the_vkey(store: SignerStore) -> None:
    first = store.create_first()
    text = Checkpoint(ORIGIN, 7, bytes(32)).format()
    note = sign_note(text, store.signers(7))
    assert open_note(note, [parse_vkey(first.vkey)]).text == text


def test_the_signature_of_rfc_8032() -> None:
    """Section 7.1, test 2."""
    signer = Signer(ORIGIN, bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert parse_vkey(signer.vkey).public_key.hex() == (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    )
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert (signer.name, signer.key_id) == (ORIGIN, parse_vkey(signer.vkey).key_id)


# -- which key when ----------------------------------------------------------------------------------------------------


def test_before_the_first_key_nothing_is_signed(store: SignerStore, path: Path) -> None:
    for attempt in (lambda: store.signers(0), lambda: store.rotate(10, 5)):
        with pytest.raises(NoSignerError) as refused:
            attempt()
        assert refused.value.path == path
    assert store.intervals() == ()


def test_the_first_key_is_one_and_signs_every_size(store: SignerStore, path: Path, keyring: Keyring) -> None:
    first = store.create_first()
    assert first == store.create_first() == Interval(first.vkey, 0, None)
    again = SignerStore(path, keyring, lambda: pytest.fail("opening asks for no time"))
    assert again.intervals() == (first,)
    assert vkeys(again, 0) == vkeys(again, MAX_INTEGER) == [first.vkey]
    assert store.signers(0)[0].sign(b"x") == again.signers(5)[0].sign(b"x")


def test_both_sign_over_the_overlap_and_neither_beyond_its_end(store: SignerStore) -> None:
    first = store.create_first()
    done = store.rotate(100, 50)
    assert done.retired == Interval(first.vkey, 0, 150)
    assert done.added == Interval(done.added.vkey, 100, None)
    assert done.added.vkey != first.vkey
    assert store.intervals() == (done.retired, done.added)
    assert vkeys(store, 99) == [first.vkey]
    assert vkeys(store, 100) == vkeys(store, 149) == [first.vkey, done.added.vkey]
    assert vkeys(store, 150) == [done.added.vkey]
    note = sign_note(Checkpoint(ORIGIN, 120, bytes(32)).format(), store.signers(120))
    for vkey in (first.vkey, done.added.vkey):
        assert len(open_note(note, [parse_vkey(vkey)]).signatures) == 1


def test_a_rotation_asked_again_is_the_same(store: SignerStore) -> None:
    store.create_first()
    done = store.rotate(100, 50)
    assert store.rotate(100, 50) == done
    assert len(store.intervals()) == 2


@pytest.mark.parametrize(
    ("at_size", "overlap", "reason"),
    [
        (0, 10, "only from size 100"),
        (99, 10, "only from size 100"),
        (100, 51, "only from size 100"),
        (-1, 10, "only from size 100"),
        (200, 0, "without an overlap"),
        (200, -5, "without an overlap"),
        (MAX_INTEGER, 1, "that large"),
        (10**30, 1, "that large"),
    ],
)
def test_a_rotation_without_sense_is_refused(store: SignerStore, at_size: int, overlap: int, reason: str) -> None:
    store.create_first()
    store.rotate(100, 50)
    known = store.intervals()
    with pytest.raises(RotationRefusedError, match=reason) as refused:
        store.rotate(at_size, overlap)
    assert refused.value.at_size == at_size
    assert store.intervals() == known


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60)), max_size=5), data=st.data())
def test_exactly_the_keys_whose_interval_holds_the_size_sign(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]], data: st.DataObject
) -> None:
    directory = tmp_path_factory.mktemp("keys")
    from datetime import UTC, datetime

    now = datetime(2026, 11, 22, tzinfo=UTC)
    keyring = Keyring.open_or_create(directory / "keyring.json", ORIGIN, now)
    store = SignerStore.open_or_create(directory / "signers.sqlite", keyring, lambda: now)
    model = [(store.create_first().vkey, 0, MAX_INTEGER + 1)]
    at_size = 0
    for step, overlap in steps:
        at_size += step
        done = store.rotate(at_size, overlap)
        vkey, from_size, _ = model[-1]
        model[-1] = (vkey, from_size, at_size + overlap)
        model.append((done.added.vkey, at_size, MAX_INTEGER + 1))
    size = data.draw(st.integers(0, at_size + 70))
    assert vkeys(store, size) == [vkey for vkey, begin, end in model if begin <= size < end]
    assert [interval.vkey for interval in store.intervals()] == [vkey for vkey, _, _ in model]


# -- races and files ---------------------------------------------------------------------------------------------------


def test_of_many_first_keys_there_is_one(path: Path, keyring: Keyring, clock: Clock) -> None:
    barrier = Barrier(12)

    def create(_: int) -> Interval:
        barrier.wait(60)
        return SignerStore.open_or_create(path, keyring, clock).create_first()

    with ThreadPoolExecutor(12) as pool:
        made = set(pool.map(create, range(12)))
    assert len(made) == 1
    assert SignerStore(path, keyring, clock).intervals() == tuple(made)


def test_of_racing_rotations_one_wins(store: SignerStore) -> None:
    store.create_first()
    barrier = Barrier(8)

    def rotate(number: int) -> str:
        barrier.wait(60)
        try:
            return store.rotate(100, 10 + number).added.vkey
        except RotationRefusedError:
            return ""

    with ThreadPoolExecutor(8) as pool:
        made = [vkey for vkey in pool.map(rotate, range(8)) if vkey]
    assert len(made) == 1
    assert [interval.vkey for interval in store.intervals()][1:] == made


def test_no_private_key_rests_in_the_clear(store: SignerStore, directory: Path) -> None:
    store.create_first()
    seed = store.signers(0)[0]._private_key.private_bytes_raw()
    assert traces(directory, seed) == []


def test_another_keyring_is_refused(path: Path, store: SignerStore, clock: Clock, tmp_path: Path) -> None:
    store.create_first()
    other = Keyring.open_or_create(tmp_path / "2" / "keyring.json", ORIGIN, clock())
    with pytest.raises(KeyringWrongError):
        SignerStore(path, other, clock)
    store._keyring.path.write_bytes(other.path.read_bytes())
    with pytest.raises(KeyringWrongError):
        store.rotate(100, 50)
    assert len(store.intervals()) == 1


def test_no_changed_byte_gives_another_signature(store: SignerStore, path: Path) -> None:
    store.create_first()
    store.rotate(100, 50)
    signatures = [signer.sign(b"x") for signer in store.signers(120)]
    known = store.intervals()
    whole = path.read_bytes()
    named = set()
    for offset in [offset for offset, byte in enumerate(whole) if byte]:
        path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x02]) + whole[offset + 1 :])
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        try:
            found = [signer.sign(b"x") for signer in store.signers(120)]
        except KeysError as refusal:
            named.add(type(refusal))
        else:
            assert set(found) <= set(signatures)
            if store.intervals() == known:
                assert found == signatures
    assert {KeysDamagedError, KeysForeignError, KeysFormatError, SecretDamagedError, KeyringWrongError} <= named


def test_the_tables_refuse_what_would_revive_a_key(store: SignerStore, path: Path) -> None:
    store.create_first()
    store.rotate(100, 50)
    for statement in ("DELETE FROM signers", "DELETE FROM retired", "UPDATE retired SET to_size = 1000"):
        with raw(path) as connection, pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
