"""What a Decider remembers of boundaries saves it reading, and never decides anything by itself."""

import time
from dataclasses import replace

import pytest
from evening import ACTOR
from test_deciding import Drawn, Start, Started, World, make_world, world

from ledger.application import boundary_memory
from ledger.application.boundary_memory import BoundaryMemory, Known
from ledger.application.deciding import Decider
from ledger.domain.basis import Basis
from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.consent_facts import Form
from ledger.domain.consent_rules import of_agreement
from ledger.domain.consenting import ExpressConsent
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.contract import Remote
from ledger.domain.contracting import RegisterContract
from ledger.domain.decision import Refusal
from ledger.domain.ordering import AcceptWork, DeclineWork, RequestWork
from ledger.domain.recorded import Recorded, of_type
from ledger.domain.work import of_order
from ledger.domain.work_facts import WorkOrderRequested
from ledger.store.custody import Custody
from ledger.store.reader import Inside, Reader

__all__ = ["make_world", "world"]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Tell of each reading of a boundary from the log how many records it brought."""
    made: list[int] = []
    inside = Reader.inside

    def told(self: Reader, items: list[Item]) -> Inside:
        found = inside(self, items)  # type: ignore[arg-type]  # as it was asked
        made.append(len(found.records))
        return found

    monkeypatch.setattr(Reader, "inside", told)
    return made


def agree(world: World, by: Decider | None = None) -> None:
    """Let a signatory say yes to what was presented."""
    signatory = world.decider.new_id("person")
    contact = RegisterContact(
        customer=world.customer, contact=signatory, name="山田", roles=(ContactRole.CONSENT_SIGNATORY,)
    )
    yes = ExpressConsent(
        customer=world.customer,
        consent=world.consent,
        signatory=signatory,
        form=Form.PORTAL,
        received_at=world.clock.now(),
    )
    for command in (contact, yes):
        (by or world.decider).carry_out(command, actor=ACTOR)


def sign(world: World) -> None:
    contract = RegisterContract(
        customer=world.customer,
        contract=world.decider.new_id("contract"),
        reference="C-1",
        clause="3",
        remote=Remote.PERIODIC,
        starts_at=world.clock.now(),
    )
    world.do(contract)


def wish(world: World, order: str) -> RequestWork:
    return RequestWork(
        customer=world.customer,
        work_order=order,
        basis=Basis.CONTRACT,
        title="点検",
        purpose="点検",
        targets=("db01",),
        requested_at=world.clock.now(),
    )


def start(world: World) -> Start:
    return Start(customer=world.customer, session=world.decider.new_id("session"))


def test_a_new_order_is_decided_without_reading(world: World, readings: list[int]) -> None:
    sign(world)
    first = world.decider.new_id("work_order")
    world.do(wish(world, first))
    readings.clear()
    order = world.decider.new_id("work_order")
    world.do(wish(world, order))
    assert readings == []


def test_what_is_remembered_is_what_would_be_read(world: World) -> None:
    sign(world)
    world.begin()
    agree(world)
    order = world.decider.new_id("work_order")
    world.do(wish(world, order))
    boundary = of_order(order) | of_agreement(world.customer)
    remembered = world.decider._boundaries.recall(boundary)
    assert remembered is not None
    assert remembered.facts == Decider(world.ledger.recorder).facts(boundary)
    assert next(of_type(remembered.facts, WorkOrderRequested)).fact.title == "点検"


def test_what_another_process_wrote_meanwhile_is_read_before_it_is_decided(world: World, readings: list[int]) -> None:
    world.begin()
    agree(world)
    world.do(start(world))
    Decider(world.ledger.recorder).carry_out(world.withdrawal(), actor=ACTOR)
    withdrawn = world.ledger.recorder.reader.size() - 1
    readings.clear()
    with pytest.raises(Refusal, match="R-01") as refused:
        world.do(start(world))
    assert readings
    assert max(refused.value.cites) <= withdrawn
    assert world.types().count(Started.KIND.type) == 1


def test_nothing_is_refused_by_what_is_only_remembered(world: World) -> None:
    world.begin()
    with pytest.raises(Refusal, match="R-01"):
        world.do(start(world))
    agree(world, Decider(world.ledger.recorder))
    world.do(start(world))
    assert world.types()[-1] == Started.KIND.type


def test_an_id_that_was_drawn_just_now_and_is_there_is_found_there(world: World) -> None:
    sign(world)
    same = [Decider(world.ledger.recorder, draw=Drawn("unlucky")) for _ in range(2)]
    first, second = (each.new_id("work_order") for each in same)
    assert first == second
    done = same[0].carry_out(wish(world, first), actor=ACTOR)
    with pytest.raises(Refusal, match="R-06") as refused:
        same[1].carry_out(wish(world, second), actor=ACTOR)
    assert refused.value.cites == done.positions


def test_a_command_that_changes_nothing_is_told_so_by_the_log(world: World, readings: list[int]) -> None:
    sign(world)
    order = world.decider.new_id("work_order")
    world.do(wish(world, order))
    world.do(AcceptWork(customer=world.customer, work_order=order))
    readings.clear()
    with pytest.raises(Refusal):
        world.do(DeclineWork(customer=world.customer, work_order=order, reason="-"))
    assert len(readings) == 1


def test_what_was_read_is_forgotten_with_the_keys(world: World, readings: list[int]) -> None:
    world.begin()
    boundary = of_agreement(world.customer)
    facts = world.decider.facts(boundary)
    world.decider.facts(boundary)
    world.ledger.recorder.custody.forget()
    assert world.decider._boundaries.recall(boundary) is None
    readings.clear()
    assert world.decider.facts(boundary) == facts
    assert readings == [len(facts)]


# -- the memory itself -------------------------------------------------------------------------------------------------


@pytest.fixture
def remembering(world: World) -> BoundaryMemory:
    return BoundaryMemory(Custody(world.ledger.keys.halves, world.ledger.origin))


def an_item(number: int) -> Item:
    return Item((tag("work_order", f"work_order_{number:032x}"),))


def facts_of(world: World, count: int) -> tuple[Recorded, ...]:  # type: ignore[type-arg]  # of whatever facts
    world.publish()
    one = world.decider.facts(Boundary.of("terms:all"))[0]
    return tuple(replace(one, position=place) for place in range(count))


def known(number: int, before: int, until: float, facts: tuple[Recorded, ...] = ()) -> Known:  # type: ignore[type-arg]
    return Known(an_item(number), facts, before, until, 0)


def recalled(by: BoundaryMemory, item: Item) -> Known | None:
    found = by.recall([item])
    return None if found is None else found[0]


def test_memory_is_over_in_time(remembering: BoundaryMemory) -> None:
    remembering.keep([known(1, 5, time.monotonic() + 60), known(2, 5, time.monotonic() - 1)])
    assert recalled(remembering, an_item(1)) is not None
    assert recalled(remembering, an_item(2)) is None


def test_who_knows_more_is_believed(remembering: BoundaryMemory) -> None:
    until = time.monotonic() + 60
    for before in (7, 5):
        remembering.keep([known(1, before, until)])
    found = recalled(remembering, an_item(1))
    assert found is not None
    assert found.before == 7


def test_memory_stays_small(remembering: BoundaryMemory, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_memory, "_FACTS", 100)
    monkeypatch.setattr(boundary_memory, "_FACTS_OF_ONE", 40)
    facts, until = facts_of(world, 41), time.monotonic() + 60
    for number in range(10):
        remembering.keep([known(number, 50, until, facts[:30])])
    assert [number for number in range(10) if recalled(remembering, an_item(number)) is not None] == [7, 8, 9]
    remembering.keep([known(10, 50, until, facts)])
    assert recalled(remembering, an_item(10)) is None


def test_a_drawn_id_is_new_until_something_stands_under_it(remembering: BoundaryMemory) -> None:
    item = an_item(1)
    assert recalled(remembering, item) is None
    remembering.drawn(item.tags[0].partition(":")[2])
    new = recalled(remembering, item)
    assert new is not None
    assert (new.item, new.facts, new.before) == (item, (), 0)
    remembering.met(item.tags)
    assert recalled(remembering, item) is None


def typed(*types: str) -> Item:
    return Item(an_item(1).tags, types)


def test_what_is_known_of_more_types_is_known_of_fewer(remembering: BoundaryMemory) -> None:
    until = time.monotonic() + 60
    remembering.keep([Known(typed("work.accepted.v1", "work.requested.v1"), (), 5, until, 0)])
    found = recalled(remembering, typed("work.requested.v1"))
    assert found is not None
    assert found.item == typed("work.accepted.v1", "work.requested.v1")
    assert recalled(remembering, typed("work.declined.v1", "work.requested.v1")) is None
    assert recalled(remembering, an_item(1)) is None
    remembering.keep([known(1, 6, until)])
    assert recalled(remembering, typed("work.declined.v1")) is not None


def test_what_was_appended_beside_a_boundary_is_not_taken_for_known(remembering: BoundaryMemory) -> None:
    item = an_item(1)
    remembering.keep([known(1, 5, time.monotonic() + 60)])
    remembering.met(item.tags, "work.requested.v1", 8)
    assert recalled(remembering, item) is None
    assert recalled(remembering, typed("work.accepted.v1", "work.requested.v1")) is None
    other = recalled(remembering, typed("work.accepted.v1"))
    assert other is not None
    assert (other.item, other.before) == (typed("work.accepted.v1"), 5)
    remembering.keep([known(1, 9, time.monotonic() + 60)])
    remembering.met(item.tags, "work.requested.v1", 8)  # before that place all is known
    assert recalled(remembering, item) is not None
