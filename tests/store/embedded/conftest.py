"""Data directories with an embedded PostgreSQL of their own, and other processes that use it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from other_process import User

from ledger.store.embedded import EmbeddedPostgres
from ledger.store.embedded.folder import Folder
from ledger.store.embedded.holders import holders
from ledger.store.embedded.locks import is_free

ROOT = Path(__file__).parents[3]


@pytest.fixture
def user() -> Iterator[Callable[..., User]]:
    """Start another process on a directory; options go to Popen, ``wrapper`` before the command."""
    users: list[User] = []

    def start(
        directory: Path, *arguments: str, wrapper: tuple[str, ...] = (), python: str = sys.executable, **options: object
    ) -> User:
        command = [*wrapper, python, str(Path(__file__).with_name("embedded_user.py")), str(directory), *arguments]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, **options
        )
        users.append(User(process))
        return users[-1]

    yield start
    for each in users:
        if each.process.poll() is None:
            each.kill()
        each.end()


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """A data directory whose cluster was made and whose server was stopped again."""
    directory = Path(tempfile.mkdtemp(prefix="shoseki-made-"))
    postgres = EmbeddedPostgres(directory)
    postgres.start()
    postgres.close()
    yield directory
    shutil.rmtree(directory)


@contextmanager
def empty_directory(base: str | None) -> Iterator[Path]:
    """Give an empty directory (0700); afterwards no process may be left in it."""
    directory = Path(tempfile.mkdtemp(prefix="shoseki-empty-", dir=base))
    yield directory
    left = []
    for lock in directory.rglob("alive.lock"):
        folder = Folder(lock.parents[1])
        left += [] if is_free(folder.alive_lock) else holders(folder)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(directory)
    assert not left, "processes of PostgreSQL were left behind"


@pytest.fixture
def empty(memory: str | None) -> Iterator[Path]:
    """An empty data directory."""
    with empty_directory(memory) as directory:
        yield directory


@pytest.fixture
def empty_on_disk() -> Iterator[Path]:
    """An empty data directory on the disk."""
    with empty_directory(None) as directory:
        yield directory


@pytest.fixture
def made(made_once: Path, memory: str | None) -> Iterator[Path]:
    """A data directory with a cluster, its server stopped: a faithful copy of one that was made."""
    with empty_directory(memory) as directory:
        subprocess.run(["cp", "-a", f"{made_once}/.", str(directory)], check=True)
        yield directory
