"""What is asked of the log, in the words of ``eventsourcing``'s DCB port: named here, so that callers need only us."""

from eventsourcing.dcb.api import DCBAppendCondition as AppendCondition
from eventsourcing.dcb.api import DCBQuery as Query
from eventsourcing.dcb.api import DCBQueryItem as QueryItem

__all__ = ["AppendCondition", "Query", "QueryItem"]
