"""The classes of data keys: what shares a retention period shares a class (docs/record-format.md, section 3).

A *day* class has one half for each JST calendar day, serving all chains; a *subject* class has one half for each
subject (a consent, a contract, a person), named by a random id. Another period is another class, never an edit.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
_DAY_KEY = re.compile(r"[a-z0-9_]+:[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


@dataclass(frozen=True, slots=True)
class KeyClass:
    """A class: the part of a key id before the colon, what its epochs are, and its period (ISO 8601) or None."""

    name: str
    epoch: Literal["day", "subject"]
    retain: str | None


CLASSES = {
    each.name: each
    for each in (
        KeyClass("trail", "day", "P12M"),
        KeyClass("request", "day", "P24M"),
        KeyClass("claim", "day", "P5Y"),
        KeyClass("fee", "day", "P10Y"),
        KeyClass("access", "day", "P12M"),
        KeyClass("agreement", "subject", None),
        KeyClass("person", "subject", None),
    )
}
"""The retention classes of the domain; an entry's class decides how long its payload can be read."""


def day_of(moment: datetime) -> str:
    """Give the JST calendar day that ``moment`` falls on, as it stands in a key id."""
    return moment.astimezone(JST).date().isoformat()


def is_day_key(key: str) -> bool:
    """Tell whether the epoch of ``key`` is a calendar day."""
    return _DAY_KEY.match(key) is not None
