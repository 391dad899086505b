"""Hints on targets as they were typed: kept byte for byte, and told where they will match nothing for how they look.

A target is compared byte for byte wherever a rule asks for it, so one that only looks like another is another. What is
known is what the same work order or session names already. A hint refuses nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from unicodedata import normalize

from ledger.application.door import Ledger
from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.permission_facts import AccessPermissionGranted, AccessPermissionRequested
from ledger.domain.session_facts import SessionStarted
from ledger.domain.work_facts import WorkOrderRequested
from scripts.console import Session

_NAMING = (WorkOrderRequested, AccessPermissionRequested, AccessPermissionGranted, SessionStarted)


def hints_on(session: Session, ledger: Ledger, told: Mapping[tuple[str, str], Any]) -> list[str]:
    """Give a sentence for each target among what was told that is blank, has blanks around it, or only looks known."""
    targets = [each for (_, name), value in told.items() for each in _targets(name, value)]
    if not targets:
        return []
    known = _known(ledger, told)
    return [hint for each in dict.fromkeys(targets) for hint in _hints(session, each, known)]


def _targets(name: str, value: Any) -> tuple[str, ...]:
    if name == "target":
        return (value,)
    return value if name == "targets" else ()


def _hints(session: Session, target: str, known: frozenset[str]) -> Iterator[str]:
    if not target.strip():
        yield session.text("hint_target_blank", target=target)
    elif target != target.strip():
        yield session.text("hint_target_ends", target=target)
    if target not in known:
        for alike in sorted(each for each in known if _shape(each) == _shape(target)):
            yield session.text("hint_target_alike", target=target, known=alike)


def _shape(target: str) -> str:
    return normalize("NFKC", target).strip()


def _known(ledger: Ledger, told: Mapping[tuple[str, str], Any]) -> frozenset[str]:
    """Give the targets that the work order or the session of the step names already."""
    types = tuple(sorted(each.KIND.type for each in _NAMING))
    items = [
        Item((tag(name, value),), types)
        for (_, name), value in told.items()
        if name in {"work_order", "session"} and isinstance(value, str)
    ]
    if not items:
        return frozenset()
    facts = ledger.decider.facts(Boundary(tuple(items)))
    return frozenset(target for each in facts if isinstance(each.fact, _NAMING) for target in each.fact.targets)
