"""Logins to the dedicated environment: all are recorded, and a stranger's with a violation."""

from dataclasses import replace

from connecting import ADDRESS, ENTERED, GATEWAY, LOGIN
from orders import REGISTERED, TECHNICIAN
from story import CUSTOMER, an_id, at, given

from ledger.domain.boundary import tag
from ledger.domain.finding import FindingRecorded
from ledger.domain.gateway import (
    LoginFailure,
    LogoutCause,
    RecordLogin,
    RecordLoginFailure,
    RecordLogout,
    SecondFactor,
    TechnicianLoggedOut,
    TechnicianLoginFailed,
    login_of,
)
from ledger.domain.people import OperatorRegistered, PersonLeft, Role
from ledger.domain.violation import ViolationRecorded

LOGS_IN = RecordLogin(
    customer=CUSTOMER,
    login=LOGIN,
    technician=TECHNICIAN,
    account="tanaka",
    gateway=GATEWAY,
    source_address=ADDRESS,
    second_factor=SecondFactor.WEBAUTHN,
    logged_in_at=at("2026-11-18 10:05"),
)
FAILS = RecordLoginFailure(
    customer=CUSTOMER,
    login=LOGIN,
    technician=None,
    account="root",
    gateway=GATEWAY,
    source_address="198.51.100.4",
    why=LoginFailure.UNKNOWN_ACCOUNT,
    failed_at=at("2026-11-18 10:04"),
)
FAILED = TechnicianLoginFailed(
    login=LOGIN,
    technician=None,
    account="root",
    gateway=GATEWAY,
    source_address="198.51.100.4",
    why=LoginFailure.UNKNOWN_ACCOUNT,
    failed_at=at("2026-11-18 10:04"),
)
LOGS_OUT = RecordLogout(
    customer=CUSTOMER, login=LOGIN, why=LogoutCause.SIGNED_OUT, logged_out_at=at("2026-11-18 11:30")
)
LEFT = TechnicianLoggedOut(login=LOGIN, why=LogoutCause.SIGNED_OUT, logged_out_at=at("2026-11-18 11:30"))
STRANGER = ViolationRecorded(rule="R-18", sentence="login_of_nobody", values={}, subjects=(tag("login", LOGIN),))
NOW = "2026-11-18 12:00"


def test_a_technicians_login_is_recorded() -> None:
    given(REGISTERED).when(LOGS_IN, at_=NOW).then(ENTERED).citing(0)


def test_r_18_a_login_of_nobody_registered_is_recorded_with_a_violation() -> None:
    given(REGISTERED).when(replace(LOGS_IN, technician=None), at_=NOW).then(replace(ENTERED, technician=None), STRANGER)
    given().when(LOGS_IN, at_=NOW).then(ENTERED, STRANGER)


def test_r_18_who_has_left_or_is_no_technician_is_nobody() -> None:
    given(REGISTERED, PersonLeft(person=TECHNICIAN)).when(LOGS_IN, at_=NOW).then(ENTERED, STRANGER)
    auditor = OperatorRegistered(person=TECHNICIAN, name="監査", roles=(Role.AUDITOR,))
    given(auditor).when(LOGS_IN, at_=NOW).then(ENTERED, STRANGER)


def test_a_failed_login_is_recorded() -> None:
    given().when(FAILS, at_=NOW).then(FAILED)


def test_what_the_gateway_tells_twice_is_recorded_once() -> None:
    given(REGISTERED, ENTERED).when(LOGS_IN, at_=NOW).then()
    given(FAILED).when(FAILS, at_=NOW).then()
    given(ENTERED, LEFT).when(LOGS_OUT, at_=NOW).then()


def test_r_18_another_story_under_the_same_id_is_refused() -> None:
    given(REGISTERED, ENTERED).when(replace(LOGS_IN, account="sato"), at_=NOW).refused("R-18", cites=[1])
    given(ENTERED).when(FAILS, at_=NOW).refused("R-18", cites=[0])
    given(ENTERED, LEFT).when(replace(LOGS_OUT, why=LogoutCause.LOST), at_=NOW).refused("R-18", cites=[1])


def test_the_end_of_a_login_is_recorded() -> None:
    given(ENTERED).when(LOGS_OUT, at_=NOW).then(LEFT).citing(0)


def test_r_18_an_end_without_a_beginning_is_recorded_with_a_finding() -> None:
    found = FindingRecorded(rule="R-18", sentence="logout_without_login", values={}, subjects=(tag("login", LOGIN),))
    given().when(LOGS_OUT, at_=NOW).then(LEFT, found)


def test_a_login_lasts_from_its_beginning_to_before_its_end() -> None:
    login = login_of(given(ENTERED, LEFT).recorded, LOGIN)
    assert login is not None
    assert not login.is_in(at("2026-11-18 10:04"))
    assert login.is_in(at("2026-11-18 10:05"))
    assert login.is_in(at("2026-11-18 11:29"))
    assert not login.is_in(at("2026-11-18 11:30"))
    assert login_of(given(ENTERED).recorded, an_id("login", 2)) is None
