"""Settings on a real log: what is decided is decided by those in force, whoever decides and however late it is told."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from evening import ACTOR
from test_deciding import BEGINS, Drawn, World

from api import wiring
from api.settings import Settings
from ledger.application import clock_run
from ledger.application.deciding import Decider
from ledger.domain.consent_facts import ConsentDeemed, ConsentWithdrawn
from ledger.domain.consent_rules import of_agreement
from ledger.domain.decision import Refusal
from ledger.domain.people import RegisterOperator, Role
from ledger.domain.recorded import last
from ledger.domain.settings import Defaults
from ledger.domain.settings_in_force import ChangeSetting
from ledger.log.entry import LOG_CHAIN
from ledger.store.clock import ManualClock


@pytest.fixture
def world(make_settings: Callable[..., Settings]) -> Iterator[World]:
    with ExitStack() as stack:
        clock = ManualClock(BEGINS)
        ledger = stack.enter_context(wiring.opened(make_settings(clock), clock=clock))
        drawn = Drawn("settings")
        customer = f"cus_{drawn(16).hex()}"
        ledger.recorder.create_chain(customer)
        yield World(ledger, clock, Decider(ledger.recorder, draw=drawn), customer).begin()


def set_(world: World, setting: str, value: str) -> tuple[int, ...]:
    lawyer = world.decider.new_id("person")
    world.do(RegisterOperator(person=lawyer, name="法務 太郎", roles=(Role.LEGAL,)))
    command = ChangeSetting(setting=setting, value=value, person=lawyer)
    return world.ledger.change_setting(command, actor=ACTOR).positions


def withdrawn(world: World) -> ConsentWithdrawn:
    found = last(world.decider.facts(of_agreement(world.customer)), ConsentWithdrawn)
    assert found is not None
    return found.fact


def test_a_change_is_a_public_entry_of_the_log(world: World) -> None:
    (position,) = set_(world, "safe_stop", "5min")
    record = world.ledger.show(position)
    assert (record.chain, record.type, record.key) == (LOG_CHAIN, "settings.changed.v1", None)
    public = {name: value for name, value in record.public.items() if name != "cites"}
    assert public == {"setting": "safe_stop", "value": "5min", "decided_by": "legal"}
    (registration,) = record.public["cites"]
    assert world.ledger.show(registration).type == "people.operator_registered.v1"


def test_another_decider_on_the_same_log_decides_by_the_newest_at_once(world: World) -> None:
    world.clock.advance(timedelta(days=30))
    clock_run.run(world.ledger.recorder, world.decider)  # consent is deemed; the decider remembers what it read
    assert world.decider.settings() == Defaults()
    set_(world, "safe_stop", "5min")
    now = world.clock.now()
    world.do(world.withdrawal())
    assert withdrawn(world).stop_by == now + timedelta(minutes=5)
    assert world.decider.settings().safe_stop == timedelta(minutes=5)


def test_what_was_due_before_a_change_is_written_down_by_what_was_in_force_then(world: World) -> None:
    world.clock.advance(timedelta(days=30))
    (position,) = set_(world, "deemed_business_days", "60")
    deemed = last(world.decider.facts(of_agreement(world.customer)), ConsentDeemed)
    assert deemed is not None
    assert deemed.position < position


def test_a_longer_period_governs_what_runs(world: World) -> None:
    set_(world, "deemed_business_days", "30")
    world.clock.advance(timedelta(days=30))
    clock_run.run(world.ledger.recorder, world.decider)
    assert last(world.decider.facts(of_agreement(world.customer)), ConsentDeemed) is None
    world.clock.advance(timedelta(days=30))
    clock_run.run(world.ledger.recorder, world.decider)
    assert last(world.decider.facts(of_agreement(world.customer)), ConsentDeemed) is not None


def test_an_instant_is_evaluated_by_the_settings_of_that_instant(world: World) -> None:
    world.clock.advance(timedelta(days=30))
    before = world.clock.now()
    world.clock.advance(timedelta(seconds=1))
    noticed = clock_run.evaluate(world.ledger.recorder, world.decider, before).noticed
    assert "consent" in {each.timer for each in noticed}
    lawyer = world.decider.new_id("person")
    world.do(RegisterOperator(person=lawyer, name="法務 太郎", roles=(Role.LEGAL,)))
    world.do(ChangeSetting(setting="deemed_business_days", value="60", person=lawyer))  # without what is due first
    world.clock.advance(timedelta(seconds=1))
    after = clock_run.evaluate(world.ledger.recorder, world.decider, world.clock.now()).noticed
    assert not [each for each in after if any(isinstance(fact, ConsentDeemed) for fact in each.facts)]
    again = clock_run.evaluate(world.ledger.recorder, world.decider, before).noticed
    assert [each.facts for each in again] == [each.facts for each in noticed]


def test_what_is_outside_its_range_is_refused_and_changes_nothing(world: World) -> None:
    with pytest.raises(Refusal, match="R-31"):
        set_(world, "least_customers", "1")
    assert world.decider.settings() == Defaults()
