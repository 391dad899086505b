"""Checking the entries of one range: bytes, columns, hashes, links, times, keys.

Guarantees: every row of the range is read once, in order; its columns are compared as the bytes that the parsed entry
would be stored as, so that no copy can differ in any way. What a range cannot know (what came before it, which keys
exist) is handed to ``joining``. Leaves to others: the payloads (``seals``).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from struct import Struct, error
from typing import Any

from psycopg import Connection, sql

from ledger.keys.classes import day_of, is_day_key
from ledger.log.core_entry import CLOCK_CORRECTED
from ledger.log.entry import CORE_TYPES, LOG_CHAIN, Entry, leaf_hash, parse
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.frontier import Frontier
from ledger.store.fsck.copy_out import copy_out, fields_of
from ledger.store.fsck.findings import Code
from ledger.store.fsck.tasks import PRIME, Place, RangeReport, RangeTask, Stretch
from ledger.store.prepare import part_of
from ledger.store.rows import name_field, tag_number, text_array_field

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Nine fields: position, seq, at, leaf (32 bytes), and the length of the entry's bytes; then chain, type, tags, key.
_HEAD = Struct(">hiqiqiqi32si")
_LENGTHS = (9, 8, 8, 8, 32)
_KNOWN_TAGS = 65_536
_COLUMNS = ("position", "seq", "at", "leaf", "entry", "chain", "type", "tags", "key")

_SELECT = sql.SQL(
    "SELECT position, seq, at, leaf, entry, chain, type, tags, key FROM {}.entry"
    " WHERE position >= {} AND position < {} ORDER BY position"
)


class Pair:
    """The payloads of one chain and one key."""

    __slots__ = ("chain", "day", "first", "key", "last", "part", "seen")

    def __init__(self, chain: str, key: str, position: int) -> None:
        """Meet the first of them."""
        self.chain = chain
        self.key = key
        self.part = part_of(key)
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
        self._tags: dict[str, int] = {}
        self._days: dict[str, str] = {}

    def check(self, connection: Connection[Any], task: RangeTask, report: RangeReport) -> Wanted:
        """Read the range; put what it holds into ``report``, and give the payloads that it must have."""
        name = sql.Identifier(self._place.schema)
        query = _SELECT.format(name, sql.Literal(task.start), sql.Literal(task.stop)).as_bytes(connection)
        wanted = Wanted(task.start, task.stop)
        self._read(copy_out(connection, query), task, report, wanted)
        return wanted

    def _read(self, rows: Iterator[bytes], task: RangeTask, report: RangeReport, wanted: Wanted) -> None:
        origin, days = self._place.origin, self._days
        offset, weight = self._place.fingerprint
        add = report.findings.add
        tree, leaves = Frontier(), list[bytes]()
        tree_cuts, heads_cuts = iter((*task.tree_cuts, -1)), iter((*task.heads_cuts, -1))
        tree_cut, heads_cut = next(tree_cuts), next(heads_cuts)
        stretches: dict[str, Stretch] = {}
        pairs, by_offset = wanted.pairs, wanted.by_offset
        tags_seen, product, tag_rows = self._tags, 1, 0
        expected, last_at, last_at_text, at_field = task.start, "", "", 0
        for row in rows:
            report.entries += 1
            try:
                head = _HEAD.unpack_from(row)
            except error:
                head = ()
            if not head or (head[0], head[1], head[3], head[5], head[7]) != _LENGTHS or head[9] < 0:
                self._odd_row(row, report)
                continue
            _, _, position, _, seq, _, at, _, stored_leaf, length = head
            data = row[_HEAD.size : _HEAD.size + length]
            if position != expected:
                if position < expected:
                    add(Code.DUPLICATE, position)
                    report.broken = True
                    continue
                _gap(report, expected, position, leaves)
                expected = position
            while 0 <= tree_cut <= position:
                tree.extend(leaves)
                leaves.clear()
                report.cuts.append((tree_cut, tree.to_bytes()))
                tree_cut = next(tree_cuts)
            while 0 <= heads_cut <= position:
                report.stretches.append((heads_cut, stretches))
                stretches = {}
                heads_cut = next(heads_cuts)
            expected = position + 1
            leaf = leaf_hash(data)
            leaves.append(leaf)
            if leaf != stored_leaf:
                add(Code.LEAF, position, None, f"stored {stored_leaf.hex()}, computed {leaf.hex()}")
            try:
                entry = parse(data)
            except UnknownFormatError as refusal:
                report.unchecked.add(str(refusal))
                wanted.unreadable.add(position)
                continue
            except FormatError as refusal:
                add(Code.ENTRY_FORM, position, None, str(refusal).rstrip("."))
                wanted.unreadable.add(position)
                continue
            if entry.at != last_at_text:
                last_at_text = entry.at
                at_field = (datetime.fromisoformat(last_at_text) - _EPOCH) // _MICROSECOND
                if last_at_text < last_at and entry.type != CLOCK_CORRECTED:
                    add(Code.TIME_FELL, position, None, f"{last_at_text} after {last_at}")
                last_at = last_at_text
            chain, key, tags = entry.chain, entry.key, entry.tags
            rest = b"%b%b%b%b" % (name_field(chain), name_field(entry.type), text_array_field(tags), name_field(key))
            if entry.position != position or entry.seq != seq or at_field != at or row[_HEAD.size + length :] != rest:
                self._columns(row, entry, at_field, rest, report, position)
            if entry.origin != origin:
                add(Code.OTHER_ORIGIN, position, chain, entry.origin)
            if report.first is None:
                report.first = (position, entry.type, entry.at)
            stretch = stretches.get(chain)
            if stretch is None:
                stretches[chain] = Stretch(entry.seq, entry.prev, position, entry.seq, leaf)
            else:
                if entry.seq != stretch.last_seq + 1:
                    add(Code.SEQ, position, chain, f"{entry.seq} after {stretch.last_seq}")
                elif entry.prev != stretch.last_leaf:
                    add(Code.LINK, position, chain)
                stretch.last_seq, stretch.last_leaf = entry.seq, leaf
            for tag in tags:
                number = tags_seen.get(tag)
                if number is None:
                    if len(tags_seen) >= _KNOWN_TAGS:
                        tags_seen.clear()
                    number = tags_seen[tag] = tag_number(tag) + offset
                product = product * (number + weight * position) % PRIME
                tag_rows += 1
            if key is None:
                if entry.type.startswith(CORE_TYPES):
                    report.core.append(data)
                continue
            if chain == LOG_CHAIN and entry.type.startswith(CORE_TYPES):
                report.core.append(data)
            pair = pairs.get((chain, key))
            if pair is None:
                pair = pairs[chain, key] = Pair(chain, key, position)
            pair.last = position
            if pair.day is not None:
                hour = last_at_text[:13]
                day = days.get(hour)
                if day is None:
                    day = days[hour] = day_of(datetime.fromisoformat(last_at_text))
                if day != pair.day:
                    add(Code.KEY_DAY, position, chain, f"{key} on {day}")
            assert entry.commitment is not None
            by_offset[position - task.start] = (pair, entry.commitment)
        if expected < task.stop:
            _gap(report, expected, task.stop, leaves)
        while tree_cut >= 0:
            if tree_cut == task.stop:
                tree.extend(leaves)
                leaves.clear()
                report.cuts.append((tree_cut, tree.to_bytes()))
            tree_cut = next(tree_cuts)
        tree.extend(leaves)
        report.tree = tree.to_bytes()
        report.stretches.append((task.stop, stretches))
        report.tags, report.tag_rows, report.last_at = product, tag_rows, last_at

    @staticmethod
    def _odd_row(row: bytes, report: RangeReport) -> None:
        """Name a row whose columns are not of the kind that every row has, such as one with NULLs."""
        values = fields_of(row)
        position = int.from_bytes(values[0] or b"", "big", signed=True)
        report.findings.add(Code.COLUMN, position, None, "a column is empty or of another kind")
        report.broken = True

    @staticmethod
    def _columns(row: bytes, entry: Entry, at: int, rest: bytes, report: RangeReport, position: int) -> None:
        """Say which columns differ from the entry."""
        stored = fields_of(row)
        right = fields_of(b"\0\4" + rest)
        numbers = (entry.position, entry.seq, at)
        computed = [number.to_bytes(8, "big", signed=True) for number in numbers] + [stored[3], stored[4], *right]
        differ = [name for name, a, b in zip(_COLUMNS, stored, computed, strict=False) if a != b]
        report.findings.add(Code.COLUMN, position, entry.chain, ", ".join(differ))


def _gap(report: RangeReport, start: int, stop: int, leaves: list[bytes]) -> None:
    """Name what is missing, and put something in its place that no entry hashes to."""
    upto = f" to {stop - 1}" if stop - start > 1 else ""
    report.findings.add(Code.GAP, start, None, f"{start}{upto}")
    report.broken = True
    leaves += [bytes(32)] * (stop - start)
