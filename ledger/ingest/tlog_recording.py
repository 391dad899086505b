"""One tlog recording while its messages arrive: puts them in the order of their ids and says what is wrong with them.

A message that comes too early waits for those before it, but only for so long: a recording of any length takes the same
memory. When the wait is over the ids between are named missing, and what arrives later still is named too, never mixed
into an output that is already hashed.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from hashlib import sha256

from ledger.ingest import utc
from ledger.ingest.model import Finding, Item
from ledger.ingest.recording import Summary
from ledger.ingest.tlog_message import Message

WAITING_MESSAGES = 64
WAITING_BYTES = 1 << 20
"""How many early messages, and how much output in them, wait for a late one."""
REMEMBERED_MESSAGES = 4096
"""How far back a repeated message can be compared with the first one of its id."""


class _Taken:
    """The digests of the messages that were taken, the latest at least :data:`REMEMBERED_MESSAGES` of them."""

    def __init__(self) -> None:
        # Two columns of machine integers: 16 bytes a message, where a dict would take ten times as much.
        self._ids = array("Q")
        self._digests = array("Q")

    def add(self, message_id: int, digest: int) -> None:
        """Remember a message; ids come in rising order."""
        if len(self._ids) == 2 * REMEMBERED_MESSAGES:
            del self._ids[:REMEMBERED_MESSAGES], self._digests[:REMEMBERED_MESSAGES]
        self._ids.append(message_id)
        self._digests.append(digest)

    def get(self, message_id: int) -> int | None:
        """Give the digest of a message, or None where it was never taken or is forgotten."""
        at = bisect_left(self._ids, message_id)
        return self._digests[at] if at < len(self._ids) and self._ids[at] == message_id else None


class TlogRecording:
    """Takes the messages of one recording in any order; gives facts and findings."""

    def __init__(self, message: Message, line: int) -> None:
        self._of = message
        self.summary = Summary(
            recording=message.rec,
            kind="terminal",
            format="tlog",
            natural=f"tlog:{message.host}:{message.rec}",
            host=message.host,
            user=message.user,
            audit_session=message.audit_session,
            term=message.term,
            output_chars=0,
            extra={"message_version": message.ver, "time_from": _time_from(message)},
            first_line=line,
            last_line=line,
        )
        self._next_id = 1
        self._waiting: dict[int, tuple[Message, int, int]] = {}
        self._waiting_bytes = 0
        self._taken = _Taken()
        self._previous: Message | None = None
        self._repeated: tuple[int, int, int, int] | None = None  # count, first and last id, last line
        self._not_utf8: tuple[int, int, int] | None = None  # messages, bytes, first id
        self._reordered = 0
        self._ended_ms: int | None = None
        self._named: set[str] = set()

    def feed(self, message: Message, line: int, data: bytes) -> Iterator[Item]:
        """Take the next message of the source; ``data`` are its bytes, to know it again."""
        summary = self.summary
        summary.last_line = line
        of = self._of
        # ver, host, rec, user and term are the first five.
        if message.unknown or message[:5] != of[:5] or message.audit_session != of.audit_session:
            yield from self._other_identity(message, line)
        digest = int.from_bytes(sha256(data).digest()[:8])
        if message.id < self._next_id or message.id in self._waiting:
            yield from self._again(message, line, digest)
            return
        if message.id != self._next_id:
            self._reordered += 1
            self._waiting[message.id] = (message, line, digest)
            self._waiting_bytes += len(data)
            if len(self._waiting) > WAITING_MESSAGES or self._waiting_bytes > WAITING_BYTES:
                yield from self._give_up_waiting()
            return
        yield from self._take(message, line, digest)
        yield from self._take_waiting()

    def finish(self) -> Iterator[Item]:
        """Give what the end of the source tells."""
        while self._waiting:
            yield from self._give_up_waiting()
        summary = self.summary
        if self._repeated:
            count, first, last, line = self._repeated
            yield summary.finding(
                "message_duplicate",
                f"{count} messages came again, byte for byte, and were taken once",
                (summary.first_line, line),
                messages=count,
                first_id=first,
                last_id=last,
            )
        if self._not_utf8:
            messages, size, first = self._not_utf8
            yield summary.finding(
                "invalid_utf8_output",
                f"{size} bytes of the output are not UTF-8; they are kept as bytes",
                messages=messages,
                bytes=size,
                first_id=first,
            )
        if summary.input_chars:
            yield summary.finding(
                "keystrokes_cut",
                f"the recording held {summary.input_chars} keystrokes; they were cut out and are not kept",
                keystrokes=summary.input_chars,
            )
        summary.ended_at = utc.from_ms(self._ended_ms)
        yield summary.finalized({"reordered": self._reordered})

    def _other_identity(self, message: Message, line: int) -> Iterator[Finding]:
        for name in ("user", "term", "audit_session", "ver"):
            if getattr(message, name) != getattr(self._of, name) and name not in self._named:
                self._named.add(name)
                text = f"member {name} differs from the recording's first message"
                yield self.summary.finding("message_differs", text, (line, line), id=message.id, member=name)
        if message.unknown and "unknown" not in self._named:
            self._named.add("unknown")
            text = "members of a newer format version were not understood and are left out of what is kept"
            yield self.summary.finding(
                "member_unknown", text, (line, line), id=message.id, members=list(message.unknown)
            )

    def _again(self, message: Message, line: int, digest: int) -> Iterator[Finding]:
        waiting = self._waiting.get(message.id)
        before = waiting[2] if waiting else self._taken.get(message.id)
        if before == digest:
            count, first, last, _ = self._repeated or (0, message.id, message.id, line)
            self._repeated = (count + 1, min(first, message.id), max(last, message.id), line)
        elif before is not None:
            text = "a second message with the same id says something else; the first one was taken"
            yield self._about("message_conflict", text, message, line)
        else:
            text = "a message came too late to be put in its place or compared; it is not part of the replay"
            yield self._about("message_out_of_order", text, message, line)

    def _give_up_waiting(self) -> Iterator[Item]:
        first = min(self._waiting)
        missing = first - self._next_id
        self.summary.missing += missing
        text = f"{missing} messages are missing" if missing > 1 else "a message is missing"
        line = self._waiting[first][1]
        yield self.summary.finding(
            "message_id_missing", text, (line, line), first_id=self._next_id, last_id=first - 1, messages=missing
        )
        self._next_id = first
        yield from self._take_waiting()

    def _take_waiting(self) -> Iterator[Item]:
        while waiting := self._waiting.pop(self._next_id, None):
            if not self._waiting:
                self._waiting_bytes = 0
            yield from self._take(*waiting)

    def _take(self, message: Message, line: int, digest: int) -> Iterator[Item]:
        """Take the message whose turn it is."""
        self._next_id = message.id + 1
        self._taken.add(message.id, digest)
        summary, previous = self.summary, self._previous
        if previous is None:
            summary.first_id = message.id
            summary.started_at = utc.from_ms(message.at_ms)
            yield summary.started()
        elif message.pos_ms < previous.pos_ms or _before(message.at_ms, previous.at_ms):
            text = "a message is earlier than the one before it"
            yield self._about("time_backwards", text, message, line)
        self._previous = message
        replay = message.replay()
        if replay.problem:
            text = f"the timing cannot be followed: {replay.problem}; the output is kept"
            yield self._about("timing_invalid", text, message, line)
        summary.messages += 1
        summary.last_id = message.id
        summary.duration_ms = message.pos_ms + replay.duration_ms
        self._ended_ms = message.written_ms if message.time_ms is None else message.time_ms + replay.duration_ms
        assert summary.output_chars is not None
        summary.output_chars += len(message.out_txt)
        summary.input_chars += message.keystrokes
        summary.output.feed(replay.output)
        summary.windows.add(replay.windows)
        if message.out_bin:
            messages, size, first = self._not_utf8 or (0, 0, message.id)
            self._not_utf8 = (messages + 1, size + len(message.out_bin), first)

    def _about(self, code: str, text: str, message: Message, line: int) -> Finding:
        at = utc.from_ms(message.at_ms)
        return self.summary.finding(code, text, (line, line), occurred_at=at, id=message.id)


def _time_from(message: Message) -> str | None:
    """Say whose clock the recording's times are of."""
    if message.time_ms is not None:
        return "message"
    return "container" if message.written_ms is not None else None


def _before(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one < other
