"""Keeping and destroying by facts: the term of an order, the seal, the order of destruction against a request."""

from dataclasses import replace

import pytest
from evidence_requests import APPLICANT_NAMED, ORDER, RECEIVED, REQUEST, SIGNATORY, TECHNICIAN, WORK_ORDER, contact
from story import CUSTOMER, Story, an_id, at, given

from ledger.domain.basis import Basis
from ledger.domain.contacts import ContactRole
from ledger.domain.credential_facts import CredentialErased, CredentialProvided, Origin
from ledger.domain.destroying import OrderDestruction
from ledger.domain.encrypted_path import Protocol
from ledger.domain.keeping import ExtendRetention, SealEvidence
from ledger.domain.lives import life_of, of_life
from ledger.domain.permission_facts import AccessPermissionLapsed, AccessPermissionRequested
from ledger.domain.request_facts import EvidenceReceiptAcknowledged
from ledger.domain.retention import Hold, Life
from ledger.domain.retention_facts import (
    DestructionOrdered,
    EvidenceSealed,
    RetentionExpired,
    RetentionExtended,
    RetentionStarted,
)
from ledger.domain.session_facts import Ending, SessionEnded, SessionStarted
from ledger.domain.trail import Pair, pairs_of
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import WorkCompleted

SESSION = an_id("session")
KEY = "trail:2026-11-16"
SIGNATORY_NAMED = contact(SIGNATORY, ContactRole.CONSENT_SIGNATORY)
STARTED = SessionStarted(
    session=SESSION,
    work_order=WORK_ORDER,
    permission=None,
    technician=TECHNICIAN,
    login=None,
    consent=None,
    terms=None,
    basis=Basis.CONTRACT,
    targets=("db01",),
    gateway="gw1",
    permitted_until=None,
    started_at=at("2026-11-30 23:40"),
    days=(),
)
ENDED = SessionEnded(
    session=SESSION,
    work_order=WORK_ORDER,
    permission=None,
    why=Ending.SIGNED_OUT,
    ended_at=at("2026-12-01 00:20"),
    days=(),
)
COMPLETED = WorkCompleted(work_order=WORK_ORDER, completed_at=at("2026-11-30 23:50"))
OVER = (ORDER, COMPLETED)
BEGUN = RetentionStarted(work_order=WORK_ORDER, ended_at=at("2026-11-30 23:50"), keep_until=at("2027-12-01 00:00"))
EXPIRED = RetentionExpired(work_order=WORK_ORDER, expired_at=at("2027-12-01 00:00"))
EXTENDED = RetentionExtended(
    work_order=WORK_ORDER, contact=SIGNATORY, keep_until=at("2029-01-01 00:00"), document_sha256="a" * 64
)
EXTEND = ExtendRetention(
    customer=CUSTOMER,
    work_order=WORK_ORDER,
    contact=SIGNATORY,
    keep_until=at("2029-01-01 00:00"),
    document_sha256="a" * 64,
)
SEAL = SealEvidence(customer=CUSTOMER, session=SESSION, entries=12, manifest_sha256="b" * 64)
DESTROY = OrderDestruction(customer=CUSTOMER, key=KEY, subjects=(f"work_order:{WORK_ORDER}",))
ORDERED = DestructionOrdered(
    customer=CUSTOMER,
    key=KEY,
    work_orders=(WORK_ORDER,),
    expired_at=at("2027-12-01 00:00"),
    free_at=at("2027-12-01 00:00"),
)
EXPIRY = "2027-12-01 00:00"


def recorded(*facts: object) -> Story:
    return given(*facts)  # type: ignore[arg-type]  # facts of the tables below


def test_r_14_the_term_begins_with_the_end_of_the_order() -> None:
    given(ORDER, COMPLETED, SIGNATORY_NAMED).when(EXTEND, at_="2026-12-01 09:00").after(BEGUN).then(EXTENDED)


def test_r_14_the_term_waits_for_the_last_session_and_begins_again_where_one_ended_later() -> None:
    running = given(ORDER, STARTED, COMPLETED, SIGNATORY_NAMED)
    running.when(EXTEND, at_="2026-12-01 00:10").after()
    again = replace(BEGUN, ended_at=ENDED.ended_at, keep_until=at("2027-12-02 00:00"))
    ended = given(ORDER, COMPLETED, BEGUN, STARTED, ENDED, SIGNATORY_NAMED)
    ended.when(EXTEND, at_="2026-12-01 09:00").after(again)


def test_r_14_an_order_that_goes_on_has_no_term_yet() -> None:
    given(ORDER, SIGNATORY_NAMED).when(EXTEND, at_="2028-12-01 09:00").after().then(EXTENDED)


def test_r_15_the_term_expires_once_at_its_instant() -> None:
    story = given(*OVER, BEGUN, SIGNATORY_NAMED)
    story.when(EXTEND, at_="2027-11-30 23:59").after().then(EXTENDED)
    story.when(EXTEND, at_=EXPIRY).after(EXPIRED).refused("R-15")
    story.when(EXTEND, at_="2028-02-29 12:00").after(EXPIRED)
    story.at(EXPIRY, EXPIRED).when(EXTEND, at_="2028-02-29 12:00").after().refused("R-15", cites=[4])


def test_r_17_a_request_on_the_last_day_keeps_the_term_from_expiring_until_it_is_over() -> None:
    asked = replace(RECEIVED, received_at=at("2027-11-30 23:59"))
    confirmed = EvidenceReceiptAcknowledged(
        customer=CUSTOMER,
        request=REQUEST,
        work_orders=(WORK_ORDER,),
        contact=SIGNATORY,
        acknowledged_at=at("2027-12-20 09:00"),
    )
    story = given(*OVER, BEGUN, SIGNATORY_NAMED, asked)
    story.when(EXTEND, at_="2027-12-10 09:00").after()
    story.at("2027-12-20 10:00", confirmed)
    story.when(EXTEND, at_="2027-12-21 09:00").after(replace(EXPIRED, expired_at=at("2027-12-20 10:00")))


def test_r_15_a_term_is_only_made_longer_and_by_the_customers_signatory() -> None:
    story = given(*OVER, BEGUN, SIGNATORY_NAMED, APPLICANT_NAMED)
    now = "2026-12-02 09:00"
    story.when(EXTEND, at_=now).then(EXTENDED).citing(0, 3)
    story.when(replace(EXTEND, keep_until=at(EXPIRY)), at_=now).refused("R-15", cites=[0, 1])
    story.when(replace(EXTEND, contact=APPLICANT_NAMED.contact), at_=now).refused("R-15", cites=[4])
    given(SIGNATORY_NAMED).when(EXTEND, at_=now).refused("R-15")
    longer = given(*OVER, BEGUN, SIGNATORY_NAMED, EXTENDED)
    longer.when(replace(EXTEND, keep_until=at("2030-01-01 00:00")), at_="2028-06-01 09:00").after()
    longer.when(EXTEND, at_="2029-01-01 00:00").after(replace(EXPIRED, expired_at=at("2029-01-01 00:00")))


def test_r_14_the_evidence_of_a_session_is_sealed_when_it_is_over() -> None:
    sealed = EvidenceSealed(session=SESSION, work_order=WORK_ORDER, entries=12, manifest_sha256="b" * 64)
    given(STARTED, ENDED).when(SEAL, at_="2026-12-01 09:00").then(sealed).citing(0, 1)
    given(STARTED).when(SEAL, at_="2026-12-01 00:10").refused("R-14", cites=[0])
    given().when(SEAL, at_="2026-12-01 00:10").refused("R-14")
    given(STARTED, ENDED, sealed).when(SEAL, at_="2026-12-01 09:00").then().citing(2)
    other = replace(SEAL, entries=13)
    given(STARTED, ENDED, sealed).when(other, at_="2026-12-01 09:00").refused("R-20", cites=[2])


def test_r_16_destruction_is_ordered_when_the_term_is_over_and_once() -> None:
    given(*OVER).when(DESTROY, at_=EXPIRY).then(ORDERED).citing(0, 1)
    given(*OVER, ORDERED).when(DESTROY, at_="2027-12-01 06:00").then().citing(2)
    alone = replace(DESTROY, subjects=())
    given().when(alone, at_="2027-11-16 23:59").refused("R-16")
    early = at("2027-11-17 00:00")
    given().when(alone, at_="2027-11-17 00:00").then(replace(ORDERED, work_orders=(), expired_at=early, free_at=early))


def test_r_14_what_an_order_needs_is_not_destroyed() -> None:
    given(ORDER).when(DESTROY, at_="2036-12-01 00:00").refused("R-14", cites=[0])
    given(*OVER).when(DESTROY, at_="2027-11-30 23:59").refused("R-14", cites=[0, 1])
    given(ORDER, STARTED, COMPLETED).when(DESTROY, at_=EXPIRY).refused("R-14", cites=[0, 1, 2])
    given(*OVER, EXTENDED).when(DESTROY, at_="2028-12-31 23:59").refused("R-14")


def test_r_14_the_order_of_a_session_is_looked_at_too() -> None:
    by_session = replace(DESTROY, key="trail:2026-12-01", subjects=(f"session:{SESSION}",))
    given(STARTED, ENDED).when(by_session, at_="2028-12-01 00:00").refused("R-14", cites=[0])
    both = replace(by_session, subjects=(f"session:{SESSION}", f"work_order:{WORK_ORDER}"))
    given(ORDER, STARTED, ENDED).when(both, at_="2028-12-01 00:00").refused("R-14")
    assert given(ORDER, STARTED, ENDED, COMPLETED).when(both, at_="2027-12-02 00:00").facts


def test_r_17_a_request_before_the_end_of_the_term_refuses_the_destruction() -> None:
    asked = replace(RECEIVED, received_at=at("2027-11-30 23:59"))
    given(*OVER, asked).when(DESTROY, at_=EXPIRY).refused("R-17", cites=[2])
    late = replace(RECEIVED, received_at=at(EXPIRY))
    given(*OVER, late).when(DESTROY, at_="2027-12-01 00:01").then(ORDERED)


def test_r_17_a_hold_of_the_log_refuses_the_destruction_until_it_is_released() -> None:
    given(*OVER).when(replace(DESTROY, holds=(Hold("hold_1"),)), at_=EXPIRY).refused("R-17")
    released = replace(DESTROY, holds=(Hold("hold_1", at("2028-03-01 09:00")),))
    outcome = given(*OVER).when(released, at_="2028-03-02 09:00")
    outcome.then(replace(ORDERED, free_at=at("2028-03-01 09:00")))


def test_r_16_a_destruction_that_comes_late_is_ordered_with_the_violation_beside_it() -> None:
    violation = ViolationRecorded(
        rule="R-16",
        sentence="destroyed_late",
        values={"key": KEY, "due": "2027-12-02T00:00:00+09:00"},
        subjects=(),
    )
    given(*OVER).when(DESTROY, at_="2027-12-02 00:00").then(ORDERED)
    given(*OVER).when(DESTROY, at_="2027-12-02 00:01").then(ORDERED, violation)


def test_r_14_permissions_and_credentials_live_until_their_own_end() -> None:
    permission, credential = an_id("permission"), an_id("credential")
    asked = AccessPermissionRequested(
        permission=permission,
        work_order=WORK_ORDER,
        targets=("db01",),
        protocols=(Protocol.SSH,),
        requested_at=at("2026-11-16 09:00"),
    )
    lapsed = AccessPermissionLapsed(
        permission=permission,
        work_order=WORK_ORDER,
        requested_at=at("2026-11-16 09:00"),
        deadline=at("2026-11-19 00:00"),
    )
    provided = CredentialProvided(
        credential=credential,
        work_order=WORK_ORDER,
        origin=Origin.CUSTOMER,
        basis=Basis.CONTRACT,
        targets=("db01",),
        account="maint",
        channel="ポータル",
        received_at=at("2026-11-16 09:00"),
    )
    erased = CredentialErased(
        credential=credential, work_order=WORK_ORDER, erased_at=at("2026-12-01 01:00"), key_ids=("k1",), copies=()
    )
    story = recorded(asked, provided)
    subject, secret = f"permission:{permission}", f"credential:{credential}"
    assert life_of(story.recorded, subject) == Life(subject, None, (0,))
    assert life_of(story.recorded, secret) == Life(secret, None, (1,))
    story.at("2026-12-01 02:00", lapsed, erased)
    assert life_of(story.recorded, subject) == Life(subject, at("2026-11-19 00:00"), (0, 2))
    assert life_of(story.recorded, secret) == Life(secret, at("2026-12-01 01:00"), (1, 3))
    for each in story.recorded:
        assert any(of_life(tag).takes(each.fact.KIND.type, each.tags) for tag in (subject, secret))


@pytest.mark.parametrize("subject", ["person:" + "p" * 8, "permission:permission_0", "credential:x", "session:x"])
def test_what_is_not_there_has_no_life(subject: str) -> None:
    assert life_of(given(ORDER).recorded, subject) is None


def test_a_request_is_needed_until_it_is_over() -> None:
    subject = f"request:{REQUEST}"
    assert life_of(given(RECEIVED).recorded, subject) == Life(subject, None, (0,))
    assert life_of(given().recorded, subject) is None


def test_facts_stand_under_the_pair_of_their_class_and_day_in_japan() -> None:
    story = given(ORDER, at_="2026-11-30 23:59").at("2026-12-01 00:00", ENDED, RECEIVED, ORDERED, APPLICANT_NAMED)
    assert pairs_of(story.recorded) == {
        Pair(CUSTOMER, "request:2026-12-01"): (2,),
        Pair(CUSTOMER, "trail:2026-11-30"): (0,),
        Pair(CUSTOMER, "trail:2026-12-01"): (1,),
    }
