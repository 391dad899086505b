"""Checking lines of a package each by itself: the part of verification that several processes can share.

Guarantees: ``check_block`` is a pure function of its context and the lines; what it returns can be sent between
processes and is in proportion to the block. It checks what one line can show: its form (step 2), its log, chain and key
day (4), its payload (7, 8). Leaves to others: how entries relate (``walk``), and joining the results (``verify``).
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger.log import base64_text, canonical
from ledger.log.blob import MEMBER as BLOB_MEMBER
from ledger.log.blob import BlobReference
from ledger.log.core_entry import CHAIN_CREATED, KEY_DESTROYED, parse_chain_created
from ledger.log.entry import LOG_CHAIN, Entry, leaf_hash, parse
from ledger.log.erasure import Erasures
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.refusal import Refusal, RefusedError
from ledger.log.report import EntryState, Findings
from ledger.log.retention import day_of_at, day_of_key
from ledger.log.seal import reproduces

_BASE64 = rb"[A-Za-z0-9+/]*={0,2}"
_LINE = re.compile(
    rb'\{"entry":"(%b)"(?:,"payload":"(%b)","salt":"(%b)")?,"state":"(valid|withheld|erased|missing)"\}'
    % (_BASE64, _BASE64, _BASE64)
).fullmatch
_PAYLOAD_IS_MISSING = (Refusal.PAYLOAD_MISSING, Refusal.ERASURE_UNPROVEN, Refusal.ERASED_EARLY)
_BLOB_HINT = b'"%b":' % BLOB_MEMBER.encode()


class Row(NamedTuple):
    """What the relations between entries are checked from."""

    position: int
    seq: int
    prev: bytes
    leaf: bytes
    at: str


class Shown(NamedTuple):
    """What a line holds, still as base64."""

    entry: bytes
    payload: bytes | None
    salt: bytes | None
    state: bytes


class TimeBound(NamedTuple):
    """An outside time: entries before ``size`` are at or before ``latest``, the others at or after ``earliest``."""

    size: int
    earliest: str
    latest: str


@dataclass(frozen=True, slots=True)
class BlockContext:
    """What every line is checked against."""

    origin: str
    chain: str
    erasures: Erasures
    bounds: tuple[TimeBound, ...] = ()
    ahead: str | None = None
    """The latest time that is not in the future; None where the verifier names no time."""


@dataclass(slots=True)
class BlockResult:
    """What a block of lines showed. ``readable`` is false when a line gave no row."""

    rows: list[Row] = field(default_factory=list)
    states: Counter[EntryState] = field(default_factory=Counter)
    disclosed: int = 0
    """How many payloads were shown, and are the committed ones."""
    blobs: list[BlobReference] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    readable: bool = True
    unknown: bool = False
    """A line is of a newer format: nothing behind it was looked at."""


def check_block(context: BlockContext, block: bytes) -> BlockResult:
    """Check lines that each end in LF."""
    result = BlockResult()
    rows, states = result.rows, result.states
    for line in block[:-1].split(b"\n"):
        match = _LINE(line)
        if match is None:
            result.findings.add(Refusal.LINE_FORM, f"A line is not of the form of a package: {line[:60]!r}.")
            result.readable = False
            continue
        shown = Shown(*match.groups())
        try:
            data = base64_text.decode(shown.entry)
            entry = parse(data)
        except UnknownFormatError as error:
            result.findings.add(Refusal.UNKNOWN_FORMAT, str(error))
            result.readable, result.unknown = False, True
            break
        except FormatError as error:
            result.findings.add(Refusal.ENTRY_FORM, str(error))
            states["TAMPERED"] += 1
            result.readable = False
            continue
        rows.append(Row(entry.position, entry.seq, entry.prev, leaf_hash(data), entry.at))
        try:
            check_context(context, entry)
            check_beginning(entry)
            states[_payload_state(context, entry, shown, result)] += 1
        except RefusedError as error:
            result.findings.absorb(error)
            states["MISSING" if error.refusal in _PAYLOAD_IS_MISSING else "TAMPERED"] += 1
    return result


def check_context(context: BlockContext, entry: Entry) -> None:
    """Refuse an entry of another log or chain, of a key of another day, or of an impossible time."""
    position = entry.position
    if entry.origin != context.origin:
        raise RefusedError(
            Refusal.OTHER_ORIGIN, f"The entry is of the log {entry.origin}, not {context.origin}.", position=position
        )
    if entry.chain != context.chain:
        raise RefusedError(
            Refusal.OTHER_CHAIN, f"The entry is of the chain {entry.chain}, not {context.chain}.", position=position
        )
    if entry.key is not None:
        day = day_of_key(entry.key)
        if day is not None and day != day_of_at(entry.at):
            raise RefusedError(
                Refusal.KEY_DAY, f"The key {entry.key} is not of the day of {entry.at} in Japan.", position=position
            )
    check_time(context, position, entry.at)


def check_beginning(entry: Entry) -> None:
    """Refuse a customer's chain that does not begin with its announcement, or is announced again; raise RefusedError.

    The log's own chain begins with the log.
    """
    if entry.chain == LOG_CHAIN or (entry.seq == 1) is (entry.type == CHAIN_CREATED):
        if entry.type != CHAIN_CREATED:
            return
        try:
            announced = parse_chain_created(entry)
        except FormatError as error:
            raise RefusedError(Refusal.FACT_FORM, str(error), position=entry.position) from None
        if announced == entry.chain:
            return
    raise RefusedError(
        Refusal.CHAIN_UNANNOUNCED,
        f"Entry {entry.seq} of the chain {entry.chain} is a {entry.type}: the chain's announcement is its first entry.",
        position=entry.position,
    )


def check_time(context: BlockContext, position: int, at: str) -> None:
    """Refuse a time that lies in the future or contradicts an outside time; raise RefusedError."""
    if context.ahead is not None and at > context.ahead:
        raise RefusedError(Refusal.TIME_AHEAD, f"The entry tells {at}, later than {context.ahead}.", position=position)
    for bound in context.bounds:
        if position < bound.size and at > bound.latest:
            raise RefusedError(
                Refusal.TIME_UNBOUND,
                f"The entry tells {at}, but at {bound.latest} a log of size {bound.size} was cosigned.",
                position=position,
            )
        if position >= bound.size and at < bound.earliest:
            raise RefusedError(
                Refusal.TIME_UNBOUND,
                f"The entry tells {at}, but at {bound.earliest} the log had only {bound.size} entries.",
                position=position,
            )


def _payload_state(context: BlockContext, entry: Entry, shown: Shown, result: BlockResult) -> EntryState:
    """Tell what became of the payload; raise RefusedError where the line contradicts itself or its entry."""
    position, key, state = entry.position, entry.key, shown.state
    if entry.type == KEY_DESTROYED and not context.erasures.knows_destruction(position):
        raise RefusedError(
            Refusal.DESTRUCTION_HIDDEN, "The entry destroys a key and is not among the core entries.", position=position
        )
    if key is not None:
        context.erasures.check_usable(position, entry.chain, key)
    if shown.payload is not None and shown.salt is not None:
        if key is None or entry.commitment is None or state != b"valid":
            raise _contradicted(entry, "shows a payload that it should not have")
        _check_payload(position, entry.commitment, shown.payload, shown.salt, result)
        return "VALID"
    if key is None:
        if state != b"valid":
            raise _contradicted(entry, "holds back a payload where there is none")
        return "VALID"
    if state == b"valid":
        raise _contradicted(entry, "does not show its payload, and does not say why")
    if state == b"missing":
        raise RefusedError(
            Refusal.PAYLOAD_MISSING, f"The payload under the key {key} is said to be missing.", position=position
        )
    if state == b"withheld":
        return "WITHHELD"
    context.erasures.check_erased(position, entry.chain, key)
    return "ERASED"


def _check_payload(
    position: int, commitment: bytes, shown_payload: bytes, shown_salt: bytes, result: BlockResult
) -> None:
    try:
        payload, salt = base64_text.decode(shown_payload), base64_text.decode(shown_salt)
    except FormatError as error:
        raise RefusedError(Refusal.LINE_FORM, str(error), position=position) from None
    check_commitment(position, commitment, salt, payload)
    result.disclosed += 1
    if _BLOB_HINT in payload:
        reference = blob_named(position, payload)
        if reference is not None:
            result.blobs.append(reference)


def check_commitment(position: int, commitment: bytes, salt: bytes, payload: bytes) -> None:
    """Refuse unless salt and payload reproduce the commitment; raise RefusedError."""
    if not reproduces(salt, payload, commitment):
        raise RefusedError(
            Refusal.COMMITMENT_DIFFERS, "Salt and payload do not reproduce the entry's commitment.", position=position
        )


def blob_named(position: int, payload: bytes) -> BlobReference | None:
    """Give the finished blob that a payload names in ``data``; raise RefusedError where it names one wrongly."""
    try:
        value: Any = canonical.decode(payload)
    except FormatError:
        return None  # to the log a payload is opaque
    data = value.get("data") if isinstance(value, Mapping) else None
    if not isinstance(data, Mapping) or BLOB_MEMBER not in data:
        return None
    try:
        return BlobReference.parse(data[BLOB_MEMBER])
    except FormatError as error:
        raise RefusedError(Refusal.BLOB_FORM, str(error), position=position) from None


def _contradicted(entry: Entry, what: str) -> RefusedError:
    return RefusedError(Refusal.STATE_CONTRADICTED, f"The line of the entry {what}.", position=entry.position)
