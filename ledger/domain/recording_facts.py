"""The facts of a session's recording and what they come to: segments, interruptions, an end (4-1⑤, 4-2).

What importers write of recordings they find is ``recording.started.v1`` and ``recording.finalized.v1``; these are the
facts of a recorder that the ledger follows live. What is wrong with a recording is told beside it, never left out.

States: on → interrupted → on, or lost; finalized.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.recorded import Facts, Recorded, saying


@fact(
    "session.recording_started.v1",
    retention="trail",
    ja="録画開始",
    en="Recording of the session started",
    clause="4-2",
    occurred="started_at",
)
class SessionRecordingStarted(Fact):
    """A recorder watches the session."""

    session: str = ref("session")
    recording: str = ref("recording")
    recorder: str
    started_at: datetime


@fact(
    "session.recording_segment_sealed.v1",
    retention="trail",
    ja="録画区間封緘",
    en="Segment of the recording sealed",
    clause="4-1⑤",
)
class RecordingSegmentSealed(Fact):
    """One piece of a recording, from ``begins`` to before ``ends``; its hash and size outlive the piece."""

    session: str = ref("session")
    recording: str = ref("recording")
    number: int = public()
    """From 1."""
    sha256: str = public()
    size: int = public()
    begins: datetime = public()
    ends: datetime = public()


@fact(
    "session.recording_interrupted.v1",
    retention="trail",
    ja="録画中断",
    en="Recording interrupted",
    clause="4-2",
    occurred="interrupted_at",
)
class RecordingInterrupted(Fact):
    """Nothing is recorded any more; the grace time runs (R-19)."""

    session: str = ref("session")
    recording: str = ref("recording")
    reason: str
    interrupted_at: datetime


@fact(
    "session.recording_resumed.v1",
    retention="trail",
    ja="録画再開",
    en="Recording resumed",
    clause="4-2",
    occurred="resumed_at",
)
class RecordingResumed(Fact):
    """The recording goes on."""

    session: str = ref("session")
    recording: str = ref("recording")
    resumed_at: datetime


@fact(
    "session.recording_gap_permitted.v1",
    retention="trail",
    ja="録画欠落緊急許可",
    en="Gap in the recording permitted",
    clause="4-2",
    occurred="permitted_at",
)
class RecordingGapPermitted(Fact):
    """The customer lets urgent work go on without a recording; the gap stays one (R-19)."""

    session: str = ref("session")
    contact: str = ref("person")
    words: str
    permitted_at: datetime


@fact(
    "session.recording_finalized.v1",
    retention="trail",
    ja="録画確定",
    en="Recording of the session finalized",
    clause="4-1⑤",
    occurred="finalized_at",
)
class SessionRecordingFinalized(Fact):
    """The recorder has said its last: so many segments there are."""

    session: str = ref("session")
    recording: str = ref("recording")
    segments: int = public()
    finalized_at: datetime


@fact(
    "session.recording_integrity_failed.v1",
    retention="trail",
    ja="録画完全性異常",
    en="Integrity of the recording failed",
    clause="4-1⑤",
)
class RecordingIntegrityFailed(Fact):
    """A piece is not what was sealed: its hash or its size is another."""

    session: str = ref("session")
    recording: str = ref("recording")
    number: int = public()
    found_sha256: str = public()
    found_size: int = public()


@fact("session.recording_missing.v1", retention="trail", ja="録画欠落", en="Recording missing", clause="4-1⑤")
class RecordingMissing(Fact):
    """There is no recording of a time of the session, or a sealed piece (``number``) is gone."""

    session: str = ref("session")
    recording: str | None = ref("recording")
    number: int | None = public(default=None)
    begins: datetime | None = public(default=None)
    ends: datetime | None = public(default=None)


class Interruption(NamedTuple):
    """A time in which nothing was recorded; ``until`` is None while it lasts."""

    since: datetime
    until: datetime | None
    position: int


class Recording(NamedTuple):
    """A recording as far as it has come. ``started_at`` is None where nobody told of a start."""

    id: str
    positions: tuple[int, ...]
    started_at: datetime | None = None
    segments: tuple[Recorded[RecordingSegmentSealed], ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    resumed_alone: tuple[tuple[datetime, int], ...] = ()
    """When it was resumed from interruptions that nobody has told, each with the position that says so."""
    finalized: Recorded[SessionRecordingFinalized] | None = None

    def segment(self, number: int) -> Recorded[RecordingSegmentSealed] | None:
        """Give a segment by its number."""
        return next((each for each in self.segments if each.fact.number == number), None)

    def lasting(self, moment: datetime) -> Interruption | None:
        """Give the interruption that began by then and lasts."""
        return next((stop for stop in self.interruptions if stop.until is None and stop.since <= moment), None)

    def resumed_after(self, since: datetime) -> datetime | None:
        """Give when it was resumed from an interruption that was told after its end; None where it is not known."""
        return min((at for at, _ in self.resumed_alone if since <= at), default=None)


def recordings_of(facts: Facts, session: str) -> Mapping[str, Recording]:
    """Give the recordings of a session by id."""
    found: dict[str, Recording] = {}
    for each in facts:
        if getattr(each.fact, "session", None) != session:
            continue
        recording = getattr(each.fact, "recording", None)
        if recording is not None:
            found[recording] = _apply(found.get(recording) or Recording(recording, ()), each)
    return found


def _apply(before: Recording, each: Recorded[Fact]) -> Recording:
    match each.fact:
        case SessionRecordingStarted(started_at=started_at):
            return before._replace(started_at=started_at, positions=(*before.positions, each.position))
        case RecordingSegmentSealed() as sealed:
            return before._replace(segments=(*before.segments, saying(each, sealed)))
        case RecordingInterrupted(interrupted_at=since):
            until = before.resumed_after(since)
            return before._replace(
                interruptions=(*before.interruptions, Interruption(since, until, each.position)),
                resumed_alone=tuple(alone for alone in before.resumed_alone if alone[0] != until),
            )
        case RecordingResumed(resumed_at=until):
            if before.lasting(until) is None:
                return before._replace(resumed_alone=(*before.resumed_alone, (until, each.position)))
            return before._replace(
                interruptions=tuple(
                    stop._replace(until=until) if stop.until is None and stop.since <= until else stop
                    for stop in before.interruptions
                ),
            )
        case SessionRecordingFinalized() as finalized:
            return before._replace(finalized=saying(each, finalized))
        case _:
            return before
