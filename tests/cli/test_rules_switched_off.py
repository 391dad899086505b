"""The mutation run: without a rule, a function of one, or an event, a test goes red, and the file of proofs says which.

Commands as well: of each there is a case that is carried out and one that is refused.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from pathlib import Path
from scripts.rule_tests import run
status, plugin = run(*map(lambda each: [Path(each)], sys.argv[1:]), extra=["--tb=short", "-x"])
if status:
    sys.exit(int(status))
print(plugin.proofs().written(), end="", file=sys.stderr)
print(plugin.proofs().missing())
"""
TWO = """
from datetime import datetime, timezone

import pytest

from ledger.domain.decision import Refusal
from ledger.domain.marking import check_marking

NOW = datetime(2026, 11, 16, tzinfo=timezone.utc)


def test_r_26_this_asks_the_rule_and_looks_at_nothing():
    try:
        check_marking(None, [], NOW)
    except Refusal:
        pass


def test_r_26_this_looks():
    with pytest.raises(Refusal):
        check_marking(None, [], NOW)
"""


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def whole() -> subprocess.CompletedProcess[str]:
    """The run over all tests of the domain, once."""
    return ran()


def test_of_every_rule_function_event_and_case_a_test_goes_red(whole: subprocess.CompletedProcess[str]) -> None:
    assert whole.returncode == 0, whole.stdout[-4000:]
    assert whole.stdout.splitlines()[-1] == "[]"


def test_the_file_of_proofs_is_what_the_run_comes_to(whole: subprocess.CompletedProcess[str]) -> None:
    assert whole.returncode == 0, whole.stdout[-4000:]
    kept = (ROOT / "docs" / "rule-proofs.json").read_text(encoding="utf-8")
    assert whole.stderr == kept, "run python -m scripts.rule_tests, then python -m scripts.make_coverage"


def test_a_test_that_looks_at_nothing_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text(TWO, encoding="utf-8")
    done = ran(str(tmp_path))
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stderr)["rules"]["R-26"] == ["test_two.py::test_r_26_this_looks"]
    assert "'R-27'" in done.stdout.splitlines()[-1]
