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
from collections.abc import Mapping
from typing import Any, TypeAlias

from ledger.log.errors import FormatError

_orjson: Any
try:
    import orjson as _orjson
except ImportError:  # pragma: no cover - an auditor's machine with Python and cryptography alone
    _orjson = None

Value: TypeAlias = "bool | int | str | list[Value] | dict[str, Value] | None"

MAX_DEPTH = 8
MAX_INTEGER = 2**53 - 1

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_known_names: set[str] = set()
_KNOWN_NAMES_LIMIT = 4096  # names repeat in every record; a hostile file must not grow the memory of them


def encode(value: object, *, depth: int = 1) -> bytes:
    """Give the canonical bytes of ``value`` (mappings and tuples count as objects and arrays).

    ``depth`` is where the value will stand: 1 by itself, 2 as a member of an object. Raises FormatError for anything
    outside the value space. RFC 8785.
    """
    plain = _checked(value, depth)
    if _orjson is not None:
        return bytes(_orjson.dumps(plain, option=_orjson.OPT_SORT_KEYS))
    return encode_with_standard_library(plain)


def encode_with_standard_library(plain: Value) -> bytes:
    """Give the canonical bytes of an already checked value without ``orjson``: the same bytes, by RFC 8785."""
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def decode(data: bytes) -> Value:
    """Give the value of canonical bytes; raise FormatError for any other spelling, and for trailing bytes."""
    value: Value = load(data)
    if encode(value) != data:
        raise FormatError("The JSON is not in its canonical spelling (RFC 8785).")
    return value


def load(data: bytes) -> Any:
    """Give the value of JSON bytes without a check of their spelling: only for callers that compare it themselves."""
    try:
        if _orjson is not None:
            return _orjson.loads(data)
        return json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise FormatError(f"Not JSON: {error}.") from None


def _checked(value: object, depth: int) -> Value:
    kind = type(value)
    if kind is str:
        return _checked_string(value)  # type: ignore[arg-type]  # kind is exactly str
    if kind is int:
        if not -MAX_INTEGER <= value <= MAX_INTEGER:  # type: ignore[operator]  # kind is exactly int
            raise FormatError(f"The integer {value} is outside ±(2^53 − 1).")
        return value  # type: ignore[return-value]
    if value is None or kind is bool:
        return value  # type: ignore[return-value]
    if depth > MAX_DEPTH:
        raise FormatError(f"The value is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, Mapping):
        return {_checked_name(name): _checked(member, depth + 1) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_checked(item, depth + 1) for item in value]
    raise FormatError(f"A value of type {kind.__name__} has no place in a record.")


def _checked_string(text: str) -> str:
    if text.isascii():
        if "\0" in text:
            raise FormatError("A string holds U+0000.")
        return text
    if "\0" in text:
        raise FormatError("A string holds U+0000.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FormatError("A string holds a lone surrogate.") from None
    return text


def _checked_name(name: object) -> str:
    if name in _known_names:
        return str(name)
    if not isinstance(name, str) or not _NAME.match(name):
        raise FormatError(f"{name!r} is not a member name ([a-z][a-z0-9_]*).")
    if len(_known_names) < _KNOWN_NAMES_LIMIT:
        _known_names.add(name)
    return name
