"""The demonstration: one customer's story, from published terms to a manipulation that is named.

On a clock of its own, in a directory of its own, with an embedded PostgreSQL: a vendor publishes its terms, a customer
lets the period pass in silence, a work order is carried out (``demo_work``) and the evening's real logs and recordings
are imported, everything is signed, packed and verified offline by another process. Then somebody with the owner's
password changes one byte of a stored entry, and the full check names it.

    DIR/shoseki.json …    the log itself: `shoseki --dir DIR …` goes on with it
    DIR/policy.json       what an auditor pins
    DIR/checkpoint.txt    the signed checkpoint over everything
    DIR/package.zip       the customer's evidence package
    DIR/summary.json      what the story came to
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from api.settings import Settings
from api.wiring import create, opened
from ledger.application.batch import FINDING
from ledger.application.checking import check
from ledger.application.door import Ledger
from ledger.application.exporting import Exported
from ledger.application.payload import data_of
from ledger.ingest.registry import Options
from ledger.log import policy
from ledger.store.clock import ManualClock
from ledger.store.fsck import Report
from ledger.store.tampering import ChangedByte, change_byte_unnoticed
from scripts.demo_sessions import Recognised, recognise
from scripts.demo_work import BEGINS, ENDS, EVENING, VENDOR, Tell, Work

ORIGIN = "shoseki.example/demo"

_ROOT = Path(__file__).parents[1]
_TERMS = _ROOT / "docs" / "remote-maintenance-terms-1.0-ja.txt"
_CAPTURED = _ROOT / "tests" / "data" / "captured"
_JAPAN = "+09:00"
IMPORTS: tuple[tuple[str, str, Options], ...] = (
    ("sshd-3164", "ssh/auth.log", Options(zone=_JAPAN, year=2026)),
    ("sudo", "sudo/sudo.json", Options()),
    *(("tlog", f"tlog/recording-S{number}.jsonl", Options()) for number in range(1, 6)),
    ("asciinema", "asciinema/session-S2.cast", Options()),
    ("websockify-log", "desktop/websockify.log", Options(zone=_JAPAN)),
    ("xtigervnc-log", "desktop/xtigervnc.log", Options(zone=_JAPAN)),
    ("websockify", "desktop/kokyaku-gw01-20261122.11", Options(file_name="kokyaku-gw01-20261122.11")),
    ("websockify", "desktop/kokyaku-gw01-20261122.9", Options(file_name="kokyaku-gw01-20261122.9")),
)


@dataclass(frozen=True, slots=True)
class Verified:
    """What the other process said of the package."""

    status: int
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """What the story came to."""

    directory: Path
    customer: str
    entries: int
    sessions: list[Recognised]
    findings: list[dict[str, Any]]
    exported: Exported
    verified: Verified
    before: Report
    tampered: ChangedByte
    after: Report

    @property
    def as_it_must(self) -> bool:
        """Tell whether everything held, and the manipulation was named where it was made."""
        named = {each.position for each in self.after.findings}
        return self.verified.status == 0 and self.before.status == 0 and self.tampered.position in named

    @property
    def ends_ahead(self) -> bool:
        """Tell whether the story's clock ran past today."""
        return datetime.now(UTC) < ENDS


Progress = Callable[[], AbstractContextManager[Callable[[str, int, int], None]]]
"""Gives a progress bar for as long as it is entered."""


def play(directory: Path, customer_name: str, tell: Tell, progress: Progress) -> Story:
    """Play the story in an empty directory. Raises what the parts raise."""
    clock = ManualClock(BEGINS)
    settings = Settings(directory)
    create(settings, ORIGIN, clock=clock)
    with opened(settings, clock=clock) as ledger:
        settings.policy.write_bytes(policy.format(ledger.policy()))
        tell("begun", origin=ORIGIN, directory=directory)
        work = Work(ledger, clock, tell)
        work.agree(customer_name, _TERMS)
        work.plan()
        work.work()
        customer = work.customer
        clock.advance_to(EVENING)
        lines = _import(ledger, customer, progress)
        records = [record for _, record in ledger.entries(customer=customer)]
        sessions = recognise(records)
        findings = [_finding(position, ledger) for position in _findings(ledger, customer)]
        tell("imported", files=len(IMPORTS), lines=lines, sessions=sessions, findings=findings)
        work.end()
        package = directory / "package.zip"
        exported = ledger.export(customer, package)
        (directory / "checkpoint.txt").write_bytes(exported.checkpoint.note)
        entries = ledger.reader.size()
        tell("packed", entries=entries, size=exported.checkpoint.size, package=package)
        verified = _verify_elsewhere(package, settings.policy)
        tell("verified", report=verified.report)
        before = check(ledger)
        tell("checked", report=before)
        tampered = _tamper(ledger, customer)
        tell("tampered", position=tampered.position, before=chr(tampered.before), after=chr(tampered.after))
        after = check(ledger)
        tell("caught", report=after)
    return Story(directory, customer, entries, sessions, findings, exported, verified, before, tampered, after)


def _import(ledger: Ledger, customer: str, progress: Progress) -> int:
    """Import the captured evening; give the number of lines read."""
    lines = 0
    with progress() as move:
        for done, (format_name, path, options) in enumerate(IMPORTS):
            move("parse", done, len(IMPORTS))
            lines += ledger.import_file(_CAPTURED / path, format_name, customer, options, actor=VENDOR).lines
            ledger.checkpoint()
    return lines


def _findings(ledger: Ledger, customer: str) -> list[int]:
    return [position for position, record in ledger.entries(customer=customer, opened=False) if record.type == FINDING]


def _finding(position: int, ledger: Ledger) -> dict[str, Any]:
    data = data_of(ledger.show(position).data)
    return {"code": data["code"], "import": data.get("import"), "position": position, "text": data["text"]}


def _verify_elsewhere(package: Path, pinned: Path) -> Verified:
    """Verify as an auditor does: another process that knows two files, and neither directory nor database."""
    command = [sys.executable, "-m", "scripts.cli", "verify", str(package), "--policy", str(pinned), "--json"]
    if datetime.now(UTC) < ENDS:
        command += ["--now", ENDS.isoformat()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOSEKI_")}
    done = subprocess.run(command, capture_output=True, check=False, cwd=_ROOT, env=environment)
    return Verified(done.returncode, json.loads(done.stdout))


def _tamper(ledger: Ledger, customer: str) -> ChangedByte:
    """Move the time at which the first login was recorded by a minute, as the database's owner could."""
    position, record = next(
        (position, record)
        for position, record in ledger.entries(customer=customer, opened=False)
        if record.type == "login.accepted.v1"
    )
    minute = record.entry.index(b'"at":"') + len('"at":"2026-11-22T09:3')
    digit = record.entry[minute]
    other = digit + 1 if digit < ord("9") else digit - 1
    return change_byte_unnoticed(ledger.owner_url, ledger.recorder.schema, position, minute, other)
