"""The time that both sides agreed on, and which of several agreements it is (5②, R-21).

Guarantees: of several agreements the one whose word was given last counts, in whatever order they were told; a notice
of the vendor that came after that word moves its end. A time that was over when it came to stand in the ledger opens
nothing, and no time to answer ends with a start that came to stand there after it.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from ledger.domain.fact import Fact
from ledger.domain.recorded import Recorded, happened_at
from ledger.domain.schedule_facts import OverrunNoticeSent, ScheduleAgreed, ScheduleChanged


class Window(NamedTuple):
    """When the work is to be done, as both sides agreed, and by an overrun notice until when now."""

    starts_at: datetime
    planned_end: datetime
    """As it was agreed, or as the vendor's newest overrun notice tells it."""
    agreed_end: datetime
    agreed_at: datetime
    """When the agreement stood in the ledger."""
    said_at: datetime
    """When both sides had agreed, as is told."""
    agreed: int
    """The position of the agreement."""
    extended: int | None = None
    """… and of the overrun notice that moved the planned end."""
    told_at: datetime | None = None
    """When that was sent."""

    @property
    def positions(self) -> tuple[int, ...]:
        """Give what tells so."""
        return (self.agreed,) if self.extended is None else (self.agreed, self.extended)

    @property
    def foreseen_start(self) -> datetime | None:
        """Give its start as far as the ledger knew of it beforehand; None where it was told after it."""
        return self.starts_at if self.agreed_at <= self.starts_at else None

    def holds(self, moment: datetime) -> bool:
        """Tell whether an instant falls into it."""
        return self.starts_at <= moment < self.planned_end

    def carried(self, longest: timedelta) -> datetime:
        """Give the end that a notice of the vendor alone carries, so far past the one that was agreed at the most.

        One that had passed when the agreement came to stand in the ledger it carries no further.
        """
        if self.agreed_end <= self.agreed_at:
            return self.agreed_end
        return min(self.planned_end, self.agreed_end + longest)

    def moved_by(self, notice: OverrunNoticeSent) -> bool:
        """Tell whether a notice names a later end, and was not sent before this one was agreed on or told."""
        known_at = self.said_at if self.told_at is None else max(self.said_at, self.told_at)
        return notice.planned_end > self.planned_end and notice.sent_at >= known_at

    def moved(self, notice: OverrunNoticeSent, position: int) -> "Window":
        """Give it with the end that such a notice names."""
        return self._replace(planned_end=notice.planned_end, extended=position, told_at=notice.sent_at)

    def and_told(self, other: "Window") -> "Window":
        """Give what counts when another agreement is told: the newer word, with what the vendor told after it."""
        if other.said_at < self.said_at:
            return self
        if self.told_at is None or self.told_at <= other.said_at or self.planned_end <= other.planned_end:
            return other
        return other._replace(planned_end=self.planned_end, extended=self.extended, told_at=self.told_at)


def window_of(agreed: Recorded[Fact]) -> Window:
    """Give the time that an agreement says."""
    fact = agreed.fact
    assert isinstance(fact, ScheduleAgreed | ScheduleChanged)
    return Window(
        starts_at=fact.starts_at,
        planned_end=fact.planned_end,
        agreed_end=fact.planned_end,
        agreed_at=agreed.at,
        said_at=happened_at(agreed),
        agreed=agreed.position,
    )
