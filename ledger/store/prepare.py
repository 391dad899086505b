"""Preparing a record outside the append lock: everything that needs no position is checked, sealed and encoded here."""

import os
from collections.abc import Sequence
from datetime import datetime

from eventsourcing.dcb.api import DCBEvent

from ledger.keys.classes import CLASSES, day_of, is_day_key
from ledger.log import canonical
from ledger.log.entry import CORE_TYPES, NO_PREV, Template
from ledger.log.errors import FormatError, SealError
from ledger.log.seal import NONCE_BYTES, SALT_BYTES
from ledger.store.custody import Custody, content_mark_input
from ledger.store.errors import RecordRefusedError
from ledger.store.record import Record
from ledger.store.rows import tag_number, text_array_field, text_field

SUBJECTS_PART = "subjects"
_FEW_TAGS = 100
_LONGEST_AT = "2026-11-22T00:00:00.000000Z"


class Prepared:
    """A record as far as it can be made before its place is known."""

    __slots__ = (
        "body",
        "chain",
        "chain_check",
        "chain_field",
        "day",
        "epoch_check",
        "key",
        "mark",
        "middle",
        "part_field",
        "public",
        "sealed",
        "tag_numbers",
        "tags",
        "template",
        "type",
    )

    def __init__(self, template: Template, chain: str, type_: str, tags: tuple[str, ...], key: str | None) -> None:
        """Take what is hashed; sealed bytes and marks are set where there are any."""
        self.template = template
        self.chain = chain
        self.type = type_
        self.tags = tags
        self.key = key
        self.day = key.partition(":")[2] if key is not None and is_day_key(key) else None
        self.chain_field = text_field(chain)
        self.middle = text_field(type_) + text_array_field(tags) + text_field(key)
        self.part_field = text_field(part_of(key)) if key is not None else b""
        self.tag_numbers = [tag_number(tag) for tag in tags]
        self.sealed: bytes | None = None
        self.mark: bytes | None = None
        self.body: bytes | None = None
        self.epoch_check: str | None = None
        self.chain_check: str | None = None
        self.public: dict[str, object] = {}


def part_of(key: str) -> str:
    """Give the partition of a key's payloads."""
    return key if is_day_key(key) else SUBJECTS_PART


def prepare(events: Sequence[DCBEvent], custody: Custody, now: datetime, *, core: bool = False) -> list[Prepared]:
    """Give the prepared form of every event, sealed under the keys of ``now``.

    Raises RecordRefusedError for what cannot become an entry, KeysError where a key is not to be had.
    """
    day = day_of(now)
    return [_prepare(event, custody, day, core=core) for event in events]


def _prepare(event: DCBEvent, custody: Custody, day: str, *, core: bool) -> Prepared:
    record = event if isinstance(event, Record) else Record(event.type, event.data, event.tags)
    if not core and record.type.startswith(CORE_TYPES):
        raise RecordRefusedError(f"Entries of type {record.type} are written by the core only: use another type.")
    try:
        return _sealed(record, custody, day)
    except (FormatError, SealError) as error:
        raise RecordRefusedError(f"The record {record.type} cannot be an entry: {error}") from None


def _sealed(record: Record, custody: Custody, day: str) -> Prepared:
    tags = tuple(sorted(set(record.tags))) if record.tags else ()
    key = _key_of(record, day)
    data_key = None
    committed = sealed = None
    if key is not None:
        data_key = custody.for_sealing(record.chain, key)
        random = os.urandom(SALT_BYTES + NONCE_BYTES)
        committed, sealed = data_key.sealer.seal(record.data, salt=random[:SALT_BYTES], nonce=random[SALT_BYTES:])
    template = Template(
        origin=custody.origin,
        chain=record.chain,
        type=record.type,
        tags=tags,
        public=record.public,
        commitment=committed,
        key=key,
    )
    if record.public or len(tags) > _FEW_TAGS:
        # The longest place there can be: nothing may turn out too long once entries are being numbered.
        template.fill(canonical.MAX_INTEGER, _LONGEST_AT, NO_PREV, canonical.MAX_INTEGER)
    prepared = Prepared(template, record.chain, record.type, tags, key)
    prepared.public = dict(record.public)
    if data_key is not None:
        prepared.sealed = sealed
        prepared.epoch_check, prepared.chain_check = data_key.epoch_check, data_key.chain_check
    elif "check" in record.public and record.type == "chain.created.v1":
        prepared.chain_check = str(record.public["check"])
    if record.idempotency_key is not None:
        secret = custody.chain_secret(record.chain)
        prepared.mark = secret.mark("key", record.idempotency_key.encode())
        public = canonical.encode(record.public, depth=2)
        prepared.body = secret.mark(
            "content", content_mark_input(record.type, tags, public, record.key_class or "", record.data)
        )
    return prepared


def _key_of(record: Record, day: str) -> str | None:
    if record.key_class is None:
        if record.data:
            raise RecordRefusedError(f"The record {record.type} has a payload and no key class: give it one.")
        return None
    key_class = CLASSES.get(record.key_class)
    if key_class is None:
        raise RecordRefusedError(f"There is no key class {record.key_class!r}: use one of {', '.join(CLASSES)}.")
    if key_class.epoch == "day":
        if record.subject is not None:
            raise RecordRefusedError(f"The class {key_class.name} has keys of days: give no subject.")
        return f"{key_class.name}:{day}"
    if record.subject is None:
        raise RecordRefusedError(f"The class {key_class.name} has keys of subjects: name the subject.")
    return f"{key_class.name}:{record.subject}"
