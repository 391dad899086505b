"""Start, join, leave: one server for all who use a data directory, gone with the last of them."""

import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from other_process import User

from ledger.store.embedded import EmbeddedPostgres, PostgresUnavailable, Urls
from ledger.store.embedded.folder import Folder
from ledger.store.embedded.holders import holders

Start = Callable[..., User]


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_what_was_written_is_there_after_a_stop_and_a_start(empty_on_disk: Path) -> None:
    postgres = EmbeddedPostgres(empty_on_disk / "data")
    assert postgres.status().state == "absent"
    with postgres as urls, psycopg.connect(urls.owner) as connection:
        assert postgres.status().state == "ready"
        connection.execute("CREATE SCHEMA kept")
        connection.execute("CREATE TABLE kept.word AS SELECT '証跡' AS word")
    assert postgres.status().state == "stopped"
    with EmbeddedPostgres(empty_on_disk / "data") as urls:
        assert value(urls.owner, "SELECT word FROM kept.word") == "証跡"


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("password_encryption", "scram-sha-256"),
        ("shared_buffers", "128MB"),
        ("max_connections", "100"),
        ("superuser_reserved_connections", "0"),
        ("jit", "off"),
        ("huge_pages", "off"),
        ("TimeZone", "UTC"),
        ("lc_messages", "C"),
        ("log_min_error_statement", "panic"),
        ("log_error_verbosity", "terse"),
    ],
)
def test_settings(postgres: Urls, setting: str, wanted: str) -> None:
    assert value(postgres.application, f"SHOW {setting}") == wanted


def test_text_is_ordered_by_its_bytes(postgres: Urls) -> None:
    query = "SELECT datcollate || ' ' || datlocprovider::text FROM pg_database WHERE datname = current_database()"
    assert value(postgres.application, query) == "C c"


def test_a_hundred_connections_fit(postgres: Urls) -> None:
    connections = [psycopg.connect(postgres.application) for _ in range(90)]
    for connection in connections:
        connection.close()


def test_a_second_process_joins_and_the_last_one_out_stops_the_server(made: Path, user: Start) -> None:
    here, there = EmbeddedPostgres(made), user(made)
    urls = here.start()
    assert there.do("start") == {"owner": urls.owner, "application": urls.application}
    pid = here.status().pid
    here.close()
    assert there.do("status")["pid"] == pid
    assert value(urls.application, "SELECT 1") == 1
    there.do("close")
    assert here.status().state == "stopped"
    assert holders(Folder(made)) == []


def test_every_start_wants_its_close(made: Path) -> None:
    postgres = EmbeddedPostgres(made)
    assert postgres.start() == postgres.start()
    postgres.close()
    assert postgres.status().state == "ready"
    postgres.close()
    assert postgres.status().state == "stopped"
    postgres.close()
    for _ in range(3):
        postgres.start()
    postgres.stop()
    assert postgres.status().state == "stopped"


def test_stop_leaves_the_server_to_other_users(made: Path) -> None:
    one, other = EmbeddedPostgres(made), EmbeddedPostgres(made)
    one.start()
    other.start()
    one.stop()
    assert other.status().state == "ready"
    other.stop()
    assert other.status().state == "stopped"


def test_threads_share(made: Path) -> None:
    shared, barrier, seen = EmbeddedPostgres(made), threading.Barrier(8), set[int | None]()

    def work(number: int) -> None:
        postgres = shared if number % 2 else EmbeddedPostgres(made)
        barrier.wait()
        for _ in range(3):
            with postgres as urls:
                assert value(urls.application, "SELECT 1") == 1
                seen.add(postgres.status().pid)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    with EmbeddedPostgres(made):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(seen) == 1
    assert shared.status().state == "stopped"


def test_starts_and_stops_of_threads_at_the_same_time_never_fail(made: Path) -> None:
    barrier, failures = threading.Barrier(4), list[BaseException]()

    def work() -> None:
        barrier.wait()
        try:
            for _ in range(5):
                with EmbeddedPostgres(made) as urls:
                    assert value(urls.application, "SELECT 1") == 1
        except BaseException as error:  # noqa: BLE001 -- a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert EmbeddedPostgres(made).status().state == "stopped"


def test_processes_racing_for_the_very_first_start_get_one_server(empty: Path, user: Start) -> None:
    users = [user(empty) for _ in range(4)]
    for each in users:
        each.send("start")
    assert len({each.answer()["owner"] for each in users}) == 1
    assert len({each.do("status")["pid"] for each in users}) == 1
    assert not list((empty / "postgres").glob("new-*"))
    for each in users:
        assert each.do("close") == {}
    assert EmbeddedPostgres(empty).status().state == "stopped"


def test_a_forked_child_does_not_take_the_parents_use_away(made: Path, user: Start) -> None:
    parent = user(made)
    parent.do("start")
    parent.do("fork")
    with EmbeddedPostgres(made):
        pass
    assert parent.do("status")["state"] == "ready"
    parent.do("close")
    assert EmbeddedPostgres(made).status().state == "stopped"


def test_looking_disturbs_nobody(made: Path) -> None:
    """Twelve threads look without a pause while the server is started and stopped; all they see is true."""
    seen, done = set[str](), threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(EmbeddedPostgres(made).status().state)

    threads = [threading.Thread(target=look) for _ in range(12)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            with EmbeddedPostgres(made) as urls:
                assert value(urls.application, "SELECT 1") == 1
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert {"ready"} <= seen <= {"stopped", "starting", "ready", "stopping", "crashed"}


def test_recover_wants_a_start(made: Path) -> None:
    with pytest.raises(PostgresUnavailable, match="call start first"):
        EmbeddedPostgres(made).recover()


def test_the_environment_of_the_caller_changes_nothing(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, told in {
        "PGPASSWORD": "wrong",
        "PGPASSFILE": "/nowhere",
        "PGHOST": "nowhere.invalid",
        "PGHOSTADDR": "192.0.2.1",
        "PGPORT": "1",
        "PGUSER": "somebody",
        "PGDATABASE": "elsewhere",
        "PGDATA": "/nowhere",
        "LC_ALL": "ja_JP.UTF-8",
        "LD_PRELOAD": "",
    }.items():
        monkeypatch.setenv(name, told)
    with EmbeddedPostgres(made) as urls:
        assert value(urls.owner, "SHOW lc_messages") == "C"


@pytest.mark.parametrize("name", ["d" * 200, "with a space, a %, a 'quote' & 証跡"])
def test_any_path_will_do(empty: Path, made_once: Path, name: str) -> None:
    with EmbeddedPostgres(empty / name / name) as urls:
        assert value(urls.application, "SELECT 1") == 1
