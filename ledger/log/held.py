"""What a verifier already holds of a log: older checkpoints, receipts and packages (docs/record-format.md, step 10).

Guarantees: a log that is not the continuation of what is held is refused by name, be it re-chained with the same keys,
restored from an older database, or shown differently to somebody else. Packages that are held are read in step with
the new one: memory does not grow with them. Leaves to others: the new package itself (``verify``).

A consistency proof comes with the package that is verified (the log puts it there for the size one holds) or with
what is held. A larger checkpoint than the package's cannot be proven from the package: that is said, not guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from ledger.log.block import BlockContext, BlockResult, check_block
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry import Entry, leaf_hash, parse
from ledger.log.erasure import Erasures
from ledger.log.errors import LogError, ProofError
from ledger.log.package_reader import PackageReader
from ledger.log.policy import LogKey, Policy
from ledger.log.receipt import Receipt
from ledger.log.refusal import Refusal, RefusedError
from ledger.log.tree import verify_consistency, verify_inclusion
from ledger.log.trust import SignedCheckpoint, open_checkpoint


@dataclass(frozen=True, slots=True)
class Held:
    """What a verifier kept from before: signed notes, receipts and packages, and consistency proofs it came by.

    ``consistency`` maps (smaller size, larger size) to the hashes of the proof.
    """

    checkpoints: tuple[bytes, ...] = ()
    receipts: tuple[bytes, ...] = ()
    packages: tuple[BinaryIO, ...] = ()
    consistency: Mapping[tuple[int, int], Sequence[bytes]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.checkpoints or self.receipts or self.packages)


NOTHING_HELD = Held()


class HeldEntries:
    """The entries of one chain that are held, asked for in rising ``seq``."""

    __slots__ = ("_cursors", "_leaves")

    def __init__(self) -> None:
        """Begin with none."""
        self._leaves: dict[int, set[bytes]] = {}
        self._cursors: list[_PackageCursor] = []

    def add_entry(self, seq: int, leaf: bytes) -> None:
        """Hold one entry."""
        self._leaves.setdefault(seq, set()).add(leaf)

    def add_package(self, reader: PackageReader, context: BlockContext) -> None:
        """Hold the entries of a package."""
        self._cursors.append(_PackageCursor(reader, context))

    def check(self, seq: int, leaf: bytes, position: int) -> None:
        """Refuse an entry that is held with other bytes; raise RefusedError."""
        held = self._leaves.get(seq)
        if held is not None and held != {leaf}:
            raise _contradicted(seq, position)
        for cursor in self._cursors:
            if cursor.leaf_at(seq) not in {None, leaf}:
                raise _contradicted(seq, position)


class _PackageCursor:
    """Walks the entries of a held package once, in step with another."""

    __slots__ = ("_leaf", "_rows", "_seq")

    def __init__(self, reader: PackageReader, context: BlockContext) -> None:
        self._rows = _rows(reader, context)
        self._seq, self._leaf = 0, b""

    def leaf_at(self, seq: int) -> bytes | None:
        while self._seq < seq:
            self._seq, self._leaf = next(self._rows, (1 << 63, b""))
        return self._leaf if self._seq == seq else None


@dataclass(frozen=True, slots=True)
class OpenedHeld:
    """What is held, opened: every checkpoint that it names, and the entries of one chain."""

    checkpoints: tuple[SignedCheckpoint, ...]
    entries: HeldEntries


def open_held(held: Held, policy: Policy, keys: Sequence[LogKey], chain: str) -> OpenedHeld:
    """Open all that is held under the same policy; raise RefusedError where something cannot be read."""
    entries = HeldEntries()
    checkpoints = [_open(note, policy, keys) for note in held.checkpoints]
    for data in held.receipts:
        signed, entry, leaf = _open_receipt(data, policy, keys)
        checkpoints.append(signed)
        if entry.chain == chain:
            entries.add_entry(entry.seq, leaf)
    for file in held.packages:
        try:
            reader = PackageReader(file)
            note = reader.checkpoint()
            proofs, _ = reader.proofs()
        except RefusedError as error:
            raise RefusedError(Refusal.HELD_UNREADABLE, f"A held package cannot be read: {error}") from None
        checkpoints.append(_open(note, policy, keys))
        if proofs.covers.chain == chain:
            entries.add_package(reader, BlockContext(policy.origin, chain, Erasures(policy.retain)))
    return OpenedHeld(tuple(checkpoints), entries)


def check_continues(held: Checkpoint, new: Checkpoint, proofs: Mapping[tuple[int, int], Sequence[bytes]]) -> None:
    """Refuse unless the two checkpoints are of one history, whichever is older; raise RefusedError."""
    old, young = sorted((held, new), key=lambda checkpoint: checkpoint.size)
    proof = () if old.size in {0, young.size} else proofs.get((old.size, young.size))
    if proof is None and held.size > new.size:
        raise RefusedError(
            Refusal.HELD_NEWER,
            f"A checkpoint of size {held.size} is held; this one has size {new.size}. Ask for a newer package.",
        )
    if proof is None:
        raise RefusedError(
            Refusal.CONSISTENCY_ABSENT,
            f"Nothing proves that size {new.size} continues the held size {held.size}. Ask for a proof from there.",
        )
    try:
        verify_consistency(old.size, young.size, old.root, young.root, proof)
    except ProofError as error:
        raise RefusedError(Refusal.HELD_INCONSISTENT, str(error)) from None


def _open(note: bytes, policy: Policy, keys: Sequence[LogKey]) -> SignedCheckpoint:
    try:
        return open_checkpoint(note, policy, keys)
    except RefusedError as error:
        raise RefusedError(Refusal.HELD_UNREADABLE, f"A held checkpoint does not open: {error}") from None


def _open_receipt(data: bytes, policy: Policy, keys: Sequence[LogKey]) -> tuple[SignedCheckpoint, Entry, bytes]:
    try:
        receipt = Receipt.parse(data)
        entry, leaf = parse(receipt.entry), leaf_hash(receipt.entry)
        signed = open_checkpoint(receipt.proof.checkpoint, policy, keys)
        verify_inclusion(entry.position, signed.checkpoint.size, leaf, receipt.proof.hashes, signed.checkpoint.root)
    except LogError as error:
        raise RefusedError(Refusal.HELD_UNREADABLE, f"A held receipt does not hold: {error}") from None
    return signed, entry, leaf


def _rows(reader: PackageReader, context: BlockContext) -> Iterator[tuple[int, bytes]]:
    try:
        for block in reader.blocks():
            result = check_block(context, block)
            yield from ((row.seq, row.leaf) for row in result.rows)
            _check_readable(result)
    except RefusedError as error:
        raise RefusedError(Refusal.HELD_UNREADABLE, f"A held package cannot be read: {error}") from None


def _check_readable(result: BlockResult) -> None:
    if not result.readable:
        raise RefusedError(Refusal.LINE_FORM, "Some of its lines are not entries.")


def _contradicted(seq: int, position: int) -> RefusedError:
    return RefusedError(
        Refusal.HELD_CONTRADICTED, f"Entry {seq} of the chain is held with other bytes.", position=position
    )
