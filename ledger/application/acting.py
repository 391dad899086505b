"""The actor of a command as the log tells it: the person a system user was bound to when somebody looked.

Guarantees: a command that is given by an :class:`Acting` is decided on the people's facts, too. So a binding that ends
between the look and the append makes it be decided anew, and refused (R-34); whoever it is then is told so.
"""

from collections.abc import Iterator, Mapping

from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.decision import Refusal
from ledger.domain.people import OsUserBound, OsUserUnbound, PersonLeft, fold
from ledger.domain.recorded import Facts, last, positions
from ledger.domain.sharing import SystemUser, acting_as

PEOPLE = Boundary.of(PEOPLE_TAG)


class Acting(Mapping[str, str]):
    """An actor, and the system user that it was resolved of."""

    def __init__(self, actor: Mapping[str, str], user: SystemUser, *, founding: bool = False) -> None:
        """``founding``: nobody was bound to a system user yet, and somebody has to be the first."""
        self._actor = actor
        self.user = user
        self.founding = founding

    @classmethod
    def as_person(cls, facts: Facts, user: SystemUser) -> "Acting":
        """Give the registered person who acts, by the pseudonymous id; raise Refusal where the user is nobody's."""
        return cls({"kind": "person", "id": acting_as(facts, user).id}, user)

    @classmethod
    def as_founder(cls, facts: Facts, user: SystemUser) -> "Acting":
        """Give the registered person who acts, and while nobody is bound the system user itself; raise Refusal."""
        if any(each.os_users for each in fold(facts).values()):
            return cls.as_person(facts, user)
        return cls({"kind": "operator", "id": user.name}, user, founding=True)

    def check(self, facts: Facts) -> None:
        """Refuse where the system user is nobody's or somebody else's by now; raise Refusal."""
        now = (Acting.as_founder if self.founding else Acting.as_person)(facts, self.user)
        if now != self:
            changed = positions(last(facts, OsUserBound, OsUserUnbound, PersonLeft))
            raise Refusal("R-34", "actor_changed", changed, os_user=self.user.name)

    def __getitem__(self, name: str) -> str:
        return self._actor[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actor)

    def __len__(self) -> int:
        return len(self._actor)
