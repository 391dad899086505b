"""Receipts and evidence packages (docs/record-format.md, section 8): what leaves the log, with all that proves it.

Guarantees: a package ends with a fresh heads map of all entries before it, the checkpoint's last leaf; a recording
that was lost is never called withheld, and keeps no package back: whoever verifies it finds it missing; a file appears
at its place whole or not at all; a payload is disclosed only where that was asked for. Leaves to others: who may ask
(the caller), and verification (``ledger.log.verify``).
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from heapq import merge
from pathlib import Path
from typing import BinaryIO

from ledger.application.errors import ExportError, PositionUnknownError
from ledger.application.recordings import finished_recording
from ledger.log import core_entry
from ledger.log.blob import BlobReference
from ledger.log.entry import Entry, parse
from ledger.log.errors import NoteError
from ledger.log.heads import Head, HeadsMap, PresenceProof
from ledger.log.note import open_note, parse_vkey
from ledger.log.package import Contents, Line, LineState, write_package
from ledger.log.proofs import Covers, HeadsProof, Proofs
from ledger.log.receipt import Receipt
from ledger.log.tlog_proof import TlogProof
from ledger.log.trust import Rotation
from ledger.store.blobs import BlobStore
from ledger.store.checkpoint_state import CheckpointState, SignedCheckpoint
from ledger.store.checkpoints import Checkpointer
from ledger.store.heads import seal_heads
from ledger.store.proving import StoredTree
from ledger.store.reader import PAGE
from ledger.store.record import PayloadState, Recorded
from ledger.store.recorder import Recorder

_ATTEMPTS = 50
_STATES: dict[PayloadState, LineState] = {
    PayloadState.NONE: "valid",
    PayloadState.OPEN: "withheld",
    PayloadState.ERASED: "erased",
    PayloadState.ABSENT: "missing",
}
_NEEDED = (
    core_entry.KEY_ADDED,
    core_entry.KEY_RETIRED,
    core_entry.CLOCK_CORRECTED,
    core_entry.KEY_CREATED,
    core_entry.KEY_DESTROYED,
    core_entry.HOLD_PLACED,
    core_entry.PAYLOAD_REMOVED,
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What a package holds."""

    path: Path
    chain: str
    first: int
    last: int
    checkpoint: SignedCheckpoint
    disclosed: int
    blobs: int
    missing: tuple[str, ...]
    """Ids of recordings that disclosed payloads name and that the store does not have."""


@dataclass(slots=True)
class _Inventory:
    """What the first reading of the chain found: the keys in use, the payloads and the recordings."""

    keys: set[str] = field(default_factory=set)
    unopened: set[int] = field(default_factory=set)
    blobs: dict[str, BlobReference] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    disclosed: int = 0


class Exporter:
    """Makes receipts and packages of one log."""

    def __init__(
        self, recorder: Recorder, blobs: BlobStore, checkpointer: Checkpointer, state: CheckpointState
    ) -> None:
        """Export from these stores."""
        self._recorder = recorder
        self._reader = recorder.reader
        self._blobs = blobs
        self._checkpointer = checkpointer
        self._state = state

    def receipt(self, position: int, *, disclose: bool) -> Receipt:
        """Give the receipt of one entry under the newest checkpoint; raise PositionUnknownError."""
        size = self._reader.size()
        if not 0 <= position < size:
            raise PositionUnknownError(position, size)
        signed = self._checkpointer.sign()
        record = self._reader.page(None, position, position + 1, 1)[0][1]
        with StoredTree(self._recorder.url, self._recorder.schema) as tree:
            path = tree.inclusion(position, signed.size)
        proof = TlogProof(position, tuple(path), signed.note)
        if disclose and record.state is PayloadState.OPEN:
            return Receipt(record.entry, proof, record.salt, record.data)
        return Receipt(record.entry, proof)

    def package(
        self,
        chain: str,
        path: Path,
        *,
        first: int,
        last: int | None,
        disclose: bool,
        with_blobs: bool,
        held_sizes: Sequence[int],
        progress: Progress | None,
    ) -> Exported:
        """Write a package of a chain's entries ``first`` to ``last`` (None: its newest).

        ``held_sizes`` are older log sizes whose holders want to see that the log only grew. Raises ExportError, or
        what the stores raise.
        """
        heads_position, heads, signed = self._sealed_heads()
        head = self._head(chain, heads_position)
        last = head.seq if last is None else last
        if not 1 <= first <= last + 1 <= head.seq + 1:
            raise ExportError(f"The chain {chain} has the entries 1 to {head.seq}: ask for a part of these.")
        shown = (max(1, first - 1), min(head.seq, last + 1))
        inventory = self._inventory(chain, shown, disclose=disclose, with_blobs=with_blobs)
        core = self._core(chain, inventory, heads_position)
        tell = progress or (lambda _stage, _done, _all: None)
        with StoredTree(self._recorder.url, self._recorder.schema) as tree, _arriving(path) as file:
            rotations = self._rotations(tree, signed)
            proven = [parse(data).position for data in core] + [heads_position]
            positions = _unique(merge(self._reader.chain_positions(chain, *shown), sorted(proven)))
            proof = heads.prove(chain)
            if not isinstance(proof, PresenceProof):
                raise ExportError(f"The heads do not name the chain {chain}: run 'shoseki fsck'.")
            proofs = Proofs(
                checkpoint=signed.note,
                covers=Covers(chain, first, last),
                heads=HeadsProof(self._entry(heads_position), head, proof.siblings),
                entries=tuple(core),
                consistency=tuple(
                    (size, tuple(tree.consistency(size, signed.size)))
                    for size in sorted(set(held_sizes))
                    if 0 < size < signed.size
                ),
                rotations=tuple(rotations),
                blobs_withheld=tuple(sorted(inventory.withheld)),
            )
            lines = self._lines(chain, shown, disclose=disclose, tell=tell)
            blobs = ((each, self._blobs.sealed(each)) for each in sorted(inventory.blobs))
            write_package(file, Contents(proofs, lines, tree.inclusion_batch(positions, signed.size), blobs))
        missing = tuple(sorted(inventory.missing))
        return Exported(path, chain, first, last, signed, inventory.disclosed, len(inventory.blobs), missing)

    # -- heads and checkpoint ------------------------------------------------------------------------------------------

    def _sealed_heads(self) -> tuple[int, HeadsMap, SignedCheckpoint]:
        """Seal the heads so that their entry is the last leaf of a checkpoint; give its position and what it seals.

        Another process may sign past the entry while others append. Then it is done again.
        """
        for _ in range(_ATTEMPTS):
            position, heads = seal_heads(self._recorder)
            signed = self._checkpointer.sign(upto=position + 1)
            if signed.size == position + 1:
                return position, heads, signed
        raise ExportError("Another process keeps signing past the export: try again when there is less to do.")

    def _head(self, chain: str, size: int) -> Head:
        """Give the head that a chain had when the log had ``size`` entries."""
        found = self._reader.head_at(chain, size)
        if found is None:
            raise ExportError(f"There is no chain {chain} in this log.")
        return Head(*found)

    def _entry(self, position: int) -> bytes:
        return self._reader.page(None, position, position + 1, 1, opened=False)[0][1].entry

    # -- what is in it -------------------------------------------------------------------------------------------------

    def _records(self, chain: str, shown: tuple[int, int]) -> Iterator[tuple[int, Recorded]]:
        first, last = shown
        while first <= last:
            page = self._reader.chain_page(chain, first, last, PAGE)
            if not page:
                raise ExportError(f"Entry {first} of the chain {chain} is not stored: run 'shoseki fsck'.")
            yield from page
            first += len(page)

    def _inventory(self, chain: str, shown: tuple[int, int], *, disclose: bool, with_blobs: bool) -> _Inventory:
        found = _Inventory()
        for position, record in self._records(chain, shown):
            if record.key is not None:
                found.keys.add(record.key)
            if record.state in {PayloadState.ERASED, PayloadState.ABSENT}:
                found.unopened.add(position)
            if record.state is not PayloadState.OPEN or not disclose:
                continue
            found.disclosed += 1
            reference = finished_recording(record.data)
            if reference is None:
                continue
            if not self._blobs.holds(reference.id):
                found.missing.add(reference.id)
            elif with_blobs:
                found.blobs[reference.id] = reference
            else:
                found.withheld.add(reference.id)
        return found

    def _core(self, chain: str, inventory: _Inventory, before: int) -> list[bytes]:
        """Give the core entries that the verifier's steps need for these lines, by position.

        What others append meanwhile stands behind the checkpoint: nothing from position ``before`` on is taken.
        """
        needed = []
        for position, data in self._reader.core_entries(_NEEDED):
            entry = parse(data)
            if position < before and _concerns(entry, chain, inventory):
                needed.append(data)
        return needed

    def _lines(self, chain: str, shown: tuple[int, int], *, disclose: bool, tell: Progress) -> Iterator[Line]:
        total = shown[1] - shown[0] + 1
        for done, (_, record) in enumerate(self._records(chain, shown), start=1):
            if not done % PAGE or done == total:
                tell("export", done, total)
            if disclose and record.state is PayloadState.OPEN:
                yield Line(record.entry, "valid", record.salt, record.data)
            else:
                yield Line(record.entry, _STATES[record.state])

    # -- signing keys that came later ----------------------------------------------------------------------------------

    def _rotations(self, tree: StoredTree, signed: SignedCheckpoint) -> Iterator[Rotation]:
        """Give, for each key that was added, how a holder of the older keys reaches it."""
        for position, data in self._reader.core_entries([core_entry.KEY_ADDED]):
            key = core_entry.parse_key_change(parse(data)).key
            signed_by_it = (each for each in self._state.all() if position < each.size and _signed_by(each, key.text))
            overlap = next(signed_by_it, None)
            if overlap is not None and overlap.size <= signed.size:
                yield Rotation(
                    overlap.note,
                    data,
                    tuple(tree.inclusion(position, overlap.size)),
                    tuple(tree.consistency(overlap.size, signed.size)),
                )


def _concerns(entry: Entry, chain: str, inventory: _Inventory) -> bool:
    """Tell whether a core entry says something of what the package shows."""
    if entry.type == core_entry.KEY_CREATED:
        return core_entry.parse_key_created(entry).key in inventory.keys
    if entry.type == core_entry.KEY_DESTROYED:
        gone = core_entry.parse_destruction(entry)
        told_among_the_lines = entry.chain == chain
        return told_among_the_lines or (gone.chain in {None, chain} and gone.key in {None, *inventory.keys})
    if entry.type == core_entry.PAYLOAD_REMOVED:
        return core_entry.parse_removed_position(entry) in inventory.unopened
    return True


def _signed_by(signed: SignedCheckpoint, vkey: str) -> bool:
    try:
        open_note(signed.note, [parse_vkey(vkey)])
    except NoteError:
        return False
    return True


def _unique(rising: Iterable[int]) -> Iterator[int]:
    last = -1
    for each in rising:
        if each != last:
            yield each
            last = each


@contextmanager
def _arriving(path: Path) -> Iterator[BinaryIO]:
    """Give a file beside ``path`` that is moved there when all went well; never over another file."""
    if path.exists():
        raise ExportError(f"{path} is there already: evidence is not overwritten, give another name.")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise ExportError(f"{path} cannot be written ({error.strerror}): give a directory that can.") from None
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written ({error.strerror}): make room or give another place.") from None
    finally:
        with suppress(OSError):
            Path(name).unlink()
