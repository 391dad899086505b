"""Importing a file: raw bytes and their SHA-256 first, parsing second, and every byte accounted for.

In order: the file is read once for its digest; its bytes, without keystrokes and secrets, go to the blob store; the
entry ``ledger.import_batch_opened.v1`` names them; the file is parsed, and what it says is appended in groups; the
entry ``ledger.import_batch_closed.v1`` tells the counts. All entries stand in the customer's chain: the import is about
the customer, and must be erased with it.

The file's digest is recorded as it is only where every byte was kept. Beside bytes of which something was cut it would
tell whoever reads both whether a guess at what was cut is right: then a digest under the chain's secret stands there,
which this ledger can compare with an original, and nobody else can.

Importing again does nothing twice. A batch is named by customer, format, options and digest; a fact by what happened
and what is said of it, so that a log file that has grown since adds only what is new. What a crash leaves is a batch
without its closing entry, which the next import of the same file goes on with.

A line that cannot be parsed is counted and named with its reason in ``ledger.import_lines_rejected.v1``; what parses
but is wrong is a ``ledger.finding_recorded.v1``. Neither stops the import.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from ledger.application.batch import CLOSED, OPENED, Batch, Progress
from ledger.application.batch_records import BatchRecords, Draft
from ledger.application.correlating import correlate_together, current, reached
from ledger.application.errors import SourceUnusableError
from ledger.application.live_correlation import Period, period_of
from ledger.application.payload import data_of
from ledger.application.reading import Outcome, Reading, Task, grouped
from ledger.application.reading_process import ReadingProcess
from ledger.application.source_file import SourceFile, opened
from ledger.ingest.kept import kept
from ledger.ingest.model import Fact, Finding
from ledger.ingest.registry import Options, open_format
from ledger.log.blob import MEMBER, BlobReference
from ledger.log.members import format_at
from ledger.store.blobs import BlobStore
from ledger.store.errors import IdempotencyConflictError
from ledger.store.record import PayloadState, Record
from ledger.store.recorder import Recorder

_GROUP = 1_000
"""Items of a source that are read and appended together: with half as many the database commits twice as often."""
_IN_FLIGHT = 2
_READ_HERE = 4 << 20
"""Up to so many bytes are read sooner here than a process starts."""
_AHEAD = timedelta(days=1)
"""How far another machine's clock may be ahead: a wrong year is further."""
_SECOND = len("2026-11-22T00:00:00")
_OF_BATCH = frozenset({OPENED, CLOSED})


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
        actor: Mapping[str, str],
        progress: Progress | None = None,
    ) -> None:
        """Refuse a format or options that cannot be used (ImportOptionError)."""
        open_format(format_name, options)  # refused before any byte is read
        self._recorder = recorder
        self._reader = recorder.reader
        self._blobs = blobs
        self._chain = chain
        self._format = format_name
        self._options = options
        self._actor = actor
        self._progress = progress or (lambda _stage, _done, _all: None)

    def run(self, path: Path) -> Batch:
        """Import the file; raise LedgerError, BlobStoreError, StoreError or KeysError."""
        with opened(path, self._progress) as file:
            digest = file.digest()
            batch = Batch(self.identity(self._chain, digest), self._format, digest, file.size)
            if self._finished_before(batch):
                return batch
            with ReadingProcess(file) if file.size > _READ_HERE else nullcontext() as process:
                others = self._other_periods(batch)
                now = format_at(self._recorder.clock.now())
                records = BatchRecords(batch, self._actor, now)
                if batch.blob is None:
                    self._store(batch, file, records)
                read = self._read(Task(batch, self._options, self._actor, now, others, _GROUP), file, process)
        self._check_not_to_come(batch, records)
        if read.together:
            self._correlate_together(batch, others, records)
        batch.closed = self._append_one(batch, records.closed())
        self._correlate_late(batch, others, records)
        return batch

    def identity(self, chain: str, digest: str) -> str:
        """Give the id that a batch of this format and these options has for a file in a chain: a keyed digest."""
        named = f"{self._format}\n{self._options.spelled()}\n{digest}"
        return self._recorder.custody.chain_secret(chain).mark("import", named.encode())[:16].hex()

    # -- what an earlier import left -----------------------------------------------------------------------------------

    def _finished_before(self, batch: Batch) -> bool:
        """Take up what an earlier import of the same file left; tell whether it was finished."""
        opening, closing = f"{batch.id} opened", f"{batch.id} closed"
        found = self._reader.find(self._chain, [opening, closing])
        batch.opened = found.get(opening)
        batch.closed = found.get(closing)
        if batch.closed is not None:
            batch.already = True
            if data := self._data_at(batch.closed):
                batch.take_counts(data)
                batch.blob = BlobReference.parse(data[MEMBER])
            return True
        if batch.opened is not None and (data := self._data_at(batch.opened)):
            reference = BlobReference.parse(data["stored"])
            if reference is not None and self._blobs.holds(reference.id):
                batch.blob = reference
                batch.keystrokes_cut = data["keystrokes_cut"]
        return False

    def _data_at(self, position: int) -> dict[str, Any]:
        record = self._reader.page(None, position, position + 1, 1)[0][1]
        return data_of(record.data) if record.state is PayloadState.OPEN else {}

    # -- storing and parsing -------------------------------------------------------------------------------------------

    def _store(self, batch: Batch, file: SourceFile, records: BatchRecords) -> None:
        """Keep the bytes, sealed and without keystrokes, and open the batch with their reference."""
        source = open_format(self._format, self._options)
        if source.redactor is None:
            batch.blob = self._blobs.write(file.pieces("store"))
            whole = True
        else:
            pieces = kept(file.reader("store"), source.redactor, source.marks, limit=source.line_limit)
            batch.blob = self._blobs.write(pieces)
            batch.keystrokes_cut = source.redactor.removed
            whole = batch.blob.digest.hex() == batch.raw_sha256
        opening = records.opened(
            {
                "format": self._format,
                "options": self._options.spelled(),
                "name": file.name,
                **self._origin(batch, whole=whole),
                MEMBER: {"id": batch.blob.id, "key": batch.blob.key.hex()},
                "stored": batch.blob.members(),
                "keystrokes_cut": batch.keystrokes_cut,
            }
        )
        batch.opened = self._append_one(batch, opening)

    def _origin(self, batch: Batch, *, whole: bool) -> dict[str, Any]:
        """Name the file as it came, without telling anything of what was cut out of it, its length included."""
        if whole:
            return {"raw_sha256": batch.raw_sha256, "raw_bytes": batch.raw_bytes}
        secret = self._recorder.custody.chain_secret(self._chain)
        return {"raw_hmac": secret.mark("raw", bytes.fromhex(batch.raw_sha256)).hex()}

    def _read(self, task: Task, file: SourceFile, process: ReadingProcess | None) -> Outcome:
        """Read the file and append what it says, at the same time."""
        with _Appender(self._recorder) as appender:

            def take(drafts: Sequence[Draft]) -> None:
                appender.take([self._record(task.batch, draft) for draft in drafts])

            if process is not None:
                outcome = process.read(task, take)
                task.batch.take_reading(outcome.batch)
            else:
                reading = Reading(task)
                for drafts in reading.drafts(file.reader("parse")):
                    take(drafts)
                outcome = reading.outcome()
            appender.finish()
            task.batch.known = appender.known
        if outcome.sha256 != task.batch.raw_sha256:
            raise SourceUnusableError("The file changed while it was read: import it again when nothing writes to it.")
        return outcome

    def _check_not_to_come(self, batch: Batch, records: BatchRecords) -> None:
        """Say that a source tells of times after now, as one does whose year was given wrong."""
        now = self._recorder.clock.now() + _AHEAD
        if batch.last is not None and batch.last[:_SECOND] > format_at(now)[:_SECOND]:
            text = "the source tells of times to come: is its year or zone another, or was a clock wrong?"
            finding = Finding("times_to_come", text, (0, 0), batch.last)
            self._recorder.append_new([self._record(batch, records.finding(finding))])

    def _record(self, batch: Batch, draft: Draft) -> Record:
        """Make the record of a draft: with the tags, which take a key."""
        type_, payload, key, session = draft
        tags = [f"import:{batch.id}"]
        if type_ in _OF_BATCH:
            tags.append(f"imports:{self._chain}")
        if session is not None:
            tags.append(self._session_tag(session))
        return Record(type_, payload, tags, chain=self._chain, idempotency_key=key)

    def _session_tag(self, session: str) -> str:
        """Give the tag of a session: a keyed digest, that tells neither host nor user."""
        secret = self._recorder.custody.chain_secret(self._chain)
        return f"session:{secret.mark('session', session.encode())[:16].hex()}"

    def _append_one(self, batch: Batch, draft: Draft) -> int:
        record = self._record(batch, draft)
        try:
            return self._recorder.append_all([record])[0]
        except IdempotencyConflictError:
            # Another process imports the same file at this moment, and its entry stands.
            return self._reader.find(self._chain, [draft[2]])[draft[2]]

    # -- correlating ---------------------------------------------------------------------------------------------------

    def _other_periods(self, batch: Batch) -> list[Period]:
        """Give the times that the customer's other imports tell of."""
        periods = []
        for _, record in self._reader.tagged(f"imports:{self._chain}", [CLOSED]):
            if record.state is not PayloadState.OPEN:
                continue  # erased: what it told is gone with it
            data = data_of(record.data)
            period = period_of(data.get("import", ""), data.get("first"), data.get("last"))
            if period.import_id != batch.id:
                periods.append(period)
        return periods

    def _correlate_together(self, batch: Batch, others: Sequence[Period], records: BatchRecords) -> None:
        """Work out anew what this import and all that it meets, directly or through others, tell of."""
        near = reached(period_of(batch.id, batch.first, batch.last), others)
        settled = correlate_together(self._reader, [batch.id, *(each.import_id for each in near)], self._progress)
        batch.sessions, batch.uncertain = settled.sessions, settled.uncertain
        new: list[Draft] = []
        for item in settled.items:
            before = None
            if isinstance(item, Fact) and others:  # without other imports nothing can stand that this one did not say
                before = current(self._reader, self._session_tag(str(item.data["session"])))
            if isinstance(item, Finding):
                new.append(records.finding(item))
            elif before != item.natural:
                new.append(records.correlation(item, after=before or ""))
        for group in grouped(new, _GROUP):
            self._recorder.append_new([self._record(batch, draft) for draft in group])

    def _correlate_late(self, batch: Batch, others: Sequence[Period], records: BatchRecords) -> None:
        """Correlate with imports that were finished meanwhile: of two at the same time, one sees the other."""
        mine = period_of(batch.id, batch.first, batch.last)
        now = self._other_periods(batch)
        seen = {each.import_id for each in others}
        if any(each.import_id not in seen and each.meets(mine) for each in now):
            self._correlate_together(batch, now, records)


class _Appender:
    """Appends groups behind the parser's back, so that parsing and committing overlap; at most two groups wait."""

    def __init__(self, recorder: Recorder) -> None:
        self.known = 0
        self._recorder = recorder
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="shoseki import")
        self._waiting: list[Future[int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def take(self, records: Sequence[Record]) -> None:
        """Queue a group; raise what an earlier one raised."""
        if records:
            if len(self._waiting) == _IN_FLIGHT:
                self.known += self._waiting.pop(0).result()
            self._waiting.append(self._pool.submit(self._append, records))

    def finish(self) -> None:
        """Wait for all groups."""
        while self._waiting:
            self.known += self._waiting.pop(0).result()

    def _append(self, records: Sequence[Record]) -> int:
        return len(records) - self._recorder.append_new(records)
