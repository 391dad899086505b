"""Which tests prove which rule: those whose name begins with its id, ``test_r_08_…``, in tests/domain.

``python -m scripts.rule_tests`` is the mutation run: every such test runs once more with its rule switched off, and of
each rule at least one must go red. It is a plugin of pytest, so a test runs as it always does.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.domain.rule_texts import RULES
from ledger.domain.rules import switched_off

TESTS = Path(__file__).resolve().parent.parent / "tests" / "domain"
_NAMED = re.compile(r"r_(\d\d)(?=_|$)")
_DEFINED = re.compile(r"^def (test_\w*)\(", re.MULTILINE)


def rules_of(test: str) -> list[str]:
    """Give the rule that a test's name says it proves: the first it names, which the mutation run switches off."""
    return [rule for number in _NAMED.findall(test) if (rule := f"R-{number}") in RULES][:1]


def tests_of_rules() -> dict[str, list[str]]:
    """Give for each rule the tests that prove it, as file and name."""
    found: dict[str, list[str]] = {rule: [] for rule in RULES}
    for path in sorted(TESTS.glob("test_*.py")):
        for name in _DEFINED.findall(path.read_text(encoding="utf-8")):
            for rule in rules_of(name):
                found[rule].append(f"{path.name}::{name}")
    return found


class SwitchedOff:
    """The plugin: it runs each named test with its rule off, and remembers which rules were missed."""

    def __init__(self) -> None:
        """Nothing was missed yet."""
        self.red: dict[str, list[str]] = defaultdict(list)
        self.green: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests that prove a rule."""
        items[:] = [item for item in items if rules_of(item.name)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Run the test with its rule off; that it fails is what is wanted."""
        for rule in rules_of(item.name):
            try:
                with switched_off(rule):
                    yield
            except (AssertionError, pytest.fail.Exception):
                self.red[rule].append(item.name)
            else:
                self.green[rule].append(item.name)


def main() -> int:
    """Run; give 0 when of every rule a test went red."""
    plugin = SwitchedOff()
    pytest.main(
        [str(TESTS), "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no"],
        plugins=[plugin],
    )
    missed = [rule for rule in RULES if not plugin.red[rule]]
    for rule in RULES:
        print(f"{rule}: {len(plugin.red[rule])} red, {len(plugin.green[rule])} green without it", file=sys.stderr)
    if missed:
        print(f"No test notices that these are switched off: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
