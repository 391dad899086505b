"""What a verifier pins before looking at anything: keys, witnesses, retention (docs/record-format.md, section 8).

Guarantees: ``parse`` refuses unknown, missing and duplicate members and every value that cannot be meant, so that a
policy never says less than its author thought; ``format`` gives the one spelling that this program writes, and
``parse(format(policy)) == policy``. White space is free on reading: a policy is pinned by people, not hashed. Leaves
to others: opening notes under it (``trust``). A policy that comes with a package is never used.

    {"format": "shoseki-policy-1", "log_keys": [{"from_size": 0, "to_size": null, "vkey": "…"}],
     "monitors": [{"vkey": "…"}], "origin": "…", "quorum": 0, "retain": {"trail": "P12M"}, "tsa": ["…"],
     "witnesses": [{"vkey": "…"}]}

A log key counts for checkpoints of ``from_size`` up to, but not including, ``to_size`` (null: without end). ``quorum``
is how many of the witnesses must have cosigned. A monitor is a cosigner whose cosignature also says that it recomputed
every heads map up to that size. ``tsa`` holds SHA-256 fingerprints (hex) of time stamping certificates. ``retain`` is
the least period a class is kept, ``null`` until its subject ends.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.log import shape
from ledger.log.entry import check_origin
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.note import COSIGNATURE, ED25519, VerifierKey, parse_vkey
from ledger.log.retention import Period

FORMAT = "shoseki-policy-1"
MAX_POLICY_BYTES = 1_048_576

_ANY_FORMAT = re.compile(r"shoseki-policy-[0-9]+\Z")
_CLASS = re.compile(r"[a-z0-9_]+\Z")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z")
_MEMBERS = frozenset(("format", "log_keys", "monitors", "origin", "quorum", "retain", "tsa", "witnesses"))
_LOG_KEY = frozenset(("from_size", "to_size", "vkey"))
_KEY = frozenset(("vkey",))
_WHERE = "A value of the policy"


@dataclass(frozen=True, slots=True)
class LogKey:
    """A key of the log and the tree sizes at which its signature counts: from_size ≤ size < to_size."""

    key: VerifierKey
    from_size: int = 0
    to_size: int | None = None

    def counts_at(self, size: int) -> bool:
        """Tell whether a checkpoint of this size may be signed with this key."""
        return self.from_size <= size and (self.to_size is None or size < self.to_size)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a verifier pins of one log."""

    origin: str
    log_keys: tuple[LogKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0
    monitors: tuple[VerifierKey, ...] = ()
    tsa: tuple[str, ...] = ()
    retain: Mapping[str, Period | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no policy can mean; raise FormatError."""
        check_origin(self.origin)
        if not self.log_keys:
            raise FormatError("A policy without a key of the log trusts nothing.")
        for log_key in self.log_keys:
            if log_key.key.algorithm != ED25519 or log_key.key.name != self.origin:
                raise FormatError(f"The log key {log_key.key.name} is not an Ed25519 key named as the origin.")
            if log_key.to_size is not None and log_key.to_size <= log_key.from_size:
                raise FormatError(f"The log key {log_key.key.text} counts for no size.")
        for key in (*self.witnesses, *self.monitors):
            if key.algorithm != COSIGNATURE:
                raise FormatError(f"The key {key.name} is not a cosignature key.")
        for name, keys in (("witnesses", self.witnesses), ("monitors", self.monitors)):
            if len({key.public_key for key in keys}) != len(keys):  # under another name, too: it is one signer
                raise FormatError(f"A key is named twice among the {name}.")
        own = {log_key.key.public_key for log_key in self.log_keys}
        for key in (*self.witnesses, *self.monitors):
            if key.public_key in own:
                raise FormatError(f"The key {key.name} is the log's own, which cannot bear itself out.")
        if not 0 <= self.quorum <= len(self.witnesses):
            raise FormatError(f"A quorum of {self.quorum} among {len(self.witnesses)} witnesses cannot be.")
        if not all(_FINGERPRINT.match(fingerprint) for fingerprint in self.tsa):
            raise FormatError("A time stamping certificate is named by 64 hex digits.")
        if not all(_CLASS.match(name) for name in self.retain):
            raise FormatError("A retention class is named by [a-z0-9_].")


def format(policy: Policy) -> bytes:  # noqa: A001 - the pair of parse
    """Give the policy as this program writes it: JSON with sorted members, indented, for people to read and compare."""
    document = {
        "format": FORMAT,
        "log_keys": [
            {"from_size": key.from_size, "to_size": key.to_size, "vkey": key.key.text} for key in policy.log_keys
        ],
        "monitors": [{"vkey": key.text} for key in policy.monitors],
        "origin": policy.origin,
        "quorum": policy.quorum,
        "retain": {name: None if period is None else period.format() for name, period in policy.retain.items()},
        "tsa": list(policy.tsa),
        "witnesses": [{"vkey": key.text} for key in policy.witnesses],
    }
    return json.dumps(document, indent=2, sort_keys=True).encode() + b"\n"


def parse(data: bytes) -> Policy:
    """Give the policy that these bytes are.

    Raises UnknownFormatError for another version of the format, FormatError for everything else that is not a policy.
    """
    if len(data) > MAX_POLICY_BYTES:
        raise FormatError(f"The policy has {len(data)} bytes; at most {MAX_POLICY_BYTES} are read.")
    try:
        document = json.loads(data, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError):
        raise FormatError("The policy is not JSON.") from None
    stated = document.get("format") if type(document) is dict else None
    if stated != FORMAT:
        if type(stated) is str and _ANY_FORMAT.match(stated):
            raise UnknownFormatError(f"The policy has the format {stated}; this program knows {FORMAT}.")
        raise FormatError("The file is not a policy: its format is not " + FORMAT + ".")
    members = shape.members(document, _MEMBERS, "The policy")
    return Policy(
        origin=shape.text(members["origin"], _WHERE),
        log_keys=tuple(_log_key(item) for item in shape.array(members["log_keys"], _WHERE)),
        witnesses=_keys(members["witnesses"]),
        quorum=shape.number(members["quorum"], _WHERE),
        monitors=_keys(members["monitors"]),
        tsa=tuple(shape.text(item, _WHERE) for item in shape.array(members["tsa"], _WHERE)),
        retain=_retain(members["retain"]),
    )


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise FormatError("The policy names a member twice.")
    return members


def _log_key(value: object) -> LogKey:
    members = shape.members(value, _LOG_KEY, "A log key of the policy")
    to_size = members["to_size"]
    return LogKey(
        parse_vkey(shape.text(members["vkey"], _WHERE)),
        shape.number(members["from_size"], _WHERE),
        None if to_size is None else shape.number(to_size, _WHERE),
    )


def _keys(value: object) -> tuple[VerifierKey, ...]:
    named = (shape.members(item, _KEY, "A key of the policy") for item in shape.array(value, _WHERE))
    return tuple(parse_vkey(shape.text(members["vkey"], _WHERE)) for members in named)


def _retain(value: object) -> dict[str, Period | None]:
    periods = shape.members(value, None, "The policy's member retain").items()
    return {name: None if period is None else Period.parse(shape.text(period, _WHERE)) for name, period in periods}
