"""What a customer says to the terms: yes, no, no more (preamble, A-01, A-03).

Guarantees: a yes names a registered signatory; it is effective from its receipt, or from when the version takes
effect, and replaces the consent to an older version at that instant. A no counts from its receipt (R-03): to an
open presentation it is a refusal, to a consent deemed too early an annulment, to an effective one a withdrawal; and it
takes back the consents for single work orders that were given before it.
Sessions and connections that relied on what was not there get a violation each; nothing that happened is taken back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.domain.boundary import Boundary
from ledger.domain.consent import Agreement, Consent, Status, fold
from ledger.domain.consent_facts import (
    Annulment,
    ConsentDeemingAnnulled,
    ConsentExpressed,
    ConsentObjectionReceived,
    ConsentRefused,
    ConsentWithdrawn,
    Form,
    Manner,
    Stop,
)
from ledger.domain.consent_rules import (
    agreement_timers,
    arrived_in_time,
    check_arrival,
    check_arrived,
    is_open,
    of_agreement,
    superseded,
)
from ledger.domain.contacts import ContactRole, entitled
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact
from ledger.domain.grounds_told import judged_by_agreement, of_ungrounded
from ledger.domain.orders_named import of_orders, own_orders
from ledger.domain.presenting import check_current, known
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.relying import End, of_ends, of_reliance, unfounded
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.terms import in_force


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressConsent:
    """The customer said yes to what was presented."""

    customer: str
    consent: str
    signatory: str
    form: Form
    received_at: datetime
    document_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressConsentOnce:
    """The customer, still thinking about the terms, said yes to them for one work order."""

    customer: str
    consent: str
    work_order: str
    signatory: str
    form: Form
    received_at: datetime
    document_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveObjection:
    """The customer said no to what was presented."""

    customer: str
    consent: str
    received_at: datetime
    form: Form
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent:
    """The customer takes an effective consent back, and with it what is still open."""

    customer: str
    consent: str
    received_at: datetime
    form: Form
    words: str
    stop: Stop = Stop.SAFE


def _with_contacts(command: ExpressConsent | ExpressConsentOnce) -> Boundary:
    return of_agreement(command.customer) | contacts_of(command.customer) | of_ungrounded(command.customer)


def _with_reliance(command: ReceiveObjection | WithdrawConsent) -> Boundary:
    relied = of_reliance(command.consent, command.received_at) | of_ends(command.customer, command.received_at)
    return of_agreement(command.customer) | relied | of_ungrounded(command.customer)


@decides(ExpressConsent, boundary=_with_contacts, timers=lambda command: agreement_timers(command.customer))
def express_consent(command: ExpressConsent, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the yes; what was deemed before is from now on said."""
    agreement = fold(facts)
    consent = known(agreement, command.consent)
    check_arrival(consent, command.received_at, now)
    check_to_be_said(consent, command.received_at)
    version = agreement.versions.by_id[consent.terms]
    check_current(agreement, version, command.received_at)
    signatory = entitled(
        fold_contacts(facts), command.signatory, ContactRole.CONSENT_SIGNATORY, "R-01", command.received_at
    )
    assert version.effective_at is not None
    since = max(command.received_at, version.effective_at)
    expressed = ConsentExpressed(
        customer=command.customer,
        consent=consent.id,
        terms=consent.terms,
        signatory=signatory.id,
        form=command.form,
        received_at=command.received_at,
        since=since,
        document_sha256=command.document_sha256,
    )
    cites = [*consent.positions, signatory.position]
    replaced = superseded(agreement, command.customer, consent.id, since, cites) if since <= now else []
    made = [expressed, *replaced]
    return decided(*made, *judged_by_agreement(facts, command.customer, made, now, defaults), cites=cites)


@rule("R-01")
def check_to_be_said(consent: Consent, received_at: datetime) -> None:
    """Refuse a yes to what was answered before it arrived; a no that arrived after it is told in whatever order."""
    if is_open(consent) or (consent.status is Status.EFFECTIVE and consent.manner is Manner.DEEMED):
        return
    if consent.manner is not Manner.EXPRESSED and consent.no_at is not None and received_at < consent.no_at:
        return
    raise Refusal("R-01", "consent_not_open", consent.positions, status=consent.status)


def _with_order(command: ExpressConsentOnce) -> Boundary:
    return _with_contacts(command) | of_orders((command.work_order,))


@decides(ExpressConsentOnce, boundary=_with_order, timers=lambda command: agreement_timers(command.customer))
def express_consent_once(command: ExpressConsentOnce, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record a yes for one work order, to the version in force when it arrived, which must have been shown."""
    agreement = fold(facts)
    if command.consent in agreement.consents:
        raise Refusal("R-01", "consent_id_taken", agreement.consents[command.consent].positions)
    version = in_force(agreement.versions, command.received_at)
    if version is None:
        raise Refusal("R-01", "no_terms_in_force")
    shown = next((each for each in agreement.consents.values() if each.terms == version.terms), None)
    if shown is None:
        raise Refusal("R-01", "terms_not_presented", [] if version.effective is None else [version.effective])
    check_arrival(shown, command.received_at, now)
    orders = own_orders(facts, command.customer, (command.work_order,))
    if not orders:
        raise Refusal("R-01", "work_order_unknown")
    signatory = entitled(
        fold_contacts(facts), command.signatory, ContactRole.CONSENT_SIGNATORY, "R-01", command.received_at
    )
    expressed = ConsentExpressed(
        customer=command.customer,
        consent=command.consent,
        terms=version.terms,
        signatory=signatory.id,
        form=command.form,
        received_at=command.received_at,
        since=command.received_at,
        document_sha256=command.document_sha256,
        work_order=command.work_order,
    )
    ended = said_no_since(command, agreement, facts, now)
    made = [expressed] if ended is None else [expressed, ended]
    again = judged_by_agreement(facts, command.customer, made, now, defaults)
    return decided(*made, *again, cites=[*shown.positions, orders[0].requested, signatory.position])


@rule("R-01")
def said_no_since(
    command: ExpressConsentOnce, agreement: Agreement, facts: Facts, now: datetime
) -> ConsentWithdrawn | None:
    """Give the end of a yes that is told after a no to the terms that arrived later than it: the first such no."""
    said: Iterable[Recorded[ConsentObjectionReceived] | Recorded[ConsentWithdrawn]] = (
        *of_type(facts, ConsentObjectionReceived),
        *of_type(facts, ConsentWithdrawn),
    )
    noes = [
        (each.fact.received_at, each.fact.consent, each.fact.form, each.fact.words)
        for each in said
        if each.fact.received_at > command.received_at
    ]
    for received_at, consent, form, words in sorted(noes):
        governing = agreement.in_force(received_at)
        if agreement.consents[consent].work_order is None and (governing is None or governing.id == consent):
            return ConsentWithdrawn(
                customer=command.customer,
                consent=command.consent,
                received_at=received_at,
                form=form,
                stop=Stop.SAFE,
                stop_by=now,
                words=words,
            )
    return None


@decides(ReceiveObjection, boundary=_with_reliance, timers=lambda command: agreement_timers(command.customer))
def receive_objection(command: ReceiveObjection, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """Record the no, and what it comes to by when it arrived; a presentation told late takes no no away."""
    agreement = fold(facts)
    consent = known(agreement, command.consent)
    check_arrived(consent, command.received_at, now)
    objection = ConsentObjectionReceived(
        customer=command.customer,
        consent=consent.id,
        received_at=command.received_at,
        form=command.form,
        words=command.words,
    )
    if any(replace(each.fact, cites=()) == objection for each in of_type(facts, ConsentObjectionReceived)):
        return decided(cites=consent.positions)
    refused: list[Fact] = []
    ended: list[End] = []
    if is_open(consent) or (consent.status is Status.REFUSED and _is_earlier(command.received_at, consent.no_at)):
        refused = [ConsentRefused(customer=command.customer, consent=consent.id, received_at=command.received_at)]
    elif _is_held(consent, command.received_at):
        ended = _ended(command, consent, Stop.SAFE, now, defaults)
    once = _once(command, agreement, consent, Stop.SAFE, now, defaults)
    broken = unfounded(facts, agreement, [*ended, *once], defaults)
    broken += judged_by_agreement(facts, command.customer, [*refused, *ended, *once], now, defaults)
    return decided(objection, *refused, *ended, *once, *broken, cites=consent.positions)


@decides(WithdrawConsent, boundary=_with_reliance, timers=lambda command: agreement_timers(command.customer))
def withdraw_consent(command: WithdrawConsent, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
    """End the consent from receipt; silence to what is open can mean yes no more."""
    agreement = fold(facts)
    consent = known(agreement, command.consent)
    check_arrival(consent, command.received_at, now)
    if not _is_held(consent, command.received_at):
        raise Refusal("R-03", "consent_over", consent.positions, status=consent.status)
    annulled = _deemed_after(command, agreement, consent)
    ended = _ended(command, consent, command.stop, now, defaults)
    refused = [
        ConsentRefused(customer=command.customer, consent=each.id, received_at=command.received_at)
        for each in _open(agreement)
    ]
    once = _once(command, agreement, consent, command.stop, now, defaults)
    broken = unfounded(facts, agreement, [*ended, *once], defaults)
    broken += judged_by_agreement(facts, command.customer, [*annulled, *ended, *once, *refused], now, defaults)
    return decided(*annulled, *ended, *once, *refused, *broken, cites=consent.positions)


def _open(agreement: Agreement) -> list[Consent]:
    return [each for each in agreement.consents.values() if is_open(each)]


def _is_held(consent: Consent, received_at: datetime) -> bool:
    """Tell whether a no that arrived then ends something of it, as it does where another had ended it only later."""
    if consent.status is Status.EFFECTIVE:
        return True
    return consent.status in {Status.WITHDRAWN, Status.SUPERSEDED} and _is_earlier(received_at, consent.until)


def _is_earlier(moment: datetime, than: datetime | None) -> bool:
    return than is not None and moment < than


def _ended(
    command: ReceiveObjection | WithdrawConsent, consent: Consent, stop: Stop, now: datetime, defaults: Defaults
) -> list[End]:
    """Give what a no makes of a consent that it ends."""
    if arrived_in_time(consent, command.received_at):
        return [_annulled(command, consent)]
    return [_taken_back(command, consent, stop, now, defaults)]


@rule("R-02", off=[])
def _deemed_after(command: WithdrawConsent, agreement: Agreement, consent: Consent) -> list[End]:
    """Give the annulments of what was deemed by silence that was none: the consent before it had been taken back."""
    return [
        _annulled(command, each)
        for each in agreement.consents.values()
        if each.id != consent.id
        and each.status is Status.EFFECTIVE
        and each.presented_at is not None
        and each.presented_at <= command.received_at
        and arrived_in_time(each, command.received_at)
    ]


def _annulled(command: ReceiveObjection | WithdrawConsent, consent: Consent) -> ConsentDeemingAnnulled:
    return ConsentDeemingAnnulled(
        customer=command.customer, consent=consent.id, why=Annulment.OBJECTION, received_at=command.received_at
    )


@rule("R-01", off=[])
def _once(
    command: ReceiveObjection | WithdrawConsent,
    agreement: Agreement,
    answered: Consent,
    stop: Stop,
    now: datetime,
    defaults: Defaults,
) -> list[End]:
    """Give the ends of the one-off consents that a no to the terms takes back: all that were given before it arrived.

    A no to one order's own consent is no such no, nor is one to a change while the consent before it goes on.
    """
    if answered.work_order is not None:
        return []
    governing = agreement.in_force(command.received_at)
    if governing is not None and governing.id != answered.id:
        return []
    return [
        _taken_back(command, each, stop, now, defaults)
        for each in agreement.consents.values()
        if each.work_order is not None and agreement.holds(each, command.received_at)
    ]


def _taken_back(
    command: ReceiveObjection | WithdrawConsent, consent: Consent, stop: Stop, now: datetime, defaults: Defaults
) -> ConsentWithdrawn:
    return ConsentWithdrawn(
        customer=command.customer,
        consent=consent.id,
        received_at=command.received_at,
        form=command.form,
        stop=stop,
        stop_by=now if stop is Stop.NOW else now + defaults.safe_stop,
        words=command.words,
    )
