"""How Japanese is written, wherever it stands: one word per idea, and no blank between Japanese words.

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


OTHERWISE = {
    "すでに": "既に",
    "紐付|紐づ|ひも付": "結び付け",
    "再問い合わせ": "改めてのお問い合わせ",
    "秘密(?!情報|に、)": "秘密情報",
    "認証情報": "接続情報",
    "台帳": "ログ",
    "封印": "封緘",
}
"""Words that are not written, and what the glossary or the rest of the house has for the idea."""


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


@pytest.mark.parametrize("word", OTHERWISE)
def test_one_idea_has_one_word(word: str) -> None:
    assert [(place, text) for place, text in sentences() if re.search(word, text)] == []
    assert any(OTHERWISE[word] in text for _, text in sentences()), OTHERWISE[word]


def test_the_words_of_the_house_are_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for each in ("結び付け", "改めてのお問い合わせ", "秘密情報", "接続情報", "ログ", "封緘"):
        assert re.search(rf"^\| [^|]+ \| [^|]*{each}", glossary, re.MULTILINE), each
