"""The times that entries get: the wall clock's, as far as the machine's own count bears it out.

Guarantees (record format, section 2): a time is never before the newest entry's, and runs ahead of what was measured
by no more than the bound, unless an operator vouches for it. After a restart of the machine nothing measured the time
since the newest entry, and none counts.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from ledger.log.members import format_at
from ledger.store.clock import Clock
from ledger.store.errors import ClockJumpError

DEFAULT_CLOCK_BOUND = timedelta(hours=1)


class EntryTime(NamedTuple):
    """A time of entries, and the machine's count at it: nanoseconds since the start that ``boot`` names, or of none."""

    at: datetime
    boot: str
    elapsed: int


class EntryTimes:
    """Gives each transaction its time."""

    def __init__(self, clock: Clock, bound: timedelta) -> None:
        """Take the time from this clock, and refuse what runs ahead of its count by more than ``bound``."""
        self.clock = clock
        self._bound = bound
        self.confirmed = False
        """Whether the operator said that the clock is right: the next time is not compared."""

    def next(self, newest: EntryTime | None) -> EntryTime:
        """Give the time of what is appended now, behind the newest entry. Raises ClockJumpError."""
        now = EntryTime(self.clock.now(), self.clock.boot(), self.clock.elapsed())
        if newest is None:
            return now
        measured = newest.elapsed if newest.boot == now.boot else None
        if now.at <= newest.at:
            # The clock fell: what passes is measured from when `at` was the time, until it is so again.
            return EntryTime(newest.at, now.boot, now.elapsed if measured is None else measured)
        passed = timedelta(0) if measured is None else timedelta(microseconds=(now.elapsed - measured) // 1000)
        if now.at - newest.at > passed + self._bound and not self.confirmed:
            known = "the machine was restarted since, so nothing measured it"
            if measured is not None:
                known = f"only {passed} passed since"
            raise ClockJumpError(
                f"The clock says {format_at(now.at)}, but the newest entry is of {format_at(newest.at)} and {known}: "
                "set the clock right, or confirm it with 'shoseki status --confirm-clock'."
            )
        return now
