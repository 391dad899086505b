"""A recording that was there in time, which nobody had told of when its session was cut for want of one (R-19).

Guarantees: a recording counts from when it began, and goes on from when it was resumed, whatever is told first. Told
after the cut it opens nothing: the session stays cut, and a finding beside each violation says that it was recorded.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from ledger.domain.boundary import tag
from ledger.domain.fact import tags_of
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.recording_facts import RecordingResumed, SessionRecordingStarted, recordings_of
from ledger.domain.rules import rule
from ledger.domain.session_facts import Session, Termination, session_of
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

FOR_WANT_OF_A_RECORDING = frozenset({"session_without_recording", "session_went_on"})
"""The sentences of violations that a recording in time answers, or a permission to go on without one."""
_ANSWER = "recording_was_in_time"


def want_of_a_recording(facts: Facts, session: str) -> list[Recorded[ViolationRecorded]]:
    """Give the violations of a session that nobody recorded, as far as was known."""
    mine = tag("session", session)
    return [
        each
        for each in of_type(facts, ViolationRecorded)
        if each.fact.sentence in FOR_WANT_OF_A_RECORDING and each.fact.rule == "R-19" and mine in each.tags
    ]


def recorded_since(session: Session, facts: Facts, defaults: Defaults) -> datetime | None:
    """Give from when on a session was recorded that was cut for want of that, if it was in time; else None."""
    started, cut = session.started.fact, session.terminated
    recordings = recordings_of(facts, started.session).values()
    if cut is None or cut.fact.reason is Termination.NO_RECORDING:
        by = started.started_at + defaults.recording_start
        return _earliest((each.started_at for each in recordings), by)
    stops = (stop for each in recordings for stop in each.interruptions if stop.position in cut.fact.cites)
    return _earliest((stop.until for stop in stops), cut.fact.terminated_at)


def _earliest(moments: Iterable[datetime | None], by: datetime) -> datetime | None:
    return min((each for each in moments if each is not None and each <= by), default=None)


@rule("R-19", off=())
def recorded_in_time(
    facts: Facts, told: SessionRecordingStarted | RecordingResumed, now: datetime, defaults: Defaults
) -> Sequence[FindingRecorded]:
    """Find that a session which has a violation for want of a recording was recorded, as is told now."""
    session = session_of(facts, told.session)
    if session is None:
        return ()
    answered = {
        place for each in of_type(facts, FindingRecorded) if each.fact.sentence == _ANSWER for place in each.fact.cites
    }
    said = [each.position for each in want_of_a_recording(facts, told.session) if each.position not in answered]
    place = 1 + max(each.position for each in facts)
    as_told = [*facts, Recorded(told, place, now, session.started.chain, tags_of(told))]
    since = recorded_since(session, as_told, defaults)
    if not said or since is None:
        return ()
    cut = () if session.terminated is None else (session.terminated.position,)
    return (
        FindingRecorded(
            rule="R-19",
            sentence=_ANSWER,
            values={"at": spelled(since)},
            subjects=(tag("session", told.session),),
            cites=tuple(sorted({*said, *cut})),
        ),
    )
