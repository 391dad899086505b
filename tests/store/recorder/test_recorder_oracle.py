"""Random appends, conditions and queries, answered by the recorder and by the few lines that the port's text needs."""

from collections.abc import Iterator
from typing import Any

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from log_world import GENESIS, World, check_whole, together

from ledger.store.errors import ConditionFailedError
from ledger.store.matching import Matching
from ledger.store.query import ItemSince
from ledger.store.recorder import Recorder

# The log goes on from example to example, so none can be shrunk.
DECIDING = settings(
    deadline=None, phases=(Phase.generate,), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TYPES = ("a", "b", "c")
TAGS = ("k:1", "k:2", "k:3", "'", '"', "\\", "{}", "%s", "a,b")
IMPOSSIBLE = ("", "with blank", "証跡", "\ud800", "nul\0", "x" * 129)

Told = tuple[int, str, tuple[str, ...], bytes]


class Oracle:
    """What the port says, over a list."""

    def __init__(self, events: list[Told]) -> None:
        self.events = events

    def read(self, query: DCBQuery | None, after: int | None, limit: int | None) -> list[Told]:
        found = [each for each in self.events if each[0] > (after or 0) and _matches(query, *each[:3])]
        return found if limit is None else found[:limit]

    def append(self, events: list[DCBEvent], condition: DCBAppendCondition | None) -> int | None:
        if condition is not None and self.read(condition.fail_if_events_match, condition.after, 1):
            return None
        for each in events:
            self.events.append((len(self.events) + 1, each.type, tuple(sorted(set(each.tags))), each.data))
        return len(self.events)


def _matches(query: DCBQuery | None, position: int, type_: str, tags: tuple[str, ...]) -> bool:
    if query is None or not query.items:
        return True
    return any(
        (not i.types or type_ in i.types) and set(i.tags) <= set(tags) and position > getattr(i, "since", 0)
        for i in query.items
    )


def _told(recorder: Recorder, query: DCBQuery | None, after: int | None, limit: int | None) -> list[Told]:
    response = recorder.read(query, after=after, limit=limit)
    found = [(e.position, e.event.type, tuple(e.event.tags), e.event.data) for e in response]
    if limit is not None:
        assert response.head == (found[-1][0] if found else None)
    else:
        assert response.head == recorder.reader.size()
    return found


events = st.builds(
    DCBEvent,
    type=st.sampled_from(TYPES),
    data=st.binary(max_size=300),
    tags=st.lists(st.sampled_from(TAGS), max_size=4),
)
asked_types = st.lists(st.sampled_from((*TYPES, "key.created.v1", "none", *IMPOSSIBLE)), max_size=2)
asked_tags = st.lists(st.sampled_from((*TAGS, "k:none", *IMPOSSIBLE)), max_size=3)
items = st.builds(DCBQueryItem, types=asked_types, tags=asked_tags)
likely_types, likely_tags = st.lists(st.sampled_from(TYPES), max_size=2), st.lists(st.sampled_from(TAGS), max_size=2)
likely_items = st.builds(DCBQueryItem, types=likely_types, tags=likely_tags)
known_before = st.builds(
    ItemSince, types=likely_types, tags=likely_tags, since=st.one_of(st.integers(0, 60), st.just(10**30))
)
queries = st.builds(
    DCBQuery, items=st.lists(st.one_of(likely_items, likely_items, known_before, known_before, items), max_size=3)
)
afters = st.one_of(st.none(), st.integers(-2, 60), st.sampled_from((10**30, -(10**30))))
limits = st.one_of(st.none(), st.integers(0, 5))
conditions = st.one_of(st.none(), st.builds(DCBAppendCondition, fail_if_events_match=queries, after=afters))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.lists(events, min_size=1, max_size=5), conditions),
        st.tuples(st.just("read"), queries, afters, limits),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture
def followed(log: World, recorder: Recorder) -> Iterator[tuple[Recorder, Oracle]]:
    yield recorder, Oracle(_told(recorder, None, None, None))
    check_whole(log)


@settings(DECIDING, max_examples=40)
@given(story=steps)
def test_every_answer_is_the_oracles(followed: tuple[Recorder, Oracle], story: list[Any]) -> None:
    recorder, oracle = followed
    if len(oracle.events) == len(GENESIS):
        recorder.announce_day_key("trail")
        oracle.events = _told(recorder, None, None, None)
    for step in story:
        if step[0] == "read":
            _, query, after, limit = step
            assert _told(recorder, query, after, limit) == oracle.read(query, after, limit)
        else:
            _, given_events, condition = step
            expected = oracle.append(given_events, condition)
            try:
                position: int | None = recorder.append(given_events, condition)
            except ConditionFailedError:
                position = None
            assert position == expected


@settings(DECIDING, max_examples=20)
@given(story=st.lists(st.tuples(st.lists(events, min_size=1, max_size=4), conditions), min_size=2, max_size=6))
def test_requests_that_share_a_transaction_are_decided_in_turn(
    log: World, followed: tuple[Recorder, Oracle], story: list[Any]
) -> None:
    """Callers that wait together get what they would have got one after another, in the order in which they came."""
    recorder, oracle = followed
    with together(log, recorder) as calls:
        oracle.events = _told(recorder, None, None, None)
        for appended, condition in story:
            calls.call(lambda a=appended, c=condition: recorder.append(a, c))
    got = ["refused" if isinstance(each, ConditionFailedError) else each for each in calls.results()]

    told = _told(recorder, None, None, None)
    oracle.events = told[
        : next(i for i, each in enumerate(told) if each[3] == b"opener" and i >= len(oracle.events)) + 1
    ]
    assert got == [oracle.append(appended, condition) or "refused" for appended, condition in story]
    assert told == oracle.events


def test_an_item_matches_from_its_own_place_on_among_entries_that_are_not_committed_yet(
    log: World, recorder: Recorder
) -> None:
    """What stands in the same transaction before the place that an item names is known to whoever asks."""
    recorder.announce_day_key("trail")
    size = recorder.reader.size()
    sought = DCBEvent(type="Sought", data=b"", tags=["k:sought"])
    conditions = [
        DCBAppendCondition(DCBQuery([ItemSince([], ["k:sought"], since)]), after)
        for since, after in ((size + 2, None), (size + 1, size + 1), (size + 1, size + 2), (size + 1, None))
    ]
    with together(log, recorder) as calls:  # an entry of its own goes first
        calls.call(lambda: recorder.append([sought]))
        for condition in conditions:
            calls.call(lambda c=condition: recorder.append([DCBEvent(type="Other", data=b"", tags=[])], c))
    first, *others = calls.results()
    assert first == size + 2  # the port counts from 1
    assert [isinstance(each, ConditionFailedError) for each in others] == [False, True, False, True]


tagged_items = st.builds(
    ItemSince,
    types=likely_types,
    tags=st.lists(st.sampled_from(TAGS), min_size=1, max_size=3),
    since=st.one_of(st.just(0), st.integers(0, 80)),
)


@settings(DECIDING, max_examples=30)
@given(
    appended=st.lists(events, max_size=8), asked=st.lists(tagged_items, min_size=1, max_size=5), most=st.integers(6, 9)
)
def test_what_is_inside_is_what_each_item_matches_in_however_many_answers(
    followed: tuple[Recorder, Oracle], appended: list[DCBEvent], asked: list[ItemSince], most: int
) -> None:
    recorder, oracle = followed
    if appended:
        recorder.append(appended)
    oracle.events = _told(recorder, None, None, None)
    recorder.reader._matching = Matching(recorder._look_ups, recorder.schema, most)
    inside = recorder.reader.inside(asked)
    assert inside.size == len(oracle.events)
    expected = [[each[0] - 1 for each in oracle.read(DCBQuery([item]), None, None)] for item in asked]
    assert [list(places) for places in inside.places] == expected
    opened = {position: (each.type, tuple(each.tags), each.data) for position, each in inside.records.items()}
    assert opened == {
        each[0] - 1: each[1:] for each in oracle.events if each[0] - 1 in {p for ps in expected for p in ps}
    }
