"""The time that the sequencer writes into entries, and how it notices that a clock was moved.

A :class:`Clock` tells two things that do not share a fate: the wall clock, which an administrator or a bad time server
can move, and the time since the machine was started, which only passes.
"""

import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

THROWN_AWAY = "manual"
"""What an injected clock calls the start of its machine: a log that bears it is a throw-away one."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Where the store takes its time from. Injected clocks are for throw-away logs: tests and the demo."""

    def now(self) -> datetime:
        """Give the wall clock, aware of its zone."""

    def boot(self) -> str:
        """Name the start of the machine since which ``elapsed`` counts; the same for all its processes."""

    def elapsed(self) -> int:
        """Give the nanoseconds since ``boot``; never falls, and counts while the machine sleeps."""


class SystemClock:
    """The clock of this machine."""

    def __init__(self) -> None:
        """Read once which start of the machine this is."""
        try:
            self._boot = _BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            # Not Linux: two processes cannot compare their counts, so to each the others' were before a restart.
            self._boot = f"unknown {secrets.token_hex(8)}"

    def now(self) -> datetime:
        """Give the wall clock in UTC."""
        return datetime.now(UTC)

    def boot(self) -> str:
        """Give the kernel's id of this start."""
        return self._boot

    def elapsed(self) -> int:
        """Give the kernel's count, sleep included where the system can tell."""
        return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ManualClock:
    """A clock that stands until it is moved on: for throw-away logs.

    What it counts is its own time, so that two of them measure alike, as two processes on one machine do.
    """

    def __init__(self, start: datetime) -> None:
        """Stand at ``start``, which must be aware of its zone."""
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Give the time it was moved to."""
        return self._now

    def boot(self) -> str:
        """Give the same name for all of them."""
        return THROWN_AWAY

    def elapsed(self) -> int:
        """Give its time as nanoseconds."""
        return (self._now - _EPOCH) // timedelta(microseconds=1) * 1000

    def advance(self, step: timedelta) -> None:
        """Let time pass."""
        if step < timedelta(0):
            raise ValueError("A clock is moved on, never back.")
        self._now += step

    def advance_to(self, moment: datetime) -> None:
        """Let time pass until ``moment``."""
        self.advance(moment.astimezone(UTC) - self._now)
