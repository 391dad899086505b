"""How much memory all processes of a measurement take, at most: the program's own, and those of the database.

The program's are this process and all that descend from it; the database's are those that work in the measurement's
folder (the embedded PostgreSQL). A figure is a sum of resident sets, so that pages that several processes share count
several times: an upper bound, which for the database grows until each of them has touched all shared buffers.
"""

import os
import threading
from pathlib import Path
from typing import Self

_EVERY = 0.5  # seconds: looking takes time of those that are measured
_PROC = Path("/proc")


class PeakMemory:
    """Watches while it is entered; then tells the peaks in MiB, or None where the system does not tell."""

    def __init__(self, directory: Path) -> None:
        """``directory`` is where the processes work that are not ours by descent."""
        self._directory = directory.resolve()
        self._peaks = (0, 0)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="shoseki memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def program(self) -> int | None:
        """Give the peak of the program's processes."""
        return round(self._peaks[0] / 2**20) or None

    @property
    def database(self) -> int | None:
        """Give the peak of the database's processes."""
        return round(self._peaks[1] / 2**20) or None

    def _watch(self) -> None:
        while True:
            program, database = resident(self._directory)
            self._peaks = max(self._peaks[0], program), max(self._peaks[1], database)
            if self._done.wait(_EVERY):
                return


def resident(directory: Path) -> tuple[int, int]:
    """Give the bytes that are resident now, of this program's processes and of those that work in the directory."""
    found = {pid: told for pid in _pids() if (told := _told(pid)) is not None}
    theirs = {pid for pid in found if _works_in(pid, directory)}
    ours, grown = {os.getpid()}, True
    while grown:
        children = {pid for pid, (parent, _) in found.items() if parent in ours} - ours - theirs
        ours |= children
        grown = bool(children)
    return sum(found[pid][1] for pid in ours if pid in found), sum(found[pid][1] for pid in theirs)


def _pids() -> list[int]:
    return [int(name) for name in os.listdir(_PROC) if name.isdigit()] if _PROC.is_dir() else []  # noqa: PTH208 - fast


def _told(pid: int) -> tuple[int, int] | None:
    """Give a process's parent and the bytes of its resident set."""
    try:
        with open(f"{_PROC}/{pid}/stat") as file:  # noqa: PTH123 - a path object costs more than the reading
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return int(fields[1]), int(fields[21]) * os.sysconf("SC_PAGE_SIZE")


def _works_in(pid: int, directory: Path) -> bool:
    try:
        return Path(os.readlink(f"{_PROC}/{pid}/cwd")).is_relative_to(directory)  # noqa: PTH115 - as above
    except OSError:
        return False
