"""What stands in the log under several items, in one statement: each looked for from where it is known.

Guarantees: the answer is of one moment, and tells the log's size at that moment; it costs one look-up in an index for
each item and what is found, whatever the length of the log. The statement is planned once a connection, for a long log
(``PLANNED_ONCE``).
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg import sql

from ledger.log.canonical import MAX_INTEGER
from ledger.store.conditions import RAREST, since
from ledger.store.connections import Connections
from ledger.store.database import named_errors
from ledger.store.errors import LogMissingError
from ledger.store.prepare import SUBJECTS_PART
from ledger.store.query import QueryItem
from ledger.store.tag_rows import tag_number

_MOST = 5_000
"""How many rows one answer has at most: a boundary may hold more, and is then read in several."""

# OFFSET 0 keeps the planner to this order: from each item to its places, from each place to its entry and payload.
# Which parts the payloads are looked for in is said in the statement: its plan then leaves out those of all other days.
_FOUND = f"""
SELECT log.size, found.item, found.position, found.entry, payload.sealed
FROM {{schema}}.log LEFT JOIN LATERAL (
    SELECT q.item, e.position, e.entry, e.key
    FROM (
        SELECT item, after, string_to_array(numbers, ' ')::bigint[] AS numbers,
            string_to_array(tags, E'\n') AS tags, string_to_array(types, E'\n') AS types
        FROM jsonb_to_recordset(%s::text::jsonb)
            AS item (item bigint, after bigint, numbers text, tags text, types text)
        OFFSET 0
    ) AS q
    CROSS JOIN LATERAL (
        SELECT unnest(t.before || t.position) AS position FROM {{schema}}.tag t
        WHERE t.tag = CASE cardinality(q.numbers) WHEN 1 THEN q.numbers[1] ELSE {RAREST} END AND t.position >= q.after
        OFFSET 0
    ) AS place
    CROSS JOIN LATERAL (
        SELECT e.position, e.entry, e.key FROM {{schema}}.entry e
        WHERE e.position = place.position AND e.position >= q.after
            AND e.tags @> q.tags AND (q.types = '{{{{}}}}' OR e.type = ANY(q.types))
        OFFSET 0
    ) AS e
    ORDER BY e.position LIMIT {{most}}
) AS found ON true
LEFT JOIN LATERAL (
    SELECT p.sealed FROM {{schema}}.payload p
    WHERE p.position = found.position AND p.part = ANY({{parts}})
        AND p.part = CASE WHEN found.key = ANY({{parts}}) THEN found.key ELSE {{subjects}} END
    OFFSET 0
) AS payload ON found.key IS NOT NULL
"""  # noqa: S608 - constants of this package; the schema is put in as an identifier
_STATEMENTS = 64


class Found(NamedTuple):
    """An entry, as stored, and the number of the item that it matches: once for each such item."""

    item: int
    position: int
    entry: bytes
    sealed: bytes | None
    """Its payload, where that is in one of the parts that were named."""


class Matching:
    """Finds the entries of one log. Safe to share between threads."""

    def __init__(self, connections: Connections, schema: str, most: int = _MOST) -> None:
        """Ask through these connections; one answer has ``most`` rows, more than there are ever items."""
        self._connections = connections
        self._schema = schema
        self._most = most
        self._statements: dict[tuple[str, ...], bytes] = {}

    def find(self, items: Sequence[QueryItem], parts: tuple[str, ...]) -> tuple[int, list[Found]]:
        """Give what matches each item, and the position before which that is all; every item names a tag.

        Payloads come along that are in these parts. Raises LogMissingError.
        """
        found: list[Found] = []
        statement = self._statement(parts)
        asked: list[dict[str, Any]] = [
            {
                "item": number,
                "after": min(since(each), MAX_INTEGER),
                "numbers": " ".join([str(tag_number(tag)) for tag in each.tags]),
                "tags": "\n".join(each.tags),
                "types": "\n".join(each.types),
            }
            for number, each in enumerate(items)
        ]
        while True:
            with named_errors(), self._connections.connection() as connection:
                rows = connection.execute(statement, (json.dumps(asked),), prepare=True, binary=True).fetchall()
            if not rows:
                raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
            found += [Found(*row[1:]) for row in rows if row[1] is not None]
            if len(rows) < self._most:
                return rows[0][0], found
            last = found[-1].position  # perhaps not with all its items: it is read again
            found = [each for each in found if each.position < last]
            for each in asked:
                each["after"] = max(each["after"], last)

    def _statement(self, parts: tuple[str, ...]) -> bytes:
        statement = self._statements.get(parts)
        if statement is None:
            if len(self._statements) >= _STATEMENTS:
                self._statements = {}
            statement = self._statements[parts] = (
                sql.SQL(_FOUND)
                .format(
                    schema=sql.Identifier(self._schema),
                    most=sql.Literal(self._most),
                    parts=sql.SQL("{}::text[]").format(sql.Literal(sorted(parts))),
                    subjects=sql.Literal(SUBJECTS_PART),
                )
                .as_bytes()
            )
        return statement
