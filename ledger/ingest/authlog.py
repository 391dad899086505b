"""auth.log and its like: syslog lines of several programs, of which some are read.

One framing a source. Without a named one, the first line that can be parsed decides, and a line framed otherwise is
rejected with the name of its framing: two framings in one file are two files put together, or a line put in by hand.
"""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Sequence

from ledger.ingest.message import LineCounts, Message, Programs
from ledger.ingest.model import Item, Line, Rejected
from ledger.ingest.order import TimeOrder
from ledger.ingest.syslog import Framed, Framing, FramingError
from ledger.ingest.text import decode

_NO_HOST = "\n"


class AuthLogImporter:
    """Reads syslog lines; see :class:`~ledger.ingest.model.RunImporter`."""

    def __init__(self, framings: Sequence[Framing], programs: Programs) -> None:
        """``framings``: those that the source may have, in the order in which they are tried."""
        self.counts = LineCounts()
        self._framings = tuple(framings)
        self._framing = framings[0] if len(framings) == 1 else None
        self._programs = dict(programs)
        self._distinct = tuple({id(program): program for program in programs.values()}.values())
        self._order = TimeOrder()

    def feed(self, line: Line) -> list[Item]:
        """Take the next line."""
        number, _, data, truncated, _ = line
        if truncated:
            return [self._rejected(number, "longer than a line may be")]
        if number == 1:
            data = data.removeprefix(BOM_UTF8)  # it marks the file, and is nothing that the first program said
            if (data[:2], data[3:4]) == (BOM_UTF16_LE, b"\0") or (data[:2], data[2:3]) == (BOM_UTF16_BE, b"\0"):
                return [self._rejected(number, "the source is UTF-16: import it as UTF-8")]
        text, escaped = decode(data)
        return list(self._read(number, (text,), data if escaped else None))

    def feed_run(self, first: int, run: bytes) -> Iterator[Item]:
        """Take whole lines at once; see :class:`~ledger.ingest.model.RunImporter`."""
        text = None if b"\0" in run else _text(run)
        if text is not None:
            if "\r" in text:
                text = text.replace("\r\n", "\n")
            return self._read(first, text[:-1].split("\n"), None)
        lines = (Line(number, 0, data.removesuffix(b"\r")) for number, data in enumerate(run[:-1].split(b"\n"), first))
        return (item for line in lines for item in self.feed(line))

    def _read(self, first: int, texts: Iterable[str], raw: bytes | None) -> Iterator[Item]:
        """Read lines, in one piece, as it runs for every line of a log; ``raw`` where a byte had to be escaped."""
        parse = self._parse if self._framing is None else self._framing.parse
        program_of = self._programs.get
        host_before: str | None = _NO_HOST
        at_before = 0
        counts = self.counts
        read = uninteresting = interpreted = 0
        for number, text in enumerate(texts, first):
            try:
                at, occurred_at, zone_assumed, host, sender, pid, said = parse(text)
            except FramingError as error:
                if text.strip():
                    yield self._rejected(number, self._reason(text, str(error)))
                else:
                    uninteresting += 1
                    read += 1
                continue
            read += 1
            if at != at_before or host != host_before:
                host_before, at_before = host, at
                if backwards := self._order.check(host, at, occurred_at, (number, number)):
                    yield backwards
                for each in self._distinct:
                    if at >= each.due:
                        yield from each.elapse(at)
            program = program_of(sender)
            told = None if program is None else program.recognise(said)
            if program is None or told is None:
                uninteresting += 1
                continue
            lines = (number, number)
            message = (at, occurred_at, zone_assumed, host, pid, said, raw is not None, lines, raw, None, None)
            given = program.take(told, tuple.__new__(Message, message))  # as a plain tuple is made, for speed
            if given is None:
                uninteresting += 1
            elif given:
                counts.count(given)
                yield from given
            else:
                interpreted += 1
        counts.lines += read
        counts.uninteresting += uninteresting
        counts.interpreted += interpreted

    def _rejected(self, number: int, reason: str) -> Rejected:
        self.counts.lines += 1
        self.counts.rejected += 1
        return Rejected(number, reason)

    def finish(self) -> list[Item]:
        """Give what the end of the source tells."""
        return [item for program in self._distinct for item in program.finish()]

    def _parse(self, text: str) -> Framed:
        if self._framing is not None:
            return self._framing.parse(text)
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


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _parses(framing: Framing, text: str) -> bool:
    try:
        framing.parse(text)
    except FramingError:
        return False
    return True
