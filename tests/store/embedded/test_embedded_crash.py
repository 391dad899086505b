"""Kill -9 of either side, at any point: nothing hangs, nothing acknowledged is lost, the next start recovers."""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from other_process import User

from ledger.store.embedded import EmbeddedPostgres, PostgresUnavailable, sockets
from ledger.store.embedded.binaries import find_installation
from ledger.store.embedded.folder import Account, Folder, server_account
from ledger.store.embedded.holders import Postmaster, holders, holds
from ledger.store.embedded.locks import is_free
from ledger.store.embedded.process import Programs

Start = Callable[..., User]


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def wait_for(condition: Callable[[], object]) -> None:
    while not condition():
        time.sleep(0.005)


def as_account(account: Account) -> dict[str, object]:
    return {"user": account.uid, "group": account.gid, "extra_groups": []} if os.geteuid() == 0 else {}


@pytest.fixture
def stranger(made: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of the server's account that has nothing to do with it."""
    process = subprocess.Popen(["sleep", "600"], cwd="/", **as_account(server_account(Folder(made), None)))
    yield process
    assert process.poll() is None, "a stranger was killed"
    process.kill()
    process.wait()


def test_a_killed_user_does_not_keep_the_server_up(made: Path, user: Start) -> None:
    here, there = EmbeddedPostgres(made), user(made)
    there.do("start")
    here.start()
    there.kill()
    here.close()
    assert here.status().state == "stopped"


def test_when_the_last_user_is_killed_the_next_one_joins(made: Path, user: Start) -> None:
    there = user(made)
    there.do("start")
    pid = there.do("status")["pid"]
    there.kill()
    postgres = EmbeddedPostgres(made)
    with postgres:
        assert postgres.status().pid == pid
    assert postgres.status().state == "stopped"


@pytest.mark.parametrize("reached", ["new-*/global/pg_control", "owner.pgpass", "data", "data/postmaster.pid"])
def test_a_first_start_killed_on_the_way_leaves_nothing_half_made(empty: Path, user: Start, reached: str) -> None:
    there = user(empty)
    there.send("start")
    wait_for(lambda: list((empty / "postgres").glob(reached)))
    there.kill()
    with EmbeddedPostgres(empty) as urls, psycopg.connect(urls.owner) as connection:
        connection.execute("CREATE SCHEMA works")
    assert not list((empty / "postgres").glob("new-*"))
    assert not list((empty / "postgres").glob(".*"))
    assert EmbeddedPostgres(empty).status().state == "stopped"


def test_a_killed_server_is_brought_back_with_all_that_was_acknowledged(made: Path) -> None:
    postgres = EmbeddedPostgres(made)
    urls = postgres.start()
    connection = psycopg.connect(urls.owner, autocommit=True)
    connection.execute("CREATE TABLE public.fact AS SELECT 1 AS number")
    kill(postgres.status().pid)
    connection.close()
    wait_for(lambda: postgres.status().state != "ready")
    assert postgres.status().state in ("crashed", "stopped")
    assert postgres.recover() == urls
    with psycopg.connect(urls.owner) as connection:
        rows = connection.execute("SELECT number FROM public.fact").fetchall()
    assert rows == [(1,)]
    postgres.close()
    assert postgres.status().state == "stopped"


def test_backends_that_outlive_a_killed_server_are_ended(made: Path) -> None:
    postgres = EmbeddedPostgres(made)
    urls = postgres.start()
    busy = psycopg.connect(urls.owner, autocommit=True)
    backend = busy.info.backend_pid

    def never_ends() -> None:
        with pytest.raises(psycopg.OperationalError):
            busy.execute("SELECT count(*) FROM generate_series(1, 1000000000000)")

    thread = threading.Thread(target=never_ends)
    thread.start()
    with psycopg.connect(urls.owner) as watcher:
        active = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
        wait_for(lambda: watcher.execute(active, [backend]).fetchone())
    kill(postgres.status().pid)
    assert postgres.recover() == urls
    thread.join()
    assert not holds(Folder(made), backend)
    postgres.close()


def test_every_process_killed_at_once(made: Path) -> None:
    postgres, folder = EmbeddedPostgres(made), Folder(made)
    urls = postgres.start()
    for pid in holders(folder):
        kill(pid)
    wait_for(lambda: is_free(folder.alive_lock))
    assert postgres.recover() == urls
    postgres.close()


def test_leaving_while_the_server_recovers_from_the_death_of_a_backend(made: Path) -> None:
    for _ in range(3):
        postgres = EmbeddedPostgres(made)
        urls = postgres.start()
        with psycopg.connect(urls.owner, autocommit=True) as connection:
            kill(connection.info.backend_pid)
        postgres.close()
        assert postgres.status().state == "stopped"


def test_a_killed_backend_is_the_servers_own_business(made: Path) -> None:
    with EmbeddedPostgres(made) as urls:
        with psycopg.connect(urls.owner) as connection:
            kill(connection.info.backend_pid)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        with EmbeddedPostgres(made) as again:
            assert again == urls


def test_a_reused_process_id_does_not_keep_the_server_from_starting(
    made: Path, stranger: "subprocess.Popen[bytes]"
) -> None:
    postgres, folder = EmbeddedPostgres(made), Folder(made)
    urls = postgres.start()
    directory = postgres.status().socket
    assert directory is not None
    for pid in holders(folder):
        kill(pid)
    wait_for(lambda: is_free(folder.alive_lock))
    for path in (folder.data / "postmaster.pid", directory / ".s.PGSQL.5432.lock"):
        lines = path.read_text().splitlines()
        path.write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
    assert postgres.recover() == urls
    postgres.close()


@pytest.mark.parametrize("text", ["", "not a number\n", "1\n"])
def test_a_damaged_pid_file_does_not_keep_the_server_from_starting(made: Path, text: str) -> None:
    folder = Folder(made)
    pid_file = folder.data / "postmaster.pid"
    pid_file.write_text(text)
    account = server_account(folder, None)
    os.chown(pid_file, account.uid, account.gid)
    with EmbeddedPostgres(made):
        pass


def test_a_server_started_by_hand_is_not_disturbed(made: Path) -> None:
    by_hand = Folder(made)
    by_hand.alive_lock = made / "another.lock"
    by_hand.alive_lock.touch()
    by_hand.start_log.touch()
    account = server_account(by_hand, None)
    programs = Programs(find_installation(), by_hand, account)
    directory = sockets.ready_for_start(by_hand, account)
    settings = ["listen_addresses=", f"unix_socket_directories={directory}"]
    arguments = [argument for setting in settings for argument in ("-c", setting)]
    programs.spawn("postgres", "-D", str(by_hand.data), *arguments, reach=[str(by_hand.data)])
    wait_for(lambda: (found := Postmaster.living(by_hand)) is not None and found.status == "ready")
    server = Postmaster.living(by_hand)
    assert server is not None
    try:
        with pytest.raises(PostgresUnavailable, match=f"did not start \\(process {server.pid}\\).*stop it first"):
            EmbeddedPostgres(made).start()
        assert Postmaster.living(by_hand) == server
    finally:
        os.kill(server.pid, signal.SIGQUIT)
        wait_for(lambda: is_free(by_hand.alive_lock))
        directory.rmdir()
    with EmbeddedPostgres(made):
        pass


def test_a_slow_shutdown_that_somebody_asked_for_is_made_fast(made: Path) -> None:
    postgres = EmbeddedPostgres(made)
    urls = postgres.start()
    first = postgres.status()
    assert first.pid is not None
    connection = psycopg.connect(urls.owner)
    os.kill(first.pid, signal.SIGTERM)  # "smart": waits for the connection to go, which it does not
    wait_for(lambda: postgres.status().state == "stopping")
    postgres.recover()
    assert postgres.status().pid != first.pid
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    postgres.close()


def test_a_lost_socket_is_replaced_if_nobody_else_is_there(made: Path) -> None:
    postgres = EmbeddedPostgres(made)
    urls = postgres.start()
    lost = postgres.status().socket
    assert lost is not None
    shutil.rmtree(lost)
    other = EmbeddedPostgres(made)
    with pytest.raises(PostgresUnavailable, match="socket directory was removed"):
        other.start()
    assert postgres.status().state == "ready"
    assert postgres.recover() != urls
    with other as joined:
        assert joined == postgres.recover()
    postgres.close()


def test_a_socket_directory_that_others_may_enter_is_not_used(made: Path) -> None:
    postgres = EmbeddedPostgres(made)
    postgres.start()
    open_to_all = postgres.status().socket
    assert open_to_all is not None
    open_to_all.chmod(0o755)
    postgres.recover()
    assert postgres.status().socket != open_to_all
    postgres.close()
    open_to_all.rmdir()


def test_a_recorded_socket_directory_that_is_not_ours_is_left_alone(made: Path, empty: Path) -> None:
    theirs = empty / "shoseki-theirs"
    theirs.mkdir(mode=0o700)
    (theirs / "file").touch()
    link = empty / "shoseki-link"
    link.symlink_to(theirs)
    for recorded in (link, theirs / "file", empty / "missing", Path("relative"), Path("/")):
        Folder(made).socket_record.write_text(f"{recorded}\n")
        postgres = EmbeddedPostgres(made)
        with postgres:
            assert postgres.status().socket not in (recorded, theirs, None)
    assert list(theirs.iterdir()) == [theirs / "file"]


def test_a_copy_of_a_running_directory_does_not_touch_the_original(made: Path, empty: Path) -> None:
    copy = empty / "copy"
    subprocess.run(["cp", "-a", str(made / "postgres"), str(empty / "kept")], check=True)
    original = EmbeddedPostgres(made)
    with original as urls:
        copy.mkdir()
        (empty / "kept").rename(copy / "postgres")
        for name in ("socket", "data/postmaster.pid"):
            subprocess.run(["cp", "-a", str(made / "postgres" / name), str(copy / "postgres" / name)], check=True)
        with EmbeddedPostgres(copy) as others:
            assert others != urls
            with psycopg.connect(urls.owner) as one, psycopg.connect(others.owner) as other:
                assert one.info.backend_pid != other.info.backend_pid
        with psycopg.connect(urls.application):
            assert original.recover() == urls


def test_lost_password_files_are_made_anew_by_the_next_first_user(made: Path) -> None:
    folder = Folder(made)
    folder.application_passfile.unlink()
    before = folder.owner_passfile.read_text()
    with EmbeddedPostgres(made) as urls:
        assert folder.owner_passfile.read_text() != before
        folder.application_passfile.unlink()
        with pytest.raises(PostgresUnavailable, match="end the programs that use it"):
            EmbeddedPostgres(made).start()
        with psycopg.connect(urls.owner):
            pass
    with EmbeddedPostgres(made):
        pass


def test_a_user_that_is_killed_while_it_stops_the_server_leaves_it_startable(made: Path, user: Start) -> None:
    for _ in range(3):
        there = user(made)
        there.do("start")
        there.send("close")
        there.kill()
        with EmbeddedPostgres(made) as urls, psycopg.connect(urls.application):
            pass
    assert EmbeddedPostgres(made).status().state == "stopped"


def test_a_stranger_on_the_socket_gets_no_password(made: Path) -> None:
    """A process that took the socket's place asks for a clear-text password; the client refuses to answer."""
    with EmbeddedPostgres(made) as urls:
        directory = EmbeddedPostgres(made).status().socket
        assert directory is not None
        path = directory / ".s.PGSQL.5432"
        path.unlink()
        heard: list[bytes] = []
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()

            def impostor() -> None:
                client, _ = listener.accept()
                with client:
                    client.recv(4096)
                    client.sendall(b"R\x00\x00\x00\x08\x00\x00\x00\x03")  # AuthenticationCleartextPassword
                    heard.append(client.recv(4096))

            thread = threading.Thread(target=impostor)
            thread.start()
            with pytest.raises(psycopg.OperationalError, match="scram"):
                psycopg.connect(urls.application)
            thread.join()
        assert heard == [b""]
