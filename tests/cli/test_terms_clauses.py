"""The clauses of the coverage page are those of the published terms, each once and in their order."""

import os
from pathlib import Path

import pytest
from terms_clauses import TERMS, clauses_of

from scripts.make_coverage import CLAUSES

ROOT = Path(__file__).parents[2]


def test_the_page_has_a_row_for_every_clause_of_the_terms_and_one_for_audits() -> None:
    assert [clause.name for clause in CLAUSES] == [*clauses_of(TERMS.read_text(encoding="utf-8")), "監査"]


def test_a_clause_that_is_added_or_gone_is_noticed() -> None:
    text = TERMS.read_text(encoding="utf-8")
    known = clauses_of(text)
    assert clauses_of(text + "\n第7条 協議\n\n協議します。\n") == [*known, "第7条"]
    assert clauses_of(text.replace("5. 本書は予告なく", "本書は予告なく")) == known[:-1]
    assert clauses_of(text.replace("⑤お客様に関する", "⑤ア\n\n⑥お客様に関する")) == [
        *known[: known.index("第5条 ⑤") + 1],
        "第5条 ⑥",
        "第5条 ⑥※",
        *known[known.index("第6条 1") :],
    ]


def test_the_copy_of_the_terms_is_the_text_that_was_published() -> None:
    published = Path(os.environ.get("SHOSEKI_TERMS", ROOT.parent / "shared" / "terms")) / TERMS.name
    if not published.exists():
        pytest.skip(f"the published text {published} is not at hand; SHOSEKI_TERMS names the folder that has it")
    assert TERMS.read_bytes() == published.read_bytes()
