"""An import in numbers, and the names of the entries that tell of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ledger.log.blob import BlobReference

if TYPE_CHECKING:
    from ledger.application.reconciling import Reconciled

OPENED = "ledger.import_batch_opened.v1"
CLOSED = "ledger.import_batch_closed.v1"
REJECTED = "ledger.import_lines_rejected.v1"
FINDING = "ledger.finding_recorded.v1"

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the stage (``hash``, ``store``, ``parse``; ``correlate``, where other imports tell of the same time) and
how much of it is done of how much: bytes, of the last one records."""

_NUMBERS = ("lines", "rejected", "known", "keystrokes_cut", "sessions", "uncertain", "first", "last")
_READ = ("lines", "rejected", "sessions", "uncertain", "first", "last", "facts", "findings", "reasons")
_REASONS = 3


@dataclass(slots=True)
class Batch:
    """What an import did. ``already`` says that the same file was imported before and nothing was appended now.

    ``known`` counts records that an earlier import had appended; ``sessions`` those correlated, ``uncertain`` the
    records that fit more than one of them, or one that may have ended. ``first`` and ``last`` bound the times told.
    ``keystrokes_cut`` counts keystrokes, and bytes of other secrets. ``reasons`` has the first different reasons for
    which lines were rejected, each with its first line; it is not recorded, so a batch imported before has none.
    """

    id: str
    format: str
    raw_sha256: str
    raw_bytes: int
    already: bool = False
    lines: int = 0
    rejected: int = 0
    known: int = 0
    keystrokes_cut: int = 0
    sessions: int = 0
    uncertain: int = 0
    first: str | None = None
    last: str | None = None
    facts: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    reasons: dict[str, int] = field(default_factory=dict)
    exposed: list[str] = field(default_factory=list)
    """Credentials whose secret stands in what was kept of the file."""
    reconciled: "Reconciled | None" = None
    """What stands of the logins that it tells of, once they were matched with recorded sessions."""
    blob: BlobReference | None = None
    opened: int | None = None
    closed: int | None = None

    def saw(self, occurred_at: str | None) -> None:
        """Widen the times told to this one."""
        if occurred_at is not None:
            if self.first is None or self.last is None:
                self.first = self.last = occurred_at
            elif occurred_at > self.last:
                self.last = occurred_at
            elif occurred_at < self.first:
                self.first = occurred_at

    def refused(self, line: int, reason: str) -> None:
        """Count a line that could not be read, and remember why for who is waiting."""
        self.rejected += 1
        if len(self.reasons) < _REASONS:
            self.reasons.setdefault(reason, line)

    def counts(self) -> dict[str, Any]:
        """Give the members of the closing entry that say what was found."""
        return {
            **{name: getattr(self, name) for name in _NUMBERS},
            "facts": [{"type": name, "count": count} for name, count in sorted(self.facts.items())],
            "findings": [{"code": name, "count": count} for name, count in sorted(self.findings.items())],
        }

    def take_reading(self, read: "Batch") -> None:
        """Take what another process found in the source of this batch."""
        for name in _READ:
            setattr(self, name, getattr(read, name))

    def take_counts(self, data: dict[str, Any]) -> None:
        """Take the counts that a closing entry tells."""
        for name in _NUMBERS:
            setattr(self, name, data[name])
        self.facts = Counter({each["type"]: each["count"] for each in data["facts"]})
        self.findings = Counter({each["code"]: each["count"] for each in data["findings"]})
