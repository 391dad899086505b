"""Which processes belong to the server, told by what they hold, not by what a file says about them."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ledger.store.embedded.folder import Folder
from ledger.store.embedded.locks import is_free

_PROC = Path("/proc")
_PROGRAMS = ("postgres", "initdb")
_STATUS_LINE = 7


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What ``postmaster.pid`` says: the server's first process, and how far it is."""

    pid: int
    status: str
    """``starting``, ``ready`` or ``stopping``; empty while the file is being written."""

    @classmethod
    def read(cls, data: Path) -> "Postmaster | None":
        """Read the file; None where there is none or it names no process."""
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None
        status = lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""
        return cls(pid, status) if pid > 1 else None

    @classmethod
    def living(cls, folder: Folder) -> "Postmaster | None":
        """Give the folder's first process if it lives: the one that the file names, and that holds the alive lock."""
        named = cls.read(folder.data)
        return named if named is not None and holds(folder, named.pid) else None


def holds(folder: Folder, pid: int) -> bool:
    """Say whether the process has the folder's alive lock open, and so is one of its server's.

    Where the system has no /proc, a process of that number while the lock is held must do.
    """
    if not (_PROC / "self/fd").exists():
        return _exists(pid) and not is_free(folder.alive_lock)
    try:
        wanted = folder.alive_lock.stat()
        descriptors = list((_PROC / str(pid) / "fd").iterdir())
    except OSError:
        return False
    for descriptor in descriptors:
        try:
            if os.path.samestat(wanted, descriptor.stat()):
                return True
        except OSError:
            continue  # closed since it was listed
    return False


def holders(folder: Folder) -> list[int]:
    """Give PostgreSQL's processes that hold the alive lock; none where the system has no /proc."""
    found = []
    for entry in _PROC.glob("[0-9]*"):
        try:
            program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
        except OSError:
            continue
        if program in _PROGRAMS and holds(folder, int(entry.name)):
            found.append(int(entry.name))
    return found


def works_in(pid: int, directory: Path) -> bool:
    """Say whether the process has the directory as its working directory, as every process of a server there has."""
    if not (_PROC / "self/cwd").exists():
        return _exists(pid)
    try:
        return os.path.samestat((_PROC / str(pid) / "cwd").stat(), directory.stat())
    except OSError:
        return False


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may have ended in the meantime."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
