"""Whoever looks at the evidence is on record: views, playbacks, exports, by the vendor's people or customers (R-34).

Guarantees: an access is recorded before it is given, with its purpose (R-30); an export is the evidence custodian's
(R-35) and carries the marking that is due (R-26); a customer sees what happened of its own, and no recordings, which
are provided on a written request (A-15, R-28). An access that is turned down is on record too.

What counts as evidence is what is sealed. The envelope of an entry and its public members name nobody and tell nothing
of a system: they stand in every proof, and whoever pages through them is not recorded. At a command line the person is
the one who is bound to the system user; until anybody is bound, the entry has the system user alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.contacts import fold as fold_contacts
from ledger.domain.contacts import of_customer as contacts_of
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.duties import acting, check_duty
from ledger.domain.fact import Fact, about, fact, public, ref
from ledger.domain.marking import Marking, check_marking, marked, of_marking
from ledger.domain.people import Person, Role
from ledger.domain.people import fold as fold_people
from ledger.domain.purposes import DataKind, Purpose, check_usable
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.sharing import SystemUser, acting_as
from ledger.domain.subjects import of_subjects
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
    person: str | None = ref("person", default=None)
    """None at the command line of a vendor none of whose people is bound to a system user yet."""
    act: Act = public()
    data_kind: DataKind = public()
    purpose: Purpose | None = public(default=None)
    subjects: tuple[str, ...] = about(default=())
    first: int | None = public(default=None)
    last: int | None = public(default=None)
    """The numbers in this chain from which, and up to which, it was shown; without a last, up to the end."""
    reason: str


@fact("ledger.evidence_access_denied.v1", retention="access", ja="閲覧拒否", en="Access denied", clause="audit")
class EvidenceAccessDenied(Fact):
    """Somebody wished to see or take evidence, and was not let; by which rule and why."""

    access: str = ref("access")
    person: str | None = ref("person", default=None)
    """None at the command line of a vendor none of whose people is bound to a system user yet."""
    act: Act = public()
    data_kind: DataKind = public()
    purpose: Purpose | None = public(default=None)
    subjects: tuple[str, ...] = about(default=())
    first: int | None = public(default=None)
    last: int | None = public(default=None)
    """The numbers in this chain from which, and up to which, it was shown; without a last, up to the end."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessAtTerminal:
    """A system user is about to be shown, or to take along, the entries ``first`` to ``last`` of a customer's chain.

    Without a ``last``, to its end.
    """

    customer: str
    access: str
    user: SystemUser
    act: Act
    data_kind: DataKind
    purpose: Purpose | None
    first: int
    last: int | None
    reason: str


@rule("R-28")
def check_own_kind(data_kind: DataKind) -> None:
    """Refuse recordings and contents to a customer without a written request."""
    if data_kind is not DataKind.METADATA:
        raise Refusal("R-28", "recordings_on_request", kind=data_kind)


@rule("R-30", off=Purpose.CONTRACT_PERFORMANCE)
def named_purpose(purpose: Purpose | None, person: Person) -> Purpose:
    """Give the purpose; raise Refusal where a person names none."""
    if purpose is None:
        raise Refusal("R-30", "purpose_not_named", [person.position])
    return purpose


def _denied(wished: EvidenceAccessed, refusal: Refusal) -> EvidenceAccessDenied:
    return EvidenceAccessDenied(
        access=wished.access,
        person=wished.person,
        act=wished.act,
        data_kind=wished.data_kind,
        purpose=wished.purpose,
        subjects=wished.subjects,
        first=wished.first,
        last=wished.last,
        reason=wished.reason,
        rule=refusal.rule,
        sentence=refusal.sentence,
        values=refusal.values,
    )


@decides(
    AccessEvidence,
    boundary=lambda command: Boundary.of(PEOPLE_TAG) | of_marking(command.customer) | of_subjects(command.subjects),
)
def access_evidence(command: AccessEvidence, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Let, or turn down, and record either."""
    person = acting(fold_people(facts), command.person)
    accessed = EvidenceAccessed(
        access=command.access,
        person=person.id,
        act=command.act,
        data_kind=command.data_kind,
        purpose=command.purpose,
        subjects=command.subjects,
        reason=command.reason,
    )
    try:
        _check_person(accessed, command.purpose, person)
        if command.act is Act.EXPORT:
            check_marking(command.marking, facts, now)
    except Refusal as refusal:
        return decided(_denied(accessed, refusal), cites=(person.position, *refusal.cites))
    return _let(accessed, facts, now, person)


@decides(AccessAtTerminal, boundary=lambda command: Boundary.of(PEOPLE_TAG) | of_marking(command.customer))
def access_at_terminal(command: AccessAtTerminal, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Let, or turn down, and record either; who forgot to name a purpose is only told so."""
    accessed = EvidenceAccessed(
        access=command.access,
        act=command.act,
        data_kind=command.data_kind,
        purpose=command.purpose,
        first=command.first,
        last=command.last,
        reason=command.reason,
    )
    if not any(each.os_users for each in fold_people(facts).values()):
        return _let(accessed, facts, now, None)
    try:
        person = acting_as(facts, command.user)
    except Refusal as refusal:
        return decided(_denied(accessed, refusal), cites=refusal.cites)
    purpose = named_purpose(command.purpose, person)
    accessed = replace(accessed, person=person.id)
    try:
        _check_person(accessed, purpose, person)
    except Refusal as refusal:
        return decided(_denied(accessed, refusal), cites=(person.position, *refusal.cites))
    return _let(accessed, facts, now, person)


def _check_person(wished: EvidenceAccessed, purpose: Purpose, person: Person) -> None:
    check_usable(purpose, wished.data_kind, person)
    if wished.act is Act.EXPORT:
        check_duty(person, _EXPORTERS)


def _let(accessed: EvidenceAccessed, facts: Facts, now: datetime, person: Person | None) -> Decision:
    """Record an access, and the marking of what is taken along."""
    marks = (marked(facts, now, accessed.subjects),) if accessed.act is Act.EXPORT else ()
    return decided(accessed, *marks, cites=() if person is None else [person.position])


@decides(AccessOwnEvidence, boundary=lambda command: contacts_of(command.customer) | of_subjects(command.subjects))
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
