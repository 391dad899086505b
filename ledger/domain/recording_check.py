"""Checking a session's recording against what was sealed and how long the session was (R-20).

Guarantees: bytes that are not what was sealed, pieces that are gone and times that nothing shows each become a fact of
their own with a finding; a check that finds what an earlier one found says it once. The files are read outside: the
command tells what was found.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from ledger.domain.boundary import tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.recorded import Facts, of_type
from ledger.domain.recording_facts import (
    Recording,
    RecordingIntegrityFailed,
    RecordingMissing,
    recordings_of,
)
from ledger.domain.recording_gaps import gaps
from ledger.domain.rules import rule
from ledger.domain.session_due import of_session, session_due
from ledger.domain.session_ending import known_session
from ledger.domain.settings import Defaults


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


@decides(
    CheckRecording,
    boundary=lambda command: of_session(command.session, command.customer),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def check_recording(command: CheckRecording, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Record what is wrong and was not said before; without fault nothing."""
    session = known_session(facts, command.session)
    over_at = session.over_at
    if over_at is None:
        raise Refusal("R-20", "session_still_runs", session.positions)
    recordings = recordings_of(facts, command.session)
    found: list[Fact] = [
        wrong
        for recording in recordings.values()
        for segment in recording.segments
        if (wrong := damage(command, recording, segment.fact.number)) is not None
    ]
    shown = [each for each in recordings.values() if each.segments]
    for gap in gaps(shown, session.started.fact.started_at, over_at):
        one = shown[0].id if len(shown) == 1 else None
        found.append(RecordingMissing(session=command.session, recording=one, begins=gap.begins, ends=gap.ends))
    said = [replace(each.fact, cites=()) for each in of_type(facts, RecordingIntegrityFailed, RecordingMissing)]
    new = [each for each in found if each not in said]
    if not new:
        return decided(cites=session.positions)
    subjects = (tag("session", command.session),)
    note = FindingRecorded(
        rule="R-20", sentence="recording_incomplete", values={"count": str(len(new))}, subjects=subjects
    )
    return decided(*new, note, cites=session.positions)


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
