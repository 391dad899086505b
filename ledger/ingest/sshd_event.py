"""What one message of OpenSSH's server says, for those that tell of a login. Everything else gives None.

The texts are those of OpenSSH 6 to 10, at log levels INFO and VERBOSE, with and without PAM. sshd escapes what a client
sends (vis(3)), but a client may choose a user name such as ``root from 192.0.2.1 port 22 ssh2``: every pattern takes
the longest name, so that source and port are always the last ones in the line, which sshd wrote itself.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

MAX_TEXT = 8192
"""sshd cuts its own messages far below this length; a longer one is another program's."""
_MAX_PORT = 65_535


Source = tuple[str, int | None]
"""Address and port that a client connects from. The port is None in the texts that leave it out."""


class Connected(NamedTuple):
    """A connection arrived (VERBOSE)."""

    source: Source
    server: Source


class InvalidUser(NamedTuple):
    """The client named an account that does not exist."""

    user: str
    source: Source


class Refused(NamedTuple):
    """One way to authenticate failed."""

    method: str
    user: str
    unknown_user: bool
    source: Source
    key: str


class NotAllowed(NamedTuple):
    """The account exists and may not log in."""

    user: str


class PamRefused(NamedTuple):
    """PAM refused the account or its password."""

    user: str


class Accepted(NamedTuple):
    """The client is logged in."""

    method: str
    user: str
    source: Source
    key: str


class SessionOpened(NamedTuple):
    """PAM opened the session: logged by the process that accepted."""

    user: str
    uid: int | None


class SessionClosed(NamedTuple):
    """PAM closed the session: the end of the login."""

    user: str


class Child(NamedTuple):
    """The unprivileged process of the login (VERBOSE)."""

    pid: int


class Started(NamedTuple):
    """A shell, a command or a subsystem started (VERBOSE); ``tty`` None without a terminal."""

    what: str
    tty: str | None
    user: str
    source: Source


class Transferred(NamedTuple):
    """Bytes sent to and received from the client (VERBOSE)."""

    sent: int
    received: int


class Ended(NamedTuple):
    """The connection ended, before or after the login.

    ``why`` is one of disconnect (the client said so, with ``code`` and ``detail``), closed, disconnected, reset,
    disconnecting (the server said so), timeout, broken, signal. ``user`` is None where the text names none;
    ``unknown_user`` when it names one that does not exist.
    """

    why: str
    user: str | None
    unknown_user: bool
    source: Source | None
    preauth: bool
    code: int | None = None
    detail: str | None = None


class Repeated(NamedTuple):
    """The logger folded equal messages into one."""

    times: int
    text: str


Event = (
    Connected
    | InvalidUser
    | Refused
    | NotAllowed
    | PamRefused
    | Accepted
    | SessionOpened
    | SessionClosed
    | Child
    | Started
    | Transferred
    | Ended
    | Repeated
)

_PREAUTH = " [preauth]"
_new = tuple.__new__
"""Makes an event of a tuple, for speed: what a named tuple's own constructor does, without its call."""
_CONNECTED = re.compile(r"Connection from (\S+) port (\d{1,5}) on (\S+) port (\d{1,5})(?: rdomain .*)?", re.ASCII)
_INVALID = re.compile(r"Invalid user (.*) from (\S+)(?: port (\d{1,5}))?", re.ASCII)
_REFUSED = re.compile(r"Failed (\S+) for (invalid user )?(.*) from (\S+) port (\d{1,5}) ssh\d(?:: (.*))?", re.ASCII)
_ACCEPTED = re.compile(r"Accepted (\S+) for (.*) from (\S+) port (\d{1,5}) ssh\d(?:: (.*))?", re.ASCII)
_ACCEPTED_HEAD = re.compile(r"Accepted (\S+) for (.*)", re.ASCII)
_FROM = re.compile(r" from (\S+) port (\d{1,5}) ssh\d(?:: (.*))?", re.ASCII)
_CHILD = re.compile(r"User child is on pid (\d{1,10})", re.ASCII)
_NOT_ALLOWED = re.compile(r"User (.*?) (?:from (\S+) )?not allowed because .*", re.ASCII)
_STARTED = re.compile(
    r"Starting session: (shell|command|subsystem '[^']*'|forced-command \(.*?\) '.*')(?: on (\S+))?"
    r" for (.*) from (\S+) port (\d{1,5})(?: id \d+)?",
    re.ASCII,
)
_TRANSFERRED = re.compile(r"Transferred: sent (\d{1,15}), received (\d{1,15}) bytes", re.ASCII)
_SAID_GOODBYE = re.compile(r"Received disconnect from (\S+?)(?: port (\d{1,5}))?: ?(\d{1,10}): ?(.*)", re.ASCII)
_ENDED = re.compile(
    r"(Connection closed by|Connection reset by|Disconnected from|Disconnecting|Timeout, client not responding from"
    r"|Connection from|Connection with|Connection to) (?:(authenticating |invalid |)user (.*) )?(\S+) port (\d{1,5})"
    r"(: .*| timed out)?",
    re.ASCII,
)
_READ_ERROR = re.compile(r"Read error from remote host (?:(?:user .* )?(\S+) port (\d{1,5})|(\S+)): (.*)", re.ASCII)
_LOGIN_TIMEOUT = re.compile(r"Timeout before authentication for (\S+) port (\d{1,5})", re.ASCII)
_TOO_MANY = re.compile(
    r"maximum authentication attempts exceeded for (invalid user )?(.*) from (\S+) port (\d{1,5}) ssh\d", re.ASCII
)
_PAM_SESSION = re.compile(
    r"\S+ session (?:(opened) for user (.*?)(?:\(uid=(\d{1,10})\))? by .*|closed for user (.*))", re.ASCII
)
_PAM_REFUSED = re.compile(
    r"PAM: (?:Authentication failure|User account has expired) for (?:illegal user )?(.*) from \S+"
)
_ACCESS_DENIED = re.compile(r"Access denied for user (.*) by PAM account configuration")
_REPEATED = re.compile(r"message repeated (\d{1,9}) times: \[ (.*)\]", re.ASCII)
_WHY = {
    "Connection closed by": "closed",
    "Connection reset by": "reset",
    "Disconnected from": "disconnected",
    "Disconnecting": "disconnecting",
    "Timeout, client not responding from": "timeout",
}


def recognise(text: str) -> Event | None:
    """Give what the message says of a login, or None."""
    word = text[: text.find(" ")]
    while word in _PREFIXES:
        text = text[len(word) + 1 :]
        word = text[: text.find(" ")]
    reader = _READERS.get(word)
    if reader is None or len(text) > MAX_TEXT:
        return None
    if text[-1:] == "]" and text.endswith(_PREAUTH):
        return reader(text[: -len(_PREAUTH)], True)
    return reader(text, False)


def _port(digits: str | None) -> int | None:
    number = int(digits) if digits else None
    return number if number is None or number <= _MAX_PORT else None


def _connection(text: str, preauth: bool) -> Event | None:
    if (found := _CONNECTED.fullmatch(text)) is None:
        return _ended(text, preauth)
    address, port, server, server_port = found.groups()
    return _new(Connected, ((address, _port(port)), (server, _port(server_port))))


def _invalid(text: str, _preauth: bool) -> Event | None:
    found = _INVALID.fullmatch(text)
    return InvalidUser(found[1], (found[2], _port(found[3]))) if found else None


def _refused(text: str, _preauth: bool) -> Event | None:
    found = _REFUSED.fullmatch(text)
    if found is None:
        return None
    return Refused(found[1], found[3], found[2] is not None, (found[4], _port(found[5])), found[6] or "")


def _accepted(text: str, _preauth: bool) -> Event | None:
    # The last " from " nearly always begins the source; where it does not, the whole pattern finds the one that does.
    place = text.rfind(" from ")
    source = _FROM.fullmatch(text, place) if place > 0 else None
    head = _ACCEPTED_HEAD.fullmatch(text, 0, place)
    if source is not None and head is not None:
        method, user, address, port, key = *head.groups(), *source.groups()
    else:
        found = _ACCEPTED.fullmatch(text)
        if found is None:
            return None
        method, user, address, port, key = found.groups()
    return _new(Accepted, (method, user, (address, _port(port)), key or ""))


def _user(text: str, _preauth: bool) -> Event | None:
    if found := _CHILD.fullmatch(text):
        return Child(int(found[1]))
    found = _NOT_ALLOWED.fullmatch(text)
    return NotAllowed(found[1]) if found else None


def _started(text: str, _preauth: bool) -> Event | None:
    found = _STARTED.fullmatch(text)
    if found is None:
        return None
    # The command that a key or the configuration forces may hold anything; that it was forced is what matters.
    what = "forced-command" if found[1].startswith("forced-command") else found[1]
    return Started(what, found[2], found[3], (found[4], _port(found[5])))


def _transferred(text: str, _preauth: bool) -> Event | None:
    found = _TRANSFERRED.fullmatch(text)
    return Transferred(int(found[1]), int(found[2])) if found else None


def _said_goodbye(text: str, preauth: bool) -> Event | None:
    found = _SAID_GOODBYE.fullmatch(text)
    if found is None:
        return None
    address, port, code, detail = found.groups()
    return _new(Ended, ("disconnect", None, False, (address, _port(port)), preauth, int(code), detail))


def _ended(text: str, preauth: bool) -> Event | None:
    found = _ENDED.fullmatch(text)
    if found is None:
        return None
    said, known, user, address, port, rest = found.groups()
    why = _WHY.get(said, "broken")
    if why == "broken" and rest is None:
        return None
    detail = (rest or "").removeprefix(":").strip() or None
    # Before the login a text says whether the user is known; after it, it says "user" alone.
    preauth = preauth or known in {"authenticating ", "invalid "}
    return _new(Ended, (why, user, known == "invalid ", (address, _port(port)), preauth, None, detail))


def _read_error(text: str, preauth: bool) -> Event | None:
    found = _READ_ERROR.fullmatch(text)
    if found is None:
        return None
    return Ended("broken", None, False, (found[1] or found[3], _port(found[2])), preauth, None, found[4])


def _login_timeout(text: str, _preauth: bool) -> Event | None:
    found = _LOGIN_TIMEOUT.fullmatch(text)
    return Ended("timeout", None, False, (found[1], _port(found[2])), True) if found else None


def _too_many(text: str, _preauth: bool) -> Event | None:
    found = _TOO_MANY.fullmatch(text)
    if found is None:
        return None
    return Ended("disconnecting", found[2], found[1] is not None, (found[3], _port(found[4])), True)


def _signal(text: str, preauth: bool) -> Event | None:
    return Ended("signal", None, False, None, preauth) if text.startswith("Exiting on signal ") else None


def _pam_session(text: str, _preauth: bool) -> Event | None:
    found = _PAM_SESSION.fullmatch(text)
    if found is None:
        return None
    opened, user, uid, closed_user = found.groups()
    if opened:
        return _new(SessionOpened, (user, int(uid) if uid else None))
    return _new(SessionClosed, (closed_user,))


def _pam_refused(text: str, _preauth: bool) -> Event | None:
    found = _PAM_REFUSED.fullmatch(text) or _ACCESS_DENIED.fullmatch(text)
    return PamRefused(found[1]) if found else None


def _repeated(text: str, _preauth: bool) -> Event | None:
    found = _REPEATED.fullmatch(text)
    return Repeated(int(found[1]), found[2]) if found else None


_PREFIXES = frozenset({"error:", "fatal:", "ssh_dispatch_run_fatal:", "packet_write_wait:", "packet_write_poll:"})
_Reader = Callable[[str, bool], Event | None]
_READERS: dict[str, _Reader] = {
    "Accepted": _accepted,
    "Access": _pam_refused,
    "Connection": _connection,
    "Disconnected": _ended,
    "Disconnecting": _ended,
    "Exiting": _signal,
    "Failed": _refused,
    "Invalid": _invalid,
    "PAM:": _pam_refused,
    "Read": _read_error,
    "Received": _said_goodbye,
    "Starting": _started,
    "Timeout": _login_timeout,
    "Timeout,": _ended,
    "Transferred:": _transferred,
    "User": _user,
    "maximum": _too_many,
    "message": _repeated,
    "pam_unix(sshd:session):": _pam_session,
}
