"""Commands of every stream in any order: what must hold does, and a domain that breaks it is found out."""

import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

import pytest
import story
from every_stream import EveryStream
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger.domain import consent_rules, consenting, decision
from ledger.domain.decision import Decision, Refusal
from ledger.domain.fact import Fact
from ledger.domain.ordering import AcceptWork, RequestWork
from ledger.domain.rules import switched_off
from ledger.domain.working import CompleteWork

STEPS = 40
AS_FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
"""A story that breaks something is told as it was found: making it shorter takes minutes, and the default phases do."""
LATE = 3
MEMORY: list[object] = []
FOUND_OUT = settings(
    max_examples=150,
    stateful_step_count=STEPS,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)


class Directed(EveryStream):
    """The steps that lead somewhere alone: to find out quickly what is broken there."""

    try_anything = None  # type: ignore[assignment]  # no step any more


def test_no_sequence_of_commands_breaks_what_must_hold() -> None:
    run_state_machine_as_test(
        EveryStream, settings=settings(max_examples=70, stateful_step_count=STEPS, phases=AS_FOUND)
    )


# -- a domain that is broken in one place ------------------------------------------------------------------------------


@contextmanager
def nothing_replaced() -> Iterator[None]:
    """Let no consent take the place of another."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (consent_rules, consenting):
            patch.setattr(module, "superseded", lambda *_: [])
        yield


@contextmanager
def decided_so(command: type[Any], change: Callable[[Any], Any]) -> Iterator[None]:
    """Let a command be decided by something else: ``change`` gives it, from how it is decided."""
    handlings = decision._handlings
    real = handlings[command]
    handlings[command] = real._replace(decide=change(real.decide))
    try:
        yield
    finally:
        handlings[command] = real


def only_after_the_report(_real: Any) -> Any:
    def decide(*_: object) -> Decision:
        raise Refusal("R-25", "work_order_unknown")

    return decide


def by_a_rule_that_is_none(_real: Any) -> Any:
    def decide(*_: object) -> Decision:
        raise Refusal("R-99", "work_order_unknown")

    return decide


def on_what_was_not_read(_real: Any) -> Any:
    def decide(*_: object) -> Decision:
        raise Refusal("R-06", "work_order_unknown", [10**6])

    return decide


def by_turns(real: Any) -> Any:
    turns = iter(range(10**9))

    def decide(*given: Any) -> Decision:
        made: Decision = real(*given)
        return made if next(turns) % 2 else Decision(())

    return decide


def by_what_it_remembers(real: Any) -> Any:
    """Count the decisions of a story: what comes late is decided otherwise, and twice the same."""

    def decide(command: Any, *rest: Any) -> Decision:
        MEMORY.append(command)
        made: Decision = real(command, *rest)
        return made if len(MEMORY) <= 2 * LATE else Decision(())

    return decide


@contextmanager
def text_made_alike() -> Iterator[None]:
    """Let text be normalised when it is read."""
    real = story.from_wire

    def read(type_: str, data: Any, public: Any) -> Fact:
        return real(type_, {name: _composed(value) for name, value in data.items()}, public)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "from_wire", read)
        yield


def _composed(value: Any) -> Any:
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


BROKEN: dict[str, tuple[Callable[[], AbstractContextManager[None]], str]] = {
    "sessions without consent": (partial(switched_off, "R-01"), "without consent"),
    "sessions on a basis that does not hold": (partial(switched_off, "R-06"), "which does not hold"),
    "two consents": (nothing_replaced, "two consents"),
    "credentials handed out for ever": (partial(switched_off, "R-10"), "handed out at|is with"),
    "credentials with two": (
        partial(switched_off, "ledger.domain.credential_rules.check_available"),
        "is with",
    ),
    "credentials kept unseen": (partial(switched_off, "R-11"), "lives at"),
    "own permissions": (partial(switched_off, "ledger.domain.permission.check_not_own"), "permits the own"),
    "reports before their fee": (partial(switched_off, "ledger.domain.fee.check_fee_settled"), "before its fee"),
    "completion that waits": (partial(decided_so, CompleteWork, only_after_the_report), "is blocked"),
    "a rule that is none": (partial(decided_so, AcceptWork, by_a_rule_that_is_none), "which is no rule"),
    "cites of nothing": (partial(decided_so, AcceptWork, on_what_was_not_read), "cites what was not read"),
    "decisions by turns": (partial(decided_so, AcceptWork, by_turns), "comes to two things"),
    "decisions by memory": (partial(decided_so, RequestWork, by_what_it_remembers), "done again"),
    "texts made alike": (text_made_alike, "read as another"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_domain_that_is_broken_is_found_out(name: str) -> None:
    broken, said = BROKEN[name]

    def story_from_the_beginning() -> Directed:
        MEMORY.clear()
        return Directed()

    with broken(), pytest.raises(AssertionError, match=said):
        run_state_machine_as_test(story_from_the_beginning, settings=FOUND_OUT)
