"""What a database says of itself: its version, and whether the application's role could change what it appended.

Entries are append-only by privilege first and by trigger second (docs/record-format.md says what a reader can prove
beyond that). A role that is a member of the tables' owner can drop the trigger: such a set-up is told, not refused.
"""

from contextlib import closing
from dataclasses import dataclass

from psycopg import sql

from ledger.store.database import connect, named_errors
from ledger.store.errors import LogMissingError

_OWNER = sql.SQL(
    "SELECT pg_has_role(current_user, c.relowner, 'MEMBER') FROM pg_class c JOIN pg_namespace n"
    " ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = 'entry'"
)


@dataclass(frozen=True, slots=True)
class DatabaseCondition:
    """One database as the application meets it."""

    version: str
    role: str
    owns_entries: bool
    """The application's role is the owner of the entries, a member of it, or a superuser."""


def condition_of(url: str, schema: str) -> DatabaseCondition:
    """Ask the database; raise LogMissingError, StoreError or DatabaseUnavailableError."""
    with named_errors(), closing(connect(url, application="shoseki status")) as connection:
        row = connection.execute(_OWNER, (schema,)).fetchone()
        if row is None:
            raise LogMissingError(f"There is no log in the schema {schema}: make one with 'shoseki init'.")
        version = connection.info.parameter_status("server_version") or str(connection.info.server_version)
        return DatabaseCondition(version.split()[0], connection.info.user, bool(row[0]))
