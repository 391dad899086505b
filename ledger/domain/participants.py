"""Who else is in a session: a second technician, somebody of the customer, an observer (4-2).

Guarantees: a technician joins only the sessions of an order that he is assigned to (R-04). Who joined unasked, as a
recording shows, is recorded with a violation where that was wrong. Leaving is told and never refused; of somebody who
was not inside, as it is told so far, it is recorded with a finding.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.happened import violations
from ledger.domain.instants import check_happened
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type
from ledger.domain.rules import rule
from ledger.domain.session import running
from ledger.domain.session_due import of_session, session_due
from ledger.domain.session_ending import known_session
from ledger.domain.session_facts import ParticipantJoined, ParticipantLeft, Participation, Session
from ledger.domain.session_lasting import check_not_over, subjects_of
from ledger.domain.settings import Defaults
from ledger.domain.work import WorkOrder, known, of_order, order_at


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinSession:
    """Somebody asks to take part or to look on; or did so unasked at ``joined_at``."""

    customer: str
    session: str
    work_order: str
    participant: str
    participation: Participation
    joined_at: datetime | None = None


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
    """Let in, or refuse; who joined already is recorded, with what was wrong about it."""
    session = running(facts, command.session) if command.joined_at is None else known_session(facts, command.session)
    if session.started.fact.work_order != command.work_order:
        raise Refusal("R-04", "session_of_another_order", session.positions)
    joined_at = now if command.joined_at is None else command.joined_at
    check_happened("R-04", joined_at, now, after=session.started.fact.started_at, cites=session.positions)
    if isinstance(_newest(facts, session, command.participant, joined_at), ParticipantJoined):
        return decided(cites=session.positions)
    wrong = []
    if command.joined_at is None:
        _check_may_join(command, known(facts, command.work_order, "R-04"))
    else:
        order = order_at(facts, command.work_order, joined_at) or known(facts, command.work_order, "R-04")
        wrong = violations(
            subjects_of(session.started.fact),
            lambda: _check_may_join(command, order),
            lambda: check_not_over(session.over_at, joined_at, session.positions),
        )
    joined = ParticipantJoined(
        session=command.session,
        participant=command.participant,
        participation=command.participation,
        joined_at=joined_at,
    )
    return decided(joined, *wrong, cites=session.positions)


def _check_may_join(command: JoinSession, order: WorkOrder) -> None:
    if command.participation is Participation.TECHNICIAN:
        check_assigned(order, command.participant)


def _newest(facts: Facts, session: Session, participant: str, moment: datetime) -> Fact | None:
    """Give what somebody did last until then, joining or leaving, whenever it was told."""
    told: list[Recorded[ParticipantJoined] | Recorded[ParticipantLeft]] = [*of_type(facts, ParticipantJoined)]
    told += of_type(facts, ParticipantLeft)
    mine = [
        each
        for each in told
        if (each.fact.session, each.fact.participant) == (session.started.fact.session, participant)
        if happened_at(each) <= moment
    ]
    return max(mine, key=lambda each: (happened_at(each), each.position)).fact if mine else None


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
    """Record that a participant left; told again, it changes nothing."""
    session = known_session(facts, command.session)
    check_happened("R-18", command.left_at, now, after=session.started.fact.started_at, cites=session.positions)
    left = ParticipantLeft(session=command.session, participant=command.participant, left_at=command.left_at)
    before = _newest(facts, session, command.participant, command.left_at)
    if isinstance(before, ParticipantLeft) and before.left_at == command.left_at:
        return decided(cites=session.positions)
    found = not_inside(session, before)
    return decided(left, *([] if found is None else [found]), cites=session.positions)


@rule("R-18")
def not_inside(session: Session, before: Fact | None) -> FindingRecorded | None:
    """Find that somebody left a session who, as is told so far, was not in it."""
    if isinstance(before, ParticipantJoined):
        return None
    return FindingRecorded(
        rule="R-18",
        sentence="left_without_joining",
        values={},
        subjects=subjects_of(session.started.fact),
        cites=session.positions,
    )
