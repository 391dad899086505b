"""What others than the log say of its times: cosignatures and the bounds they set (docs/record-format.md, step 9).

Guarantees: a quorum counts each witness once; a cosignature of a checkpoint at size S and time T means that entries
before S were there at T and the others were not, give or take ``TOLERANCE``. Leaves to others: verifying the
signatures (``trust``), and comparing entries with the bounds (``block``).
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ledger.log.block import TimeBound
from ledger.log.entry import format_at
from ledger.log.policy import Policy
from ledger.log.refusal import Refusal, RefusedError
from ledger.log.trust import SignedCheckpoint

TOLERANCE = timedelta(hours=1)
"""How far the log's clock and others may differ: the sequencer's own bound."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def names_outside_time(policy: Policy) -> bool:
    """Tell whether the policy expects anybody but the log to say something of its times."""
    return bool(policy.witnesses or policy.monitors or policy.tsa)


def check_outside(policy: Policy, signed: SignedCheckpoint, held: Iterable[SignedCheckpoint]) -> tuple[TimeBound, ...]:
    """Give the bounds that others set for the times of the log; raise RefusedError where the policy asks for more."""
    if len(signed.witnesses) < policy.quorum:
        raise RefusedError(
            Refusal.QUORUM_MISSED,
            f"{len(signed.witnesses)} witnesses cosigned the checkpoint; the policy asks for {policy.quorum}.",
        )
    if policy.tsa:
        raise RefusedError(
            Refusal.STAMPS_UNCHECKED, "The policy names time stamping certificates; no token was given with it."
        )
    return time_bounds((signed, *held))


def time_bounds(checkpoints: Iterable[SignedCheckpoint]) -> tuple[TimeBound, ...]:
    """Give the bounds that the cosignatures of these checkpoints set; raise RefusedError for impossible times."""
    bounds = []
    for signed in checkpoints:
        for cosignature in (*signed.witnesses, *signed.monitors):
            try:
                moment = _EPOCH + timedelta(seconds=cosignature.time)
                earliest, latest = format_at(moment - TOLERANCE), format_at(moment + TOLERANCE)
            except OverflowError:
                raise RefusedError(
                    Refusal.TIME_UNBOUND, f"{cosignature.name} cosigned at {cosignature.time}, past the calendar."
                ) from None
            bounds.append(TimeBound(signed.checkpoint.size, earliest, latest))
    return tuple(bounds)


def latest_time(now: datetime | None) -> str | None:
    """Give the latest time that an entry may tell at ``now``; None where the verifier names no time."""
    return None if now is None else format_at(now + TOLERANCE)
