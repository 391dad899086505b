"""An entry: the canonical bytes of one record, what is hashed and never changes (docs/record-format.md, section 2).

Guarantees: ``parse`` accepts exactly the bytes that ``encode`` gives and refuses everything else; both check every
member. Leaves to others: how entries relate to each other (chains, positions, times: ``verify``), and which types and
tags the domain writes.

The bytes are JCS with twelve members in this order:

    {"at":"2026-11-22T09:04:51.929164Z","chain":"cus_…","commitment":"…","key":"trail:2026-11-22","origin":"…",
     "position":7,"prev":"…","public":{},"seq":3,"tags":["session:…"],"type":"login.accepted.v1","v":1}
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from ledger.log import canonical
from ledger.log.errors import FormatError, UnknownFormatError

VERSION = 1
MAX_ENTRY_BYTES = 65_535
NO_PREV = bytes(32)
"""What ``prev`` is in the first entry of a chain."""
LOG_CHAIN = "log"
"""The chain of what concerns the whole log."""
CORE_TYPES = ("log.", "key.", "chain.", "heads.", "hold.", "time.", "payload.")
"""Prefixes of the types that only the core writes."""

_ORIGIN = re.compile(r"[a-z0-9./-]{1,128}\Z")
_CHAIN = re.compile(r"(?:log|cus_[0-9a-f]{32})\Z")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,127}\Z")
_TAG = re.compile(r"[!-~]{1,128}\Z")
_KEY = re.compile(r"[a-z0-9_]+:[A-Za-z0-9_-]{1,64}\Z")
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z\Z")
_MEMBERS = frozenset(
    ("at", "chain", "commitment", "key", "origin", "position", "prev", "public", "seq", "tags", "type", "v")
)


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


class Template:
    """An entry without its place: all members but position, time and link, checked and encoded once.

    What a record says is known before it is numbered; building that part outside the append lock keeps the lock short.
    """

    __slots__ = ("_before_position", "_before_seq", "_tail", "chain", "key")

    def __init__(
        self,
        *,
        origin: str,
        chain: str,
        type: str,  # noqa: A002 - the member's name in the format
        tags: tuple[str, ...],
        public: Mapping[str, Any],
        commitment: bytes | None,
        key: str | None,
    ) -> None:
        """Check and encode; raise FormatError naming the member that is wrong."""
        _check_placeless(origin, chain, type, tags, commitment, key)
        self.chain = chain
        self.key = key
        self._before_position, self._before_seq, self._tail = _pieces(
            origin, chain, type, tags, public, commitment, key
        )

    def fill(self, position: int, at: str, prev: bytes, seq: int) -> bytes:
        """Give the entry's bytes at its place. The caller vouches for the four values; the size is checked here."""
        data = b'{"at":"%b%b%d,"prev":"%b%b%d%b' % (
            at.encode(),
            self._before_position,
            position,
            prev.hex().encode(),
            self._before_seq,
            seq,
            self._tail,
        )
        if len(data) > MAX_ENTRY_BYTES:
            raise FormatError(f"The entry has {len(data)} bytes; an entry has at most {MAX_ENTRY_BYTES}.")
        return data


def encode(entry: Entry) -> bytes:
    """Give the canonical bytes of an entry; raise FormatError naming the member that is wrong."""
    _check_place(entry.position, entry.seq, entry.at, entry.prev)
    template = Template(
        origin=entry.origin,
        chain=entry.chain,
        type=entry.type,
        tags=entry.tags,
        public=entry.public,
        commitment=entry.commitment,
        key=entry.key,
    )
    return template.fill(entry.position, entry.at, entry.prev, entry.seq)


def parse(data: bytes) -> Entry:
    """Give the entry that these bytes are.

    Raises UnknownFormatError for another version, FormatError for a missing, unknown or duplicate member, any other
    spelling, trailing bytes, or a value outside the format.
    """
    if len(data) > MAX_ENTRY_BYTES:
        raise FormatError(f"The entry has {len(data)} bytes; an entry has at most {MAX_ENTRY_BYTES}.")
    members = canonical.load(data)
    if type(members) is not dict:
        raise FormatError("An entry is a JSON object.")
    version = members.get("v")
    if version != VERSION or type(version) is not int:
        if type(version) is int and version > VERSION:
            raise UnknownFormatError(f"The entry has format version {version}; this program knows {VERSION}.")
        raise FormatError("The entry names no format version.")
    if members.keys() != _MEMBERS:
        odd = sorted(members.keys() ^ _MEMBERS)
        raise FormatError(f"The entry lacks or adds the members {', '.join(odd)}.")
    entry = _from_members(members)
    pieces = _pieces(entry.origin, entry.chain, entry.type, entry.tags, entry.public, entry.commitment, entry.key)
    spelling = b'{"at":"%b%b%d,"prev":"%b%b%d%b' % (
        entry.at.encode(),
        pieces[0],
        entry.position,
        entry.prev.hex().encode(),
        pieces[1],
        entry.seq,
        pieces[2],
    )
    if spelling != data:
        raise FormatError("The entry is not in its canonical spelling (RFC 8785).")
    return entry


def leaf_hash(data: bytes) -> bytes:
    """Give H(0x00 ‖ entry): the entry's identity, its chain's link and its leaf of the tree. RFC 9162, 2.1.1."""
    return sha256(b"\0" + data).digest()


def format_at(moment: datetime) -> str:
    """Give an aware time as ``at`` is written: UTC, six fractional digits, ``Z``."""
    if moment.tzinfo is None:
        raise FormatError("A time without a zone has no place in the log.")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_at(text: str) -> datetime:
    """Give the time that ``at`` tells; raise FormatError for any other spelling and for times that do not exist."""
    if not _AT.match(text):
        raise FormatError(f"{text!r} is not a time of the form YYYY-MM-DDThh:mm:ss.ffffffZ.")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise FormatError(f"{text!r} is not a calendar time.") from None


def check_origin(origin: str) -> None:
    """Raise FormatError unless ``origin`` can name a log."""
    if not _ORIGIN.match(origin):
        raise FormatError(f"{origin!r} is not an origin ([a-z0-9./-], 1 to 128 characters).")


def check_chain(chain: str) -> None:
    """Raise FormatError unless ``chain`` can name a chain."""
    if not _CHAIN.match(chain):
        raise FormatError(f"{chain!r} is not a chain (log, or cus_ and 32 hex digits).")


def _from_members(members: dict[str, Any]) -> Entry:
    origin, chain, type_, at = members["origin"], members["chain"], members["type"], members["at"]
    tags, commitment, key, prev = members["tags"], members["commitment"], members["key"], members["prev"]
    for name, value in (("origin", origin), ("chain", chain), ("type", type_), ("at", at), ("prev", prev)):
        if type(value) is not str:
            raise FormatError(f"The member {name} is not a string.")
    if type(tags) is not list or not all(type(tag) is str for tag in tags):
        raise FormatError("The member tags is not an array of strings.")
    if not _HEX.match(prev):
        raise FormatError("The member prev is not 64 hex digits.")
    if commitment is not None and (type(commitment) is not str or not _HEX.match(commitment)):
        raise FormatError("The member commitment is neither 64 hex digits nor null.")
    if key is not None and type(key) is not str:
        raise FormatError("The member key is neither a string nor null.")
    if type(members["public"]) is not dict:
        raise FormatError("The member public is not an object.")
    entry = Entry(
        origin,
        members["position"],
        chain,
        members["seq"],
        bytes.fromhex(prev),
        at,
        type_,
        tuple(tags),
        members["public"],
        None if commitment is None else bytes.fromhex(commitment),
        key,
    )
    _check_placeless(origin, chain, type_, entry.tags, entry.commitment, key)
    _check_place(entry.position, entry.seq, at, entry.prev)
    return entry


def _check_placeless(
    origin: str, chain: str, type_: str, tags: tuple[str, ...], commitment: bytes | None, key: str | None
) -> None:
    check_origin(origin)
    check_chain(chain)
    if not _TYPE.match(type_):
        raise FormatError(f"{type_!r} is not an entry type ([A-Za-z][A-Za-z0-9_.]*, at most 128 characters).")
    before = ""
    for tag in tags:
        if not _TAG.match(tag):
            raise FormatError(f"{tag!r} is not a tag (1 to 128 visible ASCII characters).")
        if tag <= before:
            raise FormatError("The tags are not sorted and unique.")
        before = tag
    if (commitment is None) is not (key is None):
        raise FormatError("An entry has a commitment exactly when it has a key.")
    if commitment is not None and len(commitment) != len(NO_PREV):
        raise FormatError("The commitment has not 32 bytes.")
    if key is not None and not _KEY.match(key):
        raise FormatError(f"{key!r} is not a key id (class:epoch).")


def _check_place(position: object, seq: object, at: str, prev: bytes) -> None:
    if type(position) is not int or not 0 <= position <= canonical.MAX_INTEGER:
        raise FormatError("The member position is not an integer from 0.")
    if type(seq) is not int or not 1 <= seq <= canonical.MAX_INTEGER:
        raise FormatError("The member seq is not an integer from 1.")
    parse_at(at)
    if len(prev) != len(NO_PREV):
        raise FormatError("The member prev has not 32 bytes.")
    if (seq == 1) is not (prev == NO_PREV):
        raise FormatError("The member prev is 64 zeros exactly in the first entry of a chain.")


def _pieces(
    origin: str,
    chain: str,
    type_: str,
    tags: tuple[str, ...],
    public: Mapping[str, Any],
    commitment: bytes | None,
    key: str | None,
) -> tuple[bytes, bytes, bytes]:
    """Give what stands after ``at``, after ``prev`` and after ``seq``. All but tags and public need no escaping."""
    committed = "null" if commitment is None else f'"{commitment.hex()}"'
    keyed = "null" if key is None else f'"{key}"'
    joined = '","'.join(tags)
    # A visible ASCII character needs no escape but these two.
    tag_text = (
        b'["%b"]' % joined.encode()
        if tags and "\\" not in joined and joined.count('"') == 2 * len(tags) - 2
        else canonical.encode(tags, depth=2)
    )
    return (
        f'","chain":"{chain}","commitment":{committed},"key":{keyed},"origin":"{origin}","position":'.encode(),
        b'","public":%b,"seq":' % (canonical.encode(public, depth=2) if public else b"{}"),
        b',"tags":%b,"type":"%b","v":1}' % (tag_text, type_.encode()),
    )
