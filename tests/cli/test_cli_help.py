"""What ``--help`` prints is in one language throughout, fits the screen, and breaks where its language breaks."""

import re
from collections.abc import Iterator

import pytest
from command_line import here
from rich.cells import cell_len

from scripts.cli import _COMMANDS, STEP_GROUPS
from scripts.commands.listing import GROUPS
from scripts.commands.step import Step
from scripts.commands.steps import STEPS
from scripts.screen import wrap

ENGLISH = re.compile(
    r"OPTIONS|ARGS|COMMAND\b|TEXT|CODE|TIME|NUMBER|DIRECTORY|FILE\b|[Dd]efault|[Rr]equired|<\w|x>=|Usage"
)
"""What the framework says of commands, or our own pages in English."""
ALL = [
    "",
    *STEP_GROUPS,
    *dict.fromkeys(name.split()[0] for name, _ in _COMMANDS),
    *(name for name, _ in _COMMANDS if " " in name),
    *(f"{group} list" for group in sorted(GROUPS)),
]


def pages(command: str, language: str) -> Iterator[list[str]]:
    """Give the page of a command, and of a group those of its steps."""
    for each in (command, *(step.name for step in STEPS if step.name.split()[0] == command)):
        told = here(*each.split(), "--help", "--lang", language)
        assert told.status == 0
        yield told.out.split("\n")


@pytest.fixture(autouse=True)
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("command", ALL)
def test_a_japanese_page_says_nothing_in_the_frameworks_english(command: str) -> None:
    for lines in pages(command, "ja"):
        assert [line for line in lines if ENGLISH.search(line.replace("FORMAT", ""))] == []
        assert lines[0].startswith("使い方: shoseki")
        assert [line for line in lines if cell_len(line) > 80] == []
        broken = [
            line for line in lines if line.lstrip().startswith(tuple("、。）」,)")) or line.endswith(tuple("（「"))
        ]
        assert broken == []


@pytest.mark.parametrize("command", ALL)
def test_an_english_page_is_english(command: str) -> None:
    for lines in pages(command, "en"):
        assert lines[0].startswith("Usage: shoseki")
        assert [line for line in lines if re.search("[ぁ-んァ-ヶ一-龯]", line)] == []
        assert [line for line in lines if cell_len(line) > 80 and len(line.split()) > 1] == []


def test_bounds_and_what_is_required_are_said() -> None:
    english = " ".join(here("export", "--help", "--lang", "en").out.split())
    assert "by its number in the chain (default: 1, 1 or more)." in english
    assert "--customer TEXT The customer's id. Required." in english
    japanese = "".join(here("export", "--help", "--lang", "ja").out.split())
    assert "最初のエントリ（チェーン内番号）（既定:1、1以上）。" in japanese
    assert "--customer文字列お客様の識別子。必須。" in japanese
    assert here("--help", "--lang", "ja").out.split("\n")[0] == "使い方: shoseki [オプション] コマンド ..."


@pytest.mark.parametrize("columns", range(20, 41))
def test_a_short_word_of_help_is_not_broken(columns: int) -> None:
    wrapped = wrap(
        "連絡・受渡しの手段。指定できる値: phone（電話）。必須。署名する件数（既定: 1000、1 以上）。", columns
    )
    assert all(word in wrapped for word in ("必須。", "既定", "以上）"))
    assert all(cell_len(line) <= columns for line in wrapped.split("\n"))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_choice_is_not_explained_by_its_own_word(step: Step) -> None:
    told = " ".join(here(*step.name.split(), "--help", "--lang", "en").out.split())
    assert not [code for code, words in re.findall(r"(\w+) \(([^()]+)\)", told) if words == code.replace("_", " ")]
