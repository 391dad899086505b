"""Runs importers and redactors over lines, and holds every item to what the model promises."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings

from ledger.ingest.clock import parse_spelled
from ledger.ingest.model import Fact, Finding, Importer, Item, Line, Redactor, Rejected
from ledger.log.canonical import encode

unhurried = settings(deadline=None)
"""For properties: how long an example takes says nothing about a machine that others use too."""

ROOT = Path(__file__).resolve().parents[2]
CAPTURED = ROOT / "tests" / "data" / "captured"


def public_sample(path: str) -> Path:
    """Give the path of a public sample; skips the test where the samples are not at hand."""
    samples = Path(os.environ.get("SHOSEKI_PUBLIC_SAMPLES", ROOT.parent / "shared" / "samples" / "public"))
    if not (samples / path).exists():
        pytest.skip(f"the public sample {path} is not at hand; SHOSEKI_PUBLIC_SAMPLES names the folder that has it")
    return samples / path


def as_lines(data: bytes) -> list[Line]:
    """Split as the reader of sources does."""
    lines, offset = [], 0
    for number, part in enumerate(data.split(b"\n"), 1):
        ended = offset + len(part) < len(data)
        if part or ended:
            lines.append(Line(number, offset, part, end=b"\n" if ended else b""))
        offset += len(part) + 1
    return lines


def run(importer: Importer, lines: Iterable[Line]) -> list[Item]:
    """Feed all lines and finish; every item must be one that the log can take."""
    items: list[Item] = []
    for line in lines:
        items.extend(importer.feed(line))
    items.extend(importer.finish())
    for item in items:
        check(item)
    naturals = [item.natural for item in items if isinstance(item, Fact)]
    assert len(naturals) == len(set(naturals))
    return items


def check(item: Item) -> None:
    """An item holds only what the record format takes: no float, no U+0000, no lone surrogate."""
    if isinstance(item, Rejected):
        assert item.line > 0
        assert item.reason
        return
    encode(dict(item.data))
    assert 0 < item.lines[0] <= item.lines[1]
    if item.occurred_at is not None:
        parse_spelled(item.occurred_at)
    if isinstance(item, Finding):
        assert item.code.replace("_", "").isalnum()
        assert item.code == item.code.lower()
        assert "\n" not in item.text
    else:
        assert item.type.endswith(".v1")
        assert item.natural


def keep(redactor: Redactor, lines: Iterable[Line]) -> list[Line]:
    """Give the lines as they would be kept."""
    kept = []
    for line in lines:
        data = redactor.keep(line)
        assert b"\n" not in data
        kept.append(Line(line.number, line.offset, data, end=line.end))
    return kept


def facts(items: Iterable[Item], kind: str = "") -> list[Fact]:
    """The facts among ``items``, of one type if ``kind`` names it."""
    return [item for item in items if isinstance(item, Fact) and kind in ("", item.type)]


def findings(items: Iterable[Item], code: str = "") -> list[Finding]:
    """The findings among ``items``, with one code if ``code`` names it."""
    return [item for item in items if isinstance(item, Finding) and code in ("", item.code)]


def rejected(items: Iterable[Item]) -> list[Rejected]:
    """The rejected lines among ``items``."""
    return [item for item in items if isinstance(item, Rejected)]


def codes(items: Iterable[Item]) -> list[str]:
    """The codes of the findings, in order."""
    return [finding.code for finding in findings(items)]


def finalized(items: Iterable[Item]) -> dict[str, object]:
    """The data of the one finalized recording."""
    (fact,) = facts(items, "recording.finalized.v1")
    return dict(fact.data)
