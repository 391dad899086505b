"""Numbered migrations: forward, once, whole, from the first one on, and only ever the ones that were applied."""

import threading
from collections.abc import Callable

import psycopg
import pytest
from log_world import ORIGIN, World, record
from psycopg import sql

from ledger.store import migrate as migrate_module
from ledger.store.embedded import APPLICATION_ROLE, Urls
from ledger.store.errors import LogMissingError, StoreError
from ledger.store.migrate import Migration, migrate, migrations
from ledger.store.recorder import Recorder

LATER = Migration(
    9001, "9001_later", "CREATE TABLE {schema}.later (x int); GRANT SELECT ON {schema}.later TO {application}"
)
BROKEN = Migration(9002, "9002_broken", "CREATE TABLE {schema}.half (x int); SELECT nothing FROM nowhere")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> list[Migration]:
    """The migrations of this program, to be changed by a test."""
    found = migrations()
    monkeypatch.setattr(migrate_module, "_files", lambda: iter(found))
    return found


def tables(urls: Urls, schema: str) -> set[str]:
    with psycopg.connect(urls.owner) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (schema,)).fetchall()
    return {name for (name,) in rows}


def applied(urls: Urls, schema: str) -> list[int]:
    with psycopg.connect(urls.owner) as connection:
        statement = sql.SQL("SELECT number FROM {}.schema_migration ORDER BY number").format(sql.Identifier(schema))
        return [number for (number,) in connection.execute(statement).fetchall()]


def test_the_numbers_are_those_of_the_names_from_one_without_a_gap() -> None:
    found = migrations()
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert all(each.name.startswith(f"{each.number:04d}_") for each in found)


def test_each_is_applied_once(postgres: Urls, fresh_schema: str) -> None:
    names = [each.name for each in migrations()]
    assert migrate(postgres.owner, fresh_schema) == names
    assert migrate(postgres.owner, fresh_schema) == []
    assert applied(postgres, fresh_schema) == [each.number for each in migrations()]


def test_an_older_schema_is_brought_forward_step_by_step(
    postgres: Urls, fresh_schema: str, files: list[Migration]
) -> None:
    files.append(LATER)
    own = [each.name for each in files if each is not LATER]
    assert migrate(postgres.owner, fresh_schema, upto=1) == own[:1]
    assert migrate(postgres.owner, fresh_schema, upto=LATER.number - 1) == own[1:]
    assert migrate(postgres.owner, fresh_schema) == [LATER.name]
    assert "later" in tables(postgres, fresh_schema)


def test_a_log_that_is_in_use_is_brought_forward(log: World, files: list[Migration]) -> None:
    with log.recorder() as recorder:
        recorder.append([record("before")])
        files.append(LATER)
        assert migrate(log.urls.owner, log.schema, APPLICATION_ROLE) == [LATER.name]
        recorder.append([record("after")])
    with psycopg.connect(log.urls.application) as connection:
        connection.execute(sql.SQL("SELECT FROM {}.later").format(sql.Identifier(log.schema)))


def test_a_step_that_breaks_leaves_nothing_of_the_whole_run(
    postgres: Urls, fresh_schema: str, files: list[Migration]
) -> None:
    migrate(postgres.owner, fresh_schema)
    before = tables(postgres, fresh_schema)
    files.extend((LATER, BROKEN))

    with pytest.raises(StoreError):
        migrate(postgres.owner, fresh_schema)
    assert tables(postgres, fresh_schema) == before
    assert LATER.number not in applied(postgres, fresh_schema)
    files.remove(BROKEN)
    assert migrate(postgres.owner, fresh_schema) == [LATER.name]


def test_a_changed_file_is_refused_by_name(postgres: Urls, fresh_schema: str, files: list[Migration]) -> None:
    migrate(postgres.owner, fresh_schema)
    files[0] = Migration(files[0].number, files[0].name, files[0].text + "\n-- a change")
    files.append(LATER)

    with pytest.raises(StoreError, match=f"{files[0].name} was changed"):
        migrate(postgres.owner, fresh_schema)
    assert "later" not in tables(postgres, fresh_schema)


def test_a_newer_schema_than_the_program_is_refused(postgres: Urls, fresh_schema: str, files: list[Migration]) -> None:
    files.append(LATER)
    migrate(postgres.owner, fresh_schema)
    files.remove(LATER)

    with pytest.raises(StoreError, match="use a newer version"):
        migrate(postgres.owner, fresh_schema)
    assert applied(postgres, fresh_schema)[-1] == LATER.number


def test_a_log_is_opened_only_with_the_tables_that_this_program_knows(log: World, files: list[Migration]) -> None:
    with log.recorder() as recorder:
        recorder.append([record("before")])
    files.append(LATER)
    with pytest.raises(StoreError, match="run 'shoseki init' again"):
        log.recorder()
    migrate(log.urls.owner, log.schema, APPLICATION_ROLE)
    with log.recorder() as recorder:
        recorder.append([record("after")])
    files.remove(LATER)
    with pytest.raises(StoreError, match="use a newer version"):
        log.recorder()


def test_several_at_once_apply_each_step_once(postgres: Urls, fresh_schema: str) -> None:
    barrier = threading.Barrier(6)
    answers: list[list[str]] = []

    def run() -> None:
        barrier.wait()
        answers.append(migrate(postgres.owner, fresh_schema))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [[]] * 5 + [[each.name for each in migrations()]]


@pytest.mark.parametrize("schema", ["", "Shoseki", "a b", 'x"; --', "{schema}", "%s", "x" * 56, "証跡", "1st"])
def test_what_cannot_name_a_schema_names_none(postgres: Urls, schema: str) -> None:
    with pytest.raises(StoreError, match="cannot name"):
        migrate(postgres.owner, schema)
    with pytest.raises(StoreError, match="cannot name"):
        Recorder(postgres.application, schema, ORIGIN, None)  # type: ignore[arg-type]
    assert not tables(postgres, schema)


def test_without_a_role_of_the_application_the_owner_serves_both(
    postgres: Urls, new_log: Callable[..., World], fresh_schema: str
) -> None:
    log = new_log()
    migrate(postgres.owner, fresh_schema)
    for url, schema in ((postgres.application, fresh_schema), (postgres.application, "nothing_here")):
        with pytest.raises((StoreError, LogMissingError)) as caught:
            Recorder(url, schema, ORIGIN, log.halves())
        assert "\n" not in str(caught.value)
    with pytest.raises(LogMissingError, match="shoseki init"):  # tables, and no log in them
        Recorder(postgres.owner, fresh_schema, ORIGIN, log.halves())
