"""A customer's contacts: who may sign, ask, check, approve and instruct on the customer's side.

Guarantees: what needs a customer's word names a registered contact who holds the role for it, or held it when the word
was given: who has left since has spoken all the same. Names and addresses are sealed under the contact's own key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.domain.boundary import Boundary, tag
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact, fact, ref
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults
from ledger.domain.values import replace


class ContactRole(StrEnum):
    """What a contact may do for the customer."""

    CONSENT_SIGNATORY = "consent_signatory"
    WORK_CONTACT = "work_contact"
    OPERATION_CHECKER = "operation_checker"
    EVIDENCE_APPLICANT = "evidence_applicant"
    BILLING_CONTACT = "billing_contact"
    CREDENTIAL_OWNER = "credential_owner"


@fact(
    "people.contact_registered.v1",
    retention="person",
    subject="contact",
    ja="お客様担当者登録",
    en="Contact registered",
    clause="-",
)
class ContactRegistered(Fact):
    """A contact with roles; registered again, the newest roles and addresses count."""

    customer: str = ref("contacts")
    contact: str = ref("person")
    name: str
    roles: tuple[ContactRole, ...]
    email: str | None = None
    phone: str | None = None


@fact(
    "people.contact_ended.v1",
    retention="person",
    subject="contact",
    ja="お客様担当者終了",
    en="Contact ended",
    clause="-",
)
class ContactEnded(Fact):
    """The contact speaks for the customer no more."""

    customer: str = ref("contacts")
    contact: str = ref("person")


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as last registered; ``held`` are the roles that it had before, each with when it lost them."""

    id: str
    position: int
    name: str
    roles: frozenset[ContactRole]
    active: bool = True
    held: tuple[tuple[datetime, frozenset[ContactRole]], ...] = ()

    def holds(self, role: ContactRole, moment: datetime | None) -> bool:
        """Tell whether the role is held now, or was at an instant or since."""
        if self.active and role in self.roles:
            return True
        return moment is not None and any(role in roles and moment < lost_at for lost_at, roles in self.held)


Contacts = Mapping[str, Contact]


def fold(facts: Facts) -> Contacts:
    """Give all contacts by id."""
    contacts: dict[str, Contact] = {}
    for each in facts:
        match each.fact:
            case ContactRegistered(contact=contact, name=name, roles=roles):
                held = _held(contacts.get(contact), each.at)
                contacts[contact] = Contact(contact, each.position, name, frozenset(roles), held=held)
            case ContactEnded(contact=contact):
                before = contacts[contact]
                held = _held(before, each.at)
                contacts[contact] = replace(before, active=False, position=each.position, held=held)
            case _:
                pass
    return contacts


def _held(before: Contact | None, lost_at: datetime) -> tuple[tuple[datetime, frozenset[ContactRole]], ...]:
    return () if before is None or not before.active else (*before.held, (lost_at, before.roles))


def entitled(
    contacts: Contacts, contact: str, role: ContactRole, rule: str, said_at: datetime | None = None
) -> Contact:
    """Give the contact; raise Refusal by ``rule`` for somebody unknown, gone or without this role.

    ``said_at`` is when the contact spoke, where that is told: it is enough to have held the role then.
    """
    found = contacts.get(contact)
    if found is None or not found.holds(role, said_at):
        raise Refusal(rule, "contact_not_entitled", [] if found is None else [found.position], role=role)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterContact:
    """Register a contact, or change the roles of one."""

    customer: str
    contact: str
    name: str
    roles: tuple[ContactRole, ...]
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndContact:
    """A contact speaks for the customer no more."""

    customer: str
    contact: str


def of_customer(customer: str) -> Boundary:
    """Give the boundary of a customer's contacts."""
    return Boundary.of(tag("contacts", customer))


@decides(RegisterContact, boundary=lambda command: of_customer(command.customer))
def register_contact(command: RegisterContact, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Register; a known contact's newest registration counts."""
    known = fold(facts).get(command.contact)
    registered = ContactRegistered(
        customer=command.customer,
        contact=command.contact,
        name=command.name,
        roles=command.roles,
        email=command.email,
        phone=command.phone,
    )
    return decided(registered, cites=[] if known is None else [known.position])


@decides(EndContact, boundary=lambda command: of_customer(command.customer))
def end_contact(command: EndContact, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """End; raise Refusal for who is unknown or gone."""
    known = fold(facts).get(command.contact)
    if known is None or not known.active:
        raise Refusal("R-34", "contact_unknown", [] if known is None else [known.position])
    return decided(ContactEnded(customer=command.customer, contact=command.contact), cites=[known.position])
