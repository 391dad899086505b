"""The mutation run: each of the 36 rules switched off in turn makes a test of that rule go red."""

import subprocess
import sys
from pathlib import Path

from ledger.domain.rule_texts import RULES


def test_of_every_rule_a_test_goes_red_when_it_is_switched_off() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.rule_tests"], cwd=root, capture_output=True, text=True, check=False, timeout=300
    )
    said = dict(line.split(": ", 1) for line in done.stderr.splitlines() if line.startswith("R-"))
    assert said.keys() == RULES.keys(), done.stdout
    assert done.returncode == 0, done.stderr
