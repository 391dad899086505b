"""What sessions leave behind: logins to the gateway, recordings, and information that was taken or used."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from ledger.domain import gateway
from ledger.domain.acquisition import DataAcquired, DataAcquisitionRejected
from ledger.domain.data_use import DataUseDenied, DataUseRecorded, PurposeViolationDetected
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type
from ledger.domain.recording_facts import (
    RecordingInterrupted,
    RecordingMissing,
    RecordingResumed,
    SessionRecordingFinalized,
    SessionRecordingStarted,
    recordings_of,
)
from projections.listing import Listed, View


class LoginState(StrEnum):
    """How far a login has come."""

    IN = "in"
    OUT = "out"
    FAILED = "failed"


class RecordingState(StrEnum):
    """How far a recording has come."""

    RUNNING = "running"
    INTERRUPTED = "interrupted"
    FINALIZED = "finalized"


class DataState(StrEnum):
    """What came of information that somebody wished to take or to use."""

    ACQUIRED = "acquired"
    USED = "used"
    REFUSED = "refused"


class Note(StrEnum):
    """What is worth knowing beside that."""

    INCOMPLETE = "incomplete"
    AGAINST_PURPOSE = "against_purpose"


def _logins(facts: Facts, _now: datetime) -> Iterator[Listed]:
    for each in of_type(facts, gateway.TechnicianLoggedIn):
        login = gateway.login_of(facts, each.fact.login)
        assert login is not None
        out = login.until is not None
        ids = tuple(filter(None, (login.technician,)))
        yield Listed(login.id, LoginState.OUT if out else LoginState.IN, login.since, each.position, out, ids=ids)
    for failed in of_type(facts, gateway.TechnicianLoginFailed):
        ids = tuple(filter(None, (failed.fact.technician,)))
        at = failed.fact.failed_at
        yield Listed(
            failed.fact.login, LoginState.FAILED, at, failed.position, over=True, notes=(failed.fact.why,), ids=ids
        )


def _recordings(facts: Facts, _now: datetime) -> Iterator[Listed]:
    firsts: dict[tuple[str, str], Recorded[Fact]] = {}
    for each in of_type(facts, *_OF_RECORDINGS):
        fact = each.fact
        assert isinstance(fact, _OF_RECORDINGS)
        if fact.recording is not None:  # nothing at all was recorded of some session
            firsts.setdefault((fact.session, fact.recording), each)
    incomplete = {each.fact.recording for each in of_type(facts, RecordingMissing)}
    for session in dict.fromkeys(session for session, _ in firsts):
        for id_, recording in recordings_of(facts, session).items():
            first, over = firsts[session, id_], recording.finalized is not None
            state = RecordingState.FINALIZED if over else RecordingState.RUNNING
            if not over and any(stop.until is None for stop in recording.interruptions):
                state = RecordingState.INTERRUPTED
            began = recording.started_at or happened_at(first)
            notes = (Note.INCOMPLETE,) if id_ in incomplete else ()
            yield Listed(id_, state, began, first.position, over, notes, (session,))


def _items(facts: Facts, _now: datetime) -> Iterator[Listed]:
    for each in of_type(facts, DataAcquired, DataAcquisitionRejected):
        fact = each.fact
        assert isinstance(fact, DataAcquired | DataAcquisitionRejected)
        state = DataState.ACQUIRED if isinstance(fact, DataAcquired) else DataState.REFUSED
        ids = tuple(filter(None, (fact.work_order, fact.session, fact.technician)))
        notes = (fact.item_class, fact.purpose)
        yield Listed(fact.item, state, happened_at(each), each.position, over=True, notes=notes, ids=ids)


def _uses(facts: Facts, _now: datetime) -> Iterator[Listed]:
    wrong = {each.fact.use for each in of_type(facts, PurposeViolationDetected)}
    for each in of_type(facts, DataUseRecorded, DataUseDenied):
        fact = each.fact
        assert isinstance(fact, DataUseRecorded | DataUseDenied)
        state = DataState.USED if isinstance(fact, DataUseRecorded) else DataState.REFUSED
        notes = (fact.data_kind, fact.purpose, *((Note.AGAINST_PURPOSE,) if fact.use in wrong else ()))
        about = tuple(each.partition(":")[2] for each in fact.subjects)
        ids = tuple(filter(None, (fact.person, fact.dataset, *about)))
        yield Listed(fact.use, state, happened_at(each), each.position, over=True, notes=notes, ids=ids)


_OF_RECORDINGS = (
    SessionRecordingStarted,
    RecordingInterrupted,
    RecordingResumed,
    RecordingMissing,
    SessionRecordingFinalized,
)
LOGIN = View(
    "login",
    _logins,
    told=(gateway.TechnicianLoggedIn, gateway.TechnicianLoginFailed, gateway.TechnicianLoggedOut),
    begins=(gateway.TechnicianLoggedIn, gateway.TechnicianLoginFailed),
)
RECORDING = View("recording", _recordings, told=_OF_RECORDINGS, begins=_OF_RECORDINGS)
ITEM = View(
    "item",
    _items,
    told=(DataAcquired, DataAcquisitionRejected),
    begins=(DataAcquired, DataAcquisitionRejected),
)
USE = View(
    "use",
    _uses,
    told=(DataUseRecorded, DataUseDenied, PurposeViolationDetected),
    begins=(DataUseRecorded, DataUseDenied),
)
