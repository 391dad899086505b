"""The contract that the library ships for every recorder, and what our records add to it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.tests import DCBRecorderTestCase
from eventsourcing.persistence import IntegrityError
from log_world import CUSTOMER, GENESIS, World, boundary, chain_checks, check_whole, record
from psycopg import sql

from ledger.keys.classes import day_of
from ledger.log.entry import parse
from ledger.store.embedded import Urls
from ledger.store.errors import RecordRefusedError
from ledger.store.record import PayloadState, Record, Recorded
from ledger.store.recorder import Recorder, for_contract_tests

INITIAL = 3
"""Genesis, the announcement of the log's own chain, and that of the key of the day."""


@pytest.fixture
def contracted(postgres: Urls, tmp_path: Path) -> Iterator[Recorder]:
    with for_contract_tests(postgres.owner, tmp_path / "not" / "there" / "yet") as made:
        yield made
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(made.schema)))


def test_the_librarys_suite_of_appending_and_reading(contracted: Recorder) -> None:
    DCBRecorderTestCase()._test_append_read(contracted, initial_position=INITIAL)


def test_the_librarys_suite_of_following(contracted: Recorder) -> None:
    DCBRecorderTestCase()._test_append_subscribe(contracted, initial_position=INITIAL)


def test_a_log_for_the_suite_holds_nothing_but_genesis_and_key_entries(contracted: Recorder) -> None:
    events = list(contracted.read())

    assert [each.event.type for each in events] == [*GENESIS, "key.created.v1"]
    contracted.append([DCBEvent("type1", b"data1", ["tagX"])])
    assert len(list(contracted.read())) == INITIAL + 1  # no key is announced in the middle of the suite


def test_two_logs_for_the_suite_share_a_folder_of_keys(postgres: Urls, tmp_path: Path) -> None:
    with for_contract_tests(postgres.owner, tmp_path) as first, for_contract_tests(postgres.owner, tmp_path) as second:
        assert first.schema != second.schema
        assert first.append([DCBEvent("type1", b"data1")]) == second.append([DCBEvent("type1", b"data1")]) == 4
        schemas = (first.schema, second.schema)
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        for schema in schemas:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


def test_a_bare_event_goes_to_the_logs_own_chain_under_the_key_of_the_day(log: World, recorder: Recorder) -> None:
    recorder.append([DCBEvent("bare", b"payload", ["b", "a", "b"])])

    told = list(recorder.read())[-1].event
    assert isinstance(told, Recorded)
    assert (told.type, told.data, told.tags) == ("bare", b"payload", ["a", "b"])
    assert (told.chain, told.state, told.public) == ("log", PayloadState.OPEN, {})
    assert told.key == f"trail:{day_of(datetime.fromisoformat(told.at))}"
    check_whole(log)


def test_positions_of_the_port_are_those_of_entries_plus_one(recorder: Recorder) -> None:
    last = recorder.append([record("a"), record("b")])

    for each in recorder.read():
        assert isinstance(each.event, Recorded)
        assert each.position == parse(each.event.entry).position + 1
    assert last == recorder.reader.size() == each.position


def test_every_field_of_a_record_comes_back(log: World, recorder: Recorder, customer: str) -> None:
    public = {"number": 7, "nested": {"list": [True, None, "証跡"]}}
    given = [
        record("day", chain=customer, key_class="request", public=public, tags=("kind:1",)),
        record("subject", chain=customer, key_class="person", subject="p1"),
        Record("test.public.v1", b"", chain=customer, key_class=None, public={"only": "public"}),
        record("marked", chain=customer, idempotency_key="once"),
    ]
    places = recorder.append_all(given)

    told = {each.position - 1: each.event for each in recorder.read()}
    day, subject, bare, marked = [told[place] for place in places]
    assert all(isinstance(each, Recorded) and each.chain == customer for each in (day, subject, bare, marked))
    assert (day.data, day.public, day.tags) == (b"day", public, ["kind:1"])
    assert day.key == f"request:{day_of(datetime.fromisoformat(day.at))}"
    assert (subject.key, subject.data) == ("person:p1", b"subject")
    assert (bare.key, bare.state, bare.data, bare.public) == (None, PayloadState.NONE, b"", {"only": "public"})
    assert marked.data == b"marked"
    assert [each.seq for each in (day, subject, bare, marked)] == [2, 3, 4, 5]
    check_whole(log)


def test_an_empty_payload_is_a_payload(log: World, recorder: Recorder) -> None:
    (place,) = recorder.append_all([record("")])

    (told,) = [each.event for each in recorder.read(after=place)]
    assert (told.data, told.state) == (b"", PayloadState.OPEN)
    check_whole(log)


def test_a_payload_that_is_not_there_is_flagged_and_empty(log: World, recorder: Recorder) -> None:
    kept, lost = recorder.append_all([record("kept"), record("lost")])
    with log.owner() as connection:
        connection.execute("DELETE FROM payload WHERE position = %s", (lost,))

    told = {each.position - 1: each.event for each in recorder.read()}
    assert (told[kept].data, told[kept].state) == (b"kept", PayloadState.OPEN)
    assert (told[lost].data, told[lost].state) == (b"", PayloadState.ABSENT)


def test_a_payload_that_was_exchanged_is_never_shown(log: World, recorder: Recorder) -> None:
    one, two = recorder.append_all([record("one"), record("two")])
    with log.owner() as connection:
        connection.execute(
            "UPDATE payload SET sealed = (SELECT sealed FROM payload WHERE position = %s) WHERE position = %s",
            (one, two),
        )

    told = {each.position - 1: each.event for each in recorder.read()}
    assert (told[two].data, told[two].state) == (b"", PayloadState.ABSENT)


def test_an_entry_that_was_changed_is_shown_as_it_stands_and_holds_nobody_up(log: World, recorder: Recorder) -> None:
    (place,) = recorder.append_all([record("changed", tags=("kind:1",))])
    recorder.append([record("after", tags=("kind:1",))])
    with log.owner() as connection:
        connection.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        connection.execute("UPDATE entry SET entry = 'junk' WHERE position = %s", (place,))
        connection.execute("ALTER TABLE entry ENABLE TRIGGER USER")

    first, second = [each.event for each in recorder.read(boundary("kind:1"))]
    assert (first.entry, first.data, first.state) == (b"junk", b"", PayloadState.ABSENT)
    assert second.data == b"after"


def test_a_removed_payload_reads_as_erased(log: World, recorder: Recorder) -> None:
    (place,) = recorder.append_all([record("secret")])
    (order,) = recorder.append_core(
        [Record("payload.removed.v1", b"", key_class=None, public={"position": place, "reason": "leaked"})]
    )
    with psycopg.connect(log.urls.application, autocommit=True) as connection:
        erase = sql.SQL("SELECT {}.erase(%s)").format(sql.Identifier(log.schema))
        assert connection.execute(erase, (order,)).fetchone() == (1,)

    told = {each.position - 1: each.event for each in recorder.read()}
    assert (told[place].data, told[place].state) == (b"", PayloadState.ERASED)
    check_whole(log, absent=frozenset({place}))


def test_each_log_opens_with_what_it_is_and_its_own_chains_half(log: World) -> None:
    genesis = check_whole(log)

    assert [each.type for each in genesis] == GENESIS
    assert genesis[0].public["origin"] == genesis[0].origin
    assert chain_checks(log).keys() == {"log"}


def test_a_chain_opens_once(log: World, recorder: Recorder) -> None:
    recorder.create_chain(CUSTOMER)

    with pytest.raises(RecordRefusedError, match="there already"):
        recorder.create_chain(CUSTOMER)
    with pytest.raises(RecordRefusedError, match="there already"):
        recorder.create_chain("log")
    assert log.types() == [*GENESIS, "chain.created.v1"]


@pytest.mark.parametrize("name", ["trail:2026-11-22", "cus_x", "", "CUS_" + "0" * 32])
def test_what_cannot_name_a_chain_opens_none_and_makes_no_half(log: World, recorder: Recorder, name: str) -> None:
    with pytest.raises(RecordRefusedError):
        recorder.create_chain(name)
    assert [each.id for each in log.halves().list()] == ["log"]


def test_no_events_are_no_append(log: World, recorder: Recorder) -> None:
    assert recorder.append([]) == len(GENESIS)
    assert recorder.append_all([]) == []
    assert log.types() == GENESIS


def test_a_failed_condition_is_the_librarys_integrity_error(log: World, recorder: Recorder) -> None:
    recorder.append([record(tags=("kind:1",))])
    everything = DCBAppendCondition()
    for query in (boundary("kind:1"), DCBQuery([DCBQueryItem(types=["test.said.v1"])])):
        with pytest.raises(IntegrityError):
            recorder.append([record("second")], DCBAppendCondition(query))
    with pytest.raises(IntegrityError):
        recorder.append([record("second")], everything)
    assert len(check_whole(log)) == len(GENESIS) + 2


def test_a_response_is_of_one_moment(recorder: Recorder) -> None:
    recorder.append([record(str(number)) for number in range(600)])
    response = recorder.read(DCBQuery([DCBQueryItem(types=["test.said.v1"])]))
    first = next(response)
    recorder.append([record("later")])

    assert [first.event.data, *(each.event.data for each in response)] == [str(n).encode() for n in range(600)]
    assert response.head == len(GENESIS) + 1 + 600


def test_times_are_recorded_in_utc_whatever_the_server_says(log: World, recorder: Recorder) -> None:
    before = datetime.now(UTC)
    recorder.append([record()])

    (told,) = [each.event for each in recorder.read(boundary(), after=3)]
    assert before <= datetime.fromisoformat(told.at) <= datetime.now(UTC)


@pytest.mark.parametrize("query", [["kind:1"], ["kind:1", "kind:2"], []], ids=["a tag", "two tags", "a type"])
def test_a_condition_looks_from_the_very_next_entry_on(recorder: Recorder, query: list[str]) -> None:
    seen = recorder.append([record("seen", tags=("kind:1", "kind:2"))])
    after = DCBQuery([DCBQueryItem(types=["test.said.v1"], tags=query)])
    assert recorder.append([record("next", tags=("kind:1", "kind:2"))], DCBAppendCondition(after, seen)) == seen + 1
    with pytest.raises(IntegrityError):
        recorder.append([record("decided without it")], DCBAppendCondition(after, seen))
    recorder.append([record("decided with it")], DCBAppendCondition(after, seen + 1))
