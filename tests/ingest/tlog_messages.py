"""Messages of tlog recordings: the captured ones, and single ones that a test makes."""

import json

from recording_runs import (
    CAPTURED,
    run,
)

from ledger.ingest.model import Item, Line
from ledger.ingest.tlog import TlogImporter

BOOT = "845b44c5a20a4dc5a55bbdfa9cb7137e"
CAPTURED_RECORDINGS = {
    "S1": {
        "recording": f"{BOOT}-412-619e4",
        "audit_session": 7,
        "messages": 31,
        "started_at": "2026-11-22T09:04:51.994Z",
        "windows": [[80, 24], [120, 36]],
        "output_chars": 7_053,
        "output_bytes": 8_021,
        "output_sha256": "d463464d32ea0eafbe1866e323b5c19a03890718cd2127e293deddbb19689734",
        "input_chars": 0,
    },
    "S2": {
        "recording": f"{BOOT}-644-64acf",
        "audit_session": 8,
        "messages": 9,
        "started_at": "2026-11-22T09:06:57.246Z",
        "windows": [[80, 24]],
        "output_chars": 620,
        "output_bytes": 766,
        "output_sha256": "47865e81c6c51aa6fbbbd9ccf67a0e8af944141bc6e1d9bd6af167d9d5cbf3f4",
        "input_chars": 0,
    },
    "S3": {
        "recording": f"{BOOT}-7de-65cb8",
        "audit_session": 9,
        "messages": 4,
        "started_at": "2026-11-22T09:07:43.091Z",
        "windows": [[80, 24]],
        "output_chars": 786,
        "output_bytes": 1_168,
        "output_sha256": "8a4c454feb157d4edad647559e43a4392a100cd6a794ae3610b18ce178704a74",
        "input_chars": 0,
    },
    "S4": {
        "recording": f"{BOOT}-a9b-66b46",
        "audit_session": 10,
        "messages": 1_750,
        "started_at": "2026-11-22T09:08:20.342Z",
        "windows": [[100, 30], [132, 40], [80, 24]],
        "output_chars": 324_753,
        "output_bytes": 329_958,
        "output_sha256": "8364e2b833db6d9c8ee80cef7715d910d9100a8a74b771516afe03fa601a0a7d",
        "input_chars": 1_593,
    },
    "S5": {
        "recording": f"{BOOT}-13f2-732ec",
        "audit_session": 11,
        "messages": 3_097,
        "started_at": "2026-11-22T09:16:51.467Z",
        "windows": [[132, 43], [80, 24]],
        "output_chars": 685_422,
        "output_bytes": 689_472,
        "output_sha256": "a20764ff5a5fca9e91495f37e6d99a77da3f211a06f4fa8a4f6dd25bf4aa0bb4",
        "input_chars": 0,
    },
}


def captured(session: str) -> bytes:
    return (CAPTURED / "tlog" / f"recording-{session}.jsonl").read_bytes()


def messages(session: str) -> list[bytes]:
    return captured(session).splitlines()


def read(lines: list[bytes], importer: TlogImporter | None = None) -> list[Item]:
    return run(importer or TlogImporter(), [Line(number, 0, data) for number, data in enumerate(lines, 1)])


def message(number: int, *, drop: str = "", **members: object) -> bytes:
    """A message like those that were captured."""
    made = {
        "ver": "2.3",
        "host": "kokyaku-ap01",
        "rec": "a-b-c",
        "user": "t.sato",
        "term": "xterm",
        "session": 7,
        "id": number,
        "pos": number * 1000,
        "time": 1795338291 + number,
        "timing": "=80x24>6",
        "in_txt": "",
        "in_bin": [],
        "out_txt": f"{number:05d}\n",
        "out_bin": [],
    } | members
    made.pop(drop, None)
    return json.dumps(made).encode()
