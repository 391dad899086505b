"""Times for people: Japan's, wherever they are shown. What programs read (``--json``) stays UTC, as it is recorded."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

_JAPAN = ZoneInfo("Asia/Tokyo")  # named here, too: `verify` loads nothing of the keys, whose days are Japan's as well
# As records spell it, and a word of its own: what is part of a file's name stays as it is.
_RECORDED = re.compile(r"(?<![^\s（(「'])\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z(?![\w/-]|\.\w)")


def to_the_minute(moment: datetime) -> str:
    """Give a time for a narrow column under a heading that names the zone."""
    return f"{moment.astimezone(_JAPAN):%Y-%m-%d %H:%M}"


def to_the_second(recorded: str) -> str:
    """Give a record's time for a column under a heading that names the zone."""
    return in_japan(recorded)[: len("2026-11-22T18:04:51")].replace("T", " ")


def in_japan(text: str) -> str:
    """Give a text with each time that it says in UTC, as records spell it, said in Japan's, with the zone beside it."""
    return _RECORDED.sub(lambda found: _spelled(found.group()), text)


def _spelled(recorded: str) -> str:
    try:
        return datetime.fromisoformat(recorded).astimezone(_JAPAN).isoformat()
    except (OverflowError, ValueError):  # the last hours of the year 9999, or no time that there is: as it stands
        return recorded
