"""What work waits for that the customer has to give: when it was asked for, reminded of, due, or denied (6-2, A-20).

Guarantees: nothing is said to lack that is there, that nobody asked for, or for which the customer still has time
(R-27). The time for an answer is what it is about a permission (``prompt_answer``), also for information: what the
request for it names may be later, and takes nothing away when it is earlier or past. No such time is over because a
request is told late, and no reminder counts that is told when it is over.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain import permission_facts as permissions_
from ledger.domain.boundary import tag
from ledger.domain.consent import consent_in_force
from ledger.domain.consent_facts import ConsentRefused, ConsentWithdrawn, TermsPresented
from ledger.domain.credential_facts import CredentialProvided, CredentialRejected, CredentialRequested
from ledger.domain.decision import Refusal
from ledger.domain.instants import spelled
from ledger.domain.permission_facts import AccessPermissionDenied, AccessPermissionLapsed
from ledger.domain.prompt_answer import prompt_until
from ledger.domain.recorded import Facts, Recorded, happened_at, last, of_type, positions, tagged
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.values import replace
from ledger.domain.work import WorkOrder
from ledger.domain.work_facts import CustomerReminded, Obstacle


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is lacking: since when it is asked for, and what came of it; ``cites`` is what tells so."""

    cites: tuple[int, ...]
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    deadline: datetime | None = None
    denied_at: datetime | None = None


def lacking(
    obstacle: Obstacle,
    order: WorkOrder,
    facts: Facts,
    now: datetime,
    planned_start: datetime | None,
    defaults: Defaults,
) -> Lacking:
    """Give what is lacking; raise Refusal where it is not, or not yet."""
    match obstacle:
        case Obstacle.PERMISSION:
            found = _permission(order, facts)
        case Obstacle.INFORMATION:
            found = _information(order, facts, planned_start, defaults)
        case Obstacle.CONSENT:
            found = _consent(order, facts, now, planned_start, defaults)
        case Obstacle.PREREQUISITE:
            return Lacking(())
    check_due(found, now)
    return _with_reminder(found, obstacle, order, facts)


@rule("R-27")
def check_due(found: Lacking, now: datetime) -> None:
    """Refuse to call blocked what the customer still has time to answer."""
    if found.denied_at is None and found.deadline is not None and now < found.deadline:
        raise Refusal("R-27", "answer_has_time", found.cites, deadline=spelled(found.deadline))


@rule("R-27")
def check_lacks(there: tuple[int, ...]) -> None:
    """Refuse to call lacking what these entries give."""
    if there:
        raise Refusal("R-27", "nothing_lacks", there)


@rule("R-27")
def check_asked(asked: tuple[int, ...]) -> None:
    """Refuse to call lacking what nobody asked for."""
    if not asked:
        raise Refusal("R-27", "nothing_asked")


def _permission(order: WorkOrder, facts: Facts) -> Lacking:
    found = [each for each in permissions_.fold(facts).values() if each.work_order == order.id]
    granted = [each for each in found if each.status is permissions_.Status.GRANTED]
    check_lacks(tuple(place for each in granted for place in each.positions))
    asked = [each for each in found if each.status not in {permissions_.Status.GRANTED, permissions_.Status.EXPIRED}]
    check_asked(tuple(place for each in asked for place in each.positions))
    if not asked:
        return Lacking(())
    newest = asked[-1]
    if newest.status is permissions_.Status.REQUESTED:
        raise Refusal("R-27", "answer_is_awaited", newest.positions)
    told = tagged(facts, tag("permission", newest.id))
    lapsed, denied = last(told, AccessPermissionLapsed), last(told, AccessPermissionDenied)
    return Lacking(
        newest.positions,
        asked_at=newest.requested_at,
        deadline=None if lapsed is None else lapsed.fact.deadline,
        denied_at=newest.revoked_at if denied is None else denied.fact.received_at,
    )


def _information(order: WorkOrder, facts: Facts, planned_start: datetime | None, defaults: Defaults) -> Lacking:
    given = {each.fact.credential: each.position for each in of_type(facts, CredentialProvided)}
    closed = given | {each.fact.credential: each.position for each in of_type(facts, CredentialRejected)}
    requested = [each for each in of_type(facts, CredentialRequested) if each.fact.work_order == order.id]
    open_ = [each for each in requested if each.fact.credential not in closed]
    if requested and not open_:
        check_lacks(tuple(closed[each.fact.credential] for each in requested))
    check_asked(positions(*open_))
    if not open_:
        return Lacking(())
    newest = open_[-1]
    deadline = information_due(newest, planned_start, defaults)
    return Lacking((newest.position,), asked_at=newest.at, deadline=deadline)


@rule("R-27", off=None)
def information_due(
    asked: Recorded[CredentialRequested], planned_start: datetime | None, defaults: Defaults
) -> datetime | None:
    """Give the first instant at which information does not come promptly any more; the vendor only lengthens it."""
    return max(asked.fact.needed_by, prompt_until(asked.at, planned_start, defaults))


def _consent(
    order: WorkOrder, facts: Facts, now: datetime, planned_start: datetime | None, defaults: Defaults
) -> Lacking:
    in_force = consent_in_force(facts, now, order.id)
    check_lacks(() if in_force is None else in_force.cites)
    presented = last(facts, TermsPresented)
    check_asked(positions(presented))
    if presented is None:
        return Lacking(())
    asked_at = presented.fact.presented_at
    denied = last(facts, ConsentRefused, ConsentWithdrawn)
    if denied is not None and denied.position > presented.position:
        return Lacking(positions(presented, denied), asked_at=asked_at, denied_at=happened_at(denied))
    deadline = prompt_until(max(asked_at, presented.at), planned_start, defaults)
    return Lacking((presented.position,), asked_at=asked_at, deadline=deadline)


def _with_reminder(found: Lacking, obstacle: Obstacle, order: WorkOrder, facts: Facts) -> Lacking:
    """Add the last reminder that came after the request, and left time to answer."""
    reminders = [
        each
        for each in of_type(facts, CustomerReminded)
        if each.fact.work_order == order.id
        and each.fact.of is obstacle
        and found.asked_at is not None
        and each.fact.sent_at >= found.asked_at
        and (found.deadline is None or max(each.fact.sent_at, each.at) < found.deadline)
    ]
    if not reminders:
        return found
    cites = (*found.cites, reminders[-1].position)
    return replace(found, reminded_at=reminders[-1].fact.sent_at, cites=tuple(sorted(cites)))
