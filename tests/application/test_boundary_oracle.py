"""Whatever is appended by whom: what a Decider remembers, and appends on, is what stands in the log."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
from evening import ACTOR
from test_deciding import World, make_world, together, world

from ledger.application.deciding import Decider
from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.decision import Decision, decided, decides
from ledger.domain.due import type_of
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.recorded import Facts, Recorded
from ledger.domain.settings import Defaults
from ledger.store import reader

__all__ = ["make_world", "world"]


@fact("oracle.a.v1", retention="trail", ja="試験", en="Test", clause="-")
class A(Fact):
    works: tuple[str, ...] = ref("work")
    found: tuple[int, ...] = public()


@fact("oracle.b.v1", retention="agreement", subject="subject", ja="試験", en="Test", clause="-")
class B(Fact):
    subject: str = ref("work")
    works: tuple[str, ...] = ref("work")
    found: tuple[int, ...] = public()


@fact("oracle.c.v1", retention="trail", ja="試験", en="Test", clause="-")
class C(Fact):
    works: tuple[str, ...] = ref("work")
    found: tuple[int, ...] = public()


TYPES = tuple(each.KIND.type for each in (A, B, C))


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Append what is found in these items, as a fact under those works."""

    customer: str
    items: tuple[Item, ...]
    kind: type[A | B | C]
    works: tuple[str, ...]


@decides(Count, boundary=lambda command: Boundary(command.items))
def count(command: Count, facts: Facts, _now: datetime, _defaults: Defaults) -> Decision:
    found = tuple(each.position for each in facts)
    if command.kind is B:
        return decided(B(subject=command.works[0], works=command.works, found=found))
    return decided(command.kind(works=command.works, found=found))  # type: ignore[call-arg]


class Story:
    """Commands that are drawn, and what they must have found."""

    def __init__(self, world: World, seed: str) -> None:
        self.world = world
        self.draw = random.Random(seed)
        self.deciders = [world.decider, Decider(world.ledger.recorder)]
        self.works: list[str] = []
        self.done: dict[int, Count] = {}

    def command(self) -> Count:
        if len(self.works) < 2 or self.draw.random() < 0.1:
            self.works.append(self.draw.choice(self.deciders).new_id("work"))
        works = self.works[-4:]
        items = []
        for work in self.draw.sample(works, self.draw.randint(1, min(2, len(works)))):
            types = tuple(sorted(self.draw.sample(TYPES, self.draw.randint(0, 2))))
            others = {tag("work", self.draw.choice(works))} if self.draw.random() < 0.2 else set()
            since = self.world.clock.now() - timedelta(seconds=self.draw.randint(0, 40))
            tags = tuple(sorted({tag("work", work), *others}))
            items.append(Item(tags, types, since if self.draw.random() < 0.2 else None))
        under = tuple(self.draw.sample(works, self.draw.randint(1, min(2, len(works)))))
        return Count(customer=self.world.customer, items=tuple(items), kind=self.draw.choice((A, B, C)), works=under)

    def carry_out(self, by: Decider, command: Count) -> None:
        self.world.clock.advance(timedelta(seconds=1))
        (position,) = by.carry_out(command, actor=ACTOR).positions
        self.done[position] = command

    def standing(self) -> list[Recorded[Fact]]:
        """Give all that was counted, as somebody reads it who remembers nothing."""
        return Decider(self.world.ledger.recorder).facts(Boundary.of(*(tag("work", each) for each in self.works)))

    def check(self) -> None:
        """Compare with the log what each command was decided on, and what each Decider remembers."""
        standing = self.standing()
        assert [each.position for each in standing] == sorted(self.done)
        for each in standing:
            boundary = Boundary(self.done[each.position].items)
            inside = [e.position for e in standing if boundary.takes(type_of(e.fact), e.tags, e.at)]
            assert list(each.fact.found) == [place for place in inside if place < each.position]  # type: ignore[attr-defined]
        for decider in self.deciders:
            for boundary in {Boundary(each.items) for each in self.done.values()}:
                remembered = decider._boundaries.recall(boundary)
                for known in () if remembered is None else remembered.known:
                    taken = [each for each in standing if known.item.takes(type_of(each.fact), each.tags)]
                    assert [each for each in taken if each.position < known.before] == list(known.facts)
                assert decider.facts(boundary) == [
                    each for each in standing if boundary.takes(type_of(each.fact), each.tags, each.at)
                ]


@pytest.mark.parametrize("seed", range(4))
def test_each_of_two_deciders_decides_on_all_that_stands_before(world: World, seed: int) -> None:
    story = Story(world, f"in turns {seed}")
    for number in range(60):
        story.carry_out(story.draw.choice(story.deciders), story.command())
        if number % 20 == 10:
            story.check()
    story.check()


@pytest.mark.parametrize("seed", range(3))
def test_deciders_at_the_same_time_decide_on_all_that_stands_before(world: World, seed: int) -> None:
    story = Story(world, f"at once {seed}")
    for _ in range(15):
        each = [partial(story.carry_out, decider, story.command()) for decider in story.deciders * 2]
        assert together(*each) == [None] * 4
    story.check()


def test_a_boundary_of_many_days_is_read_whole_whichever_days_were_met_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_PARTS", 3)
    story = Story(world, "days")
    for _ in range(6):
        for _ in range(3):
            story.carry_out(story.draw.choice(story.deciders), story.command())
        story.check()
        world.clock.advance(timedelta(days=1))
    story.check()
    assert len({record.key for _, record in world.ledger.entries(customer=world.customer) if record.key}) > 6
    assert len(world.ledger.reader._parts) == 3


def test_keys_that_are_destroyed_meanwhile_are_forgotten_with_what_they_sealed(world: World) -> None:
    story = Story(world, "keys")
    for number in range(30):
        story.carry_out(story.draw.choice(story.deciders), story.command())
        if number % 10 == 5:
            world.ledger.recorder.custody.forget()
            assert story.deciders[0]._boundaries.recall(Boundary(story.done[max(story.done)].items)) is None
    story.check()
