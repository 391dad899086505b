"""What tests of the door may ask for: whole ledgers on the session's PostgreSQL, and the captured evening."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from evening import ACTOR, EVENING, take
from psycopg import sql

from api import wiring
from api.settings import Identity, Settings
from ledger.application.door import Ledger
from ledger.keys.ports import Draw
from ledger.store.clock import Clock
from ledger.store.embedded import Urls

CAPTURED = Path(__file__).resolve().parent.parent / "data" / "captured"


@pytest.fixture(scope="session")
def captured() -> Path:
    return CAPTURED


@contextmanager
def new_logs(postgres: Urls, place: Path) -> Iterator[Callable[..., Settings]]:
    """Make as many new logs as are wanted; their schemas are dropped in the end."""
    made: list[Settings] = []

    def make(clock: Clock | None = None, draw: Draw = secrets.token_bytes) -> Settings:
        settings = Settings(place / f"log-{len(made)}", postgres.application, postgres.owner)
        wiring.create(settings, "shoseki.example/door", clock=clock, draw=draw)
        made.append(settings)
        return settings

    yield make
    with psycopg.connect(postgres.owner, autocommit=True) as connection:
        for settings in made:
            schema = Identity.read(settings.directory).schema
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))


@pytest.fixture
def make_settings(postgres: Urls, tmp_path: Path) -> Iterator[Callable[..., Settings]]:
    with new_logs(postgres, tmp_path) as make:
        yield make


@pytest.fixture
def make_ledger(make_settings: Callable[[], Settings]) -> Iterator[Callable[[], Ledger]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(wiring.opened(make_settings()))


@pytest.fixture
def ledger(make_ledger: Callable[[], Ledger]) -> Ledger:
    return make_ledger()


@pytest.fixture
def customer(ledger: Ledger) -> str:
    return ledger.register_customer("在庫商事", actor=ACTOR)


@pytest.fixture(scope="module")
def in_order(postgres: Urls, captured: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, str]]:
    """A customer's whole evening, imported in its order, for the tests that only read it."""
    with new_logs(postgres, tmp_path_factory.mktemp("in-order")) as make, wiring.opened(make()) as ledger:
        customer = ledger.register_customer("在庫商事", actor=ACTOR)
        take(ledger, customer, captured, list(EVENING))
        yield ledger, customer
