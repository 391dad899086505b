"""A command rests on who its system user is: what ends that meanwhile comes before it or after it, never unnoticed."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest
from evening import ACTOR
from test_deciding import World, make_world, together, world

from ledger.application.acting import PEOPLE, Acting
from ledger.application.deciding import Decider
from ledger.application.payload import read
from ledger.domain.decision import Refusal
from ledger.domain.people import BindOsUser, EndPerson, RegisterOperator, Role, UnbindOsUser
from ledger.domain.sharing import SystemUser
from ledger.domain.terms import PublishTerms
from ledger.store.query import AppendCondition
from ledger.store.record import Record
from ledger.store.recorder import Appended, Recorder

__all__ = ["make_world", "world"]

USER = SystemUser("tanaka")


@pytest.fixture
def person(world: World) -> str:
    """Give somebody who works as the system user."""
    made = world.decider.new_id("person")
    world.do(RegisterOperator(person=made, name="田中", roles=(Role.LEGAL,)))
    world.do(BindOsUser(person=made, os_user=USER.name))
    return made


@pytest.fixture
def just_before(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen once, between what is decided next and its append."""

    def happen(what: Callable[[], object]) -> None:
        append, left = Recorder.append_told, [what]

        def late(self: Recorder, records: Sequence[Record], condition: AppendCondition | None) -> Appended:
            if left:
                left.pop()()
            return append(self, records, condition)

        monkeypatch.setattr(Recorder, "append_told", late)

    return happen


def acting(world: World) -> Acting:
    return Acting.as_person(world.decider.facts(PEOPLE), USER)


def registration(world: World) -> RegisterOperator:
    return RegisterOperator(person=world.decider.new_id("person"), name="佐藤", roles=())


def elsewhere(world: World, *commands: object) -> Callable[[], object]:
    """Carry these out as another process does."""
    other = Decider(world.ledger.recorder)
    return lambda: [other.carry_out(each, actor=ACTOR) for each in commands]


def test_who_acts_is_recorded_by_the_pseudonymous_id(world: World, person: str) -> None:
    (at,) = world.decider.carry_out(registration(world), actor=acting(world)).positions
    ((_, record),) = world.ledger.reader.page(None, at, at + 1, 1)
    assert read(record.data)["actor"] == {"kind": "person", "id": person}


@pytest.mark.parametrize("end", [UnbindOsUser(os_user=USER.name), EndPerson])
def test_r_34_a_binding_that_ends_between_look_and_append_refuses_the_command(
    world: World, person: str, just_before: Callable[[Callable[[], object]], None], end: object
) -> None:
    actor = acting(world)
    just_before(elsewhere(world, EndPerson(person=person) if end is EndPerson else end))
    size = world.ledger.reader.size()
    with pytest.raises(Refusal, match=r"R-34.*tanaka"):
        world.decider.carry_out(registration(world), actor=actor)
    assert world.ledger.reader.size() == size + 1  # the end, and nothing of the command


def test_r_34_it_is_noticed_where_the_command_itself_has_nothing_to_do_with_people(
    world: World, person: str, just_before: Callable[[Callable[[], object]], None]
) -> None:
    terms = PublishTerms(
        terms=world.decider.new_id("terms"), version="1.0", dated=world.clock.now().date(), sha256="0" * 64
    )
    actor = acting(world)
    just_before(elsewhere(world, UnbindOsUser(os_user=USER.name)))
    with pytest.raises(Refusal, match=r"R-34.*tanaka"):
        world.decider.carry_out(terms, actor=actor)
    assert person
    assert world.do(terms)  # nothing of it was recorded: the same version is published now


def test_r_34_a_system_user_that_became_anothers_meanwhile_is_told_so(world: World, person: str) -> None:
    actor = acting(world)
    other = world.decider.new_id("person")
    elsewhere(
        world,
        UnbindOsUser(os_user=USER.name),
        RegisterOperator(person=other, name="鈴木", roles=()),
        BindOsUser(person=other, os_user=USER.name),
    )()
    with pytest.raises(Refusal, match=r"R-34.*somebody else meanwhile") as refused:
        world.decider.carry_out(registration(world), actor=actor)
    assert refused.value.cites == (world.ledger.reader.size() - 1,)
    assert person != other


def test_r_34_who_comes_first_while_nobody_is_bound_is_the_only_one(world: World) -> None:
    first, second = (Acting.as_founder(world.decider.facts(PEOPLE), SystemUser(name)) for name in ("ito", "kato"))
    assert first.founding
    made = world.decider.new_id("person")
    world.decider.carry_out(RegisterOperator(person=made, name="伊藤", roles=()), actor=first)
    world.decider.carry_out(BindOsUser(person=made, os_user="ito"), actor=first)
    with pytest.raises(Refusal, match=r"R-34.*kato"):
        world.decider.carry_out(registration(world), actor=second)
    assert not Acting.as_founder(world.decider.facts(PEOPLE), SystemUser("ito")).founding


def test_r_34_an_end_and_a_command_at_the_same_time_have_one_order(world: World, person: str) -> None:
    for _ in range(8):
        actor = acting(world)
        mine = registration(world)
        done, ended = together(
            partial(Decider(world.ledger.recorder).carry_out, mine, actor=actor),
            partial(world.decider.carry_out, UnbindOsUser(os_user=USER.name), actor=ACTOR),
        )
        if isinstance(done, Refusal):
            assert done.rule == "R-34"
        else:
            assert done.positions < ended.positions  # type: ignore[attr-defined]
        world.do(BindOsUser(person=person, os_user=USER.name))
