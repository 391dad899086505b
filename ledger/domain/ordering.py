"""A work order before its work: requested, taken on or not, called off, and given to technicians (3, 5①).

Guarantees: an order names exactly one basis, the one that holds, and the contact of the customer who asked; only work
that a contract states as periodic needs nobody to ask for it (R-06). Who is assigned is a registered technician (R-10),
and is assigned and released by somebody else, who answers for the order or for access to customers' systems (R-35).
What was called off before it began is cancelled as of then, whatever has been done since; of several words that call it
off the earliest counts, whichever is told first.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain import people as people_
from ledger.domain.basis import Basis, basis_at, check_basis
from ledger.domain.boundary import PEOPLE_TAG, Boundary, tag
from ledger.domain.consent_rules import agreement_timers, of_agreement
from ledger.domain.contacts import Contact, ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.contract import Remote, live
from ledger.domain.contract import fold as fold_contracts
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.duties import on_duty
from ledger.domain.instants import check_happened
from ledger.domain.judged_again import judged_again
from ledger.domain.people import Role
from ledger.domain.permission_facts import AccessPermissionGranted
from ledger.domain.recorded import Facts, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import SessionStarted
from ledger.domain.session_rules import check_granted_by_another
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import RUNNING, Status, WorkOrder, known, known_open, of_order, order_of
from ledger.domain.work_facts import (
    Side,
    TechnicianAssigned,
    TechnicianReleased,
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderDeclined,
    WorkOrderRequested,
    WorkStarted,
)
from ledger.domain.work_timers import work_due


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestWork:
    """Work is wished for."""

    customer: str
    work_order: str
    basis: Basis
    title: str
    purpose: str
    targets: tuple[str, ...]
    requested_at: datetime
    requested_by: str | None = None
    wished_for: datetime | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptWork:
    """The vendor takes it on."""

    customer: str
    work_order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineWork:
    """The vendor does not."""

    customer: str
    work_order: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelWork:
    """One side calls off work that was not begun, or did so at ``cancelled_at``; the customer through a contact."""

    customer: str
    work_order: str
    by: Side
    reason: str
    contact: str | None = None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTechnician:
    """Give the work to a technician; there may be several. ``person`` is who gives it."""

    customer: str
    work_order: str
    technician: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTechnician:
    """Take the work from a technician; ``person`` is who takes it."""

    customer: str
    work_order: str
    technician: str
    person: str


_ASSIGNERS = (Role.SALES, Role.SECURITY)


def _alone(command: AcceptWork | DeclineWork) -> Boundary:
    return of_order(command.work_order)


@decides(
    RequestWork,
    boundary=lambda command: (
        of_order(command.work_order) | of_agreement(command.customer) | contacts_of(command.customer)
    ),
    timers=lambda command: agreement_timers(command.customer),
)
def request_work(command: RequestWork, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record the wish, if its basis holds."""
    requested, cites = requesting(command, facts, now)
    return decided(requested, cites=cites)


def requesting(
    command: RequestWork, facts: Facts, now: datetime, follows: str | None = None
) -> tuple[WorkOrderRequested, tuple[int, ...]]:
    """Give the wish as a fact, and what it rests on, now or when it was expressed; raise Refusal."""
    taken = order_of(facts, command.work_order)
    if taken is not None:
        raise Refusal("R-06", "work_order_known", [taken.requested])
    check_targets(command.targets)
    check_happened("R-06", command.requested_at, now)
    contact = None
    if command.requested_by is not None:
        contact = entitled(
            fold_contacts(facts), command.requested_by, ContactRole.WORK_CONTACT, "R-06", command.requested_at
        )
    asked = None if contact is None else contact.position
    moment = command.requested_at if basis_at(facts, now)[0] is not command.basis else now
    cites = check_basis(command.basis, facts, moment, request=asked, work_order=command.work_order)
    check_requester(command.basis, contact, facts, moment)
    requested = WorkOrderRequested(
        work_order=command.work_order,
        basis=command.basis,
        urgent=command.urgent,
        title=command.title,
        purpose=command.purpose,
        targets=command.targets,
        requested_by=command.requested_by,
        requested_at=command.requested_at,
        wished_for=command.wished_for,
        follows=follows,
    )
    return requested, tuple(sorted({*cites, *(() if asked is None else (asked,))}))


@rule("R-04")
def check_targets(targets: tuple[str, ...]) -> None:
    """Refuse an order that names no target: everything would be beyond it."""
    if not targets or not all(each.strip() for each in targets):
        raise Refusal("R-04", "work_order_without_targets")


@rule("R-06")
def check_requester(basis: Basis, contact: Contact | None, facts: Facts, now: datetime) -> None:
    """Refuse work that nobody at the customer's asked for, unless a live contract states it as periodic."""
    if contact is not None:
        return
    stated = [each for _, each in live(fold_contracts(facts), now)]
    if basis is not Basis.CONTRACT or all(each.remote is not Remote.PERIODIC for each in stated):
        raise Refusal("R-06", "work_needs_requester", [each.position for each in stated])


@decides(AcceptWork, boundary=_alone, timers=lambda command: (work_due(command.work_order, command.customer),))
def accept_work(command: AcceptWork, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Take it on, once."""
    order = _new(facts, command.work_order)
    return decided(WorkOrderAccepted(work_order=order.id), cites=[order.requested])


@decides(DeclineWork, boundary=_alone, timers=lambda command: (work_due(command.work_order, command.customer),))
def decline_work(command: DeclineWork, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Decline what was not taken on; later it is cancelled."""
    order = _new(facts, command.work_order)
    return decided(WorkOrderDeclined(work_order=order.id, reason=command.reason), cites=[order.requested])


@decides(
    CancelWork,
    boundary=lambda command: of_order(command.work_order, SessionStarted) | contacts_of(command.customer),
    timers=lambda command: (work_due(command.work_order, command.customer),),
)
def cancel_work(command: CancelWork, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Call off what had not begun by then; what was done although it was called off is a violation each."""
    order = known(facts, command.work_order)
    cancelled_at = now if command.cancelled_at is None else command.cancelled_at
    _check_not_begun(order, cancelled_at)
    check_happened("R-06", cancelled_at, now, after=order.requested_at, cites=[order.requested])
    cites = [order.changed, *word_of(facts, command.by, command.contact, "R-06", command.cancelled_at)]
    cancelled = WorkOrderCancelled(
        work_order=order.id,
        by=command.by,
        contact=command.contact,
        reason=command.reason,
        cancelled_at=command.cancelled_at,
    )
    done = begun_all_the_same(order, facts, cancelled_at)
    return decided(cancelled, *done, *judged_again(facts, order, cancelled, now), cites=cites)


def _check_not_begun(order: WorkOrder, cancelled_at: datetime) -> None:
    """Refuse to call off what was over or had begun by then: what has begun is aborted."""
    if order.ended is not None and order.ended_at is not None and order.ended_at <= cancelled_at:
        raise Refusal("R-06", "work_order_over", [order.ended], status=order.status)
    had_begun = order.started_at is not None and order.started_at <= cancelled_at
    if had_begun and order.status in RUNNING | {Status.COMPLETED, Status.ABORTED}:
        raise Refusal("R-06", "work_begun", [order.changed])


@rule("R-06", off=[])
def begun_all_the_same(order: WorkOrder, facts: Facts, cancelled_at: datetime) -> list[ViolationRecorded]:
    """Give the violation of each start under an order that had been called off by then, as was not known before."""
    called_off = order.ended_at if order.status in {Status.CANCELLED, Status.DECLINED} else None
    return [
        ViolationRecorded(
            rule="R-06",
            sentence="work_after_end",
            values={"status": Status.CANCELLED.value},
            subjects=(tag("work_order", order.id),),
            cites=(each.position,),
        )
        for each in of_type(facts, WorkStarted)
        if each.fact.work_order == order.id and each.fact.started_at >= cancelled_at
        if called_off is None or each.fact.started_at < called_off
    ]


def word_of(
    facts: Facts, by: Side, contact: str | None, rule_id: str, said_at: datetime | None = None
) -> tuple[int, ...]:
    """Give who speaks for the customer, or spoke then, as a position; raise Refusal where nobody entitled does."""
    if by is Side.VENDOR:
        return ()
    if contact is None:
        raise Refusal(rule_id, "contact_missing")
    return (entitled(fold_contacts(facts), contact, ContactRole.WORK_CONTACT, rule_id, said_at).position,)


@decides(
    AssignTechnician,
    boundary=lambda command: of_order(command.work_order, AccessPermissionGranted) | Boundary.of(PEOPLE_TAG),
    timers=lambda command: (work_due(command.work_order, command.customer),),
)
def assign_technician(command: AssignTechnician, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Assign; who is assigned already stays so."""
    order = known_open(facts, command.work_order, "R-10")
    people = people_.fold(facts)
    assigner = on_duty(people, command.person, _ASSIGNERS)
    already = order.assigned(command.technician)
    if already is not None:
        return decided(cites=[already])
    check_technician(people, command.technician)
    check_by_another(assigner, command.technician)
    check_granted_by_another(facts, command.technician)
    technician = people.get(command.technician)
    assigned = TechnicianAssigned(work_order=order.id, technician=command.technician)
    registered = [] if technician is None else [technician.position]
    return decided(assigned, cites=[order.changed, *registered, assigner.position])


@rule("R-35")
def check_by_another(assigner: people_.Person, technician: str) -> None:
    """Refuse whoever gives work to himself, or takes it from himself."""
    if assigner.id == technician:
        raise Refusal("R-35", "assigned_by_oneself", [assigner.position])


@rule("R-10")
def check_technician(people: people_.People, technician: str) -> None:
    """Refuse somebody who is no active technician."""
    person = people.get(technician)
    if person is None or not person.active or people_.Role.TECHNICIAN not in person.roles:
        raise Refusal("R-10", "not_a_technician", [] if person is None else [person.position])


@decides(
    ReleaseTechnician,
    boundary=lambda command: of_order(command.work_order) | Boundary.of(PEOPLE_TAG),
    timers=lambda command: (work_due(command.work_order, command.customer),),
)
def release_technician(command: ReleaseTechnician, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Release who is assigned."""
    order = known_open(facts, command.work_order, "R-10")
    releaser = on_duty(people_.fold(facts), command.person, _ASSIGNERS)
    check_by_another(releaser, command.technician)
    assigned = order.assigned(command.technician)
    if assigned is None:
        raise Refusal("R-10", "not_assigned", [order.changed])
    released = TechnicianReleased(work_order=order.id, technician=command.technician)
    return decided(released, cites=[assigned, releaser.position])


def _new(facts: Facts, work_order: str) -> WorkOrder:
    order = known_open(facts, work_order)
    if order.status is not Status.REQUESTED:
        raise Refusal("R-06", "work_order_not_new", [order.changed], status=order.status)
    return order
