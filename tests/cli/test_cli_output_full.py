"""Where standard output takes nothing, or nothing was asked: a sentence or a page, the status, and no traceback."""

import subprocess
from pathlib import Path

import pytest
from command_line import PROGRAM, ROOT, environment, here

ASKED = [
    ("--help",),
    ("verify", "--help"),
    ("work",),
    ("--json", "verify", "nothing.zip", "--policy", "nothing.json"),
    ("--json", "status", "--dir", "nowhere"),
]


@pytest.mark.parametrize("arguments", ASKED)
def test_a_full_standard_output_is_one_sentence_and_never_a_finding(arguments: tuple[str, ...], tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=tmp_path,
            env=environment(PYTHONPATH=str(ROOT)),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("shoseki: ")
    assert "Traceback" not in ended.stderr


def test_nothing_asked_is_answered_with_the_page() -> None:
    told = here()
    assert told.status == 2
    assert told.out.startswith(("Usage: shoseki", "使い方: shoseki"))
