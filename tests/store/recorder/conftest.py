"""A fresh log for a test, on the session's server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from log_world import CUSTOMER, World, world

from ledger.store.clock import Clock
from ledger.store.embedded import Urls
from ledger.store.recorder import Recorder


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


@pytest.fixture
def customer(recorder: Recorder) -> str:
    """A chain that was opened in the log."""
    recorder.create_chain(CUSTOMER)
    return CUSTOMER
