"""The rows of idempotency keys: each belongs to one entry, and what it keeps of a content is of that entry's.

Guarantees: a row that points outside the log or to no entry, that repeats a position, or whose body is another than the
HMAC of the entry's content is named; where the content cannot be opened, that much of it is. One pass in the order of
positions, in constant memory; a log without keys pays for one query. Leaves to others: nothing that anybody could do: a
row that was deleted leaves no trace, and the caller's key, of which the other half of a row is the HMAC, is not kept.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from ledger.keys.classes import is_day_key
from ledger.log import canonical
from ledger.store.custody import ChainSecret
from ledger.store.fsck.findings import Code, Findings

MARKS = (
    "SELECT position, CASE WHEN octet_length(mark) = 32 AND octet_length(body) = 32 THEN body END"
    " FROM {s}.idempotency ORDER BY position"
)

NO_PUBLIC = b"{}"


class Marks:
    """What the rows keep of contents, in the order of positions, handed out range by range."""

    def __init__(self, rows: Iterator[tuple[int | None, bytes | None]], findings: Findings) -> None:
        """Take the rows of ``MARKS``; what is wrong with them goes to ``findings``."""
        self._rows = rows
        self._findings = findings
        self._next: tuple[int | None, bytes | None] | None = next(rows, None)
        self._last: int | None = None

    def between(self, start: int, stop: int) -> tuple[tuple[int, bytes], ...]:
        """Give what belongs to the positions ``start`` … ``stop`` − 1; name what points before them."""
        return tuple(self._upto(start, stop))

    def name_rest(self) -> None:
        """Name what points behind the last entry, or nowhere."""
        while self._next is not None:
            self._outside(self._next[0])

    def _upto(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        while self._next is not None:
            position, body = self._next
            if position is None or position >= stop:
                return
            if position < start:
                self._outside(position)
            elif position == self._last:
                self._wrong(position, "two keys point to it")
            elif body is None:
                self._wrong(position, "its mark or body is no HMAC")
            else:
                yield position, body
                self._advance()

    def _outside(self, position: int | None) -> None:
        self._wrong(position, "no entry is there")

    def _wrong(self, position: int | None, why: str) -> None:
        self._findings.add(Code.IDEMPOTENCY, position, None, why)
        self._advance()

    def _advance(self) -> None:
        if self._next is not None:
            self._last = self._next[0]
        self._next = next(self._rows, None)


class Content(NamedTuple):
    """What an entry was appended with, but for its payload."""

    chain: str
    sealed: bool
    """Whether there is a payload, which is then sealed."""
    said: bytes
    """All else, as ``said`` spells it."""

    @classmethod
    def of(cls, data: bytes) -> "Content":
        """Read an entry that was checked: the parser would check it once more, at four times the price."""
        document = canonical.load(data)
        public, key = document["public"], document["key"]
        spelled = canonical.encode(public, depth=2) if public else NO_PUBLIC
        before, after = said(document["type"], spelled, key)
        tags = "\n".join(document["tags"]).encode()
        return cls(document["chain"], key is not None, b"".join((before, _length(tags), tags, after)))

    def body(self, payload: bytes, secret: ChainSecret) -> bytes:
        """Give what a row keeps of this content."""
        return secret.mark("content", sha256(b"".join((self.said, _length(payload), payload))).digest())


def said(type_: str, public: bytes, key: str | None) -> tuple[bytes, bytes]:
    """Spell what the caller said of a content, as the bytes before and behind its tags: lengths first, as in all of it.

    The check spells it by itself: a slip of the code that makes the rows is not repeated here.
    """
    key_class, _, subject = (key or "").partition(":")
    if key is not None and is_day_key(key):
        subject = ""  # the day is the log's choice, not the caller's
    before, *after = [_length(each) + each for each in (type_.encode(), public, key_class.encode(), subject.encode())]
    return before, b"".join(after)


def content_of(chain: str, sealed: bool, around: tuple[bytes, bytes], tags: bytes) -> Content:
    """Give the content of an entry whose tags, as it spells them, have nothing to escape."""
    lines = tags[1:-1].replace(b'","', b"\n")
    return Content(chain, sealed, b"".join((around[0], _length(lines), lines, around[1])))


def _length(part: bytes) -> bytes:
    return len(part).to_bytes(8, "big")
