"""A revocation meets each session of its permission: one whose end nobody told, one that is told after it (R-08)."""

from dataclasses import replace

import pytest
from connecting import (
    CONNECTION,
    ENDED,
    GRANTED,
    LOGIN,
    PERMISSION,
    RECORDED,
    RECORDING,
    SESSION,
    SESSION_STARTED,
    SSH,
    in_session,
)
from orders import CONTACT, ORDER, TECHNICIAN, WORK_CONTACT
from orders_of_telling import in_every_order, office, told, unanswered
from story import CUSTOMER, an_id, at, given

from ledger.domain.permission import RevokePermission
from ledger.domain.permission_facts import AccessPermissionRevoked
from ledger.domain.session import OpenConnection
from ledger.domain.session_due import session_due
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import ConnectionOpened, Ending, SessionEnded, SessionTerminated, Termination
from ledger.domain.session_told import RecordSession
from ledger.domain.settings import Defaults

REVOKES = RevokePermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    words="取り消します",
    received_at=at("2026-11-18 10:30"),
)


def test_r_08_a_revocation_meets_each_session_whose_end_nobody_has_told() -> None:
    silent = replace(ENDED, why=Ending.SILENT, ended_at=at("2026-11-19 10:10"))
    for end, met in ((silent, (SESSION,)), (ENDED, ())):
        story = in_session()
        story.recorded = [each for each in story.recorded if each.fact == SESSION_STARTED or ORDER in str(each.tags)]
        story.at("2026-11-20 10:00", CONTACT, end)
        revoked = story.when(REVOKES, at_="2026-11-21 10:00").facts[0]
        assert isinstance(revoked, AccessPermissionRevoked)
        assert revoked.sessions == met


RUNS = RecordSession(
    customer=CUSTOMER,
    session=SESSION,
    work_order=ORDER,
    permission=PERMISSION,
    technician=TECHNICIAN,
    login=LOGIN,
    gateway=SESSION_STARTED.gateway,
    targets=SESSION_STARTED.targets,
    started_at=SESSION_STARTED.started_at,
    recording=RECORDING,
    recorder=RECORDED.recorder,
)


@pytest.mark.parametrize(("over", "broken"), [("10:46", {}), ("11:00", {"session_past_revocation": 1})])
def test_r_08_a_revocation_told_before_the_session_meets_its_end_as_in_every_other_order(
    over: str, broken: dict[str, int]
) -> None:
    over_at = at(f"2026-11-18 {over}")
    ends = EndSession(customer=CUSTOMER, session=SESSION, why=Ending.SIGNED_OUT, ended_at=over_at)
    for order, log in in_every_order((REVOKES, RUNS, ends)):
        assert unanswered(log) == broken, order
        assert [each.fact.ended_at for each in log.recorded if isinstance(each.fact, SessionEnded)][-1] == over_at


def test_r_08_a_session_that_is_told_as_running_after_the_revocation_is_stopped_safely() -> None:
    log = told(office(), (REVOKES, RUNS), at("2026-11-18 10:40"))
    cuts = [each.fact for each in log.recorded if isinstance(each.fact, SessionTerminated)]
    assert [(each.session, each.reason) for each in cuts] == [(SESSION, Termination.PERMISSION_REVOKED)]
    assert cuts[0].terminated_at == at("2026-11-18 10:56")


def test_r_08_another_permissions_revocation_stops_nothing_and_none_is_cut_before_it_began() -> None:
    revoked = AccessPermissionRevoked(
        customer=CUSTOMER,
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        words=REVOKES.words,
        sessions=(),
        stop_by=at("2026-11-18 10:05"),
        received_at=at("2026-11-18 09:50"),
    )
    for permission, cut_at in ((PERMISSION, [SESSION_STARTED.started_at]), (an_id("permission", 2), [])):
        story = given(SESSION_STARTED, RECORDED, replace(revoked, permission=permission))
        due = session_due(SESSION, CUSTOMER).facts(story.recorded, at("2026-11-18 10:11"), Defaults())
        assert [each.terminated_at for each in due if isinstance(each, SessionTerminated)] == cut_at


def test_r_08_what_is_said_of_another_permission_hinders_nothing() -> None:
    """A customer's revocations are found by all sessions, and a grant that is told late by those that it named."""
    another = an_id("permission", 2)
    elsewhere = AccessPermissionRevoked(
        customer=CUSTOMER,
        permission=another,
        work_order=an_id("work_order", 2),
        contact=WORK_CONTACT,
        words=REVOKES.words,
        sessions=(),
        stop_by=at("2026-11-18 10:05"),
        received_at=at("2026-11-18 09:50"),
    )
    late = replace(GRANTED, permission=another, sessions=(SESSION,))
    connects = OpenConnection(
        customer=CUSTOMER,
        session=SESSION,
        connection=CONNECTION,
        work_order=ORDER,
        permission=PERMISSION,
        target="db01",
        path=SSH,
    )
    outcome = in_session(elsewhere, late).when(connects, at_="2026-11-18 10:12")
    assert [type(each) for each in outcome.facts] == [ConnectionOpened]
