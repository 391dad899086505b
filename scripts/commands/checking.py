"""``fsck`` and ``status``: how the log is."""

import os
import tomllib
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.commands.access import reading, settings_of, warn_of_clock, warn_of_keyring
from scripts.commands.identity import acting, person_acting
from scripts.console import Session, Status
from scripts.japan_time import in_japan
from scripts.refusals import known, sentence_of
from scripts.texts import Language
from scripts.wording.details import detailed

if TYPE_CHECKING:
    from ledger.application.condition import Condition
    from ledger.application.door import Ledger
    from ledger.store.fsck import Code, Report
    from ledger.store.fsck.findings import Finding

_SHOWN = 20
"""So many findings of one kind are written for people; JSON has all that the report keeps."""


def fsck(session: Session) -> Status:
    """Check everything that is stored; that it was checked is recorded, with what it came to."""
    from api.wiring import opened_to_check
    from ledger.application.checking import check_stored

    with opened_to_check(settings_of(session)) as (stored, open_ledger):
        with session.progress() as progress:
            report = check_stored(stored, progress=lambda done, total: progress("fsck", done, total))
        position = _record(session, open_ledger, report)
    session.status = Status(int(report.status))
    tell_report(session, report)
    if position is not None:
        session.say("fsck_recorded", position=position)
    session.give({**report_members(report), "position": position})
    return session.status


def _record(
    session: Session, open_ledger: "Callable[[], AbstractContextManager[Ledger]]", report: "Report"
) -> int | None:
    """Record a check, and sign it; a log too damaged for that keeps nobody from the report."""
    from ledger.application.checking import record
    from ledger.store.following import Following

    try:
        with open_ledger() as ledger, Following(ledger.checkpointer) as following:
            position = record(ledger, report, person=_person(ledger), actor=acting(ledger))
    except Exception as error:  # whatever it is: the report is what was asked for
        if os.environ.get("SHOSEKI_DEBUG") and not isinstance(error, known()):
            raise
        session.warn(session.text("fsck_not_recorded", reason=sentence_of(session, error)))
        return None
    if following.failure is not None:
        session.warn(session.text("not_signed", reason=sentence_of(session, following.failure)))
    return position


def _person(ledger: "Ledger") -> str | None:
    """Name who checks, where it is somebody registered: whoever may run it, it is on record."""
    from ledger.domain.decision import Refusal

    try:
        return person_acting(ledger)["id"]
    except Refusal:
        return None


def tell_report(session: Session, report: "Report", *, most: int = _SHOWN) -> None:
    """Say what the check found, for people: at most so many findings of a kind, and how many more there are."""
    shown: Counter[Code] = Counter()
    for finding in report.findings:
        if shown[finding.code] < most:
            shown[finding.code] += 1
            session.line(f"{finding.code.name}  {in_japan(_sentence(finding, session.language))}", "bad")
    for code, count in report.counts.items():
        if count > shown[code]:
            session.line(f"{code.name}  {session.text('fsck_more', count=count - shown[code])}", "bad")
    for sentence in report.unchecked:
        session.line(detailed(session.language, sentence), "warning")
    for note in report.notes:
        session.line(detailed(session.language, note))
    if report.findings:
        session.say("fsck_findings", "bad", entries=report.entries, count=sum(report.counts.values()))
    elif report.unchecked:
        session.say("fsck_unchecked", "warning", entries=report.entries)
    else:
        session.say(
            "fsck_clean",
            "good",
            entries=report.entries,
            opened=report.opened,
            checkpoints=report.checkpoints,
            blobs=report.blobs,
        )


def report_members(report: "Report") -> dict[str, Any]:
    """Give the check's report as plain values with stable names."""
    return {
        "checkpoints": report.checkpoints,
        "counts": {code.name: count for code, count in report.counts.items()},
        "entries": report.entries,
        "erased": report.erased,
        "findings": [
            {
                "chain": finding.chain,
                "code": finding.code.name,
                "detail": finding.detail,
                "position": finding.position,
                "sentence": {"en": _sentence(finding, "en"), "ja": _sentence(finding, "ja")},
            }
            for finding in report.findings
        ],
        "notes": list(report.notes),
        "opened": report.opened,
        "recordings": report.blobs,
        "status": int(report.status),
        "unchecked": list(report.unchecked),
    }


def _sentence(finding: "Finding", language: Language) -> str:
    return finding._replace(detail=detailed(language, finding.detail)).sentence(language)


def status(
    session: Session,
    *,
    confirm_clock: Annotated[bool, typer.Option("--confirm-clock", help="opt_confirm_clock")] = False,
    correct_clock: Annotated[
        str | None, typer.Option("--correct-clock", metavar="REASON", help="opt_correct_clock")
    ] = None,
) -> Status:
    """Tell how the log is doing; on request take the present time for right, ahead of the log's or behind it."""
    from ledger.application.condition import condition, confirm_present_time, correct_past_time

    settings = settings_of(session)
    with reading(session) as ledger:
        confirmed = confirm_present_time(ledger) if confirm_clock else None
        corrected = correct_past_time(ledger, correct_clock) if correct_clock is not None else None
        found = condition(ledger)
        warn_of_keyring(session, ledger.keys.keyring)
        if warn_of_clock(session, ledger) or found.behind < 0:
            session.status = Status.FINDING
    if confirmed is not None:
        session.say("clock_confirmed", "good", at=confirmed.at, position=confirmed.position)
    if corrected is not None:
        session.say("clock_corrected", "good", at=corrected.at, position=corrected.position)
    embedded = settings.database_url is None
    session.pairs(_rows(session, found, directory=str(settings.directory), embedded=embedded))
    session.give(
        {
            "application_owns_entries": found.database.owns_entries,
            "behind": found.behind,
            "clock_behind_seconds": session.clock_behind,
            "clock_confirmed": None if confirmed is None else {"at": confirmed.at, "position": confirmed.position},
            "clock_corrected": None if corrected is None else {"at": corrected.at, "position": corrected.position},
            "customers": found.customers,
            "database": {"kind": "embedded" if embedded else "configured", "version": found.database.version},
            "directory": settings.directory,
            "entries": found.entries,
            "keyring_backup_confirmed": found.keyring_backup_confirmed,
            "origin": found.origin,
            "signed": found.signed,
            "version": program_version(),
        }
    )
    return session.status


def program_version() -> str:
    """Give the version of this program: an application that runs from its tree has it in one place."""
    project = Path(__file__).parents[2] / "pyproject.toml"
    return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def _rows(session: Session, found: "Condition", *, directory: str, embedded: bool) -> list[tuple[str, object]]:
    database = found.database
    if found.signed is None:
        signed = session.text("signed_none")
    elif found.behind < 0:
        signed = session.text("signed_ahead", size=found.signed, entries=found.entries)
    elif found.behind:
        signed = session.text("signed_behind", size=found.signed, behind=found.behind)
    else:
        signed = session.text("signed_all", size=found.signed)
    return [
        ("version", f"shoseki {program_version()}"),
        ("origin", found.origin),
        ("directory", directory),
        ("database", session.text("database_own" if embedded else "database_named", version=database.version)),
        ("entries", found.entries),
        ("customers", found.customers),
        ("checkpoint", signed),
        ("keyring", session.text("keyring_safe" if found.keyring_backup_confirmed else "keyring_unsafe")),
        ("roles", session.text("roles_same" if database.owns_entries else "roles_apart", role=database.role)),
    ]
