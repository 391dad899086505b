"""What a session breaks by how long it lasts: what it rested on was gone before it was over (R-01, R-03, R-06, R-08).

Guarantees: asked when a session's end is told, and again of what is over when a no, a revocation or a contract's end is
told later, so either order of telling comes to the same violations; while no end was told, what the ledger took for one
makes findings. A session stops safely (A-03): that time is no
violation. It counts from when the ledger was told of the no, since nobody could stop before; but where the word was
kept for longer than a safe stop takes, from its receipt, as arrival decides (R-03).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from ledger.domain.basis import Basis, check_basis
from ledger.domain.boundary import tag
from ledger.domain.consent import consent_in_force
from ledger.domain.consent_facts import ConsentSuperseded, ConsentWithdrawn, Stop
from ledger.domain.contract import fold as fold_contracts
from ledger.domain.decision import Refusal
from ledger.domain.finding import FindingRecorded
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.permission_facts import AccessPermissionGranted, AccessPermissionRevoked
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import (
    UNGROUNDED,
    ConnectionOpened,
    Ending,
    Session,
    SessionEnded,
    SessionStarted,
    SessionTerminated,
)
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded


def subjects_of(started: SessionStarted | SessionEnded | SessionTerminated) -> tuple[str, ...]:
    """Give the tags of what is wrong with a session: its own, and that of its work order if it has one."""
    order = () if started.work_order is None else (tag("work_order", started.work_order),)
    return (tag("session", started.session), *order)


def agreed_subjects_of(started: SessionStarted) -> tuple[str, ...]:
    """Give the tags of what a session broke of an agreement: what is told of one finds it where it was judged so."""
    ungrounded = () if started.ungrounded is None else (tag(UNGROUNDED, started.ungrounded),)
    return (*subjects_of(started), *ungrounded)


def broken_by_end(
    started: SessionStarted, position: int, facts: Facts, over_at: datetime, defaults: Defaults
) -> list[ViolationRecorded]:
    """Give what a session broke by lasting until then: what it rested on, and what took that back meanwhile."""
    return [
        *past_basis(started, position, facts, over_at),
        *violations(
            subjects_of(started), lambda: check_within_permission(position, permitted_until(started, facts), over_at)
        ),
        *past_stops(started, position, begun_on(started, facts), facts, over_at, defaults),
        *opened_later(started, facts, over_at),
    ]


def opened_later(started: SessionStarted, facts: Facts, over_at: datetime) -> list[ViolationRecorded]:
    """Give a violation for each connection that was opened when, as is told now, its session was over."""
    return [
        violation
        for each in of_type(facts, ConnectionOpened)
        if each.fact.session == started.session
        for violation in violations(
            (tag("session", started.session), tag("connection", each.fact.connection)),
            partial(check_not_over, over_at, each.fact.opened_at, (each.position,)),
        )
    ]


@rule("R-04")
def check_not_over(over_at: datetime | None, moment: datetime, cites: tuple[int, ...]) -> None:
    """Refuse a connection of a session that was over."""
    if over_at is not None and over_at <= moment:
        raise Refusal("R-04", "session_over", cites)


def past_basis(started: SessionStarted, position: int, facts: Facts, over_at: datetime) -> list[ViolationRecorded]:
    """Give what a session broke by lasting longer than the contract that it rested on."""
    return violations(
        agreed_subjects_of(started),
        lambda: _check_basis_of(started, position, facts, over_at),
        lambda: check_within_contract(started, position, facts, over_at),
    )


def begun_on(started: SessionStarted, facts: Facts) -> str | None:
    """Give the consent that a session began on: where none was known then, the one that is told by now."""
    if started.consent is not None or started.ungrounded is None:
        return started.consent
    found = consent_in_force(facts, started.started_at, started.work_order)
    return None if found is None else found.consent


def past_stops(
    started: SessionStarted, position: int, consent: str | None, facts: Facts, over_at: datetime, defaults: Defaults
) -> list[ViolationRecorded]:
    """Give what a session broke by lasting longer than a no to its consent or a revocation let it."""
    noes, revoked = taken_back(facts, consent), of_type(facts, AccessPermissionRevoked)
    return [
        *past_objection(agreed_subjects_of(started), started.started_at, position, noes, over_at, defaults),
        *past_revocation(started, position, revoked, over_at, defaults),
    ]


def past_objection(
    about: tuple[str, ...],
    began_at: datetime,
    position: int,
    noes: Iterable[ConsentWithdrawn],
    over_at: datetime,
    defaults: Defaults,
) -> list[ViolationRecorded]:
    """Give the violation of a session that went on for too long after its consent was taken back, or none."""
    return violations(about, lambda: check_past_objection(began_at, position, noes, over_at, defaults))


def past_revocation(
    started: SessionStarted,
    position: int,
    revoked: Iterable[Recorded[AccessPermissionRevoked]],
    over_at: datetime,
    defaults: Defaults,
) -> list[ViolationRecorded]:
    """Give the violation of a session that went on for too long after its permission was revoked, or none."""
    about = subjects_of(started)
    return violations(about, lambda: check_past_revocation(started, position, revoked, over_at, defaults))


def unsaid(broken: Iterable[ViolationRecorded], facts: Facts, session: str) -> list[ViolationRecorded]:
    """Leave out what is on record of the session and stands: a word that is said again breaks nothing again."""
    mine = tag("session", session)
    answered = {place for each in of_type(facts, FindingRecorded) for place in each.fact.cites}
    on_record = (
        each for each in of_type(facts, ViolationRecorded) if mine in each.tags and each.position not in answered
    )
    said = {(each.fact.rule, each.fact.sentence) for each in on_record}
    return [each for each in broken if (each.rule, each.sentence) not in said]


def judged(session: Session, broken: Iterable[ViolationRecorded]) -> list[ViolationRecorded | FindingRecorded]:
    """Give violations of a session whose end was told; findings where the ledger alone took it to be over.

    Such a session may have stopped in time: then its end is still to be told, and is judged when it is.
    """
    return list(broken) if end_is_told(session) else seen(broken)


def end_is_told(session: Session) -> bool:
    """Tell whether somebody told of the end, and not the ledger alone."""
    return session.ended is not None and session.ended.fact.why is not Ending.SILENT


def begun_on_nothing(session: Session) -> bool:
    """Tell whether all that is told of an agreement judges a session anew (``grounds_told``), its end with it."""
    return session.started.fact.ungrounded is not None and end_is_told(session)


def seen(broken: Iterable[ViolationRecorded]) -> list[ViolationRecorded | FindingRecorded]:
    """Give as findings what would be violations if nothing else is told."""
    return [
        FindingRecorded(
            rule=each.rule, sentence=each.sentence, values=each.values, subjects=each.subjects, cites=each.cites
        )
        for each in broken
    ]


def taken_back(facts: Facts, consent: str | None) -> list[ConsentWithdrawn]:
    """Give the customer's words that end this consent, or one that has taken its place."""
    chain = succession(facts, consent)
    return [each.fact for each in of_type(facts, ConsentWithdrawn) if each.fact.consent in chain]


@rule("R-01", off=frozenset())
def succession(facts: Facts, consent: str | None, over_at: datetime | None = None) -> frozenset[str]:
    """Give a consent and those that took its place, one after the other, before a session on it was over."""
    chain = set() if consent is None else {consent}
    replaced = [each.fact for each in of_type(facts, ConsentSuperseded) if over_at is None or each.fact.since < over_at]
    while more := {each.by for each in replaced if each.consent in chain} - chain:
        chain |= more
    return frozenset(chain)


def relied_until(started: SessionStarted, facts: Facts, over_at: datetime) -> tuple[str, ...]:
    """Give all that a session rested on until it was over: its end is found by each of them."""
    return tuple(sorted({*started.relied, *succession(facts, started.consent, over_at)}))


def _check_basis_of(started: SessionStarted, position: int, facts: Facts, over_at: datetime) -> None:
    """Refuse a session whose basis was gone at its end; without an order it had none to begin with, as told then.

    Of these terms alone the express consent is the basis; a no to it leaves a safe stop, which has a rule of its own.
    """
    if started.basis is None or started.work_order is None:
        return
    moment = _last_instant(started, over_at)
    if started.basis is Basis.STANDALONE_TERMS:
        before_no = [each.received_at - datetime.resolution for each in taken_back(facts, started.consent)]
        moment = max(started.started_at, min([moment, *before_no]))
    check_basis(started.basis, facts, moment, request=position, work_order=started.work_order)


@rule("R-01")
def check_within_contract(started: SessionStarted, position: int, facts: Facts, over_at: datetime) -> None:
    """Refuse a session that outlasted the contract that has the terms, where no other consent followed."""
    contract = fold_contracts(facts).get(started.contract or "")
    moment = _last_instant(started, over_at)
    if contract is None or contract.at(moment) is not None:
        return
    if contract.at(started.started_at) is not None and consent_in_force(facts, moment, started.work_order) is None:
        raise Refusal("R-01", "session_past_contract", [position])


def permitted_until(started: SessionStarted, facts: Facts) -> datetime | None:
    """Give the end of the permitted window, as it was known when the session was told or is since."""
    ends = (
        each.fact.ends for each in of_type(facts, AccessPermissionGranted) if each.fact.permission == started.permission
    )
    return started.permitted_until or next(ends, None)


@rule("R-08")
def check_within_permission(position: int, until: datetime | None, over_at: datetime) -> None:
    """Refuse a session that lasts longer than its permission."""
    if until is not None and over_at > until:
        raise Refusal("R-08", "session_beyond_permission", [position], until=spelled(until))


@rule("R-03")
def check_past_objection(
    began_at: datetime, position: int, noes: Iterable[ConsentWithdrawn], over_at: datetime, defaults: Defaults
) -> None:
    """Refuse a session that went on after its consent was taken back, for longer than a safe stop takes."""
    stops = [
        (lasts_until(no.received_at, no.stop_by, _time_of(no.stop, defaults)), no.received_at)
        for no in noes
        if began_at < no.received_at
    ]
    _check_over(stops, over_at, defaults, "R-03", "session_past_objection", position)


@rule("R-08")
def check_past_revocation(
    started: SessionStarted,
    position: int,
    revoked: Iterable[Recorded[AccessPermissionRevoked]],
    over_at: datetime,
    defaults: Defaults,
) -> None:
    """Refuse a session that went on after its permission was revoked, for longer than a safe stop takes."""
    stops = [
        (lasts_until(no.fact.received_at, no.fact.stop_by, _time_of(stop, defaults)), no.fact.received_at)
        for no in revoked
        for stop in (Stop.NOW if no.fact.stop_by <= no.at else Stop.SAFE,)
        if no.fact.permission == started.permission and started.started_at < no.fact.received_at
    ]
    _check_over(stops, over_at, defaults, "R-08", "session_past_revocation", position)


def lasts_until(received_at: datetime, stop_by: datetime, safe: timedelta) -> datetime:
    """Give until when a session may go on after a word that stops it, which says ``stop_by`` to whoever works."""
    by = received_at + safe
    return stop_by if stop_by <= by + safe else by


def _time_of(stop: Stop, defaults: Defaults) -> timedelta:
    return timedelta(0) if stop is Stop.NOW else defaults.safe_stop


def _check_over(
    stops: list[tuple[datetime, datetime]],
    over_at: datetime,
    defaults: Defaults,
    rule_id: str,
    sentence: str,
    position: int,
) -> None:
    """Raise Refusal for an end after the earliest of these stops; the gateway has its time to cut."""
    if not stops:
        return
    until, received_at = min(stops)
    if over_at > until + defaults.cutting:
        raise Refusal(rule_id, sentence, [position], at=spelled(received_at), until=spelled(until))


def _last_instant(started: SessionStarted, over_at: datetime) -> datetime:
    """Give the last instant of a session: what ends when a contract does has ended in time."""
    return max(started.started_at, over_at - datetime.resolution)
