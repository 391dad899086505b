"""What one transaction appends: the requests of all who wait, and the rows that come of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from eventsourcing.dcb.api import DCBAppendCondition

from ledger.store.errors import IdempotencyConflictError
from ledger.store.prepare import Marks, Prepared, Shared
from ledger.store.record import Record

_NO_MARKS = Marks(b"", b"", "")  # no mark is empty


class DayIsOverError(Exception):
    """The day of a record's key ended while it waited: the caller seals it anew for ``at``. Never leaves the store."""

    def __init__(self, at: datetime) -> None:
        super().__init__("The day of the record's key is over.")
        self.at = at


class OutdatedError(Exception):
    """Somebody else appended meanwhile: nothing was written, and it can be done again. Never leaves the store."""


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
    unsealed: Iterator[list[Prepared]] | None = None
    """Of a request that is alone in its transaction: its records, sealed as they are taken."""
    positions: list[int] = field(default_factory=list)
    fresh: int = 0
    """How many of the records were appended now; the others were before."""
    at: datetime | None = None
    """The log's time of what was appended now."""
    error: Exception | None = None

    marked: bool = field(init=False)
    """Whether any of the records has an idempotency key."""

    def __post_init__(self) -> None:
        """Look once: the appending thread asks more than once."""
        self.marked = any(each.idempotency_key is not None for each in self.records)


@dataclass(slots=True)
class Unsent:
    """Rows that were made and not sent yet: pieces of records (``rows``), and how many payloads these are."""

    entries: list[bytes] = field(default_factory=list)
    payloads: list[bytes] = field(default_factory=list)
    sealed: int = 0
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
    leaf: bytes = b""
    """The leaf of what was placed last."""
    waiting: list[Prepared] = field(default_factory=list)
    """What was checked and gets its places next: records of several callers, placed together."""
    placed: list[Prepared] = field(default_factory=list)
    spoiled: bool = False
    """Something was placed that must not be committed."""
    sent: int = 0
    """How many of the placed were sent."""
    unsent: Unsent = field(default_factory=Unsent)
    moved: set[str] = field(default_factory=set)
    marked: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Split:
    """A request, some of whose records have keys, parted into what was appended before and what was not."""

    places: list[int]
    """Where each record stands; −1 for what is new or repeats what is."""
    new: list[Prepared] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    """Which of the request's records each of the new ones is."""
    again: list[tuple[int, int]] = field(default_factory=list)
    """Records that repeat a new one of the same request, with the index of that one."""

    def placed(self, positions: Iterable[int]) -> list[int]:
        """Give the places of all records, once the new ones have these."""
        for index, position in zip(self.indexes, positions, strict=True):
            self.places[index] = position
        for index, original in self.again:
            self.places[index] = self.places[original]
        return self.places


def split_known(
    request: Request, committed: Mapping[bytes, tuple[bytes, int]], in_group: Mapping[bytes, tuple[bytes, int]]
) -> Split:
    """Part a request by the marks that are known. Raises IdempotencyConflictError."""
    split = Split([-1] * len(request.prepared))
    firsts: dict[bytes, tuple[bytes, int]] = {}
    for index, each in enumerate(request.prepared):
        mark, body, _ = each.marks or _NO_MARKS
        found = committed.get(mark) or in_group.get(mark)
        before = found or firsts.get(mark)
        if before is None:
            if each.marks is not None:
                firsts[mark] = (body, index)
            split.new.append(each)
            split.indexes.append(index)
        elif before[0] != body and not request.accept_known:
            where = f"at position {found[1]}" if found is not None else "earlier in the same call"
            raise IdempotencyConflictError(
                f"The idempotency key of a record {each.shared.type} was used {where} for other content."
            )
        elif found is not None:
            split.places[index] = found[1]
        else:
            split.again.append((index, before[1]))
    return split
