"""Private files: what others can never read, what no crash leaves half done, who waits for whom."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.keys import private_file
from ledger.keys.errors import KeysBusyError, KeysUnavailableError


def test_missing_parents_are_private_and_those_there_are_left(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        private_file.make_directory(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path, tmp_path / "a", tmp_path / "a" / "b")]
    assert modes == [0o755, 0o700, 0o700]
    (tmp_path / "a").chmod(0o711)
    private_file.make_directory(tmp_path / "a")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o711


def test_a_file_in_the_way_of_a_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(KeysUnavailableError):
            private_file.make_directory(path)


def test_a_creation_never_replaces(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with private_file.exclusive(tmp_path):
        assert private_file.install(path, lambda new: private_file.write(new, b"first"))
        assert not private_file.install(path, lambda new: private_file.write(new, b"second"))
    assert path.read_bytes() == b"first"


def test_a_creation_does_not_replace_even_what_came_in_spite_of_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def fill(new: Path) -> None:
        private_file.write(new, b"ours")
        path.write_bytes(b"theirs")

    with private_file.exclusive(tmp_path), pytest.raises(KeysUnavailableError, match="exists"):
        private_file.install(path, fill)
    assert path.read_bytes() == b"theirs"


def test_a_creation_that_fails_leaves_nothing_under_the_name(tmp_path: Path) -> None:
    path = tmp_path / "file"

    def fail(new: Path) -> None:
        private_file.write(new, b"half of")
        raise KeysUnavailableError(new, "no more")

    with private_file.exclusive(tmp_path), pytest.raises(KeysUnavailableError):
        private_file.install(path, fail)
    assert not path.exists()
    with private_file.exclusive(tmp_path):
        assert private_file.install(path, lambda new: private_file.write(new, b"all"))
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_what_a_crash_left_is_not_read_into_the_next_file(tmp_path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        (tmp_path / f".file.new{suffix}").write_bytes(b"stale")
    with private_file.exclusive(tmp_path):
        private_file.install(tmp_path / "file", lambda new: private_file.write(new, b"new"))
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"file": b"new"}


def test_a_directory_that_is_gone_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "file"
    for attempt in (
        lambda: private_file.exclusive(path.parent).__enter__(),
        lambda: private_file.install(path, lambda new: None),
        lambda: private_file.replace(path, b""),
        lambda: private_file.write(path, b""),
    ):
        with pytest.raises(KeysUnavailableError, match="No such file"):
            attempt()
    for attempt in (lambda: private_file.check_private(path), lambda: private_file.read(path)):
        with pytest.raises(FileNotFoundError):  # what a missing file means is the caller's to say
            attempt()


def test_a_replacement_keeps_mode_and_owner(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with private_file.exclusive(tmp_path):
        private_file.install(path, lambda new: private_file.write(new, b"old"))
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
        before = path.stat()
        private_file.replace(path, b"new")
    after = path.stat()
    assert path.read_bytes() == private_file.read(path) == b"new"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino


def test_a_lock_is_waited_for_and_then_named(tmp_path: Path, impatient: None) -> None:
    with private_file.exclusive(tmp_path):
        with pytest.raises(KeysBusyError) as refused, private_file.exclusive(tmp_path):
            pytest.fail("two hold one lock")
        assert refused.value.path == tmp_path
    with private_file.exclusive(tmp_path):
        pass


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with private_file.exclusive(tmp_path):
            os.write(writing, b"held")
            os.kill(os.getpid(), 9)
    assert os.read(reading, 4) == b"held"
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    with private_file.exclusive(tmp_path):
        pass


def test_a_directory_that_may_not_be_entered_is_named(as_somebody: Callable[[Callable[[Path], None]], None]) -> None:
    def story(directory: Path) -> None:
        (directory / "closed").mkdir(mode=0o000)
        closed = directory / "closed"
        for attempt in (
            lambda: private_file.make_directory(closed / "a"),
            lambda: private_file.check_private(closed / "a"),
            lambda: private_file.read(closed / "a"),
            lambda: private_file.exclusive(closed).__enter__(),
            lambda: private_file.install(closed / "a", lambda new: None),
            lambda: private_file.replace(closed / "a", b""),
        ):
            with pytest.raises(KeysUnavailableError, match="Permission denied"):
                attempt()

    as_somebody(story)
