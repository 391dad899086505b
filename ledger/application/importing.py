"""Importing a file: raw bytes and their SHA-256 first, parsing second, and every byte accounted for.

In order: the file is read once for its digest; its bytes, without keystrokes, go to the blob store; the entry
``ledger.import_batch_opened.v1`` names them; the file is parsed, and what it says is appended in groups; the entry
``ledger.import_batch_closed.v1`` tells the counts. All entries stand in the customer's chain: the import is about the
customer, and must be erased with it.

Importing again does nothing twice. A batch is named by customer, format, options and digest; a fact by what happened
and what is said of it, so that a log file that has grown since adds only what is new. What a crash leaves is a batch
without its closing entry, which the next import of the same file goes on with.

A line that cannot be parsed is counted and named with its reason in ``ledger.import_lines_rejected.v1``; what parses
but is wrong is a ``ledger.finding_recorded.v1``. Neither stops the import.
"""

import os
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Self

from ledger.application.correlating import (
    LiveCorrelation,
    Period,
    Settled,
    correlate_together,
    current,
    period_of,
    record_id,
)
from ledger.application.errors import SourceUnusableError
from ledger.application.payload import Statement, data_of
from ledger.ingest.evidence import Record as Evidence
from ledger.ingest.lines import CHUNK_SIZE, read_lines
from ledger.ingest.model import Fact, Finding, Item, Rejected
from ledger.ingest.registry import Options, Source, open_format
from ledger.log import canonical
from ledger.log.blob import BlobReference
from ledger.log.members import format_at
from ledger.store.blobs import BlobStore
from ledger.store.errors import IdempotencyConflictError
from ledger.store.record import PayloadState, Record
from ledger.store.recorder import Recorder

OPENED = "ledger.import_batch_opened.v1"
CLOSED = "ledger.import_batch_closed.v1"
REJECTED = "ledger.import_lines_rejected.v1"
FINDING = "ledger.finding_recorded.v1"
FINALIZED = "recording.finalized.v1"
_GROUP = 500
_REJECTED_AT_A_TIME = 500
_IN_FLIGHT = 2

Progress = Callable[[str, int, int], None]
"""Called with the stage (``hash``, ``store``, ``parse``), the bytes done and the bytes in all."""


@dataclass(slots=True)
class Batch:
    """What an import did. ``already`` says that the same file was imported before and nothing was appended now."""

    id: str
    format: str
    raw_sha256: str
    raw_bytes: int
    already: bool = False
    lines: int = 0
    rejected: int = 0
    known: int = 0
    keystrokes_cut: int = 0
    first: str | None = None
    last: str | None = None
    sessions: int = 0
    uncertain: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    blob: BlobReference | None = None
    opened: int | None = None
    closed: int | None = None

    def counts(self) -> dict[str, Any]:
        """Give the members of the closing entry that say what was found."""
        return {
            "lines": self.lines,
            "rejected": self.rejected,
            "known": self.known,
            "keystrokes_cut": self.keystrokes_cut,
            "sessions": self.sessions,
            "uncertain": self.uncertain,
            "first": self.first,
            "last": self.last,
            "facts": [{"type": name, "count": count} for name, count in sorted(self.facts.items())],
            "findings": [{"code": name, "count": count} for name, count in sorted(self.findings.items())],
        }

    def take_counts(self, data: dict[str, Any]) -> None:
        """Take the counts that a closing entry tells."""
        for name in ("lines", "rejected", "known", "keystrokes_cut", "sessions", "uncertain", "first", "last"):
            setattr(self, name, data[name])
        self.facts = Counter({each["type"]: each["count"] for each in data["facts"]})
        self.findings = Counter({each["code"]: each["count"] for each in data["findings"]})


class Import:
    """One file on its way into one customer's chain."""

    def __init__(
        self,
        recorder: Recorder,
        blobs: BlobStore,
        chain: str,
        *,
        format_name: str,
        options: Options,
        actor: dict[str, str],
        progress: Progress | None = None,
    ) -> None:
        """Refuse a format or options that cannot be used (ImportOptionError)."""
        open_format(format_name, options)  # refused before any byte is read
        self._recorder = recorder
        self._blobs = blobs
        self._chain = chain
        self._format = format_name
        self._options = options
        self._spelled = options.spelled()
        self._actor = actor
        self._progress = progress or (lambda _stage, _done, _all: None)
        self._now = format_at(recorder.clock.now())

    def run(self, path: Path) -> Batch:
        """Import the file; raise SourceUnusableError, BlobStoreError, StoreError or KeysError."""
        with _opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            digest = self._digest(file, size)
            batch = self._batch(digest, size)
            if self._find(batch):
                return batch
            if batch.blob is None:
                self._store(batch, file, size, path.name)
            self._parse(batch, file, size)
        return batch

    # -- what the file is ----------------------------------------------------------------------------------------------

    def _digest(self, file: BinaryIO, size: int) -> str:
        digest = sha256()
        for done, piece in _pieces(file, size):
            digest.update(piece)
            self._progress("hash", done, size)
        return digest.hexdigest()

    def _batch(self, digest: str, size: int) -> Batch:
        return Batch(self.identity(self._chain, digest), self._format, digest, size)

    def identity(self, chain: str, digest: str) -> str:
        """Give the id that a batch of this format and these options has for a file in a chain.

        A keyed digest: the id stands in tags, which outlive the payloads, and must not tell which file it was.
        """
        named = f"{self._format}\n{self._spelled}\n{digest}"
        return self._recorder.custody.chain_secret(chain).mark("import", named.encode())[:16].hex()

    def _find(self, batch: Batch) -> bool:
        """Take up what an earlier import of the same file left; tell whether it was finished."""
        opened, closed = f"{batch.id} opened", f"{batch.id} closed"
        found = self._recorder.reader.find(self._chain, [opened, closed])
        batch.opened = found.get(opened)
        batch.closed = found.get(closed)
        if batch.closed is not None:
            data = self._data_at(batch.closed)
            batch.already = True
            if data:
                batch.take_counts(data)
                batch.blob = BlobReference.parse(data["blob"])
            return True
        if batch.opened is not None and (data := self._data_at(batch.opened)):
            reference = BlobReference.parse(data["stored"])
            if reference is not None and self._blobs.holds(reference.id):
                batch.blob = reference
        return False

    def _data_at(self, position: int) -> dict[str, Any]:
        page = self._recorder.reader.page(None, position, position + 1, 1)
        record = page[0][1]
        return data_of(record.data) if record.state is PayloadState.OPEN else {}

    # -- storing -------------------------------------------------------------------------------------------------------

    def _store(self, batch: Batch, file: BinaryIO, size: int, name: str) -> None:
        """Keep the bytes, sealed and without keystrokes, and open the batch with their reference."""
        source = open_format(self._format, self._options)
        if source.redactor is None:
            batch.blob = self._blobs.write(self._seen(file, size))
        else:
            file.seek(0)
            lines = read_lines(_Bounded(file, size, self._progress, "store"), limit=source.line_limit)
            keep = source.redactor.keep
            batch.blob = self._blobs.write(keep(line) + line.end for line in lines)
        data = {
            "import": batch.id,
            "format": self._format,
            "options": self._spelled,
            "name": _printable(name),
            "raw_sha256": batch.raw_sha256,
            "raw_bytes": batch.raw_bytes,
            "blob": {"id": batch.blob.id, "key": batch.blob.key.hex()},
            "stored": batch.blob.members(),
            "keystrokes_cut": 0 if source.redactor is None else source.redactor.removed,
        }
        batch.opened = self._append_one(OPENED, data, f"{batch.id} opened", batch)

    def _seen(self, file: BinaryIO, size: int) -> Iterator[bytes]:
        for done, piece in _pieces(file, size):
            self._progress("store", done, size)
            yield piece

    # -- parsing -------------------------------------------------------------------------------------------------------

    def _parse(self, batch: Batch, file: BinaryIO, size: int) -> None:
        source = open_format(self._format, self._options)
        seen = sha256()
        file.seek(0)
        bounded = _Bounded(file, size, self._progress, "parse")
        others = self._other_periods(batch)
        live = LiveCorrelation(others)
        with _Appender(self._recorder) as appender:
            for group in _grouped(self._items(batch, source, bounded, seen.update), _GROUP):
                records = [self._record(batch, item, live) for item in group]
                records += self._settled(batch, live.settled)
                batch.known += appender.take(records)
            live.finish()
            batch.known += appender.take(self._settled(batch, live.settled))
            batch.known += appender.finish()
        if seen.hexdigest() != batch.raw_sha256:
            raise SourceUnusableError("The file changed while it was read: import it again when nothing writes to it.")
        if live.together:
            self._correlate_together(batch, others)
        assert batch.blob is not None
        batch.keystrokes_cut = self._keystrokes(batch)
        closing = {"import": batch.id, "blob": batch.blob.members(), **batch.counts()}
        batch.closed = self._append_one(CLOSED, closing, f"{batch.id} closed", batch)

    # -- correlating ---------------------------------------------------------------------------------------------------

    def _other_periods(self, batch: Batch) -> list[Period]:
        """Give the times that the customer's other imports tell of."""
        periods = []
        for _, record in self._recorder.reader.tagged(f"imports:{self._chain}", [CLOSED]):
            data = data_of(record.data)
            period = period_of(data.get("import", ""), data.get("first"), data.get("last"))
            if period is not None and period.import_id != batch.id:
                periods.append(period)
        return periods

    def _correlate_together(self, batch: Batch, others: Sequence[Period]) -> None:
        """Work out anew what this import and all that it meets, directly or through others, tell of."""
        mine = period_of(batch.id, batch.first, batch.last)
        joined = [batch.id] if mine is None else [batch.id, *_reached(mine, others)]
        if mine is None:
            joined += [each.import_id for each in others]
        settled = correlate_together(self._recorder.reader, joined)
        batch.sessions, batch.uncertain = settled.sessions, settled.uncertain
        reader = self._recorder.reader
        new: list[Record] = []
        for item in settled.items:
            if isinstance(item, Fact):
                before = current(reader, self._session_tag(item))
                if before == item.natural:
                    continue
                new.append(self._correlation(batch, item, after=before or ""))
            else:
                new.append(self._finding(batch, item))
        for group in _grouped(new, _GROUP):
            self._recorder.append_new(group)

    def _settled(self, batch: Batch, settled: Settled) -> list[Record]:
        """Give the records of what was correlated so far, and forget it."""
        batch.sessions += settled.sessions
        batch.uncertain += settled.uncertain
        records = [
            self._correlation(batch, item, after="") if isinstance(item, Fact) else self._finding(batch, item)
            for item in settled.items
        ]
        settled.items, settled.sessions, settled.uncertain = [], 0, 0
        return records

    def _correlation(self, batch: Batch, fact: Fact, *, after: str) -> Record:
        data = {**fact.data, "natural": fact.natural}
        key = f"{fact.natural} after {after}"
        record = self._sealed(fact.type, data, key, batch, fact.occurred_at)
        record.tags = [*record.tags, self._session_tag(fact)]
        return record

    def _session_tag(self, fact: Fact) -> str:
        """Give the tag of a session: keyed, since tags outlive payloads and must not tell host or user."""
        secret = self._recorder.custody.chain_secret(self._chain)
        return f"session:{secret.mark('session', str(fact.data['session']).encode())[:16].hex()}"

    def _finding(self, batch: Batch, finding: Finding) -> Record:
        batch.findings[finding.code] += 1
        data = {"code": finding.code, "text": finding.text, "import": batch.id, "details": finding.data}
        said = sha256(canonical.encode(data)).hexdigest()[:16]
        key = f"{batch.id} finding {finding.code} {finding.lines[0]} {finding.lines[1]} {said}"
        return self._sealed(FINDING, data, key, batch, finding.occurred_at, finding.lines)

    def _keystrokes(self, batch: Batch) -> int:
        data = self._data_at(batch.opened) if batch.opened is not None else {}
        return int(data.get("keystrokes_cut", 0))

    def _items(
        self, batch: Batch, source: Source, file: "_Bounded", tap: Callable[[bytes], object]
    ) -> Iterator[Item | list[Rejected]]:
        rejected: list[Rejected] = []
        for line in read_lines(file, limit=source.line_limit, tap=tap):
            batch.lines += 1
            for item in source.importer.feed(line):
                if isinstance(item, Rejected):
                    rejected.append(item)
                    if len(rejected) == _REJECTED_AT_A_TIME:
                        yield rejected
                        rejected = []
                else:
                    yield item
        for item in source.importer.finish():
            if isinstance(item, Rejected):
                rejected.append(item)
            else:
                yield item
        if rejected:
            yield rejected

    def _record(self, batch: Batch, item: Item | list[Rejected], live: LiveCorrelation) -> Record:
        if isinstance(item, Fact):
            return self._fact(batch, item, live)
        if isinstance(item, Finding):
            return self._finding(batch, item)
        assert isinstance(item, list)
        batch.rejected += len(item)
        lines = [{"line": each.line, "reason": each.reason} for each in item]
        key = f"{batch.id} rejected {item[0].line}"
        return self._sealed(REJECTED, {"import": batch.id, "lines": lines}, key, batch, None, (0, 0))

    def _fact(self, batch: Batch, fact: Fact, live: LiveCorrelation) -> Record:
        batch.facts[fact.type] += 1
        if fact.occurred_at is not None:
            batch.first = fact.occurred_at if batch.first is None else min(batch.first, fact.occurred_at)
            batch.last = fact.occurred_at if batch.last is None else max(batch.last, fact.occurred_at)
        spelled = canonical.encode(fact.data, depth=2)
        # The same happening told the same way is one fact, whichever file tells it again.
        said = sha256(b"%b\n%b" % ((fact.occurred_at or "").encode(), spelled)).hexdigest()
        name = record_id(self._format, fact.natural, said)
        data = {**fact.data, "natural": fact.natural, "record": name}
        live.take(Evidence(name, batch.id, fact.type, fact.occurred_at, fact.natural, data))
        if fact.type == FINALIZED and batch.blob is not None:
            data["blob"] = batch.blob.members()
        return self._sealed(fact.type, data, f"fact {name}", batch, fact.occurred_at, fact.lines, fact.zone_assumed)

    def _sealed(
        self,
        type_: str,
        data: dict[str, Any],
        key: str,
        batch: Batch,
        occurred_at: str | None = None,
        lines: tuple[int, int] | None = None,
        zone_assumed: str | None = None,
    ) -> Record:
        source: dict[str, Any] = {"kind": self._format, "id": batch.id}
        if lines is not None and lines[0]:
            source["raw"] = {"first": lines[0], "last": lines[1]}
        if occurred_at is None:
            # The format of payloads asks for a time: that of the import, and the data says that it is not the event's.
            data = {**data, "occurred_at_basis": "import"}
        statement = Statement(occurred_at or self._now, self._actor, source, data, zone_assumed)
        return Record(type_, statement.encode(), [f"import:{batch.id}"], chain=self._chain, idempotency_key=key)

    def _append_one(self, type_: str, data: dict[str, Any], key: str, batch: Batch) -> int:
        record = self._sealed(type_, data, key, batch)
        record.tags = [*record.tags, f"imports:{self._chain}"]
        try:
            return self._recorder.append_all([record])[0]
        except IdempotencyConflictError:
            # Another process imports the same file at this moment, and its entry stands.
            return self._recorder.reader.find(self._chain, [key])[key]


class _Appender:
    """Appends groups behind the parser's back, so that parsing and committing overlap; at most two groups wait."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shoseki import")
        self._waiting: list[Future[int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def take(self, records: Sequence[Record]) -> int:
        """Queue a group; give how many records of finished groups were known before."""
        known = self._waiting.pop(0).result() if len(self._waiting) == _IN_FLIGHT else 0
        self._waiting.append(self._pool.submit(self._append, records))
        return known

    def finish(self) -> int:
        """Wait for all groups; give how many of their records were known before."""
        known = sum(each.result() for each in self._waiting)
        self._waiting.clear()
        return known

    def _append(self, records: Sequence[Record]) -> int:
        return len(records) - self._recorder.append_new(records)


class _Bounded:
    """The first ``size`` bytes of a file, read once: what is written behind them meanwhile is the next import's."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress, stage: str) -> None:
        self._file = file
        self._left = self._size = size
        self._progress = progress
        self._stage = stage

    def read(self, count: int) -> bytes:
        piece = self._file.read(min(count, self._left))
        self._left -= len(piece)
        self._progress(self._stage, self._size - self._left, self._size)
        return piece


def _opened(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
    except OSError as error:
        raise SourceUnusableError(f"{path} cannot be read ({error.strerror}): give a file that can.") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise SourceUnusableError(f"{path} is not a regular file: write its content to a file first.")
    return file


def _pieces(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    file.seek(0)
    done = 0
    while done < size:
        try:
            piece = file.read(min(CHUNK_SIZE, size - done))
        except OSError as error:
            raise SourceUnusableError(f"The file cannot be read to its end ({error.strerror}).") from None
        if not piece:
            raise SourceUnusableError("The file became shorter while it was read: import it again.")
        done += len(piece)
        yield done, piece


def _grouped(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    group: list[Any] = []
    for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _printable(name: str) -> str:
    """Give a file's name as a record can hold it: names on disk are bytes, and need not be text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace").replace("\0", "")


def _reached(mine: Period, others: Sequence[Period]) -> list[str]:
    """Give the imports that tell of the time of ``mine``, or of the time of one that does, and so on."""
    left = list(others)
    edge = [mine]
    reached: list[str] = []
    while edge:
        each = edge.pop()
        near = [other for other in left if other.meets(each.first, each.last)]
        left = [other for other in left if other not in near]
        reached += [other.import_id for other in near]
        edge += near
    return reached
