"""Presenting the terms to a customer, and what happens on the way: delivery, bounces, questions (preamble, A-02, 6-5).

Guarantees: what is presented is a published version, byte for byte (R-32), and not one that was replaced; a bounce
stops the clock of silence until a later delivery, an open question until its answer, and where either came in time but
was recorded late, it annuls what was deemed. A delivery or an answer that is told late may make silence a consent in
retrospect: what began on nothing meanwhile is judged again by it, and by what takes it back.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from ledger.domain.boundary import Boundary
from ledger.domain.consent import Agreement, Consent, Status, Stop, fold
from ledger.domain.consent_facts import (
    Annulment,
    ConsentDeemingAnnulled,
    ConsentDeemingResumed,
    ConsentDeemingSuspended,
    PresentationCause,
    Proof,
    Suspension,
    TermsDelivered,
    TermsDeliveryFailed,
    TermsPresented,
)
from ledger.domain.consent_rules import agreement_timers, arrived_in_time, check_arrival, of_agreement
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact
from ledger.domain.grounds_told import judged_by_agreement, of_ungrounded
from ledger.domain.instants import check_happened
from ledger.domain.recorded import Facts
from ledger.domain.relying import never_agreed, of_reliance
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.terms import Version, check_text, in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentTerms:
    """A version goes to the customer, or went at ``presented_at``; ``text`` is what was sent, if it is text."""

    customer: str
    consent: str
    terms: str
    cause: PresentationCause
    channel: str
    recipient: str | None = None
    text: str | None = None
    presented_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDelivery:
    """Tell that the terms arrived, and what shows it; ends a stop by a bounce."""

    customer: str
    consent: str
    delivered_at: datetime
    proof: Proof
    reference: str
    evidence_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBounce:
    """Tell that the terms came back; ``suspension`` names the stop of the clock."""

    customer: str
    consent: str
    suspension: str
    failed_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuestion:
    """Tell that the customer asked something; the clock stands until it is answered."""

    customer: str
    consent: str
    suspension: str
    asked_at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """Tell that a question was answered."""

    customer: str
    consent: str
    suspension: str
    answered_at: datetime
    words: str


@decides(
    PresentTerms,
    boundary=lambda command: of_agreement(command.customer) | contacts_of(command.customer),
    timers=lambda command: agreement_timers(command.customer),
)
def present_terms(command: PresentTerms, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record what was presented; a version that is open or agreed is not presented again."""
    agreement = fold(facts)
    version = _published(agreement, command.terms)
    presented_at = now if command.presented_at is None else command.presented_at
    check_happened("R-03", presented_at, now)
    check_current(agreement, version, presented_at)
    check_presentable(agreement, command)
    recipient = _recipient(command, facts)
    if command.text is not None:
        check_text(version, sha256(command.text.encode()).hexdigest())
    presented = TermsPresented(
        customer=command.customer,
        consent=command.consent,
        terms=command.terms,
        sha256=version.sha256,
        cause=command.cause,
        channel=command.channel,
        recipient=command.recipient,
        text=command.text,
        presented_at=presented_at,
    )
    cites = [place for place in (version.published, version.effective, recipient) if place is not None]
    return decided(presented, cites=cites)


def _recipient(command: PresentTerms, facts: Facts) -> int | None:
    """Give where the contact is registered to whom the terms went; refuse somebody the customer never named."""
    if command.recipient is None:
        return None
    contact = fold_contacts(facts).get(command.recipient)
    if contact is None:
        raise Refusal("R-02", "contact_unknown")
    return contact.position


@rule("R-33")
def check_current(agreement: Agreement, version: Version, now: datetime) -> None:
    """Refuse a version that another has replaced; one that is still to take effect may be presented ahead."""
    current = in_force(agreement.versions, now)
    if current is None or version.effective_at is None or current.effective_at is None:
        return
    if version.effective_at < current.effective_at:
        cites = [place for place in (version.published, current.effective) if place is not None]
        raise Refusal("R-33", "terms_outdated", cites, version=version.label or "")


@rule("R-33")
def check_presentable(agreement: Agreement, command: PresentTerms) -> None:
    """Refuse a second presentation of what is open or agreed, and a change to somebody who agreed to nothing."""
    for each in agreement.consents.values():
        if each.id == command.consent:
            raise Refusal("R-33", "consent_id_taken", each.positions)
        if each.terms == command.terms and each.work_order is None and each.status in _STANDING:
            raise Refusal("R-33", "terms_presented_already", each.positions)
    agreed = any(each.status is Status.EFFECTIVE and not each.work_order for each in agreement.consents.values())
    if command.cause is PresentationCause.CHANGE and not agreed:
        raise Refusal("R-33", "nothing_to_change")


_STANDING = frozenset({Status.PRESENTED, Status.DELIVERED, Status.EFFECTIVE})


@decides(
    RecordDelivery,
    boundary=lambda command: of_agreement(command.customer) | of_ungrounded(command.customer),
    timers=lambda command: agreement_timers(command.customer),
)
def record_delivery(command: RecordDelivery, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the proof; a clock that a bounce before it had stopped goes on from there."""
    consent = known(fold(facts), command.consent)
    check_arrival(consent, command.delivered_at, now)
    delivered = TermsDelivered(
        customer=command.customer,
        consent=consent.id,
        delivered_at=command.delivered_at,
        proof=command.proof,
        reference=command.reference,
        evidence_sha256=command.evidence_sha256,
    )
    resumed = [
        ConsentDeemingResumed(
            customer=command.customer,
            consent=consent.id,
            suspension=stop.id,
            until=command.delivered_at,
            words=command.reference,
        )
        for stop in consent.stops
        if ends_bounce(stop, command.delivered_at)
    ]
    made = [delivered, *resumed]
    return decided(*made, *judged_by_agreement(facts, command.customer, made, now, defaults), cites=consent.positions)


@rule("R-02", off=True)
def ends_bounce(stop: Stop, delivered_at: datetime) -> bool:
    """Tell whether a delivery ends a stop: only one after the bounce does, not an earlier one that is told again."""
    return stop.why is Suspension.BOUNCE and stop.span.ends is None and stop.span.begins < delivered_at


def _with_reliance(command: RecordBounce | RecordQuestion) -> Boundary:
    came_at = command.failed_at if isinstance(command, RecordBounce) else command.asked_at
    relied = of_reliance(command.consent, came_at)  # what was deemed is effective after what annuls it
    return of_agreement(command.customer) | relied | of_ungrounded(command.customer)


@decides(
    RecordBounce,
    boundary=_with_reliance,
    timers=lambda command: agreement_timers(command.customer),
)
def record_bounce(command: RecordBounce, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record that the terms came back, and stop the clock."""
    consent = known(fold(facts), command.consent)
    check_arrival(consent, command.failed_at, now)
    failed = TermsDeliveryFailed(
        customer=command.customer, consent=consent.id, failed_at=command.failed_at, reason=command.reason
    )
    suspended = ConsentDeemingSuspended(
        customer=command.customer,
        consent=consent.id,
        suspension=command.suspension,
        why=Suspension.BOUNCE,
        since=command.failed_at,
        words=command.reason,
    )
    made = [failed, *stopped(consent, suspended, Annulment.BOUNCE)]
    return _with_what_relied(made, facts, consent, command.customer, now, defaults)


@decides(
    RecordQuestion,
    boundary=_with_reliance,
    timers=lambda command: agreement_timers(command.customer),
)
def record_question(command: RecordQuestion, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the question, and stop the clock."""
    consent = known(fold(facts), command.consent)
    check_arrival(consent, command.asked_at, now)
    suspended = ConsentDeemingSuspended(
        customer=command.customer,
        consent=consent.id,
        suspension=command.suspension,
        why=Suspension.QUESTION,
        since=command.asked_at,
        words=command.words,
    )
    made = stopped(consent, suspended, Annulment.QUESTION)
    return _with_what_relied(made, facts, consent, command.customer, now, defaults)


@decides(
    AnswerQuestion,
    boundary=lambda command: of_agreement(command.customer) | of_ungrounded(command.customer),
    timers=lambda command: agreement_timers(command.customer),
)
def answer_question(command: AnswerQuestion, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Let the clock go on from the answer."""
    consent = known(fold(facts), command.consent)
    stop = open_question(consent, command.suspension)
    if not stop.span.begins <= command.answered_at <= now:
        raise Refusal("R-02", "answer_out_of_time", consent.positions, at=command.answered_at.isoformat())
    resumed = ConsentDeemingResumed(
        customer=command.customer,
        consent=consent.id,
        suspension=stop.id,
        until=command.answered_at,
        words=command.words,
    )
    again = judged_by_agreement(facts, command.customer, [resumed], now, defaults)
    return decided(resumed, *again, cites=consent.positions)


def open_question(consent: Consent, suspension: str) -> Stop:
    """Give the stop by a question that is not answered yet; a bounce is ended by a delivery, not by words."""
    for each in consent.stops:
        if each.id == suspension and each.why is Suspension.QUESTION and each.span.ends is None:
            return each
    raise Refusal("R-02", "no_open_question", consent.positions)


def stopped(consent: Consent, suspended: ConsentDeemingSuspended, why: Annulment) -> list[Fact]:
    """Give the stop of the clock, and the annulment of what was deemed although it had stopped in time."""
    if any(stop.id == suspended.suspension for stop in consent.stops):
        raise Refusal("R-02", "suspension_id_taken", consent.positions)
    if not arrived_in_time(consent, suspended.since):
        return [suspended]
    annulled = ConsentDeemingAnnulled(
        customer=suspended.customer, consent=consent.id, why=why, received_at=suspended.since
    )
    return [suspended, annulled]


def _with_what_relied(
    made: list[Fact], facts: Facts, consent: Consent, customer: str, now: datetime, defaults: Defaults
) -> Decision:
    """Record a stop; what relied on a deeming that it annuls relied on nothing, as where a no had come in time."""
    annulled = any(isinstance(each, ConsentDeemingAnnulled) for each in made)
    relied = never_agreed(facts, consent) if annulled else ()
    again = judged_by_agreement(facts, customer, made, now, defaults)
    return decided(*made, *relied, *again, cites=consent.positions)


def known(agreement: Agreement, consent: str) -> Consent:
    """Give a consent; raise Refusal where nothing was presented under its id."""
    found = agreement.consents.get(consent)
    if found is None:
        raise Refusal("R-02", "consent_unknown")
    return found


def _published(agreement: Agreement, terms: str) -> Version:
    version = agreement.versions.by_id.get(terms)
    if version is None or version.published is None:
        raise Refusal("R-32", "terms_unknown")
    return version
