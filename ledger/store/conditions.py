"""Append conditions and queries as SQL, and the same decision in Python for entries that are not committed yet.

An entry matches a query item when its type is among the item's types (or there are none) and it has all the item's
tags; it matches a query when it matches an item, or when there are no items. Positions of the port are an entry's
position + 1, so "after p" at the port means "position ≥ p" in the tables. An item may say itself from where on it
matches (``ItemSince``): then what stands before either place is left out.
"""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from eventsourcing.dcb.api import DCBAppendCondition, DCBQuery, DCBQueryItem
from psycopg import sql

from ledger.log.canonical import MAX_INTEGER
from ledger.log.members import TAG, TYPE
from ledger.store.prepare import Prepared
from ledger.store.query import ItemSince
from ledger.store.tag_rows import SPAN, tag_number
from ledger.store.wire import Statement

_is_tag = re.compile(TAG).fullmatch
_is_type = lru_cache(maxsize=4096)(re.compile(TYPE).fullmatch)

# The rarest tag of an item drives the look-up, judged by counting at most 256 places of each. All places of a row are
# given one by one, so that what was found ends the look-up; the earlier of the first row's may stand before `after`.
RAREST = """(SELECT number FROM unnest(q.numbers) AS number ORDER BY
    (SELECT count(*) FROM (SELECT unnest(t.before || t.position) FROM {schema}.tag t
        WHERE t.tag = number AND t.position >= q.after LIMIT 256) few)
    LIMIT 1)"""

_FAILED = f"""
SELECT DISTINCT q.request
FROM (
    SELECT request, after, string_to_array(numbers, ' ')::bigint[] AS numbers,
        string_to_array(tags, E'\\n') AS tags, string_to_array(types, E'\\n') AS types
    FROM jsonb_to_recordset($1::text::jsonb) AS item (request int, after bigint, numbers text, tags text, types text)
    OFFSET 0
) AS q
WHERE CASE WHEN q.numbers = '{{{{}}}}' THEN EXISTS (
        SELECT FROM {{schema}}.entry e
        WHERE e.position >= q.after AND (q.types = '{{{{}}}}' OR e.type = ANY(q.types)))
    ELSE EXISTS (
        SELECT FROM (
            SELECT unnest(t.before || t.position) AS position FROM {{schema}}.tag t
            WHERE t.tag = CASE cardinality(q.numbers) WHEN 1 THEN q.numbers[1] ELSE {RAREST} END
              AND t.position >= q.after
        ) AS place JOIN {{schema}}.entry e USING (position)
        WHERE position >= q.after AND e.tags @> q.tags AND (q.types = '{{{{}}}}' OR e.type = ANY(q.types)))
    END
"""  # noqa: S608 - two constants of this file; the schema is put in as an identifier


class Conditions:
    """Decides append conditions against what is committed."""

    def __init__(self, schema: str) -> None:
        """Prepare the statement for the log's schema: it gives the numbers of the conditions that fail."""
        text = sql.SQL(_FAILED).format(schema=sql.Identifier(schema)).as_bytes()
        self.statement = Statement(b"failed conditions", text)

    def ask(self, conditions: Sequence[tuple[int, DCBAppendCondition]]) -> bytes | None:
        """Give the statement's value, or None where there is nothing to ask the database."""
        asked: list[dict[str, Any]] = []
        for number, condition in conditions:
            items = condition.fail_if_events_match.items or [DCBQueryItem()]
            asked.extend(
                {
                    "request": number,
                    "after": min(max(condition.after or 0, since(item)), MAX_INTEGER),
                    # No type or tag holds a line feed (record format, section 2).
                    "numbers": " ".join(str(tag_number(tag)) for tag in item.tags),
                    "tags": "\n".join(item.tags),
                    "types": "\n".join(item.types),
                }
                for item in items
            )
        return json.dumps(asked).encode() if asked else None


def possible(query: DCBQuery) -> DCBQuery | None:
    """Give the query without what no entry can match, such as a tag with a blank; None when nothing is left of it.

    What is left are texts that PostgreSQL and JSON can spell, so a query can fail nobody but its own caller.
    """
    if not query.items:
        return DCBQuery([])
    items: list[DCBQueryItem] = [
        ItemSince(types, list(item.tags), since(item))
        for item in query.items
        if all(_is_tag(tag) for tag in item.tags)
        and ((types := [type_ for type_ in item.types if _is_type(type_)]) or not item.types)
    ]
    return DCBQuery(items) if items else None


def since(item: DCBQueryItem) -> int:
    """Give the entry position from which on an item matches."""
    return item.since if isinstance(item, ItemSince) else 0


def _matches(item: DCBQueryItem, type_: str, tags: Sequence[str]) -> bool:
    return (not item.types or type_ in item.types) and all(tag in tags for tag in item.tags)


def select_positions(schema: str, query: DCBQuery | None, after: int, before: int, limit: int) -> sql.Composed | None:
    """Give a SELECT of the first ``limit`` positions in ``after`` … ``before`` − 1 that match, or None for all."""
    items = query.items if query is not None else []
    if not items or any(not item.types and not item.tags and not since(item) for item in items):
        return None
    parts = [_select_item(schema, item, max(after, since(item)), before, limit) for item in items]
    return sql.SQL(" UNION ").join(sql.SQL("({})").format(part) for part in parts)


def _select_item(schema: str, item: DCBQueryItem, after: int, before: int, limit: int) -> sql.Composed:
    name = sql.Identifier(schema)
    clauses: list[sql.Composable] = [
        sql.SQL("e.position >= {} AND e.position < {}").format(sql.Literal(after), sql.Literal(before))
    ]
    if item.types:
        clauses.append(sql.SQL("e.type = ANY({}::text[])").format(sql.Literal(list(item.types))))
    if not item.tags:
        return sql.SQL("SELECT e.position FROM {}.entry e WHERE {} ORDER BY e.position LIMIT {}").format(
            name, sql.SQL(" AND ").join(clauses), sql.Literal(limit)
        )
    # Rows of a tag follow one another, so their places come in order once each row's are sorted by themselves: the
    # look-up ends with the last place of the page, however many there are behind it. Every tag but one is checked on
    # the entry; the planner's statistics know no better than the order given. OFFSET 0 keeps it to looking up an entry
    # for each place.
    clauses += [
        sql.SQL("e.position = place.position"),
        sql.SQL("e.tags @> {}::text[]").format(sql.Literal(list(item.tags))),
    ]
    return sql.SQL(
        "SELECT e.position FROM (SELECT t.position AS last, unnest(t.before || t.position) AS position FROM {}.tag t"
        " WHERE t.tag = {} AND t.position >= {} AND t.position < {} ORDER BY t.position) AS place"
        " CROSS JOIN LATERAL (SELECT e.position FROM {}.entry e WHERE {} OFFSET 0) AS e"
        " ORDER BY place.last, e.position LIMIT {}"
    ).format(
        name,
        sql.Literal(tag_number(item.tags[-1])),
        sql.Literal(after),
        sql.Literal(before + SPAN),
        name,
        sql.SQL(" AND ").join(clauses),
        sql.Literal(limit),
    )


def fails_among(condition: DCBAppendCondition, start: int, placed: Sequence[Prepared]) -> bool:
    """Tell whether entries that were numbered from ``start`` on, and are not committed yet, make the condition fail."""
    for item in condition.fail_if_events_match.items or [DCBQueryItem()]:
        unseen = placed[max(0, max(condition.after or 0, since(item)) - start) :]
        if any(_matches(item, each.shared.type, each.tags) for each in unseen):
            return True
    return False
