"""One connection to sshd while its lines arrive, and the facts that it becomes.

    login.accepted.v1    a login: one fact, however many lines tell of it
    login.failed.v1      a connection that named an account and ended without a login: one fact, however many attempts
    login.ended.v1       the end of a login, with everything that was learned of it on the way

Members, absent where the source does not tell: ``service`` (sshd), ``host``, ``user``, ``uid``, ``source_address``,
``source_port``, ``server_address``, ``server_port``, ``sshd_pid`` (the process that accepted), ``child_pid`` (the
unprivileged one), ``method``, ``key_type``, ``key_fingerprint``, ``certificate`` (id, serial, ca_fingerprint),
``refused_attempts``, ``started`` (shell, command …), ``tty`` (the terminal on sshd's side), ``audit_session``,
``boot_id``; in a failure ``reason``, ``methods``, ``refused_keys``, ``end``; in an end ``accepted_at``, ``end_reason``,
``disconnect_code``, ``disconnect_text``, ``bytes_sent``, ``bytes_received``; ``escaped`` where a byte of the lines had
to be escaped.

The natural name of a login is its host, process, source and second in UTC, which every format of the same log tells.
"""

import re
from typing import Any

from ledger.ingest.message import Message
from ledger.ingest.model import Fact, Finding
from ledger.ingest.sshd_event import Accepted, Ended, Refused, Source

MAX_KEYS = 32
_CERTIFICATE = re.compile(r"(\S+) (\S+) ID (.*) \(serial (\d{1,20})\) CA (\S+) (\S+)", re.ASCII)
_KEY = re.compile(r"(\S+) (\S+)")
_KEY_METHODS = frozenset({"publickey", "hostbased"})
_new = tuple.__new__
"""Makes a fact of a tuple, for speed: what its own constructor does, without its call."""
_NO_REASON = "unknown"
_LOST = frozenset({"closed", "reset", "timeout", "broken"})
_BY_APPLICATION = 11  # SSH_DISCONNECT_BY_APPLICATION (RFC 4253, 11.1): how clients say goodbye


class Connection:
    """What is known so far of one connection."""

    __slots__ = (
        "_name",
        "accepted",
        "announced",
        "audit_session",
        "boot_id",
        "child_pid",
        "closing",
        "escaped",
        "first",
        "first_refusal",
        "host",
        "key",
        "last",
        "methods",
        "not_allowed",
        "over",
        "pam_refused",
        "pid",
        "refused_attempts",
        "refused_keys",
        "server",
        "source",
        "started",
        "transferred",
        "tty",
        "uid",
        "unknown_user",
        "user",
    )

    def __init__(self, message: Message) -> None:
        self.host = message.host
        self.pid = message.pid
        self.first = message
        self.last = message
        self.source: Source | None = None
        self.server: Source | None = None
        self.user: str | None = None
        self.uid: int | None = None
        self.unknown_user = False
        self.not_allowed = False
        self.pam_refused = False
        self.methods: list[str] = []
        self.refused_keys: list[str] = []
        self.refused_attempts = 0
        self.first_refusal: Message | None = None
        self.accepted: tuple[Message, Accepted] | None = None
        self.announced = False
        self.key: dict[str, Any] = {}
        self.child_pid: int | None = None
        self.started: str | None = None
        self.tty: str | None = None
        self.audit_session: int | None = None
        self.boot_id: str | None = None
        self.transferred: tuple[int, int] | None = None
        self.closing: tuple[Message, Ended] | None = None
        self.over = False
        self.escaped = False
        self._name = ""

    def touch(self, message: Message) -> None:
        """Take from a message what every message tells."""
        self.last = message
        if message.escaped:
            self.escaped = True
        if message.audit_session is not None:
            self.audit_session = message.audit_session
        if message.boot_id is not None:
            self.boot_id = message.boot_id

    def refuse(self, message: Message, refused: Refused, times: int = 1) -> None:
        """Count a refused attempt."""
        self.refused_attempts += times
        self.first_refusal = self.first_refusal or message
        self.user = refused.user
        self.unknown_user = self.unknown_user or refused.unknown_user
        if refused.method not in self.methods and len(self.methods) < MAX_KEYS:
            self.methods.append(refused.method)
        if refused.method in _KEY_METHODS and (found := _KEY.match(refused.key)):
            self.key = {"key_type": found[1], "key_fingerprint": found[2]}
            if found[2] not in self.refused_keys and len(self.refused_keys) < MAX_KEYS:
                self.refused_keys.append(found[2])

    def name_account(self, message: Message, user: str) -> "Connection":
        """Take the account that the client named, and that something was wrong with it."""
        self.user = user
        self.first_refusal = self.first_refusal or message
        return self

    def accept(self, message: Message, accepted: Accepted) -> None:
        """Take the login."""
        self.accepted = (message, accepted)
        self.user = accepted.user
        self.source = accepted.source
        self.key = _key(accepted)

    def close(self, message: Message, ended: Ended) -> None:
        """Take why the connection ends; what comes first says most."""
        if self.closing is None:
            self.closing = (message, ended)

    @property
    def accepted_at(self) -> int:
        """The time of the login, in microseconds."""
        assert self.accepted is not None
        return self.accepted[0].at

    def accepted_fact(self) -> Fact:
        """Give the login."""
        assert self.accepted is not None
        message, accepted = self.accepted
        data = self._identity()
        data["method"] = accepted.method
        data["refused_attempts"] = self.refused_attempts
        data.update(self.key)
        return self._fact("login.accepted.v1", message, data, f"login:{self.name()}")

    def ended_fact(self, at: Message) -> Fact:
        """Give the end of the login, which came with the message ``at``."""
        data = self._identity()
        if self.accepted is not None:
            message, accepted = self.accepted
            data["method"] = accepted.method
            data["accepted_at"] = message.occurred_at
            data.update(self.key)
            natural = f"logout:{self.name()}"
        else:
            natural = f"logout:{_name(self.host, self.pid, self.source, at)}:start-not-seen"
        data["end_reason"] = self._end_reason()
        if self.closing is not None:
            ended = self.closing[1]
            if ended.code is not None:
                data["disconnect_code"] = ended.code
            if ended.detail is not None:
                data["disconnect_text"] = ended.detail
        if self.transferred is not None:
            data["bytes_sent"], data["bytes_received"] = self.transferred
        return self._fact("login.ended.v1", at, data, natural)

    def failed_fact(self) -> Fact:
        """Give the failed login."""
        at = self.first_refusal or self.last
        data = self._identity() | {
            "reason": self._failure(),
            "refused_attempts": self.refused_attempts,
            "methods": list(self.methods),
            "refused_keys": list(self.refused_keys),
            "end": "not_seen" if self.closing is None else _end_of_failure(self.closing[1]),
            **self.key,
        }
        return self._fact("login.failed.v1", at, data, f"login-failed:{_name(self.host, self.pid, self.source, at)}")

    def name(self) -> str:
        """Name the login: its host, process, source and second."""
        if not self._name:
            assert self.accepted is not None
            self._name = _name(self.host, self.pid, self.source, self.accepted[0])
        return self._name

    def finding(self, code: str, text: str) -> Finding:
        """Give a finding about this connection."""
        message = self.accepted[0] if self.accepted else self.first
        lines = (self.first.lines[0], self.last.lines[1])
        return Finding(code, text, lines, message.occurred_at, self._identity())

    def _identity(self) -> dict[str, Any]:
        data: dict[str, Any] = {"service": "sshd"}
        if self.host is not None:
            data["host"] = self.host
        if self.user is not None:
            data["user"] = self.user
        if self.uid is not None:
            data["uid"] = self.uid
        if self.source is not None:
            data["source_address"], data["source_port"] = self.source
            if data["source_port"] is None:
                del data["source_port"]
        if self.server is not None:
            data["server_address"], data["server_port"] = self.server
        if self.pid is not None:
            data["sshd_pid"] = self.pid
        if self.child_pid is not None:
            data["child_pid"] = self.child_pid
        if self.started is not None:
            data["started"] = self.started
        if self.tty is not None:
            data["tty"] = self.tty
        if self.audit_session is not None:
            data["audit_session"] = self.audit_session
        if self.boot_id is not None:
            data["boot_id"] = self.boot_id
        if self.escaped:
            data["escaped"] = True
        return data

    def _fact(self, kind: str, at: Message, data: dict[str, Any], natural: str) -> Fact:
        lines = (self.first.lines[0], self.last.lines[1])
        return _new(Fact, (kind, at.occurred_at, data, natural, lines, at.zone_assumed))

    def _end_reason(self) -> str:
        if self.closing is None:
            return _NO_REASON
        ended = self.closing[1]
        if ended.why in {"disconnect", "disconnected"}:
            return "by_user" if ended.code in {None, _BY_APPLICATION} else "by_client"
        if ended.why in _LOST:
            return "timeout" if ended.why == "timeout" else "connection_lost"
        return "by_server"

    def _failure(self) -> str:
        if self.unknown_user:
            return "unknown_user"
        if self.not_allowed:
            return "account_not_allowed"
        if self.methods:
            method = self.methods[-1].partition("/")[0]
            return {"publickey": "key_refused", "password": "password_refused"}.get(method, "authentication_refused")
        if self.pam_refused:
            return "authentication_refused"
        # At log level INFO a refused key leaves no line of its own: nothing says why the client went away.
        return "gave_up"


def _key(accepted: Accepted) -> dict[str, Any]:
    if accepted.method not in _KEY_METHODS:
        return {}
    if found := _CERTIFICATE.match(accepted.key):
        certificate = {"id": found[3], "serial": found[4], "ca_type": found[5], "ca_fingerprint": found[6]}
        return {"key_type": found[1], "key_fingerprint": found[2], "certificate": certificate}
    found = _KEY.match(accepted.key)
    return {"key_type": found[1], "key_fingerprint": found[2]} if found else {}


def _end_of_failure(ended: Ended) -> str:
    if ended.why == "timeout":
        return "timeout"
    return "by_server" if ended.why in {"disconnecting", "signal"} else "by_client"


def _name(host: str | None, pid: int | None, source: Source | None, at: Message) -> str:
    address, port = source or ("-", None)
    where = "-" if host is None else host.lower()
    return f"{where}:{'-' if pid is None else pid}:{address}:{'-' if port is None else port}:{at.occurred_at[:19]}Z"
