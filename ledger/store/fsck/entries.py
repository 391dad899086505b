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

from ledger.keys.classes import day_of
from ledger.log.core_entry import corrected_from
from ledger.log.entry import CORE_TYPES, MAX_ENTRY_BYTES, Entry, leaf_hash, parse
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.frontier import Frontier
from ledger.log.members import format_at
from ledger.store.fsck.copy_out import copy_out
from ledger.store.fsck.fields import fields_of, text_array_field, text_field
from ledger.store.fsck.findings import Code
from ledger.store.fsck.kinds import Kinds, tag_number
from ledger.store.fsck.tasks import Place, RangeReport, RangeTask, Stretch
from ledger.store.fsck.wanted import Pair, Wanted

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Nine fields: position, seq, at, leaf (32 bytes); then chain, type, key, tags and the entry's bytes.
_HEAD = Struct(">hiqiqiqi32s")
_HEAD_BYTES = _HEAD.size
_LENGTHS = (9, 8, 8, 8, 32)
_COLUMNS = ("position", "seq", "at", "leaf", "chain", "type", "key", "tags", "entry")
_POSITION = slice(6, 14)
_LENGTH_BYTES = 4
_length = Struct(">i").unpack_from

_SELECT = sql.SQL(
    "SELECT position, seq, at, leaf, chain, type, key, tags, entry FROM {}.entry"
    " WHERE position >= {} AND position < {} ORDER BY position"
)


class EntryChecker:
    """Checks ranges of one log; remembers what is the same in many entries."""

    def __init__(self, place: Place) -> None:
        """Check the log at this place."""
        self._place = place
        self._kinds = Kinds(place.origin)

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
        self._tags: list[bytes] = []

    def read(self, rows: Iterator[bytes]) -> None:
        """Check every row."""
        kinds, report, wanted = self._kinds, self._report, self.wanted
        pairs, pairs_at, commitments, spellings = wanted.pairs, wanted.pairs_at, wanted.commitments, wanted.spelled
        unpack, length_at, add_leaf, add_tag = _HEAD.unpack_from, _length, self._leaves.append, self._tags.append
        first, next_cut = self._task.start, self._next_cut()
        # What an entry has in common with the one before it is found once: most follow one of their own kind.
        fields, kind, stretch, tags_at = b"", None, None, 0
        beginning, spelled_at, other_day = b"", None, False
        entries = 0
        for row in rows:
            entries += 1
            try:
                count, a, position, b, seq, c, at, d, stored_leaf = unpack(row)
            except StructError:
                count = a = b = c = d = position = seq = at = 0
                stored_leaf = b""
            if (count, a, b, c, d) != _LENGTHS:
                self._odd_row(row)
                continue
            if position != self._expected and not self._jump(position):
                continue
            if position >= next_cut:
                self._cut(position)
                next_cut = self._next_cut()
                kind = None
            if kind is None or not row.startswith(fields, _HEAD_BYTES):
                fields, kind = kinds.find(row, _HEAD_BYTES)
                stretch = None if kind is None else self._stretches.get(kind.chain)
                tags_at = _HEAD_BYTES + len(fields) + _LENGTH_BYTES
                spelled_at = None
            if kind is None or stretch is None or (at != spelled_at and not self._reach(at)):
                self._parse(row, position, seq, at, stored_leaf)
                kind = None
                continue
            if at != spelled_at:
                beginning = b'{"at":"%b%b' % (self._at_text, kind.before)
                other_day = kind.day is not None and kind.day != self._day
                spelled_at = at
            entry_at = tags_at + length_at(row, tags_at - _LENGTH_BYTES)[0] + _LENGTH_BYTES
            data = row[entry_at:]
            tags, numbers = kinds.tags(row[tags_at : entry_at - _LENGTH_BYTES])
            committed = data[kind.commitment_at : kind.commitment_at + 64] if kind.key is not None else b""
            spelled = b'%b%b%b%d,"prev":"%b","public":{},"seq":%d,"tags":[%b%b' % (
                beginning,
                committed,
                kind.after,
                position,
                hexlify(stretch.last_leaf),
                seq,
                tags,
                kind.tail,
            )
            try:
                commitment = unhexlify(committed)
            except (NoHexError, ValueError):
                commitment = b""
            if (
                numbers is None
                or spelled != data
                or seq != stretch.last_seq + 1
                or hexlify(commitment) != committed
                or len(data) > MAX_ENTRY_BYTES
            ):
                self._parse(row, position, seq, at, stored_leaf)
                kind = None
                continue
            self._expected = position + 1
            leaf = sha256(b"\0" + data).digest()
            add_leaf(leaf)
            if leaf != stored_leaf:
                self._other_leaf(position, leaf, stored_leaf)
            stretch.last_seq, stretch.last_leaf = seq, leaf
            place = row[_POSITION]
            for number in numbers:
                add_tag(number + place)
            if kind.key is not None:
                pair = pairs.get(kind.names)
                if pair is None:
                    pair = pairs[kind.names] = Pair(kind.chain, kind.key, position)
                pair.last = position
                if other_day:
                    report.findings.add(Code.KEY_DAY, position, kind.chain, f"{kind.key} on {self._day}")
                offset = position - first
                pairs_at[offset], commitments[offset], spellings[offset] = pair, commitment, committed
        report.entries = entries

    def end(self) -> None:
        """Take stock of the range."""
        task, report = self._task, self._report
        if self._expected < task.stop:
            self._gap(self._expected, task.stop)
        self._cut(task.stop)
        self._grow()
        report.tree = self._tree.to_bytes()
        report.stretches.append((task.stop, self._stretches))
        report.tags, report.tag_rows = self._place.fingerprint.of(b"".join(self._tags)), len(self._tags)
        report.last_at = self._at_text.decode()

    # -- what is not as most entries are -------------------------------------------------------------------------------

    def _parse(self, row: bytes, position: int, seq: int, at: int, stored_leaf: bytes) -> None:
        """Check an entry by the parser, and name what is wrong with it."""
        report, add = self._report, self._report.findings.add
        data = fields_of(row)[-1]
        if data is None:
            self._odd_row(row)
            return
        self._expected = position + 1
        leaf = leaf_hash(data)
        self._leaves.append(leaf)
        if leaf != stored_leaf:
            self._other_leaf(position, leaf, stored_leaf)
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
        fields = (text_field(entry.chain), text_field(entry.type), text_field(entry.key), text_array_field(entry.tags))
        rest = b"".join(fields)
        if (entry.position, entry.seq, said) != (position, seq, at) or not row.startswith(rest, _HEAD_BYTES):
            self._columns(row, entry, said, rest)
        if entry.origin != self._place.origin:
            add(Code.OTHER_ORIGIN, position, entry.chain, entry.origin)
        self._link(entry, position, leaf)
        self._tags += [tag_number(tag.encode()) + row[_POSITION] for tag in entry.tags]
        if entry.type.startswith(CORE_TYPES):
            report.core.append(data)
        if entry.key is not None and entry.commitment is not None:
            wanted = self.wanted
            pair = wanted.pairs.setdefault((entry.chain, entry.key), Pair(entry.chain, entry.key, position))
            pair.last = position
            if pair.day is not None and pair.day != self._day:
                add(Code.KEY_DAY, position, entry.chain, f"{entry.key} on {self._day}")
            offset = position - self._task.start
            wanted.pairs_at[offset] = pair
            wanted.commitments[offset], wanted.spelled[offset] = entry.commitment, hexlify(entry.commitment)

    def _other_leaf(self, position: int, leaf: bytes, stored: bytes) -> None:
        self._report.findings.add(Code.LEAF, position, None, f"stored {stored.hex()}, computed {leaf.hex()}")

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

    def _reach(self, at: int) -> bool:
        """Go on at this time where it is that of the entry before, or a later one."""
        return at == self._at or (at > self._at and self._set_time(at))

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
        computed = [number.to_bytes(8, "big", signed=True) for number in numbers] + [stored[3]]
        computed += [*fields_of(b"\0\4" + rest), stored[-1]]
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
