"""Appending against eventsourcing's own PostgreSQL application recorder, on one server, in turns, in one run.

Ours seals, chains, tags and commits durably; theirs stores the same payloads with none of that. Rounds alternate, so
that a machine that slows down slows both; a ratio is that of the medians of their rates (entries a second).
"""

import gc
import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import connect, sql
from psycopg.conninfo import conninfo_to_dict

from ledger.keys.keyring import Keyring
from ledger.keys.sqlite import SqliteHalfStore
from ledger.store.record import Record
from ledger.store.recorder import Recorder, create_log

PAYLOAD = b'{"data":{"bench":"' + b"x" * 260 + b'"}}'
CHAINS = 20
ROUNDS = 7
_ORIGIN = "shoseki.example/bench"


@contextmanager
def bench_log(url: str, directory: Path) -> Iterator[tuple[Recorder, list[str]]]:
    """Give a fresh log with some chains, and drop it in the end."""
    schema = f"bench_{secrets.token_hex(4)}"
    place = directory / schema
    keyring = Keyring.open_or_create(place / "keyring.json", _ORIGIN, datetime.now(UTC))
    halves = SqliteHalfStore.open_or_create(place / "halves.sqlite", keyring, lambda: datetime.now(UTC))
    create_log(url, schema, _ORIGIN, halves)
    try:
        with Recorder(url, schema, _ORIGIN, halves) as recorder:
            chains = [f"cus_{secrets.token_hex(16)}" for _ in range(CHAINS)]
            for chain in chains:
                recorder.create_chain(chain)
            yield recorder, chains
    finally:
        _drop(url, schema)


def records(chains: Sequence[str], count: int) -> list[Record]:
    """Give records with two tags each: one that a batch shares, one of its own."""
    batch = f"import:{secrets.token_hex(16)}"
    return [
        Record(
            "login.accepted.v1",
            PAYLOAD,
            [batch, f"session:{secrets.token_hex(16)}"],
            chain=chains[index % len(chains)],
        )
        for index in range(count)
    ]


@contextmanager
def their_recorder(url: str) -> Iterator[PostgresApplicationRecorder]:
    """Give eventsourcing's recorder on a fresh schema of the same server."""
    schema = f"peer_{secrets.token_hex(4)}"
    with connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        info = connection.info
        datastore = PostgresDatastore(
            dbname=info.dbname,
            host=info.host,
            port=str(info.port),
            user=info.user,
            password=info.password or str(conninfo_to_dict(url).get("password") or "none"),
            schema=schema,
            pool_size=5,
            max_overflow=70,
        )
    try:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        recorder.create_table()
        yield recorder
    finally:
        datastore.close()
        _drop(url, schema)


def their_events(count: int) -> list[StoredEvent]:
    """Give the same payloads as events of one aggregate."""
    originator = uuid4()
    return [StoredEvent(originator, version, "login.accepted.v1", PAYLOAD) for version in range(1, count + 1)]


def compare(
    ours: Recorder,
    chains: Sequence[str],
    theirs: PostgresApplicationRecorder,
    *,
    callers: int,
    calls: int,
    entries: int,
) -> dict[str, Any]:
    """Give the ratio of median rates for so many callers, with so many calls each of so many entries."""
    our_rates, their_rates = [], []
    for _ in range(ROUNDS):
        work = [[records(chains, entries) for _ in range(calls)] for _ in range(callers)]
        our_rates.append(_rate(work, ours.append, entries))
        events = [[their_events(entries) for _ in range(calls)] for _ in range(callers)]
        their_rates.append(_rate(events, theirs.insert_events, entries))
    our_median, their_median = statistics.median(our_rates), statistics.median(their_rates)
    return {
        "ratio": round(our_median / their_median, 2),
        "ours_per_second": [round(rate) for rate in our_rates],
        "theirs_per_second": [round(rate) for rate in their_rates],
        "callers": callers,
        "entries_a_call": entries,
    }


def _rate(work: Sequence[Sequence[Any]], append: Callable[[Any], object], entries: int) -> float:
    barrier = threading.Barrier(len(work) + 1)
    failures: list[Exception] = []

    def call(share: Sequence[Any]) -> None:
        barrier.wait()
        try:
            for each in share:
                append(each)
        except Exception as error:  # noqa: BLE001 - a caller that failed makes the rate worthless
            failures.append(error)

    threads = [threading.Thread(target=call, args=(share,)) for share in work]
    for thread in threads:
        thread.start()
    # What the benchmark holds ready is much more than a caller would: Python's collector looks past it, on both sides.
    gc.collect()
    gc.freeze()
    barrier.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    gc.unfreeze()
    if failures:
        raise failures[0]
    return sum(len(share) for share in work) * entries / took


def _drop(url: str, schema: str) -> None:
    with connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
