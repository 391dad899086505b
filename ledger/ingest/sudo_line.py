"""The classical line that sudo writes to syslog, for one command.

    t.sato : TTY=pts/3 ; PWD=/home/t.sato ; USER=root ; COMMAND=/usr/bin/tail -n 3 /var/log/app.log
    t.sato : command not allowed ; TTY=pts/3 ; PWD=/home/t.sato ; USER=root ; COMMAND=/usr/bin/cat /etc/shadow
    t.sato : TTY=pts/3 ; PWD=/home/t.sato ; USER=root ; COMMAND=/usr/bin/tail -n 3 … ; EXIT=0
    t.sato : (command continued) rest of a long line

The line holds no uuid, and the command is one text: where an argument begins is not always told, so it is not guessed.
``ENV=`` holds the variables that the user set and is withheld, but for its place.
"""

import re
from typing import Any, NamedTuple

from ledger.ingest.sudo_event import short_tty

CONTINUED = "(command continued) "
_LINE = re.compile(r" *(\S(?:.*?\S)?) : (.*)")
_FIELD = re.compile(r"(HOST|TTY|CHROOT|PWD|CWD|USER|GROUP|TSID|ENV)=(.*?) ; ")
_COMMAND = re.compile(r"COMMAND=(.*)")
_EXIT = re.compile(r"(.*?)(?: ; SIGNAL=([A-Z0-9+]{1,16}))? ; EXIT=(-?\d{1,10})", re.ASCII)
_NAMES = {
    "TTY": "tty",
    "CHROOT": "chroot",
    "PWD": "run_directory",
    "CWD": "run_directory",
    "USER": "run_as",
    "GROUP": "run_as_group",
    "TSID": "io_log",
}


class Classical(NamedTuple):
    """What a classical line says. ``reason`` is None for an accepted command; ``host`` only where it was logged."""

    user: str
    reason: str | None
    members: dict[str, Any]
    command_line: str
    host: str | None


class Exit(NamedTuple):
    """The end of a command line that sudo logs with ``log_exit_status``."""

    command_line: str
    signal: str | None
    value: int


def split_user(text: str) -> tuple[str, str] | None:
    """Give user and rest of a line, or None for a message that is not about a user's command."""
    found = _LINE.fullmatch(text)
    return (found[1], found[2]) if found else None


def parse(user: str, rest: str) -> Classical | None:
    """Read what follows the user; None for a message without a command."""
    members: dict[str, Any] = {}
    host: str | None = None
    start = 0
    first = _FIELD.search(rest)
    command_at = rest.find("COMMAND=")
    if first is None or (0 <= command_at < first.start()):
        reason = rest[: max(command_at, 0)]
    else:
        reason = rest[: first.start()]
        start = first.start()
        while found := _FIELD.match(rest, start):
            if found[1] == "HOST":
                host = found[2]
            elif found[1] == "ENV":
                members["environment_withheld"] = len(found[2].split(" "))
            else:
                members[_NAMES[found[1]]] = short_tty(found[2]) if found[1] == "TTY" else found[2]
            start = found.end()
    command = _COMMAND.fullmatch(rest, max(start, len(reason)))
    if command is None:
        return None
    return Classical(user, reason.removesuffix(" ; ").strip() or None, members, command[1], host)


def parse_exit(command_line: str) -> Exit | None:
    """Read the end of a command line; None where it has no exit status."""
    found = _EXIT.fullmatch(command_line)
    return Exit(found[1], found[2], int(found[3])) if found else None
