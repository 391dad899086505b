"""Two transactions of one recorder under way at once, each of which a test can have the server wait in."""

import os
import select
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from log_world import World, blocked_by, record, until

from ledger.log.seal import DRAW_BYTES, Draw
from ledger.store.group import Request
from ledger.store.recorder import Recorder
from ledger.store.underway import Underway


def settled(recorder: Recorder) -> Underway:
    """Append so often that the recorder takes itself for alone."""
    for number in range(3):
        recorder.append([record(f"settle {number}")])
    return recorder._committer._underway


def request(recorder: Recorder, name: str, **options: Any) -> Request:
    """Two records, sealed and ready to be placed."""
    records = [record(f"{name} {number}", **options) for number in range(2)]
    made = Request(records, recorder._preparer.share(records, recorder.clock.now()))
    (made.prepared,) = recorder._preparer.prepare(records, made.shared, Draw(os.urandom(2 * DRAW_BYTES)), 2)
    return made


def look(underway: Underway) -> None:
    """Wait until the server says something, and go on."""
    socket, wanted = underway.wanted
    poll = select.poll()
    poll.register(socket, wanted)
    ((_, became),) = poll.poll(60_000)
    underway.resume(became)


def finish(underway: Underway) -> None:
    while underway:
        look(underway)


@contextmanager
def session(log: World, underway: Underway) -> Iterator[Any]:
    """Watch what the server does for the recorder: gives a function that tells the state of its session."""
    assert underway.connection is not None
    pid = underway.connection.info.backend_pid
    with psycopg.connect(log.urls.application, autocommit=True) as watcher:

        def state() -> str | None:
            found = watcher.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
            return None if found is None else str(found[0])

        yield state


WAITING_TAGS = {"wait:insert": 1, "wait:commit": 2}
"""Entries with these tags wait as they come, or as they are committed."""


def make_wait(log: World) -> None:
    """Have the server wait, in entries of such tags, for whoever holds the lock of their number."""
    with log.owner() as connection:
        connection.execute(
            f"CREATE FUNCTION {log.schema}.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_ARGV[0] = ANY(NEW.tags) THEN"
            f" PERFORM pg_advisory_xact_lock(hashtext('{log.schema}'), TG_ARGV[1]::int); END IF; RETURN NULL; END $$"
        )
        for (tag, number), when in zip(WAITING_TAGS.items(), ("IMMEDIATE", "DEFERRED"), strict=True):
            connection.execute(
                f"CREATE CONSTRAINT TRIGGER wait_{number} AFTER INSERT ON entry DEFERRABLE INITIALLY {when}"
                f" FOR EACH ROW EXECUTE FUNCTION {log.schema}.wait('{tag}', {number})"
            )


@contextmanager
def waited_for(log: World, tag: str) -> Iterator["psycopg.Connection[Any]"]:
    """Hold what entries with this tag wait for."""
    with closing(psycopg.connect(log.urls.owner, autocommit=True)) as connection:  # its end is the end of its locks
        connection.execute("SELECT pg_advisory_lock(hashtext(%s), %s)", (log.schema, WAITING_TAGS[tag]))
        yield connection


def until_waits(holder: "psycopg.Connection[Any]") -> None:
    """Wait until the server has come to the entry that waits."""
    until(lambda: blocked_by(holder) == 1)


def wait_no_more(log: World) -> None:
    """Take away what ``make_wait`` made."""
    with log.owner() as connection:
        connection.execute(f"DROP FUNCTION {log.schema}.wait() CASCADE")
