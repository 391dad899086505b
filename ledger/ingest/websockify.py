"""websockify desktop recordings: what a browser and a VNC server said to each other (websockify_line.py, rfb.py).

One file is one connection. Its times count from the connection; when that was stands in the gateway's log only
(gateway_log.py), so without a ``start`` the facts tell no time, say so in ``start_known``, and count ``offset_ms``.

The desktop itself (the server's bytes) is kept as it is. What was typed is blanked in the client's bytes: see
rfb_client.py for what, and rfb.py for what becomes of bytes that are not understood.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from ledger.ingest import utc
from ledger.ingest.left_out import left_out
from ledger.ingest.model import Fact, Item, Line, Rejected
from ledger.ingest.output_digest import OutputDigest
from ledger.ingest.recording import Summary
from ledger.ingest.rfb import Reader, Session
from ledger.ingest.rfb_client import client_script
from ledger.ingest.rfb_server import server_script
from ledger.ingest.websockify_line import END, HEADER, Frame, FrameError, format_frame, parse_frame

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNREADABLE = "a line that is no frame"


class Connection:
    """Both directions of one connection, read together."""

    def __init__(self) -> None:
        self.session = Session()
        self.server = Reader(server_script(self.session))
        self.client = Reader(client_script(self.session))

    def feed(self, frame: Frame) -> bytes:
        """Take the next frame; give its bytes as they may be kept."""
        if frame.from_client:
            return self.client.feed(frame.data)
        if not self.server.done:
            self.server.feed(frame.data)
        return frame.data


class WebsockifyImporter:
    """Reads one recording; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self, *, start: datetime | None = None, file_name: str | None = None) -> None:
        """Count times from ``start`` (aware), if it is known; ``file_name`` is the name the gateway's log tells."""
        self._start_ms = None if start is None else (start - _EPOCH) // timedelta(milliseconds=1)
        self._summary = Summary(
            recording="",
            kind="desktop",
            format="websockify",
            natural="",
            end_marked=False,
            output=OutputDigest(max_lines=0),  # pictures have no lines
            extra={"recording_file": file_name, "start_known": start is not None},
        )
        self._connection = Connection()
        self._name = sha256()
        self._server_messages = self._client_messages = self._client_bytes = 0
        self._offset_ms = 0
        self._login: tuple[int, int] | None = None  # offset and line of the verdict
        self._lost: dict[str, int] = {}
        self._line = 0
        self._header_read = False

    def feed(self, line: Line) -> Iterable[Item]:
        """Take the next line."""
        self._line = line.number
        if self._summary.end_marked:
            return [Rejected(line.number, "after the end of the recording")]
        if line.data == HEADER and not (self._header_read or line.truncated):
            self._header_read = True
            self._summary.first_line = self._summary.first_line or line.number
            return []
        if line.data == END and not line.truncated:
            self._summary.end_marked = True
            return []
        try:
            frame = parse_frame(line)
        except FrameError as error:
            self._connection.client.lose(_UNREADABLE)
            self._lost.setdefault("client", line.number)
            return [Rejected(line.number, str(error))]
        return list(self._take(frame, line.number))

    def finish(self) -> Iterable[Item]:
        """Name the recording and give its facts."""
        if not self._summary.first_line:
            return []
        return list(self._finish())

    def _take(self, frame: Frame, line: int) -> Iterator[Item]:
        summary, connection = self._summary, self._connection
        summary.first_line = summary.first_line or line
        summary.last_line = line
        summary.messages += 1
        if frame.offset_ms < self._offset_ms:
            text = "a frame is earlier than the one before it"
            yield summary.finding("time_backwards", text, (line, line), by_ms=self._offset_ms - frame.offset_ms)
        self._offset_ms = frame.offset_ms
        login = connection.session.login
        connection.feed(frame)
        if connection.session.login != login:
            self._login = (frame.offset_ms, line)
        if frame.from_client:
            self._client_messages += 1
            self._client_bytes += len(frame.data)
            self._name.update(b"}%d" % frame.offset_ms)
        else:
            self._server_messages += 1
            summary.output.feed(frame.data)
            self._name.update(b"{%d %d " % (frame.offset_ms, len(frame.data)) + frame.data)
        for side, reader in (("server", connection.server), ("client", connection.client)):
            if reader.lost is not None:
                self._lost.setdefault(side, line)

    def _finish(self) -> Iterator[Item]:
        summary, session = self._summary, self._connection.session
        name = self._name.hexdigest()[:32]
        summary.recording = f"websockify-{name}"
        summary.natural = f"websockify:{name}"
        summary.started_at = self._at(0)
        summary.ended_at = self._at(self._offset_ms)
        summary.duration_ms = max(0, self._offset_ms)
        summary.last_line = max(summary.last_line, summary.first_line)
        summary.input_chars = session.key_presses
        if session.name is not None:
            summary.windows.add([(session.width, session.height)])
        yield summary.started()
        if self._login is not None:
            yield self._login_fact(*self._login)
        if not self._header_read:
            yield summary.finding("recording_beginning_missing", "the recording does not begin with its header")
        if not summary.end_marked:
            text = "the recording has no end mark: it was cut, or the gateway is writing it still"
            yield summary.finding("recording_unfinished", text, (self._line, self._line))
        for side, line in self._lost.items():
            reason = getattr(self._connection, side).lost
            text = f"the {side}'s stream is not understood from here on: {reason}"
            yield summary.finding(f"{side}_stream_unreadable", text, (line, line))
        if session.cut:
            yield summary.finding(
                "keystrokes_cut",
                f"blanked and not kept: key events {session.keys_cut}, clipboard texts {session.texts_cut}, "
                f"answers to a login challenge {session.answers_cut}",
                keystrokes=session.keys_cut,
                clipboard_texts=session.texts_cut,
                login_answers=session.answers_cut,
            )
        yield summary.finalized(self._counts())

    def _login_fact(self, offset_ms: int, line: int) -> Fact:
        summary, session = self._summary, self._connection.session
        data = {
            "recording": summary.recording,
            "recording_file": summary.extra["recording_file"],
            "security_type": session.security_type,
            "reason": session.login_failure,
            "offset_ms": offset_ms,
        }
        name = f"desktop.login_{session.login}.v1"
        return Fact(name, self._at(offset_ms), data, f"{summary.natural}:login", (line, line))

    def _counts(self) -> dict[str, Any]:
        session = self._connection.session
        return {
            "last_offset_ms": self._offset_ms,
            "rfb_version": None if session.minor is None else f"3.{session.minor}",
            "security_type": session.security_type,
            "login": session.login,
            "login_failure": session.login_failure,
            "desktop_name": session.name,
            "server_messages": self._server_messages,
            "client_messages": self._client_messages,
            "client_bytes": self._client_bytes,
            "key_presses": session.key_presses,
            "key_events": session.key_events,
            "pointer_messages": session.pointer_messages,
            "clipboard_texts": session.cut_texts,
            "clipboard_bytes": session.cut_text_bytes,
            "power_actions": session.power_actions,
        }

    def _at(self, offset_ms: int) -> str | None:
        return None if self._start_ms is None else utc.from_ms(self._start_ms + offset_ms)


class WebsockifyRedactor:
    """Blanks what was typed; see :class:`~ledger.ingest.model.Redactor`. ``removed`` counts what held something."""

    def __init__(self) -> None:
        self._connection = Connection()

    @property
    def removed(self) -> int:
        """How many key events, clipboard texts and login answers were blanked so far."""
        return self._connection.session.cut

    def keep(self, line: Line) -> bytes:
        """Give the line without its keystrokes."""
        if line.data in (HEADER, END) and not line.truncated:
            return line.data
        try:
            frame = parse_frame(line)
        except FrameError:
            # The frames after it may begin in the middle of a key event: their place in the stream is not known.
            self._connection.client.lose(_UNREADABLE)
            return left_out(line)
        kept = self._connection.feed(frame)
        return line.data if kept == frame.data else format_frame(Frame(frame.from_client, frame.offset_ms, kept))
