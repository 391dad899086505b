"""What one transaction appends: the requests of all who wait, and the rows that come of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from eventsourcing.dcb.api import DCBAppendCondition

from ledger.store.errors import IdempotencyConflictError
from ledger.store.prepare import Prepared, Shared
from ledger.store.record import Record


class DayIsOverError(Exception):
    """The day of a record's key ended while it waited: the caller seals it anew for ``at``. Never leaves the store."""

    def __init__(self, at: datetime) -> None:
        super().__init__("The day of the record's key is over.")
        self.at = at


@dataclass(slots=True)
class Request:
    """What one caller wants appended, and after ``commit`` what became of it: ``positions`` or ``error``."""

    records: Sequence[Record]
    shared: Sequence[Shared]
    condition: DCBAppendCondition | None = None
    core: bool = False
    """Whether these may be records of the core's own types."""
    accept_known: bool = False
    """Take a record whose idempotency key was used for known, whatever its content."""
    prepared: list[Prepared] = field(default_factory=list)
    unsealed: Iterator[Prepared] | None = None
    """Of a request that is alone in its transaction: its records, sealed as they are taken."""
    positions: list[int] = field(default_factory=list)
    fresh: int = 0
    """How many of the records were appended now; the others were before."""
    at: datetime | None = None
    """The log's time of what was appended now."""
    error: Exception | None = None

    @property
    def marked(self) -> bool:
        """Tell whether any of the records has an idempotency key."""
        return any(each.marks is not None for each in self.prepared)


@dataclass(slots=True)
class Columns:
    """Rows that were made and not sent yet, by column: ready elements of arrays (``rows``)."""

    positions: list[bytes] = field(default_factory=list)
    seqs: list[bytes] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    tags: list[bytes] = field(default_factory=list)
    tagged: list[bytes] = field(default_factory=list)
    payloads: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)
    marks: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """One transaction's work in the making."""

    start: int
    at: datetime
    boot: str
    elapsed: int
    at_text: str
    at_field: int
    day: str
    position: int
    placed: list[Prepared] = field(default_factory=list)
    spoiled: bool = False
    """Something was placed that must not be committed."""
    sent: int = 0
    """How many of the placed were sent."""
    columns: Columns = field(default_factory=Columns)
    moved: set[str] = field(default_factory=set)
    marked: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)


def split_known(
    request: Request, committed: Mapping[bytes, tuple[bytes, int]], in_group: Mapping[bytes, tuple[bytes, int]]
) -> tuple[list[int], list[tuple[int, Prepared]], list[tuple[int, int]]]:
    """Part a request into what was appended before and what was not.

    Gives the places of records that were appended before (−1 for the others); the new ones with their index; and the
    records that repeat a new one of the same request, with the index of that one.
    """
    places = [-1] * len(request.prepared)
    if not request.marked:
        return places, list(enumerate(request.prepared)), []
    new: list[tuple[int, Prepared]] = []
    again: list[tuple[int, int]] = []
    firsts: dict[bytes, tuple[bytes, int]] = {}
    for index, each in enumerate(request.prepared):
        if each.marks is None:
            new.append((index, each))
            continue
        mark, body, _ = each.marks
        found = committed.get(mark) or in_group.get(mark)
        first = firsts.get(mark)
        before = found or first
        if before is None:
            firsts[mark] = (body, index)
            new.append((index, each))
        elif before[0] != body and not request.accept_known:
            where = f"at position {found[1]}" if found is not None else "earlier in the same call"
            raise IdempotencyConflictError(
                f"The idempotency key of a record {each.shared.type} was used {where} for other content."
            )
        elif found is not None:
            places[index] = found[1]
        else:
            again.append((index, before[1]))
    return places, new, again
