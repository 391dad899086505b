"""Every command that a text, an error or a page tells people to run is there."""

import re
from collections.abc import Iterator
from pathlib import Path

from command_line import ROOT

from scripts.cli import _COMMANDS
from scripts.commands.listing import GROUPS
from scripts.commands.steps import STEPS

NAMED = re.compile(r"(?:['`]|\.venv/bin/)shoseki ([a-z][a-z-]*(?: [a-z][a-z-]*)?)")
IN_JAPANESE = re.compile(r"(?<![\w-])shoseki ([a-z][a-z-]+(?: [a-z][a-z-]+)?)")
BESIDE_STEPS = {"credential erase", "credential renew-vault", "settings show"}
KNOWN = (
    {name for name, _ in _COMMANDS}
    | {step.name for step in STEPS}
    | BESIDE_STEPS
    | {f"{group} list" for group in GROUPS}
)


def files() -> Iterator[Path]:
    for folder in ("ledger", "api", "scripts"):
        yield from (ROOT / folder).rglob("*.py")
    yield from (ROOT / "docs").rglob("*.md")
    yield from ROOT.glob("*.md")


def named(text: str) -> set[str]:
    """Give the commands that a text names: in quotes, as code, or in a Japanese line."""
    japanese = "\n".join(line for line in text.splitlines() if re.search("[ぁ-ん]", line))
    return {*NAMED.findall(text), *IN_JAPANESE.findall(japanese)}


def is_there(command: str) -> bool:
    """Tell whether it is a command or the group of some, perhaps with an argument behind."""
    first = command.split(maxsplit=1)[0]
    return command in KNOWN or first in KNOWN or command in {each.split()[0] for each in KNOWN}


def test_every_command_that_people_are_told_to_run_is_there() -> None:
    found = {(path.relative_to(ROOT), each) for path in files() for each in named(path.read_text(encoding="utf-8"))}
    assert len({each for _, each in found}) > 15
    assert [each for each in sorted(found) if not is_there(each[1])] == []
