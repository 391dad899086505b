"""The one place where entries get their position, their link and their time: under the lock of the log's row.

``Sequencer.commit`` takes all requests that wait and appends them in one transaction: lock the log row, decide every
condition against what is committed and against the requests before it, number and link, insert, move the heads,
commit, wake the followers: two round trips. Where nothing has to be asked (no condition, no idempotency key, all heads
known) and nobody else appended lately, it goes on from the size it knows, in one round trip: its first statement fails
if somebody did append, and nothing is written (``OutdatedError``). A request is appended whole or not at all, and a
refused one does not hold up the others.

What a crash leaves: before COMMIT nothing; after it everything, whether or not the caller heard of it. A caller that
heard nothing tries again with the same idempotency keys.

Heads and keys are remembered between transactions. The memory counts only while the log's size is the one that this
sequencer committed last: another writer's entry makes it void.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.errors import SerializationFailure

from ledger.keys.classes import day_of
from ledger.log.core_entry import CHAIN_CREATED, CLOCK_CORRECTED, KEY_CREATED, KEY_DESTROYED
from ledger.log.entry import leaf_hash
from ledger.log.members import format_at
from ledger.log.template import fill
from ledger.store import rows
from ledger.store.clock import Clock
from ledger.store.conditions import Conditions, fails_among
from ledger.store.entry_times import DEFAULT_CLOCK_BOUND, EntryTime, EntryTimes
from ledger.store.errors import (
    ClockJumpError,
    ConditionFailedError,
    LogDamagedError,
    LogMissingError,
    RecordRefusedError,
    StoreError,
)
from ledger.store.group import DayIsOverError, Group, OutdatedError, Request, split_known
from ledger.store.known import Known, kinds_of
from ledger.store.prepare import Prepared
from ledger.store.rows import (
    BYTES,
    ENTRY_FIELDS,
    ENTRY_SIZE,
    LEAF,
    NUMBER,
    PAYLOAD_FIELDS,
    PAYLOAD_SIZE,
    bytes_element,
    number_element,
    pack_entry,
    pack_payload,
    record_head,
)
from ledger.store.sending import Sender
from ledger.store.statements import Statements
from ledger.store.tag_rows import SPAN
from ledger.store.wire import Row, Steps, Wire, finish

_EFFECTS = frozenset({CHAIN_CREATED, KEY_CREATED, KEY_DESTROYED})
_SLICE = SPAN // 2
"""How many entries are numbered before they are sent: the server takes them in while the next are numbered.

Twice as many are the most whose tags are sent at once.
"""
_Marks = dict[bytes, tuple[bytes, int]]
Made = Callable[[Wire, int, datetime], Steps[Prepared | None]]
"""Makes an entry of the log's own chain, knowing the log's size and the entry's time, with what it asks the server."""


class Sequencer:
    """Appends to one log through one connection; its callers take turns."""

    def __init__(self, schema: str, origin: str, clock: Clock, *, clock_bound: timedelta = DEFAULT_CLOCK_BOUND) -> None:
        """Prepare the statements for the log's schema."""
        self._origin = origin
        self._conditions = Conditions(schema)
        self._statements = Statements(schema)
        self._sender = Sender(self._statements)
        self._known = Known(origin, self._statements)
        self.times = EntryTimes(clock, clock_bound)
        self.all_sent = True
        """Whether all of the transaction that was begun last was sent, its end included."""
        self._spoken: tuple[Connection[Any], Wire] | None = None

    def forget(self) -> None:
        """Forget what was remembered of heads and keys: after any failure, and on a new connection."""
        self._known.forget()

    def commit(self, connection: Connection[Any], requests: Sequence[Request]) -> Steps[None]:
        """Append what can be appended, and set positions or error on every request: in steps, as ``wire`` has them.

        Raises what the database raises; then nothing is known about any request, and the caller rolls back.
        """
        wire = self._wire(connection)
        self.all_sent = False
        known: _Marks = {}
        failed: set[int] = set()
        group = self._guess(wire, requests)
        guessed = group is not None
        if group is None:
            group, known, failed = yield from self._begin(wire, requests)
            if group is None:
                return
            yield from self._known.load(wire, requests)
        for number, request in enumerate(requests):
            if request.error is None:
                try:
                    self._append(wire, group, request, known, condition_failed=number in failed)
                except (StoreError, DayIsOverError) as error:
                    request.error = error
        self._place_waiting(wire, group)
        self.all_sent = True
        try:
            yield from self._finish(wire, group)
        except SerializationFailure:
            self._known.guessed(right=False)
            self.all_sent = False  # what came behind this would be neither skipped nor done again
            yield from wire.skip()
            wire.send(self._statements.rollback)
            yield from wire.sync()
            raise OutdatedError from None
        if guessed:
            self._known.guessed(right=True)

    def _finish(self, wire: Wire, group: Group) -> Steps[None]:
        if group.position > group.start and not group.spoiled:
            yield from self._end(wire, group)
            return
        if group.spoiled:
            self._known.forget()
        wire.send(self._statements.rollback)
        yield from wire.sync()

    def _guess(self, wire: Wire, requests: Sequence[Request]) -> Group | None:
        """Begin without asking the log anything, where nobody else appended lately and nothing depends on an answer."""
        if any(request.condition is not None or request.core or request.marked for request in requests):
            return None
        expected = self._known.expected(requests)
        if expected is None:
            return None
        size, leaf = expected
        try:
            time = self.times.next(self._known.newest)
        except ClockJumpError:
            return None
        wire.send(self._statements.begin)
        wire.send(self._statements.expect, rows.number(size), leaf)
        return _group(size, time)

    def correct(self, connection: Connection[Any], reason: str) -> int:
        """Append the one entry whose time may be before the newest entry's: the clock's; give its position.

        Raises RecordRefusedError where the clock is not behind, and what the database raises; then nothing was appended
        and the caller rolls back.
        """
        return finish(self._correct(self._wire(connection), reason), self._wire(connection))

    def _correct(self, wire: Wire, reason: str) -> Steps[int]:
        self._lock(wire)
        size = yield from self._locked(wire, (yield from wire.sync())[1])
        newest, now = self._known.newest, self.times.next(None)
        if newest is None or now.at >= newest.at:
            raise RecordRefusedError(
                f"The clock says {format_at(now.at)}, which is not before the newest entry"
                f"{'' if newest is None else ' of ' + format_at(newest.at)}: there is nothing to correct."
            )
        public = {"from": format_at(newest.at), "to": format_at(now.at), "reason": reason}
        correction = Prepared.said(self._origin, CLOCK_CORRECTED, public)
        yield from self._known.load(wire, [Request([], [correction.shared])])
        group = _group(size, now)
        self._place(wire, group, [correction])
        yield from self._end(wire, group)
        return size

    def append_made(self, connection: Connection[Any], make: Made) -> int | None:
        """Append the one entry that ``make`` makes under the lock; give its position, None where it makes none.

        Raises ClockJumpError, and what ``make`` and the database raise; then nothing was appended and the caller rolls
        back.
        """
        wire = self._wire(connection)
        return finish(self._append_made(wire, make), wire)

    def _append_made(self, wire: Wire, make: Made) -> Steps[int | None]:
        request = Request([], [])
        group, _, _ = yield from self._begin(wire, [request])
        if group is None:
            assert request.error is not None
            raise request.error
        made = yield from make(wire, group.start, group.at)
        if made is None:
            wire.send(self._statements.rollback)
            yield from wire.sync()
            return None
        yield from self._known.load(wire, [Request([], [made.shared])])
        self._place(wire, group, [made])
        yield from self._end(wire, group)
        return group.start

    # -- one transaction, in order -------------------------------------------------------------------------------------

    def _begin(self, wire: Wire, requests: Sequence[Request]) -> Steps[tuple[Group | None, _Marks, set[int]]]:
        """Lock the log, and learn in the same round trip which marks are known and which conditions fail."""
        self._lock(wire)
        marks = [each.marks.mark for request in requests for each in request.prepared if each.marks is not None]
        if marks:
            wire.send(self._statements.marks, rows.byte_strings([rows.bytes_element(mark) for mark in marks]))
        conditions = [(i, request.condition) for i, request in enumerate(requests) if request.condition is not None]
        asked = self._conditions.ask(conditions)
        if asked is not None:
            wire.send(self._conditions.statement, asked)
        _, locked, *answers = yield from wire.sync()
        size = yield from self._locked(wire, locked)
        known: _Marks = {}
        failed: set[int] = set()
        if marks:
            known = {mark or b"": (body or b"", rows.read_number(place)) for mark, body, place in answers.pop(0)}
        if asked is not None:
            failed = {rows.read_number(row[0]) for row in answers.pop(0)}
        try:
            time = self.times.next(self._known.newest)
        except ClockJumpError as error:
            for request in requests:
                request.error = ClockJumpError(*error.args)  # its own: several threads will raise it
            wire.send(self._statements.rollback)
            yield from wire.sync()
            return None, known, failed
        return _group(size, time), known, failed

    def _lock(self, wire: Wire) -> None:
        """Begin a transaction that appends alone; what is asked after it sees what was committed before."""
        wire.send(self._statements.begin)
        wire.send(self._statements.lock)

    def _locked(self, wire: Wire, answer: Sequence[Row]) -> Steps[int]:
        """Give the log's size, and learn its newest entry's time."""
        if not answer:
            raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
        if len(answer) > 1:
            raise LogDamagedError("The row of the log is there more than once: run 'shoseki fsck'.")
        ((length, boot, elapsed, *types),) = answer
        of_entry, of_tag, of_payload = map(rows.read_number, types)
        self._sender.types = (of_entry, of_tag, of_payload)
        size = rows.read_number(length)
        count = ("", 0) if boot is None or elapsed is None else (rows.read_text(boot), rows.read_number(elapsed))
        yield from self._known.begin(wire, size, *count)
        return size

    def _wire(self, connection: Connection[Any]) -> Wire:
        if self._spoken is None or self._spoken[0] is not connection:
            self._spoken = (connection, Wire(connection))
        return self._spoken[1]

    # -- one request ---------------------------------------------------------------------------------------------------

    def _append(self, wire: Wire, group: Group, request: Request, known: _Marks, *, condition_failed: bool) -> None:
        plain = not (request.core or request.marked) and request.condition is None and request.unsealed is None
        if not plain:  # what it asks for depends on what stands before it
            self._place_waiting(wire, group)
        split = split_known(request, known, group.marked) if request.marked else None
        several = request.prepared if split is None else split.new
        if not several and request.unsealed is None:
            request.positions = [] if split is None else split.places
            return
        condition = request.condition
        if condition_failed or (condition is not None and fails_among(condition, group.start, group.placed)):
            raise ConditionFailedError("Entries that the append condition excludes are there: read again.")
        # All checks come before the first placing, so that a refused request leaves no trace in the group.
        announcements = self._known.check(group, kinds_of(request, several))
        if announcements:
            self._place_waiting(wire, group)
            self._place_all(wire, group, announcements)
        if request.unsealed is not None:
            self._append_unsealed(wire, group, request, request.unsealed)
            return
        first = group.position + len(group.waiting)
        group.waiting += several
        if not plain:
            self._place_waiting(wire, group)
        request.fresh = len(several)
        request.at = group.at
        placed = range(first, first + len(several))
        request.positions = list(placed) if split is None else split.placed(placed)

    def _append_unsealed(self, wire: Wire, group: Group, request: Request, unsealed: Iterable[list[Prepared]]) -> None:
        """Append a request that is alone, sealing each part while the server takes in the one before."""
        first = group.position
        try:
            for several in unsealed:
                request.prepared += several  # should all of it have to be done again
                self._place(wire, group, several)
                self._sender.send_rows(wire, group)
            request.unsealed = None
        except StoreError:
            group.spoiled = True
            raise
        request.positions = list(range(first, group.position))
        request.fresh = len(request.positions)
        request.at = group.at

    def _place_waiting(self, wire: Wire, group: Group) -> None:
        waiting, group.waiting = group.waiting, []
        self._place_all(wire, group, waiting)

    def _place_all(self, wire: Wire, group: Group, several: Sequence[Prepared]) -> None:
        for start in range(0, len(several), _SLICE):
            self._place(wire, group, several[start : start + _SLICE])
            if len(group.placed) - group.sent >= _SLICE:
                self._sender.send_rows(wire, group)

    def _place(self, wire: Wire, group: Group, several: Sequence[Prepared]) -> None:
        """Give checked records their places: in one piece, as it runs for every entry under the lock."""
        chains, moved, position = self._known.chains, group.moved, group.position
        at_text, unsent = group.at_text, group.unsent
        entries, payloads = unsent.entries, unsent.payloads
        for each in several:
            shared, commitment, spelled, spelled_tags, _, tags, sealed, public, marks = each
            head = chains.get(shared.chain) or self._known.open_chain(each)
            seq = head.seq + 1
            data = fill(shared.names, commitment, spelled, spelled_tags, position, at_text, head.leaf, seq)
            leaf = leaf_hash(data)
            names, length = shared.names_fields, len(data)
            entries += (
                record_head(ENTRY_SIZE + len(names) + len(tags) + length, ENTRY_FIELDS),
                names,
                tags,
                pack_entry(NUMBER, position, NUMBER, seq, LEAF, leaf, BYTES, length),
                data,
            )
            if sealed is not None:
                part, length = shared.part_field, len(sealed)
                payloads += (
                    record_head(PAYLOAD_SIZE + len(part) + length, PAYLOAD_FIELDS),
                    part,
                    pack_payload(NUMBER, position, BYTES, length),
                    sealed,
                )
                unsent.sealed += 1
            if marks is not None:
                mark, body, _ = marks
                unsent.marks.append((bytes_element(mark), bytes_element(body), number_element(position)))
                group.marked[mark] = (body, position)
            if public and shared.type in _EFFECTS:
                self._sender.send_effect(wire, position, shared.type, public)
                self._known.remember(each)
            head.seq, head.leaf = seq, leaf
            moved.add(shared.chain)
            position += 1
        if several:
            group.leaf = leaf
        group.placed += several
        group.position = position

    def _end(self, wire: Wire, group: Group) -> Steps[None]:
        """Move the heads and commit; then all of the group is durable."""
        if group.sent < len(group.placed):
            self._sender.send_rows(wire, group)
        self._sender.send_end(wire, group, self._known.chains)
        self._known.sent(group)
        yield from wire.sync()
        self.times.confirmed = False


def _group(size: int, time: EntryTime) -> Group:
    return Group(
        start=size,
        at=time.at,
        boot=time.boot,
        elapsed=time.elapsed,
        at_text=format_at(time.at),
        at_field=rows.count_of(time.at),
        day=day_of(time.at),
        position=size,
    )
