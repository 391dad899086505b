"""Consent to the terms, as facts and what they come to: presented, delivered, effective, refused, withdrawn, replaced.

Guarantees: which consent is in force at an instant is a pure function of the ledger, :func:`consent_in_force`; at
any instant there is at most one, apart from one-off consents that each serve one work order (A-01). A consent holds
for the version it was given for and for minor changes that were carried over; a version that the customer has not
consented to governs nobody, the one before it goes on (R-33). What ended from receipt has ended from then, whenever
it was recorded.

States: presented → delivered → effective (expressed, deemed or incorporated) → withdrawn, superseded or, with its
contract, over; presented or delivered → refused. A bounce or an open question stops the clock and is no state of
its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from ledger.domain import contract as contracts_
from ledger.domain import terms as terms_
from ledger.domain.calendar import Span
from ledger.domain.consent_facts import (
    Annulment,
    ConsentCarriedOver,
    ConsentDeemed,
    ConsentDeemingAnnulled,
    ConsentDeemingResumed,
    ConsentDeemingSuspended,
    ConsentExpressed,
    ConsentIncorporated,
    ConsentRefused,
    ConsentReminderDue,
    ConsentSuperseded,
    ConsentWithdrawn,
    Manner,
    PresentationCause,
    Suspension,
    TermsDelivered,
    TermsPresented,
)
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts, Recorded


class Status(StrEnum):
    """How far a consent has come."""

    PRESENTED = "presented"
    DELIVERED = "delivered"
    EFFECTIVE = "effective"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


OPEN = frozenset({Status.PRESENTED, Status.DELIVERED})
"""The customer has still to say something, or to stay silent."""


class Stop(NamedTuple):
    """The clock of silence stood still, and why; ``span`` is open while it does."""

    id: str
    why: Suspension
    span: Span


class Consent(NamedTuple):
    """One customer's consent to one version, as far as it has come; ``positions`` is what tells so."""

    id: str
    terms: str
    status: Status
    positions: tuple[int, ...]
    cause: PresentationCause | None = None
    presented_at: datetime | None = None
    recorded_at: datetime | None = None
    """When the presentation was written down; it may have been told late."""
    delivered_at: datetime | None = None
    stops: tuple[Stop, ...] = ()
    manner: Manner | None = None
    work_order: str | None = None
    """The one work order that a one-off consent serves."""
    contract: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    carried: tuple[tuple[datetime, str], ...] = ()
    """Versions of minor changes, each with the time from which the consent holds for it."""
    deadline: datetime | None = None
    """Of a deemed consent: the first instant after the period of silence."""
    superseded_by: str | None = None
    no_at: datetime | None = None
    """When the customer's no to it arrived: the earliest, where it was said again."""
    reminded: bool = False

    @property
    def deniable(self) -> bool:
        """Tell whether a no to it is a no to the terms: it is open, or effective, and not for one work order alone."""
        return self.work_order is None and (self.status in OPEN or self.status is Status.EFFECTIVE)

    @property
    def stopped(self) -> bool:
        """Tell whether the clock of silence stands still."""
        return any(stop.span.ends is None for stop in self.stops)

    def governs(self, moment: datetime) -> str:
        """Give the version that it holds for at an instant."""
        return next((terms for since, terms in reversed(self.carried) if since <= moment), self.terms)


class Agreement(NamedTuple):
    """All that one customer and the vendor agreed, and what is published."""

    consents: Mapping[str, Consent]
    contracts: contracts_.Contracts
    versions: terms_.Versions

    def in_force(self, moment: datetime) -> Consent | None:
        """Give the consent in force at an instant, one-off consents apart."""
        return next((each for each in self.consents.values() if not each.work_order and self.holds(each, moment)), None)

    def holds(self, consent: Consent, moment: datetime) -> bool:
        """Tell whether a consent is effective at an instant."""
        if consent.since is None or consent.since > moment:
            return False
        if consent.until is not None and consent.until <= moment:
            return False
        return consent.contract is None or self.contracts[consent.contract].at(moment) is not None


def fold(facts: Facts) -> Agreement:
    """Give what the facts of a customer's agreement and of the published terms come to."""
    consents: dict[str, Consent] = {}
    for each in facts:
        _apply(consents, each)
    return Agreement(consents, contracts_.fold(facts), terms_.fold(facts))


class InForce(NamedTuple):
    """The consent that covers an instant, the version that governs then, and what tells so."""

    consent: str
    terms: str
    manner: Manner
    cites: tuple[int, ...]
    contract: str | None = None
    """The contract that makes the version its own, where that is the manner."""
    through: tuple[str, ...] = ()
    """Of a consent for one work order, those to the terms by whose no it is taken back, too."""


def consent_in_force(facts: Facts, now: datetime, work_order: str | None = None) -> InForce | None:
    """Give the consent that covers an instant (R-01), or None: for a pending customer, a work order's own (A-01)."""
    agreement = fold(facts)
    found = agreement.in_force(now)
    through: tuple[str, ...] = ()
    if found is None and work_order is not None:
        one_offs = (each for each in agreement.consents.values() if each.work_order == work_order)
        found = next((each for each in one_offs if agreement.holds(each, now)), None)
        through = tuple(sorted(each.id for each in agreement.consents.values() if each.deniable))
    if found is None or found.manner is None:
        return None
    return InForce(found.id, found.governs(now), found.manner, found.positions, found.contract, through)


@dataclass(frozen=True, slots=True)
class Readings:
    """The version that governs an instant, by both readings of 6-5 (A-25), so that a session can show both."""

    consented: str
    """The version of the consent in force: a material change governs once it was agreed to."""
    literal: str
    """「以後当該変更書面による」: the newest version in effect that had arrived by then and was not refused."""


def readings(facts: Facts, moment: datetime, work_order: str | None = None) -> Readings | None:
    """Give which version governs an instant by either reading; None where no consent covers it."""
    found = consent_in_force(facts, moment, work_order)
    if found is None:
        return None
    agreement = fold(facts)
    arrived = {
        each.terms
        for each in agreement.consents.values()
        if each.status is not Status.REFUSED and each.delivered_at is not None and each.delivered_at <= moment
    }
    effective = [
        each.terms
        for each in agreement.versions.published
        if each.effective_at is not None
        and each.effective_at <= moment
        and (each.terms in arrived or each.terms == found.terms)
    ]
    return Readings(found.terms, effective[-1] if effective else found.terms)


def _apply(consents: dict[str, Consent], recorded: Recorded[Fact]) -> None:
    match recorded.fact:
        case TermsPresented() as told:
            consents[told.consent] = Consent(
                told.consent,
                told.terms,
                Status.PRESENTED,
                (recorded.position,),
                cause=told.cause,
                presented_at=told.presented_at,
                recorded_at=recorded.at,
            )
        case TermsDelivered(consent=consent, delivered_at=delivered_at):
            before = consents[consent]
            status = Status.DELIVERED if before.status is Status.PRESENTED else before.status
            first = delivered_at if before.delivered_at is None else before.delivered_at
            consents[consent] = _cite(before, recorded)._replace(status=status, delivered_at=first)
        case ConsentDeemingSuspended(consent=consent, suspension=suspension, why=why, since=since):
            before = consents[consent]
            stops = (*before.stops, Stop(suspension, why, Span(since, None)))
            consents[consent] = _cite(before, recorded)._replace(stops=stops)
        case ConsentDeemingResumed(consent=consent, suspension=suspension, until=until):
            before = consents[consent]
            stops = tuple(
                stop._replace(span=Span(stop.span.begins, until)) if stop.id == suspension else stop
                for stop in before.stops
            )
            consents[consent] = _cite(before, recorded)._replace(stops=stops)
        case ConsentExpressed() as told:
            before = consents.get(told.consent) or Consent(told.consent, told.terms, Status.PRESENTED, ())
            effective = _effective(before, recorded, Manner.EXPRESSED, told.since)
            if before.no_at is not None:  # a yes that had come before the no, and is told after it
                effective = effective._replace(status=Status.WITHDRAWN, until=before.no_at)
            consents[told.consent] = effective._replace(work_order=told.work_order)
        case ConsentDeemed(consent=consent, since=since, deadline=deadline):
            deemed = _effective(consents[consent], recorded, Manner.DEEMED, since)
            consents[consent] = deemed._replace(deadline=deadline)
        case ConsentIncorporated() as told:
            before = Consent(told.consent, told.terms, Status.PRESENTED, (), contract=told.contract)
            consents[told.consent] = _effective(before, recorded, Manner.INCORPORATED, told.since)
        case ConsentRefused(consent=consent, received_at=received_at):
            before = _cite(consents[consent], recorded)
            consents[consent] = before._replace(status=Status.REFUSED, no_at=_earliest(before.no_at, received_at))
        case ConsentDeemingAnnulled() as told:
            _annul(consents, told, recorded)
        case ConsentWithdrawn(consent=consent, received_at=received_at):
            before = _cite(consents[consent], recorded)
            no_at, until = _earliest(before.no_at, received_at), _earliest(before.until, received_at)
            over = before._replace(status=Status.WITHDRAWN, until=until, no_at=no_at, superseded_by=None)
            consents[consent] = over
        case ConsentSuperseded(consent=consent, by=by, since=since):
            before = _cite(consents[consent], recorded)
            consents[consent] = before._replace(status=Status.SUPERSEDED, until=since, superseded_by=by)
        case ConsentCarriedOver(consent=consent, terms=terms, since=since):
            before = _cite(consents[consent], recorded)
            consents[consent] = before._replace(carried=(*before.carried, (since, terms)))
        case ConsentReminderDue(consent=consent):
            consents[consent] = consents[consent]._replace(reminded=True)
        case _:
            pass


def _annul(consents: dict[str, Consent], annulled: ConsentDeemingAnnulled, recorded: Recorded[Fact]) -> None:
    """Take a deeming back as if it had never been; what it had replaced goes on governing."""
    before = _cite(consents[annulled.consent], recorded)
    status, no_at = Status.DELIVERED, before.no_at
    if annulled.why is Annulment.OBJECTION:
        status, no_at = Status.REFUSED, _earliest(no_at, annulled.received_at)
    never = before._replace(status=status, manner=None, since=None, until=None, deadline=None, carried=(), no_at=no_at)
    consents[annulled.consent] = never
    for each in list(consents.values()):
        if each.superseded_by == annulled.consent:
            revived = _cite(each, recorded)._replace(status=Status.EFFECTIVE, until=None, superseded_by=None)
            consents[each.id] = revived


def _effective(before: Consent, recorded: Recorded[Fact], manner: Manner, since: datetime) -> Consent:
    first = since if before.since is None else min(before.since, since)  # said expressly after it was deemed
    return _cite(before, recorded)._replace(status=Status.EFFECTIVE, manner=manner, since=first)


def _earliest(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)


def _cite(consent: Consent, recorded: Recorded[Fact]) -> Consent:
    return consent._replace(positions=(*consent.positions, recorded.position))
