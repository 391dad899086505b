"""System users that several people work through: the account that owns the ledger's keys, reached by sudo (R-34).

Guarantees: who acts through such an account is told by sudo, and by nothing else; that this is so is itself on record,
named by somebody, so that nobody's word is taken silently.
"""

from collections.abc import Mapping

from ledger.domain.boundary import PEOPLE_TAG
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact, fact, public
from ledger.domain.recorded import Facts
from ledger.domain.rules import rule


@fact(
    "people.shared_account_named.v1",
    chain="log",
    retention="terms",
    ja="共用アカウント指定",
    en="Shared account named",
    clause="audit",
    tags=(PEOPLE_TAG,),
)
class SharedAccountNamed(Fact):
    """From now on this system user is no person: who acts is whoever came to it by sudo."""

    os_user: str = public()


@fact(
    "people.shared_account_ended.v1",
    chain="log",
    retention="terms",
    ja="共用アカウント終了",
    en="Shared account ended",
    clause="audit",
    tags=(PEOPLE_TAG,),
)
class SharedAccountEnded(Fact):
    """Sudo's word counts no more for this system user."""

    os_user: str = public()


def shared_accounts(facts: Facts) -> Mapping[str, int]:
    """Give the shared accounts, each with the position that named it."""
    shared: dict[str, int] = {}
    for each in facts:
        match each.fact:
            case SharedAccountNamed(os_user=os_user):
                shared[os_user] = each.position
            case SharedAccountEnded(os_user=os_user):
                shared.pop(os_user, None)
            case _:
                pass
    return shared


@rule("R-34")
def check_not_shared(facts: Facts, os_user: str) -> None:
    """Refuse to make one person's what several people work through."""
    named = shared_accounts(facts).get(os_user)
    if named is not None:
        raise Refusal("R-34", "account_is_shared", [named], os_user=os_user)
