"""Two transactions under way at once, and something happens to one of them before anybody looks."""

import select
import threading

import pytest
from eventsourcing.dcb.api import DCBAppendCondition
from log_world import World, blocked_by, boundary, check_whole, held_back, record, until
from two_underway import finish, look, request, session, settled

from ledger.store import committer as committer_module
from ledger.store.errors import StoreError
from ledger.store.recorder import Recorder
from ledger.store.wire import Statement, Wire


def refuse(log: World, tag: str, *, deferred: bool) -> None:
    """Have the server refuse entries with this tag: as they come, or only as they are committed."""
    with log.owner() as connection:
        connection.execute(
            f"CREATE FUNCTION {log.schema}.refused() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF '{tag}' = ANY(NEW.tags) THEN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END IF;"
            " RETURN NULL; END $$"
        )
        connection.execute(
            "CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON entry"
            f" DEFERRABLE INITIALLY {'DEFERRED' if deferred else 'IMMEDIATE'}"
            f" FOR EACH ROW EXECUTE FUNCTION {log.schema}.refused()"
        )


def test_nothing_is_sent_behind_a_transaction_that_is_being_rolled_back(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    underway = settled(recorder)
    with log.recorder() as other:
        size = other.append([record("theirs")])
    sent: list[bytes] = []
    send = Wire.send

    def noted(wire: Wire, statement: Statement, *values: bytes | None) -> None:
        sent.append(statement.name)
        send(wire, statement, *values)

    monkeypatch.setattr(Wire, "send", noted)
    first, second = request(recorder, "first"), request(recorder, "second")
    underway.begin([first])
    while "rollback" not in map(bytes.decode, sent):
        look(underway)
    assert underway
    if underway.all_sent:  # what the committer looks at, too
        underway.begin([second])
    else:
        finish(underway)
        underway.begin([second])
    finish(underway)
    assert [first.error, second.error] == [None, None]
    assert [first.positions, second.positions] == [[size, size + 1], [size + 2, size + 3]]
    check_whole(log)


def test_who_stands_is_not_told_the_error_of_who_was_sent_behind(log: World, recorder: Recorder) -> None:
    """Both are decided before anybody looks: the first is durable, the second is refused by the server."""
    underway = settled(recorder)
    size = recorder.reader.size()
    refuse(log, "refused:1", deferred=False)
    first, second = request(recorder, "first"), request(recorder, "second", tags=("refused:1",))
    for each in (first, second):
        underway.begin([each])
    with session(log, underway) as state:
        until(lambda: state() == "idle in transaction (aborted)")
    finish(underway)
    assert recorder.reader.size() == size + 2
    assert first.error is None
    assert first.positions == [size, size + 1]
    assert isinstance(second.error, StoreError)
    assert recorder.append([record("goes on")]) == size + 3
    check_whole(log)


def test_a_commit_that_fails_takes_along_what_was_sent_behind_it(log: World, recorder: Recorder) -> None:
    """Also where somebody else appended as many entries in between: the size is as guessed, the entries are others."""
    underway = settled(recorder)
    size = recorder.reader.size()
    refuse(log, "refused:1", deferred=True)
    first, second = request(recorder, "first", tags=("refused:1",)), request(recorder, "second")
    underway.begin([first])
    with session(log, underway) as state, log.recorder() as other:
        until(lambda: state() == "idle")
        other.append([record("theirs 0"), record("theirs 1")])
        underway.begin([second])
        finish(underway)
        until(lambda: state() in (None, "idle"))
    assert isinstance(first.error, StoreError)
    assert isinstance(second.error, StoreError)
    assert recorder.reader.size() == size + 2
    recorder.append([record("goes on")])
    check_whole(log)


@pytest.mark.parametrize("looks", range(4))
def test_a_caller_who_is_interrupted_while_it_waits_holds_nobody_up(
    log: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """Ctrl-C arrives where the time is spent: in the waiting for the server, which holds the log for this caller."""
    settled(recorder)
    poll, count = committer_module._poll, [0]

    def interrupted(socket: int, wanted: int) -> int:
        count[0] += 1
        if count[0] > looks:
            until(lambda: bool(select.select([socket], [], [], 0)[0]))  # the server has the lock, and said so
            raise KeyboardInterrupt
        return poll(socket, wanted)

    monkeypatch.setattr(committer_module, "_poll", interrupted)
    try:
        recorder.append([record("mine")], DCBAppendCondition(boundary("never:1")))
    except KeyboardInterrupt:
        assert count[0] > looks
    monkeypatch.undo()
    with log.recorder() as other:
        done = threading.Thread(target=other.append, args=([record("theirs")],), daemon=True)
        done.start()
        done.join(10)
        assert not done.is_alive(), "another writer waits for who was interrupted"
    recorder.append([record("goes on")])
    check_whole(log)


def test_many_callers_have_the_next_transaction_sent_behind_the_one_under_way(log: World, recorder: Recorder) -> None:
    underway, committer, size = settled(recorder), recorder._committer, recorder.reader.size()
    calls = [[record("first")], [record(f"behind {number}") for number in range(committer_module._AHEAD)]]
    threads = [threading.Thread(target=recorder.append_all, args=(each,), daemon=True) for each in calls]
    with held_back(log) as holder:
        with committer._turn:  # so that neither caller appends by itself
            threads[0].start()
            until(lambda: committer.pending == 1)
        until(lambda: blocked_by(holder) == 1)
        threads[1].start()
        until(lambda: len(underway) == 2)
    for each in threads:
        each.join(60)
        assert not each.is_alive()
    assert recorder.reader.size() == size + 1 + committer_module._AHEAD
    check_whole(log)
