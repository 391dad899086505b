"""Reading records back: entries from the tables, payloads opened, page by page in constant memory."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem, DCBReadResponse, DCBSequencedEvent
from psycopg import Connection, sql

from ledger.keys.errors import HalfDestroyedError, HalfUnknownError
from ledger.log.entry import Entry, parse
from ledger.log.errors import FormatError, LogError
from ledger.store.conditions import possible, select_positions
from ledger.store.connections import Connections
from ledger.store.custody import Custody
from ledger.store.database import named_errors
from ledger.store.errors import LogMissingError
from ledger.store.matching import Matching
from ledger.store.prepare import SUBJECTS_PART, part_of
from ledger.store.record import PayloadState, Recorded

PAGE = 500
_PLACES = 50_000
_PARTS = 32
"""Of how many parts payloads are read with their entries: subjects', and those of days that were met."""
OF_CHAIN = sql.SQL("hashtextextended(chain, 0) = hashtextextended(%(chain)s, 0) AND chain = %(chain)s")
"""The rows of one chain: found by the number that the index has of its name."""


class Reader:
    """Reads one log. Safe to share between threads."""

    def __init__(self, connections: Connections, schema: str, custody: Custody, matching: Matching) -> None:
        """Read through these connections, opening payloads with these keys."""
        self._connections = connections
        self._matching = matching
        self._schema = schema
        self._custody = custody
        self._parts: tuple[str, ...] = (SUBJECTS_PART,)
        name = sql.Identifier(schema)
        self._size = sql.SQL("SELECT size FROM {}.log").format(name)
        self._all = sql.SQL(
            "SELECT position, entry FROM {}.entry WHERE position >= {} AND position < {} ORDER BY position LIMIT {}"
        )
        # Never prepared: planned for the parts that are wanted, it does not touch those of all other days.
        self._sealed = (
            sql.SQL("SELECT position, sealed FROM {}.payload WHERE part = ANY(%s) AND position = ANY(%s)")
            .format(name)
            .as_bytes()
        )
        self._chain = sql.SQL(
            "SELECT position, entry FROM {}.entry WHERE {} AND seq BETWEEN %(first)s AND %(last)s"
            " ORDER BY seq LIMIT %(limit)s"
        ).format(name, OF_CHAIN)
        self._places = sql.SQL(
            "SELECT position FROM {}.entry WHERE {} AND seq BETWEEN %(first)s AND %(last)s ORDER BY seq LIMIT %(limit)s"
        ).format(name, OF_CHAIN)
        self._typed = sql.SQL(
            "SELECT seq, position, entry FROM {}.entry WHERE {} AND seq > %(seq)s AND type = ANY(%(types)s)"
            " ORDER BY seq LIMIT %(limit)s"
        ).format(name, OF_CHAIN)
        self._heads = sql.SQL("SELECT chain, seq FROM {}.chain ORDER BY chain").format(name)
        self._head_at = sql.SQL(
            "SELECT seq, leaf FROM {}.entry WHERE {} AND position < %(size)s ORDER BY seq DESC LIMIT 1"
        ).format(name, OF_CHAIN)
        self._core = sql.SQL(
            "SELECT position, entry FROM {}.entry WHERE chain = 'log' AND type = ANY(%s) AND position >= %s"
            " ORDER BY position LIMIT %s"
        ).format(name)
        self._marks = sql.SQL("SELECT mark, position FROM {}.idempotency WHERE mark = ANY(%s)").format(name)
        self._gone = sql.SQL(
            "SELECT position FROM {s}.entry e WHERE position = ANY(%s) AND ("
            " EXISTS (SELECT FROM {s}.key k WHERE k.key = e.key AND k.destroyed IS NOT NULL)"
            " OR EXISTS (SELECT FROM {s}.chain c WHERE c.chain = e.chain AND c.destroyed IS NOT NULL)"
            " OR EXISTS (SELECT FROM {s}.destroyed_pair d WHERE d.chain = e.chain AND d.key = e.key)"
            " OR EXISTS (SELECT FROM {s}.entry r WHERE r.type = 'payload.removed.v1' AND r.chain = 'log'"
            "     AND (convert_from(r.entry, 'UTF8')::jsonb #>> '{{public,position}}')::bigint = e.position))"
        ).format(s=name)

    def size(self) -> int:
        """Give the number of entries."""
        with named_errors(), self._connections.connection() as connection:
            row = connection.execute(self._size).fetchone()
        if row is None:
            raise LogMissingError("There is no log in this schema: make one with 'shoseki init'.")
        return int(row[0])

    def find(self, chain: str, idempotency_keys: Sequence[str]) -> dict[str, int]:
        """Give where records with these idempotency keys of a chain stand: those that were appended, by key.

        Raises KeysError when the chain's half is not to be had.
        """
        secret = self._custody.chain_secret(chain)
        marks = {secret.mark("key", key.encode()): key for key in idempotency_keys}
        with named_errors(), self._connections.connection() as connection:
            found = connection.execute(self._marks, (list(marks),), binary=True).fetchall()
        return {marks[mark]: position for mark, position in found}

    def find_any(self, wanted: Iterable[tuple[str, str]]) -> bool:
        """Tell whether any of these (chain, idempotency key) pairs was appended; chains without a half hold none."""
        marks = []
        for chain, key in wanted:
            with suppress(HalfUnknownError, HalfDestroyedError):
                marks.append(self._custody.chain_secret(chain).mark("key", key.encode()))
        with named_errors(), self._connections.connection() as connection:
            return connection.execute(self._marks, (marks,)).fetchone() is not None

    def tagged(self, tag: str, types: Sequence[str] = ()) -> Iterator[tuple[int, Recorded]]:
        """Give all records with this tag, of these types if any are named, as of now and in order."""
        query = DCBQuery(items=[DCBQueryItem(types=list(types), tags=[tag])])
        start, before = 0, self.size()
        while page := self.page(query, start, before, PAGE):
            yield from page
            if len(page) < PAGE:
                return
            start = page[-1][0] + 1

    def chain_page(
        self, chain: str, first: int, last: int, limit: int, *, opened: bool = True
    ) -> list[tuple[int, Recorded]]:
        """Give up to ``limit`` records ``first`` … ``last`` of a chain, by their number in it."""
        with named_errors(), self._connections.connection() as connection:
            asked = {"chain": chain, "first": first, "last": last, "limit": limit}
            found = connection.execute(self._chain, asked, binary=True).fetchall()
            return self._records(connection, found, opened=opened)

    def of_types(self, chain: str, types: Sequence[str]) -> Iterator[tuple[int, Recorded]]:
        """Give a chain's records of these types, in order and unopened; what is looked through is that chain alone."""
        seq = 0
        while True:
            with named_errors(), self._connections.connection() as connection:
                asked = {"chain": chain, "seq": seq, "types": list(types), "limit": PAGE}
                found = connection.execute(self._typed, asked, binary=True).fetchall()
                page = self._records(connection, [(position, entry) for _, position, entry in found], opened=False)
            yield from page
            if len(found) < PAGE:
                return
            seq = found[-1][0]

    def chain_positions(self, chain: str, first: int, last: int) -> Iterator[int]:
        """Give the positions of the records ``first`` … ``last`` of a chain, rising."""
        while True:
            with named_errors(), self._connections.connection() as connection:
                asked = {"chain": chain, "first": first, "last": last, "limit": _PLACES}
                found = connection.execute(self._places, asked).fetchall()
            yield from (row[0] for row in found)
            if len(found) < _PLACES:
                return
            first += _PLACES

    def head_at(self, chain: str, size: int) -> tuple[int, bytes] | None:
        """Give number and leaf hash of a chain's newest entry when the log had ``size`` entries."""
        with named_errors(), self._connections.connection() as connection:
            row = connection.execute(self._head_at, {"chain": chain, "size": size}, binary=True).fetchone()
        return None if row is None else (row[0], row[1])

    def chains(self) -> list[tuple[str, int]]:
        """Give all chains with the number of their entries, by name."""
        with named_errors(), self._connections.connection() as connection:
            return connection.execute(self._heads).fetchall()

    def core_entries(self, types: Sequence[str]) -> Iterator[tuple[int, bytes]]:
        """Give the entries of chain ``log`` of these types, as stored, by position."""
        start = 0
        while True:
            with named_errors(), self._connections.connection() as connection:
                found = connection.execute(self._core, (list(types), start, PAGE), binary=True).fetchall()
            yield from found
            if len(found) < PAGE:
                return
            start = found[-1][0] + 1

    def inside(self, items: Sequence[DCBQueryItem]) -> "Inside":
        """Give all records that match any of these items, each of which names a tag; raise LogMissingError."""
        parts = self._parts
        size, found = self._matching.find(items, parts)
        places: list[list[int]] = [[] for _ in items]
        for each in found:
            places[each.item].append(each.position)
        boxes = {each.position: each.sealed for each in sorted(found, key=lambda each: each.position)}
        entries = {each.position: each.entry for each in found}
        records, sealed = _parsed((position, entries[position]) for position in boxes)
        # Of a part that was not asked for nothing has come, and the next time it is asked for.
        others = {each: entry for each, entry in sealed.items() if part_of(entry.key or "") not in parts}
        if others:
            named = dict.fromkeys([SUBJECTS_PART, *(part_of(entry.key or "") for entry in others.values()), *parts])
            self._parts = tuple(named)[:_PARTS]
            with named_errors(), self._connections.connection() as connection:
                boxes |= self._boxes(connection, others)
        if unopened := self._open(records, sealed, boxes):
            with named_errors(), self._connections.connection() as connection:
                self._tell_erased(connection, records, unopened)
        return Inside(size, records, places)

    def page(
        self, query: DCBQuery | None, start: int, before: int, limit: int, *, opened: bool = True
    ) -> list[tuple[int, Recorded]]:
        """Give up to ``limit`` matching records of positions ``start`` … ``before`` − 1, in order."""
        if query is not None and (query := possible(query)) is None:
            return []
        positions = select_positions(self._schema, query, start, before, limit)
        name = sql.Identifier(self._schema)
        if positions is None:
            statement = self._all.format(name, sql.Literal(start), sql.Literal(before), sql.Literal(limit))
        else:
            statement = sql.SQL(
                "SELECT position, entry FROM {}.entry WHERE position IN ({}) ORDER BY position LIMIT {}"
            ).format(name, positions, sql.Literal(limit))
        with named_errors(), self._connections.connection() as connection:
            found = connection.execute(statement, binary=True).fetchall()
            return self._records(connection, found, opened=opened)

    def _records(
        self, connection: Connection[Any], found: Iterable[tuple[int, bytes]], *, opened: bool
    ) -> list[tuple[int, Recorded]]:
        records, sealed = _parsed(found)
        if sealed and opened:
            unopened = self._open(records, sealed, self._boxes(connection, sealed))
            self._tell_erased(connection, records, unopened)
        return list(records.items())

    def _boxes(self, connection: Connection[Any], entries: dict[int, Entry]) -> dict[int, bytes | None]:
        parts = {part_of(entry.key) for entry in entries.values() if entry.key is not None}
        values = (list(parts), list(entries))
        return dict(connection.execute(self._sealed, values, prepare=False, binary=True).fetchall())

    def _open(
        self, records: dict[int, Recorded], entries: dict[int, Entry], boxes: dict[int, bytes | None]
    ) -> list[int]:
        """Open the payloads; give the positions of those that do not open."""
        return [each for each, entry in entries.items() if not self._unseal(records[each], entry, boxes.get(each))]

    def _tell_erased(self, connection: Connection[Any], records: dict[int, Recorded], unopened: list[int]) -> None:
        if unopened:
            for (position,) in connection.execute(self._gone, (unopened,)):
                records[position].state = PayloadState.ERASED

    def _unseal(self, record: Recorded, entry: Entry, sealed: bytes | None) -> bool:
        record.state = PayloadState.ABSENT
        assert entry.key is not None
        assert entry.commitment is not None
        if sealed is None:
            return False
        data_key = self._custody.for_opening(entry.chain, entry.key)
        if data_key is None:
            return False
        try:
            record.salt, record.data = data_key.sealer.open(sealed, entry.commitment)
        except LogError:
            return False
        record.state = PayloadState.OPEN
        return True


def _parsed(found: Iterable[tuple[int, bytes]]) -> tuple[dict[int, Recorded], dict[int, Entry]]:
    """Give the records of entries, by position, and the entries of those that have a payload."""
    records: dict[int, Recorded] = {}
    sealed: dict[int, Entry] = {}
    for position, data in found:
        try:
            entry = parse(data)
        except FormatError:
            # Somebody changed the stored bytes: told as it stands, and the full check names it.
            records[position] = Recorded("", b"", [], state=PayloadState.ABSENT, entry=data)
            continue
        records[position] = _recorded(entry, data)
        if entry.key is not None:
            sealed[position] = entry
    return records, sealed


def _recorded(entry: Entry, data: bytes) -> Recorded:
    return Recorded(
        type=entry.type,
        data=b"",
        tags=list(entry.tags),
        chain=entry.chain,
        seq=entry.seq,
        at=entry.at,
        key=entry.key,
        public=entry.public,
        state=PayloadState.NONE,
        entry=data,
    )


@dataclass(frozen=True, slots=True)
class Inside:
    """What was found: all that stands before ``size`` or at a position here, and where each item's is."""

    size: int
    records: dict[int, Recorded]
    places: list[list[int]]


class ReadResponse(DCBReadResponse):
    """Matching events of one moment, fetched as they are read. Positions are the entry's + 1."""

    def __init__(self, reader: Reader, query: DCBQuery | None, after: int | None, limit: int | None) -> None:
        """Fix the moment: what is appended later is not in this response."""
        self._limited = limit is not None
        self._size = reader.size()
        self._head: int | None = None if self._limited else (self._size or None)
        self._events = self._read(reader, query, after or 0, limit)

    @property
    def head(self) -> int | None:
        """Give the last position of the log at that moment, or with a limit that of the last event read."""
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        """Give the next event."""
        return next(self._events)

    def _read(
        self, reader: Reader, query: DCBQuery | None, start: int, limit: int | None
    ) -> Iterator[DCBSequencedEvent]:
        left = limit
        while left is None or left > 0:
            wanted = PAGE if left is None else min(PAGE, left)
            page = reader.page(query, start, self._size, wanted)
            for position, record in page:
                if self._limited:
                    self._head = position + 1
                yield DCBSequencedEvent(event=record, position=position + 1)
            if len(page) < wanted:
                return
            start = page[-1][0] + 1
            left = None if left is None else left - len(page)
