"""The one spelling of a value: JCS (RFC 8785) over the value space of the record format.

Guarantees: ``encode`` gives the canonical bytes or refuses; ``decode`` accepts exactly the bytes that ``encode``
gives, so ``encode(decode(data)) == data`` for everything it accepts. Leaves to others: which members a value has.

Value space (docs/record-format.md, section 2): objects whose member names match ``[a-z][a-z0-9_]*``, arrays, strings
without U+0000 and without lone surrogates, integers within ±(2^53 − 1), true, false, null; no floats; nested at most
8 deep. Over this space sorted JSON without white space *is* RFC 8785: names are ASCII, so code-unit order is byte
order, and there is no number but plain integers. ``orjson`` makes the same bytes several times faster and is used
where it is installed; verification needs only the standard library.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, TypeAlias

from ledger.log.errors import FormatError

_orjson: Any
try:
    import orjson as _orjson
except ImportError:  # an auditor's machine with Python and cryptography alone
    _orjson = None

Value: TypeAlias = "bool | int | str | list[Value] | dict[str, Value] | None"

MAX_DEPTH = 8
MAX_INTEGER = 2**53 - 1

_SCALARS = frozenset((str, int, bool, type(None)))
_NUL = b"\\u0000"  # how U+0000 is spelled, and a backslash before "u0000" nearly so
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_known_names: set[str] = set()
_KNOWN_NAMES_LIMIT = 4096  # names repeat in every record; a hostile file must not grow the memory of them
_KNOWN_NAME_LENGTH = 64


def encode(value: object, *, depth: int = 1) -> bytes:
    """Give the canonical bytes of ``value`` (mappings and tuples count as objects and arrays).

    ``depth`` is where the value will stand: 1 by itself, 2 as a member of an object. Raises FormatError for anything
    outside the value space. RFC 8785.
    """
    if _orjson is None:
        return encode_with_standard_library(value, depth=depth)
    if not _is_plain(value, depth):
        _check((value,), depth)
    return _spell(value, depth)


def encode_more(value: Mapping[str, Any], *, depth: int = 1) -> bytes:
    """Give what ``encode`` gives for an object that was encoded before and got some more members that are texts.

    Types, names and depth are not looked at again.
    """
    return encode_with_standard_library(value, depth=depth) if _orjson is None else _spell(value, depth)


def encode_text(text: str) -> bytes:
    """Give what ``encode`` gives for a text."""
    return encode_with_standard_library(text) if _orjson is None else _spell(text, 1)


def _spell(value: object, depth: int) -> bytes:
    try:
        spelled: bytes = _orjson.dumps(value, default=dict, option=_orjson.OPT_SORT_KEYS | _orjson.OPT_STRICT_INTEGER)
    except _orjson.JSONEncodeError:
        _check((value,), depth)  # an integer that is too large; else there is one thing left that it refuses
        raise FormatError("A string holds a lone surrogate.") from None
    if _NUL in spelled:
        _check((value,), depth)
    return spelled


def encode_with_standard_library(value: object, *, depth: int = 1) -> bytes:
    """Give the same as ``encode``, without ``orjson``."""
    _check((value,), depth)
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=dict)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise FormatError("A string holds a lone surrogate.") from None


def decode(data: bytes, *, depth: int = 1) -> Value:
    """Give the value of canonical bytes; raise FormatError for any other spelling, and for trailing bytes.

    ``depth`` is where the value stands, as for ``encode``.
    """
    value: Value = load(data)
    if encode(value, depth=depth) != data:
        raise FormatError("The JSON is not in its canonical spelling (RFC 8785).")
    return value


def load(data: bytes) -> Any:
    """Give the value of JSON bytes without a check of their spelling: only for callers that compare it themselves."""
    if _orjson is None:
        return load_with_standard_library(data)
    try:
        return _orjson.loads(data)
    except ValueError as error:
        raise FormatError(f"Not JSON: {error}.") from None


def load_with_standard_library(data: bytes) -> Any:
    """Give the same as ``load``, without ``orjson``.

    The two differ only in what no canonical bytes hold (escaped lone surrogates, numbers beyond 64 bits, hundreds of
    levels); a caller to whom that matters takes this one everywhere.
    """
    try:
        return json.loads(data.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"Not JSON: {error}.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise FormatError(f"{name} is not JSON.")


def _is_plain(value: Any, depth: int) -> bool:
    """Tell quickly that types, names and depth are right: all that ``orjson`` would let pass. False says nothing."""
    kind = type(value)
    if kind is dict:
        if not _known_names.issuperset(value):
            return False
        value = value.values()
    elif kind is not list:
        return kind in _SCALARS
    if depth > MAX_DEPTH:
        return False
    if _SCALARS.issuperset(map(type, value)):
        return True
    for each in value:  # noqa: SIM110 - asked for every payload: a generator takes longer than what it would spare
        if type(each) not in _SCALARS and not _is_plain(each, depth + 1):
            return False
    return True


def _check(values: Iterable[Any], depth: int) -> None:
    """Refuse what is outside the value space; lone surrogates are left to the encoders, which both refuse them.

    Types are compared exactly: an encoder writes a subclass (an enumeration, a bool as a number) in its own way. Takes
    the values that stand side by side at one depth: a call for each of them would cost more than the check.
    """
    for value in values:
        kind = type(value)
        if kind is str:
            if "\0" in value:
                raise FormatError("A string holds U+0000.")
        elif kind is int:
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                raise FormatError("An integer is outside ±(2^53 − 1).")
        elif kind is dict or isinstance(value, Mapping):
            _check_depth(depth)
            for name in value:
                if name not in _known_names or type(name) is not str:
                    _check_name(name)
            _check(value.values(), depth + 1)
        elif kind is list or kind is tuple:
            _check_depth(depth)
            _check(value, depth + 1)
        elif value is not None and kind is not bool:
            raise FormatError(f"A value of type {kind.__name__} has no place in a record.")


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise FormatError(f"The value is nested more than {MAX_DEPTH} deep.")


def _check_name(name: object) -> None:
    if type(name) is not str or not _NAME.match(name):
        raise FormatError(f"{name!r:.80} is not a member name ([a-z][a-z0-9_]*).")
    if len(name) <= _KNOWN_NAME_LENGTH and len(_known_names) < _KNOWN_NAMES_LIMIT:
        _known_names.add(name)
