"""``clock run``: every timer of every subject is looked at once, and what is due is written.

Guarantees: running it again writes nothing but that it ran; stopping it anywhere leaves nothing half done, as each
subject's facts are one append. Evaluating for an instant writes nothing, and that instant is never after now. Leaves to
others: when it is run (a scheduler; and every command looks at its own boundary first, so that a dead one leaves no
right alive).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from ledger.application.deciding import TIMER, Decider
from ledger.application.errors import LedgerError
from ledger.application.facts import written
from ledger.domain.clock_run import ClockRun
from ledger.domain.decision import Refusal
from ledger.domain.due import Due, Timer, all_timers, first_due
from ledger.domain.fact import Fact
from ledger.domain.registry import Kind, kinds
from ledger.domain.settings_in_force import SETTINGS, in_force
from ledger.log.entry import LOG_CHAIN
from ledger.log.members import format_at
from ledger.store.query import query_of_items
from ledger.store.reader import PAGE
from ledger.store.recorder import Recorder

_PASSES = 16
"""How often all timers are gone through: what one says may make another due, but not for ever."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What was due for one subject; the positions are empty where it was only evaluated."""

    timer: str
    subject: str
    chain: str
    facts: tuple[Fact, ...]
    positions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A subject whose timers could not be looked at, and why: the others were."""

    timer: str
    subject: str
    chain: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to; ``position`` is that of the entry that tells of it."""

    noticed: list[Noticed]
    failed: list[Failed]
    position: int


def run(recorder: Recorder, decider: Decider) -> Ran:
    """Write what is due, and what that makes due, until nothing is; one subject that fails does not keep the others."""
    noticed: list[Noticed] = []
    failed: dict[Due, Failed] = {}
    looked = 0
    for _ in range(_PASSES):
        said = len(noticed)
        dues = [due for due in _dues(recorder) if due not in failed]
        looked = max(looked, len(dues))
        for due in dues:
            try:
                positions = decider.notice(due)
            except (LedgerError, Refusal) as error:
                failed[due] = Failed(due.timer.name, due.subject, due.chain, str(error))
                continue
            if positions:
                facts = tuple(each.fact for each in decider.facts(due.boundary) if each.position in positions)
                noticed.append(Noticed(due.timer.name, due.subject, due.chain, facts, positions))
        if len(noticed) == said:
            break
    now = recorder.clock.now()
    fact = ClockRun(at=now, subjects=looked, due=sum(len(each.positions) for each in noticed))
    secret = recorder.custody.chain_secret(LOG_CHAIN)
    told = written(
        fact, customer=None, now=now, actor=TIMER, source={"kind": "command", "id": "clock run"}, secret=secret
    )
    return Ran(noticed, list(failed.values()), recorder.append_all([told.record])[0])


def evaluate(recorder: Recorder, decider: Decider, at: datetime) -> list[Noticed]:
    """Give what would be due at an instant, on what was recorded by then; write nothing. Raises LedgerError."""
    now = recorder.clock.now()
    if at > now:
        raise LedgerError(f"{format_at(at)} is after now, {format_at(now)}: nothing is known of it yet.")
    noticed = []
    settings = in_force([each for each in decider.facts(SETTINGS) if each.at <= at], decider.defaults)
    for due in _dues(recorder):
        facts = [each for each in decider.facts(due.boundary) if each.at <= at]
        if found := first_due([due], facts, at, settings):
            noticed.append(Noticed(due.timer.name, due.subject, due.chain, found[1]))
    return noticed


def _dues(recorder: Recorder) -> Iterator[Due]:
    timers = all_timers()
    subjects = _subjects(recorder, timers)
    for timer in timers.values():
        boundaries = set()
        for subject, chain in subjects.get(timer.kind, {}).items():
            due = timer.at(subject, chain)
            if due.boundary not in boundaries:  # the timer of all terms is one, whatever their number
                boundaries.add(due.boundary)
                yield due


def _subjects(recorder: Recorder, timers: Mapping[str, Timer]) -> dict[str, dict[str, str]]:
    """Give what stands in the log under the timers' kinds of tags, with its chain, in the order of appearance."""
    wanted = {each.kind for each in timers.values()}
    types = [kind.type for kind in kinds().values() if wanted & _tag_kinds(kind)]
    query = query_of_items([(types, ())])
    found: dict[str, dict[str, str]] = {}
    start, size = 0, recorder.reader.size()
    while page := recorder.reader.page(query, start, size, PAGE, opened=False):
        for _, record in page:
            for tag in record.tags:
                kind, _, subject = tag.partition(":")
                if kind in wanted:
                    found.setdefault(kind, {}).setdefault(subject, record.chain)
        start = page[-1][0] + 1
    return found


def _tag_kinds(kind: Kind) -> set[str]:
    named = {member.ref for member in kind.members or () if member.ref is not None}
    return named | {tag.partition(":")[0] for tag in kind.tags}
