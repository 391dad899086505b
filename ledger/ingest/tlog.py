"""tlog terminal recordings: one JSON message a line, several recordings interleaved in any way.

Read from a file, or from any container of messages (a journal) by handing over each message as a line of its own.
tlog writes no end mark, so every recording stays open until the source ends; the messages themselves say whether one is
missing. ``recording.started.v1`` comes with the first message of a recording, ``recording.finalized.v1`` at the end.
"""

from collections.abc import Iterable, Iterator

from ledger.ingest.left_out import left_out
from ledger.ingest.model import Finding, Item, Line, Rejected
from ledger.ingest.tlog_message import MessageError, cut_keystrokes, parse
from ledger.ingest.tlog_recording import TlogRecording

OPEN_RECORDINGS = 512
"""So many recordings are open at once; beyond, the one that was quiet for longest is closed, and said to be."""


class TlogImporter:
    """Reads messages; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], TlogRecording] = {}
        self._last: tuple[int, bool] = (0, True)  # number of the last line, and whether it was whole

    def feed(self, line: Line, *, written_ms: int | None = None) -> Iterable[Item]:
        """Take the next message.

        ``written_ms`` is when a container (a journal) received it, in milliseconds since 1970: the only time that there
        is for messages before format version 2.3. It is the time of the message's end.
        """
        if not line.data.strip():
            return []
        self._last = (line.number, False)
        if line.truncated:
            return [Rejected(line.number, "longer than a message may be")]
        try:
            message = parse(line.data)
        except MessageError as error:
            return [Rejected(line.number, str(error))]
        # tlog ends every line: one without an end was cut there, however well it reads.
        self._last = (line.number, bool(line.end))
        if message.time_ms is None:
            message = message._replace(written_ms=written_ms)
        key = (message.host, message.rec)
        closed: list[Item] = []
        # Moved to the end on each use: the first one is the one that was quiet for longest.
        recording = self._open.pop(key, None)
        if recording is None:
            recording = TlogRecording(message, line.number)
            if len(self._open) == OPEN_RECORDINGS:
                closed.extend(self._close_quietest())
        self._open[key] = recording
        return [*closed, *recording.feed(message, line.number, line.data)]

    def finish(self) -> Iterable[Item]:
        """Close every recording that is open."""
        items: list[Item] = []
        number, whole = self._last
        if not whole:
            text = "the last line is not whole: the source was cut while it was being written"
            items.append(Finding("recording_unfinished", text, (number, number)))
        for recording in self._open.values():
            items.extend(recording.finish())
        self._open.clear()
        return items

    def _close_quietest(self) -> Iterator[Item]:
        recording = self._open.pop(next(iter(self._open)))
        text = f"more than {OPEN_RECORDINGS} recordings at once: this one was closed before the source ended"
        yield recording.summary.finding("recording_set_aside", text)
        yield from recording.finish()


class TlogRedactor:
    """Empties the input of each message and keeps its output and times; see :class:`~ledger.ingest.model.Redactor`.

    A line that is no message might be a piece of one whose input was torn apart, so nothing of it is kept.
    """

    def __init__(self) -> None:
        self.removed = 0

    def keep(self, line: Line) -> bytes:
        """Give the line without its keystrokes."""
        if not line.data.strip():
            return line.data
        try:
            if line.truncated:
                return left_out(line)
            kept, removed = cut_keystrokes(line.data)
        except MessageError:
            return left_out(line)
        self.removed += removed
        return kept
