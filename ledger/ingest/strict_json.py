"""One strict reading of a JSON text that comes from outside: one spelling, no silent choice.

Guaranteed: UTF-8 and nothing else (no byte order mark, no UTF-16 guess), no member named twice, no ``NaN`` or
``Infinity``, nothing after the value. Numbers with a fraction or an exponent come as :class:`~decimal.Decimal`, so
that a time like ``1795338291.994`` keeps every digit. Whatever is wrong is a :class:`StrictJsonError` with a sentence
that quotes none of the text, which may hold a secret.
"""

import json
from decimal import Decimal
from typing import Any, NoReturn


class StrictJsonError(ValueError):
    """The bytes are no JSON text that has one meaning only; ``str()`` says why, in words that quote nothing."""


def decode(data: bytes) -> Any:
    """Read one JSON text (RFC 8259); raises :class:`StrictJsonError`."""
    try:
        return _DECODER.decode(data.decode("utf-8"))
    except StrictJsonError:
        raise
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise StrictJsonError(f"not JSON at character {error.pos}: {error.msg}") from None
    except RecursionError:
        raise StrictJsonError("JSON nested too deeply") from None
    except (ValueError, ArithmeticError):
        raise StrictJsonError("a number without bounds") from None


def utf8(text: str) -> bytes:
    """Encode a text that was read from JSON; raises :class:`StrictJsonError` for a lone surrogate escape."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise StrictJsonError("half of a surrogate pair in a text") from None


def encode(value: Any) -> str:
    """Write a value that :func:`decode` gave, compactly and with its fractions as they were read."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_write(name)}:{encode(v)}" for name, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(encode, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return _write(value)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise StrictJsonError("a member named twice")
    return members


def _constant(_name: str) -> NoReturn:
    raise StrictJsonError("a number that is none")


_write = json.JSONEncoder(ensure_ascii=False).encode
_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=Decimal, parse_constant=_constant)
