"""What the whole log's tables say: its size, where its entries are, what must be known ahead of them; tags and parts.

Guarantees: where the fingerprint of the tags or the count of a part's payloads differs, the positions are looked up and
named. Leaves to others: the entries themselves, the tables of chains and keys (``key_tables``), the row of the log
(``clock_mark``), idempotency keys (``marks``).
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

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
from ledger.log.note import parse_vkey
from ledger.log.policy import LogKey
from ledger.store.errors import LogMissingError, WrongLogError
from ledger.store.fsck.findings import KEPT, Code
from ledger.store.fsck.joining import DESTRUCTION_CONFIRMED, Foreknown, Join
from ledger.store.fsck.source import Source
from ledger.store.fsck.tasks import RANGE
from ledger.store.tag_rows import SPAN

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
_SAID = "SELECT left(origin, 300), size FROM {s}.log ORDER BY origin <> %s, size DESC NULLS LAST LIMIT 1"
_ONE_ENTRY = "SELECT entry FROM {s}.entry WHERE position = %s AND octet_length(entry) <= %s LIMIT 1"
_CORE_ENTRIES = """
    SELECT position, entry FROM {s}.entry WHERE chain = 'log' AND type = ANY(%s) AND octet_length(entry) <= %s
    ORDER BY position"""
_CORE_POSITIONS = """
    SELECT position FROM {s}.entry WHERE chain = 'log' AND type = ANY(%s) AND position > %s ORDER BY position"""
_BLOCK = 8_192


class Tables:
    """Reads one log's tables in the snapshot of a connection."""

    def __init__(self, source: Source) -> None:
        """Read through this."""
        self._source = source
        self._rows = source.rows

    def size(self, origin: str, *, begun: bool) -> int:
        """Give the number of entries that this log's row tells, or 0; raise LogMissingError, WrongLogError.

        ``begun`` tells that there was a log, whatever is left of it: something of it was signed.
        """
        if self._source.has("log"):
            row = self._source.attempt("log", lambda: self._rows(_SAID, (origin,)).fetchone(), None, needed=True)
            if row is not None and row[0] != origin and not self._begins(origin):
                raise WrongLogError(f"The schema {self._source.schema} holds the log {row[0]}, not {origin}.")
            if row is not None:
                return int(row[1] or 0)
        none = self._source.has("log", "entry") and self._source.attempt("entry", self._is_empty, False, needed=True)
        if none and not begun:
            raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
        return 0

    def _is_empty(self) -> bool:
        return self._rows("SELECT FROM {s}.entry LIMIT 1").fetchone() is None

    def _begins(self, origin: str) -> bool:
        """Tell whether the first entry is of the log, or cannot be told from it: then its row was changed."""
        if not self._source.has("entry"):
            return False
        of_log: list[Any] = []
        row = self._source.attempt("entry", lambda: self._rows(_ONE_ENTRY, (0, MAX_ENTRY_BYTES)).fetchall(), of_log)
        with suppress(LogError):
            return row is of_log or (bool(row) and parse(row[0][0]).origin == origin)
        return False

    def ranges(self, size: int, join: Join) -> list[tuple[int, int]]:
        """Give the ranges that hold entries, in order; name what stands outside the log's size."""
        if not self._source.has("entry"):
            return []
        return self._source.attempt("entry", lambda: self._ranges(size, join), [], needed=True)

    def _ranges(self, size: int, join: Join) -> list[tuple[int, int]]:
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
        last = self._rows("SELECT max(position) FROM {s}.entry WHERE position >= 0").fetchone()[0]
        highest = -1 if last is None else int(last)
        if not self._source.has("log"):
            size = highest + 1  # nothing else is said
        beyond = "SELECT position FROM {s}.entry WHERE position >= %s ORDER BY position LIMIT %s"
        for (position,) in self._rows(beyond, (size, KEPT)):
            join.findings.add(Code.SIZE, position, None, f"no append made it: the log has {size} entries")
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
        if self._source.has("entry"):
            for data in self._ahead():
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

    def _ahead(self) -> Iterator[bytes]:
        """Give the entries that are read ahead; those that can be given, one by one, where they are not all."""
        last = -1
        for position, data in self._source.pages("ahead", _CORE_ENTRIES, "entry", (list(_AHEAD), MAX_ENTRY_BYTES)):
            last = position
            yield data
        if not self._source.refused("entry"):
            return
        for (position,) in self._source.pages("rest", _CORE_POSITIONS, "entry", (list(_AHEAD), last)):
            for (data,) in self._source.few("entry", _ONE_ENTRY, (position, MAX_ENTRY_BYTES)):
                yield data

    def tag_blocks(self) -> int:
        """Tell how many blocks the table of tags has."""
        if not self._source.has("tag"):
            return 0
        row = self._rows("SELECT pg_relation_size(to_regclass(%s))", (f'"{self._source.schema}".tag',)).fetchone()
        return -(-int(row[0] or 0) // _BLOCK)

    def name_tags(self, join: Join) -> None:
        """Name the positions whose tags differ, or else the last ones of rows that no append made."""
        statement = """
            WITH stored AS (
                    SELECT tag, position FROM {s}.tag UNION ALL SELECT tag, unnest(before) FROM {s}.tag),
                right_ones AS (
                    SELECT ('x' || left(encode(sha256(convert_to(t, 'UTF8')), 'hex'), 16))::bit(64)::bigint AS tag,
                        position
                    FROM {s}.entry, unnest(tags) AS t)
            SELECT DISTINCT position FROM (
                (TABLE stored EXCEPT ALL TABLE right_ones) UNION ALL (TABLE right_ones EXCEPT ALL TABLE stored)
            ) AS differing WHERE position IS NOT NULL ORDER BY position LIMIT %s"""
        grouped = """
            SELECT DISTINCT position FROM {s}.tag t WHERE before IS NOT NULL AND (
                before = '{{}}' OR before <> ARRAY(
                    SELECT DISTINCT place FROM unnest(before) AS place
                    WHERE place < position AND place > position::numeric - %s ORDER BY place)
                OR EXISTS (SELECT FROM {s}.tag o
                    WHERE o.tag = t.tag AND o.position >= t.before[1] AND o.position < t.position)
            ) ORDER BY position LIMIT %s"""
        found = self._rows(statement, (KEPT,)).fetchall() or self._rows(grouped, (SPAN, KEPT)).fetchall()
        positions = [row[0] for row in found]
        for position in positions or [None]:
            join.findings.add(Code.TAG_TABLE, position)

    def check_parts(self, counts: Mapping[str, int], join: Join) -> None:
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


def _texts(entry: Entry, name: str) -> list[str]:
    value = entry.public.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
