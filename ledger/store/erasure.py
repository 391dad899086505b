"""Destroying keys, so that what they sealed is erased, and the log says so (docs/record-format.md, section 3).

The order, and what a crash leaves on each line; ``resume_destructions`` goes on from any of them:

    key.destroyed.v1 appended               ordered: nothing new can be sealed under it
    half destroyed                          unreadable for ever, in every copy of the sealed bytes
    sealed bytes deleted                    by the database's own function, which obeys only a recorded order
    key.destruction_confirmed.v1 appended   done, and said how

Guarantees: no step is taken before the one above it is durable, and each can be repeated. Leaves to others: when a key
is due and what a hold keeps (the retention calendar), and copies that backups made (docs/keys.md).

A pair of chain and key has no half of its own: both halves serve others. Its destruction deletes the sealed bytes in
this database and says exactly that; a copy of them in a backup can be opened until one of the two halves goes.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection, sql

from ledger.keys.classes import day_of, is_day_key
from ledger.log.core_entry import (
    KEY_DESTROYED,
    PAYLOAD_REMOVED,
    parse_destruction,
    parse_removed_position,
)
from ledger.log.entry import LOG_CHAIN, format_at, parse
from ledger.store.database import connect, named_errors
from ledger.store.errors import IdempotencyConflictError, RecordRefusedError
from ledger.store.record import PayloadState, Record
from ledger.store.recorder import Recorder

DESTRUCTION_CONFIRMED = "key.destruction_confirmed.v1"
_METHOD_HALF = "key half overwritten, sealed bytes deleted"
_METHOD_PAIR = "sealed bytes deleted; the data key can be derived again until one of its halves is destroyed"


class Destroyed(NamedTuple):
    """A finished destruction: the positions of its order and of its confirmation, and the sealed bytes deleted now."""

    ordered: int
    confirmed: int
    payloads: int


def destroy_key(
    recorder: Recorder,
    *,
    key: str | None = None,
    chain: str | None = None,
    reason: str,
    policy: str,
    approvers: Sequence[str],
    expired_at: datetime | None = None,
) -> Destroyed:
    """Destroy a key (``key``), everything of a chain (``chain``), or what the two seal together (both).

    ``reason`` and ``policy`` are codes, ``approvers`` are roles: they outlive the erasure, so no person is named.
    Repeated, it finishes what a crash left and gives the same. Raises RecordRefusedError for what must not or cannot
    be destroyed; KeysError, DatabaseUnavailableError and others in between: call it again.
    """
    with closing(connect(recorder.url, application="shoseki erasure")) as connection:
        with named_errors():
            _refuse(recorder, connection, chain, key)
            ordered = _ordered(recorder, connection).get((chain, key))
            entries = _count(recorder, connection, chain, key) if ordered is None else 0
        if ordered is None:
            public = {
                **_names(chain, key),
                "reason": reason,
                "policy": policy,
                "expired_at": None if expired_at is None else format_at(expired_at),
                "entries": entries,
                "held": [],
                "approvers": list(approvers),
            }
            ordered = _append_once(recorder, KEY_DESTROYED, chain, key, public)
        return _finish(recorder, connection, ordered, chain, key)


def resume_destructions(recorder: Recorder, *, before: Callable[[], object] | None = None) -> list[Destroyed]:
    """Finish what was ordered and not confirmed yet, and delete what was ordered to be removed; give what was done.

    ``before`` is called once where there is anything to do: a caller who has not just ordered it lets the stored log be
    read again first, and raises what that raises, so that no order is obeyed that does not continue the signed log.
    """
    done = []
    with closing(connect(recorder.url, application="shoseki erasure")) as connection:
        with named_errors():
            ordered = _ordered(recorder, connection)
            for pair in _said(recorder, connection, DESTRUCTION_CONFIRMED):
                ordered.pop(pair, None)
            removals = _unfinished_removals(recorder, connection)
        if before is not None and (ordered or removals):
            before()
        for (chain, key), position in sorted(ordered.items(), key=lambda each: each[1]):
            done.append(_finish(recorder, connection, position, chain, key))
        for position in removals:
            _erase(recorder, connection, position)
    return done


def remove_payload(recorder: Recorder, position: int, *, reason: str, approvers: Sequence[str]) -> int:
    """Delete one sealed payload early, such as a leaked secret; give the position of the entry that says so.

    Its bytes in backups can be opened until their key dies, and nothing here claims otherwise. Raises
    RecordRefusedError where there is no such payload.
    """
    page = recorder.reader.page(None, position, position + 1, 1, opened=False)
    if position < 0 or not page or page[0][1].state is not PayloadState.NONE or page[0][1].key is None:
        raise RecordRefusedError(f"The entry at position {position} has no payload: name one that has.")
    with closing(connect(recorder.url, application="shoseki erasure")) as connection:
        with named_errors():
            removals = _entries(recorder, connection, PAYLOAD_REMOVED)
            before = next((entry.position for entry in removals if parse_removed_position(entry) == position), None)
        public = {"position": position, "reason": reason, "approvers": list(approvers)}
        if before is None:
            before = recorder.append_core([Record(PAYLOAD_REMOVED, b"", key_class=None, public=public)])[0]
        _erase(recorder, connection, before)
        return before


# -- one step each -----------------------------------------------------------------------------------------------------


def _refuse(recorder: Recorder, connection: Connection[Any], chain: str | None, key: str | None) -> None:
    """Refuse what must not be destroyed, and what the log does not know."""
    if chain is None and key is None:
        raise RecordRefusedError("Name a key, a chain or both to destroy.")
    if chain == LOG_CHAIN and key is None:
        raise RecordRefusedError("The chain log carries the announcements of all keys: it lives as long as the log.")
    if chain is None and key is not None and is_day_key(key):
        day = key.partition(":")[2]
        if day >= day_of(recorder.clock.now()):
            raise RecordRefusedError(f"The day of the key {key} is not over, and today's records need it: wait.")
    for table, name in (("chain", chain), ("key", key)):
        if name is not None:
            statement = sql.SQL("SELECT FROM {}.{} WHERE {} = %s").format(
                sql.Identifier(recorder.schema), sql.Identifier(table), sql.Identifier(table)
            )
            if connection.execute(statement, (name,)).fetchone() is None:
                raise RecordRefusedError(f"The log knows no {table} {name}: name one that it announced.")


def _finish(
    recorder: Recorder, connection: Connection[Any], ordered: int, chain: str | None, key: str | None
) -> Destroyed:
    """Take the steps that follow the order; each was perhaps taken before."""
    if chain is None or key is None:
        recorder.custody.halves.destroy(chain or key or "")
    recorder.custody.forget()
    payloads = _erase(recorder, connection, ordered)
    method = _METHOD_PAIR if chain is not None and key is not None else _METHOD_HALF
    public = {**_names(chain, key), "method": method}
    return Destroyed(ordered, _append_once(recorder, DESTRUCTION_CONFIRMED, chain, key, public), payloads)


def _erase(recorder: Recorder, connection: Connection[Any], because: int) -> int:
    statement = sql.SQL("SELECT {}.erase(%s)").format(sql.Identifier(recorder.schema))
    with named_errors():
        row = connection.execute(statement, (because,)).fetchone()
    return 0 if row is None else int(row[0])


def _append_once(recorder: Recorder, type_: str, chain: str | None, key: str | None, public: dict[str, Any]) -> int:
    """Append an order or a confirmation; where another process did meanwhile, give the position of its entry."""
    record = Record(type_, b"", key_class=None, public=public, idempotency_key=f"{type_} {chain or ''} {key or ''}")
    try:
        return recorder.append_core([record])[0]
    except IdempotencyConflictError:
        with closing(connect(recorder.url, application="shoseki erasure")) as connection, named_errors():
            return _said(recorder, connection, type_)[chain, key]


# -- what the log says -------------------------------------------------------------------------------------------------


def _ordered(recorder: Recorder, connection: Connection[Any]) -> dict[tuple[str | None, str | None], int]:
    return _said(recorder, connection, KEY_DESTROYED)


def _said(recorder: Recorder, connection: Connection[Any], type_: str) -> dict[tuple[str | None, str | None], int]:
    said: dict[tuple[str | None, str | None], int] = {}
    for entry in _entries(recorder, connection, type_):
        gone = parse_destruction(entry)
        said.setdefault((gone.chain, gone.key), entry.position)
    return said


def _unfinished_removals(recorder: Recorder, connection: Connection[Any]) -> list[int]:
    """Give the positions of the entries whose payload was to be removed and is still there."""
    removals = {parse_removed_position(each): each.position for each in _entries(recorder, connection, PAYLOAD_REMOVED)}
    if not removals:
        return []
    statement = sql.SQL("SELECT position FROM {}.payload WHERE position = ANY(%s)").format(
        sql.Identifier(recorder.schema)
    )
    return sorted(removals[position] for (position,) in connection.execute(statement, (list(removals),)))


def _entries(recorder: Recorder, connection: Connection[Any], type_: str) -> list[Any]:
    """Give the log's entries of a type; what stands beyond its size is none."""
    statement = sql.SQL(
        "SELECT entry FROM {schema}.entry WHERE chain = 'log' AND type = %s"
        " AND position < (SELECT size FROM {schema}.log) ORDER BY position"
    ).format(schema=sql.Identifier(recorder.schema))
    return [parse(row[0]) for row in connection.execute(statement, (type_,), binary=True)]


def _count(recorder: Recorder, connection: Connection[Any], chain: str | None, key: str | None) -> int:
    """Count the entries whose payloads go."""
    statement = sql.SQL(
        "SELECT count(*) FROM {}.entry WHERE key IS NOT NULL"
        " AND (%(chain)s::text IS NULL OR chain = %(chain)s) AND (%(key)s::text IS NULL OR key = %(key)s)"
    ).format(sql.Identifier(recorder.schema))
    row = connection.execute(statement, {"chain": chain, "key": key}).fetchone()
    return 0 if row is None else int(row[0])


def _names(chain: str | None, key: str | None) -> dict[str, Any]:
    return {name: value for name, value in (("chain", chain), ("key", key)) if value is not None}
