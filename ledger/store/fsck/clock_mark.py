"""The row of the log against its entries, and its mark of the clock against the machine's, as far as it can be judged.

The mark says at which count of which start of the machine the newest entry's time was read; the next append measures by
it whether the clock jumped. On the same start of the machine the count must not be behind it, and the newest entry's
time and what was counted since must not be ahead of the clock by more than the bound: either the clock was set back, or
the mark was changed so that a jump would pass. On another start only the newest entry's time is compared.

Guarantees: a row that is missing, repeated, without a mark, or that one of these contradicts is named. Leaves to
others: a clock that is ahead, which the next append refuses; a mark of a start of the machine that is over; the time of
a log that an injected clock made, which is said.
"""

from datetime import datetime, timedelta

from ledger.store.clock import THROWN_AWAY, Clock
from ledger.store.clock_behind import behind
from ledger.store.fsck.findings import Code
from ledger.store.fsck.joining import Join
from ledger.store.fsck.source import Source

_ROW = """
    SELECT count(*), bool_and(origin IS NOT DISTINCT FROM %s), bool_and(at IS NOT DISTINCT FROM (
        SELECT at FROM {s}.entry WHERE position >= 0 ORDER BY position DESC LIMIT 1))
    FROM {s}.log"""
_MARK = """
    SELECT CASE WHEN at BETWEEN '1970-01-01' AND '9999-01-01' THEN at END,
        CASE WHEN octet_length(clock_boot) <= 256 THEN clock_boot END, clock_elapsed, size
    FROM {s}.log ORDER BY size DESC NULLS LAST LIMIT 1"""


def check_log(source: Source, origin: str, clock: Clock | None, join: Join) -> None:
    """Compare the row of the log with its entries and the clock; its size is compared where the ranges are found."""
    count, of_log, right_time = source.rows(_ROW, (origin,)).fetchone()
    add = join.findings.add
    if count != 1:
        add(Code.LOG_TABLE, None, None, f"{count} rows instead of one")
    if not count:
        return
    if not of_log:
        add(Code.LOG_TABLE, None, None, "it names another log")
    if not right_time:
        add(Code.LOG_TABLE, None, None, "its time is not that of the newest entry")
    at, boot, elapsed, size = source.rows(_MARK).fetchone()
    if size and (not boot or elapsed is None):
        add(Code.LOG_TABLE, None, None, "it has no mark of the clock")
    elif at is not None and clock is not None:
        _check_clock(clock, at, (boot, elapsed), join)


def _check_clock(clock: Clock, at: datetime, mark: tuple[str | None, int | None], join: Join) -> None:
    boot, elapsed = mark
    counted = 0
    if boot == clock.boot() and elapsed is not None:
        counted = clock.elapsed() - elapsed
        if counted < 0 or elapsed < 0:
            join.findings.add(Code.LOG_TABLE, None, None, "its mark of the clock was never reached")
            return
    if boot == THROWN_AWAY != clock.boot():
        join.notes.append(
            "The newest entry's time is of an injected clock, as throw-away logs have: it was not judged."
        )
        return
    fallen = behind(clock, at + timedelta(microseconds=counted // 1000))
    if fallen:
        join.findings.add(Code.CLOCK, None, None, f"{fallen} behind what is counted since {at.isoformat()}")
