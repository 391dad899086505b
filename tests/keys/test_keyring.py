"""The keyring file: made once, read strictly, wrapping what nothing else opens."""

import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from key_stories import ORIGIN, race

from ledger.keys import rotation
from ledger.keys.errors import (
    KeyringDamagedError,
    KeyringMissingError,
    KeyringWrongError,
    KeysError,
    KeysExposedError,
    KeysForeignError,
    KeysFormatError,
    KeysUnavailableError,
    SecretDamagedError,
)
from ledger.keys.keyring import WRAPPED_BYTES, Keyring, KeyringContent, WrappingKey
from ledger.keys.ports import Clock
from ledger.log.errors import FormatError

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECRET = bytes(range(32))


# -- the file ----------------------------------------------------------------------------------------------------------


def test_it_is_made_once_and_then_opened(directory: Path, clock: Clock) -> None:
    path = directory / "keyring.json"
    with pytest.raises(KeyringMissingError) as refused:
        Keyring(path, ORIGIN)
    assert refused.value.path == path
    first = Keyring.open_or_create(path, ORIGIN, clock())
    data = path.read_bytes()
    assert Keyring.open_or_create(path, ORIGIN, clock()).content == first.content == Keyring(path, ORIGIN).content
    assert path.read_bytes() == data
    assert [file.name for file in directory.iterdir()] == ["keyring.json"]


def test_two_keyrings_share_nothing(tmp_path: Path) -> None:
    one = Keyring.open_or_create(tmp_path / "1" / "keyring.json", ORIGIN, AT)
    other = Keyring.open_or_create(tmp_path / "2" / "keyring.json", ORIGIN, AT)
    assert one.content.keys[0].secret != other.content.keys[0].secret
    assert len(one.content.keys[0].secret) == 32


def test_racing_processes_agree_on_one_keyring(directory: Path) -> None:
    for round_ in range(10):
        path = directory / str(round_) / "keyring.json"
        found = race(6, lambda _, path=path: Keyring.open_or_create(path, ORIGIN, AT).content.current)
        assert set(found) == {Keyring(path, ORIGIN).content.current}


def test_it_is_private_from_its_first_moment(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no umask at all, looked at right after the system call that makes the file."""
    seen = []
    fchmod = os.fchmod

    def look(descriptor: int, mode: int) -> None:
        seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        fchmod(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", look)
    before = os.umask(0)
    try:
        path = Keyring.open_or_create(directory / "keyring.json", ORIGIN, AT).path
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_strict_umask_does_not_lock_the_owner_out(as_somebody: Callable[[Callable[[Path], None]], None]) -> None:
    def story(directory: Path) -> None:
        os.umask(0o777)
        path = directory / "keyring.json"
        assert Keyring.open_or_create(path, ORIGIN, AT).content == Keyring(path, ORIGIN).content

    as_somebody(story)


@pytest.mark.parametrize("mode", [0o640, 0o644, 0o602, 0o677])
def test_one_that_others_may_touch_is_refused(keyring: Keyring, mode: int) -> None:
    keyring.path.chmod(mode)
    with pytest.raises(KeysExposedError) as refused:
        Keyring(keyring.path, ORIGIN)
    assert refused.value.mode == mode


def test_the_keyring_of_another_log_is_refused(keyring: Keyring) -> None:
    with pytest.raises(KeysForeignError) as refused:
        Keyring(keyring.path, "shoseki.example/other")
    assert (refused.value.wanted, refused.value.found) == ("shoseki.example/other", ORIGIN)


def test_an_origin_that_no_log_has_is_refused(directory: Path) -> None:
    with pytest.raises(FormatError):
        Keyring.open_or_create(directory / "keyring.json", "Two\nlines", AT)
    assert not directory.exists()


def test_what_is_no_file_is_refused(directory: Path) -> None:
    directory.mkdir()
    (directory / "keyring.json").mkdir()
    with pytest.raises(KeysUnavailableError):
        Keyring.open_or_create(directory / "keyring.json", ORIGIN, AT)
    os.mkfifo(directory / "pipe", 0o600)  # must not wait for a writer
    with pytest.raises(KeysUnavailableError, match="regular"):
        Keyring(directory / "pipe", ORIGIN)


def test_one_that_is_endless_is_refused(keyring: Keyring) -> None:
    with keyring.path.open("ab") as file:
        file.truncate(1 << 40)
    with pytest.raises(KeysUnavailableError, match="larger"):
        keyring.reload()


def test_a_link_leads_to_the_keyring(keyring: Keyring, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(keyring.path)
    assert Keyring(link, ORIGIN).content == keyring.content
    assert Keyring.open_or_create(link, ORIGIN, AT).path == keyring.path


def test_a_failed_reload_keeps_what_was_read(keyring: Keyring) -> None:
    content = keyring.content
    keyring.path.unlink()
    with pytest.raises(KeyringMissingError):
        keyring.reload()
    assert keyring.content == content


# -- its bytes ---------------------------------------------------------------------------------------------------------


@given(count=st.integers(1, 4), current=st.integers(0, 3))
def test_what_is_written_is_read(count: int, current: int) -> None:
    keys = tuple(WrappingKey.new(AT) for _ in range(count))
    content = KeyringContent(ORIGIN, keys[current % count].id, keys)
    assert KeyringContent.from_bytes(content.to_bytes(), Path("keyring.json")) == content


def test_no_changed_byte_gives_another_key(keyring: Keyring) -> None:
    rotation.begin(keyring, AT)
    whole = keyring.path.read_bytes()
    keys = keyring.content.keys
    refusals = set()
    for offset in range(len(whole)):
        for change in (0x01, 0x20, 0x80):
            changed = whole[:offset] + bytes([whole[offset] ^ change]) + whole[offset + 1 :]
            try:
                read = KeyringContent.from_bytes(changed, keyring.path)
            except KeysError as refusal:
                refusals.add(type(refusal))
            else:
                assert {key.secret for key in read.keys} == {key.secret for key in keys}
    assert refusals == {KeyringDamagedError, KeysFormatError}


def test_no_cut_gives_a_keyring(keyring: Keyring) -> None:
    whole = keyring.path.read_bytes().rstrip()
    for size in range(len(whole)):
        with pytest.raises(KeyringDamagedError):
            KeyringContent.from_bytes(whole[:size], keyring.path)


@pytest.mark.parametrize(
    "change",
    [
        {"keys": []},
        {"keys": "none"},
        {"keys": [1]},
        {"keys": [{"id": "0" * 16, "key": "0" * 64, "created_at": "2026-11-22T09:00:00.000000Z"}]},
        {"current": "0" * 16},
        {"current": None},
        {"origin": 1},
        {"format": None},
        {"format": "somebody-elses-1"},
    ],
)
def test_what_no_keyring_says_is_damage(keyring: Keyring, change: dict[str, object]) -> None:
    members = json.loads(keyring.path.read_bytes()) | change
    with pytest.raises(KeyringDamagedError):
        KeyringContent.from_bytes(json.dumps(members).encode(), keyring.path)


def test_what_is_no_object_is_damage(keyring: Keyring) -> None:
    for data in (b"", b"[]", b"1", b"null", b"\xff", b"[" * 100_000):
        with pytest.raises(KeyringDamagedError):
            KeyringContent.from_bytes(data, keyring.path)


def test_a_later_version_is_not_damage(keyring: Keyring) -> None:
    later = keyring.path.read_bytes().replace(b"shoseki-keyring-1", b"shoseki-keyring-2")
    with pytest.raises(KeysFormatError) as refused:
        KeyringContent.from_bytes(later, keyring.path)
    assert refused.value.found == "shoseki-keyring-2"


def test_no_text_of_it_or_of_its_refusals_shows_a_key(keyring: Keyring) -> None:
    secret = keyring.content.keys[0].secret
    shown = [repr(keyring.content), repr(keyring), str(keyring.content.keys)]
    with pytest.raises(KeyringDamagedError) as refused:
        KeyringContent.from_bytes(keyring.path.read_bytes()[:-3], keyring.path)
    shown.append(repr(refused.value) + str(refused.value))
    assert refused.value.__suppress_context__
    for text in shown:
        assert secret.hex() not in text
        assert repr(secret)[2:-1] not in text


# -- wrapping ----------------------------------------------------------------------------------------------------------


def test_what_was_wrapped_opens(keyring: Keyring) -> None:
    wrapped = keyring.wrap(SECRET, kind="half", name="log")
    assert len(wrapped) == WRAPPED_BYTES
    assert keyring.unwrap(wrapped, kind="half", name="log") == SECRET
    assert SECRET[:8] not in wrapped
    assert keyring.wrap(SECRET, kind="half", name="log") != wrapped


def test_it_opens_only_as_what_it_was_wrapped_for(keyring: Keyring, directory: Path) -> None:
    wrapped = keyring.wrap(SECRET, kind="half", name="log")
    for kind, name in (("signer", "log"), ("half", "log2"), ("half", "")):
        with pytest.raises(SecretDamagedError):
            keyring.unwrap(wrapped, kind=kind, name=name)  # type: ignore[arg-type]
    other = "shoseki.example/other"
    path = directory / "other.json"
    path.write_bytes(keyring.path.read_bytes().replace(ORIGIN.encode(), other.encode()))
    path.chmod(0o600)
    with pytest.raises(SecretDamagedError):
        Keyring(path, other).unwrap(wrapped, kind="half", name="log")


def test_no_changed_bit_opens(keyring: Keyring) -> None:
    wrapped = keyring.wrap(SECRET, kind="signer", name="k")
    refusals = []
    for bit in range(8 * len(wrapped)):
        changed = bytearray(wrapped)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(KeysError) as refused:
            keyring.unwrap(bytes(changed), kind="signer", name="k")
        refusals.append(type(refused.value))
    wrong_key = slice(8, 72)  # the bits of the key's name
    assert set(refusals[wrong_key]) == {KeyringWrongError}
    assert set(refusals[:8] + refusals[72:]) == {SecretDamagedError}


@given(st.binary(max_size=2 * WRAPPED_BYTES))
def test_no_other_bytes_open(wrapped: bytes) -> None:
    keyring = object.__new__(Keyring)
    keyring.path, keyring.origin = Path("keyring.json"), ORIGIN
    key = WrappingKey(SECRET, "")
    keyring._content = KeyringContent(ORIGIN, key.id, (key,))
    for tried in (wrapped, b"\x01" + bytes.fromhex(key.id) + wrapped[:60].ljust(60, b"\x00")):
        with pytest.raises((SecretDamagedError, KeyringWrongError)):
            keyring.unwrap(tried, kind="half", name="log")


def test_another_keyring_is_named_wrong(keyring: Keyring, tmp_path: Path) -> None:
    other = Keyring.open_or_create(tmp_path / "other.json", ORIGIN, AT)
    wrapped = keyring.wrap(SECRET, kind="half", name="log")
    for attempt in (
        lambda: other.unwrap(wrapped, kind="half", name="log"),
        lambda: other.require(wrapped),
        lambda: other.after_rotation(lambda: other.unwrap(wrapped, kind="half", name="log")),
    ):
        with pytest.raises(KeyringWrongError) as refused:
            attempt()
        assert refused.value.wanted == keyring.content.current
        assert refused.value.held == other.content.ids
    keyring.require(wrapped)
    for damaged in (b"", b"\x01", b"\x01\xaa\xaf", wrapped[:8], b"\x02" + wrapped[1:]):
        keyring.require(damaged)  # damage, which opening names


def test_the_wrapped_form_is_as_documented(keyring: Keyring) -> None:
    """Opened here a second time, from the module's own text alone."""
    from hashlib import sha256

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    wrapped = keyring.wrap(SECRET, kind="half", name="trail:2026-11-22")
    (written,) = json.loads(keyring.path.read_bytes())["keys"]
    key = bytes.fromhex(written["key"])
    key_id = sha256(b"shoseki key-encryption key v1\n" + key).digest()[:8]
    assert written["id"] == key_id.hex()
    assert wrapped[:9] == b"\x01" + key_id
    aad = b"shoseki wrap v1\nshoseki.example/main\nhalf\ntrail:2026-11-22\n\x01" + key_id
    assert AESGCM(key).decrypt(wrapped[9:21], wrapped[21:], aad) == SECRET
