"""``log`` and ``show``: what the log holds.

``log`` gives envelopes and public members alone. What ``show`` opens is evidence, and on record before it is shown.
"""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts import screen
from scripts.commands.access import appending, reading
from scripts.commands.files import write_new
from scripts.commands.shown import record_access
from scripts.console import Session, Status
from scripts.japan_time import in_japan, to_the_second
from scripts.refusals import CommandRefusedError

if TYPE_CHECKING:
    from ledger.application.door import Ledger
    from ledger.store.record import Recorded

_COLUMNS = (7, 20, 32, 12)
"""Position, time, type, chain; the payload's state takes what is left of 80."""


def log(
    session: Session,
    *,
    customer: Annotated[str | None, typer.Option("--customer", help="opt_customer_only")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="opt_follow")] = False,
    start: Annotated[int, typer.Option("--start", min=0, help="opt_start")] = 0,
    limit: Annotated[int | None, typer.Option("--limit", min=0, help="opt_limit")] = None,
) -> Status:
    """Page through the entries in constant memory; ends well on Ctrl-C and when nobody reads on."""
    with reading(session) as ledger:
        if customer is not None:
            ledger.check_customer(customer)  # before the head of a table that never comes
        if not session.as_json:
            session.write(
                _row([session.text(each) for each in ("column_position", "at", "type", "chain", "column_state")])
            )
        try:
            for position, record in islice(_entries(ledger, customer, start, follow=follow), limit):
                if session.as_json:
                    session.give(_members(position, record))
                else:
                    session.write(_row(_cells(session, position, record)))
        except KeyboardInterrupt:
            return Status.FINE
    return Status.FINE


def show(
    session: Session,
    *,
    position: Annotated[int, typer.Argument(help="arg_position")],
    recording: Annotated[Path | None, typer.Option("--recording", help="opt_recording")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="opt_purpose")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="opt_reason")] = None,
) -> Status:
    """Show one entry with its opened payload; write out the recording that it names where that was asked for."""
    from ledger.application.accessing import Shown
    from ledger.domain.access import Act
    from ledger.domain.purposes import DataKind
    from ledger.store.record import PayloadState

    with appending(session) as ledger:
        record = ledger.show(position)
        if record.state is PayloadState.OPEN:
            what = (Act.VIEW, DataKind.CONTENT) if recording is None else (Act.PLAYBACK, DataKind.RECORDING)
            shown = Shown(record.chain, record.seq, record.seq, *what)
            record_access(session, ledger, shown, purpose=purpose, reason=reason, command=f"show {position}")
        size = None if recording is None else _write_recording(session, ledger, position, record, recording)
    if record.seq == 0:
        session.say("entry_unreadable", "bad", position=position)
        session.give({"entry": record.entry, "position": position, "state": "unreadable", "status": 1})
        return Status.FINDING
    session.status = Status.FINDING if record.state is PayloadState.ABSENT else Status.FINE
    _tell(session, position, record)
    if size is not None:
        session.say("recording_written", path=recording, size=size)
    written = None if size is None else {"bytes": size, "path": recording}
    session.give({**_details(position, record), "recording": written, "status": int(session.status)})
    return session.status


# -- log ---------------------------------------------------------------------------------------------------------------


def _entries(ledger: "Ledger", customer: str | None, start: int, *, follow: bool) -> Iterator[tuple[int, "Recorded"]]:
    """Give what is there, and with ``follow`` what comes: each entry once, in order."""
    if customer is None:
        yield from ledger.follow(start=start) if follow else ledger.entries(start=start)
        return
    size = ledger.reader.size()
    seen = -1
    for position, record in ledger.entries(start=start, customer=customer):
        seen = position
        yield position, record
    if follow:
        for position, record in ledger.follow(start=max(size, seen + 1)):
            if record.chain == customer and record.seq >= start:
                yield position, record


def _row(cells: list[str]) -> str:
    if not screen.watched():
        return "\t".join(cells) + "\n"
    *fixed, state = cells
    return " ".join(screen.fitted(cell, width) for cell, width in zip(fixed, _COLUMNS, strict=True)) + f" {state}\n"


def _cells(session: Session, position: int, record: "Recorded") -> list[str]:
    at = to_the_second(record.at) if screen.watched() else in_japan(record.at)
    state = "" if record.state == "none" else session.text(f"state_{record.state}")
    return [str(position), at, screen.visible(record.type) or "?", record.chain, state]


def _members(position: int, record: "Recorded") -> dict[str, Any]:
    return {
        "at": record.at,
        "chain": record.chain,
        "key": record.key,
        "position": position,
        "public": dict(record.public),
        "seq": record.seq,
        "state": str(record.state),
        "tags": list(record.tags),
        "type": record.type,
    }


# -- show --------------------------------------------------------------------------------------------------------------


def _details(position: int, record: "Recorded") -> dict[str, Any]:
    from ledger.log.entry import leaf_hash, parse

    entry = parse(record.entry)
    said, undecoded = _payload(record)
    return {
        **_members(position, record),
        "commitment": entry.commitment,
        "leaf_hash": leaf_hash(record.entry),
        "origin": entry.origin,
        "payload": said,
        "payload_bytes": undecoded,
        "prev": entry.prev,
    }


def _payload(record: "Recorded") -> tuple[Any, bytes | None]:
    """Give the payload as JSON, or as bytes where it is in another form."""
    from ledger.log import canonical
    from ledger.log.errors import FormatError

    if record.state != "open":
        return None, None
    try:
        return canonical.decode(record.data), None
    except FormatError:
        return None, record.data


def _tell(session: Session, position: int, record: "Recorded") -> None:
    details = _details(position, record)
    rows: list[tuple[str, object]] = [("position", position)]
    rows += [("origin", details["origin"]), ("at", in_japan(details["at"]))]
    rows += [(name, details[name]) for name in ("type", "chain", "seq")]
    rows += [(name, details[name].hex()) for name in ("prev", "leaf_hash")]
    if details["tags"]:
        rows.append(("tags", "  ".join(details["tags"])))
    if details["public"]:
        rows.append(("public", json.dumps(details["public"], ensure_ascii=False)))
    if record.key is not None:
        rows += [("key", record.key), ("commitment", details["commitment"].hex())]
    rows.append(("state", session.text(f"state_{record.state}")))
    session.pairs(rows)
    if details["payload"] is not None:
        session.line("")
        session.say("payload_as_recorded", "heading")
        session.line(json.dumps(details["payload"], ensure_ascii=False, indent=2))
    elif details["payload_bytes"] is not None:
        session.line("")
        session.line(details["payload_bytes"].hex())
    elif record.state == "absent":
        session.say("payload_absent", "bad")


def _write_recording(session: Session, ledger: "Ledger", position: int, record: "Recorded", path: Path) -> int:
    from ledger.application.recordings import recording_named_by

    if record.state != "open":
        state = session.text(f"state_{record.state}")
        raise CommandRefusedError(session.text("payload_unavailable", position=position, state=state))
    reference = recording_named_by(record.data)
    if reference is None:
        raise CommandRefusedError(session.text("no_recording", position=position))
    return write_new(session, path, ledger.blobs.open(reference))
