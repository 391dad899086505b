"""What the parts of the full check tell each other: small values that go from process to process.

A *range* is a stretch of positions that begins at a multiple of ``RANGE``, a power of two, so that its tree hangs
together with what comes before it by whole subtrees (RFC 9162, section 2.1).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ledger.keys.ports import HalfStore
from ledger.store.fsck.findings import Findings
from ledger.store.fsck.fingerprint import Fingerprint

RANGE = 4_096
"""Positions in a range: enough that starting one costs little, few enough that it stays in a processor's cache."""
LISTED = 1_000
"""How many positions of payloads that did not open are listed of one chain and key; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is checked, and where a worker finds it. ``halves`` opens the key halves, and can be pickled."""

    url: str
    schema: str
    origin: str
    snapshot: str
    halves: Callable[[], HalfStore] | None
    blobs: Path | None
    fingerprint: Fingerprint
    missing: frozenset[str] = frozenset()
    """The tables that are not there, or not as they can be read: they count as empty."""


@dataclass(frozen=True, slots=True)
class RangeTask:
    """Check the positions ``start`` … ``stop`` − 1.

    Tell the tree at the sizes ``tree_cuts`` (start < size ≤ stop) and the heads at the sizes ``heads_cuts``
    (start ≤ size < stop); the payloads of the positions ``removed`` must be gone; ``later_seals`` are lawful, since an
    entry before ``stop`` announces a later format. ``marks`` are what is kept of the contents that were appended under
    a caller's idempotency key, by position.
    """

    start: int
    stop: int
    tree_cuts: tuple[int, ...] = ()
    heads_cuts: tuple[int, ...] = ()
    removed: frozenset[int] = frozenset()
    later_seals: bool = False
    marks: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class TagsTask:
    """Read the tags in these blocks of their table."""

    first_block: int
    end_block: int


@dataclass(frozen=True, slots=True)
class PartsTask:
    """Count the payloads of these parts, each of which is a partition."""

    parts: tuple[str, ...]


Task: TypeAlias = RangeTask | TagsTask | PartsTask


@dataclass(slots=True, eq=False)
class Stretch:
    """What a range, or a part of one, holds of one chain."""

    first_seq: int
    first_prev: bytes
    first_position: int
    last_seq: int
    last_leaf: bytes


class Unopened(NamedTuple):
    """Payloads that a worker did not open: those of one chain and key, gone or there."""

    chain: str
    key: str
    there: bool


@dataclass(slots=True)
class RangeReport:
    """What one range holds."""

    start: int
    stop: int
    entries: int = 0
    opened: int = 0
    removed: int = 0
    """Payloads that are gone because an entry removed each by itself."""
    broken: bool = False
    """A leaf had to be guessed: no root over this range means anything."""
    tree: bytes = b""
    cuts: list[tuple[int, bytes]] = field(default_factory=list)
    stretches: list[tuple[int, dict[str, Stretch]]] = field(default_factory=list)
    first: tuple[int, str, str | None] | None = None
    """Position and time of the first entry that could be read, and from which time it corrects the clock."""
    last_at: str = ""
    uses: dict[tuple[str, str], tuple[int, int, int]] = field(default_factory=dict)
    """By chain and key: the first and last position that uses it, and how many of their payloads are there."""
    unopened: dict[Unopened, list[int]] = field(default_factory=dict)
    unopened_counts: Counter[Unopened] = field(default_factory=Counter)
    halves: dict[str, str] = field(default_factory=dict)
    """The digests of the halves that were used, as an announcement tells them."""
    core: list[bytes] = field(default_factory=list)
    tags: int = 0
    """The sum of the fingerprint over the tags that the entries have."""
    tag_places: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    blobs: set[str] = field(default_factory=set)
    blobs_checked: int = 0
    findings: Findings = field(default_factory=Findings)
    unchecked: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What the database says where it cannot give the rows of a table beside the entries."""

    table: str
    detail: str


@dataclass(slots=True)
class TagsReport:
    """The sum of the fingerprint over the places of some of the rows that stand in the table of tags."""

    sum: int
    places: int
    wrong: int
    """How many of the rows no append made, whatever their places: a reader may miss some of them."""
