"""What stands in the log under several items, in one statement: each looked for from where it is known.

Guarantees: the answer is of one moment, and tells the log's size at that moment; it costs one look-up in an index for
each item and what is found, whatever the length of the log. The statement is planned once a connection, for a long log
(``PLANNED_ONCE``).
"""

from collections.abc import Sequence
from typing import NamedTuple

from psycopg import sql

from ledger.log.canonical import MAX_INTEGER
from ledger.store.conditions import RAREST, since
from ledger.store.connections import Connections
from ledger.store.database import named_errors
from ledger.store.errors import LogMissingError
from ledger.store.query import QueryItem
from ledger.store.rows import tag_number

_MOST = 5_000
"""How many rows one answer has at most: a boundary may hold more, and is then read in several."""

# OFFSET 0 keeps the planner to this order: from each item to its places, from each place to its entry.
_FOUND = f"""
SELECT log.size, found.item, found.position, found.entry
FROM {{schema}}.log LEFT JOIN LATERAL (
    SELECT q.item, e.position, e.entry
    FROM (
        SELECT item, after, string_to_array(numbers, ' ')::bigint[] AS numbers,
            string_to_array(tags, E'\\n') AS tags, string_to_array(types, E'\\n') AS types
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) WITH ORDINALITY
            AS row (after, numbers, tags, types, item)
        OFFSET 0
    ) AS q
    CROSS JOIN LATERAL (
        SELECT t.position FROM {{schema}}.tag t
        WHERE t.tag = CASE cardinality(q.numbers) WHEN 1 THEN q.numbers[1] ELSE {RAREST} END AND t.position >= q.after
        OFFSET 0
    ) AS place
    CROSS JOIN LATERAL (
        SELECT e.position, e.entry FROM {{schema}}.entry e
        WHERE e.position = place.position AND e.tags @> q.tags AND (q.types = '{{{{}}}}' OR e.type = ANY(q.types))
        OFFSET 0
    ) AS e
    ORDER BY e.position LIMIT {{most}}
) AS found ON true
"""  # noqa: S608 - constants of this package; the schema is put in as an identifier


class Found(NamedTuple):
    """An entry, as stored, and the number of the item that it matches: once for each such item."""

    item: int
    position: int
    entry: bytes


class Matching:
    """Finds the entries of one log. Safe to share between threads."""

    def __init__(self, connections: Connections, schema: str, most: int = _MOST) -> None:
        """Ask through these connections; one answer has ``most`` rows, more than there are ever items."""
        self._connections = connections
        self._most = most
        self._statement = sql.SQL(_FOUND).format(schema=sql.Identifier(schema), most=sql.Literal(most)).as_bytes()

    def find(self, items: Sequence[QueryItem]) -> tuple[int, list[Found]]:
        """Give what matches each item, and the position before which that is all; every item names a tag.

        Raises LogMissingError.
        """
        found: list[Found] = []
        after = [min(since(each), MAX_INTEGER) for each in items]
        asked = (
            [" ".join(str(tag_number(tag)) for tag in each.tags) for each in items],
            ["\n".join(each.tags) for each in items],
            ["\n".join(each.types) for each in items],
        )
        while True:
            with named_errors(), self._connections.connection() as connection:
                rows = connection.execute(self._statement, (after, *asked), prepare=True, binary=True).fetchall()
            if not rows:
                raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
            found += [Found(item - 1, *place) for _, item, *place in rows if item is not None]
            if len(rows) < self._most:
                return rows[0][0], found
            last = found[-1].position  # perhaps not with all its items: it is read again
            found = [each for each in found if each.position < last]
            after = [max(each, last) for each in after]
