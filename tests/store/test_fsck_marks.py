"""Idempotency keys in the full check: a row is of one entry, and what it keeps of the content is of that entry's."""

import secrets

import pytest
from test_fsck import check, codes
from tested_log import CUSTOMER, OTHER, TestedLog

from ledger.store.erasure import remove_payload
from ledger.store.fsck import Code
from ledger.store.fsck.findings import Findings
from ledger.store.fsck.marks import Marks
from ledger.store.record import Record


@pytest.fixture
def keyed(log: TestedLog) -> tuple[TestedLog, list[int]]:
    """Give a log of records of every kind of content, each under a key; and where they are."""
    log.append(3)
    positions = log.recorder.append_all(
        [
            log.record("of a day", idempotency_key="a"),
            log.record("of a person", key_class="person", subject="p1", idempotency_key="b"),
            log.record("of another customer", OTHER, idempotency_key="a"),
            log.record("with more", public={"text": "日本", "list": [1, {"a": None}]}, idempotency_key="c"),
            Record("work.noted.v1", b"", ['a"b\\c', "z"], chain=CUSTOMER, key_class=None, idempotency_key="d"),
            Record("work.noted.v1", b"", [], chain=CUSTOMER, idempotency_key="e"),
        ]
    )
    log.append(3)
    log.checkpointer.sign()
    return log, positions


def found(log: TestedLog) -> set[tuple[Code, int | None, str]]:
    return {(each.code, each.position, each.detail) for each in check(log).findings}


def test_keys_of_every_kind_of_content_are_no_finding(keyed: tuple[TestedLog, list[int]]) -> None:
    log, positions = keyed
    assert log.run("SELECT count(*) FROM {s}.idempotency") == [(len(positions),)]
    report = check(log)
    assert (report.findings, report.unchecked) == ((), ())


@pytest.mark.parametrize("which", range(6))
def test_a_changed_body_is_named(keyed: tuple[TestedLog, list[int]], which: int) -> None:
    log, positions = keyed
    at = positions[which]
    log.run("UPDATE {s}.idempotency SET body = sha256(body) WHERE position = %s", (at,))
    assert found(log) == {(Code.IDEMPOTENCY, at, "its body is not of this content")}


def test_a_key_turned_to_another_entry_is_named(keyed: tuple[TestedLog, list[int]]) -> None:
    log, positions = keyed
    log.run("UPDATE {s}.idempotency SET position = 5 WHERE position = %s", (positions[0],))
    assert found(log) == {(Code.IDEMPOTENCY, 5, "its body is not of this content")}
    log.run("UPDATE {s}.idempotency SET position = %s WHERE position = 5", (positions[1],))
    assert (Code.IDEMPOTENCY, positions[1], "two keys point to it") in found(log)


@pytest.mark.parametrize("column", ["mark", "body"])
def test_a_row_that_is_no_hmac_is_named(keyed: tuple[TestedLog, list[int]], column: str) -> None:
    log, positions = keyed
    log.run(f"UPDATE {{s}}.idempotency SET {column} = substr({column}, 2) WHERE position = %s", (positions[2],))
    assert found(log) == {(Code.IDEMPOTENCY, positions[2], "its mark or body is no HMAC")}


def test_rows_of_no_entry_are_named(keyed: tuple[TestedLog, list[int]]) -> None:
    log, _ = keyed
    size = log.recorder.reader.size()
    places = [-(2**63), -1, size, 2**63 - 1]
    for place in places:
        mark, body = secrets.token_bytes(32), secrets.token_bytes(32)
        log.run("INSERT INTO {s}.idempotency VALUES (%s, %s, %s)", (mark, body, place))
    assert found(log) == {(Code.IDEMPOTENCY, place, "no entry is there") for place in places}


def test_a_row_whose_entry_is_gone_is_named(keyed: tuple[TestedLog, list[int]]) -> None:
    log, positions = keyed
    log.tamper("DELETE FROM {s}.entry WHERE position = %s", (positions[3],))
    assert (Code.IDEMPOTENCY, positions[3], "no entry is there") in found(log)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("entry = '{{}}'", Code.ENTRY_FORM),
        ("entry = '[1]'", Code.ENTRY_FORM),
        ("entry = set_byte(entry, 30, 255)", Code.ENTRY_FORM),
        ("leaf = ''", Code.COLUMN),
        ("leaf = '', entry = ''", Code.COLUMN),
    ],
)
def test_an_entry_under_a_key_that_cannot_be_read_is_named_once(
    keyed: tuple[TestedLog, list[int]], change: str, code: Code
) -> None:
    log, positions = keyed
    log.tamper(f"UPDATE {{s}}.entry SET {change} WHERE position = %s", (positions[0],))
    counts = check(log).counts
    assert code in counts
    assert Code.IDEMPOTENCY not in counts


def test_over_the_borders_of_ranges_and_in_several_processes_each_row_is_compared(
    keyed: tuple[TestedLog, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    log, positions = keyed
    for module in ("tasks", "tables"):
        monkeypatch.setattr(f"ledger.store.fsck.{module}.RANGE", 4)
    monkeypatch.setattr("ledger.store.fsck.run._SMALL", 0)
    monkeypatch.setattr("ledger.store.fsck.source.PAGE", 2)
    assert check(log, processes=2).findings == ()
    log.run("UPDATE {s}.idempotency SET body = sha256(body)")
    report = check(log, processes=2)
    assert [each.position for each in report.findings] == positions
    assert codes(report) == {"IDEMPOTENCY"}


def test_where_the_content_is_erased_only_the_place_is_compared(keyed: tuple[TestedLog, list[int]]) -> None:
    log, positions = keyed
    remove_payload(log.recorder, positions[0], reason="leaked_secret", approvers=[])
    assert found(log) == set()
    log.run("UPDATE {s}.idempotency SET body = sha256(body) WHERE position = %s", (positions[0],))
    assert found(log) == set()


def test_more_rows_than_are_kept_are_all_counted() -> None:
    findings = Findings()
    marks = Marks(iter([(3, bytes(32)), (5, bytes(32)), (5, bytes(32)), *[(9, None)] * 200, (None, None)]), findings)
    assert marks.between(4, 8) == ((5, bytes(32)),)
    assert marks.between(8, 12) == ()
    marks.name_rest()
    assert findings.counts == {Code.IDEMPOTENCY: 203}
    assert len(findings.kept) == 100
