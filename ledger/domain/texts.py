"""The texts of a command: every string that it brings along, and the member by which it does.

Guarantees: none is left out, however deep it lies: in lists, in mappings, in values of their own. What is no text is
not among them: codes, numbers, times, and the system user, whom the kernel names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any

from ledger.domain.sharing import SystemUser


def texts_of(command: Any) -> Iterator[tuple[str, str]]:
    """Give each text with the name of its member: ``words``, and ``request.title`` for one of a value within."""
    for each in fields(command):
        yield from _within(each.name, getattr(command, each.name))


def _within(name: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case StrEnum() | SystemUser():
            pass
        case str():
            yield name, value
        case Mapping():
            for pair in value.items():
                yield from _within(name, pair)
        case tuple() | list() | set() | frozenset():
            for each in value:
                yield from _within(name, each)
        case _ if is_dataclass(value):
            yield from ((f"{name}.{member}", text) for member, text in texts_of(value))
