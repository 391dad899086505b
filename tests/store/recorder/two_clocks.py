"""A clock of the day and one that only counts, each moved by a test."""

from datetime import UTC, datetime, timedelta

from ledger.store.record import Recorded
from ledger.store.recorder import Recorder

MIDNIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class TwoClocks:
    """A wall clock and a count of the time since the start of the machine, moved apart by whom a test plays."""

    def __init__(self, start: datetime) -> None:
        self.wall = start
        self.count = timedelta(hours=5)
        self.machine = "boot one"

    def now(self) -> datetime:
        return self.wall

    def boot(self) -> str:
        return self.machine

    def elapsed(self) -> int:
        return int(self.count / timedelta(microseconds=1)) * 1000

    def pass_by(self, step: timedelta) -> None:
        self.wall += step
        self.count += step


def told(recorder: Recorder) -> list[Recorded]:
    return [each.event for each in recorder.read() if isinstance(each.event, Recorded)]
