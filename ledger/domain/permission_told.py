"""Sessions and connections are judged again by what the customer had permitted and is told after them (R-04, R-08).

Guarantees: a yes, or equipment confirmed, that is told after a session or connection under it answers the violations
that were found without it, and makes those that it would have made before: for what it leaves out, and for a session
that outlasted it, whose end may be told before or after. A connection is judged with its session, under the same
permission.
"""

from datetime import datetime
from functools import partial

from ledger.domain.answering import Answer, Judged, judged_anew, standing
from ledger.domain.boundary import tag
from ledger.domain.happened import violations
from ledger.domain.instants import spelled
from ledger.domain.permission_facts import AccessPermissionGranted, Permission, VpnPrerequisiteConfirmed, fold
from ledger.domain.recorded import Facts, Recorded, of_type
from ledger.domain.rules import rule
from ledger.domain.session_facts import ConnectionOpened, SessionStarted
from ledger.domain.session_facts import fold as fold_sessions
from ledger.domain.session_lasting import check_within_permission, end_is_told, judged, subjects_of
from ledger.domain.session_rules import check_means, check_permitted, check_targets_permitted
from ledger.domain.violation import ViolationRecorded

ABOUT_PERMISSION = frozenset(
    {"permission_unknown", "permission_not_now", "protocol_not_permitted", "vpn_not_confirmed"}
)
"""What is known otherwise when more is told of a permission."""


def still_to_end(facts: Facts) -> tuple[str, ...]:
    """Give the sessions whose end nobody has told: what is told now meets it then."""
    return tuple(sorted(each.started.fact.session for each in fold_sessions(facts).values() if not end_is_told(each)))


@rule("R-08", off=())
def judged_by_permission(
    facts: Facts, told: AccessPermissionGranted | VpnPrerequisiteConfirmed, now: datetime
) -> Judged:
    """Give what is known otherwise of what was done under a permission, once this is told of it."""
    place = 1 + max(each.position for each in facts)
    chain = facts[0].chain
    permission = fold([*facts, Recorded(told, place, now, chain)]).get(told.permission)
    if isinstance(told, AccessPermissionGranted):
        answer = Answer("R-08", "permission_was_given", {"at": spelled(told.received_at)}, ABOUT_PERMISSION)
    else:
        answer = Answer("R-08", "device_was_confirmed", {"at": spelled(told.confirmed_at)}, ABOUT_PERMISSION)
    on_record = standing(facts, answer.sentence)
    found: Judged = []
    begun: dict[str, SessionStarted] = {}
    for session in of_type(facts, SessionStarted):
        if session.fact.permission == told.permission:
            begun[session.fact.session] = session.fact
            mine = tag("session", session.fact.session)
            found += judged_anew(session, mine, _of_session(permission, session.fact), answer, on_record)
    for each in of_type(facts, ConnectionOpened):
        under = begun.get(each.fact.session)
        if under is not None and each.fact.permission == told.permission:
            mine = tag("connection", each.fact.connection)
            broken = under_permission(permission, under.work_order, each.fact)
            found += judged_anew(each, mine, broken, answer, on_record)
    return [*found, *_outlasted(facts, told)]


def _of_session(permission: Permission | None, session: SessionStarted) -> list[ViolationRecorded]:
    return violations(
        subjects_of(session),
        lambda: check_permitted(permission, session.work_order, session.started_at),
        lambda: check_targets_permitted(permission, session.targets),
    )


def under_permission(
    permission: Permission | None, work_order: str | None, opened: ConnectionOpened
) -> list[ViolationRecorded]:
    """Give what a connection broke of what was permitted; where nobody knows of a permission, that is all."""
    return violations(
        about_permission(opened),
        lambda: check_permitted(permission, work_order, opened.opened_at),
        lambda: None if permission is None else check_means(permission, opened.path, opened.opened_at),
    )


def about_permission(opened: ConnectionOpened) -> tuple[str, ...]:
    """Give the tags of what is wrong with a connection's permission: what is told of that finds it."""
    named = () if opened.permission is None else (tag("permission", opened.permission),)
    return (tag("session", opened.session), tag("connection", opened.connection), *named)


def _outlasted(facts: Facts, told: AccessPermissionGranted | VpnPrerequisiteConfirmed) -> Judged:
    """Give what sessions broke that were over only after the window of a permission that they were told before."""
    if not isinstance(told, AccessPermissionGranted):
        return []
    found: Judged = []
    for session in fold_sessions(facts).values():
        started, place, over_at = session.started.fact, session.started.position, session.over_at
        if over_at is not None and started.permission == told.permission and started.permitted_until is None:
            asks = partial(check_within_permission, place, told.ends, over_at)
            found += judged(session, violations(subjects_of(started), asks))
    return found
