"""One login as its records show it: who, where, from when to when, and which records belong to it.

Records of one login disagree a little: one log cuts its times to the second, another was written some microseconds
later, one names the host with its domain. The session keeps what they have in common, and the most precise time.
"""

from ledger.ingest.correlation import Basis, Correlation, Member
from ledger.ingest.evidence import Evidence, Kind, Span
from ledger.ingest.message import NEVER

SAME_LOGIN_US = 5_000_000
"""How far apart the times of one login may lie in two logs. A process and a port are not used again so soon."""
_FAILED, _LOGOUT = Kind.FAILED_LOGIN, Kind.LOGOUT  # looked up once: a member of an enumeration is slow to come by
_NAMED_BY = frozenset(("login", "logout", "login-failed"))


class LoginSession:
    """A login or a failed login."""

    def __init__(self, evidence: Evidence, start: Span) -> None:
        self.failed = evidence.kind is _FAILED
        self.start = start
        self.end: Span | None = start if self.failed else None
        self.first = start.first
        """The earliest instant at which it can have begun."""
        self.last = start.last if self.failed else NEVER
        """The latest instant at which it can have ended."""
        self.user = evidence.user
        self.pid = evidence.pid
        self.source = evidence.source
        self.hosts: set[str] = set() if evidence.host is None else {evidence.host}
        self.audit_sessions: set[tuple[str | None, int]] = set()
        self.names: set[str] = set()
        self.imports: set[str] = set()
        self.shared_names: set[tuple[Kind, str]] = set()
        """Names of the commands and recordings that were placed here."""
        self.outputs: dict[str, tuple[str, ...]] = {}
        """Lines of output of the recordings that were placed here on other grounds than their content."""
        self._members: set[Member] = set()

    def take(self, evidence: Evidence, basis: Basis) -> None:
        """Take a record that tells of this login itself."""
        self.join(evidence, basis)
        if evidence.host is not None:
            self.hosts.add(evidence.host)
        if evidence.audit_session is not None:
            self.audit_sessions.add((evidence.boot_id, evidence.audit_session))
        self.imports.add(evidence.import_id)
        prefix, _, name = evidence.natural.partition(":")
        if prefix in _NAMED_BY and not name.endswith(":start-not-seen"):
            self.names.add(name)
        start = evidence.start if evidence.kind is _LOGOUT else evidence.at
        if start is not None and start is not self.start:
            self.start = min(self.start, start, key=lambda span: (span.width, span.first))
            self.first = self.start.first
        if evidence.kind is _LOGOUT and evidence.at is not None:
            ends = [evidence.at] if self.end is None else [evidence.at, self.end]
            self.end = min(ends, key=lambda span: (span.width, -span.last))
            self.last = self.end.last

    def join(self, evidence: Evidence, basis: Basis) -> None:
        """Add a record to the members."""
        # As a plain tuple is made, for speed.
        self._members.add(tuple.__new__(Member, (evidence.natural, basis, evidence.record)))

    @property
    def name(self) -> str:
        """The session's name: of several, that of the earliest second, and of its spellings the shortest."""
        return min(self.names, key=lambda name: (name[-20:], len(name), name), default="unknown")

    def is_at(self, host: str | None) -> bool:
        """Tell whether the host is this login's: the same name, or one of them without its domain."""
        return host in self.hosts or (host is not None and any(same_host(host, mine) for mine in self.hosts))

    def has_audit_session(self, evidence: Evidence) -> bool:
        """Tell whether the record bears the kernel's number of this login."""
        return any(
            number == evidence.audit_session and _compatible(boot_id, evidence.boot_id)
            for boot_id, number in self.audit_sessions
        )

    def excludes(self, evidence: Evidence) -> bool:
        """Tell whether the kernel's number in the record says that it belongs to another login."""
        if evidence.audit_session is None or self.has_audit_session(evidence):
            return False
        return any(_compatible(boot_id, evidence.boot_id) for boot_id, _ in self.audit_sessions)

    def correlation(self) -> Correlation:
        """Give the session."""
        return Correlation(
            kind="ssh_failed_login" if self.failed else "ssh_session",
            session=f"ssh:{self.name}",
            names=tuple(sorted(f"ssh:{name}" for name in self.names)),
            host=min(self.hosts, key=lambda host: (len(host), host), default=None),
            user=self.user,
            started_at=self.start.spelled,
            ended_at=None if self.end is None else self.end.spelled,
            members=tuple(sorted(self._members)),
        )


def same_host(one: str, other: str) -> bool:
    """Tell whether two names can be the same host's: equal, or one is the other without its domain."""
    if one == other:
        return True
    if "." in one and "." in other:
        return False
    return one.partition(".")[0] == other.partition(".")[0]


def short_host(host: str | None) -> str:
    """Give a host's name without its domain; an address as it is."""
    if host is None:
        return "-"
    label = host.partition(".")[0]
    return host if label.isdigit() or ":" in host else label


def _compatible(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
