"""``checkpoint``, ``receipt`` and ``export``: what leaves the log for those who check it."""

from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.access import reading, warn_of_keyring
from scripts.commands.files import write_new
from scripts.console import Session, Status


def checkpoint(session: Session) -> Status:
    """Sign what is durable now, and print the signed note."""
    with reading(session) as ledger:
        signed = ledger.checkpoint()
        origin = ledger.origin
    note = signed.note.decode()
    if not session.as_json:
        session.write(note)
    session.give({"note": note, "origin": origin, "root": b64encode(signed.root).decode(), "size": signed.size})
    return Status.FINE


def receipt(
    session: Session,
    *,
    position: Annotated[int, typer.Argument(help="arg_position")],
    out: Annotated[Path | None, typer.Option("--out", help="opt_out")] = None,
    withhold: Annotated[bool, typer.Option("--withhold", help="opt_withhold")] = False,
) -> Status:
    """Give the receipt of one entry: printed, or written to a file."""
    with reading(session) as ledger:
        document = ledger.receipt(position, disclose=not withhold).format()
    if out is None:
        session.write(document.decode() + "\n" if session.as_json else document.decode())
        return Status.FINE
    size = write_new(session, out, [document])
    session.say("receipt_written", path=out)
    session.give({"bytes": size, "path": out, "position": position})
    return Status.FINE


def export(
    session: Session,
    *,
    file: Annotated[Path, typer.Argument(help="arg_package")],
    customer: Annotated[str, typer.Option("--customer", help="opt_customer")],
    first: Annotated[int, typer.Option("--first", min=1, help="opt_first")] = 1,
    last: Annotated[int | None, typer.Option("--last", min=0, help="opt_last")] = None,
    withhold: Annotated[bool, typer.Option("--withhold", help="opt_withhold")] = False,
    no_recordings: Annotated[bool, typer.Option("--no-recordings", help="opt_no_recordings")] = False,
    held: Annotated[list[int] | None, typer.Option("--held", help="opt_held_size")] = None,
) -> Status:
    """Write a customer's evidence package; a finding where a recording that belongs in it is missing."""
    with reading(session) as ledger:
        with session.progress() as progress:
            exported = ledger.export(
                customer,
                file,
                first=first,
                last=last,
                disclose=not withhold,
                with_blobs=not no_recordings,
                held_sizes=held or (),
                progress=progress,
            )
        warn_of_keyring(session, ledger.keys.keyring)
    members = {
        "customer": customer,
        "disclosed": exported.disclosed,
        "first": exported.first,
        "last": exported.last,
        "missing": list(exported.missing),
        "path": file,
        "recordings": exported.blobs,
        "size": exported.checkpoint.size,
    }
    session.say(
        "exported",
        path=file,
        first=exported.first,
        last=exported.last,
        disclosed=exported.disclosed,
        blobs=exported.blobs,
        size=exported.checkpoint.size,
    )
    for blob_id in exported.missing:
        session.say("recording_missing", id=blob_id)
    if exported.missing:
        session.say("exported_incomplete", count=len(exported.missing))
        session.status = Status.FINDING
    session.give(members)
    return session.status
