"""What time alone makes of a running session: ended where it may not go on, or where nobody hears of it.

Guarantees: a session without a recording ends after the grace time (R-19), fail closed, unless the customer has
permitted the gap, and then the gap is told; a session whose permission or consent was taken back (A-03), be it a
consent that is told of only after it began, ends when its safe stop is over, with a finding where the word came to the
ledger so late that it had gone on past one; a session of which nothing was heard for a day is taken to be over (R-14).
Each end carries the instant of its deadline, whenever the timer ran; of several the earliest counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.connected_on import days_of
from ledger.domain.consent_facts import (
    ConsentDeemed,
    ConsentDeemingAnnulled,
    ConsentExpressed,
    ConsentIncorporated,
    ConsentSuperseded,
    ConsentWithdrawn,
)
from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.permission_facts import AccessPermissionRevoked
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type
from ledger.domain.recording_facts import (
    Interruption,
    Recording,
    RecordingGapPermitted,
    RecordingMissing,
    recordings_of,
)
from ledger.domain.rules import rule
from ledger.domain.session_facts import (
    Ending,
    Session,
    SessionEnded,
    SessionStarted,
    SessionTerminated,
    Termination,
    session_of,
)
from ledger.domain.session_lasting import past_stops, relied_until, seen, succession
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import WorkCompleted

_COURSE = (
    ConsentExpressed,
    ConsentDeemed,
    ConsentIncorporated,
    ConsentWithdrawn,
    ConsentDeemingAnnulled,
    ConsentSuperseded,
    AccessPermissionRevoked,
)
_UNHEARD = (ViolationRecorded, FindingRecorded, WorkCompleted)
"""What is said of a session without anybody having heard of it."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a session is over, why, and what tells so."""

    at: datetime
    reason: Termination | None
    """None where it has fallen silent."""
    cites: tuple[int, ...]


def of_session(session: str, customer: str) -> Boundary:
    """Give the boundary of a session: all that is told of it, and how what it rests on begins and ends."""
    ends = Item((tag("agreement", customer),), tuple(each.KIND.type for each in _COURSE))
    return Boundary.of(tag("session", session)) | Boundary((ends,))


@rule("R-19", off=None)
def recording_deadline(session: Session, facts: Facts, defaults: Defaults) -> Deadline | None:
    """Give when a session ends for want of a recording; None while it has one, or where that was permitted by then."""
    ends = [end for end in _unrecorded(session, facts, defaults) if permitted_by(facts, end.at) is None]
    return min(ends, key=lambda each: each.at, default=None)


def _unrecorded(session: Session, facts: Facts, defaults: Defaults) -> list[Deadline]:
    started, recordings = session.started, recordings_of(facts, session.started.fact.session).values()
    by = started.fact.started_at + defaults.recording_start
    if not any(each.started_at is not None and each.started_at <= by for each in recordings):
        return [Deadline(by, Termination.NO_RECORDING, (started.position,))]
    return [
        Deadline(stop.since + defaults.recording_gap, Termination.RECORDING_LOST, (started.position, stop.position))
        for each in recordings
        for stop in _lasting(each)
    ]


def permitted_by(facts: Facts, moment: datetime) -> Recorded[RecordingGapPermitted] | None:
    """Give the customer's emergency permission to go on without a recording, where it was given by an instant."""
    given = (each for each in of_type(facts, RecordingGapPermitted) if each.fact.permitted_at <= moment)
    return next(given, None)


@rule("R-01", off=None)
def withdrawal_deadline(session: Session, facts: Facts, defaults: Defaults) -> Deadline | None:
    """Give when a session ends because the consent that it relies on was taken back (A-03), or what took its place."""
    started = session.started.fact
    begun_on = _begun_on(started, facts)
    chain = succession(facts, begun_on)
    stops = []
    for each in facts:
        match each.fact:
            case ConsentWithdrawn(consent=consent, stop_by=stop_by, received_at=received_at) if consent in chain:
                if started.consent is None and received_at <= started.started_at:
                    continue  # it began on nothing, and a violation says so
            case ConsentDeemingAnnulled(consent=consent) if consent == begun_on:
                stop_by = each.at + defaults.safe_stop
            case _:
                continue
        cites = (session.started.position, each.position)
        stops.append(Deadline(stop_by, Termination.CONSENT_WITHDRAWN, cites))
    return min(stops, key=lambda each: each.at, default=None)


def _begun_on(started: SessionStarted, facts: Facts) -> str | None:
    """Give the consent that a session began on: where none was known then, the newest that is told by now."""
    if started.consent is not None or started.ungrounded is None:
        return started.consent
    over = {each.fact.consent for each in of_type(facts, ConsentSuperseded) if each.fact.since <= started.started_at}
    told: Iterable[Recorded[ConsentExpressed | ConsentDeemed | ConsentIncorporated]] = (
        *(each for each in of_type(facts, ConsentExpressed) if each.fact.work_order in {None, started.work_order}),
        *of_type(facts, ConsentDeemed),
        *of_type(facts, ConsentIncorporated),
    )
    given = [each for each in told if each.fact.since <= started.started_at and each.fact.consent not in over]
    return max(given, key=lambda each: (each.fact.since, each.position)).fact.consent if given else None


@rule("R-08", off=None)
def revocation_deadline(session: Session, facts: Facts) -> Deadline | None:
    """Give when a session ends because its permission was revoked: by the earliest that any revocation says."""
    begun_at = session.started.fact.started_at
    stops = [
        Deadline(
            max(each.fact.stop_by, begun_at), Termination.PERMISSION_REVOKED, (session.started.position, each.position)
        )
        for each in of_type(facts, AccessPermissionRevoked)
        if each.fact.permission == session.started.fact.permission
    ]
    return min(stops, key=lambda each: each.at, default=None)


@rule("R-14", off=None)
def silence_deadline(session: Session, facts: Facts, defaults: Defaults) -> Deadline | None:
    """Give when a session of which nothing more was heard is taken to be over."""
    mine = tag("session", session.started.fact.session)
    told = (each for each in facts if mine in each.tags and not isinstance(each.fact, _UNHEARD))
    heard = max(told, key=happened_at, default=session.started)
    return Deadline(happened_at(heard) + defaults.session_silence, None, (session.started.position, heard.position))


def _lasting(recording: Recording) -> list[Interruption]:
    """Give the interruption that lasts, if one does; what is finalized has ended, whatever was open."""
    return [stop for stop in recording.interruptions if stop.until is None and recording.finalized is None]


def _compute(session_id: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    session = session_of(facts, session_id)
    if session is None or not session.running:
        return []
    found = (
        recording_deadline(session, facts, defaults),
        withdrawal_deadline(session, facts, defaults),
        revocation_deadline(session, facts),
        silence_deadline(session, facts, defaults),
    )
    passed = [each for each in found if each is not None and each.at <= now]
    if not passed:
        return []
    deadline = min(passed, key=lambda each: each.at)
    started = session.started
    past = past_stops(started.fact, started.position, _begun_on(started.fact, facts), facts, deadline.at, defaults)
    return [*_end(started, deadline, facts), *seen(past)]


def _end(started: Recorded[SessionStarted], deadline: Deadline, facts: Facts) -> list[Fact]:
    fact, cites = started.fact, tuple(sorted(set(deadline.cites)))
    subjects = (tag("session", fact.session),)
    days = days_of(started.chain, fact.started_at, deadline.at)
    if deadline.reason is None:
        ended = SessionEnded(
            session=fact.session,
            work_order=fact.work_order,
            permission=fact.permission,
            why=Ending.SILENT,
            ended_at=deadline.at,
            days=days,
            relied=relied_until(fact, facts, deadline.at),
            cites=cites,
        )
        silent = FindingRecorded(rule="R-14", sentence="session_silent", values={}, subjects=subjects, cites=cites)
        return [ended, silent]
    terminated = SessionTerminated(
        session=fact.session,
        work_order=fact.work_order,
        permission=fact.permission,
        reason=deadline.reason,
        terminated_at=deadline.at,
        days=days,
        relied=relied_until(fact, facts, deadline.at),
        cites=cites,
    )
    match deadline.reason:
        case Termination.NO_RECORDING:
            missing = RecordingMissing(
                session=fact.session, recording=None, begins=fact.started_at, ends=deadline.at, cites=cites
            )
            return [terminated, missing, _without_recording(subjects, cites)]
        case Termination.RECORDING_LOST:
            return [terminated, _without_recording(subjects, cites)]
        case _:
            return [terminated]


def _without_recording(subjects: tuple[str, ...], cites: tuple[int, ...]) -> ViolationRecorded:
    return ViolationRecorded(
        rule="R-19", sentence="session_without_recording", values={}, subjects=subjects, cites=cites
    )


def _runs(session_id: str, facts: Facts) -> bool:
    """Tell whether a withdrawal of consent would still end it."""
    session = session_of(facts, session_id)
    return session is not None and session.running


SESSION_TIMER = timer(Timer("session", "session", of_session, _compute, waits=_runs))


def session_due(session: str, customer: str) -> Due:
    """Give the timer of a session."""
    return SESSION_TIMER.at(session, customer)
