"""Rows as PostgreSQL's binary COPY sends them, one message a row, without decoding values one by one.

Guarantees: each row is given as its bytes, header and trailer taken off; an error in the middle is raised. Leaves to
others: what the bytes must be (``fields``). PostgreSQL documentation, COPY, "Binary Format".
"""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection, OperationalError, pq
from psycopg.errors import error_from_result

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER_BYTES = 2  # it has -1 where a row has the number of its fields, and a row has fields
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
    head = bytes(data)
    if count < 0 or not head.startswith(_HEADER):
        raise OperationalError("the server sent no rows")
    if len(head) > len(_HEADER) + _TRAILER_BYTES:
        yield head[len(_HEADER) :]  # servers differ in whether the first row comes in the header's message
    count, data = fetch(0)
    while count > _TRAILER_BYTES:
        yield bytes(data)
        count, data = fetch(0)
    while count > 0:
        count, data = fetch(0)
    while (answer := link.get_result()) is not None:
        if answer.status not in _DONE:
            raise error_from_result(answer, encoding=encoding)
