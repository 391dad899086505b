"""What a recorder tells: started, segments sealed, interrupted, resumed, finalized (4-1⑤, 4-2, R-19, R-20).

Guarantees: whatever a recorder tells is recorded, out of order and of sessions nobody knows, too; what is wrong with
it stands beside it as a finding, and a number sealed twice with other bytes as a violation. The grace time of an
interruption runs by the session's own timer, and only the customer's permission lets work go on without a recording.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ledger.domain.boundary import Boundary, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened, spelled
from ledger.domain.recorded import Facts, of_type
from ledger.domain.recorded_in_time import recorded_in_time
from ledger.domain.recording_facts import (
    Interruption,
    RecordingIntegrityFailed,
    RecordingInterrupted,
    RecordingMissing,
    RecordingResumed,
    RecordingSegmentSealed,
    SessionRecordingFinalized,
    SessionRecordingStarted,
    recordings_of,
)
from ledger.domain.recording_gaps import another_story, break_before, missing_numbers
from ledger.domain.repeated import told_before
from ledger.domain.rules import rule
from ledger.domain.session_due import of_session, permitted_by, session_due
from ledger.domain.settings import Defaults
from ledger.domain.subjects import of_subjects
from ledger.domain.violation import ViolationRecorded


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """A recorder watches the session."""

    customer: str
    session: str
    recording: str
    recorder: str
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSegment:
    """A recorder has written a piece."""

    customer: str
    session: str
    recording: str
    number: int
    sha256: str
    size: int
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InterruptRecording:
    """A recorder does not record any more."""

    customer: str
    session: str
    recording: str
    reason: str
    interrupted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRecording:
    """A recorder records again."""

    customer: str
    session: str
    recording: str
    resumed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalizeRecording:
    """A recorder has said its last."""

    customer: str
    session: str
    recording: str
    segments: int
    finalized_at: datetime


def _boundary(
    command: StartRecording | SealSegment | InterruptRecording | ResumeRecording | FinalizeRecording,
) -> Boundary:
    """Give the session's own, and what began the recording, whatever session or customer that was of."""
    return of_session(command.session, command.customer) | of_subjects((tag("recording", command.recording),))


@decides(
    StartRecording,
    boundary=_boundary,
    timers=lambda command: (session_due(command.session, command.customer),),
)
def start_recording(command: StartRecording, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the start; in time and told after its session was cut for want of it, it answers that."""
    check_happened("R-19", command.started_at, now)
    made = SessionRecordingStarted(
        session=command.session,
        recording=command.recording,
        recorder=command.recorder,
        started_at=command.started_at,
    )
    starts = (e for e in of_type(facts, SessionRecordingStarted) if e.fact.recording == command.recording)
    if told_before(next(starts, None), made, "R-20", "recording_known"):
        return decided()
    return decided(made, *recorded_in_time(facts, made, now, defaults))


@decides(
    SealSegment,
    boundary=_boundary,
    timers=lambda command: (session_due(command.session, command.customer),),
)
def seal_segment(command: SealSegment, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the piece, and beside it what is wrong with its place."""
    check_happened("R-20", command.ends, now, after=command.begins)
    if command.number < 1 or command.size < 0:
        raise Refusal("R-20", "segment_number", number=str(command.number))
    recording = recordings_of(facts, command.session).get(command.recording)
    sealed = RecordingSegmentSealed(
        session=command.session,
        recording=command.recording,
        number=command.number,
        sha256=command.sha256,
        size=command.size,
        begins=command.begins,
        ends=command.ends,
    )
    before = None if recording is None else recording.segment(command.number)
    if before is not None:
        return _sealed_again(command, before.position, another=another_story(before, sealed))
    found = break_before(recording, sealed)
    if found is None:
        return decided(sealed, cites=() if recording is None else recording.positions)
    note = FindingRecorded(
        rule="R-20",
        sentence=found.sentence,
        values={"number": str(command.number)},
        subjects=_subjects(command),
        cites=found.cites,
    )
    return decided(sealed, note, cites=found.cites)


def _sealed_again(command: SealSegment, position: int, *, another: bool) -> Decision:
    if not another:
        return decided(cites=[position])
    failed = RecordingIntegrityFailed(
        session=command.session,
        recording=command.recording,
        number=command.number,
        found_sha256=command.sha256,
        found_size=command.size,
    )
    return decided(failed, *sealed_twice(command), cites=[position])


@rule("R-20", off=())
def sealed_twice(command: SealSegment) -> tuple[ViolationRecorded, ...]:
    """Give the violation of a number that was sealed with other bytes before."""
    values = {"number": str(command.number)}
    return (
        ViolationRecorded(rule="R-20", sentence="segment_sealed_twice", values=values, subjects=_subjects(command)),
    )


@decides(
    InterruptRecording,
    boundary=_boundary,
    timers=lambda command: (session_due(command.session, command.customer),),
)
def interrupt_recording(command: InterruptRecording, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the interruption, and the gap if its end is known; told again while it lasts, it changes nothing."""
    check_happened("R-19", command.interrupted_at, now)
    lasting = _lasting(facts, command.session, command.recording)
    if lasting is not None:
        return decided(cites=[lasting.position])
    recording = recordings_of(facts, command.session).get(command.recording)
    interrupted = RecordingInterrupted(
        session=command.session,
        recording=command.recording,
        reason=command.reason,
        interrupted_at=command.interrupted_at,
    )
    cites = () if recording is None else recording.positions
    until = None if recording is None else recording.resumed_after(command.interrupted_at)
    if until is None:
        return decided(interrupted, cites=cites)
    return decided(interrupted, *_gap(command, command.interrupted_at, until, facts, defaults), cites=cites)


@decides(
    ResumeRecording,
    boundary=_boundary,
    timers=lambda command: (session_due(command.session, command.customer),),
)
def resume_recording(command: ResumeRecording, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record that it goes on, and the gap that is left; where no interruption was told, that one is not known yet."""
    check_happened("R-19", command.resumed_at, now)
    recording = recordings_of(facts, command.session).get(command.recording)
    known = () if recording is None else recording.resumed_alone
    if (before := dict(known).get(command.resumed_at)) is not None:
        return decided(cites=[before])
    resumed = RecordingResumed(session=command.session, recording=command.recording, resumed_at=command.resumed_at)
    lasting = None if recording is None else recording.lasting(command.resumed_at)
    if lasting is None:
        return decided(resumed, *resumed_alone(command), cites=() if recording is None else recording.positions)
    gap = _gap(command, lasting.since, command.resumed_at, facts, defaults)
    return decided(resumed, *gap, *recorded_in_time(facts, resumed, now, defaults), cites=[lasting.position])


@rule("R-20", off=())
def resumed_alone(command: ResumeRecording) -> tuple[FindingRecorded, ...]:
    """Give the note of a recording that goes on although nobody has told that it was interrupted."""
    values = {"at": spelled(command.resumed_at)}
    subjects = _subjects(command)
    return (FindingRecorded(rule="R-20", sentence="recording_resumed_alone", values=values, subjects=subjects),)


def _gap(
    command: InterruptRecording | ResumeRecording, begins: datetime, ends: datetime, facts: Facts, defaults: Defaults
) -> tuple[Fact, ...]:
    grace = defaults.recording_gap
    missing = RecordingMissing(session=command.session, recording=command.recording, begins=begins, ends=ends)
    return (missing, *gap_noted(command, begins, ends, permitted_by(facts, begins + grace), grace))


@rule("R-20", off=())
def gap_noted(
    command: InterruptRecording | ResumeRecording,
    begins: datetime,
    ends: datetime,
    by_permission: object,
    grace: timedelta,
) -> tuple[FindingRecorded, ...]:
    """Give the note of a gap: never hidden, and longer than the grace time only where the customer permitted it."""
    long = ends - begins > grace
    sentence = "recording_gap_permitted" if long and by_permission else "recording_gap"
    values = {"begins": spelled(begins), "ends": spelled(ends)}
    subjects = _subjects(command)
    return (FindingRecorded(rule="R-20", sentence=sentence, values=values, subjects=subjects),)


@decides(
    FinalizeRecording,
    boundary=_boundary,
    timers=lambda command: (session_due(command.session, command.customer),),
)
def finalize_recording(command: FinalizeRecording, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the end, and which of the segments that the recorder counts were never sealed."""
    check_happened("R-20", command.finalized_at, now)
    finalized = SessionRecordingFinalized(
        session=command.session,
        recording=command.recording,
        segments=command.segments,
        finalized_at=command.finalized_at,
    )
    ends = (e for e in of_type(facts, SessionRecordingFinalized) if e.fact.recording == command.recording)
    if told_before(next(ends, None), finalized, "R-20", "recording_known"):
        return decided()
    recording = recordings_of(facts, command.session).get(command.recording)
    sealed = 0 if recording is None else max((each.fact.number for each in recording.segments), default=0)
    never = () if recording is None else missing_numbers(recording)
    numbers = sorted({*never, *range(sealed + 1, command.segments + 1)})
    missing: list[Fact] = [
        RecordingMissing(session=command.session, recording=command.recording, number=number) for number in numbers
    ]
    return decided(
        finalized, *missing, *_counted(command, numbers), cites=() if recording is None else recording.positions
    )


@rule("R-20", off=())
def _counted(command: FinalizeRecording, numbers: list[int]) -> tuple[FindingRecorded, ...]:
    if not numbers:
        return ()
    values = {"numbers": ", ".join(str(number) for number in numbers)}
    return (FindingRecorded(rule="R-20", sentence="segments_missing", values=values, subjects=_subjects(command)),)


def _lasting(facts: Facts, session: str, recording: str) -> Interruption | None:
    found = recordings_of(facts, session).get(recording)
    return None if found is None else next((stop for stop in found.interruptions if stop.until is None), None)


def _subjects(command: SealSegment | InterruptRecording | ResumeRecording | FinalizeRecording) -> tuple[str, ...]:
    return (tag("session", command.session), tag("recording", command.recording))
