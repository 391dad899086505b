"""One worker of the full check: a connection that sees the check's one snapshot, and the checkers it runs tasks with.

Guarantees: a task is a transaction of its own, so that locks on partitions do not pile up, under the snapshot that the
parent exported, so that all workers see one state of the log whatever is appended meanwhile. Leaves to others: sharing
out tasks and joining reports (``run``, ``joining``).
"""

from typing import Any

from psycopg import Connection, Error, sql

from ledger.keys.errors import KeysError
from ledger.log.frontier import HASH_BYTES
from ledger.store.database import connect, named_errors
from ledger.store.fsck.entries import EntryChecker
from ledger.store.fsck.findings import Code
from ledger.store.fsck.fingerprint import BLOCK_BYTES
from ledger.store.fsck.places import pairs_of
from ledger.store.fsck.seals import SealChecker
from ledger.store.fsck.source import first_line, of_rows
from ledger.store.fsck.tasks import PartsTask, Place, RangeReport, RangeTask, TagsReport, TagsTask, Task, Unreadable
from ledger.store.tag_rows import SPAN

# Rows with one place all in one value: a message a row would cost more than its row. Of the others only what an append
# may have made, for no more than a worker's memory; of rows that overlap, the later one lies around the earlier's last.
_TAGS = sql.SQL(
    "SELECT string_agg(int8send(tag) || int8send(position), ''::bytea) FILTER (WHERE before IS NULL),"
    " count(*) FILTER (WHERE before IS NULL),"
    " array_agg(int8send(tag) || int8send(position) || array_send(before)) FILTER (WHERE cardinality(before) < {span}),"
    " count(*) FILTER (WHERE cardinality(before) >= {span} OR before IS NOT NULL AND EXISTS ("
    "SELECT FROM {schema}.tag o WHERE o.tag = t.tag AND o.position >= t.before[1] AND o.position < t.position))"
    " FROM {schema}.tag t WHERE ctid >= '({first},0)'::tid AND ctid < '({end},0)'::tid"
)


class Worker:
    """Runs tasks over one log, one after the other."""

    def __init__(self, place: Place) -> None:
        """Connect, and open the key halves where they are given."""
        self._place = place
        self._connection: Connection[Any] = connect(place.url, application="shoseki fsck")
        self._entries = EntryChecker(place)
        self._seals: SealChecker | None = None
        self._unchecked = "The seals were not checked: no key halves were given."
        if place.halves is not None:
            try:
                self._seals = SealChecker(place)
            except KeysError as error:
                self._lose_seals(error)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def check_range(self, task: RangeTask) -> RangeReport:
        """Check one range; raise DatabaseUnavailableError, StoreError.

        Rows that the database itself cannot give are a finding like any other, and stop no other range.
        """
        with named_errors():
            self._begin()
            try:
                return self._check_range(task)
            except Error as error:
                if not of_rows(error):
                    raise
                self._connection.rollback()
                detail = f"{task.start} to {task.stop - 1}, {first_line(error)}"
        report = RangeReport(task.start, task.stop, broken=True)
        report.tree = bytes(HASH_BYTES * (task.stop - task.start).bit_count())
        report.findings.add(Code.UNREADABLE, task.start, None, detail)
        return report

    def _check_range(self, task: RangeTask) -> RangeReport:
        report, wanted = self._entries.check(self._connection, task)
        if self._seals is not None:
            try:
                self._seals.check(self._connection, task, report, wanted)
            except KeysError as error:
                self._lose_seals(error)
                self._connection.cancel_safe()
                self._connection.close()
                self._connection = connect(self._place.url, application="shoseki fsck")
                report.unchecked.add(self._unchecked)
                report.uses = {names: (pair.first, pair.last, 0) for names, pair in wanted.pairs.items()}
                return report
        else:
            report.unchecked.add(self._unchecked)
        report.uses = {names: (pair.first, pair.last, pair.seen) for names, pair in wanted.pairs.items()}
        self._connection.execute("COMMIT")
        return report

    def _read_tags(self, task: TagsTask) -> TagsReport:
        """Give the fingerprint of the tags in these blocks."""
        query = _TAGS.format(
            schema=sql.Identifier(self._place.schema),
            span=sql.Literal(SPAN),
            first=sql.SQL(str(task.first_block)),
            end=sql.SQL(str(task.end_block)),
        )
        ((single, rows, several, wrong),) = self._connection.execute(query, binary=True).fetchall()
        self._connection.execute("COMMIT")
        found = [pairs_of(row) for row in several or ()]
        pairs = b"".join([each for each in found if each is not None])
        return TagsReport(
            self._place.fingerprint.of((single or b"") + pairs),
            rows + len(pairs) // BLOCK_BYTES,  # a row of which a half is NULL counts too
            wrong + found.count(None),
        )

    def _count_parts(self, task: PartsTask) -> dict[str, int]:
        """Give the number of payloads in each of these parts."""
        statement = sql.SQL("SELECT part, count(*) FROM {}.payload WHERE part IN ({}) GROUP BY part").format(
            sql.Identifier(self._place.schema), sql.SQL(", ").join(sql.Literal(part) for part in task.parts)
        )
        counts = dict(self._connection.execute(statement).fetchall())
        self._connection.execute("COMMIT")
        return counts

    def read(self, task: TagsTask | PartsTask) -> TagsReport | dict[str, int] | Unreadable:
        """Read beside the entries; what the database itself cannot give stops nothing else. Raises as checking does."""
        with named_errors():
            self._begin()
            try:
                return self._read_tags(task) if isinstance(task, TagsTask) else self._count_parts(task)
            except Error as error:
                if not of_rows(error):
                    raise
                self._connection.rollback()
                return Unreadable("tag" if isinstance(task, TagsTask) else "payload", first_line(error))

    def _begin(self) -> None:
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = sql.Literal(self._place.snapshot)
        self._connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(snapshot))

    def _lose_seals(self, error: KeysError) -> None:
        self._seals = None
        self._unchecked = f"The seals could not be checked: {error}"


def run(worker: Worker, task: Task) -> RangeReport | TagsReport | dict[str, int] | Unreadable:
    """Run a task in a worker."""
    return worker.check_range(task) if isinstance(task, RangeTask) else worker.read(task)
