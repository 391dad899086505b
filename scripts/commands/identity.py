"""Who gives a command: the registered person that the system user who runs it is bound to (R-34).

Guarantees: the system user is the effective one, as the kernel tells it; no name from the environment counts. Whose
account sudo came from (``SUDO_UID``) counts where the log names the effective user as a shared account, and nowhere
else: whoever has a shell of that account, and so its keys, can say anything there, whoever is let in for this command
alone cannot.
"""

import os
import pwd
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.application.door import Ledger
    from ledger.domain.people import Person
    from ledger.domain.sharing import SystemUser

Actor = Mapping[str, str]


def system_user() -> "SystemUser":
    """Give who runs this command, as the system knows them."""
    from ledger.domain.sharing import SystemUser

    behind = os.environ.get("SUDO_UID", "")
    return SystemUser(_name_of(os.geteuid()), _name_of(int(behind)) if behind.isascii() and behind.isdigit() else None)


def acting(ledger: "Ledger") -> Actor:
    """Give the actor of what anybody may run: the registered person, or else the system user itself."""
    from ledger.domain.decision import Refusal

    try:
        return as_actor(person_acting(ledger))
    except Refusal:
        return as_operator(system_user())


def person_acting(ledger: "Ledger") -> "Person":
    """Give the registered person who acts; raise Refusal where the system user is nobody's."""
    from ledger.domain.boundary import PEOPLE_TAG, Boundary
    from ledger.domain.sharing import acting_as

    return acting_as(ledger.decider.facts(Boundary.of(PEOPLE_TAG)), system_user())


def anybody_bound(ledger: "Ledger") -> bool:
    """Tell whether any system user is somebody's yet."""
    from ledger.domain.boundary import PEOPLE_TAG, Boundary
    from ledger.domain.people import fold

    return any(each.os_users for each in fold(ledger.decider.facts(Boundary.of(PEOPLE_TAG))).values())


def as_actor(person: "Person") -> Actor:
    """Name a person in an entry: by the pseudonymous id, as everywhere."""
    return {"kind": "person", "id": person.id}


def as_operator(user: "SystemUser") -> Actor:
    """Name in an entry a system user that is nobody registered."""
    return {"kind": "operator", "id": user.name}


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return str(uid)
