"""Running the command line in tests: as a program, as users do, or in this process where only its answer matters."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from scripts.cli import run

ROOT = Path(__file__).parents[2]
CAPTURED = ROOT / "tests" / "data" / "captured"
PROGRAM = [sys.executable, "-m", "scripts.cli"]
OF_A_DAY = frozenset({"heads.sealed.v1", "key.created.v1", "retention.started.v1"})
"""What a day that begins brings of itself, whatever command meets it first: a test may run over midnight."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON object on standard output."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def json_lines(self) -> list[Any]:
        """The JSON objects on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def check_refused(self) -> str:
        """Give the sentence of a command that could not be done, which is one, and no traceback."""
        assert self.status == 2, self
        sentence = self.err.removesuffix("\n")
        assert sentence.startswith("shoseki: ")
        assert "\n" not in sentence
        assert "Traceback" not in sentence
        assert "unexpected" not in sentence
        return sentence


def environment(**settings: str) -> dict[str, str]:
    """Give an environment in English that names no log but those settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHOSEKI_", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8", **settings}


def here(*arguments: str | Path) -> Answer:
    """Run the command line in this process; the caller sets the environment."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        status = run([str(each) for each in arguments])
    return Answer(int(status), out.getvalue(), err.getvalue())


def recorded(command: Callable[..., Answer]) -> list[int]:
    """Give the positions of all entries but those that a new day brings of itself."""
    return [each["position"] for each in command("log", "--json").json_lines if each["type"] not in OF_A_DAY]


def program(*arguments: str | Path, env: Mapping[str, str], cwd: Path = ROOT) -> Answer:
    """Run the command line as a program of its own."""
    command = [*PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, env=env, cwd=cwd, check=False, timeout=300)
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())
