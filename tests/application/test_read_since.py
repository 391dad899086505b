"""A word to a consent reads of a real log what ran then or began since, however long the customer's trail is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from test_deciding import World, make_world

from ledger.domain import decision
from ledger.domain.boundary import Boundary
from ledger.domain.consent_rules import of_agreement
from ledger.domain.decision import Decision, decided, decides
from ledger.domain.fact import Fact, fact, ref
from ledger.domain.recorded import Facts
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

__all__ = ["make_world"]


@fact("test.trail_began.v1", retention="trail", ja="試験", en="Test", clause="-")
class Began(Fact):
    """What relies on a consent, and is found by nothing else."""

    session: str = ref("session")
    consent: str = ref("reliance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    customer: str
    session: str
    consent: str


@decides(Begin)
def begin(command: Begin, _facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    return decided(Began(session=command.session, consent=command.consent))


def begun(world: World) -> Begin:
    return Begin(customer=world.customer, session=world.decider.new_id("session"), consent=world.consent)


def trail(world: World, sessions: int) -> World:
    """Let silence be consent, many sessions begin on it, and two more, each a fortnight later."""
    world.begin()
    world.clock.advance(timedelta(days=30))
    for _ in range(sessions):
        world.do(begun(world))
    for _ in range(2):
        world.clock.advance(timedelta(days=14))
        world.do(begun(world))
    world.clock.advance(timedelta(hours=1))
    return world


def relied(facts: Facts) -> int:
    return sum(isinstance(each.fact, Began) for each in facts)


@pytest.mark.parametrize("sessions", [3, 40])
def test_what_a_withdrawal_reads_does_not_grow_with_the_sessions_that_were_over(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch, sessions: int
) -> None:
    world = trail(make_world(), sessions)
    no = replace(world.withdrawal(), received_at=world.clock.now() - timedelta(hours=2))
    entries: list[int] = []
    inside = world.ledger.reader.inside

    def counted(items: Any) -> Any:
        found = inside(items)
        entries.append(len(found.records))
        return found

    monkeypatch.setattr(world.decider._boundaries._reader, "inside", counted)
    agreed = len(world.decider.facts(of_agreement(world.customer)))
    facts = world.decider.facts(decision.boundary(no))
    assert relied(facts) == 1, "what began since; all else was over long before"
    assert entries[1] <= agreed + 1  # those of the agreement are known by now
    assert relied(world.decider.facts(Boundary.of(f"reliance:{world.consent}"))) == sessions + 2
    assert relied(world.decider.facts(decision.boundary(no))) == 1, "though all of them are remembered"
    broken = [each for each in world.do(no) if isinstance(each, ViolationRecorded)]
    assert [each.sentence for each in broken] == ["session_after_objection"]


def test_what_begins_while_a_word_is_decided_is_found_all_the_same(
    make_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = trail(make_world(), 1)
    no = replace(world.withdrawal(), received_at=world.clock.now())
    boundaries, read, times = world.decider._boundaries, world.decider._boundaries.read, []

    def read_too_early(boundary: Boundary, *, only: bool = False) -> Any:
        seen = read(boundary, only=only)
        if boundary.takes(Began.KIND.type, {f"reliance:{world.consent}"}):
            times.append(relied(seen.facts))
            if len(times) == 1:
                world.decider.carry_out(begun(world), actor={"kind": "test", "id": "test"})
        return seen

    monkeypatch.setattr(boundaries, "read", read_too_early)
    facts: tuple[Fact, ...] = world.do(no)
    assert (times[0], times[-1]) == (1, 2), "decided again, knowing it"
    assert [each.sentence for each in facts if isinstance(each, ViolationRecorded)] == ["session_after_objection"]
