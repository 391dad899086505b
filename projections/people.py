"""The vendor's people, and the origins to which the terms do not apply."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from ledger.domain import origins, people
from ledger.domain.boundary import PEOPLE_TAG, Boundary
from ledger.domain.recorded import Facts
from projections.listing import Listed, View


class PersonState(StrEnum):
    """Whether a person may act."""

    UNBOUND = "unbound"
    BOUND = "bound"
    LEFT = "left"


class OriginState(StrEnum):
    """Whether the terms do not apply to an origin."""

    EXCLUDED = "excluded"
    ENDED = "ended"


def _people(facts: Facts, _now: datetime) -> Iterator[Listed]:
    begun = {each.position: each.at for each in facts}
    for each in people.fold(facts).values():
        state = PersonState.BOUND if each.os_users else PersonState.UNBOUND
        roles = tuple(role for role in people.Role if role in each.roles)
        state = state if each.active else PersonState.LEFT
        yield Listed(each.id, state, begun[each.position], each.position, not each.active, roles)


def _origins(facts: Facts, _now: datetime) -> Iterator[Listed]:
    begun = {each.position: each.at for each in facts}
    for each in origins.fold(facts).values():
        state = OriginState.EXCLUDED if each.ended_at is None else OriginState.ENDED
        yield Listed(each.id, state, begun[each.position], each.position, each.ended_at is not None, (each.centre,))


PERSON = View("person", _people, whole=lambda _customer: Boundary.of(PEOPLE_TAG))
ORIGIN = View("origin", _origins, whole=lambda _customer: Boundary.of(origins.ORIGINS_TAG))
