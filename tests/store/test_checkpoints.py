"""Checkpoints: what is signed was re-read, never contradicts what was signed before, and survives every crash."""

import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from tested_log import CUSTOMER, ORIGIN, TestedLog

from ledger.keys.signer import Signer
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import leaf_hash
from ledger.log.frontier import Frontier
from ledger.log.note import open_note, parse_vkey, sign_note
from ledger.store.checkpoint_state import (
    CheckpointStateError,
    CheckpointStateLostError,
    NewestCheckpoint,
    SignedCheckpoint,
    SqliteCheckpointState,
)
from ledger.store.checkpoints import Checkpointer, CheckpointRefusedError, LogRestoredError
from ledger.store.errors import DatabaseUnavailableError
from ledger.store.reread import StoredEntryError


def opened(log: TestedLog, note: bytes) -> Checkpoint:
    keys = [parse_vkey(interval.vkey) for interval in log.keys.signers.intervals()]
    return Checkpoint.parse(open_note(note, keys).text)


def root_of_database(log: TestedLog, size: int) -> bytes:
    tree = Frontier()
    for (entry,) in log.run("SELECT entry FROM {s}.entry WHERE position < %s ORDER BY position", (size,)):
        tree.append(leaf_hash(entry))
    return tree.root()


def truncate(log: TestedLog, size: int) -> None:
    """Bring the database back to what it was when it had ``size`` entries, as restoring a backup does."""
    for table in ("entry", "tag", "payload", "idempotency"):
        log.tamper(f"DELETE FROM {{s}}.{table} WHERE position >= %s", (size,))
    log.run(
        "UPDATE {s}.chain c SET (seq, leaf) = (SELECT e.seq, e.leaf FROM {s}.entry e"
        " WHERE e.chain = c.chain ORDER BY seq DESC LIMIT 1)"
    )
    log.run("UPDATE {s}.log SET size = %s, at = (SELECT max(at) FROM {s}.entry)", (size,))


def test_a_checkpoint_says_the_root_of_what_is_stored(log: TestedLog) -> None:
    for count in (1, 2, 5, 70):
        log.append(count)
        signed = log.checkpointer.sign()
        size = log.recorder.reader.size()
        assert opened(log, signed.note) == Checkpoint(ORIGIN, size, root_of_database(log, size))
        assert log.checkpointer.newest() == signed
    assert [each.size for each in log.state.all()] == [6, 8, 13, 83]


def test_signing_again_gives_the_same_note_where_nothing_is_new(log: TestedLog) -> None:
    first = log.checkpointer.sign()
    assert log.checkpointer.sign() == first
    assert len(list(log.state.all())) == 1


def test_a_long_log_is_read_in_pages_and_gives_the_same_root(log: TestedLog) -> None:
    log.append(2_345)
    signed = log.checkpointer.sign()
    assert signed.root == root_of_database(log, signed.size)


def test_the_state_is_for_its_owner_alone(log: TestedLog) -> None:
    log.checkpointer.sign()
    for path in log.state.path.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


TAMPERINGS = {
    "a byte of the entry": "UPDATE {s}.entry SET entry = set_byte(entry, 30, 255) WHERE position = 8",
    "the leaf column": "UPDATE {s}.entry SET leaf = sha256(leaf) WHERE position = 8",
    "the chain column": "UPDATE {s}.entry SET seq = 900 WHERE position = 8",
    "the entry is gone": "DELETE FROM {s}.entry WHERE position = 8",
    "another log's entry": (
        "UPDATE {s}.entry SET entry = convert_to(replace(convert_from(entry, 'UTF8'), '/tested', '/forged'), 'UTF8')"
        " WHERE position = 8"
    ),
    "an older time": (
        "UPDATE {s}.entry SET entry = convert_to(replace(convert_from(entry, 'UTF8'), '2026-11-20T', '2026-11-19T'),"
        " 'UTF8') WHERE position = 8"
    ),
}


@pytest.mark.parametrize("statement", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_what_was_changed_before_it_was_signed_is_refused_by_its_position(log: TestedLog, statement: str) -> None:
    before = log.checkpointer.sign()
    log.append(7)
    log.tamper(statement)
    with pytest.raises(StoredEntryError) as refused:
        log.checkpointer.sign()
    assert refused.value.position == 8
    assert log.checkpointer.newest() == before


def test_a_link_to_what_the_database_does_not_hold_is_refused(log: TestedLog) -> None:
    log.append(3)
    log.checkpointer.sign()
    log.append(2)
    (position,) = log.run("SELECT max(position) FROM {s}.entry WHERE chain = %s", (CUSTOMER,))[0]
    log.tamper("UPDATE {s}.entry SET entry = entry || ''::bytea, seq = seq + 5 WHERE position = %s", (position - 2,))
    with pytest.raises(StoredEntryError) as refused:
        log.checkpointer.sign()
    assert refused.value.position == position - 1


def test_an_older_database_is_refused_by_name(log: TestedLog) -> None:
    log.append(5)
    log.checkpointer.sign()
    truncate(log, 7)
    with pytest.raises(LogRestoredError, match="successor") as refused:
        log.checkpointer.sign()
    assert (refused.value.size, refused.value.signed) == (7, 10)


def test_an_older_database_that_grew_past_what_was_signed_is_refused(log: TestedLog) -> None:
    log.append(5)
    log.checkpointer.sign()
    truncate(log, 7)
    recorder = log.open_recorder()
    recorder.append_all([log.record(f"another {number}") for number in range(9)])
    recorder.close()
    with pytest.raises(LogRestoredError, match="position 9 is not the one that was signed"):
        log.checkpointer.sign()


def test_a_lost_state_is_said_and_never_made_anew(log: TestedLog) -> None:
    log.checkpointer.sign()
    for path in log.state.path.parent.iterdir():
        path.unlink()
    with pytest.raises(CheckpointStateLostError, match="adopt the newest checkpoint"):
        log.checkpointer.sign()
    with pytest.raises(CheckpointStateLostError):
        SqliteCheckpointState.create(log.state.path, ORIGIN, begun=True)
    assert not log.state.path.exists()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(4080), b"no database at all" * 300])
def test_a_damaged_state_is_said(log: TestedLog, content: bytes) -> None:
    note = log.checkpointer.sign().note
    log.state.path.write_bytes(content)
    with pytest.raises(CheckpointStateLostError):
        log.checkpointer.sign()
    log.append(3)
    assert log.checkpointer.adopt(note).note == note
    assert log.checkpointer.sign().size == log.recorder.reader.size()


def test_a_state_that_was_rewritten_is_refused(log: TestedLog) -> None:
    import sqlite3

    log.append(4)
    log.checkpointer.sign()
    tree = Frontier()
    tree.append(bytes(32))
    with sqlite3.connect(log.state.path) as connection:
        connection.execute("DROP TRIGGER checkpoints_update")
        connection.execute("UPDATE checkpoints SET size = 1, root = ?", (tree.root(),))
        connection.execute("UPDATE newest SET frontier = ?", (tree.to_bytes(),))
    connection.close()
    with pytest.raises(CheckpointRefusedError, match="was changed"):
        log.checkpointer.sign()


def test_a_lost_state_is_rebuilt_from_what_others_hold(log: TestedLog) -> None:
    log.append(5)
    held = log.checkpointer.sign()
    for path in log.state.path.parent.iterdir():
        path.unlink()
    log.append(2)
    assert log.checkpointer.adopt(held.note) == held
    signed = log.checkpointer.sign()
    assert [each.size for each in log.state.all()] == [held.size, signed.size]
    assert signed.root == root_of_database(log, signed.size)


def test_what_does_not_fit_is_not_adopted(log: TestedLog) -> None:
    log.append(5)
    first = log.checkpointer.sign()
    log.append(5)
    log.checkpointer.sign()
    with pytest.raises(CheckpointRefusedError, match="is not lost"):
        log.checkpointer.adopt(first.note)  # an older one would allow another history of what came after it
    for path in log.state.path.parent.iterdir():
        path.unlink()
    stranger = Signer(ORIGIN, bytes(32))
    text = Checkpoint(ORIGIN, 3, root_of_database(log, 3)).format()
    with pytest.raises(CheckpointRefusedError, match="not one of this log's keys"):
        log.checkpointer.adopt(sign_note(text, [stranger]))
    own = log.keys.signers.signers(3)
    with pytest.raises(LogRestoredError, match="another root"):
        log.checkpointer.adopt(sign_note(Checkpoint(ORIGIN, 3, bytes(32)).format(), own))
    with pytest.raises(CheckpointRefusedError, match=r"of the log another\.example/log, not of"):
        log.checkpointer.adopt(sign_note(Checkpoint("another.example/log", 3, bytes(32)).format(), own))
    with pytest.raises(LogRestoredError, match="has 15 entries"):
        log.checkpointer.adopt(sign_note(Checkpoint(ORIGIN, 99, bytes(32)).format(), own))
    log.tamper("UPDATE {s}.entry SET entry = set_byte(entry, 30, 255) WHERE position = 2")
    with pytest.raises(StoredEntryError):
        log.checkpointer.adopt(first.note)
    with pytest.raises(CheckpointStateLostError):
        log.checkpointer.newest()


def test_over_a_rotation_both_keys_sign(log: TestedLog) -> None:
    log.append(3)
    log.checkpointer.sign()
    log.keys.signers.rotate(log.recorder.reader.size(), 5)
    log.append(2)
    note = log.checkpointer.sign().note
    for interval in log.keys.signers.intervals():
        open_note(note, [parse_vkey(interval.vkey)])
    log.append(9)
    assert len(open_note(log.checkpointer.sign().note, [parse_vkey(interval.vkey)]).signatures) == 1


class Faulty:
    """A state that breaks in one place: before a checkpoint is kept, or after it, before anybody heard of it."""

    def __init__(self, state: SqliteCheckpointState, step: str, fault: Callable[[], None]) -> None:
        self._state, self._step, self._fault = state, step, fault

    def newest(self) -> NewestCheckpoint | None:
        if self._step == "read":
            self._fault()
        return self._state.newest()

    def add(self, after: int, signed: SignedCheckpoint, frontier: Frontier, last_leaf: bytes) -> bool:
        if self._step == "before":
            self._fault()
        added = self._state.add(after, signed, frontier, last_leaf)
        if self._step == "after":
            self._fault()
        return added

    def __getattr__(self, name: str) -> object:
        return getattr(self._state, name)


def failing() -> None:
    raise CheckpointStateError("no space left")


@pytest.mark.parametrize(("step", "kept"), [("read", 1), ("before", 1), ("after", 2)])
@pytest.mark.parametrize("death", [False, True], ids=["error", "kill"])
def test_a_crash_on_every_line_leaves_one_history(log: TestedLog, step: str, kept: int, death: bool) -> None:
    log.checkpointer.sign()
    log.append(5)

    def story() -> None:
        fault = (lambda: os._exit(9)) if death else failing
        faulty = Checkpointer(log.recorder, log.keys.signers, Faulty(log.state, step, fault))
        try:
            faulty.sign()
        finally:
            faulty.close()

    if death:
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                story()
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    else:
        with pytest.raises(CheckpointStateError):
            story()
    assert len(list(log.state.all())) == kept
    released = log.checkpointer.sign()
    assert [each.size for each in log.state.all()] == [4, 10]
    assert released == list(log.state.all())[-1]  # what was kept and never released is what is released now


def test_of_two_that_sign_at_once_one_wins_and_the_other_goes_on(log: TestedLog) -> None:
    log.append(3)
    meeting = threading.Barrier(2, timeout=20)

    def meet() -> None:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=0.5)

    results: list[SignedCheckpoint] = []

    def run() -> None:
        each = Checkpointer(log.recorder, log.keys.signers, Faulty(log.state, "before", meet))
        results.append(each.sign())
        each.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0] == results[1]
    assert len(list(log.state.all())) == 1


def test_only_who_saw_the_newest_adds_one_and_only_of_more_entries(tmp_path: Path) -> None:
    state = SqliteCheckpointState.create(tmp_path / "state" / "signed.sqlite", ORIGIN)

    def add(after: int, size: int) -> bool:
        tree = Frontier()
        tree.extend([bytes([size]) * 32] * size)
        return state.add(after, SignedCheckpoint(size, tree.root(), b"note of %d" % size), tree, bytes(32))

    assert not add(1, 3)  # there is no first yet
    assert add(0, 3)
    kept = list(state.all())
    assert not add(0, 5)  # longer, from who has not seen that one was signed
    assert not add(2, 5)
    assert not add(1, 3)  # seen, and not longer: nothing, or another root for the same size
    assert not add(1, 2)
    assert list(state.all()) == kept
    assert add(1, 5)
    newest = state.newest()
    assert newest is not None
    assert (newest.number, newest.signed.size) == (2, 5)


def test_a_state_of_another_log_is_refused(log: TestedLog, tmp_path: Path) -> None:
    other = SqliteCheckpointState.create(tmp_path / "other" / "checkpoints.sqlite", "shoseki.example/other")
    mine = SqliteCheckpointState(other.path, ORIGIN)
    with pytest.raises(CheckpointStateError, match=r"belongs to the log shoseki\.example/other"):
        Checkpointer(log.recorder, log.keys.signers, mine).sign()


def test_a_database_that_is_down_is_named(log: TestedLog) -> None:
    log.checkpointer.sign()
    with psycopg.connect(log.urls.application) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'shoseki checkpointer'"
        )
    with pytest.raises(DatabaseUnavailableError):
        log.checkpointer.sign()
    log.append(1)
    assert log.checkpointer.sign().size == log.recorder.reader.size()
