"""What tests of the door may ask for: whole ledgers on the session's PostgreSQL, and the captured evening."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from api import wiring
from api.settings import Identity, Settings
from ledger.application.door import Ledger
from ledger.store.clock import Clock
from ledger.store.embedded import Urls

CAPTURED = Path(__file__).resolve().parent.parent / "data" / "captured"


@pytest.fixture(scope="session")
def captured() -> Path:
    return CAPTURED


@pytest.fixture
def make_settings(postgres: Urls, tmp_path: Path) -> Iterator[Callable[..., Settings]]:
    """Make as many new logs as a test wants; their schemas are dropped in the end."""
    made: list[Settings] = []

    def make(clock: Clock | None = None) -> Settings:
        settings = Settings(tmp_path / f"log-{len(made)}", postgres.application, postgres.owner)
        wiring.create(settings, "shoseki.example/door", clock=clock)
        made.append(settings)
        return settings

    yield make
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        for settings in made:
            schema = Identity.read(settings.directory).schema
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


@pytest.fixture
def make_ledger(make_settings: Callable[[], Settings]) -> Iterator[Callable[[], Ledger]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(wiring.opened(make_settings()))


@pytest.fixture
def ledger(make_ledger: Callable[[], Ledger]) -> Ledger:
    return make_ledger()


@pytest.fixture
def customer(ledger: Ledger) -> str:
    return ledger.register_customer("在庫商事", actor={"kind": "operator", "id": "tests"})
