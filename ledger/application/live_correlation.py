"""Correlating a file's facts while they are read: no second reading, as long as only this file tells of their time.

Guarantees: what is settled here is what :func:`~ledger.application.correlating.correlate_together` would say of this
import alone; from where another import tells of the same time, or times run too far back, it says so and settles no
more. Knows no store: it runs wherever the file is read, in a process of its own too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger.ingest.correlate import CorrelationOrderError, Correlator, is_of_desktop
from ledger.ingest.correlation import Outcome, Unplaced
from ledger.ingest.evidence import Record as Evidence
from ledger.ingest.model import Fact, Finding

_NEAR = timedelta(hours=1)
"""How far apart the times of two imports may be that can still tell of one login: clocks differ, sessions end late."""


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
        self._taken: list[Evidence] = []
        self.together = False
        """Whether the file must be correlated together with others, once it is in."""

    def take(self, record: Evidence) -> None:
        """Take the next fact."""
        self._taken.append(record)

    def settle(self) -> Settled:
        """Give what the facts that were taken since it was asked last have settled: many at once, which is faster."""
        settled = Settled()
        for record in self._taken:
            if self.together:
                break
            self._correlate(record)
        self._taken.clear()
        settled.take(self._correlator.settled())
        return settled

    def finish(self) -> Settled:
        """Give what is left, the open included."""
        settled = self.settle()
        if not self.together:
            settled.take(self._correlator.finish())
        return settled

    def _correlate(self, record: Evidence) -> None:
        if self._others:
            now = period_of(record.import_id, record.occurred_at, record.occurred_at)
            # Only desktop recordings tell no time, and they meet only what is of a desktop.
            others = self._others if is_of_desktop(record) else self._timed
            if any(each.meets(now) for each in others):
                self.together = True
                return
        try:
            self._correlator.take(record)
        except CorrelationOrderError:
            self.together = True  # its times run backwards: it is sorted first


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
