"""The terms of service and their versions: judged, published, in force (6-5).

Guarantees: a published text never changes, its hash stands in the ledger (R-32); which version is in force at an
instant is a pure function of the ledger, :func:`in_force`; a change is judged by two persons, legal first, and is
material when they disagree (R-33, A-24); no version takes effect before it was published. Everything but the
signatories and their reasons is public and kept for ever. Texts of a version are identified by SHA-256 over their
exact bytes.

States of a version: judged → published → effective → retired, when the next one takes effect.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from ledger.domain.boundary import PEOPLE_TAG, TERMS_TAG, Boundary
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.due import Due, Timer, timer
from ledger.domain.duties import acting, check_second
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.people import Person, Role
from ledger.domain.people import fold as fold_people
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults


class Change(StrEnum):
    """What a new version is to customers."""

    MATERIAL = "material"
    MINOR = "minor"


@fact(
    "terms.classification_signed.v1",
    chain="log",
    retention="agreement",
    subject="terms",
    ja="変更影響判定署名",
    en="Classification signed",
    clause="6-5",
    tags=(TERMS_TAG,),
)
class TermsClassificationSigned(Fact):
    """One person's judgement of a change, with the reason."""

    terms: str = ref("terms")
    sha256: str
    change: Change
    person: str
    reason: str


@fact(
    "terms.change_classified.v1",
    chain="log",
    retention="terms",
    ja="変更影響判定",
    en="Change of terms classified",
    clause="6-5",
    tags=(TERMS_TAG,),
)
class TermsChangeClassified(Fact):
    """What two persons judged; who they were stands in the cited signatures."""

    terms: str = ref("terms", public=True)
    sha256: str = public()
    change: Change = public()
    decided_by: Role = public()


@fact(
    "terms.version_published.v1",
    chain="log",
    retention="terms",
    ja="条件書公開",
    en="Terms published",
    clause="6-5",
    tags=(TERMS_TAG,),
)
class TermsVersionPublished(Fact):
    """A version: its label (1.0), the date it bears, its text's hash, and when it takes effect."""

    terms: str = ref("terms", public=True)
    version: str = public()
    dated: date = public()
    sha256: str = public()
    effective_at: datetime = public()


@fact(
    "terms.version_effective.v1",
    chain="log",
    retention="terms",
    ja="条件書適用開始",
    en="Terms in force",
    clause="6-5",
    tags=(TERMS_TAG,),
)
class TermsVersionEffective(Fact):
    """The version is in force since ``effective_at``, and the one before it is retired."""

    terms: str = ref("terms", public=True)
    effective_at: datetime = public()


class Version(NamedTuple):
    """A version as far as it has come."""

    terms: str
    sha256: str
    change: Change | None = None
    classified: int | None = None
    label: str | None = None
    published: int | None = None
    effective_at: datetime | None = None
    """When it takes effect, or has."""
    effective: int | None = None
    signatures: tuple[tuple[int, TermsClassificationSigned], ...] = ()


class Versions(NamedTuple):
    """All versions: those published, by when they take effect, and those still judged."""

    by_id: dict[str, Version]

    @property
    def published(self) -> Sequence[Version]:
        """Give the published ones in the order of their effect."""
        found = [each for each in self.by_id.values() if each.effective_at is not None]
        return sorted(found, key=lambda each: (each.effective_at, each.published))

    def after(self, terms: str) -> Version | None:
        """Give the version that follows this one, or None."""
        published = self.published
        place = [each.terms for each in published].index(terms)
        return published[place + 1] if place + 1 < len(published) else None


def fold(facts: Facts) -> Versions:
    """Give what the ledger says of the terms."""
    found: dict[str, Version] = {}
    for each in facts:
        match each.fact:
            case TermsClassificationSigned() as signed:
                version = found.get(signed.terms) or Version(signed.terms, signed.sha256)
                signatures = (*version.signatures, (each.position, signed))
                found[signed.terms] = version._replace(signatures=signatures)
            case TermsChangeClassified(terms=terms, sha256=sha256, change=change):
                version = found.get(terms) or Version(terms, sha256)
                found[terms] = version._replace(change=change, classified=each.position)
            case TermsVersionPublished(terms=terms, sha256=sha256, version=label, effective_at=effective_at):
                version = found.get(terms) or Version(terms, sha256)
                found[terms] = version._replace(label=label, published=each.position, effective_at=effective_at)
            case TermsVersionEffective(terms=terms):
                found[terms] = found[terms]._replace(effective=each.position)
            case _:
                pass
    return Versions(found)


@rule("R-32")
def in_force(versions: Versions, moment: datetime) -> Version | None:
    """Give the version in force at an instant: of those that have taken effect by then, the latest."""
    taken = [each for each in versions.published if each.effective is not None]
    return next(
        (each for each in reversed(taken) if each.effective_at is not None and each.effective_at <= moment), None
    )


@rule("R-32")
def check_unpublished(versions: Versions, terms: str, sha256: str, label: str) -> None:
    """Refuse to publish a version, a label or a text a second time."""
    for each in versions.published:
        if each.terms == terms or each.label == label or each.sha256 == sha256:
            cites = [] if each.published is None else [each.published]
            raise Refusal("R-32", "terms_published_already", cites, version=each.label or "")


@rule("R-32")
def check_text(version: Version, sha256: str) -> None:
    """Refuse a text that is not the version's, byte for byte."""
    if version.sha256 != sha256:
        cites = [place for place in (version.published, version.classified) if place is not None]
        raise Refusal("R-32", "terms_text_differs", cites, expected=version.sha256, found=sha256)


@rule("R-33")
def check_classified(versions: Versions, terms: str) -> None:
    """Refuse to publish a change that two persons have not judged; the first version is no change."""
    version = versions.by_id.get(terms)
    if versions.published and (version is None or version.classified is None):
        cites = [place for place, _ in version.signatures] if version is not None else []
        raise Refusal("R-33", "terms_not_classified", cites)


@rule("R-33")
def check_legal_first(version: Version | None, person: Person) -> None:
    """Refuse a first signature that is not legal's."""
    if (version is None or not version.signatures) and Role.LEGAL not in person.roles:
        raise Refusal("R-33", "legal_signs_first", [person.position], name=person.name)


@rule("R-33")
def check_unclassified(version: Version | None) -> None:
    """Refuse to judge again what two persons have judged."""
    if version is not None and version.classified is not None:
        raise Refusal("R-33", "terms_classified_already", [version.classified])


def _compute(_subject: str, facts: Facts, now: datetime, _defaults: Defaults) -> list[Fact]:
    """Give the versions that have taken effect by now, in their order."""
    return [
        TermsVersionEffective(terms=each.terms, effective_at=each.effective_at, cites=(each.published,))
        for each in fold(facts).published
        if each.effective is None
        and each.published is not None
        and each.effective_at is not None
        and each.effective_at <= now
    ]


TERMS_TIMER = timer(Timer("terms", "terms", lambda _subject, _chain: Boundary.of(TERMS_TAG), _compute))
"""One subject: all that is published."""


def terms_due() -> Due:
    """Give the timer of the published terms."""
    return TERMS_TIMER.at("all", "log")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignClassification:
    """Sign what a coming version is to customers; the second person's signature decides."""

    terms: str
    sha256: str
    change: Change
    reason: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishTerms:
    """Publish a version, effective at once or later."""

    terms: str
    version: str
    dated: date
    sha256: str
    effective_at: datetime | None = None


@decides(SignClassification, boundary=lambda _: Boundary.of(TERMS_TAG, PEOPLE_TAG), timers=lambda _: (terms_due(),))
def sign_classification(command: SignClassification, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Record the signature; with the second person's, what both came to: material unless both say minor (A-24)."""
    people = fold_people(facts)
    version = fold(facts).by_id.get(command.terms)
    person = acting(people, command.person)
    check_unclassified(version)
    check_legal_first(version, person)
    signed = TermsClassificationSigned(
        terms=command.terms, sha256=command.sha256, change=command.change, person=person.id, reason=command.reason
    )
    if version is None or not version.signatures:
        return decided(signed, cites=[person.position])
    check_text(version, command.sha256)
    place, first = version.signatures[0]
    check_second(people[first.person], place, person)
    change = Change.MINOR if first.change == command.change == Change.MINOR else Change.MATERIAL
    classified = TermsChangeClassified(
        terms=command.terms, sha256=command.sha256, change=change, decided_by=Role.LEGAL, cites=(place,)
    )
    return decided(signed, classified, cites=[place, person.position])


@decides(PublishTerms, boundary=lambda _: Boundary.of(TERMS_TAG), timers=lambda _: (terms_due(),))
def publish_terms(command: PublishTerms, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Publish what was judged, never with effect before now (A-24)."""
    versions = fold(facts)
    check_unpublished(versions, command.terms, command.sha256, command.version)
    check_classified(versions, command.terms)
    version = versions.by_id.get(command.terms)
    if version is not None:
        check_text(version, command.sha256)
    effective_at = command.effective_at or now
    check_not_backdated(versions, effective_at, now)
    published = TermsVersionPublished(
        terms=command.terms,
        version=command.version,
        dated=command.dated,
        sha256=command.sha256,
        effective_at=effective_at,
    )
    cites = [version.classified] if version is not None and version.classified is not None else []
    if effective_at > now:
        return decided(published, cites=cites)
    return decided(published, TermsVersionEffective(terms=command.terms, effective_at=effective_at), cites=cites)


@rule("R-32")
def check_not_backdated(versions: Versions, effective_at: datetime, now: datetime) -> None:
    """Refuse an effect before the publication, or before that of a version published earlier."""
    last = versions.published[-1] if versions.published else None
    if effective_at < now:
        raise Refusal("R-32", "terms_backdated", at=effective_at.isoformat())
    if last is not None and last.effective_at is not None and effective_at <= last.effective_at:
        cites = [] if last.published is None else [last.published]
        raise Refusal("R-32", "terms_order", cites, version=last.label or "", at=last.effective_at.isoformat())
