"""The directory of the Unix socket: random name, 0700, owned by the server's account, recorded in the folder.

A Unix socket's path may have 107 bytes (103 outside Linux), so it cannot lie in a data directory of any length. A name
in the temporary directory that can be foretold can be taken by somebody else first; this one cannot be foretold, and is
looked at again before each use.
"""

import os
import re
import secrets
import socket
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from ledger.store.embedded.credentials import PORT
from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.folder import Account, Folder, write_whole

_PREFIX = "shoseki-"
_SOCKET = f".s.PGSQL.{PORT}"
_PLAIN = re.compile(r"/[A-Za-z0-9_./+-]*")
_MAX_PATH = 107 if sys.platform == "linux" else 103


def recorded(folder: Folder, account: Account) -> Path | None:
    """Give the recorded directory if it is there and still only the server's, else None."""
    try:
        path = Path(folder.socket_record.read_text(encoding="utf-8").rstrip("\n"))
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError, UnicodeDecodeError, ValueError):
        return None
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077
    return path if ours and path.is_absolute() and path.name.startswith(_PREFIX) else None


def ready_for_start(folder: Folder, account: Account) -> Path:
    """Give the directory for a server that is about to start; only to be called when no process of ours lives.

    The recorded one is kept where it can be, so that the URLs of those who wait for the server stay right. A socket
    that answers there belongs to another folder's server (this folder is a copy of that one): it is left alone.
    """
    path = recorded(folder, account)
    if path is not None and not answers(path):
        # What a killed server left. Its process id may be somebody else's by now, and PostgreSQL would give up on it.
        _clear(path)
        return path
    for base in _candidates():
        path = Path(base) / f"{_PREFIX}{secrets.token_hex(8)}"
        # PostgreSQL takes a comma or a quote in the path for one between two paths, libpq does so too.
        if not _PLAIN.fullmatch(base) or len(str(path / _SOCKET)) > _MAX_PATH or not os.access(base, os.W_OK | os.X_OK):
            continue
        # Recorded first: a crash between the two leaves a name, not a directory that nobody takes away.
        write_whole(folder, folder.socket_record, f"{path}\n", 0o600)
        try:
            path.mkdir(mode=0o700)
        except OSError:
            continue
        _give(path, account)
        return path
    raise PostgresUnavailable(
        "There is no directory for PostgreSQL's socket: make /tmp writable, or set TMPDIR to a short path."
    )


def _give(path: Path, account: Account) -> None:
    if os.geteuid() == 0:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchown(descriptor, account.uid, account.gid)
        finally:
            os.close(descriptor)


def _candidates() -> list[str]:
    """Give the places to try. The runtime directory is closed to the account that root's server runs in."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    first = [runtime] if runtime.startswith("/") and os.geteuid() != 0 else []
    return [*first, tempfile.gettempdir(), "/tmp", "/var/tmp"]  # noqa: S108 -- the name in them is random


def answers(path: Path) -> bool:
    """Say whether a server listens in the directory."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path / _SOCKET))
        except (TimeoutError, BlockingIOError):
            return True  # too busy to take us, and so alive
        except OSError:
            return False
        return True


def remove(folder: Folder, account: Account) -> None:
    """Take the directory away after the server has stopped."""
    path = recorded(folder, account)
    if path is not None and not answers(path):
        _clear(path)
        with suppress(OSError):  # somebody put a file of their own there: theirs to take away
            path.rmdir()
    folder.socket_record.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    for name in (_SOCKET, f"{_SOCKET}.lock"):
        (path / name).unlink(missing_ok=True)
