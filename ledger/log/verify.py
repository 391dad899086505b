"""Verification of packages, in the numbered steps of docs/record-format.md, section 7.

Guarantees: a report comes back whatever the file holds; what was not checked is said and never counts as passed; one
pass over the entries in constant memory. Needs the file, the pinned policy and nothing else: no database, no network,
no clock. A policy inside a package is never used. Leaves to others: reading files from disk, and running blocks in
several processes, which the caller does by ``run``.

    report = verify_package(file, policy)
    for line in report.lines("en"):
        print(line)
    sys.exit(report.status)
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import BinaryIO, TypeAlias

from ledger.log.beside import Beside, read_beside
from ledger.log.blob import BlobReference, check_blob
from ledger.log.block import BlockContext, BlockResult, TimeBound, check_block
from ledger.log.conclude import check_head, check_retired_keys, claim
from ledger.log.entry import check_chain, format_at
from ledger.log.erasure import Erasures
from ledger.log.errors import ProofError, SealError
from ledger.log.held import NOTHING_HELD, Held, HeldEntries, OpenedHeld, check_continues, open_held
from ledger.log.outside import check_outside, latest_time, names_outside_time
from ledger.log.package_reader import PackageReader
from ledger.log.policy import LogKey, Policy
from ledger.log.proofs import Proofs
from ledger.log.refusal import Refusal, RefusedError, Step
from ledger.log.report import COMPLETENESS_UNCHECKED, ENTRY_STATES, EntryState, Findings, Reason, Report
from ledger.log.tree import verify_consistency
from ledger.log.trust import SignedCheckpoint, follow_rotations, open_checkpoint
from ledger.log.verdict import completeness, integrity, overall_status, step_results
from ledger.log.verify_receipt import verify_receipt
from ledger.log.walk import Walk

__all__ = ["ANYTHING", "NOTHING_HELD", "Asked", "Held", "Report", "Run", "verify_package", "verify_receipt"]

Run: TypeAlias = Callable[[Callable[[bytes], BlockResult], Iterable[bytes]], Iterable[BlockResult]]
"""Runs a function over blocks and gives the results in order, as ``map`` does: where several processes come in."""
Progress: TypeAlias = Callable[[int, int], None]
"""Told the bytes done and the bytes there are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the verifier asked the log for: the customer's chain, and the instant up to which all must be there."""

    chain: str | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse to ask for what is no chain; raise FormatError."""
        if self.chain is not None:
            check_chain(self.chain)


ANYTHING = Asked()


def verify_package(
    file: BinaryIO,
    policy: Policy,
    *,
    held: Held = NOTHING_HELD,
    asked: Asked = ANYTHING,
    now: datetime | None = None,
    run: Run = map,
    on_progress: Progress | None = None,
) -> Report:
    """Verify a package, a seekable file, under the pinned policy.

    ``held`` is what the verifier kept from before (step 10), ``now`` the time that no entry may be ahead of by more
    than an hour (step 4; not checked without it). The report's ``status`` is the exit status of a program.
    """
    check = _PackageCheck(policy, held, asked, now, run, on_progress)
    try:
        check.run_all(file)
    except RefusedError as error:
        check.findings.absorb(error)
    return check.report()


class _PackageCheck:
    """One verification: what is known so far, and which steps are done."""

    def __init__(
        self, policy: Policy, held: Held, asked: Asked, now: datetime | None, run: Run, on_progress: Progress | None
    ) -> None:
        self.findings = Findings()
        self._policy, self._held, self._asked, self._now = policy, held, asked, now
        self._run, self._on_progress = run, on_progress
        self._done: set[Step] = set()
        self._nothing_to_check: dict[Step, Reason] = {}
        self._signed: SignedCheckpoint | None = None
        self._proofs: Proofs | None = None
        self._claim = COMPLETENESS_UNCHECKED
        self._included = False
        self._states: Counter[EntryState] = Counter()
        self._disclosed = 0
        self._bytes = self._bytes_done = 0
        self._named_blobs: dict[str, BlobReference] = {}
        self._blobs_verified = 0
        self._not_here: dict[str, set[str]] = {"withheld": set(), "missing": set()}

    def run_all(self, file: BinaryIO) -> None:
        """Take the steps in the order in which each can rest on those before it; raise RefusedError to end early."""
        reader = PackageReader(file)
        self._bytes = reader.size
        note = reader.checkpoint()
        proofs, batch_proof = reader.proofs()
        self._proofs = proofs
        signed, keys = self._open_checkpoint(note, proofs)
        self._signed = signed
        held = self._compare_held(signed, keys, proofs)
        context = BlockContext(
            self._policy.origin,
            proofs.covers.chain,
            Erasures(self._policy.retain),
            self._outside_times(signed, held.checkpoints),
            latest_time(self._now),
        )
        beside = read_beside(proofs, signed.checkpoint, context)
        self._check_asked(proofs, beside)
        checkpoint, head = signed.checkpoint, proofs.heads.head
        walk = Walk(
            self.findings,
            size=checkpoint.size,
            root=checkpoint.root,
            batch_proof=batch_proof,
            first=max(1, proofs.covers.first - 1),
            asides=beside.asides,
            held=held.entries,
        )
        if not self._take_entries(reader, context, walk, frozenset(proofs.blobs_withheld)):
            return
        walk.finish(min(proofs.covers.last + 1, head.seq))
        self._end_walk(walk, proofs, beside, signed)
        self._check_blobs(reader)
        if self._included:
            self._done.add(Step.NOTHING_ELSE)

    def report(self) -> Report:
        """Give the report of what was done so far."""
        steps = step_results(self.findings, self._done, self._nothing_to_check)
        covers = None if self._proofs is None else self._proofs.covers
        return Report(
            subject="package",
            steps=steps,
            findings=tuple(self.findings.kept),
            more_findings=self.findings.more,
            status=overall_status(self.findings, steps),
            integrity=integrity(self.findings, steps),
            completeness=completeness(self.findings, steps, self._claim),
            origin=self._policy.origin,
            size=None if self._signed is None else self._signed.checkpoint.size,
            chain=None if covers is None else covers.chain,
            first=None if covers is None else covers.first,
            last=None if covers is None else covers.last,
            states=self._proven_states(),
            blobs={name: count for name, count in self._blob_counts() if count},
        )

    def _blob_counts(self) -> Iterator[tuple[str, int]]:
        yield "verified", self._blobs_verified
        yield from ((name, len(ids)) for name, ids in self._not_here.items())

    def _proven_states(self) -> dict[EntryState, int] | None:
        """Count entries by state. Where the tree proof failed, nothing is proven to be what it should be."""
        if self._included:
            return {state: self._states[state] for state in ENTRY_STATES}
        if (Step.INCLUSION, Refusal.NOT_INCLUDED) not in self.findings.refusals:
            return None
        return {"MISSING": self._states["MISSING"], "TAMPERED": max(1, self._states["TAMPERED"])}

    def _open_checkpoint(self, note: bytes, proofs: Proofs) -> tuple[SignedCheckpoint, tuple[LogKey, ...]]:
        if note != proofs.checkpoint:
            raise RefusedError(Refusal.CHECKPOINTS_DIFFER, "The checkpoint among the proofs is another one.")
        keys, followed = follow_rotations(self._policy, proofs.rotations)
        signed = open_checkpoint(note, self._policy, keys)
        newest = signed.checkpoint
        for overlap, rotation in followed:
            try:
                verify_consistency(overlap.size, newest.size, overlap.root, newest.root, rotation.consistency)
            except ProofError as error:
                raise RefusedError(Refusal.ROTATION_UNPROVEN, str(error)) from None
        self._done.add(Step.CHECKPOINT)
        return signed, keys

    def _compare_held(self, signed: SignedCheckpoint, keys: tuple[LogKey, ...], proofs: Proofs) -> OpenedHeld:
        """Compare held checkpoints with the new one; give what is held, to compare entries and times on the way."""
        if not self._held:
            self._nothing_to_check[Step.HELD] = Reason.NOTHING_HELD
        size = signed.checkpoint.size
        known = {(earlier, size): hashes for earlier, hashes in proofs.consistency} | dict(self._held.consistency)
        try:
            held = open_held(self._held, self._policy, keys, proofs.covers.chain)
        except RefusedError as error:
            self.findings.absorb(error)
            return OpenedHeld((), HeldEntries())
        for older in held.checkpoints:
            try:
                check_continues(older.checkpoint, signed.checkpoint, known)
            except RefusedError as error:
                self.findings.absorb(error)
        return held

    def _outside_times(self, signed: SignedCheckpoint, held: tuple[SignedCheckpoint, ...]) -> tuple[TimeBound, ...]:
        """Check what witnesses say (step 9); give the bounds that their times set."""
        if not names_outside_time(self._policy):
            self._nothing_to_check[Step.TIME] = Reason.NO_OUTSIDE_TIME
        try:
            return check_outside(self._policy, signed, held)
        except RefusedError as error:
            self.findings.absorb(error)
            return ()

    def _check_asked(self, proofs: Proofs, beside: Beside) -> None:
        asked, chain = self._asked, proofs.covers.chain
        if asked.chain not in {None, chain}:
            self.findings.add(Refusal.CHAIN_NOT_ASKED, f"The package is of the chain {chain}, not of {asked.chain}.")
        if asked.until is not None and beside.heads_entry.at < format_at(asked.until):
            self.findings.add(
                Refusal.NOT_COVERED,
                f"The heads were sealed at {beside.heads_entry.at}, before {format_at(asked.until)}.",
                step=Step.HEAD,
            )

    def _take_entries(
        self, reader: PackageReader, context: BlockContext, walk: Walk, withheld: Collection[str]
    ) -> bool:
        """Check all lines; tell whether their end was reached."""
        here = frozenset(reader.blob_ids)
        for result in self._run(partial(check_block, context), self._told(reader.blocks())):
            self.findings.merge(result.findings)
            if not result.readable:
                walk.give_up_tree()
            walk.take(result.rows)
            self._states.update(result.states)
            self._disclosed += result.disclosed
            for reference in result.blobs:
                self._note_blob(reference, here, withheld)
            if result.unknown or self.findings.more:
                return False
        return True

    def _end_walk(self, walk: Walk, proofs: Proofs, beside: Beside, signed: SignedCheckpoint) -> None:
        """Conclude from all entries."""
        self._included = walk.included
        self._states.update({"MISSING": walk.missing, "TAMPERED": walk.doubted})
        self._done |= {step for step in Step if Step.BYTES.number <= step.number <= Step.HELD.number}
        if not walk.included:
            self._done.discard(Step.INCLUSION)
        if not self._disclosed:
            self._nothing_to_check[Step.DISCLOSED] = Reason.NOTHING_DISCLOSED
        if not self._states["WITHHELD"] and not self._states["ERASED"]:
            self._nothing_to_check[Step.UNDISCLOSED] = Reason.NOTHING_UNDISCLOSED
        for conclude in (partial(check_head, walk, proofs), partial(check_retired_keys, beside, signed)):
            try:
                conclude()
            except RefusedError as error:
                self.findings.absorb(error)
        self._claim = claim(signed, proofs, beside)

    def _check_blobs(self, reader: PackageReader) -> None:
        for blob_id in reader.blob_ids:
            try:
                _check_blob(reader, blob_id, self._named_blobs.get(blob_id), self._told)
            except RefusedError as error:
                self.findings.absorb(error)
            else:
                self._blobs_verified += 1

    def _note_blob(self, reference: BlobReference, here: Collection[str], withheld: Collection[str]) -> None:
        """Remember what a payload says of a blob that is here; say where one is not."""
        if reference.id in here:
            if self._named_blobs.setdefault(reference.id, reference) != reference:
                self.findings.add(Refusal.BLOB_DIFFERS, f"The blob {reference.id} is named in two ways.")
        elif reference.id in withheld:
            self._not_here["withheld"].add(reference.id)
        elif reference.id not in self._not_here["missing"]:
            self._not_here["missing"].add(reference.id)
            self.findings.add(Refusal.BLOB_ABSENT, f"The blob {reference.id} is neither here nor said to be withheld.")

    def _told(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Pass on what is read, and tell how much it was so far."""
        for piece in pieces:
            yield piece
            self._bytes_done += len(piece)
            if self._on_progress is not None:
                self._on_progress(self._bytes_done, self._bytes)


def _check_blob(
    reader: PackageReader,
    blob_id: str,
    reference: BlobReference | None,
    told: Callable[[Iterable[bytes]], Iterator[bytes]],
) -> None:
    if reference is None:
        raise RefusedError(Refusal.BLOB_UNNAMED, f"No payload shown says what the blob {blob_id} is.")
    if reader.blob_size(blob_id) != reference.sealed_bytes:
        raise RefusedError(Refusal.BLOB_DIFFERS, f"The blob {blob_id} has another length than it should.")
    try:
        check_blob(reference, told(reader.blob(blob_id)))
    except SealError as error:
        raise RefusedError(Refusal.BLOB_DIFFERS, str(error)) from None
