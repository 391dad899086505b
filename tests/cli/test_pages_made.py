"""Pages that are made from the code say what the code says, and every clause of the terms is proved by a test.

Each looks from a process of its own: tests of the domain put types and commands of their own on its lists.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKERS = """
from ledger.domain.registry import kinds
from scripts import make_coverage, make_events
from scripts.rule_tests import Proofs
PROOFS = Proofs.read()
"""


def said(program: str) -> str:
    """Give what a program says of the code; it knows the makers of both pages, and what the mutation run came to."""
    done = subprocess.run(
        [sys.executable, "-c", MAKERS + program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("maker", "page", "arguments"), [("make_events", "events", ""), ("make_coverage", "terms-coverage", "PROOFS")]
)
def test_a_page_is_what_the_code_says(maker: str, page: str, arguments: str) -> None:
    made = said(f"print({maker}.page({arguments}), end='')")
    assert made == (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"), f"run python -m scripts.{maker}"


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
    assert said("print(make_coverage.unproved(PROOFS))") == "{}\n"


@pytest.mark.parametrize(
    ("part", "gone", "clause"),
    [
        ("rules", "R-13", "第4条 1 ④"),
        ("functions", "completing.check_in_time", "第5条 ⑤"),
        ("events", "overrun.notice_sent.v1", "第5条 ③※"),
    ],
)
def test_a_clause_that_loses_a_proof_is_refused(part: str, gone: str, clause: str) -> None:
    lines = f"""
PROOFS.{part}[{gone!r}].clear()
try:
    make_coverage.page(PROOFS)
except make_coverage.UnprovedError as error:
    print(error.clauses.get({clause!r}))
"""
    assert said(lines) == f"{[gone]}\n"


def test_a_rule_without_any_test_is_refused() -> None:
    lines = "del PROOFS.rules['R-26'], PROOFS.functions['marking.check_marking']\n"
    assert said(lines + "print(make_coverage.unproved(PROOFS))") == "{'第6条 1': ['R-26', 'marking.check_marking']}\n"
