"""The records of one import: what the importers give, as the log holds it.

Every record is tagged with its import; the id in the tag is a keyed digest, since tags outlive payloads and must not
tell which file it was. A fact that a record cannot hold becomes a finding that says so; its bytes are in the kept
source.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from ledger.application.batch import CLOSED, FINDING, OPENED, REJECTED, Batch
from ledger.application.correlating import LiveCorrelation, record_id
from ledger.application.payload import Statement
from ledger.ingest.evidence import Record as Evidence
from ledger.ingest.model import Fact, Finding, Item, Rejected
from ledger.log import canonical
from ledger.log.blob import MEMBER
from ledger.log.errors import FormatError
from ledger.log.members import format_at
from ledger.log.seal import MAX_PAYLOAD_BYTES
from ledger.store.record import Record
from ledger.store.recorder import Recorder

_FINALIZED = "recording.finalized.v1"


class BatchRecords:
    """Makes the records of one batch in one chain, and counts them in it."""

    def __init__(
        self, recorder: Recorder, chain: str, batch: Batch, live: LiveCorrelation, actor: Mapping[str, str]
    ) -> None:
        """Make records for this batch; facts go to ``live`` as well."""
        self._secret = recorder.custody.chain_secret(chain)
        self._chain = chain
        self._batch = batch
        self._live = live
        self._actor = actor
        self._now = format_at(recorder.clock.now())

    def opened(self, data: Mapping[str, Any]) -> Record:
        """Give the entry that opens the batch."""
        return self._about_batch(OPENED, {"import": self._batch.id, **data}, "opened")

    def closed(self) -> Record:
        """Give the entry that closes the batch, with its counts and its kept bytes."""
        assert self._batch.blob is not None
        data = {"import": self._batch.id, MEMBER: self._batch.blob.members(), **self._batch.counts()}
        return self._about_batch(CLOSED, data, "closed")

    def item(self, item: Item | Sequence[Rejected]) -> Record:
        """Give the record of what an importer gave."""
        if isinstance(item, Fact):
            return self.fact(item)
        if isinstance(item, Finding):
            return self.finding(item)
        assert not isinstance(item, Rejected)
        for each in item:
            self._batch.refused(each.line, each.reason)
        lines = [{"line": each.line, "reason": each.reason} for each in item]
        data = {"import": self._batch.id, "lines": lines}
        return self._sealed(REJECTED, data, f"{self._batch.id} rejected {item[0].line}")

    def fact(self, fact: Fact) -> Record:
        """Give the record of a fact. The same happening told the same way is one record, whichever file tells it."""
        self._batch.facts[fact.type] += 1
        self._batch.saw(fact.occurred_at)
        try:
            spelled = canonical.encode(fact.data, depth=2)
        except FormatError as error:
            return self._not_recordable(fact, str(error))
        said = sha256(b"%b\n%b" % ((fact.occurred_at or "").encode(), spelled)).hexdigest()
        name = record_id(self._batch.format, fact.natural, said)
        data = {**fact.data, "natural": fact.natural, "record": name}
        if len(spelled) > MAX_PAYLOAD_BYTES - 65_536:
            return self._not_recordable(fact, "what it says is longer than a record can hold")
        self._live.take(Evidence(name, self._batch.id, fact.type, fact.occurred_at, fact.natural, data))
        if fact.type == _FINALIZED and self._batch.blob is not None:
            data[MEMBER] = self._batch.blob.members()
        return self._sealed(fact.type, data, f"fact {name}", fact.occurred_at, fact.lines, fact.zone_assumed)

    def finding(self, finding: Finding) -> Record:
        """Give the record of a finding."""
        self._batch.findings[finding.code] += 1
        data = {"code": finding.code, "text": finding.text, "import": self._batch.id, "details": finding.data}
        said = sha256(canonical.encode(data)).hexdigest()[:16]
        first, last = finding.lines
        key = f"{self._batch.id} finding {finding.code} {first} {last} {said}"
        return self._sealed(FINDING, data, key, finding.occurred_at, finding.lines)

    def correlation(self, fact: Fact, *, after: str = "") -> Record:
        """Give the record of a correlation; ``after`` names the one that it replaces."""
        data = {**fact.data, "natural": fact.natural}
        record = self._sealed(fact.type, data, f"{fact.natural} after {after}", fact.occurred_at)
        record.tags = [*record.tags, self.session_tag(fact)]
        return record

    def session_tag(self, fact: Fact) -> str:
        """Give the tag of a session: a keyed digest, that tells neither host nor user."""
        return f"session:{self._secret.mark('session', str(fact.data['session']).encode())[:16].hex()}"

    def _not_recordable(self, fact: Fact, reason: str) -> Record:
        text = f"A fact {fact.type} could not be recorded as it is: {reason}. Its lines are in the kept source."
        return self.finding(Finding("fact_not_recordable", text, fact.lines, fact.occurred_at))

    def _about_batch(self, type_: str, data: Mapping[str, Any], what: str) -> Record:
        record = self._sealed(type_, data, f"{self._batch.id} {what}")
        record.tags = [*record.tags, f"imports:{self._chain}"]
        return record

    def _sealed(
        self,
        type_: str,
        data: Mapping[str, Any],
        key: str,
        occurred_at: str | None = None,
        lines: tuple[int, int] = (0, 0),
        zone_assumed: str | None = None,
    ) -> Record:
        source: dict[str, Any] = {"kind": self._batch.format, "id": self._batch.id}
        if lines[0]:
            source["raw"] = {"first": lines[0], "last": lines[1]}
        if occurred_at is None:
            # The format of payloads asks for a time: that of the import, and the data says that it is not the event's.
            data = {**data, "occurred_at_basis": "import"}
        payload = Statement(occurred_at or self._now, self._actor, source, data, zone_assumed).encode()
        return Record(type_, payload, [f"import:{self._batch.id}"], chain=self._chain, idempotency_key=key)
