"""What a recording does not show: times of the session that no segment covers (R-20), as a pure function.

A time is covered by segments that the recorder sealed, whatever their order; what lies between two of them, before the
first or after the last, is a gap, an interruption that somebody told of included. Clocks round to less than a second.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from ledger.domain.recorded import Recorded
from ledger.domain.recording_facts import Recording, RecordingSegmentSealed
from ledger.domain.rules import rule

_ROUNDING = timedelta(milliseconds=1)


class Gap(NamedTuple):
    """A time that no segment covers."""

    begins: datetime
    ends: datetime


@rule("R-20", off=())
def gaps(recordings: Iterable[Recording], begins: datetime, ends: datetime) -> tuple[Gap, ...]:
    """Give the times of a session, from its beginning to its end, that none of its recordings shows."""
    pieces = sorted((seg.fact.begins, seg.fact.ends) for each in recordings for seg in each.segments)
    found, reached = [], begins
    for first, after in pieces:
        if first > reached + _ROUNDING and reached < ends:
            found.append(Gap(reached, min(first, ends)))
        reached = max(reached, after)
    if reached + _ROUNDING < ends:
        found.append(Gap(reached, ends))
    return tuple(found)


@rule("R-20", off=())
def missing_numbers(recording: Recording) -> tuple[int, ...]:
    """Give the numbers that were never sealed, up to the last that was, or that the recorder says there is."""
    sealed = {each.fact.number for each in recording.segments}
    last = max(sealed, default=0)
    if recording.finalized is not None:
        last = max(last, recording.finalized.fact.segments)
    return tuple(number for number in range(1, last + 1) if number not in sealed)


@rule("R-20", off=None)
def break_before(recording: Recording | None, sealed: RecordingSegmentSealed) -> "Break | None":
    """Give why a segment does not follow the one before it; None where it does."""
    if recording is None or recording.started_at is None:
        return Break("segment_without_recording", ())
    before = recording.segment(sealed.number - 1)
    if sealed.number > 1 and before is None:
        return Break("segment_out_of_order", recording.positions)
    if before is not None and abs(before.fact.ends - sealed.begins) > _ROUNDING:
        return Break("segment_gap", (before.position,))
    return None


class Break(NamedTuple):
    """A segment that does not follow: the sentence for it, and what tells so."""

    sentence: str
    cites: tuple[int, ...]


def another_story(before: Recorded[RecordingSegmentSealed], sealed: RecordingSegmentSealed) -> bool:
    """Tell whether a number was sealed with other bytes or another time."""
    first = before.fact
    return (first.sha256, first.size, first.begins, first.ends) != (
        sealed.sha256,
        sealed.size,
        sealed.begins,
        sealed.ends,
    )
