"""Checking the entries of one range: bytes, columns, hashes, links, times, keys.

Guarantees: every row of the range is read, in order, and all of them once more, each by itself, where one is not in
its block. An entry that equals the bytes spelled from its own columns and its chain's head is thereby right in every
member, column and link (``kinds``); any other is parsed, its columns compared as the bytes that they would be stored
as, and what is wrong is named. What a range cannot know (what came
before it, which keys exist) is handed to ``joining``. Leaves to others: the payloads (``seals``).
"""

from binascii import hexlify
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from typing import Any

from psycopg import Connection

from ledger.log.core_entry import corrected_from
from ledger.log.entry import CORE_TYPES, Entry, parse
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.frontier import HASH_BYTES, Frontier
from ledger.store.fsck.blocks import EntryBlock, EntryRow, entry_blocks, entry_rows
from ledger.store.fsck.comparing import Alike, Known, Moment, Moments, compare
from ledger.store.fsck.fields import array_value, name_values, place_values, split_names, time_value
from ledger.store.fsck.findings import Code
from ledger.store.fsck.fingerprint import BLOCK_BYTES
from ledger.store.fsck.kinds import Kinds, Tags, tag_number
from ledger.store.fsck.marks import Content
from ledger.store.fsck.tasks import Place, RangeReport, RangeTask, Stretch
from ledger.store.fsck.wanted import Pair, Wanted

_COLUMNS = ("position", "seq", "at", "chain", "type", "key", "tags")
_PLACE_BYTES = 8


class EntryChecker:
    """Checks ranges of one log; remembers what is the same in many entries."""

    def __init__(self, place: Place) -> None:
        """Check the log at this place."""
        self._place = place
        self._kinds = Kinds(place.origin)
        self._moments = Moments()

    def check(self, connection: Connection[Any], task: RangeTask) -> tuple[RangeReport, Wanted]:
        """Read the range; give what it holds, and the payloads that it must have."""
        reading = _Reading(self._place, self._kinds, self._moments, task)
        with closing(entry_blocks(connection, self._place.schema, task.start, task.stop)) as blocks:
            for block in blocks:
                reading.read(block)
        reading.end()
        if reading.report.broken:  # a row is not in its block: it is wide, or there is none
            reading = _Reading(self._place, self._kinds, self._moments, task)
            with closing(entry_rows(connection, self._place.schema, task.start, task.stop)) as rows:
                for row in rows:
                    reading.read_alone(row)
            reading.end()
        return reading.report, reading.wanted


class _Reading:
    """One range as it is read."""

    def __init__(self, place: Place, kinds: Kinds, moments: Moments, task: RangeTask) -> None:
        self.report = RangeReport(task.start, task.stop)
        self.wanted = Wanted(task.start, task.stop)
        self._place = place
        self._kinds = kinds
        self._moments = moments
        self._task = task
        self._tree = Frontier()
        self._leaves: list[bytes] = []
        self._stretches: dict[str, Stretch] = {}
        self._met: dict[bytes, Known] = {}
        """What an entry has in common with those before it in this range."""
        self._tree_cuts = [*task.tree_cuts]
        self._heads_cuts = [*task.heads_cuts]
        self._expected = task.start
        self._now = Moment(b"", b"", b"", "")
        self._tags: list[bytes] = []
        self._marks = dict(task.marks)

    def read(self, block: EntryBlock) -> None:
        """Check every row of a block."""
        positions = block.positions
        self.report.entries += len(positions)
        leaves = [sha256(data).digest() for data in block.hashed]
        start = 0
        while start < len(positions):
            position = positions[start]
            if not self._reach(position):
                start += 1
                continue
            stop = min(len(positions), start + self._next_cut() - position)
            if positions[start:stop] != [*range(position, position + stop - start)]:
                stop = next(at for at in range(start, stop) if positions[at] != position + at - start)
            while start < stop:
                start += self._check(block.rows(start, stop), leaves[start:stop])
            self._expected = positions[stop - 1] + 1
        self._meet_marked(positions, block.hashed)

    def read_alone(self, row: EntryRow) -> None:
        """Check one row."""
        position, seq, at, leaf, names, tags, hashed = row
        if seq is not None and at is not None and leaf is not None and len(leaf) == HASH_BYTES and hashed is not None:
            if names is not None and tags is not None:
                self.read(EntryBlock([position], [seq], at, leaf, [names], [tags], [hashed]))
                return
            self.report.entries += 1
            if self._reach(position):
                self._parse(row, sha256(hashed).digest())
                self._expected = position + 1
            self._meet_marked([position], [hashed])
            return
        self.report.entries += 1
        if self._reach(position):
            detail = "a column is empty, of another kind or wider than an entry"
            self.report.findings.add(Code.COLUMN, position, None, detail)
            self.report.broken = True
            self._expected = position
        self._marks.pop(position, None)

    def _reach(self, position: int) -> bool:
        """Go on at this position; False where it was read before."""
        if position != self._expected and not self._jump(position, self._expected):
            return False
        if position >= self._next_cut():
            self._cut(position)
        return True

    def _check(self, block: EntryBlock, leaves: list[bytes]) -> int:
        """Check rows whose positions go on without a gap, or some of them; give how many."""
        known: list[Known] = []
        for names in block.names:
            found = self._met.get(names) or self._meet(names)
            if found is None:
                break
            known.append(found)
        if known:
            self._compare(block.rows(0, len(known)), leaves[: len(known)], known)
            return len(known)
        self._parse(block.first(), leaves[0])
        return 1

    def _compare(self, block: EntryBlock, leaves: list[bytes], known: list[Known]) -> None:
        """Check rows of kinds that were met: all at once, or where one is not as it is spelled, half of them first."""
        tags = self._kinds.tags(block.tags)
        alike = None if tags is None else compare(block, leaves, known, tags, self._now, self._moments)
        if tags is not None and alike is not None:
            self._take(block, leaves, tags, alike)
            return
        count = len(known)
        if count == 1:
            self._parse(block.first(), leaves[0])
            return
        for first, end in ((0, count // 2), (count // 2, count)):
            self._compare(block.rows(first, end), leaves[first:end], known[first:end])

    def _take(self, block: EntryBlock, leaves: list[bytes], tags: Tags, alike: Alike) -> None:
        """Take rows that are as they are spelled."""
        positions, wanted = block.positions, self.wanted
        self._leaves += leaves
        self._now = alike.now
        for stretch, (leaf, seq) in alike.heads.items():
            stretch.last_leaf, stretch.last_seq = leaf, seq
        if tags.numbers:
            self._tags.append(tags.rows(place_values(positions)))
        for pair, position in dict(zip(alike.pairs, positions, strict=True)).items():
            if pair is not None:
                pair.last = position
        first = positions[0] - self._task.start
        wanted.pairs_at[first : first + len(positions)] = alike.pairs
        wanted.commitments[first : first + len(positions)] = alike.commitments
        for position in self._marks.keys() & positions if self._marks else ():
            at = position - positions[0]
            wanted.marked[position] = self._marks.pop(position), alike.kinds[at].content(tags.of_each()[at])

    def end(self) -> None:
        """Take stock of the range."""
        task, report = self._task, self.report
        if self._expected < task.stop:
            self._gap(self._expected, task.stop)
        for position in self._marks:
            report.findings.add(Code.IDEMPOTENCY, position, None, "no entry is there")
        self._cut(task.stop)
        self._grow()
        report.tree = self._tree.to_bytes()
        report.stretches.append((task.stop, self._stretches))
        tags = b"".join(self._tags)
        report.tags, report.tag_places = self._place.fingerprint.of(tags), len(tags) // BLOCK_BYTES
        report.last_at = self._now.text.decode()

    # -- what is not as most entries are -------------------------------------------------------------------------------

    def _parse(self, row: EntryRow, leaf: bytes) -> None:
        """Check an entry by the parser, and name what is wrong with it."""
        report, add = self.report, self.report.findings.add
        position, seq, at, stored_leaf, names, array, hashed = row
        data = (hashed or b"")[1:]
        self._leaves.append(leaf)
        if leaf != stored_leaf:
            add(Code.LEAF, position, None, f"stored {(stored_leaf or b'').hex()}, computed {leaf.hex()}")
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
        said, wrong = time_value(datetime.fromisoformat(entry.at)), corrected_from(entry)
        if entry.at.encode() < self._now.text and wrong != self._now.text.decode():
            add(Code.TIME_FELL, position, None, f"{entry.at} after {self._now.text.decode()}")
        self._now = self._moments.of(said) or self._now
        if report.first is None:
            report.first = (position, entry.at, wrong)
        told = (entry.position, entry.seq, said, *name_values(entry.chain, entry.type, entry.key))
        stored_names = split_names(names) or (None, None, None)
        self._columns(position, entry, (position, seq, at, *stored_names, array), (*told, array_value(entry.tags)))
        if entry.origin != self._place.origin:
            add(Code.OTHER_ORIGIN, position, entry.chain, entry.origin)
        self._link(entry, position, leaf)
        place = position.to_bytes(_PLACE_BYTES, "big")
        self._tags += [tag_number(tag.encode()) + place for tag in entry.tags]
        if entry.type.startswith(CORE_TYPES):
            report.core.append(data)
        elif entry.public and self._kinds.leave(entry.type):
            self._met.clear()
        if entry.key is not None and entry.commitment is not None:
            wanted = self.wanted
            pair = wanted.pairs.setdefault((entry.chain, entry.key), Pair(entry.chain, entry.key, position))
            pair.last = position
            if pair.day is not None and pair.day != self._now.day:
                report.findings.add(Code.KEY_DAY, position, pair.chain, f"{pair.key} on {self._now.day}")
            offset = position - self._task.start
            wanted.pairs_at[offset], wanted.commitments[offset] = pair, hexlify(entry.commitment)

    def _meet(self, names: bytes) -> Known | None:
        """Give what an entry with these columns has in common with those before it; None for the first such one."""
        kind = self._kinds.find(names)
        if kind is None:
            return None
        stretch, pair = self._stretches.get(kind.chain), self.wanted.pairs.get(kind.names)
        if stretch is None or (pair is None and kind.key):
            return None
        self._met[names] = known = Known.of(kind, stretch, pair)
        return known

    def _meet_marked(self, positions: Sequence[int], entries: Sequence[bytes]) -> None:
        """Keep of entries under a caller's key what is compared once their payload is open: of those of no kind."""
        for position in self._marks.keys() & {*positions} if self._marks else ():
            body, data = self._marks.pop(position), entries[positions.index(position)][1:]
            if position not in self.wanted.unreadable:
                self.wanted.marked[position] = body, Content.of(data)

    def _link(self, entry: Entry, position: int, leaf: bytes) -> None:
        stretch = self._stretches.get(entry.chain)
        if stretch is None:
            self._stretches[entry.chain] = Stretch(entry.seq, entry.prev, position, entry.seq, leaf)
            return
        if entry.seq != stretch.last_seq + 1:
            self.report.findings.add(Code.SEQ, position, entry.chain, f"{entry.seq} after {stretch.last_seq}")
        elif entry.prev != stretch.last_leaf:
            self.report.findings.add(Code.LINK, position, entry.chain)
        stretch.last_seq, stretch.last_leaf = entry.seq, leaf

    def _columns(self, position: int, entry: Entry, stored: tuple[object, ...], told: tuple[object, ...]) -> None:
        """Say which columns differ from the entry."""
        differ = [name for name, a, b in zip(_COLUMNS, stored, told, strict=True) if a != b]
        if differ:
            self.report.findings.add(Code.COLUMN, position, entry.chain, ", ".join(differ))

    # -- positions -----------------------------------------------------------------------------------------------------

    def _jump(self, position: int, expected: int) -> bool:
        """Meet another position than the next one: missing ones are named and skipped, a repeated one is not read."""
        if position < expected:
            self.report.findings.add(Code.DUPLICATE, position)
            self.report.broken = True
            return False
        self._gap(expected, position)
        return True

    def _gap(self, start: int, stop: int) -> None:
        """Name what is missing, and put something in its place that no entry hashes to."""
        upto = f" to {stop - 1}" if stop - start > 1 else ""
        self.report.findings.add(Code.GAP, start, None, f"{start}{upto}")
        self.report.broken = True
        self._leaves += [bytes(32)] * (stop - start)

    def _next_cut(self) -> int:
        return min((*self._tree_cuts[:1], *self._heads_cuts[:1]), default=self._task.stop)

    def _cut(self, size: int) -> None:
        """Tell the tree and the heads at the asked sizes up to this one."""
        while self._tree_cuts and self._tree_cuts[0] <= size:
            self._grow()
            self.report.cuts.append((self._tree_cuts.pop(0), self._tree.to_bytes()))
        while self._heads_cuts and self._heads_cuts[0] <= size:
            self.report.stretches.append((self._heads_cuts.pop(0), self._stretches))
            self._stretches = {}
            self._met.clear()

    def _grow(self) -> None:
        self._tree.extend(self._leaves)
        self._leaves.clear()
