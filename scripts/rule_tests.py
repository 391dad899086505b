"""The mutation run: what of the domain's tests goes red without a rule, without one function of it, without an event.

``python -m scripts.rule_tests`` runs every test in tests/domain as it is; then, if its name begins with rules
(``test_r_08_…``), once more with each of these switched off and with each of their functions that it asked switched off
alone; and once more without each type of event that was decided in it. What goes red is the proof, and is written to
docs/rule-proofs.json, with the tests that carry a command out or have it refused. It is a plugin of pytest, so a test
runs as it always does. Tests of random stories take no part: a proof is the same each time.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ledger.domain import catalogue, decision
from ledger.domain.clock_run import ClockRun
from ledger.domain.decision import Decision
from ledger.domain.due import Due
from ledger.domain.fact import Fact
from ledger.domain.recorded import Facts
from ledger.domain.registry import kinds
from ledger.domain.rule_texts import RULES
from ledger.domain.rules import enforced_by, switched_off, watched
from ledger.domain.settings import Defaults

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "domain"
PROOFS = ROOT / "docs" / "rule-proofs.json"
_NAMED = re.compile(r"r_(\d\d)(?=_|$)")
_PACKAGE = "ledger.domain."
Red = dict[str, set[str]]

assert catalogue.STREAMS  # rules and events are complete
_EVENTS = tuple(each.type for each in kinds().values() if each.make is not None and each.make is not ClockRun)
"""What decisions and timers come to. The clock's run writes of itself, outside of them; tests declare types too."""
_NEVER_REFUSED = {"RegisterContact": "the newest registration of a contact counts, whatever it says"}
_CASES = tuple(
    f"{each.__name__} {became}"
    for each in decision.commands()
    for became in ("allowed", "refused")
    if became == "allowed" or each.__name__ not in _NEVER_REFUSED
)


@dataclass(frozen=True, slots=True)
class Proofs:
    """Tests as ``file::test``: those that go red, by rule, by function of a rule and by type of event; and by command.

    Commands stand by what became of them, ``RequestWork allowed`` and ``RequestWork refused``.
    """

    rules: Mapping[str, list[str]]
    functions: Mapping[str, list[str]]
    events: Mapping[str, list[str]]
    commands: Mapping[str, list[str]]

    def written(self) -> str:
        """Give them as the file holds them."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, path: Path = PROOFS) -> "Proofs":
        """Read the file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def missing(self) -> list[str]:
        """Give the rules, functions and types of events that no test misses, and the cases of commands without one."""
        parts = (self.rules, self.functions, self.events, self.commands)
        return [name for proofs in parts for name, tests in proofs.items() if not tests]


def rules_of(test: str) -> list[str]:
    """Give the rules that a test's name begins with."""
    begins = re.match(r"test_((?:r_\d\d_)*)", test)
    found = _NAMED.findall(begins[1]) if begins else []
    return [rule for number in found if (rule := f"R-{number}") in RULES]


@dataclass
class Mutations:
    """The plugin: it runs each test with one thing gone after the other, and remembers what went red."""

    rules: Red = field(default_factory=lambda: defaultdict(set))
    functions: Red = field(default_factory=lambda: defaultdict(set))
    events: Red = field(default_factory=lambda: defaultdict(set))
    commands: Red = field(default_factory=lambda: defaultdict(set))
    runs: int = 0

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what draws its stories."""
        items[:] = [item for item in items if not _draws(item)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Run the test as it is, watched, and then without each thing it may prove."""
        name = f"{item.path.name}::{getattr(item, 'originalname', item.name)}"
        with watched() as asked, _decided() as types, _commanded() as cases:
            yield
        for case in cases:
            self.commands[case].add(name)
        for rule in rules_of(item.name):
            mine = sorted(asked & set(enforced_by()[rule]))
            alone = [each for each in mine if self._red(item, partial(switched_off, each))]
            for function in alone:
                self.functions[function].add(name)
            if alone if len(mine) < 2 else self._red(item, partial(switched_off, rule)):  # noqa: PLR2004
                self.rules[rule].add(name)
        for type_ in sorted(types):
            if self._red(item, partial(_without, type_)):
                self.events[type_].add(name)

    def _red(self, item: pytest.Item, mutation: Callable[[], AbstractContextManager[None]]) -> bool:
        """Tell whether the test fails; that it breaks for another reason is no proof."""
        self.runs += 1
        try:
            with mutation():
                item.runtest()
        except (AssertionError, pytest.fail.Exception):
            return True
        except Exception:  # noqa: BLE001 - whatever a half-removed rule leads to
            return False
        return False

    def proofs(self) -> Proofs:
        """Give what went red, each thing that there is once."""
        functions = sorted(name for names in enforced_by().values() for name in names)
        return Proofs(
            {rule: sorted(self.rules[rule]) for rule in RULES},
            {name.removeprefix(_PACKAGE): sorted(self.functions[name]) for name in functions},
            {type_: sorted(self.events[type_]) for type_ in _EVENTS},
            {case: sorted(self.commands[case]) for case in _CASES},
        )


def _draws(item: pytest.Item) -> bool:
    """Tell whether a test draws its stories."""
    draws: bool = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return draws or hasattr(getattr(item, "module", None), "run_state_machine_as_test")


def run(paths: Iterable[Path] = (TESTS,), extra: Iterable[str] = ()) -> tuple[int, Mutations]:
    """Run; give what pytest came to with the tests as they are, and what went red."""
    plugin = Mutations()
    arguments = [*map(str, paths), "-q", "-p", "no:cacheprovider", "--no-header", *extra]
    return pytest.main(arguments, plugins=[plugin]), plugin


@contextmanager
def _decided() -> Iterator[set[str]]:
    """Give the types of the facts that are decided or fall due while this is entered."""
    types: set[str] = set()

    def note(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
        types.update(each.KIND.type for each in facts)
        return facts

    with _seen_by(note):
        yield types


@contextmanager
def _commanded() -> Iterator[set[str]]:
    """Give the commands that are decided while this is entered, and what becomes of them."""
    cases: set[str] = set()
    real = decision.decide

    def decide(command: object, facts: Facts, now: datetime, defaults: Defaults) -> Decision:
        try:
            made = real(command, facts, now, defaults)
        except decision.Refusal:
            cases.add(f"{type(command).__name__} refused")
            raise
        cases.add(f"{type(command).__name__} allowed")
        return made

    decision.decide = decide
    try:
        yield cases
    finally:
        decision.decide = real


@contextmanager
def _without(type_: str) -> Iterator[None]:
    """Let no fact of a type come of any decision or timer."""
    with _seen_by(lambda facts: tuple(each for each in facts if each.KIND.type != type_)):
        yield


@contextmanager
def _seen_by(look: Callable[[tuple[Fact, ...]], tuple[Fact, ...]]) -> Iterator[None]:
    """Let a function see, and change, what comes of decisions and timers."""
    decided, due = Decision.__post_init__, Due.facts

    def facts(self: Due, facts: Facts, now: datetime, defaults: Defaults) -> tuple[Fact, ...]:
        return look(due(self, facts, now, defaults))

    def post_init(self: Decision) -> None:
        object.__setattr__(self, "facts", look(self.facts))
        decided(self)

    _replace(facts, post_init)
    try:
        yield
    finally:
        _replace(due, decided)


def _replace(facts: Any, post_init: Any) -> None:
    Due.facts = facts  # type: ignore[method-assign]  # the one place where all that time says goes through
    Decision.__post_init__ = post_init  # type: ignore[method-assign]  # and all that is decided


def main() -> int:
    """Run and write the file; give 0 when the tests pass and of everything one goes red."""
    status, plugin = run(extra=["--tb=short"])
    proofs = plugin.proofs()
    print(f"{plugin.runs} runs with something gone", file=sys.stderr)
    if status:
        return status
    PROOFS.write_text(proofs.written(), encoding="utf-8")
    for name in proofs.missing():
        print(f"no test misses {name}", file=sys.stderr)
    return 1 if proofs.missing() else 0


if __name__ == "__main__":
    sys.exit(main())
