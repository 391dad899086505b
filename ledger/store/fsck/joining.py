"""Joining the reports of all ranges, in order: what only the whole log can show.

Guarantees: links, times and the tree hold over the borders of ranges; every kept checkpoint is compared with the root
at its size; every sealed heads map is recomputed; every key and chain is announced before its first use and not used
after its destruction. Memory grows with chains, keys and pairs, not with entries. Leaves to others: the side tables
(``tables``), reading (``entries``, ``seals``).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.log.checkpoint import Checkpoint
from ledger.log.core_entry import (
    CHAIN_CREATED,
    HEADS_SEALED,
    KEY_CREATED,
    KEY_DESTROYED,
    PAYLOAD_REMOVED,
    parse_destruction,
    parse_heads,
    parse_key_created,
    parse_removed_position,
)
from ledger.log.entry import LOG_CHAIN, NO_PREV, Entry, parse
from ledger.log.errors import FormatError, LogError, UnknownFormatError
from ledger.log.frontier import HASH_BYTES, Frontier
from ledger.log.heads import Head
from ledger.log.note import open_note
from ledger.log.policy import LogKey
from ledger.store.checkpoint_state import SignedCheckpoint
from ledger.store.fsck.findings import Code, Findings
from ledger.store.fsck.fingerprint import joined
from ledger.store.fsck.growing_heads import GrowingHeads
from ledger.store.fsck.tasks import RangeReport, Unopened

DESTRUCTION_CONFIRMED = "key.destruction_confirmed.v1"


class Announced(NamedTuple):
    """The half of a key or a chain as the log announces it: where, and the digest by which it is known."""

    position: int
    check: str


@dataclass(frozen=True, slots=True)
class Foreknown:
    """What was read ahead of the entries, through an index over a column that the check compares when it gets there."""

    log_keys: tuple[LogKey, ...]
    map_sizes: tuple[int, ...]
    destroyed: frozenset[tuple[str | None, str | None]]
    """(chain, key), with None for the half that stands for all."""
    confirmed: frozenset[tuple[str | None, str | None]]
    removed: frozenset[int]
    later_format: int | None = None
    """The position of the first entry that announces another format."""

    def gone(self, chain: str, key: str) -> bool:
        """Tell whether an entry orders that the payloads of this chain and key go."""
        return not self.destroyed.isdisjoint(((None, key), (chain, None), (chain, key)))

    def deleted(self, chain: str, key: str) -> bool:
        """Tell whether an entry confirms that they went."""
        return not self.confirmed.isdisjoint(((None, key), (chain, None), (chain, key)))


class Join:
    """What is known of the log up to the range that came last."""

    def __init__(self, origin: str, foreknown: Foreknown, findings: Findings) -> None:
        """Begin with nothing but what was read ahead, and what was found then."""
        self._origin = origin
        self.foreknown = foreknown
        self._log_keys = foreknown.log_keys
        self.findings = findings
        self.unchecked: set[str] = set()
        self.notes: list[str] = []
        self.tree = Frontier()
        self.broken = False
        self.heads = GrowingHeads()
        self.chains: dict[str, Announced] = {}
        self.keys: dict[str, Announced] = {}
        self.destroyed: dict[tuple[str | None, str | None], int] = {}
        self.confirmed: set[tuple[str | None, str | None]] = set()
        self.removed: set[int] = set()
        self.entries = self.opened = self.erased = self.checkpoints = self.blobs_checked = 0
        self.tags = self.tag_places = 0
        self.parts: Counter[str] = Counter()
        self.blobs: set[str] = set()
        self.halves: dict[str, str] = {}
        self._maps: dict[int, tuple[int, bytes]] = {}
        self._at = ""

    def take(self, report: RangeReport, checkpoints: Sequence[SignedCheckpoint]) -> None:
        """Take the next range, and the kept checkpoints whose sizes lie in it."""
        before = self.tree.size
        if report.start != before:
            self.findings.add(Code.GAP, before, None, f"{before} to {report.start - 1}")
            self.broken = True
            self.tree = Frontier.from_bytes(report.start, bytes(HASH_BYTES * report.start.bit_count()))
        self._add(report)
        self._join_tree(report, checkpoints)
        if report.first is not None:
            position, at, wrong = report.first
            if at < self._at and wrong != self._at:
                self.findings.add(Code.TIME_FELL, position, None, f"{at} after {self._at}")
            self._at = report.last_at
        core = [parse(data) for data in report.core]
        for entry in core:
            self._learn(entry)
        for size, stretches in report.stretches:
            for chain, stretch in stretches.items():
                head = self.heads.get(chain)
                seq, leaf = (0, NO_PREV) if head is None else head
                if stretch.first_seq != seq + 1:
                    detail = f"{stretch.first_seq} after {seq}"
                    self.findings.add(Code.SEQ, stretch.first_position, chain, detail)
                elif stretch.first_prev != leaf:
                    self.findings.add(Code.LINK, stretch.first_position, chain)
                if head is None and chain != LOG_CHAIN:
                    announced = self.chains.get(chain)
                    if announced is None or announced.position != stretch.first_position:
                        self.findings.add(Code.KEY_UNANNOUNCED, stretch.first_position, chain)
                if stretch.last_seq >= 1:
                    self.heads.move(chain, Head(stretch.last_seq, stretch.last_leaf))
            if size < report.stop:
                self._maps[size] = (len(self.heads), self.heads.root())
        for entry in core:
            if entry.type == HEADS_SEALED:
                self._check_map(entry)
        self._check_uses(report)

    def _add(self, report: RangeReport) -> None:
        self.findings.merge(report.findings)
        self.unchecked |= report.unchecked
        self.broken |= report.broken
        self.entries += report.entries
        self.opened += report.opened
        self.erased += report.removed
        self.blobs_checked += report.blobs_checked
        self.blobs |= report.blobs
        self.parts.update(report.parts)
        self.tags = joined(self.tags, report.tags)
        self.tag_places += report.tag_places
        for half_id, check in report.halves.items():
            if self.halves.setdefault(half_id, check) != check:
                self.halves[half_id] = "changing"
        for which, count in report.unopened_counts.items():
            self._account(which, report.unopened[which], count)

    def _account(self, which: Unopened, positions: Sequence[int], count: int) -> None:
        """Account for payloads that did not open: erased, as an entry says, or a finding each."""
        if self.foreknown.gone(which.chain, which.key):
            self.erased += count
            return
        code = Code.HALF_MISSING if which.there else Code.PAYLOAD_ABSENT
        for position in positions:
            self.findings.add(code, position, which.chain, which.key)
        self.findings.counts[code] += count - len(positions)

    def _join_tree(self, report: RangeReport, checkpoints: Sequence[SignedCheckpoint]) -> None:
        cuts = dict(report.cuts)
        for signed in checkpoints:
            tree = self.tree.copy()
            _append(tree, signed.size - report.start, cuts.get(signed.size, b""))
            self.check_checkpoint(signed, tree)
        _append(self.tree, report.stop - report.start, report.tree)

    def check_checkpoint(self, signed: SignedCheckpoint, tree: Frontier) -> None:
        """Compare a kept checkpoint with the tree of its size, and its signature with the log's keys."""
        self.checkpoints += 1
        keys = [each.key for each in self._log_keys if each.counts_at(signed.size)]
        if not self._log_keys:
            self.unchecked.add("The checkpoints' signatures were not checked: the log names no signing key.")
        else:
            try:
                checkpoint = Checkpoint.parse(open_note(signed.note, keys).text)
                if checkpoint != (self._origin, signed.size, signed.root):
                    raise FormatError("its note says something else")
            except LogError as error:
                detail = f"size {signed.size}, {str(error).rstrip('.')}"
                self.findings.add(Code.CHECKPOINT_SIGNATURE, None, None, detail)
        if tree.size != signed.size or tree.root() != signed.root:
            self.findings.add(Code.CHECKPOINT_ROOT, None, None, f"size {signed.size}")

    def _learn(self, entry: Entry) -> None:
        """Learn what a core entry says of keys, or name it where it says nothing that can be meant."""
        try:
            self._understand(entry)
        except UnknownFormatError as error:
            self.unchecked.add(str(error))
        except FormatError as error:
            self.findings.add(Code.FACT_FORM, entry.position, entry.chain, str(error).rstrip("."))

    def _understand(self, entry: Entry) -> None:
        position, public = entry.position, entry.public
        if entry.type == CHAIN_CREATED:
            if public.get("chain") != entry.chain or entry.chain in self.chains:
                raise FormatError("It announces another chain, or one that is there already.")
            self.chains[entry.chain] = Announced(position, str(public.get("check")))
        elif entry.type == KEY_CREATED:
            created = parse_key_created(entry)
            if created.key in self.keys:
                raise FormatError(f"The key {created.key} is announced already.")
            self.keys[created.key] = Announced(position, str(public.get("check")))
        elif entry.type == KEY_DESTROYED:
            gone = parse_destruction(entry)
            self.destroyed.setdefault((gone.chain, gone.key), position)
        elif entry.type == DESTRUCTION_CONFIRMED:
            gone = parse_destruction(entry)
            if (gone.chain, gone.key) not in self.destroyed:
                raise FormatError("It confirms a destruction that no entry ordered.")
            self.confirmed.add((gone.chain, gone.key))
        elif entry.type == PAYLOAD_REMOVED:
            self.removed.add(parse_removed_position(entry))

    def _check_map(self, entry: Entry) -> None:
        try:
            stated = parse_heads(entry)
        except FormatError as error:
            self.findings.add(Code.FACT_FORM, entry.position, entry.chain, str(error).rstrip("."))
            return
        if self._maps.get(stated.size) != (stated.count, stated.root):
            self.findings.add(Code.HEADS_ROOT, entry.position, None, f"size {stated.size}")

    def _check_uses(self, report: RangeReport) -> None:
        for (chain, key), (first, last, seen) in report.uses.items():
            announced = self.keys.get(key)
            if announced is None or announced.position > first:
                self.findings.add(Code.KEY_UNANNOUNCED, first, chain, key)
            for gone in ((None, key), (chain, None), (chain, key)):
                ordered = self.destroyed.get(gone)
                if ordered is not None and ordered < last:
                    self.findings.add(Code.KEY_REUSED, last, chain, f"{key}, destroyed at position {ordered}")
            if seen and self.foreknown.deleted(chain, key):
                self.findings.add(Code.PAYLOAD_LEFT, first, chain, f"{seen} of {key}")


def _append(tree: Frontier, size: int, hashes: bytes) -> None:
    """Append the tree of ``size`` leaves of a range, given as its full subtrees."""
    at = 0
    for bit in reversed(range(size.bit_length())):
        if size >> bit & 1:
            part = hashes[at : at + HASH_BYTES]
            if len(part) != HASH_BYTES:
                return  # the range ended before this size: the sizes differ, which the caller sees
            tree.append_subtree(part, 1 << bit)
            at += HASH_BYTES
