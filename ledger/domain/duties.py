"""Who of the vendor may do what: everybody acts as a registered person, and some steps belong to one duty.

Guarantees: what is done through the ledger has one registered author, and a second sign-off another one (R-34) who
came as another system user; giving evidence out, keeping it and destroying it is the evidence custodian's, never a
technician's or a gateway operator's (R-35).
"""

from collections.abc import Collection

from ledger.domain.decision import Refusal
from ledger.domain.people import People, Person, Role, check_two_persons, check_two_users
from ledger.domain.rules import rule


def acting(people: People, person: str) -> Person:
    """Give who acts; raise Refusal for somebody who is not registered, or left."""
    check_registered(people, person)
    return people[person]


def on_duty(people: People, person: str, duties: Collection[Role]) -> Person:
    """Give who acts; raise Refusal for somebody who holds none of these roles."""
    found = acting(people, person)
    check_duty(found, duties)
    return found


def check_second(first: Person, signed: int, second: Person) -> None:
    """Refuse a second sign-off that is the first one's (at position ``signed``), by the person or the system user."""
    check_two_persons(first, second)
    check_two_users(first, signed, second)


@rule("R-34")
def check_registered(people: People, person: str) -> None:
    """Refuse what nobody registered does."""
    found = people.get(person)
    if found is None or not found.active:
        raise Refusal("R-34", "person_unknown", [] if found is None else [found.position], person=person)


@rule("R-35")
def check_duty(person: Person, duties: Collection[Role]) -> None:
    """Refuse a step to whoever does not hold the role it belongs to."""
    if not person.roles & set(duties):
        raise Refusal("R-35", "duty_of_others", [person.position], duties=", ".join(sorted(duties)))
