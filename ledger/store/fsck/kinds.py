"""What entries of one chain, type and key have in common, spelled once, so that most entries are checked by comparing.

Guarantees: an entry that equals the bytes spelled from its columns, its link and a kind is canonical, says what its
columns say, and continues its chain: the spelling is that of ``ledger.log.template``, and every part of it was checked
against the format. What is spelled in another way, or has a ``public``, is no kind's and is read by the parser instead.
"""

import re
from hashlib import sha256
from struct import Struct

from ledger.keys.classes import is_day_key
from ledger.log.entry import CORE_TYPES
from ledger.log.errors import FormatError
from ledger.log.members import check_chain, check_key, check_text
from ledger.store.fsck.copy_out import fields_of

_KNOWN_KINDS = 8_192
_KNOWN_TAGS = 65_536
_PLAIN_TAG = re.compile(rb"[!#-\[\]-~]{1,128}").fullmatch  # nothing in it that JSON would escape
_BEFORE_CHAIN = len(b'{"at":"2026-11-22T09:04:51.929164Z')
_EMPTY = Struct(">iiii").pack(12, 0, 0, 25)
_ONE_DIMENSION = Struct(">iii").pack(1, 0, 25)
_TAGS_HEAD = 24  # length of the field, dimensions, flags, type of the elements, their number, the lowest index
_length = Struct(">i").unpack_from
_first_number = Struct(">q").unpack_from  # of a tag's SHA-256, as in ``ledger.store.rows.tag_number``


class Kind:
    """The parts of an entry that its chain, type and key decide; ``None`` for a key where there is no payload."""

    __slots__ = ("after", "before", "chain", "commitment_at", "day", "key", "names", "tail")

    def __init__(self, origin: str, chain: str, type_: str, key: str | None) -> None:
        """Check and spell; raise FormatError for what no entry can have."""
        check_chain(chain)
        check_text("type", type_)
        self.chain = chain
        self.key = key
        self.names = (chain, key or "")
        self.day = key.partition(":")[2] if key is not None and is_day_key(key) else None
        if key is None:
            before, after = f'","chain":"{chain}","commitment":null', f',"key":null,"origin":"{origin}","position":'
        else:
            check_key(key)
            before, after = f'","chain":"{chain}","commitment":"', f'","key":"{key}","origin":"{origin}","position":'
        self.before, self.after = before.encode(), after.encode()
        self.commitment_at = _BEFORE_CHAIN + len(before)
        self.tail = f'],"type":"{type_}","v":1}}'.encode()


class Kinds:
    """The kinds and tags of one log, remembered by the bytes of their columns."""

    def __init__(self, origin: str, offset: int) -> None:
        """Know none yet. ``offset`` is added to every tag's number (``Fingerprint``)."""
        self._origin = origin
        self._offset = offset
        self._known: dict[bytes, Kind | None] = {}
        self._tags: dict[bytes, int] = {}

    def split(self, rest: bytes) -> tuple[Kind | None, bytes]:
        """Give the kind that the fields chain, type, key spell, and the field of tags behind them."""
        try:
            at = 4 + rest[3]
            at += 4 + rest[at + 3]
            at += 4 if rest[at] == 255 else 4 + rest[at + 3]  # noqa: PLR2004 - the first byte of −1: NULL
        except IndexError:
            return None, b""
        fields = rest[:at]
        if fields in self._known:
            return self._known[fields], rest[at:]
        if len(self._known) >= _KNOWN_KINDS:
            self._known.clear()
        self._known[fields] = kind = self._make(fields)
        return kind, rest[at:]

    def tags(self, field: bytes) -> tuple[bytes, list[int]] | None:
        """Give the tags of a field as they are spelled in an entry, and their numbers; None where they are unusual."""
        if field == _EMPTY:
            return b"", []
        if field[4:16] != _ONE_DIMENSION:
            return None
        texts: list[bytes] = []
        numbers: list[int] = []
        at, end, before = _TAGS_HEAD, len(field), b""
        while at < end:
            start = at + 4
            at = start + _length(field, at)[0]
            text = field[start:at]
            number = self._tags.get(text)
            if number is None:
                number = self._learn(text)
            if number is None or text <= before:
                return None
            texts.append(text)
            numbers.append(number)
            before = text
        if _length(field, 16)[0] != len(texts) or _length(field, 20)[0] != 1:
            return None
        return b'"%b"' % b'","'.join(texts), numbers

    def _make(self, fields: bytes) -> Kind | None:
        try:
            chain, type_, key = (None if value is None else value.decode() for value in fields_of(b"\0\3" + fields))
            if chain is None or type_ is None or type_.startswith(CORE_TYPES):
                return None
            return Kind(self._origin, chain, type_, key)
        except (FormatError, ValueError):
            return None

    def _learn(self, text: bytes) -> int | None:
        if not _PLAIN_TAG(text):
            return None
        if len(self._tags) >= _KNOWN_TAGS:
            self._tags.clear()
        number: int = _first_number(sha256(text).digest())[0] + self._offset
        self._tags[text] = number
        return number
