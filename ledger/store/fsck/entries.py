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

from ledger.keys.classes import day_of
from ledger.log.core_entry import corrected_from
from ledger.log.entry import CORE_TYPES, Entry, parse
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.frontier import HASH_BYTES, Frontier
from ledger.log.members import format_at
from ledger.store.fsck.blocks import EntryBlock, entry_blocks
from ledger.store.fsck.fields import array_value, digits, moment_of, name_values, place_values, split_names, time_value
from ledger.store.fsck.findings import Code
from ledger.store.fsck.fingerprint import BLOCK_BYTES
from ledger.store.fsck.kinds import Kind, Kinds, Names, tag_number
from ledger.store.fsck.marks import Content
from ledger.store.fsck.tasks import Place, RangeReport, RangeTask, Stretch
from ledger.store.fsck.wanted import Pair, Wanted

_COLUMNS = ("position", "seq", "at", "chain", "type", "key", "tags")
_PLACE_BYTES = 8
_HEX_DIGITS = b"0123456789abcdef"


class EntryChecker:
    """Checks ranges of one log; remembers what is the same in many entries."""

    def __init__(self, place: Place) -> None:
        """Check the log at this place."""
        self._place = place
        self._kinds = Kinds(place.origin)

    def check(self, connection: Connection[Any], task: RangeTask) -> tuple[RangeReport, Wanted]:
        """Read the range; give what it holds, and the payloads that it must have."""
        reading = self._read(connection, task)
        if reading.report.broken:  # a row is not in its block: it is wide, or there is none
            reading = self._read(connection, task, alone=True)
        return reading.report, reading.wanted

    def _read(self, connection: Connection[Any], task: RangeTask, *, alone: bool = False) -> "_Reading":
        reading = _Reading(self._place, self._kinds, task)
        with closing(entry_blocks(connection, self._place.schema, task.start, task.stop, alone=alone)) as blocks:
            for block in blocks:
                reading.read(block)
        reading.end()
        return reading


class _Reading:
    """One range as it is read."""

    def __init__(self, place: Place, kinds: Kinds, task: RangeTask) -> None:
        self.report = RangeReport(task.start, task.stop)
        self.wanted = Wanted(task.start, task.stop)
        self._place = place
        self._kinds = kinds
        self._task = task
        self._tree = Frontier()
        self._leaves: list[bytes] = []
        self._stretches: dict[str, Stretch] = {}
        self._met: dict[Names, tuple[Kind, Stretch, Pair | None]] = {}
        """What an entry has in common with those before it in this range."""
        self._tree_cuts = [*task.tree_cuts]
        self._heads_cuts = [*task.heads_cuts]
        self._expected = task.start
        self._at: bytes | None = None
        self._at_text = self._at_spelled = b""
        self._day = ""
        self._days: dict[str, str] = {}
        self._tags: list[bytes] = []
        self._marks = dict(task.marks)

    def read(self, block: EntryBlock) -> None:
        """Check every row of a block."""
        positions = block.positions
        self.report.entries += len(positions)
        leaves = [sha256(b"\0" + (data or b"")).digest() for data in block.entries]
        start = 0
        while start < len(positions):
            position = positions[start]
            if position != self._expected and not self._jump(position, self._expected):
                start += 1
                continue
            if position >= self._next_cut():
                self._cut(position)
            stop = min(len(positions), start + self._next_cut() - position)
            if positions[start:stop] != [*range(position, position + stop - start)]:
                stop = next(at for at in range(start, stop) if positions[at] != position + at - start)
            if start == 0 and stop == len(positions):
                start += self._run(block, leaves)
            else:
                start += self._run(EntryBlock._make(column[start:stop] for column in block), leaves[start:stop])
        if self._marks:
            self._meet_marked(positions, block.entries)

    def _run(self, block: EntryBlock, leaves: list[bytes]) -> int:
        """Check rows whose positions go on without a gap; give how many of them hold an entry from the first on."""
        positions, seqs, ats, stored_leaves, all_names, arrays, entries = block
        wanted, met, add_tags = self.wanted, self._met, self._tags.append
        pairs_at, commitments, add_leaf = wanted.pairs_at, wanted.commitments, self._leaves.append
        first, join, marks = self._task.start, b"".join, self._marks
        for position, place, spelled_position, seq, spelled_seq, at, names, (
            texts,
            numbers,
        ), data, stored_leaf, leaf in zip(
            positions,
            place_values(positions),
            digits(positions),
            seqs,
            digits(seqs),
            ats,
            all_names,
            self._kinds.tags_of(arrays),
            entries,
            stored_leaves,
            leaves,
            strict=True,
        ):
            known = met.get(names) or self._meet(names)
            if known is not None and data and seq and (at == self._at or self._reach(at)):
                kind, stretch, pair = known
                commitment = data[kind.commitment]
                if (
                    data
                    == join(
                        (
                            self._at_spelled,
                            kind.before,
                            commitment,
                            kind.after,
                            spelled_position,
                            b',"prev":"',
                            hexlify(stretch.last_leaf),
                            b'","public":{},"seq":',
                            spelled_seq,
                            b',"tags":[',
                            texts,
                            kind.tail,
                        )
                    )
                    and leaf == stored_leaf
                    and seq == stretch.last_seq + 1
                    and numbers is not None
                    and not commitment.translate(None, _HEX_DIGITS)
                ):
                    if marks and position in marks:
                        wanted.marked[position] = marks.pop(position), kind.content(texts)
                    add_leaf(leaf)
                    stretch.last_seq, stretch.last_leaf = seq, leaf
                    if numbers:
                        add_tags(place.join(numbers) + place)
                    if pair is not None:
                        pair.last = position
                        if kind.day != self._day and kind.day is not None:
                            self._other_day(position, pair)
                        offset = position - first
                        pairs_at[offset], commitments[offset] = pair, commitment
                    continue
            row = positions.index(position)
            if not self._parse(position, seq, at, stored_leaf, names, arrays[row], data, leaf):
                self._expected = position
                return row + 1
        self._expected = positions[-1] + 1
        return len(positions)

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
        report.last_at = self._at_text.decode()

    # -- what is not as most entries are -------------------------------------------------------------------------------

    def _parse(
        self,
        position: int,
        seq: int | None,
        at: bytes | None,
        stored_leaf: bytes | None,
        names: Names,
        array: bytes | None,
        data: bytes | None,
        leaf: bytes,
    ) -> bool:
        """Check an entry by the parser, and name what is wrong with it; False where the row holds none."""
        report, add = self.report, self.report.findings.add
        if seq is None or at is None or stored_leaf is None or len(stored_leaf) != HASH_BYTES or data is None:
            add(Code.COLUMN, position, None, "a column is empty, of another kind or wider than an entry")
            report.broken = True
            self._marks.pop(position, None)
            return False
        self._leaves.append(leaf)
        if leaf != stored_leaf:
            add(Code.LEAF, position, None, f"stored {stored_leaf.hex()}, computed {leaf.hex()}")
        try:
            entry = parse(data)
        except UnknownFormatError as refusal:
            report.unchecked.add(str(refusal))
            self.wanted.unreadable.add(position)
            return True
        except FormatError as refusal:
            add(Code.ENTRY_FORM, position, None, str(refusal).rstrip("."))
            self.wanted.unreadable.add(position)
            return True
        said, wrong = time_value(datetime.fromisoformat(entry.at)), corrected_from(entry)
        if entry.at.encode() < self._at_text and wrong != self._at_text.decode():
            add(Code.TIME_FELL, position, None, f"{entry.at} after {self._at_text.decode()}")
        self._set_time(said)
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
        if entry.key is not None and entry.commitment is not None:
            wanted = self.wanted
            pair = wanted.pairs.setdefault((entry.chain, entry.key), Pair(entry.chain, entry.key, position))
            pair.last = position
            if pair.day is not None and pair.day != self._day:
                self._other_day(position, pair)
            offset = position - self._task.start
            wanted.pairs_at[offset], wanted.commitments[offset] = pair, hexlify(entry.commitment)
        return True

    def _meet(self, names: Names) -> tuple[Kind, Stretch, Pair | None] | None:
        """Give what an entry with these columns has in common with those before it; None for the first such one."""
        kind = self._kinds.find(names)
        if kind is None:
            return None
        stretch, pair = self._stretches.get(kind.chain), self.wanted.pairs.get(kind.names)
        if stretch is None or (pair is None and kind.key):
            return None
        self._met[names] = known = (kind, stretch, pair)
        return known

    def _meet_marked(self, positions: Sequence[int], entries: Sequence[bytes | None]) -> None:
        """Keep of entries under a caller's key what is compared once their payload is open: of those of no kind."""
        for position in self._marks.keys() & {*positions}:
            body, data = self._marks.pop(position), entries[positions.index(position)]
            if data is not None and position not in self.wanted.unreadable:
                self.wanted.marked[position] = body, Content.of(data)

    def _other_day(self, position: int, pair: Pair) -> None:
        self.report.findings.add(Code.KEY_DAY, position, pair.chain, f"{pair.key} on {self._day}")

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

    def _reach(self, at: bytes | None) -> bool:
        """Go on at a later time than that of the entry before; False for an earlier one, or none that there can be."""
        try:
            return at is not None and format_at(moment_of(at)).encode() > self._at_text and self._set_time(at)
        except (OverflowError, FormatError):
            return False

    def _set_time(self, at: bytes) -> bool:
        """Go on at this time, of which an entry can tell."""
        moment = moment_of(at)
        text = format_at(moment)
        self._at, self._at_text = at, text.encode()
        self._at_spelled = b'{"at":"' + self._at_text
        day = self._days.get(text[:13])
        if day is None:
            day = self._days[text[:13]] = day_of(moment)
        self._day = day
        return True

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
