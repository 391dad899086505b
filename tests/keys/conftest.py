"""What the tests of the keys share: a clock that steps, a place of their own, and somebody without rights."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from key_stories import ORIGIN, in_child

from ledger.keys import private_file
from ledger.keys.keyring import Keyring
from ledger.keys.ports import Clock


@pytest.fixture
def clock() -> Clock:
    """A second passes each time it is asked."""
    seconds: Iterator[int] = iter(range(1_000_000))
    begin = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    return lambda: begin + timedelta(seconds=next(seconds))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def keyring(directory: Path, clock: Clock) -> Keyring:
    return Keyring.open_or_create(directory / "keyring.json", ORIGIN, clock())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are waited for a moment only."""
    monkeypatch.setattr(private_file, "PATIENCE_SECONDS", 0.1)


@pytest.fixture
def as_somebody() -> Iterator[Callable[[Callable[[Path], None]], None]]:
    """Run a story, given a directory, in a process for which permissions count: root becomes nobody."""
    top = Path(tempfile.mkdtemp())
    top.chmod(0o755)
    mine = top / "mine"
    mine.mkdir(mode=0o700)
    nobody = 65534
    if os.geteuid() == 0:
        os.chown(mine, nobody, nobody)

    def run(story: Callable[[Path], None]) -> None:
        def become() -> None:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(nobody)
                os.setuid(nobody)
            story(mine)

        assert in_child(become) == 0

    yield run
    shutil.rmtree(top)
