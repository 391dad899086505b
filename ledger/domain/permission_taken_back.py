"""A permission that the customer takes back, by a revocation or a no from before the yes: what that stops (R-08).

Guarantees: the word counts from its receipt, however late it is told; what began on the permission after that is a
violation, and so is what had begun before and went on for longer than a safe stop takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.domain.consent_facts import Stop
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.permission_facts import AccessPermissionRevoked, Permission
from ledger.domain.permission_told import still_to_end
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import ConnectionOpened, SessionStarted
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.session_lasting import judged, past_revocation, unsaid
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

_SUBJECTS = frozenset({"session", "connection"})


@dataclass(frozen=True, slots=True)
class Said:
    """The customer's word: whose, what, when it arrived, and how soon sessions stop."""

    contact: str
    words: str
    received_at: datetime
    stop: Stop


def taken_back(facts: Facts, permission: Permission, said: Said, now: datetime, defaults: Defaults) -> Sequence[Fact]:
    """Give the revocation, with the sessions that it stops, and what was done although it had arrived."""
    revoked = AccessPermissionRevoked(
        customer=permission.chain,
        permission=permission.id,
        work_order=permission.work_order,
        contact=said.contact,
        words=said.words,
        sessions=still_to_end(facts),
        stop_by=now if said.stop is Stop.NOW else now + defaults.safe_stop,
        received_at=said.received_at,
    )
    return [revoked, *begun_after(facts, permission, said.received_at), *gone_on(facts, revoked, now, defaults)]


@rule("R-08", off=())
def begun_after(facts: Facts, permission: Permission, received_at: datetime) -> tuple[ViolationRecorded, ...]:
    """Give a violation for each session and connection that the permission had allowed and that began after that."""
    begun: list[Recorded[SessionStarted] | Recorded[ConnectionOpened]] = [*of_type(facts, SessionStarted)]
    begun += of_type(facts, ConnectionOpened)
    return tuple(
        ViolationRecorded(
            rule="R-08",
            sentence="begun_after_revocation",
            values={"at": spelled(received_at)},
            subjects=tuple(sorted(name for name in each.tags if name.partition(":")[0] in _SUBJECTS)),
            cites=tuple(sorted({*permission.positions, each.position})),
        )
        for each in begun
        if each.fact.permission == permission.id
        and received_at <= happened_at(each)
        and permission.holds(happened_at(each))
    )


def gone_on(
    facts: Facts, revoked: AccessPermissionRevoked, now: datetime, defaults: Defaults
) -> list[ViolationRecorded | FindingRecorded]:
    """Give a violation for each session that began before the revocation and was over too late after it."""
    told = [Recorded(revoked, 0, now)]
    said = [*of_type(facts, ViolationRecorded)]
    found: list[ViolationRecorded | FindingRecorded] = []
    for session in fold_sessions(facts).values():
        if session.over_at is not None:
            started = session.started
            past = past_revocation(started.fact, started.position, told, session.over_at, defaults)
            found += judged(session, unsaid(past, said, started.fact.session))
    return found
