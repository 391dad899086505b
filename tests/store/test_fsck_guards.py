"""The guards of the schema, one by one: what was taken down, loosened or put beside them is named in so many words."""

from hashlib import sha256

import psycopg
import pytest
from test_fsck import check
from tested_log import TestedLog

from ledger.store.fsck import Code

DAY = "trail:2020-01-01"
PART = f"payload_{sha256(DAY.encode()).hexdigest()[:32]}"
NO_APPEND = f"no append made the partition {PART}"


@pytest.fixture
def filled(log: TestedLog) -> TestedLog:
    log.append(3)
    log.checkpointer.sign()
    return log


def said(log: TestedLog) -> set[str]:
    report = check(log)
    assert {each.code for each in report.findings} <= {Code.SCHEMA}
    return {each.detail for each in report.findings}


@pytest.mark.parametrize(
    ("change", "details"),
    [
        (
            "GRANT INSERT ON {s}.tag TO {application} WITH GRANT OPTION",
            {"added: grant INSERT on tag, to be passed on"},
        ),
        (
            "GRANT CREATE ON SCHEMA {s} TO pg_database_owner; ALTER TABLE {s}.tag OWNER TO pg_database_owner",
            {"added: tag has another owner"},
        ),
        (
            "ALTER TABLE {s}.key DROP CONSTRAINT key_pkey; CREATE UNIQUE INDEX key_pkey ON {s}.key (key)",
            {
                "missing: CREATE UNIQUE INDEX key_pkey ON key USING btree (key), primary key",
                "added: CREATE UNIQUE INDEX key_pkey ON key USING btree (key)",
            },
        ),
        (
            "ALTER TABLE {s}.chain DROP CONSTRAINT chain_pkey, ADD PRIMARY KEY (chain) DEFERRABLE",
            {
                "missing: CREATE UNIQUE INDEX chain_pkey ON chain USING btree (chain), primary key",
                "added: CREATE UNIQUE INDEX chain_pkey ON chain USING btree (chain), primary key, not enforced",
            },
        ),
        ("ALTER TABLE {s}.tag ADD CHECK (position < 5) NOT VALID", {'added: tag CHECK (("position" < 5)) NOT VALID'}),
        (
            "ALTER TABLE {s}.payload_subjects ENABLE ROW LEVEL SECURITY",
            {"no append made the partition payload_subjects"},
        ),
        (f"CREATE UNLOGGED TABLE {{s}}.{PART} PARTITION OF {{s}}.payload FOR VALUES IN ('{DAY}')", {NO_APPEND}),
        (
            f"CREATE TABLE {{s}}.{PART} PARTITION OF {{s}}.payload FOR VALUES IN ('{DAY}') PARTITION BY LIST (part)",
            {NO_APPEND},
        ),
        (f"CREATE TABLE public.{PART} PARTITION OF {{s}}.payload FOR VALUES IN ('{DAY}')", {NO_APPEND}),
        (
            "CREATE TABLE public.{s}_more () INHERITS ({s}.entry)",
            {"added: rows of {s}_more in entry"},
        ),
    ],
    ids=[
        "a right to pass on",
        "another owner",
        "an index for a primary key",
        "a key that may be broken for a while",
        "a constraint",
        "rows hidden in a part",
        "a part that a crash empties",
        "a part of parts",
        "a part elsewhere",
        "rows elsewhere",
    ],
)
def test_each_guard_is_named(filled: TestedLog, change: str, details: set[str]) -> None:
    with psycopg.connect(filled.urls.application) as connection:
        application = connection.info.user
    names = {"s": filled.schema, "application": application}
    assert said(filled) == set()
    filled.owner.execute(change.format(**names).encode())
    try:
        assert said(filled) >= {each.format(**names) for each in details}
    finally:
        filled.run(f"DROP TABLE IF EXISTS public.{filled.schema}_more, public.{PART}")


def test_a_migration_of_a_newer_program_leaves_the_guards_unchecked_and_nothing_else(filled: TestedLog) -> None:
    filled.run("INSERT INTO {s}.schema_migration VALUES (9999, '9999_later', 'x', now())")
    filled.tamper("UPDATE {s}.entry SET leaf = sha256(leaf) WHERE position = 6")
    report = check(filled)
    assert [each.code for each in report.findings] == [Code.LEAF]
    assert [each for each in report.unchecked if "a newer version of this program made them" in each]
