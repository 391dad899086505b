"""Sealing the heads: those of one moment, all of them, and only where the stored heads are true."""

import threading
from datetime import timedelta

import pytest
from tested_log import CUSTOMER, ORIGIN, TestedLog

from ledger.log.core_entry import HeadsSealed, parse_heads
from ledger.log.entry import leaf_hash, parse
from ledger.log.heads import Head, HeadsMap
from ledger.store.checkpoints import LogRestoredError
from ledger.store.errors import LogDamagedError
from ledger.store.following import Following
from ledger.store.heads import HeadsRefusedError, SealedHeads, seal_heads, seal_heads_daily


def heads_at(log: TestedLog, size: int) -> dict[str, Head]:
    """Work out the heads by hand, from the stored bytes alone."""
    heads = {}
    for (data,) in log.run("SELECT entry FROM {s}.entry WHERE position < %s ORDER BY position", (size,)):
        entry = parse(data)
        heads[entry.chain] = Head(entry.seq, leaf_hash(data))
    return heads


def sealed(log: TestedLog, position: int) -> HeadsSealed:
    ((data,),) = log.run("SELECT entry FROM {s}.entry WHERE position = %s", (position,))
    entry = parse(data)
    assert (entry.chain, entry.origin) == ("log", ORIGIN)
    return parse_heads(entry)


def test_the_map_is_that_of_its_size(log: TestedLog) -> None:
    log.append(5)
    size = log.recorder.reader.size()
    position, given = seal_heads(log.recorder)
    heads = heads_at(log, size)
    assert given.root() == HeadsMap(heads).root()
    assert sealed(log, position) == HeadsSealed(size, len(heads), HeadsMap(heads).root())
    assert set(heads) == {"log", CUSTOMER, "cus_" + "b2" * 16}


def test_while_others_append_every_map_is_that_of_its_size(log: TestedLog) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            log.append(3)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    positions = [seal_heads(log.recorder).position for _ in range(10)]
    stop.set()
    for writer in writers:
        writer.join()
    for position in positions:
        found = sealed(log, position)
        assert found.size == position  # nothing comes between the heads and their entry
        heads = heads_at(log, found.size)
        assert found == HeadsSealed(found.size, len(heads), HeadsMap(heads).root())


def test_the_day_in_japan_gets_one_map(log: TestedLog) -> None:
    first = seal_heads_daily(log.recorder)
    assert first is not None
    assert seal_heads_daily(log.recorder) is None
    log.clock.advance(timedelta(hours=11, minutes=59))  # 23:59 in Japan
    assert seal_heads_daily(log.recorder) is None
    log.clock.advance(timedelta(minutes=1))
    second = seal_heads_daily(log.recorder)
    assert second is not None
    assert second.position > first.position
    assert seal_heads_daily(log.recorder) is None


def test_of_many_that_seal_the_day_one_does(log: TestedLog) -> None:
    barrier = threading.Barrier(6)
    found: list[SealedHeads | None] = []

    def run() -> None:
        barrier.wait()
        found.append(seal_heads_daily(log.recorder))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(each is not None for each in found) == 1
    assert log.run("SELECT count(*) FROM {s}.entry WHERE type = 'heads.sealed.v1'") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {s}.chain SET leaf = sha256(leaf) WHERE chain LIKE 'cus_a%'",
        "DELETE FROM {s}.chain WHERE chain LIKE 'cus_a%'",
        (
            "UPDATE {s}.chain c SET (seq, leaf) = (SELECT seq, leaf FROM {s}.entry e"
            " WHERE e.chain = c.chain AND seq = 2) WHERE chain LIKE 'cus_a%'"
        ),
        "UPDATE {s}.chain SET chain = 'cus_' || repeat('c', 32) WHERE chain LIKE 'cus_a%'",
    ],
)
def test_heads_that_are_not_those_of_the_entries_are_not_sealed(log: TestedLog, statement: str) -> None:
    log.append(4)
    log.run(statement)
    with pytest.raises(HeadsRefusedError, match="fsck"):
        seal_heads(log.recorder)
    with pytest.raises(HeadsRefusedError, match="fsck"):
        seal_heads_daily(log.recorder)


def test_what_was_refused_leaves_nothing_behind_and_holds_up_nobody(log: TestedLog) -> None:
    log.append(2)
    size = log.recorder.reader.size()
    log.run("UPDATE {s}.log SET size = size + 1")
    with pytest.raises(LogDamagedError, match="fsck"):
        seal_heads(log.recorder)
    with pytest.raises(LogDamagedError, match="fsck"):
        seal_heads_daily(log.recorder)
    log.run("UPDATE {s}.log SET size = size - 1")
    log.append(1)
    assert log.recorder.reader.size() == size + 1


def test_a_log_that_lost_what_it_had_signed_gets_no_heads(log: TestedLog) -> None:
    log.append(2)
    older = log.recorder.reader.size()
    log.append(2)
    log.checkpointer.sign()
    for table in ("payload", "tag", "entry"):
        log.tamper(f"DELETE FROM {{s}}.{table} WHERE position >= {older}")
    log.run(
        "UPDATE {s}.chain c SET (seq, leaf) = (SELECT e.seq, e.leaf FROM {s}.entry e WHERE e.chain = c.chain"
        " ORDER BY seq DESC LIMIT 1)"
    )
    log.run("UPDATE {s}.log SET size = %s", (older,))
    with Following(log.checkpointer) as following:
        pass
    assert isinstance(following.failure, LogRestoredError)
    assert log.recorder.reader.size() == older
