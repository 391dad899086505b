"""Rotating the log's signing key, so that whoever pinned the old one reaches the new one.

Guarantees: both changes are announced, and a checkpoint of the overlap is signed at once by both keys. Leaves to
others: keeping the keys.
"""

from ledger.application.errors import LedgerError
from ledger.keys.signer import Rotation, SignerStore
from ledger.log.core_entry import KEY_ADDED, KEY_RETIRED
from ledger.store.checkpoints import Checkpointer
from ledger.store.record import Record
from ledger.store.recorder import Recorder

_ENTRIES = 16
"""What a rotation and the writers beside it may append before its checkpoint is signed."""


def rotate(recorder: Recorder, signers: SignerStore, checkpointer: Checkpointer, overlap: int) -> Rotation:
    """Begin a new signing key; the old one goes on signing for ``overlap`` more entries.

    Both are announced, and a checkpoint of the overlap is signed at once by both: by it verifiers who pinned the
    old key reach the new one. Raises LedgerError for an overlap that leaves no room for that, and
    RotationRefusedError where the newest key has signed nothing yet.
    """
    if overlap <= _ENTRIES:
        raise LedgerError(f"The overlap has at least {_ENTRIES + 1} entries: the announcements fall into it.")
    checkpointer.check()
    rotation = signers.rotate(recorder.reader.size(), overlap)
    added = {"vkey": rotation.added.vkey, "from_size": rotation.added.from_size}
    retired = {"vkey": rotation.retired.vkey, "from_size": rotation.retired.to_size}
    recorder.append_core(
        [
            Record(KEY_ADDED, b"", key_class=None, public=added, idempotency_key=f"added {rotation.added.vkey}"),
            Record(
                KEY_RETIRED, b"", key_class=None, public=retired, idempotency_key=f"retired {rotation.retired.vkey}"
            ),
        ]
    )
    checkpointer.sign()
    return rotation
