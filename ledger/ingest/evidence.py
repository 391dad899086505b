"""A recorded fact as correlation sees it: who, where, when, and by which names. Small, since many wait at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from sys import intern
from typing import Any

from ledger.ingest.clock import ClockError, parse_spelled

FIRST = -1
"""The time of what has none: it is taken before everything else."""


@dataclass(frozen=True, slots=True)
class Record:
    """A fact that stands in the log. ``id`` names the record (its position), ``import_id`` the import it is from."""

    id: str
    import_id: str
    type: str
    occurred_at: str | None
    natural: str
    data: Mapping[str, Any]


class Kind(IntEnum):
    """What a record tells of. What begins at an instant is taken before what ends at it."""

    LOGIN = 1
    FAILED_LOGIN = 2
    CONNECTION = 3
    VNC = 4
    COMMAND = 5
    TERMINAL = 6
    DESKTOP = 7
    LOGOUT = 8


_KINDS = {
    "login.accepted.v1": Kind.LOGIN,
    "login.failed.v1": Kind.FAILED_LOGIN,
    "login.ended.v1": Kind.LOGOUT,
    "session.command_observed.v1": Kind.COMMAND,
    "session.command_exited.v1": Kind.COMMAND,
    "desktop.connection_opened.v1": Kind.CONNECTION,
    "desktop.connection_closed.v1": Kind.CONNECTION,
    "desktop.vnc_accepted.v1": Kind.VNC,
    "desktop.vnc_closed.v1": Kind.VNC,
    "desktop.login_accepted.v1": Kind.DESKTOP,
    "desktop.login_failed.v1": Kind.DESKTOP,
}
_RECORDINGS = frozenset({"recording.started.v1", "recording.finalized.v1"})
_BOOT_ID_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last microsecond that a spelled time can mean, and the spelling."""

    first: int
    last: int
    spelled: str

    @property
    def width(self) -> int:
        """How precise the spelling is; the smaller, the preciser."""
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Evidence:
    """What correlation needs of a record."""

    kind: Kind
    record: str
    import_id: str
    natural: str
    at: Span | None
    host: str | None = None
    user: str | None = None
    pid: int | None = None
    source: tuple[str, int] | None = None
    boot_id: str | None = None
    audit_session: int | None = None
    start: Span | None = None
    """When the thing began that the record tells the end of."""
    name: str | None = None
    """The name that several records of one command, recording or connection share."""
    file: str | None = None
    final: bool = False
    """Whether the record tells the end of what it names."""
    failed: bool = False
    lines: tuple[str, ...] = field(default=())

    @property
    def time(self) -> int:
        """When the record is taken, in microseconds."""
        return FIRST if self.at is None else self.at.first

    def order(self) -> tuple[object, ...]:
        """Give a key of content alone: records that compare equal are interchangeable."""
        width = 0 if self.at is None else self.at.width
        return (self.time, width, self.kind, self.natural)


def see(record: Record) -> Evidence | None:
    """Give what a record tells, or None where it tells nothing of a session."""
    data = record.data
    kind = _KINDS.get(record.type)
    if record.type in _RECORDINGS:
        kind = Kind.DESKTOP if data.get("kind") == "desktop" else Kind.TERMINAL
    at = _span(record.occurred_at)
    if kind is None or (at is None and kind is not Kind.DESKTOP):
        return None
    text, number = _Reader(data).text, _Reader(data).number
    address, port = text("source_address"), number("source_port")
    if kind is Kind.COMMAND and address is None:
        address, port = _ssh_connection(data.get("environment"))
    name = text("uuid") if kind is Kind.COMMAND else text("recording")
    if kind in {Kind.CONNECTION, Kind.VNC}:
        name = record.natural.rpartition(":")[0]
    boot_id = text("boot_id")
    if kind is Kind.TERMINAL and boot_id is None and text("format") == "tlog":
        boot_id = _boot_id(name)
    start = text("accepted_at") if kind is Kind.LOGOUT else text("opened_at") or text("started_at")
    lines = data.get("output_lines")
    return Evidence(
        kind=kind,
        record=record.id,
        import_id=intern(record.import_id),
        natural=record.natural,
        at=at,
        host=_interned(text("host"), lower=True),
        user=_interned(text("user")),
        pid=number("sshd_pid"),
        source=None if address is None or port is None else (intern(address), port),
        boot_id=_interned(boot_id),
        audit_session=number("audit_session"),
        start=_span(start),
        name=name,
        file=text("recording_file"),
        final=record.type.endswith(("finalized.v1", "closed.v1", "exited.v1")),
        failed=text("login_failure") is not None or record.type == "desktop.login_failed.v1",
        lines=tuple(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else (),
    )


class _Reader:
    """Reads members of a fact that may be anything."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def text(self, name: str) -> str | None:
        value = self._data.get(name)
        return value if isinstance(value, str) and value else None

    def number(self, name: str) -> int | None:
        value = self._data.get(name)
        return value if type(value) is int else None


def _interned(text: str | None, *, lower: bool = False) -> str | None:
    if text is None:
        return None
    return intern(text.lower() if lower else text)


def _span(spelled: str | None) -> Span | None:
    if spelled is None:
        return None
    try:
        return Span(*parse_spelled(spelled), spelled)
    except ClockError:
        return None


def _boot_id(recording: str | None) -> str | None:
    """Give the boot id that tlog puts before the process number in a recording's name."""
    boot_id = (recording or "").partition("-")[0]
    return boot_id if len(boot_id) == _BOOT_ID_DIGITS else None


def _ssh_connection(environment: object) -> tuple[str | None, int | None]:
    """Give the client's address and port from ``SSH_CONNECTION``."""
    if isinstance(environment, list):
        for variable in environment:
            if isinstance(variable, str) and variable.startswith("SSH_CONNECTION="):
                address, _, rest = variable.partition("=")[2].partition(" ")
                port = rest.partition(" ")[0]
                if port.isascii() and port.isdigit() and len(port) <= 5:  # noqa: PLR2004 -- digits of a port
                    return address, int(port)
    return None, None
