"""The two facts that every recording gives, whatever program made it.

``recording.started.v1`` and ``recording.finalized.v1`` carry the same members for a terminal and for a desktop, with
null where the source does not tell. A recording format adds members of its own, never another meaning for these:

    recording      the recording's own name: tlog's ``rec``; elsewhere derived from what the file holds, so that the
                   same file has the same name wherever it lies
    kind, format   ``terminal`` or ``desktop``; the name of the format it was read from
    host, user, audit_session, term     as the recorder noted them
    started_at, ended_at                the first and the last recorded instant, UTC
    duration_ms    from the start to the last recorded event
    messages, first_id, last_id         records read, and their numbers where the format numbers them
    missing        numbered messages that are not there
    end_marked     whether the recorder's end mark was read; null where the format has none
    output_chars, output_bytes, output_sha256, output_lines    what the terminal or screen received (output_digest.py)
    input_chars    keystrokes that the source held; they are cut out before it is kept
    windows        sizes in the order of their appearance, ``[columns, rows]`` or ``[width, height]``
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ledger.ingest.model import Fact, Finding
from ledger.ingest.output_digest import OutputDigest

MAX_WINDOWS = 256
"""A window dragged by its corner changes size hundreds of times: only the first changes are listed, all are counted."""


class Windows:
    """Window sizes in order, each change once."""

    def __init__(self) -> None:
        self.sizes: list[list[int]] = []
        self.changes = 0
        self._last: tuple[int, int] | None = None

    def add(self, sizes: Iterable[tuple[int, int]]) -> None:
        """Take the next sizes; a size that repeats the one before is no change."""
        for size in sizes:
            if size != self._last:
                self._last = size
                self.changes += 1
                if len(self.sizes) < MAX_WINDOWS:
                    self.sizes.append(list(size))


@dataclass(kw_only=True, slots=True)
class Summary:
    """All that is said of one recording; the members are described in the module's text."""

    recording: str
    kind: str
    format: str
    natural: str
    """Names the recording within one customer; both facts derive their own natural name from it."""
    host: str | None = None
    user: str | None = None
    audit_session: int | None = None
    term: str | None = None
    started_at: str | None = None
    ended_at: str | None = None
    duration_ms: int = 0
    messages: int = 0
    first_id: int | None = None
    last_id: int | None = None
    missing: int = 0
    end_marked: bool | None = None
    output: OutputDigest = field(default_factory=OutputDigest)
    output_chars: int | None = None
    input_chars: int = 0
    windows: Windows = field(default_factory=Windows)
    extra: dict[str, Any] = field(default_factory=dict)
    """Members of this format alone, in both facts."""
    first_line: int = 0
    last_line: int = 0

    def started(self) -> Fact:
        """Give the fact that recording began."""
        return Fact(
            "recording.started.v1",
            self.started_at,
            self._identity(),
            f"{self.natural}:started",
            (self.first_line, self.first_line),
        )

    def finalized(self, counts: dict[str, Any] | None = None) -> Fact:
        """Give the fact that recording ended, with ``counts`` of this format's own.

        Its natural name holds what was received: a longer copy of the same recording is a fact of its own, and does
        not pass for the shorter one.
        """
        sha256 = self.output.hex()
        data = self._identity() | {
            "ended_at": self.ended_at,
            "duration_ms": self.duration_ms,
            "messages": self.messages,
            "first_id": self.first_id,
            "last_id": self.last_id,
            "missing": self.missing,
            "end_marked": self.end_marked,
            "output_chars": self.output_chars,
            "output_bytes": self.output.size,
            "output_sha256": sha256,
            "output_lines": list(self.output.lines),
            "input_chars": self.input_chars,
            "windows": [list(size) for size in self.windows.sizes],
            "window_changes": self.windows.changes,
            **(counts or {}),
        }
        natural = f"{self.natural}:finalized:{self.messages}:{sha256[:32]}"
        return Fact("recording.finalized.v1", self.ended_at, data, natural, (self.first_line, self.last_line))

    def finding(self, code: str, text: str, lines: tuple[int, int] | None = None, **data: Any) -> Finding:
        """Give a finding about this recording; without ``lines`` it is about the whole of it."""
        at = data.pop("occurred_at", None)
        return Finding(code, text, lines or (self.first_line, self.last_line), at, {"recording": self.recording} | data)

    def _identity(self) -> dict[str, Any]:
        return {
            "recording": self.recording,
            "kind": self.kind,
            "format": self.format,
            "host": self.host,
            "user": self.user,
            "audit_session": self.audit_session,
            "term": self.term,
            "started_at": self.started_at,
            **self.extra,
        }
