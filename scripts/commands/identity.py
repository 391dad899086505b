"""Who gives a command: the registered person that the system user who runs it is bound to (R-34).

Guarantees: the system user is the effective one, as the kernel tells it; no name from the environment counts. Whose
account sudo came from (``SUDO_UID``) counts where the log names the effective user as a shared account, and nowhere
else: whoever has a shell of that account, and so its keys, can say anything there, whoever is let in for this command
alone cannot. What is decided for a person rests on who that is (``ledger.application.acting``).
"""

import os
import pwd
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.application.acting import Acting
    from ledger.application.door import Ledger
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
        return person_acting(ledger)
    except Refusal:
        return {"kind": "operator", "id": system_user().name}


def person_acting(ledger: "Ledger") -> "Acting":
    """Give the registered person who acts; raise Refusal where the system user is nobody's."""
    from ledger.application.acting import PEOPLE, Acting

    return Acting.as_person(ledger.decider.facts(PEOPLE), system_user())


def founder_acting(ledger: "Ledger") -> "Acting":
    """Give the registered person who acts, or the system user while nobody is bound to one yet; raise Refusal."""
    from ledger.application.acting import PEOPLE, Acting

    return Acting.as_founder(ledger.decider.facts(PEOPLE), system_user())


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return str(uid)
