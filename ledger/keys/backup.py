"""Whether somebody holds a copy of the keyring: asked for until it is shown, and again after every new key.

Guarantees: a confirmation is given only against a copy that was read and holds every key of the present keyring, so
"yes, I have one" is not enough. Leaves to others: where the copy is kept, and that it is as secret as the original.

The confirmation stands in a small file of its own beside the keyring (``NAME.backup-confirmed``): the keyring itself
is written only when its keys change. It holds no secret. Losing it brings the warning back, which is the safe side.

    NAME.backup-confirmed   JSON: {"confirmed_at", "format": "shoseki-keyring-backup-1", "keys": [id, …]}
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from ledger.keys import private_file
from ledger.keys.errors import BackupRefusedError, KeysError
from ledger.keys.keyring import Keyring, KeyringContent
from ledger.log.members import format_at

FORMAT: Final = "shoseki-keyring-backup-1"
_MAX_BYTES = 1 << 20

_WARNINGS: Final = {
    "en": (
        "No backup of the keyring {path} is confirmed: if this file is lost, no payload of {origin} can ever be read "
        "again and the log can sign nothing more; copy it to another place and confirm the copy."
    ),
    "ja": (
        "鍵束 {path} の控えが確認されていません。このファイルを失うと {origin} の記録の内容は二度と読めず、"
        "署名もできなくなりますので、別の場所に写しを取り、その写しを確認してください。"
    ),
}


def confirm(keyring: Keyring, copy: Path, at: datetime) -> None:
    """Confirm that ``copy`` holds every key of the present keyring.

    Raises BackupRefusedError where it is the keyring itself, cannot be read, is no keyring, belongs to another log or
    lacks a key.
    """
    keyring.reload()
    try:
        itself = copy.samefile(keyring.path)
        with copy.open("rb") as file:
            data = file.read(_MAX_BYTES)
    except OSError as error:
        raise BackupRefusedError(copy, f"it cannot be read, {error.strerror or error}") from error
    if itself:
        raise BackupRefusedError(copy, "it is the keyring itself")
    try:
        held = KeyringContent.from_bytes(data, copy)
    except KeysError as error:
        raise BackupRefusedError(copy, "it cannot be read as a keyring of this version") from error
    if held.origin != keyring.origin:
        raise BackupRefusedError(copy, f"it belongs to the log {held.origin}")
    lacking = sorted(set(keyring.content.ids) - set(held.ids))
    if lacking:
        raise BackupRefusedError(copy, f"it lacks the key {', '.join(lacking)}")
    with private_file.exclusive(keyring.path.parent):
        _write(_path(keyring), {"confirmed_at": format_at(at), "format": FORMAT, "keys": list(held.ids)})


def confirmed(keyring: Keyring) -> bool:
    """Tell whether a copy of every key of the keyring was confirmed. What cannot be read confirms nothing."""
    try:
        members = json.loads(private_file.read(_path(keyring)))
    except (FileNotFoundError, ValueError, RecursionError, KeysError):
        return False
    match members:
        case {"format": found, "keys": [*ids]} if found == FORMAT:
            return all(key_id in ids for key_id in keyring.content.ids)
    return False


def warning(keyring: Keyring, language: Literal["en", "ja"] = "en") -> str | None:
    """Give one sentence for people while no backup is confirmed, else None."""
    if confirmed(keyring):
        return None
    return _WARNINGS[language].format(path=keyring.path, origin=keyring.origin)


def _path(keyring: Keyring) -> Path:
    return keyring.path.with_name(keyring.path.name + ".backup-confirmed")


def _write(path: Path, members: dict[str, object]) -> None:
    data = json.dumps(members, indent=2).encode() + b"\n"
    if not private_file.install(path, lambda new: private_file.write(new, data)):
        private_file.replace(path, data)
