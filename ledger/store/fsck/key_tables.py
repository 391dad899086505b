"""The tables of chains, keys and destroyed pairs, and the key halves: what they say must be what the entries say.

Guarantees: every row is accounted for, and every chain, key and pair that the entries tell of has one; rows are
streamed, and what is wider than a name can be is named and never sent: memory grows with what the entries tell, not
with the tables. Leaves to others: what the entries tell (``joining``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.keys.ports import HalfStore
from ledger.log.heads import Head
from ledger.store.fsck.findings import Code
from ledger.store.fsck.joining import Foreknown, Join
from ledger.store.fsck.source import Source

# No id of a chain or key, and no digest, has so many bytes.
_CHAINS = """
    SELECT CASE WHEN octet_length(chain) <= 256 THEN chain END, CASE WHEN octet_length(leaf) <= 256 THEN leaf END,
        CASE WHEN octet_length(half) <= 256 THEN half END, seq, destroyed FROM {s}.chain"""
_KEYS = """
    SELECT CASE WHEN octet_length(key) <= 256 THEN key END, CASE WHEN octet_length(half) <= 256 THEN half END, created,
        destroyed FROM {s}.key"""
_PAIRS = """
    SELECT CASE WHEN octet_length(chain) <= 256 THEN chain END, CASE WHEN octet_length(key) <= 256 THEN key END,
        position FROM {s}.destroyed_pair"""


class KeyTables:
    """Compares the tables of one log with what its entries say."""

    def __init__(self, source: Source) -> None:
        """Read through this."""
        self._source = source

    def check_chains(self, join: Join) -> None:
        """Compare the table of chains with the heads that the entries leave."""
        seen: set[str] = set()
        for chain, leaf, half, seq, destroyed in self._source.stream("chains", _CHAINS):
            head, announced = join.heads.get(chain), join.chains.get(chain)
            if head is None:
                name = "a row without a chain, or with a name wider than any" if chain is None else "no entry is of it"
                join.findings.add(Code.CHAIN_TABLE, None, chain, name)
                continue
            if chain in seen:
                join.findings.add(Code.CHAIN_TABLE, None, chain, "it is there twice")
            seen.add(chain)
            differ = [
                name
                for name, right in (
                    ("head", head == Head(seq, leaf)),
                    ("half", announced is not None and announced.check == half),
                    ("destroyed", join.destroyed.get((chain, None)) == destroyed),
                )
                if not right
            ]
            if differ:
                join.findings.add(Code.CHAIN_TABLE, None, chain, ", ".join(differ))
        if len(seen) != len(join.heads):
            join.findings.add(Code.CHAIN_TABLE, None, None, f"{len(seen)} chains, {len(join.heads)} by the entries")

    def check_keys(self, join: Join) -> None:
        """Compare the table of keys with what the entries announce and destroy."""
        said = {(key,): (each.check, each.position, join.destroyed.get((None, key))) for key, each in join.keys.items()}
        rows = (((key,), rest) for key, *rest in self._source.stream("keys", _KEYS))
        for key, why in _differences(rows, said):
            join.findings.add(Code.KEY_TABLE, None, None, f"{key[0] or 'a row without a key'}{why}")

    def check_pairs(self, join: Join) -> None:
        """Compare the table of destroyed pairs with what the entries order."""
        said = {pair: (at,) for pair, at in join.destroyed.items() if None not in pair}
        rows = (((chain, key), rest) for chain, key, *rest in self._source.stream("pairs", _PAIRS))
        for (chain, key), why in _differences(rows, said):
            join.findings.add(Code.PAIR_TABLE, None, chain, f"{key or 'a row without a key'}{why}")


def _differences(
    rows: Iterator[tuple[Any, list[Any]]], said: Mapping[Any, tuple[Any, ...]]
) -> Iterator[tuple[Any, str]]:
    """Give the names of rows that nothing says, or not so or twice, and at last those that have no row."""
    seen = set()
    for name, stored in rows:
        if name not in said:
            yield name, ", of which no entry tells"
        elif name in seen:
            yield name, ", which is there twice"
        elif said[name] != tuple(stored):
            yield name, ""
        if name in said:
            seen.add(name)
    for name in sorted(said.keys() - seen, key=str):
        yield name, ", which is not there"


def check_halves(join: Join, halves: HalfStore, foreknown: Foreknown) -> None:
    """Compare the key halves with their announcements, and see that those confirmed destroyed are gone.

    Raises KeysError.
    """
    announced = {**join.chains, **join.keys}
    for half_id, check in sorted(join.halves.items()):
        if half_id in announced and announced[half_id].check != check:
            join.findings.add(Code.HALF_OTHER, announced[half_id].position, None, half_id)
    gone = {str(chain or key) for chain, key in foreknown.confirmed if chain is None or key is None}
    if gone:
        for record in halves.list():
            if record.id in gone and record.state == "live":
                join.findings.add(Code.HALF_LEFT, None, None, record.id)
