"""Runs whole sources through their formats, and counts that no line was lost."""

import io
from collections.abc import Iterable
from pathlib import Path

from recording_runs import CAPTURED, check

from ledger.ingest.lines import read_lines
from ledger.ingest.model import Fact, Importer, Item
from ledger.ingest.registry import Options, open_format

NO_OPTIONS = Options()
JST = Options(zone="+09:00", year=2026)
AUTH_LOGS = {
    "sshd-3164": (CAPTURED / "ssh" / "auth.log", JST),
    "sshd-3339": (CAPTURED / "ssh" / "auth-rfc3339.log", Options()),
    "sshd-5424": (CAPTURED / "ssh" / "auth-rfc5424.log", Options()),
}
JOURNALS = {
    "journal-export": CAPTURED / "journal" / "journal.export",
    "journal-json": CAPTURED / "journal" / "journal.json",
}
SUDO = CAPTURED / "sudo" / "sudo.json"


def import_bytes(name: str, data: bytes, options: Options = NO_OPTIONS) -> list[Item]:
    """Import a source; every item must be one that the log can take, and every line must be counted once."""
    source = open_format(name, options)
    return feed_all(source.importer, data)


def import_file(name: str, path: Path, options: Options = NO_OPTIONS) -> list[Item]:
    """Import a file."""
    return import_bytes(name, path.read_bytes(), options)


def feed_all(importer: Importer, data: bytes) -> list[Item]:
    """Feed all lines of a source and finish."""
    items: list[Item] = []
    lines = 0
    for line in read_lines(io.BytesIO(data)):
        lines += 1
        items.extend(importer.feed(line))
    items.extend(importer.finish())
    for item in items:
        check(item)
    counts = getattr(importer, "counts", None)
    assert counts is not None
    assert counts.lines == lines == counts.interpreted + counts.uninteresting + counts.rejected
    return items


def auth_lines(*numbers: int) -> bytes:
    """Give lines of the captured auth.log by their numbers, from 1."""
    lines = AUTH_LOGS["sshd-3164"][0].read_bytes().splitlines(keepends=True)
    return b"".join(lines[number - 1] for number in numbers)


def by_type(items: Iterable[Item]) -> dict[str, int]:
    """Count the facts by their types."""
    counts: dict[str, int] = {}
    for item in items:
        if isinstance(item, Fact):
            counts[item.type] = counts.get(item.type, 0) + 1
    return counts
