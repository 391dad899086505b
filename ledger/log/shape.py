"""Taking JSON values apart: each function gives the value back under its type, or refuses.

Guarantees: exactly the type that is asked for (a boolean is no number), every refusal a :class:`FormatError` that says
what stands where. Leaves to others: what the values mean.
"""

from collections.abc import Mapping
from typing import Any

from ledger.log import base64_text
from ledger.log.canonical import MAX_INTEGER
from ledger.log.errors import FormatError
from ledger.log.frontier import HASH_BYTES


def members(value: object, names: frozenset[str] | None, where: str) -> Mapping[str, Any]:
    """Give an object that has exactly these members (None: any)."""
    if type(value) is not dict or (names is not None and value.keys() != names):
        what = "is not an object" if names is None else f"has not exactly the members {', '.join(sorted(names))}"
        raise FormatError(f"{where} {what}.")
    return value


def array(value: object, where: str) -> list[Any]:
    """Give an array."""
    if type(value) is not list:
        raise FormatError(f"{where} is not an array.")
    return value


def text(value: object, where: str) -> str:
    """Give a string."""
    if type(value) is not str:
        raise FormatError(f"{where} is not a string.")
    return value


def number(value: object, where: str) -> int:
    """Give an integer from 0 to 2^53 − 1."""
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise FormatError(f"{where} is not a number from 0.")
    return value


def digest(value: object, where: str) -> bytes:
    """Give the 32 bytes of 64 lower-case hex digits."""
    try:
        data = bytes.fromhex(text(value, where))
    except ValueError:
        data = b""
    if data.hex() != value or len(data) != HASH_BYTES:
        raise FormatError(f"{where} is not 64 hex digits.")
    return data


def data(value: object, where: str) -> bytes:
    """Give the bytes of a base64 text."""
    return base64_text.decode(text(value, where))


def hashes(value: object, where: str) -> tuple[bytes, ...]:
    """Give the hashes of a base64 text of hashes joined."""
    joined = data(value, where)
    if len(joined) % HASH_BYTES:
        raise FormatError(f"{where} is not made of whole hashes.")
    return tuple(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))
