"""Values are taken apart and made anew as ``dataclasses`` does it."""

import dataclasses
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.decision import decided
from ledger.domain.values import parts, replace
from ledger.domain.work_facts import WorkOrderAccepted


@dataclass(frozen=True, slots=True)
class Place:
    street: str
    number: int = 1
    floors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    name: str


@given(st.text(), st.integers(), st.dictionaries(st.sampled_from(["street", "number"]), st.just("x")))
def test_a_value_is_made_anew_as_dataclasses_does_it(street: str, number: int, changes: dict[str, str]) -> None:
    before = Place(street, number, (2, 3))
    assert replace(before, **changes) == dataclasses.replace(before, **changes)  # type: ignore[arg-type]  # whatever
    assert parts(before) == (street, number, (2, 3))


def test_one_member_alone_and_none_at_all_are_taken_apart_too() -> None:
    assert replace(Alone(name="a"), name="b") == Alone(name="b")
    assert parts(Alone(name="a")) == ("a",)
    assert parts("no dataclass") == ()


def test_a_member_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError):
        replace(Place("a"), city="b")  # type: ignore[call-arg]  # that is the case


def test_a_decision_lets_its_facts_cite_and_leaves_the_given_ones_as_they_are() -> None:
    made = WorkOrderAccepted(work_order="work_order_" + "1" * 32)
    (cited,) = decided(made, cites=(3, 1)).facts
    assert (cited, made.cites) == (dataclasses.replace(made, cites=(1, 3)), ())
