"""The contract of ``ledger.keys.ports.HalfStore`` as tests: a provider subclasses it and must pass unchanged.

A provider gives the fixture ``opener``: a picklable function without arguments that opens the same storage anew each
time it is called, in this process or in another one.
"""

import multiprocessing
import random
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.synchronize import Barrier as ProcessBarrier
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ledger.keys.errors import HalfDestroyedError, HalfIdError, HalfUnknownError, KeysError
from ledger.keys.ports import HalfStore
from ledger.log.members import parse_at

Opener = Callable[[], HalfStore]

CUSTOMER = "cus_" + "0123456789abcdef" * 2
IDS = ("log", CUSTOMER, "trail:2026-11-22", "trail24:2026-11-22", "person:8c1f_-A", "agreement:0")
NO_IDS = (
    "",
    "Log",
    "log ",
    "log\n",
    "cus_0123",
    CUSTOMER.upper(),
    CUSTOMER + "0",
    "trail:",
    ":2026-11-22",
    "trail:2026-11-22\n",
    "Trail:2026-11-22",
    "trail:" + "a" * 65,
    "trail:a b",
    "trail:a:b",
    "a/../b:c",
    "証跡:2026-11-22",
    "trail:２０２６",
    "trail:a\x00",
)

_barrier: ProcessBarrier | None = None


def _join(barrier: ProcessBarrier) -> None:
    global _barrier  # noqa: PLW0603 - how a pool's initialiser reaches its tasks
    _barrier = barrier


def _create_all(opener: Opener) -> dict[str, bytes]:
    store = opener()
    assert _barrier is not None
    made = {}
    for half_id in IDS:
        _barrier.wait(60)
        made[half_id] = store.create(half_id)
    return made


def _create_or_name(store: HalfStore, half_id: str) -> bytes | None:
    try:
        return store.create(half_id)
    except HalfDestroyedError:
        return None


class HalfStoreContract:
    """What every provider must do."""

    def test_a_new_half_is_32_bytes_that_nothing_else_has(self, opener: Opener) -> None:
        store = opener()
        halves = [store.create(half_id) for half_id in IDS]
        assert {len(half) for half in halves} == {32}
        assert len(set(halves)) == len(IDS)

    def test_a_half_is_never_replaced(self, opener: Opener) -> None:
        store = opener()
        half = store.create("log")
        assert store.create("log") == half
        assert store.open("log") == half
        again = opener()
        assert again.open("log") == half
        assert again.create("log") == half

    def test_an_unknown_half_is_named(self, opener: Opener) -> None:
        store = opener()
        store.create("trail:2026-11-22")
        with pytest.raises(HalfUnknownError) as refused:
            store.open("trail:2026-11-23")
        assert refused.value.half_id == "trail:2026-11-23"
        assert [record.id for record in store.list()] == ["trail:2026-11-22"]

    def test_a_destroyed_half_never_comes_back(self, opener: Opener) -> None:
        store = opener()
        store.create("log")
        store.destroy("log")
        for one in (store, opener()):
            for attempt in (one.open, one.create):
                with pytest.raises(HalfDestroyedError) as refused:
                    attempt("log")
                assert refused.value.half_id == "log"
                assert parse_at(refused.value.destroyed_at)

    def test_destroying_again_is_the_same_destruction(self, opener: Opener) -> None:
        store = opener()
        store.create("log")
        store.destroy("log")
        first = list(store.list())
        store.destroy("log")
        opener().destroy("log")
        assert list(store.list()) == first

    def test_what_was_destroyed_before_it_was_created_cannot_be_created(self, opener: Opener) -> None:
        store = opener()
        store.destroy("person:1")
        with pytest.raises(HalfDestroyedError):
            store.create("person:1")
        (record,) = store.list()
        assert (record.id, record.state, record.created_at) == ("person:1", "destroyed", None)

    def test_one_destruction_leaves_the_others(self, opener: Opener) -> None:
        store = opener()
        halves = {half_id: store.create(half_id) for half_id in IDS}
        store.destroy(CUSTOMER)
        del halves[CUSTOMER]
        assert {half_id: opener().open(half_id) for half_id in halves} == halves

    def test_the_list_tells_every_id_its_state_and_times(self, opener: Opener) -> None:
        store = opener()
        assert list(store.list()) == []
        for half_id in IDS:
            store.create(half_id)
        store.destroy("log")
        records = list(store.list())
        assert [record.id for record in records] == sorted(IDS)
        for record in records:
            assert record.created_at is not None
            assert (record.state == "destroyed") == (record.id == "log") == (record.destroyed_at is not None)
            if record.destroyed_at is not None:
                assert parse_at(record.created_at) <= parse_at(record.destroyed_at)

    @pytest.mark.parametrize("half_id", NO_IDS)
    def test_what_is_no_id_is_refused(self, opener: Opener, half_id: str) -> None:
        store = opener()
        for attempt in (store.create, store.open, store.destroy):
            with pytest.raises(HalfIdError) as refused:
                attempt(half_id)
            assert refused.value.half_id == half_id
        assert list(store.list()) == []

    def test_threads_that_start_together_get_the_same_half(self, opener: Opener) -> None:
        shared, barrier = opener(), Barrier(16)

        def create(number: int) -> list[bytes]:
            store = shared if number % 2 else opener()
            made = []
            for half_id in IDS:
                barrier.wait(60)
                made.append(store.create(half_id))
            return made

        with ThreadPoolExecutor(16) as pool:
            results = list(pool.map(create, range(16)))
        assert all(result == results[0] for result in results)
        assert [opener().open(half_id) for half_id in IDS] == results[0]

    def test_processes_that_start_together_get_the_same_half(self, opener: Opener) -> None:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(4, mp_context=context, initializer=_join, initargs=(context.Barrier(4),)) as pool:
            results = [task.result(120) for task in [pool.submit(_create_all, opener) for _ in range(4)]]
        assert all(result == results[0] for result in results)
        assert {half_id: opener().open(half_id) for half_id in IDS} == results[0]

    def test_a_destruction_beats_every_creation_that_races_it(self, opener: Opener) -> None:
        store = opener()
        for round_ in range(10):
            half_id, barrier = f"person:{round_}", Barrier(5)

            def create(half_id: str = half_id, barrier: Barrier = barrier) -> list[bytes | None]:
                barrier.wait(60)
                return [_create_or_name(store, half_id) for _ in range(4)]

            def destroy(half_id: str = half_id, barrier: Barrier = barrier) -> None:
                barrier.wait(60)
                store.destroy(half_id)

            with ThreadPoolExecutor(5) as pool:
                creators = [pool.submit(create) for _ in range(4)]
                pool.submit(destroy).result(60)
                results = [creator.result(60) for creator in creators]
            assert len({half for result in results for half in result if half is not None}) <= 1
            for result in results:  # once gone, gone
                states = [half is None for half in result]
                assert states == sorted(states)
            with pytest.raises(HalfDestroyedError):
                store.open(half_id)

    def test_any_story_ends_as_the_model_says(self, opener_in: Callable[[Path], Opener]) -> None:
        class Story(RuleBasedStateMachine):
            """Halves against a dictionary: None is a destroyed one."""

            @initialize()
            def begin(self) -> None:
                self.folder = tempfile.TemporaryDirectory()
                self.opener = opener_in(Path(self.folder.name) / "keys")
                self.store = self.opener()
                self.model: dict[str, bytes | None] = {}

            @rule(half_id=st.sampled_from(IDS))
            def create(self, half_id: str) -> None:
                if half_id in self.model and self.model[half_id] is None:
                    with pytest.raises(HalfDestroyedError):
                        self.store.create(half_id)
                else:
                    half = self.store.create(half_id)
                    assert self.model.setdefault(half_id, half) == half

            @rule(half_id=st.sampled_from(IDS))
            def open(self, half_id: str) -> None:
                try:
                    assert self.store.open(half_id) == self.model[half_id]
                except HalfUnknownError:
                    assert half_id not in self.model
                except HalfDestroyedError:
                    assert self.model[half_id] is None

            @rule(half_id=st.sampled_from(IDS))
            def destroy(self, half_id: str) -> None:
                self.store.destroy(half_id)
                self.model[half_id] = None

            @rule()
            def reopen(self) -> None:
                self.store = self.opener()

            @invariant()
            def same_list(self) -> None:
                if hasattr(self, "store"):
                    listed = {record.id: record.state == "destroyed" for record in self.store.list()}
                    assert listed == {half_id: half is None for half_id, half in self.model.items()}

            def teardown(self) -> None:
                if hasattr(self, "folder"):
                    self.folder.cleanup()

        run_state_machine_as_test(Story, settings=settings(max_examples=25, stateful_step_count=15, deadline=None))

    def test_every_refusal_is_one_sentence(self, opener: Opener) -> None:
        store = opener()
        store.destroy("log")
        texts = []
        for half_id in ("log", "person:0", "nonsense"):
            with pytest.raises(KeysError) as refused:
                store.open(half_id)
            texts.append(str(refused.value))
        for text in texts:
            assert text.endswith(".")
            assert "\n" not in text

    def test_order_of_making_does_not_matter(self, opener: Opener) -> None:
        ids = [f"person:{number}" for number in range(60)]
        random.Random(7).shuffle(ids)
        store = opener()
        halves = {half_id: store.create(half_id) for half_id in ids}
        for half_id in ids[::3]:
            store.destroy(half_id)
        left = {record.id for record in opener().list() if record.state == "live"}
        assert left == set(ids) - set(ids[::3])
        assert all(opener().open(half_id) == halves[half_id] for half_id in left)
