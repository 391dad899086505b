"""Pages that are made from the code say what the code says, and every clause of the terms is proved by a test.

Each looks from a process of its own: tests of the domain put types and commands of their own on its lists.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def said(program: str) -> str:
    """Give what a program says of the code; it knows the makers of both pages."""
    lines = "from scripts import make_coverage, make_events\nfrom ledger.domain.registry import kinds\n"
    done = subprocess.run(
        [sys.executable, "-c", lines + program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("maker", ["make_events", "make_coverage"])
def test_a_page_is_what_the_code_says(maker: str) -> None:
    page = "events" if maker == "make_events" else "terms-coverage"
    assert said(f"print({maker}.page(), end='')") == (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"), (
        f"run python -m scripts.{maker}"
    )


def test_every_clause_names_rules_that_there_are_and_every_rule_has_a_clause() -> None:
    assert (
        said(
            "from ledger.domain.rule_texts import RULES\n"
            "print({rule for clause in make_coverage.CLAUSES for rule in clause.rules} ^ set(RULES))"
        )
        == "set()\n"
    )


def test_every_event_stands_at_a_clause_and_every_clause_has_events() -> None:
    assert (
        said(
            "named = {each for clause in make_coverage.CLAUSES for each in clause.events_of}\n"
            "print(({kind.clause for kind in kinds().values()} - {'-'}) ^ named)"
        )
        == "set()\n"
    )


def test_every_clause_of_the_terms_is_proved_by_a_test() -> None:
    assert said("print(make_coverage.unproved())") == "[]\n"
