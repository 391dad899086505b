"""Opening every sealed payload of a range, and checking the recordings that payloads name.

Guarantees: a payload counts only when it opens under its key and reproduces the entry's commitment; what is missing, or
cannot be opened because a half is gone, is handed to ``joining``, which knows whether an entry says why. Where the
halves cannot be read at all, nothing is said about seals but that. Payloads are streamed: one is held at a time.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Any

from psycopg import Connection, sql

from ledger.keys.errors import HalfDestroyedError, HalfUnknownError, SecretDamagedError
from ledger.keys.ports import HalfStore
from ledger.log import canonical
from ledger.log.blob import MEMBER, BlobReference
from ledger.log.errors import FormatError, SealError, UnknownFormatError
from ledger.log.seal import Sealer, derive_data_key, half_check
from ledger.store.blobs import BlobMissingError, BlobStore, BlobStoreError
from ledger.store.fsck.copy_out import copy_out
from ledger.store.fsck.entries import Pair, Wanted
from ledger.store.fsck.findings import Code
from ledger.store.fsck.tasks import LISTED, Place, RangeReport, RangeTask, Unopened

_HEAD = Struct(">hiqi")
_FIELDS = 3
_NAMES_BLOB = b'"' + MEMBER.encode() + b'"'
_KNOWN = 4_096
_SELECT = sql.SQL(
    "SELECT position, sealed, part FROM {}.payload WHERE part IN ({}) AND position >= {} AND position < {}"
    " ORDER BY position"
)


class SealChecker:
    """Opens the payloads of one log's ranges."""

    def __init__(self, place: Place) -> None:
        """Open what this place holds; raise KeysError where the halves cannot be read."""
        self._place = place
        self._halves: HalfStore | None = None if place.halves is None else place.halves()
        self._blobs = None if place.blobs is None else BlobStore(place.blobs)
        self._known_halves: dict[str, bytes | None] = {}
        self._known_sealers: dict[tuple[str, str], Sealer | None] = {}

    def check(self, connection: Connection[Any], task: RangeTask, report: RangeReport, wanted: Wanted) -> None:
        """Read the range's payloads; put what became of them into ``report``."""
        parts = sorted({pair.part for pair in wanted.pairs.values()})
        by_offset = wanted.by_offset
        if parts:
            query = _SELECT.format(
                sql.Identifier(self._place.schema),
                sql.SQL(", ").join(sql.Literal(part) for part in parts),
                sql.Literal(task.start),
                sql.Literal(task.stop),
            ).as_bytes(connection)
            self._read(copy_out(connection, query), task, report, wanted)
        for pair in wanted.pairs.values():
            report.parts[pair.part] += pair.seen
        for offset, missing in enumerate(by_offset):
            if missing is not None:
                self._unopened(missing[0], task.start + offset, report, there=False)

    def _read(self, rows: Iterator[bytes], task: RangeTask, report: RangeReport, wanted: Wanted) -> None:
        by_offset, start, size, removed = wanted.by_offset, task.start, _HEAD.size, task.removed
        add = report.findings.add
        pair: Pair | None = None
        sealer: Sealer | None = None
        for row in rows:
            fields, _, position, length = _HEAD.unpack_from(row)
            if fields != _FIELDS or length < 0:
                add(Code.PAYLOAD_FOREIGN, position, None, "it has no sealed bytes")
                continue
            sealed = row[size : size + length]
            expected = by_offset[position - start]
            if expected is None or not row.endswith(expected[0].part_field, size + length):
                part = row[size + length + 4 :].decode()
                report.parts[part] += 1
                if position not in wanted.unreadable:
                    add(Code.PAYLOAD_FOREIGN, position, None, f"in the part {part}")
                continue
            by_offset[position - start] = None
            if position in removed:
                add(Code.PAYLOAD_LEFT, position, expected[0].chain)
            if expected[0] is not pair:
                pair = expected[0]
                sealer = self._sealer(pair, report)
            pair.seen += 1
            if sealer is None:
                self._unopened(pair, position, report, there=True)
                continue
            try:
                _, payload = sealer.open(sealed, expected[1])
            except SealError as refusal:
                add(Code.SEAL, position, pair.chain, str(refusal).rstrip("."))
                continue
            except UnknownFormatError as refusal:
                report.unchecked.add(str(refusal))
                continue
            report.opened += 1
            if _NAMES_BLOB in payload:
                self._check_blob(payload, position, pair.chain, report)

    def _unopened(self, pair: Pair, position: int, report: RangeReport, *, there: bool) -> None:
        which = Unopened(pair.chain, pair.key, there)
        report.unopened_counts[which] += 1
        listed = report.unopened.setdefault(which, [])
        if len(listed) < LISTED:
            listed.append(position)

    def _sealer(self, pair: Pair, report: RangeReport) -> Sealer | None:
        names = (pair.chain, pair.key)
        if names in self._known_sealers:
            return self._known_sealers[names]
        if len(self._known_sealers) >= _KNOWN:
            self._known_sealers.clear()
        self._known_sealers[names] = sealer = self._derive(pair, report)
        return sealer

    def _derive(self, pair: Pair, report: RangeReport) -> Sealer | None:
        chain_half, epoch_half = self._half(pair.chain, report), self._half(pair.key, report)
        if chain_half is None or epoch_half is None:
            return None
        origin = self._place.origin
        data_key = derive_data_key(epoch_half, chain_half, origin=origin, chain=pair.chain, key=pair.key)
        return Sealer(data_key, origin=origin, chain=pair.chain, key=pair.key)

    def _half(self, half_id: str, report: RangeReport) -> bytes | None:
        """Give a half; None where it is gone, or cannot be had at present, which is then said."""
        if half_id in self._known_halves:
            return self._known_halves[half_id]
        if len(self._known_halves) >= _KNOWN:
            self._known_halves.clear()
        half = None
        if self._halves is not None:
            try:
                half = self._halves.open(half_id)
            except (HalfUnknownError, HalfDestroyedError):
                pass
            except SecretDamagedError as error:
                report.unchecked.add(str(error))
        if half is not None:
            report.halves[half_id] = half_check(self._place.origin, half_id, half)
        self._known_halves[half_id] = half
        return half

    def _check_blob(self, payload: bytes, position: int, chain: str, report: RangeReport) -> None:
        """Check the recording that a payload's ``data`` names, if it is such a payload."""
        try:
            document = canonical.load(payload)
        except FormatError:
            return  # payloads are opaque to the log; this one is no JSON
        data = document.get("data") if isinstance(document, dict) else None
        if not isinstance(data, dict) or MEMBER not in data:
            return
        try:
            reference = BlobReference.parse(data[MEMBER])
            report.blobs.add(data[MEMBER]["id"])
        except FormatError as error:
            report.findings.add(Code.BLOB_FORM, position, chain, str(error).rstrip("."))
            return
        if reference is None:
            return
        if self._blobs is None:
            report.unchecked.add("The recordings were not checked: no folder of recordings was given.")
            return
        try:
            self._blobs.check(reference)
            report.blobs_checked += 1
        except BlobMissingError:
            report.findings.add(Code.BLOB_ABSENT, position, chain, reference.id)
        except SealError as error:
            report.findings.add(Code.BLOB, position, chain, str(error).rstrip("."))
        except BlobStoreError as error:
            report.unchecked.add(str(error))
