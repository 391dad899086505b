"""What follows when all entries of a package were seen: the head, signing keys, and what may be claimed.

Guarantees: pure functions of what was proven. Leaves to others: the proving (``walk``) and the words (``verdict``).
"""

from ledger.log.beside import Beside
from ledger.log.entry import LOG_CHAIN
from ledger.log.proofs import Proofs
from ledger.log.refusal import Refusal, RefusedError
from ledger.log.report import Answer
from ledger.log.trust import SignedCheckpoint
from ledger.log.verdict import claim_part, claim_whole
from ledger.log.walk import Walk


def check_head(walk: Walk, proofs: Proofs) -> None:
    """Refuse unless the chain ends where the package says, and its newest entry is the sealed head (step 6)."""
    covers, head, last = proofs.covers, proofs.heads.head, walk.last
    if covers.last > head.seq:
        raise RefusedError(
            Refusal.HEAD_DIFFERS, f"The package claims entries to {covers.last}; the chain's head is {head.seq}."
        )
    if last is None:
        return  # that all entries are missing is a finding already
    if last.seq > min(covers.last + 1, head.seq) or (last.seq == head.seq and last.leaf != head.leaf_hash):
        raise RefusedError(
            Refusal.HEAD_DIFFERS,
            f"The last entry shown, {last.seq}, is not the one where the package ends.",
            position=last.position,
        )


def check_retired_keys(beside: Beside, signed: SignedCheckpoint) -> None:
    """Refuse a checkpoint that only keys signed which the log itself had retired (step 1)."""
    size = signed.checkpoint.size
    retired = {change.key for change in beside.retired if change.from_size <= size}
    if retired.issuperset(signed.signers):
        raise RefusedError(Refusal.KEY_RETIRED, f"Every key that signed was retired before size {size}.")


def claim(signed: SignedCheckpoint, proofs: Proofs, beside: Beside) -> Answer:
    """Give what may be said of completeness when nothing is missing.

    The heads speak for all entries before their map. The map is the last entry: with it the whole checkpoint is spoken
    for, but in the log's own chain, which has the map itself as one entry more.
    """
    covers = proofs.covers
    size = beside.heads.size if covers.chain == LOG_CHAIN else signed.checkpoint.size
    monitors = {monitor.name for monitor in signed.monitors}
    to_head = covers.last == proofs.heads.head.seq
    if covers.first == 1 and to_head:
        return claim_whole(size, monitors)
    return claim_part(covers.first, covers.last, size, monitors, to_head=to_head)
