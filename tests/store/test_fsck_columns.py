"""The full check where rows are not as most are: without values, with wide ones, with columns that nearly agree."""

import tracemalloc

import psycopg
import pytest
from test_fsck import check, codes
from tested_log import CUSTOMER, TestedLog

from ledger.log.refusal import Status
from ledger.store.database import connect, named_errors
from ledger.store.errors import DatabaseUnavailableError, StoreError
from ledger.store.fsck import Code
from ledger.store.fsck.blocks import WIDE
from ledger.store.record import Record

WIDE_TEXT = "x" * (WIDE + 1)


@pytest.fixture
def wide(log: TestedLog) -> TestedLog:
    """Give a log with entries and payloads that are wider than those read many at a time, among others."""
    log.append(3)
    log.recorder.append_all([Record("work.noted.v1", b"a", [], chain=CUSTOMER, public={"text": WIDE_TEXT})])
    log.append(3)
    log.recorder.append_all([Record("work.noted.v1", WIDE_TEXT.encode(), ["work:2"], chain=CUSTOMER)])
    log.append(3)
    log.checkpointer.sign()
    return log


def position_of(log: TestedLog, table: str, column: str) -> int:
    ((position,),) = log.run(f"SELECT position FROM {{s}}.{table} WHERE octet_length({column}) > {WIDE}")
    return int(position)


def test_wide_entries_and_payloads_are_checked_like_all(wide: TestedLog) -> None:
    report = check(wide)
    assert (report.findings, report.unchecked) == ((), ())
    assert report.entries == wide.recorder.reader.size()
    assert report.opened == 11


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE {s}.entry SET entry = set_byte(entry, 9000, 66) WHERE position = %s", "LEAF"),
        ("UPDATE {s}.entry SET seq = seq + 100 WHERE position = %s", "COLUMN"),
    ],
)
def test_a_wide_entry_changed_is_named(wide: TestedLog, statement: str, code: str) -> None:
    position = position_of(wide, "entry", "entry")
    wide.tamper(statement, (position,))
    assert (code, position) in {(each.code.name, each.position) for each in check(wide).findings}


def test_a_wide_payload_changed_is_named(wide: TestedLog) -> None:
    position = position_of(wide, "payload", "sealed")
    wide.tamper("UPDATE {s}.payload SET sealed = set_byte(sealed, 9000, 0) WHERE position = %s", (position,))
    report = check(wide)
    assert [(each.code.name, each.position) for each in report.findings] == [("SEAL", position)]
    assert report.opened == 10


def test_a_wide_payload_of_no_entry_is_named(wide: TestedLog) -> None:
    wide.tamper(
        "INSERT INTO {s}.payload SELECT part, 1, sealed FROM {s}.payload ORDER BY octet_length(sealed) DESC LIMIT 1"
    )
    report = check(wide)
    assert ("PAYLOAD_FOREIGN", 1) in {(each.code.name, each.position) for each in report.findings}


@pytest.mark.parametrize("column", ["seq", "at", "leaf", "chain", "type", "tags", "entry"])
def test_a_column_without_a_value_is_named(wide: TestedLog, column: str) -> None:
    wide.tamper(f"ALTER TABLE {{s}}.entry ALTER {column} DROP NOT NULL")
    wide.tamper(f"UPDATE {{s}}.entry SET {column} = NULL WHERE position = 6")
    assert ("COLUMN", 6) in {(each.code.name, each.position) for each in check(wide).findings}


def test_a_payload_without_bytes_is_named(wide: TestedLog) -> None:
    wide.tamper("ALTER TABLE {s}.payload ALTER sealed DROP NOT NULL")
    wide.tamper("UPDATE {s}.payload SET sealed = NULL WHERE position = 6")
    report = check(wide)
    assert codes(report) == {"PAYLOAD_FOREIGN", "PAYLOAD_ABSENT", "SCHEMA"}


@pytest.mark.parametrize(
    "change",
    [
        "tags = ARRAY[tags]",  # two dimensions
        "tags = ('[2:3]={{' || array_to_string(tags, ',') || '}}')::text[]",  # another lowest index
        "tags = ARRAY[array_to_string(tags, '\",\"')]",  # one tag that spells two
        "tags = tags || NULL::text",
        "tags = ARRAY[tags[2], tags[1]]",
        "tags = '{{}}'",
        "leaf = leaf || '\\x00'",
        "leaf = substr(leaf, 1, 31)",
        "leaf = ''",
        "at = 'infinity'",
        "at = '-infinity'",
        "at = '4713-01-01 00:00:00 BC'",
        "at = '20000-01-01'",
        "chain = chain || ' '",
        "type = ''",
        "key = ''",
        "chain = chain || E'\\n' || type, type = substr(key, 1), key = NULL",
        "chain = split_part(chain, '_', 1), type = '_' || type",
    ],
)
def test_columns_that_say_nearly_the_same_are_named(wide: TestedLog, change: str) -> None:
    wide.tamper(f"UPDATE {{s}}.entry SET {change} WHERE position = 6")
    report = check(wide)
    assert codes(report) & {"COLUMN", "LEAF"}
    assert report.status is Status.FINDING


HUGE = 64 * 2**20


@pytest.mark.parametrize("key", ["''", f"repeat('x', {HUGE})"])
def test_a_key_of_an_entry_without_one_is_named_however_wide(wide: TestedLog, key: str) -> None:
    ((position,),) = wide.run("SELECT max(position) FROM {s}.entry WHERE key IS NULL")
    wide.tamper(f"UPDATE {{s}}.entry SET key = {key} WHERE position = %s", (position,))
    assert ("COLUMN", position, "key") in {
        (each.code.name, each.position, each.detail) for each in check(wide).findings
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (f"UPDATE {{s}}.entry SET tags = ARRAY[repeat('x', {HUGE})] WHERE position = 6", "COLUMN"),
        (f"UPDATE {{s}}.entry SET tags = array_fill('x'::text, ARRAY[{HUGE // 16}]) WHERE position = 6", "COLUMN"),
        (f"UPDATE {{s}}.entry SET chain = repeat('x', {HUGE}) WHERE position = 6", "COLUMN"),
        (f"UPDATE {{s}}.entry SET type = repeat('x', {HUGE}) WHERE position = 6", "COLUMN"),
        (f"UPDATE {{s}}.entry SET key = repeat('x', {HUGE}) WHERE position = 6", "COLUMN"),
        (f"UPDATE {{s}}.entry SET leaf = convert_to(repeat('x', {HUGE}), 'UTF8') WHERE position = 6", "COLUMN"),
        (f"UPDATE {{s}}.entry SET entry = convert_to(repeat('x', {HUGE}), 'UTF8') WHERE position = 6", "COLUMN"),
        (
            f"UPDATE {{s}}.payload SET sealed = convert_to(repeat('x', {HUGE}), 'UTF8') WHERE position = 6",
            "PAYLOAD_FOREIGN",
        ),
    ],
    ids=["a long tag", "many tags", "chain", "type", "key", "leaf", "entry", "payload"],
)
def test_a_value_wider_than_memory_should_be_is_named_and_never_held(wide: TestedLog, change: str, code: str) -> None:
    wide.tamper(change)
    tracemalloc.start()
    try:
        report = check(wide)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (code, 6) in {(each.code.name, each.position) for each in report.findings}
    assert peak < HUGE // 2


def test_many_rows_wider_than_a_message_are_named(wide: TestedLog) -> None:
    wide.append(300)
    wide.tamper("UPDATE {s}.entry SET type = repeat('x', 8000000) WHERE position BETWEEN 100 AND 240")
    report = check(wide)
    assert report.counts == {Code.COLUMN: 141}


def test_what_is_too_large_for_the_database_is_not_called_unreachable(wide: TestedLog) -> None:
    with connect(wide.urls.application) as connection:
        with pytest.raises(StoreError, match="array size exceeds") as refused, named_errors():
            connection.execute("SELECT array_fill(0, ARRAY[2000000000])")
        assert not isinstance(refused.value, DatabaseUnavailableError)
    with pytest.raises(DatabaseUnavailableError, match="too much to do"), named_errors():
        raise psycopg.errors.ConfigurationLimitExceeded("temporary file size exceeds its limit")
