"""The clauses of the terms, read from the published text: what the coverage page has one row for, each.

An article without parts is a clause of its own; otherwise its numbered paragraphs, its circled items and the notes (※)
that follow them are. The preamble has one clause a paragraph.
"""

import re
from collections.abc import Iterator
from pathlib import Path

TERMS = Path(__file__).resolve().parents[2] / "docs" / "remote-maintenance-terms-1.0-ja.txt"
_ARTICLE = re.compile(r"第(\d)条 ")
_PARAGRAPH = re.compile(r"(\d)\. ")
_ITEM = re.compile(r"(?:- )?([①-⑳])")
_NOTE = "※"


def clauses_of(text: str) -> list[str]:
    """Give the names of the clauses in their order: ``前文 ¶1``, ``第2条``, ``第4条 1 ①``, ``第5条 ③※``."""
    article, preamble, rest = "", 0, []
    for line in filter(None, map(str.strip, text.splitlines()[2:])):
        if found := _ARTICLE.match(line):
            article = f"第{found[1]}条"
        if article:
            rest.append((article, line))
        elif line.endswith("。"):
            preamble += 1
    names = [f"前文 ¶{number}" for number in range(1, preamble + 1)]
    for each in dict.fromkeys(article for article, _ in rest):
        parts = list(_parts(line for article, line in rest if article == each))
        names += [f"{each} {part}" for part in parts] or [each]
    return names


def _parts(lines: Iterator[str]) -> Iterator[str]:
    """Give what an article consists of; a paragraph that has items is not a part beside them."""
    paragraph, item, waiting = "", "", ""
    for line in lines:
        if found := _PARAGRAPH.match(line):
            if waiting:
                yield waiting
            paragraph, item, waiting = f"{found[1]} ", "", found[1]
        elif found := _ITEM.match(line):
            item, waiting = found[1], ""
            yield f"{paragraph}{item}"
        elif line.startswith(_NOTE):
            yield f"{paragraph}{item}{_NOTE}"
    if waiting:
        yield waiting
