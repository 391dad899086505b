"""What a customer and the vendor agreed on, and by whom: consents, contracts, contacts; and the terms themselves."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from ledger.domain import consent as consents
from ledger.domain import contacts, contract, terms
from ledger.domain.boundary import TERMS_TAG, Boundary
from ledger.domain.consent_rules import of_agreement
from ledger.domain.contacts import ContactRegistered
from ledger.domain.contract import ContractRegistered
from ledger.domain.recorded import Facts, happened_at, of_type
from projections.listing import Listed, View


class ContractState(StrEnum):
    """Whether a contract is live."""

    TO_COME = "to_come"
    LIVE = "live"
    OVER = "over"


class ContactState(StrEnum):
    """Whether a contact speaks for the customer."""

    REGISTERED = "registered"
    ENDED = "ended"


class TermsState(StrEnum):
    """How far a version of the terms has come."""

    JUDGED = "judged"
    PUBLISHED = "published"
    IN_FORCE = "in_force"
    REPLACED = "replaced"


class Note(StrEnum):
    """What the state of a consent does not say."""

    IN_FORCE = "in_force"
    STOPPED = "stopped"


_SETTLED = frozenset({consents.Status.REFUSED, consents.Status.WITHDRAWN, consents.Status.SUPERSEDED})


def _consents(facts: Facts, now: datetime) -> Iterator[Listed]:
    agreement = consents.fold(facts)
    begun = {each.position: happened_at(each) for each in facts}
    for each in agreement.consents.values():
        stopped = each.status in consents.OPEN and each.stopped
        notes = ((Note.IN_FORCE, agreement.holds(each, now)), (Note.STOPPED, stopped))
        stops = (stop.id for stop in each.stops if stop.span.ends is None) if stopped else ()
        yield Listed(
            each.id,
            each.status,
            begun[each.positions[0]],
            each.positions[0],
            each.status in _SETTLED,
            tuple(note for note, holds in notes if holds),
            (each.terms, *filter(None, (each.contract, each.work_order)), *stops),
        )


def _contracts(facts: Facts, now: datetime) -> Iterator[Listed]:
    folded = contract.fold(facts)
    for begun in of_type(facts, ContractRegistered):
        each = folded[begun.fact.contract]
        state = ContractState.LIVE if each.at(now) is not None else ContractState.OVER
        state = ContractState.TO_COME if each.ended is None and now < each.stated[0].since else state
        versions = tuple(stated.incorporates for stated in each.stated if stated.incorporates is not None)
        over = each.ended is not None
        yield Listed(each.id, state, begun.at, begun.position, over, ids=tuple(dict.fromkeys(versions)))


def _contacts(facts: Facts, _now: datetime) -> Iterator[Listed]:
    first: dict[str, tuple[datetime, int]] = {}
    for begun in of_type(facts, ContactRegistered):
        first.setdefault(begun.fact.contact, (begun.at, begun.position))
    for each in contacts.fold(facts).values():
        state = ContactState.REGISTERED if each.active else ContactState.ENDED
        roles = tuple(role for role in contacts.ContactRole if role in each.roles)
        yield Listed(each.id, state, *first[each.id], over=not each.active, notes=roles if each.active else ())


def _terms(facts: Facts, now: datetime) -> Iterator[Listed]:
    versions = terms.fold(facts)
    governing = terms.in_force(versions, now)
    for each in versions.by_id.values():
        place = min(
            place
            for place in (each.published, each.classified, *(at for at, _ in each.signatures))
            if place is not None
        )
        state = TermsState.JUDGED if each.published is None else TermsState.PUBLISHED
        if each.effective is not None:
            state = TermsState.IN_FORCE if each is governing else TermsState.REPLACED
        at = next(recorded.at for recorded in facts if recorded.position == place)
        yield Listed(each.terms, state, at, place, over=state is TermsState.REPLACED)


CONSENT = View("consent", _consents, whole=of_agreement)
CONTRACT = View("contract", _contracts, whole=contract.of_customer)
CONTACT = View("person", _contacts, whole=contacts.of_customer)
TERMS = View("terms", _terms, whole=lambda _customer: Boundary.of(TERMS_TAG))
