"""All secrets of one log together: keyring, halves, custody, signing keys, made in one order and opened as a whole.

Guarantees: a file that was there once is never silently made anew. The files are made in the order keyring, halves,
custody, signing keys; so one that is absent while a later one is there was lost, and that is said instead of replacing
it with an empty one under which nothing old opens. Leaves to others: which directory, and that it is neither in the
entries' database nor in its backups.

    DIRECTORY/keyring.json                    the key-encryption keys; may be elsewhere, on other storage
    DIRECTORY/keyring.json.backup-confirmed   which of its keys a confirmed copy holds (beside the keyring)
    DIRECTORY/halves.sqlite                   chain and epoch halves, wrapped
    DIRECTORY/custody-keys.sqlite             the keys of customers' secrets, wrapped; in no backup
    DIRECTORY/custody.sqlite                  customers' secrets, sealed
    DIRECTORY/signers.sqlite                  signing keys, wrapped
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.keys import custody_vault, private_file
from ledger.keys.custody_vault import LostCustodyVault, SqliteCustodyVault
from ledger.keys.errors import KeyringMissingError, KeysMissingError
from ledger.keys.keyring import Keyring
from ledger.keys.ports import Clock, Draw
from ledger.keys.signer import SignerStore
from ledger.keys.sqlite import SqliteHalfStore

KEYRING: Final = "keyring.json"
HALVES: Final = "halves.sqlite"
SIGNERS: Final = "signers.sqlite"


@dataclass(frozen=True, slots=True)
class KeyDirectory:
    """The opened secrets of one log."""

    keyring: Keyring
    halves: SqliteHalfStore
    custody: SqliteCustodyVault | LostCustodyVault
    signers: SignerStore


def create_key_directory(
    directory: Path, origin: str, clock: Clock, keyring: Path | None = None, draw: Draw = secrets.token_bytes
) -> KeyDirectory:
    """Make what is not there yet, the first signing key included, and open it; safe to repeat and to race.

    Raises KeyringMissingError or KeysMissingError for a file that must have been there; what opening refuses.
    """
    keyring = keyring or directory / KEYRING
    halves, signers = directory / HALVES, directory / SIGNERS
    custody = (directory / custody_vault.KEYS, directory / custody_vault.BOXES)
    private_file.make_directory(directory)
    with private_file.refusing(directory):
        # in the order opposite to their making: a racing process makes what is looked at later first
        there = [(path, path.exists()) for path in (signers, *reversed(custody), halves)]
        keyring_there = keyring.exists()
    if not keyring_there and any(found for _, found in there):
        raise KeyringMissingError(keyring)
    for number, (path, found) in enumerate(there):
        if not found and any(later for _, later in there[:number]):
            raise KeysMissingError(path)
    ring = Keyring.open_or_create(keyring, origin, clock())
    half_store = SqliteHalfStore.open_or_create(halves, ring, clock, draw)
    vault = SqliteCustodyVault.open_or_create(directory, ring, clock, draw)
    signer_store = SignerStore.open_or_create(signers, ring, clock, draw)
    signer_store.create_first()
    return KeyDirectory(ring, half_store, vault, signer_store)


def may_have_signed(directory: Path) -> bool:
    """Tell whether a signing key was ever made in this directory, as far as can be seen."""
    with private_file.refusing(directory):
        return (directory / SIGNERS).exists()


def open_key_directory(
    directory: Path, origin: str, clock: Clock, keyring: Path | None = None, draw: Draw = secrets.token_bytes
) -> KeyDirectory:
    """Open what is there; make nothing.

    Customers' secrets are in no backup: where their files were lost, only what needs them is refused, and the log goes
    on. Raises KeyringMissingError, KeysMissingError, KeyringWrongError, or what else the files refuse.
    """
    ring = Keyring(keyring or directory / KEYRING, origin)
    halves = SqliteHalfStore(directory / HALVES, ring, clock, draw)
    vault: SqliteCustodyVault | LostCustodyVault
    try:
        vault = SqliteCustodyVault(directory, ring, clock, draw)
    except KeysMissingError as error:
        vault = LostCustodyVault(error.path)
    return KeyDirectory(ring, halves, vault, SignerStore(directory / SIGNERS, ring, clock, draw))
