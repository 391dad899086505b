"""Signing in the background: a checkpoint at most one second behind the newest entry, the heads map once a day.

Guarantees: an entry that was committed is under a signed checkpoint within a second, as long as database, keys and
state can be used; what stops that is kept in ``failure`` for whoever asks, and tried again. Any number of processes may
follow one log: the one that signs first wins, the others go on from its checkpoint.
"""

import logging
import threading
from contextlib import closing
from typing import Any, Self

from psycopg import Connection, sql

from ledger.keys.classes import day_of
from ledger.keys.errors import KeysError
from ledger.log.errors import LogError
from ledger.store.checkpoints import Checkpointer
from ledger.store.database import connect, named_errors
from ledger.store.errors import DatabaseUnavailableError, StoreError
from ledger.store.heads import seal_heads_daily
from ledger.store.statements import channel_of

POLL_SECONDS = 0.5
"""A lost notification costs at most this."""
REST_SECONDS = 0.25
"""Under load one checkpoint covers what came in this time."""
_RETRY_SECONDS = 5.0
_logger = logging.getLogger(__name__)


class Following:
    """A thread that follows one log and signs. Close it when done."""

    def __init__(self, checkpointer: Checkpointer, *, daily_heads: bool = True) -> None:
        """Begin to follow."""
        self._checkpointer = checkpointer
        self._daily_heads = daily_heads
        self._sealed_day = ""
        self._stopped = threading.Event()
        self.failure: Exception | None = None
        """What keeps the log from being signed at present, None while nothing does."""
        self._thread = threading.Thread(target=self._run, name="shoseki checkpointer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Sign what is left, and end."""
        self._stopped.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._follow()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the next entry is signed if it can be
                self._fail(error)
                patience = POLL_SECONDS if isinstance(error, DatabaseUnavailableError) else _RETRY_SECONDS
                self._stopped.wait(patience)

    def _follow(self) -> None:
        recorder = self._checkpointer.recorder
        with closing(connect(recorder.url, application="shoseki checkpointer")) as connection:
            with named_errors():
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel_of(recorder.schema))))
            while True:
                last = self._stopped.is_set()  # asked first: what came before the end is signed yet
                self._work()
                self.failure = None
                if last:
                    return
                self._wait(connection)

    def _work(self) -> None:
        recorder = self._checkpointer.recorder
        self._checkpointer.check()  # first: a log that lost what it had signed gets no heads either
        now = recorder.clock.now()
        if self._daily_heads and day_of(now) != self._sealed_day:
            seal_heads_daily(recorder)
            self._sealed_day = day_of(now)
        self._checkpointer.sign()

    def _wait(self, connection: Connection[Any]) -> None:
        self._stopped.wait(REST_SECONDS)
        with named_errors():
            for _ in connection.notifies(timeout=POLL_SECONDS - REST_SECONDS, stop_after=1):
                pass

    def _fail(self, error: Exception) -> None:
        if str(error) != str(self.failure):
            expected = isinstance(error, StoreError | KeysError | LogError)
            _logger.error("No checkpoint is signed: %s", error, exc_info=None if expected else error)
        self.failure = error
