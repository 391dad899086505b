"""What is done to a private SQLite file behind an open connection has the name that it has before the next one."""

from pathlib import Path

import pytest

from ledger.keys.database import Layout, PrivateDatabase
from ledger.keys.errors import KeysMissingError

LAYOUT = Layout(application_id=0x53_48_54_31, version=1, schema=("CREATE TABLE word (text TEXT NOT NULL)",))
ORIGIN = "shoseki.example/private"


@pytest.mark.parametrize("statement", ["INSERT INTO word VALUES ('lost')", "SELECT text FROM another"])
def test_a_file_taken_away_under_an_open_connection_is_said_to_be_missing(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "private" / "words.sqlite"
    PrivateDatabase.create(path, ORIGIN, LAYOUT)
    database = PrivateDatabase(path, ORIGIN, LAYOUT)

    def write() -> None:
        with database.writing() as connection:
            path.unlink()
            connection.execute(statement)

    with pytest.raises(KeysMissingError, match=str(path)):
        write()
