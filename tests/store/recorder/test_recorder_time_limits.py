"""Time limits that an operator sets for the role: where one ends an append, it is said, and nothing is half there."""

from dataclasses import replace
from typing import Any

import pytest
from log_world import World, check_whole, held_back, record, until
from psycopg.conninfo import make_conninfo
from two_underway import finish, make_wait, request, session, settled, wait_no_more, waited_for

from ledger.store.embedded import Urls
from ledger.store.errors import DatabaseUnavailableError, StoreError
from ledger.store.recorder import Recorder
from ledger.store.underway import connect_to_append

# Long enough for whatever an append does, and waited out: nothing is measured.
LIMIT = "1500ms"
IDLE = "idle_in_transaction_session_timeout"


def limited(log: World, name: str) -> World:
    """Give the log as a role reaches it that has this limit."""
    url = make_conninfo(log.urls.application, options=f"-c {name}={LIMIT}")
    return replace(log, urls=Urls(log.urls.owner, url))


def tells_the_limit(error: Any) -> bool:
    text = str(error)
    return isinstance(error, DatabaseUnavailableError) and "time limit" in text and "\n" not in text


def test_a_statement_that_takes_too_long_ends_the_append_by_name(log: World) -> None:
    with limited(log, "statement_timeout").recorder() as recorder:
        recorder.append([record("before")])
        size = recorder.reader.size()
        with held_back(log), pytest.raises(DatabaseUnavailableError) as told:
            recorder.append([record("too long")])
        assert tells_the_limit(told.value)
        assert "statement timeout" in str(told.value)
        assert recorder.reader.size() == size
        assert recorder.append([record("goes on")]) == size + 1
    check_whole(log)


@pytest.mark.parametrize("slow", [0, 1], ids=["in the first", "in the second"])
def test_a_limit_that_fires_in_one_of_two_under_way(log: World, slow: int) -> None:
    """What stands stands; what waited too long is told so, and what was sent behind it is told the same."""
    tag = "wait:insert"
    with limited(log, "statement_timeout").recorder() as recorder:
        make_wait(log)
        underway = settled(recorder)
        size = recorder.reader.size()
        requests = [request(recorder, f"{number}", tags=(tag,) if number == slow else ()) for number in range(2)]
        with waited_for(log, tag):
            for each in requests:
                underway.begin([each])
            finish(underway)
        assert [each.error is None for each in requests] == [slow > 0, False]
        assert all(tells_the_limit(each.error) for each in requests[slow:])
        assert recorder.reader.size() == size + 2 * slow
        assert recorder.append([record("goes on")]) == size + 2 * slow + 1
        wait_no_more(log)
    check_whole(log)


@pytest.mark.parametrize("behind", [False, True], ids=["in the first", "in the second"])
def test_a_session_that_waits_for_this_process_for_too_long_is_ended_by_name(log: World, behind: bool) -> None:
    """The process stood still in the middle of a transaction: others were let go on, and it says so itself."""
    with limited(log, IDLE).recorder() as recorder:
        underway = settled(recorder)
        size = recorder.reader.size()
        first = request(recorder, "first")
        slow = request(recorder, "slow", idempotency_key="asks first")
        if behind:
            underway.begin([first])
        underway.begin([slow])
        with session(log, underway) as state:
            until(lambda: state() is None)
        with log.recorder() as other:
            other.append([record("theirs")])
        finish(underway)
        assert first.error is None
        assert first.positions == ([size, size + 1] if behind else [])
        assert tells_the_limit(slow.error)
        recorder.append([record("goes on")])
        assert recorder.reader.size() == size + 2 * behind + 2
    check_whole(log)


def test_a_lock_is_waited_for_as_long_as_the_program_says(log: World, recorder: Recorder) -> None:
    """Not as the role's default has it: appends take turns at one row, and a turn of another is no fault."""
    with limited(log, "lock_timeout").recorder() as one, connect_to_append(one.url) as connection:
        assert connection.execute("SHOW lock_timeout").fetchone() == ("30s",)


def test_a_connection_whose_settings_are_refused_is_not_left_behind(log: World) -> None:
    with log.owner() as connection:
        # Found before the server's own by whoever has this search path.
        connection.execute(
            f"CREATE FUNCTION {log.schema}.current_setting(text) RETURNS text LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no settings today'; END $$"
        )
    url = make_conninfo(log.urls.application, options=f"-c search_path={log.schema},pg_catalog")
    with replace(log, urls=Urls(log.urls.owner, url)).recorder() as recorder:
        with pytest.raises(StoreError, match="no settings today") as held:  # with all that its frames hold
            recorder.append([record("refused")])
        until(lambda: not log.ask("SELECT FROM pg_stat_activity WHERE application_name = 'shoseki sequencer'"))
        assert held
    check_whole(log)
