"""How the types of a fact's members are spelled in JSON, and read back strictly.

Text and whole numbers stand for themselves, times as ``format_at`` spells them, days as ISO 8601, enumerations by their
value, tuples as arrays, value classes (frozen dataclasses) as objects; each may be absent (None).

Guarantees: what a spelling writes it reads, and gives what was written; a value that it says to stand as it is does.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeAlias, Union, get_args, get_origin, get_type_hints

from ledger.log.errors import FormatError
from ledger.log.members import format_at, parse_at

Spell: TypeAlias = Callable[[Any], Any]
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/-]{0,127}")
"""A name that a program gives, an id, a hash, a number, a time: no sentence."""
_SELF = (str, int, bool)
"""Types whose values stand for themselves."""
_NONE: frozenset[type[Any]] = frozenset()


class MemberError(Exception):
    """A value that is not of its member's type; the text goes on after the member's name."""


class Spelling(NamedTuple):
    """How the values of one type are written and read."""

    write: Spell
    read: Spell
    plain: frozenset[type[Any]] = _NONE
    """Types of values that need neither: a value of exactly that type is spelled by itself."""
    stands: Callable[[Any], bool] | None = None
    """Whether a value that can be written is itself what reading gives; None where each is."""
    code: bool = False
    """Every text that is written is a ``CODE``."""


def spelling(hint: Any) -> Spelling:
    """Give how values of this type are written and read; raise MemberError for a type that has no spelling."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType} and NoneType in arguments and len(arguments) == 2:  # noqa: PLR2004 - X | None
        return _optional(spelling(next(each for each in arguments if each is not NoneType)))
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _many(spelling(arguments[0]))
    if origin is Mapping and arguments == (str, str):
        return Spelling(_texts, _texts, stands=_never)
    if hint in _SELF:
        return Spelling(_exactly(hint), _exactly(hint), frozenset((hint,)), code=hint is not str)
    if hint is datetime:
        return Spelling(_write_time, _read_time, stands=_is_utc, code=True)
    if hint is date:
        return Spelling(_write_day, _read_day, code=True)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Spelling(_writes_enum(hint), _reads_enum(hint), code=all(CODE.fullmatch(each) for each in hint))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _value(hint)
    raise MemberError(f"has the type {hint}, which has no spelling.")


def _exactly(kind: type[Any]) -> Spell:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise MemberError(f"{value!r:.80} is no {kind.__name__}")
        return value

    return check


def _optional(of: Spelling) -> Spelling:
    def write(value: Any) -> Any:
        return None if value is None else of.write(value)

    def read(value: Any) -> Any:
        return None if value is None else of.read(value)

    def stands(value: Any) -> bool:
        return value is None or of.stands is None or of.stands(value)

    return Spelling(write, read, of.plain | {NoneType}, None if of.stands is None else stands, of.code)


def _many(of: Spelling) -> Spelling:
    def write(value: Any) -> list[Any]:
        if type(value) is not tuple:
            raise MemberError(f"{value!r:.80} is no tuple")
        return list(value) if of.plain.issuperset(map(type, value)) else [of.write(each) for each in value]

    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise MemberError(f"{value!r:.80} is no list")
        return tuple(value if of.plain.issuperset(map(type, value)) else [of.read(each) for each in value])

    def stands(value: Any) -> bool:
        return of.stands is None or all(map(of.stands, value))

    return Spelling(write, read, stands=None if of.stands is None else stands, code=of.code)


def _never(_value: Any) -> bool:
    """Say so of what is given anew each time it is read."""
    return False


def _is_utc(moment: datetime) -> bool:
    """Tell whether a time is spelled the way it would be read: in UTC, and no second telling of an hour."""
    return moment.tzinfo is UTC and not moment.fold


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


def _value(kind: type[Any]) -> Spelling:
    hints = get_type_hints(kind)
    spells = {field.name: spelling(hints[field.name]) for field in dataclasses.fields(kind)}

    def write(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise MemberError(f"{value!r:.80} is no {kind.__name__}")
        return {name: of.write(getattr(value, name)) for name, of in spells.items()}

    def read(value: Any) -> Any:
        if not isinstance(value, Mapping) or not spells.keys() <= value.keys():
            raise MemberError(f"{value!r:.80} is no {kind.__name__}")
        return kind(**{name: of.read(value[name]) for name, of in spells.items()})

    def stands(value: Any) -> bool:
        return all(of.stands is None or of.stands(getattr(value, name)) for name, of in spells.items())

    return Spelling(write, read, stands=stands)
