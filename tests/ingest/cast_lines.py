"""asciicast recordings: the captured one, and some that a test makes."""

import json

from recording_runs import (
    CAPTURED,
    as_lines,
    run,
)

from ledger.ingest.asciinema import AsciinemaImporter
from ledger.ingest.model import Item, Line

HEADER_2 = {"version": 2, "width": 80, "height": 24, "timestamp": 1795338416}
HEADER_3 = {"version": 3, "term": {"cols": 80, "rows": 24, "type": "xterm"}, "timestamp": 1795338416}


def session_s2() -> bytes:
    return (CAPTURED / "asciinema" / "session-S2.cast").read_bytes()


def cast(header: dict[str, object], *events: object) -> list[Line]:
    lines = [event if isinstance(event, bytes) else json.dumps(event).encode() for event in (header, *events)]
    return as_lines(b"\n".join(lines) + b"\n")


def read(header: dict[str, object], *events: object) -> list[Item]:
    return run(AsciinemaImporter(), cast(header, *events))
