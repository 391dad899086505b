"""Every text of every command is found, with the member that brings it; what is no text is not."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from any_command import Planned, planned
from hypothesis import given, settings
from hypothesis import strategies as st
from story import at

from ledger.domain import catalogue, decision
from ledger.domain.sharing import SystemUser
from ledger.domain.texts import texts_of

assert catalogue.STREAMS
PLANTED = "Tr0ub4dor&3 従つた"


class Code(StrEnum):
    ONE = "one"


@dataclass(frozen=True)
class Inner:
    title: str
    more: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Odd:
    words: str | None
    told: dict[str, str]
    items: tuple[Inner, ...]
    user: SystemUser
    code: Code = Code.ONE
    size: int = 3


def test_texts_are_found_however_deep_they_lie() -> None:
    odd = Odd("a", {"b": "c"}, (Inner("d"), Inner("e", (("f",), ("g",)))), SystemUser("root"))
    assert list(texts_of(odd)) == [
        ("words", "a"),
        ("told", "b"),
        ("told", "c"),
        ("items.title", "d"),
        ("items.title", "e"),
        ("items.more", "f"),
        ("items.more", "g"),
    ]
    assert list(texts_of(Odd(None, {}, (), SystemUser("root")))) == []


def _texts(plan: Any) -> int:
    """Count the strings of a plan that are no codes, by what the plan holds."""
    match plan:
        case StrEnum():
            return 0
        case str():
            return 1
        case tuple():
            return sum(map(_texts, plan))
        case Planned(make=make, members=members):
            return 0 if make is SystemUser else sum(map(_texts, members.values()))
        case _:
            return 0


COMMANDS = [each for each in decision.commands() if each.__module__.startswith("ledger.domain.")]
"""What the domain can be asked; other tests of the same process may have registered commands of their own."""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.__name__)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_no_text_of_a_command_is_left_out(command: type[Any], data: st.DataObject) -> None:
    plan = data.draw(planned(command))
    assert len(list(texts_of(plan.at(at("2026-11-18 09:00"))))) == _texts(plan)
