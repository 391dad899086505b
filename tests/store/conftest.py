"""What tests of the store may ask for: a whole log in a place of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tested_log import CUSTOMER, OTHER, TestedLog, make_tested_log

from ledger.store.embedded import Urls


@pytest.fixture
def make_log(postgres: Urls, new_schema: Callable[[], str], tmp_path: Path) -> Iterator[Callable[[], TestedLog]]:
    made: list[TestedLog] = []

    def make() -> TestedLog:
        schema = new_schema()
        made.append(make_tested_log(postgres, schema, tmp_path / schema))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def log(make_log: Callable[[], TestedLog]) -> TestedLog:
    """Give a log with two customers' chains and nothing in them."""
    made = make_log()
    made.recorder.create_chain(CUSTOMER)
    made.recorder.create_chain(OTHER)
    return made
