"""What sudo writes: classical lines of a syslog file, and events of its own log."""

import json

from log_runs import import_bytes

from ledger.ingest.model import Item


def classical(*texts: str) -> list[Item]:
    """Import classical lines, one second apart; ``+n`` lets n seconds pass."""
    second = 0
    lines = []
    for text in texts:
        if text.startswith("+"):
            second += int(text[1:])
            continue
        stamp = f"2026-11-22T10:{second // 60:02d}:{second % 60:02d}Z"
        lines.append(f"{stamp} h sudo: {text}\n")
        second += 1
    return import_bytes("sshd-3339", "".join(lines).encode())


def event(kind: str = "accept", **members: object) -> dict[str, object]:
    told: dict[str, object] = {
        "uuid": "u1",
        "submit_time": {"seconds": 1_795_338_306, "nanoseconds": 5},
        "exit_time": {"seconds": 1_795_338_307, "nanoseconds": 5},
        "submituser": "ann",
        "submithost": "h",
        "command": "/bin/ls",
        "runargv": ["ls"],
    }
    return {kind: {name: value for name, value in (told | members).items() if value is not None}}


def own_file(*events: dict[str, object]) -> list[Item]:
    """Import events as sudo writes them into its own file: one object, its members' names repeated."""
    parts = [json.dumps(each, indent=4, ensure_ascii=False)[1:-2] for each in events]
    return import_bytes("sudo", ("{" + ",".join(parts) + "\n}\n").encode())
