"""One event of sudo's JSON log as a fact: what was run as whom, or refused, and how it ended.

    session.command_observed.v1    accept or reject (``decision``: accepted, rejected)
    session.command_exited.v1      exit: value, signal, running time

Members, absent where the source does not tell: ``service`` (sudo), ``uuid`` (opaque, joins accept and exit), ``host``,
``user`` (who ran sudo), ``run_as``, ``run_as_uid``, ``run_as_group``, ``command`` (path), ``arguments``, ``directory``
(where sudo was run), ``run_directory``, ``chroot``, ``tty``, ``columns``, ``rows``, ``reason``, ``io_log``,
``environment``, ``environment_withheld``, ``sudo_pid``, ``audit_session``, ``boot_id``; in an exit ``exit_value``,
``signal``, ``core_dumped``, ``running_us``; ``escaped`` where a character had to be escaped.

Arguments are the evidence and are kept. Environments carry tokens and passwords: only the variables that tell who is
connected from where are kept, the others are counted.

The times are sudo's own (``submit_time``, ``exit_time``), which auth.log, journal and sudo.json tell alike; so do the
natural names, which are made of the uuid.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from ledger.ingest import clock
from ledger.ingest.clock import MICROSECONDS, ClockError
from ledger.ingest.message import Message
from ledger.ingest.model import Fact
from ledger.ingest.text import MAX_INTEGER, clean

OBSERVED = "session.command_observed.v1"
EXITED = "session.command_exited.v1"
KEPT_ENVIRONMENT = frozenset(
    {
        "LANG",
        "LOGNAME",
        "SSH_CLIENT",
        "SSH_CONNECTION",
        "SSH_TTY",
        "SUDO_GID",
        "SUDO_UID",
        "SUDO_USER",
        "TERM",
        "TZ",
        "USER",
        "XDG_SESSION_ID",
    }
)
MAX_TEXT = 4096
MAX_ARGUMENTS = 4096
MAX_ARGUMENT_CHARS = 128 * 1024
"""A fact is far smaller than a command line may be; what is cut here stays in the kept source, and is said."""

_DECISIONS = {"accept": "accepted", "reject": "rejected"}
_TEXTS = {
    "uuid": "uuid",
    "submithost": "host",
    "ttyname": "tty",
    "submituser": "user",
    "runuser": "run_as",
    "rungroup": "run_as_group",
    "command": "command",
    "submitcwd": "directory",
    "runcwd": "run_directory",
    "runchroot": "chroot",
    "reason": "reason",
    "iolog_path": "io_log",
    "signal": "signal",
}
_NUMBERS = {"runuid": "run_as_uid", "columns": "columns", "lines": "rows", "exit_value": "exit_value"}
_MEMBERS: dict[str, tuple[str, Any]] = {
    **{theirs: (ours, str) for theirs, ours in _TEXTS.items()},
    **{theirs: (ours, int) for theirs, ours in _NUMBERS.items()},
    "runargv": ("arguments", list),
    "runenv": ("environment", list),
}
"""Sudo's members that are kept: by which name, and of which type they must be."""
_NONE: tuple[str, Any] = ("", None)
_STRINGS = frozenset((str,))
_LEAST_NUMBER = -(2**31)
_MAX_SECONDS = 2**38
_NANOSECONDS = 1_000_000_000


class EventError(ValueError):
    """The event is none that sudo writes; ``str()`` says why, in words that quote nothing of it."""


class Where(NamedTuple):
    """What the carrier of an event adds to it; ``message`` is None in sudo's own file."""

    lines: tuple[int, int]
    message: Message | None = None
    plain: bool = False
    """Whether no text in the event can be one that has to be escaped or cut."""


def is_plain(text: bytes | str) -> bool:
    """Tell whether the JSON text of an event holds no text that has to be escaped or cut."""
    if not text.isascii() or len(text) > MAX_TEXT:
        return False
    return "\\" not in text if isinstance(text, str) else b"\\" not in text


class _Texts:
    """Cleans texts for one fact and remembers whether it had to."""

    __slots__ = ("cut", "escaped", "plain")

    def __init__(self, *, plain: bool) -> None:
        self.plain = plain
        self.escaped = False
        self.cut = False

    def take(self, value: object, most: int = MAX_TEXT) -> str | None:
        if not isinstance(value, str):
            return None
        if self.plain:
            return value
        text, escaped = clean(value)
        self.escaped = self.escaped or escaped
        if len(text) > most:
            self.cut = True
            text = text[:most]
        return text


_PLAIN = _Texts(plain=True)  # which nothing is noted in


def command_fact(kind: str, event: Mapping[str, Any], where: Where) -> Fact:
    """Give the fact of an ``accept``, ``reject`` or ``exit`` event; raises :class:`EventError`."""
    texts = _PLAIN if where.plain else _Texts(plain=False)
    message = where.message
    data: dict[str, Any] = {"service": "sudo"}
    if kind == "exit":
        occurred_at, zone_assumed = _time(event.get("exit_time") or event.get("server_time"), message)
        _put_members(data, event, texts)
        _put_exit(data, event)
    elif kind in _DECISIONS:
        data["decision"] = _DECISIONS[kind]
        occurred_at, zone_assumed = _time(event.get("submit_time") or event.get("server_time"), message)
        _put_members(data, event, texts)
        if "command" not in data and "user" not in data:
            raise EventError("the event names neither user nor command")
    else:
        raise EventError("an event of a kind that is not known")
    uuid = data.get("uuid")
    name = f"sudo:{uuid}:{kind}" if uuid else f"sudo:{kind}:{occurred_at}:{_digest(data)}"
    if message is not None:
        for member, told in carried_by(message).items():
            data.setdefault(member, told)
    if texts.escaped:
        data["escaped"] = True
    if texts.cut:
        data["cut"] = True
    # As a plain tuple is made, for speed.
    type_ = EXITED if kind == "exit" else OBSERVED
    return tuple.__new__(Fact, (type_, occurred_at, data, name, where.lines, zone_assumed))


def carried_by(message: Message) -> dict[str, Any]:
    """Give the members that the carrier of an event tells."""
    told: dict[str, Any] = {}
    if message.host is not None:
        told["host"] = message.host
    if message.pid is not None:
        told["sudo_pid"] = message.pid
    if message.audit_session is not None:
        told["audit_session"] = message.audit_session
    if message.boot_id is not None:
        told["boot_id"] = message.boot_id
    if message.escaped:
        told["escaped"] = True
    return told


def short_tty(name: str) -> str:
    """Give a terminal's name as sshd writes it: without the folder."""
    return name.removeprefix("/dev/")


def _put_members(data: dict[str, Any], event: Mapping[str, Any], texts: _Texts) -> None:
    plain = texts.plain
    for theirs, value in event.items():
        ours, kind = _MEMBERS.get(theirs, _NONE)
        if kind is not type(value):
            continue
        if kind is str:
            data[ours] = value if plain else texts.take(value)
        elif kind is int:
            if _LEAST_NUMBER <= value <= MAX_INTEGER:
                data[ours] = value
        elif theirs == "runargv":
            data[ours] = _arguments(value, texts)
        else:
            kept = [text for text in value if type(text) is str and text.partition("=")[0] in KEPT_ENVIRONMENT]
            data[ours] = kept if plain else [texts.take(text) for text in kept]
            data["environment_withheld"] = len(value) - len(kept)
    if "tty" in data:
        data["tty"] = short_tty(data["tty"])


def _arguments(arguments: list[Any], texts: _Texts) -> list[str]:
    if texts.plain and _STRINGS.issuperset(map(type, arguments)):
        return arguments  # all of the event is shorter than any limit
    room = MAX_ARGUMENT_CHARS
    kept: list[str] = []
    for argument in arguments[:MAX_ARGUMENTS]:
        text = texts.take(argument, room)
        if text is None:
            raise EventError("an argument is not a text")
        room -= len(text)
        kept.append(text)
        if room <= 0:
            break
    texts.cut = texts.cut or len(arguments) > MAX_ARGUMENTS or room <= 0
    return kept


def _put_exit(data: dict[str, Any], event: Mapping[str, Any]) -> None:
    if event.get("dumped_core") is True:
        data["core_dumped"] = True
    if (instant := _instant(event.get("run_time"))) is not None:
        seconds, nanoseconds = instant
        data["running_us"] = seconds * MICROSECONDS + nanoseconds // 1000


def _time(stamp: object, message: Message | None) -> tuple[str, str | None]:
    instant = _instant(stamp)
    if instant is None:
        if message is None:
            raise EventError("the event tells no time")
        return message.occurred_at, message.zone_assumed
    seconds, nanoseconds = instant
    try:
        return f"{clock.spell_second(seconds)}.{nanoseconds:09d}Z", None
    except ClockError as error:
        raise EventError(str(error)) from None


def logged_at(event: Mapping[str, Any]) -> int | None:
    """Give the second since 1970 at which sudo wrote an event, where it tells one."""
    instant = _instant(event.get("server_time"))
    return None if instant is None else instant[0]


def _instant(value: object) -> tuple[int, int] | None:
    if not isinstance(value, dict):
        return None
    seconds, nanoseconds = value.get("seconds"), value.get("nanoseconds")
    if type(seconds) is not int or type(nanoseconds) is not int:
        return None
    return (seconds, nanoseconds) if 0 <= seconds <= _MAX_SECONDS and 0 <= nanoseconds < _NANOSECONDS else None


def _digest(data: Mapping[str, Any]) -> str:
    """Name an event without a uuid by what it says."""
    said = "\n".join(f"{name}={data[name]!r}" for name in sorted(data))
    return hashlib.blake2b(said.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()
