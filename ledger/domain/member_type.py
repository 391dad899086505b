"""How the types of a fact's members are spelled in JSON, and read back strictly.

Text and whole numbers stand for themselves, times as ``format_at`` spells them, days as ISO 8601, enumerations by their
value, tuples as arrays, value classes (frozen dataclasses) as objects; each may be absent (None).
"""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from ledger.log.errors import FormatError
from ledger.log.members import format_at, parse_at

Spell: TypeAlias = Callable[[Any], Any]
PLAIN = frozenset((str, int, bool))
"""Types whose values stand for themselves: a value of exactly that type needs no conversion."""


class MemberError(Exception):
    """A value that is not of its member's type; the text goes on after the member's name."""


def codec(hint: Any) -> tuple[Spell, Spell]:
    """Give how values of this type are written and read; raise MemberError for a type that has no spelling."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType} and NoneType in arguments and len(arguments) == 2:  # noqa: PLR2004 - X | None
        write, read = codec(next(each for each in arguments if each is not NoneType))
        return _optional(write), _optional(read)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        write, read = codec(arguments[0])
        plain = frozenset(arguments[:1]) & PLAIN
        return _many(tuple, write, list, plain), _many(list, read, tuple, plain)
    if origin is Mapping and arguments == (str, str):
        return _texts, _texts
    if hint in PLAIN:
        return _exactly(hint), _exactly(hint)
    if hint is datetime:
        return _write_time, _read_time
    if hint is date:
        return _write_day, _read_day
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _writes_enum(hint), _reads_enum(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _value(hint)
    raise MemberError(f"has the type {hint}, which has no spelling.")


def _exactly(kind: type[Any]) -> Spell:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise MemberError(f"{value!r:.80} is no {kind.__name__}")
        return value

    return check


def _optional(spell: Spell) -> Spell:
    return lambda value: None if value is None else spell(value)


def _many(expected: type[Any], spell: Spell, give: type[Any], plain: frozenset[type[Any]]) -> Spell:
    def convert(value: Any) -> Any:
        if type(value) is not expected:
            raise MemberError(f"{value!r:.80} is no {expected.__name__}")
        if plain.issuperset(map(type, value)):
            return give(value)
        return give(spell(each) for each in value)

    return convert


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(type(each) is str for pair in value.items() for each in pair):
        raise MemberError(f"{value!r:.80} does not map texts to texts")
    return dict(value)


def _write_time(value: Any) -> str:
    if type(value) is not datetime:
        raise MemberError(f"{value!r:.80} is no time")
    try:
        return format_at(value)
    except FormatError as error:
        raise MemberError(str(error)) from None


def _read_time(value: Any) -> datetime:
    try:
        return parse_at(value)
    except FormatError as error:
        raise MemberError(str(error)) from None


def _write_day(value: Any) -> str:
    if type(value) is not date:
        raise MemberError(f"{value!r:.80} is no day")
    return value.isoformat()


def _read_day(value: Any) -> date:
    if type(value) is not str or len(value) != len("2026-11-22"):
        raise MemberError(f"{value!r:.80} is no day")
    return date.fromisoformat(value)


def _writes_enum(kind: type[StrEnum]) -> Spell:
    def write(value: Any) -> str:
        if type(value) is not kind:
            raise MemberError(f"{value!r:.80} is no {kind.__name__}")
        return value.value

    return write


def _reads_enum(kind: type[StrEnum]) -> Spell:
    def read(value: Any) -> StrEnum:
        if type(value) is not str:
            raise MemberError(f"{value!r:.80} is no {kind.__name__}")
        return kind(value)

    return read


def _value(kind: type[Any]) -> tuple[Spell, Spell]:
    hints = get_type_hints(kind)
    spells = {field.name: codec(hints[field.name]) for field in dataclasses.fields(kind)}

    def write(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise MemberError(f"{value!r:.80} is no {kind.__name__}")
        return {name: spell(getattr(value, name)) for name, (spell, _) in spells.items()}

    def read(value: Any) -> Any:
        if not isinstance(value, Mapping) or not spells.keys() <= value.keys():
            raise MemberError(f"{value!r:.80} is no {kind.__name__}")
        return kind(**{name: spell(value[name]) for name, (_, spell) in spells.items()})

    return write, read
