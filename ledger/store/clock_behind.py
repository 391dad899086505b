"""A clock that was set back: how far it is behind the log's newest entry.

No entry's time is before the newest one's (docs/record-format.md, section 2), so a log whose clock is behind goes on
with that time standing still, and says nothing by itself: here is who notices.

Guarantees: within the bound by which a clock may differ, nothing is said. Leaves to others: saying it, and putting it
right (``clock_correction``).
"""

from datetime import datetime, timedelta

from psycopg import sql

from ledger.store.clock import Clock
from ledger.store.database import connect, named_errors
from ledger.store.entry_times import DEFAULT_CLOCK_BOUND
from ledger.store.recorder import Recorder

_NOTHING = timedelta(0)


def behind(clock: Clock, newest: datetime, *, bound: timedelta = DEFAULT_CLOCK_BOUND) -> timedelta:
    """Tell how far the clock is behind the time of the newest entry; nothing where that is within the bound."""
    distance = newest - clock.now()
    return distance if distance > bound else _NOTHING


def clock_behind(recorder: Recorder) -> timedelta:
    """Tell how far the recorder's clock is behind the newest entry; raise DatabaseUnavailableError."""
    # Of those that the log counts: a row beyond them is no entry, whatever its time.
    statement = sql.SQL(
        "SELECT at FROM {0}.entry WHERE position >= 0 AND position < (SELECT max(size) FROM {0}.log)"
        " AND at BETWEEN '1970-01-01' AND '9999-01-01' ORDER BY position DESC LIMIT 1"
    ).format(sql.Identifier(recorder.schema))
    with named_errors(), connect(recorder.url, application="shoseki clock") as connection:
        row = connection.execute(statement).fetchone()
    return _NOTHING if row is None else behind(recorder.clock, row[0])
