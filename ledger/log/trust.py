"""Opening checkpoints under a policy: which keys count, at which sizes, and how a new key is reached from an old one.

Guarantees: a checkpoint is opened only when it is of the policy's log, a log key that counts at its size signed it, and
no signature of any pinned key is wrong. Every failure is a :class:`RefusedError` of step 1. Leaves to others: whether
enough witnesses cosigned (``outside``), and that a rotation's checkpoint is a prefix of the log (``verify``).

A rotation reaches a new key from a pinned one: a checkpoint of the overlap, signed by both, under whose root a
``log.key_added.v1`` entry (``public``: ``vkey``, ``from_size``) is proven.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.log import note
from ledger.log.checkpoint import Checkpoint
from ledger.log.core_entry import KEY_ADDED, parse_key_change
from ledger.log.entry import LOG_CHAIN, leaf_hash, parse
from ledger.log.errors import FormatError, NoteError, ProofError, UnknownFormatError
from ledger.log.note import Signature, UnknownKeyError, VerifierKey
from ledger.log.policy import LogKey, Policy
from ledger.log.refusal import Refusal, RefusedError, Step
from ledger.log.tree import verify_inclusion


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A cosigner's word: at this POSIX time the checkpoint was the newest it had seen, and consistent."""

    name: str
    time: int


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint that opened: the log keys that signed it, and what the policy's witnesses and monitors said."""

    checkpoint: Checkpoint
    signers: tuple[VerifierKey, ...]
    witnesses: tuple[Cosignature, ...]
    monitors: tuple[Cosignature, ...]


@dataclass(frozen=True, slots=True)
class Rotation:
    """How one new key is reached: a checkpoint of the overlap, the entry that adds the key, and two proofs.

    ``inclusion`` leads from the entry to the overlap's root, ``consistency`` from the overlap to the newest checkpoint.
    """

    checkpoint: bytes
    entry: bytes
    inclusion: tuple[bytes, ...]
    consistency: tuple[bytes, ...]


def open_checkpoint(data: bytes, policy: Policy, log_keys: Sequence[LogKey]) -> SignedCheckpoint:
    """Give the checkpoint of a signed note; raise RefusedError naming what is wrong with it."""
    pinned = [log_key.key for log_key in log_keys]
    try:
        opened = note.open_note(data, [*pinned, *policy.witnesses, *policy.monitors])
        checkpoint = Checkpoint.parse(opened.text)
    except UnknownKeyError as error:
        raise RefusedError(Refusal.UNKNOWN_KEY, str(error)) from None
    except NoteError as error:
        raise RefusedError(Refusal.BAD_SIGNATURE, str(error)) from None
    except FormatError as error:
        raise RefusedError(Refusal.CHECKPOINT_FORM, str(error)) from None
    signed = {(signature.name, signature.key_id): signature for signature in opened.signatures}
    if not any((key.name, key.key_id) in signed for key in pinned):
        raise RefusedError(Refusal.UNKNOWN_KEY, "Only witnesses signed the checkpoint, none of the log's pinned keys.")
    if checkpoint.origin != policy.origin:
        raise RefusedError(Refusal.OTHER_LOG, f"The checkpoint is of {checkpoint.origin}, not of {policy.origin}.")
    signers = tuple(
        log_key.key
        for log_key in log_keys
        if (log_key.key.name, log_key.key.key_id) in signed and log_key.counts_at(checkpoint.size)
    )
    if not signers:
        raise RefusedError(
            Refusal.KEY_INTERVAL, f"No key that signed the checkpoint counts for a log of size {checkpoint.size}."
        )
    return SignedCheckpoint(
        checkpoint, signers, _cosignatures(policy.witnesses, signed), _cosignatures(policy.monitors, signed)
    )


def follow_rotations(
    policy: Policy, rotations: Sequence[Rotation]
) -> tuple[tuple[LogKey, ...], tuple[tuple[Checkpoint, Rotation], ...]]:
    """Give the keys that count, pinned and reached, and each rotation that was followed with its overlap.

    A rotation from keys that are not pinned here leads nowhere and is passed over: whoever pinned a newer key need not
    know the older ones. Raises RefusedError. The caller checks that each overlap is a prefix of the newest checkpoint.
    """
    keys = list(policy.log_keys)
    followed = []
    for rotation in rotations:
        try:
            overlap = open_checkpoint(rotation.checkpoint, policy, keys).checkpoint
        except RefusedError as error:
            if error.refusal in {Refusal.UNKNOWN_KEY, Refusal.KEY_INTERVAL}:
                continue
            raise
        try:
            reached = _reached_key(rotation, overlap, policy.origin)
        except UnknownFormatError as error:
            raise RefusedError(Refusal.UNKNOWN_FORMAT, str(error), step=Step.CHECKPOINT) from None
        except (FormatError, ProofError, NoteError) as error:
            raise RefusedError(Refusal.ROTATION_UNPROVEN, str(error)) from None
        keys.append(reached)
        followed.append((overlap, rotation))
    return tuple(keys), tuple(followed)


def _reached_key(rotation: Rotation, overlap: Checkpoint, origin: str) -> LogKey:
    """Give the key that a proven entry adds and that signed the overlap beside the old one."""
    added = parse(rotation.entry)
    if (added.type, added.chain, added.origin) != (KEY_ADDED, LOG_CHAIN, origin):
        raise FormatError(f"The entry at {added.position} adds no key to the log {origin}.")
    verify_inclusion(added.position, overlap.size, leaf_hash(rotation.entry), rotation.inclusion, overlap.root)
    change = parse_key_change(added)
    reached = LogKey(change.key, change.from_size)
    if reached.key.name != origin or not reached.counts_at(overlap.size):
        raise ProofError(f"The key {reached.key.text} does not count at {overlap.size}, where it was handed over.")
    note.open_note(rotation.checkpoint, [reached.key])
    return reached


def _cosignatures(keys: Sequence[VerifierKey], signed: dict[tuple[str, bytes], Signature]) -> tuple[Cosignature, ...]:
    found = ((key, signed.get((key.name, key.key_id))) for key in keys)
    return tuple(Cosignature(key.name, note.cosignature_time(made)) for key, made in found if made is not None)
