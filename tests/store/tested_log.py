"""A whole log as tests of the store reach it: schema, keys, recorder, state and checkpointer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from ledger.keys.directory import KeyDirectory, create_key_directory
from ledger.store.checkpoint_state import SqliteCheckpointState
from ledger.store.checkpoints import Checkpointer
from ledger.store.clock import ManualClock
from ledger.store.embedded import Urls
from ledger.store.record import Record
from ledger.store.recorder import Recorder, create_log

ORIGIN = "shoseki.example/tested"
CUSTOMER = "cus_" + "a1" * 16
OTHER = "cus_" + "b2" * 16


@dataclass
class TestedLog:
    """What a test reaches of one log. ``owner`` is a connection that may do everything, as a tamperer could."""

    __test__ = False

    urls: Urls
    schema: str
    directory: Path
    clock: ManualClock
    keys: KeyDirectory
    recorder: Recorder
    state: SqliteCheckpointState
    checkpointer: Checkpointer
    owner: psycopg.Connection[Any]

    def open_recorder(self) -> Recorder:
        return Recorder(self.urls.application, self.schema, ORIGIN, self.keys.halves, clock=self.clock)

    def record(self, text: str, chain: str = CUSTOMER, **more: Any) -> Record:
        return Record("work.noted.v1", text.encode(), ["work:1", f"note:{len(text)}"], chain=chain, **more)

    def append(self, count: int, chain: str = CUSTOMER, **more: Any) -> list[int]:
        return self.recorder.append_all([self.record(f"note {number}", chain, **more) for number in range(count)])

    def run(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run a statement as the owner; ``{s}`` stands for the schema."""
        text = sql.SQL(statement).format(s=sql.Identifier(self.schema))
        cursor = self.owner.execute(text, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        self.checkpointer.close()
        self.recorder.close()
        self.owner.close()

    def tamper(self, statement: str, parameters: tuple[Any, ...] = ()) -> None:
        """Do what only an owner can who takes the guards down first."""
        self.run("ALTER TABLE {s}.entry DISABLE TRIGGER USER")
        self.run(statement, parameters)
        self.run("ALTER TABLE {s}.entry ENABLE TRIGGER USER")


def make_tested_log(urls: Urls, schema: str, directory: Path) -> TestedLog:
    """Make a log whose clock stands until it is moved."""
    clock = ManualClock(datetime(2026, 11, 20, 3, 0, tzinfo=UTC))
    keys = create_key_directory(directory / "keys", ORIGIN, clock.now)
    state = SqliteCheckpointState.create(directory / "signed" / "checkpoints.sqlite", ORIGIN)
    with psycopg.connect(urls.application) as connection:
        role = connection.info.user
    vkeys = [interval.vkey for interval in keys.signers.intervals()]
    create_log(urls.owner, schema, ORIGIN, keys.halves, vkeys=vkeys, application_role=role, clock=clock)
    recorder = Recorder(urls.application, schema, ORIGIN, keys.halves, clock=clock)
    checkpointer = Checkpointer(recorder, keys.signers, state)
    owner = psycopg.connect(urls.owner, autocommit=True)
    return TestedLog(urls, schema, directory, clock, keys, recorder, state, checkpointer, owner)
