"""The recorder: ``eventsourcing``'s DCB port over the tamper-evident log.

Guarantees: an append that returned is durable, sealed, numbered and linked; it is appended whole or not at all; its
condition was decided under the lock that numbers entries. Callers that wait at the same time share one transaction
(``committer``). Leaves to others: signing (checkpoints), what records mean (the domain).

Positions of the port are an entry's position + 1, as the port counts from 1.
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import index
from pathlib import Path
from typing import Any, NamedTuple, Self

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBRecorder
from psycopg import sql

from ledger.keys.classes import CLASSES, day_of
from ledger.keys.errors import HalfUnknownError
from ledger.keys.keyring import Keyring
from ledger.keys.ports import HalfStore
from ledger.keys.sqlite import SqliteHalfStore
from ledger.log.entry import LOG_CHAIN, check_chain, check_origin
from ledger.log.errors import FormatError
from ledger.log.seal import half_check
from ledger.store.clock import Clock, ManualClock, SystemClock
from ledger.store.committer import Committer
from ledger.store.conditions import possible
from ledger.store.connections import Connections
from ledger.store.custody import Custody
from ledger.store.database import check_schema, connect, named_errors
from ledger.store.entry_times import DEFAULT_CLOCK_BOUND
from ledger.store.errors import LogMissingError, RecordRefusedError, StoreError, WrongLogError
from ledger.store.group import DayIsOverError, Request
from ledger.store.matching import Matching
from ledger.store.migrate import check_current, migrate
from ledger.store.prepare import Preparer
from ledger.store.reader import Reader, ReadResponse
from ledger.store.record import Record
from ledger.store.sequencer import Made, Sequencer
from ledger.store.subscription import Subscription
from ledger.store.underway import connect_to_append


class Appended(NamedTuple):
    """Where the records of one append stand, and their time; None where some of them stood there before."""

    positions: list[int]
    at: datetime | None


class Recorder(DCBRecorder):
    """Appends to and reads from one log. Safe to share between threads; close it when done."""

    def __init__(
        self,
        url: str,
        schema: str,
        origin: str,
        halves: HalfStore,
        *,
        clock: Clock | None = None,
        clock_bound: timedelta = DEFAULT_CLOCK_BOUND,
    ) -> None:
        """Open the log ``origin`` in this schema through the application's URL.

        Raises LogMissingError, WrongLogError, DatabaseUnavailableError.
        """
        check_schema(schema)
        self.url = url
        self.schema = schema
        self.origin = origin
        self.clock = clock or SystemClock()
        self.custody = Custody(halves, origin)
        self._connections = Connections(url, application="shoseki reader")
        self._look_ups = Connections(url, application="shoseki look-ups", planned_once=True)
        self.reader = Reader(self._connections, schema, self.custody, Matching(self._look_ups, schema))
        self._preparer = Preparer(self.custody)
        self._clock_bound = clock_bound
        self._sequencer = Sequencer(schema, origin, self.clock, clock_bound=clock_bound)
        self._process = os.getpid()
        self._latest_at = datetime.min.replace(tzinfo=UTC)
        try:
            self._check_origin()
        except BaseException:
            self._connections.close()
            raise
        self._committer = Committer(url, self._sequencer, self._preparer)

    # -- the port ------------------------------------------------------------------------------------------------------

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        """Append the events, all or none, and give the port's position of the last.

        With idempotency keys, what was appended before is not appended again, and the condition is decided only for
        what is new. Raises ConditionFailedError (an IntegrityError), RecordRefusedError, IdempotencyConflictError,
        ClockJumpError, KeyGoneError, DatabaseUnavailableError, DatabaseFullError, KeysError.
        """
        positions = self.append_all(events, condition)
        return positions[-1] + 1 if positions else self.reader.size()

    def append_all(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> list[int]:
        """Append as ``append`` does; give the entry positions of all events, in their order."""
        return self._append(events, condition, core=False).positions

    def append_told(self, records: Sequence[Record], condition: DCBAppendCondition | None) -> Appended:
        """Append as ``append`` does; tell what the log says of it."""
        request = self._append(records, condition, core=False)
        return Appended(request.positions, request.at if request.fresh == len(records) else None)

    def append_new(self, records: Sequence[Record]) -> int:
        """Append the records whose idempotency key was not used in their chain before; give how many these were.

        For facts that are the same whoever tells them: a key that was used counts, whatever else the record says.
        """
        return self._append(records, None, core=False, accept_known=True).fresh

    def append_core(self, records: Sequence[Record]) -> list[int]:
        """Append entries of the core's own types (keys, chains, heads, holds, times)."""
        return self._append(records, None, core=True).positions

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> ReadResponse:
        """Give the matching events as of now, in order, fetched as they are read."""
        return ReadResponse(self.reader, query, after, limit)

    def subscribe(self, query: DCBQuery | None = None, *, after: int | None = None) -> Subscription:
        """Follow the matching events, waiting for new ones."""
        return Subscription(self, query, after)

    # -- more than the port --------------------------------------------------------------------------------------------

    def create_chain(self, chain: str) -> int:
        """Open a customer's chain; give the position of its first entry. Raises RecordRefusedError when it is there."""
        try:
            check_chain(chain)  # before a half is made: it would stay
        except FormatError as error:
            raise RecordRefusedError(f"No chain can be opened: {error}") from None
        half = self.custody.halves.create(chain)
        public = {"chain": chain, "check": half_check(self.origin, chain, half)}
        return self.append_core([Record("chain.created.v1", b"", chain=chain, key_class=None, public=public)])[0]

    def announce_day_key(self, key_class: str) -> None:
        """Make and announce today's key of a class ahead of its first use."""
        if key_class not in CLASSES or CLASSES[key_class].epoch != "day":
            raise RecordRefusedError(f"{key_class!r} is not a key class with keys of days.")
        key = f"{key_class}:{day_of(self.clock.now())}"
        check = half_check(self.origin, key, self.custody.halves.create(key))
        public = {"key": key, "retain": CLASSES[key_class].retain, "check": check}
        self.append_core([Record("key.created.v1", b"", key_class=None, public=public)])

    def append_genesis(self, genesis: Mapping[str, Any], check: str) -> None:
        """Append what every log begins with: what it is, and the announcement of its own chain's half."""
        records = [
            Record("log.created.v1", b"", key_class=None, public=genesis),
            Record("chain.created.v1", b"", key_class=None, public={"chain": LOG_CHAIN, "check": check}),
        ]
        self.append_core(records)

    def append_made(self, make: Made) -> int | None:
        """Append the one entry of the log's own chain that ``make`` makes while nobody else appends.

        Gives its position, None where it makes none. Raises what ``make`` raises, ClockJumpError,
        DatabaseUnavailableError.
        """
        # A sequencer of its own, as another process has: the other one notices that the log grew without it.
        sequencer = Sequencer(self.schema, self.origin, self.clock, clock_bound=self._clock_bound)
        sequencer.times.confirmed = self._sequencer.times.confirmed
        with named_errors(), connect_to_append(self.url) as connection:
            position = sequencer.append_made(connection, make)
        self._sequencer.times.confirmed = sequencer.times.confirmed  # a word counts once
        return position

    def confirm_clock(self) -> None:
        """Take an operator's word that the present time is right: the next append goes through."""
        self._sequencer.times.confirmed = True

    def close(self) -> None:
        """Commit what waits, and let go of the connections. In a forked child, leave it all to the parent."""
        if os.getpid() != self._process:
            return
        self._committer.close()
        self._connections.close()
        self._look_ups.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    # -- appending -----------------------------------------------------------------------------------------------------

    def _append(
        self,
        events: Sequence[DCBEvent],
        condition: DCBAppendCondition | None,
        *,
        core: bool,
        accept_known: bool = False,
    ) -> Request:
        if os.getpid() != self._process:
            raise StoreError("This recorder belongs to the process that this one was forked from: open another.")
        records = [each if isinstance(each, Record) else Record(each.type, each.data, each.tags) for each in events]
        if condition is not None:
            # A copy of what can match at all: nothing in it can fail those who share the transaction.
            query = possible(condition.fail_if_events_match)
            condition = None if query is None else DCBAppendCondition(query, max(0, index(condition.after or 0)))
        now = max(self.clock.now(), self._latest_at)
        while records:
            try:
                shared = self._preparer.share(records, now, core=core)
            except HalfUnknownError as error:
                self._refuse_unknown_chain(error.half_id)
                raise
            request = Request(records, shared, condition, core, accept_known)
            self._committer.commit(request)
            if isinstance(request.error, DayIsOverError):
                now = self._latest_at = request.error.at  # midnight in Japan fell between sealing and numbering
                continue
            if request.error is not None:
                raise request.error
            return request
        return Request([], [])

    def _refuse_unknown_chain(self, half_id: str) -> None:
        """Tell a chain that nobody opened from one whose half was lost: to restore a backup helps only the second."""
        statement = sql.SQL("SELECT FROM {}.chain WHERE chain = %s").format(sql.Identifier(self.schema))
        with named_errors(), self._connections.connection() as connection:
            if connection.execute(statement, (half_id,)).fetchone() is None:
                raise RecordRefusedError(f"There is no chain {half_id} in this log: register the customer first.")

    def _check_origin(self) -> None:
        statement = sql.SQL("SELECT origin, (SELECT max(number) FROM {0}.schema_migration) FROM {0}.log").format(
            sql.Identifier(self.schema)
        )
        with named_errors(), self._connections.connection() as connection:
            row = connection.execute(statement).fetchone()
        if row is None:
            raise LogMissingError(f"There is no log in the schema {self.schema}: make one with 'shoseki init'.")
        if row[0] != self.origin:
            raise WrongLogError(f"The schema {self.schema} holds the log {row[0]}, not {self.origin}.")
        check_current(row[1] or 0)


def stored_size(url: str, schema: str) -> int:
    """Tell how many entries a log has, 0 where there is none; raise DatabaseUnavailableError."""
    check_schema(schema)
    with named_errors(), connect(url, application="shoseki init") as connection:
        if connection.execute("SELECT to_regclass(%s)", (f"{schema}.log",)).fetchone() == (None,):
            return 0
        row = connection.execute(sql.SQL("SELECT max(size) FROM {}.log").format(sql.Identifier(schema))).fetchone()
    return 0 if row is None else int(row[0] or 0)


def create_log(
    owner_url: str,
    schema: str,
    origin: str,
    halves: HalfStore,
    *,
    vkeys: Sequence[str] = (),
    application_role: str | None = None,
    predecessor: Mapping[str, Any] | None = None,
    clock: Clock | None = None,
) -> None:
    """Make the tables and the first entries of a new log; do nothing when the same log is there already.

    Raises WrongLogError when the schema holds another log, StoreError, DatabaseUnavailableError.
    """
    check_origin(origin)
    migrate(owner_url, schema, application_role)
    name = sql.Identifier(schema)
    with named_errors(), connect(owner_url, application="shoseki init") as connection:
        connection.execute(
            sql.SQL("INSERT INTO {}.log (origin, size) VALUES (%s, 0) ON CONFLICT DO NOTHING").format(name), (origin,)
        )
    genesis = {"format": 1, "origin": origin, "vkeys": list(vkeys), "zone": "+09:00", "predecessor": predecessor}
    with Recorder(owner_url, schema, origin, halves, clock=clock) as recorder:
        if recorder.reader.size() > 0:
            return  # and no half is made: where the log's own was lost, a new one would only hide that
        check = half_check(origin, LOG_CHAIN, halves.create(LOG_CHAIN))
        try:
            recorder.append_genesis(genesis, check)
        except RecordRefusedError:
            if recorder.reader.size() == 0:
                raise  # refused for another reason than that somebody else made the same log meanwhile


def for_contract_tests(database_url: str, key_dir: Path) -> Recorder:
    """Give a recorder on a fresh log, for a suite that checks the port's contract.

    The log holds nothing but its first entries and the announcement of the key that bare events are sealed under; its
    clock stands still, so that no day ends in the middle of the suite.
    """
    origin, schema = "shoseki.example/contract", f"contract_{secrets.token_hex(6)}"
    clock = ManualClock(datetime.now(UTC))
    keyring = Keyring.open_or_create(key_dir / "keyring.json", origin, clock.now())
    halves = SqliteHalfStore.open_or_create(key_dir / "halves.sqlite", keyring, clock.now)
    create_log(database_url, schema, origin, halves, clock=clock)
    recorder = Recorder(database_url, schema, origin, halves, clock=clock)
    recorder.announce_day_key("trail")
    return recorder
