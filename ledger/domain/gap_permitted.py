"""The customer's emergency permission to go on without a recording (R-19), also where it is told later.

Guarantees: a permission counts from when it was given, whatever is told first. One that was given before its session
was cut for want of a recording opens nothing when it is told after that: the session stays cut, and a finding beside
the violation says that it had been permitted. Of several the first that was given counts.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import tag
from ledger.domain.contacts import ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import check_happened, spelled
from ledger.domain.recorded import Facts
from ledger.domain.recorded_in_time import want_of_a_recording
from ledger.domain.recording_facts import RecordingGapPermitted
from ledger.domain.rules import rule
from ledger.domain.session_due import of_session, permitted_by, session_due
from ledger.domain.session_ending import known_session
from ledger.domain.session_facts import UNRECORDED, Session
from ledger.domain.session_lasting import end_is_told
from ledger.domain.settings import Defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitRecordingGap:
    """The customer lets urgent work go on without a recording; ``permitted_at``: where that was before now."""

    customer: str
    session: str
    contact: str
    words: str
    permitted_at: datetime | None = None


@decides(
    PermitRecordingGap,
    boundary=lambda command: of_session(command.session, command.customer) | contacts_of(command.customer),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def permit_recording_gap(command: PermitRecordingGap, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the permission; one that is given now is for a session that runs."""
    session = known_session(facts, command.session)
    permitted_at = command.permitted_at or now
    check_happened("R-19", permitted_at, now)
    before = permitted_by(facts, permitted_at)
    if before is not None:
        return decided(cites=[before.position])
    if _over(session, command.permitted_at):
        raise Refusal("R-04", "session_over", session.positions)
    contacts = fold_contacts(facts)
    contact = entitled(contacts, command.contact, ContactRole.WORK_CONTACT, "R-19", command.permitted_at)
    made = RecordingGapPermitted(
        session=command.session, contact=contact.id, words=command.words, permitted_at=permitted_at
    )
    found = permitted_in_time(session, facts, permitted_at, defaults)
    return decided(made, *found, cites=[session.started.position, contact.position])


def _over(session: Session, permitted_at: datetime | None) -> bool:
    """Tell whether the session was over when the permission was given, as far as somebody told of its real end."""
    if permitted_at is None:
        return not session.running
    return session.ended is not None and end_is_told(session) and permitted_at >= session.ended.fact.ended_at


@rule("R-19", off=())
def permitted_in_time(
    session: Session, facts: Facts, permitted_at: datetime, defaults: Defaults
) -> tuple[FindingRecorded, ...]:
    """Find that a session which was cut, or has a violation, for want of a recording had the permission by then."""
    cut = session.terminated if session.terminated and session.terminated.fact.reason in UNRECORDED else None
    mine = tag("session", session.started.fact.session)
    said = [each.position for each in want_of_a_recording(facts, session.started.fact.session)]
    by = session.started.fact.started_at + defaults.recording_start if cut is None else cut.fact.terminated_at
    if not said or permitted_at > by:
        return ()
    return (
        FindingRecorded(
            rule="R-19",
            sentence="gap_was_permitted",
            values={"at": spelled(permitted_at)},
            subjects=(mine,),
            cites=tuple(sorted({*said, *(() if cut is None else (cut.position,))})),
        ),
    )
