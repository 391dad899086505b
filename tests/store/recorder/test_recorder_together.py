"""Callers who share a transaction: each is told of its own, whatever the others want."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBQuery, DCBQueryItem
from eventsourcing.persistence import IntegrityError
from log_world import World, check_whole, record, together, until

from ledger.log.seal import DRAW_BYTES, Draw
from ledger.store.committer import _FEW_RECORDS, _LITTLE
from ledger.store.errors import RecordRefusedError
from ledger.store.group import Request
from ledger.store.prepare import Prepared, Shared
from ledger.store.record import Record
from ledger.store.recorder import Recorder


def _said(recorder: Recorder) -> dict[int, bytes]:
    return {each.position - 1: each.event.data for each in recorder.read()}


def test_each_is_told_the_places_of_its_own_records(log: World, recorder: Recorder) -> None:
    """Among plain calls some that stand by themselves: with keys of idempotency, with a key that is announced first."""
    calls_of: list[Callable[[int], list[Record]]] = [
        lambda n: [record(f"{n} a"), record(f"{n} b")],
        lambda n: [record(f"{n} a", key_class="person", subject=f"per_{n}")],
        lambda n: [record(f"{n} a", idempotency_key=f"{n}"), record(f"{n} b")],
        lambda n: [record(f"{n} a", public={"number": n})],
    ]
    wanted = [calls_of[number % len(calls_of)](number) for number in range(24)]
    with together(log, recorder) as waiting:
        for records in wanted:
            waiting.call(lambda given=records: recorder.append_all(given))
    told = waiting.results()
    said = _said(recorder)
    assert [[said[place] for place in places] for places in told] == [[e.data for e in records] for records in wanted]
    check_whole(log)


def test_a_condition_sees_who_came_before_it_in_the_same_transaction(log: World, recorder: Recorder) -> None:
    condition = DCBAppendCondition(DCBQuery([DCBQueryItem(tags=["work:1"])]))
    with together(log, recorder) as waiting:
        waiting.call(lambda: recorder.append([record("too early")], condition))
        waiting.call(lambda: recorder.append([record("the one", tags=("work:1",))]))
        waiting.call(lambda: recorder.append([record("too late")], condition))
        waiting.call(lambda: recorder.append([record("after all")]))
    early, one, late, after = waiting.results()
    assert isinstance(late, IntegrityError)
    said = _said(recorder)
    assert [said[each - 1] for each in (early, one, after)] == [b"too early", b"the one", b"after all"]
    check_whole(log)


@pytest.mark.parametrize("wrong", [None, 0, 4, 9])
def test_what_several_want_is_sealed_as_one_and_who_is_wrong_hears_it_alone(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, wrong: int | None
) -> None:
    prepare, hold, sealed = recorder._preparer.prepare, threading.Event(), list[int]()

    def held(records: Sequence[Record], shared: Sequence[Shared], draw: Draw, at_once: int) -> Iterator[list[Prepared]]:
        sealed.append(len(records))
        assert hold.wait(60)
        return prepare(records, shared, draw, at_once)

    monkeypatch.setattr(recorder._preparer, "prepare", held)
    answers: dict[int, Any] = {}
    wanted = {number: [record(f"{number} {n}") for n in range(1 + number % 3)] for number in range(10)}
    if wrong is not None:
        wanted[wrong].append(record(public={"a": 1.5}))

    def call(number: int) -> None:
        try:
            answers[number] = recorder.append_all(wanted[number])
        except RecordRefusedError as error:
            answers[number] = error

    opener = threading.Thread(target=recorder.append, args=([record("opener")],), daemon=True)
    threads = [threading.Thread(target=call, args=(number,), daemon=True) for number in wanted]
    opener.start()
    until(lambda: sealed == [1])
    for number, thread in enumerate(threads, 1):
        thread.start()
        until(lambda number=number: recorder._committer.pending == number)
    hold.set()
    for thread in (opener, *threads):
        thread.join(60)

    together = sum(len(records) for records in wanted.values())
    assert sealed == [1, together, *(len(wanted[number]) for number in wanted if wrong is not None)]
    said = _said(recorder)
    for number, records in wanted.items():
        if number == wrong:
            assert isinstance(answers[number], RecordRefusedError)
        else:
            assert [said[place] for place in answers[number]] == [each.data for each in records]
    check_whole(log)


def test_what_is_refused_gives_nobody_else_more_time(log: World, recorder: Recorder) -> None:
    """However many are refused while it gathers, a transaction begins after a few more records."""
    committer = recorder._committer
    for number in range(100):
        wrong = [record(f"{number}"), record("wrong", public={"a": 1.5})]
        committer._fetched.append((_request(recorder, wrong), _unanswered()))
    good = _request(recorder, [record("good")])
    committer._fetched.appendleft((good, _unanswered()))
    committer._draw = Draw(os.urandom(DRAW_BYTES * 201))
    with committer._turn:
        while not committer._ready:
            committer._use_time()
        taken = committer._take()
        assert [request for request, _ in taken] == [good]
        assert len(committer._fetched) > 100 - _FEW_RECORDS
        committer._fetched.clear()
        committer._answered.clear()
        committer._sealing = None


def test_what_is_much_is_sealed_by_itself(log: World, recorder: Recorder) -> None:
    committer = recorder._committer
    several = [_request(recorder, [Record("test.large.v1", bytes(_LITTLE // 3))]) for _ in range(9)]
    with committer._turn:
        committer._fetched.extend((each, _unanswered()) for each in several)
        committer._draw = Draw(os.urandom(DRAW_BYTES * 9))
        committer._use_time()
        assert [len(each.prepared) for each in several] == [1, 1, 1, *[0] * 6]
        committer._fetched.clear()
        committer._ready.clear()


def _request(recorder: Recorder, records: list[Record]) -> Request:
    return Request(records, recorder._preparer.share(records, recorder.clock.now()))


def _unanswered() -> Any:
    lock = threading.Lock()
    lock.acquire()
    return lock
