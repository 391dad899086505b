"""What every test may ask for: a real PostgreSQL for the whole session, and schemas of its own in it."""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ledger.store.embedded import EmbeddedPostgres, Urls


@pytest.fixture(scope="session")
def postgres() -> Iterator[Urls]:
    """One embedded server for all tests of the session; it is gone, with its files, at the end."""
    directory = Path(tempfile.mkdtemp(prefix="shoseki-tests-"))
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
