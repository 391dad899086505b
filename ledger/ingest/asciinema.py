"""asciinema terminal recordings: asciicast versions 2 and 3 (asciicast.py has the lines).

One file is one recording. It names neither host nor user, and nothing in it names the recording: its name here is made
of its header and its output, so both facts come at the end, when all of it was read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from hashlib import sha256

from ledger.ingest import utc
from ledger.ingest.asciicast import (
    MICROSECONDS,
    RELATIVE_TIMES,
    CastError,
    Event,
    Header,
    kept_header,
    parse_event,
    parse_header,
)
from ledger.ingest.left_out import is_left_out, left_out
from ledger.ingest.model import Finding, Item, Line, Rejected
from ledger.ingest.recording import Summary
from ledger.ingest.strict_json import encode

_CODES = frozenset("oirmx")
_LEADING_TIME = re.compile(rb"\s*\[\s*[-+0-9.eE]+")


class AsciinemaImporter:
    """Reads one asciicast; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self) -> None:
        self._header: Header | None = None
        self._summary = Summary(recording="", kind="terminal", format="asciinema", natural="", output_chars=0)
        self._counts: Counter[str] = Counter()
        self._time_us = 0
        self._line = 0
        self._whole = True

    def feed(self, line: Line) -> Iterable[Item]:
        """Take the next line."""
        self._line = line.number
        self._whole = False
        try:
            if self._header is None:
                self._start(parse_header(line), line.number)
                items: Iterable[Item] = ()
            elif _is_comment(line, self._header.version):
                items = ()
            else:
                items = self._take(parse_event(line), line.number)
        except CastError as error:
            return [Rejected(line.number, str(error))]
        # asciinema ends every line: one without an end was cut there, however well it reads.
        self._whole = bool(line.end)
        return list(items)

    def finish(self) -> Iterable[Item]:
        """Name the recording and give its facts."""
        if self._header is None:
            if not self._line:
                return []
            text = "no header was found, so the times mean nothing and no recording could be read"
            return [Finding("recording_unfinished", text, (1, self._line))]
        return list(self._finish(self._header))

    def _start(self, header: Header, line: int) -> None:
        self._header = header
        summary = self._summary
        summary.first_line = line
        summary.term = header.term
        summary.started_at = None if header.timestamp is None else utc.from_seconds(header.timestamp)
        summary.windows.add([(header.columns, header.rows)])
        summary.extra = {"asciicast_version": header.version, "title": header.title, "command": header.command}

    def _take(self, event: Event, line: int) -> Iterator[Finding]:
        assert self._header is not None
        summary = self._summary
        relative = self._header.version == RELATIVE_TIMES
        time_us = self._time_us + event.time_us if relative else event.time_us
        if time_us < self._time_us:
            text = "an event is earlier than the one before it"
            yield Finding("time_backwards", text, (line, line), data={"by_us": self._time_us - time_us})
        self._time_us = time_us
        summary.last_line = line
        self._counts[event.code if event.code in _CODES else "?"] += 1
        match event.code:
            case "o":
                assert summary.output_chars is not None
                summary.output_chars += len(event.data)
                summary.output.feed(event.data.encode())
            case "i":
                summary.input_chars += len(event.data)
            case "r":
                if (size := event.size()) is None:
                    text = "a window size is not two numbers"
                    yield Finding("window_size_invalid", text, (line, line))
                else:
                    summary.windows.add([size])
            case "m" | "x":
                pass
            case _ if self._counts["?"] == 1:
                text = "events of a kind that the format does not know; they are left out of what is kept"
                yield Finding("event_unknown", text, (line, line), data={"code": event.code})

    def _finish(self, header: Header) -> Iterator[Item]:
        summary, counts = self._summary, self._counts
        identity = [header.version, header.timestamp, header.columns, header.rows, header.title, header.command]
        name = sha256(encode([*identity, summary.output.hex()]).encode()).hexdigest()[:32]
        summary.recording = f"asciicast-{name}"
        summary.natural = f"asciinema:{name}"
        summary.last_line = max(summary.last_line, summary.first_line)
        summary.messages = counts.total()
        summary.duration_ms = max(0, self._time_us) // 1000
        if header.timestamp is not None:
            summary.ended_at = utc.from_us(header.timestamp * MICROSECONDS + self._time_us)
        if header.version == RELATIVE_TIMES:
            summary.end_marked = bool(counts["x"])
        yield summary.started()
        if not self._whole:
            text = "the last line is not whole: the file was cut while it was being written"
            yield summary.finding("recording_unfinished", text, (self._line, self._line))
        if header.cut:
            text = f"{header.cut} members or environment variables of the header are not kept: they may hold secrets"
            yield summary.finding("header_cut", text, (1, 1), members=header.cut, names=list(header.cut_names))
        if summary.input_chars:
            yield summary.finding(
                "keystrokes_cut",
                f"the recording held {summary.input_chars} keystrokes; they were cut out and are not kept",
                keystrokes=summary.input_chars,
                events=counts["i"],
            )
        yield summary.finalized({"output_events": counts["o"], "input_events": counts["i"], "markers": counts["m"]})


def _is_comment(line: Line, version: int) -> bool:
    return version == RELATIVE_TIMES and line.data.startswith(b"#") and not (line.truncated or is_left_out(line.data))


class AsciinemaRedactor:
    """Empties input events; see :class:`~ledger.ingest.model.Redactor`.

    In place of keyboard input (and of events of unknown kind) stands an output event without output. It takes no time:
    the wait for the key goes to the event after it, so the rhythm of typing cannot be read, and the rest stays in time.
    """

    def __init__(self) -> None:
        self.removed = 0
        self._version = 0
        self._carried = Decimal(0)
        self._time = "0"

    def keep(self, line: Line) -> bytes:
        """Give the line without its keystrokes."""
        try:
            if not self._version:
                self._version = parse_header(line).version
                return kept_header(line)
            if _is_comment(line, self._version):
                return line.data
            return self._keep_event(line.data, parse_event(line))
        except CastError:
            return left_out(line)

    def _keep_event(self, data: bytes, event: Event) -> bytes:
        time = _LEADING_TIME.match(data)
        assert time is not None, "a list that begins with a number was just read"
        written = time[0].strip()[1:].strip().decode("ascii")
        relative = self._version == RELATIVE_TIMES
        if event.code in _CODES - {"i"}:
            self._time = written
            if not relative or not self._carried:
                return data
            waited, self._carried = self._carried, Decimal(0)
            return f"[{waited + Decimal(written)}".encode() + data[time.end() :]
        if event.code == "i":
            self.removed += len(event.data)
        if relative:
            self._carried += Decimal(written)
        return f'[{0 if relative else self._time}, "o", ""]'.encode()
