"""Times for people: Japan's, wherever they are shown. What programs read (``--json``) stays UTC, as it is recorded."""

from datetime import datetime

from ledger.keys.classes import JST


def to_the_minute(moment: datetime) -> str:
    """Give a time for a narrow column under a heading that names the zone."""
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M}"
