"""What is asked of the log, in the words of ``eventsourcing``'s DCB port: named here, so that callers need only us."""

from collections.abc import Iterable, Sequence

from eventsourcing.dcb.api import DCBAppendCondition as AppendCondition
from eventsourcing.dcb.api import DCBQuery as Query
from eventsourcing.dcb.api import DCBQueryItem as QueryItem

__all__ = ["AppendCondition", "Query", "nothing_new", "query_of_items"]


def query_of_items(items: Iterable[tuple[Sequence[str], Sequence[str]]]) -> Query:
    """Give the query for what matches any of these (types, tags): one of the types, if any are named, and all tags."""
    return Query([QueryItem(list(types), list(tags)) for types, tags in items])


def nothing_new(query: Query, after: int | None) -> AppendCondition:
    """Give the condition that nothing matching stands at the entry position ``after`` or later."""
    return AppendCondition(query, after)
