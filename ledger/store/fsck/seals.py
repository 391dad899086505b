"""Opening every sealed payload of a range, and checking what hangs on its content: idempotency keys and recordings.

Guarantees: a payload counts only when it opens under its key and reproduces the entry's commitment; what is missing, or
cannot be opened because a half is gone, is handed to ``joining``, which knows whether an entry says why. Where the
halves cannot be read at all, nothing is said about seals but that. Payloads are streamed: one is held at a time.
"""

from collections import Counter
from contextlib import closing
from typing import Any

from psycopg import Connection

from ledger.keys.errors import HalfDestroyedError, HalfUnknownError, SecretDamagedError
from ledger.keys.ports import HalfStore
from ledger.log import canonical
from ledger.log.blob import MEMBER, BlobReference
from ledger.log.errors import FormatError, SealError, UnknownFormatError
from ledger.log.seal import derive_data_key, half_check
from ledger.store.blobs import BlobMissingError, BlobStore, BlobStoreError
from ledger.store.custody import ChainSecret
from ledger.store.fsck.blocks import PayloadBlock, payload_blocks
from ledger.store.fsck.findings import Code
from ledger.store.fsck.marks import Content
from ledger.store.fsck.opening import Opener, open_all
from ledger.store.fsck.tasks import LISTED, Place, RangeReport, RangeTask, Unopened
from ledger.store.fsck.wanted import Pair, Wanted

_NAMES_BLOB = b'"' + MEMBER.encode() + b'"'
_KNOWN = 4_096
_FEW = 4
"""Up to so many parts of a range are read one after the other: their names need not come with each row then."""


class SealChecker:
    """Opens the payloads of one log's ranges."""

    def __init__(self, place: Place) -> None:
        """Open what this place holds; raise KeysError where the halves cannot be read."""
        self._place = place
        self._halves: HalfStore | None = None if place.halves is None else place.halves()
        self._blobs = None if place.blobs is None else BlobStore(place.blobs)
        self._known_halves: dict[str, bytes | None] = {}
        self._known_openers: dict[tuple[str, str], Opener | None] = {}
        self._known_secrets: dict[str, ChainSecret | None] = {}

    def check(self, connection: Connection[Any], task: RangeTask, report: RangeReport, wanted: Wanted) -> None:
        """Read the range's payloads; put what became of them into ``report``."""
        parts = sorted({pair.part for pair in wanted.pairs.values()}) if "payload" not in self._place.missing else []
        for group in [[part] for part in parts] if len(parts) <= _FEW else [parts]:
            if self._read(connection, group, task, report, wanted):
                self._read(connection, group, task, report, wanted, alone=True)
        for pair in wanted.pairs.values():
            report.parts[pair.part] += pair.seen
        for position, (body, content) in wanted.marked.items():  # those without a payload, or whose payload is erased
            if not content.sealed:
                self._check_mark(body, content, b"", position, report)
        for offset, missing in enumerate(wanted.pairs_at):
            if missing is None:
                continue
            if task.start + offset in task.removed:
                report.removed += 1
            else:
                self._unopened(missing, task.start + offset, report, there=False)

    def _read(
        self,
        connection: Connection[Any],
        parts: list[str],
        task: RangeTask,
        report: RangeReport,
        wanted: Wanted,
        *,
        alone: bool = False,
    ) -> bool:
        """Open the payloads; tell whether there are such as are read alone."""
        pairs_at, commitments, removed, start = wanted.pairs_at, wanted.commitments, task.removed, task.start
        openers: dict[Pair, Opener | None] = {}
        marked = wanted.marked
        left = False
        with closing(payload_blocks(connection, self._place.schema, parts, start, task.stop, alone=alone)) as blocks:
            for block in blocks:
                if self._open_block(block, openers, task, report, wanted):
                    continue
                positions, stored_parts, payloads = block
                for position, part, sealed in zip(positions, stored_parts, payloads, strict=True):
                    if sealed is None and not alone:
                        left = True
                        continue
                    offset = position - start
                    pair = pairs_at[offset]
                    if pair is None or part != pair.stored_part or sealed is None:
                        self._foreign(position, part, sealed, report, wanted)
                        continue
                    pairs_at[offset] = None
                    pair.seen += 1
                    if position in removed:
                        report.findings.add(Code.PAYLOAD_LEFT, position, pair.chain)
                    opener = openers[pair] if pair in openers else openers.setdefault(pair, self._opener(pair, report))
                    if opener is None:
                        self._unopened(pair, position, report, there=True)
                        continue
                    try:
                        payload = opener.open(sealed, commitments[offset])
                    except SealError as refusal:
                        report.findings.add(Code.SEAL, position, pair.chain, str(refusal).rstrip("."))
                        continue
                    except UnknownFormatError as refusal:
                        if task.later_seals:
                            report.unchecked.add(str(refusal))
                        else:
                            detail = f"{str(refusal).rstrip('.')}, and no entry announces another"
                            report.findings.add(Code.SEAL, position, pair.chain, detail)
                        continue
                    report.opened += 1
                    if marked and position in marked:
                        body, content = marked.pop(position)
                        self._check_mark(body, content, payload, position, report)
                    if _NAMES_BLOB in payload:
                        self._check_blob(payload, position, pair.chain, report)
        return left

    def _open_block(
        self,
        block: PayloadBlock,
        openers: dict[Pair, Opener | None],
        task: RangeTask,
        report: RangeReport,
        wanted: Wanted,
    ) -> bool:
        """Open all payloads of a block at once, where all are as most are; else tell so, and leave them as they are."""
        positions, stored_parts, payloads = block
        offsets = [position - task.start for position in positions]
        pairs = [pair for offset in offsets if (pair := wanted.pairs_at[offset]) is not None]
        sealed = [each for each in payloads if each is not None]
        if (
            not 0 < len(pairs) == len(sealed) == len(set(positions)) == len(positions)
            or not task.removed.isdisjoint(positions)
            or [pair.stored_part for pair in pairs] != stored_parts
        ):
            return False
        seen = Counter(pairs) if pairs.count(pairs[0]) < len(pairs) else {pairs[0]: len(pairs)}
        for pair in seen:
            if pair not in openers:
                openers[pair] = self._opener(pair, report)
        able = [opener for pair in pairs if (opener := openers[pair]) is not None]
        if len(able) != len(pairs):
            return False
        opened = open_all(able, sealed, [wanted.commitments[offset] for offset in offsets])
        if opened is None:
            return False
        for pair, count in seen.items():
            pair.seen += count
        for offset in offsets:
            wanted.pairs_at[offset] = None
        report.opened += len(opened)
        marked = wanted.marked
        if marked:
            for position, payload in zip(positions, opened, strict=True):
                if position in marked:
                    body, content = marked.pop(position)
                    self._check_mark(body, content, payload, position, report)
        if b"".join(opened).find(_NAMES_BLOB) >= 0:
            for payload, position, pair in zip(opened, positions, pairs, strict=True):
                if payload.find(_NAMES_BLOB) >= 0:
                    self._check_blob(payload, position, pair.chain, report)
        return True

    def _foreign(self, position: int, part: bytes, sealed: bytes | None, report: RangeReport, wanted: Wanted) -> None:
        """Name a payload that no entry has, or none in this part."""
        if sealed is None:
            report.findings.add(
                Code.PAYLOAD_FOREIGN, position, None, "it has no sealed bytes, or more than a payload has"
            )
            return
        name = part.decode()
        report.parts[name] += 1
        if position not in wanted.unreadable:
            report.findings.add(Code.PAYLOAD_FOREIGN, position, None, f"in the part {name}")

    def _unopened(self, pair: Pair, position: int, report: RangeReport, *, there: bool) -> None:
        which = Unopened(pair.chain, pair.key, there)
        report.unopened_counts[which] += 1
        listed = report.unopened.setdefault(which, [])
        if len(listed) < LISTED:
            listed.append(position)

    def _opener(self, pair: Pair, report: RangeReport) -> Opener | None:
        names = (pair.chain, pair.key)
        if names in self._known_openers:
            return self._known_openers[names]
        if len(self._known_openers) >= _KNOWN:
            self._known_openers.clear()
        self._known_openers[names] = opener = self._derive(pair, report)
        return opener

    def _derive(self, pair: Pair, report: RangeReport) -> Opener | None:
        chain_half, epoch_half = self._half(pair.chain, report), self._half(pair.key, report)
        if chain_half is None or epoch_half is None:
            return None
        origin = self._place.origin
        data_key = derive_data_key(epoch_half, chain_half, origin=origin, chain=pair.chain, key=pair.key)
        return Opener(data_key, origin=origin, chain=pair.chain, key=pair.key)

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

    def _check_mark(self, body: bytes, content: Content, payload: bytes, position: int, report: RangeReport) -> None:
        """Compare what is kept of the content that came under a caller's key with the entry's content."""
        chain = content.chain
        try:
            secret = self._known_secrets[chain]
        except KeyError:
            if len(self._known_secrets) >= _KNOWN:
                self._known_secrets.clear()
            half = self._half(chain, report)
            secret = None if half is None else ChainSecret.of(self._place.origin, chain, half)
            self._known_secrets[chain] = secret
        if secret is not None and content.body(payload, secret) != body:
            report.findings.add(Code.IDEMPOTENCY, position, chain, "its body is not of this content")

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
