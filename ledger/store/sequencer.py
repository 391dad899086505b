"""The one place where entries get their position, their link and their time: under the lock of the log's row.

``Sequencer.commit`` takes all requests that wait and appends them in one transaction: lock the log row, decide every
condition against what is committed and against the requests before it, number and link, COPY in, move the heads,
commit, wake the followers. A request is appended whole or not at all, and a refused one does not hold up the others.

What a crash leaves: before COMMIT nothing; after it everything, whether or not the caller heard of it. A caller that
heard nothing tries again with the same idempotency keys.

Heads and keys are remembered between transactions. The memory counts only while the log's size is the one that this
sequencer committed last: another writer's entry makes it void.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from eventsourcing.dcb.api import DCBAppendCondition
from psycopg import Connection, sql

from ledger.keys.classes import CLASSES, day_of, is_day_key
from ledger.log.entry import LOG_CHAIN, NO_PREV, Template, leaf_hash
from ledger.log.members import format_at
from ledger.store import rows
from ledger.store.clock import Clock
from ledger.store.conditions import Conditions, fails_among
from ledger.store.errors import (
    ClockJumpError,
    ConditionFailedError,
    IdempotencyConflictError,
    KeyGoneError,
    LogMissingError,
    RecordRefusedError,
    StoreError,
)
from ledger.store.prepare import Prepared
from ledger.store.wire import Wire

DEFAULT_CLOCK_BOUND = timedelta(hours=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class DayIsOverError(Exception):
    """The day of a record's key ended while it waited: the caller seals it anew for ``at``. Never leaves the store."""

    def __init__(self, at: datetime) -> None:
        super().__init__("The day of the record's key is over.")
        self.at = at


@dataclass(slots=True)
class Request:
    """What one caller wants appended, and after ``commit`` what became of it: ``positions`` or ``error``."""

    prepared: list[Prepared]
    condition: DCBAppendCondition | None = None
    accept_known: bool = False
    """Take a record whose idempotency key was used for known, whatever its content."""
    positions: list[int] = field(default_factory=list)
    fresh: int = 0
    """How many of the records were appended now; the others were before."""
    error: Exception | None = None


@dataclass(slots=True)
class _Chain:
    seq: int
    leaf: bytes
    half: str
    destroyed: bool


@dataclass(slots=True)
class _Key:
    half: str
    destroyed: bool


@dataclass(slots=True)
class _Group:
    """One transaction's work in the making."""

    start: int
    at: datetime
    boot: str
    elapsed: int
    at_text: str
    at_field: int
    day: str
    position: int
    entries: list[bytes] = field(default_factory=list)
    tags: list[bytes] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    marks: list[bytes] = field(default_factory=list)
    effects: list[tuple[int, Prepared]] = field(default_factory=list)
    placed: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)
    marked: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)


class Sequencer:
    """Appends to one log through one connection; its callers take turns."""

    def __init__(self, schema: str, origin: str, clock: Clock, *, clock_bound: timedelta = DEFAULT_CLOCK_BOUND) -> None:
        """Prepare the statements for the log's schema."""
        self._origin = origin
        self._clock = clock
        self._clock_bound = clock_bound
        self._conditions = Conditions(schema)
        self._statements = _Statements(schema)
        self._size = -1
        self._chains: dict[str, _Chain] = {}
        self._keys: dict[str, _Key] = {}
        self._pairs: set[tuple[str, str]] = set()
        self._confirmed = False
        self._spoken: tuple[Connection[Any], Wire] | None = None

    def confirm_clock(self) -> None:
        """Take the operator's word that the clock is right: the next append does not compare it."""
        self._confirmed = True

    def forget(self) -> None:
        """Forget what was remembered of heads and keys: after any failure, and on a new connection."""
        self._size = -1
        self._chains.clear()
        self._keys.clear()
        self._pairs.clear()

    def commit(self, connection: Connection[Any], requests: Sequence[Request]) -> None:
        """Append what can be appended, and set positions or error on every request.

        Raises what the database raises; then nothing is known about any request, and the caller rolls back.
        """
        group = self._begin(connection, requests)
        if group is None:
            return
        known = self._known_marks(connection, requests)
        failed = self._failed_conditions(connection, requests, group.start)
        self._load(connection, requests)
        for number, request in enumerate(requests):
            if request.error is None:
                try:
                    self._append(group, request, known, condition_failed=number in failed)
                except (StoreError, DayIsOverError) as error:
                    request.error = error
        if group.position == group.start:
            self._wire(connection).run(b"ROLLBACK")  # through psycopg it would drop the prepared statements
            return
        self._write(connection, group)

    # -- one transaction, in order -------------------------------------------------------------------------------------

    def _begin(self, connection: Connection[Any], requests: Sequence[Request]) -> _Group | None:
        row = self._wire(connection).run(self._statements.begin)
        if row is None:
            raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
        size, last = int(row[0] or 0), None if row[1] is None else _EPOCH + int(row[1]) * _MICROSECOND
        if size != self._size:
            self.forget()
            self._size = size
        try:
            at = self._time(last, row[2], None if row[3] is None else int(row[3]))
        except ClockJumpError as error:
            for request in requests:
                request.error = ClockJumpError(*error.args)  # its own: several threads will raise it
            self._wire(connection).run(b"ROLLBACK")  # through psycopg it would drop the prepared statements
            return None
        boot, elapsed = self._clock.boot(), self._clock.elapsed()
        if at == last and row[2] == boot and row[3] is not None:
            # The clock fell: what passes is measured from when `at` was the time, until it is so again.
            elapsed = int(row[3])
        return _Group(
            start=size,
            at=at,
            boot=boot,
            elapsed=elapsed,
            at_text=format_at(at),
            at_field=(at - _EPOCH) // _MICROSECOND,
            day=day_of(at),
            position=size,
        )

    def _wire(self, connection: Connection[Any]) -> Wire:
        if self._spoken is None or self._spoken[0] is not connection:
            self._spoken = (connection, Wire(connection))
        return self._spoken[1]

    def _time(self, last: datetime | None, boot: str | None, elapsed: int | None) -> datetime:
        """Give the group's time: the wall clock, but never before the newest entry.

        Record format, section 2: the time that passed since the newest entry is measured by the machine's own count;
        after a restart of the machine nothing can measure it.
        """
        now = self._clock.now()
        if last is None or now <= last:
            return now if last is None else last
        if boot == self._clock.boot() and elapsed is not None and not self._confirmed:
            passed = timedelta(microseconds=(self._clock.elapsed() - elapsed) // 1000)
            if now - last > passed + self._clock_bound:
                raise ClockJumpError(
                    f"The clock says {format_at(now)}, but the newest entry is of {format_at(last)} and only {passed} "
                    "passed since: set the clock right, or confirm it with 'shoseki status --confirm-clock'."
                )
        return now

    def _known_marks(self, connection: Connection[Any], requests: Sequence[Request]) -> dict[bytes, tuple[bytes, int]]:
        marks = [each.mark for request in requests for each in request.prepared if each.mark is not None]
        if not marks:
            return {}
        found = connection.execute(self._statements.marks, (marks,), prepare=True, binary=True)
        return {mark: (body, position) for mark, body, position in found}

    def _failed_conditions(self, connection: Connection[Any], requests: Sequence[Request], size: int) -> set[int]:
        conditions = [(i, request.condition) for i, request in enumerate(requests) if request.condition is not None]
        return self._conditions.failed(connection, size, conditions) if conditions else set()

    def _load(self, connection: Connection[Any], requests: Sequence[Request]) -> None:
        """Remember what the log says of every chain and key that the requests need."""
        chains = {each.chain for request in requests for each in request.prepared} | {LOG_CHAIN}
        keys = {each.key for request in requests for each in request.prepared if each.key is not None}
        keys |= {str(each.public["key"]) for request in requests for each in request.prepared if "key" in each.public}
        if new := [chain for chain in chains if chain not in self._chains]:
            for chain, seq, leaf, half, destroyed in connection.execute(self._statements.chains, (new,)):
                self._chains[chain] = _Chain(seq, leaf, half, destroyed is not None)
        if new := [key for key in keys if key not in self._keys]:
            for key, half, destroyed in connection.execute(self._statements.keys, (new,)):
                self._keys[key] = _Key(half, destroyed is not None)
            self._pairs.update(connection.execute(self._statements.pairs, (new,)))

    # -- one request ---------------------------------------------------------------------------------------------------

    def _append(
        self, group: _Group, request: Request, known: dict[bytes, tuple[bytes, int]], *, condition_failed: bool
    ) -> None:
        places, new, again = _split_known(request, known, group.marked)
        if new:
            condition = request.condition
            if condition_failed or (condition is not None and fails_among(condition, group.start, group.placed)):
                raise ConditionFailedError("Entries that the append condition excludes are there: read again.")
            # All checks come before the first placing, so that a refused request leaves no trace in the group.
            announced = self._check(group, new)
            for announcement in announced:
                self._place(group, announcement)
            for index, each in new:
                places[index] = self._place(group, each)
            for index, first in again:
                places[index] = places[first]
        request.positions = places
        request.fresh = len(new)

    def _check(self, group: _Group, new: Sequence[tuple[int, Prepared]]) -> list[Prepared]:
        """Refuse what must not be appended now; give the announcements of keys that are used for the first time."""
        announcements: dict[str, Prepared] = {}
        opened: set[str] = set()
        said: set[tuple[str, str]] = set()
        for _, each in new:
            chain = self._chains.get(each.chain)
            if each.type in _OPENING:
                if chain is not None or (each.chain, each.type) in said:
                    raise RecordRefusedError(f"The chain {each.chain} is there already.")
                opened.add(each.chain)
                said.add((each.chain, each.type))
            elif chain is None and each.chain not in opened:
                raise RecordRefusedError(f"There is no chain {each.chain} in this log: register the customer first.")
            if each.type == "key.created.v1" and each.public["key"] in self._keys:
                raise RecordRefusedError(f"The key {each.public['key']} is announced already.")
            if chain is not None and chain.destroyed:
                raise KeyGoneError(f"The chain {each.chain} was destroyed: nothing can be recorded in it any more.")
            if chain is not None and each.chain_check is not None and each.chain_check != chain.half:
                raise KeyGoneError(
                    f"The key half of chain {each.chain} is not the announced one: restore the halves from the backup."
                )
            if each.key is None:
                continue
            if each.day is not None and each.day != group.day:
                raise DayIsOverError(group.at)
            key = self._keys.get(each.key)
            if key is None:
                announcements.setdefault(each.key, _announcement(self._origin, each))
            elif key.destroyed or (each.chain, each.key) in self._pairs:
                raise KeyGoneError(f"The key {each.key} was destroyed: nothing can be sealed under it any more.")
            elif key.half != each.epoch_check:
                raise KeyGoneError(
                    f"The key half {each.key} is not the announced one: restore the halves from the backup."
                )
        return list(announcements.values())

    def _place(self, group: _Group, each: Prepared) -> int:
        chain = self._chains.get(each.chain)
        if chain is None:
            chain = self._chains[each.chain] = _Chain(0, NO_PREV, each.chain_check or "", destroyed=False)
        position, seq = group.position, chain.seq + 1
        data = each.template.fill(position, group.at_text, chain.leaf, seq)
        leaf = leaf_hash(data)
        group.entries.append(rows.entry_row(position, each.chain_field, seq, group.at_field, each.middle, leaf, data))
        for head in each.tag_heads:
            group.tags.append(rows.tag_row(head, position))
        if each.sealed is not None:
            group.payloads.append(rows.payload_row(each.part_field, position, each.sealed))
        if each.mark is not None and each.body is not None:
            group.marks.append(rows.idempotency_row(each.mark, each.body, position))
            group.marked[each.mark] = (each.body, position)
        if each.type in _EFFECTS:
            group.effects.append((position, each))
            self._remember(each)
        chain.seq, chain.leaf = seq, leaf
        group.moved.add(each.chain)
        group.placed.append((each.type, each.tags))
        group.position += 1
        return position

    def _remember(self, each: Prepared) -> None:
        """Know at once what a core entry says, for the requests that follow in the same group."""
        public: Mapping[str, Any] = each.public
        if each.type == "key.created.v1":
            self._keys[public["key"]] = _Key(public["check"], destroyed=False)
        elif each.type == "key.destroyed.v1":
            chain, key = public.get("chain"), public.get("key")
            if chain is not None and key is not None:
                self._pairs.add((chain, key))
            elif chain is not None and chain in self._chains:
                self._chains[chain].destroyed = True
            elif key is not None and key in self._keys:
                self._keys[key].destroyed = True

    # -- writing -------------------------------------------------------------------------------------------------------

    def _write(self, connection: Connection[Any], group: _Group) -> None:
        statements, wire = self._statements, self._wire(connection)
        for position, each in group.effects:
            self._apply(connection, position, each.type, each.public)
        for statement, lines in (
            (statements.copy_entry, group.entries),
            (statements.copy_tag, group.tags),
            (statements.copy_payload, group.payloads),
            (statements.copy_mark, group.marks),
        ):
            if lines:
                wire.copy(statement, b"".join((rows.HEADER, *lines, rows.TRAILER)))
        moved = sorted(group.moved)
        heads = [self._chains[chain] for chain in moved]
        values = [
            rows.text_array(moved),
            rows.number_array([head.seq for head in heads]),
            rows.bytes_array([head.leaf for head in heads]),
            rows.text_array([head.half for head in heads]),
            rows.number(group.position),
            rows.number(group.at_field),
            group.boot.encode(),
            rows.number(group.elapsed),
        ]
        wire.run_prepared(b"advance", statements.advance, values)
        wire.run(statements.commit)
        self._size = group.position
        self._confirmed = False

    def _apply(self, connection: Connection[Any], position: int, type_: str, public: Mapping[str, Any]) -> None:
        """Write down what a core entry says of keys."""
        if type_ == "key.created.v1":
            connection.execute(self._statements.new_key, (public["key"], public["check"], position))
            if is_day_key(public["key"]):
                connection.execute(self._statements.new_part, (public["key"],))
            return
        chain, key = public.get("chain"), public.get("key")
        if chain is not None and key is not None:
            connection.execute(self._statements.end_pair, (chain, key, position))
        elif chain is not None:
            connection.execute(self._statements.end_chain, (position, chain))
        else:
            connection.execute(self._statements.end_key, (position, key))


_OPENING = frozenset({"log.created.v1", "chain.created.v1"})
_EFFECTS = frozenset({"key.created.v1", "key.destroyed.v1"})


def channel_of(schema: str) -> str:
    """Give the notification channel of a log."""
    return f"shoseki {schema}"


def _split_known(
    request: Request, committed: dict[bytes, tuple[bytes, int]], in_group: dict[bytes, tuple[bytes, int]]
) -> tuple[list[int], list[tuple[int, Prepared]], list[tuple[int, int]]]:
    """Part a request into what was appended before and what was not.

    Gives the places of records that were appended before (−1 for the others); the new ones with their index; and the
    records that repeat a new one of the same request, with the index of that one.
    """
    places = [-1] * len(request.prepared)
    new: list[tuple[int, Prepared]] = []
    again: list[tuple[int, int]] = []
    firsts: dict[bytes, tuple[bytes, int]] = {}
    for index, each in enumerate(request.prepared):
        if each.mark is None or each.body is None:
            new.append((index, each))
            continue
        found = committed.get(each.mark) or in_group.get(each.mark)
        first = firsts.get(each.mark)
        before = found or first
        if before is None:
            firsts[each.mark] = (each.body, index)
            new.append((index, each))
        elif before[0] != each.body and not request.accept_known:
            where = f"at position {found[1]}" if found is not None else "earlier in the same call"
            raise IdempotencyConflictError(
                f"The idempotency key of a record {each.type} was used {where} for other content."
            )
        elif found is not None:
            places[index] = found[1]
        else:
            again.append((index, before[1]))
    return places, new, again


def _announcement(origin: str, each: Prepared) -> Prepared:
    """Give the entry that announces the key of ``each`` before its first use."""
    assert each.key is not None
    public: dict[str, object] = {
        "key": each.key,
        "retain": CLASSES[each.key.partition(":")[0]].retain,
        "check": each.epoch_check,
    }
    template = Template(
        origin=origin, chain=LOG_CHAIN, type="key.created.v1", tags=(), public=public, commitment=None, key=None
    )
    announcement = Prepared(template, LOG_CHAIN, "key.created.v1", (), None)
    announcement.public = public
    return announcement


class _Statements:
    """The SQL of the sequencer, made once for a schema."""

    def __init__(self, schema: str) -> None:
        def made(text: str) -> sql.Composed:
            return sql.SQL(text).format(schema=sql.Identifier(schema), channel=sql.Identifier(channel_of(schema)))

        # The time as microseconds from 2000-01-01, as PostgreSQL counts it inside.
        self.begin = made(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
            " SELECT size, (extract(epoch FROM at) * 1000000)::bigint - 946684800000000, clock_boot, clock_elapsed"
            " FROM {schema}.log FOR UPDATE"
        ).as_bytes()
        self.marks = made("SELECT mark, body, position FROM {schema}.idempotency WHERE mark = ANY(%s)")
        self.chains = made("SELECT chain, seq, leaf, half, destroyed FROM {schema}.chain WHERE chain = ANY(%s)")
        self.keys = made("SELECT key, half, destroyed FROM {schema}.key WHERE key = ANY(%s)")
        self.pairs = made("SELECT chain, key FROM {schema}.destroyed_pair WHERE key = ANY(%s)")
        self.new_key = made("INSERT INTO {schema}.key (key, half, created) VALUES (%s, %s, %s)")
        self.new_part = made("SELECT {schema}.add_partition(%s)")
        self.end_key = made("UPDATE {schema}.key SET destroyed = %s WHERE key = %s")
        self.end_chain = made("UPDATE {schema}.chain SET destroyed = %s WHERE chain = %s")
        self.end_pair = made(
            "INSERT INTO {schema}.destroyed_pair (chain, key, position) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
        )
        self.copy_entry = made(
            "COPY {schema}.entry (position, chain, seq, at, type, tags, key, leaf, entry) FROM STDIN (FORMAT binary)"
        ).as_bytes()
        self.copy_tag = made("COPY {schema}.tag (tag, position) FROM STDIN (FORMAT binary)").as_bytes()
        self.copy_payload = made("COPY {schema}.payload (part, position, sealed) FROM STDIN (FORMAT binary)").as_bytes()
        self.copy_mark = made("COPY {schema}.idempotency (mark, body, position) FROM STDIN (FORMAT binary)").as_bytes()
        self.advance = made(
            "WITH moved AS (INSERT INTO {schema}.chain (chain, seq, leaf, half)"
            " SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::text[])"
            " ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, leaf = excluded.leaf)"
            " UPDATE {schema}.log SET size = $5, at = $6::timestamptz, clock_boot = $7::text, clock_elapsed = $8"
        ).as_bytes()
        self.commit = made("NOTIFY {channel}; COMMIT").as_bytes()
