"""Connections that were told before their session are judged again when it is told (R-01, R-04, R-08, R-18).

Guarantees: what was found because nobody knew of a session is answered, and what only the session shows is a violation:
another target than it was opened for, no consent or permission for its order.
"""

from ledger.domain.answering import Answer, Judged, judged_anew, standing
from ledger.domain.boundary import tag
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.permission_facts import fold as fold_permissions
from ledger.domain.permission_told import ABOUT_PERMISSION, under_permission
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import ConnectionOpened, Session, SessionStarted
from ledger.domain.session_rules import check_consented, check_target_of
from ledger.domain.violation import ViolationRecorded

_ANSWER = "session_was_told"
_ANSWERED = frozenset({"connection_without_session", "connection_without_consent"})


@rule("R-18", off=())
def judged_by_session(facts: Facts, started: SessionStarted) -> Judged:
    """Give what is known otherwise of the connections of a session that is told now."""
    session, values = Session(Recorded(started, 0, started.started_at)), {"at": spelled(started.started_at)}
    on_record = standing(facts, _ANSWER)
    found: Judged = []
    for each in of_type(facts, ConnectionOpened):
        if each.fact.session == started.session:
            broken, answered = _in_session(facts, session, each.fact), _ANSWERED
            if each.fact.permission in {None, started.permission}:  # under another, more is not known here
                permission = fold_permissions(facts).get(each.fact.permission or "")
                broken += under_permission(permission, started.work_order, each.fact)
                answered |= ABOUT_PERMISSION
            mine = tag("connection", each.fact.connection)
            found += judged_anew(each, mine, broken, Answer("R-18", _ANSWER, values, answered), on_record)
    return found


def _in_session(facts: Facts, session: Session, opened: ConnectionOpened) -> list[ViolationRecorded]:
    """Give what a connection broke as one of this session."""
    return violations(
        (tag("session", opened.session), tag("connection", opened.connection)),
        lambda: check_consented(facts, opened.opened_at, session.started.fact.work_order),
        lambda: check_target_of(session, opened.target),
    )
