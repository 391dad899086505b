"""Checking a session's recording against what was sealed and how long the session was (R-20).

Guarantees: bytes that are not what was sealed, pieces that are gone and times that nothing shows each become a fact of
their own with a finding; a check that finds what an earlier one found says it once. What the ledger knows by itself,
the numbers and times of what was sealed, it looks at by the clock: a recorder has a while after the session to seal
the last piece. The files lie outside and are read there: the command tells what was found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.domain.boundary import tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.recorded import Facts, of_type
from ledger.domain.recording_facts import (
    Recording,
    RecordingIntegrityFailed,
    RecordingMissing,
    recordings_of,
)
from ledger.domain.recording_gaps import gaps, missing_numbers
from ledger.domain.rules import rule
from ledger.domain.session_due import SESSION_TIMER, of_session, session_due
from ledger.domain.session_ending import known_session
from ledger.domain.session_facts import Session, session_of
from ledger.domain.settings import Defaults
from ledger.domain.subjects import of_subjects


@dataclass(frozen=True, slots=True)
class Piece:
    """A sealed piece as it was found; without a hash it is gone."""

    recording: str
    number: int
    sha256: str | None
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecording:
    """Somebody looked at all pieces of a session that is over."""

    customer: str
    session: str
    pieces: tuple[Piece, ...]


def _recordings(command: CheckRecording) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag("recording", each.recording) for each in command.pieces))


@decides(
    CheckRecording,
    boundary=lambda command: of_session(command.session, command.customer) | of_subjects(_recordings(command)),
    timers=lambda command: (
        session_due(command.session, command.customer),
        RECORDING_TIMER.at(command.session, command.customer),
    ),
)
def check_recording(command: CheckRecording, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Record what is wrong and was not said before; without fault nothing."""
    session = known_session(facts, command.session)
    over_at = session.over_at
    if over_at is None:
        raise Refusal("R-20", "session_still_runs", session.positions)
    recordings = recordings_of(facts, command.session)
    check_own_pieces(command, recordings, session)
    found: list[RecordingIntegrityFailed | RecordingMissing] = [
        wrong
        for recording in recordings.values()
        for segment in recording.segments
        if (wrong := damage(command, recording, segment.fact.number)) is not None
    ]
    found += unshown(session, facts)
    return decided(*_said_once(command.session, facts, found), cites=session.positions)


@rule("R-20")
def check_own_pieces(command: CheckRecording, recordings: Mapping[str, Recording], session: Session) -> None:
    """Refuse pieces of a recording that is not the session's: comparing them with nothing would find them in order."""
    if any(each.recording not in recordings for each in command.pieces):
        raise Refusal("R-20", "piece_of_another_recording", session.positions)


def _said_once(
    session: str, facts: Facts, found: Sequence[RecordingIntegrityFailed | RecordingMissing]
) -> tuple[Fact, ...]:
    """Give what was not said before, with a finding; nothing where all of it was."""
    said = [replace(each.fact, cites=()) for each in of_type(facts, RecordingIntegrityFailed, RecordingMissing)]
    new = [each for each in found if each not in said]
    if not new:
        return ()
    count, subjects = str(len(new)), (tag("session", session),)
    note = FindingRecorded(rule="R-20", sentence="recording_incomplete", values={"count": count}, subjects=subjects)
    return (*new, note)


@rule("R-20", off=())
def unshown(session: Session, facts: Facts) -> tuple[RecordingMissing, ...]:
    """Give the times of a session that is over which no sealed piece shows."""
    name = session.started.fact.session
    shown = [each for each in recordings_of(facts, name).values() if each.segments]
    one = shown[0].id if len(shown) == 1 else None
    assert session.over_at is not None, "only what is over is looked at"
    return tuple(
        RecordingMissing(session=name, recording=one, begins=gap.begins, ends=gap.ends)
        for gap in gaps(shown, session.started.fact.started_at, session.over_at)
    )


@rule("R-20", off=())
def unsealed(session: Session, facts: Facts) -> tuple[RecordingMissing, ...]:
    """Give the pieces whose numbers were left out, or announced, and never sealed."""
    name = session.started.fact.session
    return tuple(
        RecordingMissing(session=name, recording=recording.id, number=number)
        for recording in recordings_of(facts, name).values()
        for number in missing_numbers(recording)
    )


def _compute(session_id: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    """Look once the recorder has had its time, at what stood by then: whoever looks later finds the same."""
    session = session_of(facts, session_id)
    if session is None or session.over_at is None:
        return []
    deadline = session.over_at + defaults.recording_complete
    if now < deadline:
        return []
    known = [each for each in facts if each.at <= deadline]
    found = [*unsealed(session, known), *unshown(session, known)]
    return [replace(each, cites=session.positions) for each in _said_once(session_id, facts, found)]


RECORDING_TIMER: Timer = timer(Timer("recording", "session", of_session, _compute, rests_on=(SESSION_TIMER,)))


@rule("R-20", off=None)
def damage(
    command: CheckRecording, recording: Recording, number: int
) -> RecordingIntegrityFailed | RecordingMissing | None:
    """Give what is wrong with a sealed piece; None where it is as it was sealed."""
    sealed = recording.segment(number)
    pieces = (each for each in command.pieces if (each.recording, each.number) == (recording.id, number))
    piece = next(pieces, None)
    if piece is None or piece.sha256 is None:
        return RecordingMissing(session=command.session, recording=recording.id, number=number)
    if sealed is not None and (piece.sha256, piece.size) == (sealed.fact.sha256, sealed.fact.size):
        return None
    return RecordingIntegrityFailed(
        session=command.session,
        recording=recording.id,
        number=number,
        found_sha256=piece.sha256,
        found_size=piece.size,
    )
