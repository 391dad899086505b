"""Sessions are judged again when the course of their work is told after them (R-22).

Guarantees: a session that began before its work did, while it rested or when it was over has the violation that it
would have had if that had been told first; of a violation that is unfounded as is told now, a finding says so.
"""

from collections.abc import Mapping
from datetime import datetime

from ledger.domain.boundary import tag
from ledger.domain.fact import Fact, tags_of
from ledger.domain.finding import FindingRecorded
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import SessionStarted
from ledger.domain.session_rules import check_in_progress
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import WorkOrder, order_at

_BESIDE = (SessionStarted, ViolationRecorded, FindingRecorded)
"""What says nothing of the course of the work."""

Judged = tuple[ViolationRecorded | FindingRecorded, ...]


@rule("R-22", off=())
def judged_again(facts: Facts, order: WorkOrder, told: Fact, now: datetime) -> Judged:
    """Give what is known otherwise of the order's sessions, once this is told of their work."""
    place = 1 + max(each.position for each in facts)
    course = [each for each in facts if not isinstance(each.fact, _BESIDE)]  # an order may have years of sessions
    more = [*course, Recorded(told, place, now, order.customer, tags_of(told))]
    unanswered = _unanswered(facts)
    found: list[ViolationRecorded | FindingRecorded] = []
    for each in of_type(facts, SessionStarted):
        if each.fact.work_order != order.id:
            continue
        before, after = (_out_of_work(known, order, each.fact) for known in (course, more))
        if after and not before:
            found += [_citing(violation, each.position) for violation in after]
        if before and not after:
            found += [_unfounded(each.fact, place) for place in unanswered.get(tag("session", each.fact.session), ())]
    return tuple(found)


def _out_of_work(facts: Facts, order: WorkOrder, session: SessionStarted) -> list[ViolationRecorded]:
    """Give the violation of a session that did not begin while its work went on."""
    then = order_at(facts, order.id, session.started_at)
    return [] if then is None else violations(_subjects(session), lambda: check_in_progress(then))


def _subjects(session: SessionStarted) -> tuple[str, ...]:
    return (tag("session", session.session), tag("work_order", str(session.work_order)))


def _citing(violation: ViolationRecorded, session: int) -> ViolationRecorded:
    return ViolationRecorded(
        rule=violation.rule,
        sentence=violation.sentence,
        values=violation.values,
        subjects=violation.subjects,
        cites=(session,),
    )


def _unfounded(session: SessionStarted, violation: int) -> FindingRecorded:
    return FindingRecorded(
        rule="R-22",
        sentence="work_was_in_progress",
        values={"at": spelled(session.started_at)},
        subjects=_subjects(session),
        cites=(violation,),
    )


def _unanswered(facts: Facts) -> Mapping[str, list[int]]:
    """Give the positions of violations that say so, and were not answered yet, by the tag of the session."""
    answered = {
        place
        for each in of_type(facts, FindingRecorded)
        if each.fact.sentence == "work_was_in_progress"
        for place in each.fact.cites
    }
    found: dict[str, list[int]] = {}
    for each in of_type(facts, ViolationRecorded):
        if each.fact.sentence == "work_not_in_progress" and each.position not in answered:
            for subject in each.fact.subjects:
                found.setdefault(subject, []).append(each.position)
    return found
