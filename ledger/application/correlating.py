"""Which records tell of one login: worked out with every import and recorded as facts of their own.

Guarantees: what is current for a session is its newest ``session.correlated.v1``, and that is the same whatever the
order in which the files came: it is worked out anew from all imports that tell of the same time. A record that fits
several sessions is a finding, never a guess. Leaves to others: what joins what (``ledger.ingest.correlate``).

While a file is read, its facts go straight to the correlator as long as no other import tells of the same time
(``live_correlation``): a long log then needs no second reading. From where times meet, the facts of all imports
concerned are read back here and correlated together once the file is in.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain
from typing import Any

from ledger.application.batch import Progress
from ledger.application.live_correlation import Period, Settled
from ledger.application.payload import data_of, read
from ledger.ingest.correlate import CorrelationOrderError, correlate, correlate_in_order
from ledger.ingest.correlation import CORRELATED
from ledger.ingest.evidence import Record as Evidence
from ledger.log.errors import FormatError
from ledger.store.reader import Reader
from ledger.store.record import PayloadState, Recorded

_IN_MEMORY = 200_000
"""So many facts are correlated in any order; more are merged by their times."""
_STAGE = "correlate"
_TELL_EVERY = 1_000


def correlate_together(reader: Reader, imports: Sequence[str], progress: Progress) -> Settled:
    """Correlate the recorded facts of these imports."""
    settled = Settled()
    progress(_STAGE, 0, 1)  # how many there are takes a while to tell
    total = sum(1 for each in imports for _ in _facts(reader, each))
    if total <= _IN_MEMORY:
        settled.take(
            correlate(_watched(chain.from_iterable(_facts(reader, each) for each in imports), total, progress))
        )
        return settled
    streams = [_facts(reader, each) for each in imports]
    merged = merge(*streams, key=lambda each: each.occurred_at or "")
    try:
        settled.take(correlate_in_order(_watched(merged, total, progress)))
    except CorrelationOrderError:
        settled = Settled()
        settled.take(
            correlate(_watched(chain.from_iterable(_facts(reader, each) for each in imports), total, progress))
        )
    return settled


def current(reader: Reader, session_tag: str) -> str | None:
    """Give the natural name of what is recorded last about a session; None where nothing is."""
    newest = None
    for _, record in reader.tagged(session_tag, [CORRELATED]):
        newest = data_of(record.data).get("natural")
    return newest


def reached(mine: Period, others: Sequence[Period]) -> list[Period]:
    """Give the imports that tell of the time of ``mine``, or of the time of one that does, and so on.

    One that tells no time is always among them, but leads to no other.
    """
    left = list(others)
    edge = [mine]
    found: list[Period] = []
    while edge:
        each = edge.pop()
        near = [other for other in left if other.meets(each)]
        left = [other for other in left if other not in near]
        found += near
        edge += [other for other in near if other.times is not None]
    return found


def _watched(records: Iterable[Evidence], total: int, progress: Progress) -> Iterator[Evidence]:
    """Give the records, and say how far they are."""
    for done, record in enumerate(records):
        if done % _TELL_EVERY == 0:
            progress(_STAGE, done, max(done, total, 1))
        yield record
    progress(_STAGE, 1, 1)


def _facts(reader: Reader, import_id: str) -> Iterator[Evidence]:
    for _, record in reader.tagged(f"import:{import_id}"):
        if (evidence := _evidence(record, import_id)) is not None:
            yield evidence


def _evidence(record: Recorded, import_id: str) -> Evidence | None:
    if record.state is not PayloadState.OPEN or record.type == CORRELATED:
        return None
    try:
        said = read(record.data)
    except FormatError:
        return None
    data: dict[str, Any] = said["data"]
    if "natural" not in data or "record" not in data:
        return None
    occurred_at = None if data.get("occurred_at_basis") == "import" else str(said["occurred_at"])
    return Evidence(data["record"], import_id, record.type, occurred_at, data["natural"], data)
