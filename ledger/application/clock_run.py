"""``clock run``: the timers of every subject that may have become due are looked at, and what is due is written.

Guarantees: running it again writes nothing but that it ran; stopping it anywhere leaves nothing half done, as each
subject's facts are one append, and the next run begins where this one did. It looks at what is open and at what is new
(``open_subjects``), then at what its own facts concern, until nothing more is due. Evaluating for an instant writes
nothing, and that instant is never after now. Leaves to others: when it is run (a scheduler; and every command looks at
its own boundary first, so that a dead one leaves no right alive).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.application.deciding import TIMER, Decider, Looked
from ledger.application.errors import StillToComeError
from ledger.application.facts import written
from ledger.application.open_subjects import Dues, Open, OpenSubjects, named_by
from ledger.application.own_chain import own
from ledger.domain.clock_run import ClockRun
from ledger.domain.due import Due, first_due, type_of
from ledger.domain.fact import Fact, tags_of
from ledger.domain.instants import spelled
from ledger.domain.recorded import Recorded
from ledger.domain.settings_in_force import SETTINGS, in_force
from ledger.log.entry import LOG_CHAIN
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
    """What a run came to; ``position`` is that of the entry that tells of it, None where it was only evaluated."""

    noticed: list[Noticed]
    failed: list[Failed]
    position: int | None


def run(recorder: Recorder, decider: Decider, subjects: OpenSubjects | None = None) -> Ran:
    """Write what is due, and what that makes due, until nothing is; one subject that fails does not keep the others."""
    subjects = subjects or OpenSubjects(recorder)
    found = subjects.find()
    rounds = _rounds(found.dues, decider.look)
    subjects.keep(Open(found.size, rounds.open))
    now = recorder.clock.now()
    fact = ClockRun(at=now, subjects=rounds.looked, due=sum(len(each.positions) for each in rounds.noticed))
    secret = recorder.custody.chain_secret(LOG_CHAIN)
    told = written(
        fact, customer=None, now=now, actor=TIMER, source={"kind": "command", "id": "clock run"}, secret=secret
    )
    return Ran(rounds.noticed, rounds.failed, recorder.append_all([told.record])[0])


def evaluate(recorder: Recorder, decider: Decider, at: datetime) -> Ran:
    """Give what would have been written at an instant, on what was recorded by then; write nothing.

    Raises StillToComeError for an instant after now.
    """
    now = recorder.clock.now()
    if at > now:
        raise StillToComeError(spelled(at), spelled(now))
    found = OpenSubjects(recorder).find()
    settings = in_force([each for each in decider.facts(SETTINGS) if each.at <= at], decider.defaults)
    shown: list[Recorded[Fact]] = []

    def look(due: Due) -> Looked:
        said: list[Recorded[Fact]] = []
        due = decider.of_owner(due)
        facts = [each for each in own(decider.facts(due.boundary), due.chain) if each.at <= at]
        facts += [each for each in shown if due.boundary.takes(type_of(each.fact), each.tags)]
        while more := first_due([due], facts, at, settings):
            for fact in more[1]:
                place = found.size + len(shown)  # where it would stand, if it were written alone
                shown.append(Recorded(fact, place, at, due.chain, tags_of(fact)))
                said.append(shown[-1])
            facts += said[-len(more[1]) :]
        return Looked(tuple(said), open=False)

    rounds = _rounds(found.dues, look)
    return Ran([replace(each, positions=()) for each in rounds.noticed], rounds.failed, None)


@dataclass(slots=True)
class _Rounds:
    """What looking until nothing more was due came to."""

    noticed: list[Noticed]
    failed: list[Failed]
    open: Dues
    looked: int


def _rounds(dues: Dues, look: Callable[[Due], Looked]) -> _Rounds:
    """Look at these, then at those that what was said concerns, until nothing more is."""
    done = _Rounds([], [], Dues(), 0)
    known, wanted = Dues(dues), Dues(dues)
    failed: set[Due] = set()
    for _ in range(_PASSES):
        said: list[Recorded[Fact]] = []
        for due in wanted:
            done.open.add(due)
            try:
                looked = look(due)
            except Exception as error:  # noqa: BLE001 - whatever one subject holds, the others are looked at
                failed.add(due)
                done.failed.append(Failed(due.timer.name, due.subject, due.chain, str(error) or type(error).__name__))
                continue
            if not looked.open:
                done.open.discard(due)
            if looked.written:
                said += looked.written
                facts, positions = zip(*((each.fact, each.position) for each in looked.written), strict=True)
                chain = next((each.chain for each in looked.written if each.chain != LOG_CHAIN), due.chain)
                done.noticed.append(Noticed(due.timer.name, due.subject, chain, facts, positions))
        wanted = Dues(due for due in _concerned(known, said) if due not in failed)
        if not len(wanted):
            break
    for due in wanted:
        done.open.add(due)
    done.looked = len(known)
    return done


def _concerned(known: Dues, said: Iterable[Recorded[Fact]]) -> Dues:
    """Give the timers in whose boundaries these facts are."""
    told = [(type_of(each.fact), each.tags) for each in said]
    for each in said:
        for due in named_by(each.tags, each.chain):
            known.add(due)
    return Dues(due for due in known if any(due.boundary.takes(*each) for each in told))
