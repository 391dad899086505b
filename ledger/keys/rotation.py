"""Changing the keyring's key, so that old copies of wrapped secrets and old keyrings open nothing any more.

This is what reaches the copies that overwriting cannot: blocks that a drive moved, snapshots, backups of the file of
halves. Once the old key is dropped and the old keyring files are destroyed, a wrapped secret in such a copy stays shut.

Guarantees: nothing is wrapped under a new key before a copy of it is confirmed, and a crash on any line leaves a
keyring that opens everything; :func:`finish` is repeated until it returns. Leaves to others: destroying the old
keyring and its copies, without which nothing is gained.

    begin     the keyring gets a next key; nothing is wrapped under it yet
              a person copies the keyring and confirms the copy (``backup.confirm``)
    finish    the next key becomes the current one → halves, custody's keys and signing keys are wrapped anew → older
              keys are dropped
"""

from dataclasses import replace
from datetime import datetime

from ledger.keys import backup, private_file
from ledger.keys.directory import KeyDirectory
from ledger.keys.errors import BackupUnconfirmedError
from ledger.keys.keyring import Keyring, KeyringContent, WrappingKey


def begin(keyring: Keyring, at: datetime) -> str:
    """Give the keyring a next key and tell its id; the id of the present one where a rotation has begun already."""
    with private_file.exclusive(keyring.path.parent):
        keyring.reload()
        content = keyring.content
        if content.ids[-1] == content.current:
            _put(keyring, replace(content, keys=(*content.keys, WrappingKey.new(at))))
        return keyring.content.ids[-1]


def finish(keys: KeyDirectory) -> None:
    """Wrap everything under the newest key and drop the others; nothing to do where there is only one.

    Raises BackupUnconfirmedError before anything is changed while no copy with the newest key is confirmed;
    SecretDamagedError or KeysBusyError in between, with both keys still there: repair that and call it again.
    """
    keyring = keys.keyring
    with private_file.exclusive(keyring.path.parent):
        keyring.reload()
        newest = keyring.content.keys[-1]
        if len(keyring.content.keys) == 1:
            return
        if not backup.confirmed(keyring):
            raise BackupUnconfirmedError(keyring.path)
        _put(keyring, replace(keyring.content, current=newest.id))
        keys.halves.rewrap()
        keys.custody.rewrap()
        keys.signers.rewrap()
        _put(keyring, replace(keyring.content, keys=(newest,)))


def _put(keyring: Keyring, content: KeyringContent) -> None:
    private_file.replace(keyring.path, content.to_bytes())
    keyring.reload()
