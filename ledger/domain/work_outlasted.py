"""Sessions that went on although their work is said to have been done: named, whichever is told first (5③, 5④, R-23).

Guarantees: whoever tells that work was done before its planned end has told of no overrun; a session of it that lasted
for longer than a safe stop takes after that is a finding, which says both times. One that began after it is a violation
of its own (R-22), and one whose end nobody told is judged when it is.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import Session, SessionStarted
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.session_lasting import end_is_told, subjects_of
from ledger.domain.settings import Defaults
from ledger.domain.work_facts import WorkCompleted


def done_at(facts: Facts, work_order: str | None) -> datetime | None:
    """Give when the work of an order is said to have been done, or None."""
    told = (each.fact for each in of_type(facts, WorkCompleted))
    return min((each.completed_at for each in told if each.work_order == work_order), default=None)


def known_done(started: SessionStarted, facts: Facts) -> datetime | None:
    """Give when the work of a session was done, as was told before it or since."""
    told = {started.completed_at, done_at(facts, started.work_order)} - {None}
    return min((each for each in told if each is not None), default=None)


def sessions_of(facts: Facts, work_order: str) -> list[Session]:
    """Give the sessions of an order."""
    return [each for each in fold_sessions(facts).values() if each.started.fact.work_order == work_order]


def still_open(sessions: Iterable[Session], done: datetime) -> tuple[str, ...]:
    """Give the sessions that had begun when the work was done and whose end nobody has told."""
    begun = (each for each in sessions if each.started.fact.started_at < done)
    return tuple(sorted(each.started.fact.session for each in begun if not end_is_told(each)))


def lasting_past(sessions: Iterable[Session], done: datetime, defaults: Defaults) -> Iterator[FindingRecorded]:
    """Give the findings of sessions that were over only after their work was done."""
    for each in sessions:
        if each.ended is not None and end_is_told(each):
            yield from outlasted_work(each.started, done, each.ended.fact.ended_at, defaults)


@rule("R-23", off=())
def outlasted_work(
    session: Recorded[SessionStarted], done: datetime | None, over_at: datetime, defaults: Defaults
) -> tuple[FindingRecorded, ...]:
    """Find that a session went on after its work was done, for longer than a safe stop takes."""
    started = session.fact
    if done is None or not started.started_at < done < over_at - defaults.safe_stop:
        return ()
    values = {"done_at": spelled(done), "over_at": spelled(over_at)}
    subjects, cites = subjects_of(started), (session.position,)
    return (
        FindingRecorded(rule="R-23", sentence="session_outlasted_work", values=values, subjects=subjects, cites=cites),
    )
