"""The connections that reading takes turns on: opened when needed, kept while they stand, never waited for in vain.

Guarantees: a connection that the server ended while nobody used it is noticed before it is given out, so a restarted
server costs no reader an error; a server that is down is reported at once, with its own reason.
"""

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection
from psycopg.pq import TransactionStatus

from ledger.store.database import connect
from ledger.store.errors import DatabaseUnavailableError, StoreError

_MOST = 8
_PATIENCE_SECONDS = 30.0

IN_ORDER = "SET enable_bitmapscan = off; SET enable_seqscan = off; SET jit = off"
"""For every connection that reads: the places of a tag come in the order of their index, and no more than are wanted.

Any other way reads all that stand behind, a million for a page of some hundred. Nothing is compiled: servers before 18
would take a table of one row, for which there is no other way, to be worth it.
"""
PLANNED_ONCE = (
    f"{IN_ORDER}; SET plan_cache_mode = force_generic_plan;"
    " SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_memoize = off"
)
"""For connections whose statements take arrays: a plan made for the values would be the same every time.

Made in an empty log, it must still be right in a long one: everything is looked up by an index.
"""


def connect_with(settings: str, url: str, application: str) -> Connection[Any]:
    """Give a new connection on which these statements were run; where one fails, no connection is left."""
    connection = connect(url, application=application)
    try:
        connection.execute(settings)
    except BaseException:
        connection.close()
        raise
    return connection


def is_alive(connection: Connection[Any]) -> bool:
    """Tell, without asking the server, whether an idle connection still stands.

    A server says nothing on its own but that it ends; one that was killed leaves the end of the stream.
    """
    if connection.closed:
        return False
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


class Connections:
    """A few connections to one database, for any number of threads."""

    def __init__(self, url: str, *, application: str, planned_once: bool = False) -> None:
        """Name the database; nothing is opened yet. With ``planned_once`` they are for prepared look-ups."""
        self._url = url
        self._planned_once = planned_once
        self._application = application
        self._places = threading.BoundedSemaphore(_MOST)
        self._lock = threading.Lock()
        self._idle: list[Connection[Any]] = []
        self._closed = False
        self._process = os.getpid()

    @contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """Lend a connection in autocommit mode. Raises DatabaseUnavailableError."""
        if os.getpid() != self._process:  # two processes that speak through one connection confuse the server and both
            raise StoreError("This recorder belongs to the process that this one was forked from: open another.")
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            raise DatabaseUnavailableError("All reading connections have long been busy: try again.")
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close what is idle now, and what is lent when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for each in idle:
            each.close()

    def _take(self) -> Connection[Any]:
        while True:
            with self._lock:
                if self._closed:
                    raise StoreError("This recorder is closed: open another.")
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return connect_with(PLANNED_ONCE if self._planned_once else IN_ORDER, self._url, self._application)
            if is_alive(connection):
                return connection
            connection.close()

    def _give_back(self, connection: Connection[Any]) -> None:
        # Whoever was interrupted in the middle of an answer left a connection that nobody else can use.
        usable = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
        with self._lock:
            if usable and not self._closed:
                self._idle.append(connection)
                return
        connection.close()
