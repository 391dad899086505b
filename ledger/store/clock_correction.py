"""The repair of a log whose clock jumped ahead and was believed (docs/record-format.md, section 2).

The entry ``log.clock_corrected.v1`` says from which time to which, and why; it is the only one whose time may be before
that of the entry before it. Entries that bear the wrong times stay as they are.

Guarantees: the correction stands alone in its transaction, under the lock that every append takes, and its times are
those of that moment. Leaves to others: telling that the clock is right now, which only its operator can.
"""

import re

from ledger.store.database import connect, named_errors
from ledger.store.errors import RecordRefusedError
from ledger.store.recorder import Recorder
from ledger.store.sequencer import Sequencer

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}").fullmatch


def correct_clock(recorder: Recorder, reason: str) -> int:
    """Let the log's time fall to the present time; give the position of the entry that says so.

    ``reason`` is a code, such as ``time_server``: the entry outlives every erasure, so it holds no free text. Raises
    RecordRefusedError where the clock is not behind the newest entry, DatabaseUnavailableError.
    """
    if not _CODE(reason):
        raise RecordRefusedError(
            f"{reason!r:.80} is no reason code: use lower-case letters, digits and _, such as time_server."
        )
    # A sequencer of its own, as another process has: every recorder notices that the log grew without it.
    sequencer = Sequencer(recorder.schema, recorder.origin, recorder.clock)
    with named_errors(), connect(recorder.url, application="shoseki clock") as connection:
        connection.execute("SET synchronous_commit = on")
        return sequencer.correct(connection, reason)
