"""Records that are joined together: those of one command, of one recording, or one alone.

sudo tells of one command in several logs, under one uuid; a recording is started and finalized, perhaps in two files.
Whatever one of them proves holds for all: the kernel's number that only the journal has, the port that only one
environment has.
"""

from ledger.ingest.evidence import Evidence, Kind, Span
from ledger.ingest.message import NEVER

_COMMAND = Kind.COMMAND  # looked up once: a member of an enumeration is slow to come by


class Unit:
    """Records under one name, and what they state together.

    Where two of them state different hosts, users or sources, that of the record whose natural name comes first counts.
    """

    __slots__ = (
        "complete",
        "first",
        "host",
        "is_command",
        "kind",
        "last",
        "lines",
        "name",
        "numbered",
        "records",
        "source",
        "user",
    )

    def __init__(self, evidence: Evidence) -> None:
        self.kind = evidence.kind
        self.is_command = evidence.kind is _COMMAND
        self.name = evidence.name
        self.records = [evidence]
        self.first = NEVER
        """The latest instant at which it can have begun."""
        self.last = 0
        """The earliest instant at which it can have ended, as far as it was seen."""
        self.complete = evidence.final or self.is_command
        """Whether the record that tells the end was seen, or none is to come."""
        self.host = evidence.host
        self.user = evidence.user
        self.source = evidence.source
        self.numbered = [] if evidence.audit_session is None else [evidence]
        """The records that bear the kernel's audit session."""
        self.lines = evidence.lines
        self._span(evidence.at)
        self._span(evidence.start)

    def add(self, evidence: Evidence) -> None:
        """Take a further record."""
        self.records.append(evidence)
        self._span(evidence.at)
        self._span(evidence.start)
        self.complete = self.complete or evidence.final
        if evidence.audit_session is not None:
            self.numbered.append(evidence)
        if len(evidence.lines) > len(self.lines):
            self.lines = evidence.lines
        self._state(evidence)

    @property
    def ends(self) -> int:
        """Until when a session must have been open: of a command its beginning, of a recording its end."""
        return self.first if self.is_command else self.last

    def _span(self, span: Span | None) -> None:
        if span is not None:
            first, last, _ = span
            self.first = min(self.first, last)
            self.last = max(self.last, first)

    def _state(self, evidence: Evidence) -> None:
        if (evidence.host, evidence.user, evidence.source) == (self.host, self.user, self.source):
            return
        for name in ("host", "user", "source"):
            if getattr(evidence, name) in (None, getattr(self, name)):
                continue  # it states nothing, or what counts already
            stating = [each for each in self.records if getattr(each, name) is not None]
            if stating:
                setattr(self, name, min((each.natural, getattr(each, name)) for each in stating)[1])
