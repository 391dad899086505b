"""Every event that the terms ask for is a type of the registry, under its own name or as another that says why."""

import os
import re
from pathlib import Path

import pytest
from events_asked_for import EVENTS

from ledger.domain import catalogue
from ledger.domain.registry import kinds
from ledger.domain.told import COVERED

assert catalogue.STREAMS
DESIGN = "domain.md"
WORD = re.compile(r"[A-Z][a-z]+")


def named() -> set[str]:
    """Give the names of all facts of the domain."""
    return {kind.make.__name__ for kind in kinds().values() if kind.make is not None}  # type: ignore[attr-defined]


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_that_the_terms_ask_for_is_recorded(event: str) -> None:
    assert event in named() or event in COVERED


def test_what_is_covered_is_asked_for_and_has_a_type_and_a_reason() -> None:
    assert set(COVERED) <= set(EVENTS)
    assert not set(COVERED) & named(), "what has a fact of its own needs no other"
    for type_, why in COVERED.values():
        assert type_ in kinds()
        assert why


def test_the_list_is_the_catalogues() -> None:
    root = Path(__file__).resolve().parents[2]
    path = Path(os.environ.get("SHOSEKI_DESIGN", root.parent / "shared" / "design")) / DESIGN
    if not path.exists():
        pytest.skip(f"the catalogue {path} is not at hand; SHOSEKI_DESIGN names the folder that has it")
    text = path.read_text(encoding="utf-8")
    section = text[text.index("## 2. Event catalogue") : text.index("## 3. State machines")]
    assert set(asked(section)) == set(EVENTS)
    assert len(EVENTS) == len(set(EVENTS))


def asked(section: str) -> list[str]:
    """Give the events of the catalogue's table, and those named before it as also needed."""
    also = re.search(r"Also needed: (.*?)\.\n", section, re.DOTALL)
    assert also is not None
    found = [each.split()[0] for each in also[1].split(",")]
    rows = [line.split("|")[2] for line in section.splitlines() if line.startswith("|")]
    for row in rows[rows.index(" Event ") + 2 :]:
        for group in re.sub(r"\([^()]*\)", "", row).split(","):
            found += spelled([each.strip() for each in group.split("/")])
    return [each for each in found if re.fullmatch(r"[A-Z]\w+", each)]


def spelled(names: list[str]) -> list[str]:
    """Give names in full: "WorkOrderAccepted / Declined" names two events of work orders."""
    words = WORD.findall(names[0])
    full = [names[0]]
    for each in names[1:]:
        if each == "DefectReported":
            full.append("OperationCheckDefectReported")
        elif each.startswith(words[0]) or each == "LoginFailed":
            full.append(each)
        else:
            full.append("".join(words[: -len(WORD.findall(each))]) + each)
    return full
