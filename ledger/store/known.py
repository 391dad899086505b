"""What the log says of chains and keys, as the sequencer remembers it from one transaction to the next.

The memory counts only while the log's size is the one that it was made at: another writer's entry makes it void.
Everything that must not be appended is refused here, before any record of a request gets its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.keys.classes import CLASSES
from ledger.log.canonical import MAX_INTEGER
from ledger.log.entry import LOG_CHAIN, NO_PREV
from ledger.store import rows
from ledger.store.entry_times import EntryTime
from ledger.store.errors import KeyGoneError, LogDamagedError, RecordRefusedError
from ledger.store.group import DayIsOverError, Group, Request
from ledger.store.prepare import Prepared, Shared
from ledger.store.rows import read_number, read_text
from ledger.store.statements import Statements
from ledger.store.wire import Steps, Wire

_NOTHING: Mapping[str, Any] = {}
_TRUE = b"\x01"
_MOST_WARY = 64
_OPENING = frozenset({"log.created.v1", "chain.created.v1"})


@dataclass(slots=True)
class ChainHead:
    """The newest entry of a chain, the announced check of its half, and whether it was destroyed."""

    seq: int
    leaf: bytes
    half: str
    destroyed: bool


@dataclass(slots=True)
class _Key:
    half: str
    destroyed: bool


Kind = tuple[Shared, str | None, Mapping[str, Any]]
"""What is looked at of a record before it gets its place: what it shares, its chain half's check, what is public."""


def kinds_of(request: Request, several: Sequence[Prepared]) -> list[Kind]:
    """Give the kinds of these records of a request in order; of records that differ in nothing looked at, one."""
    if request.core:
        return [(each.shared, each.chain_check, each.public) for each in several]
    if request.marked:
        alike = dict.fromkeys([(each.shared, each.chain_check) for each in several])
    else:  # what was not sealed yet, too
        alike = dict.fromkeys([(each, each.chain_check) for each in dict.fromkeys(request.shared)])
    return [(shared, check, _NOTHING) for shared, check in alike]


class Known:
    """Chains, keys and destroyed pairs of one log, as far as they were needed."""

    def __init__(self, origin: str, statements: Statements) -> None:
        """Know nothing yet."""
        self._origin = origin
        self._statements = statements
        self._size = -1
        self._leaf = b""  # the newest entry's, where it was appended here
        self.newest: EntryTime | None = None
        """The newest entry's time; None while it has to be asked for."""
        self._alone = 0  # so many transactions found that nobody else had appended before them
        self._wary = 1  # and so many have to, before the next guess
        self.chains: dict[str, ChainHead] = {}
        self._keys: dict[str, _Key] = {}
        self._pairs: set[tuple[str, str]] = set()
        self._unfounded: set[str] = set()
        """Chains whose row names a head that is no entry: asked for each time, until it is put right."""

    def forget(self) -> None:
        """Forget everything: after any failure, and on a new connection."""
        self._size = -1
        self._leaf = b""
        self.newest = None
        self._alone = 0
        self.chains.clear()
        self._keys.clear()
        self._pairs.clear()

    def begin(self, wire: Wire, size: int, boot: str, elapsed: int) -> Steps[None]:
        """Go on in a log of this size, whose newest entry came at this count; what was known at another size is void.

        Raises LogDamagedError where no entry stands before the next one's place.
        """
        if size != self._size:
            self.forget()
            self._size = size
        else:
            self._alone += 1
        at = None if self.newest is None else self.newest.at
        if at is None and size > 0:
            # The row that is locked may be changed by whoever appends; an entry that stands may not.
            wire.send(self._statements.newest, rows.number(size - 1))
            (newest,) = yield from wire.sync()
            at = rows.read_moment(newest[0][0]) if newest and size <= MAX_INTEGER else None
            if at is None:
                self.forget()
                raise LogDamagedError(
                    f"The row of the log tells of {size} entries, and none that can be continued stands at position"
                    f" {size - 1}: nothing was written; run 'shoseki fsck'."
                )
        self.newest = None if at is None else EntryTime(at, boot, elapsed)

    def sent(self, group: Group) -> None:
        """Take what was placed for committed: the log has its size now. What fails afterwards is to be forgotten."""
        self._size = group.position
        self._leaf = group.leaf
        self.newest = EntryTime(group.at, group.boot, group.elapsed)

    def expected(self, requests: Sequence[Request]) -> tuple[int, bytes] | None:
        """Give the log's size and newest leaf if nobody else appends; None where it must be asked for anything."""
        if self._alone < self._wary or not self._leaf or self.newest is None or any(map(any, self._missing(requests))):
            return None
        return self._size, self._leaf

    def guessed(self, *, right: bool) -> None:
        """Guess more readily, or less: each wrong guess costs a round trip and a line in the server's log."""
        self._wary = max(1, self._wary - 1) if right else min(_MOST_WARY, 2 * self._wary)

    def open_chain(self, each: Prepared) -> ChainHead:
        """Give the head of the chain that a record opens."""
        head = self.chains[each.shared.chain] = ChainHead(0, NO_PREV, "", destroyed=False)
        return head

    def load(self, wire: Wire, requests: Sequence[Request]) -> Steps[None]:
        """Remember what the log says of every chain and key that these requests need."""
        self._unfounded.clear()
        chains, keys = self._missing(requests)
        if not chains and not keys:
            return
        names = rows.texts([rows.text_element(key) for key in keys])
        wanted = rows.texts([rows.text_element(chain) for chain in chains])
        wire.send(self._statements.chains, wanted, rows.number(self._size))
        wire.send(self._statements.keys, names)
        wire.send(self._statements.pairs, names)
        found, made, gone = yield from wire.sync()
        for name, seq, leaf, half, destroyed, stands in found:
            chain = read_text(name)
            if stands == _TRUE:
                self.chains[chain] = ChainHead(read_number(seq), leaf or b"", read_text(half), destroyed is not None)
            else:
                self._unfounded.add(chain)
        if LOG_CHAIN in self._unfounded:
            raise _unfounded(LOG_CHAIN)  # announcements go there, whoever appends
        for key, half, destroyed in made:
            self._keys[read_text(key)] = _Key(read_text(half), destroyed is not None)
        self._pairs.update((read_text(chain), read_text(key)) for chain, key in gone)

    def _missing(self, requests: Sequence[Request]) -> tuple[set[str], set[str]]:
        """Give the chains and keys that these requests need and of which nothing is remembered."""
        shared = {each for request in requests for each in request.shared}
        chains = {each.chain for each in shared} | {LOG_CHAIN}
        keys = {each.key for each in shared if each.key is not None}
        keys |= {
            str(each.public["key"])
            for request in requests
            if request.core
            for each in request.prepared
            if "key" in each.public
        }
        return chains - self.chains.keys(), keys - self._keys.keys()

    def check(self, group: Group, kinds: Iterable[Kind]) -> list[Prepared]:
        """Refuse what must not be appended now; give the announcements of keys that are used for the first time."""
        announcements: dict[str, Prepared] = {}
        opened: set[str] = set()
        said: set[tuple[str, str]] = set()
        for shared, chain_check, public in kinds:
            if shared.chain in self._unfounded:
                raise _unfounded(shared.chain)
            chain = self.chains.get(shared.chain)
            if shared.type in _OPENING:
                if chain is not None or (shared.chain, shared.type) in said:
                    raise RecordRefusedError(f"The chain {shared.chain} is there already.")
                opened.add(shared.chain)
                said.add((shared.chain, shared.type))
            elif chain is None and shared.chain not in opened:
                raise RecordRefusedError(f"There is no chain {shared.chain} in this log: register the customer first.")
            if shared.type == "key.created.v1" and public["key"] in self._keys:
                raise RecordRefusedError(f"The key {public['key']} is announced already.")
            if chain is not None and chain.destroyed:
                raise KeyGoneError(f"The chain {shared.chain} was destroyed: nothing can be recorded in it any more.")
            if chain is not None and chain_check is not None and chain_check != chain.half:
                raise KeyGoneError(
                    f"The key half of chain {shared.chain} is not the announced one: restore the halves from the"
                    " backup."
                )
            if shared.key is None:
                continue
            if shared.day is not None and shared.day != group.day:
                raise DayIsOverError(group.at)
            key = self._keys.get(shared.key)
            if key is None:
                announcements.setdefault(shared.key, _announcement(self._origin, shared))
            elif key.destroyed or (shared.chain, shared.key) in self._pairs:
                raise KeyGoneError(f"The key {shared.key} was destroyed: nothing can be sealed under it any more.")
            elif key.half != shared.epoch_check:
                raise KeyGoneError(
                    f"The key half {shared.key} is not the announced one: restore the halves from the backup."
                )
        return list(announcements.values())

    def remember(self, each: Prepared) -> None:
        """Know at once what a core entry says, for the requests that follow in the same group."""
        public: Mapping[str, Any] = each.public
        type_ = each.shared.type
        if type_ == "chain.created.v1":
            # Of the log's own chain the half is announced one entry after its first.
            self.chains[each.shared.chain].half = public["check"]
        elif type_ == "key.created.v1":
            self._keys[public["key"]] = _Key(public["check"], destroyed=False)
        elif type_ == "key.destroyed.v1":
            chain, key = public.get("chain"), public.get("key")
            if chain is not None and key is not None:
                self._pairs.add((chain, key))
            elif chain is not None and chain in self.chains:
                self.chains[chain].destroyed = True
            elif key is not None and key in self._keys:
                self._keys[key].destroyed = True


def _unfounded(chain: str) -> LogDamagedError:
    return LogDamagedError(
        f"The row of the chain {chain} names a newest entry that is not there: nothing was written; run 'shoseki fsck'."
    )


def _announcement(origin: str, used: Shared) -> Prepared:
    """Give the entry that announces a key before its first use."""
    assert used.key is not None
    retain = CLASSES[used.key.partition(":")[0]].retain
    return Prepared.said(origin, "key.created.v1", {"key": used.key, "retain": retain, "check": used.epoch_check})
