"""The full check of a ledger: database, keys, checkpoints and recordings together; and that it was made (R-34)."""

from collections.abc import Mapping
from functools import partial

from ledger.application.door import Ledger
from ledger.application.stored import Stored
from ledger.domain.housekeeping import RecordVerification
from ledger.store.fsck import Report, fsck, open_halves
from ledger.store.fsck.run import Progress

_TOLD = 100
"""So many findings are named in the entry; their number by code is in what the command prints."""


def check(ledger: Ledger, *, processes: int = 2) -> Report:
    """Check everything of a ledger that is open, as ``check_stored`` does."""
    recorder, blobs = ledger.recorder, ledger.blobs.directory
    stored = Stored(recorder.url, recorder.schema, recorder.origin, ledger.keys, ledger.state, blobs, recorder.clock)
    return check_stored(stored, processes=processes)


def check_stored(stored: Stored, *, processes: int = 2, progress: Progress | None = None) -> Report:
    """Check everything; what is wrong is in the report. Raises StoreError where the check itself cannot be done."""
    return fsck(
        stored.url,
        stored.schema,
        stored.origin,
        halves=partial(open_halves, stored.keys.halves.path, stored.keys.keyring.path, stored.origin),
        state=stored.state,
        blobs=stored.blobs,
        processes=processes,
        progress=progress,
        clock=stored.clock,
    )


def record(ledger: Ledger, report: Report, *, person: str | None, actor: Mapping[str, str]) -> int:
    """Record what a check came to, and give the position; raise what carrying out raises.

    A log that lost what it had signed gets no entry: raises what ``Checkpointer.check`` raises.
    """
    ledger.checkpointer.check()
    newest = ledger.state.newest()
    findings = [f"{each.code.name} {'-' if each.position is None else each.position}" for each in report.findings]
    command = RecordVerification(
        verification=ledger.decider.new_id("verification"),
        person=person,
        size=0 if newest is None else newest.signed.size,
        root=None if newest is None else newest.signed.root.hex(),
        entries=report.entries,
        findings=(*findings[:_TOLD], *report.unchecked),
    )
    return ledger.decider.carry_out(command, actor=actor).positions[0]
