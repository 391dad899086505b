"""Keys are announced before they are used, compared with what was announced, and refused once destroyed."""

import shutil
import threading
from collections.abc import Callable

import pytest
from log_world import CUSTOMER, GENESIS, ORIGIN, OTHER_CUSTOMER, World, check_whole, record, together

from ledger.keys.errors import HalfUnknownError, KeysError
from ledger.log.seal import half_check
from ledger.store.errors import KeyGoneError, RecordRefusedError
from ledger.store.record import PayloadState, Record, Recorded
from ledger.store.recorder import Recorder, create_log


def destroy(recorder: Recorder, **what: str) -> int:
    said = {**what, "reason": "retention", "policy": "test", "expired_at": "2026-11-22", "entries": 1, "held": []}
    return recorder.append_core([Record("key.destroyed.v1", b"", key_class=None, public=said)])[0]


def key_of(recorder: Recorder, place: int) -> str:
    (told,) = list(recorder.read(after=place, limit=1))
    assert isinstance(told.event, Recorded)
    assert told.event.key is not None
    return told.event.key


def states(recorder: Recorder) -> dict[int, PayloadState]:
    return {e.position - 1: e.event.state for e in recorder.read() if isinstance(e.event, Recorded) and e.event.key}


def test_each_key_is_announced_once_with_its_period_and_check(log: World, recorder: Recorder, customer: str) -> None:
    for _ in range(2):
        recorder.append(
            [
                record("a", chain=customer),
                record("b", chain=customer, key_class="fee"),
                record("c", chain=customer, key_class="agreement", subject="a1"),
                record("d", key_class="agreement", subject="a2"),
            ]
        )
    announced = {e.public["key"]: e.public for e in check_whole(log) if e.type == "key.created.v1"}
    halves = log.halves()
    assert {key.partition(":")[0] for key in announced} == {"trail", "fee", "agreement"}
    assert len(announced) == 4
    for key, public in announced.items():
        assert public["check"] == half_check(ORIGIN, key, halves.open(key))
    assert {p["retain"] for k, p in announced.items() if k.startswith("fee")} == {"P10Y"}
    assert {p["retain"] for k, p in announced.items() if k.startswith("agreement")} == {None}


def test_in_one_transaction_a_key_is_announced_by_whoever_is_first(log: World, recorder: Recorder) -> None:
    with together(log, recorder) as calls:
        for number in range(4):
            calls.call(lambda number=number: recorder.append([record(f"{number}", key_class="claim")]))
    assert all(isinstance(each, int) for each in calls.results())
    check_whole(log)


def test_a_key_announced_ahead_is_not_announced_again(log: World, recorder: Recorder) -> None:
    recorder.announce_day_key("fee")
    recorder.append([record(key_class="fee")])
    with pytest.raises(RecordRefusedError, match="announced already"):
        recorder.announce_day_key("fee")
    for nonsense in ("person", "nothing", ""):
        with pytest.raises(RecordRefusedError):
            recorder.announce_day_key(nonsense)
    check_whole(log)


@pytest.mark.parametrize("what", ["key", "chain", "pair"])
def test_nothing_is_recorded_under_what_was_destroyed(log: World, recorder: Recorder, customer: str, what: str) -> None:
    recorder.create_chain(OTHER_CUSTOMER)
    (place,) = recorder.append_all([record("erased", chain=customer, idempotency_key="1")])
    key = key_of(recorder, place)
    destroy(recorder, **{"key": {"key": key}, "chain": {"chain": customer}}.get(what, {"key": key, "chain": customer}))

    with log.recorder() as other:  # who learns it from the tables, and who remembers it
        for each in (recorder, other):
            with pytest.raises(KeyGoneError, match="destroyed"):
                each.append([record("refused", chain=customer)])
    elsewhere = record("elsewhere", chain=OTHER_CUSTOMER)
    if what == "key":
        with pytest.raises(KeyGoneError, match="destroyed"):
            recorder.append([elsewhere])
    else:
        recorder.append([elsewhere])
    if what == "chain":
        with pytest.raises(KeyGoneError, match="destroyed"):
            recorder.append([Record("test.public.v1", b"", chain=customer, key_class=None)])
    else:
        recorder.append([record("another key", chain=customer, key_class="fee")])
    check_whole(log)


@pytest.mark.parametrize("what", ["key", "chain"])
def test_what_a_destroyed_half_sealed_reads_as_erased(log: World, recorder: Recorder, customer: str, what: str) -> None:
    kept, gone = recorder.append_all([record("kept", key_class="fee"), record("gone", chain=customer)])
    name = key_of(recorder, gone) if what == "key" else customer
    destroy(recorder, **{what: name})
    log.halves().destroy(name)

    recorder.custody.forget()
    assert states(recorder)[gone] == PayloadState.ERASED
    assert states(recorder)[kept] == PayloadState.OPEN
    with pytest.raises((KeyGoneError, KeysError), match="destroyed"):
        recorder.append([record("refused", chain=customer)])


def test_a_destruction_counts_at_once_for_those_who_share_its_transaction(
    log: World, recorder: Recorder, customer: str
) -> None:
    (place,) = recorder.append_all([record("a", chain=customer)])
    key = key_of(recorder, place)
    with together(log, recorder) as calls:
        calls.call(lambda: recorder.append([record("before", chain=customer)]))
        calls.call(lambda: destroy(recorder, chain=customer))
        calls.call(lambda: recorder.append([record("after", chain=customer)]))
        calls.call(lambda: destroy(recorder, key=key))
        calls.call(lambda: recorder.append([record("after")]))
        calls.call(lambda: recorder.append([record("unharmed", key_class="fee")]))
    before, _, chain_gone, _, key_gone, unharmed = calls.results()
    assert isinstance(before, int)
    assert isinstance(unharmed, int)
    assert isinstance(chain_gone, KeyGoneError)
    assert isinstance(key_gone, KeyGoneError)
    check_whole(log)


def lose(log: World, *names: str) -> None:
    for name in names:
        for path in log.key_dir.glob(f"{name}*"):
            path.unlink()


@pytest.mark.parametrize("lost", ["keyring", "halves", "keyring and halves"])
def test_keys_made_anew_are_refused_and_leave_the_log_as_it_was(log: World, lost: str) -> None:
    with log.recorder() as recorder:
        recorder.create_chain(CUSTOMER)
        recorder.append([record("sealed", chain=CUSTOMER), record("and marked", idempotency_key="1")])
    size = len(check_whole(log))
    kept = log.key_dir.with_name("kept")
    shutil.copytree(log.key_dir, kept)
    lose(log, *lost.split(" and "))

    attempts: list[Callable[[Recorder], object]] = [
        lambda r: r.append([record("refused")]),
        lambda r: r.append([record("refused", chain=CUSTOMER)]),
        lambda r: r.append([record("refused", key_class="fee", chain=CUSTOMER)]),
        lambda r: r.append([record("refused", chain=CUSTOMER, idempotency_key="2")]),
        lambda r: r.append([Record("test.p.v1", b"", chain=CUSTOMER, key_class=None, idempotency_key="3")]),
    ]
    try:
        log.create()  # whoever runs the set-up again makes nothing of a log that is there
        recorder = log.recorder()
    except KeysError:
        assert lost == "keyring"  # halves that stand wrapped under another keyring are not even opened
    else:
        with recorder:
            for attempt in attempts:
                with pytest.raises((KeyGoneError, KeysError)):
                    attempt(recorder)
            for name in ("log", CUSTOMER):  # now there are halves, but not the announced ones
                if lost != "keyring":
                    recorder.custody.halves.create(name)
            for attempt in attempts:
                with pytest.raises((KeyGoneError, KeysError)):
                    attempt(recorder)
            assert {each.event.data for each in recorder.read()} == {b""}
            assert PayloadState.OPEN not in states(recorder).values()
    shutil.rmtree(log.key_dir)
    shutil.copytree(kept, log.key_dir)
    assert len(check_whole(log)) == size
    with log.recorder() as recorder:
        recorder.append([record("with the halves restored", chain=CUSTOMER)])
    check_whole(log)


def test_one_half_made_anew_is_refused_by_what_was_announced(log: World, recorder: Recorder, customer: str) -> None:
    (place,) = recorder.append_all([record("a", chain=customer)])
    key = key_of(recorder, place)
    real = recorder.custody.halves
    for wrong in (key, customer):

        class Wrong:
            def __getattr__(self, name: str) -> object:
                return getattr(real, name)

            def open(self, half_id: str, wrong: str = wrong) -> bytes:
                return b"w" * 32 if half_id == wrong else real.open(half_id)

            def create(self, half_id: str, wrong: str = wrong) -> bytes:
                return b"w" * 32 if half_id == wrong else real.create(half_id)

        with Recorder(log.urls.application, log.schema, ORIGIN, Wrong()) as other:  # type: ignore[arg-type]
            with pytest.raises(KeyGoneError, match="not the announced one"):
                other.append([record("refused", chain=customer)])
            other.append([record("unharmed", key_class="fee")])
    check_whole(log)


def test_a_chain_whose_half_was_lost_is_told_from_one_that_nobody_opened(
    log: World, recorder: Recorder, customer: str
) -> None:
    with pytest.raises(RecordRefusedError, match="register the customer"):
        recorder.append([record(chain=OTHER_CUSTOMER)])
    with pytest.raises(RecordRefusedError, match="register the customer"):
        recorder.append([Record("test.p.v1", b"", chain=OTHER_CUSTOMER, key_class=None)])
    with pytest.raises(RecordRefusedError, match="register the customer"):
        recorder.append([record(chain=OTHER_CUSTOMER, idempotency_key="1")])
    recorder.append([record(chain=customer)])
    with log.recorder() as other:
        halves = other.custody.halves

        def unknown(half_id: str) -> bytes:
            raise HalfUnknownError(half_id)

        halves.open = unknown  # type: ignore[method-assign]
        with pytest.raises(HalfUnknownError, match="restore the file of halves"):
            other.append([record(chain=customer)])
    assert OTHER_CUSTOMER not in {each.id for each in log.halves().list()}
    check_whole(log)


def test_the_set_up_may_be_run_again_and_by_two_at_once(new_log: Callable[..., World]) -> None:
    log = new_log()
    for _ in range(2):
        log.create()
    assert log.types() == GENESIS

    with log.owner() as connection:
        connection.execute(f"DROP SCHEMA {log.schema} CASCADE")

    barrier, failed = threading.Barrier(4), []

    def create() -> None:
        halves = log.halves()
        barrier.wait()
        try:
            create_log(log.urls.owner, log.schema, ORIGIN, halves)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            failed.append(error)

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert log.types() == GENESIS
    check_whole(log)
