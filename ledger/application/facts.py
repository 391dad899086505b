"""Facts as records of the log, and back.

Guarantees: what a fact declares public stands in the entry and all else in the sealed payload; a tag that would name a
person is blinded (a keyed digest under the log's own half), since tags outlive every erasure; a payload that was erased
comes back as an erased fact, one that cannot be opened and should is refused, never skipped.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ledger.application.errors import FactUnreadableError, PayloadUnavailableError
from ledger.application.payload import Statement, read
from ledger.domain.boundary import Item
from ledger.domain.fact import Erased, Fact, FactError, as_read, from_wire, tags_of, to_wire
from ledger.domain.recorded import Recorded
from ledger.log.entry import LOG_CHAIN
from ledger.log.errors import FormatError
from ledger.log.members import format_at, parse_at
from ledger.store.custody import ChainSecret
from ledger.store.query import ItemSince, Query
from ledger.store.record import PayloadState, Record
from ledger.store.record import Recorded as Stored

_PERSONAL = ("person:", "technician:")
"""How tags begin whose ids are people's."""


class Written(NamedTuple):
    """A fact on its way to the log: its record, and what reading that will give."""

    record: Record
    fact: Fact
    tags: frozenset[str]

    def standing(self, position: int, at: datetime) -> Recorded[Fact]:
        """Give the fact as it stands in the log once it was appended there and then."""
        return Recorded(self.fact, position, at, self.record.chain, self.tags)


def written(
    fact: Fact,
    *,
    customer: str | None,
    now: datetime,
    actor: Mapping[str, str],
    source: Mapping[str, Any],
    secret: ChainSecret,
    idempotency_key: str | None = None,
) -> Written:
    """Give the record of a fact; it happened when it says so, or now. Raises FactUnreadableError."""
    try:
        wire = to_wire(fact)
        read_back = as_read(fact, wire)
    except FactError as error:
        raise FactUnreadableError(str(error)) from None
    if wire.chain == "customer" and customer is None:
        raise FactUnreadableError(f"{wire.type} belongs to a customer, and the command names none.")
    payload = b""
    if wire.key_class is not None:
        occurred = None if fact.KIND.occurred is None else getattr(fact, fact.KIND.occurred)
        try:
            payload = Statement(format_at(occurred or now), actor, source, wire.data).encode()
        except FormatError as error:
            raise FactUnreadableError(f"{wire.type} cannot be recorded: {error}") from None
    record = Record(
        wire.type,
        payload,
        _blinded(wire.tags, secret),
        chain=LOG_CHAIN if wire.chain == "log" or customer is None else customer,
        key_class=wire.key_class,
        subject=wire.subject,
        public=wire.public,
        idempotency_key=idempotency_key,
    )
    return Written(record, read_back, frozenset(wire.tags))


def from_record(position: int, record: Stored) -> Recorded[Fact]:
    """Give the fact of a record; raise PayloadUnavailableError or FactUnreadableError."""
    if record.state is PayloadState.ABSENT:
        raise PayloadUnavailableError(
            f"The entry at position {position} cannot be opened, so nothing is decided: run 'shoseki fsck'."
        )
    if record.state is PayloadState.ERASED:
        erased = Erased(type=record.type, public=record.public)
        return Recorded(erased, position, parse_at(record.at), record.chain, frozenset(record.tags))
    try:
        data = read(record.data)["data"] if record.data else {}
        fact = from_wire(record.type, data, record.public)
    except (FactError, FormatError) as error:
        raise FactUnreadableError(f"The entry at position {position} is not in the form of its type: {error}") from None
    tags = tags_of(fact) if hasattr(type(fact), "KIND") else frozenset(record.tags)
    return Recorded(fact, position, parse_at(record.at), record.chain, tags)


def query_of(items: Sequence[Item], secret: ChainSecret, since: Sequence[int] | None = None) -> Query | None:
    """Give a boundary's items as the store asks them, each from its place in ``since`` on; None for no items."""
    if not items:
        return None
    if since is None:
        since = [0] * len(items)
    return Query(
        [
            ItemSince(list(item.types), _blinded(item.tags, secret), place)
            for item, place in zip(items, since, strict=True)
        ]
    )


def blinded(tag: str, secret: ChainSecret) -> str:
    """Give the tag as the log holds it."""
    if not tag.startswith(_PERSONAL):
        return tag
    return f"{tag.partition(':')[0]}:{secret.mark('tag', tag.encode())[:16].hex()}"


def _blinded(tags: Sequence[str], secret: ChainSecret) -> list[str]:
    return [blinded(tag, secret) if tag.startswith(_PERSONAL) else tag for tag in tags]
