"""What entries of one chain, type and key have in common, spelled once, so that most entries are checked by comparing.

Guarantees: an entry that equals the bytes spelled from its columns, its link and a kind is canonical, says what its
columns say, and continues its chain: the spelling is that of ``ledger.log.template``, and every part of it was checked
against the format. What is spelled in another way, or has a ``public``, is no kind's and is read by the parser instead.
"""

from hashlib import sha256
from typing import TypeAlias

from ledger.keys.classes import is_day_key
from ledger.log.entry import CORE_TYPES
from ledger.log.errors import FormatError
from ledger.log.members import check_chain, check_key, check_text
from ledger.store.fsck.fields import array_head, split_names

Names: TypeAlias = bytes | None
"""The columns chain, type and key of an entry, as ``fields.names_value`` spells them; None where one has no value."""

_KNOWN_KINDS = 8_192
_KNOWN_TAGS = 4_096  # of a session, say; most others come once, and a larger memory would only be slower
_PLAIN = bytes({*range(0x21, 0x7F)} - {*b'"\\'})  # what a tag may hold and JSON does not escape
_LONGEST_TAG = 128
_BEFORE_CHAIN = len(b'{"at":"2026-11-22T09:04:51.929164Z')
_COMMITMENT_DIGITS = 64
_HEADS = [array_head(count) for count in range(64)]
_HEAD_BYTES = len(_HEADS[1])
_PARTING = bytes(3)  # what parts elements: of the four bytes of a tag's length the first three are zero


def tag_number(tag: bytes) -> bytes:
    """Give the number that a tag is looked up by: the first eight bytes of its SHA-256."""
    return sha256(tag).digest()[:8]


class Kind:
    """The parts of an entry that its chain, type and key decide."""

    __slots__ = ("after", "before", "chain", "commitment", "day", "key", "names", "tail")

    def __init__(self, origin: str, chain: str, type_: str, key: str | None) -> None:
        """Check and spell; raise FormatError for what no entry can have."""
        check_chain(chain)
        check_text("type", type_)
        self.chain = chain
        self.key = key or ""
        """Empty where there is no payload."""
        self.names = (chain, self.key)
        self.day = key.partition(":")[2] if key is not None and is_day_key(key) else None
        if key is None:
            before, after = f'","chain":"{chain}","commitment":null', f',"key":null,"origin":"{origin}","position":'
        else:
            check_key(key)
            before, after = f'","chain":"{chain}","commitment":"', f'","key":"{key}","origin":"{origin}","position":'
        self.before, self.after = before.encode(), after.encode()
        start = _BEFORE_CHAIN + len(before)
        self.commitment = slice(start, start if key is None else start + _COMMITMENT_DIGITS)
        """Where an entry has the digits of its commitment."""
        self.tail = f'],"type":"{type_}","v":1}}'.encode()


class Kinds:
    """The kinds and tags of one log, remembered by the bytes of their columns."""

    def __init__(self, origin: str) -> None:
        """Know none yet."""
        self._origin = origin
        self._known: dict[Names, Kind | None] = {}
        self._tags: dict[bytes, bytes] = {}

    def find(self, names: Names) -> Kind | None:
        """Give the kind of an entry with these columns, None where they are not as most entries' are."""
        if names in self._known:
            return self._known[names]
        if len(self._known) >= _KNOWN_KINDS:
            self._known.clear()
        self._known[names] = kind = self._make(names)
        return kind

    def tags(self, array: bytes | None) -> tuple[bytes, list[bytes] | None]:
        """Give the tags of an array as an entry spells them, and the number of each.

        There are no numbers where the tags are unusual: such an entry is the parser's.
        """
        if array is None:
            return b"", None
        elements = array[_HEAD_BYTES:].split(_PARTING)
        count = len(elements) - 1  # what stands before the first parting is nothing
        if count >= len(_HEADS) or array[:_HEAD_BYTES] != _HEADS[count] or elements[0]:
            return b"", None
        if not count:
            return b"", []
        texts: list[bytes] = []
        numbers: list[bytes] = []
        before = elements.pop(0)
        known = self._tags
        for element in elements:
            number = known.get(element) or self._learn(element)
            text = element[1:]
            if number is None or text <= before:
                return b"", None
            texts.append(text)
            numbers.append(number)
            before = text
        return b'"%b"' % b'","'.join(texts), numbers

    def _make(self, names: Names) -> Kind | None:
        try:
            parts = split_names(names)
            if parts is None:
                return None
            chain, type_, marked_key = (each.decode() for each in parts)
            if type_.startswith(CORE_TYPES):
                return None
            return Kind(self._origin, chain, type_, marked_key[1:] if marked_key else None)
        except (FormatError, ValueError):
            return None

    def _learn(self, element: bytes) -> bytes | None:
        """Give the number of a tag that stands behind the last byte of its length; None for an unusual one."""
        text = element[1:]
        if text.translate(None, _PLAIN) or not 0 < element[0] == len(text) <= _LONGEST_TAG:
            return None
        if len(self._tags) >= _KNOWN_TAGS:
            self._tags.clear()
        self._tags[element] = number = tag_number(text)
        return number
