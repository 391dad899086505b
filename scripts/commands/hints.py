"""Texts and targets as they were typed: kept byte for byte, and told where they say nothing or will match nothing.

A text of the vendor's own that is blank is a slip of the hand, and refused; what a customer or a machine said is
evidence, and kept however blank. A target is compared byte for byte wherever a rule asks for it, so one that only looks
like another is another. What is known is what the same work order or session names already. A hint refuses nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from unicodedata import category, normalize

from ledger.application.door import Ledger
from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.permission_facts import AccessPermissionGranted, AccessPermissionRequested
from ledger.domain.session_facts import SessionStarted
from ledger.domain.work_facts import Side, WorkOrderRequested
from scripts.commands.step import By, Member, Step, Told
from scripts.console import Session
from scripts.refusals import CommandRefusedError

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Line ends, controls, and marks without a width of their own."""
_NAMING = (WorkOrderRequested, AccessPermissionRequested, AccessPermissionGranted, SessionStarted)


def is_blank(text: str) -> bool:
    """Tell whether a text has nothing that could be seen: blanks of any width, line ends and controls alone."""
    return all(category(each) in {"Zs", *_UNSEEN} for each in text)


def check_words(session: Session, step: Step, members: Iterable[Member], told: Told) -> None:
    """Refuse a blank text that the vendor words; raise CommandRefusedError."""
    if _is_heard(step, told):
        return
    for each in _blank(members, told):
        if each.name not in step.heard:
            raise CommandRefusedError(session.text("step_blank", option=each.flag))


def hints_on_words(session: Session, members: Iterable[Member], told: Told) -> list[str]:
    """Give a sentence for each blank text that is kept because somebody else said it."""
    return [session.text("hint_blank", option=each.flag) for each in _blank(members, told)]


def _is_heard(step: Step, told: Told) -> bool:
    """Tell whether all that is told is somebody else's: a machine's, or what the customer says on its own part."""
    return step.by is By.ANYBODY or told.get(("", "by")) is Side.CUSTOMER


def _blank(members: Iterable[Member], told: Told) -> Iterator[Member]:
    for each in members:
        value = told.get((each.within, each.name))
        if value is not None and any(is_blank(text) for text in _texts(each, value if each.several else (value,))):
            yield each


def _texts(member: Member, values: Iterable[Any]) -> Iterator[str]:
    """Give what is told in words, also where it stands beside something else: the symptom of a system."""
    for each in values:
        if member.of_words:
            yield each
        elif isinstance(words := getattr(each, "words", None), str):
            yield words


def hints_on(session: Session, ledger: Ledger, told: Told) -> list[str]:
    """Give a sentence for each target that is blank, has blanks around it or signs unseen, or only looks known."""
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
    if is_blank(target):
        yield session.text("hint_target_blank", target=target)
    elif target != target.strip():
        yield session.text("hint_target_ends", target=target)
    if any(category(each) in _UNSEEN for each in target):
        yield session.text("hint_target_unseen", target=target)
    if target not in known:
        for alike in sorted(each for each in known if _shape(each) == _shape(target)):
            yield session.text("hint_target_alike", target=target, known=alike)


def _shape(target: str) -> str:
    return normalize("NFKC", target).strip()


def _known(ledger: Ledger, told: Told) -> frozenset[str]:
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
