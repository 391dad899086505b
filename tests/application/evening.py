"""The captured evening as imports, and what is known to be in it (tests/data/captured/README.md)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ledger.application.batch import Batch
from ledger.application.door import Ledger
from ledger.application.payload import data_of
from ledger.ingest.registry import Options

ACTOR = {"kind": "operator", "id": "tests"}
LOCAL = Options(zone="+09:00")

EVENING: dict[str, tuple[str, str, Options]] = {
    "auth": ("sshd-3164", "ssh/auth.log", Options(zone="+09:00", year=2026)),
    "auth5424": ("sshd-5424", "ssh/auth-rfc5424.log", Options()),
    "journal": ("journal-json", "journal/journal.json", Options()),
    "sudo": ("sudo", "sudo/sudo.json", Options()),
    **{f"S{number}": ("tlog", f"tlog/recording-S{number}.jsonl", Options()) for number in range(1, 6)},
    "cast": ("asciinema", "asciinema/session-S2.cast", Options()),
    "desktop": ("websockify", "desktop/kokyaku-gw01-20261122.11", Options(file_name="kokyaku-gw01-20261122.11")),
    "failed desktop": ("websockify", "desktop/kokyaku-gw01-20261122.9", Options(file_name="kokyaku-gw01-20261122.9")),
    "gateway": ("websockify-log", "desktop/websockify.log", LOCAL),
    "vnc": ("xtigervnc-log", "desktop/xtigervnc.log", LOCAL),
}


def take(ledger: Ledger, customer: str, captured: Path, names: Sequence[str]) -> dict[str, Batch]:
    """Import parts of the evening in this order."""
    batches = {}
    for name in names:
        format_name, path, options = EVENING[name]
        batches[name] = ledger.import_file(captured / path, format_name, customer, options, actor=ACTOR)
    return batches


def payloads(ledger: Ledger, customer: str, type_: str) -> list[dict[str, Any]]:
    """Give the data of all records of a type in a customer's chain, in their order."""
    return [data_of(record.data) for _, record in ledger.entries(customer=customer) if record.type == type_]


def sessions(ledger: Ledger, customer: str) -> dict[str, dict[str, Any]]:
    """Give what is current of every session: its newest correlation."""
    return {data["session"]: data for data in payloads(ledger, customer, "session.correlated.v1")}
