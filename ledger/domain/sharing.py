"""Naming the accounts that several people work through, and telling who it was that acted (R-34).

Guarantees: a system user is either one person's or shared, never both; through a shared account somebody acts only as
the registered person whom sudo names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.people import Person, check_bound, check_free, fold, person_of
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule
from ledger.domain.settings import Defaults
from ledger.domain.shared_accounts import SharedAccountEnded, SharedAccountNamed, shared_accounts


@dataclass(frozen=True, slots=True)
class SystemUser:
    """Who runs a command, as the system knows: the effective user, and from whose account sudo came, if it says so."""

    name: str
    behind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSharedAccount:
    """Several people work through this system user, by sudo."""

    os_user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSharedAccount:
    """Nobody works through this system user by sudo any more."""

    os_user: str


def acting_as(facts: Facts, user: SystemUser) -> Person:
    """Give the person who acts as a system user; raise Refusal where it is nobody registered."""
    shared = shared_accounts(facts)
    check_person_behind(shared, user)
    people = fold(facts)
    name = user.behind if user.name in shared and user.behind is not None else user.name
    check_bound(people, name)
    person = person_of(people, name)
    assert person is not None, "a bound system user is somebody's"
    return person


@rule("R-34")
def check_person_behind(shared: Mapping[str, int], user: SystemUser) -> None:
    """Refuse what is done as a shared account without sudo: it could be anybody's."""
    if user.name in shared and user.behind is None:
        raise Refusal("R-34", "shared_account_alone", [shared[user.name]], os_user=user.name)


def _everybody(_: object) -> Boundary:
    return Boundary.of(PEOPLE_TAG)


@decides(NameSharedAccount, boundary=_everybody)
def name_shared_account(command: NameSharedAccount, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """Name an account that is nobody's; named again, nothing changes."""
    known = shared_accounts(facts).get(command.os_user)
    if known is not None:
        return decided(cites=[known])
    check_free(fold(facts), command.os_user)
    return decided(SharedAccountNamed(os_user=command.os_user))


@decides(EndSharedAccount, boundary=_everybody)
def end_shared_account(command: EndSharedAccount, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    """End what was named."""
    known = shared_accounts(facts).get(command.os_user)
    if known is None:
        raise Refusal("R-34", "account_not_shared", os_user=command.os_user)
    return decided(SharedAccountEnded(os_user=command.os_user), cites=[known])
