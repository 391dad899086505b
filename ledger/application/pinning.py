"""What a verifier of a log pins (docs/record-format.md, section 8): its signing keys and its retention classes."""

from ledger.keys.classes import CLASSES
from ledger.keys.signer import SignerStore
from ledger.log.note import parse_vkey
from ledger.log.policy import LogKey, Policy
from ledger.log.retention import Period


def pinned_policy(origin: str, signers: SignerStore) -> Policy:
    """Give the policy; it needs the keys and no database. Raises KeysError."""
    return Policy(
        origin,
        tuple(LogKey(parse_vkey(each.vkey), each.from_size, each.to_size) for each in signers.intervals()),
        retain={each.name: None if each.retain is None else Period.parse(each.retain) for each in CLASSES.values()},
    )
