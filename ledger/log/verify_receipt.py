"""Verification of a receipt: one entry, by the same numbered steps (docs/record-format.md, sections 7 and 8).

Guarantees: as ``verify_package``. A receipt says nothing of other entries: links, head and completeness are not its
matter, and the report says so.
"""

import json
from datetime import datetime

from ledger.log.block import BlockContext, check_commitment, check_context
from ledger.log.entry import Entry, leaf_hash, parse
from ledger.log.erasure import Erasures
from ledger.log.errors import FormatError, ProofError, UnknownFormatError
from ledger.log.held import NOTHING_HELD, Held, check_continues, open_held
from ledger.log.outside import check_outside, latest_time, names_outside_time
from ledger.log.policy import Policy
from ledger.log.receipt import Receipt, begun
from ledger.log.refusal import Refusal, RefusedError, Step
from ledger.log.report import COMPLETENESS_NOT_CLAIMED, EntryState, Findings, Reason, Report
from ledger.log.tree import verify_inclusion
from ledger.log.trust import SignedCheckpoint, open_checkpoint
from ledger.log.verdict import integrity, overall_status, step_results


def verify_receipt(data: bytes, policy: Policy, *, held: Held = NOTHING_HELD, now: datetime | None = None) -> Report:
    """Verify a receipt under the pinned policy; ``held`` and ``now`` as in ``verify_package``."""
    check = _ReceiptCheck(policy, held, now)
    try:
        check.run_all(data)
    except RefusedError as error:
        check.findings.absorb(error)
    return check.report()


class _ReceiptCheck:
    def __init__(self, policy: Policy, held: Held, now: datetime | None) -> None:
        self.findings = Findings()
        self._policy, self._held, self._now = policy, held, now
        self._done: set[Step] = set()
        self._nothing_to_check = dict.fromkeys((Step.LINKS, Step.HEAD), Reason.ONE_ENTRY)
        self._signed: SignedCheckpoint | None = None
        self._entry: Entry | None = None
        self._state: EntryState | None = None

    def run_all(self, data: bytes) -> None:
        """Take the steps; raise RefusedError to end early."""
        receipt = _parse_receipt(data)
        self._done.add(Step.NOTHING_ELSE)
        signed = self._signed = open_checkpoint(receipt.proof.checkpoint, self._policy, self._policy.log_keys)
        self._done.add(Step.CHECKPOINT)
        entry = self._entry = _parse_entry(receipt.entry)
        self._done.add(Step.BYTES)
        _check_inclusion(entry, receipt, signed)
        self._done.add(Step.INCLUSION)
        self._check_outside_and_held(entry, leaf_hash(receipt.entry), signed)
        self._check_payload(entry, receipt)

    def report(self) -> Report:
        """Give the report of what was done so far."""
        steps = step_results(self.findings, self._done, self._nothing_to_check)
        entry = self._entry
        return Report(
            subject="receipt",
            steps=steps,
            findings=tuple(self.findings.kept),
            more_findings=self.findings.more,
            status=overall_status(self.findings, steps),
            integrity=integrity(self.findings, steps),
            completeness=COMPLETENESS_NOT_CLAIMED,
            origin=self._policy.origin,
            size=None if self._signed is None else self._signed.checkpoint.size,
            chain=None if entry is None else entry.chain,
            first=None if entry is None else entry.seq,
            last=None if entry is None else entry.seq,
            states=None if self._state is None else {self._state: 1},
        )

    def _check_outside_and_held(self, entry: Entry, leaf: bytes, signed: SignedCheckpoint) -> None:
        older: tuple[SignedCheckpoint, ...] = ()
        if not self._held:
            self._nothing_to_check[Step.HELD] = Reason.NOTHING_HELD
        try:
            opened = open_held(self._held, self._policy, self._policy.log_keys, entry.chain)
            older = opened.checkpoints
            for each in older:
                check_continues(each.checkpoint, signed.checkpoint, self._held.consistency)
            opened.entries.check(entry.seq, leaf, entry.position)
        except RefusedError as error:
            self.findings.absorb(error)
        self._done.add(Step.HELD)
        try:
            bounds = check_outside(self._policy, signed, older)
        except RefusedError as error:
            self.findings.absorb(error)
            bounds = ()
        self._done.add(Step.TIME)
        if not names_outside_time(self._policy):
            self._nothing_to_check[Step.TIME] = Reason.NO_OUTSIDE_TIME
        context = BlockContext(
            self._policy.origin, entry.chain, Erasures(self._policy.retain), bounds, latest_time(self._now)
        )
        try:
            check_context(context, entry)
        except RefusedError as error:
            self.findings.absorb(error)
        self._done.add(Step.CONTEXT)

    def _check_payload(self, entry: Entry, receipt: Receipt) -> None:
        """Check what is disclosed (steps 7 and 8)."""
        if receipt.salt is not None and receipt.payload is not None:
            if entry.commitment is None:
                raise RefusedError(
                    Refusal.STATE_CONTRADICTED,
                    "The receipt shows a payload; the entry has none.",
                    position=entry.position,
                )
            check_commitment(entry.position, entry.commitment, receipt.salt, receipt.payload)
            self._state = "VALID"
        else:
            self._nothing_to_check[Step.DISCLOSED] = Reason.NOTHING_DISCLOSED
            self._state = "VALID" if entry.commitment is None else "WITHHELD"
        if self._state == "VALID":
            self._nothing_to_check[Step.UNDISCLOSED] = Reason.NOTHING_UNDISCLOSED
        self._done |= {Step.DISCLOSED, Step.UNDISCLOSED}


def _parse_receipt(data: bytes) -> Receipt:
    try:
        return Receipt.parse(data)
    except UnknownFormatError as error:
        raise RefusedError(Refusal.UNKNOWN_FORMAT, str(error), step=Step.NOTHING_ELSE) from None
    except FormatError as error:
        raise RefusedError(_receipt_refusal(data), str(error)) from None


def _receipt_refusal(data: bytes) -> Refusal:
    """Tell a receipt that is cut off from one with something behind it and one that is malformed."""
    text = begun(data)
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return Refusal.UNREADABLE
    return Refusal.RECEIPT_FORM if end == len(text) else Refusal.TRAILING_BYTES


def _parse_entry(data: bytes) -> Entry:
    try:
        return parse(data)
    except UnknownFormatError as error:
        raise RefusedError(Refusal.UNKNOWN_FORMAT, str(error)) from None
    except FormatError as error:
        raise RefusedError(Refusal.ENTRY_FORM, str(error)) from None


def _check_inclusion(entry: Entry, receipt: Receipt, signed: SignedCheckpoint) -> None:
    position, size = entry.position, signed.checkpoint.size
    if receipt.proof.index != position:
        raise RefusedError(Refusal.NOT_INCLUDED, f"The proof is for position {receipt.proof.index}.", position=position)
    if position >= size:
        raise RefusedError(
            Refusal.NOT_COVERED, f"The checkpoint has size {size}.", step=Step.INCLUSION, position=position
        )
    try:
        verify_inclusion(position, size, leaf_hash(receipt.entry), receipt.proof.hashes, signed.checkpoint.root)
    except ProofError as error:
        raise RefusedError(Refusal.NOT_INCLUDED, str(error), position=position) from None
