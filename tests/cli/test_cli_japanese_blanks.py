"""No Japanese sentence has a blank between Japanese words, also where one of them is the value of a place.

Beside Latin letters, figures and ids blanks are the house's style; a code is said in Japanese, and stands in brackets.
"""

import ast
import re
from collections.abc import Iterator
from string import Formatter

import pytest
from command_line import ROOT

from ledger.domain import catalogue
from ledger.domain.codes import CODES
from ledger.domain.wording import table

JAPANESE = "[ぁ-んァ-ヶ一-龯、。「」（）・ー々〜：；！？]"
BETWEEN = re.compile(f"(?<={JAPANESE})[ \u3000]+(?={JAPANESE})")
assert catalogue.STREAMS


def sentences() -> Iterator[tuple[str, str]]:
    for folder in ("ledger", "projections", "api", "scripts"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search("[ぁ-ん]", node.value):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def test_no_blank_stands_between_japanese_words() -> None:
    found = list(sentences())
    assert len(found) > 500
    assert [(place, text) for place, text in found if BETWEEN.search(text)] == []


@pytest.mark.parametrize("key", sorted(table()))
def test_no_blank_stands_beside_a_code_said_in_japanese(key: str) -> None:
    said = table()[key].ja
    values = {name: spec for _, name, spec, _ in Formatter().parse(said) if name and spec and spec != "time"}
    for name, spec in values.items():
        place = re.escape(f"{{{name}:{spec}}}")
        assert any(re.search(JAPANESE, words) for words, _ in CODES[spec].values())
        assert not re.search(f"[ぁ-ん一-龯] ?{place}|{place} ?[ぁ-ん一-龯]", said), f"a code needs brackets: {said}"
