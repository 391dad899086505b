"""What a gateway tells of a session beside its recording: files that went over, the clipboard used (4-1④).

Optional detail, told and never asked: nothing here refuses. What commands ran is ``session.command_observed.v1``, which
importers write. What was acquired, and for what purpose, is another stream's; this is only that something moved.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ledger.domain.decision import Decision, decided, decides
from ledger.domain.fact import Fact, fact, public, ref
from ledger.domain.instants import check_happened
from ledger.domain.recorded import Facts
from ledger.domain.session_due import of_session, session_due
from ledger.domain.session_facts import session_of
from ledger.domain.settings import Defaults


class Direction(StrEnum):
    """Which way it went."""

    TO_CUSTOMER = "to_customer"
    FROM_CUSTOMER = "from_customer"


@fact(
    "session.file_transferred.v1",
    retention="trail",
    ja="ファイル転送",
    en="File transferred",
    clause="4-1④",
    occurred="transferred_at",
)
class FileTransferred(Fact):
    """A file went over."""

    session: str = ref("session")
    direction: Direction = public()
    name: str
    sha256: str | None = public()
    size: int | None = public()
    transferred_at: datetime


@fact(
    "session.clipboard_used.v1",
    retention="trail",
    ja="クリップボード利用",
    en="Clipboard used",
    clause="4-1④",
    occurred="used_at",
)
class ClipboardUsed(Fact):
    """So much went over by the clipboard; what it was is not kept."""

    session: str = ref("session")
    direction: Direction = public()
    size: int | None = public()
    used_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFileTransfer:
    """A gateway tells of a file."""

    customer: str
    session: str
    direction: Direction
    name: str
    sha256: str | None
    size: int | None
    transferred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordClipboardUse:
    """A gateway tells of the clipboard."""

    customer: str
    session: str
    direction: Direction
    size: int | None
    used_at: datetime


@decides(
    RecordFileTransfer,
    boundary=lambda command: of_session(command.session, command.customer),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def record_file_transfer(command: RecordFileTransfer, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record it."""
    check_happened("R-18", command.transferred_at, now)
    made = FileTransferred(
        session=command.session,
        direction=command.direction,
        name=command.name,
        sha256=command.sha256,
        size=command.size,
        transferred_at=command.transferred_at,
    )
    return decided(made, cites=_session(facts, command.session))


@decides(
    RecordClipboardUse,
    boundary=lambda command: of_session(command.session, command.customer),
    timers=lambda command: (session_due(command.session, command.customer),),
)
def record_clipboard_use(command: RecordClipboardUse, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    """Record it."""
    check_happened("R-18", command.used_at, now)
    made = ClipboardUsed(
        session=command.session, direction=command.direction, size=command.size, used_at=command.used_at
    )
    return decided(made, cites=_session(facts, command.session))


def _session(facts: Facts, session: str) -> tuple[int, ...]:
    found = session_of(facts, session)
    return () if found is None else found.positions
