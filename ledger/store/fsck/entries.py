"""Checking the entries of one range: bytes, columns, hashes, links, times, keys.

Guarantees: every row of the range is read once, in order. An entry that equals the bytes spelled from its own columns
and its chain's head is thereby right in every member, column and link (``kinds``); any other is parsed, its columns
compared as the bytes that they would be stored as, and what is wrong is named. What a range cannot know (what came
before it, which keys exist) is handed to ``joining``. Leaves to others: the payloads (``seals``).
"""

from binascii import Error as NoHexError
from binascii import hexlify, unhexlify
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is an exception, and named as one here
from typing import Any

from psycopg import Connection, sql

from ledger.keys.classes import day_of, is_day_key
from ledger.log.core_entry import corrected_from
from ledger.log.entry import CORE_TYPES, MAX_ENTRY_BYTES, Entry, parse
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.frontier import Frontier
from ledger.log.members import format_at
from ledger.store.fsck.copy_out import copy_out, fields_of
from ledger.store.fsck.findings import Code
from ledger.store.fsck.kinds import Kinds
from ledger.store.fsck.tasks import PRIME, Place, RangeReport, RangeTask, Stretch
from ledger.store.prepare import part_of
from ledger.store.rows import tag_number, text_array_field, text_element

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Nine fields: position, seq, at, leaf (32 bytes), and the length of the entry's bytes; then chain, type, key, tags.
_HEAD = Struct(">hiqiqiqi32si")
_LENGTHS = (9, 8, 8, 8, 32)
_COLUMNS = ("position", "seq", "at", "leaf", "entry", "chain", "type", "key", "tags")

_SELECT = sql.SQL(
    "SELECT position, seq, at, leaf, entry, chain, type, key, tags FROM {}.entry"
    " WHERE position >= {} AND position < {} ORDER BY position"
)


class Pair:
    """The payloads of one chain and one key."""

    __slots__ = ("chain", "day", "first", "key", "last", "part", "part_field", "seen")

    def __init__(self, chain: str, key: str, position: int) -> None:
        """Meet the first of them."""
        self.chain = chain
        self.key = key
        self.part = part_of(key)
        self.part_field = text_element(self.part)
        self.day = key.partition(":")[2] if is_day_key(key) else None
        self.first = self.last = position
        self.seen = 0


class Wanted:
    """Which payloads a range must have: by position from its start, the pair and the commitment."""

    __slots__ = ("by_offset", "pairs", "start", "unreadable")

    def __init__(self, start: int, stop: int) -> None:
        """Want none yet."""
        self.start = start
        self.by_offset: list[tuple[Pair, bytes] | None] = [None] * (stop - start)
        self.pairs: dict[tuple[str, str], Pair] = {}
        self.unreadable: set[int] = set()


class EntryChecker:
    """Checks ranges of one log; remembers what is the same in many entries."""

    def __init__(self, place: Place) -> None:
        """Check the log at this place."""
        self._place = place
        self._kinds = Kinds(place.origin, place.fingerprint.offset)

    def check(self, connection: Connection[Any], task: RangeTask, report: RangeReport) -> Wanted:
        """Read the range; put what it holds into ``report``, and give the payloads that it must have."""
        name = sql.Identifier(self._place.schema)
        query = _SELECT.format(name, sql.Literal(task.start), sql.Literal(task.stop)).as_bytes(connection)
        reading = _Reading(self._place, self._kinds, task, report)
        reading.read(copy_out(connection, query))
        reading.end()
        return reading.wanted


class _Reading:
    """One range as it is read."""

    def __init__(self, place: Place, kinds: Kinds, task: RangeTask, report: RangeReport) -> None:
        self.wanted = Wanted(task.start, task.stop)
        self._place = place
        self._kinds = kinds
        self._task = task
        self._report = report
        self._tree = Frontier()
        self._leaves: list[bytes] = []
        self._stretches: dict[str, Stretch] = {}
        self._tree_cuts = [*task.tree_cuts]
        self._heads_cuts = [*task.heads_cuts]
        self._expected = task.start
        self._at = -(2**63)
        self._at_text = b""
        self._day = ""
        self._days: dict[str, str] = {}
        self._product = 1
        self._tag_rows = 0

    def read(self, rows: Iterator[bytes]) -> None:
        """Check every row."""
        kinds, leaves, report = self._kinds, self._leaves, self._report
        weight = self._place.fingerprint.weight
        first, head_size = self._task.start, _HEAD.size
        pairs, by_offset = self.wanted.pairs, self.wanted.by_offset
        next_cut = self._next_cut()
        for row in rows:
            report.entries += 1
            try:
                fields, a, position, b, seq, c, at, d, stored_leaf, length = _HEAD.unpack_from(row)
            except StructError:
                fields = a = b = c = d = position = seq = at = length = 0
                stored_leaf = b""
            if (fields, a, b, c, d) != _LENGTHS or length < 0:
                self._odd_row(row)
                continue
            if position != self._expected and not self._jump(position):
                continue
            if position >= next_cut:
                self._cut(position)
                next_cut = self._next_cut()
            self._expected = position + 1
            end = head_size + length
            data = row[head_size:end]
            leaf = sha256(b"\0" + data).digest()
            leaves.append(leaf)
            if leaf != stored_leaf:
                report.findings.add(Code.LEAF, position, None, f"stored {stored_leaf.hex()}, computed {leaf.hex()}")
            kind, tag_field = kinds.split(row[end:])
            stretch = None if kind is None else self._stretches.get(kind.chain)
            tags = None if stretch is None else kinds.tags(tag_field)
            if kind is None or stretch is None or tags is None or seq != stretch.last_seq + 1 or at < self._at:
                self._parse(row, position, seq, at, data, leaf, end)
                continue
            if at != self._at and not self._set_time(at):
                self._parse(row, position, seq, at, data, leaf, end)
                continue
            committed = data[kind.commitment_at : kind.commitment_at + 64] if kind.key is not None else b""
            spelled = b'{"at":"%b%b%b%b%d,"prev":"%b","public":{},"seq":%d,"tags":[%b%b' % (
                self._at_text,
                kind.before,
                committed,
                kind.after,
                position,
                hexlify(stretch.last_leaf),
                seq,
                tags[0],
                kind.tail,
            )
            try:
                commitment = unhexlify(committed)
            except (NoHexError, ValueError):
                commitment = b""
            if spelled != data or hexlify(commitment) != committed or length > MAX_ENTRY_BYTES:
                self._parse(row, position, seq, at, data, leaf, end)
                continue
            stretch.last_seq, stretch.last_leaf = seq, leaf
            if tags[1]:
                place = weight * position
                product = self._product
                for number in tags[1]:
                    product = product * (number + place) % PRIME
                self._product = product
                self._tag_rows += len(tags[1])
            if kind.key is not None:
                pair = pairs.get(kind.names)
                if pair is None:
                    pair = pairs[kind.names] = Pair(kind.chain, kind.key, position)
                pair.last = position
                if kind.day is not None and kind.day != self._day:
                    report.findings.add(Code.KEY_DAY, position, kind.chain, f"{kind.key} on {self._day}")
                by_offset[position - first] = (pair, commitment)

    def end(self) -> None:
        """Take stock of the range."""
        task, report = self._task, self._report
        if self._expected < task.stop:
            self._gap(self._expected, task.stop)
        self._cut(task.stop)
        self._grow()
        report.tree = self._tree.to_bytes()
        report.stretches.append((task.stop, self._stretches))
        report.tags, report.tag_rows = self._product, self._tag_rows
        report.last_at = self._at_text.decode()

    # -- what is not as most entries are -------------------------------------------------------------------------------

    def _parse(self, row: bytes, position: int, seq: int, at: int, data: bytes, leaf: bytes, end: int) -> None:
        """Check an entry by the parser, and name what is wrong with it."""
        report, add = self._report, self._report.findings.add
        try:
            entry = parse(data)
        except UnknownFormatError as refusal:
            report.unchecked.add(str(refusal))
            self.wanted.unreadable.add(position)
            return
        except FormatError as refusal:
            add(Code.ENTRY_FORM, position, None, str(refusal).rstrip("."))
            self.wanted.unreadable.add(position)
            return
        said = (datetime.fromisoformat(entry.at) - _EPOCH) // _MICROSECOND
        wrong = corrected_from(entry)
        if said < self._at and wrong != self._at_text.decode():
            add(Code.TIME_FELL, position, None, f"{entry.at} after {self._at_text.decode()}")
        self._set_time(said)
        if report.first is None:
            report.first = (position, entry.at, wrong)
        fields = (
            text_element(entry.chain),
            text_element(entry.type),
            text_element(entry.key),
            text_array_field(entry.tags),
        )
        rest = b"".join(fields)
        if (entry.position, entry.seq, said) != (position, seq, at) or row[end:] != rest:
            self._columns(row, entry, said, rest)
        if entry.origin != self._place.origin:
            add(Code.OTHER_ORIGIN, position, entry.chain, entry.origin)
        self._link(entry, position, leaf)
        offset, weight = self._place.fingerprint
        for tag in entry.tags:
            self._product = self._product * (tag_number(tag) + offset + weight * position) % PRIME
            self._tag_rows += 1
        if entry.type.startswith(CORE_TYPES):
            report.core.append(data)
        if entry.key is not None and entry.commitment is not None:
            pair = self.wanted.pairs.setdefault((entry.chain, entry.key), Pair(entry.chain, entry.key, position))
            pair.last = position
            if pair.day is not None and pair.day != self._day:
                add(Code.KEY_DAY, position, entry.chain, f"{entry.key} on {self._day}")
            self.wanted.by_offset[position - self._task.start] = (pair, entry.commitment)

    def _link(self, entry: Entry, position: int, leaf: bytes) -> None:
        stretch = self._stretches.get(entry.chain)
        if stretch is None:
            self._stretches[entry.chain] = Stretch(entry.seq, entry.prev, position, entry.seq, leaf)
            return
        if entry.seq != stretch.last_seq + 1:
            self._report.findings.add(Code.SEQ, position, entry.chain, f"{entry.seq} after {stretch.last_seq}")
        elif entry.prev != stretch.last_leaf:
            self._report.findings.add(Code.LINK, position, entry.chain)
        stretch.last_seq, stretch.last_leaf = entry.seq, leaf

    def _set_time(self, at: int) -> bool:
        """Go on at this time, in microseconds from 2000; False for one that no entry can tell."""
        try:
            moment = _EPOCH + timedelta(microseconds=at)
            text = format_at(moment)
        except (OverflowError, FormatError):
            return False
        self._at, self._at_text = at, text.encode()
        day = self._days.get(text[:13])
        if day is None:
            day = self._days[text[:13]] = day_of(moment)
        self._day = day
        return True

    def _columns(self, row: bytes, entry: Entry, at: int, rest: bytes) -> None:
        """Say which columns differ from the entry."""
        stored = fields_of(row)
        numbers = (entry.position, entry.seq, at)
        computed = [number.to_bytes(8, "big", signed=True) for number in numbers] + [stored[3], stored[4]]
        computed += fields_of(b"\0\4" + rest)
        differ = [name for name, a, b in zip(_COLUMNS, stored, computed, strict=False) if a != b]
        position = int.from_bytes(stored[0] or b"", "big", signed=True)
        self._report.findings.add(Code.COLUMN, position, entry.chain, ", ".join(differ))

    def _odd_row(self, row: bytes) -> None:
        """Name a row whose columns are not of the kind that every row has, such as one with NULLs."""
        values = fields_of(row)
        position = int.from_bytes(values[0] or b"", "big", signed=True)
        self._report.findings.add(Code.COLUMN, position, None, "a column is empty or of another kind")
        self._report.broken = True

    # -- positions -----------------------------------------------------------------------------------------------------

    def _jump(self, position: int) -> bool:
        """Meet another position than the next one: missing ones are named and skipped, a repeated one is not read."""
        if position < self._expected:
            self._report.findings.add(Code.DUPLICATE, position)
            self._report.broken = True
            return False
        self._gap(self._expected, position)
        return True

    def _gap(self, start: int, stop: int) -> None:
        """Name what is missing, and put something in its place that no entry hashes to."""
        upto = f" to {stop - 1}" if stop - start > 1 else ""
        self._report.findings.add(Code.GAP, start, None, f"{start}{upto}")
        self._report.broken = True
        self._leaves += [bytes(32)] * (stop - start)

    def _next_cut(self) -> int:
        return min((*self._tree_cuts[:1], *self._heads_cuts[:1]), default=self._task.stop)

    def _cut(self, size: int) -> None:
        """Tell the tree and the heads at the asked sizes up to this one."""
        while self._tree_cuts and self._tree_cuts[0] <= size:
            self._grow()
            self._report.cuts.append((self._tree_cuts.pop(0), self._tree.to_bytes()))
        while self._heads_cuts and self._heads_cuts[0] <= size:
            self._report.stretches.append((self._heads_cuts.pop(0), self._stretches))
            self._stretches = {}

    def _grow(self) -> None:
        self._tree.extend(self._leaves)
        self._leaves.clear()
