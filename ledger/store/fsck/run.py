"""The full check of a log: everything in the database against itself, the keys, the checkpoints and the recordings.

Guarantees: it sees one state of the log, however long it takes and whatever is appended meanwhile; it takes constant
memory for any number of entries; each thing that is wrong is a value with a stable code, never an exception; what could
not be checked is said. Leaves to others: what only an outsider can notice (docs/record-format.md, sections 7 and 9).

Ranges of positions are shared out among processes; their reports are joined here in order. The parent holds the
snapshot, and a lock that keeps a concurrent erasure from dropping a partition that is being read: the erasure waits, or
is resumed.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

from psycopg import Connection, sql

from ledger.keys.errors import KeysError
from ledger.keys.keyring import Keyring
from ledger.keys.ports import HalfStore
from ledger.keys.sqlite import SqliteHalfStore
from ledger.log.frontier import Frontier
from ledger.store.blobs import BlobStore, BlobStoreError
from ledger.store.checkpoint_state import CheckpointState, CheckpointStateError, SignedCheckpoint
from ledger.store.clock import Clock, SystemClock
from ledger.store.database import connect, named_errors
from ledger.store.fsck import worker
from ledger.store.fsck.clock_mark import check_log
from ledger.store.fsck.findings import Code, Findings, Report
from ledger.store.fsck.fingerprint import Fingerprint, joined
from ledger.store.fsck.guards import check_guards, check_partitions, missing_tables
from ledger.store.fsck.joining import Foreknown, Join
from ledger.store.fsck.key_tables import KeyTables, check_halves
from ledger.store.fsck.marks import MARKS, Marks
from ledger.store.fsck.remote import RemoteWorker
from ledger.store.fsck.source import Source
from ledger.store.fsck.tables import Tables
from ledger.store.fsck.tasks import (
    RANGE,
    PartsTask,
    Place,
    RangeReport,
    RangeTask,
    TagsReport,
    TagsTask,
    Task,
    Unreadable,
)

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of entries checked so far and of all."""

_TAG_BLOCKS = 500
_PARTS = 50
_SMALL = 12
"""Up to so many ranges are checked faster here alone than another process starts."""
_AHEAD = 2
"""How many tasks each other process is given at a time: it never waits for this one to have time."""
_WAITING = 64
"""How many tasks may be given away or done before the first of them is joined."""
_LOCKABLE = """SELECT FROM pg_class
    WHERE oid = to_regclass(%s) AND relkind IN ('r', 'p', 'v') AND has_table_privilege(oid, 'SELECT')"""
_Run: TypeAlias = Callable[[Iterable[Task]], Iterator[Any]]


def open_halves(halves: Path, keyring: Path, origin: str) -> HalfStore:
    """Open the key halves of a log; with ``functools.partial`` it is the ``halves`` that ``fsck`` takes."""
    return SqliteHalfStore(halves, Keyring(keyring, origin), SystemClock().now)


def fsck(
    url: str,
    schema: str,
    origin: str,
    *,
    halves: Callable[[], HalfStore] | None = None,
    state: CheckpointState | None = None,
    blobs: Path | None = None,
    processes: int = 2,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Report:
    """Check everything in the database; the clock against it where one is given.

    ``processes`` share the work, this one among them. ``halves`` opens the key halves in each, so it must bear
    pickling. Raises WrongLogError, LogMissingError,
    DatabaseUnavailableError, StoreError where the check itself cannot be done.
    """
    unchecked: set[str] = set()
    signed = _Signed(state, unchecked)  # before the snapshot: what was signed by now must be in it
    with closing(connect(url, application="shoseki fsck")) as connection, named_errors():
        snapshot = _begin(connection, schema)
        missing = missing_tables(connection, schema)
        findings = Findings()
        source = Source(connection, schema, missing, findings)
        tables = Tables(source)
        size = tables.size(origin, begun=signed.begun)
        place = Place(url, schema, origin, snapshot, halves, blobs, Fingerprint.new(), missing)
        with _workers(place, processes if size > _SMALL * RANGE else 0) as run:
            foreknown = tables.foreknown()
            join = Join(origin, foreknown, findings)
            check_guards(source, missing, join)
            parts = check_partitions(source, join) if source.has("payload") else []
            ranges = tables.ranges(size, join)
            _check_ranges(run, ranges, parts, signed, source, tables, join, progress)
        beside = KeyTables(source)
        source.check(("log", "entry"), partial(check_log, source, origin, clock, join))
        source.check(("chain", "entry"), partial(beside.check_chains, join))
        source.check(("key", "entry"), partial(beside.check_keys, join))
        source.check(("destroyed_pair", "entry"), partial(beside.check_pairs, join))
    _check_checkpoints_left(signed, join)
    if halves is not None:
        try:
            check_halves(join, halves(), foreknown)
        except KeysError as error:
            unchecked.add(f"The seals could not be checked: {error}")
    notes = [*join.notes, *_unfinished(foreknown), *_orphans(blobs, join, unchecked)]
    kept = sorted(join.findings.kept, key=lambda each: (each.position is None, each.position or 0, each.code.name))
    return Report(
        entries=join.entries,
        opened=join.opened,
        erased=join.erased,
        checkpoints=join.checkpoints,
        blobs=join.blobs_checked,
        findings=tuple(kept),
        counts={code: count for code, count in join.findings.counts.items() if count},
        unchecked=tuple(sorted(unchecked | join.unchecked)),
        notes=tuple(notes),
    )


class _Signed:
    """The kept checkpoints, the smallest first, up to the one that was the newest at the beginning."""

    def __init__(self, state: CheckpointState | None, unchecked: set[str]) -> None:
        self._next: SignedCheckpoint | None = None
        self._rest: Iterator[SignedCheckpoint] = iter(())
        self._limit = -1
        self._unchecked = unchecked
        if state is None:
            unchecked.add("The checkpoints were not checked: no file of signed checkpoints was given.")
            return
        try:
            newest = state.newest()
            if newest is not None:
                self._limit = newest.signed.size
                self._rest = state.all()
                self._advance()
        except CheckpointStateError as error:
            unchecked.add(str(error))

    @property
    def begun(self) -> bool:
        """Tell whether anything was signed."""
        return self._limit > 0

    def upto(self, size: int) -> list[SignedCheckpoint]:
        """Give the next ones, of at most this size."""
        found = []
        while self._next is not None and self._next.size <= size:
            found.append(self._next)
            self._advance()
        return found

    def _advance(self) -> None:
        try:
            self._next = next(self._rest, None)
        except CheckpointStateError as error:
            self._next = None
            self._unchecked.add(str(error))
        if self._next is not None and self._next.size > self._limit:
            self._next = None


def _begin(connection: Connection[Any], schema: str) -> str:
    there = connection.execute(_LOCKABLE, (f'"{schema}".payload',)).fetchone()
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    if there:  # before anything is looked at: the snapshot is of the moment of the first look
        connection.execute(sql.SQL("LOCK TABLE ONLY {}.payload IN ACCESS SHARE MODE").format(sql.Identifier(schema)))
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    assert row is not None, "the function gives a name"
    return str(row[0])


def _check_ranges(
    run: _Run,
    ranges: Sequence[tuple[int, int]],
    parts: Sequence[str],
    signed: _Signed,
    source: Source,
    tables: Tables,
    join: Join,
    progress: Progress | None,
) -> None:
    """Check the entries and, in the same stream of tasks so that nobody waits, the tags and payloads beside them."""
    foreknown = join.foreknown
    kept = source.pages("marks", MARKS, "idempotency") if source.has("idempotency", "entry") else iter(())
    marks = Marks(kept, join.findings)
    checkpoints: deque[list[SignedCheckpoint]] = deque()
    for each in signed.upto(0):
        join.check_checkpoint(each, Frontier())

    def tasks() -> Iterator[Task]:
        for start, stop in ranges:
            checkpoints.append(signed.upto(stop))
            yield RangeTask(
                start,
                stop,
                tuple(each.size for each in checkpoints[-1] if each.size > start),
                tuple(size for size in foreknown.map_sizes if start <= size < stop),
                frozenset(position for position in foreknown.removed if start <= position < stop),
                foreknown.later_format is not None and foreknown.later_format < stop,
                marks.between(start, stop),
            )

    stored, places, wrong = 0, 0, 0
    counts: Counter[str] = Counter()
    # The longest single tasks first and the shortest last, so that nobody ends long before the others.
    for answer in run(chain(_parts_tasks(parts), tasks(), _tags_tasks(tables))):
        if isinstance(answer, TagsReport):
            stored, places, wrong = joined(stored, answer.sum), places + answer.places, wrong + answer.wrong
        elif isinstance(answer, RangeReport):
            join.take(answer, checkpoints.popleft())
            if progress is not None:
                progress(answer.stop, ranges[-1][1])
        elif isinstance(answer, Unreadable):
            source.name(answer.table, answer.detail)
        else:
            counts.update(answer)
    marks.name_rest()
    if not source.has("tag", "entry"):
        join.findings.add(Code.TAG_TABLE, None, None, "there is no such table, or none of entries")
    elif (stored, places, wrong) != (join.tags, join.tag_places, 0):
        source.check(("tag", "entry"), partial(tables.name_tags, join))
    if not any(text.startswith("The seals") for text in join.unchecked):
        source.check(("payload", "entry"), partial(tables.check_parts, counts, join))


def _parts_tasks(parts: Sequence[str]) -> list[Task]:
    return [PartsTask(tuple(parts[at : at + _PARTS])) for at in range(0, len(parts), _PARTS)]


def _tags_tasks(tables: Tables) -> list[Task]:
    blocks = tables.tag_blocks()
    return [TagsTask(at, min(at + _TAG_BLOCKS, blocks)) for at in range(0, blocks, _TAG_BLOCKS)]


def _check_checkpoints_left(signed: _Signed, join: Join) -> None:
    """Name the checkpoints over more entries than there are."""
    for each in signed.upto(2**63):
        join.checkpoints += 1
        join.findings.add(Code.CHECKPOINT_AHEAD, None, None, f"{each.size} signed, {join.tree.size} there")


def _unfinished(foreknown: Foreknown) -> list[str]:
    return [
        f"The destruction of {' and '.join(name for name in pair if name)} is ordered and not confirmed yet: resume it."
        for pair in sorted(foreknown.destroyed - foreknown.confirmed, key=str)
    ]


def _orphans(blobs: Path | None, join: Join, unchecked: set[str]) -> list[str]:
    """Count the recordings that no readable payload names: left by a crash, or by an erasure of what named them."""
    if blobs is None:
        return []
    try:
        orphans = sum(1 for each in BlobStore(blobs).list() if each.id not in join.blobs)
    except BlobStoreError as error:
        unchecked.add(str(error))
        return []
    return [f"Recordings that no readable payload names: {orphans}."] if orphans else []


@contextmanager
def _workers(place: Place, processes: int) -> Iterator[_Run]:
    """Give a way to run tasks, in so many processes of which this is one; the answers come in the order of the tasks.

    The others start first and load what they need while this one works from the start.
    """
    with ExitStack() as stack:
        others = [stack.enter_context(closing(RemoteWorker(place))) for _ in range(processes - 1)]
        here = stack.enter_context(closing(worker.Worker(place)))

        def run(tasks: Iterable[Task]) -> Iterator[Any]:
            left = iter(tasks)
            waiting: deque[Future[Any]] = deque()
            while True:
                for each in others:
                    while each.waiting < _AHEAD and (task := next(left, None)):
                        waiting.append(each.submit(task))
                if (waiting and waiting[0].done()) or len(waiting) >= _WAITING or (task := next(left, None)) is None:
                    if not waiting:
                        return
                    yield waiting.popleft().result()
                    continue
                waiting.append(Future())
                waiting[-1].set_result(worker.run(here, task))

        yield run
