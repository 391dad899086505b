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
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from ledger.keys.classes import day_of, is_day_key
from ledger.log.core_entry import CLOCK_CORRECTED
from ledger.log.entry import LOG_CHAIN, Template, leaf_hash
from ledger.log.members import format_at
from ledger.store import rows
from ledger.store.clock import Clock
from ledger.store.conditions import Conditions, fails_among
from ledger.store.errors import (
    ClockJumpError,
    ConditionFailedError,
    LogMissingError,
    RecordRefusedError,
    StoreError,
)
from ledger.store.group import DayIsOverError, Group, Request, split_known
from ledger.store.known import Known
from ledger.store.prepare import Prepared, Shared
from ledger.store.statements import Statements
from ledger.store.wire import Wire

DEFAULT_CLOCK_BOUND = timedelta(hours=1)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_EFFECTS = frozenset({"key.created.v1", "key.destroyed.v1"})


class Sequencer:
    """Appends to one log through one connection; its callers take turns."""

    def __init__(self, schema: str, origin: str, clock: Clock, *, clock_bound: timedelta = DEFAULT_CLOCK_BOUND) -> None:
        """Prepare the statements for the log's schema."""
        self._origin = origin
        self._clock = clock
        self._clock_bound = clock_bound
        self._conditions = Conditions(schema)
        self._statements = Statements(schema)
        self._known = Known(origin, self._statements)
        self._confirmed = False
        self._spoken: tuple[Connection[Any], Wire] | None = None

    def confirm_clock(self) -> None:
        """Take the operator's word that the clock is right: the next append does not compare it."""
        self._confirmed = True

    def forget(self) -> None:
        """Forget what was remembered of heads and keys: after any failure, and on a new connection."""
        self._known.forget()

    def commit(self, connection: Connection[Any], requests: Sequence[Request]) -> None:
        """Append what can be appended, and set positions or error on every request.

        Raises what the database raises; then nothing is known about any request, and the caller rolls back.
        """
        group = self._begin(connection, requests)
        if group is None:
            return
        known = self._known_marks(connection, requests)
        failed = self._failed_conditions(connection, requests, group.start)
        self._known.load(connection, [each for request in requests for each in request.prepared])
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

    def correct(self, connection: Connection[Any], reason: str) -> int:
        """Append the one entry whose time may be before the newest entry's: the clock's; give its position.

        Raises RecordRefusedError where the clock is not behind, and what the database raises; then nothing was appended
        and the caller rolls back.
        """
        size, last, _, _ = self._lock(connection)
        now = self._clock.now()
        if last is None or now >= last:
            raise RecordRefusedError(
                f"The clock says {format_at(now)}, which is not before the newest entry"
                f"{'' if last is None else ' of ' + format_at(last)}: there is nothing to correct."
            )
        public = {"from": format_at(last), "to": format_at(now), "reason": reason}
        shared = Shared(self._origin, LOG_CHAIN, CLOCK_CORRECTED)
        correction = Prepared(shared, Template.of_names(shared.names, (), public, None), ())
        self._known.load(connection, [correction])
        group = self._group(size, now, self._clock.elapsed())
        self._place(group, [correction])
        self._write(connection, group)
        return size

    # -- one transaction, in order -------------------------------------------------------------------------------------

    def _begin(self, connection: Connection[Any], requests: Sequence[Request]) -> Group | None:
        size, last, last_boot, last_elapsed = self._lock(connection)
        try:
            at = self._time(last, last_boot, last_elapsed)
        except ClockJumpError as error:
            for request in requests:
                request.error = ClockJumpError(*error.args)  # its own: several threads will raise it
            self._wire(connection).run(b"ROLLBACK")  # through psycopg it would drop the prepared statements
            return None
        elapsed = self._clock.elapsed()
        if at == last and last_boot == self._clock.boot() and last_elapsed is not None:
            # The clock fell: what passes is measured from when `at` was the time, until it is so again.
            elapsed = last_elapsed
        return self._group(size, at, elapsed)

    def _lock(self, connection: Connection[Any]) -> tuple[int, datetime | None, str | None, int | None]:
        """Begin a transaction that appends alone; give the log's size, its newest time, and how that was measured."""
        row = self._wire(connection).run(self._statements.begin)
        if row is None:
            raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
        size = int(row[0] or 0)
        self._known.begin(size)
        last = None if row[1] is None else _EPOCH + int(row[1]) * _MICROSECOND
        return size, last, row[2], None if row[3] is None else int(row[3])

    def _group(self, size: int, at: datetime, elapsed: int) -> Group:
        return Group(
            start=size,
            at=at,
            boot=self._clock.boot(),
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

        Record format, section 2: the time that passed since the newest entry is measured by the machine's own count.
        After a restart of the machine nothing measured it, and none counts.
        """
        now = self._clock.now()
        if last is None or now <= last:
            return now if last is None else last
        same = boot == self._clock.boot() and elapsed is not None
        passed = timedelta(microseconds=(self._clock.elapsed() - (elapsed or 0)) // 1000) if same else timedelta(0)
        if now - last > passed + self._clock_bound and not self._confirmed:
            measured = (
                f"only {passed} passed since" if same else "the machine was restarted since, so nothing measured it"
            )
            raise ClockJumpError(
                f"The clock says {format_at(now)}, but the newest entry is of {format_at(last)} and {measured}: "
                "set the clock right, or confirm it with 'shoseki status --confirm-clock'."
            )
        return now

    def _known_marks(self, connection: Connection[Any], requests: Sequence[Request]) -> dict[bytes, tuple[bytes, int]]:
        marks = [
            each.mark for request in requests if request.marked for each in request.prepared if each.mark is not None
        ]
        if not marks:
            return {}
        found = connection.execute(self._statements.marks, (marks,), prepare=True, binary=True)
        return {mark: (body, position) for mark, body, position in found}

    def _failed_conditions(self, connection: Connection[Any], requests: Sequence[Request], size: int) -> set[int]:
        conditions = [(i, request.condition) for i, request in enumerate(requests) if request.condition is not None]
        return self._conditions.failed(connection, size, conditions) if conditions else set()

    # -- one request ---------------------------------------------------------------------------------------------------

    def _append(
        self, group: Group, request: Request, known: dict[bytes, tuple[bytes, int]], *, condition_failed: bool
    ) -> None:
        places, new, again = split_known(request, known, group.marked)
        if new:
            condition = request.condition
            if condition_failed or (condition is not None and fails_among(condition, group.start, group.placed)):
                raise ConditionFailedError("Entries that the append condition excludes are there: read again.")
            # All checks come before the first placing, so that a refused request leaves no trace in the group.
            announced = self._known.check(group, new)
            self._place(group, announced)
            position = group.position
            self._place(group, [each for _, each in new])
            for index, _ in new:
                places[index] = position
                position += 1
            for index, first in again:
                places[index] = places[first]
        request.positions = places
        request.fresh = len(new)

    def _place(self, group: Group, several: Sequence[Prepared]) -> None:
        """Give checked records their places: in one piece, as it runs for every entry under the lock."""
        chains, moved, position = self._known.chains, group.moved, group.position
        at_text, at_field = group.at_text, group.at_field
        for each in several:
            shared = each.shared
            chain = chains.get(shared.chain) or self._known.open_chain(each)
            seq = chain.seq + 1
            data = each.template.fill(position, at_text, chain.leaf, seq)
            leaf = leaf_hash(data)
            group.entries += (rows.entry_head(position, seq, at_field, leaf, len(data)), data, each.entry_rest)
            for head in each.tag_heads:
                group.tags.append(head + rows.number(position))
            if each.payload_rest is not None:
                group.payloads += (rows.payload_head(position), each.payload_rest)
            if each.mark is not None and each.body is not None:
                group.marks.append(rows.idempotency_row(each.mark, each.body, position))
                group.marked[each.mark] = (each.body, position)
            if each.public and shared.type in _EFFECTS:
                group.effects.append((position, each))
                self._known.remember(each)
            chain.seq, chain.leaf = seq, leaf
            moved.add(shared.chain)
            position += 1
        group.placed += several
        group.position = position

    # -- writing -------------------------------------------------------------------------------------------------------

    def _write(self, connection: Connection[Any], group: Group) -> None:
        statements, wire = self._statements, self._wire(connection)
        for position, each in group.effects:
            self._apply(connection, position, each.shared.type, each.public)
        for statement, lines in (
            (statements.copy_entry, group.entries),
            (statements.copy_tag, group.tags),
            (statements.copy_payload, group.payloads),
            (statements.copy_mark, group.marks),
        ):
            if lines:
                wire.copy(statement, b"".join((rows.HEADER, *lines, rows.TRAILER)))
        moved = sorted(group.moved)
        heads = [self._known.chains[chain] for chain in moved]
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
        self._known.committed(group.position)
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
