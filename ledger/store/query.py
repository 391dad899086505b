"""What is asked of the log, in the words of ``eventsourcing``'s DCB port: named here, so that callers need only us."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventsourcing.dcb.api import DCBAppendCondition as AppendCondition
from eventsourcing.dcb.api import DCBQuery as Query
from eventsourcing.dcb.api import DCBQueryItem as QueryItem

__all__ = ["AppendCondition", "ItemSince", "Query", "QueryItem", "nothing_new", "query_of_items"]


@dataclass
class ItemSince(QueryItem):
    """An item that matches from the entry position ``since`` on: what stands before is known to whoever asks.

    So a condition can rest on knowledge that is not of one moment: each part is looked for from where it was known.
    """

    since: int = 0


def query_of_items(items: Iterable[tuple[Sequence[str], Sequence[str]]], since: Sequence[int] | None = None) -> Query:
    """Give the query for what matches any of these (types, tags): one of the types, if any are named, and all tags.

    ``since`` says for each item from which entry position on it is looked for.
    """
    if since is None:
        return Query([ItemSince(list(types), list(tags)) for types, tags in items])
    return Query([ItemSince(list(types), list(tags), since) for (types, tags), since in zip(items, since, strict=True)])


def nothing_new(query: Query, after: int | None) -> AppendCondition:
    """Give the condition that nothing matching stands at the entry position ``after`` or later."""
    return AppendCondition(query, after)
