"""The full check at the command line where the log is too damaged to be opened, and a clock that was set back."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from command_line import Answer
from psycopg import sql

from api import wiring
from api.settings import Identity, Settings
from ledger.application import checking
from ledger.store.clock import SystemClock
from ledger.store.embedded import Urls
from ledger.store.record import Record

Shoseki = Callable[..., Answer]
REASON = "time_server"


class Own:
    """A log of the test's own, with what is done to it behind its back."""

    def __init__(self, shoseki: Shoseki, directory: Path, urls: Urls) -> None:
        self.run, self._directory, self._urls = shoseki, directory, urls

    def sql(self, statement: str) -> None:
        schema = sql.Identifier(Identity.read(self._directory).schema)
        with psycopg.connect(self._urls.owner, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(s=schema))


@pytest.fixture
def own(shoseki: Shoseki, postgres: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Own]:
    log = Own(shoseki, tmp_path / "own", postgres)
    monkeypatch.setenv("SHOSEKI_DIR", str(tmp_path / "own"))
    for arguments in (("init", "--origin", "shoseki.example/damaged"), ("customer", "add", "first")):
        assert log.run(*arguments).status == 0
    yield log
    log.sql("DROP SCHEMA {s} CASCADE")


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE {s}.log RENAME TO moved",
        "DROP TABLE {s}.schema_migration",
        "DELETE FROM {s}.log",
        "DELETE FROM {s}.schema_migration",
        "UPDATE {s}.log SET origin = 'another.example/log'",
        "UPDATE {s}.log SET size = 9223372036854775807",
        (
            "ALTER TABLE {s}.log DROP CONSTRAINT log_pkey, DROP CONSTRAINT log_singleton_check;"
            " INSERT INTO {s}.log SELECT false, origin, size, at FROM {s}.log"
        ),
        (
            "ALTER TABLE {s}.entry DISABLE TRIGGER USER;"
            " UPDATE {s}.entry SET at = '294000-01-01' WHERE position = (SELECT max(position) FROM {s}.entry)"
        ),
    ],
)
def test_a_log_that_cannot_be_opened_is_checked(own: Own, change: str) -> None:
    own.sql(change)
    answer = own.run("fsck", "--json")
    assert answer.status == 1, answer
    report = answer.json
    assert report["findings"]
    assert report["entries"] > 0
    assert report["position"] is None
    assert "SHOSEKI" not in answer.err  # nothing unexpected
    assert "Traceback" not in answer.err


def test_whatever_keeps_a_check_from_being_recorded_keeps_nobody_from_its_report(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise ArithmeticError("nobody thought of it")

    monkeypatch.setattr(checking, "record", fail)
    answer = own.run("fsck", "--json")
    assert (answer.status, answer.json["findings"], answer.json["position"]) == (0, [], None)
    assert "nobody thought of it" in answer.err
    monkeypatch.setenv("SHOSEKI_DEBUG", "1")
    with pytest.raises(ArithmeticError):
        own.run("fsck", "--json")


def test_what_cannot_be_signed_for_a_damaged_entry_is_no_success(own: Own) -> None:
    with wiring.opened(Settings.from_environment()) as ledger:
        first, second = (ledger.recorder.append_all([Record("work.noted.v1", b"noted")])[0] for _ in range(2))
    own.sql("ALTER TABLE {s}.entry DISABLE TRIGGER USER")
    own.sql(f"UPDATE {{s}}.entry SET leaf = sha256(leaf) WHERE position = {first}")
    answer = own.run("customer", "add", "second", "--json")
    assert answer.status == 2
    assert f"recorded, but cannot be signed any more: The stored entry at position {first}" in answer.err
    assert f"LEAF {first}" in {f"{e['code']} {e['position']}" for e in own.run("fsck", "--json").json["findings"]}
    assert second == first + 1


def test_a_database_that_lost_what_was_signed_is_told_by_status(own: Own) -> None:
    size = own.run("status", "--json").json["entries"]
    own.sql("UPDATE {s}.log SET size = size - 1")
    answer = own.run("status", "--json")
    assert (answer.status, answer.json["behind"]) == (1, -1)
    assert f"size {size}, of which {size - 1} entries are there" in " ".join(own.run("status").out.split())
    assert "古い状態" in own.run("--lang", "ja", "status").out


@pytest.mark.parametrize("table", ["entry", "payload", "chain", "key", "idempotency", "destroyed_pair", "tag"])
def test_a_missing_table_is_named_by_the_command(own: Own, table: str) -> None:
    own.sql(f"ALTER TABLE {{s}}.{table} RENAME TO moved")
    answer = own.run("fsck", "--json")
    assert answer.status == 1, answer
    details = [each["detail"] for each in answer.json["findings"]]
    assert f"the table {table} is not there, lacks a column or may not be read: nothing of it was checked" in details
    assert "Traceback" not in answer.err


def set_clock(monkeypatch: pytest.MonkeyPatch, away: timedelta) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.now(UTC) + away)


def test_a_clock_set_back_is_said_with_every_append_and_by_status(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    right = own.run("customer", "add", "second", "--json")
    assert "clock_behind_seconds" not in right.json
    assert "behind" not in right.err
    assert own.run("status", "--json").json["clock_behind_seconds"] == 0
    set_clock(monkeypatch, -timedelta(days=3650))
    added = own.run("customer", "add", "third", "--json")
    assert added.status == 0
    assert 3649 * 86400 < added.json["clock_behind_seconds"] <= 3650 * 86400
    assert added.err.count("seconds behind the newest entry") == 1
    status = own.run("status", "--json")
    assert status.status == 1
    assert 3649 * 86400 < status.json["clock_behind_seconds"] <= 3650 * 86400
    assert "遅れ" in own.run("--lang", "ja", "status").err
    checked = own.run("fsck", "--json")
    assert checked.status == 1
    assert [each["code"] for each in checked.json["findings"]] == ["CLOCK"]
    rotated = own.run("keyring", "rotate-signer", "--json")
    assert rotated.json["clock_behind_seconds"] > 0
    corrected = own.run("status", "--correct-clock", REASON, "--json")
    assert (corrected.status, corrected.json["clock_behind_seconds"]) == (0, 0)
    assert "clock_behind_seconds" not in own.run("customer", "add", "fourth", "--json").json
    assert own.run("fsck").status == 0
