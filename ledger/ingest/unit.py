"""Records that are joined together: those of one command, of one recording, or one alone.

sudo tells of one command in several logs, under one uuid; a recording is started and finalized, perhaps in two files.
Whatever one of them proves holds for all: the kernel's number that only the journal has, the port that only one
environment has.
"""

from ledger.ingest.evidence import Evidence, Kind
from ledger.ingest.message import NEVER


class Unit:
    """Records under one name."""

    def __init__(self, evidence: Evidence) -> None:
        self.kind = evidence.kind
        self.name = evidence.name
        self.records: list[Evidence] = []
        self.first = NEVER
        """The latest instant at which it can have begun."""
        self.last = 0
        """The earliest instant at which it can have ended, as far as it was seen."""
        self.complete = False
        """Whether the record that tells the end was seen, or none is to come."""
        self.lines: tuple[str, ...] = ()
        self.add(evidence)

    def add(self, evidence: Evidence) -> None:
        """Take a record."""
        self.records.append(evidence)
        for span in (evidence.at, evidence.start):
            if span is not None:
                self.first = min(self.first, span.last)
                self.last = max(self.last, span.first)
        self.complete = self.complete or evidence.final or self.kind is Kind.COMMAND
        if len(evidence.lines) > len(self.lines):
            self.lines = evidence.lines

    @property
    def instant(self) -> tuple[int, int]:
        """The span of time that a session must cover: of a command its beginning, of a recording all of it."""
        return (self.first, self.first) if self.kind is Kind.COMMAND else (self.first, self.last)

    def stated(self, name: str) -> Evidence | None:
        """Give the first record, in the order of names, that states a member."""
        stating = [each for each in self.records if getattr(each, name) is not None]
        return min(stating, key=lambda each: (each.natural, str(getattr(each, name))), default=None)
