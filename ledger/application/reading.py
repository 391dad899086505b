"""Reading a source: from its bytes to drafts of records, in the order of the file, in constant memory.

Guarantees: the same bytes under the same task give the same drafts, whichever process reads them; every line is
counted. Knows neither keys nor store. Leaves to others: where it runs (``reading_process``) and appending.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from ledger.application.batch import Batch
from ledger.application.batch_records import BatchRecords, Draft
from ledger.application.live_correlation import LiveCorrelation, Period, Settled
from ledger.ingest.lines import Readable, read_lines, read_runs
from ledger.ingest.model import Item, Line, Rejected, RunImporter
from ledger.ingest.registry import Options, Source, open_format

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Task:
    """What is read: for which batch, whose counts are filled in, and beside which other imports. Bears pickling."""

    batch: Batch
    options: Options
    actor: Mapping[str, str]
    now: str
    others: Sequence[Period]
    group: int
    """So many items of the source come together."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is known when all was read."""

    batch: Batch
    sha256: str
    """Of the bytes that were read."""
    together: bool
    """Whether the file must be correlated together with others."""


class Reading:
    """One pass over a source."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._seen = sha256()
        self._live = LiveCorrelation(task.others)
        self._records = BatchRecords(task.batch, task.actor, task.now, self._live.take)

    def drafts(self, file: Readable) -> Iterator[list[Draft]]:
        """Give the drafts of what the file tells, group by group, each with the sessions that it settles."""
        source = open_format(self._task.batch.format, self._task.options)
        for group in grouped(self._items(source, file, self._seen.update), self._task.group):
            yield [self._records.item(item) for item in group] + self._drafts_of(self._live.settle())
        yield self._drafts_of(self._live.finish())

    def outcome(self) -> Outcome:
        """Tell what is known, once all drafts were given."""
        return Outcome(self._task.batch, self._seen.hexdigest(), self._live.together)

    def _items(
        self, source: Source, file: Readable, tap: Callable[[bytes], object]
    ) -> Iterator[Item | Sequence[Rejected]]:
        """Give what the importer gives; rejected lines come together, as they are recorded."""
        batch, importer, limit = self._task.batch, source.importer, source.line_limit
        rejected: list[Rejected] = []

        def fed() -> Iterator[Item]:
            if isinstance(importer, RunImporter):
                for part in read_runs(file, limit=limit, tap=tap):
                    if isinstance(part, Line):
                        batch.lines = part.number
                        yield from importer.feed(part)
                    else:
                        yield from importer.feed_run(batch.lines + 1, part)
                        batch.lines += part.count(b"\n")
            else:
                for line in read_lines(file, limit=limit, tap=tap):
                    batch.lines = line.number
                    yield from importer.feed(line)
            yield from importer.finish()

        for item in fed():
            if not isinstance(item, Rejected):
                yield item
                continue
            rejected.append(item)
            if len(rejected) == self._task.group:
                yield rejected
                rejected = []
        if rejected:
            yield rejected

    def _drafts_of(self, settled: Settled) -> list[Draft]:
        self._task.batch.sessions += settled.sessions
        self._task.batch.uncertain += settled.uncertain
        return [self._records.settled(item) for item in settled.items]


def grouped(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Give the items in lists of ``size``, the last one shorter."""
    group: list[_T] = []
    for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
