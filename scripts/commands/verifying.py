"""``verify``: what an outsider runs. It needs the files and a pinned policy: no database, directory, key or network."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from scripts.commands.files import open_regular
from scripts.console import Session, Status
from scripts.japan_time import in_japan
from scripts.refusals import CommandRefusedError
from scripts.wording.details import detailed

if TYPE_CHECKING:
    from ledger.log.report import Report
    from ledger.log.verify import Held


def verify(
    session: Session,
    *,
    file: Annotated[Path, typer.Argument(help="arg_evidence")],
    policy: Annotated[Path, typer.Option("--policy", help="opt_policy")],
    held: Annotated[list[Path] | None, typer.Option("--held", help="opt_held")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="opt_asked_customer")] = None,
    until: Annotated[str | None, typer.Option("--until", help="opt_until")] = None,
    now: Annotated[str | None, typer.Option("--now", help="opt_now")] = None,
) -> Status:
    """Verify a package or a receipt, told apart by content; the report's status is that of the command."""
    from ledger.log.errors import LogError
    from ledger.log.evidence import kind_of
    from ledger.log.policy import MAX_POLICY_BYTES, parse
    from ledger.log.receipt import MAX_RECEIPT_BYTES
    from ledger.log.verify import Asked, verify_package, verify_receipt
    from scripts.commands.processes import in_order

    at = datetime.now(UTC) if now is None else _moment(session, now)
    asked = Asked(customer, None if until is None else _moment(session, until))
    with open_regular(session, policy) as opened:
        try:
            pinned = parse(opened.read(MAX_POLICY_BYTES + 1))
        except LogError as error:
            raise CommandRefusedError(
                session.text("policy_unusable", path=policy, reason=detailed(session.language, str(error).rstrip(".")))
            ) from error
    with ExitStack() as stack:
        before = _held(session, held or [], stack)
        evidence = stack.enter_context(open_regular(session, file))
        kind = kind_of(evidence)
        if kind == "package":
            with session.progress() as progress:
                report = verify_package(
                    evidence,
                    pinned,
                    held=before,
                    asked=asked,
                    now=at,
                    run=in_order,
                    on_progress=lambda done, total: progress("verify", done, total),
                )
        elif kind == "receipt":
            if asked != Asked():
                raise CommandRefusedError(session.text("asked_of_receipt", path=file))
            report = verify_receipt(evidence.read(MAX_RECEIPT_BYTES + 1), pinned, held=before, now=at)
        else:
            raise CommandRefusedError(session.text("not_evidence", path=file))
    session.status = Status(int(report.status))
    _tell(session, report)
    session.give({**report.to_json(), "file": file})
    return session.status


def _tell(session: Session, report: "Report") -> None:
    findings = tuple(each._replace(text=detailed(session.language, each.text)) for each in report.findings)
    for line in replace(report, findings=findings).lines(session.language):
        session.line(in_japan(line), "bad" if "FAILED" in line or "不合格" in line else "plain")


def _moment(session: Session, value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CommandRefusedError(session.text("not_a_time", value=value))
    return moment


def _held(session: Session, paths: list[Path], stack: ExitStack) -> "Held":
    """Take what the verifier kept from before: packages stay open files, the others are small."""
    from ledger.log.evidence import kind_of
    from ledger.log.receipt import MAX_RECEIPT_BYTES
    from ledger.log.verify import Held

    checkpoints: list[bytes] = []
    receipts: list[bytes] = []
    packages: list[BinaryIO] = []
    for path in paths:
        file = stack.enter_context(open_regular(session, path))
        match kind_of(file):
            case "package":
                packages.append(file)
            case "receipt":
                receipts.append(file.read(MAX_RECEIPT_BYTES + 1))
            case "other":
                checkpoints.append(file.read(MAX_RECEIPT_BYTES + 1))
    return Held(tuple(checkpoints), tuple(receipts), tuple(packages))
