"""A log for a test: its schema on a real server, its keys in a folder of their own, and its whole content re-checked.

``check_whole`` is a second, slow reading of the tables that shares nothing with the recorder but the record format.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem
from psycopg import sql

from ledger.keys.keyring import Keyring
from ledger.keys.sqlite import SqliteHalfStore
from ledger.log import entry as entries
from ledger.log.seal import Sealer, derive_data_key, half_check
from ledger.store.clock import Clock, SystemClock
from ledger.store.embedded import APPLICATION_ROLE, Urls
from ledger.store.errors import StoreError
from ledger.store.record import Record
from ledger.store.recorder import Recorder, create_log

ORIGIN = "shoseki.example/test"
CUSTOMER = "cus_" + "0123456789abcdef" * 2
OTHER_CUSTOMER = "cus_" + "f" * 32
GENESIS = ["log.created.v1", "chain.created.v1"]


@dataclass
class World:
    """One log and how to reach it."""

    urls: Urls
    schema: str
    key_dir: Path
    clock: Clock

    def halves(self) -> SqliteHalfStore:
        keyring = Keyring.open_or_create(self.key_dir / "keyring.json", ORIGIN, self.clock.now())
        return SqliteHalfStore.open_or_create(self.key_dir / "halves.sqlite", keyring, self.clock.now)

    def create(self) -> "World":
        create_log(
            self.urls.owner, self.schema, ORIGIN, self.halves(), application_role=APPLICATION_ROLE, clock=self.clock
        )
        return self

    def recorder(self, **options: Any) -> Recorder:
        return Recorder(self.urls.application, self.schema, ORIGIN, self.halves(), clock=self.clock, **options)

    @contextmanager
    def owner(self) -> Iterator["psycopg.Connection[Any]"]:
        with psycopg.connect(self.urls.owner, autocommit=True) as connection:
            connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(self.schema)))
            yield connection

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.owner() as connection:
            return connection.execute(statement, values or None).fetchall()

    def types(self) -> list[str]:
        return [row[0] for row in self.ask("SELECT type FROM entry ORDER BY position")]


def world(urls: Urls, schema: str, key_dir: Path, clock: Clock | None = None) -> World:
    return World(urls, schema, key_dir, clock or SystemClock()).create()


def record(text: str = "said", *, tags: tuple[str, ...] = (), **options: Any) -> Record:
    return Record("test.said.v1", text.encode(), list(tags), **options)


def boundary(*tags: str) -> DCBQuery:
    return DCBQuery([DCBQueryItem(tags=list(tags))])


def check_whole(log: World, *, absent: frozenset[int] = frozenset()) -> list[entries.Entry]:
    """Re-check everything that stands in the tables; give the entries. ``absent`` are positions without a payload."""
    rows = log.ask("SELECT position, chain, seq, at, type, tags, key, leaf, entry FROM entry ORDER BY position")
    heads: dict[str, tuple[int, bytes]] = {}
    announced: dict[str, str] = {}
    last_at = ""
    read: list[entries.Entry] = []
    for expected, (position, chain, seq, at, type_, tags, key, leaf, data) in enumerate(rows):
        each = entries.parse(bytes(data))
        assert entries.encode(each) == bytes(data)
        assert (each.position, each.origin) == (expected, ORIGIN)
        assert (position, chain, seq, type_, tuple(tags), key) == (
            each.position,
            each.chain,
            each.seq,
            each.type,
            each.tags,
            each.key,
        )
        assert at == entries.parse_at(each.at)
        assert bytes(leaf) == sha256(b"\0" + bytes(data)).digest()
        before, link = heads.get(each.chain, (0, bytes(32)))
        assert (each.seq, each.prev) == (before + 1, link)
        heads[each.chain] = (each.seq, bytes(leaf))
        assert each.at >= last_at
        last_at = each.at
        if each.type == "key.created.v1":
            assert each.public["key"] not in announced
            announced[each.public["key"]] = each.public["check"]
        if each.key is not None:
            assert each.key in announced, "a key is announced before it is used"
            key_class, _, epoch = each.key.partition(":")
            if key_class not in {"agreement", "person"}:
                assert epoch == (datetime.fromisoformat(each.at) + timedelta(hours=9)).date().isoformat()
        read.append(each)
    _check_copies(log, read, heads)
    _check_payloads(log, read, announced, absent)
    return read


def _check_copies(log: World, read: list[entries.Entry], heads: dict[str, tuple[int, bytes]]) -> None:
    assert log.ask("SELECT size, origin FROM log") == [(len(read), ORIGIN)]
    if read:
        assert log.ask("SELECT at FROM log") == [(entries.parse_at(read[-1].at),)]
    assert {c: (s, bytes(leaf)) for c, s, leaf in log.ask("SELECT chain, seq, leaf FROM chain")} == heads
    tags = Counter(
        (int.from_bytes(sha256(tag.encode()).digest()[:8], "big", signed=True), each.position)
        for each in read
        for tag in each.tags
    )
    assert Counter(log.ask("SELECT tag, unnest(before || position) FROM tag")) == tags
    marked = [position for (position,) in log.ask("SELECT position FROM idempotency")]
    assert len(set(marked)) == len(marked)
    assert all(0 <= position < len(read) for position in marked)


def _check_payloads(log: World, read: list[entries.Entry], announced: dict[str, str], absent: frozenset[int]) -> None:
    payloads = {p: (part, bytes(sealed)) for p, part, sealed in log.ask("SELECT position, part, sealed FROM payload")}
    assert payloads.keys() == {each.position for each in read if each.key is not None} - absent
    halves = log.halves() if payloads else None
    opened: dict[str, bytes] = {}
    for position, (part, sealed) in payloads.items():
        each = read[position]
        assert halves is not None
        assert each.key is not None
        assert each.commitment is not None
        assert part == ("subjects" if each.key.startswith(("agreement:", "person:")) else each.key)
        for name in (each.key, each.chain):
            if name not in opened:
                opened[name] = halves.open(name)
        assert half_check(ORIGIN, each.key, opened[each.key]) == announced[each.key]
        data_key = derive_data_key(opened[each.key], opened[each.chain], origin=ORIGIN, chain=each.chain, key=each.key)
        Sealer(data_key, origin=ORIGIN, chain=each.chain, key=each.key).open(sealed, each.commitment)


def chain_checks(log: World) -> dict[str, str]:
    """Give the announced check of every chain half."""
    rows = log.ask("SELECT entry FROM entry WHERE type = 'chain.created.v1'")
    said = [json.loads(bytes(data))["public"] for (data,) in rows]
    return {public["chain"]: public["check"] for public in said}


@contextmanager
def held_back(log: World) -> Iterator["psycopg.Connection[Any]"]:
    """Hold the lock under which entries are numbered, as another writer does: who appends meanwhile waits."""
    with log.owner() as connection, connection.transaction():
        connection.execute("SELECT FROM log FOR UPDATE")
        yield connection


def blocked_by(holder: "psycopg.Connection[Any]") -> int:
    """Give how many sessions wait for what the holder holds."""
    statement = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    (count,) = holder.execute(statement).fetchone() or (0,)
    return int(count)


class Together:
    """Calls that reach the sequencer in one transaction, in the order in which they were given."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._threads: list[threading.Thread] = []
        self.answers: list[Any] = []

    def call(self, action: Callable[[], Any]) -> None:
        """Start a call and return once it waits; its answer, or its error, comes to stand in ``answers``."""
        number, waiting = len(self.answers), self._recorder._committer.pending
        self.answers.append(None)

        def run() -> None:
            try:
                self.answers[number] = action()
            except Exception as error:  # noqa: BLE001 - the test looks at it
                self.answers[number] = error

        self._threads.append(threading.Thread(target=run, daemon=True))
        self._threads[-1].start()
        until(lambda: self._recorder._committer.pending > waiting or self.answers[number] is not None)

    def results(self) -> list[Any]:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a call never came back"
        return self.answers


@contextmanager
def together(log: World, recorder: Recorder) -> Iterator[Together]:
    """Let calls gather while another writer holds the log: the recorder takes them all in its next transaction."""
    calls = Together(recorder)
    with held_back(log) as holder:
        # The first call is taken at once and waits for the lock alone; those after it gather.
        opener = threading.Thread(target=_open_with, args=(recorder,), daemon=True)
        opener.start()
        until(lambda: blocked_by(holder) == 1)
        yield calls
    opener.join(60)


def _open_with(recorder: Recorder) -> None:
    with suppress(StoreError):  # some tests break every commit
        recorder.append([record("opener")])


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is sure to come; fail when it does not."""
    for _ in range(30_000):
        if condition():
            return
        time.sleep(0.002)
    raise AssertionError("what was waited for never came")
