"""A second reading of an entry, the slow way: any JSON, then member by member, then one spelling by another library.

It shares nothing with ``ledger.log`` and is the oracle that the grammar there is compared with.
"""

import calendar
import json
import re
from typing import Any

import rfc8785

MEMBERS = {"at", "chain", "commitment", "key", "origin", "position", "prev", "public", "seq", "tags", "type", "v"}
LARGEST = 2**53 - 1


class RefusedError(Exception):
    """The bytes are no entry of version 1."""


class LaterError(Exception):
    """The bytes name a later version."""


def read(data: bytes) -> dict[str, Any]:
    """Give the members of an entry of version 1."""
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise RefusedError from error
    need(type(value) is dict)
    if type(value.get("v")) is int and 1 < value["v"] <= LARGEST:
        raise LaterError
    need(len(data) <= 65_535 and set(value) == MEMBERS and type(value["v"]) is int and value["v"] == 1)
    matches(r"[a-z0-9./-]{1,128}", value["origin"])
    matches(r"log|cus_[0-9a-f]{32}", value["chain"])
    matches(r"[0-9a-f]{64}", value["prev"])
    matches(r"[A-Za-z][A-Za-z0-9_.]{0,127}", value["type"])
    need((value["commitment"] is None) == (value["key"] is None))
    if value["key"] is not None:
        matches(r"[0-9a-f]{64}", value["commitment"])
        matches(r"[a-z0-9_]+:[A-Za-z0-9_-]{1,64}", value["key"])
    need(type(value["position"]) is int and 0 <= value["position"] <= LARGEST)
    need(type(value["seq"]) is int and 1 <= value["seq"] <= LARGEST)
    need((value["seq"] == 1) == (value["prev"] == "0" * 64))
    a_time(value["at"])
    need(type(value["tags"]) is list)
    for tag in value["tags"]:
        matches(r"[!-~]{1,128}", tag)
    need(value["tags"] == sorted(set(value["tags"])))
    need(type(value["public"]) is dict)
    in_value_space(value["public"], 2)
    need(rfc8785.dumps(value) == data)
    return value


def no_constant(name: str) -> None:
    raise ValueError(name)


def need(condition: bool) -> None:
    if not condition:
        raise RefusedError


def matches(pattern: str, text: object) -> None:
    need(type(text) is str and re.fullmatch(pattern, text, re.ASCII) is not None)


def a_time(text: object) -> None:
    matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", text)
    year, month, day, hour, minute, second = (int(part) for part in re.findall("[0-9]+", text)[:6])
    need(year >= 1 and 1 <= month <= 12 and hour <= 23 and minute <= 59 and second <= 59)
    need(1 <= day <= calendar.monthrange(year, month)[1])


def in_value_space(value: object, depth: int) -> None:
    if type(value) is str:
        need("\0" not in value and not any(0xD800 <= ord(character) <= 0xDFFF for character in value))
    elif type(value) is int:
        need(-LARGEST <= value <= LARGEST)
    elif type(value) is dict:
        need(depth <= 8)
        for name, member in value.items():
            matches(r"[a-z][a-z0-9_]*", name)
            in_value_space(member, depth + 1)
    elif type(value) is list:
        need(depth <= 8)
        for item in value:
            in_value_space(item, depth + 1)
    else:
        need(value is None or type(value) is bool)
