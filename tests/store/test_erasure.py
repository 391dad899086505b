"""Erasure: after it nothing opens what was sealed, the log says so, and everything else goes on verifying."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tested_log import CUSTOMER, ORIGIN, OTHER, TestedLog

from ledger.keys.errors import DestructionUnfinishedError, HalfDestroyedError, KeysError
from ledger.log import canonical
from ledger.log.core_entry import parse_destruction
from ledger.log.entry import leaf_hash, parse
from ledger.store import erasure
from ledger.store.erasure import Destroyed, destroy_key, remove_payload, resume_destructions
from ledger.store.errors import DatabaseUnavailableError, ForeignRowError, KeyGoneError, RecordRefusedError
from ledger.store.fsck import Code, Report, fsck, open_halves
from ledger.store.record import PayloadState, Recorded
from ledger.store.reread import StoredEntryError

WORD = "planted-word-5f2c9e"
DAY = "trail:2026-11-20"
destroy = partial(destroy_key, reason="period_over", policy="retention-1", approvers=["privacy_officer"])


def check(log: TestedLog) -> Report:
    keys = log.directory / "keys"
    halves = partial(open_halves, keys / "halves.sqlite", keys / "keyring.json", ORIGIN)
    return fsck(log.urls.application, log.schema, ORIGIN, halves=halves, state=log.state, processes=0)


def states(log: TestedLog) -> dict[int, PayloadState]:
    found = {}
    for each in log.recorder.read():
        assert isinstance(each.event, Recorded)
        found[each.position - 1] = each.event.state
    return found


def assert_fine(log: TestedLog, opened: int, erased: int) -> None:
    log.checkpointer.sign()
    report = check(log)
    assert (report.findings, report.unchecked) == ((), ())
    assert (report.opened, report.erased) == (opened, erased)


@pytest.fixture
def two_days(log: TestedLog) -> TestedLog:
    """Give five payloads of one customer and four of another on one day, three and one on the next."""
    log.append(5)
    log.append(4, OTHER)
    log.clock.advance(timedelta(days=1))
    log.append(3)
    log.append(1, OTHER)
    log.checkpointer.sign()
    return log


def test_destroying_a_day_erases_that_day_alone(two_days: TestedLog) -> None:
    before = states(two_days)
    done = destroy(two_days.recorder, key=DAY)
    assert done.payloads == 9
    ((order,), (confirmation,)) = (
        two_days.run("SELECT entry FROM {s}.entry WHERE position = %s", (position,))[0] for position in done[:2]
    )
    assert parse(order).public == {
        "key": DAY,
        "reason": "period_over",
        "policy": "retention-1",
        "expired_at": None,
        "entries": 9,
        "held": [],
        "approvers": ["privacy_officer"],
    }
    assert parse_destruction(parse(confirmation)).key == DAY
    with pytest.raises(HalfDestroyedError):
        two_days.keys.halves.open(DAY)
    for position, state in states(two_days).items():
        was = before.get(position, PayloadState.NONE)
        day_one = position < 15
        assert state is (PayloadState.ERASED if was is PayloadState.OPEN and day_one else was)
    assert_fine(two_days, 4, 9)


def test_destroying_a_chain_erases_that_customer_alone(two_days: TestedLog) -> None:
    assert destroy(two_days.recorder, chain=CUSTOMER).payloads == 8
    assert_fine(two_days, 5, 8)
    with pytest.raises((KeyGoneError, KeysError)):
        two_days.append(1)
    two_days.append(1, OTHER)
    assert_fine(two_days, 6, 8)


def test_destroying_a_pair_deletes_what_both_seal_and_says_what_that_means(two_days: TestedLog) -> None:
    done = destroy(two_days.recorder, chain=CUSTOMER, key=DAY)
    assert done.payloads == 5
    ((confirmation,),) = two_days.run("SELECT entry FROM {s}.entry WHERE position = %s", (done.confirmed,))
    assert "can be derived again" in parse(confirmation).public["method"]
    assert_fine(two_days, 8, 5)
    two_days.append(1)
    assert_fine(two_days, 9, 5)


def test_a_subject_can_be_destroyed(two_days: TestedLog) -> None:
    two_days.append(2, key_class="person", subject="p1")
    two_days.append(2, key_class="person", subject="p2")
    assert destroy(two_days.recorder, key="person:p1").payloads == 2
    assert_fine(two_days, 15, 2)


def test_removing_one_payload_says_so(two_days: TestedLog) -> None:
    position = two_days.append(3)[1]
    first = remove_payload(two_days.recorder, position, reason="leaked_secret", approvers=["privacy_officer"])
    assert remove_payload(two_days.recorder, position, reason="again", approvers=[]) == first
    assert states(two_days)[position] is PayloadState.ERASED
    assert_fine(two_days, 15, 1)
    with pytest.raises(RecordRefusedError, match="has no payload"):
        remove_payload(two_days.recorder, 0, reason="x", approvers=[])
    with pytest.raises(RecordRefusedError):
        remove_payload(two_days.recorder, 10**9, reason="x", approvers=[])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({}, "Name a key"),
        ({"chain": "log"}, "as long as the log"),
        ({"key": "trail:2026-11-21"}, "not over"),
        ({"key": "trail:2020-01-01"}, "knows no key"),
        ({"chain": "cus_" + "0" * 32}, "knows no chain"),
        ({"chain": CUSTOMER, "key": "person:nobody"}, "knows no key"),
    ],
)
def test_what_must_not_be_destroyed_is_refused(two_days: TestedLog, what: dict[str, Any], said: str) -> None:
    size = two_days.recorder.reader.size()
    with pytest.raises(RecordRefusedError, match=said):
        destroy(two_days.recorder, **what)
    assert two_days.recorder.reader.size() == size


def test_destroying_again_gives_the_same(two_days: TestedLog) -> None:
    first = destroy(two_days.recorder, key=DAY)
    size = two_days.recorder.reader.size()
    assert destroy(two_days.recorder, key=DAY, expired_at=two_days.clock.now()) == first._replace(payloads=0)
    assert resume_destructions(two_days.recorder) == []
    assert two_days.recorder.reader.size() == size


def test_of_many_that_destroy_at_once_one_order_stands(two_days: TestedLog) -> None:
    barrier = threading.Barrier(4)
    done: list[Destroyed] = []

    def run(number: int) -> None:
        barrier.wait()
        while True:
            # One that looks while another deletes keeps old bytes in SQLite's log: then it is told to do it again.
            with suppress(DestructionUnfinishedError):
                done.append(destroy_key(two_days.recorder, key=DAY, reason=f"r{number}", policy="p", approvers=[]))
                return

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each[:2] for each in done}) == 1
    assert_fine(two_days, 4, 9)


class BrokenError(Exception):
    pass


def breaking(function: Callable[..., Any], *, happened: bool) -> Callable[..., Any]:
    """Give a function that breaks, having done its work or not."""

    def broken(*args: Any, **more: Any) -> Any:
        if happened:
            function(*args, **more)
        raise BrokenError

    return broken


@pytest.mark.parametrize("happened", [False, True], ids=["failed", "failed but happened"])
@pytest.mark.parametrize("step", ["order", "half", "bytes", "confirmation"])
@pytest.mark.parametrize("what", [{"key": DAY}, {"chain": CUSTOMER}, {"chain": CUSTOMER, "key": DAY}])
def test_after_a_crash_at_any_step_the_destruction_goes_on(
    two_days: TestedLog, step: str, happened: bool, what: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if step == "half" and len(what) == 2:
        pytest.skip("a pair has no half of its own")
    with monkeypatch.context() as patch:
        if step == "half":
            halves = two_days.recorder.custody.halves
            patch.setattr(halves, "destroy", breaking(halves.destroy, happened=happened))
        elif step == "bytes":
            patch.setattr(erasure, "_erase", breaking(erasure._erase, happened=happened))
        else:
            append, wanted = two_days.recorder.append_core, "key.destroyed" if step == "order" else "key.destruction"

            def append_core(records: Any) -> Any:
                if records[0].type.startswith(wanted):
                    return breaking(append, happened=happened)(records)
                return append(records)

            patch.setattr(two_days.recorder, "append_core", append_core)
        with pytest.raises(BrokenError):
            destroy(two_days.recorder, **what)
    two_days.checkpointer.sign()
    halfway = check(two_days)
    assert halfway.findings == ()
    done = resume_destructions(two_days.recorder)
    ordered = not (step == "order" and not happened)
    confirmed = step == "confirmation" and happened
    assert len(done) == int(ordered and not confirmed)
    assert (halfway.notes != ()) is (ordered and not confirmed)
    two_days.checkpointer.sign()
    assert (check(two_days).findings, check(two_days).notes) == ((), ()), "nothing is left half done"
    destroy(two_days.recorder, **what)
    erased = {(DAY, None): 9, (None, CUSTOMER): 8, (DAY, CUSTOMER): 5}[what.get("key"), what.get("chain")]
    assert_fine(two_days, 13 - erased, erased)
    assert two_days.run("SELECT count(*) FROM {s}.entry WHERE type LIKE 'key.destr%'") == [(2,)]


def test_a_forged_payload_of_an_erased_entry_is_named(two_days: TestedLog) -> None:
    kept = two_days.run("SELECT part, position, sealed FROM {s}.payload WHERE part = %s", (DAY,))[0]
    destroy(two_days.recorder, chain=CUSTOMER, key=DAY)
    two_days.run("INSERT INTO {s}.payload VALUES (%s, %s, %s)", kept)
    assert {finding.code for finding in check(two_days).findings} == {Code.PAYLOAD_LEFT}


def test_a_payload_put_back_after_its_removal_is_named(two_days: TestedLog) -> None:
    position = two_days.append(1)[0]
    kept = two_days.run("SELECT part, position, sealed FROM {s}.payload WHERE position = %s", (position,))[0]
    remove_payload(two_days.recorder, position, reason="leaked_secret", approvers=[])
    two_days.run("INSERT INTO {s}.payload VALUES (%s, %s, %s)", kept)
    assert {finding.code for finding in check(two_days).findings} == {Code.PAYLOAD_LEFT}


def test_a_confirmation_whose_half_is_there_is_named(two_days: TestedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_days.recorder.custody.halves, "destroy", lambda half_id: None)
    destroy(two_days.recorder, key=DAY)
    assert {finding.code for finding in check(two_days).findings} == {Code.HALF_LEFT}


def as_application(log: TestedLog, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(log.urls.application, autocommit=True) as connection:
        cursor = connection.execute(sql.SQL(statement).format(s=sql.Identifier(log.schema)), values)
        return cursor.fetchall() if cursor.description else []


def test_the_application_cannot_delete_without_a_recorded_order(two_days: TestedLog) -> None:
    for position in (-1, 0, 3, 2**53, None):
        with pytest.raises(psycopg.errors.InvalidParameterValue):
            as_application(two_days, "SELECT {s}.erase(%s)", position)


def forged_order(place: int, members: dict[str, object]) -> bytes:
    """Spell an order to destroy the day, as somebody would who knows the format."""
    public = {"key": DAY, "reason": "x", "policy": "x", "expired_at": None, "entries": 1, "held": [], "approvers": []}
    entry = {
        "v": 1,
        "origin": ORIGIN,
        "position": place,
        "chain": "log",
        "seq": 99,
        "prev": "1" * 64,
        "at": "2026-11-22T00:00:00.000000Z",
        "type": "key.destroyed.v1",
        "tags": [],
        "public": public,
        "commitment": None,
        "key": None,
    }
    return canonical.encode(entry | members)


INSERT = (
    "INSERT INTO {s}.entry (position, chain, seq, at, type, tags, key, leaf, entry)"
    " VALUES (%s, 'log', 99, now(), 'key.destroyed.v1', '{{}}', NULL, %s, %s)"
)


@pytest.mark.parametrize(
    "flaw", ["beyond the log", "another leaf", "another position", "another log", "another type", "not marked"]
)
def test_a_forged_order_with_any_flaw_deletes_nothing(two_days: TestedLog, flaw: str) -> None:
    size = two_days.recorder.reader.size()
    members: dict[str, object] = {
        "another position": {"position": size + 1},
        "another log": {"origin": "shoseki.example/other"},
        "another type": {"type": "work.noted.v1"},
    }.get(flaw, {})
    data = forged_order(size, members)
    leaf = bytes(32) if flaw == "another leaf" else leaf_hash(data)
    as_application(two_days, INSERT, size, leaf, data)
    if flaw != "beyond the log":
        as_application(two_days, "UPDATE {s}.log SET size = size + 1")
    if flaw != "not marked":
        as_application(two_days, "UPDATE {s}.key SET destroyed = %s WHERE key = %s", size, DAY)
    payloads = two_days.run("SELECT count(*) FROM {s}.payload")
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        as_application(two_days, "SELECT {s}.erase(%s)", size)
    assert two_days.run("SELECT count(*) FROM {s}.payload") == payloads
    assert check(two_days).findings


def test_an_order_beyond_the_log_is_not_taken_up(two_days: TestedLog) -> None:
    size = two_days.recorder.reader.size()
    data = forged_order(size, {})
    as_application(two_days, INSERT, size, leaf_hash(data), data)
    assert resume_destructions(two_days.recorder) == []
    assert two_days.keys.halves.open(DAY)


def test_an_order_that_does_not_continue_the_log_is_not_taken_up(two_days: TestedLog) -> None:
    size = two_days.recorder.reader.size()
    data = forged_order(size, {})
    as_application(two_days, INSERT, size, leaf_hash(data), data)
    as_application(two_days, "UPDATE {s}.log SET size = size + 1")
    with pytest.raises(StoredEntryError, match=str(size)):
        resume_destructions(two_days.recorder, before=two_days.checkpointer.sign)
    assert two_days.keys.halves.open(DAY)


def test_where_nothing_is_left_to_do_nothing_is_done(two_days: TestedLog) -> None:
    remove_payload(two_days.recorder, two_days.append(1)[0], reason="leaked_secret", approvers=["privacy_officer"])
    size = two_days.recorder.reader.size()
    asked: list[None] = []
    assert resume_destructions(two_days.recorder, before=lambda: asked.append(None)) == []
    assert (asked, two_days.recorder.reader.size()) == ([], size)


def test_a_row_in_the_next_entrys_place_is_said_and_named(two_days: TestedLog) -> None:
    size = two_days.recorder.reader.size()
    as_application(two_days, INSERT, size, bytes(32), b"junk")
    for _ in range(2):
        with pytest.raises(ForeignRowError, match=rf"entry holds a row .*position\W+{size}\).*shoseki fsck"):
            two_days.append(1)
    named = [finding.position for finding in check(two_days).findings if finding.code is Code.SIZE]
    assert size in named
    two_days.tamper("DELETE FROM {s}.entry WHERE position = %s", (size,))
    two_days.append(1)
    two_days.checkpointer.sign()
    assert check(two_days).findings == ()


def holders_of(directory: Path, word: bytes) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file() and word in path.read_bytes()]


def test_after_the_erasure_the_word_is_nowhere(two_days: TestedLog) -> None:
    ((backend,),) = two_days.run("SELECT pg_backend_pid()")
    data = Path(f"/proc/{backend}/cwd").resolve()  # a server process works in its data directory
    positions = two_days.recorder.append_all([two_days.record(f"the {WORD} was said")])
    two_days.clock.advance(timedelta(days=1))
    ((key,),) = two_days.run("SELECT key FROM {s}.entry WHERE position = %s", (positions[0],))
    destroy(two_days.recorder, key=key)
    for directory in (data, two_days.directory):
        assert holders_of(directory, ORIGIN.encode()) != []  # the search does find what is there
        assert holders_of(directory, WORD.encode()) == []


def test_a_database_that_is_down_is_said(two_days: TestedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_days.recorder, "url", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailableError):
        destroy(two_days.recorder, key=DAY)
