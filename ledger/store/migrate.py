"""Numbered forward migrations of a log's schema, run by the owner role; each once, in order, whole or not at all.

The files stand in ``migrations/``. What was applied is kept with its SHA-256, and a file that was changed after it was
applied is refused: a schema is brought forward by a new file, never by an edit.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from typing import Any

from psycopg import Connection, sql

from ledger.store.database import check_schema, connect, named_errors
from ledger.store.errors import StoreError

_LOCK = 7_340_913_561  # any number of our own: two migrations of one database take turns


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its number, its name and its text with the places ``{schema}`` and ``{application}``."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        """Give the SHA-256 by which a changed file is noticed."""
        return sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Give all steps in order."""
    return sorted(_files(), key=lambda each: each.number)


def _files() -> Iterator[Migration]:
    for file in resources.files("ledger.store").joinpath("migrations").iterdir():
        if file.name.endswith(".sql"):
            yield Migration(int(file.name[:4]), file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))


def newest() -> int:
    """Give the number of the last step: that of the tables that this program reads and writes."""
    return max(step.number for step in migrations())


def check_current(number: int) -> None:
    """Refuse tables of another step than the last; raise StoreError."""
    if number < newest():
        raise StoreError(
            f"The log's tables are at migration {number}, this program needs {newest()}: run 'shoseki init' again with"
            " the owner's database URL to bring them forward."
        )
    if number > newest():
        raise StoreError(
            f"The log's tables are at migration {number}, this program knows {newest()}: use a newer version."
        )


def migrate(owner_url: str, schema: str, application_role: str | None = None, *, upto: int | None = None) -> list[str]:
    """Bring the schema forward; give the names of the steps that were applied now.

    ``application_role`` defaults to the owner itself, where one URL serves both. Raises StoreError.
    """
    check_schema(schema)
    with named_errors(), connect(owner_url, application="shoseki migrate") as connection:
        role = application_role or str(connection.info.user)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            known = _prepare(connection, schema)
            applied = []
            for step in migrations():
                if step.number in known:
                    if known[step.number] != step.digest:
                        raise StoreError(
                            f"The migration {step.name} was changed after it was applied: restore its file."
                        )
                elif upto is None or step.number <= upto:
                    _apply(connection, schema, role, step)
                    applied.append(step.name)
            if max(known, default=0) > newest():
                check_current(max(known))
            return applied


def _prepare(connection: Connection[Any], schema: str) -> dict[int, str]:
    name = sql.Identifier(schema)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
    connection.execute(
        sql.SQL(
            "CREATE TABLE IF NOT EXISTS {}.schema_migration"
            " (number int PRIMARY KEY, name text NOT NULL, digest text NOT NULL, applied_at timestamptz NOT NULL)"
        ).format(name)
    )
    rows = connection.execute(sql.SQL("SELECT number, digest FROM {}.schema_migration").format(name)).fetchall()
    return dict(rows)


def _apply(connection: Connection[Any], schema: str, role: str, step: Migration) -> None:
    text = sql.SQL(step.text).format(schema=sql.Identifier(schema), application=sql.Identifier(role))
    connection.execute(text)
    connection.execute(
        sql.SQL("INSERT INTO {}.schema_migration VALUES (%s, %s, %s, now())").format(sql.Identifier(schema)),
        (step.number, step.name, step.digest),
    )
