"""The tables beside the entries: what they say must be what the entries say.

Guarantees: every row of ``log``, ``chain``, ``key``, ``destroyed_pair``, ``idempotency`` and of the payloads is
accounted for; where a fingerprint or a count differs, the positions are looked up and named. Leaves to others: the
entries themselves.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import Connection, sql

from ledger.keys.ports import HalfStore
from ledger.log.core_entry import (
    HEADS_SEALED,
    KEY_ADDED,
    KEY_DESTROYED,
    KEY_RETIRED,
    PAYLOAD_REMOVED,
    parse_destruction,
    parse_heads,
    parse_key_change,
    parse_removed_position,
)
from ledger.log.entry import MAX_ENTRY_BYTES, Entry, parse
from ledger.log.errors import LogError
from ledger.log.heads import Head
from ledger.log.note import parse_vkey
from ledger.log.policy import LogKey
from ledger.store.errors import LogMissingError, WrongLogError
from ledger.store.fsck.findings import KEPT, Code
from ledger.store.fsck.joining import DESTRUCTION_CONFIRMED, Foreknown, Join
from ledger.store.fsck.tasks import RANGE

_PAGE = 5_000
_FORMAT_ADDED = "log.format_added.v1"
_AHEAD = (
    "log.created.v1",
    KEY_ADDED,
    KEY_RETIRED,
    HEADS_SEALED,
    KEY_DESTROYED,
    DESTRUCTION_CONFIRMED,
    PAYLOAD_REMOVED,
    _FORMAT_ADDED,
)
_BLOCK = 8_192


class Tables:
    """Reads one log's tables in the snapshot of a connection."""

    def __init__(self, connection: Connection[Any], schema: str) -> None:
        """Read through a connection whose transaction is open."""
        self._connection = connection
        self._schema = schema

    def size(self, origin: str) -> int:
        """Give the number of entries that this log's row tells; raise LogMissingError, WrongLogError."""
        rows = self._rows("SELECT left(origin, 300), size FROM {s}.log ORDER BY size").fetchall()
        sizes = [int(size) for found, size in rows if found == origin]
        if sizes:
            return sizes[-1]
        if rows:
            raise WrongLogError(f"The schema {self._schema} holds the log {rows[0][0]}, not {origin}.")
        if self._rows("SELECT FROM {s}.entry LIMIT 1").fetchone() is None:
            raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
        return 0

    def ranges(self, size: int, join: Join) -> list[tuple[int, int]]:
        """Give the ranges that hold entries, in order; name what stands outside the log's size."""
        # From range to range by the index: to count what is in each would read all of it.
        statement = """
            WITH RECURSIVE range (number) AS (
                (SELECT position / %(range)s FROM {s}.entry WHERE position >= 0 ORDER BY position LIMIT 1)
                UNION ALL
                SELECT (SELECT position / %(range)s FROM {s}.entry WHERE position > number * %(range)s + (%(range)s - 1)
                    ORDER BY position LIMIT 1) FROM range WHERE number IS NOT NULL)
            SELECT number FROM range WHERE number IS NOT NULL ORDER BY number"""
        found = [int(row[0]) for row in self._rows(statement, {"range": RANGE})]
        for (position,) in self._rows("SELECT position FROM {s}.entry WHERE position < 0 LIMIT %s", (KEPT,)):
            join.findings.add(Code.SIZE, position, None, "no position is below 0")
        if self._rows("SELECT FROM {s}.entry WHERE position IS NULL LIMIT 1").fetchone() is not None:
            join.findings.add(Code.SIZE, None, None, "an entry has no position")
        beyond = "SELECT position FROM {s}.entry WHERE position >= %s ORDER BY position LIMIT %s"
        for (position,) in self._rows(beyond, (size, KEPT)):
            join.findings.add(Code.SIZE, position, None, f"no append made it: the log has {size} entries")
        last = self._rows("SELECT max(position) FROM {s}.entry WHERE position >= 0").fetchone()[0]
        highest = -1 if last is None else int(last)
        if highest + 1 != size:
            join.findings.add(Code.SIZE, None, None, f"{size} said, {highest + 1} by the last position")
        return [(number * RANGE, min((number + 1) * RANGE, highest + 1)) for number in found]

    def foreknown(self) -> Foreknown:
        """Read ahead what the other checks need from the start."""
        keys: list[LogKey] = []
        retired: dict[str, int] = {}
        sizes: set[int] = set()
        destroyed, confirmed, removed = set(), set(), set()
        later_format: int | None = None
        statement = (
            "SELECT entry FROM {s}.entry WHERE chain = 'log' AND type = ANY(%s) AND octet_length(entry) <= %s"
            " ORDER BY position"
        )
        with self._connection.cursor("ahead", binary=True) as cursor:
            cursor.itersize = _PAGE
            for (data,) in cursor.execute(self._text(statement), (list(_AHEAD), MAX_ENTRY_BYTES)):
                try:
                    entry = parse(data)
                    match entry.type:
                        case "log.created.v1":
                            keys += [LogKey(parse_vkey(vkey)) for vkey in _texts(entry, "vkeys")]
                        case "log.key_added.v1":
                            change = parse_key_change(entry)
                            keys.append(LogKey(change.key, change.from_size))
                        case "log.key_retired.v1":
                            change = parse_key_change(entry)
                            retired[change.key.text] = change.from_size
                        case "heads.sealed.v1":
                            sizes.add(parse_heads(entry).size)
                        case "key.destroyed.v1":
                            gone = parse_destruction(entry)
                            destroyed.add((gone.chain, gone.key))
                        case "key.destruction_confirmed.v1":
                            gone = parse_destruction(entry)
                            confirmed.add((gone.chain, gone.key))
                        case "log.format_added.v1":
                            later_format = entry.position if later_format is None else later_format
                        case _:
                            removed.add(parse_removed_position(entry))
                except LogError:
                    continue  # named where the entry itself is checked
        return Foreknown(
            tuple(LogKey(each.key, each.from_size, retired.get(each.key.text)) for each in keys),
            tuple(sorted(sizes)),
            frozenset(destroyed),
            frozenset(confirmed),
            frozenset(removed),
            later_format,
        )

    def tag_blocks(self) -> int:
        """Tell how many blocks the table of tags has."""
        row = self._rows("SELECT pg_relation_size(to_regclass(%s))", (f'"{self._schema}".tag',)).fetchone()
        return -(-int(row[0] or 0) // _BLOCK)  # of no table nothing is told

    def check_log(self, join: Join) -> None:
        """Compare the row of the log with its entries; the size is compared with the positions (``ranges``)."""
        statement = """
            SELECT at IS NOT DISTINCT FROM (
                SELECT at FROM {s}.entry WHERE position >= 0 ORDER BY position DESC LIMIT 1
            ) FROM {s}.log"""
        rows = self._rows(statement).fetchall()
        if len(rows) != 1:
            join.findings.add(Code.LOG_TABLE, None, None, f"{len(rows)} rows instead of one")
        if not all(right for (right,) in rows):
            join.findings.add(Code.LOG_TABLE, None, None, "its time is not that of the newest entry")

    def check_chains(self, join: Join) -> None:
        """Compare the table of chains with the heads that the entries leave."""
        statement = "SELECT chain, seq, leaf, half, destroyed FROM {s}.chain"
        seen: set[str] = set()
        with self._connection.cursor("chains", binary=True) as cursor:
            cursor.itersize = _PAGE
            for chain, seq, leaf, half, destroyed in cursor.execute(self._text(statement)):
                if chain in seen:
                    join.findings.add(Code.CHAIN_TABLE, None, chain, "it is there twice")
                seen.add(chain)
                announced = join.chains.get(chain)
                differ = [
                    name
                    for name, right in (
                        ("head", join.heads.get(chain) == Head(seq, leaf)),
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
        """Compare the tables of keys and of destroyed pairs with what the entries say."""
        stored = {}
        for key, half, created, destroyed in self._rows("SELECT key, half, created, destroyed FROM {s}.key"):
            if key in stored:
                join.findings.add(Code.KEY_TABLE, None, None, f"{key}, which is there twice")
            stored[key] = (created, half, destroyed)
        said = {key: (each.position, each.check, join.destroyed.get((None, key))) for key, each in join.keys.items()}
        for key in sorted(stored.keys() | said.keys(), key=str):
            if stored.get(key) != said.get(key):
                join.findings.add(Code.KEY_TABLE, None, None, "a row without a key" if key is None else key)
        pairs: dict[tuple[str | None, str | None], int] = {}
        for chain, key, at in self._rows("SELECT chain, key, position FROM {s}.destroyed_pair"):
            if (chain, key) in pairs:
                join.findings.add(Code.PAIR_TABLE, None, chain, f"{key}, which is there twice")
            pairs[chain, key] = at
        told = {pair: at for pair, at in join.destroyed.items() if None not in pair}
        for pair in sorted(pairs.keys() | told.keys(), key=str):
            if pairs.get(pair) != told.get(pair):
                join.findings.add(Code.PAIR_TABLE, None, pair[0], str(pair[1]))

    def check_idempotency(self, join: Join) -> None:
        """Name idempotency keys that point to no entry."""
        statement = (
            "SELECT position FROM {s}.idempotency WHERE position < 0 OR position >= %s OR position IS NULL LIMIT %s"
        )
        if join.broken:  # positions are missing in between: look each one up
            statement = (
                "SELECT i.position FROM {s}.idempotency i LEFT JOIN {s}.entry e USING (position)"
                " WHERE e.position IS NULL OR i.position >= %s LIMIT %s"
            )
        for (position,) in self._rows(statement, (join.tree.size, KEPT)):
            join.findings.add(Code.IDEMPOTENCY, position)

    def name_tags(self, join: Join) -> None:
        """Name the positions whose tags differ: called when the fingerprints do."""
        if self._rows("SELECT to_regclass(%s)", (f'"{self._schema}".tag',)).fetchone()[0] is None:
            join.findings.add(Code.TAG_TABLE, None, None, "there is no such table")
            return
        statement = """
            WITH stored AS (SELECT tag, position FROM {s}.tag),
                right_ones AS (
                    SELECT ('x' || left(encode(sha256(convert_to(t, 'UTF8')), 'hex'), 16))::bit(64)::bigint AS tag,
                        position
                    FROM {s}.entry, unnest(tags) AS t)
            SELECT DISTINCT position FROM (
                (TABLE stored EXCEPT ALL TABLE right_ones) UNION ALL (TABLE right_ones EXCEPT ALL TABLE stored)
            ) AS differing ORDER BY position LIMIT %s"""
        positions = [row[0] for row in self._rows(statement, (KEPT,))]
        for position in positions or [None]:
            join.findings.add(Code.TAG_TABLE, position)

    def check_parts(self, join: Join, counts: Mapping[str, int]) -> None:
        """Compare how many payloads each part has with how many belong to entries; name the others."""
        for part in sorted(
            part for part in counts.keys() | join.parts.keys() if counts.get(part, 0) != join.parts[part]
        ):
            statement = (
                "SELECT p.position FROM {s}.payload p LEFT JOIN {s}.entry e USING (position) WHERE p.part = %s AND"
                " (e.key IS NULL OR p.part <> CASE WHEN e.key ~ '^[a-z0-9_]+:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$'"
                " THEN e.key ELSE 'subjects' END) ORDER BY p.position LIMIT %s"
            )
            positions = [row[0] for row in self._rows(statement, (part, KEPT))]
            for position in positions or [None]:
                join.findings.add(Code.PAYLOAD_FOREIGN, position, None, f"in the part {part}")

    def _rows(self, statement: str, parameters: tuple[Any, ...] | dict[str, Any] | None = None) -> Any:
        return self._connection.execute(self._text(statement), parameters)

    def _text(self, statement: str) -> sql.Composed:
        return sql.SQL(statement).format(s=sql.Identifier(self._schema))


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


def _texts(entry: Entry, name: str) -> list[str]:
    value = entry.public.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
