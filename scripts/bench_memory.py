"""How much memory all processes of a measurement take together, at most.

Counted are this process, all that descend from it, and all that work in its folder (the embedded PostgreSQL). The
figure is the sum of their resident sets, so that pages that several share count several times: an upper bound.
"""

import os
import threading
from pathlib import Path
from typing import Self

_EVERY = 0.25  # seconds
_PROC = Path("/proc")


class PeakMemory:
    """Watches while it is entered; ``mebibytes`` is the peak, or None where the system does not tell."""

    def __init__(self, directory: Path) -> None:
        """``directory`` is where the processes work that are not ours by descent."""
        self._directory = directory.resolve()
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="shoseki memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def mebibytes(self) -> int | None:
        """Give the peak in MiB."""
        return round(self._peak / 2**20) or None

    def _watch(self) -> None:
        while True:
            self._peak = max(self._peak, resident(self._directory))
            if self._done.wait(_EVERY):
                return


def resident(directory: Path) -> int:
    """Give the bytes that are resident now."""
    found = {pid: told for pid in _pids() if (told := _told(pid)) is not None}
    ours = {os.getpid()} | {pid for pid in found if _works_in(pid, directory)}
    grown = True
    while grown:
        children = {pid for pid, (parent, _) in found.items() if parent in ours} - ours
        ours |= children
        grown = bool(children)
    return sum(found[pid][1] for pid in ours if pid in found)


def _pids() -> list[int]:
    return [int(path.name) for path in _PROC.iterdir() if path.name.isdigit()] if _PROC.is_dir() else []


def _told(pid: int) -> tuple[int, int] | None:
    """Give a process's parent and the bytes of its resident set."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return int(fields[1]), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def _works_in(pid: int, directory: Path) -> bool:
    try:
        return (_PROC / str(pid) / "cwd").readlink().is_relative_to(directory)
    except OSError:
        return False
