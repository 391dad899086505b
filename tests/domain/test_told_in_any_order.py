"""An office that did everything in time and tells it in another order has no violation that nothing answers."""

from dataclasses import replace

from connecting import ENTERED, GATEWAY, LOGIN, PERMISSION, RECORDED, RECORDING, SESSION, SESSION_STARTED
from orders import ORDER, SECOND_TECHNICIAN, TECHNICIAN
from orders_of_telling import in_every_order, office, told, unanswered
from story import CUSTOMER, at
from stream_log import Log

from ledger.domain.finding import FindingRecorded
from ledger.domain.gateway import LogoutCause, RecordLogin, RecordLogout, TechnicianLoggedIn
from ledger.domain.rules import switched_off
from ledger.domain.session_told import RecordSession

SESSION_TOLD = RecordSession(
    customer=CUSTOMER,
    session=SESSION,
    work_order=ORDER,
    permission=PERMISSION,
    technician=TECHNICIAN,
    login=LOGIN,
    gateway=GATEWAY,
    targets=SESSION_STARTED.targets,
    started_at=SESSION_STARTED.started_at,
    recording=RECORDING,
    recorder=RECORDED.recorder,
    ended_at=at("2026-11-18 11:00"),
)
ENTERS = RecordLogin(
    customer=CUSTOMER,
    login=LOGIN,
    technician=TECHNICIAN,
    account=ENTERED.account,
    gateway=GATEWAY,
    source_address=ENTERED.source_address,
    second_factor=ENTERED.second_factor,
    logged_in_at=ENTERED.logged_in_at,
)
LEAVES = RecordLogout(customer=CUSTOMER, login=LOGIN, why=LogoutCause.SIGNED_OUT, logged_out_at=at("2026-11-18 11:05"))


def said(log: Log, sentence: str) -> int:
    return sum(isinstance(each.fact, FindingRecorded) and each.fact.sentence == sentence for each in log.recorded)


# -- the login (R-18) --------------------------------------------------------------------------------------------------


def test_r_18_a_login_that_is_told_after_its_session_answers_what_was_found_without_it() -> None:
    for order, log in in_every_order((ENTERS, SESSION_TOLD, LEAVES), TechnicianLoggedIn):
        assert unanswered(log) == {}, order
    late = told(office(TechnicianLoggedIn), (SESSION_TOLD, ENTERS))
    assert said(late, "login_was_made") == 1
    assert said(told(late, (ENTERS,)), "login_was_made") == 1, "told again, it answers nothing again"
    with switched_off("ledger.domain.gateway.judged_by_login"):
        assert unanswered(told(office(TechnicianLoggedIn), (SESSION_TOLD, ENTERS))) == {"not_through_gateway": 1}


def test_r_18_a_login_of_another_or_elsewhere_or_too_late_or_over_by_then_answers_nothing() -> None:
    elsewhere = (
        replace(ENTERS, technician=SECOND_TECHNICIAN),
        replace(ENTERS, gateway="gw02"),
        replace(ENTERS, logged_in_at=at("2026-11-18 10:10:01")),
    )
    for entered in elsewhere:
        for order, log in in_every_order((entered, SESSION_TOLD), TechnicianLoggedIn):
            assert unanswered(log)["not_through_gateway"] == 1, order
    left = replace(LEAVES, logged_out_at=SESSION_TOLD.started_at)
    for order, log in in_every_order((ENTERS, left, SESSION_TOLD), TechnicianLoggedIn):
        assert unanswered(log) == {"not_through_gateway": 1}, order
