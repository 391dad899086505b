"""Which records tell of one login: worked out with every import and recorded as facts of their own.

Guarantees: what is current for a session is its newest ``session.correlated.v1``, and that is the same whatever the
order in which the files came: it is worked out anew from all imports that tell of the same time. A record that fits
several sessions is a finding, never a guess. Leaves to others: what joins what (``ledger.ingest.correlate``).

While a file is parsed, its facts go straight to the correlator as long as no other import tells of the same time: a
long log then needs no second reading. From where times meet, the facts of all imports concerned are read back and
correlated together once the file is in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from heapq import merge
from typing import Any

from ledger.application.payload import data_of, read
from ledger.ingest.correlate import CorrelationOrderError, Correlator, correlate, correlate_in_order, is_of_desktop
from ledger.ingest.correlation import CORRELATED, Outcome, Unplaced
from ledger.ingest.evidence import Record as Evidence
from ledger.ingest.model import Fact, Finding
from ledger.log.errors import FormatError
from ledger.store.reader import Reader
from ledger.store.record import PayloadState, Recorded

_NEAR = timedelta(hours=1)
"""How far apart the times of two imports may be that can still tell of one login: clocks differ, sessions end late."""
_IN_MEMORY = 200_000
"""So many facts are correlated in any order; more are merged by their times."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time that an import tells of. ``times`` is None where it tells none, and so may be of any time."""

    import_id: str
    times: tuple[datetime, datetime] | None

    def meets(self, other: "Period") -> bool:
        """Tell whether both may tell of one login."""
        if self.times is None or other.times is None:
            return True
        return self.times[0] - _NEAR <= other.times[1] and other.times[0] <= self.times[1] + _NEAR


def period_of(import_id: str, first: str | None, last: str | None) -> Period:
    """Give the period of an import whose closing entry tells these times."""
    if first is None or last is None:
        return Period(import_id, None)
    return Period(import_id, (datetime.fromisoformat(first), datetime.fromisoformat(last)))


@dataclass(slots=True)
class Settled:
    """What correlation has to record, and what it counted."""

    items: list[Fact | Finding] = field(default_factory=list)
    sessions: int = 0
    uncertain: int = 0

    def take(self, outcomes: Iterable[Outcome]) -> None:
        """Turn outcomes into facts and findings."""
        for outcome in outcomes:
            if isinstance(outcome, Unplaced):
                if outcome.candidates:
                    self.uncertain += 1
                    self.items.append(_uncertain(outcome))
            else:
                self.sessions += 1
                self.items.extend(outcome.facts())


class LiveCorrelation:
    """Correlates a file's facts as they are parsed, while nothing but this file tells of their time."""

    def __init__(self, others: Sequence[Period]) -> None:
        """``others`` are the periods of the customer's other imports."""
        self._others = others
        self._timed = [each for each in others if each.times is not None]
        self._correlator = Correlator()
        self._settled = Settled()
        self.together = False
        """Whether the file must be correlated together with others, once it is in."""

    def take(self, record: Evidence) -> None:
        """Take the next fact."""
        if not self.together and self._others:
            now = period_of(record.import_id, record.occurred_at, record.occurred_at)
            # Only desktop recordings tell no time, and they meet only what is of a desktop.
            others = self._others if is_of_desktop(record) else self._timed
            self.together = any(each.meets(now) for each in others)
        if not self.together:
            try:
                self._settled.take(self._correlator.take(record))
            except CorrelationOrderError:
                self.together = True  # its times run backwards: it is sorted first

    def settle(self) -> Settled:
        """Give what was settled since it was asked last."""
        settled, self._settled = self._settled, Settled()
        return settled

    def finish(self) -> None:
        """Settle what is open."""
        if not self.together:
            self._settled.take(self._correlator.finish())


def correlate_together(reader: Reader, imports: Sequence[str]) -> Settled:
    """Correlate the recorded facts of these imports."""
    settled = Settled()
    total = sum(1 for each in imports for _ in _facts(reader, each))
    if total <= _IN_MEMORY:
        settled.take(correlate(record for each in imports for record in _facts(reader, each)))
        return settled
    streams = [_facts(reader, each) for each in imports]
    try:
        settled.take(correlate_in_order(merge(*streams, key=lambda each: each.occurred_at or "")))
    except CorrelationOrderError:
        settled = Settled()
        settled.take(correlate(record for each in imports for record in _facts(reader, each)))
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


def record_id(format_name: str, natural: str, said: str) -> str:
    """Name a record by what it says, so that it has one name in whatever order the files came."""
    return sha256(f"{format_name}\n{natural}\n{said}".encode()).hexdigest()[:32]


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


def _uncertain(outcome: Unplaced) -> Finding:
    several = len(outcome.candidates) > 1
    text = (
        "A record fits several sessions and is joined to none."
        if several
        else "A record fits a session of which nobody knows whether it was still open, and is not joined to it."
    )
    data = {"happening": outcome.natural, "record": outcome.record, "candidates": list(outcome.candidates)}
    code = "correlation_ambiguous" if several else "correlation_uncertain"
    return Finding(code, text, (0, 0), data=data)
