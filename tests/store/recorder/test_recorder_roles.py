"""The application's role appends and reads, nothing else; the owner is stopped by triggers; nobody's text is SQL."""

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from log_world import World, boundary, check_whole, record
from psycopg import errors, sql

from ledger.store.database import connect
from ledger.store.errors import RecordRefusedError
from ledger.store.record import Record, Recorded
from ledger.store.recorder import Recorder

TABLES = ("log", "chain", "key", "destroyed_pair", "entry", "tag", "payload", "idempotency", "schema_migration")


@pytest.fixture
def application(shared_log: World, shared_recorder: Recorder) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(shared_log.urls.application, autocommit=True) as connection:
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(shared_log.schema)))
        yield connection


@pytest.mark.parametrize("table", TABLES)
def test_the_application_deletes_and_truncates_nothing_anywhere(
    application: "psycopg.Connection[Any]", table: str
) -> None:
    for statement in ("DELETE FROM {}", "TRUNCATE {}", "DROP TABLE {}", "ALTER TABLE {} ADD COLUMN x int"):
        with pytest.raises(errors.InsufficientPrivilege):
            application.execute(sql.SQL(statement).format(sql.Identifier(table)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET entry = entry",
        "UPDATE entry SET tags = '{}' WHERE false",
        "UPDATE payload SET sealed = sealed",
        "UPDATE tag SET tag = tag",
        "UPDATE idempotency SET position = 0",
        "UPDATE log SET origin = 'another'",
        "UPDATE chain SET half = half",
        "UPDATE chain SET chain = chain",
        "UPDATE key SET half = half",
        "UPDATE key SET created = created",
        "UPDATE destroyed_pair SET position = 0",
        "INSERT INTO log (origin, size) VALUES ('another', 0)",
        "INSERT INTO schema_migration VALUES (9999, 'later', '', now())",
        "MERGE INTO entry USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
        "INSERT INTO entry SELECT * FROM entry ON CONFLICT (position) DO UPDATE SET entry = excluded.entry",
        "SELECT * FROM entry FOR UPDATE",
        "BEGIN; LOCK TABLE entry IN ACCESS EXCLUSIVE MODE",
        "CREATE TABLE of_the_attacker (x int)",
        "CREATE FUNCTION of_the_attacker() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "DROP TRIGGER entry_never_changes ON entry",
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "CREATE TRIGGER of_the_attacker BEFORE INSERT ON entry EXECUTE FUNCTION refuse_change()",
        "CREATE RULE of_the_attacker AS ON INSERT TO entry DO INSTEAD NOTHING",
        "CREATE INDEX ON entry (at)",
        "CREATE TABLE public.of_the_attacker (x int)",
        "CREATE SCHEMA of_the_attacker",
        "ALTER FUNCTION add_partition(text) RESET search_path",
        "SET session_replication_role = replica",
        "SET ROLE shoseki_owner",
    ],
)
def test_the_application_may_not(application: "psycopg.Connection[Any]", statement: str) -> None:
    before = application.execute("SELECT position, entry, tags FROM entry ORDER BY position").fetchall()
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(statement)
    application.rollback()
    assert application.execute("SELECT position, entry, tags FROM entry ORDER BY position").fetchall() == before


def test_a_partition_is_no_way_around(application: "psycopg.Connection[Any]") -> None:
    partitions = application.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'payload'::regclass"
    ).fetchall()
    names = [name for (name,) in partitions]
    assert len(names) == 2
    for name in names:
        for statement in ("DELETE FROM {}", "UPDATE {} SET sealed = ''", "TRUNCATE {}", "DROP TABLE {}"):
            with pytest.raises(errors.InsufficientPrivilege):
                application.execute(statement.format(name))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET entry = entry",
        "UPDATE entry SET key = NULL WHERE position = 0",
        "DELETE FROM entry WHERE position = 2",
        "DELETE FROM entry",
        "TRUNCATE entry",
        "TRUNCATE entry, tag, payload CASCADE",
        "MERGE INTO entry USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_a_trigger_stops_the_owner(shared_log: World, shared_recorder: Recorder, statement: str) -> None:
    with shared_log.owner() as connection, pytest.raises(errors.RestrictViolation, match="never updated"):
        connection.execute(statement)


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "trail",
        "trail:2026-1-1",
        "trail:2026-11-22x",
        "trail:2026-11-22\n",
        "Trail:2026-11-22",
        "person:abc",
        "subjects",
        "x'); DROP TABLE entry; --:2026-11-22",
        None,
    ],
)
def test_only_a_day_gets_a_partition(application: "psycopg.Connection[Any]", nonsense: str | None) -> None:
    count = "SELECT count(*) FROM pg_inherits"
    before = application.execute(count).fetchone()
    with pytest.raises(psycopg.DatabaseError):
        application.execute("SELECT add_partition(%s)", (nonsense,))
    assert application.execute(count).fetchone() == before


def test_a_partition_is_added_once(application: "psycopg.Connection[Any]") -> None:
    for _ in range(3):
        application.execute("SELECT add_partition('fee:2031-01-01')")


@pytest.mark.parametrize("position", [None, -1, 0, 1, 2, 3, 10**9])
def test_only_an_entry_that_orders_it_erases(application: "psycopg.Connection[Any]", position: int | None) -> None:
    with pytest.raises(errors.InvalidParameterValue, match="orders a deletion"):
        application.execute("SELECT erase(%s)", (position,))


def test_an_order_erases_what_it_names_and_nothing_else(log: World, recorder: Recorder) -> None:
    first, second = recorder.append_all([record("a"), record("b", key_class="fee")])
    third = recorder.append_all([record("c", key_class="person", subject="p1")])[0]
    orders = {
        "nothing": {"reason": "retention"},
        "unknown key": {"key": "trail:1999-01-01"},
        "unknown subject": {"key": "person:p2"},
        "unknown chain": {"chain": "cus_" + "0" * 32},
    }
    with psycopg.connect(log.urls.application, autocommit=True) as connection:
        erase = sql.SQL("SELECT {}.erase(%s)").format(sql.Identifier(log.schema))
        for name, public in orders.items():
            (place,) = recorder.append_core([Record("key.destroyed.v1", b"", key_class=None, public=public)])
            with pytest.raises(errors.InvalidParameterValue, match="orders a deletion"):  # it had no effect
                connection.execute(erase, (place,))
            assert recorder.reader.size() == place + 1, name
        unknown = {"chain": "log", "key": "person:p2"}
        (place,) = recorder.append_core([Record("key.destroyed.v1", b"", key_class=None, public=unknown)])
        assert connection.execute(erase, (place,)).fetchone() == (0,)
        check_whole(log)
        gone: set[int] = set()
        for public, place in (
            ({"chain": "log", "key": "person:p1"}, third),
            ({"key": next(iter(recorder.read(after=second, limit=1))).event.key}, second),  # type: ignore[attr-defined]
        ):
            (order,) = recorder.append_core([Record("key.destroyed.v1", b"", key_class=None, public=public)])
            assert connection.execute(erase, (order,)).fetchone() == (1,)
            gone.add(place)
            check_whole(log, absent=frozenset(gone))
            connection.execute(erase, (order,))  # again is the same
        assert first not in gone


def test_of_those_who_erase_a_day_at_once_one_does(log: World, recorder: Recorder) -> None:
    for key_class in ("trail", "fee", "claim", "request"):
        (place,) = recorder.append_all([record(key_class=key_class)])
        (told,) = [each.event for each in recorder.read(after=place, limit=1)]
        assert isinstance(told, Recorded)
        (order,) = recorder.append_core([Record("key.destroyed.v1", b"", key_class=None, public={"key": told.key})])
        barrier, gone = threading.Barrier(4), []

        def erase(order: int = order, barrier: threading.Barrier = barrier, gone: list[int] = gone) -> None:
            with psycopg.connect(log.urls.application, autocommit=True) as connection:
                barrier.wait()
                statement = sql.SQL("SELECT {}.erase(%s)").format(sql.Identifier(log.schema))
                gone += [count for (count,) in connection.execute(statement, (order,)).fetchall()]

        threads = [threading.Thread(target=erase) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(gone) == [0, 0, 0, 1]


@pytest.fixture
def with_temporary_tables(log: World) -> Iterator["psycopg.Connection[Any]"]:
    """A caller who may make temporary tables: the owner, for the application may not."""
    with psycopg.connect(log.urls.application) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("CREATE TEMP TABLE payload (x int)")
    with log.owner() as connection:
        yield connection


def test_another_search_path_leads_the_owners_functions_nowhere(
    log: World, with_temporary_tables: "psycopg.Connection[Any]"
) -> None:
    """What the caller puts in front (tables and functions of its own) is not what the functions use."""
    caller = with_temporary_tables
    caller.execute(
        "CREATE TEMP TABLE payload (part text, position bigint, sealed bytea);"
        "CREATE TEMP TABLE entry (position bigint, type text, chain text, key text, entry bytea);"
        "INSERT INTO pg_temp.entry VALUES (0, 'payload.removed.v1', 'log', NULL,"
        " convert_to('{\"public\":{\"position\":3}}', 'UTF8'));"
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT 'x'::bytea $$"
    )
    caller.execute(f"SET search_path = pg_temp, {log.schema}, pg_catalog")
    with pytest.raises(errors.InvalidParameterValue):
        caller.execute(sql.SQL("SELECT {}.erase(0)").format(sql.Identifier(log.schema)))
    caller.execute(sql.SQL("SELECT {}.add_partition('fee:2031-01-01')").format(sql.Identifier(log.schema)))
    assert len(log.ask("SELECT 1 FROM pg_inherits WHERE inhparent = 'payload'::regclass")) == 2
    check_whole(log)


def test_a_temporary_table_of_a_partitions_name_is_not_taken_for_it(
    log: World, with_temporary_tables: "psycopg.Connection[Any]"
) -> None:
    caller = with_temporary_tables
    (name,) = caller.execute(
        "SELECT 'payload_' || substr(encode(sha256(convert_to('fee:2031-01-01', 'UTF8')), 'hex'), 1, 32)"
    ).fetchone() or ("",)
    caller.execute(sql.SQL("CREATE TEMP TABLE {} (x int)").format(sql.Identifier(name)))
    caller.execute(sql.SQL("SELECT {}.add_partition('fee:2031-01-01')").format(sql.Identifier(log.schema)))

    partitions = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'payload'::regclass"
    assert sorted(log.ask(partitions)) == [(name,), ("payload_subjects",)]


def test_the_public_may_call_none_of_the_owners_functions(shared_log: World) -> None:
    rows = shared_log.ask(
        "SELECT p.proname, has_function_privilege('public', p.oid, 'EXECUTE') FROM pg_proc p"
        " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = %s",
        shared_log.schema,
    )
    assert {name for name, _ in rows} == {"add_partition", "erase", "go_on_if", "refuse_change"}
    assert not [name for name, allowed in rows if allowed]


HOSTILE = [
    "'; DROP TABLE entry; --",
    "'||(SELECT'x')||'",
    "{},{}",
    '{"a"}',
    "\\'",
    "$$;SELECT",
    "%s%(x)s{s}",
    "{NULL}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_a_text(shared_recorder: Recorder, text: str) -> None:
    recorder, tag = shared_recorder, text.replace(" ", "_")
    recorder.append([DCBEvent("kind", text.encode(), [tag, "other"])])

    assert [e.event.tags for e in recorder.read(boundary(tag))] == [sorted([tag, "other"])]
    assert list(recorder.read(boundary(text + " "))) == []
    assert list(recorder.read(DCBQuery([DCBQueryItem(types=[text])]))) == []
    for query in (DCBQuery([DCBQueryItem(types=[text], tags=[tag])]), boundary(tag, "never")):
        recorder.append([record()], DCBAppendCondition(query))
    for refused in (
        DCBEvent(text, b""),
        record(chain=text),
        record(key_class=text),
        record(key_class="person", subject=text),
    ):
        with pytest.raises(RecordRefusedError):
            recorder.append([refused])
    recorder.append([record(idempotency_key=text, public={"text": text})])


def test_a_servers_own_defaults_change_nothing(log: World) -> None:
    """Read-only, serializable, asynchronous: the defaults of a role are not those of the recorder."""
    with psycopg.connect(log.urls.application, autocommit=True) as connection:
        role = sql.Identifier(connection.info.user)
        settings = {
            "default_transaction_read_only": "on",
            "default_transaction_isolation": "serializable",
            "synchronous_commit": "off",
            "timezone": "Asia/Tokyo",
            "search_path": "nowhere",
            "bytea_output": "escape",
            "datestyle": "German",
        }
        for name, value in settings.items():
            connection.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(name), value))
        try:
            with log.recorder() as recorder:
                recorder.append([record("a", tags=("kind:1",))])
                with log.recorder() as other:
                    other.append([record("b", tags=("kind:1",))], DCBAppendCondition(boundary("kind:2")))
                recorder.append([record("c", tags=("kind:1",))])
                assert [e.event.data for e in recorder.read(boundary("kind:1"))] == [b"a", b"b", b"c"]
                assert recorder._committer._underway.connection is not None
                assert recorder._committer._underway.connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        finally:
            with connect(log.urls.application) as plain:
                plain.execute("SET default_transaction_read_only = off")
                plain.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(role))
    check_whole(log)
