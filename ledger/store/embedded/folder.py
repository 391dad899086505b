"""The folder ``DIR/postgres``: what lies in it, whose it is, and who may use it.

    data/               the cluster, owned by the server's account, 0700
    owner.pgpass        the password of the role that owns the database, 0600
    application.pgpass  the password of the role that may not change the schema, 0600
    pg_hba.conf         who may log in; ours, so that the server's account cannot change it
    socket              one line: the directory of the Unix socket (see sockets.py)
    start.lock          held exclusively by whoever starts, joins or stops the server
    users.lock          held shared by every user; whoever gets it exclusively on leaving is the last one
    alive.lock          held shared by every process of the server (see launch.py)
    start.log           what PostgreSQL said before its own log (data/log/) was open

The folder belongs to the account that uses Shoseki. Where that is root, the server runs in another account and owns
``data/`` alone; the folder then is 0711, so that the server can pass but not look. Nothing above it is ever changed.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, ENOSPC, EROFS
from pathlib import Path

from ledger.store.embedded.errors import PostgresUnavailable

# A dedicated account is best, one that exists for PostgreSQL next; `nobody` is shared with other services, which the
# 0700 data directory and the passwords have to keep out, and is taken where there is nothing better.
_ACCOUNTS = ("shoseki", "postgres", "nobody")


class Folder:
    """The paths in ``DIR/postgres``."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "postgres"
        self.data = self.path / "data"
        self.owner_passfile = self.path / "owner.pgpass"
        self.application_passfile = self.path / "application.pgpass"
        self.hba = self.path / "pg_hba.conf"
        self.socket_record = self.path / "socket"
        self.start_lock = self.path / "start.lock"
        self.users_lock = self.path / "users.lock"
        self.alive_lock = self.path / "alive.lock"
        self.start_log = self.path / "start.log"


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account in which the server runs."""

    name: str
    uid: int
    gid: int


@contextmanager
def explained(folder: Folder) -> Iterator[None]:
    """Turn what the file system refuses within the block into a PostgresUnavailable that says what to do."""
    try:
        yield
    except OSError as error:
        where = error.filename or folder.path
        if error.errno in (ENOSPC, EDQUOT):
            sentence = f"The disk that holds {folder.path} is full: make room and try again."
        elif error.errno == EROFS:
            sentence = f"{where} lies on a read-only file system: choose another data directory."
        elif isinstance(error, PermissionError):
            sentence = (
                f"This account may not use {where}: run as the account that owns it, or choose another directory."
            )
        elif isinstance(error, FileExistsError | NotADirectoryError):
            sentence = f"{where} is in the way: a directory has to be there. Choose another data directory."
        else:
            sentence = (
                f"{where} cannot be used ({error.strerror or error}): put that right or choose another directory."
            )
        raise PostgresUnavailable(sentence, detail=str(error)) from error


def prepare(folder: Folder) -> None:
    """Make the folder where it is missing, and refuse one that is not ours alone. Raises PostgresUnavailable."""
    with explained(folder):
        folder.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            folder.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
        found = folder.path.stat()
        if os.geteuid() not in (0, found.st_uid):
            raise PostgresUnavailable(
                f"{folder.path} belongs to {_name(found.st_uid)}, and this is {_name(os.geteuid())}: "
                f"run as {_name(found.st_uid)}, or choose another data directory."
            )
        if found.st_mode & 0o022:
            raise PostgresUnavailable(f"Other accounts may change {folder.path}: take that away with chmod go-w.")


def server_account(folder: Folder, preferred: str | None) -> Account:
    """Decide in which account the server runs: the one that owns the cluster, once there is one.

    Before that it is the account that the folder belongs to. Only where that is root another one has to be found, and
    root may name it (``preferred``). Raises PostgresUnavailable.
    """
    if folder.data.exists():
        return _owner_account(folder)
    host = folder.path.stat().st_uid
    if host != 0:
        return _account(host)
    for name in (preferred,) if preferred else _ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise PostgresUnavailable(
        f"PostgreSQL does not run as root, and there is no account {preferred or ', '.join(_ACCOUNTS)} to run it in: "
        f"make one (useradd --system {preferred or _ACCOUNTS[0]}), or run as another account than root."
    )


def _owner_account(folder: Folder) -> Account:
    owner = folder.data.stat().st_uid
    if owner == 0:
        raise PostgresUnavailable(
            f"{folder.data} belongs to root, in whose account PostgreSQL does not run: "
            f"give it back to the account that it was copied from (chown -R)."
        )
    if os.geteuid() not in (0, owner):
        raise PostgresUnavailable(
            f"{folder.data} belongs to {_name(owner)}, and this is {_name(os.geteuid())}: "
            f"run as {_name(owner)}, or choose another data directory."
        )
    return _account(owner)


def _account(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise PostgresUnavailable(
            f"The account {uid} has no name on this system, and PostgreSQL needs one: add it to /etc/passwd, "
            f"or name a PostgreSQL 15 or newer in SHOSEKI_DATABASE_URL."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _name(uid: int) -> str:
    """Give the name of an account, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"


def open_own(folder: Folder, path: Path) -> int:
    """Open a file of the folder for reading and writing, making it where it is missing; give the descriptor.

    What root makes as a guest in another account's folder is that account's: it must be able to go on tomorrow.
    """
    missing = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if missing:
        _give_to_owner(folder, descriptor)
    return descriptor


def write_whole(folder: Folder, path: Path, text: str, mode: int) -> None:
    """Replace a file of the folder so that a crash leaves the old one or the new one, both complete and durable.

    The caller holds the start lock.
    """
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fchmod(file.fileno(), mode)
        _give_to_owner(folder, file.fileno())
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_directory(folder.path)


def _give_to_owner(folder: Folder, descriptor: int) -> None:
    if os.geteuid() == 0:
        owner = folder.path.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def sync_directory(path: Path) -> None:
    """Make names that were created or replaced in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
