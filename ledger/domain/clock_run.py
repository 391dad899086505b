"""The run of the clock: what time made true was looked for, and written down."""

from datetime import datetime

from ledger.domain.fact import Fact, fact, public


@fact(
    "ledger.clock_run.v1",
    chain="log",
    retention="access",
    occurred="at",
    ja="期限処理実行",
    en="What was due was written down",
    clause="-",
)
class ClockRun(Fact):
    """Somebody had the timers looked at: how many subjects, and how many facts were due."""

    at: datetime = public()
    subjects: int = public()
    due: int = public()
