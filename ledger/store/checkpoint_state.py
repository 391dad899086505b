"""What this log signed so far: kept apart from the entries' database, and never restored with it.

Guarantees: a checkpoint is added only by whoever has seen the one before it (compare-and-swap), durably, and none is
ever changed or deleted. The file is 0600 from its first moment; where it is absent, that is said and no empty one is
made beside a log that has begun: a log that forgot what it signed could sign something else. Leaves to others: what may
be signed (``checkpoints``), whether a log has begun (the composition root).

    about        fresh: 1 when the file was made before the log's first entry, 0 when it replaces a lost one
    checkpoints  number (1, 2, 3 …) · size (rising) · root · note
    newest       number · frontier and leaf hash of the last entry of the newest checkpoint

The file belongs into a folder of its own. It is backed up only as others hold its checkpoints: an old copy of it would
be as wrong as an old copy of the database.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from ledger.keys.database import Layout, PrivateDatabase, never
from ledger.keys.errors import KeysBusyError, KeysDamagedError, KeysError, KeysMissingError
from ledger.log.errors import FormatError
from ledger.log.frontier import HASH_BYTES, Frontier
from ledger.store.errors import StoreError

LAYOUT: Final = Layout(
    application_id=0x53_48_43_31,  # "SHC1"
    version=1,
    schema=(
        "CREATE TABLE beginning (fresh INTEGER NOT NULL)",
        """CREATE TABLE checkpoints (
            number INTEGER PRIMARY KEY,
            size INTEGER NOT NULL UNIQUE,
            root BLOB NOT NULL CHECK (length(root) = 32),
            note BLOB NOT NULL
        )""",
        "CREATE TABLE newest (number INTEGER NOT NULL, frontier BLOB NOT NULL, leaf BLOB NOT NULL)",
        never("DELETE", "checkpoints", "a signed checkpoint is never forgotten"),
        never("UPDATE", "checkpoints", "a signed checkpoint is never changed"),
    ),
)

_SELECT_NEWEST: Final = (
    "SELECT number, size, root, note, frontier, leaf FROM checkpoints JOIN newest USING (number)"
    " WHERE number = (SELECT max(number) FROM checkpoints)"
)
_SELECT_ALL: Final = "SELECT size, root, note FROM checkpoints WHERE number > ? ORDER BY number LIMIT 500"
_INSERT: Final = "INSERT INTO checkpoints (number, size, root, note) VALUES (?, ?, ?, ?)"


class CheckpointStateError(StoreError):
    """The file of signed checkpoints cannot be used as it is: nothing is signed until that is repaired."""


class CheckpointStateLostError(CheckpointStateError):
    """What was signed is not known here any more: adopt the newest checkpoint that others hold, or end the log."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"What this log signed is not known any more ({path}: {reason}), so nothing is signed: adopt the newest "
            "checkpoint that others hold ('shoseki checkpoint adopt FILE'), and never restore an old copy of this file."
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A signed checkpoint as it is kept: its numbers beside the note that says them."""

    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True, slots=True)
class NewestCheckpoint:
    """The newest of all, with what the next one is built on."""

    number: int
    signed: SignedCheckpoint
    frontier: Frontier
    last_leaf: bytes
    """The leaf hash of entry size − 1; zeros in a log without entries."""


class CheckpointState(Protocol):
    """Keeps what was signed. Any number of threads and processes may call it at once.

    Every method raises CheckpointStateError when it cannot do its work, CheckpointStateLostError when what was signed
    cannot be known.
    """

    def newest(self) -> NewestCheckpoint | None:
        """Give the newest checkpoint; None only where nothing was ever signed."""

    def add(self, after: int, signed: SignedCheckpoint, frontier: Frontier, last_leaf: bytes) -> bool:
        """Keep a checkpoint as number ``after`` + 1; it is durable when this returns True.

        Gives False, and changes nothing, where number ``after`` is not the newest (0: there is none), or the size does
        not grow. A call that failed may yet have happened.
        """

    def replace_lost(self, signed: SignedCheckpoint, frontier: Frontier, last_leaf: bytes) -> None:
        """Begin again with a checkpoint that others hold, where what was signed is lost. The caller checked it."""

    def all(self) -> Iterator[SignedCheckpoint]:
        """Give every checkpoint there is, the smallest first, in constant memory."""


class SqliteCheckpointState:
    """The state in one private SQLite file."""

    def __init__(self, path: Path, origin: str) -> None:
        """Take the state at ``path``; a file that is absent or damaged is said by the methods that need it."""
        self.path = path.resolve()
        self._origin = origin

    @classmethod
    def create(cls, path: Path, origin: str, *, begun: bool = False) -> "SqliteCheckpointState":
        """Make an empty state where there is none; called before a log gets a signing key and its first entry.

        ``begun`` tells whether the log had either before this was called. Raises CheckpointStateLostError where it had
        and the file is absent: then something was signed, or may have been.
        """
        state = cls(path, origin)
        if begun and not state.path.exists():
            raise CheckpointStateLostError(state.path, "the file is not there")
        state._make(fresh=True)
        return state

    def newest(self) -> NewestCheckpoint | None:
        """Give the newest checkpoint; see the port."""
        with _naming(self.path), self._database().reading() as connection:
            return self._newest(connection)

    def add(self, after: int, signed: SignedCheckpoint, frontier: Frontier, last_leaf: bytes) -> bool:
        """Keep a checkpoint behind number ``after``; see the port."""
        with _naming(self.path), self._database().writing() as connection:
            newest = self._newest(connection)
            if after != (newest.number if newest else 0) or (newest is not None and signed.size <= newest.signed.size):
                return False
            _insert(connection, after + 1, signed, frontier, last_leaf)
            return True

    def replace_lost(self, signed: SignedCheckpoint, frontier: Frontier, last_leaf: bytes) -> None:
        """Begin again behind a checkpoint that others hold; see the port."""
        self._set_damaged_aside()
        self._make(fresh=False)
        with _naming(self.path), self._database().writing() as connection:
            if connection.execute("SELECT count(*) FROM checkpoints").fetchone() == (0,):
                _insert(connection, 1, signed, frontier, last_leaf)

    def all(self) -> Iterator[SignedCheckpoint]:
        """Give every checkpoint; see the port."""
        number = 0
        while True:
            with _naming(self.path), self._database().reading() as connection:
                rows = connection.execute(_SELECT_ALL, (number,)).fetchall()
            for size, root, note in rows:
                yield SignedCheckpoint(size, root, note)
            if not rows:
                return
            number += len(rows)

    def _database(self) -> PrivateDatabase:
        return PrivateDatabase(self.path, self._origin, LAYOUT)

    def _make(self, *, fresh: bool) -> None:
        with _naming(self.path):
            # With the tables: a file that replaces a lost one must at no moment pass for one that was always empty.
            begun = "INSERT INTO beginning VALUES (1)" if fresh else "INSERT INTO beginning VALUES (0)"
            PrivateDatabase.create(self.path, self._origin, replace(LAYOUT, schema=(*LAYOUT.schema, begun)))

    def _set_damaged_aside(self) -> None:
        """Keep a file that cannot be read under another name: it may yet tell something to whoever repairs it."""
        try:
            with _naming(self.path), self._database().reading() as connection:
                connection.execute("SELECT count(*) FROM checkpoints").fetchone()
        except CheckpointStateLostError:
            if self.path.exists():
                for suffix in ("-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
                self.path.replace(self.path.with_name(self.path.name + ".damaged"))

    def _newest(self, connection: sqlite3.Connection) -> NewestCheckpoint | None:
        row = connection.execute(_SELECT_NEWEST).fetchone()
        if row is None:
            fresh = connection.execute("SELECT fresh FROM beginning").fetchone()
            if fresh == (1,) and connection.execute("SELECT count(*) FROM checkpoints").fetchone() == (0,):
                return None
            raise CheckpointStateLostError(self.path, "it holds no checkpoint")
        number, size, root, note, frontier, leaf = row
        try:
            tree = Frontier.from_bytes(size, frontier)
        except FormatError:
            raise CheckpointStateLostError(self.path, "it is damaged") from None
        if tree.root() != root or len(leaf) != HASH_BYTES:
            raise CheckpointStateLostError(self.path, "it is damaged")
        return NewestCheckpoint(number, SignedCheckpoint(size, root, note), tree, leaf)


def _insert(
    connection: sqlite3.Connection, number: int, signed: SignedCheckpoint, frontier: Frontier, last_leaf: bytes
) -> None:
    connection.execute(_INSERT, (number, signed.size, signed.root, signed.note))
    connection.execute("DELETE FROM newest")
    connection.execute("INSERT INTO newest VALUES (?, ?, ?)", (number, frontier.to_bytes(), last_leaf))


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Give the refusals of a private file the words of this one: it is never restored from a backup."""
    try:
        yield
    except KeysMissingError:
        raise CheckpointStateLostError(path, "the file is not there") from None
    except KeysDamagedError:
        raise CheckpointStateLostError(path, "it is damaged") from None
    except KeysBusyError:
        raise CheckpointStateError(f"{path} is held by another process for too long: end it, or try again.") from None
    except KeysError as error:
        raise CheckpointStateError(str(error)) from None
