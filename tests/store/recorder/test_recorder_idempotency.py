"""A caller that heard nothing says it again: the same key and content are appended once, wherever and whenever."""

import hashlib
import hmac
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from eventsourcing.dcb.api import DCBAppendCondition
from log_world import CUSTOMER, OTHER_CUSTOMER, World, boundary, check_whole, record, together

from ledger.store.clock import ManualClock
from ledger.store.errors import ConditionFailedError, IdempotencyConflictError, RecordRefusedError
from ledger.store.record import Record
from ledger.store.recorder import Recorder

PLAINTEXT = "caller-key-0815-Übung"


def said(log: World) -> int:
    return log.types().count("test.said.v1")


def test_the_same_again_gives_the_first_places(log: World, recorder: Recorder) -> None:
    given = [record("a", idempotency_key="1"), record("b", idempotency_key="2")]
    places = recorder.append_all(given)

    assert recorder.append_all(given) == places
    assert recorder.append_all(given[::-1]) == places[::-1]
    assert recorder.append(given[:1]) == places[0] + 1
    assert said(log) == 2
    check_whole(log)


def test_what_is_new_beside_what_is_known_is_appended(log: World, recorder: Recorder) -> None:
    (first,) = recorder.append_all([record("a", idempotency_key="1")])

    places = recorder.append_all([record("new"), record("a", idempotency_key="1"), record("b", idempotency_key="2")])
    assert places == [first + 1, first, first + 2]
    check_whole(log)


def test_another_recorder_knows_it_too(log: World, recorder: Recorder) -> None:
    places = recorder.append_all([record(idempotency_key="1")])

    with log.recorder() as other:
        assert other.append_all([record(idempotency_key="1")]) == places
    assert said(log) == 1


def test_twice_in_one_call_is_once(log: World, recorder: Recorder) -> None:
    twice = [record(idempotency_key="1"), record("other"), record(idempotency_key="1")]
    places = recorder.append_all(twice)

    assert places == [places[0], places[0] + 1, places[0]]
    assert recorder.append_all([twice[0], twice[2]]) == [places[0], places[0]]
    assert said(log) == 2
    check_whole(log)


def test_twice_in_one_call_with_other_content_is_refused_whole(log: World, recorder: Recorder) -> None:
    with pytest.raises(IdempotencyConflictError, match="earlier in the same call"):
        recorder.append([record("a", idempotency_key="1"), record("b", idempotency_key="1")])
    assert said(log) == 0
    check_whole(log)


def test_at_the_same_time_it_is_appended_once(log: World, recorder: Recorder) -> None:
    """From many threads of two recorders, round after round, with and without sharing a transaction."""
    with log.recorder() as other:
        for number in range(10):
            found: list[int] = []
            barrier = threading.Barrier(8)

            def append(
                each: Recorder, key: str, found: list[int] = found, barrier: threading.Barrier = barrier
            ) -> None:
                barrier.wait()
                found.extend(each.append_all([record(idempotency_key=key)]))

            threads = [
                threading.Thread(target=append, args=((recorder, other)[n % 2], f"round {number}")) for n in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(found) == 8
            assert len(set(found)) == 1
    assert said(log) == 10
    check_whole(log)


def test_in_one_transaction_the_first_wins_and_other_content_is_refused(log: World, recorder: Recorder) -> None:
    with together(log, recorder) as calls:
        calls.call(lambda: recorder.append_all([record("a", idempotency_key="1")]))
        calls.call(lambda: recorder.append_all([record("a", idempotency_key="1"), record("more")]))
        calls.call(lambda: recorder.append_all([record("b", idempotency_key="1")]))
        calls.call(lambda: recorder.append_all([record("bystander")]))
    first, again, conflict, bystander = calls.results()

    assert again == [first[0], first[0] + 1]
    assert isinstance(conflict, IdempotencyConflictError)
    assert bystander == [first[0] + 2]
    check_whole(log)


def test_a_retry_is_not_judged_by_its_condition(recorder: Recorder) -> None:
    unless_said = DCBAppendCondition(boundary("kind:1"))
    places = recorder.append_all([record(tags=("kind:1",), idempotency_key="1")], unless_said)

    assert recorder.append_all([record(tags=("kind:1",), idempotency_key="1")], unless_said) == places
    with pytest.raises(ConditionFailedError):
        recorder.append([record(tags=("kind:1",), idempotency_key="2")], unless_said)


def test_what_was_refused_left_no_key_behind(log: World, recorder: Recorder) -> None:
    recorder.append([record(tags=("kind:1",))])
    with pytest.raises(ConditionFailedError):
        recorder.append([record("a", idempotency_key="1")], DCBAppendCondition(boundary("kind:1")))

    recorder.append([record("b", idempotency_key="1")])
    check_whole(log)


OTHERS: dict[str, Callable[[], Record]] = {
    "payload": lambda: record("other", idempotency_key="1"),
    "type": lambda: Record("test.other.v1", b"said", idempotency_key="1"),
    "tags": lambda: record(tags=("kind:1",), idempotency_key="1"),
    "public": lambda: record(public={"number": 1}, idempotency_key="1"),
    "key class": lambda: record(key_class="request", idempotency_key="1"),
    "subject": lambda: record(key_class="person", subject="p2", idempotency_key="1"),
    "no payload": lambda: Record("test.said.v1", b"", key_class=None, idempotency_key="1"),
}


@pytest.mark.parametrize("other", OTHERS)
def test_the_same_key_for_other_content_is_refused(log: World, recorder: Recorder, other: str) -> None:
    first = record(idempotency_key="1")
    if other == "subject":
        first = record(key_class="person", subject="p1", idempotency_key="1")
    places = recorder.append_all([first])

    with pytest.raises(IdempotencyConflictError, match=f"position {places[0]} "):
        recorder.append([record("bystander of the same call"), OTHERS[other]()])
    assert said(log) == 1
    assert recorder.append_all([first]) == places


def test_keys_of_different_chains_have_nothing_to_do_with_each_other(log: World, recorder: Recorder) -> None:
    for chain in (CUSTOMER, OTHER_CUSTOMER):
        recorder.create_chain(chain)
    places = [
        recorder.append_all([record(chain, chain=chain, idempotency_key="1")])[0]
        for chain in (CUSTOMER, OTHER_CUSTOMER, "log")
    ]
    assert len(set(places)) == 3
    check_whole(log)


def test_a_retry_on_another_day_gives_the_first_place_and_announces_nothing(new_log: Callable[..., World]) -> None:
    clock = ManualClock(datetime(2026, 11, 22, 14, 59, tzinfo=UTC))
    log = new_log(clock)
    with log.recorder() as recorder:
        places = recorder.append_all([record(idempotency_key="1")])
        clock.advance(timedelta(days=2))
        assert recorder.append_all([record(idempotency_key="1")]) == places
    assert log.types().count("key.created.v1") == 1
    check_whole(log)


def test_a_key_is_kept_only_as_an_hmac_under_the_chain_half(log: World, recorder: Recorder) -> None:
    recorder.append([record("payload-in-the-clear", idempotency_key=PLAINTEXT)])
    (half,) = [log.halves().open("log")]

    ((mark, body, _),) = log.ask("SELECT mark, body, position FROM idempotency")
    key = PLAINTEXT.encode()
    assert len(mark) == len(body) == 32
    traces = {
        key,
        b"payload-in-the-clear",
        *(hashlib.new(name, data).digest() for name in ("sha256", "sha1", "md5") for data in (key, b"key\n" + key)),
    }
    with log.owner() as connection:
        for (table,) in connection.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p')"
        ).fetchall():
            with connection.cursor() as cursor, cursor.copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copy:
                content = b"".join(bytes(data) for data in copy)
            assert not [trace for trace in traces if trace in content or trace.hex().encode() in content]
    under_half = hmac.digest(half, b"shoseki idempotency v1\nshoseki.example/test\nlog", "sha256")
    assert bytes(mark) == hmac.digest(under_half, b"key\n" + key, "sha256")


@pytest.mark.parametrize("key", ["\ud800", "bad \udfff tail"])
def test_a_key_that_is_no_text_is_refused(log: World, recorder: Recorder, key: str) -> None:
    with pytest.raises(RecordRefusedError, match="not Unicode text"):
        recorder.append([record(idempotency_key=key)])
    recorder.append([record(idempotency_key="")])
    recorder.append([record("nul", idempotency_key="\0" * 100)])
    assert said(log) == 2
