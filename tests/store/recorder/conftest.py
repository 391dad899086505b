"""A fresh log for a test, on the session's server."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from log_world import CUSTOMER, World, check_whole, record, world
from psycopg import sql

from ledger.store.clock import Clock
from ledger.store.embedded import EmbeddedPostgres, Urls
from ledger.store.recorder import Recorder

ROOT = Path(__file__).parents[3]


@pytest.fixture
def new_log(postgres: Urls, new_schema: Callable[[], str], tmp_path: Path) -> Callable[..., World]:
    """Give a fresh log, with a clock of the test's own where it brings one."""

    def make(clock: Clock | None = None) -> World:
        schema = new_schema()
        return world(postgres, schema, tmp_path / schema, clock)

    return make


@pytest.fixture
def log(new_log: Callable[..., World]) -> World:
    return new_log()


@pytest.fixture
def recorder(log: World) -> Iterator[Recorder]:
    with log.recorder() as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_log(postgres: Urls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One log for the tests of a file that are refused, and so leave it as it is."""
    schema = f"shared_{secrets.token_hex(6)}"
    shared = world(postgres, schema, tmp_path_factory.mktemp(schema) / "keys")
    yield shared
    check_whole(shared)
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


@pytest.fixture(scope="module")
def shared_recorder(shared_log: World) -> Iterator[Recorder]:
    with shared_log.recorder() as opened:
        opened.append([record("there", tags=("kind:1",), idempotency_key="there")])
        yield opened


@pytest.fixture
def customer(recorder: Recorder) -> str:
    """A chain that was opened in the log."""
    recorder.create_chain(CUSTOMER)
    return CUSTOMER


@pytest.fixture
def start_process() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start another process on a log (``appending_process``); what still runs after the test is killed."""
    processes: list[subprocess.Popen[str]] = []

    def start(log: World, *arguments: object) -> "subprocess.Popen[str]":
        script = Path(__file__).with_name("appending_process.py")
        where = (log.urls.owner, log.urls.application, log.schema, log.key_dir)
        command = [sys.executable, str(script), *map(str, (*where, *arguments))]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        processes.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        )
        return processes[-1]

    yield start
    for each in processes:
        if each.poll() is None:
            each.kill()
        each.communicate()


@pytest.fixture
def own_postgres() -> Iterator[tuple[EmbeddedPostgres, Urls]]:
    """A server of the test's own: it will be killed."""
    directory = Path(tempfile.mkdtemp(prefix="shoseki-kills-"))
    postgres = EmbeddedPostgres(directory)
    try:
        yield postgres, postgres.start()
    finally:
        postgres.close()
        shutil.rmtree(directory)
