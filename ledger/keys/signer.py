"""The keys that sign the log's checkpoints (Ed25519), each valid for an interval of tree sizes.

Guarantees: only a key whose interval holds the size signs a checkpoint of that size; there is one first key, whoever
asks first; after a rotation both keys sign over the overlap. A private key stands in the file only wrapped by the
keyring. Leaves to others: announcing a rotation as ``log.key_added.v1`` and ``log.key_retired.v1``
(docs/record-format.md, section 5), and signing a checkpoint inside the overlap, by which verifiers get from the old
key to the new one.

An interval is half open: a key signs sizes ``from_size <= size < to_size``, or all from ``from_size`` while ``to_size``
is None. So ``to_size`` is the ``from_size`` of the ``log.key_retired.v1`` that announces the end.

    signers   number (rowid, appended) · vkey · from_size · created_at · wrapped (69 bytes, see ``keyring``)
    retired   number · to_size
"""

import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.keys.database import Layout, PrivateDatabase, never
from ledger.keys.errors import KeysBusyError, NoSignerError, RotationRefusedError
from ledger.keys.keyring import SECRET_BYTES, WRAPPED_BYTES, Keyring
from ledger.keys.ports import Clock, Draw
from ledger.log.canonical import MAX_INTEGER
from ledger.log.members import format_at
from ledger.log.note import ED25519, VerifierKey

LAYOUT: Final = Layout(
    application_id=0x53_48_4B_32,  # "SHK2"
    version=1,
    schema=(
        f"""CREATE TABLE signers (
            number INTEGER PRIMARY KEY,
            vkey TEXT NOT NULL UNIQUE,
            from_size INTEGER NOT NULL CHECK (from_size >= 0),
            created_at TEXT NOT NULL,
            wrapped BLOB NOT NULL CHECK (typeof(wrapped) = 'blob' AND length(wrapped) = {WRAPPED_BYTES:d})
        )""",
        "CREATE TABLE retired (number INTEGER PRIMARY KEY REFERENCES signers (number), to_size INTEGER NOT NULL)",
        never("DELETE", "signers", "a signing key is overwritten in its place, never deleted"),
        never("DELETE", "retired", "a retirement is never taken back"),
        never("UPDATE", "retired", "a retirement is never changed"),
    ),
)

_SELECT: Final = (
    "SELECT number, vkey, from_size, to_size, wrapped FROM signers LEFT JOIN retired USING (number) ORDER BY number"
)
_INSERT: Final = "INSERT INTO signers (vkey, from_size, created_at, wrapped) VALUES (?, ?, ?, ?)"
_RETIRE: Final = "INSERT INTO retired (number, to_size) VALUES (?, ?)"
_REWRAP: Final = "UPDATE signers SET wrapped = ? WHERE number = ?"


@dataclass(frozen=True, slots=True)
class Interval:
    """A signing key and the tree sizes for which it signs: ``from_size <= size < to_size``, None meaning no end yet."""

    vkey: str
    from_size: int
    to_size: int | None

    def holds(self, size: int) -> bool:
        """Tell whether the key signs checkpoints of this size."""
        return self.from_size <= size and (self.to_size is None or size < self.to_size)


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did, to be announced: the key that begins, and the one that ends where the overlap ends."""

    added: Interval
    retired: Interval


class Signer:
    """One private key in memory, bound to the log's name: what ``ledger.log.note`` signs with."""

    __slots__ = ("_private_key", "_verifier_key")

    def __init__(self, origin: str, seed: bytes) -> None:
        """Make the key of this 32-byte seed (RFC 8032)."""
        self._private_key = Ed25519PrivateKey.from_private_bytes(seed)
        self._verifier_key = VerifierKey(origin, ED25519, self._private_key.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        """The key name: the log's origin."""
        return self._verifier_key.name

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that, with the name, tell which key made a signature."""
        return self._verifier_key.key_id

    @property
    def vkey(self) -> str:
        """The public key as verifiers pin it."""
        return self._verifier_key.text

    def sign(self, message: bytes) -> bytes:
        """Give the 64-byte Ed25519 signature over ``message``."""
        return self._private_key.sign(message)


class _Row(NamedTuple):
    number: int
    interval: Interval
    wrapped: bytes


class SignerStore:
    """The signing keys of one log in one private file.

    Safe to share between threads and processes. SQLite's own rule holds: no fork while another thread is inside a call.
    """

    def __init__(self, path: Path, keyring: Keyring, clock: Clock, draw: Draw = secrets.token_bytes) -> None:
        """Open the file of signing keys of the keyring's log.

        Raises KeyringWrongError where they are wrapped under another keyring; what PrivateDatabase refuses.
        """
        self._database = PrivateDatabase(path, keyring.origin, LAYOUT)
        self._keyring = keyring
        self._clock = clock
        self._draw = draw
        keyring.after_rotation(self._check_keyring)

    @classmethod
    def open_or_create(
        cls, path: Path, keyring: Keyring, clock: Clock, draw: Draw = secrets.token_bytes
    ) -> "SignerStore":
        """Open the file, or make an empty one where it is absent.

        Who calls this must know that no signing key was ever kept at ``path`` before (``directory`` does).
        """
        PrivateDatabase.create(path, keyring.origin, LAYOUT)
        return cls(path, keyring, clock, draw)

    def create_first(self) -> Interval:
        """Give the log's first key, valid from size 0, making it when there is none. All callers get the same."""
        with self._database.writing() as connection:
            rows = self._rows(connection)
            if rows:
                return rows[0].interval
            return self._insert(connection, from_size=0)

    def intervals(self) -> tuple[Interval, ...]:
        """Give every key there ever was, in the order of their making."""
        return tuple(row.interval for row in self._read())

    def signers(self, size: int) -> tuple[Signer, ...]:
        """Give the keys that sign a checkpoint of this size, the oldest first.

        Raises NoSignerError when there is none.
        """

        def attempt() -> tuple[Signer, ...]:
            rows = [row for row in self._read() if row.interval.holds(size)]
            return tuple(Signer(self._keyring.origin, self._unwrap(row)) for row in rows)

        signers = self._keyring.after_rotation(attempt)
        if not signers:
            raise NoSignerError(size, self._database.path)
        return signers

    def rotate(self, at_size: int, overlap: int) -> Rotation:
        """Make a key that signs from ``at_size`` on, and let the one before sign up to ``at_size + overlap``.

        The overlap must be wide enough that a checkpoint falls into it, entries a second being what they are; the
        caller signs one as soon as the rotation is announced. Asked again with the same numbers, it gives the same
        rotation and makes no second key, so a crash before the announcement is repaired by asking again.

        Raises NoSignerError before the first key, RotationRefusedError where a newer key begins already or nothing
        would overlap.
        """
        with self._database.writing() as connection:
            rows = self._rows(connection)
            if not rows:
                raise NoSignerError(at_size, self._database.path)
            done = _same(rows, at_size, at_size + overlap)
            if done is not None:
                return done
            newest = rows[-1]
            if overlap < 1:
                raise RotationRefusedError(at_size, "no checkpoint could be signed by both keys without an overlap")
            if at_size + overlap > MAX_INTEGER:
                raise RotationRefusedError(at_size, "no log grows that large")
            if at_size <= newest.interval.from_size:
                raise RotationRefusedError(at_size, f"the newest key signs only from size {newest.interval.from_size}")
            added = self._insert(connection, from_size=at_size)
            connection.execute(_RETIRE, (newest.number, at_size + overlap))
            return Rotation(added, Interval(newest.interval.vkey, newest.interval.from_size, at_size + overlap))

    def rewrap(self) -> None:
        """Wrap every signing key under the keyring's current key and leave no trace of the old wrapping in the file.

        Raises SecretDamagedError, having changed nothing, for a key that does not open; KeysBusyError when old bytes
        could not be overwritten yet: call it again.
        """
        with self._database.writing() as connection:
            self._keyring.reload()
            for row in self._rows(connection):
                again = self._keyring.rewrap(row.wrapped, kind="signer", name=row.interval.vkey)
                connection.execute(_REWRAP, (again, row.number))
        if not self._database.scrub():
            raise KeysBusyError(self._database.path)

    def _insert(self, connection: sqlite3.Connection, *, from_size: int) -> Interval:
        self._keyring.reload()  # under the write lock, as for a half: see SqliteHalfStore.create
        self._require(self._rows(connection))
        seed = self._draw(SECRET_BYTES)
        vkey = Signer(self._keyring.origin, seed).vkey
        wrapped = self._keyring.wrap(seed, kind="signer", name=vkey)
        connection.execute(_INSERT, (vkey, from_size, format_at(self._clock()), wrapped))
        return Interval(vkey, from_size, None)

    def _rows(self, connection: sqlite3.Connection) -> list[_Row]:
        rows = []
        for number, vkey, from_size, to_size, wrapped in connection.execute(_SELECT).fetchall():
            found = (type(vkey), type(from_size), type(to_size), type(wrapped))
            if found not in {(str, int, int, bytes), (str, int, type(None), bytes)}:
                raise self._database.damaged("a signing key lacks a part")
            rows.append(_Row(number, Interval(vkey, from_size, to_size), wrapped))
        return rows

    def _read(self) -> list[_Row]:
        with self._database.reading() as connection:
            return self._rows(connection)

    def _unwrap(self, row: _Row) -> bytes:
        return self._keyring.unwrap(row.wrapped, kind="signer", name=row.interval.vkey)

    def _check_keyring(self) -> None:
        self._require(self._read())

    def _require(self, rows: list[_Row]) -> None:
        for row in rows:
            self._keyring.require(row.wrapped)


def _same(rows: list[_Row], at_size: int, to_size: int) -> Rotation | None:
    """Give the newest rotation when it is the one asked for."""
    if len(rows) > 1 and rows[-1].interval.from_size == at_size and rows[-2].interval.to_size == to_size:
        return Rotation(rows[-1].interval, rows[-2].interval)
    return None
