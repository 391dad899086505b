"""Preparing a record outside the append lock: everything that needs no position is checked, sealed and encoded here."""

import math
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ledger.keys.classes import CLASSES, day_of, is_day_key
from ledger.keys.errors import HalfIdError
from ledger.log import canonical
from ledger.log.entry import CORE_TYPES, LOG_CHAIN, NO_PREV
from ledger.log.errors import FormatError, SealError
from ledger.log.members import check_key
from ledger.log.seal import DRAW_BYTES, Draw, seal_drawn
from ledger.log.template import NO_COMMITMENT, NO_PUBLIC, fill, spell_names, spell_public, spell_tags
from ledger.store.custody import Custody, DataKey, content_mark_input
from ledger.store.errors import RecordRefusedError
from ledger.store.record import Record
from ledger.store.rows import text_field

SUBJECTS_PART = "subjects"
_FEW_TAGS = 100
_REMEMBER_SHARED = 4096
_Names = tuple[str, str, str | None, str | None, str]
_NOTHING: Mapping[str, Any] = {}
_LONGEST_AT = "2026-11-22T00:00:00.000000Z"


class Marks(NamedTuple):
    """Idempotency: what the caller's key and the content amount to under the chain half, and that half's check."""

    mark: bytes
    body: bytes
    chain_check: str


class Prepared(NamedTuple):
    """A record as far as it can be made before its place is known."""

    shared: "Shared"
    commitment: str
    spelled_public: str
    spelled_tags: str
    tags: tuple[str, ...]
    tags_field: bytes
    """The tags with line feeds between them, as a field of a record."""
    sealed: bytes | None
    public: Mapping[str, Any]
    marks: Marks | None

    @property
    def chain_check(self) -> str | None:
        """Give the announced check of the chain half that was used, if one was."""
        return self.shared.chain_check if self.marks is None else self.marks.chain_check

    @classmethod
    def said(cls, origin: str, type_: str, public: Mapping[str, Any]) -> "Prepared":
        """Give an entry of the log's own chain that says everything in public."""
        shared = Shared(origin, LOG_CHAIN, type_)
        return cls(shared, NO_COMMITMENT, spell_public(public), "", (), text_field(b""), None, public, None)

    def fill(self, position: int, at: str, prev: bytes, seq: int) -> bytes:
        """Give the entry's bytes at its place."""
        return fill(self.shared.names, self.commitment, self.spelled_public, self.spelled_tags, position, at, prev, seq)


class Shared:
    """What all records of one chain, type and key have in common."""

    __slots__ = (
        "chain",
        "chain_check",
        "core",
        "day",
        "epoch_check",
        "key",
        "names",
        "names_fields",
        "part_field",
        "sealer",
        "type",
        "until",
    )

    def __init__(
        self, origin: str, chain: str, type_: str, key: str | None = None, data_key: DataKey | None = None
    ) -> None:
        """Check and spell it once; raise FormatError for names that no entry can bear."""
        self.names = spell_names(origin, chain, key, type_)
        self.chain = chain
        self.type = type_
        self.core = type_.startswith(CORE_TYPES)
        self.key = key
        self.day = key.partition(":")[2] if key is not None and is_day_key(key) else None
        spelled = None if key is None else key.encode()
        self.names_fields = text_field(chain.encode()) + text_field(type_.encode()) + text_field(spelled)
        self.part_field = b"" if key is None else text_field(part_of(key).encode())
        self.sealer = None if data_key is None else data_key.sealer
        self.epoch_check = None if data_key is None else data_key.epoch_check
        self.chain_check = None if data_key is None else data_key.chain_check
        self.until = math.inf if data_key is None else data_key.until


def part_of(key: str) -> str:
    """Give the partition of a key's payloads."""
    return key if is_day_key(key) else SUBJECTS_PART


class Preparer:
    """Prepares the records of one log; remembers what many of them share. Safe to share between threads."""

    def __init__(self, custody: Custody) -> None:
        """Seal with these keys."""
        self._custody = custody
        self._shared: dict[_Names, Shared] = {}
        self._forgotten = custody.forgotten

    def share(self, records: Iterable[Record], now: datetime, *, core: bool = False) -> list[Shared]:
        """Give what each record has in common with others, its key of ``now`` included: what may need the key store.

        Raises RecordRefusedError for what cannot become an entry, KeysError where a key is not to be had.
        """
        if self._forgotten != self._custody.forgotten or len(self._shared) > _REMEMBER_SHARED:
            self._forgotten = self._custody.forgotten
            self._shared = {}  # a new one: another thread may be reading the old one
        known, day, passed = self._shared, day_of(now), time.monotonic()
        given = []
        for record in records:
            names = (record.chain, record.type, record.key_class, record.subject, day)
            shared = known.get(names)
            if shared is None or shared.until < passed:
                try:
                    shared = known[names] = self._share(record, day)
                except (FormatError, HalfIdError) as error:
                    raise _refused(record, error) from None
            if type(record.data) is not bytes:
                raise RecordRefusedError(f"The payload of the record {record.type} is not bytes: give bytes.")
            if shared.core and not core:
                raise RecordRefusedError(
                    f"Entries of type {record.type} are written by the core only: use another type."
                )
            given.append(shared)
        return given

    def prepare(
        self, records: Sequence[Record], shared: Sequence[Shared], draw: Draw, at_once: int
    ) -> Iterator[list[Prepared]]:
        """Give the prepared form of the records, so many at once. Raises RecordRefusedError as ``share`` does."""
        for start in range(0, len(records), at_once):
            several, common = records[start : start + at_once], shared[start : start + at_once]
            try:
                prepared = self._prepare(several, common, draw)
            except (FormatError, SealError):
                for record, alone in zip(several, common, strict=True):
                    try:
                        self._prepare([record], [alone], Draw(os.urandom(DRAW_BYTES)))
                    except (FormatError, SealError) as error:
                        raise _refused(record, error) from None
                raise
            yield prepared

    def _prepare(self, records: Sequence[Record], shared: Sequence[Shared], draw: Draw) -> list[Prepared]:
        """Prepare several records, each step for all of them: this runs for every entry, and takes less time so."""
        sealers = [each.sealer for each in shared]
        if None in sealers:
            for record, sealer in zip(records, sealers, strict=True):
                if sealer is None and record.data:
                    raise RecordRefusedError(f"The record {record.type} has a payload and no key class: give it one.")
        seals = seal_drawn(sealers, [each.data for each in records], draw)
        tags = [tuple(sorted({*each.tags})) for each in records]
        lists = spell_tags(tags)
        fields = [text_field("\n".join(each).encode()) for each in tags]
        publics: list[Mapping[str, Any]] = [each.public for each in records]
        objects = [NO_PUBLIC] * len(publics)
        if publics.count(_NOTHING) < len(publics):
            objects = [NO_PUBLIC if each == _NOTHING else spell_public(each) for each in publics]
            publics = [dict(each) for each in publics]
        marks: Sequence[Marks | None] = [None] * len(records)
        if any(each.idempotency_key is not None for each in records):
            marks = self._marks(records, tags, objects)
        columns = zip(shared, seals, objects, lists, tags, fields, publics, marks, strict=True)
        prepared = [
            # Past the constructor, which takes twice as long.
            tuple.__new__(Prepared, (common, committed, public, spelled, given, field, sealed, said, mark))
            for common, (committed, sealed), public, spelled, given, field, said, mark in columns
        ]
        if any(publics) or max(map(len, tags)) > _FEW_TAGS:
            for each in prepared:  # nothing may turn out too long once entries are being numbered
                each.fill(canonical.MAX_INTEGER, _LONGEST_AT, NO_PREV, canonical.MAX_INTEGER)
        return prepared

    def _marks(
        self, records: Sequence[Record], tags: Sequence[tuple[str, ...]], publics: Sequence[str]
    ) -> list[Marks | None]:
        marks: list[Marks | None] = []
        chain, secret = "", None  # of the record before: most have the same
        for record, given, public in zip(records, tags, publics, strict=True):
            key = record.idempotency_key
            if key is None:
                marks.append(None)
                continue
            if secret is None or chain != record.chain:
                chain, secret = record.chain, self._custody.chain_secret(record.chain)
            names = record.key_class or "", record.subject or ""
            content = content_mark_input(record.type, given, public.encode(), *names, record.data)
            # A mark under another half would find nothing that was appended before: the check goes with it.
            mark = secret.mark("key", _encoded(key))
            marks.append(tuple.__new__(Marks, (mark, secret.mark("content", content), secret.check)))
        return marks

    def _share(self, record: Record, day: str) -> Shared:
        origin = self._custody.origin
        if record.key_class is None:
            return Shared(origin, record.chain, record.type)
        key = _key_of(record, day)
        return Shared(origin, record.chain, record.type, key, self._custody.for_sealing(record.chain, key))


def _refused(record: Record, error: Exception) -> RecordRefusedError:
    return RecordRefusedError(f"The record {record.type} cannot be an entry: {error}")


def _key_of(record: Record, day: str) -> str:
    key_class = CLASSES.get(record.key_class or "")
    if key_class is None:
        raise RecordRefusedError(f"There is no key class {record.key_class!r}: use one of {', '.join(CLASSES)}.")
    if key_class.epoch == "day":
        if record.subject is not None:
            raise RecordRefusedError(f"The class {key_class.name} has keys of days: give no subject.")
        return f"{key_class.name}:{day}"
    if record.subject is None:
        raise RecordRefusedError(f"The class {key_class.name} has keys of subjects: name the subject.")
    key = f"{key_class.name}:{record.subject}"
    try:
        check_key(key)
    except FormatError as error:
        raise RecordRefusedError(f"The subject of a record {record.type} names no key: {error}") from None
    if is_day_key(key):
        # Whoever verifies takes a key that names a day for a day's key, and compares that day with the entry's.
        raise RecordRefusedError(f"The subject {record.subject} of a record {record.type} is a date: use a random id.")
    return key


def _encoded(idempotency_key: str) -> bytes:
    try:
        return idempotency_key.encode()
    except UnicodeEncodeError:
        raise RecordRefusedError(f"The idempotency key {idempotency_key!r:.160} is not Unicode text.") from None
