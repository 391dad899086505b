"""The vendor's people: technicians and operators, the roles they hold, and the system users they work as.

Guarantees: a system user belongs to at most one person at a time (R-34), so a sign-off at the command line has one
author, and no two persons give the two sign-offs through one system user; nobody who does the work also keeps its
evidence or signs checkpoints (R-35). Names and accounts are sealed under the person's own key; everywhere else a person
is a pseudonymous id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Fact, fact, ref
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.shared_accounts import check_not_shared
from ledger.domain.values import replace


class Role(StrEnum):
    """What a person of the vendor may be."""

    TECHNICIAN = "technician"
    SALES = "sales"
    LEGAL = "legal"
    SECURITY = "security"
    FINANCE = "finance"
    AUDITOR = "auditor"
    GATEWAY_OPERATOR = "gateway_operator"
    EVIDENCE_CUSTODIAN = "evidence_custodian"
    CHECKPOINT_SIGNER = "checkpoint_signer"


_APART = (
    (Role.TECHNICIAN, Role.EVIDENCE_CUSTODIAN),
    (Role.TECHNICIAN, Role.AUDITOR),
    (Role.GATEWAY_OPERATOR, Role.CHECKPOINT_SIGNER),
    (Role.GATEWAY_OPERATOR, Role.EVIDENCE_CUSTODIAN),
)
"""Pairs that one person never holds (R-35)."""


@fact(
    "people.technician_registered.v1",
    chain="log",
    retention="person",
    subject="person",
    ja="技術員登録",
    en="Technician registered",
    clause="4-2",
    tags=(PEOPLE_TAG,),
)
class TechnicianRegistered(Fact):
    """A technician (技術員, 作業員, 作業者: one role); ``employer`` tells a subcontractor's (A-27)."""

    person: str = ref("person")
    name: str
    employer: str | None = None
    accounts: tuple[str, ...] = ()
    """The names that the person's logins show up under at gateways and targets."""


@fact(
    "people.operator_registered.v1",
    chain="log",
    retention="person",
    subject="person",
    ja="操作者登録",
    en="Operator registered",
    clause="audit",
    tags=(PEOPLE_TAG,),
)
class OperatorRegistered(Fact):
    """Somebody else of the vendor, by the roles held."""

    person: str = ref("person")
    name: str
    roles: tuple[Role, ...]


@fact(
    "people.os_user_bound.v1",
    chain="log",
    retention="person",
    subject="person",
    ja="OS 利用者の結び付け",
    en="System user bound",
    clause="audit",
    tags=(PEOPLE_TAG,),
)
class OsUserBound(Fact):
    """From now on, what this system user does at the command line is done by this person."""

    person: str = ref("person")
    os_user: str


@fact(
    "people.os_user_unbound.v1",
    chain="log",
    retention="person",
    subject="person",
    ja="OS 利用者解除",
    en="System user unbound",
    clause="audit",
    tags=(PEOPLE_TAG,),
)
class OsUserUnbound(Fact):
    """The system user is nobody's any more."""

    person: str = ref("person")
    os_user: str


@fact(
    "people.person_left.v1",
    chain="log",
    retention="person",
    subject="person",
    ja="離任",
    en="Person left",
    clause="audit",
    tags=(PEOPLE_TAG,),
)
class PersonLeft(Fact):
    """The person holds no role and no system user any more."""

    person: str = ref("person")


@dataclass(frozen=True, slots=True)
class Binding:
    """A system user as which a person works or worked: since which position, and until which, if it ended."""

    os_user: str
    since: int
    until: int | None = None

    def holds(self, position: int) -> bool:
        """Tell whether it held for what stands at a position."""
        return self.since < position and (self.until is None or position < self.until)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as registered; ``position`` is the registration."""

    id: str
    position: int
    name: str
    roles: frozenset[Role]
    bindings: tuple[Binding, ...] = ()
    active: bool = True

    @property
    def os_users(self) -> Mapping[str, int]:
        """Give the system users bound now, each with the position that bound it."""
        return {each.os_user: each.since for each in self.bindings if each.until is None}


People = Mapping[str, Person]


def fold(facts: Facts) -> People:
    """Give all persons by id."""
    people: dict[str, Person] = {}
    for each in facts:
        match each.fact:
            case TechnicianRegistered(person=person, name=name):
                people[person] = Person(person, each.position, name, frozenset({Role.TECHNICIAN}))
            case OperatorRegistered(person=person, name=name, roles=roles):
                people[person] = Person(person, each.position, name, frozenset(roles))
            case OsUserBound(person=person, os_user=os_user):
                bound = (*people[person].bindings, Binding(os_user, each.position))
                people[person] = replace(people[person], bindings=bound)
            case OsUserUnbound(person=person, os_user=os_user):
                people[person] = _unbound(people[person], each.position, os_user)
            case PersonLeft(person=person):
                people[person] = replace(_unbound(people[person], each.position), active=False)
            case _:
                pass
    return people


def _unbound(person: Person, position: int, os_user: str | None = None) -> Person:
    """End the binding to a system user, or all."""
    ended = (
        replace(each, until=position) if each.until is None and os_user in {None, each.os_user} else each
        for each in person.bindings
    )
    return replace(person, bindings=tuple(ended))


def person_of(people: People, os_user: str) -> Person | None:
    """Give who works as this system user, or None."""
    return next((each for each in people.values() if os_user in each.os_users), None)


@rule("R-34")
def check_bound(people: People, os_user: str) -> None:
    """Refuse what a system user signs that is no registered person's."""
    if person_of(people, os_user) is None:
        raise Refusal("R-34", "os_user_nobody", os_user=os_user)


@rule("R-34")
def check_two_persons(first: Person, second: Person) -> None:
    """Refuse a second sign-off by the person of the first, whatever system user it came from."""
    if first.id == second.id:
        raise Refusal("R-34", "same_person_twice", (first.position,), name=first.name)


@rule("R-35")
def check_two_users(first: Person, signed: int, second: Person) -> None:
    """Refuse a second sign-off through the system user of the first (at position ``signed``), whoever holds it now."""
    before = {each.os_user: each.since for each in first.bindings if each.holds(signed)}
    for os_user, since in second.os_users.items():
        if os_user in before:
            raise Refusal("R-35", "same_user_twice", [before[os_user], signed, since], os_user=os_user)


@rule("R-35")
def check_roles_apart(roles: Iterable[Role]) -> None:
    """Refuse roles that one person must not hold together."""
    held = set(roles)
    for one, other in _APART:
        if {one, other} <= held:
            raise Refusal("R-35", "roles_not_together", one=one, other=other)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterTechnician:
    """Register a technician."""

    person: str
    name: str
    employer: str | None = None
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterOperator:
    """Register somebody of the vendor who is no technician."""

    person: str
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BindOsUser:
    """Let a person work as a system user."""

    person: str
    os_user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbindOsUser:
    """End a binding."""

    os_user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPerson:
    """Somebody left."""

    person: str


def _everybody(_: object) -> Boundary:
    return Boundary.of(PEOPLE_TAG)


@decides(RegisterTechnician, boundary=_everybody)
def register_technician(command: RegisterTechnician, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Register; an id is used once."""
    _check_new(fold(facts), command.person)
    return decided(
        TechnicianRegistered(
            person=command.person, name=command.name, employer=command.employer, accounts=command.accounts
        )
    )


@decides(RegisterOperator, boundary=_everybody)
def register_operator(command: RegisterOperator, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Register with roles that go together."""
    _check_new(fold(facts), command.person)
    check_roles_apart(command.roles)
    return decided(OperatorRegistered(person=command.person, name=command.name, roles=command.roles))


@decides(BindOsUser, boundary=_everybody)
def bind_os_user(command: BindOsUser, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Bind a system user that is nobody's; binding it again to the same person changes nothing."""
    people = fold(facts)
    person = _active(people, command.person)
    holder = person_of(people, command.os_user)
    if holder is not None and holder.id == person.id:
        return decided(cites=[holder.os_users[command.os_user]])
    check_free(people, command.os_user)
    check_not_shared(facts, command.os_user)
    return decided(OsUserBound(person=person.id, os_user=command.os_user), cites=[person.position])


@rule("R-34")
def check_free(people: People, os_user: str) -> None:
    """Refuse a system user that is somebody's."""
    holder = person_of(people, os_user)
    if holder is not None:
        raise Refusal("R-34", "os_user_taken", [holder.os_users[os_user]], os_user=os_user, name=holder.name)


@decides(UnbindOsUser, boundary=_everybody)
def unbind_os_user(command: UnbindOsUser, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """End a binding; what the person signed stays signed."""
    holder = person_of(fold(facts), command.os_user)
    if holder is None:
        raise Refusal("R-34", "os_user_unbound", os_user=command.os_user)
    bound = holder.os_users[command.os_user]
    return decided(OsUserUnbound(person=holder.id, os_user=command.os_user), cites=[bound])


@decides(EndPerson, boundary=_everybody)
def end_person(command: EndPerson, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """End all that a person may do."""
    person = _active(fold(facts), command.person)
    return decided(PersonLeft(person=person.id), cites=[person.position])


def _active(people: People, person: str) -> Person:
    found = people.get(person)
    if found is None or not found.active:
        raise Refusal("R-34", "person_unknown", [] if found is None else [found.position], person=person)
    return found


def _check_new(people: People, person: str) -> None:
    if person in people:
        raise Refusal("R-34", "person_known", [people[person].position], person=person)
