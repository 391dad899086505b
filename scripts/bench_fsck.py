"""Measure the full check against reading the same columns: both in one run, so that the ratio means something.

``run(url, entries)`` makes a throw-away log with ``entries`` sealed entries, checks all of it with two processes, and
reads the same columns (position, chain, seq, at, type, tags, key, leaf, entry, sealed payload) by binary COPY, decoded
by psycopg's ``rows()`` in one process. The ratio is the check's rate over the reader's; the medians of five turns.

Before the first turn the tables are vacuumed and analysed and a checkpoint is made, and each side reads all of them
once, untimed. Otherwise the server does that for what was just appended, by itself, in some of the turns: the first to
read a new row writes its hint bits, and autovacuum takes part of two processors for a minute (the reader alone gave
75,000 to 160,000 rows/s so). The memory is that of one check more, which is not timed: resident sets of all processes,
and what they were before.
"""

import json
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from psycopg import sql

from ledger.keys.directory import KeyDirectory, create_key_directory
from ledger.store.checkpoint_state import CheckpointState, SqliteCheckpointState
from ledger.store.checkpoints import Checkpointer
from ledger.store.clock import ManualClock
from ledger.store.fsck import fsck, open_halves
from ledger.store.record import Record
from ledger.store.recorder import Recorder, create_log
from scripts.bench_memory import PeakMemory, resident

_ORIGIN = "shoseki.example/bench"
_CHAINS = 50
_BATCH = 500
_TURNS = 5
_PAYLOAD = 300
_TYPES = ["int8", "text", "int8", "timestamptz", "text", "text[]", "text", "bytea", "bytea", "bytea"]
_READ = sql.SQL(
    "COPY (SELECT e.position, e.chain, e.seq, e.at, e.type, e.tags, e.key, e.leaf, e.entry, p.sealed"
    " FROM {0}.entry e LEFT JOIN {0}.payload p ON p.position = e.position ORDER BY e.position)"
    " TO STDOUT (FORMAT binary)"
)


def run(url: str, entries: int) -> dict[str, Any]:
    """Give the ratio and the raw figures; ``url`` is of a role that may create schemas."""
    schema = f"bench_{secrets.token_hex(4)}"
    try:
        with tempfile.TemporaryDirectory() as directory:
            return _measure(url, schema, Path(directory), entries)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def _measure(url: str, schema: str, directory: Path, entries: int) -> dict[str, Any]:
    clock = ManualClock(datetime.now(UTC))
    keys = create_key_directory(directory / "keys", _ORIGIN, clock.now)
    state = SqliteCheckpointState.create(directory / "signed" / "checkpoints.sqlite", _ORIGIN)
    _fill(url, schema, keys, state, clock, entries)
    return _compare(url, schema, _ORIGIN, directory / "keys", state)


def compare(recorder: Recorder, directory: Path) -> dict[str, Any]:
    """Give the ratio for a log that is there, whose ``keyring.json`` and ``halves.sqlite`` are in ``directory``."""
    return _compare(recorder.url, recorder.schema, recorder.origin, directory, None)


def _compare(url: str, schema: str, origin: str, directory: Path, state: CheckpointState | None) -> dict[str, Any]:
    halves = partial(open_halves, directory / "halves.sqlite", directory / "keyring.json", origin)

    def check() -> int:
        report = fsck(url, schema, origin, halves=halves, state=state, processes=2)
        if report.findings:
            raise RuntimeError(f"The check of a healthy log found {report.findings[:3]}.")
        return report.entries

    def read() -> int:
        with (
            psycopg.connect(url) as connection,
            connection.cursor() as cursor,
            cursor.copy(_READ.format(sql.Identifier(schema))) as copy,
        ):
            copy.set_types(_TYPES)
            return sum(1 for _ in copy.rows())

    _settle(url, schema)
    read(), check()
    read_rates, check_rates = [], []
    for _ in range(_TURNS):  # turn and turn about, so that a busy minute of the machine hits both
        read_rates.append(_rate(read))
        check_rates.append(_rate(check))
    folder = _server_folder(url)
    before = resident(folder)[0]
    with PeakMemory(folder) as memory:
        check()
    return {
        "ratio": round(median(check_rates) / median(read_rates), 3),
        "entries": read(),
        "fsck_entries_per_second": [round(rate) for rate in check_rates],
        "copy_out_rows_per_second": [round(rate) for rate in read_rates],
        "peak_memory_mib": {
            "program_before": round(before / 2**20),
            "program": memory.program,
            "database": memory.database,
        },
    }


def _settle(url: str, schema: str) -> None:
    """Have the server do now what it would do in the middle of a turn."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("entry", "tag", "payload"):
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}.{}").format(sql.Identifier(schema), sql.Identifier(table)))
        with suppress(psycopg.errors.InsufficientPrivilege):  # of a server that is not ours
            connection.execute("CHECKPOINT")


def _server_folder(url: str) -> Path:
    """Give the folder in which the server's processes work, where they are on this machine and may be looked at."""
    with psycopg.connect(url) as connection:
        try:
            if connection.info.host.startswith("/"):
                return Path(f"/proc/{connection.info.backend_pid}/cwd").readlink()
        except OSError:
            pass
        return Path("/nowhere")  # no process works there


def _fill(
    url: str, schema: str, keys: KeyDirectory, state: SqliteCheckpointState, clock: ManualClock, entries: int
) -> None:
    vkeys = [interval.vkey for interval in keys.signers.intervals()]
    create_log(url, schema, _ORIGIN, keys.halves, vkeys=vkeys, clock=clock)
    with Recorder(url, schema, _ORIGIN, keys.halves, clock=clock) as recorder:
        chains = [f"cus_{secrets.token_hex(16)}" for _ in range(_CHAINS)]
        for chain in chains:
            recorder.create_chain(chain)
        checkpointer = Checkpointer(recorder, keys.signers, state)
        payload = bytes(_PAYLOAD)
        for start in range(0, entries, _BATCH):
            chain = chains[start // _BATCH % _CHAINS]
            session = f"session:{secrets.token_hex(8)}"
            recorder.append_all(
                [
                    Record("command.executed.v1", payload, [session, f"command:{secrets.token_hex(8)}"], chain=chain)
                    for _ in range(min(_BATCH, entries - start))
                ]
            )
            if start // _BATCH % 20 == 0:
                checkpointer.sign()
        checkpointer.sign()
        checkpointer.close()


def _rate(work: Callable[[], int]) -> float:
    begin = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - begin)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000), indent=2))  # noqa: PLR2004
