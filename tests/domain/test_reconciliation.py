"""Reconciliation of what targets tell with what was recorded (R-18)."""

from dataclasses import replace

import pytest
from connecting import SESSION, SESSION_STARTED
from orders import ORDER, SECOND_TECHNICIAN, SIGNED, TECHNICIAN
from story import CUSTOMER, an_id, at, given

from ledger.domain.boundary import tag
from ledger.domain.connected_on import days_of
from ledger.domain.finding import FindingRecorded
from ledger.domain.origins import Centre, ConnectionExcluded, ExcludedOriginRegistered
from ledger.domain.reconciliation import LoginReconciled, ReconcileLogin, UnroutedConnectionDetected
from ledger.domain.session_facts import Ending, SessionEnded
from ledger.domain.violation import ViolationRecorded

LOGIN, CONNECTION, ORIGIN = an_id("login", 70), an_id("connection", 7), an_id("origin")
MATCHES = ReconcileLogin(
    customer=CUSTOMER,
    login=LOGIN,
    record=99,
    target="db01",
    account="root",
    source_address="203.0.113.50",
    technician=None,
    logged_in_at=at("2026-11-18 10:12"),
)
NOW = "2026-11-18 12:00"
ENDED = SessionEnded(
    session=SESSION,
    work_order=ORDER,
    permission=SESSION_STARTED.permission,
    why=Ending.SIGNED_OUT,
    ended_at=at("2026-11-18 11:00"),
    days=SESSION_STARTED.days,
)
RECONCILED = LoginReconciled(
    login=LOGIN, session=SESSION, connection=None, target="db01", logged_in_at=MATCHES.logged_in_at
)
UNROUTED = UnroutedConnectionDetected(
    login=LOGIN,
    target="db01",
    account="root",
    source_address="203.0.113.50",
    logged_in_at=MATCHES.logged_in_at,
)
BROKEN = ViolationRecorded(
    rule="R-18", sentence="login_without_session", values={"target": "db01"}, subjects=(tag("target_login", LOGIN),)
)


def test_r_18_a_login_in_a_recorded_session_belongs_to_it() -> None:
    given(SESSION_STARTED, ENDED).when(MATCHES, at_=NOW).then(RECONCILED).citing(0, 1, 99)
    given(SESSION_STARTED).when(replace(MATCHES, technician=TECHNICIAN), at_=NOW).then(RECONCILED)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2026-11-18 10:07:59", False),
        ("2026-11-18 10:08", True),
        ("2026-11-18 11:02", True),
        ("2026-11-18 11:02:01", False),
    ],
)
def test_r_18_clocks_may_differ_by_the_skew_and_no_more(moment: str, *, inside: bool) -> None:
    outcome = given(SESSION_STARTED, ENDED).when(replace(MATCHES, logged_in_at=at(moment)), at_=NOW)
    assert isinstance(outcome.facts[0], LoginReconciled) is inside


def test_r_18_a_login_without_a_session_came_past_the_gateway() -> None:
    given().when(MATCHES, at_=NOW).then(UNROUTED, BROKEN).citing(99)


def test_r_18_a_login_to_another_target_or_of_another_technician_belongs_to_no_session() -> None:
    outcome = given(SESSION_STARTED).when(replace(MATCHES, target="web01"), at_=NOW)
    assert isinstance(outcome.facts[0], UnroutedConnectionDetected)
    given(SESSION_STARTED).when(replace(MATCHES, technician=SECOND_TECHNICIAN), at_=NOW).then(UNROUTED, BROKEN)


def test_r_18_a_login_that_fits_several_sessions_is_a_finding() -> None:
    second = replace(SESSION_STARTED, session=an_id("session", 2), technician=SECOND_TECHNICIAN)
    found = FindingRecorded(
        rule="R-18",
        sentence="login_of_several_sessions",
        values={"target": "db01"},
        subjects=(tag("target_login", LOGIN), tag("session", SESSION), tag("session", second.session)),
    )
    given(SESSION_STARTED, second).when(MATCHES, at_=NOW).then(found)
    given(SESSION_STARTED, second).when(replace(MATCHES, technician=TECHNICIAN), at_=NOW).then(RECONCILED)


def test_the_same_answer_is_recorded_once() -> None:
    given(SESSION_STARTED, RECONCILED).when(MATCHES, at_=NOW).then()
    given(UNROUTED, BROKEN).when(MATCHES, at_=NOW).then()
    finer = replace(MATCHES, logged_in_at=at("2026-11-18 10:12:00.5"))
    given(UNROUTED, BROKEN).when(finer, at_=NOW).then()
    given(SESSION_STARTED, RECONCILED).when(finer, at_=NOW).then()


def test_r_18_who_knows_more_later_says_more() -> None:
    given(UNROUTED, BROKEN, SESSION_STARTED).when(MATCHES, at_=NOW).then(RECONCILED)


def test_a_session_across_midnight_is_found_from_the_day_after() -> None:
    started = at("2026-11-18 23:50")
    night = replace(SESSION_STARTED, started_at=started, days=days_of(CUSTOMER, started, started))
    late = replace(MATCHES, logged_in_at=at("2026-11-19 00:10"))
    given(night).when(late, at_="2026-11-19 01:00").then(replace(RECONCILED, logged_in_at=late.logged_in_at))


REGISTERED = ExcludedOriginRegistered(origin=ORIGIN, centre=Centre.CLIC, gateway="clic-gw", network="203.0.113.48/28")
EXCLUDED = ConnectionExcluded(
    customer=CUSTOMER,
    connection=CONNECTION,
    origin=ORIGIN,
    centre=Centre.CLIC,
    contract=SIGNED.contract,
    clause="第8条",
    gateway="clic-gw",
    address="203.0.113.50",
    started_at=at("2026-11-18 10:10"),
    ended_at=at("2026-11-18 10:30"),
    days=SESSION_STARTED.days,
)


def test_r_18_a_login_from_a_centre_belongs_to_the_excluded_connection_that_is_on_record() -> None:
    expected = replace(RECONCILED, session=None, connection=CONNECTION)
    given(REGISTERED, EXCLUDED).when(MATCHES, at_=NOW).then(expected)
    elsewhere = replace(MATCHES, source_address="203.0.113.51")
    outcome = given(REGISTERED, EXCLUDED).when(elsewhere, at_=NOW)
    assert isinstance(outcome.facts[0], UnroutedConnectionDetected)


def test_r_18_nothing_is_reconciled_that_is_still_to_come() -> None:
    given().when(replace(MATCHES, logged_in_at=at("2026-11-18 12:01")), at_=NOW).refused("R-18")
