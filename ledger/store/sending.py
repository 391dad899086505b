"""What a group of placed entries becomes in the tables: its rows, its heads, and what core entries say of keys.

Guarantees: rows are sent in the order in which they were placed, each once. Leaves to others: places, links and times
(the sequencer), and waiting for the server (``wire``).
"""

from collections.abc import Mapping
from typing import Any

from ledger.keys.classes import is_day_key
from ledger.log.core_entry import KEY_CREATED, KEY_DESTROYED
from ledger.store import rows
from ledger.store.group import Group, Unsent
from ledger.store.known import ChainHead
from ledger.store.statements import Statements
from ledger.store.tag_rows import tag_rows
from ledger.store.wire import Wire


class Sender:
    """Sends what one log's tables take in."""

    def __init__(self, statements: Statements) -> None:
        """Send by these statements."""
        self._statements = statements
        self.types = (0, 0, 0)
        """The OIDs of the types of the records that make entries, tags and payloads: the database's own."""

    def send_rows(self, wire: Wire, group: Group) -> None:
        """Send the rows of what was placed since the last sending."""
        statements, unsent = self._statements, group.unsent
        of_entry, of_tag, of_payload = self.types
        placed = group.placed[group.sent :]
        entries = rows.records(of_entry, len(placed), unsent.entries)
        wire.send(statements.entries, entries, rows.number(group.at_field))
        tags = tag_rows(group.start + group.sent, [each.tags for each in placed])
        if tags:
            wire.send(statements.tags, rows.records(of_tag, len(tags), tags))
        if unsent.sealed:
            wire.send(statements.payloads, rows.records(of_payload, unsent.sealed, unsent.payloads))
        if unsent.marks:
            macs, bodies, places = zip(*unsent.marks, strict=True)
            wire.send(statements.new_marks, rows.byte_strings(macs), rows.byte_strings(bodies), rows.numbers(places))
        wire.push()
        group.unsent = Unsent()
        group.sent = len(group.placed)

    def send_end(self, wire: Wire, group: Group, chains: Mapping[str, ChainHead]) -> None:
        """Send what moves the heads and commits."""
        moved = sorted(group.moved)
        heads = [chains[name] for name in moved]
        wire.send(
            self._statements.advance,
            rows.texts([rows.text_element(name) for name in moved]),
            rows.numbers([rows.number_element(head.seq) for head in heads]),
            rows.byte_strings([rows.bytes_element(head.leaf) for head in heads]),
            rows.texts([rows.text_element(head.half) for head in heads]),
            rows.number(group.position),
            rows.number(group.at_field),
            group.boot.encode(),
            rows.number(group.elapsed),
        )
        wire.send(self._statements.notify)
        wire.send(self._statements.commit)

    def send_effect(self, wire: Wire, position: int, type_: str, public: Mapping[str, Any]) -> None:
        """Write down what a core entry says of keys; the head of a chain is written with all heads."""
        statements, place = self._statements, rows.number(position)
        name, key = (None if (value := public.get(each)) is None else str(value).encode() for each in ("chain", "key"))
        if type_ == KEY_CREATED:
            wire.send(statements.new_key, key, str(public["check"]).encode(), place)
            if is_day_key(str(public["key"])):
                wire.send(statements.new_part, key)
        elif type_ == KEY_DESTROYED:
            if name is not None and key is not None:
                wire.send(statements.end_pair, name, key, place)
            elif name is not None:
                wire.send(statements.end_chain, place, name)
            else:
                wire.send(statements.end_key, place, key)
