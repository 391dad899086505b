"""Correlation: which recorded facts tell of one real login. A pure function of the set of records.

The same whatever the order of the imports, and a subset of the imports gives a part of the whole: records that are
joined there belong together here as well. What is joined by what:

    login and its end, in every log that tells of them       host, sshd's process, source address and port, second
    an end whose beginning is in another file                source address and port, or sshd's process
    commands of sudo, under their uuid                       audit session (from the journal); ``SSH_CONNECTION`` in the
                                                             environment; else user, host and time
    terminal recordings of tlog                              audit session, host and boot; else user, host and time
    a recording without names (asciicast)                    content: the lines of a recording that is placed, and time
    desktop recordings, VNC server's log                     the gateway's connection: file name; beginning and end

Never by the terminal: its names repeat, and sshd, tlog and sudo see different ones. Never a guess: a record that fits
several logins, or whose grounds contradict each other, or that fits a login of which nobody knows whether it was still
open, is an :class:`~ledger.ingest.correlation.Unplaced` with its candidates. So is one that fits none.

Failed logins are sessions of their own kind, so that one failure in four logs is one. A desktop connection is a session
of its own: it has nothing in common with a login over SSH but the time.
"""

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from itertools import count

from ledger.ingest.clock import MICROSECONDS
from ledger.ingest.correlation import Outcome
from ledger.ingest.desktop_join import DesktopJoin
from ledger.ingest.evidence import Evidence, Kind, Record, see
from ledger.ingest.login_sweep import LoginSweep

__all__ = [
    "CorrelationOrderError",
    "Correlator",
    "Record",
    "correlate",
    "correlate_in_order",
    "is_of_desktop",
]

SLACK_US = 900 * MICROSECONDS
_AT_ONCE = 1_000
"""After so many records it is asked what is settled."""
_DESKTOP = frozenset({Kind.CONNECTION, Kind.VNC, Kind.DESKTOP})


def is_of_desktop(record: Record) -> bool:
    """Tell whether a record tells of a desktop: only these may come without a time."""
    evidence = see(record)
    return evidence is not None and evidence.kind in _DESKTOP


_Held = tuple[int, int, int, str, int, Evidence]
"""A record with the members of its order, and where it came, first."""


class CorrelationOrderError(Exception):
    """Records that were promised in the order of their times are not."""


def correlate(records: Iterable[Record]) -> Iterator[Outcome]:
    """Give the sessions that ``records``, in any order, tell of, and the records that belong to none.

    Memory: a few hundred bytes a record. The outcomes come in the order in which the sessions ended.
    """
    steps: list[tuple[tuple[object, ...], int, bool, Evidence]] = []
    for record in records:
        evidence = see(record)
        if evidence is None:
            continue
        steps.append((evidence.order(), len(steps), False, evidence))
        if evidence.kind is Kind.LOGOUT and evidence.start is not None:
            # The end of a login tells when it began: it is known then, even where no record of the beginning is.
            beginning = (evidence.start.first, evidence.start.width, 0, evidence.natural)
            steps.append((beginning, len(steps), True, evidence))
    heapify(steps)
    sweep, desktop = LoginSweep(), DesktopJoin()
    while steps:
        _, _, foreseen, evidence = heappop(steps)
        if foreseen:
            sweep.foresee(evidence)
        elif evidence.kind in _DESKTOP:
            desktop.take(evidence)
        else:
            yield from sweep.take(evidence)
    yield from sweep.finish()
    yield from desktop.finish()


def correlate_in_order(records: Iterable[Record]) -> Iterator[Outcome]:
    """Do the same for records that come nearly in the order of their times; see :class:`Correlator`."""
    correlator = Correlator()
    for number, record in enumerate(records):
        correlator.take(record)
        if number % _AT_ONCE == 0:
            yield from correlator.settled()
    yield from correlator.finish()


class Correlator:
    """Correlates records as they come, nearly in the order of their times; those without a time may come at any time.

    A log tells some things late (a failed login when its connection ends), so records may come up to :data:`SLACK_US`
    after later ones. What is settled is given when it is asked for, many records at once: the same, in the same order,
    however often. Memory: what came since it was asked last and within that time before, what is open, and what ended
    within a quarter of an hour.
    """

    def __init__(self) -> None:
        self._sweep, self._desktop = LoginSweep(), DesktopJoin()
        self._held: list[_Held] = []
        self._ticket = count()
        self._newest = 0

    def take(self, record: Record) -> None:
        """Take the next record. Raises :class:`CorrelationOrderError`."""
        evidence = see(record)
        if evidence is None:
            return
        at, kind = evidence.at, evidence.kind
        if at is None or kind in _DESKTOP:
            self._desktop.take(evidence)
            return
        first, last, _ = at
        if first > self._newest:
            self._newest = first
        elif first < self._newest - SLACK_US:
            raise CorrelationOrderError(f"record {record.id} comes too late to be put in its place")
        heappush(self._held, (first, last - first, kind, evidence.natural, next(self._ticket), evidence))

    def settled(self) -> list[Outcome]:
        """Give what is settled: no record can still come before what is taken here."""
        held, before = self._held, self._newest - SLACK_US
        given: list[Outcome] = []
        while held and held[0][0] < before:
            given += self._sweep.take(heappop(held)[-1])
        return given

    def finish(self) -> Iterator[Outcome]:
        """Give what is left."""
        while self._held:
            yield from self._sweep.take(heappop(self._held)[-1])
        yield from self._sweep.finish()
        yield from self._desktop.finish()
