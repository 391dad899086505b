"""A private SQLite file for wrapped secrets: how it is made, opened, written and scrubbed.

Guarantees: 0600 from its first moment, write-ahead log included; made whole or not at all; a committed write survives
a crash and a power failure; overwritten bytes are in no page, free page or journal once :meth:`PrivateDatabase.scrub`
says so; every refusal of SQLite has a name. Leaves to others: the tables.

Why tables that use it keep to three rules, so that old bytes are nowhere but in their own place:
  - rows are appended by rowid and never deleted, so no page is ever split or merged and no row moves to another page;
  - a secret is overwritten by as many bytes as it had, so it is overwritten in place;
  - ``secure_delete`` zeroes what SQLite itself frees, and the write-ahead log is cut to nothing after a destruction.

Each operation opens its own connection and closes it: nothing to repair after a crash, no lock outlives the operation.
It costs half a millisecond; callers cache what they open, and :meth:`PrivateDatabase.state` tells for how long.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from ledger.keys import private_file
from ledger.keys.errors import (
    KeysBusyError,
    KeysDamagedError,
    KeysError,
    KeysForeignError,
    KeysFormatError,
    KeysMissingError,
    KeysUnavailableError,
)

_PRAGMAS: Final = (
    "PRAGMA secure_delete = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA fullfsync = ON",  # where the system's plain fsync stops at the drive's cache
    "PRAGMA checkpoint_fullfsync = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)
_CREATE_ABOUT: Final = "CREATE TABLE about (origin TEXT NOT NULL)"
_INSERT_ABOUT: Final = "INSERT INTO about (origin) VALUES (?)"
_SELECT_ABOUT: Final = "SELECT origin FROM about"

_SETTLED_NS: Final = 1_000_000_000
"""How long a file must have rested: two writes within one tick of the file system's clock leave it the same time."""

_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


FileState = tuple[tuple[int, int, int], ...]
"""Of the file and its write-ahead log: which file it is, its length, and when it was written last."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What kind of file it is: the magic number in its header, the version of its tables, and the tables."""

    application_id: int
    version: int
    schema: tuple[str, ...]


def never(operation: Literal["DELETE", "UPDATE"], table: str, reason: str) -> str:
    """Give the trigger by which a table refuses an operation, so that no slip of ours does it."""
    return (
        f"CREATE TRIGGER {table}_{operation.lower()} BEFORE {operation} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
    )


class PrivateDatabase:
    """One file of one log. Safe to share between threads."""

    def __init__(self, path: Path, origin: str, layout: Layout) -> None:
        """Open the file.

        Raises KeysMissingError, KeysDamagedError, KeysForeignError, KeysFormatError, KeysExposedError,
        KeysUnavailableError, KeysBusyError, as every other operation does.
        """
        self.path = path.resolve()
        self._origin = origin
        self._layout = layout
        with self.reading():
            pass

    @classmethod
    def create(cls, path: Path, origin: str, layout: Layout) -> None:
        """Make the file with its tables where it is absent; of racing processes one makes it."""
        path = path.resolve()
        private_file.make_directory(path.parent)

        def fill(new: Path) -> None:
            with _naming(path, begun=False), closing(_connect(new)) as connection:
                connection.execute("BEGIN")
                for statement in (_CREATE_ABOUT, *layout.schema):
                    connection.execute(statement)
                connection.execute(_INSERT_ABOUT, (origin,))
                connection.execute(f"PRAGMA application_id = {layout.application_id:d}")
                connection.execute(f"PRAGMA user_version = {layout.version:d}")
                connection.execute("COMMIT")
                connection.execute("PRAGMA journal_mode = WAL")  # kept in the file's header from now on

        with private_file.exclusive(path.parent):
            private_file.install(path, fill)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for statements that only read."""
        with _naming(self.path), closing(self._open()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that alone may write; commit at the end of the block, durably, or change nothing.

        An error of the commit itself may leave either: the caller's statements must bear being repeated.
        """
        with _naming(self.path), closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            if not self.path.exists():  # SQLite goes on writing into a file that has no name any more
                raise KeysMissingError(self.path)

    def state(self) -> FileState | None:
        """Give what every write changes, without opening anything; None where the last write was only just now.

        Raises KeysMissingError. Taken before a reading, it tells as long as it stays the same that nothing was missed.
        """
        try:
            found = [self.path.stat()]
        except FileNotFoundError:
            raise KeysMissingError(self.path) from None
        with suppress(FileNotFoundError):
            log = self.path.with_name(f"{self.path.name}-wal").stat()
            found += [log] if log.st_size else []  # readers leave an empty one for a moment
        if max(each.st_mtime_ns for each in found) > time.time_ns() - _SETTLED_NS:
            return None
        return tuple((each.st_ino, each.st_size, each.st_mtime_ns) for each in found)

    def damaged(self, reason: str) -> KeysDamagedError:
        """Give the refusal of a row that nobody wrote so."""
        return KeysDamagedError(self.path, reason)

    def scrub(self) -> bool:
        """Bring every write into the file's own pages and cut the write-ahead log to nothing.

        Gives False where a reader held an old state of the file for too long: old bytes are then still in the log.
        """
        with self.reading() as connection:
            ((busy, _, _),) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return not busy

    def _open(self) -> sqlite3.Connection:
        try:
            private_file.check_private(self.path)
        except FileNotFoundError:
            raise KeysMissingError(self.path) from None
        connection = _connect(self.path)
        try:
            self._recognise(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _recognise(self, connection: sqlite3.Connection) -> None:
        ((application_id,),) = connection.execute("PRAGMA application_id").fetchall()
        if application_id != self._layout.application_id:
            raise KeysDamagedError(self.path, "it is another kind of file, or was cut off")
        ((version,),) = connection.execute("PRAGMA user_version").fetchall()
        if version != self._layout.version:
            raise KeysFormatError(self.path, f"version {version}")
        found = connection.execute(_SELECT_ABOUT).fetchall()
        if found != [(self._origin,)]:
            raise KeysForeignError(self.path, self._origin, str(found[0][0]) if found else "of no name")


def _connect(path: Path) -> sqlite3.Connection:
    # mode=rw: SQLite must never create the file itself, it would do so with the process's umask
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=private_file.PATIENCE_SECONDS
    )
    try:
        for pragma in _PRAGMAS:
            connection.execute(pragma).close()
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _naming(path: Path, *, begun: bool = True) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if begun and not path.exists():  # taken away under an open connection: SQLite has half a dozen codes for it
            raise KeysMissingError(path) from error
        raise _named(error, path) from error


def _named(error: sqlite3.Error, path: Path) -> KeysError:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the primary code
    if code in _BUSY:
        return KeysBusyError(path)
    if code in _DAMAGED:
        return KeysDamagedError(path, str(error))
    if code == sqlite3.SQLITE_ERROR:  # no such table: the header is ours and the rest is not
        return KeysDamagedError(path, str(error))
    return KeysUnavailableError(path, str(error))
