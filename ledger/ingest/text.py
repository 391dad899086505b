r"""Bytes and JSON texts of a log as strings that a fact may hold.

A fact holds no U+0000, no lone surrogates and no bytes that are not UTF-8. Logs hold all of them, because users choose
names and arguments. They are written as escapes (``\x00``, ``\xe3``, ``\ud800``), and every function here says
whether it had to do so: an escape sequence that a user typed looks the same, so the fact must say which it is.
"""

import json
import re
from typing import Any

import orjson

MAX_INTEGER = 2**53 - 1

_UNFIT = re.compile("[\x00\ud800-\udfff]")
_BYTE_FROM, _BYTE_TO = 0xDC80, 0xDCFF  # how Python's surrogateescape carries the bytes 0x80 to 0xff


def decode(data: bytes) -> tuple[str, bool]:
    """Give ``data`` as text, and whether a byte of it had to be escaped."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data.decode(errors="backslashreplace").replace("\0", "\\x00"), True
    return (text.replace("\0", "\\x00"), True) if "\0" in text else (text, False)


def clean(text: str) -> tuple[str, bool]:
    """Give a text that :func:`load_json` read as a fact may hold it, and whether a character had to be escaped."""
    if text.isascii() and "\0" not in text:
        return text, False
    cleaned, count = _UNFIT.subn(_escape, text)
    return cleaned, count > 0


def load_json(data: bytes | str) -> Any:
    """Read one JSON value, as other programs write it: bytes that are not UTF-8 are let through to :func:`clean`.

    Raises ``ValueError`` whatever is wrong, with a sentence that quotes none of the text.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(data if isinstance(data, str) else data.decode("utf-8", "surrogateescape"))
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at character {error.pos}: {error.msg}") from None
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    except ValueError:
        raise ValueError("JSON with a number without bounds") from None


def _escape(found: re.Match[str]) -> str:
    point = ord(found[0])
    if _BYTE_FROM <= point <= _BYTE_TO:
        return f"\\x{point - 0xDC00:02x}"
    return "\\x00" if point == 0 else f"\\u{point:04x}"
