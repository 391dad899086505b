"""Whose the files, the processes and the roles are, and what each may do; nothing above the folder is ever changed."""

import json
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from other_process import User

from ledger.store.embedded import (
    EmbeddedPostgres,
    PostgresUnavailable,
    launch,
)
from ledger.store.embedded.binaries import find_installation
from ledger.store.embedded.folder import Folder, server_account
from ledger.store.embedded.holders import holders

Start = Callable[..., User]


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")


def modes(path: Path) -> list[tuple[str, int, int, int]]:
    return [(str(each), (found := each.stat()).st_mode, found.st_uid, found.st_gid) for each in (path, *path.parents)]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def told(pid: int, name: str) -> list[str]:
    """Give a line of /proc/PID/status."""
    text = Path(f"/proc/{pid}/status").read_text()
    return next(line.split()[1:] for line in text.splitlines() if line.startswith(f"{name}:"))


def capabilities(pid: int) -> set[int]:
    return {int(told(pid, name)[0], 16) for name in ("CapPrm", "CapEff", "CapAmb")}


def python_for(account: str) -> str:
    """Give an interpreter of this version that the account can run, or skip the test."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    entry = pwd.getpwnam(account)
    for python in (sys.executable, f"/usr/bin/{name}", f"/usr/local/bin/{name}"):
        try:
            subprocess.run(
                [python, "-c", "import psycopg"],
                check=True,
                capture_output=True,
                cwd="/",
                env={"PYTHONPATH": os.pathsep.join(sys.path)},
                user=entry.pw_uid,
                group=entry.pw_gid,
                extra_groups=[],
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"{account} can run no Python with our packages here")


def as_account(name: str) -> dict[str, object]:
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": [], "cwd": "/"}


def test_no_directory_above_the_folder_is_changed(empty: Path) -> None:
    deep = empty / "a" / "b"
    deep.mkdir(parents=True)
    (empty / "a").chmod(0o700)
    deep.chmod(0o750)
    before, binaries = modes(deep), modes(find_installation().root / "bin" / "postgres")
    with EmbeddedPostgres(deep) as urls:
        assert modes(deep) == before
        psycopg.connect(urls.application).close()
    assert modes(deep) == before
    assert modes(find_installation().root / "bin" / "postgres") == binaries


def test_what_is_made_is_private(empty: Path) -> None:
    directory = empty / "new" / "data"
    with EmbeddedPostgres(directory):
        status = EmbeddedPostgres(directory).status()
        folder = Folder(directory)
        assert mode(directory) == 0o700
        assert mode(folder.path) == (0o711 if os.geteuid() == 0 else 0o700)
        assert mode(folder.data) == 0o700
        for path in folder.path.iterdir():
            if path.is_file() and path != folder.hba:
                assert mode(path) == 0o600, path
        assert status.socket is not None
        assert mode(status.socket) == 0o700
        assert mode(status.socket / ".s.PGSQL.5432") == 0o600


def test_no_password_stands_in_a_url_or_a_process_list_or_a_log(made: Path) -> None:
    folder = Folder(made)
    with EmbeddedPostgres(made) as urls:
        passwords = [path.read_text().split(":")[-1].strip() for path in folder.path.glob("*.pgpass")]
        assert len({*passwords}) == 2
        assert all(len(password) >= 40 for password in passwords)
        texts = [urls.owner, urls.application]
        for pid in holders(folder):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                texts.append(Path(f"/proc/{pid}/cmdline").read_text(errors="replace"))
        assert len(texts) > 2
        texts += [path.read_text() for path in (folder.path / "data" / "log").iterdir()]
    for text in texts:
        assert not any(password in text for password in passwords)


def test_nobody_listens_on_a_network(made: Path) -> None:
    with EmbeddedPostgres(made):
        sockets: set[str] = set()
        for pid in holders(Folder(made)):
            with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
                for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                    with suppress(FileNotFoundError):
                        sockets.add(str(descriptor.readlink()))
    inet = {
        f"socket:[{line.split()[9]}]"
        for table in ("tcp", "tcp6", "udp", "udp6")
        if Path(f"/proc/net/{table}").exists()
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    }
    assert any(name.startswith("socket:") for name in sockets)
    assert not sockets & inet


@as_root
def test_root_runs_the_server_in_another_account_and_keeps_it(made: Path) -> None:
    account = server_account(Folder(made), None)
    assert account.uid != 0
    with EmbeddedPostgres(made, account="root"):
        for pid in holders(Folder(made)):
            assert {int(uid) for uid in told(pid, "Uid")} == {account.uid}
            assert {int(gid) for gid in told(pid, "Gid")} == {account.gid}
            assert told(pid, "Groups") == []


@as_root
def test_root_may_name_the_account_of_a_new_cluster(empty: Path) -> None:
    with EmbeddedPostgres(empty, account="nobody"):
        assert Folder(empty).data.stat().st_uid == pwd.getpwnam("nobody").pw_uid
    with EmbeddedPostgres(empty):
        assert server_account(Folder(empty), None).name == "nobody"
    with pytest.raises(PostgresUnavailable, match=r"no account nosuchaccount .*useradd"):
        EmbeddedPostgres(empty / "other", account="nosuchaccount").start()
    with pytest.raises(PostgresUnavailable, match="no account root"):
        EmbeddedPostgres(empty / "other", account="root").start()


@as_root
@on_linux
def test_behind_a_closed_directory_the_server_gets_the_one_capability_it_needs(made: Path) -> None:
    assert mode(made) == 0o700
    with EmbeddedPostgres(made):
        for pid in holders(Folder(made)):
            assert capabilities(pid) == {1 << launch.CAP_DAC_READ_SEARCH}


@as_root
@on_linux
def test_where_all_can_be_reached_the_server_has_no_capability(made: Path) -> None:
    account = server_account(Folder(made), None)
    made.chmod(0o711)
    reach = find_installation().must_reach("postgres")
    seen = subprocess.run(["cat", *reach], check=False, capture_output=True, user=account.uid, group=account.gid)
    if seen.returncode != 0:
        pytest.skip("the programs lie behind a closed directory here")
    with EmbeddedPostgres(made):
        for pid in holders(Folder(made)):
            assert capabilities(pid) == {0}


def drop(*names: str) -> tuple[str, ...]:
    """Give a command that runs another one without some of root's capabilities, or skip the test."""
    wrapper = ("setpriv", f"--bounding-set={','.join(f'-{name}' for name in names)}")
    try:
        subprocess.run([*wrapper, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no setpriv that drops capabilities here")
    return wrapper


@as_root
@on_linux
def test_without_read_search_the_wider_capability_serves(made: Path, user: Start) -> None:
    there = user(made, wrapper=drop("dac_read_search"))
    assert "owner" in there.do("start")
    assert capabilities(int(there.do("status")["pid"])) == {1 << launch.CAP_DAC_OVERRIDE}
    assert there.do("close") == {}


@as_root
@on_linux
@pytest.mark.parametrize(
    ("dropped", "sentence"),
    [
        (("dac_read_search", "dac_override"), "cannot reach .* or allow CAP_DAC_READ_SEARCH or CAP_DAC_OVERRIDE"),
        (("setuid",), "may not change to the account .* run as another account than root"),
        (("setgid",), "may not change to the account .* run as another account than root"),
    ],
)
def test_a_root_that_may_too_little_is_told_so(
    empty: Path, user: Start, dropped: tuple[str, ...], sentence: str
) -> None:
    there = user(empty, wrapper=drop(*dropped))
    error = there.do("start")["error"]
    assert re.search(sentence, error)
    assert not list((empty / "postgres").glob("new-*"))


@as_root
@on_linux
@pytest.mark.parametrize(("directory", "file", "wanted"), [(0o755, 0o755, None), (0o700, 0o755, 2), (0o755, 0o700, 1)])
def test_the_launcher_keeps_as_little_as_it_can(directory: int, file: int, wanted: int | None) -> None:
    base = Path(tempfile.mkdtemp())
    try:
        base.chmod(directory)
        program = base / "program"
        program.write_text("#!/bin/sh\nexec grep -E '^(Cap(Prm|Eff|Amb|Inh)|Uid)' /proc/self/status\n")
        program.chmod(file)
        (base / "lock").touch()
        read_end, write_end = os.pipe()
        nobody = pwd.getpwnam("nobody")
        spec = {
            "argv": [str(program)],
            "env": {"PATH": "/usr/bin:/bin"},
            "cwd": "/",
            "uid": nobody.pw_uid,
            "gid": nobody.pw_gid,
            "reach": [str(program)],
            "alive": str(base / "lock"),
            "log": None,
            "report": write_end,
        }
        command = [sys.executable, "-I", "-S", launch.__file__, json.dumps(spec)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, pass_fds=[write_end])
        os.close(write_end)
        assert os.read(read_end, 1) == b""
        os.close(read_end)
    finally:
        shutil.rmtree(base)
    lines = dict(line.split(":") for line in done.stdout.splitlines())
    assert set(lines["Uid"].split()) == {str(nobody.pw_uid)}
    held = 0 if wanted is None else 1 << wanted
    assert {int(lines[name], 16) for name in ("CapPrm", "CapEff", "CapAmb", "CapInh")} == {held}


@as_root
def test_another_account_is_told_whose_it_is(made: Path, user: Start) -> None:
    python = python_for("nobody")
    closed = user(made, python=python, **as_account("nobody"))
    assert "may not use" in closed.do("start")["error"]
    assert "may not use" in closed.do("status")["error"]
    made.chmod(0o755)
    opened = user(made, python=python, **as_account("nobody"))
    assert "belongs to root, and this is nobody: run as root" in opened.do("start")["error"]
    new = user(made / "missing", python=python, **as_account("nobody"))
    assert "may not use" in new.do("start")["error"]


@as_root
def test_an_ordinary_account_runs_it_itself_and_root_is_its_guest(empty: Path, user: Start) -> None:
    python = python_for("nobody")
    nobody = pwd.getpwnam("nobody")
    os.chown(empty, nobody.pw_uid, nobody.pw_gid)
    host = user(empty, python=python, **as_account("nobody"))
    assert "owner" in host.do("start")
    pid = int(host.do("status")["pid"])
    assert set(told(pid, "Uid")) == {str(nobody.pw_uid)}
    with EmbeddedPostgres(empty) as urls:
        psycopg.connect(urls.application).close()
        host.do("close")
        assert EmbeddedPostgres(empty).status().pid == pid
    for lock in ("alive.lock", "users.lock", "start.lock", "start.log"):
        (Folder(empty).path / lock).unlink()
    Folder(empty).owner_passfile.unlink()
    with EmbeddedPostgres(empty):
        for path in Folder(empty).path.iterdir():
            assert path.stat().st_uid == nobody.pw_uid, path
    assert host.do("start").keys() == {"owner", "application"}
    assert host.do("close") == {}


@as_root
def test_what_root_makes_in_the_folder_of_another_account_is_that_accounts(empty: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    folder = Folder(empty)
    folder.path.mkdir(mode=0o700)
    os.chown(folder.path, nobody.pw_uid, nobody.pw_gid)
    with EmbeddedPostgres(empty, account="daemon"):
        for path in (folder.data, *folder.path.iterdir()):
            assert path.stat().st_uid == nobody.pw_uid, path


@as_root
def test_an_account_without_a_name_is_told_so(empty: Path, user: Start) -> None:
    python = python_for("nobody")
    nameless = 54321
    with pytest.raises(KeyError):
        pwd.getpwuid(nameless)
    os.chown(empty, nameless, nameless)
    options = {"user": nameless, "group": nameless, "extra_groups": [], "cwd": "/"}
    there = user(empty, python=python, **options)
    assert "account 54321 has no name" in there.do("start")["error"]


@as_root
def test_data_that_belongs_to_root_is_not_run(made: Path) -> None:
    os.chown(Folder(made).data, 0, 0)
    with pytest.raises(PostgresUnavailable, match="belongs to root, in whose account PostgreSQL does not run"):
        EmbeddedPostgres(made).start()
