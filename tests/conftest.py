"""What every test may ask for: a real PostgreSQL for the whole session, and schemas of its own in it."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from ledger.store.embedded import EmbeddedPostgres, Urls

# How long an example takes is the machine's business: nothing fails because other processes run beside it.
settings.register_profile("untimed", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

ROOM = 4 << 30  # what the server of each of several processes writes in a run, several times over


@pytest.fixture(scope="session")
def memory() -> str | None:
    """Give a directory in memory where there is plenty of it, so that tests need not wait for the disk; else None."""
    directory = "/dev/shm"
    roomy = Path(directory).is_dir() and os.access(directory, os.W_OK) and shutil.disk_usage(directory).free > ROOM
    return directory if roomy else None


@pytest.fixture(scope="session")
def postgres(memory: str | None) -> Iterator[Urls]:
    """One embedded server for all tests of the session; it is gone, with its files, at the end."""
    directory = Path(tempfile.mkdtemp(prefix="shoseki-tests-", dir=memory))
    try:
        with EmbeddedPostgres(directory) as urls:
            yield urls
    finally:
        shutil.rmtree(directory)


@pytest.fixture
def new_schema(postgres: Urls) -> Iterator[Callable[[], str]]:
    """Give unused schema names, as many as a test calls for; what was made under them is dropped after the test."""
    names: list[str] = []

    def make() -> str:
        names.append(f"test_{secrets.token_hex(6)}")
        return names[-1]

    yield make
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


@pytest.fixture
def fresh_schema(new_schema: Callable[[], str]) -> str:
    """Give one unused schema name."""
    return new_schema()
