"""The first provider of :class:`ledger.keys.custody.CustodyVault`: sealed secrets in one file, their keys in another.

Guarantees: the contract of the port. Neither file opens anything alone, and both open nothing without the keyring. The
keys are kept as halves are (``sqlite``: wrapped, overwritten in their own place, never again under the same id), in a
file of their own that is in no backup: so a backup of the secrets is shut with the key. That a key is lost with its
disk is borne: a customer can be asked for a password again. Leaves to others: copies that the file system or the drive
made; what changing the keyring does about them is the same as for halves (docs/keys.md).

    custody-keys.sqlite   as halves.sqlite; ids ``custody:credential_…``
    custody.sqlite        boxes: number (rowid, appended) · id · since · box (zeros when destroyed)
    box                   0x01 ‖ nonce (12 random bytes) ‖ AES-256-GCM(seal key, nonce, length (4 bytes) ‖ secret ‖
                          zeros up to a multiple of 256, aad = "shoseki custody v1" ‖ LF ‖ origin ‖ LF ‖ id)
    seal key, digest key  HMAC-SHA-256(key, "shoseki custody seal v1"), … "shoseki custody digest v1"
    digest                HMAC-SHA-256(digest key, secret)
"""

import hmac
import re
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.keys.custody import CustodyRecord, CustodyState, CustodyVault, Destruction
from ledger.keys.database import Layout, PrivateDatabase, never
from ledger.keys.errors import (
    CredentialIdError,
    CustodyErasedError,
    CustodyLostError,
    CustodyTakenError,
    CustodyUnknownError,
    DestructionUnfinishedError,
    HalfDestroyedError,
    HalfUnknownError,
    SecretDamagedError,
)
from ledger.keys.keyring import Keyring
from ledger.keys.ports import Clock, Draw
from ledger.keys.secret import Secret
from ledger.keys.sqlite import SqliteHalfStore
from ledger.log.members import format_at

KEYS: Final = "custody-keys.sqlite"
BOXES: Final = "custody.sqlite"
COPIES: Final = ("vault", "vault_journals", "vault_backups")
"""What a destroyed key shuts: the sealed secret, what SQLite wrote beside it, and every backup of the boxes."""

LAYOUT: Final = Layout(
    application_id=0x53_48_43_31,  # "SHC1"
    version=1,
    schema=(
        """CREATE TABLE boxes (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            since TEXT NOT NULL,
            box BLOB NOT NULL CHECK (typeof(box) = 'blob')
        )""",
        never("DELETE", "boxes", "a secret is overwritten in its place, never deleted"),
    ),
)

_SELECT_ONE: Final = "SELECT box FROM boxes WHERE id = ?"
_SELECT_ALL: Final = "SELECT id, since FROM boxes ORDER BY id"
_INSERT: Final = "INSERT INTO boxes (id, since, box) VALUES (?, ?, ?)"
_OVERWRITE: Final = "UPDATE boxes SET box = zeroblob(length(box)) WHERE id = ?"

_CREDENTIAL = re.compile(r"credential_[0-9a-f]{32}\Z")
_KEY_CLASS = "custody:"
_VERSION = b"\x01"
_NONCE_END = 1 + 12
_LENGTH_BYTES = 4
_BLOCK = 256
_LEAST = _NONCE_END + _BLOCK + 16


class SqliteCustodyVault(CustodyVault):
    """Customers' secrets in two private files. Safe to share between threads and processes."""

    def __init__(self, directory: Path, keyring: Keyring, clock: Clock, draw: Draw = secrets.token_bytes) -> None:
        """Open the files of this directory; raise KeysMissingError and what else PrivateDatabase refuses."""
        self._keys = SqliteHalfStore(directory / KEYS, keyring, clock, draw)
        self._boxes = PrivateDatabase(directory / BOXES, keyring.origin, LAYOUT)
        self._origin = keyring.origin
        self._clock = clock

    @classmethod
    def open_or_create(
        cls, directory: Path, keyring: Keyring, clock: Clock, draw: Draw = secrets.token_bytes
    ) -> "SqliteCustodyVault":
        """Open the files, or make empty ones where they are absent; who calls this knows that none were lost."""
        SqliteHalfStore.open_or_create(directory / KEYS, keyring, clock)
        PrivateDatabase.create(directory / BOXES, keyring.origin, LAYOUT)
        return cls(directory, keyring, clock, draw)

    def put(self, credential: str, secret: Secret) -> str:
        """Seal the secret and give its digest; see the port.

        A crash leaves nothing, a key without a secret, or all of it; putting it again finishes.
        """
        _check(credential)
        with self._boxes.writing() as connection:
            # Under the lock that ``destroy`` takes after the key is gone: so either the key is seen to be gone here,
            # or what is written here is overwritten there.
            try:
                key = self._keys.create(_key_id(credential))
            except HalfDestroyedError as error:
                raise CustodyErasedError(credential, error.destroyed_at) from None
            box = self._box(connection, credential)
            if box is None:
                sealed = self._seal(credential, key, secret)
                connection.execute(_INSERT, (credential, format_at(self._clock()), sealed))
        if box is not None and self._unseal(credential, key, box) != secret:
            raise CustodyTakenError(credential)
        return hmac.digest(_derived(key, "digest"), secret.reveal(), "sha256").hex()

    def open(self, credential: str) -> Secret:
        """Give the secret; see the port."""
        _check(credential)
        try:
            key = self._keys.open(_key_id(credential))
        except HalfUnknownError:
            raise CustodyUnknownError(credential) from None
        except HalfDestroyedError as error:
            raise CustodyErasedError(credential, error.destroyed_at) from None
        with self._boxes.reading() as connection:
            box = self._box(connection, credential)
        if box is None:
            raise CustodyUnknownError(credential)
        return self._unseal(credential, key, box)

    def destroy(self, credential: str) -> Destruction:
        """Destroy key and secret for ever; see the port.

        The key goes first: from then on nothing opens, whatever a crash leaves of the rest.
        """
        _check(credential)
        key_id = _key_id(credential)
        self._keys.destroy(key_id)
        with self._boxes.writing() as connection:
            connection.execute(_OVERWRITE, (credential,))
        if not self._boxes.scrub():
            raise DestructionUnfinishedError(credential, self._boxes.path)
        return Destruction((key_id,), self._destroyed_at(key_id), COPIES)

    def list(self) -> Iterator[CustodyRecord]:
        """Give every id ever seen; see the port."""
        with self._boxes.reading() as connection:
            held = dict(connection.execute(_SELECT_ALL).fetchall())
        for key in self._keys.list():
            credential = key.id.removeprefix(_KEY_CLASS)
            since = held.get(credential)
            state: CustodyState = "destroyed" if key.state == "destroyed" else "unfinished" if since is None else "held"
            yield CustodyRecord(credential, state, since, key.destroyed_at)

    def held(self) -> frozenset[str]:
        """Give the ids of all secrets that may open; see the port. A key is there before its secret, and after."""
        return frozenset(each.removeprefix(_KEY_CLASS) for each in self._keys.live())

    def rewrap(self) -> None:
        """Wrap every key under the keyring's current one; see ``SqliteHalfStore.rewrap``."""
        self._keys.rewrap()

    def _destroyed_at(self, key_id: str) -> str:
        try:
            self._keys.open(key_id)
        except HalfDestroyedError as error:
            return error.destroyed_at
        raise AssertionError("a destroyed key does not open")

    def _box(self, connection: sqlite3.Connection, credential: str) -> bytes | None:
        row = connection.execute(_SELECT_ONE, (credential,)).fetchone()
        if row is not None and not isinstance(row[0], bytes):
            raise SecretDamagedError("secret", credential)
        return None if row is None else row[0]

    def _seal(self, credential: str, key: bytes, secret: Secret) -> bytes:
        plain = len(secret.reveal()).to_bytes(_LENGTH_BYTES) + secret.reveal()
        plain += bytes(-len(plain) % _BLOCK)  # the length of a password is worth knowing to who guesses
        nonce = secrets.token_bytes(_NONCE_END - 1)
        return _VERSION + nonce + AESGCM(_derived(key, "seal")).encrypt(nonce, plain, self._aad(credential))

    def _unseal(self, credential: str, key: bytes, box: bytes) -> Secret:
        if box[:1] != _VERSION or len(box) < _LEAST:
            raise SecretDamagedError("secret", credential)
        nonce, sealed = box[1:_NONCE_END], box[_NONCE_END:]
        try:
            plain = AESGCM(_derived(key, "seal")).decrypt(nonce, sealed, self._aad(credential))
        except InvalidTag:
            raise SecretDamagedError("secret", credential) from None
        length = int.from_bytes(plain[:_LENGTH_BYTES])
        return Secret(plain[_LENGTH_BYTES : _LENGTH_BYTES + length])

    def _aad(self, credential: str) -> bytes:
        return b"shoseki custody v1\n%b\n%b" % (self._origin.encode(), credential.encode())


class LostCustodyVault(CustodyVault):
    """A vault of which a file is missing: it holds nothing that opens, and says so whenever it is asked."""

    def __init__(self, missing: Path) -> None:
        """Name the file that is missing."""
        self._missing = missing

    def put(self, credential: str, secret: Secret) -> str:  # noqa: ARG002 - the port's
        """Raise CustodyLostError."""
        raise CustodyLostError(self._missing)

    def open(self, credential: str) -> Secret:  # noqa: ARG002 - the port's
        """Raise CustodyLostError."""
        raise CustodyLostError(self._missing)

    def destroy(self, credential: str) -> Destruction:  # noqa: ARG002 - the port's
        """Raise CustodyLostError."""
        raise CustodyLostError(self._missing)

    def list(self) -> Iterator[CustodyRecord]:
        """Raise CustodyLostError."""
        raise CustodyLostError(self._missing)

    def held(self) -> frozenset[str]:
        """Give none: nothing opens."""
        return frozenset()

    def rewrap(self) -> None:
        """Wrap nothing: there is nothing left to wrap."""


def _check(credential: str) -> None:
    if not _CREDENTIAL.match(credential):
        raise CredentialIdError(credential)


def _key_id(credential: str) -> str:
    return _KEY_CLASS + credential


def _derived(key: bytes, use: str) -> bytes:
    return hmac.digest(key, f"shoseki custody {use} v1".encode(), "sha256")
