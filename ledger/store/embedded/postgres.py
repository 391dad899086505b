"""One PostgreSQL for one data directory, shared by all threads and processes that use it.

The first user starts the server (and makes the cluster, the first time ever), later ones join, the last one to leave
stops it. A user that is killed has left: its lock is the kernel's to release. If the last one is killed, the server
goes on, and the next user joins it. If the server is killed, the next ``start`` or ``recover`` brings it back.
"""

import os
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Literal

from ledger.store.embedded import cluster, credentials, logs, server, sockets
from ledger.store.embedded.credentials import Urls
from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.folder import Folder, explained, prepare, server_account
from ledger.store.embedded.holders import Postmaster
from ledger.store.embedded.locks import Mode, held, is_free, release, take, try_lock

_START_TIMEOUT = 900.0  # somebody else's first start, or recovery after a crash, has to end first
_USERS_TIMEOUT = 10.0
_HEARS, _HEARS_PAUSE = 10, 0.05
_LOOKS, _PAUSE = 5, 0.02  # somebody else who looks at the alive lock holds it for that moment

State = Literal["absent", "stopped", "starting", "ready", "stopping", "crashed"]
_STATES: Final[dict[str, State]] = {"ready": "ready", "stopping": "stopping"}


@dataclass(frozen=True, slots=True)
class Status:
    """How the embedded PostgreSQL stands: ``crashed`` is a server whose first process was killed."""

    state: State
    version: int | None
    pid: int | None
    socket: Path | None


class EmbeddedPostgres:
    """The PostgreSQL of a data directory; ``start`` gives URLs, ``close`` leaves it."""

    def __init__(self, directory: Path, *, account: str | None = None) -> None:
        """Name the data directory; nothing is touched before ``start``.

        ``account`` is the account that root makes a new cluster for; everybody else, and every existing cluster, has
        no choice.
        """
        self._folder = Folder(directory.absolute())
        self._preferred = account
        self._mutex = threading.RLock()
        self._uses = 0
        self._users_lock: int | None = None
        self._heard: dict[Path, int] = {}
        self._process = os.getpid()

    def start(self) -> Urls:
        """Start the server, or join it, and give the URLs. Each ``start`` wants its ``close``.

        Raises PostgresUnavailable.
        """
        self._forget_if_forked()
        with self._mutex:
            urls = self._enter()
            self._uses += 1
            return urls

    def recover(self) -> Urls:
        """Bring the server back if it has died, for a user whose connections broke; give the URLs to go on with.

        Raises PostgresUnavailable.
        """
        self._forget_if_forked()
        with self._mutex:
            if self._uses == 0:
                raise PostgresUnavailable("The embedded PostgreSQL has not been started here: call start first.")
            return self._enter()

    def ended(self) -> PostgresUnavailable | None:
        """Tell a user whose connections broke why the server gave up, None where it did not: a full disk, most often.

        A write-ahead log that cannot be written is where PostgreSQL ends itself. Nothing that was committed is lost.
        """
        folder = self._folder
        with explained(folder):
            for _ in range(_HEARS):  # what the server says comes to its log through another process
                said = logs.said_since(folder, self._heard)
                if logs.gave_up(said):
                    break
                time.sleep(_HEARS_PAUSE)
            else:
                return None
            return logs.failure(folder, said, f"PostgreSQL in {folder.path} ended itself: look at its disk, try again.")

    def close(self) -> None:
        """Take back one ``start``; the last use in the last process stops the server. Raises PostgresUnavailable."""
        self._forget_if_forked()
        with self._mutex:
            if self._uses == 0:
                return
            self._uses -= 1
            if self._uses == 0:
                self._leave()

    def stop(self) -> None:
        """Take back all that were started on this object; other users keep the server. Raises PostgresUnavailable."""
        self._forget_if_forked()
        with self._mutex:
            self._uses = min(self._uses, 1)
            self.close()

    def status(self) -> Status:
        """Say how the server stands, without starting or making anything. Raises PostgresUnavailable."""
        folder = self._folder
        with explained(folder):
            version = cluster.version(folder)
            if version is None:
                return Status("absent", None, None, None)
            for _ in range(_LOOKS):
                if is_free(folder.alive_lock):
                    return Status("stopped", version, None, None)
                postmaster = Postmaster.living(folder)
                if postmaster is not None:
                    socket = sockets.recorded(folder, server_account(folder, self._preferred))
                    return Status(_STATES.get(postmaster.status, "starting"), version, postmaster.pid, socket)
                time.sleep(_PAUSE)
            return Status("crashed", version, None, None)

    def __enter__(self) -> Urls:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enter(self) -> Urls:
        folder = self._folder
        with explained(folder):
            prepare(folder)
            try:
                with self._alone_at_the_door():
                    if self._users_lock is None:
                        busy = f"Another program holds {folder.users_lock} for itself: end it, and try again."
                        timeout = _USERS_TIMEOUT
                        self._users_lock = take(folder, folder.users_lock, Mode.SHARED, timeout=timeout, busy=busy)
                    account = server_account(folder, self._preferred)
                    credentials.check_private(folder)
                    urls = server.ensure_running(folder, account, self._is_only_user)
                    self._heard = logs.sizes(folder)
                    return urls
            except BaseException:
                if self._uses == 0:
                    self._leave()
                raise

    def _leave(self) -> None:
        """Give up our share; whoever is alone then stops the server, while nobody can join."""
        folder, lock, self._users_lock = self._folder, self._users_lock, None
        if lock is None:
            return
        try:
            with explained(folder), self._alone_at_the_door():
                if try_lock(lock, Mode.EXCLUSIVE):
                    server.stop(folder, server_account(folder, self._preferred))
        finally:
            release(lock)

    def _alone_at_the_door(self) -> AbstractContextManager[None]:
        busy = f"Another program has long been starting or stopping PostgreSQL in {self._folder.path}: look at it."
        return held(self._folder, self._folder.start_lock, timeout=_START_TIMEOUT, busy=busy)

    def _is_only_user(self) -> bool:
        lock = self._users_lock
        if lock is None:
            return is_free(self._folder.users_lock)
        alone = try_lock(lock, Mode.EXCLUSIVE)
        return try_lock(lock, Mode.SHARED) and alone

    def _forget_if_forked(self) -> None:
        """In a forked child the use, and the lock that stands for it, are the parent's; the child begins with none."""
        if self._process != os.getpid():
            self._process, self._uses, self._mutex = os.getpid(), 0, threading.RLock()
            if self._users_lock is not None:
                os.close(self._users_lock)  # not released: that would take it from the parent too
                self._users_lock = None
