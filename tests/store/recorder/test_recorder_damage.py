"""Rows that an append continues and that say something else than the entries: nothing is written on such ground.

Who has the application's password can change them. What was appended to them would stand for ever, and neither verify
nor be signed.
"""

import psycopg
import pytest
from log_world import CUSTOMER, OTHER_CUSTOMER, World, check_whole, record
from psycopg import sql

from ledger.store.errors import LogDamagedError
from ledger.store.recorder import Recorder

_HEAD = "UPDATE chain SET {} WHERE chain = '{}'"


def as_application(log: World, *statements: str) -> None:
    with psycopg.connect(log.urls.application, autocommit=True) as connection:
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(log.schema)))
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log SET size = size + 1",
        "UPDATE log SET size = 9223372036854775807",
        *[
            _HEAD.format(values, chain)
            for values in ("seq = seq + 1", "leaf = 'x'", "leaf = sha256(leaf)", "seq = 9223372036854775807")
            for chain in (CUSTOMER, "log")
        ],
        f"UPDATE chain c SET seq = e.seq, leaf = e.leaf FROM entry e WHERE e.position = 0 AND c.chain = '{CUSTOMER}'",
    ],
)
def test_nothing_is_appended_to_what_no_entry_is(log: World, change: str) -> None:
    with log.recorder() as recorder:
        recorder.create_chain(CUSTOMER)
        recorder.append([record(chain=CUSTOMER)])
    before = log.types()
    ((size,),), heads = log.ask("SELECT size FROM log"), log.ask("SELECT chain, seq, leaf FROM chain")
    as_application(log, change)
    with log.recorder() as recorder:
        for _ in range(2):
            with pytest.raises(LogDamagedError):
                recorder.append([record("lost", chain=CUSTOMER)])
        assert log.types() == before
        with log.owner() as connection:
            connection.execute("UPDATE log SET size = %s", (size,))
            for chain, seq, leaf in heads:
                connection.execute("UPDATE chain SET seq = %s, leaf = %s WHERE chain = %s", (seq, leaf, chain))
        recorder.append([record("said", chain=CUSTOMER)])
    check_whole(log)


def test_a_head_beyond_the_log_is_none(log: World, recorder: Recorder) -> None:
    """A row of entries may be added, too, by who has the password."""
    recorder.create_chain(CUSTOMER)
    as_application(
        log,
        f"INSERT INTO entry SELECT 4000000, '{CUSTOMER}', 2, at, type, tags, key, leaf, entry FROM entry"
        " WHERE position = 0",
        "UPDATE chain c SET seq = e.seq, leaf = e.leaf FROM entry e WHERE position = 4000000 AND e.chain = c.chain",
    )
    with log.recorder() as other, pytest.raises(LogDamagedError):
        other.append([record(chain=CUSTOMER)])


def test_the_damaged_chain_of_one_customer_hinders_no_other(log: World, recorder: Recorder) -> None:
    recorder.create_chain(CUSTOMER)
    recorder.create_chain(OTHER_CUSTOMER)
    as_application(log, _HEAD.format("leaf = 'x'", CUSTOMER))
    with log.recorder() as other:
        with pytest.raises(LogDamagedError):
            other.append([record(chain=CUSTOMER)])
        with pytest.raises(LogDamagedError):
            other.create_chain(CUSTOMER)
        other.append([record(chain=OTHER_CUSTOMER)])
        other.append([record()])
        assert log.types()[-2:] == ["test.said.v1"] * 2


def test_a_second_row_of_the_log_or_a_time_that_no_calendar_has_is_named(log: World, recorder: Recorder) -> None:
    with log.owner() as connection:
        connection.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        connection.execute("UPDATE entry SET at = '294000-01-01' WHERE position = 1")
        with pytest.raises(LogDamagedError):
            recorder.append([record()])
        connection.execute("ALTER TABLE log DROP CONSTRAINT log_pkey, DROP CONSTRAINT log_singleton_check")
        connection.execute("INSERT INTO log SELECT false, origin, size, at FROM log")
        with pytest.raises(LogDamagedError):
            recorder.append([record()])
