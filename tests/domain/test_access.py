"""Looking at the evidence: every access on record, exports marked, and a customer sees its own alone (R-34, R-36)."""

from dataclasses import replace

import pytest
from agreements import IN_FORCE
from evidence_requests import (
    APPLICANT,
    APPLICANT_NAMED,
    CUSTODIAN,
    MR_CUSTODIAN,
    MR_TECHNICIAN,
    MS_LEGAL,
    MS_SALES,
    ORDER,
    SALES,
    TECHNICIAN,
)
from story import CUSTOMER, an_id, as_recorded, at, given

from ledger.domain.access import (
    AccessAtTerminal,
    AccessEvidence,
    AccessOwnEvidence,
    Act,
    EvidenceAccessDenied,
    EvidenceAccessed,
)
from ledger.domain.confidentiality import NdaRegistered
from ledger.domain.contacts import ContactEnded
from ledger.domain.marking import ConfidentialityMarked, Marking
from ledger.domain.people import OsUserBound
from ledger.domain.purposes import DataKind, Purpose
from ledger.domain.sharing import SystemUser
from ledger.domain.view import may_see, seen_by

ACCESS = an_id("access")
SUBJECTS = (f"session:{an_id('session')}",)
NOW = "2026-12-01 10:00"
VIEW = AccessEvidence(
    customer=CUSTOMER,
    access=ACCESS,
    person=TECHNICIAN,
    act=Act.PLAYBACK,
    data_kind=DataKind.RECORDING,
    purpose=Purpose.PROBLEM_DETERMINATION,
    subjects=SUBJECTS,
    reason="障害の再現",
)
SEEN = EvidenceAccessed(
    access=ACCESS,
    person=TECHNICIAN,
    act=Act.PLAYBACK,
    data_kind=DataKind.RECORDING,
    purpose=Purpose.PROBLEM_DETERMINATION,
    subjects=SUBJECTS,
    reason="障害の再現",
)
EXPORT = replace(
    VIEW,
    person=CUSTODIAN,
    act=Act.EXPORT,
    purpose=Purpose.REQUESTED_WORK,
    marking=Marking.CUSTOMERS_RESPONSIBILITY,
)
TAKEN = replace(SEEN, person=CUSTODIAN, act=Act.EXPORT, purpose=Purpose.REQUESTED_WORK)
MARKED = ConfidentialityMarked(subjects=SUBJECTS, marking=Marking.CUSTOMERS_RESPONSIBILITY)
OWN = AccessOwnEvidence(
    customer=CUSTOMER,
    access=ACCESS,
    contact=APPLICANT,
    data_kind=DataKind.METADATA,
    subjects=SUBJECTS,
    reason="作業の確認",
)
NDA = NdaRegistered(customer=CUSTOMER, nda=an_id("nda"), reference="NDA-7", starts_at=at("2026-01-01 00:00"))


def denied(command: AccessEvidence, rule: str, sentence: str, **values: str) -> EvidenceAccessDenied:
    return EvidenceAccessDenied(
        access=ACCESS,
        person=command.person,
        act=command.act,
        data_kind=command.data_kind,
        purpose=command.purpose,
        subjects=SUBJECTS,
        reason="障害の再現",
        rule=rule,
        sentence=sentence,
        values=values,
    )


def test_r_34_every_view_is_on_record_with_its_purpose() -> None:
    given(MR_TECHNICIAN).when(VIEW, at_=NOW).then(SEEN).citing(0)


def test_r_34_nobody_unregistered_sees_anything() -> None:
    given(MS_LEGAL).when(VIEW, at_=NOW).refused("R-34")


def test_r_30_a_view_outside_the_table_is_turned_down_on_record() -> None:
    by_sales = replace(VIEW, person=SALES, purpose=Purpose.FUTURE_PROPOSAL)
    answer = denied(by_sales, "R-30", "purpose_not_usable", purpose="future_proposal", kind="recording", roles="sales")
    given(MS_SALES).when(by_sales, at_=NOW).then(answer).citing(0)
    assert answer.text("ja") != answer.text("en")


def test_r_26_an_export_carries_the_marking_that_is_due() -> None:
    given(MR_CUSTODIAN).when(EXPORT, at_=NOW).then(TAKEN, MARKED)
    unmarked = replace(EXPORT, marking=None)
    given(MR_CUSTODIAN).when(unmarked, at_=NOW).then(
        denied(unmarked, "R-26", "marking_is_another", due="customers_responsibility")
    )
    story = given(MR_CUSTODIAN, NDA)
    story.when(EXPORT, at_=NOW).then(denied(EXPORT, "R-26", "marking_is_another", due="under_agreement")).citing(0, 1)
    under = replace(EXPORT, marking=Marking.UNDER_AGREEMENT)
    story.when(under, at_=NOW).then(TAKEN, replace(MARKED, marking=Marking.UNDER_AGREEMENT, nda=an_id("nda")))


def test_r_35_technicians_export_nothing() -> None:
    by_technician = replace(EXPORT, person=TECHNICIAN)
    given(MR_TECHNICIAN).when(by_technician, at_=NOW).then(
        denied(by_technician, "R-35", "duty_of_others", duties="evidence_custodian")
    )


SHOW = AccessAtTerminal(
    customer=CUSTOMER,
    access=ACCESS,
    user=SystemUser("tanaka"),
    act=Act.VIEW,
    data_kind=DataKind.CONTENT,
    purpose=Purpose.PROBLEM_DETERMINATION,
    first=7,
    last=7,
    reason="障害の再現",
)
SHOWN = EvidenceAccessed(
    access=ACCESS,
    person=TECHNICIAN,
    act=Act.VIEW,
    data_kind=DataKind.CONTENT,
    purpose=Purpose.PROBLEM_DETERMINATION,
    first=7,
    last=7,
    reason="障害の再現",
)
TECHNICIAN_BOUND = OsUserBound(person=TECHNICIAN, os_user="tanaka")
CUSTODIAN_BOUND = OsUserBound(person=CUSTODIAN, os_user="kanri")


def turned_down(command: AccessAtTerminal, person: str | None, rule: str, sentence: str, **values: str) -> object:
    return EvidenceAccessDenied(
        access=ACCESS,
        person=person,
        act=command.act,
        data_kind=command.data_kind,
        purpose=command.purpose,
        first=command.first,
        last=command.last,
        reason=command.reason,
        rule=rule,
        sentence=sentence,
        values=values,
    )


def test_r_34_who_looks_at_a_terminal_is_the_person_bound_to_the_system_user() -> None:
    given(MR_TECHNICIAN, TECHNICIAN_BOUND).when(SHOW, at_=NOW).then(SHOWN).citing(0)


def test_r_34_a_system_user_that_is_nobodys_is_turned_down_on_record() -> None:
    nobodys = replace(SHOW, user=SystemUser("daemon"))
    answer = turned_down(nobodys, None, "R-34", "os_user_nobody", os_user="daemon")
    given(MR_TECHNICIAN, TECHNICIAN_BOUND).when(nobodys, at_=NOW).then(answer)


def test_r_34_until_anybody_is_bound_the_system_user_is_all_that_is_known() -> None:
    unnamed = replace(SHOW, purpose=None)
    given(MR_TECHNICIAN).when(unnamed, at_=NOW).then(replace(SHOWN, person=None, purpose=None))


def test_r_30_a_registered_person_names_a_purpose_before_looking() -> None:
    story = given(MR_TECHNICIAN, TECHNICIAN_BOUND)
    story.when(replace(SHOW, purpose=None), at_=NOW).refused("R-30", cites=[0])
    use = replace(SHOW, purpose=Purpose.PROPER_USE_CHECK)
    values = {"purpose": "proper_use_check", "kind": "content", "roles": "technician"}
    story.when(use, at_=NOW).then(turned_down(use, TECHNICIAN, "R-30", "purpose_not_usable", **values)).citing(0)


def test_r_26_what_is_taken_along_at_a_terminal_is_marked() -> None:
    taking = replace(SHOW, user=SystemUser("kanri"), act=Act.EXPORT, purpose=Purpose.REQUESTED_WORK, first=1, last=None)
    taken = replace(SHOWN, person=CUSTODIAN, act=Act.EXPORT, purpose=Purpose.REQUESTED_WORK, first=1, last=None)
    story = given(MR_CUSTODIAN, CUSTODIAN_BOUND, MR_TECHNICIAN, TECHNICIAN_BOUND)
    story.when(taking, at_=NOW).then(taken, replace(MARKED, subjects=())).citing(0)
    mine = replace(taking, user=SystemUser("tanaka"))
    answer = turned_down(mine, TECHNICIAN, "R-35", "duty_of_others", duties="evidence_custodian")
    story.when(mine, at_=NOW).then(answer)


def test_r_34_a_customers_contact_sees_its_own_metadata_on_record() -> None:
    seen = EvidenceAccessed(
        access=ACCESS,
        person=APPLICANT,
        act=Act.VIEW,
        data_kind=DataKind.METADATA,
        subjects=SUBJECTS,
        reason="作業の確認",
    )
    given(APPLICANT_NAMED).when(OWN, at_=NOW).then(seen).citing(0)


@pytest.mark.parametrize("kind", [DataKind.RECORDING, DataKind.CONTENT, DataKind.ACQUIRED])
def test_r_28_a_customer_gets_recordings_on_a_written_request_only(kind: DataKind) -> None:
    given(APPLICANT_NAMED).when(replace(OWN, data_kind=kind), at_=NOW).refused("R-28")


def test_r_36_who_is_no_contact_of_the_customer_sees_nothing() -> None:
    given().when(OWN, at_=NOW).refused("R-36")
    ended = ContactEnded(customer=CUSTOMER, contact=APPLICANT)
    given(APPLICANT_NAMED, ended).when(OWN, at_=NOW).refused("R-36", cites=[1])


def test_r_36_a_customer_sees_its_own_chain_and_what_is_published() -> None:
    mine = as_recorded(ORDER, 0, at(NOW))
    theirs = replace(mine, position=1, chain="cus_" + "d" * 32)
    terms = [as_recorded(each, 2 + place, at(NOW)) for place, each in enumerate(IN_FORCE)]
    people = as_recorded(MR_TECHNICIAN, 4, at(NOW))
    facts = [mine, theirs, *terms, people]
    assert seen_by(CUSTOMER, facts) == [mine, *terms]
    assert not may_see(CUSTOMER, theirs)
    assert not may_see(CUSTOMER, people)
    assert seen_by(theirs.chain, facts) == [theirs, *terms]
