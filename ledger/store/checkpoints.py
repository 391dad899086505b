"""Signing checkpoints: what is released was durable, re-read, consistent and kept first (record format, section 5).

The order, and what a crash leaves on each line:

    entries durable               PostgreSQL shows only what it has flushed          nothing signed
    re-read and hashed            every entry since the last signed checkpoint      nothing signed
    consistent                    the new tree continues the signed frontier        nothing signed
    kept by compare-and-swap      the state says what was signed                    signed, not released: the next
                                                                                    call releases it
    released                      the caller gets the note

Guarantees: no two checkpoints of this state contradict each other, whatever happens to the database: where it shows
less than was signed, or something else, signing is refused by name. Leaves to others: keeping the state where no
restore of the database reaches it (``checkpoint_state``).
"""

import threading
from typing import Any

from psycopg import Connection, sql

from ledger.keys.signer import SignerStore
from ledger.log.checkpoint import Checkpoint
from ledger.log.errors import LogError
from ledger.log.frontier import Frontier
from ledger.log.note import open_note, parse_vkey, sign_note
from ledger.store.checkpoint_state import CheckpointState, NewestCheckpoint, SignedCheckpoint
from ledger.store.database import connect, named_errors
from ledger.store.errors import DatabaseUnavailableError, LogMissingError, StoreError
from ledger.store.recorder import Recorder
from ledger.store.reread import Reread

_NO_LEAF = bytes(32)


class CheckpointRefusedError(StoreError):
    """A checkpoint must not be signed, or not be adopted, as things are: its text says why."""


class LogRestoredError(CheckpointRefusedError):
    """The database holds less than was signed, or something else: it was restored to an older state or rewritten.

    Put back the database that holds all that was signed; where there is none, this log is dead: its successor names it
    as predecessor.
    """

    def __init__(self, size: int, signed: int, reason: str) -> None:
        super().__init__(
            f"{reason}, but {signed} entries were signed: the database is an older or another state of this log. "
            "Put back the newest one; if it is lost, this log is dead and a successor names it as predecessor."
        )
        self.size = size
        self.signed = signed


def check_size(state: CheckpointState, size: int) -> None:
    """Raise LogRestoredError where a database of so many entries holds less than was signed, or what the state does."""
    newest = state.newest()
    if newest is not None and size < newest.signed.size:
        raise LogRestoredError(size, newest.signed.size, f"The database has {size} entries")


class Checkpointer:
    """Signs checkpoints of one log. Safe to share between threads; any number of processes may each have one."""

    def __init__(self, recorder: Recorder, signers: SignerStore, state: CheckpointState) -> None:
        """Sign the recorder's log with these keys, and keep what was signed in ``state``."""
        self.recorder = recorder
        self.origin = recorder.origin
        self._signers = signers
        self._state = state
        self._lock = threading.Lock()
        self._connection: Connection[Any] | None = None
        self._select_size = sql.SQL("SELECT size FROM {}.log").format(sql.Identifier(recorder.schema))

    def sign(self, *, upto: int | None = None) -> SignedCheckpoint:
        """Give a checkpoint over everything that is durable now; the newest one where nothing is new.

        With ``upto`` it ends with the entry before that position, unless a longer one was signed: then that is given.

        Raises StoredEntryError, LogRestoredError, CheckpointStateLostError, CheckpointStateError, KeysError,
        DatabaseUnavailableError. In each case nothing new was released; after a failure of the state a checkpoint may
        have been kept, and the next call releases it.
        """
        with self._lock:
            while (signed := self._sign_once(upto)) is None:
                pass
            return signed

    def check(self) -> None:
        """Refuse where the log lost what it had signed, or nothing can be known of that: nothing belongs into it then.

        It costs three look-ups: the newest checkpoint, the log's size and the last entry that was signed. Raises
        LogRestoredError, CheckpointRefusedError, CheckpointStateLostError, CheckpointStateError, StoredEntryError,
        DatabaseUnavailableError.
        """
        with self._lock:
            newest = self._state.newest()
            if newest is not None:
                with named_errors():
                    self._check_continues(newest, self._size(), self._reread())

    def newest(self) -> SignedCheckpoint | None:
        """Give the newest checkpoint that was signed; None while there is none."""
        newest = self._state.newest()
        return None if newest is None else newest.signed

    def adopt(self, note: bytes) -> SignedCheckpoint:
        """Take up again from a checkpoint that others hold, where what was signed is lost.

        Every entry up to its size is re-read, and only the same root counts. Raises CheckpointRefusedError,
        StoredEntryError, LogRestoredError.
        """
        with self._lock:
            checkpoint = self._open(note)
            size = self._size()
            if size < checkpoint.size:
                raise LogRestoredError(size, checkpoint.size, f"The database has {size} entries")
            tree = Frontier()
            with named_errors():
                reread = self._reread()
                reread.append_to(tree, checkpoint.size)
                last_leaf = reread.leaf(size - 1) if (size := checkpoint.size) else _NO_LEAF
            if tree.root() != checkpoint.root:
                raise LogRestoredError(
                    size, checkpoint.size, f"The first {checkpoint.size} entries of the database have another root"
                )
            signed = SignedCheckpoint(checkpoint.size, checkpoint.root, note)
            self._state.replace_lost(signed, tree, last_leaf)
            newest = self._state.newest()
            if newest is None or (newest.signed.size, newest.signed.root) != (checkpoint.size, checkpoint.root):
                raise CheckpointRefusedError(
                    "What was signed is not lost, and its newest checkpoint is another: sign as usual, or keep that "
                    "file aside first if it is an old copy."
                )
            return newest.signed

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    # -- one attempt ---------------------------------------------------------------------------------------------------

    def _sign_once(self, upto: int | None) -> SignedCheckpoint | None:
        """Sign, or give what was signed for the same size; None where another process signed in between."""
        newest = self._state.newest()  # before the size: others may only make the log longer than what was signed
        size = self._size()
        tree, last_leaf, number = Frontier(), _NO_LEAF, 0
        with named_errors():
            reread = self._reread()
            if newest is not None:
                signed, tree, last_leaf, number = newest.signed, newest.frontier, newest.last_leaf, newest.number
                self._check_continues(newest, size, reread)
                if size == signed.size or (upto is not None and upto <= signed.size):
                    return signed
            size = size if upto is None else min(size, upto)
            reread.append_to(tree, size)
            if size:
                last_leaf = reread.leaf(size - 1)
        root = tree.root()
        note = sign_note(Checkpoint(self.origin, size, root).format(), self._signers.signers(size))
        new = SignedCheckpoint(size, root, note)
        return new if self._state.add(number, new, tree, last_leaf) else None

    def _check_continues(self, newest: NewestCheckpoint, size: int, reread: Reread) -> None:
        """Refuse a database that holds less than was signed, or another entry as the last of it."""
        signed = newest.signed
        self._check_state(signed)
        if size < signed.size:
            raise LogRestoredError(size, signed.size, f"The database has {size} entries")
        if signed.size and reread.leaf(signed.size - 1) != newest.last_leaf:
            raise LogRestoredError(
                size, signed.size, f"The entry at position {signed.size - 1} is not the one that was signed"
            )

    def _check_state(self, signed: SignedCheckpoint) -> None:
        """Refuse a state whose note does not say what stands beside it, or that no key of the log signed."""
        checkpoint = self._open(signed.note)
        if (checkpoint.size, checkpoint.root) != (signed.size, signed.root):
            raise CheckpointRefusedError(
                f"The kept checkpoint of size {signed.size} is not what its note says: the file of signed checkpoints "
                "was changed; keep it aside and adopt the newest checkpoint that others hold "
                "('shoseki checkpoint adopt FILE')."
            )

    def _open(self, note: bytes) -> Checkpoint:
        try:
            keys = [parse_vkey(interval.vkey) for interval in self._signers.intervals()]
            checkpoint = Checkpoint.parse(open_note(note, keys).text)
        except LogError as error:
            raise CheckpointRefusedError(f"The checkpoint is not one of this log's keys: {error}") from None
        if checkpoint.origin != self.origin:
            raise CheckpointRefusedError(f"The checkpoint is of the log {checkpoint.origin}, not of {self.origin}.")
        return checkpoint

    # -- the database --------------------------------------------------------------------------------------------------

    def _reread(self) -> Reread:
        return Reread(self._connected(), self.recorder.schema, self.origin)

    def _size(self) -> int:
        try:
            with named_errors():
                row = self._connected().execute(self._select_size).fetchone()
        except DatabaseUnavailableError:
            if self._connection is not None:
                self._connection.close()  # a server that was started again is met by a new connection next time
            raise
        if row is None:
            raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
        return int(row[0])

    def _connected(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = connect(self.recorder.url, application="shoseki checkpointer")
        return self._connection
