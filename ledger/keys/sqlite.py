"""The first provider of :class:`ledger.keys.ports.HalfStore`: an SQLite file whose halves are wrapped by the keyring.

Guarantees: the contract of the port. Neither the file nor the keyring alone opens anything: a half stands in the file
wrapped, bound to its log and its id. A destroyed half is overwritten by zeros in its own place and the write-ahead log
is cut to nothing; its id stays with the time, so it can never be created again. Leaves to others: the keyring, and the
copies that the file system, the drive or a backup made (docs/keys.md says what destruction cannot promise).

    halves      number (rowid, appended) · id · created_at · wrapped (69 bytes, see ``keyring``; zeros when destroyed)
    destroyed   number · at
"""

import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger.keys.database import FileState, Layout, PrivateDatabase, never
from ledger.keys.errors import DestructionUnfinishedError, HalfDestroyedError, HalfUnknownError, KeysBusyError
from ledger.keys.keyring import GONE, WRAPPED_BYTES, Keyring
from ledger.keys.ports import HALF_BYTES, Clock, Draw, HalfRecord, HalfState, HalfStore, check_half_id
from ledger.log.errors import FormatError
from ledger.log.members import format_at, parse_at

LAYOUT: Final = Layout(
    application_id=0x53_48_4B_31,  # "SHK1"
    version=1,
    schema=(
        f"""CREATE TABLE halves (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            created_at TEXT,
            wrapped BLOB NOT NULL CHECK (typeof(wrapped) = 'blob' AND length(wrapped) = {WRAPPED_BYTES:d})
        )""",
        "CREATE TABLE destroyed (number INTEGER PRIMARY KEY REFERENCES halves (number), at TEXT NOT NULL)",
        never("DELETE", "halves", "a half is overwritten in its place, never deleted"),
        never("DELETE", "destroyed", "a destruction is never taken back"),
        never("UPDATE", "destroyed", "a destruction is never changed"),
    ),
)

_SELECT_ONE: Final = (
    "SELECT halves.wrapped, destroyed.at FROM halves LEFT JOIN destroyed USING (number) WHERE halves.id = ?"
)
_SELECT_ALL: Final = (
    "SELECT halves.id, halves.created_at, destroyed.at, halves.wrapped FROM halves LEFT JOIN destroyed USING (number) "
    "ORDER BY halves.id"
)
_SELECT_LIVE: Final = (
    "SELECT number, id, wrapped FROM halves WHERE number NOT IN (SELECT number FROM destroyed) ORDER BY number"
)
_SELECT_LIVE_IDS: Final = "SELECT id FROM halves WHERE number NOT IN (SELECT number FROM destroyed)"
_SELECT_NEWEST: Final = (
    "SELECT wrapped FROM halves WHERE number NOT IN (SELECT number FROM destroyed) ORDER BY number DESC LIMIT 1"
)
_INSERT: Final = "INSERT INTO halves (id, created_at, wrapped) VALUES (?, ?, ?)"
_INSERT_UNKNOWN: Final = "INSERT INTO halves (id, created_at, wrapped) VALUES (?, NULL, ?) ON CONFLICT (id) DO NOTHING"
_OVERWRITE: Final = "UPDATE halves SET wrapped = ? WHERE id = ?"
_MARK: Final = (
    "INSERT INTO destroyed (number, at) SELECT number, ? FROM halves WHERE id = ? ON CONFLICT (number) DO NOTHING"
)
_REWRAP: Final = "UPDATE halves SET wrapped = ? WHERE number = ?"


class SqliteHalfStore(HalfStore):
    """Halves in one private file.

    Safe to share between threads and processes. SQLite's own rule holds: no fork while another thread is inside a call.
    """

    def __init__(self, path: Path, keyring: Keyring, clock: Clock, draw: Draw = secrets.token_bytes) -> None:
        """Open the file of halves of the keyring's log.

        Raises KeyringWrongError where its halves are wrapped under another keyring; what PrivateDatabase refuses.
        """
        self._database = PrivateDatabase(path, keyring.origin, LAYOUT)
        self._keyring = keyring
        self._clock = clock
        self._draw = draw
        self._live: tuple[FileState | None, frozenset[str]] = (None, frozenset())
        keyring.after_rotation(self._check_keyring)

    @classmethod
    def open_or_create(
        cls, path: Path, keyring: Keyring, clock: Clock, draw: Draw = secrets.token_bytes
    ) -> "SqliteHalfStore":
        """Open the file, or make an empty one where it is absent.

        Who calls this must know that no half was ever kept at ``path`` before (``directory`` does).
        """
        PrivateDatabase.create(path, keyring.origin, LAYOUT)
        return cls(path, keyring, clock, draw)

    @property
    def path(self) -> Path:
        """Tell which file this is."""
        return self._database.path

    def create(self, half_id: str) -> bytes:
        """Give the half of this id, making it when there is none; see the port."""
        try:
            return self.open(half_id)
        except HalfUnknownError:
            pass
        with self._database.writing() as connection:
            if self._wrapped(connection, half_id) is None:
                # Read under the write lock: a rotation of the keyring re-wraps under this lock too, so a half is
                # either seen by it or wrapped under its new key. And a half must not be wrapped under a key whose
                # file was lost or exchanged while this process ran.
                self._keyring.reload()
                self._require_keyring(connection)
                wrapped = self._keyring.wrap(self._draw(HALF_BYTES), kind="half", name=half_id)
                connection.execute(_INSERT, (half_id, format_at(self._clock()), wrapped))
        return self.open(half_id)  # what is durable now, whoever made it

    def open(self, half_id: str) -> bytes:
        """Give the half of this id; see the port."""
        check_half_id(half_id)

        def attempt() -> bytes:
            with self._database.reading() as connection:
                wrapped = self._wrapped(connection, half_id)
            if wrapped is None:
                raise HalfUnknownError(half_id)
            return self._keyring.unwrap(wrapped, kind="half", name=half_id)

        return self._keyring.after_rotation(attempt)

    def destroy(self, half_id: str) -> None:
        """Destroy the half of this id for ever; see the port.

        A crash before the commit leaves it live; after it, destroyed with its old bytes still in a file until the
        file is next used, which the repeated call finishes.
        """
        check_half_id(half_id)
        at = format_at(self._clock())
        with self._database.writing() as connection:
            connection.execute(_INSERT_UNKNOWN, (half_id, GONE))
            connection.execute(_OVERWRITE, (GONE, half_id))
            connection.execute(_MARK, (at, half_id))
        if not self._database.scrub():
            raise DestructionUnfinishedError(half_id, self._database.path)

    def list(self) -> Iterator[HalfRecord]:
        """Give every id ever seen, in the order of the ids."""
        with self._database.reading() as connection:
            rows = connection.execute(_SELECT_ALL).fetchall()  # no lock is held while the caller takes its time
        for half_id, created_at, destroyed_at, wrapped in rows:
            if type(half_id) is not str or (wrapped == GONE) != (destroyed_at is not None):
                raise self._database.damaged("a half lacks its id, or its destruction is half there")
            state: HalfState = "live" if destroyed_at is None else "destroyed"
            yield HalfRecord(half_id, state, self._time(created_at), self._time(destroyed_at))

    def live(self) -> frozenset[str]:
        """Give the ids of all halves that open; asked again while the file is as it was, nothing is read."""
        state = self._database.state()
        known, ids = self._live
        if state is None or state != known:
            with self._database.reading() as connection:
                ids = frozenset(str(half_id) for (half_id,) in connection.execute(_SELECT_LIVE_IDS))
            self._live = state, ids
        return ids

    def rewrap(self) -> None:
        """Wrap every half under the keyring's current key and leave no trace of the old wrapping in the file.

        Raises SecretDamagedError, having changed nothing, for a half that does not open: destroy or restore it first.
        Raises KeysBusyError when all is wrapped anew but old bytes could not be overwritten yet: call it again.
        """
        with self._database.writing() as connection:
            self._keyring.reload()
            for number, half_id, wrapped in connection.execute(_SELECT_LIVE).fetchall():
                again = self._keyring.rewrap(_bytes(wrapped), kind="half", name=half_id)
                if again != wrapped:
                    connection.execute(_REWRAP, (again, number))
        if not self._database.scrub():
            raise KeysBusyError(self._database.path)

    def _check_keyring(self) -> None:
        with self._database.reading() as connection:
            self._require_keyring(connection)

    def _require_keyring(self, connection: sqlite3.Connection) -> None:
        """Raise KeyringWrongError unless the newest live half is wrapped under a key of this keyring."""
        newest = connection.execute(_SELECT_NEWEST).fetchone()
        if newest is not None:
            self._keyring.require(_bytes(newest[0]))

    def _wrapped(self, connection: sqlite3.Connection, half_id: str) -> bytes | None:
        """Give the wrapped half, None when there is none; raise HalfDestroyedError."""
        row = connection.execute(_SELECT_ONE, (half_id,)).fetchone()
        if row is None:
            return None
        wrapped, destroyed_at = row
        if destroyed_at is not None:
            raise HalfDestroyedError(half_id, str(self._time(destroyed_at)))
        if wrapped == GONE:
            raise self._database.damaged(f"the half {half_id} was destroyed and the record of it is lost")
        return _bytes(wrapped)

    def _time(self, value: object) -> str | None:
        """Give a stored time as it is; KeysDamagedError for one that nobody wrote, such as the end of a cut file."""
        if value is None:
            return None
        try:
            return format_at(parse_at(str(value)))
        except FormatError:
            raise self._database.damaged("a time is no time") from None


def _bytes(wrapped: object) -> bytes:
    """Give what stands in the column; nothing where damage left no bytes there, which then does not open."""
    return wrapped if isinstance(wrapped, bytes) else b""
