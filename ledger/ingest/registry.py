"""The formats that can be imported, by name: how each is read, what may be kept of it, and which options it takes.

The only place where parsers meet: containers are given the programs and the importer that read their messages. A new
format is one line in :data:`FORMATS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, tzinfo
from types import MappingProxyType

from ledger.ingest.asciinema import AsciinemaImporter, AsciinemaRedactor
from ledger.ingest.authlog import AuthLogImporter
from ledger.ingest.clock import ClockError, parse_rfc3339, parse_zone
from ledger.ingest.gateway_log import GatewayLogImporter, GatewayLogRedactor
from ledger.ingest.journal import JournalEntries
from ledger.ingest.journal_export import JournalExportImporter, JournalExportRedactor
from ledger.ingest.journal_json import JournalJsonImporter, JournalJsonRedactor
from ledger.ingest.lines import LINE_LIMIT
from ledger.ingest.message import Programs
from ledger.ingest.model import Importer, Redactor
from ledger.ingest.sshd import SshdLogins
from ledger.ingest.sudo import SudoCommands
from ledger.ingest.sudo_environment import ENVIRONMENT_MARKS, EnvironmentRedactor
from ledger.ingest.sudo_json import SudoJsonImporter
from ledger.ingest.syslog import Framing, Rfc3164, Rfc3164Untold, Rfc3339, Rfc5424
from ledger.ingest.tlog import TlogImporter, TlogRedactor
from ledger.ingest.websockify import WebsockifyImporter, WebsockifyRedactor
from ledger.ingest.xtigervnc_log import XtigervncLogImporter


class ImportOptionError(Exception):
    """A format that is not known, or options that it cannot be read with; ``str()`` is one sentence for who asked."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a source does not say of itself, as it was given on the command line."""

    zone: str | None = None
    """The zone of local times: ``+09:00`` or ``Asia/Tokyo``."""
    year: int | None = None
    """The year of the first line of a log without years."""
    start: str | None = None
    """When a recording with relative times began: an RFC 3339 date-time."""
    file_name: str | None = None
    """The name under which a gateway wrote a recording; its log knows the recording by it."""

    def spelled(self) -> str:
        """Spell the options that were given, always in the same order."""
        given = ((option.name, getattr(self, option.name)) for option in fields(self))
        return " ".join(f"{name}={value}" for name, value in given if value is not None)


@dataclass(frozen=True, slots=True)
class Source:
    """All that is needed to import one source. ``redactor`` is None where all of it may be kept."""

    importer: Importer
    redactor: Redactor | None
    line_limit: int
    marks: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Format:
    """One format. ``required`` and ``optional`` name the options that it takes."""

    description: str
    importer: Callable[[Options], Importer]
    redactor: Callable[[], Redactor] | None = None
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    line_limit: int = LINE_LIMIT
    marks: tuple[bytes, ...] = ()
    """One of them is in every line that the redactor keeps otherwise than it is; none: it must see each line."""


def open_format(name: str, options: Options) -> Source:
    """Give what reads the format ``name`` with these options; raises :class:`ImportOptionError`."""
    known = FORMATS.get(name)
    if known is None:
        raise ImportOptionError(f"There is no format {name!r}; the formats are {', '.join(FORMATS)}.")
    for option in fields(options):
        given = getattr(options, option.name) is not None
        if option.name in known.required and not given:
            raise ImportOptionError(f"Format {name} needs the option {_spelled(option.name)}.")
        if given and option.name not in (*known.required, *known.optional):
            raise ImportOptionError(f"Format {name} takes no option {_spelled(option.name)}.")
    redactor = known.redactor() if known.redactor else None
    return Source(known.importer(options), redactor, known.line_limit, known.marks)


def _programs() -> Programs:
    sshd, sudo = SshdLogins(), SudoCommands()
    return {"sshd": sshd, "sshd-session": sshd, "sshd-auth": sshd, "sudo": sudo, "sudoedit": sudo}


def _zone(options: Options) -> tzinfo:
    assert options.zone is not None, "open_format asks for it"
    try:
        return parse_zone(options.zone)
    except ClockError as error:
        raise ImportOptionError(f"The option --zone cannot be used: {error}.") from None


def _rfc3164(options: Options) -> Framing:
    if options.zone is None or options.year is None:
        return Rfc3164Untold()
    if not 1970 <= options.year <= 9998:  # noqa: PLR2004 -- the years that a fact can tell, and one to roll over into
        raise ImportOptionError(f"The option --year cannot be used: {options.year} does not lie between 1970 and 9998.")
    return Rfc3164(_zone(options), options.year)


def _any_framing(options: Options) -> Importer:
    if (options.zone is None) != (options.year is None):
        raise ImportOptionError("The options --zone and --year are given together or not at all.")
    return AuthLogImporter([Rfc5424(), Rfc3339(), _rfc3164(options)], _programs())


def _journal() -> JournalEntries:
    return JournalEntries(_programs(), TlogImporter())


def _environments() -> EnvironmentRedactor:
    return EnvironmentRedactor(spanning=False)


def _start(options: Options) -> datetime | None:
    if options.start is None:
        return None
    try:
        parse_rfc3339(options.start)
    except ClockError as error:
        raise ImportOptionError(f"The option --start cannot be used: {error}.") from None
    return datetime.fromisoformat(options.start)


def _spelled(option: str) -> str:
    return "--" + option.replace("_", "-")


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "sshd": Format(
            "sshd and sudo in a syslog file; its first line tells which of the three forms it has",
            _any_framing,
            _environments,
            optional=("zone", "year"),
            marks=ENVIRONMENT_MARKS,
        ),
        "sshd-3164": Format(
            "sshd and sudo in a syslog file, times without year and zone (RFC 3164)",
            lambda options: AuthLogImporter([_rfc3164(options)], _programs()),
            _environments,
            required=("zone", "year"),
            marks=ENVIRONMENT_MARKS,
        ),
        "sshd-3339": Format(
            "sshd and sudo in a syslog file, complete times (RFC 3339, rsyslog's own template)",
            lambda _: AuthLogImporter([Rfc3339()], _programs()),
            _environments,
            marks=ENVIRONMENT_MARKS,
        ),
        "sshd-5424": Format(
            "sshd and sudo in a syslog file, RFC 5424",
            lambda _: AuthLogImporter([Rfc5424()], _programs()),
            _environments,
            marks=ENVIRONMENT_MARKS,
        ),
        "sudo": Format(
            "sudo's own log (log_format=json)", lambda _: SudoJsonImporter(), lambda: EnvironmentRedactor(spanning=True)
        ),
        "journal-export": Format(
            "sshd, sudo and tlog in a systemd journal (journalctl -o export)",
            lambda _: JournalExportImporter(_journal()),
            lambda: JournalExportRedactor(TlogRedactor(), _environments()),
        ),
        "journal-json": Format(
            "sshd, sudo and tlog in a systemd journal (journalctl -o json)",
            lambda _: JournalJsonImporter(_journal()),
            lambda: JournalJsonRedactor(TlogRedactor(), _environments()),
        ),
        "tlog": Format("tlog terminal recordings, JSON lines", lambda _: TlogImporter(), TlogRedactor),
        "asciinema": Format(
            "an asciinema terminal recording, asciicast v2 or v3", lambda _: AsciinemaImporter(), AsciinemaRedactor
        ),
        "websockify": Format(
            "a desktop recording (websockify --record)",
            lambda options: WebsockifyImporter(start=_start(options), file_name=options.file_name),
            WebsockifyRedactor,
            optional=("start", "file_name"),
            line_limit=64 * LINE_LIMIT,
        ),
        "websockify-log": Format(
            "the log of a websockify gateway",
            lambda options: GatewayLogImporter(zone=_zone(options)),
            GatewayLogRedactor,
            required=("zone",),
        ),
        "xtigervnc-log": Format(
            "the log of a TigerVNC server",
            lambda options: XtigervncLogImporter(zone=_zone(options)),
            required=("zone",),
        ),
    }
)
"""Every format, in the order in which they are listed to a user."""
