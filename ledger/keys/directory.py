"""All secrets of one log together: keyring, halves and signing keys, made in one order and opened as a whole.

Guarantees: a file that was there once is never silently made anew. The files are made in the order keyring, halves,
signing keys; so one that is absent while a later one is there was lost, and that is said instead of replacing it with
an empty one under which nothing old opens. Leaves to others: which directory, and that it is neither in the entries'
database nor in its backups.

    DIRECTORY/keyring.json                    the key-encryption keys; may be elsewhere, on other storage
    DIRECTORY/keyring.json.backup-confirmed   which of its keys a confirmed copy holds (beside the keyring)
    DIRECTORY/halves.sqlite                   chain and epoch halves, wrapped
    DIRECTORY/signers.sqlite                  signing keys, wrapped
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.keys import private_file
from ledger.keys.errors import KeyringMissingError, KeysMissingError
from ledger.keys.keyring import Keyring
from ledger.keys.ports import Clock
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
    signers: SignerStore


def create_key_directory(directory: Path, origin: str, clock: Clock, keyring: Path | None = None) -> KeyDirectory:
    """Make what is not there yet, the first signing key included, and open it; safe to repeat and to race.

    Raises KeyringMissingError or KeysMissingError for a file that must have been there; what opening refuses.
    """
    keyring = keyring or directory / KEYRING
    halves, signers = directory / HALVES, directory / SIGNERS
    private_file.make_directory(directory)
    with private_file.refusing(directory):
        signers_there, halves_there = signers.exists(), halves.exists()
        keyring_there = keyring.exists()  # looked at last: a racing process makes it first
    if not keyring_there and (halves_there or signers_there):
        raise KeyringMissingError(keyring)
    if not halves_there and signers_there:
        raise KeysMissingError(halves)
    ring = Keyring.open_or_create(keyring, origin, clock())
    half_store = SqliteHalfStore.open_or_create(halves, ring, clock)
    signer_store = SignerStore.open_or_create(signers, ring, clock)
    signer_store.create_first()
    return KeyDirectory(ring, half_store, signer_store)


def open_key_directory(directory: Path, origin: str, clock: Clock, keyring: Path | None = None) -> KeyDirectory:
    """Open what is there; make nothing.

    Raises KeyringMissingError, KeysMissingError, KeyringWrongError, or what else the files refuse.
    """
    ring = Keyring(keyring or directory / KEYRING, origin)
    halves = SqliteHalfStore(directory / HALVES, ring, clock)
    return KeyDirectory(ring, halves, SignerStore(directory / SIGNERS, ring, clock))
