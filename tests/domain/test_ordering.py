"""Work orders before their work: requested on one basis, taken on or not, called off, given to technicians."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from agreements import CONTACT as SIGNING
from agreements import DELIVERED, IN_FORCE, PRESENTED, SIGNATORY, TERMS
from connecting import GRANTED
from orders import (
    ACCEPTED,
    ASSIGNED,
    CONTACT,
    DONE,
    MANAGER,
    MANAGING,
    ORDER,
    OTHER_ORDER,
    PLANNED,
    REGISTERED,
    REQUESTED,
    RUNNING,
    SECOND_TECHNICIAN,
    SIGNED,
    TECHNICIAN,
    WORK_CONTACT,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.basis import Basis
from ledger.domain.consent_facts import ConsentExpressed, Form
from ledger.domain.contacts import ContactEnded
from ledger.domain.contract import Remote
from ledger.domain.instants import spelled
from ledger.domain.ordering import (
    AcceptWork,
    AssignTechnician,
    CancelWork,
    DeclineWork,
    ReleaseTechnician,
    RequestWork,
)
from ledger.domain.people import OperatorRegistered, PersonLeft, Role
from ledger.domain.rules import switched_off
from ledger.domain.schedule import ProposeSchedule
from ledger.domain.work_facts import (
    Side,
    TechnicianAssigned,
    TechnicianReleased,
    WorkOrderCancelled,
    WorkOrderDeclined,
)

NOW = "2026-11-16 10:00"
REQUEST = RequestWork(
    customer=CUSTOMER,
    work_order=ORDER,
    basis=REQUESTED.basis,
    title=REQUESTED.title,
    purpose=REQUESTED.purpose,
    targets=REQUESTED.targets,
    requested_by=WORK_CONTACT,
    requested_at=REQUESTED.requested_at,
)
ACCEPT = AcceptWork(customer=CUSTOMER, work_order=ORDER)
DECLINE = DeclineWork(customer=CUSTOMER, work_order=ORDER, reason="対象外")
ASSIGN = AssignTechnician(customer=CUSTOMER, work_order=ORDER, technician=TECHNICIAN, person=MANAGER)
RELEASE = ReleaseTechnician(customer=CUSTOMER, work_order=ORDER, technician=TECHNICIAN, person=MANAGER)
RELEASED = TechnicianReleased(work_order=ORDER, technician=TECHNICIAN)
PERIODIC = replace(SIGNED, remote=Remote.PERIODIC)
NOT_STATED = replace(SIGNED, remote=Remote.NOT_STATED)


def test_r_06_work_is_requested_on_the_basis_that_holds() -> None:
    given(SIGNED, CONTACT).when(REQUEST, at_=NOW).then(REQUESTED).citing(0, 1)
    by_wish = replace(REQUEST, basis=Basis.CUSTOMER_REQUEST)
    given(SIGNED, CONTACT).when(by_wish, at_=NOW).refused("R-06", cites=[0])
    wished = replace(REQUESTED, basis=Basis.CUSTOMER_REQUEST)
    given(NOT_STATED, CONTACT).when(by_wish, at_=NOW).then(wished).citing(0, 1)
    given(NOT_STATED, CONTACT).when(REQUEST, at_=NOW).refused("R-06", cites=[0])


def test_r_06_work_on_these_terms_alone_needs_express_consent() -> None:
    alone = replace(REQUEST, basis=Basis.STANDALONE_TERMS)
    given(CONTACT).when(alone, at_=NOW).refused("R-06")
    given(SIGNED, CONTACT).when(alone, at_=NOW).refused("R-06", cites=[0])
    once = ConsentExpressed(
        customer=CUSTOMER,
        consent=an_id("consent", 9),
        terms=TERMS,
        signatory=SIGNATORY,
        form=Form.PORTAL,
        received_at=at("2026-11-17 09:00"),
        since=at("2026-11-17 09:00"),
        work_order=ORDER,
    )
    story = given(*IN_FORCE, PRESENTED, DELIVERED, SIGNING, CONTACT, once)
    later = "2026-11-17 10:00"
    story.when(alone, at_=later).then(replace(REQUESTED, basis=Basis.STANDALONE_TERMS)).citing(5, 6)
    story.when(replace(alone, work_order=OTHER_ORDER), at_=later).refused("R-06")


def test_r_06_only_periodic_work_of_a_contract_needs_nobody_who_asks() -> None:
    nobody = replace(REQUEST, requested_by=None)
    given(PERIODIC, CONTACT).when(nobody, at_=NOW).then(replace(REQUESTED, requested_by=None)).citing(0)
    given(SIGNED, CONTACT).when(nobody, at_=NOW).refused("R-06", cites=[0])
    by_wish = replace(nobody, basis=Basis.CUSTOMER_REQUEST)
    given(NOT_STATED, CONTACT).when(by_wish, at_=NOW).refused("R-06")
    with switched_off("R-06"):
        given(SIGNED, CONTACT).when(nobody, at_=NOW).then(replace(REQUESTED, requested_by=None))


def test_r_06_who_asks_is_a_work_contact() -> None:
    given(SIGNED).when(REQUEST, at_=NOW).refused("R-06")
    gone = ContactEnded(customer=CUSTOMER, contact=WORK_CONTACT)
    given(SIGNED, CONTACT, gone).when(REQUEST, at_=NOW).refused("R-06", cites=[2])
    given(SIGNED, SIGNING).when(replace(REQUEST, requested_by=SIGNATORY), at_=NOW).refused("R-06", cites=[1])


def test_r_06_an_order_is_requested_once_and_not_ahead_of_its_time() -> None:
    given(SIGNED, CONTACT, REQUESTED).when(REQUEST, at_=NOW).refused("R-06", cites=[2])
    given(SIGNED, CONTACT).when(REQUEST, at_="2026-11-16 08:59").refused("R-06")


@pytest.mark.parametrize("targets", [(), ("db01", " ")])
def test_r_04_an_order_names_its_targets(targets: tuple[str, ...]) -> None:
    given(SIGNED, CONTACT).when(replace(REQUEST, targets=targets), at_=NOW).refused("R-04")
    with switched_off("R-04"):
        given(SIGNED, CONTACT).when(replace(REQUEST, targets=()), at_=NOW).then(replace(REQUESTED, targets=()))


@pytest.mark.parametrize(
    "text",
    ["従つた作業", "が\u3099 が が", "ﾃｽﾄ　テスト", "👩‍🔧🛠️", "一" * 300_000],
    ids=["tsu", "nfd", "width", "emoji", "long"],
)
def test_what_the_customer_wrote_stays_byte_for_byte(text: str) -> None:
    expected = replace(REQUESTED, title=text, purpose=text, targets=(text,))
    wish = replace(REQUEST, title=text, purpose=text, targets=(text,))
    given(SIGNED, CONTACT).when(wish, at_=NOW).then(expected)


def test_an_order_is_taken_on_or_declined_once() -> None:
    given(REQUESTED).when(ACCEPT, at_=NOW).then(ACCEPTED).citing(0)
    declined = WorkOrderDeclined(work_order=ORDER, reason="対象外")
    given(REQUESTED).when(DECLINE, at_=NOW).then(declined).citing(0)
    for answer in (ACCEPT, DECLINE):
        given(REQUESTED, ACCEPTED).when(answer, at_=NOW).refused("R-06", cites=[1])
        given(REQUESTED, declined).when(answer, at_=NOW).refused("R-06", cites=[1])
        given().when(answer, at_=NOW).refused("R-06", cites=[])


def test_what_was_not_begun_can_be_cancelled_by_either_side() -> None:
    vendor = CancelWork(customer=CUSTOMER, work_order=ORDER, by=Side.VENDOR, reason="障害")
    cancelled = WorkOrderCancelled(work_order=ORDER, by=Side.VENDOR, reason="障害")
    given(*PLANNED).when(vendor, at_=NOW).then(cancelled).citing(4)
    customer = replace(vendor, by=Side.CUSTOMER, contact=WORK_CONTACT)
    story = given(REQUESTED, CONTACT)
    story.when(customer, at_=NOW).then(replace(cancelled, by=Side.CUSTOMER, contact=WORK_CONTACT)).citing(0, 1)
    story.when(replace(customer, contact=None), at_=NOW).refused("R-06")
    given(REQUESTED).when(customer, at_=NOW).refused("R-06")
    given(*RUNNING).when(vendor, at_="2026-11-18 11:00").refused("R-06", cites=[6])
    given(*DONE).when(vendor, at_="2026-11-18 11:40").refused("R-06", cites=[7])
    given(REQUESTED, cancelled).when(vendor, at_=NOW).refused("R-06", cites=[1])


def test_r_10_work_is_given_to_registered_technicians_only() -> None:
    given(REQUESTED, REGISTERED, MANAGING).when(ASSIGN, at_=NOW).then(ASSIGNED).citing(0, 1, 2)
    given(REQUESTED, MANAGING).when(ASSIGN, at_=NOW).refused("R-10", cites=[])
    left = given(REQUESTED, REGISTERED, MANAGING, PersonLeft(person=TECHNICIAN))
    left.when(ASSIGN, at_=NOW).refused("R-10", cites=[1])
    seller = OperatorRegistered(person=SECOND_TECHNICIAN, name="営業", roles=(Role.SALES,))
    other = replace(ASSIGN, technician=SECOND_TECHNICIAN)
    given(REQUESTED, seller, MANAGING).when(other, at_=NOW).refused("R-10", cites=[1])
    with switched_off("R-10"):
        given(REQUESTED, seller, MANAGING).when(other, at_=NOW).then(
            TechnicianAssigned(work_order=ORDER, technician=SECOND_TECHNICIAN)
        )


def test_r_10_who_is_assigned_stays_so_until_released() -> None:
    given(REQUESTED, REGISTERED, MANAGING, ASSIGNED).when(ASSIGN, at_=NOW).then().citing(3)
    given(REQUESTED, MANAGING, ASSIGNED).when(RELEASE, at_=NOW).then(RELEASED).citing(1, 2)
    given(REQUESTED, MANAGING, ASSIGNED, RELEASED).when(RELEASE, at_=NOW).refused("R-10", cites=[0])
    given(REQUESTED, REGISTERED, MANAGING, ASSIGNED, RELEASED).when(ASSIGN, at_=NOW).then(ASSIGNED)
    given(*DONE, MANAGING).when(RELEASE, at_="2026-11-18 11:40").refused("R-10", cites=[7])


@pytest.mark.parametrize("role", list(Role))
def test_r_35_work_is_given_and_taken_by_whoever_answers_for_the_order_or_for_access(role: Role) -> None:
    holder = (
        replace(REGISTERED, person=MANAGER)
        if role is Role.TECHNICIAN
        else OperatorRegistered(person=MANAGER, name="-", roles=(role,))
    )
    before, after = given(REQUESTED, REGISTERED, holder), given(REQUESTED, REGISTERED, holder, ASSIGNED)
    if role in {Role.SALES, Role.SECURITY}:
        before.when(ASSIGN, at_=NOW).then(ASSIGNED)
        after.when(RELEASE, at_=NOW).then(RELEASED)
        return
    before.when(ASSIGN, at_=NOW).refused("R-35", cites=[2])
    after.when(ASSIGN, at_=NOW).refused("R-35", cites=[2])
    after.when(RELEASE, at_=NOW).refused("R-35", cites=[2])
    with switched_off("R-35"):
        before.when(ASSIGN, at_=NOW).then(ASSIGNED)


def test_r_34_work_is_given_and_taken_by_somebody_registered() -> None:
    given(REQUESTED, REGISTERED).when(ASSIGN, at_=NOW).refused("R-34")
    given(REQUESTED, ASSIGNED, MANAGING, PersonLeft(person=MANAGER)).when(RELEASE, at_=NOW).refused("R-34", cites=[2])


def test_r_35_nobody_gives_work_to_himself_or_takes_it_from_himself() -> None:
    both = OperatorRegistered(person=TECHNICIAN, name="-", roles=(Role.SALES, Role.TECHNICIAN))
    himself, leaves = replace(ASSIGN, person=TECHNICIAN), replace(RELEASE, person=TECHNICIAN)
    given(REQUESTED, both).when(himself, at_=NOW).refused("R-35")
    given(REQUESTED, both, ASSIGNED).when(leaves, at_=NOW).refused("R-35")
    with switched_off("ledger.domain.ordering.check_by_another"):
        given(REQUESTED, both).when(himself, at_=NOW).then(ASSIGNED)
        given(REQUESTED, both, ASSIGNED).when(leaves, at_=NOW).then(RELEASED)


@pytest.mark.parametrize("year", [1900, 1949, 2098, 9999])
def test_r_15_a_time_that_nothing_can_be_counted_from_is_not_taken(year: int) -> None:
    told = replace(REQUEST, requested_at=datetime(year, 12, 31, 16, tzinfo=UTC))
    given(SIGNED, CONTACT).when(told, at_=NOW).refused("R-15")


def test_r_15_a_plan_for_the_end_of_time_is_not_taken() -> None:
    begins = datetime(9999, 12, 31, 16, tzinfo=UTC)
    plan = ProposeSchedule(
        customer=CUSTOMER,
        work_order=ORDER,
        proposal=an_id("proposal", 1),
        starts_at=begins,
        planned_end=begins + timedelta(hours=4),
        by=Side.VENDOR,
    )
    given(REQUESTED, ACCEPTED).when(plan, at_=NOW).refused("R-15")
    assert spelled(begins) == "9999-12-31T16:00:00+00:00"


def test_r_35_who_took_down_a_permission_of_the_order_is_not_assigned_to_it() -> None:
    own = replace(GRANTED, recorded_by=TECHNICIAN)
    given(REQUESTED, REGISTERED, own, MANAGING).when(ASSIGN, at_="2026-11-17 09:00").refused("R-35", cites=[2])
    by_another = replace(GRANTED, recorded_by=an_id("person", 77))
    given(REQUESTED, REGISTERED, by_another, MANAGING).when(ASSIGN, at_="2026-11-17 09:00").then(ASSIGNED)
