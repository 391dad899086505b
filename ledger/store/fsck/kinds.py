"""What entries of one chain, type and key have in common, spelled once, so that most entries are checked by comparing.

Guarantees: an entry that equals the bytes spelled from its columns, its link and a kind is canonical, says what its
columns say, and continues its chain: the spelling is that of ``ledger.log.template``, and every part of it was checked
against the format. What is spelled in another way, or has a ``public``, is no kind's and is read by the parser instead.
"""

from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate, chain, compress, repeat
from itertools import count as numbers_from
from operator import ge, lt
from typing import NamedTuple, TypeAlias

from ledger.keys.classes import is_day_key
from ledger.log.entry import CORE_TYPES
from ledger.log.errors import FormatError
from ledger.log.members import check_chain, check_key, check_text
from ledger.store.fsck.fields import array_head, split_names
from ledger.store.fsck.marks import NO_PUBLIC, Content, content_of, said

Names: TypeAlias = bytes | None
"""The columns chain, type and key of an entry, as ``fields.names_value`` spells them; None where one has no value."""

_KNOWN_KINDS = 8_192
_KNOWN_TAGS = 4_096  # of a session, say; most others come once, and a larger memory would only be slower
_PLAIN = bytes({*range(0x21, 0x7F)} - {*b'"\\'})  # what a tag may hold and JSON does not escape
_LONGEST_TAG = 128
_BEFORE_CHAIN = len(b'\0{"at":"2026-11-22T09:04:51.929164Z')
_COMMITMENT_DIGITS = 64
_COUNTS = {array_head(count): count for count in range(64)}
_HEAD_BYTES = len(array_head(1))
_PARTING = bytes(3)  # what parts elements: of the four bytes of a tag's length the first three are zero
_BETWEEN_TAGS = b'","'


class Tags(NamedTuple):
    """The tags of many entries, each entry's behind those of the one before."""

    texts: list[bytes]
    numbers: list[bytes]
    counts: list[int]
    """How many each entry has."""
    few: int | None
    """How many each has where all have as many."""

    def of_each(self) -> list[bytes]:
        """Spell the tags of each entry as it does."""
        ends = [*accumulate(self.counts)]
        each = [self.texts[end - count : end] for end, count in zip(ends, self.counts, strict=True)]
        return [b'"%b"' % _BETWEEN_TAGS.join(tags) if tags else b"" for tags in each]

    def columns(self) -> list[list[bytes]]:
        """Give what stands in the entries one beside the other, and joined is the tags of each."""
        if self.few is None:
            return [self.of_each()]
        texts, few, count = self.texts, self.few, len(self.counts)
        columns = []
        for at in range(few):
            columns += [[_BETWEEN_TAGS] * count, texts[at::few]]
        return [[b'"'] * count, *columns[1:], [b'"'] * count] if few else []

    def rows(self, places: list[bytes]) -> bytes:
        """Give the number of every tag and the place of its entry."""
        rows = [b""] * (2 * len(self.numbers))
        rows[::2] = self.numbers
        if self.few is None:
            rows[1::2] = chain.from_iterable(map(repeat, places, self.counts))
        else:
            for at in range(self.few):
                rows[2 * at + 1 :: 2 * self.few] = places
        return b"".join(rows)

    def rising(self) -> bool:
        """Tell whether the tags of each entry rise."""
        if self.few is None:  # none may be as great as the next, but for the last of an entry
            falls = compress(numbers_from(1), map(ge, self.texts, self.texts[1:]))
            return set(accumulate(self.counts)).issuperset(falls)
        return all(
            all(map(lt, self.texts[at :: self.few], self.texts[at + 1 :: self.few])) for at in range(self.few - 1)
        )


def tag_number(tag: bytes) -> bytes:
    """Give the number that a tag is looked up by: the first eight bytes of its SHA-256."""
    return sha256(tag).digest()[:8]


class Kind:
    """The parts of an entry that its chain, type and key decide."""

    __slots__ = ("after", "around_tags", "before", "chain", "commitment", "day", "key", "names", "tail")

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
        """Where an entry, behind the byte that its hash begins with, has the digits of its commitment."""
        self.tail = f'],"type":"{type_}","v":1}}'.encode()
        self.around_tags = said(type_, NO_PUBLIC, key)

    def content(self, tags: bytes) -> Content:
        """Give the content of an entry of this kind, but for its payload; ``tags`` are spelled as it spells them."""
        return content_of(self.chain, bool(self.key), self.around_tags, tags)


class Kinds:
    """The kinds and tags of one log, remembered by the bytes of their columns."""

    def __init__(self, origin: str) -> None:
        """Know none yet."""
        self._origin = origin
        self._known: dict[Names, Kind | None] = {}
        self._parsed: set[str] = set()
        self._tags: dict[bytes, bytes] = {}

    def find(self, names: Names) -> Kind | None:
        """Give the kind of an entry with these columns, None where they are not as most entries' are."""
        if names in self._known:
            return self._known[names]
        if len(self._known) >= _KNOWN_KINDS:
            self._known.clear()
        self._known[names] = kind = self._make(names)
        return kind

    def leave(self, type_: str) -> bool:
        """Leave entries of this type to the parser from now on; tell whether that is new."""
        if type_ in self._parsed:
            return False
        self._parsed.add(type_)
        self._known.clear()
        return True

    def _make(self, names: Names) -> Kind | None:
        try:
            parts = split_names(names)
            if parts is None:
                return None
            chain, type_, marked_key = (each.decode() for each in parts)
            if type_.startswith(CORE_TYPES) or type_ in self._parsed:
                return None
            return Kind(self._origin, chain, type_, marked_key[1:] if marked_key else None)
        except (FormatError, ValueError):
            return None

    def tags(self, arrays: Sequence[bytes]) -> Tags | None:
        """Give the tags of these arrays; None where one is unusual: that entry is the parser's."""
        counts = [number for array in arrays if (number := _COUNTS.get(array[:_HEAD_BYTES])) is not None]
        if len(counts) != len(arrays):
            return None
        elements = b"".join([array[_HEAD_BYTES:] for array in arrays]).split(_PARTING)
        if elements.pop(0) or len(elements) != sum(counts):
            return None
        if len(self._tags) >= _KNOWN_TAGS:
            self._tags.clear()
        unknown = set(elements).difference(self._tags)
        if unknown and not self._learn([*unknown]):
            return None
        numbers = [self._tags[element] for element in elements]
        few = counts[0] if counts.count(counts[0]) == len(counts) else None
        tags = Tags([element[1:] for element in elements], numbers, counts, few)
        return tags if tags.rising() else None

    def _learn(self, elements: list[bytes]) -> bool:
        """Learn the numbers of tags, each behind the last byte of its length; False where one is unusual."""
        texts = [element[1:] for element in elements]
        lengths = [*map(len, texts)]
        if (
            min(lengths) == 0
            or max(lengths) > _LONGEST_TAG
            or [element[0] for element in elements] != lengths
            or b"".join(texts).translate(None, _PLAIN)
        ):
            return False
        self._tags.update(zip(elements, [sha256(text).digest()[:8] for text in texts], strict=True))
        return True
