"""Sessions and connections that began on nothing, as was known then, are judged again by what is told of an agreement.

Guarantees: what is told of a customer's consent or contract, and what time makes of it, answers the violations that
were found without it (R-01, R-06); where it takes that back again, a violation says so, as one does of a session that
lasted past a no (R-03). Such sessions rely on
nothing that could find them, so they and their violations are tagged with their customer.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from ledger.domain.answering import Answer, Judged, judged_anew, standing
from ledger.domain.basis import check_basis
from ledger.domain.boundary import TERMS_TAG, Boundary, tag
from ledger.domain.consent_rules import agreement_timers, consent_violation
from ledger.domain.due import first_due
from ledger.domain.fact import Fact, tags_of
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, happened_at, of_type, tagged
from ledger.domain.rules import rule
from ledger.domain.session_facts import UNGROUNDED, ConnectionOpened, Session
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.session_lasting import begun_on, end_is_told, past_basis, past_objection, subjects_of, taken_back
from ledger.domain.session_rules import check_consented
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

_ANSWER = "ground_was_told"
_ANSWERED = frozenset(
    {"session_without_consent", "connection_without_consent", "basis_is_another", "basis_needs_express_consent"}
)


def of_ungrounded(customer: str) -> Boundary:
    """Give the boundary of what began on nothing, and of what is said of it."""
    return Boundary.of(tag(UNGROUNDED, customer))


@rule("R-01", off=())
def judged_by_agreement(facts: Facts, customer: str, told: Iterable[Fact], now: datetime, defaults: Defaults) -> Judged:
    """Give what is known otherwise of what began on nothing, once this is told of the agreement."""
    mine = tagged(facts, tag(UNGROUNDED, customer))
    if not mine:
        return []
    as_told = _agreement(facts, customer, told, now, defaults)
    on_record = standing(mine, _ANSWER)
    orders: dict[str, str | None] = {}
    found: Judged = []
    for name, session in fold_sessions(mine).items():
        orders[name] = session.started.fact.work_order
        broken = _of_session(as_told, customer, session, defaults)
        found += judged_anew(session.started, tag("session", name), broken, _answer(session.started), on_record)
    for opened in of_type(mine, ConnectionOpened):
        about = (
            tag("session", opened.fact.session),
            tag("connection", opened.fact.connection),
            tag(UNGROUNDED, customer),
        )
        asks = partial(check_consented, as_told, opened.fact.opened_at, orders.get(opened.fact.session))
        mine_ = tag("connection", opened.fact.connection)
        found += judged_anew(opened, mine_, violations(about, asks), _answer(opened), on_record)
    return found


def _answer(begun: Recorded[Fact]) -> Answer:
    return Answer("R-01", _ANSWER, {"at": spelled(happened_at(begun))}, _ANSWERED)


def _agreement(facts: Facts, customer: str, told: Iterable[Fact], now: datetime, defaults: Defaults) -> Facts:
    """Give the agreement as it is once this is told, with what time alone makes of it."""
    tags = {tag("agreement", customer), TERMS_TAG}
    known = [each for each in facts if not tags.isdisjoint(each.tags)]
    place = 1 + max(each.position for each in facts)
    more = list(told)
    while more:
        known += [Recorded(each, place, now, customer, tags_of(each)) for each in more]
        place += 1
        found = first_due(agreement_timers(customer), known, now, defaults)
        more = [] if found is None else list(found[1])
    return known


def _of_session(facts: Facts, customer: str, session: Session, defaults: Defaults) -> list[ViolationRecorded]:
    """Give what a session broke as it began and, as far as that was told, as it ended."""
    started, position = session.started.fact, session.started.position
    about = (*subjects_of(started), tag(UNGROUNDED, customer))
    without = consent_violation(facts, started.started_at, about, started.work_order)
    broken = [] if without is None else [without]
    over_at = None if session.ended is None or not end_is_told(session) else session.ended.fact.ended_at
    if over_at is not None:
        noes = taken_back(facts, begun_on(started, facts))
        broken += past_objection(about, started.started_at, position, noes, over_at, defaults)
    if started.basis is not None and started.work_order is not None:
        begun = (started.basis, facts, started.started_at)
        broken += violations(about, partial(check_basis, *begun, request=position, work_order=started.work_order))
    return broken if over_at is None else broken + past_basis(started, position, facts, over_at)
