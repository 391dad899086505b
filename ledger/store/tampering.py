"""What an attacker with the owner's password would do. For demonstrations and tests; nothing else imports it.

Guarantees: one byte of one stored entry is another afterwards, and nothing else in the database is. Leaves to others:
noticing it, which is what the log is for.
"""

from contextlib import closing
from dataclasses import dataclass

from psycopg import sql

from ledger.store.database import connect, named_errors
from ledger.store.errors import LogMissingError, StoreError


@dataclass(frozen=True, slots=True)
class ChangedByte:
    """What was changed, and what it was before: enough to put it back."""

    position: int
    offset: int
    before: int
    after: int


def change_byte_unnoticed(owner_url: str, schema: str, position: int, offset: int, value: int) -> ChangedByte:
    """Write ``value`` at ``offset`` of the entry stored at ``position``, with the guarding trigger out of the way.

    Raises StoreError where there is no such byte or it has that value already.
    """
    name = sql.Identifier(schema)
    with named_errors(), closing(connect(owner_url, application="shoseki tampering")) as connection:
        row = connection.execute(
            sql.SQL("SELECT entry FROM {}.entry WHERE position = %s").format(name), (position,), binary=True
        ).fetchone()
        if row is None:
            raise LogMissingError(f"There is no entry at position {position} in the schema {schema}.")
        entry: bytes = row[0]
        if not 0 <= offset < len(entry) or entry[offset] == value:
            raise StoreError(f"The entry at position {position} has no byte {offset} to change to {value}.")
        changed = entry[:offset] + bytes([value]) + entry[offset + 1 :]
        with connection.transaction():
            connection.execute(sql.SQL("ALTER TABLE {}.entry DISABLE TRIGGER USER").format(name))
            connection.execute(
                sql.SQL("UPDATE {}.entry SET entry = %s WHERE position = %s").format(name), (changed, position)
            )
            connection.execute(sql.SQL("ALTER TABLE {}.entry ENABLE TRIGGER USER").format(name))
    return ChangedByte(position, offset, entry[offset], value)
