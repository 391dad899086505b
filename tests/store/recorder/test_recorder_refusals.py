"""What cannot be recorded is refused in one sentence, leaves nothing behind, and harms nobody who came with it."""

import gc
import logging
import os
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from log_world import ORIGIN, World, check_whole, record, together, world

from ledger.log.seal import MAX_PAYLOAD_BYTES
from ledger.store.committer import _AT_ONCE_ALONE
from ledger.store.database import named_errors
from ledger.store.embedded import Urls
from ledger.store.errors import (
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    RecordRefusedError,
    StoreError,
    WrongLogError,
)
from ledger.store.record import Record
from ledger.store.recorder import Recorder, create_log

REFUSED: dict[str, Callable[[], DCBEvent]] = {
    "payload over 1 MiB": lambda: DCBEvent("t", bytes(MAX_PAYLOAD_BYTES + 1)),
    "tags over 64 KiB": lambda: DCBEvent("t", b"", [f"{n:0128d}" for n in range(520)]),
    "tags that need escapes": lambda: DCBEvent("t", b"", ["\\" * 120 + f"{n:03d}" for n in range(300)]),
    "public over 64 KiB": lambda: record(public={"text": "x" * 66_000}),
    "public just over it": lambda: record(public={"text": "証" * 21_800}),
    "public too deep": lambda: record(public={"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}),
    "public with a float": lambda: record(public={"n": 1.5}),
    "public with a big number": lambda: record(public={"n": 2**53}),
    "public with a strange name": lambda: record(public={"Name": 1}),
    "public with a date": lambda: record(public={"at": datetime.now(UTC)}),
    "public with bytes": lambda: record(public={"data": b"x"}),
    "public with NUL": lambda: record(public={"text": "\0"}),
    "public with half a character": lambda: record(public={"text": "\ud800"}),
    "public that is a list": lambda: record(public=["x"]),
    "empty type": lambda: DCBEvent("", b""),
    "type with a blank": lambda: DCBEvent("a b", b""),
    "type of a Python path": lambda: DCBEvent("ledger.store:Record", b""),
    "type over 128": lambda: DCBEvent("t" * 129, b""),
    "empty tag": lambda: DCBEvent("t", b"", [""]),
    "tag with a blank": lambda: DCBEvent("t", b"", ["a b"]),
    "tag in Japanese": lambda: DCBEvent("t", b"", ["証跡"]),
    "tag over 128": lambda: DCBEvent("t", b"", ["x" * 129]),
    "tag with half a character": lambda: DCBEvent("t", b"", ["\ud800"]),
    "class of keys unknown": lambda: record(key_class="nothing"),
    "payload without a class": lambda: record(key_class=None),
    "subject for a day": lambda: record(subject="p1"),
    "no subject for a subject": lambda: record(key_class="person"),
    "subject with a colon": lambda: record(key_class="person", subject="a:b"),
    "subject too long": lambda: record(key_class="person", subject="p" * 65),
    "subject that is empty": lambda: record(key_class="person", subject=""),
    "subject that is a date": lambda: record(key_class="person", subject="2026-11-22"),
    "chain that is none": lambda: record(chain="cus_x"),
    "chain that is a key": lambda: record(chain="trail:2026-11-22"),
    **{
        f"type of the core ({name})": lambda name=name: DCBEvent(f"{name}x.v1", b"")
        for name in ("log.", "key.", "chain.", "heads.", "hold.", "time.", "payload.")
    },
    "type of the core as it is": lambda: Record(
        "key.destroyed.v1", b"", key_class=None, public={"chain": "log", "reason": "malice"}
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_an_entry_is_refused_with_all_that_came_in_its_call(
    shared_recorder: Recorder, what: str
) -> None:
    before = shared_recorder.reader.size()
    sent = [record(f"before it {number}") for number in range(_AT_ONCE_ALONE + 1)]  # a slice goes to the server
    with pytest.raises(RecordRefusedError) as caught:
        shared_recorder.append([*sent, REFUSED[what](), record("after it")])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert shared_recorder.reader.size() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"tags": ["a b"]},
        {"tags": [""]},
        {"tags": ["証跡"]},
        {"data": bytes(MAX_PAYLOAD_BYTES + 1)},
        {"public": {"a": 1.5}},
        {"public": []},
        {"key_class": None},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
@pytest.mark.parametrize("place", [0, 7, _AT_ONCE_ALONE + 3])
def test_the_refusal_names_the_record_that_is_wrong(
    shared_recorder: Recorder, wrong: dict[str, Any], place: int
) -> None:
    sent = [record(f"{number}", public={"number": number}) for number in range(_AT_ONCE_ALONE + 9)]
    sent[place] = Record(**{"type": "test.wrong.v1", "data": b"x", "tags": ["kind:1"], **wrong})
    with pytest.raises(RecordRefusedError, match=r"test\.wrong\.v1"):
        shared_recorder.append(sent)


def test_the_largest_that_fits_is_recorded(log: World, recorder: Recorder) -> None:
    recorder.append(
        [
            DCBEvent("t" * 128, bytes(MAX_PAYLOAD_BYTES), [f"{n:0128d}" for n in range(100)]),
            DCBEvent("t", b"", ["\\" * 128, '"' * 128, *(f"{n:0128d}" for n in range(400))]),
            record(public={"text": "x" * 64_500}),
            record(public={"text": "\n" * 30_000}),
        ]
    )
    assert len(next(iter(recorder.read(after=3))).event.data) == MAX_PAYLOAD_BYTES
    check_whole(log)


STRANGE = [
    DCBQuery([DCBQueryItem(tags=["\0"])]),
    DCBQuery([DCBQueryItem(tags=["\ud800"])]),
    DCBQuery([DCBQueryItem(types=["\0", "\ud800"])]),
    DCBQuery([DCBQueryItem(types=["証跡"], tags=["x" * 10_000])]),
]


def test_nobody_harms_those_who_share_the_transaction(log: World, recorder: Recorder) -> None:
    """Refusals of every kind among ten good callers: the ten are appended, in their order."""
    recorder.append([record("there", tags=("kind:1",), idempotency_key="used")])
    bad: list[Callable[[], Any]] = [
        *(lambda each=each: recorder.append([each()]) for each in REFUSED.values()),
        lambda: recorder.append([record()], DCBAppendCondition()),
        lambda: recorder.append([record("other", idempotency_key="used")]),
        lambda: recorder.append([Record("test.p.v1", b"", chain="cus_" + "0" * 32, key_class=None)]),
        lambda: recorder.append([record()], DCBAppendCondition(None)),  # type: ignore[arg-type]
        lambda: recorder.append([record()], DCBAppendCondition(DCBQuery([None]))),  # type: ignore[list-item]
        lambda: recorder.append([None]),  # type: ignore[list-item]
    ]
    with together(log, recorder) as calls:
        for number in range(10):
            calls.call(lambda number=number: recorder.append([record(f"good {number}")]))
            for each in bad[number::10]:
                calls.call(each)
        for query in STRANGE:
            condition = DCBAppendCondition(query, after=-(10**30))
            calls.call(lambda condition=condition: recorder.append([record("good")], condition))
    results = calls.results()
    assert len([each for each in results if isinstance(each, int)]) == 10 + len(STRANGE)
    assert len([each for each in results if isinstance(each, Exception)]) == len(bad)
    said = [e.event.data for e in recorder.read() if e.event.data.startswith(b"good ")]
    assert said == [f"good {number}".encode() for number in range(10)]
    check_whole(log)


@pytest.mark.parametrize("query", STRANGE)
def test_a_query_for_what_cannot_be_finds_nothing(shared_recorder: Recorder, query: DCBQuery) -> None:
    recorder = shared_recorder
    assert list(recorder.read(query)) == []
    recorder.append([record()], DCBAppendCondition(query))
    with recorder.subscribe(query) as subscription:
        ended = threading.Timer(0.05, subscription.stop)
        ended.start()
        assert list(subscription) == []


def test_a_closed_recorder_says_so_and_commits_what_waited(log: World) -> None:
    recorder = log.recorder()
    with together(log, recorder) as calls:
        for number in range(5):
            calls.call(lambda number=number: recorder.append([record(f"{number}")]))
        closing = threading.Thread(target=recorder.close)
        closing.start()
    assert all(isinstance(each, int) for each in calls.results())
    closing.join()
    recorder.close()
    for late in (lambda: recorder.append([record()]), lambda: list(recorder.read()), recorder.reader.size):
        with pytest.raises(StoreError, match="closed"):
            late()
    check_whole(log)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "postgresql://nobody:wrong@/nothing?host=/nonexistent",
        "postgresql://localhost:1/x?connect_timeout=2",
        "postgresql://[::1",
        "host=/nonexistent unknown_option=1",
        "http://example.invalid/",
    ],
)
def test_a_url_that_leads_nowhere_is_said_in_one_sentence(
    shared_log: World, url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGHOST", "/nonexistent")  # what an empty URL leaves to the environment
    attempts: list[Callable[[], Any]] = [
        lambda: Recorder(url, shared_log.schema, ORIGIN, shared_log.halves()),
        lambda: create_log(url, shared_log.schema, ORIGIN, shared_log.halves()),
    ]
    with caplog.at_level(logging.WARNING):
        for attempt in attempts:
            with pytest.raises(DatabaseUnavailableError) as caught:
                attempt()
            assert "\n" not in str(caught.value)
            assert "wrong" not in str(caught.value)
    assert caplog.records == []


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # what newer Pythons say of any thread at all
def test_a_forked_child_is_told_to_open_its_own_and_leaves_its_parents_alone(log: World, recorder: Recorder) -> None:
    recorder.append([record("parent")])
    list(recorder.read())
    child = os.fork()
    if child == 0:
        told = 0
        try:
            for attempt in (lambda: recorder.append([record("child")]), lambda: list(recorder.read()), recorder.close):
                try:
                    attempt()
                except StoreError as error:
                    told += "forked" in str(error)
        finally:
            os._exit(told)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert len(list(recorder.read())) == 4
    recorder.append([record("parent")])
    check_whole(log)


def test_another_log_is_not_taken_for_this_one(log: World) -> None:
    with pytest.raises(WrongLogError, match=f"{ORIGIN}, not shoseki.example/other"):
        Recorder(log.urls.application, log.schema, "shoseki.example/other", log.halves())
    with pytest.raises(WrongLogError):
        create_log(log.urls.owner, log.schema, "shoseki.example/other", log.halves())
    check_whole(log)


def test_what_a_server_says_has_a_name() -> None:
    for error, named in (
        (psycopg.DatabaseError("server closed the connection"), DatabaseUnreachableError),
        (psycopg.InterfaceError("the connection is closed"), DatabaseUnreachableError),
        (psycopg.errors.UniqueViolation("duplicate\nkey"), StoreError),
        (psycopg.errors.LockNotAvailable("canceling statement"), DatabaseUnavailableError),
    ):
        with pytest.raises(StoreError) as caught, named_errors():
            raise error
        assert type(caught.value) is named
        assert "\n" not in str(caught.value)
        assert caught.value.__cause__ is error


def test_nothing_is_left_open(postgres: Urls, new_schema: Callable[[], str], tmp_path: Path) -> None:
    log = world(postgres, new_schema(), tmp_path / "keys")
    before = threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(3):
            with log.recorder() as recorder:
                recorder.append([record()])
                list(recorder.read())
                with recorder.subscribe() as subscription:
                    next(subscription)
            del recorder, subscription
            gc.collect()
    assert threading.active_count() == before
    sessions = log.ask(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'shoseki %%' AND query LIKE %s",
        f"%{log.schema}%",
    )
    assert sessions == [(0,)]


@pytest.mark.parametrize("data", [None, 0, bytearray(b"a"), memoryview(b"a"), "a"])
@pytest.mark.parametrize("key_class", [None, "trail"])
def test_a_payload_is_bytes_and_nothing_else(log: World, data: object, key_class: str | None) -> None:
    with log.recorder() as recorder:
        refused = Record("test.said.v1", data, key_class=key_class)  # type: ignore[arg-type]
        with pytest.raises(RecordRefusedError, match="not bytes"):
            recorder.append([refused])
        with pytest.raises(RecordRefusedError, match="not bytes"):
            recorder.append([record("a"), refused])
        recorder.append([record("b")])
    check_whole(log)
