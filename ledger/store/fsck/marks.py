"""The rows of idempotency keys: each belongs to one entry, and what it keeps of a content is of that entry's.

Guarantees: a row that points outside the log or to no entry, that repeats a position, or whose body is another than the
HMAC of the entry's content is named; where the content cannot be opened, that much of it is. One pass in the order of
positions, in constant memory; a log without keys pays for one query. Leaves to others: nothing that anybody could do: a
row that was deleted leaves no trace, and the caller's key, of which the other half of a row is the HMAC, is not kept.
"""

from collections.abc import Iterator
from typing import NamedTuple

from ledger.keys.classes import is_day_key
from ledger.log import canonical
from ledger.store.custody import ChainSecret, content_mark_input
from ledger.store.fsck.findings import Code, Findings

MARKS = (
    "SELECT position, CASE WHEN octet_length(mark) = 32 AND octet_length(body) = 32 THEN body END"
    " FROM {s}.idempotency ORDER BY position"
)


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
    type: str
    tags: tuple[str, ...]
    public: bytes
    key: str | None

    @classmethod
    def of(cls, data: bytes) -> "Content":
        """Read an entry that was checked: the parser would check it once more, at four times the price."""
        document = canonical.load(data)
        public = document["public"]
        spelled = canonical.encode(public, depth=2) if public else b"{}"
        return cls(document["chain"], document["type"], tuple(document["tags"]), spelled, document["key"])

    def body(self, payload: bytes, secret: ChainSecret) -> bytes:
        """Give what a row keeps of this content."""
        key_class, _, subject = (self.key or "").partition(":")
        if self.key is not None and is_day_key(self.key):
            subject = ""  # the day is the log's choice, not the caller's
        content = content_mark_input(self.type, self.tags, self.public, key_class, subject, payload)
        return secret.mark("content", content)
