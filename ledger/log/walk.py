"""Walking over entries in the order of the log: how they relate to each other and to the signed tree.

Guarantees: one pass, in constant memory. Checks that a chain has no gap and every link holds (step 5), that times never
fall but at a correction (4), that every entry is in the signed tree (3), and that held entries are the same (10). Core
entries shown beside the chain are merged in by position, so that they are proven by the same batch proof. Leaves to
others: what one entry says (``block``), and whether the last one is the head (``verify``).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.log.block import Row
from ledger.log.core_entry import ClockCorrection
from ledger.log.errors import ProofError
from ledger.log.held import HeldEntries
from ledger.log.refusal import Refusal, RefusedError
from ledger.log.report import Findings
from ledger.log.tree import BatchVerifier


class Aside(NamedTuple):
    """A core entry shown beside the chain."""

    position: int
    leaf: bytes
    at: str
    correction: ClockCorrection | None


class Walk:
    """Takes rows in the order of the package.

    ``missing`` counts entries that are not there, ``doubted`` those that the next one does not name as they are here;
    ``included`` is true when all were proven to be in the tree.
    """

    __slots__ = (
        "_asides",
        "_batch",
        "_expected",
        "_findings",
        "_held",
        "_latest",
        "_next_aside",
        "_position",
        "_root",
        "doubted",
        "included",
        "last",
        "missing",
    )

    def __init__(
        self,
        findings: Findings,
        *,
        size: int,
        root: bytes,
        batch_proof: Iterable[bytes],
        first: int,
        asides: Sequence[Aside],
        held: HeldEntries,
    ) -> None:
        """Begin before entry ``first`` of the chain; ``asides`` rise by position."""
        self._findings = findings
        self._batch: BatchVerifier | None = BatchVerifier(size, batch_proof)
        self._root = root
        self._expected = first
        self._asides = asides
        self._held = held
        self._next_aside = 0
        self._position = -1
        self._latest = ""
        self.last: Row | None = None
        self.included = False
        self.missing = 0
        self.doubted = 0

    def take(self, rows: Iterable[Row]) -> None:
        """Take the next entries of the chain."""
        for row in rows:
            self._check_link(row)
            if row.position <= self._position:
                self._findings.add(
                    Refusal.POSITION_NOT_RISING,
                    f"Position {row.position} comes after {self._position}.",
                    position=row.position,
                )
                self.give_up_tree()
            else:
                self._pass_asides(row.position)
                self._step(row.position, row.leaf, row.at)
            try:
                self._held.check(row.seq, row.leaf, row.position)
            except RefusedError as error:
                self._findings.absorb(error)
            self.last = row

    def give_up_tree(self) -> None:
        """Stop proving: an entry that belongs to the proof cannot be read, so the proof cannot come out."""
        self._batch = None

    def finish(self, last_seq: int) -> None:
        """End after entry ``last_seq`` of the chain; raise RefusedError when the batch proof cannot be read on."""
        if self._expected <= last_seq:
            self._lack(self._expected, last_seq, None)
        self._pass_asides(None)
        if self._batch is None:
            return
        try:
            self._batch.finish(self._root)
        except ProofError as error:
            self._findings.add(Refusal.NOT_INCLUDED, str(error))
        else:
            self.included = True

    def _check_link(self, row: Row) -> None:
        if row.seq < self._expected:
            self._findings.add(
                Refusal.SEQ_REPEATED,
                f"Entry {row.seq} of the chain comes after entry {self._expected - 1}.",
                position=row.position,
            )
            return
        if row.seq > self._expected:
            self._lack(self._expected, row.seq - 1, row.position)
        elif self.last is not None and row.prev != self.last.leaf:
            self.doubted += 1
            self._findings.add(
                Refusal.LINK_BROKEN,
                f"Entry {row.seq} names another entry before it than the one at {self.last.position}.",
                position=row.position,
            )
        self._expected = row.seq + 1

    def _lack(self, first: int, last: int, position: int | None) -> None:
        self.missing += last - first + 1
        self._findings.add(
            Refusal.SEQ_GAP, f"The entries {first} to {last} of the chain are missing.", position=position
        )

    def _corrected(self, position: int, correction: ClockCorrection | None) -> bool:
        """Tell whether a correction lets the time fall here: from what the entry before it tells, where that is shown.

        An entry between the last shown one and the correction may be later than the last shown one, never earlier.
        """
        if correction is None or not correction.counts:
            return False
        if position == self._position + 1:
            return correction.wrong == self._latest
        return correction.wrong >= self._latest

    def _pass_asides(self, until: int | None) -> None:
        """Step over the core entries beside the chain that stand before ``until`` (None: all that are left)."""
        while self._next_aside < len(self._asides):
            aside = self._asides[self._next_aside]
            if until is not None and aside.position >= until:
                return
            self._next_aside += 1
            self._step(aside.position, aside.leaf, aside.at, aside.correction)

    def _step(self, position: int, leaf: bytes, at: str, correction: ClockCorrection | None = None) -> None:
        if self._next_aside < len(self._asides) and self._asides[self._next_aside].position == position:
            aside = self._asides[self._next_aside]
            self._next_aside += 1
            correction = aside.correction
            if aside.leaf != leaf:
                self._findings.add(
                    Refusal.NOT_INCLUDED, f"Two different entries are shown for position {position}.", position=position
                )
                self.give_up_tree()
        if at < self._latest and not self._corrected(position, correction):
            self._findings.add(
                Refusal.TIME_FELL, f"The entry tells {at}, after one that tells {self._latest}.", position=position
            )
        self._position, self._latest = position, at
        if self._batch is not None:
            try:
                self._batch.add(position, leaf)
            except ProofError as error:
                covered = position < self._batch.size
                self._findings.add(
                    Refusal.NOT_INCLUDED if covered else Refusal.NOT_COVERED, str(error), position=position
                )
                self.give_up_tree()
