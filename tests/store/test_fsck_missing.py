"""The full check where whole tables are missing or not as the migrations made them: named, and the rest is checked."""

import pytest
from test_fsck import check, codes
from tested_log import CUSTOMER, ORIGIN, TestedLog

from ledger.log.refusal import Status
from ledger.store.embedded import APPLICATION_ROLE
from ledger.store.errors import LogMissingError, WrongLogError
from ledger.store.fsck import Code, fsck

TABLES = ["chain", "destroyed_pair", "entry", "idempotency", "key", "log", "payload", "schema_migration", "tag"]


@pytest.fixture
def filled(log: TestedLog) -> TestedLog:
    """Give a signed log of which one entry is changed, besides whatever else becomes of it."""
    log.append(5)
    log.recorder.append_all([log.record("once", idempotency_key="k1")])
    log.checkpointer.sign()
    log.tamper("UPDATE {s}.entry SET leaf = sha256(leaf) WHERE position = 6")
    return log


def named(table: str) -> tuple[Code, None, str]:
    return (
        Code.SCHEMA,
        None,
        f"the table {table} is not there, lacks a column or may not be read: nothing of it was checked",
    )


@pytest.mark.parametrize("change", ["ALTER TABLE {{s}}.{} RENAME TO moved", "DROP TABLE {{s}}.{} CASCADE"])
@pytest.mark.parametrize("table", TABLES)
def test_a_missing_table_is_named_and_the_rest_is_checked(filled: TestedLog, table: str, change: str) -> None:
    filled.run(change.format(table))
    report = check(filled)
    assert report.status is Status.FINDING
    assert named(table) in {(each.code, each.position, each.detail) for each in report.findings}
    rest = Code.CHECKPOINT_AHEAD if table == "entry" else Code.LEAF
    assert rest in report.counts


@pytest.mark.parametrize(
    ("table", "column", "type_"),
    [
        ("chain", "half", "text"),
        ("key", "created", "bigint"),
        ("entry", "leaf", "bytea"),
        ("payload", "sealed", "bytea"),
        ("idempotency", "body", "bytea"),
        ("log", "clock_elapsed", "bigint"),
        ("tag", "position", "bigint"),
    ],
)
def test_a_column_renamed_or_of_another_type_is_named(filled: TestedLog, table: str, column: str, type_: str) -> None:
    filled.run(f"ALTER TABLE {{s}}.{table} RENAME {column} TO moved")
    assert named(table) in {(each.code, each.position, each.detail) for each in check(filled).findings}
    filled.run(f"ALTER TABLE {{s}}.{table} RENAME moved TO {column}")
    assert codes(check(filled)) == {"LEAF"}
    other = "bytea USING NULL" if type_ == "text" else "text"
    filled.run(f"ALTER TABLE {{s}}.{table} ALTER {column} DROP NOT NULL, ALTER {column} TYPE {other}")
    assert named(table) in {(each.code, each.position, each.detail) for each in check(filled).findings}


def test_a_log_of_which_only_its_signature_is_left_is_no_new_one(filled: TestedLog) -> None:
    filled.tamper("DELETE FROM {s}.entry; DELETE FROM {s}.log")
    assert "CHECKPOINT_AHEAD" in codes(check(filled))
    with pytest.raises(LogMissingError):
        fsck(filled.urls.application, filled.schema, ORIGIN, processes=0)


def test_a_schema_without_any_of_the_tables_holds_no_log(filled: TestedLog) -> None:
    for table in TABLES:
        filled.run(f"DROP TABLE {{s}}.{table} CASCADE")
    with pytest.raises(LogMissingError):
        check(filled)


def test_a_row_that_names_another_log_is_named(filled: TestedLog) -> None:
    filled.run("UPDATE {s}.log SET origin = 'another.example/log'")
    found = {(each.code, each.detail) for each in check(filled).findings}
    assert found >= {(Code.LOG_TABLE, "it names another log")}
    assert Code.SIZE not in {code for code, _ in found}
    with pytest.raises(WrongLogError, match=r"another\.example/log"):
        fsck(filled.urls.application, filled.schema, "third.example/log", processes=0)


@pytest.mark.parametrize("table", ["chain", "key", "destroyed_pair"])
def test_what_the_database_cannot_give_of_a_table_stops_nothing_else(filled: TestedLog, table: str) -> None:
    filled.run("INSERT INTO {s}.destroyed_pair VALUES ('log', 'trail:2026-11-20', 6)")
    ((columns,),) = filled.run(
        "SELECT string_agg(CASE WHEN format_type(atttypid, NULL) <> 'bigint' THEN attname::text"
        " ELSE format('(%%1$I / (random() > 2)::int) AS %%1$I', attname) END, ', ' ORDER BY attnum)"
        " FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0",
        (f"{filled.schema}.{table}",),
    )
    filled.run(f"ALTER TABLE {{s}}.{table} RENAME TO itself")
    filled.run(f"CREATE VIEW {{s}}.{table} AS SELECT {columns} FROM {{s}}.itself")
    filled.run(f"GRANT SELECT ON {{s}}.{table} TO public")
    filled.run("DELETE FROM {s}.idempotency; INSERT INTO {s}.idempotency VALUES ('', '', -5)")
    found = {(each.code, each.position, each.detail) for each in check(filled).findings}
    assert (Code.UNREADABLE, None, f"the table {table}, division by zero") in found
    assert (Code.IDEMPOTENCY, -5, "no entry is there") in found
    assert Code.LEAF in {code for code, _, _ in found}


def put_view(log: TestedLog, table: str, column: str, breaking: str) -> None:
    """Put a view in a table's place, of which one column cannot be given of the rows that break."""
    columns = [
        name
        for (name,) in log.run(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
            (f"{log.schema}.{table}",),
        )
    ]
    shown = [f"(SELECT {name} WHERE {breaking}) AS {name}" if name == column else name for name in columns]
    log.run(f"ALTER TABLE {{s}}.{table} RENAME TO itself")
    log.run(f"CREATE VIEW {{s}}.{table} AS SELECT {', '.join(shown)} FROM {{s}}.itself")
    log.run(f"GRANT SELECT ON {{s}}.{table} TO public")


_REFUSED = Code.UNREADABLE, None, "the table {}, division by zero"


@pytest.mark.parametrize("column", ["position", "chain", "seq", "at", "type", "tags", "key", "leaf", "entry"])
@pytest.mark.parametrize("row", [0, 8])
def test_entries_that_the_database_cannot_give_are_named_and_the_rest_is_checked(
    filled: TestedLog, column: str, row: int
) -> None:
    put_view(filled, "entry", column, f"1 / (position - {row}) < 9")
    filled.run("DELETE FROM {s}.idempotency; UPDATE {s}.schema_migration SET digest = 'x' WHERE number = 1")
    for processes in (0, 2):
        report = check(filled, processes)
        assert report.status is Status.FINDING
        found = {(each.code, each.position, each.detail) for each in report.findings}
        of_range = (Code.UNREADABLE, 0, f"0 to {filled.recorder.reader.size() - 1}, division by zero")
        assert (_REFUSED[0], None, _REFUSED[2].format("entry")) in found or of_range in found
        assert Code.SCHEMA in report.counts
        # The keys are known from the entries beside the broken one.
        assert not any("names no signing key" in each for each in report.unchecked) or row == 0


@pytest.mark.parametrize("column", ["origin", "size", "at", "clock_boot", "clock_elapsed"])
def test_a_row_of_the_log_that_the_database_cannot_give_is_named_and_the_rest_is_checked(
    filled: TestedLog, column: str
) -> None:
    put_view(filled, "log", column, "1 / (random() > 2)::int < 9")
    report = check(filled)
    found = {(each.code, each.position, each.detail) for each in report.findings}
    assert (_REFUSED[0], None, _REFUSED[2].format("log")) in found
    assert {Code.LEAF, Code.SCHEMA} <= report.counts.keys()
    assert Code.SIZE not in report.counts


@pytest.mark.parametrize("table", ["entry", "log", "schema_migration", "idempotency"])
@pytest.mark.parametrize("state", ["22012", "42501", "42P01"])
def test_whatever_a_view_says_when_it_is_read_is_a_finding_that_names_its_table(
    filled: TestedLog, table: str, state: str
) -> None:
    filled.run(
        "CREATE FUNCTION {s}.fail() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS"
        f" $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$"
    )
    ((columns,),) = filled.run(
        "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0",
        (f"{filled.schema}.{table}",),
    )
    filled.run(f"ALTER TABLE {{s}}.{table} RENAME TO itself")
    filled.run(f"CREATE VIEW {{s}}.{table} AS SELECT {columns} FROM {{s}}.itself WHERE {{s}}.fail()")
    filled.run(f"GRANT SELECT ON {{s}}.{table} TO public")
    filled.run("UPDATE {s}.chain SET half = 'x' WHERE chain = 'log'")
    report = check(filled)
    assert (Code.UNREADABLE, None, f"the table {table}, no") in {
        (each.code, each.position, each.detail) for each in report.findings
    }
    assert (Code.CHECKPOINT_AHEAD if table == "entry" else Code.CHAIN_TABLE) in report.counts


def test_a_row_that_names_another_log_is_named_where_the_first_entry_cannot_be_given(filled: TestedLog) -> None:
    filled.run("UPDATE {s}.log SET origin = 'another.example/log'")
    put_view(filled, "entry", "entry", "1 / position < 9")
    report = check(filled)
    assert {Code.UNREADABLE, Code.LOG_TABLE} <= report.counts.keys()


@pytest.mark.parametrize("table", ["tag", "payload"])
def test_what_the_database_cannot_give_beside_the_entries_stops_nothing_else(
    filled: TestedLog, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """As where a page of the table is damaged on the disk: what it says has the same classes."""
    filled.run(f"ALTER TABLE {{s}}.{table} ENABLE ROW LEVEL SECURITY")
    ((first,),) = filled.run(f"SELECT min(position) FROM {{s}}.{table}")
    filled.run(f"CREATE POLICY breaking ON {{s}}.{table} USING (1 / (position - {first}) < 9)")
    filled.run("UPDATE {s}.chain SET leaf = sha256(leaf) WHERE chain = 'log'")
    monkeypatch.setattr("ledger.store.fsck.run._SMALL", 0)  # as in a long log, which others check as well
    for processes in (1, 2):
        report = check(filled, processes)
        assert f"the table {table}, division by zero" in {each.detail for each in report.findings}
        rest = {Code.UNREADABLE, Code.SCHEMA, Code.CHAIN_TABLE, Code.LEAF if table == "tag" else Code.UNREADABLE}
        assert rest <= report.counts.keys()


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_may_not_be_read_is_named_and_the_rest_is_checked(filled: TestedLog, table: str) -> None:
    filled.run(f"REVOKE SELECT ON {{s}}.{table} FROM {APPLICATION_ROLE}")
    report = check(filled)
    assert named(table) in {(each.code, each.position, each.detail) for each in report.findings}
    assert (Code.CHECKPOINT_AHEAD if table == "entry" else Code.LEAF) in report.counts


def test_a_log_of_which_nothing_may_be_read_is_not_called_none(filled: TestedLog) -> None:
    filled.run(f"REVOKE SELECT ON ALL TABLES IN SCHEMA {{s}} FROM {APPLICATION_ROLE}")
    assert {(each.code, each.position, each.detail) for each in check(filled).findings} >= {named(t) for t in TABLES}


def test_idempotency_keys_that_the_database_cannot_give_stop_nothing_else(filled: TestedLog) -> None:
    filled.run("ALTER TABLE {s}.idempotency RENAME TO itself")
    filled.run(
        "CREATE VIEW {s}.idempotency AS SELECT mark, body, position / (random() > 2)::int AS position FROM {s}.itself"
    )
    filled.run("GRANT SELECT ON {s}.idempotency TO public")
    filled.run("UPDATE {s}.chain SET leaf = sha256(leaf) WHERE chain = 'log'")
    report = check(filled)
    assert Code.UNREADABLE in report.counts
    assert Code.LEAF in report.counts
    assert Code.CHAIN_TABLE in report.counts


HUGE = 64 * 2**20


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (f"UPDATE {{s}}.chain SET half = repeat('x', {HUGE}) WHERE chain = 'log'", Code.CHAIN_TABLE),
        (f"UPDATE {{s}}.chain SET leaf = convert_to(repeat('x', {HUGE}), 'UTF8')", Code.CHAIN_TABLE),
        (f"INSERT INTO {{s}}.chain VALUES (repeat('x', {HUGE}), 1, '', '')", Code.CHAIN_TABLE),
        (f"UPDATE {{s}}.key SET half = repeat('x', {HUGE})", Code.KEY_TABLE),
        (f"INSERT INTO {{s}}.key VALUES (repeat('x', {HUGE}), '', 1)", Code.KEY_TABLE),
        (f"INSERT INTO {{s}}.destroyed_pair VALUES (repeat('x', {HUGE}), 'k', 1)", Code.PAIR_TABLE),
        (f"INSERT INTO {{s}}.destroyed_pair VALUES ('log', repeat('x', {HUGE}), 1)", Code.PAIR_TABLE),
        (f"UPDATE {{s}}.idempotency SET body = convert_to(repeat('x', {HUGE}), 'UTF8')", Code.IDEMPOTENCY),
        (f"UPDATE {{s}}.idempotency SET mark = convert_to(repeat('x', {HUGE}), 'UTF8')", Code.IDEMPOTENCY),
        (f"UPDATE {{s}}.log SET clock_boot = repeat('x', {HUGE})", Code.LOG_TABLE),
        (f"UPDATE {{s}}.schema_migration SET name = repeat('x', {HUGE}), digest = name", Code.SCHEMA),
    ],
    ids=["half", "leaf", "chain", "key's half", "key", "pair", "pair's key", "body", "mark", "boot", "migration"],
)
def test_a_value_wider_than_memory_should_be_is_named_and_never_held(
    filled: TestedLog, change: str, code: Code
) -> None:
    import tracemalloc

    for table in ("chain", "key", "destroyed_pair", "idempotency"):  # an index holds nothing as wide
        filled.run(f"ALTER TABLE {{s}}.{table} DROP CONSTRAINT {table}_pkey")
    filled.run(change)
    tracemalloc.start()
    try:
        report = check(filled)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert code in report.counts
    assert peak < HUGE // 2


def test_rows_of_chains_that_no_entry_has_are_counted_and_not_kept(filled: TestedLog) -> None:
    filled.run("INSERT INTO {s}.chain SELECT 'cus_' || n, 1, '', '' FROM generate_series(1, 500) n")
    filled.run("INSERT INTO {s}.key SELECT 'person:' || n, '', 1 FROM generate_series(1, 500) n")
    filled.run(
        "INSERT INTO {s}.destroyed_pair SELECT %s, 'person:' || n, 1 FROM generate_series(1, 500) n", (CUSTOMER,)
    )
    counts = check(filled).counts
    assert {code: counts[code] for code in (Code.CHAIN_TABLE, Code.KEY_TABLE, Code.PAIR_TABLE)} == {
        Code.CHAIN_TABLE: 500,
        Code.KEY_TABLE: 500,
        Code.PAIR_TABLE: 500,
    }
