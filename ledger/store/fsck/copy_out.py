"""Rows as PostgreSQL's binary COPY sends them, one message a row, without decoding values one by one.

Guarantees: each row is given as its bytes, header and trailer taken off; an error in the middle is raised. Leaves to
others: what the bytes must be (``ledger.store.rows`` builds the same ones). PostgreSQL documentation, COPY, "Binary
Format".
"""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection, OperationalError, pq
from psycopg.errors import error_from_result

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


def copy_out(connection: Connection[Any], query: bytes) -> Iterator[bytes]:
    """Give the rows of a query. The iterator is read to its end, or its connection is of no more use."""
    link = connection.pgconn
    encoding = connection.info.encoding
    result = link.exec_(b"COPY (" + query + b") TO STDOUT (FORMAT binary)")
    if result.status != pq.ExecStatus.COPY_OUT:
        raise error_from_result(result, encoding=encoding)
    fetch = link.get_copy_data
    count, data = fetch(0)
    row = bytes(data)
    if count < 0 or not row.startswith(HEADER):
        raise OperationalError("the server sent no rows")
    row = row[len(HEADER) :]
    while count > 0:
        if row != TRAILER and row:
            yield row
        count, data = fetch(0)
        row = bytes(data)
    while (answer := link.get_result()) is not None:
        if answer.status not in _DONE:
            raise error_from_result(answer, encoding=encoding)


def fields_of(row: bytes) -> list[bytes | None]:
    """Give the values of a row of any shape; None for NULL."""
    fields: list[bytes | None] = []
    at = 2
    while at < len(row):
        length = int.from_bytes(row[at : at + 4], "big", signed=True)
        at += 4
        if length < 0:
            fields.append(None)
            continue
        fields.append(row[at : at + length])
        at += length
    return fields
