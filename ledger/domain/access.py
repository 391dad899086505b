"""Whoever looks at the evidence is on record: views, playbacks, exports, by the vendor's people or customers (R-34).

Guarantees: an access is recorded before it is given, with its purpose (R-30); an export is the evidence custodian's
(R-35) and carries the marking that is due (R-26); a customer sees what happened of its own, and no recordings, which
are provided on a written request (A-15, R-28). An access that is turned down is on record too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.duties import acting, check_duty
from ledger.domain.fact import Fact, about, fact, public, ref
from ledger.domain.marking import Marking, check_marking, marked, of_marking
from ledger.domain.people import Role
from ledger.domain.people import fold as fold_people
from ledger.domain.purposes import DataKind, Purpose, check_usable
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.wording import Language, say


class Act(StrEnum):
    """What is done with the evidence."""

    VIEW = "view"
    PLAYBACK = "playback"
    EXPORT = "export"


_EXPORTERS = (Role.EVIDENCE_CUSTODIAN,)


@fact("ledger.evidence_accessed.v1", retention="access", ja="閲覧記録", en="Evidence accessed", clause="audit")
class EvidenceAccessed(Fact):
    """Somebody saw or took evidence; a customer's contact has no purpose to name."""

    access: str = ref("access")
    person: str = ref("person")
    act: Act = public()
    data_kind: DataKind = public()
    purpose: Purpose | None = public(default=None)
    subjects: tuple[str, ...] = about()
    reason: str


@fact("ledger.evidence_access_denied.v1", retention="access", ja="閲覧拒否", en="Access denied", clause="audit")
class EvidenceAccessDenied(Fact):
    """Somebody wished to see or take evidence, and was not let; by which rule and why."""

    access: str = ref("access")
    person: str = ref("person")
    act: Act = public()
    data_kind: DataKind = public()
    purpose: Purpose | None = public(default=None)
    subjects: tuple[str, ...] = about()
    reason: str
    rule: str = public()
    sentence: str = public()
    values: Mapping[str, str]

    def text(self, language: Language) -> str:
        """Give the sentence for people."""
        return say(self.sentence, self.values, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEvidence:
    """Somebody of the vendor, or an auditor, is about to see or take what ``subjects`` name."""

    customer: str
    access: str
    person: str
    act: Act
    data_kind: DataKind
    purpose: Purpose
    subjects: tuple[str, ...]
    reason: str
    marking: Marking | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessOwnEvidence:
    """A contact of the customer is about to see what happened at its systems."""

    customer: str
    access: str
    contact: str
    data_kind: DataKind
    subjects: tuple[str, ...]
    reason: str


@rule("R-28")
def check_own_kind(data_kind: DataKind) -> None:
    """Refuse recordings and contents to a customer without a written request."""
    if data_kind is not DataKind.METADATA:
        raise Refusal("R-28", "recordings_on_request", kind=data_kind)


def _denied(command: AccessEvidence, refusal: Refusal) -> EvidenceAccessDenied:
    return EvidenceAccessDenied(
        access=command.access,
        person=command.person,
        act=command.act,
        data_kind=command.data_kind,
        purpose=command.purpose,
        subjects=command.subjects,
        reason=command.reason,
        rule=refusal.rule,
        sentence=refusal.sentence,
        values=refusal.values,
    )


@decides(AccessEvidence, boundary=lambda command: Boundary.of(PEOPLE_TAG) | of_marking(command.customer))
def access_evidence(command: AccessEvidence, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Let, or turn down, and record either."""
    person = acting(fold_people(facts), command.person)
    try:
        check_usable(command.purpose, command.data_kind, person)
        if command.act is Act.EXPORT:
            check_duty(person, _EXPORTERS)
            check_marking(command.marking, facts, now)
    except Refusal as refusal:
        return decided(_denied(command, refusal), cites=(person.position, *refusal.cites))
    accessed = EvidenceAccessed(
        access=command.access,
        person=person.id,
        act=command.act,
        data_kind=command.data_kind,
        purpose=command.purpose,
        subjects=command.subjects,
        reason=command.reason,
    )
    marks = (marked(facts, now, command.subjects),) if command.act is Act.EXPORT else ()
    return decided(accessed, *marks, cites=[person.position])


@decides(AccessOwnEvidence, boundary=lambda command: contacts_of(command.customer))
def access_own_evidence(command: AccessOwnEvidence, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Let a registered contact see the customer's own metadata."""
    contact = fold_contacts(facts).get(command.contact)
    if contact is None or not contact.active:
        raise Refusal("R-36", "contact_unknown", [] if contact is None else [contact.position])
    check_own_kind(command.data_kind)
    accessed = EvidenceAccessed(
        access=command.access,
        person=contact.id,
        act=Act.VIEW,
        data_kind=command.data_kind,
        subjects=command.subjects,
        reason=command.reason,
    )
    return decided(accessed, cites=[contact.position])
