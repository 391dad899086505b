"""``customer add``, ``customer list`` and ``import``: what goes into the log."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.commands.access import appending, reading
from scripts.commands.identity import acting
from scripts.console import Session, Status
from scripts.refusals import CommandRefusedError
from scripts.wording.details import detailed

if TYPE_CHECKING:
    from ledger.application.batch import Batch
    from ledger.application.reconciling import Reconciled


def customer_add(session: Session, *, name: Annotated[str, typer.Argument(help="arg_name")]) -> Status:
    """Register a customer."""
    with appending(session) as ledger:
        customer = ledger.register_customer(name, actor=acting(ledger))
    session.say("customer_added", customer=name, id=customer)
    session.give({"id": customer, "name": name})
    return Status.FINE


def customer_list(session: Session) -> Status:
    """List the customers, one JSON object a line."""
    with reading(session) as ledger:
        customers = ledger.customers()
    for each in customers:
        session.give({"entries": each.entries, "id": each.id, "name": each.name})
    if not customers:
        session.say("no_customers")
    else:
        rows = [(each.id, each.name or session.text("erased"), each.entries) for each in customers]
        session.table(("id", "name", "entries"), rows, right=(2,))
    return Status.FINE


def import_file(
    session: Session,
    *,
    format_name: Annotated[str, typer.Argument(metavar="FORMAT", help="arg_format")],
    path: Annotated[Path, typer.Argument(help="arg_path")],
    customer: Annotated[str, typer.Option("--customer", help="opt_customer")],
    zone: Annotated[str | None, typer.Option(help="opt_zone")] = None,
    year: Annotated[int | None, typer.Option(help="opt_year")] = None,
    start: Annotated[str | None, typer.Option(help="opt_began")] = None,
    file_name: Annotated[str | None, typer.Option(help="opt_file_name")] = None,
    target: Annotated[list[str] | None, typer.Option("--target", help="opt_target", metavar="HOST=NAME")] = None,
) -> Status:
    """Import a file; the status is FINDING when it recorded findings or could not read a line, now or before.

    So it is when a login that it tells of belongs to no recorded session, or to several.
    """
    from ledger.ingest.registry import Options, open_format

    options = Options(zone=zone, year=year, start=start, file_name=file_name)
    open_format(format_name, options)  # refused before a database is started for nothing
    targets = dict(_named(session, each) for each in target or ())
    with appending(session) as ledger, session.progress() as progress:
        batch = ledger.import_file(
            path, format_name, customer, options, actor=acting(ledger), targets=targets, progress=progress
        )
    suspect = batch.reconciled is not None and batch.reconciled.suspects
    found = batch.findings or batch.rejected or batch.uncertain or suspect or batch.exposed
    session.status = Status.FINDING if found else Status.FINE
    _tell(session, batch)
    session.give({**_members(session, batch), "file": path, "status": int(session.status)})
    return session.status


def _named(session: Session, value: str) -> tuple[str, str]:
    """Read ``ap01.example=ap01``: a host as the log calls it, and its name in work orders."""
    host, equals, name = value.partition("=")
    if not (host and equals and name):
        raise CommandRefusedError(session.text("target_named", value=value))
    return host, name


def _tell(session: Session, batch: "Batch") -> None:
    session.say(
        "imported_before" if batch.already else "imported",
        id=batch.id,
        lines=batch.lines,
        facts=batch.facts.total(),
        findings=batch.findings.total(),
        rejected=batch.rejected,
        known=batch.known,
    )
    if batch.facts:
        session.table(("type", "count"), sorted(batch.facts.items()), right=(1,))
    if batch.findings:
        session.table(("code", "count"), sorted(batch.findings.items()), right=(1,))
    for reason, line in batch.reasons.items():
        session.warn(session.text("line_rejected", line=line, reason=detailed(session.language, reason)))
    if batch.keystrokes_cut:
        session.say("keystrokes_cut", count=batch.keystrokes_cut)
    if batch.sessions or batch.uncertain:
        session.say("correlated", sessions=batch.sessions, uncertain=batch.uncertain)
    for credential in batch.exposed:
        session.warn(session.text("credential_exposed", id=credential))
    if batch.reconciled is not None:
        _tell_reconciled(session, batch.reconciled)


def _tell_reconciled(session: Session, found: "Reconciled") -> None:
    """Say what stands of the logins: each that matches no session, or several, on a line of its own."""
    if found.logins:
        session.say("reconciled", logins=found.logins, matched=found.matched)
    if found.settled:
        session.say("reconciled_earlier", count=found.settled)
    if found.elsewhere:
        session.say("reconciled_elsewhere", count=found.elsewhere)
    if found.to_come:
        session.say("reconciled_to_come", "warning", count=found.to_come)
    for each in found.suspects:
        places = {"record": each.record, "position": each.position}
        session.warn(
            session.text("reconciled_suspect", rule=each.fact.rule, **places, text=each.fact.text(session.language))
        )


def _reconciled_members(session: Session, found: "Reconciled") -> dict[str, Any]:
    return {
        "against": [
            {
                "entry": each.record,
                "position": each.position,
                "rule": each.fact.rule,
                "text": each.fact.text(session.language),
            }
            for each in found.suspects
        ],
        "elsewhere": found.elsewhere,
        "logins": found.logins,
        "matched": found.matched,
        "settled": found.settled,
        "to_come": found.to_come,
    }


def _members(session: Session, batch: "Batch") -> dict[str, Any]:
    return {
        **batch.counts(),
        "already": batch.already,
        "exposed": list(batch.exposed),
        "facts": dict(sorted(batch.facts.items())),
        "findings": dict(sorted(batch.findings.items())),
        "format": batch.format,
        "import": batch.id,
        "raw_bytes": batch.raw_bytes,
        "raw_sha256": batch.raw_sha256,
        "reasons": [{"line": line, "reason": reason} for reason, line in batch.reasons.items()],
        "reconciled": None if batch.reconciled is None else _reconciled_members(session, batch.reconciled),
    }
