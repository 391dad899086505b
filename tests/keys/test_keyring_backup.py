"""The warning that the only copy of the keyring is the keyring, until a copy is shown."""

import json
import os
import shutil
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from key_stories import ORIGIN, every_death

from ledger.keys import backup, rotation
from ledger.keys.errors import BackupRefusedError, KeyringMissingError
from ledger.keys.keyring import Keyring

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def copy(keyring: Keyring, tmp_path: Path) -> Path:
    return Path(shutil.copy(keyring.path, tmp_path / "copy.json"))


def test_it_warns_until_a_copy_is_confirmed(keyring: Keyring, copy: Path) -> None:
    for language, word in (("en", "No backup"), ("ja", "控え")):
        text = backup.warning(keyring, language)  # type: ignore[arg-type]
        assert text is not None
        assert word in text
        assert str(keyring.path) in text
        assert ORIGIN in text
        assert "\n" not in text
    backup.confirm(keyring, copy, AT)
    assert backup.warning(keyring) is None
    assert backup.confirmed(Keyring(keyring.path, ORIGIN))


def test_the_confirmation_is_small_private_and_holds_no_key(keyring: Keyring, copy: Path) -> None:
    backup.confirm(keyring, copy, AT)
    path = keyring.path.with_name("keyring.json.backup-confirmed")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    members = json.loads(path.read_bytes())
    assert members == {
        "confirmed_at": "2026-11-22T09:00:00.000000Z",
        "format": "shoseki-keyring-backup-1",
        "keys": list(keyring.content.ids),
    }
    assert keyring.content.keys[0].secret.hex() not in path.read_text()


def test_the_keyring_is_not_its_own_backup(keyring: Keyring, tmp_path: Path) -> None:
    link, second_name = tmp_path / "link.json", tmp_path / "name.json"
    link.symlink_to(keyring.path)
    os.link(keyring.path, second_name)
    for itself in (keyring.path, link, second_name):
        with pytest.raises(BackupRefusedError, match="it is the keyring itself") as refused:
            backup.confirm(keyring, itself, AT)
        assert refused.value.copy == itself
    assert not backup.confirmed(keyring)


def test_what_holds_another_key_or_none_is_no_backup(keyring: Keyring, copy: Path, tmp_path: Path) -> None:
    other = Keyring.open_or_create(tmp_path / "2" / "keyring.json", ORIGIN, AT)
    foreign = Keyring.open_or_create(tmp_path / "3" / "keyring.json", "shoseki.example/other", AT)
    cut = tmp_path / "cut.json"
    cut.write_bytes(copy.read_bytes()[:-10])
    later = tmp_path / "later.json"
    later.write_bytes(copy.read_bytes().replace(b"keyring-1", b"keyring-9"))
    for given, reason in (
        (other.path, other.content.current and "lacks the key " + keyring.content.current),
        (foreign.path, "belongs to the log shoseki.example/other"),
        (cut, "cannot be read as a keyring"),
        (later, "cannot be read as a keyring"),
        (tmp_path / "nowhere.json", "cannot be read, No such file"),
        (tmp_path, "cannot be read, Is a directory"),
    ):
        with pytest.raises(BackupRefusedError, match=reason):
            backup.confirm(keyring, given, AT)
    assert not backup.confirmed(keyring)


def test_a_copy_with_free_permissions_on_a_stick_will_do(keyring: Keyring, copy: Path) -> None:
    """Its file system may know no permissions; docs/keys.md says how to keep it."""
    copy.chmod(0o755)
    backup.confirm(keyring, copy, AT)
    assert backup.confirmed(keyring)


def test_a_new_key_asks_again(keyring: Keyring, copy: Path) -> None:
    backup.confirm(keyring, copy, AT)
    rotation.begin(keyring, AT)
    assert backup.warning(keyring) is not None
    with pytest.raises(BackupRefusedError, match=keyring.content.ids[-1]):
        backup.confirm(keyring, copy, AT)
    shutil.copy(keyring.path, copy)
    backup.confirm(keyring, copy, AT)
    assert backup.warning(keyring) is None


def test_a_confirmation_of_a_keyring_that_is_gone_confirms_nothing(keyring: Keyring, copy: Path) -> None:
    keyring.path.unlink()
    with pytest.raises(KeyringMissingError):
        backup.confirm(keyring, copy, AT)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: b"[]",
        lambda data: b"\xff",
        lambda data: data[:-5],
        lambda data: data.replace(b"backup-1", b"backup-2"),
        lambda data: data.replace(b'"keys"', b'"kays"'),
        lambda data: b'{"format": "shoseki-keyring-backup-1", "keys": 7}',
        lambda data: b'{"format": "shoseki-keyring-backup-1", "keys": [null, 1, {}]}',
    ],
)
def test_a_damaged_confirmation_confirms_nothing(
    keyring: Keyring, copy: Path, change: Callable[[bytes], bytes]
) -> None:
    backup.confirm(keyring, copy, AT)
    path = keyring.path.with_name("keyring.json.backup-confirmed")
    path.write_bytes(change(path.read_bytes()))
    assert not backup.confirmed(keyring)
    assert backup.warning(keyring) is not None
    backup.confirm(keyring, copy, AT)
    assert backup.confirmed(keyring)


def test_an_exposed_confirmation_confirms_nothing(keyring: Keyring, copy: Path) -> None:
    backup.confirm(keyring, copy, AT)
    keyring.path.with_name("keyring.json.backup-confirmed").chmod(0o666)
    assert not backup.confirmed(keyring)


def test_dying_at_any_step_of_a_confirmation(keyring: Keyring, copy: Path, directory: Path) -> None:
    content = keyring.content
    for _ in every_death(directory, lambda: backup.confirm(keyring, copy, AT)):
        assert Keyring(keyring.path, ORIGIN).content == content
    assert backup.confirmed(keyring)
