"""What PostgreSQL said, and the sentence that helps.

Its own log is ``data/log/postgres-Mon.log`` and so on, one file a weekday; what it says before that is open, and
nothing else, goes to ``start.log``, which every start begins anew.
"""

import re
import time
from pathlib import Path

from ledger.store.embedded.errors import PostgresUnavailable
from ledger.store.embedded.folder import Folder

_KEPT = 6 * 86400.0
_REASON = re.compile(r"\b(FATAL|PANIC): ")
_LAST_LINES = 20
_AGAIN = 3
_LAST_BYTES = 8192


def failure(folder: Folder, said: str, otherwise: str) -> PostgresUnavailable:
    """Make of what PostgreSQL said the sentence that helps, or ``otherwise``; its last lines become the detail."""
    full = f"The disk that holds {folder.path} is full: make room and try again."
    memory = f"The system gave PostgreSQL in {folder.path} no shared memory: end other programs and try again."
    causes = {
        "could not create shared memory segment": memory,  # before the disk: it too says "No space left on device"
        "could not map anonymous shared memory": memory,
        "No space left on device": full,
        "Check free disk space": full,
        "Disk quota exceeded": f"The disk quota for {folder.path} is used up: make room and try again.",
        "Read-only file system": f"{folder.path} lies on a read-only file system: choose another data directory.",
        "Permission denied": f"PostgreSQL may not use its own files in {folder.path}: put owner and modes right.",
    }
    sentence = next((sentence for mark, sentence in causes.items() if mark in said), otherwise)
    return PostgresUnavailable(sentence, detail="\n".join(said.strip().splitlines()[-_LAST_LINES:]))


def sizes(folder: Folder) -> dict[Path, int]:
    """Note how much there is in the server's log."""
    return {path: path.stat().st_size for path in _files(folder)}


def said_since(folder: Folder, before: dict[Path, int]) -> str:
    """Give the end of what the server said, in its own log only what came after ``sizes`` gave ``before``."""
    texts = [_tail(folder.start_log, 0)] if folder.start_log.is_file() else []
    return "\n".join([*texts, *(_tail(path, before.get(path, 0)) for path in _files(folder)[-1:])]).strip()


def gives_a_reason(said: str) -> bool:
    """Say whether the server ended by itself; one that was killed from outside leaves no such words."""
    return any(_REASON.search(line) and "unexpected postmaster exit" not in line for line in said.splitlines())


def gave_up(said: str) -> bool:
    """Say whether the server ended itself while it ran, for something that it cannot go on after."""
    return "PANIC: " in said


def gives_up_again(said: str) -> bool:
    """Say whether the server ends itself each time that it has recovered."""
    return said.count("PANIC: ") >= _AGAIN


def drop_old(folder: Folder) -> None:
    """Take away files of last week: a server that runs begins its file anew each day, one that starts adds to it."""
    for path in _files(folder):
        if path.stat().st_mtime < time.time() - _KEPT:
            path.unlink()


def _files(folder: Folder) -> list[Path]:
    return sorted((folder.data / "log").glob("postgres-*.log"), key=lambda path: path.stat().st_mtime)


def _tail(path: Path, start: int) -> str:
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(start if start <= size else 0, size - _LAST_BYTES))  # the server may have begun the file anew
        return file.read().decode("utf-8", errors="replace").strip()
