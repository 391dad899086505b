"""Keeping a work order's trail: its term begins with the end of the order, can be bought longer, and expires once.

Guarantees: the term begins when the order and all its sessions are over, and again where a session turns out to have
ended later; its expiry is written once for each end, and not while a request that arrived in time is open. What was
agreed on before the end counts however late it is told. A session's evidence is sealed once, and only when the session
is over.
"""

from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.contacts import ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.instants import check_happened, spelled
from ledger.domain.lives import SESSION_TYPES, life_of_order, life_of_session, of_life
from ledger.domain.recorded import Facts, last, of_type
from ledger.domain.request import REQUEST_TIMER
from ledger.domain.request import fold as fold_requests
from ledger.domain.request_facts import (
    EvidenceReceiptAcknowledged,
    EvidenceRequestClosed,
    EvidenceRequestReceived,
    EvidenceRequestRejected,
    EvidenceRequestWithdrawn,
)
from ledger.domain.retention import kept_until
from ledger.domain.retention_facts import (
    DestructionOrdered,
    EvidenceSealed,
    RetentionExpired,
    RetentionExtended,
    RetentionStarted,
)
from ledger.domain.rules import rule
from ledger.domain.session_due import SESSION_TIMER
from ledger.domain.session_facts import session_of
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import known, of_order
from ledger.domain.work_timers import WORK_TIMER

REQUEST_ENDS = (
    EvidenceRequestReceived,
    EvidenceRequestRejected,
    EvidenceRequestWithdrawn,
    EvidenceReceiptAcknowledged,
    EvidenceRequestClosed,
)
"""What tells whether a request is open; all of them are tagged with the work orders it names."""
_MINE = (
    *SESSION_TYPES,
    *REQUEST_ENDS,
    RetentionStarted,
    RetentionExtended,
    RetentionExpired,
    DestructionOrdered,
)


def of_keeping(work_order: str) -> Boundary:
    """Give the boundary of an order's term: its story, its sessions, the requests that name it."""
    return of_order(work_order, *_MINE)


def _compute(work_order: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    life = life_of_order(facts, work_order)
    if life is None or life.ended_at is None or life.ended_at > now:
        return []
    until = kept_until(life, defaults)
    assert until is not None, "what has ended has a term"
    begun = last(facts, RetentionStarted)
    if begun is None or begun.fact.ended_at != life.ended_at:
        started = RetentionStarted(
            work_order=work_order, ended_at=life.ended_at, keep_until=until, cites=life.positions
        )
        return [started]
    expired = last(facts, RetentionExpired)
    if until > now or (expired is not None and expired.fact.expired_at >= until):
        return []
    requests = [
        each for each in fold_requests(facts).values() if work_order in each.work_orders and each.received_at < until
    ]
    if any(each.open for each in requests):
        return []
    expired_at = max([until, *(each.over_at for each in requests if each.over_at is not None)])
    cites = {*life.positions, begun.position, *(place for each in requests for place in each.positions)}
    return [RetentionExpired(work_order=work_order, expired_at=expired_at, cites=tuple(sorted(cites)))]


RETENTION_TIMER = timer(
    Timer(
        "retention",
        "work_order",
        lambda work_order, _chain: of_keeping(work_order),
        _compute,
        rests_on=(SESSION_TIMER, WORK_TIMER, REQUEST_TIMER),
    )
)


def retention_due(work_order: str, customer: str) -> Due:
    """Give the timer of a work order's term."""
    return RETENTION_TIMER.at(work_order, customer)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendRetention:
    """The customer has a work order's trail kept until ``keep_until``, by a written agreement, of now or before."""

    customer: str
    work_order: str
    contact: str
    keep_until: datetime
    document_sha256: str
    agreed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealEvidence:
    """The evidence of a session is complete."""

    customer: str
    session: str
    entries: int
    manifest_sha256: str


@rule("R-15")
def check_extension(facts: Facts, command: ExtendRetention, now: datetime, defaults: Defaults) -> None:
    """Refuse an agreement that does not keep the trail longer than it is kept anyway, or came after its end."""
    expired = last(facts, RetentionExpired)
    if expired is not None and expired.fact.expired_at <= (command.agreed_at or now):
        raise Refusal("R-15", "term_is_over", [expired.position], at=expired.fact.expired_at.isoformat())
    life = life_of_order(facts, command.work_order)
    until = None if life is None else kept_until(life, defaults)
    least = now if until is None else until
    if command.keep_until <= least:
        raise Refusal("R-15", "term_not_longer", () if life is None else life.positions, at=least.isoformat())


@rule("R-14")
def check_session_over(facts: Facts, session: str) -> None:
    """Refuse to seal the evidence of a session that goes on, or is not there."""
    life = life_of_session(facts, session)
    if life is None or life.ended_at is None:
        raise Refusal("R-14", "session_not_over", () if life is None else life.positions)


@decides(
    ExtendRetention,
    boundary=lambda command: of_keeping(command.work_order) | contacts_of(command.customer),
    timers=lambda command: (retention_due(command.work_order, command.customer),),
)
def extend_retention(command: ExtendRetention, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Keep longer than the term, by somebody who signs for the customer."""
    order = known(facts, command.work_order, "R-15")
    contact = entitled(fold_contacts(facts), command.contact, ContactRole.CONSENT_SIGNATORY, "R-15", command.agreed_at)
    check_happened("R-15", command.agreed_at or now, now, after=order.requested_at, cites=[order.requested])
    check_extension(facts, command, now, defaults)
    extended = RetentionExtended(
        work_order=order.id,
        contact=contact.id,
        keep_until=command.keep_until,
        document_sha256=command.document_sha256,
        agreed_at=command.agreed_at,
    )
    gone = ordered_meanwhile(facts, order.id, command.agreed_at or now)
    return decided(extended, *gone, cites=(order.requested, contact.position))


@rule("R-16", off=[])
def ordered_meanwhile(facts: Facts, work_order: str, agreed_at: datetime) -> list[ViolationRecorded]:
    """Give the violation of each destruction that was ordered although it was agreed on to keep the trail."""
    return [
        ViolationRecorded(
            rule="R-16",
            sentence="destroyed_although_extended",
            values={"key": each.fact.key, "at": spelled(each.at), "agreed_at": spelled(agreed_at)},
            subjects=(tag("work_order", work_order),),
            cites=(each.position,),
        )
        for each in of_type(facts, DestructionOrdered)
        if work_order in each.fact.work_orders
    ]


def _of_sealing(command: SealEvidence) -> Boundary:
    session = tag("session", command.session)
    return of_life(session) | Boundary((Item((session,), (EvidenceSealed.KIND.type,)),))


@decides(SealEvidence, boundary=_of_sealing)
def seal_evidence(command: SealEvidence, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Seal once; the same seal again changes nothing, and another is refused."""
    check_session_over(facts, command.session)
    sealed = last(facts, EvidenceSealed)
    if sealed is not None:
        if (sealed.fact.manifest_sha256, sealed.fact.entries) == (command.manifest_sha256, command.entries):
            return decided(cites=[sealed.position])
        raise Refusal("R-20", "evidence_sealed_already", [sealed.position])
    session = session_of(facts, command.session)
    made = EvidenceSealed(
        session=command.session,
        work_order=None if session is None else session.started.fact.work_order,
        entries=command.entries,
        manifest_sha256=command.manifest_sha256,
    )
    return decided(made, cites=() if session is None else session.positions)
