"""Everything the ledger records: importing this completes the registry, the commands and the timers.

One line a stream; ``told`` declares what importers and the log itself write.
"""

from ledger.domain import (
    told,
    violation,
)

STREAMS = (
    violation,
    told,
)
