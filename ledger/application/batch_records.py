"""The records of one import: what the importers give, as the log will hold it.

Every record is tagged with its import; the id in the tag is a keyed digest, since tags outlive payloads and must not
tell which file it was. A fact that a record cannot hold becomes a finding that says so; its bytes are in the kept
source.

A draft is a record as far as it can be made without a key: so it is made wherever the file is read, in a process of its
own too, and only who holds the keys makes a record of it (``importing``).
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

from ledger.application.batch import CLOSED, FINDING, OPENED, REJECTED, Batch
from ledger.application.payload import Frame
from ledger.ingest.evidence import Record as Evidence
from ledger.ingest.model import Fact, Finding, Item, Rejected
from ledger.log import canonical
from ledger.log.blob import MEMBER
from ledger.log.errors import FormatError
from ledger.log.seal import MAX_PAYLOAD_BYTES

_FINALIZED = "recording.finalized.v1"
_LONGEST_DATA = MAX_PAYLOAD_BYTES - 65_536  # what stands around it needs room, too

Draft: TypeAlias = tuple[str, bytes, str, str | None]
"""Type, payload, idempotency key and, of a correlation, its session. A plain tuple: it goes from process to process."""


class BatchRecords:
    """Makes the drafts of one batch, and counts them in it."""

    def __init__(
        self,
        batch: Batch,
        actor: Mapping[str, str],
        now: str,
        tell: Callable[[Evidence], object] = lambda _: None,
    ) -> None:
        """Make drafts for this batch at the time ``now``; ``tell`` hears of every fact."""
        self._batch = batch
        self._tell = tell
        self._now = now
        self._frame = Frame(actor, {"kind": batch.format, "id": batch.id})

    def opened(self, data: Mapping[str, Any]) -> Draft:
        """Give the entry that opens the batch."""
        return self._draft(OPENED, {"import": self._batch.id, **data}, f"{self._batch.id} opened")

    def closed(self) -> Draft:
        """Give the entry that closes the batch, with its counts and its kept bytes."""
        assert self._batch.blob is not None
        data = {"import": self._batch.id, MEMBER: self._batch.blob.members(), **self._batch.counts()}
        return self._draft(CLOSED, data, f"{self._batch.id} closed")

    def item(self, item: Item | Sequence[Rejected]) -> Draft:
        """Give the draft of what an importer gave."""
        if isinstance(item, Fact):
            return self.fact(item)
        if isinstance(item, Finding):
            return self.finding(item)
        assert not isinstance(item, Rejected)
        for each in item:
            self._batch.refused(each.line, each.reason)
        lines = [{"line": each.line, "reason": each.reason} for each in item]
        data = {"import": self._batch.id, "lines": lines}
        return self._draft(REJECTED, data, f"{self._batch.id} rejected {item[0].line}")

    def fact(self, fact: Fact) -> Draft:
        """Give the draft of a fact. The same happening told the same way is one record, whichever file tells it."""
        batch = self._batch
        type_, occurred_at, data, natural, lines, zone_assumed = fact
        batch.facts[type_] += 1
        batch.saw(occurred_at)
        try:
            alone = canonical.encode(data, depth=2)
            said = sha256(b"\n".join(((occurred_at or "").encode(), alone))).hexdigest()
            name = record_id(batch.format, natural, said)
            named = {**data, "natural": natural, "record": name}
            spelled = canonical.encode_more(named, depth=2)
        except FormatError as error:
            return self._not_recordable(fact, str(error))
        if len(named) != len(data) + 2:
            return self._not_recordable(fact, "it names itself")
        if len(alone) > _LONGEST_DATA:
            return self._not_recordable(fact, "what it says is longer than a record can hold")
        # As a plain tuple is made, for speed.
        self._tell(tuple.__new__(Evidence, (name, batch.id, type_, occurred_at, natural, data)))
        key = f"fact {name}"
        if occurred_at is not None and type_ != _FINALIZED:
            return type_, self._frame.around(spelled, occurred_at, lines, zone_assumed), key, None
        if type_ == _FINALIZED and batch.blob is not None:
            named[MEMBER] = batch.blob.members()
        return self._draft(type_, named, key, occurred_at, lines, zone_assumed)

    def finding(self, finding: Finding) -> Draft:
        """Give the draft of a finding."""
        self._batch.findings[finding.code] += 1
        data = {"code": finding.code, "text": finding.text, "import": self._batch.id, "details": finding.data}
        said = sha256(canonical.encode(data)).hexdigest()[:16]
        first, last = finding.lines
        key = f"{self._batch.id} finding {finding.code} {first} {last} {said}"
        return self._draft(FINDING, data, key, finding.occurred_at, finding.lines)

    def correlation(self, fact: Fact, *, after: str = "") -> Draft:
        """Give the draft of a correlation; ``after`` names the one that it replaces."""
        data = {**fact.data, "natural": fact.natural}
        type_, payload, key, _ = self._draft(fact.type, data, f"{fact.natural} after {after}", fact.occurred_at)
        return type_, payload, key, str(fact.data["session"])

    def settled(self, item: Fact | Finding) -> Draft:
        """Give the draft of what correlation said."""
        return self.correlation(item) if isinstance(item, Fact) else self.finding(item)

    def _not_recordable(self, fact: Fact, reason: str) -> Draft:
        text = f"A fact {fact.type} could not be recorded as it is: {reason}. Its lines are in the kept source."
        return self.finding(Finding("fact_not_recordable", text, fact.lines, fact.occurred_at))

    def _draft(
        self,
        type_: str,
        data: Mapping[str, Any],
        key: str,
        occurred_at: str | None = None,
        lines: tuple[int, int] = (0, 0),
        zone_assumed: str | None = None,
    ) -> Draft:
        if occurred_at is None:
            # The format of payloads asks for a time: that of the import, and the data says that it is not the event's.
            data = {**data, "occurred_at_basis": "import"}
        spelled = canonical.encode(data, depth=2)
        return type_, self._frame.around(spelled, occurred_at or self._now, lines, zone_assumed), key, None


def record_id(format_name: str, natural: str, said: str) -> str:
    """Name a record by what it says, so that it has one name in whatever order the files came."""
    return sha256(f"{format_name}\n{natural}\n{said}".encode()).hexdigest()[:32]
