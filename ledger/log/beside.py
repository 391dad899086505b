"""The core entries that a package shows beside its chain: keys, holds, clocks, the heads map.

Guarantees: each is parsed strictly, is of the right log and time, and says what its type must; they rise by position,
and the heads map is the checkpoint's last leaf and speaks for
all entries before it. Nothing here is proven yet: the same batch proof covers them with the
chain (``walk``). Leaves to others: what follows from what they say (``erasure``, ``verify``).
"""

from dataclasses import dataclass

from ledger.log.block import BlockContext, check_time
from ledger.log.checkpoint import Checkpoint
from ledger.log.core_entry import (
    CLOCK_CORRECTED,
    HEADS_SEALED,
    KEY_RETIRED,
    HeadsSealed,
    KeyChange,
    check_understood,
    parse_clock_correction,
    parse_heads,
    parse_key_change,
)
from ledger.log.entry import LOG_CHAIN, Entry, leaf_hash, parse
from ledger.log.errors import FormatError, ProofError, UnknownFormatError
from ledger.log.heads import PresenceProof, verify_presence
from ledger.log.proofs import Proofs
from ledger.log.refusal import Refusal, RefusedError
from ledger.log.walk import Aside


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the chain: every entry as the walk takes it, signing keys retired, and the sealed heads."""

    asides: tuple[Aside, ...]
    retired: tuple[KeyChange, ...]
    heads: HeadsSealed
    heads_entry: Entry


def read_beside(proofs: Proofs, checkpoint: Checkpoint, context: BlockContext) -> Beside:
    """Read the core entries of a package and let ``context.erasures`` learn from them; raise RefusedError."""
    asides: list[Aside] = []
    retired: list[KeyChange] = []
    before = -1
    for data in proofs.entries:
        entry = _parse(data, context)
        if entry.chain not in {LOG_CHAIN, context.chain}:
            raise RefusedError(
                Refusal.OTHER_CHAIN, f"A core entry is of the chain {entry.chain}.", position=entry.position
            )
        if entry.position <= before:
            raise RefusedError(
                Refusal.PROOFS_FORM, f"The core entries do not rise: {entry.position} comes after {before}."
            )
        before = entry.position
        correction = None
        try:
            if check_understood(entry):
                context.erasures.learn(entry)
            if entry.type == CLOCK_CORRECTED:
                correction = parse_clock_correction(entry)
            elif entry.type == KEY_RETIRED:
                retired.append(parse_key_change(entry))
        except UnknownFormatError as error:
            raise RefusedError(Refusal.UNKNOWN_FORMAT, str(error), position=entry.position) from None
        except FormatError as error:
            raise RefusedError(Refusal.FACT_FORM, str(error), position=entry.position) from None
        asides.append(Aside(entry.position, leaf_hash(data), entry.at, correction))
    heads_entry, heads = _read_heads(proofs, checkpoint, context)
    if before >= heads_entry.position:
        raise RefusedError(Refusal.PROOFS_FORM, "A core entry stands behind the heads map.")
    asides.append(Aside(heads_entry.position, leaf_hash(proofs.heads.entry), heads_entry.at, None))
    return Beside(tuple(asides), tuple(retired), heads, heads_entry)


def _read_heads(proofs: Proofs, checkpoint: Checkpoint, context: BlockContext) -> tuple[Entry, HeadsSealed]:
    entry = _parse(proofs.heads.entry, context)
    if entry.type != HEADS_SEALED or entry.chain != LOG_CHAIN or entry.position != checkpoint.size - 1:
        raise RefusedError(
            Refusal.HEADS_NOT_LAST,
            f"The last of {checkpoint.size} entries is not the heads map: a {entry.type} at {entry.position} is shown.",
        )
    try:
        heads = parse_heads(entry)
        if heads.size != entry.position:
            raise RefusedError(
                Refusal.HEADS_STALE,
                f"The heads map at {entry.position} tells the heads that {heads.size} entries had.",
                position=entry.position,
            )
        verify_presence(heads.root, proofs.covers.chain, proofs.heads.head, PresenceProof(proofs.heads.siblings))
    except ProofError as error:
        raise RefusedError(Refusal.HEAD_DIFFERS, str(error)) from None
    except FormatError as error:
        raise RefusedError(Refusal.FACT_FORM, str(error), position=entry.position) from None
    return entry, heads


def _parse(data: bytes, context: BlockContext) -> Entry:
    try:
        entry = parse(data)
    except UnknownFormatError as error:
        raise RefusedError(Refusal.UNKNOWN_FORMAT, str(error)) from None
    except FormatError as error:
        raise RefusedError(Refusal.ENTRY_FORM, f"A core entry: {error}") from None
    if entry.origin != context.origin:
        raise RefusedError(
            Refusal.OTHER_ORIGIN,
            f"A core entry is of the log {entry.origin}, not {context.origin}.",
            position=entry.position,
        )
    check_time(context, entry.position, entry.at)
    return entry
