"""What a command names is inside its boundary, so that another customer's is seen and refused (R-36).

A reference is inside where the boundary has its own tag. One whose story stands under the tag of something larger that
the command names too is inside with that, and unknown to the command where it is another's: ``WITHIN`` says with what.
Whatever else is outside stands in ``OUTSIDE`` with its reason.
"""

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import count
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from any_command import KINDS, PERSONAL
from story import CUSTOMER

from ledger.domain import catalogue, decision
from ledger.domain.registry import Kind, kinds

assert catalogue.STREAMS
COMMANDS = tuple(each for each in decision.commands() if each.__module__.startswith("ledger."))
NUMBERS = count(1)
NOW = datetime(2026, 11, 16, tzinfo=UTC)

WITHIN: dict[str, tuple[str, ...]] = {
    "terms": ("terms:all",),
    "origin": ("origins:all",),
    "person": ("people:all", "contacts:", "work_order:"),
    "consent": ("agreement:",),
    "suspension": ("agreement:",),
    "contract": ("agreement:",),
    "nda": ("agreement:",),
    "proposal": ("work_order:",),
    "notice": ("work_order:",),
    "checkout": ("credential:",),
}
"""By the kind of what is named, the tags under which the whole story of it stands."""

NEW = "an id that this command gives: no other command names it"
OUTSIDE: dict[tuple[str, str], str] = {
    ("AccessAtTerminal", "access"): NEW,
    ("AccessEvidence", "access"): NEW,
    ("AccessOwnEvidence", "access"): NEW,
    ("AcquireData", "item"): NEW,
    ("TellAcquisition", "item"): NEW,
    ("UseData", "use"): NEW,
    ("TellUse", "use"): NEW,
    ("RecordVerification", "verification"): NEW,
    ("ObserveClockSkew", "source"): "a machine, of no customer: each tells of the clocks that it compares with",
    ("RecordExposure", "subject"): "where the secret stands, told by what read it: an exposure is never refused",
    ("ReconcileLogin", "technician"): "taken from the register of technicians by what asks, not typed",
    ("RecordLoginFailure", "technician"): "whoever the gateway tells of: it is recorded, whoever it was",
    ("LeaveSession", "participant"): "who is not inside the session changes nothing",
}


def references(make: Any) -> tuple[Any, list[tuple[str, str, str]]]:
    """Give a command all members of which are told, and what it names: the member, its kind, the id."""
    named: list[tuple[str, str, str]] = []
    return _filled(make, "", named), named


def _filled(make: Any, within: str, named: list[tuple[str, str, str]]) -> Any:
    hints = get_type_hints(make)
    return make(**{each.name: _value(each.name, hints[each.name], within, named) for each in fields(make)})


def _value(name: str, hint: Any, within: str, named: list[tuple[str, str, str]]) -> Any:
    arguments = [each for each in get_args(hint) if each is not NoneType]
    if get_origin(hint) is tuple:
        one = name.removesuffix("s") if hint == tuple[str, ...] else name
        return (_value(one, arguments[0], within, named),)
    if arguments:
        return _value(name, arguments[0], within, named)
    if hint is str:
        return _text(name, within, named)
    if is_dataclass(hint):
        return _filled(hint, f"{name}.", named)
    if issubclass(hint, StrEnum):
        return next(iter(hint))
    return {int: 1, bool: False, datetime: NOW, date: NOW.date()}[hint]


def _text(name: str, within: str, named: list[tuple[str, str, str]]) -> str:
    if name == "customer":
        return CUSTOMER
    kind = "work_order" if name == "subject" else "person" if name in PERSONAL else KINDS.get(name)
    if kind is None:
        return "d" * 64
    drawn = f"{kind}_{next(NUMBERS):032x}"
    named.append((within + name, kind, drawn))
    return f"{kind}:{drawn}" if name == "subject" else drawn


def outside(make: Any) -> dict[str, str]:
    """Give the references that the boundary of a command leaves out, with their kinds."""
    command, named = references(make)
    tags = {tag for item in decision.boundary(command).items for tag in item.tags}
    return {
        member: kind
        for member, kind, id_ in named
        if not any(each.endswith(f":{id_}") or each.startswith(WITHIN.get(kind, ())) for each in tags)
    }


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.__name__)
def test_r_36_what_a_command_names_is_inside_its_boundary(command: type[Any]) -> None:
    listed = {member for name, member in OUTSIDE if name == command.__name__}
    assert outside(command).keys() == listed


def test_r_36_ids_that_commands_name_are_known_to_be_ids() -> None:
    """A member that is an id by its facts is one here, too: none is overlooked because of its name."""
    ids = {member.name for kind in kinds_of_facts() for member in kind.members or () if member.ref is not None}
    texts = {each.name for make in COMMANDS for each in fields(make) if get_type_hints(make)[each.name] in _TEXTS}
    known = {*KINDS, *PERSONAL, "customer", *(f"{each}s" for each in (*KINDS, *PERSONAL))}
    assert (ids & texts) - known == set()


_TEXTS = (str, str | None, tuple[str, ...])


def kinds_of_facts() -> list[Kind]:

    return [kind for kind in kinds().values() if not kind.type.startswith("test.")]


def test_r_36_the_list_of_what_is_outside_names_what_there_is() -> None:
    members = {(make.__name__, member) for make in COMMANDS for member, _, _ in references(make)[1]}
    assert OUTSIDE.keys() <= members
    assert all(OUTSIDE.values())
