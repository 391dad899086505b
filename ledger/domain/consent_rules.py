"""When silence is consent, what arrival decides, and what time alone makes of a customer's agreement (R-01 to R-03).

Guarantees: consent is deemed by the timer alone, from proven delivery, after so many business days on which the clock
stood still on none, and never to a version that a material change has already replaced (R-02). What had arrived in time
annuls a deeming however late it was recorded; what arrived later ends consent from its receipt (R-03).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from ledger.domain.boundary import TERMS_TAG, Boundary, tag
from ledger.domain.calendar import business_days_end
from ledger.domain.consent import OPEN, Agreement, Consent, Status, consent_in_force, fold
from ledger.domain.consent_facts import (
    ConsentCarriedOver,
    ConsentDeemed,
    ConsentIncorporated,
    ConsentReminderDue,
    ConsentSuperseded,
    Manner,
    PresentationCause,
)
from ledger.domain.contract import CONTRACT_TIMER, contracts_due, live
from ledger.domain.decision import Refusal
from ledger.domain.due import Due, Timer, timer
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import ChangeMode, Defaults
from ledger.domain.terms import TERMS_TIMER, Change, terms_due
from ledger.domain.violation import ViolationRecorded


@rule("R-01")
def check_consent(facts: Facts, now: datetime, work_order: str | None = None) -> None:
    """Refuse a session that no consent covers; an excluded connection (R-05) is not asked."""
    if consent_in_force(facts, now, work_order) is None:
        raise Refusal("R-01", "no_consent", told(facts))


@rule("R-01")
def consent_violation(
    facts: Facts, started_at: datetime, subjects: Iterable[str], work_order: str | None = None
) -> ViolationRecorded | None:
    """Give the violation of a session that started all the same; None where a consent covered it."""
    if consent_in_force(facts, started_at, work_order) is not None:
        return None
    return ViolationRecorded(
        rule="R-01", sentence="session_without_consent", values={}, subjects=tuple(subjects), cites=told(facts)
    )


def told(facts: Facts) -> tuple[int, ...]:
    """Give the positions of all that is known of a customer's consents."""
    return tuple(sorted({place for each in fold(facts).consents.values() for place in each.positions}))


@dataclass(frozen=True, slots=True)
class Deadline:
    """The first instant after the period of silence, from when consent is effective, and how many days were counted."""

    at: datetime
    since: datetime
    business_days: int


@rule("R-02")
def deadline_of(consent: Consent, agreement: Agreement, defaults: Defaults) -> Deadline | None:
    """Give when silence becomes consent; None while it does not: no proof of delivery, a stopped clock, no path."""
    silent_since = silence_counts_from(consent)
    if consent.status is not Status.DELIVERED or silent_since is None:
        return None
    days = defaults.deemed_business_days
    if consent.cause is PresentationCause.CHANGE and defaults.change_mode is ChangeMode.IMMEDIATE:
        days, at = 0, None if consent.stopped else silent_since
    else:
        at = business_days_end(silent_since, days, [stop.span for stop in consent.stops])
    version = agreement.versions.by_id[consent.terms]
    if at is None or version.effective_at is None or denied(consent, agreement) or _overtaken(consent, agreement, at):
        return None
    return Deadline(at, max(at, version.effective_at), days)


@rule("R-02", off=False)
def denied(consent: Consent, agreement: Agreement) -> bool:
    """Tell whether the customer has said no to this version, or took consent to it back: then only a yes is consent.

    A no to a version stands against the minor changes of it, too; a material change is a new question.
    """
    order = [each.terms for each in agreement.versions.published]
    asked = order.index(consent.terms)
    first = asked
    while first > 0 and agreement.versions.published[first].change is Change.MINOR:
        first -= 1
    same = set(order[first : asked + 1])
    return any(
        each.status in {Status.REFUSED, Status.WITHDRAWN}
        and each.work_order is None
        and not same.isdisjoint({each.terms, *(terms for _, terms in each.carried)})
        for each in agreement.consents.values()
    )


def silence_counts_from(consent: Consent) -> datetime | None:
    """Give from when silence counts: from proven delivery, and not before the presentation was written down.

    Who tells late that something was presented could otherwise make a consent of days that nobody could have seen.
    """
    if consent.delivered_at is None or consent.recorded_at is None:
        return None
    return max(consent.delivered_at, consent.recorded_at)


def _overtaken(consent: Consent, agreement: Agreement, at: datetime) -> bool:
    """Tell whether silence says nothing any more: the contract speaks, or a newer version or consent does."""
    if consent.cause is not PresentationCause.CHANGE and any(
        stated.incorporates is not None for _, stated in live(agreement.contracts, at)
    ):
        return True
    order = [each.terms for each in agreement.versions.published]
    place = order.index(consent.terms)
    in_force = agreement.in_force(at)
    if in_force is not None and order.index(in_force.governs(at)) >= place:
        return True
    newer = agreement.versions.published[place + 1 :]
    return any(
        each.change is Change.MATERIAL and each.effective_at is not None and each.effective_at <= at for each in newer
    )


@rule("R-03", off=False)
def arrived_in_time(consent: Consent, arrived_at: datetime) -> bool:
    """Tell whether something arrived inside the period after which silence was taken for consent."""
    return consent.manner is Manner.DEEMED and consent.deadline is not None and arrived_at < consent.deadline


@rule("R-03")
def check_arrived(consent: Consent, arrived_at: datetime, now: datetime) -> None:
    """Refuse an arrival that is still to come."""
    if arrived_at > now:
        raise Refusal("R-03", "arrival_to_come", consent.positions, at=arrived_at.isoformat())


@rule("R-03")
def check_arrival(consent: Consent, arrived_at: datetime, now: datetime) -> None:
    """Refuse an arrival that is still to come, or that was before there was anything to answer."""
    check_arrived(consent, arrived_at, now)
    if consent.presented_at is not None and arrived_at < consent.presented_at:
        raise Refusal("R-03", "arrival_before_presentation", consent.positions, at=arrived_at.isoformat())


def superseded(agreement: Agreement, customer: str, by: str, since: datetime, cites: Iterable[int]) -> list[Fact]:
    """Give the ends of the consents that one to a newer version replaces at ``since``."""
    return [
        ConsentSuperseded(
            customer=customer,
            consent=each.id,
            by=by,
            since=since,
            cites=tuple(sorted({*cites, *each.positions})),
        )
        for each in agreement.consents.values()
        if each.id != by and not each.work_order and each.status is Status.EFFECTIVE and _began(each, since)
    ]


def _began(consent: Consent, moment: datetime) -> bool:
    return consent.since is not None and consent.since <= moment


def _compute(customer: str, facts: Facts, now: datetime, defaults: Defaults) -> list[Fact]:
    """Give what is due, one step at a time: each may rest on the one before."""
    agreement = fold(facts)
    for step in (_incorporated, _reminders, _deemed, _replaced, _carried):
        if facts_due := step(customer, agreement, now, defaults):
            return facts_due
    return []


def _incorporated(customer: str, agreement: Agreement, now: datetime, _defaults: Defaults) -> list[Fact]:
    """Give the consents that contracts are; of one told late, from after what governed meanwhile was over."""
    ended = [each.until for each in agreement.consents.values() if each.until is not None and not each.work_order]
    for contract in agreement.contracts.values():
        for stated in contract.stated:
            version = agreement.versions.by_id.get(stated.incorporates or "")
            if version is None or version.effective_at is None:
                continue
            since = max(stated.since, version.effective_at, *ended)
            consent = f"consent_{sha256(f'{contract.id} {version.terms}'.encode()).hexdigest()[:32]}"
            if since > now or contract.at(since) is None or consent in agreement.consents:
                continue
            cites = (stated.position,)
            made = ConsentIncorporated(
                customer=customer, consent=consent, contract=contract.id, terms=version.terms, since=since, cites=cites
            )
            return [made, *superseded(agreement, customer, consent, since, cites)]
    return []


def _reminders(customer: str, agreement: Agreement, now: datetime, defaults: Defaults) -> list[Fact]:
    due: list[Fact] = []
    for consent in agreement.consents.values():
        deadline = deadline_of(consent, agreement, defaults)
        silent_since = silence_counts_from(consent)
        if consent.reminded or deadline is None or deadline.business_days == 0 or silent_since is None:
            continue
        spans = [stop.span for stop in consent.stops]
        at = business_days_end(silent_since, defaults.reminder_business_days, spans)
        if at is not None and at <= now:
            reminder = ConsentReminderDue(customer=customer, consent=consent.id, due_at=at, cites=consent.positions)
            due.append(reminder)
    return due


def _deemed(customer: str, agreement: Agreement, now: datetime, defaults: Defaults) -> list[Fact]:
    for consent in agreement.consents.values():
        deadline = deadline_of(consent, agreement, defaults)
        if deadline is None or deadline.at > now or consent.delivered_at is None:
            continue
        deemed = ConsentDeemed(
            customer=customer,
            consent=consent.id,
            terms=consent.terms,
            delivered_at=consent.delivered_at,
            business_days=deadline.business_days,
            deadline=deadline.at,
            since=deadline.since,
            cites=consent.positions,
        )
        if deadline.since > now:
            return [deemed]
        return [deemed, *superseded(agreement, customer, consent.id, deadline.since, consent.positions)]
    return []


def _replaced(customer: str, agreement: Agreement, now: datetime, _defaults: Defaults) -> list[Fact]:
    """Give the ends of consents whose successor was given ahead of its version's effect, which has come."""
    effective = [
        each
        for each in agreement.consents.values()
        if each.status is Status.EFFECTIVE and not each.work_order and _began(each, now)
    ]
    if len(effective) < 2:  # noqa: PLR2004 - one alone has no successor
        return []
    newest = max(effective, key=lambda each: (each.since, each.positions))
    assert newest.since is not None
    return superseded(agreement, customer, newest.id, newest.since, newest.positions)


def _carried(customer: str, agreement: Agreement, now: datetime, _defaults: Defaults) -> list[Fact]:
    for consent in agreement.consents.values():
        if consent.status is not Status.EFFECTIVE or consent.since is None or consent.work_order is not None:
            continue
        following = agreement.versions.after(consent.carried[-1][1] if consent.carried else consent.terms)
        if following is None or following.effective is None or following.effective_at is None:
            continue
        since = max(consent.since, following.effective_at)
        if following.change is Change.MINOR and since <= now and agreement.holds(consent, since):
            cites = tuple(sorted({*consent.positions, following.effective}))
            return [
                ConsentCarriedOver(
                    customer=customer, consent=consent.id, terms=following.terms, since=since, cites=cites
                )
            ]
    return []


def of_agreement(customer: str) -> Boundary:
    """Give the boundary of a customer's agreement together with the published terms."""
    return Boundary.of(tag("agreement", customer), TERMS_TAG)


CONSENT_TIMER = timer(
    Timer(
        "consent",
        "agreement",
        lambda customer, _chain: of_agreement(customer),
        _compute,
        rests_on=(TERMS_TIMER, CONTRACT_TIMER),
        waits=lambda _customer, _facts: True,  # for the next version of the terms
    )
)


def consents_due(customer: str) -> Due:
    """Give the timer of a customer's consents."""
    return CONSENT_TIMER.at(customer, customer)


def agreement_timers(customer: str) -> tuple[Due, ...]:
    """Give the timers that a customer's consent rests on, in their order."""
    return (terms_due(), contracts_due(customer), consents_due(customer))


def is_open(consent: Consent) -> bool:
    """Tell whether the customer has still to say something, or to stay silent."""
    return consent.status in OPEN
