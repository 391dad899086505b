"""What the core's own entries say: keys, holds, clocks, heads (docs/record-format.md, sections 2, 3, 5 and 6).

Guarantees: one parser a type, from the ``public`` of an entry to a value; each refuses a missing member and a value
that cannot be meant with :class:`FormatError`, and a newer version of a type it knows with
:class:`UnknownFormatError`. Members it does not know are left alone: a later writer may say more. Leaves to others:
what follows from what is said (``erasure``, ``verify``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ledger.log.canonical import MAX_INTEGER
from ledger.log.entry import LOG_CHAIN, Entry, check_chain, check_key, parse_at
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.note import VerifierKey, parse_vkey
from ledger.log.retention import Period

KEY_ADDED = "log.key_added.v1"
KEY_RETIRED = "log.key_retired.v1"
CLOCK_CORRECTED = "log.clock_corrected.v1"
CHAIN_CREATED = "chain.created.v1"
KEY_CREATED = "key.created.v1"
KEY_DESTROYED = "key.destroyed.v1"
HOLD_PLACED = "hold.placed.v1"
PAYLOAD_REMOVED = "payload.removed.v1"
HEADS_SEALED = "heads.sealed.v1"

UNDERSTOOD = frozenset(
    (KEY_ADDED, KEY_RETIRED, CLOCK_CORRECTED, KEY_CREATED, KEY_DESTROYED, HOLD_PLACED, PAYLOAD_REMOVED, HEADS_SEALED)
)
"""The types that verification draws conclusions from."""

_STEMS = {name[: -len("1")]: name for name in UNDERSTOOD}
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A signing key of the log that counts from, or no longer from, a tree size on."""

    key: VerifierKey
    from_size: int


@dataclass(frozen=True, slots=True)
class ClockCorrection:
    """The log's clock was wrong: after ``wrong`` it went on at ``right``. The only place where ``at`` may fall.

    It counts only in the log's own chain and when ``right`` is what the entry itself tells (``counts``).
    """

    position: int
    wrong: str
    right: str
    counts: bool


@dataclass(frozen=True, slots=True)
class KeyCreated:
    """A key's epoch half was made. ``retain`` is how long its payloads are kept; None until its subject ends."""

    key: str
    retain: Period | None
    position: int
    at: str


@dataclass(frozen=True, slots=True)
class Destruction:
    """The half of a key, of a chain, or the data key of one pair of them goes. ``held`` names holds that keep pairs."""

    key: str | None
    chain: str | None
    held: tuple[str, ...]
    position: int
    at: str


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """Data keys are kept under a hold. ``pairs`` are (chain, key); in a scope, None stands for every chain or key."""

    hold: str
    pairs: frozenset[tuple[str | None, str | None]]

    def keeps(self, chain: str, key: str) -> bool:
        """Tell whether the hold keeps the data key of this pair."""
        return not self.pairs.isdisjoint(((chain, key), (chain, None), (None, key), (None, None)))


@dataclass(frozen=True, slots=True)
class HeadsSealed:
    """The heads of all ``count`` chains when the log had ``size`` entries, as a map with this root."""

    size: int
    count: int
    root: bytes


def check_understood(entry: Entry) -> bool:
    """Tell whether verification draws conclusions from this entry.

    Raises UnknownFormatError for another version of a type that it draws conclusions from.
    """
    if entry.type in UNDERSTOOD:
        return True
    stem, version, number = entry.type.rpartition(".v")
    if number.isdecimal() and f"{stem}{version}" in _STEMS:
        raise UnknownFormatError(f"The entry at {entry.position} is a {entry.type}, which this program does not know.")
    return False


def parse_key_change(entry: Entry) -> KeyChange:
    """Read ``log.key_added.v1`` and ``log.key_retired.v1``."""
    return KeyChange(parse_vkey(_text(entry, "vkey")), _number(entry, "from_size"))


def parse_clock_correction(entry: Entry) -> ClockCorrection:
    """Read ``log.clock_corrected.v1``."""
    wrong, right = _text(entry, "from"), _text(entry, "to")
    parse_at(wrong)
    parse_at(right)
    return ClockCorrection(entry.position, wrong, right, entry.chain == LOG_CHAIN and right == entry.at)


def corrected_from(entry: Entry) -> str | None:
    """Give the time after which this entry lets ``at`` fall to its own; None for an entry that corrects nothing.

    Only an entry directly after one that tells this time may be earlier than it.
    """
    if entry.type != CLOCK_CORRECTED:
        return None
    try:
        correction = parse_clock_correction(entry)
    except FormatError:
        return None
    return correction.wrong if correction.counts else None


def parse_chain_created(entry: Entry) -> str:
    """Read ``chain.created.v1``: the chain that it begins."""
    return _chain(entry, "chain")


def parse_key_created(entry: Entry) -> KeyCreated:
    """Read ``key.created.v1``."""
    retain = _optional(entry, "retain", _text, required=True)
    return KeyCreated(_key(entry, "key"), None if retain is None else Period.parse(retain), entry.position, entry.at)


def parse_destruction(entry: Entry) -> Destruction:
    """Read ``key.destroyed.v1``."""
    key, chain = _optional(entry, "key", _key), _optional(entry, "chain", _chain)
    if key is None and chain is None:
        raise FormatError(f"The entry at {entry.position} destroys neither a key nor a chain.")
    held = entry.public.get("held", [])
    if type(held) is not list or not all(type(hold) is str for hold in held):
        raise FormatError(f"The member held of the entry at {entry.position} is not an array of hold ids.")
    return Destruction(key, chain, tuple(held), entry.position, entry.at)


def parse_hold(entry: Entry) -> HoldPlaced:
    """Read ``hold.placed.v1``: ``pairs`` is an array of {"chain","key"}, ``scope`` one such with either left out."""
    public = entry.public
    pairs: list[tuple[str | None, str | None]] = []
    named = public.get("pairs", [])
    if type(named) is not list or ("pairs" in public) is ("scope" in public):
        raise FormatError(f"The hold at {entry.position} names neither pairs nor a scope.")
    for member in named:
        if type(member) is not dict or member.keys() != {"chain", "key"}:
            raise FormatError(f"A pair of the hold at {entry.position} has not exactly a chain and a key.")
        pairs.append((_pair_member(member, "chain", check_chain), _pair_member(member, "key", check_key)))
    if "scope" in public:
        scope = public["scope"]
        if type(scope) is not dict or not scope.keys() <= {"chain", "key"}:
            raise FormatError(f"The scope of the hold at {entry.position} names something else than a chain or key.")
        chain = _pair_member(scope, "chain", check_chain) if "chain" in scope else None
        key = _pair_member(scope, "key", check_key) if "key" in scope else None
        pairs.append((chain, key))
    return HoldPlaced(_text(entry, "hold"), frozenset(pairs))


def parse_removed_position(entry: Entry) -> int:
    """Read ``payload.removed.v1``: the position of the entry whose payload was removed."""
    return _number(entry, "position")


def parse_heads(entry: Entry) -> HeadsSealed:
    """Read ``heads.sealed.v1``."""
    size, root = _number(entry, "size"), _text(entry, "root")
    if size > entry.position or not _HEX.match(root):
        raise FormatError(f"The heads map at {entry.position} has a size past its position, or no root.")
    return HeadsSealed(size, _number(entry, "count"), bytes.fromhex(root))


def _text(entry: Entry, name: str) -> str:
    value = entry.public.get(name)
    if type(value) is not str:
        raise FormatError(f"The member {name} of the {entry.type} at {entry.position} is not a string.")
    return value


def _number(entry: Entry, name: str) -> int:
    value = entry.public.get(name)
    if type(value) is not int or not 0 <= value <= MAX_INTEGER:
        raise FormatError(f"The member {name} of the {entry.type} at {entry.position} is not a number from 0.")
    return value


def _key(entry: Entry, name: str) -> str:
    value = _text(entry, name)
    check_key(value)
    return value


def _chain(entry: Entry, name: str) -> str:
    value = _text(entry, name)
    check_chain(value)
    return value


def _optional(
    entry: Entry, name: str, read: Callable[[Entry, str], _Value], *, required: bool = False
) -> _Value | None:
    if name not in entry.public and required:
        raise FormatError(f"The {entry.type} at {entry.position} lacks the member {name}.")
    return None if entry.public.get(name) is None else read(entry, name)


def _pair_member(members: Mapping[str, Any], name: str, check: Callable[[str], None]) -> str:
    value = members[name]
    if type(value) is not str:
        raise FormatError(f"The {name} of a hold is not a string.")
    check(value)
    return value
