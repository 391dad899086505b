"""Tags that entries of one sending share stand in one row: each place in it is found, from any on and up to any."""

import json
from typing import Any

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from log_world import CUSTOMER, World, check_whole, record, together
from psycopg import sql

from ledger.store.conditions import select_positions
from ledger.store.errors import ConditionFailedError
from ledger.store.query import ItemSince
from ledger.store.recorder import Recorder
from ledger.store.tag_rows import SPAN, tag_number

TYPES = ("a", "b")
TAGS = ("k:1", "k:2", "k:3")
calls = st.lists(st.tuples(st.sampled_from(TYPES), st.sets(st.sampled_from(TAGS))), min_size=1, max_size=30)
asked_items = st.builds(
    DCBQueryItem,
    types=st.lists(st.sampled_from(TYPES), max_size=1),
    tags=st.lists(st.sampled_from(TAGS), min_size=1, max_size=2, unique=True),
)
# How many entries behind the end of the log, so that each falls among what was appended last.
from_end = st.integers(0, 70)


def events(call: list[tuple[str, set[str]]]) -> list[DCBEvent]:
    return [DCBEvent(type=type_, data=b"", tags=sorted(tags)) for type_, tags in call]


def matching(items: list[DCBQueryItem], told: list[tuple[str, set[str]]], after: int, before: int) -> list[int]:
    return [
        position
        for position in range(max(after, 0), min(before, len(told)))
        if any(
            (not item.types or told[position][0] in item.types) and set(item.tags) <= told[position][1]
            for item in items
        )
    ]


@settings(
    deadline=None,
    max_examples=40,
    phases=(Phase.generate,),  # the log goes on from example to example, so none can be shrunk
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    appended=st.lists(calls, min_size=1, max_size=3),
    items=st.lists(asked_items, min_size=1, max_size=2),
    start=from_end,
    end=from_end,
    limit=st.integers(1, 40),
    slice_=st.integers(1, 9),
)
def test_three_ways_to_look_up_tags_find_what_a_list_has(
    log: World,
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    appended: list[Any],
    items: list[DCBQueryItem],
    start: int,
    end: int,
    limit: int,
    slice_: int,
) -> None:
    for name in ("sequencer._SLICE", "committer._AT_ONCE_ALONE"):
        monkeypatch.setattr(f"ledger.store.{name}", slice_)
    for call in appended:
        recorder.append(events(call))
    told = [(type_, set(tags)) for type_, tags in log.ask("SELECT type, tags FROM entry ORDER BY position")]
    size = len(told)
    after, before = max(0, size - max(start, end)), max(0, size - min(start, end))

    page = recorder.reader.page(DCBQuery(items), after, before, limit)
    assert [position for position, _ in page] == matching(items, told, after, before)[:limit]

    inside = recorder.reader.inside([ItemSince(item.types, item.tags, after) for item in items])
    assert inside.places == [matching([item], told, after, size) for item in items]

    condition = DCBAppendCondition(DCBQuery(items), after or None)
    try:
        recorder.append(events([("c", set())]), condition)
    except ConditionFailedError:
        assert matching(items, told, after, size)
    else:
        assert not matching(items, told, after, size)


def test_a_condition_fails_for_a_place_before_the_last_of_its_row(log: World, recorder: Recorder) -> None:
    call = [("a", {"k:one", "k:both"}), *[("b", {"k:one"})] * 4]
    first = recorder.append(events(call)) - len(call)  # the port counts from 1
    for number in range(first, first + 7):
        condition = DCBAppendCondition(DCBQuery([DCBQueryItem(["a"], ["k:one"])]), number or None)
        if number == first:
            with pytest.raises(ConditionFailedError):
                recorder.append(events([("c", set())]), condition)
        else:
            recorder.append(events([("c", set())]), condition)
    assert log.ask("SELECT position, before FROM tag WHERE tag = %s", tag_number("k:one")) == [
        (first + 4, [first, first + 1, first + 2, first + 3])
    ]


def test_rows_of_a_tag_follow_one_another_within_their_span(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a call is sent by itself or in one transaction with others, with many new keys announced in between."""
    monkeypatch.setattr("ledger.store.committer._FEW_RECORDS", 10_000)
    recorder.create_chain(CUSTOMER)
    recorder.append(events([("a", {"k:all", "k:alone"} if index % 3 else set()) for index in range(330)]))
    with together(log, recorder) as waiting:
        for number in range(6):
            # What has keys is placed by itself.
            keys = [f"{number} {n}" if number % 3 == 2 else None for n in range(90)]
            records = [record(tags=("k:all", f"k:{number}"), chain=CUSTOMER, idempotency_key=key) for key in keys]
            if number % 3 == 1:
                records += [record(tags=("k:all",), key_class="person", subject=f"{number}_{n}") for n in range(250)]
            waiting.call(lambda given=records: recorder.append(given))
    assert all(type(each) is int for each in waiting.results())
    check_whole(log)
    reached: dict[int, int] = {}
    longest = 0
    for tag, position, before in log.ask("SELECT tag, position, before FROM tag ORDER BY tag, position"):
        places = [*(before or ()), position]
        assert places == sorted(set(places))
        assert places[0] > reached.get(tag, -1)
        assert position - places[0] < SPAN
        reached[tag] = position
        longest = max(longest, len(places))
    assert longest > SPAN // 2  # or nothing was sent together


def rows_read(node: dict[str, Any]) -> dict[str, int]:
    """Tell how many rows of each table a plan read."""
    found: dict[str, int] = {}
    if "Relation Name" in node:
        found[node["Relation Name"]] = int(node["Actual Rows"] * node["Actual Loops"])
    for each in node.get("Plans", ()):
        for name, rows in rows_read(each).items():
            found[name] = found.get(name, 0) + rows
    return found


@pytest.mark.parametrize("single", [False, True], ids=["rows of a hundred places", "rows of one place"])
@pytest.mark.parametrize("analysed", [False, True], ids=["without statistics", "with statistics"])
@pytest.mark.parametrize("tags", [["k:customer"], ["k:half", "k:customer"]], ids=["one tag", "two tags"])
def test_a_page_reads_no_more_places_than_it_takes(
    log: World, recorder: Recorder, tags: list[str], *, single: bool, analysed: bool
) -> None:
    for _ in range(40):
        recorder.append(
            events([("a", {"k:customer", "k:half"} if index % 2 else {"k:customer"}) for index in range(100)])
        )
    size = recorder.reader.size()
    with log.owner() as owner:
        if single:
            owner.execute("CREATE TEMP TABLE t AS SELECT tag, unnest(before || position) AS position FROM tag")
            owner.execute("TRUNCATE tag")
            owner.execute("INSERT INTO tag SELECT * FROM t ORDER BY position")
        if analysed:
            owner.execute("ANALYZE tag, entry")
    query = DCBQuery([DCBQueryItem(["a"], tags)])
    for after in (0, size // 2):
        statement = select_positions(log.schema, query, after, size, 50)
        assert statement is not None
        with recorder.reader._connections.connection() as connection:
            ((text,),) = connection.execute(sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) {}").format(statement)).fetchall()
        plan = json.loads(text) if isinstance(text, str) else text
        read = rows_read(plan[0]["Plan"])
        # A page of 50, and what a row holds on top; every second entry has both tags.
        assert read["tag"] <= (202 if single else 6)
        assert read["entry"] <= 250
