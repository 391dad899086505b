"""The full check of the table of tags: whatever would make a reader miss an entry, or give it in another turn."""

from functools import partial

import pytest
from tested_log import ORIGIN, TestedLog

from ledger.log.refusal import Status
from ledger.store.fsck import Code, Report, fsck, open_halves
from ledger.store.fsck.places import pairs_of
from ledger.store.tag_rows import SPAN, tag_number

TAG = tag_number("work:1")
# Under that tag stand 5 to 9 in one row, 10 to 14 in one, and 15 by itself.
TAMPERINGS: dict[str, tuple[str, set[int]]] = {
    # Other places than the entries': each is named.
    "a place moved": ("UPDATE tag SET before[2] = 1000 WHERE position = 14", {11, 1000}),
    "a place moved onto another": ("UPDATE tag SET before[2] = 12 WHERE position = 14", {11, 12}),
    "a place dropped": ("UPDATE tag SET before = before[2:] WHERE position = 14", {10}),
    "all dropped": ("UPDATE tag SET before = NULL WHERE position = 14", {10, 11, 12, 13}),
    "a place twice": ("UPDATE tag SET before = before[1] || before WHERE position = 14", {10}),
    "a place added": ("UPDATE tag SET before = 0::bigint || before WHERE position = 14", {0}),
    "NULL for a place": ("UPDATE tag SET before[2] = NULL WHERE position = 14", {11}),
    "the last place twice": ("UPDATE tag SET before = before || position WHERE position = 14", {14}),
    "the last place moved": ("UPDATE tag SET position = 16 WHERE position = 14", {14, 16}),
    "a row gone": ("DELETE FROM tag WHERE position = 14", {10, 11, 12, 13, 14}),
    "a row twice": ("INSERT INTO tag SELECT * FROM tag WHERE position = 9", {5, 6, 7, 8, 9}),
    # The entries' places, but in rows that no append makes: their last ones are named.
    "an order that falls": ("UPDATE tag SET before = '{13,12,11,10}' WHERE position = 14", {14}),
    "the last place in between": ("UPDATE tag SET position = 12, before = '{10,11,13,14}' WHERE position = 14", {12}),
    "NULL beside the places": ("UPDATE tag SET before = before || NULL::bigint WHERE position = 14", {14}),
    "two dimensions": ("UPDATE tag SET before = ARRAY[before] WHERE position = 14", {14}),
    "another lowest index": ("UPDATE tag SET before = '[0:3]={10,11,12,13}' WHERE position = 14", {14}),
    "no places before": ("UPDATE tag SET before = '{}' WHERE position = 15", {15}),
    "rows that overlap": (
        "UPDATE tag SET position = 10 WHERE position = 9; UPDATE tag SET before[1] = 9 WHERE position = 14",
        {14},
    ),
    "a place by itself within a row": (
        "UPDATE tag SET before = '{10,11,13}' WHERE position = 14; INSERT INTO tag VALUES ($, 12)",
        {14},
    ),
}


@pytest.fixture
def tagged(log: TestedLog) -> TestedLog:
    log.append(5)
    log.append(5)
    log.append(1)
    log.checkpointer.sign()
    return log


def check(log: TestedLog) -> Report:
    keys = log.directory / "keys"
    halves = partial(open_halves, keys / "halves.sqlite", keys / "keyring.json", ORIGIN)
    return fsck(log.urls.application, log.schema, ORIGIN, halves=halves, state=log.state)


def tamper(log: TestedLog, statement: str) -> None:
    log.owner.execute(f'SET search_path = "{log.schema}"')
    for part in statement.replace("$", str(TAG)).split("; "):
        text = part.replace("WHERE", f"WHERE tag = {TAG} AND")
        assert log.owner.execute(text).rowcount == 1


@pytest.mark.parametrize(("statement", "positions"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_every_change_of_a_row_of_tags_is_named(tagged: TestedLog, statement: str, positions: set[int]) -> None:
    assert check(tagged).findings == ()
    tamper(tagged, statement)
    report = check(tagged)
    assert {(finding.code, finding.position) for finding in report.findings} == {
        (Code.TAG_TABLE, position) for position in positions
    }
    assert report.status is Status.FINDING


def test_how_places_are_shared_out_to_rows_is_no_finding(tagged: TestedLog) -> None:
    """Whoever restores the table may make other rows, as long as readers find all places in order."""
    tamper(
        tagged, "UPDATE tag SET position = 7, before = '{5,6}' WHERE position = 9; INSERT INTO tag VALUES ($, 9, '{8}')"
    )
    tamper(
        tagged, "DELETE FROM tag WHERE position = 14; UPDATE tag SET before = '{10,11,12,13,14}' WHERE position = 15"
    )
    assert check(tagged).findings == ()


def row_of(last: int, before: list[int]) -> bytes:
    """Spell a row as the server sends it: tag, position, and the array with its head."""
    head = b"".join(number.to_bytes(4, "big") for number in (1, 0, 20, len(before), 1))
    return (
        bytes(8) + last.to_bytes(8, "big") + head + b"".join(b"\0\0\0\x08" + each.to_bytes(8, "big") for each in before)
    )


def test_places_farther_apart_than_a_reader_looks_are_none() -> None:
    assert pairs_of(row_of(300 + SPAN - 1, [300])) == bytes(8) + (300).to_bytes(8, "big") + bytes(8) + (
        300 + SPAN - 1
    ).to_bytes(8, "big")
    assert pairs_of(row_of(300 + SPAN, [300])) is None
    assert pairs_of(row_of(300, [])) is None
    assert pairs_of(None) is None


def test_a_row_of_more_places_than_an_append_makes_is_named(tagged: TestedLog) -> None:
    tamper(tagged, "UPDATE tag SET before = array_fill(13::bigint, ARRAY[900]) WHERE position = 14")
    assert {(each.code, each.position) for each in check(tagged).findings} == {
        (Code.TAG_TABLE, position) for position in (10, 11, 12, 13)
    }
