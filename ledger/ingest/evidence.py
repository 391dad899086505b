"""A recorded fact as correlation sees it: who, where, when, and by which names. Small, since many wait at once."""

from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from ledger.ingest.clock import ClockError, parse_spelled

_SSH_CONNECTION = "SSH_CONNECTION="
_SSH_SIZE = len(_SSH_CONNECTION)
FIRST = -1
"""The time of what has none: it is taken before everything else."""


class Record(NamedTuple):
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
# Looked up once: a member of an enumeration is slow to come by, and one is needed for every record.
_COMMAND, _TERMINAL, _DESKTOP, _LOGOUT = Kind.COMMAND, Kind.TERMINAL, Kind.DESKTOP, Kind.LOGOUT
_new = tuple.__new__
"""Makes a named tuple of a tuple, for speed: what its own constructor does, without its call."""
_LOGINS = frozenset({Kind.LOGIN, Kind.FAILED_LOGIN, Kind.LOGOUT})
_FINALIZED = "recording.finalized.v1"
_RECORDINGS = frozenset({"recording.started.v1", _FINALIZED})
_BOOT_ID_DIGITS = 32


class Span(NamedTuple):
    """The first and the last microsecond that a spelled time can mean, and the spelling."""

    first: int
    last: int
    spelled: str

    @property
    def width(self) -> int:
        """How precise the spelling is; the smaller, the preciser."""
        return self.last - self.first


class Evidence(NamedTuple):
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
    lines: tuple[str, ...] = ()

    @property
    def time(self) -> int:
        """When the record is taken, in microseconds."""
        return FIRST if self.at is None else self.at.first

    def order(self) -> tuple[int, int, int, str]:
        """Give a key of content alone: records that compare equal are interchangeable."""
        at = self.at
        return (FIRST, 0, self.kind, self.natural) if at is None else (at[0], at[1] - at[0], self.kind, self.natural)


def see(record: Record) -> Evidence | None:
    """Give what a record tells, or None where it tells nothing of a session."""
    id_, import_id, type_, occurred_at, natural, data = record
    kind = _KINDS.get(type_)
    if kind is None:
        if type_ not in _RECORDINGS:
            return None
        kind = _DESKTOP if data.get("kind") == "desktop" else _TERMINAL
    at = _span(occurred_at)
    if at is None and kind is not _DESKTOP:
        return None
    told = data.get
    host = _host(given) if isinstance(given := told("host"), str) else None
    user = _interned(told("user"))
    boot_id = None if (given := told("boot_id")) is None else _interned(given)
    audit_session = None if (given := told("audit_session")) is None else _number(given)
    pid = source = start = name = file = None
    final = failed = False
    lines: tuple[str, ...] = ()
    if kind is _COMMAND:
        name = _text(told("uuid"))
        source = _ssh_connection(told("environment"))
    elif kind in _LOGINS:
        pid = _number(told("sshd_pid"))
        source = _source(told("source_address"), told("source_port"))
        if kind is _LOGOUT:
            start = _span(told("accepted_at"))
    elif kind is _TERMINAL:
        name, output = _text(told("recording")), told("output_lines")
        if boot_id is None and told("format") == "tlog":
            boot_id = _boot_id(name)
        start = _span(told("started_at"))
        final = type_ == _FINALIZED
        lines = tuple(filter(_text, output)) if isinstance(output, list) else ()
    else:
        recording = kind is _DESKTOP
        name = _text(told("recording")) if recording else natural.rpartition(":")[0]
        start = _span(told("started_at" if recording else "opened_at"))
        file = _text(told("recording_file"))
        final = type_ == _FINALIZED or type_.endswith("closed.v1")
        failed = _text(told("login_failure")) is not None or type_ == "desktop.login_failed.v1"
    return _new(
        Evidence,
        (
            kind,
            id_,
            intern(import_id),
            natural,
            at,
            host,
            user,
            pid,
            source,
            boot_id,
            audit_session,
            start,
            name,
            file,
            final,
            failed,
            lines,
        ),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    return value if type(value) is int else None


def _source(address: object, port: object) -> tuple[str, int] | None:
    if isinstance(address, str) and type(port) is int:
        return intern(address), port
    return None


def _interned(text: object) -> str | None:
    return intern(text) if isinstance(text, str) and text else None


@lru_cache(maxsize=1024)
def _host(name: str) -> str | None:
    return intern(name.lower()) or None


def _span(spelled: object) -> Span | None:
    if not isinstance(spelled, str):
        return None
    try:
        return _new(Span, (*parse_spelled(spelled), spelled))
    except ClockError:
        return None


def _boot_id(recording: str | None) -> str | None:
    """Give the boot id that tlog puts before the process number in a recording's name."""
    boot_id = (recording or "").partition("-")[0]
    return boot_id if len(boot_id) == _BOOT_ID_DIGITS else None


def _ssh_connection(environment: object) -> tuple[str, int] | None:
    """Give the client's address and port from ``SSH_CONNECTION``."""
    if isinstance(environment, list):
        for variable in environment:
            if isinstance(variable, str) and variable[:_SSH_SIZE] == _SSH_CONNECTION:
                address, _, rest = variable.partition("=")[2].partition(" ")
                port = rest.partition(" ")[0]
                if port.isascii() and port.isdigit() and len(port) <= 5:  # noqa: PLR2004 -- digits of a port
                    return intern(address), int(port)
    return None
