"""What a customer says of one permission counts in the order in which it arrived, however it is told (R-08)."""

from dataclasses import replace

import pytest
from connecting import (
    AGREEMENT,
    ASKED,
    CONNECTION,
    ENDED,
    GRANTED,
    OPENED,
    PERMISSION,
    RECORDED,
    SESSION,
    SESSION_STARTED,
)
from orders import COMPLETED, CONTACT, ORDER, PLANNED, RUNNING, WORK_CONTACT
from story import CUSTOMER, Outcome, Story, at, given

from ledger.domain.consent_facts import Form
from ledger.domain.encrypted_path import Path, Protocol, Tunnel
from ledger.domain.permission import ConfirmVpnPrerequisite, DenyPermission, RevokePermission
from ledger.domain.permission_facts import (
    AccessPermissionDenied,
    AccessPermissionRevoked,
    Device,
    Permission,
    VpnPrerequisiteConfirmed,
    fold,
)
from ledger.domain.rules import switched_off
from ledger.domain.session_told import RecordConnection
from ledger.domain.violation import ViolationRecorded

TOLD = "2026-11-18 11:00"
DENIES = DenyPermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    form=Form.MAIL,
    words="今回は見送ります。",
    received_at=at("2026-11-16 14:00"),
)
CONFIRMS = ConfirmVpnPrerequisite(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    device="fw-01",
    kind=Device.FIREWALL,
)


def denied(moment: str) -> AccessPermissionDenied:
    return AccessPermissionDenied(
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        form=Form.MAIL,
        words=DENIES.words,
        received_at=at(moment),
    )


def confirmed(moment: str) -> VpnPrerequisiteConfirmed:
    return VpnPrerequisiteConfirmed(
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        device="fw-01",
        kind=Device.FIREWALL,
        confirmed_at=at(moment),
    )


def after(story: Story, outcome: Outcome) -> Permission:
    assert outcome.refusal is None, outcome.refusal
    return fold(story.at(TOLD, *outcome.facts).recorded)[PERMISSION]


def broken(outcome: Outcome) -> list[tuple[str, tuple[str, ...]]]:
    assert outcome.refusal is None, outcome.refusal
    return [(each.sentence, each.subjects) for each in outcome.facts if isinstance(each, ViolationRecorded)]


@pytest.mark.parametrize("received", ["2026-11-16 14:00", "2026-11-16 15:00"])
def test_r_08_a_no_that_came_before_the_yes_takes_it_back_when_it_is_told_after_it(received: str) -> None:
    story = given(CONTACT, *PLANNED, ASKED, GRANTED).at("2026-11-18 10:10", SESSION_STARTED, OPENED)
    no = replace(DENIES, received_at=at(received))
    outcome = story.when(no, at_=TOLD)
    back = AccessPermissionRevoked(
        customer=CUSTOMER,
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        words=DENIES.words,
        sessions=(SESSION,),
        stop_by=at("2026-11-18 11:15"),
        received_at=no.received_at,
    )
    assert [replace(each, cites=()) for each in outcome.facts[:2]] == [denied(received), back]
    assert broken(outcome) == [
        ("begun_after_revocation", (f"session:{SESSION}",)),
        ("begun_after_revocation", (f"connection:{CONNECTION}", f"session:{SESSION}")),
    ]
    with switched_off("ledger.domain.permission.denied_first"):
        story.when(no, at_=TOLD).refused("R-08", cites=[6, 7])
    permission = after(story, outcome)
    assert not any(permission.holds(at(moment)) for moment in ("2026-11-18 09:30", "2026-11-18 12:00"))


def test_r_08_a_no_that_came_after_the_yes_is_told_as_what_it_is() -> None:
    story = given(CONTACT, *PLANNED, ASKED, GRANTED)
    story.when(replace(DENIES, received_at=at("2026-11-16 15:01")), at_=TOLD).refused("R-08", cites=[6, 7])


def test_r_08_of_two_noes_the_first_counts_and_both_are_recorded() -> None:
    story = given(CONTACT, *PLANNED, ASKED, denied("2026-11-16 15:00"))
    earlier = story.when(DENIES, at_=TOLD).then(denied("2026-11-16 14:00"))
    story.when(replace(DENIES, received_at=at("2026-11-16 15:00")), at_=TOLD).refused("R-08")
    assert after(story, earlier).denied_at == DENIES.received_at


def test_r_08_a_no_between_the_yes_and_the_no_that_was_told_first_is_a_violation_of_what_began_since() -> None:
    yes = replace(GRANTED, received_at=at("2026-11-16 13:00"))
    later, session = denied("2026-11-18 10:30"), SESSION_STARTED
    story = given(CONTACT, *PLANNED, ASKED).at("2026-11-18 10:30", later, yes, session)
    outcome = story.when(replace(DENIES, received_at=at("2026-11-18 09:30")), at_=TOLD)
    assert broken(outcome) == [("begun_after_revocation", (f"session:{SESSION}",))]
    assert after(story, outcome).denied_at == at("2026-11-18 09:30")


def test_r_08_a_revocation_is_recorded_of_a_yes_that_is_told_after_the_no_that_ended_it() -> None:
    revokes = RevokePermission(
        customer=CUSTOMER,
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        words="取り消します",
        received_at=at("2026-11-18 10:00"),
    )
    story = given(CONTACT, *PLANNED, ASKED, denied("2026-11-18 10:30"))
    story.when(revokes, at_=TOLD).refused("R-08")
    again = story.at("2026-11-18 10:40", GRANTED, SESSION_STARTED, ENDED)
    outcome = again.when(revokes, at_=TOLD)
    assert isinstance(outcome.facts[0], AccessPermissionRevoked)
    assert broken(outcome) == [("begun_after_revocation", (f"session:{SESSION}",))]


def test_r_08_vpn_equipment_that_was_confirmed_by_telephone_is_told_with_its_own_time() -> None:
    told = replace(CONFIRMS, confirmed_at=at("2026-11-18 09:30"))
    over = given(*RUNNING, COMPLETED, ASKED, CONTACT)
    over.when(told, at_="2026-11-20 10:00").then(confirmed("2026-11-18 09:30"))
    over.when(CONFIRMS, at_="2026-11-20 10:00").refused("R-08", cites=[7])
    over.when(replace(told, confirmed_at=COMPLETED.completed_at), at_="2026-11-20 10:00").refused("R-08", cites=[7])
    for wrong in ("2026-11-16 08:59", "2026-11-20 10:01"):
        over.when(replace(told, confirmed_at=at(wrong)), at_="2026-11-20 10:00").refused("R-08")


def test_vpn_equipment_that_was_confirmed_before_it_is_said_to_have_been_is_recorded_again() -> None:
    story = given(*PLANNED, ASKED, confirmed("2026-11-18 09:30"), CONTACT)
    earlier = replace(CONFIRMS, confirmed_at=at("2026-11-18 09:00"))
    outcome = story.when(earlier, at_=TOLD).then(confirmed("2026-11-18 09:00"))
    story.when(replace(earlier, confirmed_at=at("2026-11-18 09:40")), at_=TOLD).then().citing(6)
    assert dict(after(story, outcome).devices)["fw-01"].since == earlier.confirmed_at


VPN = Path(protocol=Protocol.VPN, version="1", tunnel=Tunnel.WIREGUARD, inner="ssh", device="fw-01")
CONNECTED = RecordConnection(
    customer=CUSTOMER,
    session=SESSION,
    connection=CONNECTION,
    permission=PERMISSION,
    target="db01",
    path=VPN,
    opened_at=at("2026-11-18 10:12"),
)


@pytest.mark.parametrize(("since", "facts"), [("10:12", []), ("10:13", ["vpn_not_confirmed"])])
def test_r_08_a_vpn_is_judged_by_when_its_equipment_was_confirmed(since: str, facts: list[str]) -> None:
    story = given(*AGREEMENT, ASKED, GRANTED, SESSION_STARTED, RECORDED).at(TOLD, confirmed(f"2026-11-18 {since}"))
    assert [sentence for sentence, _ in broken(story.when(CONNECTED, at_=TOLD))] == facts
