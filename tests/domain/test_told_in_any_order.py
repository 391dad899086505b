"""An office that did everything in time and tells it in another order has no violation that nothing answers."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from agreements import CONSENT, SECOND, SIGNATORY, TERMS
from connecting import (
    ASKED,
    CONNECTION,
    ENTERED,
    GATEWAY,
    GRANTED,
    LOGIN,
    PERMISSION,
    RECORDED,
    RECORDING,
    SAID,
    SESSION,
    SESSION_STARTED,
    SSH,
)
from orders import CONTACT, ORDER, SECOND_TECHNICIAN, SIGNED, TECHNICIAN, WORK_CONTACT
from orders_of_telling import OFFICE, in_every_order, office, told, unanswered
from story import CUSTOMER, an_id, at
from stream_log import Log

from ledger.domain.consent_facts import ConsentExpressed, ConsentWithdrawn, Form, Stop
from ledger.domain.consenting import ExpressConsent, ExpressConsentOnce, WithdrawConsent
from ledger.domain.contacts import ContactRole
from ledger.domain.contract import ContractRegistered
from ledger.domain.contracting import EndContract, RegisterContract
from ledger.domain.encrypted_path import Path, Protocol, Tunnel
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.gateway import LogoutCause, RecordLogin, RecordLogout, TechnicianLoggedIn
from ledger.domain.permission import ConfirmVpnPrerequisite, GrantPermission, RequestPermission
from ledger.domain.permission_facts import AccessPermissionGranted, AccessPermissionRequested, Device
from ledger.domain.rules import switched_off
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending, SessionStarted, SessionTerminated, Termination
from ledger.domain.session_told import RecordConnection, RecordSession

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


# -- the permission (R-08) ---------------------------------------------------------------------------------------------

GRANTS = GrantPermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    approver=WORK_CONTACT,
    form=Form.PORTAL,
    targets=GRANTED.targets,
    protocols=GRANTED.protocols,
    begins=GRANTED.begins,
    ends=GRANTED.ends,
    received_at=GRANTED.received_at,
)
ASKS = RequestPermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    targets=ASKED.targets,
    protocols=ASKED.protocols,
    requested_at=ASKED.requested_at,
)
CONNECTED = RecordConnection(
    customer=CUSTOMER,
    session=SESSION,
    connection=CONNECTION,
    permission=PERMISSION,
    target="db01",
    path=SSH,
    opened_at=at("2026-11-18 10:12"),
)
VPN = replace(CONNECTED, path=Path(protocol=Protocol.VPN, version="IKEv2", tunnel=Tunnel.IPSEC, device="fw01"))
CONFIRMS = ConfirmVpnPrerequisite(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    device="fw01",
    kind=Device.FIREWALL,
    confirmed_at=at("2026-11-17 09:00"),
)
RUNS = replace(SESSION_TOLD, ended_at=None)


def ends(clock: str) -> EndSession:
    return EndSession(customer=CUSTOMER, session=SESSION, why=Ending.SIGNED_OUT, ended_at=at(f"2026-11-18 {clock}"))


def test_r_08_a_permission_that_is_told_after_its_session_and_connection_answers_what_was_found_without_it() -> None:
    for order, log in in_every_order((GRANTS, RUNS, CONNECTED, ends("11:00")), AccessPermissionGranted):
        assert unanswered(log) == {}, order
    unasked = (AccessPermissionRequested, AccessPermissionGranted)
    late = told(office(*unasked), (SESSION_TOLD, CONNECTED, ASKS, GRANTS))
    assert unanswered(late) == {}
    assert said(late, "permission_was_given") == 2  # of the session and of the connection
    with switched_off("ledger.domain.permission_told.judged_by_permission"):
        late = told(office(*unasked), (SESSION_TOLD, CONNECTED, ASKS, GRANTS))
    assert unanswered(late) == {"permission_unknown": 2}


def test_r_08_equipment_that_was_confirmed_answers_as_well() -> None:
    for order, log in in_every_order((SESSION_TOLD, VPN, CONFIRMS)):
        assert unanswered(log) == {}, order
    late = replace(CONFIRMS, confirmed_at=at("2026-11-18 10:13"))
    for order, log in in_every_order((SESSION_TOLD, VPN, late)):
        assert unanswered(log) == {"vpn_not_confirmed": 1}, order


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"received_at": at("2026-11-18 10:11")}, {"permission_not_now": 1}),
        ({"begins": at("2026-11-18 10:13")}, {"permission_not_now": 2}),
        ({"targets": ("web01",)}, {"targets_beyond": 1}),
        ({"protocols": (Protocol.VPN,)}, {"protocol_not_permitted": 1}),
        ({"ends": at("2026-11-18 10:59")}, {"session_beyond_permission": 1}),
    ],
    ids=["received later", "for later", "for another target", "another protocol", "until earlier"],
)
def test_r_08_r_04_what_a_permission_leaves_out_is_a_violation_in_every_order(
    changes: dict[str, Any], broken: dict[str, int]
) -> None:
    commands = (replace(GRANTS, **changes), SESSION_TOLD, CONNECTED)
    for order, log in in_every_order(commands, AccessPermissionGranted):
        assert unanswered(log) == broken, order


@pytest.mark.parametrize(("over", "broken"), [("13:00", {}), ("13:00:01", {"session_beyond_permission": 1})])
def test_r_08_an_end_that_is_told_after_the_permission_is_judged_by_it(over: str, broken: dict[str, int]) -> None:
    for order, log in in_every_order((GRANTS, RUNS, ends(over)), AccessPermissionGranted):
        assert unanswered(log) == broken, order


def test_r_08_a_connection_is_judged_with_its_own_sessions_order() -> None:
    """One that names another order's permission stays a violation, whatever is told of that permission."""
    other = replace(SESSION_TOLD, work_order=None)
    late = told(office(AccessPermissionGranted), (other, CONNECTED, GRANTS))
    assert unanswered(late)["permission_unknown"] == 2
    elsewhere = replace(CONNECTED, session=an_id("session", 9))
    late = told(office(AccessPermissionGranted), (SESSION_TOLD, elsewhere, GRANTS))
    assert unanswered(late) == {"connection_without_session": 1}


# -- a connection before its session (R-18) ----------------------------------------------------------------------------


def test_r_18_a_session_that_is_told_after_its_connection_answers_what_was_found_without_it() -> None:
    once = replace(SAID, consent=SECOND, work_order=ORDER)
    given = [once if each == SAID else each for each in OFFICE]  # consent for this order alone
    for order, log in in_every_order((RUNS, CONNECTED, ends("11:00")), given=given):
        assert unanswered(log) == {}, order
    late = told(office(given=given), (CONNECTED, SESSION_TOLD))
    assert said(late, "session_was_told") == 2
    assert said(told(late, (SESSION_TOLD,)), "session_was_told") == 2
    with switched_off("ledger.domain.connections_told.judged_by_session"):
        late = told(office(), (CONNECTED, SESSION_TOLD))
    assert unanswered(late) == {"connection_without_session": 1}


@pytest.mark.parametrize(
    ("changes", "without", "broken"),
    [
        ({"target": "web01"}, (), {"targets_beyond": 1}),
        ({"opened_at": at("2026-11-18 11:00")}, (), {"session_over": 1}),
        ({"opened_at": at("2026-11-18 13:00")}, (), {"session_over": 1, "permission_not_now": 1}),
        ({"permission": None}, (), {"permission_unknown": 1}),
        ({}, (ConsentExpressed,), {"session_without_consent": 1, "connection_without_consent": 1}),
    ],
    ids=["another target", "when it was over", "when nothing was permitted", "no permission", "no consent"],
)
def test_r_18_what_only_the_session_shows_of_a_connection_is_a_violation_in_every_order(
    changes: dict[str, Any], without: tuple[type[Fact], ...], broken: dict[str, int]
) -> None:
    for order, log in in_every_order((RUNS, replace(CONNECTED, **changes), ends("11:00")), *without):
        assert unanswered(log) == broken, order


# -- consent and contract (R-01, R-06) ---------------------------------------------------------------------------------

SAYS_YES = ExpressConsent(
    customer=CUSTOMER, consent=CONSENT, signatory=SIGNATORY, form=SAID.form, received_at=SAID.received_at
)
ONCE = ExpressConsentOnce(
    customer=CUSTOMER,
    consent=SECOND,
    work_order=ORDER,
    signatory=SIGNATORY,
    form=SAID.form,
    received_at=SAID.received_at,
)
CONCLUDES = RegisterContract(
    customer=CUSTOMER,
    contract=SIGNED.contract,
    reference=SIGNED.reference,
    clause=SIGNED.clause,
    remote=SIGNED.remote,
    starts_at=SIGNED.starts_at,
    ends_at=SIGNED.ends_at,
)
WITHDRAWS = WithdrawConsent(
    customer=CUSTOMER,
    consent=CONSENT,
    received_at=at("2026-11-18 10:00"),
    form=Form.MAIL,
    words="撤回します",
    stop=Stop.SAFE,
)
ENDS_CONTRACT = EndContract(customer=CUSTOMER, contract=SIGNED.contract, ended_at=at("2026-11-18 10:00"))
SIGNS = replace(CONTACT, contact=SIGNATORY, roles=(ContactRole.CONSENT_SIGNATORY,))


@pytest.mark.parametrize("says", [SAYS_YES, ONCE], ids=["to the terms", "for the order"])
def test_r_01_a_consent_that_is_told_after_its_session_answers_what_was_found_without_it(
    says: ExpressConsent | ExpressConsentOnce,
) -> None:
    for order, log in in_every_order((says, RUNS, CONNECTED, ends("11:00")), ConsentExpressed, given=(SIGNS, *OFFICE)):
        assert unanswered(log) == {}, order
    late = told(office(ConsentExpressed, given=(SIGNS, *OFFICE)), (SESSION_TOLD, CONNECTED, says))
    assert said(late, "ground_was_told") == 2
    assert [each.fact.ungrounded for each in late.recorded if isinstance(each.fact, SessionStarted)] == [CUSTOMER]
    with switched_off("ledger.domain.grounds_told.judged_by_agreement"):
        late = told(office(ConsentExpressed, given=(SIGNS, *OFFICE)), (SESSION_TOLD, CONNECTED, says))
    assert unanswered(late) == {"session_without_consent": 1, "connection_without_consent": 1}


def test_r_01_a_running_session_is_a_violation_at_once_and_ends_by_a_no_to_the_consent_that_is_told_after_it() -> None:
    no = replace(WITHDRAWS, received_at=at("2026-11-18 10:30"))
    running = office(ConsentExpressed, given=(SIGNS, *OFFICE))
    assert running.carry_out(RUNS, at("2026-11-18 10:12"))
    assert unanswered(running) == {"session_without_consent": 1}
    for order in permutations((SAYS_YES, RUNS, no)):
        log = told(office(ConsentExpressed, given=(SIGNS, *OFFICE)), order, at("2026-11-18 10:31"))
        cut = [each.fact for each in log.recorded if isinstance(each.fact, SessionTerminated)]
        assert [each.reason for each in cut] == [Termination.CONSENT_WITHDRAWN], order
        assert cut[0].terminated_at == next(
            each.fact.stop_by for each in log.recorded if isinstance(each.fact, ConsentWithdrawn)
        ), order
        assert "session_without_consent" not in unanswered(log), order
    began_after_it = replace(no, received_at=at("2026-11-18 10:10"))
    log = told(office(ConsentExpressed, given=(SIGNS, *OFFICE)), (RUNS, SAYS_YES, began_after_it))
    assert not [each for each in log.recorded if isinstance(each.fact, SessionTerminated)]
    assert unanswered(log)["session_without_consent"] == 1


def test_r_01_a_consent_from_after_the_session_began_answers_nothing_of_it() -> None:
    says = replace(SAYS_YES, received_at=at("2026-11-18 10:11"))
    for order, log in in_every_order((says, SESSION_TOLD, CONNECTED), ConsentExpressed, given=(SIGNS, *OFFICE)):
        assert unanswered(log) == {"session_without_consent": 1}, order


def test_r_06_a_contract_that_is_told_after_its_session_answers_what_was_found_without_it() -> None:
    for order, log in in_every_order((CONCLUDES, RUNS, ends("11:00")), ContractRegistered):
        assert unanswered(log) == {}, order
    later = replace(CONCLUDES, starts_at=at("2026-11-18 10:30"))
    for order, log in in_every_order((later, SESSION_TOLD), ContractRegistered):
        assert unanswered(log) == {"basis_is_another": 1}, order


def test_r_06_a_session_that_outlasted_a_contract_is_a_violation_in_every_order() -> None:
    until = replace(CONCLUDES, ends_at=at("2026-11-18 10:30"))
    for told_at_once in ((SESSION_TOLD,), (RUNS, ends("11:00"))):
        for order, log in in_every_order((until, *told_at_once), ContractRegistered):
            assert unanswered(log) == {"basis_is_another": 1}, order


def test_r_01_r_06_a_contract_that_has_the_terms_is_consent_also_when_it_is_told_after_its_session() -> None:
    has = replace(CONCLUDES, incorporates=TERMS)
    for order, log in in_every_order((has, SESSION_TOLD, CONNECTED), ContractRegistered, ConsentExpressed):
        assert unanswered(log) == {}, order


@pytest.mark.parametrize(("over", "broken"), [("10:46", 0), ("10:46:01", 1)])
def test_r_03_a_session_that_lasted_past_a_no_is_a_violation_also_where_its_consent_is_told_after_it(
    over: str, broken: int
) -> None:
    commands = (SAYS_YES, RUNS, ends(over), replace(WITHDRAWS, received_at=at("2026-11-18 10:30")))
    for order, log in in_every_order(commands, ConsentExpressed, given=(SIGNS, *OFFICE)):
        assert unanswered(log)["session_past_objection"] == broken, order
        assert unanswered(log)["session_without_consent"] == 0, order


def test_r_01_r_06_what_is_taken_back_again_is_a_violation_in_every_order() -> None:
    given = (SIGNS, *OFFICE)
    for order, log in in_every_order((SAYS_YES, SESSION_TOLD, WITHDRAWS), ConsentExpressed, given=given):
        assert sum(unanswered(log)[each] for each in ("session_without_consent", "session_after_objection")) == 1, order
    for order, log in in_every_order((CONCLUDES, SESSION_TOLD, ENDS_CONTRACT), ContractRegistered):
        assert unanswered(log) == {"basis_is_another": 1}, order


@pytest.mark.parametrize("told_at_once", [True, False])
def test_r_06_a_session_after_a_contracts_end_is_one_violation_in_every_order(*, told_at_once: bool) -> None:
    began_after = (SESSION_TOLD,) if told_at_once else (RUNS, ends("11:00"))
    for order, log in in_every_order((*began_after, replace(ENDS_CONTRACT, ended_at=at("2026-11-18 10:00")))):
        assert unanswered(log) == {"basis_is_another": 1}, order
