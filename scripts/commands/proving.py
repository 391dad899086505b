"""``checkpoint``, ``checkpoint adopt``, ``receipt`` and ``export``: what leaves the log for those who check it.

A receipt with a payload, and every package, is evidence taken along: on record before it is written.
"""

from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.access import appending, reading, warn_of_keyring
from scripts.commands.files import open_regular, write_new
from scripts.commands.identity import acting, system_user
from scripts.commands.shown import record_access
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


def checkpoint_adopt(session: Session, *, file: Annotated[Path, typer.Argument(help="arg_adopted")]) -> Status:
    """Sign on from a checkpoint that somebody else kept, where the file of signed checkpoints is lost.

    A signed note does, and a receipt or package that holds one. The database must hold exactly what it signed.
    """
    note = _note_in(session, file)
    with reading(session) as ledger:
        signed = ledger.checkpointer.adopt(note)
        origin = ledger.origin
    session.say("adopted", "good", size=signed.size)
    session.give({"origin": origin, "root": b64encode(signed.root).decode(), "size": signed.size})
    return Status.FINE


def _note_in(session: Session, path: Path) -> bytes:
    from ledger.log.evidence import kind_of
    from ledger.log.note import MAX_NOTE_BYTES
    from ledger.log.package_reader import PackageReader
    from ledger.log.receipt import MAX_RECEIPT_BYTES, Receipt

    with open_regular(session, path) as file:
        match kind_of(file):
            case "package":
                return PackageReader(file).checkpoint()
            case "receipt":
                return Receipt.parse(file.read(MAX_RECEIPT_BYTES + 1)).proof.checkpoint
            case "other":
                return file.read(MAX_NOTE_BYTES + 1)


def receipt(
    session: Session,
    *,
    position: Annotated[int, typer.Argument(help="arg_position")],
    out: Annotated[Path | None, typer.Option("--out", help="opt_out")] = None,
    withhold: Annotated[bool, typer.Option("--withhold", help="opt_withhold")] = False,
    purpose: Annotated[str | None, typer.Option("--purpose", help="opt_purpose")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="opt_reason")] = None,
) -> Status:
    """Give the receipt of one entry: printed, or written to a file."""
    from ledger.application.accessing import Shown
    from ledger.domain.access import Act
    from ledger.domain.purposes import DataKind
    from ledger.store.record import PayloadState

    with appending(session) as ledger:
        record = ledger.show(position)
        disclose = record.state is PayloadState.OPEN and not withhold
        if disclose:
            shown = Shown(record.chain, record.seq, record.seq, Act.EXPORT, DataKind.CONTENT)
            record_access(session, ledger, shown, purpose=purpose, reason=reason, command=f"receipt {position}")
        document = ledger.receipt(position, disclose=disclose).format()
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
    request: Annotated[str | None, typer.Option("--request", help="opt_request")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="opt_purpose")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="opt_reason")] = None,
) -> Status:
    """Write a customer's evidence package; a finding where a recording that belongs in it is missing.

    With a request it is sealed for that request, or not left there.
    """
    from ledger.application.accessing import Shown
    from ledger.domain.access import Act
    from ledger.domain.purposes import DataKind

    with appending(session) as ledger:
        ledger.check_customer(customer)
        prepared = None if request is None else ledger.providing.prepare(customer, request, system_user())
        kind = DataKind.METADATA if withhold else DataKind.CONTENT if no_recordings else DataKind.RECORDING
        shown = Shown(customer, first, last, Act.EXPORT, kind)
        command = "export" if request is None else f"export --request {request}"
        marked = record_access(session, ledger, shown, purpose=purpose, reason=reason, command=command)
        assert marked is not None, "every export is marked"
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
        sealed = None
        if prepared is not None:
            try:
                sealed = ledger.providing.seal(prepared, file, actor=acting(ledger)).positions[0]
            except BaseException:
                file.unlink()  # what is not sealed is not delivered
                raise
        warn_of_keyring(session, ledger.keys.keyring)
    members = {
        "customer": customer,
        "disclosed": exported.disclosed,
        "first": exported.first,
        "last": exported.last,
        "marking": {"code": str(marked.marking), "text": marked.text(session.language)},
        "missing": list(exported.missing),
        "path": file,
        "recordings": exported.blobs,
        "sealed": sealed,
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
    session.line(marked.text(session.language))
    if sealed is not None:
        session.say("exported_sealed", request=request, position=sealed)
    for blob_id in exported.missing:
        session.say("recording_missing", id=blob_id)
    if exported.missing:
        session.say("exported_incomplete", count=len(exported.missing))
        session.status = Status.FINDING
    session.give(members)
    return session.status
