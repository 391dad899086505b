"""Entries of a systemd journal in both of its forms."""

import json
import struct

from log_runs import import_bytes

from ledger.ingest.model import Item

BOOT = "845b44c5a20a4dc5a55bbdfa9cb7137e"
US = 1_795_338_291_929_094


def entry(message: str | bytes | None, **fields: str | bytes | None) -> dict[str, str | bytes]:
    told: dict[str, str | bytes | None] = {
        "__CURSOR": None,
        "__REALTIME_TIMESTAMP": str(US),
        "_HOSTNAME": "h",
        "SYSLOG_IDENTIFIER": "sshd",
        "_PID": "7",
        "MESSAGE": message,
    }
    return {name: value for name, value in (told | fields).items() if value is not None}


def as_json(*entries: dict[str, str | bytes]) -> bytes:
    def spelled(value: str | bytes) -> object:
        return list(value) if isinstance(value, bytes) else value

    return b"".join(json.dumps({n: spelled(v) for n, v in each.items()}).encode() + b"\n" for each in entries)


def as_export(*entries: dict[str, str | bytes]) -> bytes:
    def spelled(name: str, value: str | bytes) -> bytes:
        if isinstance(value, bytes):
            return name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
        return f"{name}={value}\n".encode()

    return b"".join(b"".join(spelled(*field) for field in each.items()) + b"\n" for each in entries)


FORMS = {"journal-json": as_json, "journal-export": as_export}
LOGIN = "Accepted password for ann from 192.0.2.1 port 5 ssh2"


def both(*entries: dict[str, str | bytes]) -> list[Item]:
    """Import entries in both forms, which must say the same."""
    told = {name: import_bytes(name, form(*entries)) for name, form in FORMS.items()}
    assert [repr(item).partition("lines=")[0] for item in told["journal-json"]] == [
        repr(item).partition("lines=")[0] for item in told["journal-export"]
    ]
    return told["journal-json"]
