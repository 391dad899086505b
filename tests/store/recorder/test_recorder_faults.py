"""Every statement of an append breaks, before and after it took effect, in every way a server has of breaking."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from eventsourcing.dcb.api import DCBAppendCondition
from log_world import CUSTOMER, World, boundary, check_whole, record, together
from psycopg import errors

from ledger.store.committer import Committer
from ledger.store.errors import (
    DatabaseFullError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    RecordRefusedError,
    StoreError,
)
from ledger.store.record import Record
from ledger.store.recorder import Recorder
from ledger.store.reread import StoredEntryError
from ledger.store.wire import Statement, Wire, finish


class Fault:
    """Counts the statements of the sequencer, and breaks one: before it is sent, or once it has taken effect."""

    def __init__(self, error: Callable[[], BaseException], *, at: int, after: bool) -> None:
        self._error, self._at, self._after = error, at, after
        self.count = 0
        self.fired = False

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def broken(wire: Wire, *arguments: Any) -> None:
            number, self.count = self.count, self.count + 1
            if number != self._at:
                call(wire, *arguments)
                return
            self.fired = True
            if self._after:
                call(wire, *arguments)
                finish(wire.sync(), wire)
            raise self._error()

        return broken


@pytest.fixture
def break_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Fault | None], None]]:
    """Break the statements of every sequencer; None mends it."""
    original = Wire.send

    def put(fault: Fault | None) -> None:
        monkeypatch.setattr(Wire, "send", original if fault is None else fault.around(original))

    yield put
    put(None)


def lost() -> BaseException:
    return psycopg.OperationalError("the connection is lost")


def full() -> BaseException:
    return errors.DiskFull("could not extend file: No space left on device")


BREAKS: dict[str, tuple[Callable[[], BaseException], type[StoreError], str]] = {
    "connection lost": (lost, DatabaseUnreachableError, "cannot be reached"),
    "disk full": (full, DatabaseFullError, "no room left"),
}


def tried(action: Callable[[], Any]) -> tuple[Any, StoreError | None]:
    try:
        return action(), None
    except StoreError as error:
        return None, error


def everything(recorder: Recorder, text: str) -> list[int]:
    """An append that writes every table: keys of a day and of a subject that are new, tags, marks, a destruction."""
    return recorder.append_all(
        [
            record(f"day {text}", tags=("kind:1", "kind:2"), idempotency_key=f"1 {text}"),
            record(f"new {text}", key_class="person", subject=text, idempotency_key=f"2 {text}"),
            Record("test.public.v1", b"", key_class=None, public={"text": text}, idempotency_key=f"3 {text}"),
        ],
        DCBAppendCondition(boundary(f"never:{text}")),
    )


@pytest.mark.parametrize("after", [False, True], ids=["failed", "failed but happened"])
@pytest.mark.parametrize("kind", BREAKS)
def test_a_broken_statement_leaves_all_or_nothing_and_a_retry_gives_the_places(
    log: World, break_at: Callable[[Fault | None], None], kind: str, after: bool
) -> None:
    error, named, sentence = BREAKS[kind]
    with log.recorder() as recorder:
        for number in range(100):
            before = recorder.reader.size()
            recorder._committer._underway.drop()  # a new connection and an empty memory: every statement is sent again
            fault = Fault(error, at=number, after=after)
            break_at(fault)
            places, refused = tried(lambda text=f"n{number}": everything(recorder, text))
            break_at(None)
            written = recorder.reader.size() - before
            again = everything(recorder, f"n{number}")
            size = recorder.reader.size()
            assert again == [size - 3, size - 2, size - 1]
            if not fault.fired:
                assert again == places
                break
            assert type(refused) is named
            assert str(refused).count(sentence) == 1
            assert "\n" not in str(refused)
            assert written in ({0, size - before} if after else {0})
        # begin, lock, marks, condition, chains, keys, pairs, key, four inserts, heads, notify, commit
        assert number >= 15
    check_whole(log)


@pytest.mark.parametrize("after", [False, True], ids=["failed", "failed but happened"])
def test_an_unknown_outcome_is_told_to_everybody_who_shared_it(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """The commit of a shared transaction breaks: each caller has an error of its own, and its retry is right."""
    recorder.append([record("warm")])

    send = Wire.send

    def commit_breaks(self: Wire, statement: Statement, *values: bytes | None) -> None:
        if statement.text != b"COMMIT":
            send(self, statement, *values)
            return
        if after:
            send(self, statement, *values)
            finish(self.sync(), self)
        raise lost()

    monkeypatch.setattr(Wire, "send", commit_breaks)
    with together(log, recorder) as calls:
        for name in "abcd":
            calls.call(lambda name=name: recorder.append_all([record(name, idempotency_key=name)]))
    answers = calls.results()
    monkeypatch.undo()
    told = [each for each in answers if isinstance(each, DatabaseUnavailableError)]
    assert len(told) == 4
    assert len({id(each) for each in told}) == 4
    places = [recorder.append_all([record(name, idempotency_key=name)])[0] for name in "abcd"]
    assert len(set(places)) == 4
    assert log.types().count("test.said.v1") == 1 + after + 4  # warm, the opener where it happened, and these
    check_whole(log)


def test_an_error_that_carries_values_is_told_whole_to_everybody_who_shared_it(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.append([record("warm")])
    send = Wire.send

    def commit_breaks(self: Wire, statement: Statement, *values: bytes | None) -> None:
        if statement.text == b"COMMIT":
            raise StoredEntryError(3, "is damaged")
        send(self, statement, *values)

    monkeypatch.setattr(Wire, "send", commit_breaks)
    with together(log, recorder) as calls:
        for name in "abcd":
            calls.call(lambda name=name: recorder.append_all([record(name)]))
    told = [each for each in calls.results() if isinstance(each, StoredEntryError)]
    monkeypatch.undo()
    assert len({id(each) for each in told}) == 4
    assert {(str(each), each.position) for each in told} == {(str(StoredEntryError(3, "is damaged")), 3)}
    check_whole(log)


@pytest.mark.parametrize("after", [False, True], ids=["failed", "failed but happened"])
def test_the_first_entries_of_a_log_are_made_however_often_that_breaks(
    new_log: Callable[..., World], break_at: Callable[[Fault | None], None], after: bool
) -> None:
    log = new_log()
    for number in range(40):
        with log.owner() as connection:
            connection.execute(f"DROP SCHEMA {log.schema} CASCADE")
        fault = Fault(lost, at=number, after=after)
        break_at(fault)
        try:
            log.create()
        except DatabaseUnavailableError:
            break_at(None)
            log.create()
        break_at(None)
        assert [each.type for each in check_whole(log)] == ["log.created.v1", "chain.created.v1"]
        if not fault.fired:
            break
    assert number >= 5


def test_a_backend_that_is_ended_between_any_two_statements_is_an_unavailable_database(
    log: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by pretending: the server ends the sequencer's own session, and libpq tells it in its own ways."""
    with log.recorder() as recorder:
        recorder.append([record("warm")])
        for number in range(20):
            ending = Ending(log, number)
            monkeypatch.setattr(Wire, "send", ending.around(Wire.send))
            again = [record(f"{number}", tags=("kind:1",), idempotency_key=f"{number}")]
            _, refused = tried(lambda again=again: recorder.append(again))
            monkeypatch.undo()
            recorder.append(again)
            if ending.count <= number:
                break
            assert isinstance(refused, DatabaseUnavailableError)
            assert "cannot be reached" in str(refused)
            assert "\n" not in str(refused)
        assert number >= 6
    check_whole(log)


class Ending:
    """Has the server end the sequencer's session before one of its statements."""

    def __init__(self, log: World, at: int) -> None:
        self._log, self._at = log, at
        self.count = 0

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def ended(wire: Wire, *arguments: Any) -> Any:
            number, self.count = self.count, self.count + 1
            if number == self._at:
                with psycopg.connect(self._log.urls.application, autocommit=True) as connection:
                    connection.execute("SELECT pg_terminate_backend(%s, 5000)", (wire._link.backend_pid,))
            return call(wire, *arguments)

        return ended


@pytest.mark.parametrize("slice_", [1, 7])
@pytest.mark.parametrize("marked", [False, True])
def test_a_call_that_is_alone_may_be_parted_anywhere(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, slice_: int, marked: bool
) -> None:
    monkeypatch.setattr("ledger.store.committer._AT_ONCE_ALONE", slice_)
    recorder.append([record(f"{n}", tags=("kind:1",), idempotency_key=f"{n}" if marked else None) for n in range(20)])

    assert len(list(recorder.read(boundary("kind:1")))) == 20
    check_whole(log)


@pytest.mark.parametrize("name", ["sequencer._SLICE", "committer._AT_ONCE"])
@pytest.mark.parametrize("slice_", [1, 7])
@pytest.mark.parametrize("marked", [False, True])
def test_calls_that_share_a_transaction_may_be_parted_anywhere(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, name: str, slice_: int, marked: bool
) -> None:
    monkeypatch.setattr(f"ledger.store.{name}", slice_)
    several = [
        [record(f"{call} {n}", idempotency_key=f"{call} {n}" if marked else None) for n in range(count)]
        for call, count in enumerate([20, 1, 9, 30])
    ]
    broken = [*several[0][:15], record("wrong", public={"a": 1.5})]  # after some of it was sealed
    with together(log, recorder) as waiting:
        for records in (*several, broken, several[1]):
            waiting.call(lambda given=records: recorder.append_all(given))
    *told, refused, again = waiting.results()
    assert isinstance(refused, RecordRefusedError)
    said = {each.position - 1: each.event.data for each in recorder.read()}
    assert [[said[place] for place in places] for places in told] == [[e.data for e in records] for records in several]
    assert (again == told[1]) is marked
    check_whole(log)


def test_an_error_nobody_thought_of_reaches_its_callers_and_the_recorder_goes_on(
    log: World, recorder: Recorder, break_at: Callable[[Fault | None], None]
) -> None:
    recorder.append([record("warm")])
    for number in range(7):  # begin, lock, two inserts, heads, notify, commit
        break_at(Fault(lambda: ZeroDivisionError("a bug"), at=number, after=True))
        with pytest.raises(ZeroDivisionError):
            recorder.append([record(f"{number}")])
        break_at(None)
        recorder.append([record(f"again {number}")])
    check_whole(log)


def test_an_error_in_the_committing_thread_itself_is_heard_by_all_and_ends_nothing(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def breaking(_committer: Committer) -> list[Any]:
        taken.append(1)
        raise ZeroDivisionError

    with together(log, recorder) as calls:
        monkeypatch.setattr(Committer, "_take", breaking)
        for name in "abc":
            calls.call(lambda name=name: recorder.append([record(name)]))
    answers = calls.results()
    monkeypatch.undo()
    assert taken
    assert all(isinstance(each, StoreError) and "do it again" in str(each) for each in answers)
    recorder.append([record("again")])
    check_whole(log)


@pytest.mark.parametrize("marked", [False, True])
def test_a_caller_who_is_interrupted_anywhere_leaves_the_recorder_to_the_others(
    log: World, recorder: Recorder, break_at: Callable[[Fault | None], None], marked: bool
) -> None:
    """A caller that is alone appends in its own thread, where Ctrl-C can arrive."""
    recorder.append([record("warm")])
    for number in range(20):
        fault = Fault(KeyboardInterrupt, at=number, after=number % 2 == 0)
        break_at(fault)
        mine = record(f"{number}", idempotency_key=f"{number}" if marked else None)
        try:
            recorder.append([mine])
        except KeyboardInterrupt:
            assert fault.fired
        break_at(None)
        if not fault.fired:
            break
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: recorder.append([record(f"of {n}")]), range(8)))
    assert number >= 7
    check_whole(log)


def test_chains_of_customers_survive_it_too(
    log: World, recorder: Recorder, break_at: Callable[[Fault | None], None]
) -> None:
    for number in range(30):
        break_at(Fault(lost, at=number, after=False))
        try:
            recorder.create_chain(CUSTOMER)
        except DatabaseUnavailableError:
            continue
        finally:
            break_at(None)
        break
    recorder.append([record(chain=CUSTOMER)])
    check_whole(log)
