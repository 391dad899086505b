"""What was signed is forgotten or contradicted: no command makes up an empty memory, and a dead log gets no entry."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from command_line import CAPTURED, Answer
from psycopg import sql

from api import wiring
from api.settings import Identity
from ledger.application.door import Ledger
from ledger.store.embedded import Urls

Shoseki = Callable[..., Answer]
ORIGIN = "shoseki.example/lost"


class Own:
    """A log of the test's own, with what is done to it behind its back."""

    def __init__(self, shoseki: Shoseki, directory: Path, urls: Urls) -> None:
        self.run, self.directory, self._urls = shoseki, directory, urls
        self.state = directory / "checkpoints" / "signed.sqlite"

    def done(self, *arguments: str | Path) -> Answer:
        answer = self.run(*arguments, "--json")
        assert answer.status == 0, answer
        return answer

    def sql(self, statement: str) -> list[tuple[int, ...]]:
        schema = sql.Identifier(Identity.read(self.directory).schema)
        with psycopg.connect(self._urls.owner, autocommit=True) as connection:
            cursor = connection.execute(sql.SQL(statement).format(s=schema))
            return cursor.fetchall() if cursor.description else []

    @property
    def stored(self) -> int:
        return self.sql("SELECT count(*) FROM {s}.entry")[0][0]

    def restore(self, size: int) -> None:
        """Bring the database back to what it was when it had so many entries, as restoring a backup does."""
        self.sql("ALTER TABLE {s}.entry DISABLE TRIGGER USER")
        for table in ("entry", "tag", "payload", "idempotency"):
            self.sql(f"DELETE FROM {{s}}.{table} WHERE position >= {size}")
        self.sql("DELETE FROM {s}.chain c WHERE NOT EXISTS (SELECT FROM {s}.entry e WHERE e.chain = c.chain)")
        self.sql(
            "UPDATE {s}.chain c SET (seq, leaf) = (SELECT e.seq, e.leaf FROM {s}.entry e"
            " WHERE e.chain = c.chain ORDER BY seq DESC LIMIT 1)"
        )
        self.sql(f"UPDATE {{s}}.log SET size = {size}, at = (SELECT max(at) FROM {{s}}.entry)")
        self.sql("ALTER TABLE {s}.entry ENABLE TRIGGER USER")

    def lose_state(self) -> None:
        self.state.unlink()  # first: a log of SQLite's taken away under an open connection is another mishap
        for path in self.state.parent.iterdir():
            path.unlink()


@pytest.fixture
def own(shoseki: Shoseki, postgres: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Own]:
    log = Own(shoseki, tmp_path / "own", postgres)
    monkeypatch.setenv("SHOSEKI_DIR", str(log.directory))
    log.done("init", "--origin", ORIGIN)
    yield log
    log.sql("DROP SCHEMA {s} CASCADE")


def test_init_makes_no_empty_state_beside_a_log_that_was_signed(own: Own) -> None:
    own.done("customer", "add", "first")
    older = own.stored
    own.done("customer", "add", "second")
    held = own.done("checkpoint").json
    own.restore(older)
    own.lose_state()
    assert "shoseki checkpoint adopt FILE" in own.run("checkpoint").check_refused()
    assert "shoseki checkpoint adopt FILE" in own.run("init", "--origin", ORIGIN).check_refused()
    assert not own.state.exists()
    assert own.stored == older < held["size"]


def test_init_makes_no_empty_state_where_the_whole_database_is_lost_with_it(own: Own) -> None:
    own.done("customer", "add", "first")
    own.lose_state()
    own.sql("DROP SCHEMA {s} CASCADE")
    own.sql("CREATE SCHEMA {s}")
    assert "not known any more" in own.run("init", "--origin", ORIGIN).check_refused()
    assert not own.state.exists()


def test_init_begins_no_second_history_where_the_database_alone_is_lost(own: Own) -> None:
    own.done("customer", "add", "first")
    own.sql("DROP SCHEMA {s} CASCADE")
    own.sql("CREATE SCHEMA {s}")
    assert "a successor names it" in own.run("init", "--origin", ORIGIN).check_refused()
    assert own.sql("SELECT to_regclass('{s}.log') IS NULL") == [(True,)]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["create_key_directory", "create_log", "_ledger"])
def test_an_init_that_died_on_its_way_is_finished_by_the_next(
    shoseki: Shoseki, postgres: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool
) -> None:
    log = Own(shoseki, tmp_path / "died", postgres)
    monkeypatch.setenv("SHOSEKI_DIR", str(log.directory))
    work = getattr(wiring, step)

    def dying(*arguments: object, **named: object) -> None:
        if after:
            work(*arguments, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(wiring, step, dying)
        assert log.run("init", "--origin", ORIGIN).status == 2
    log.done("init", "--origin", ORIGIN)
    assert log.done("status").json["signed"] == log.stored > 0
    assert log.run("fsck").status == 0
    log.sql("DROP SCHEMA {s} CASCADE")


@pytest.mark.parametrize("kind", ["note", "receipt", "package"])
def test_a_lost_state_is_adopted_from_what_others_hold(own: Own, tmp_path: Path, kind: str) -> None:
    customer = own.done("customer", "add", "first").json["id"]
    held = tmp_path / kind
    match kind:
        case "note":
            held.write_text(own.done("checkpoint").json["note"], encoding="utf-8")
        case "receipt":
            own.done("receipt", "1", "--withhold", "--out", held)
        case "package":
            own.done("export", held, "--customer", customer)
    own.lose_state()
    adopted = own.done("checkpoint", "adopt", held).json
    assert adopted["origin"] == ORIGIN
    assert own.done("checkpoint", "adopt", held).json == adopted  # a repetition changes nothing
    own.done("customer", "add", "second")
    assert own.done("checkpoint").json["size"] == own.stored > adopted["size"]
    assert own.run("fsck").status == 0


def test_what_the_database_does_not_hold_is_not_adopted(own: Own, tmp_path: Path) -> None:
    older = own.stored
    own.done("customer", "add", "first")
    held = tmp_path / "held"
    held.write_text(own.done("checkpoint").json["note"], encoding="utf-8")
    own.restore(older)
    own.lose_state()
    assert "a successor names it" in own.run("checkpoint", "adopt", held).check_refused()
    held.write_bytes(b"no note")
    assert "not one of this log's keys" in own.run("checkpoint", "adopt", held).check_refused()
    assert not own.state.exists()


def appending_commands(log: Own, customer: str, tmp_path: Path) -> list[tuple[str | Path, ...]]:
    """Give a command of each way in which commands append."""
    return [
        ("customer", "add", "late"),
        ("import", "sshd-5424", CAPTURED / "ssh" / "auth-rfc5424.log", "--customer", customer),
        ("show", "1"),
        ("export", tmp_path / "late.zip", "--customer", customer),
        ("clock", "run"),
        ("person", "operator", "--name", "x", "--roles", "auditor"),
        ("status", "--confirm-clock"),
        ("status", "--correct-clock", "time_server"),
        ("keyring", "rotate-signer"),
    ]


def check_nothing_is_appended(log: Own, customer: str, tmp_path: Path, reason: str) -> None:
    size, keys = log.stored, log.run("policy").out
    for command in appending_commands(log, customer, tmp_path):
        assert reason in log.run(*command).check_refused(), command
        assert log.stored == size, command
    assert log.run("policy").out == keys
    assert not (tmp_path / "late.zip").exists()
    checked = log.run("fsck", "--json")
    assert checked.json["position"] is None
    assert reason in checked.err
    assert log.stored == size


def test_a_log_that_lost_what_it_had_signed_gets_no_entry(own: Own, tmp_path: Path) -> None:
    customer = own.done("customer", "add", "first").json["id"]
    older = own.stored
    own.done("customer", "add", "second")
    own.restore(older)
    check_nothing_is_appended(own, customer, tmp_path, "this log is dead")
    checked = own.run("fsck", "--json")
    assert checked.status == 1
    assert "CHECKPOINT_AHEAD" in checked.json["counts"]


def test_a_log_that_forgot_what_it_signed_gets_no_entry(own: Own, tmp_path: Path) -> None:
    customer = own.done("customer", "add", "first").json["id"]
    own.lose_state()
    check_nothing_is_appended(own, customer, tmp_path, "not known any more")


def test_a_log_that_forgets_while_a_command_runs_lets_it_end_as_failed(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Ledger.register_customer

    def forgetting(ledger: Ledger, name: str, *, actor: Mapping[str, str]) -> str:
        own.lose_state()
        return register(ledger, name, actor=actor)

    monkeypatch.setattr(Ledger, "register_customer", forgetting)
    size = own.stored
    assert "is recorded, but cannot be signed" in own.run("customer", "add", "x").check_refused()
    assert own.stored > size
