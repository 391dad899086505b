"""Comparing hundreds of entries at once with what their columns, links and kinds spell.

Guarantees: entries that ``compare`` takes are each the bytes spelled from its own columns, its kind and the entry
before it in its chain, hash to their leaves, have tags in order and a commitment that is one, rise in time, and are of
one day, that of their keys: all that the parser would have found right. It takes all or none, and changes nothing.
Leaves to others: naming what is wrong (``entries``).
"""

from binascii import hexlify, unhexlify
from collections.abc import Sequence
from datetime import datetime
from struct import Struct
from typing import NamedTuple

from ledger.keys.classes import day_of
from ledger.log.errors import FormatError
from ledger.log.members import format_at
from ledger.store.fsck.blocks import TIME_BYTES, EntryBlock
from ledger.store.fsck.fields import moment_of, numbers_between
from ledger.store.fsck.kinds import Kind, Tags
from ledger.store.fsck.tasks import Stretch
from ledger.store.fsck.wanted import Pair

_HEX_DIGITS = b"0123456789abcdef"
_HOUR = len("2026-11-22T09")
_digits = Struct("64s").iter_unpack
_values = Struct(f"{TIME_BYTES}s").iter_unpack


class Moment(NamedTuple):
    """A time as a column has it, as an entry tells it, and as what is hashed of the entry begins; and its day."""

    value: bytes
    text: bytes
    spelled: bytes
    day: str


class Moments:
    """Spells times, and remembers the days of their hours."""

    def __init__(self) -> None:
        """Know no day yet."""
        self._days: dict[str, str] = {}

    def of(self, value: bytes) -> Moment | None:
        """Give the moment that a column tells; None where an entry cannot tell it."""
        try:
            moment = moment_of(value)
            text = format_at(moment)
        except (OverflowError, FormatError):
            return None
        spelled = text.encode()
        return Moment(value, spelled, b'\0{"at":"' + spelled, self._day(text[:_HOUR], moment))

    def _day(self, hour: str, moment: datetime) -> str:
        day = self._days.get(hour)
        if day is None:
            day = self._days[hour] = day_of(moment)
        return day


class Known(NamedTuple):
    """What an entry has in common with those before it in a range."""

    before: bytes
    after: bytes
    tail: bytes
    commitment: slice
    kind: Kind
    stretch: Stretch
    pair: Pair | None

    @classmethod
    def of(cls, kind: Kind, stretch: Stretch, pair: Pair | None) -> "Known":
        """Spread out what of a kind stands in an entry."""
        return cls(kind.before, kind.after, kind.tail, kind.commitment, kind, stretch, pair)


class Alike(NamedTuple):
    """What entries show that were taken: the time of the last, their commitments, and each chain's last entry."""

    now: Moment
    commitments: list[bytes]
    heads: dict[Stretch, tuple[bytes, int]]
    kinds: tuple[Kind, ...]
    pairs: tuple[Pair | None, ...]


def compare(
    block: EntryBlock, leaves: Sequence[bytes], known: Sequence[Known], tags: Tags, now: Moment, moments: Moments
) -> Alike | None:
    """Compare entries that follow each other; ``leaves`` are what they hash to. None where one is not as spelled."""
    hashes = b"".join(leaves)
    told = _times(block.ats, now, moments)
    if told is None or block.leaves != hashes:
        return None
    times, last = told
    befores, afters, tails, places, kinds, stretches, pairs = zip(*known, strict=True)
    if not {each.day for each in {*pairs} if each is not None} <= {None, last.day}:
        return None
    before = {each: hexlify(each.last_leaf) for each in {*stretches}}
    seqs = {each: each.last_seq + 1 for each in before}
    prevs = []
    for stretch, seq, (leaf,) in zip(stretches, block.seqs, _digits(hexlify(hashes)), strict=True):
        if seqs[stretch] != seq:
            return None
        seqs[stretch] = seq + 1
        prevs.append(before[stretch])
        before[stretch] = leaf
    commitments = [data[place] for data, place in zip(block.hashed, places, strict=True)]
    if b"".join(commitments).translate(None, _HEX_DIGITS):
        return None
    # What is spelled has zero bytes only where an entry begins: entries that are the same one behind the other are the
    # same each.
    columns = [
        times,
        befores,
        commitments,
        afters,
        numbers_between(b"", block.positions, b',"prev":"'),
        prevs,
        numbers_between(b'","public":{},"seq":', block.seqs, b',"tags":['),
        *tags.columns(),
        tails,
    ]
    spelled = [b""] * (len(columns) * len(leaves))
    for at, column in enumerate(columns):
        spelled[at :: len(columns)] = column
    if b"".join(spelled) != b"".join(block.hashed):
        return None
    heads = {each: (unhexlify(leaf), seqs[each] - 1) for each, leaf in before.items()}
    return Alike(last, commitments, heads, kinds, pairs)


def _times(ats: bytes, now: Moment, moments: Moments) -> tuple[list[bytes], Moment] | None:
    """Spell times that rise from ``now`` on, or stay, all of one day; None for others."""
    count = len(ats) // TIME_BYTES
    if ats == now.value * count:
        return [now.spelled] * count, now
    day = None
    spelled = []
    for (at,) in _values(ats):
        if at != now.value:
            then = moments.of(at)
            if then is None or then.text <= now.text:
                return None
            now = then
        if now.day != day:
            if day is not None:
                return None
            day = now.day
        spelled.append(now.spelled)
    return spelled, now
