"""The full check of a ledger: database, keys, checkpoints and recordings together."""

from functools import partial

from ledger.application.door import Ledger
from ledger.store.fsck import Report, fsck, open_halves
from ledger.store.fsck.run import Progress


def check(ledger: Ledger, *, processes: int = 2, progress: Progress | None = None) -> Report:
    """Check everything; what is wrong is in the report. Raises StoreError where the check itself cannot be done."""
    recorder = ledger.recorder
    return fsck(
        recorder.url,
        recorder.schema,
        recorder.origin,
        halves=partial(open_halves, ledger.keys.halves.path, ledger.keys.keyring.path, recorder.origin),
        state=ledger.state,
        blobs=ledger.blobs.directory,
        processes=processes,
        progress=progress,
    )
