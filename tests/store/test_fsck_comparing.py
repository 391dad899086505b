"""Entries that the full check compares hundreds at a time: it takes them exactly where each is right in everything."""

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from test_fsck import check
from tested_log import CUSTOMER, ORIGIN, OTHER, TestedLog

from ledger.log.entry import Entry, encode, format_at, leaf_hash, parse
from ledger.store.fsck import Code, blocks
from ledger.store.fsck.blocks import EntryBlock
from ledger.store.fsck.comparing import Alike, Known, Moments, compare
from ledger.store.fsck.fields import array_value, names_value, time_value
from ledger.store.fsck.kinds import Kind, Kinds
from ledger.store.fsck.tasks import Stretch
from ledger.store.fsck.wanted import Pair

TYPE, KEY, FIRST = "work.noted.v1", "trail:2026-11-20", 5
BEGIN = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
BEFORE = {CUSTOMER: (7, b"\x01" * 32), OTHER: (1, b"\x02" * 32)}
CHAINS = [CUSTOMER, OTHER, CUSTOMER, CUSTOMER]


def rows(begin: datetime = BEGIN) -> EntryBlock:
    """Give what columns hold of four entries in two chains, two of one time."""
    heads, entries = dict(BEFORE), list[Entry]()
    for at, chain in enumerate(CHAINS):
        seq, prev = heads[chain]
        moment = format_at(begin + timedelta(seconds=at // 2))
        tags, commitment = ("a", f"b{at}"), bytes([at]) * 32
        entries.append(Entry(ORIGIN, FIRST + at, chain, seq + 1, prev, moment, TYPE, tags, {}, commitment, KEY))
        heads[chain] = seq + 1, leaf_hash(encode(entries[-1]))
    return EntryBlock(
        [entry.position for entry in entries],
        [entry.seq for entry in entries],
        b"".join(time_value(datetime.fromisoformat(entry.at)) for entry in entries),
        b"".join(leaf_hash(encode(entry)) for entry in entries),
        [names_value(entry.chain, entry.type, entry.key) for entry in entries],
        [array_value(entry.tags) for entry in entries],
        [b"\0" + encode(entry) for entry in entries],
    )


def taken(block: EntryBlock, *, since: datetime = BEGIN, day: str | None = "2026-11-20") -> Alike | None:
    """Compare them, behind entries of both chains."""
    moments, known = Moments(), list[Known]()
    heads = {chain: Stretch(1, bytes(32), 0, seq, leaf) for chain, (seq, leaf) in BEFORE.items()}
    for chain in CHAINS[: len(block.positions)]:
        pair = Pair(chain, KEY, 0)
        pair.day = day
        known.append(Known.of(Kind(ORIGIN, chain, TYPE, KEY), heads[chain], pair))
    now, tags = moments.of(time_value(since)), Kinds(ORIGIN).tags(block.tags)
    assert now is not None
    assert tags is not None
    leaves = [leaf_hash(data[1:]) for data in block.hashed]
    found = compare(block, leaves, known, tags, now, moments)
    assert {chain: (head.last_seq, head.last_leaf) for chain, head in heads.items()} == BEFORE, "nothing is changed yet"
    return found


def test_what_is_right_is_taken_together() -> None:
    block = rows()
    alike = taken(block)
    assert alike is not None
    assert alike.commitments == [(bytes([at]) * 32).hex().encode() for at in range(4)]
    assert sorted(seq for _, seq in alike.heads.values()) == [2, 10]
    assert {leaf for leaf, _ in alike.heads.values()} == {block.leaves[32:64], block.leaves[96:]}
    assert alike.now.text.decode() == format_at(BEGIN + timedelta(seconds=1))
    assert taken(block.rows(0, 1)) is not None


def another(values: bytes, at: int) -> bytes:
    return values[:at] + bytes([values[at] ^ 1]) + values[at + 1 :]


@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize("column", EntryBlock._fields)
def test_no_value_may_be_another(row: int, column: str) -> None:
    block = rows()
    values = getattr(block, column)
    if isinstance(values, bytes):
        changed: object = another(values, (row + 1) * len(values) // 4 - 1)
    elif column == "tags":
        changed = [array_value(["a", "c"]) if at == row else value for at, value in enumerate(values)]
    elif column == "hashed":
        changed = [value.replace(b'"v":1', b'"v":2') if at == row else value for at, value in enumerate(values)]
    elif column == "names":
        return  # of which the kind is made that is compared with
    else:
        changed = [value + 1 if at == row else value for at, value in enumerate(values)]
    assert taken(block._replace(**{column: changed})) is None


def test_a_number_that_skips_some_is_not_taken_whatever_else_agrees() -> None:
    entry = parse(rows().hashed[0][1:])._replace(seq=9)
    block = rows().rows(0, 1)._replace(seqs=[9], hashed=[b"\0" + encode(entry)], leaves=leaf_hash(encode(entry)))
    assert taken(block) is None


def test_a_commitment_that_is_none_is_not_taken() -> None:
    block = rows().rows(0, 1)
    data = block.hashed[0].replace(b"00" * 32, b"0G" * 32)
    assert data != block.hashed[0]
    assert taken(block._replace(hashed=[data], leaves=leaf_hash(data[1:]))) is None


def test_a_time_before_the_last_and_a_key_of_another_day_are_not_taken() -> None:
    assert taken(rows(), since=BEGIN - timedelta(hours=1)) is not None
    assert taken(rows(), since=BEGIN + timedelta(microseconds=1)) is None
    assert taken(rows(), day=None) is not None
    assert taken(rows(), day="2026-11-19") is None


def test_entries_of_two_days_are_not_taken_together() -> None:
    last_second = datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC)  # of a day in Japan
    block = rows(last_second)
    assert taken(block, since=last_second, day=None) is None
    assert taken(block, since=last_second, day="2026-11-21") is None
    assert taken(block.rows(0, 2), since=last_second) is not None


def test_a_chain_whose_numbers_skip_some_is_named_whatever_else_agrees(log: TestedLog) -> None:
    """Its owner linked everything anew, and changed columns and bytes alike."""
    log.append(20)
    log.append(3, OTHER)
    first = log.append(20)[10]
    heads: dict[str, tuple[int, bytes]] = {}
    changed = []
    for position, data in log.run("SELECT position, entry FROM {s}.entry ORDER BY position"):
        entry = parse(data)
        seq = entry.seq + 5 if entry.chain == CUSTOMER and position >= first else entry.seq
        entry = entry._replace(seq=seq, prev=heads.get(entry.chain, (0, entry.prev))[1])
        heads[entry.chain] = seq, leaf_hash(encode(entry))
        changed.append((*heads[entry.chain], encode(entry), position))
    log.run("ALTER TABLE {s}.entry DISABLE TRIGGER USER")
    for values in reversed(changed):
        log.run("UPDATE {s}.entry SET seq = %s, leaf = %s, entry = %s WHERE position = %s", values)
    for chain, head in heads.items():
        log.run("UPDATE {s}.chain SET seq = %s, leaf = %s WHERE chain = %s", (*head, chain))
    log.run("ALTER TABLE {s}.entry ENABLE TRIGGER USER")
    found = [(finding.code, finding.position) for finding in check(log).findings]
    assert found == [(Code.SEQ, first)]


def test_what_is_read_ahead_is_bounded_and_all_of_it_is_checked(
    log: TestedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.append(600)
    asked: list[int] = []
    ahead = blocks._ahead

    def counting(rows: Iterator[tuple[Any, ...]]) -> deque[tuple[Any, ...]]:
        found = ahead(rows)
        asked.append(len(found))
        return found

    monkeypatch.setattr(blocks, "_ahead", counting)
    report = check(log)
    assert (report.findings, report.opened, max(asked)) == ((), 600, 3)
    monkeypatch.setattr(blocks, "_AHEAD", 1)
    asked.clear()
    assert check(log) == report
    assert max(asked) == 1
    log.tamper("UPDATE {s}.entry SET leaf = sha256(leaf) WHERE position = 300")
    assert [(finding.code, finding.position) for finding in check(log).findings] == [(Code.LEAF, 300)]
