"""Requests for the trail: in writing, by whom the customer named, held from receipt, made and given by two (R-28)."""

from dataclasses import replace
from datetime import date

import pytest
from evidence_requests import (
    ACCEPTED,
    APPLICANT,
    APPLICANT_NAMED,
    BILLING,
    BILLING_NAMED,
    CUSTODIAN,
    DELIVERED,
    LEGAL,
    MR_CUSTODIAN,
    MR_TECHNICIAN,
    MS_LEGAL,
    ORDER,
    RECEIVE,
    RECEIVED,
    REPORT_ASKED,
    REQUEST,
    SEALED,
    TECHNICIAN,
    WORK_ORDER,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.confidentiality import NdaRegistered
from ledger.domain.contacts import ContactEnded
from ledger.domain.fact import tags_of
from ledger.domain.fee_facts import FeeWaived, WaiverReason
from ledger.domain.finding import FindingRecorded
from ledger.domain.marking import ConfidentialityMarked, Marking
from ledger.domain.people import PersonLeft
from ledger.domain.providing import AcknowledgeReceipt, DeliverEvidence, RenderReport, SealPackage
from ledger.domain.request import Status, fold
from ledger.domain.request_facts import (
    EvidenceReceiptAcknowledged,
    EvidenceReportRendered,
    EvidenceRequestClosed,
    EvidenceRequestRejected,
    EvidenceRequestWithdrawn,
    Rejection,
    RequestForm,
)
from ledger.domain.requesting import AcceptEvidenceRequest, RejectEvidenceRequest, WithdrawEvidenceRequest
from ledger.domain.retention_facts import DestructionOrdered
from ledger.domain.violation import ViolationRecorded

NOW = "2026-12-01 11:00"
LATER = "2026-12-03 16:00"
ACCEPT = AcceptEvidenceRequest(customer=CUSTOMER, request=REQUEST, person=LEGAL)
WITHDRAW = WithdrawEvidenceRequest(customer=CUSTOMER, request=REQUEST, contact=APPLICANT)
REJECT = RejectEvidenceRequest(
    customer=CUSTOMER, request=REQUEST, person=LEGAL, why=Rejection.NOT_ENTITLED, words="申請権限なし"
)
RENDER = RenderReport(customer=CUSTOMER, request=REQUEST, person=CUSTODIAN, report_sha256="f" * 64)
SEAL = SealPackage(
    customer=CUSTOMER,
    request=REQUEST,
    person=CUSTODIAN,
    manifest_sha256="e" * 64,
    package_sha256="d" * 64,
    package_bytes=4096,
    marking=Marking.CUSTOMERS_RESPONSIBILITY,
)
DELIVER = DeliverEvidence(
    customer=CUSTOMER,
    request=REQUEST,
    person=CUSTODIAN,
    recipient=APPLICANT,
    channel="ポータル",
    manifest_sha256="e" * 64,
    delivered_at=at("2026-12-03 15:00"),
)
ACKNOWLEDGE = AcknowledgeReceipt(
    customer=CUSTOMER, request=REQUEST, contact=APPLICANT, acknowledged_at=at("2026-12-04 09:00")
)
DESTROYED = DestructionOrdered(
    customer=CUSTOMER,
    key="trail:2026-11-16",
    work_orders=(WORK_ORDER,),
    expired_at=at("2026-12-01 00:00"),
    free_at=at("2026-12-01 00:00"),
)


def test_r_28_a_written_request_is_recorded_as_it_arrived() -> None:
    given(ORDER).when(RECEIVE, at_=NOW).then(RECEIVED).citing(0)


def test_r_28_a_request_may_name_days_alone() -> None:
    days = {"work_orders": (), "first_day": date(2026, 11, 1), "last_day": date(2026, 11, 30)}
    given().when(replace(RECEIVE, **days), at_=NOW).then(replace(RECEIVED, **days))


@pytest.mark.parametrize("form", [RequestForm.SPOKEN, RequestForm.CHAT, RequestForm.MAIL])
def test_r_28_what_is_not_in_writing_is_refused_with_the_form(form: RequestForm) -> None:
    outcome = given(ORDER).when(replace(RECEIVE, form=form), at_=NOW).refused("R-28")
    assert outcome.refusal is not None
    assert "申請書" in outcome.refusal.text("ja")


def test_r_28_a_request_names_something_in_order_and_there() -> None:
    given().when(replace(RECEIVE, work_orders=()), at_=NOW).refused("R-28")
    upside_down = replace(RECEIVE, work_orders=(), first_day=date(2026, 11, 2), last_day=date(2026, 11, 1))
    given().when(upside_down, at_=NOW).refused("R-28")
    given().when(replace(upside_down, first_day=None), at_=NOW).refused("R-28")


def test_r_28_an_id_of_a_request_is_used_once_and_nothing_arrives_before_its_time() -> None:
    given(ORDER, RECEIVED).when(RECEIVE, at_=NOW).refused("R-28", cites=[1])
    given(ORDER).when(RECEIVE, at_="2026-12-01 09:59").refused("R-28")


UNKNOWN = an_id("workorder", 9)


def not_there(work_order: str) -> FindingRecorded:
    return FindingRecorded(
        rule="R-28",
        sentence="request_order_unknown",
        values={"work_order": work_order},
        subjects=(f"request:{REQUEST}",),
    )


def test_r_28_a_request_is_recorded_as_it_arrived_although_a_work_order_that_it_names_is_not_there() -> None:
    asked = replace(RECEIVE, work_orders=(UNKNOWN, WORK_ORDER))
    recorded = replace(RECEIVED, unknown_orders=(UNKNOWN,))
    given(ORDER).when(asked, at_=NOW).then(recorded, not_there(UNKNOWN)).citing(0)
    assert f"work_order:{UNKNOWN}" not in tags_of(recorded)


def test_r_28_a_request_for_nothing_that_is_there_is_recorded_and_not_accepted() -> None:
    nothing = replace(RECEIVED, work_orders=(), unknown_orders=(WORK_ORDER,))
    given().when(RECEIVE, at_=NOW).then(nothing, not_there(WORK_ORDER))
    given(nothing, APPLICANT_NAMED, MS_LEGAL).when(ACCEPT, at_=NOW).refused("R-28", cites=[0])
    days = replace(nothing, first_day=date(2026, 11, 1), last_day=date(2026, 11, 30))
    given(days, APPLICANT_NAMED, MS_LEGAL).when(ACCEPT, at_=NOW).then(ACCEPTED)


def test_r_36_another_customers_work_is_not_there_and_is_not_held_nor_cited() -> None:
    other = replace(RECEIVE, customer="cus_" + "d" * 32)
    recorded = replace(RECEIVED, customer=other.customer, work_orders=(), unknown_orders=(WORK_ORDER,))
    given(ORDER).when(other, at_=NOW).then(recorded, not_there(WORK_ORDER)).citing()


def test_r_17_a_request_that_arrived_in_time_makes_a_destruction_before_its_record_a_violation() -> None:
    late = replace(RECEIVE, received_at=at("2026-11-30 23:59"))
    violation = ViolationRecorded(
        rule="R-17",
        sentence="destroyed_in_spite_of_request",
        values={"key": "trail:2026-11-16", "at": "2026-11-30T23:59:00+09:00"},
        subjects=(f"request:{REQUEST}",),
    )
    recorded = replace(RECEIVED, received_at=late.received_at)
    given(ORDER, DESTROYED).when(late, at_=NOW).then(recorded, violation).citing(0, 1)
    given(ORDER, DESTROYED).when(RECEIVE, at_=NOW).then(RECEIVED).citing(0, 1)


def test_r_28_a_request_of_somebody_the_customer_named_is_accepted() -> None:
    given(RECEIVED, APPLICANT_NAMED, MS_LEGAL).when(ACCEPT, at_=NOW).then(ACCEPTED).citing(0, 2)


def test_r_28_a_request_of_anybody_else_is_not_accepted() -> None:
    given(RECEIVED, MS_LEGAL).when(ACCEPT, at_=NOW).refused("R-28", cites=[])
    wrong = replace(APPLICANT_NAMED, roles=BILLING_NAMED.roles)
    given(RECEIVED, wrong, MS_LEGAL).when(ACCEPT, at_=NOW).refused("R-28", cites=[1])


def test_r_17_what_is_destroyed_is_not_accepted_and_the_orders_are_cited() -> None:
    story = given(RECEIVED, APPLICANT_NAMED, MS_LEGAL, DESTROYED)
    story.when(ACCEPT, at_=NOW).refused("R-17", cites=[3])


def test_r_17_a_request_of_which_something_is_left_is_accepted() -> None:
    both = replace(RECEIVED, work_orders=(WORK_ORDER, an_id("workorder", 2)))
    given(both, APPLICANT_NAMED, MS_LEGAL, DESTROYED).when(ACCEPT, at_=NOW).then(ACCEPTED)


def test_r_35_requests_are_decided_by_legal_or_the_custodian() -> None:
    given(RECEIVED, APPLICANT_NAMED, MR_TECHNICIAN).when(replace(ACCEPT, person=TECHNICIAN), at_=NOW).refused("R-35")
    given(RECEIVED, MR_TECHNICIAN).when(replace(REJECT, person=TECHNICIAN), at_=NOW).refused("R-35", cites=[1])


def test_r_34_requests_are_decided_by_registered_persons() -> None:
    given(RECEIVED, APPLICANT_NAMED).when(ACCEPT, at_=NOW).refused("R-34")
    given(RECEIVED, MS_LEGAL, PersonLeft(person=LEGAL)).when(REJECT, at_=NOW).refused("R-34", cites=[1])


def test_a_request_is_decided_once() -> None:
    given(RECEIVED, ACCEPTED, MS_LEGAL, APPLICANT_NAMED).when(ACCEPT, at_=NOW).refused("R-28", cites=[0, 1])
    given(MS_LEGAL, APPLICANT_NAMED).when(ACCEPT, at_=NOW).refused("R-28")


def test_a_rejected_request_holds_nothing_any_more() -> None:
    rejected = EvidenceRequestRejected(
        customer=CUSTOMER,
        request=REQUEST,
        work_orders=(WORK_ORDER,),
        person=LEGAL,
        why=Rejection.NOT_ENTITLED,
        words="申請権限なし",
    )
    given(RECEIVED, MS_LEGAL).when(REJECT, at_=NOW).then(rejected).citing(0, 1)
    given(RECEIVED, ACCEPTED, SEALED, MS_LEGAL).when(REJECT, at_=NOW).refused("R-28")
    request = fold(given(RECEIVED).at(NOW, rejected).recorded)[REQUEST]
    assert (request.open, request.over_at) == (False, at(NOW))


def test_a_withdrawn_request_holds_nothing_any_more() -> None:
    withdrawn = EvidenceRequestWithdrawn(
        customer=CUSTOMER, request=REQUEST, work_orders=(WORK_ORDER,), contact=APPLICANT
    )
    given(RECEIVED, ACCEPTED, APPLICANT_NAMED).when(WITHDRAW, at_=NOW).then(withdrawn).citing(0, 1, 2)
    given(RECEIVED, BILLING_NAMED).when(replace(WITHDRAW, contact=BILLING), at_=NOW).refused("R-28")
    given(RECEIVED, ACCEPTED, SEALED, DELIVERED, APPLICANT_NAMED).when(WITHDRAW, at_=LATER).refused("R-28")
    assert not fold(given(RECEIVED, withdrawn).recorded)[REQUEST].open


def test_r_26_a_package_is_sealed_with_the_marking_that_is_due() -> None:
    mark = ConfidentialityMarked(subjects=(f"request:{REQUEST}",), marking=Marking.CUSTOMERS_RESPONSIBILITY)
    story = given(RECEIVED, ACCEPTED, MS_LEGAL, MR_CUSTODIAN)
    story.when(SEAL, at_=LATER).then(SEALED, mark).citing(0, 1, 3)
    story.when(replace(SEAL, marking=None), at_=LATER).refused("R-26")
    assert "お客様の責任" in mark.text("ja")


def test_r_26_the_marking_follows_the_agreement_on_confidentiality() -> None:
    nda = NdaRegistered(customer=CUSTOMER, nda=an_id("nda"), reference="NDA-7", starts_at=at("2026-01-01 00:00"))
    story = given(RECEIVED, ACCEPTED, MS_LEGAL, MR_CUSTODIAN, nda)
    story.when(SEAL, at_=LATER).refused("R-26", cites=[4])
    mark = ConfidentialityMarked(subjects=(f"request:{REQUEST}",), marking=Marking.UNDER_AGREEMENT, nda=an_id("nda"))
    story.when(replace(SEAL, marking=Marking.UNDER_AGREEMENT), at_=LATER).then(SEALED, mark)
    over = replace(nda, ends_at=at("2026-12-03 00:00"))
    given(RECEIVED, ACCEPTED, MS_LEGAL, MR_CUSTODIAN, over).when(SEAL, at_=LATER).then(
        SEALED, replace(mark, marking=Marking.CUSTOMERS_RESPONSIBILITY, nda=None)
    )


def test_r_34_who_accepted_a_request_does_not_seal_its_package() -> None:
    alone = replace(ACCEPTED, person=CUSTODIAN)
    given(RECEIVED, alone, MR_CUSTODIAN).when(SEAL, at_=LATER).refused("R-34", cites=[2])


def test_r_35_packages_are_the_custodians() -> None:
    story = given(RECEIVED, ACCEPTED, MS_LEGAL, MR_TECHNICIAN)
    story.when(replace(SEAL, person=TECHNICIAN), at_=LATER).refused("R-35", cites=[3])
    given(RECEIVED, ACCEPTED, SEALED, MR_TECHNICIAN, APPLICANT_NAMED).when(
        replace(DELIVER, person=TECHNICIAN), at_=LATER
    ).refused("R-35")


def test_r_28_nothing_is_sealed_for_a_request_that_was_not_accepted() -> None:
    given(RECEIVED, MR_CUSTODIAN).when(SEAL, at_=LATER).refused("R-28", cites=[0])


def test_a_report_is_rendered_before_its_package_is_sealed() -> None:
    waived = FeeWaived(request=REQUEST, person=LEGAL, why=WaiverReason.GOODWILL)
    rendered = EvidenceReportRendered(request=REQUEST, person=CUSTODIAN, report_sha256="f" * 64)
    story = given(REPORT_ASKED, ACCEPTED, waived, MS_LEGAL, MR_CUSTODIAN)
    story.when(SEAL, at_=LATER).refused("R-28")
    story.when(RENDER, at_=LATER).then(rendered).citing(0, 1, 2, 4)
    assert story.at(LATER, rendered).when(SEAL, at_=LATER).refusal is None


def test_r_28_the_sealed_package_is_delivered_to_a_contact_entitled_to_it() -> None:
    story = given(RECEIVED, ACCEPTED, SEALED, MR_CUSTODIAN, APPLICANT_NAMED, BILLING_NAMED)
    story.when(DELIVER, at_=LATER).then(DELIVERED).citing(0, 1, 2, 3, 4)
    for now in ("2026-12-03 15:00", "2026-12-03 15:01"):
        story.when(replace(DELIVER, recipient=BILLING), at_=now).refused("R-28", cites=[5])
        story.when(replace(DELIVER, manifest_sha256="0" * 64), at_=now).refused("R-28", cites=[0, 1, 2])
    story.when(DELIVER, at_="2026-12-03 14:59").refused("R-28")
    story.when(replace(DELIVER, recipient=an_id("person", 3)), at_=LATER).refused("R-28")
    not_sealed = given(RECEIVED, ACCEPTED, MR_CUSTODIAN, APPLICANT_NAMED)
    not_sealed.when(DELIVER, at_="2026-12-03 15:00").refused("R-28", cites=[0, 1])


def test_r_28_a_delivery_that_was_made_otherwise_is_recorded_and_delivers_nothing() -> None:
    story = given(RECEIVED, ACCEPTED, SEALED, MR_CUSTODIAN, APPLICANT_NAMED, BILLING_NAMED)
    astray = replace(DELIVER, recipient=BILLING, manifest_sha256="0" * 64)
    told = replace(DELIVERED, recipient=BILLING, manifest_sha256="0" * 64, proper=False)
    role = {"role": "evidence_applicant"}
    about = (f"request:{REQUEST}",)
    outcome = story.when(astray, at_="2026-12-03 15:02").then(
        told,
        ViolationRecorded(rule="R-28", sentence="contact_not_entitled", values=role, subjects=about),
        ViolationRecorded(rule="R-28", sentence="package_is_another", values={}, subjects=about),
    )
    assert [each.cites for each in outcome.facts[1:]] == [(5,), (0, 1, 2)]
    story.at("2026-12-03 15:02", told)
    request = fold(story.recorded)[REQUEST]
    assert (request.status, request.delivered_at) == (Status.SEALED, None)
    story.when(astray, at_=LATER).refused("R-28", cites=[6])
    story.when(DELIVER, at_=LATER).then(DELIVERED)
    unsealed = given(RECEIVED, ACCEPTED, MR_CUSTODIAN, APPLICANT_NAMED).when(DELIVER, at_=LATER)
    sentences = [each.sentence for each in unsealed.facts if isinstance(each, ViolationRecorded)]
    assert sentences == ["request_stands", "package_is_another"]


def test_r_28_who_was_entitled_when_it_was_delivered_has_left_since() -> None:
    left = ContactEnded(customer=CUSTOMER, contact=APPLICANT)
    story = given(RECEIVED, ACCEPTED, SEALED, MR_CUSTODIAN, APPLICANT_NAMED).at("2026-12-03 15:30", left)
    story.when(DELIVER, at_=LATER).then(DELIVERED)


def test_the_receipt_ends_what_the_request_held() -> None:
    acknowledged = EvidenceReceiptAcknowledged(
        customer=CUSTOMER,
        request=REQUEST,
        work_orders=(WORK_ORDER,),
        contact=APPLICANT,
        acknowledged_at=at("2026-12-04 09:00"),
    )
    story = given(RECEIVED, ACCEPTED, SEALED, DELIVERED, APPLICANT_NAMED, BILLING_NAMED)
    story.when(ACKNOWLEDGE, at_="2026-12-04 10:00").then(acknowledged).citing(0, 1, 2, 3, 4)
    story.when(ACKNOWLEDGE, at_="2026-12-04 08:00").refused("R-28")
    story.when(replace(ACKNOWLEDGE, contact=BILLING), at_="2026-12-04 10:00").refused("R-28", cites=[5])
    story.at("2026-12-04 10:00", acknowledged)
    assert fold(story.recorded)[REQUEST].status is Status.ACKNOWLEDGED
    story.when(ACKNOWLEDGE, at_="2026-12-05 10:00").refused("R-28")


def test_a_delivery_that_nobody_acknowledges_is_closed_by_the_timer_after_ten_business_days() -> None:
    closed = EvidenceRequestClosed(
        customer=CUSTOMER, request=REQUEST, work_orders=(WORK_ORDER,), closed_at=at("2026-12-18 00:00")
    )
    story = given(RECEIVED, ACCEPTED, SEALED, DELIVERED, APPLICANT_NAMED)
    assert story.when(ACKNOWLEDGE, at_="2026-12-17 23:59").after().refusal is None
    outcome = story.when(ACKNOWLEDGE, at_="2026-12-18 00:00").after(closed)
    assert [type(each) for each in outcome.facts] == [EvidenceReceiptAcknowledged]  # it is told late, and recorded
    story.when(ACKNOWLEDGE, at_="2027-01-08 00:00").after(closed)
    story.at("2027-01-08 00:00", closed).when(ACKNOWLEDGE, at_="2027-01-08 00:00").after()
    assert fold(story.recorded)[REQUEST].over_at == at("2026-12-18 00:00")
    story.at("2027-01-08 00:00", *outcome.facts)
    assert fold(story.recorded)[REQUEST].over_at == at("2026-12-18 00:00")
    story.when(ACKNOWLEDGE, at_="2027-01-09 00:00").refused("R-28")
