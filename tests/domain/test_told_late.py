"""What happened outside and is told late is judged by its own time: by who spoke for whom then, and what held then."""

from dataclasses import replace

import pytest
from agreements import CONTACT as SIGNATORY_NAMED
from connecting import ASKED, GRANTED, PERMISSION
from consent_story import SHOWN, agree, agreed
from credentials import BY_WISH, OWNING, provide
from orders import COMPLETED, CONTACT, ORDER, PLANNED, REGISTERED, RUNNING, SIGNED, TECHNICIAN, WORK_CONTACT
from story import CUSTOMER, an_id, at, given
from test_gateway import LOGS_IN

from ledger.domain.basis import Basis
from ledger.domain.blocking import RemindCustomer
from ledger.domain.consent_facts import Form
from ledger.domain.contacts import ContactEnded, ContactRole, entitled, fold
from ledger.domain.contract import ContractEnded, End
from ledger.domain.credential_facts import CredentialProvided
from ledger.domain.decision import Refusal
from ledger.domain.encrypted_path import Protocol
from ledger.domain.ordering import RequestWork
from ledger.domain.people import PersonLeft
from ledger.domain.permission import GrantPermission, RequestPermission
from ledger.domain.permission_facts import AccessPermissionDenied
from ledger.domain.permission_facts import fold as fold_permissions
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import Channel, CustomerReminded, Obstacle

LEFT = ContactEnded(customer=CUSTOMER, contact=SIGNATORY_NAMED.contact)


def test_r_01_who_has_left_since_has_spoken_all_the_same() -> None:
    story = given(*SHOWN, SIGNATORY_NAMED).at("2026-11-18 09:00", LEFT)
    story.when(agree("2026-11-18 08:59"), at_="2026-11-19 10:00").then(agreed("2026-11-18 08:59"))
    story.when(agree("2026-11-18 09:00"), at_="2026-11-19 10:00").refused("R-01")


def test_who_is_registered_only_after_the_word_may_have_spoken_and_who_lost_the_role_may_have_had_it() -> None:
    role = ContactRole.CONSENT_SIGNATORY
    late = fold(given().at("2026-11-18 09:00", SIGNATORY_NAMED).recorded)
    assert entitled(late, SIGNATORY_NAMED.contact, role, "R-01", at("2026-11-01 09:00"))
    story = given(SIGNATORY_NAMED).at("2026-11-18 09:00", replace(SIGNATORY_NAMED, roles=(ContactRole.WORK_CONTACT,)))
    changed = fold(story.at("2026-11-19 09:00", LEFT).recorded)
    assert entitled(changed, SIGNATORY_NAMED.contact, role, "R-01", at("2026-11-18 08:59"))
    for moment in (at("2026-11-18 09:00"), None):
        with pytest.raises(Refusal, match="R-01"):
            entitled(changed, SIGNATORY_NAMED.contact, role, "R-01", moment)
    assert entitled(changed, SIGNATORY_NAMED.contact, ContactRole.WORK_CONTACT, "R-01", at("2026-11-18 09:00"))


def test_r_18_a_login_is_judged_by_who_was_a_technician_then() -> None:
    moment = "2026-11-20 09:00"
    before, after = (replace(LOGS_IN, logged_in_at=at(day)) for day in ("2026-11-20 08:59", "2026-11-20 09:00"))
    story = given(REGISTERED).at(moment, PersonLeft(person=TECHNICIAN))
    assert not [e for e in story.when(before, at_="2026-11-21 09:00").facts if isinstance(e, ViolationRecorded)]
    assert [e for e in story.when(after, at_="2026-11-21 09:00").facts if isinstance(e, ViolationRecorded)]


ASKS = RequestPermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    targets=("db01",),
    protocols=(Protocol.SSH,),
    requested_at=at("2026-11-16 12:00"),
)


def test_r_08_a_permission_that_was_asked_for_by_telephone_is_told_with_its_own_time() -> None:
    asked = replace(ASKED, targets=("db01",), protocols=(Protocol.SSH,))
    given(*PLANNED).when(ASKS, at_="2026-11-17 10:00").then(asked)
    early, to_come = (replace(ASKS, requested_at=at(day)) for day in ("2026-11-16 08:59", "2026-11-17 10:01"))
    for wrong in (early, to_come):
        given(*PLANNED).when(wrong, at_="2026-11-17 10:00").refused("R-08")
    over = given(*RUNNING, COMPLETED)
    assert over.when(ASKS, at_="2026-11-20 10:00").facts
    over.when(replace(ASKS, requested_at=COMPLETED.completed_at), at_="2026-11-20 10:00").refused("R-08")


def test_r_08_a_yes_that_came_before_the_no_permits_until_it_in_whatever_order_they_are_told() -> None:
    denied = AccessPermissionDenied(
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        form=Form.PORTAL,
        words="不可",
        received_at=at("2026-11-18 10:30"),
    )
    yes = GrantPermission(
        customer=CUSTOMER,
        approver=WORK_CONTACT,
        **{
            name: getattr(GRANTED, name)
            for name in ("permission", "work_order", "form", "targets", "protocols", "begins", "ends", "received_at")
        },
    )
    story = given(CONTACT, *PLANNED, ASKED).at("2026-11-18 10:30", denied)
    story.when(yes, at_="2026-11-18 11:00").then(GRANTED)
    late = replace(yes, received_at=denied.received_at)
    story.when(late, at_="2026-11-18 11:00").refused("R-08")
    permission = fold_permissions(story.at("2026-11-18 11:00", GRANTED).recorded)[PERMISSION]
    assert permission.holds(at("2026-11-18 10:29"))
    assert not permission.holds(at("2026-11-18 10:30"))
    story.when(yes, at_="2026-11-18 12:00").refused("R-08")


def test_r_27_a_reminder_that_was_sent_while_the_order_was_open_is_recorded_when_it_is_over() -> None:
    remind = RemindCustomer(
        customer=CUSTOMER,
        work_order=ORDER,
        of=Obstacle.PERMISSION,
        channel=Channel.MAIL,
        words="ご確認ください",
        sent_at=at("2026-11-17 09:00"),
    )
    over = given(*RUNNING, COMPLETED)
    [sent] = over.when(remind, at_="2026-11-20 10:00").facts
    assert isinstance(sent, CustomerReminded)
    over.when(replace(remind, sent_at=COMPLETED.completed_at), at_="2026-11-20 10:00").refused("R-27")


def test_r_06_a_wish_is_taken_on_the_basis_that_held_when_it_was_expressed() -> None:
    ended = ContractEnded(
        customer=CUSTOMER, contract=SIGNED.contract, ended_at=at("2026-11-16 12:00"), why=End.TERMINATED
    )
    wish = RequestWork(
        customer=CUSTOMER,
        work_order=an_id("work_order", 4),
        basis=Basis.CONTRACT,
        title="調査",
        purpose="調査",
        targets=("db01",),
        requested_by=WORK_CONTACT,
        requested_at=at("2026-11-16 11:59"),
    )
    story = given(CONTACT, SIGNED, ended)
    assert story.when(wish, at_="2026-11-16 13:00").refusal is None
    story.when(replace(wish, requested_at=at("2026-11-16 12:00")), at_="2026-11-16 13:00").refused("R-06")


def test_r_09_a_credential_that_came_before_the_work_was_over_is_taken_in_and_due_at_once() -> None:
    over = given(*BY_WISH, OWNING, COMPLETED)
    came = provide(received_at=at("2026-11-17 12:00"))
    [provided] = over.when(came, at_="2026-11-19 10:00").facts
    assert isinstance(provided, CredentialProvided)
    over.when(provide(received_at=COMPLETED.completed_at), at_="2026-11-19 10:00").refused("R-09")
