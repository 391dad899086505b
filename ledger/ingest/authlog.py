"""auth.log and its like: syslog lines of several programs, of which some are read.

One framing a source. Without a named one, the first line that can be parsed decides, and a line framed otherwise is
rejected with the name of its framing: two framings in one file are two files put together, or a line put in by hand.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence

from ledger.ingest.message import LineCounts, Message, Programs
from ledger.ingest.model import Item, Line, Rejected
from ledger.ingest.order import TimeOrder
from ledger.ingest.syslog import Framed, Framing, FramingError
from ledger.ingest.text import decode


class AuthLogImporter:
    """Reads syslog lines; see :class:`~ledger.ingest.model.Importer`."""

    def __init__(self, framings: Sequence[Framing], programs: Programs) -> None:
        """``framings``: those that the source may have, in the order in which they are tried."""
        self.counts = LineCounts()
        self._framings = tuple(framings)
        self._framing = framings[0] if len(framings) == 1 else None
        self._programs = dict(programs)
        self._distinct = tuple({id(program): program for program in programs.values()}.values())
        self._order = TimeOrder()

    def feed(self, line: Line) -> Sequence[Item]:
        """Take the next line."""
        counts = self.counts
        counts.lines += 1
        number, _, data, truncated, _ = line
        if truncated:
            counts.rejected += 1
            return [Rejected(number, "longer than a line may be")]
        if number == 1:
            data = data.removeprefix(BOM_UTF8)  # it marks the file, and is nothing that the first program said
            if (data[:2], data[3:4]) == (BOM_UTF16_LE, b"\0") or (data[:2], data[2:3]) == (BOM_UTF16_BE, b"\0"):
                counts.rejected += 1
                return [Rejected(number, "the source is UTF-16: import it as UTF-8")]
        try:
            text, escaped = data.decode(), False
        except UnicodeDecodeError:
            text, escaped = decode(data)
        if "\0" in text:
            text, escaped = decode(data)
        try:
            framed = self._framing.parse(text) if self._framing is not None else self._decide(text)
        except FramingError as error:
            if not text.strip():
                counts.uninteresting += 1
                return ()
            counts.rejected += 1
            return [Rejected(number, self._reason(text, str(error)))]
        at, occurred_at, zone_assumed, host, sender, pid, text = framed
        lines = (number, number)
        items: list[Item] = []
        if backwards := self._order.check(host, at, occurred_at, lines):
            items.append(backwards)
        for each in self._distinct:
            if at >= each.due:
                items.extend(each.elapse(at))
        program = self._programs.get(sender)
        given = None
        if program is not None:
            # As a plain tuple is made, for speed: one is made for nearly every line.
            message = (at, occurred_at, zone_assumed, host, pid, text, escaped, lines, data, None, None)
            given = program.feed(tuple.__new__(Message, message))
        if given is None:
            counts.uninteresting += 1
        elif given:
            items.extend(given)
            counts.count(given)
        else:
            counts.interpreted += 1
        return items

    def finish(self) -> list[Item]:
        """Give what the end of the source tells."""
        return [item for program in self._distinct for item in program.finish()]

    def _decide(self, text: str) -> Framed:
        reason = "there is no framing to read it with"
        for framing in self._framings:
            try:
                framed = framing.parse(text)
            except FramingError as error:
                reason = str(error)
            else:
                self._framing = framing
                return framed
        raise FramingError(f"in none of the known framings; the last reason: {reason}")

    def _reason(self, text: str, reason: str) -> str:
        """Name the framing that a line has instead of the source's own."""
        if self._framing is not None:
            for other in self._framings:
                if other is not self._framing and _parses(other, text):
                    return f"an {other.name} line in an {self._framing.name} source"
        return reason


def _parses(framing: Framing, text: str) -> bool:
    try:
        framing.parse(text)
    except FramingError:
        return False
    return True
