"""Preparing a record outside the append lock: everything that needs no position is checked, sealed and encoded here."""

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ledger.keys.classes import CLASSES, day_of, is_day_key
from ledger.keys.errors import HalfIdError
from ledger.log import canonical
from ledger.log.entry import CORE_TYPES, LOG_CHAIN, NO_PREV, Template
from ledger.log.errors import FormatError, SealError
from ledger.log.members import check_key
from ledger.log.seal import Draw
from ledger.log.template import spell_names
from ledger.store.custody import ChainSecret, Custody, DataKey, content_mark_input
from ledger.store.errors import RecordRefusedError
from ledger.store.record import Record
from ledger.store.rows import pack_length, text_element

SUBJECTS_PART = "subjects"
_FEW_TAGS = 100
_REMEMBER_SHARED = 4096
_Names = tuple[str, str, str | None, str | None, str]
_NOTHING: Mapping[str, Any] = {}
_NOTHING_SPELLED = b"{}"
_LONGEST_AT = "2026-11-22T00:00:00.000000Z"


class Marks(NamedTuple):
    """Idempotency: what the caller's key and the content amount to under the chain half, and that half's check."""

    mark: bytes
    body: bytes
    chain_check: str


class Prepared(NamedTuple):
    """A record as far as it can be made before its place is known."""

    shared: "Shared"
    template: Template
    tags: tuple[str, ...]
    tags_element: bytes
    sealed: bytes | None
    """The sealed payload, as a ready element."""
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
        return cls(
            shared, Template.of_names(shared.names, (), b"", public, None), (), text_element(""), None, public, None
        )


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
        "names_element",
        "part_element",
        "seal",
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
        self.names_element = text_element(f"{chain}\n{type_}\n{key or ''}")
        self.part_element = b"" if key is None else text_element(part_of(key))
        self.seal = None if data_key is None else data_key.sealer.seal_drawn
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

    def prepare(self, records: Iterable[Record], shared: Iterable[Shared], draw: Draw) -> Iterator[Prepared]:
        """Give the prepared form of every record, one after the other. Raises RecordRefusedError as ``share`` does."""
        chain, secret = "", None  # of the record before: most have the same
        for record, common in zip(records, shared, strict=True):
            try:
                # In one piece, and past the constructor, which takes twice as long: this runs for every entry.
                tags = tuple(sorted(set(record.tags)) if len(record.tags) > 1 else record.tags)
                committed = sealed = None
                if common.seal is not None:
                    committed, box = common.seal(record.data, draw)
                    sealed = pack_length(len(box)) + box
                elif record.data:
                    raise RecordRefusedError(f"The record {record.type} has a payload and no key class: give it one.")
                lines = "\n".join(tags).encode(errors="surrogatepass")
                template = Template.of_names(common.names, tags, lines, record.public, committed)
                public = dict(record.public) if record.public else _NOTHING
                if public or len(tags) > _FEW_TAGS:
                    # The longest place there can be: nothing may turn out too long once entries are being numbered.
                    template.fill(canonical.MAX_INTEGER, _LONGEST_AT, NO_PREV, canonical.MAX_INTEGER)
                marks = None
                if record.idempotency_key is not None:
                    if secret is None or chain != record.chain:
                        chain, secret = record.chain, self._custody.chain_secret(record.chain)
                    marks = _marks(record, record.idempotency_key, tags, public, secret)
            except (FormatError, SealError) as error:
                raise _refused(record, error) from None
            element = pack_length(len(lines)) + lines
            yield tuple.__new__(Prepared, (common, template, tags, element, sealed, public, marks))

    def _share(self, record: Record, day: str) -> Shared:
        origin = self._custody.origin
        if record.key_class is None:
            return Shared(origin, record.chain, record.type)
        key = _key_of(record, day)
        return Shared(origin, record.chain, record.type, key, self._custody.for_sealing(record.chain, key))


def _marks(record: Record, key: str, tags: tuple[str, ...], public: Mapping[str, Any], secret: ChainSecret) -> Marks:
    content = content_mark_input(
        record.type,
        tags,
        canonical.encode(public, depth=2) if public else _NOTHING_SPELLED,
        record.key_class or "",
        record.subject or "",
        record.data,
    )
    # A mark under another half would find nothing that was appended before: the check goes with it.
    mark = secret.mark("key", _encoded(key))
    return tuple.__new__(Marks, (mark, secret.mark("content", content), secret.check))


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
