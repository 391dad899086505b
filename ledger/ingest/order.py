"""Times that run backwards, host by host.

A log of many hosts mixes their clocks, so each host is compared with itself alone. Small steps back are the work of
several writers and of rounded seconds; a larger one is a clock that was set back, or lines that were moved.
"""

from ledger.ingest.clock import MICROSECONDS
from ledger.ingest.model import Finding

TOLERANCE_US = 2 * MICROSECONDS
HOSTS = 4096
"""So many hosts are remembered; beyond, the one seen first is forgotten."""


class TimeOrder:
    """Remembers each host's last time."""

    def __init__(self) -> None:
        self._last: dict[str | None, int] = {}
        self._host: str | None = None
        self._at = -1  # of that host, which the dictionary learns only when another one writes

    def check(self, host: str | None, at: int, occurred_at: str, lines: tuple[int, int]) -> Finding | None:
        """Give a finding when ``at`` lies before the host's last time by more than the tolerance."""
        if host == self._host and at >= self._at:
            self._at = at
            return None
        if self._at >= 0:
            self._last[self._host] = self._at
        last = self._last.get(host)
        self._last[host] = at
        self._host, self._at = host, at
        if last is None:
            if len(self._last) > HOSTS:
                del self._last[next(iter(self._last))]
            return None
        if at >= last - TOLERANCE_US:
            return None
        text = f"the time is {(last - at) // MICROSECONDS} s before that of the line above"
        return Finding("time_backwards", text, lines, occurred_at, {"by_us": last - at})
