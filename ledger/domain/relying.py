"""What relied on a consent that a customer's word has taken back, as is told now (R-03, A-03).

Guarantees: sessions and connections that began after the word had arrived are a violation each; so are sessions that
began before it and were over only after a safe stop would have been, also where this consent had taken the place of
the one that they began on, whether that was told before their end or after it. One that is not over is judged when its
end is told. What an earlier word had made a violation of is not said again.
"""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from ledger.domain.boundary import Boundary, Item, tag
from ledger.domain.connected_on import days_of
from ledger.domain.consent import Agreement, Consent
from ledger.domain.consent_facts import RELIANCE, ConsentDeemingAnnulled, ConsentSuperseded, ConsentWithdrawn
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type, tagged
from ledger.domain.rules import rule
from ledger.domain.session_facts import ConnectionOpened, Ending, SessionEnded, SessionTerminated
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.session_lasting import (
    begun_on_nothing,
    judged,
    past_objection,
    seen,
    subjects_of,
    succession,
    taken_back,
)
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

End: TypeAlias = ConsentWithdrawn | ConsentDeemingAnnulled
_CLOCKS = timedelta(days=1)
"""By so much an entry's time may be before that of what it tells: more than any clock falls while it is appended."""
_SUBJECTS = frozenset({"session", "connection"})


def of_reliance(consent: str, word_at: datetime) -> Boundary:
    """Give the boundary of what relied on a consent when a word about it arrived, or began after that.

    Starts and ends of sessions, connections: what was over by then is years of them, and was recorded before. Of a
    session that began long before and went on past it the end tells, which says on what it rested.
    """
    return Boundary((Item((tag(RELIANCE, consent),), since=word_at - _CLOCKS),))


def of_ends(customer: str, received_at: datetime) -> Boundary:
    """Give the boundary of the ends of sessions that ran on the day on which a no arrived.

    A consent that is told after an end, and took the place of the one that the session rested on, is not named there.
    """
    types = tuple(sorted(each.KIND.type for each in (SessionEnded, SessionTerminated)))
    return Boundary(
        tuple(Item((tag("connected_on", day),), types) for day in days_of(customer, received_at, received_at))
    )


def unfounded(facts: Facts, agreement: Agreement, ends: Iterable[End], defaults: Defaults) -> list[Fact]:
    """Give the violations that these ends make of what relied on the consents."""
    found: list[ViolationRecorded | FindingRecorded] = []
    for end in ends:
        found += begun_after(facts, agreement.consents[end.consent], end.received_at)
        if isinstance(end, ConsentWithdrawn):
            said = {(each.sentence, each.subjects) for each in found}  # of one session two consents may be taken back
            found += [each for each in gone_on(facts, end, defaults) if (each.sentence, each.subjects) not in said]
    return [*found]


@rule("R-03", off=[])
def begun_after(facts: Facts, consent: Consent, received_at: datetime) -> list[ViolationRecorded]:
    """Give a violation for each session and connection that began on what the word had ended by then."""
    return [
        _violation("objection", consent, relied, {"at": received_at.isoformat()})
        for relied in _began_on(facts, consent)
        if received_at <= happened_at(relied) and (consent.no_at is None or happened_at(relied) < consent.no_at)
    ]


@rule("R-02", off=[])
def never_agreed(facts: Facts, consent: Consent) -> list[ViolationRecorded]:
    """Give a violation for each session and connection that began on silence that was none, as is told now."""
    return [_violation("annulment", consent, relied, {}) for relied in _began_on(facts, consent)]


def _began_on(facts: Facts, consent: Consent) -> list[Recorded[Fact]]:
    """Give what began on this consent, and not on one through which another could be taken back."""
    relied = tagged(facts, tag(RELIANCE, consent.id))
    return [each for each in relied if getattr(each.fact, "consent", None) == consent.id]


def _violation(after: str, consent: Consent, relied: Recorded[Fact], values: Mapping[str, str]) -> ViolationRecorded:
    what = "connection" if isinstance(relied.fact, ConnectionOpened) else "session"
    return ViolationRecorded(
        rule="R-02" if after == "annulment" else "R-03",
        sentence=f"{what}_after_{after}",
        values=values,
        subjects=tuple(sorted(each for each in relied.tags if each.partition(":")[0] in _SUBJECTS)),
        cites=tuple(sorted({*consent.positions, relied.position})),
    )


def gone_on(facts: Facts, no: ConsentWithdrawn, defaults: Defaults) -> list[ViolationRecorded | FindingRecorded]:
    """Give a violation for each session that had begun before the word arrived and was over too late after it."""
    relied = tagged(facts, tag(RELIANCE, no.consent))
    sessions, before = fold_sessions(relied), taken_back(facts, no.consent)
    found: list[ViolationRecorded | FindingRecorded] = []
    for session in sessions.values():
        started, position, over_at = session.started.fact, session.started.position, session.over_at
        if over_at is None or started.consent != no.consent or begun_on_nothing(session):
            continue
        about = subjects_of(started)
        if not past_objection(about, started.started_at, position, before, over_at, defaults):
            past = past_objection(about, started.started_at, position, [no], over_at, defaults)
            found += judged(session, past)
    return found + _begun_on_another(facts, sessions, no, before, defaults)


def _begun_on_another(
    facts: Facts, begun: Container[str], no: ConsentWithdrawn, before: list[ConsentWithdrawn], defaults: Defaults
) -> list[ViolationRecorded | FindingRecorded]:
    """Give the same of sessions that had begun on a consent whose place this one took: here only their ends tell."""
    ends: dict[str, Recorded[SessionEnded] | Recorded[SessionTerminated]] = {}
    ends |= {each.fact.session: each for each in of_type(facts, SessionTerminated) if each.fact.session not in begun}
    ends |= {each.fact.session: each for each in of_type(facts, SessionEnded) if each.fact.session not in begun}
    replaced = [*of_type(facts, ConsentSuperseded)]
    found: list[ViolationRecorded | FindingRecorded] = []
    earlier = no.received_at - datetime.resolution
    for end in ends.values():
        about, over_at = subjects_of(end.fact), happened_at(end)
        told = isinstance(end.fact, SessionEnded) and end.fact.why is not Ending.SILENT
        rested_on = (succession(replaced, each, over_at) for each in end.fact.relied)
        if not any(no.consent in each for each in rested_on) or (told and _on_nothing(end.fact)):
            continue
        if not past_objection(about, earlier, end.position, before, over_at, defaults):
            past = past_objection(about, earlier, end.position, [no], over_at, defaults)
            found += past if told else seen(past)
    return found


def _on_nothing(end: SessionEnded | SessionTerminated) -> bool:
    """Tell whether all that is told of an agreement judges the session anew, its end with it (``grounds_told``)."""
    return isinstance(end, SessionEnded) and end.ungrounded is not None
