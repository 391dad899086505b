"""Facts that tests of the agreement begin with: terms in force, a signatory, a presentation that arrived."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

from story import CUSTOMER, an_id, at

from ledger.domain.consent_facts import PresentationCause, Proof, TermsDelivered, TermsPresented
from ledger.domain.contacts import ContactRegistered, ContactRole
from ledger.domain.people import Role
from ledger.domain.terms import Change, TermsChangeClassified, TermsVersionEffective, TermsVersionPublished

TEXT = "従つた条件書 第1.0版"
TERMS = an_id("terms", 1)
NEWER = an_id("terms", 2)
CONSENT = an_id("consent", 1)
SECOND = an_id("consent", 2)
SIGNATORY = an_id("person", 7)
BEGAN = at("2026-11-02 09:00")

PUBLISHED = TermsVersionPublished(
    terms=TERMS, version="1.0", dated=date(2021, 5, 10), sha256=sha256(TEXT.encode()).hexdigest(), effective_at=BEGAN
)
EFFECTIVE = TermsVersionEffective(terms=TERMS, effective_at=BEGAN)
IN_FORCE = (PUBLISHED, EFFECTIVE)
"""Positions 0 and 1."""

CONTACT = ContactRegistered(
    customer=CUSTOMER, contact=SIGNATORY, name="佐藤 花子", roles=(ContactRole.CONSENT_SIGNATORY,)
)
PRESENTED = TermsPresented(
    customer=CUSTOMER,
    consent=CONSENT,
    terms=TERMS,
    sha256=PUBLISHED.sha256,
    cause=PresentationCause.INITIAL,
    channel="mail",
    text=TEXT,
    presented_at=at("2026-11-16 09:00"),
)
DELIVERED = TermsDelivered(
    customer=CUSTOMER,
    consent=CONSENT,
    delivered_at=at("2026-11-16 10:00"),
    proof=Proof.MAIL_RECEIPT,
    reference="<1@mail.example>",
)
DEADLINE = at("2026-12-02 00:00")
"""Ten business days after the delivery: the 23rd of November is a holiday."""


def newer(change: Change, effective: str) -> tuple[TermsChangeClassified, TermsVersionPublished]:
    """Give a second version, judged and published."""
    classified = TermsChangeClassified(terms=NEWER, sha256="b" * 64, change=change, decided_by=Role.LEGAL)
    published = TermsVersionPublished(
        terms=NEWER, version="1.1", dated=date(2026, 11, 20), sha256="b" * 64, effective_at=at(effective)
    )
    return classified, published


def took_effect(effective: str) -> TermsVersionEffective:
    """Give the second version's effect."""
    return TermsVersionEffective(terms=NEWER, effective_at=at(effective))


def presented_newer(presented: str) -> TermsPresented:
    """Give the presentation of the second version as a change."""
    return replace(
        PRESENTED,
        consent=SECOND,
        terms=NEWER,
        sha256="b" * 64,
        cause=PresentationCause.CHANGE,
        text=None,
        presented_at=at(presented),
    )


def delivered_newer(delivered: str) -> TermsDelivered:
    """Give the proof that the second version arrived."""
    return replace(DELIVERED, consent=SECOND, delivered_at=at(delivered))
