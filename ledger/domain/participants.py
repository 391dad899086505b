"""Who else is in a session: a second technician, somebody of the customer, an observer (4-2).

Guarantees: a technician joins only the sessions of an order that he is assigned to (R-04). Leaving is told, and never
refused to who is inside.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.instants import check_happened
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.session import running
from ledger.domain.session_due import of_session, session_due
from ledger.domain.session_ending import known_session
from ledger.domain.session_facts import ParticipantJoined, ParticipantLeft, Participation
from ledger.domain.settings import Defaults
from ledger.domain.work import WorkOrder, known, of_order


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinSession:
    """Somebody asks to take part or to look on."""

    customer: str
    session: str
    work_order: str
    participant: str
    participation: Participation


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveSession:
    """Somebody left."""

    customer: str
    session: str
    participant: str
    left_at: datetime


@decides(
    JoinSession,
    boundary=lambda command: of_session(command.session, command.customer) | of_order(command.work_order),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def join_session(command: JoinSession, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Let in, or refuse."""
    session = running(facts, command.session)
    if session.started.fact.work_order != command.work_order:
        raise Refusal("R-04", "session_of_another_order", session.positions)
    if command.participant in session.participants:
        return decided(cites=session.positions)
    if command.participation is Participation.TECHNICIAN:
        check_assigned(known(facts, command.work_order, "R-04"), command.participant)
    joined = ParticipantJoined(
        session=command.session,
        participant=command.participant,
        participation=command.participation,
        joined_at=now,
    )
    return decided(joined, cites=session.positions)


@rule("R-04")
def check_assigned(order: WorkOrder, technician: str) -> None:
    """Refuse a technician who is not assigned to the order."""
    if order.assigned(technician) is None:
        raise Refusal("R-04", "technician_not_assigned", [order.requested])


@decides(
    LeaveSession,
    boundary=lambda command: of_session(command.session, command.customer),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def leave_session(command: LeaveSession, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record that a participant left; who is not inside, or no more, changes nothing."""
    session = known_session(facts, command.session)
    if command.participant not in session.participants:
        return decided(cites=session.positions)
    check_happened("R-18", command.left_at, now, after=session.started.fact.started_at, cites=session.positions)
    left = ParticipantLeft(session=command.session, participant=command.participant, left_at=command.left_at)
    return decided(left, cites=session.positions)
