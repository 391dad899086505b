"""What a session broke is said once, however many words of the agreement are told after it (R-01, R-03, R-06)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from agreements import CONTACT, PUBLISHED, TERMS
from connecting import CONNECTION, CONSENT, GRANTED, PERMISSION, RECORDING, SESSION, SESSION_STARTED, SSH
from orders import ORDER, SIGNED, TECHNICIAN
from orders_of_telling import OFFICE, in_every_order, unanswered
from story import CUSTOMER, an_id, at
from stream_log import Log

from ledger.domain.consent_facts import ConsentExpressed, Form
from ledger.domain.consenting import ExpressConsent, WithdrawConsent
from ledger.domain.contract import ContractRegistered
from ledger.domain.contracting import EndContract, RegisterContract
from ledger.domain.fact import Fact
from ledger.domain.session_told import RecordConnection, RecordSession
from ledger.domain.violation import ViolationRecorded

AGREES = ExpressConsent(
    customer=CUSTOMER,
    consent=CONSENT,
    signatory=CONTACT.contact,
    form=Form.PORTAL,
    received_at=at("2026-11-16 11:00"),
)
LASTS = RecordSession(
    customer=CUSTOMER,
    session=SESSION,
    work_order=ORDER,
    permission=PERMISSION,
    technician=TECHNICIAN,
    login=SESSION_STARTED.login,
    gateway=SESSION_STARTED.gateway,
    targets=SESSION_STARTED.targets,
    started_at=SESSION_STARTED.started_at,
    recording=RECORDING,
    recorder="gw01",
    ended_at=at("2026-11-18 11:00"),
)
CONNECTS = RecordConnection(
    customer=CUSTOMER,
    session=SESSION,
    connection=CONNECTION,
    permission=PERMISSION,
    target="db01",
    path=SSH,
    opened_at=at("2026-11-18 10:12"),
)
ENDS = EndContract(customer=CUSTOMER, contract=SIGNED.contract, ended_at=at("2026-11-18 10:30"))
SIGNS = RegisterContract(
    customer=CUSTOMER,
    contract=SIGNED.contract,
    reference=SIGNED.reference,
    clause=SIGNED.clause,
    remote=SIGNED.remote,
    starts_at=SIGNED.starts_at,
)
WITHDRAWS = WithdrawConsent(
    customer=CUSTOMER, consent=CONSENT, received_at=at("2026-11-18 10:30"), form=Form.MAIL, words="取り消します"
)
GIVEN = (*OFFICE, CONTACT)


def said(log: Log) -> Counter[tuple[str, str]]:
    """Give how often each sentence is said of what."""
    broken = (each.fact for each in log.recorded if isinstance(each.fact, ViolationRecorded))
    return Counter((each.sentence, each.subjects[0]) for each in broken)


@pytest.mark.parametrize(
    ("commands", "without", "stands"),
    [
        ((AGREES, LASTS, CONNECTS, ENDS), (ConsentExpressed,), {"basis_is_another": 1}),
        ((AGREES, LASTS, WITHDRAWS, SIGNS), (ConsentExpressed, ContractRegistered), {"session_past_objection": 1}),
    ],
)
def test_r_06_r_03_what_a_session_broke_is_said_once_whatever_is_told_of_the_agreement_and_when(
    commands: Sequence[object], without: Sequence[type[Fact]], stands: dict[str, int]
) -> None:
    for order, log in in_every_order(commands, *without, given=GIVEN):
        assert unanswered(log) == stands, order
        before = said(log)
        for number in (7, 8):
            another = replace(SIGNS, contract=an_id("contract", number), starts_at=at("2027-01-01 00:00"))
            assert log.carry_out(another, at(f"2026-11-2{number} 10:00")), order
        assert said(log) == before, f"{order}: said again by a word that changes nothing of it"


def test_r_01_a_session_of_no_order_that_outlasted_the_contract_that_has_the_terms_is_a_violation_once() -> None:
    incorporated = replace(SIGNED, incorporates=TERMS)
    given = [incorporated if isinstance(each, ContractRegistered) else each for each in GIVEN]
    without_order = replace(LASTS, work_order=None, permission=None)
    assert PUBLISHED in given
    assert GRANTED in given
    for order, log in in_every_order((without_order, ENDS), ConsentExpressed, given=given):
        assert unanswered(log)["session_past_contract"] == 1, order
