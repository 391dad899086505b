"""The full check: everything in the database against itself, the keys, the checkpoints and the recordings."""

from ledger.store.fsck.findings import Code, Finding, Report
from ledger.store.fsck.run import fsck, open_halves

__all__ = ["Code", "Finding", "Report", "fsck", "open_halves"]
