"""Sessions are judged again when the course of their work is told after them (R-22).

Guarantees: a session that began before its work did, while it rested or when it was over has the violation that it
would have had if that had been told first; of a violation that is unfounded as is told now, a finding says so.
"""

from datetime import datetime

from ledger.domain.answering import Answer, Judged, judged_anew, standing
from ledger.domain.boundary import tag
from ledger.domain.fact import Fact, tags_of
from ledger.domain.finding import FindingRecorded
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import SessionEnded, SessionStarted
from ledger.domain.session_lasting import subjects_of
from ledger.domain.session_rules import check_in_progress
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import WorkOrder, order_at

_BESIDE = (SessionStarted, SessionEnded, ViolationRecorded, FindingRecorded)
"""What says nothing of the course of the work."""
_ANSWER, _VIOLATION = "work_was_in_progress", frozenset({"work_not_in_progress"})


@rule("R-22", off=())
def judged_again(facts: Facts, order: WorkOrder, told: Fact, now: datetime) -> Judged:
    """Give what is known otherwise of the order's sessions, once this is told of their work."""
    place = 1 + max(each.position for each in facts)
    course = [each for each in facts if not isinstance(each.fact, _BESIDE)]  # an order may have years of sessions
    more = [*course, Recorded(told, place, now, order.customer, tags_of(told))]
    on_record = standing(facts, _ANSWER)
    found: Judged = []
    for each in of_type(facts, SessionStarted):
        if each.fact.work_order == order.id:
            answer = Answer("R-22", _ANSWER, {"at": spelled(each.fact.started_at)}, _VIOLATION)
            mine = tag("session", each.fact.session)
            found += judged_anew(each, mine, _out_of_work(more, order, each.fact), answer, on_record)
    return found


def _out_of_work(facts: Facts, order: WorkOrder, session: SessionStarted) -> list[ViolationRecorded]:
    """Give the violation of a session that did not begin while its work went on."""
    then = order_at(facts, order.id, session.started_at)
    return [] if then is None else violations(subjects_of(session), lambda: check_in_progress(then))
