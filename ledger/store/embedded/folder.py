"""The folder ``DIR/postgres``: what lies in it, whose it is, and who may use it.

    data/               the cluster, owned by the server's account, 0700
    owner.pgpass        the password of the role that owns the database, 0600
    application.pgpass  the password of the role that may only read and append, 0600
    pg_hba.conf         who may log in; ours, so that the server's account cannot change it
    socket              one line: the directory of the Unix socket (see sockets.py)
    start.lock          held exclusively by whoever starts, joins or stops the server
    users.lock          held shared by every user; whoever gets it exclusively on leaving is the last one
    alive.lock          held shared by every process of the server (see launch.py)
    start.log           what PostgreSQL said before its own log (data/log/) was open

The folder belongs to the account that uses Shoseki. Where that is root, the server runs in another account and owns
``data/`` alone; the folder then is 0711, so that the account can pass but not look. Nothing above it is ever changed.
"""

import os
import pwd
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC, EROFS
from pathlib import Path

from ledger.store.embedded.errors import PostgresUnavailable

# A dedicated account is best, one that exists for PostgreSQL next; `nobody` is shared with other services, which the
# 0700 data directory and the passwords have to keep out, and is taken where there is nothing better.
_ACCOUNTS = ("shoseki", "postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account in which the server runs."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Folder:
    """The paths in ``DIR/postgres``."""

    path: Path

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def owner_passfile(self) -> Path:
        return self.path / "owner.pgpass"

    @property
    def application_passfile(self) -> Path:
        return self.path / "application.pgpass"

    @property
    def hba(self) -> Path:
        return self.path / "pg_hba.conf"

    @property
    def socket_record(self) -> Path:
        return self.path / "socket"

    @property
    def start_lock(self) -> Path:
        return self.path / "start.lock"

    @property
    def users_lock(self) -> Path:
        return self.path / "users.lock"

    @property
    def alive_lock(self) -> Path:
        return self.path / "alive.lock"

    @property
    def start_log(self) -> Path:
        return self.path / "start.log"
