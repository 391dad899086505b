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
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import BinaryIO, TypeAlias

from ledger.log.beside import Beside, read_beside
from ledger.log.blob import BlobReference, check_blob
from ledger.log.block import BlockContext, BlockResult, TimeBound, check_block
from ledger.log.core_entry import Destruction
from ledger.log.entry import LOG_CHAIN, format_at
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
from ledger.log.verdict import claim_part, claim_whole, completeness, integrity, overall_status, step_results
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
        self._uses: dict[str, int] = {}
        self._disclosed = 0
        self._destructions: list[Destruction] = []
        self._named_blobs: dict[str, BlobReference] = {}
        self._blobs: Counter[str] = Counter()

    def run_all(self, file: BinaryIO) -> None:
        """Take the steps in the order in which each can rest on those before it; raise RefusedError to end early."""
        reader = PackageReader(file)
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
        if not self._take_entries(reader, context, walk):
            return
        walk.finish(min(proofs.covers.last + 1, head.seq))
        self._end_walk(walk, proofs, beside, context)
        self._check_blobs(reader, proofs)
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
            blobs=dict(self._blobs),
        )

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
        keys, overlaps = follow_rotations(self._policy, proofs.rotations)
        signed = open_checkpoint(note, self._policy, keys)
        newest = signed.checkpoint
        for overlap, rotation in zip(overlaps, proofs.rotations, strict=True):
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
            self.findings.add(Refusal.OTHER_CHAIN, f"The package is of the chain {chain}, not of {asked.chain}.")
        if asked.until is not None and beside.heads_entry.at < format_at(asked.until):
            self.findings.add(
                Refusal.NOT_COVERED,
                f"The heads were sealed at {beside.heads_entry.at}, before {format_at(asked.until)}.",
                step=Step.HEAD,
            )

    def _take_entries(self, reader: PackageReader, context: BlockContext, walk: Walk) -> bool:
        """Check all lines; tell whether their end was reached."""
        for result in self._run(partial(check_block, context), self._counted(reader)):
            self.findings.merge(result.findings)
            if not result.readable:
                walk.give_up_tree()
            walk.take(result.rows)
            self._states.update(result.states)
            self._disclosed += result.disclosed
            for key, position in result.uses.items():
                self._uses[key] = max(position, self._uses.get(key, -1))
            for reference in result.blobs:
                if self._named_blobs.setdefault(reference.id, reference) != reference:
                    self.findings.add(Refusal.BLOB_DIFFERS, f"The blob {reference.id} is named in two ways.")
            self._destructions.extend(result.destructions)
            if result.unknown or self.findings.more:
                return False
        return True

    def _counted(self, reader: PackageReader) -> Iterator[bytes]:
        done = 0
        for block in reader.blocks():
            yield block
            done += len(block)
            if self._on_progress is not None:
                self._on_progress(done, reader.size)

    def _end_walk(self, walk: Walk, proofs: Proofs, beside: Beside, context: BlockContext) -> None:
        """Conclude from all entries: the head, keys after their destruction, what may be claimed."""
        self._included = walk.included
        self._states.update({"MISSING": walk.missing, "TAMPERED": walk.doubted})
        self._done |= {Step.BYTES, Step.CONTEXT, Step.LINKS, Step.HEAD, Step.DISCLOSED, Step.UNDISCLOSED}
        self._done |= {Step.TIME, Step.HELD}
        if walk.included:
            self._done.add(Step.INCLUSION)
        if not self._disclosed:
            self._nothing_to_check[Step.DISCLOSED] = Reason.NOTHING_DISCLOSED
        if not self._states["WITHHELD"] and not self._states["ERASED"]:
            self._nothing_to_check[Step.UNDISCLOSED] = Reason.NOTHING_UNDISCLOSED
        self._check_head(walk, proofs)
        self._check_destroyed_keys(context)
        self._check_retired_keys(beside)
        self._make_claim(proofs, beside)

    def _check_head(self, walk: Walk, proofs: Proofs) -> None:
        covers, head, last = proofs.covers, proofs.heads.head, walk.last
        if covers.last > head.seq:
            self.findings.add(
                Refusal.HEAD_DIFFERS, f"The package claims entries to {covers.last}; the head is {head.seq}."
            )
        elif last is None:
            return  # the gap is a finding already
        elif last.seq > min(covers.last + 1, head.seq) or (last.seq == head.seq and last.leaf != head.leaf_hash):
            self.findings.add(
                Refusal.HEAD_DIFFERS,
                f"The last entry shown, {last.seq}, is not the one where the package ends.",
                position=last.position,
            )

    def _check_destroyed_keys(self, context: BlockContext) -> None:
        told = {*context.erasures.destructions, *self._destructions}
        for destruction in sorted(told, key=lambda destruction: destruction.position):
            if destruction.chain not in {None, context.chain}:
                continue
            for key, position in self._uses.items():
                if destruction.key in {None, key} and position > destruction.position:
                    self.findings.add(
                        Refusal.USED_AFTER_DESTRUCTION,
                        f"The key {key} of the chain was destroyed at {destruction.position}.",
                        position=position,
                    )

    def _check_retired_keys(self, beside: Beside) -> None:
        assert self._signed is not None
        size = self._signed.checkpoint.size
        retired = {change.key for change in beside.retired if change.from_size <= size}
        if retired.issuperset(self._signed.signers):
            self.findings.add(Refusal.KEY_RETIRED, f"Every key that signed was retired before size {size}.")

    def _make_claim(self, proofs: Proofs, beside: Beside) -> None:
        assert self._signed is not None
        covers, heads = proofs.covers, beside.heads
        reaches_end = heads.size == beside.heads_entry.position and covers.chain != LOG_CHAIN
        size = self._signed.checkpoint.size if reaches_end else heads.size
        monitors = {monitor.name for monitor in self._signed.monitors}
        to_head = covers.last == proofs.heads.head.seq
        if covers.first == 1 and to_head:
            self._claim = claim_whole(size, monitors)
        else:
            self._claim = claim_part(covers.first, covers.last, size, monitors, to_head=to_head)

    def _check_blobs(self, reader: PackageReader, proofs: Proofs) -> None:
        withheld = set(proofs.blobs_withheld)
        for blob_id in reader.blob_ids:
            try:
                _check_blob(reader, blob_id, self._named_blobs.get(blob_id))
            except RefusedError as error:
                self.findings.absorb(error)
            else:
                self._blobs["verified"] += 1
        for blob_id in sorted(self._named_blobs.keys() - set(reader.blob_ids)):
            if blob_id in withheld:
                self._blobs["withheld"] += 1
            else:
                self.findings.add(Refusal.BLOB_ABSENT, f"The blob {blob_id} is neither here nor said to be withheld.")


def _check_blob(reader: PackageReader, blob_id: str, reference: BlobReference | None) -> None:
    if reference is None:
        raise RefusedError(Refusal.BLOB_UNNAMED, f"No payload shown says what the blob {blob_id} is.")
    if reader.blob_size(blob_id) != reference.sealed_bytes:
        raise RefusedError(Refusal.BLOB_DIFFERS, f"The blob {blob_id} has another length than it should.")
    try:
        check_blob(reference, reader.blob(blob_id))
    except SealError as error:
        raise RefusedError(Refusal.BLOB_DIFFERS, str(error)) from None
