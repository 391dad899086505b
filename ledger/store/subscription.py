"""Following the log: every position once, in order, as it is committed.

Entries are numbered and committed under one lock, so whoever reads on from the last position it saw misses nothing.
A notification only wakes the follower; it reads what there is, so a lost notification costs at most ``POLL_SECONDS``.
"""

import threading
from typing import TYPE_CHECKING

from eventsourcing.dcb.api import DCBQuery, DCBSequencedEvent, DCBSubscription
from psycopg import sql

from ledger.store.database import connect, named_errors
from ledger.store.reader import PAGE
from ledger.store.statements import channel_of

if TYPE_CHECKING:
    from ledger.store.recorder import Recorder

POLL_SECONDS = 0.5


class Subscription(DCBSubscription["Recorder"]):
    """An endless iterator over matching events; ends when it is stopped."""

    def __init__(self, recorder: "Recorder", query: DCBQuery | None = None, after: int | None = None) -> None:
        """Listen first, read then, so that nothing falls between."""
        super().__init__(recorder, query, after)
        self._connection = connect(recorder.url, application="shoseki follower")
        with named_errors():
            self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel_of(recorder.schema))))
        self._buffer: list[DCBSequencedEvent] = []
        self._in_use = threading.Lock()

    def stop(self) -> None:
        """Let a blocked reader end within ``POLL_SECONDS``."""
        super().stop()
        self._close_if_idle()

    def __next__(self) -> DCBSequencedEvent:
        """Give the next event, waiting for it; raise StopIteration once stopped, DatabaseUnavailableError when lost."""
        try:
            with self._in_use:
                while not self._has_been_stopped:
                    if self._buffer:
                        return self._buffer.pop()
                    self._fill()
                    if not self._buffer:
                        self._wait()
        finally:
            if self._has_been_stopped:
                self._close_if_idle()
        raise StopIteration

    def _close_if_idle(self) -> None:
        """Close the connection, unless a thread is using it: libpq bears one at a time, and that one closes it then.

        Who stops says so before it looks whether the connection is in use, and who uses it looks whether it was
        stopped only after letting it go: so one of them closes it.
        """
        if self._in_use.acquire(blocking=False):
            try:
                self._connection.close()
            finally:
                self._in_use.release()

    def _fill(self) -> None:
        reader = self._recorder.reader
        before = reader.size()
        page = reader.page(self._query, self._last_position, before, PAGE)
        # A short page was the last up to ``before``: what lies between needs no second look.
        self._last_position = page[-1][0] + 1 if len(page) == PAGE else max(before, self._last_position)
        self._buffer = [DCBSequencedEvent(event=record, position=position + 1) for position, record in page][::-1]

    def _wait(self) -> None:
        with named_errors():
            for _ in self._connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
