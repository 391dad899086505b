"""An entry: the canonical bytes of one record, what is hashed and never changes (docs/record-format.md, section 2).

Guarantees: ``parse`` accepts exactly the bytes that ``encode`` gives and refuses everything else; both check every
member. Leaves to others: how entries relate to each other (chains, positions, times: ``verify``), and which types and
tags the domain writes.

The bytes are JCS with twelve members in this order, so that one regular expression reads them; only ``public`` is free
in its shape, and is read by ``canonical``:

    {"at":"2026-11-22T09:04:51.929164Z","chain":"cus_…","commitment":"…","key":"trail:2026-11-22","origin":"…",
     "position":7,"prev":"…","public":{},"seq":3,"tags":["session:…"],"type":"login.accepted.v1","v":1}
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

from ledger.log import canonical
from ledger.log.errors import FormatError, UnknownFormatError
from ledger.log.members import (
    AT,
    CHAIN,
    HEX,
    KEY,
    MAX_ENTRY_BYTES,
    NO_PREV,
    ORIGIN,
    TYPE,
    VERSION,
    check_chain,
    check_day,
    check_key,
    check_length,
    check_origin,
    check_place,
    check_tag_order,
    check_text,
    format_at,
    parse_at,
)
from ledger.log.template import NO_COMMITMENT, fill, spell_names, spell_public, spell_tags

__all__ = [
    "CORE_TYPES",
    "LOG_CHAIN",
    "MAX_ENTRY_BYTES",
    "NO_PREV",
    "VERSION",
    "Entry",
    "check_chain",
    "check_key",
    "check_origin",
    "encode",
    "format_at",
    "leaf_hash",
    "parse",
    "parse_at",
]

LOG_CHAIN = "log"
"""The chain of what concerns the whole log."""
CORE_TYPES = ("log.", "key.", "chain.", "heads.", "hold.", "time.", "payload.")
"""Prefixes of the types that only the core writes."""

# A tag as it stands in the bytes: a visible ASCII character needs no escape but these two. Nothing here can match one
# text in two ways, so hostile bytes cost time in proportion to their length only.
_PLAIN = r"[!#-\[\]-~]"
_ESCAPED = r'\\["\\]'
_TAG = rf'"(?:{_PLAIN}|{_ESCAPED}){_PLAIN}{{0,127}}(?:{_ESCAPED}{_PLAIN}{{0,127}})*"'

_ENTRY = re.compile(
    rf'\{{"at":"({AT})","chain":"({CHAIN})","commitment":(?:null|"({HEX})"),"key":(?:null|"({KEY})")'
    rf',"origin":"({ORIGIN})","position":(0|[1-9][0-9]{{0,15}}),"prev":"({HEX})","public":(\{{\}}|\{{.+\}})'
    rf',"seq":([1-9][0-9]{{0,15}}),"tags":\[((?:{_TAG}(?:,{_TAG})*)?)\],"type":"({TYPE})","v":{VERSION}\}}',
    re.DOTALL,
).fullmatch
_MEMBERS = frozenset(
    ("at", "chain", "commitment", "key", "origin", "position", "prev", "public", "seq", "tags", "type", "v")
)
_LONGEST_READ_FOR_VERSION = 1_048_576
"""An entry of a later version may be longer; what is longer than this is not even asked for its version."""


class Entry(NamedTuple):
    """One record as the log tells it. ``prev`` and ``commitment`` are raw bytes, ``at`` is text as in the bytes."""

    origin: str
    position: int
    chain: str
    seq: int
    prev: bytes
    at: str
    type: str
    tags: tuple[str, ...]
    public: Mapping[str, Any]
    commitment: bytes | None
    key: str | None


def encode(entry: Entry) -> bytes:
    """Give the canonical bytes of an entry; raise FormatError naming the member that is wrong."""
    check_text("at", entry.at)
    check_day(entry.at)
    if len(entry.prev) != len(NO_PREV):
        raise FormatError("The member prev has not 32 bytes.")
    if entry.commitment == b"":
        raise FormatError("The commitment has not 32 bytes.")
    check_place(entry.position, entry.seq, entry.prev)
    check_tag_order(entry.tags)
    names = spell_names(entry.origin, entry.chain, entry.key, entry.type)
    commitment = NO_COMMITMENT if entry.commitment is None else entry.commitment.hex()
    (tags,) = spell_tags([entry.tags])
    public = spell_public(entry.public)
    return fill(names, commitment, public, tags, entry.position, entry.at, entry.prev, entry.seq)


def parse(data: bytes) -> Entry:
    """Give the entry that these bytes are.

    Raises UnknownFormatError for a later version, FormatError for a missing, unknown or duplicate member, any other
    spelling, trailing bytes, or a value outside the format.
    """
    try:
        match = _ENTRY(data.decode()) if len(data) <= MAX_ENTRY_BYTES else None
    except UnicodeDecodeError:
        match = None
    if match is None:
        _refuse(data)
    at, chain, commitment, key, origin, position, prev, public, seq, tags, type_ = match.groups()
    if (commitment is None) is not (key is None):
        raise FormatError("An entry has a commitment exactly when it has a key.")
    entry = Entry(
        origin,
        int(position),
        chain,
        int(seq),
        bytes.fromhex(prev),
        at,
        type_,
        (_remembered_tags if len(tags) <= _LONGEST_REMEMBERED else _read_tags)(tags),
        {} if public == "{}" else _read_public(public),
        None if commitment is None else bytes.fromhex(commitment),
        key,
    )
    check_day(at)
    check_place(entry.position, entry.seq, entry.prev)
    return entry


def leaf_hash(data: bytes) -> bytes:
    """Give H(0x00 ‖ entry): the entry's identity, its chain's link and its leaf of the tree. RFC 9162, 2.1.1."""
    return sha256(b"\0" + data).digest()


def _read_public(text: str) -> Any:
    return canonical.decode(text.encode(), depth=2)


def _read_tags(text: str) -> tuple[str, ...]:
    """Give the tags of what stands between the brackets. Only at their borders does a bare quote follow a comma."""
    if "\\" in text:
        tags = tuple(canonical.load(f"[{text}]".encode()))
        for tag in tags:
            check_text("tag", tag)
    else:
        tags = tuple(text[1:-1].split('","')) if text else ()
    check_tag_order(tags)
    return tags


# The entries of one session bear the same tags. Short ones only: a hostile file must not fill the memory.
_remembered_tags = lru_cache(maxsize=1024)(_read_tags)
_LONGEST_REMEMBERED = 512


def _refuse(data: bytes) -> NoReturn:
    """Say why these bytes spell no entry.

    Of a later version nothing is known but that it is a JSON object with an integer ``v``: spelling, members, depth and
    length may all be others. Every machine reads with the standard library here, so that every machine says the same.
    """
    if len(data) > _LONGEST_READ_FOR_VERSION:
        check_length(data)
    members = canonical.load_with_standard_library(data)
    if type(members) is not dict:
        raise FormatError("An entry is a JSON object.")
    version = members.get("v")
    if type(version) is int and VERSION < version <= canonical.MAX_INTEGER:
        raise UnknownFormatError(f"The entry has format version {version}; this program knows {VERSION}.")
    if type(version) is not int or version != VERSION:
        raise FormatError("The entry names no format version.")
    check_length(data)
    if members.keys() != _MEMBERS:
        raise FormatError(f"The entry lacks or adds members: {sorted(members.keys() ^ _MEMBERS)!r:.160}.")
    encode(_entry_of(members))
    raise FormatError("The entry is not in its canonical spelling (RFC 8785).")


def _entry_of(members: dict[str, Any]) -> Entry:
    """Give what the members say, refusing those of which no entry could be made."""
    for name in ("at", "chain", "origin", "prev", "type"):
        check_text(name, members[name])
    for name in ("commitment", "key"):
        if members[name] is not None:
            check_text(name, members[name])
    if type(members["tags"]) is not list:
        raise FormatError("The member tags is not an array.")
    for tag in members["tags"]:
        check_text("tag", tag)
    commitment = members["commitment"]
    return Entry(
        members["origin"],
        members["position"],
        members["chain"],
        members["seq"],
        bytes.fromhex(members["prev"]),
        members["at"],
        members["type"],
        tuple(members["tags"]),
        members["public"],
        None if commitment is None else bytes.fromhex(commitment),
        members["key"],
    )
