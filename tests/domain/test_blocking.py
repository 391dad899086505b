"""Work that cannot be done: what is lacking, and when liability for it is excluded (6-2)."""

from dataclasses import replace

import pytest
from agreements import CONSENT, DELIVERED, IN_FORCE, PRESENTED, SIGNATORY, TERMS
from orders import ACCEPTED, AGREED, ASSIGNED, DONE, ORDER, PLANNED, PROPOSED, REQUESTED, RUNNING, WORK_CONTACT
from story import CUSTOMER, Outcome, an_id, at, given

from ledger.domain.blocking import BlockWork, NoteLiabilityExclusion, RemindCustomer
from ledger.domain.consent_facts import ConsentExpressed, ConsentRefused, ConsentWithdrawn, Form, Stop
from ledger.domain.credential_facts import CredentialRejected, CredentialRequested, Rejection
from ledger.domain.encrypted_path import Protocol
from ledger.domain.fact import Fact
from ledger.domain.permission_facts import (
    AccessPermissionDenied,
    AccessPermissionExpired,
    AccessPermissionGranted,
    AccessPermissionLapsed,
    AccessPermissionRequested,
    AccessPermissionRevoked,
)
from ledger.domain.rules import switched_off
from ledger.domain.work import Status, order_of
from ledger.domain.work_facts import (
    Channel,
    CustomerReminded,
    LiabilityExclusionNoted,
    Obstacle,
    Side,
    WorkAborted,
    WorkBlocked,
    WorkOrderCancelled,
)

PERMISSION, CREDENTIAL = an_id("permission"), an_id("credential")
ASKED = AccessPermissionRequested(
    permission=PERMISSION,
    work_order=ORDER,
    targets=("db01",),
    protocols=(Protocol.SSH,),
    requested_at=at("2026-11-16 09:00"),
)
LAPSED = AccessPermissionLapsed(
    permission=PERMISSION, work_order=ORDER, requested_at=ASKED.requested_at, deadline=at("2026-11-18 10:00")
)
DENIED = AccessPermissionDenied(
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    form=Form.MAIL,
    words="不可",
    received_at=at("2026-11-17 10:00"),
)
GRANTED = AccessPermissionGranted(
    permission=PERMISSION,
    work_order=ORDER,
    approver=WORK_CONTACT,
    form=Form.PORTAL,
    targets=("db01",),
    protocols=(Protocol.SSH,),
    begins=AGREED.starts_at,
    ends=AGREED.planned_end,
    received_at=at("2026-11-17 10:00"),
)
REVOKED = AccessPermissionRevoked(
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    words="取消",
    sessions=(),
    stop_by=at("2026-11-18 09:00"),
    received_at=at("2026-11-18 09:00"),
)
EXPIRED = AccessPermissionExpired(permission=PERMISSION, work_order=ORDER, expired_at=AGREED.planned_end)
WANTED = CredentialRequested(
    credential=CREDENTIAL,
    work_order=ORDER,
    asked=WORK_CONTACT,
    targets=("db01",),
    purpose="調査",
    channel="portal",
    needed_by=at("2026-11-18 09:00"),
)
REMIND = RemindCustomer(
    customer=CUSTOMER,
    work_order=ORDER,
    of=Obstacle.PERMISSION,
    channel=Channel.MAIL,
    words="ご回答をお待ちしています。",
    sent_at=at("2026-11-17 09:00"),
)
REMINDED = CustomerReminded(
    work_order=ORDER, of=REMIND.of, channel=Channel.MAIL, sent_at=REMIND.sent_at, words=REMIND.words
)
BLOCK = BlockWork(customer=CUSTOMER, work_order=ORDER, obstacle=Obstacle.PERMISSION, words="許可なし")
BLOCKED = WorkBlocked(
    work_order=ORDER,
    obstacle=Obstacle.PERMISSION,
    words="許可なし",
    asked_at=ASKED.requested_at,
    reminded_at=REMIND.sent_at,
    deadline=LAPSED.deadline,
    planned_start=AGREED.starts_at,
)
NOTE = NoteLiabilityExclusion(customer=CUSTOMER, work_order=ORDER, words="許可が得られなかったため")
NOTED = LiabilityExclusionNoted(
    work_order=ORDER,
    obstacle=Obstacle.PERMISSION,
    asked_at=BLOCKED.asked_at,
    reminded_at=BLOCKED.reminded_at,
    deadline=BLOCKED.deadline,
    denied_at=None,
    planned_start=BLOCKED.planned_start,
    words=NOTE.words,
)
AFTER = "2026-11-18 10:00"
FOR_INFORMATION, FOR_CONSENT = replace(BLOCK, obstacle=Obstacle.INFORMATION), replace(BLOCK, obstacle=Obstacle.CONSENT)
SHOWN = (REQUESTED, ACCEPTED, ASSIGNED, PROPOSED, AGREED, *IN_FORCE, PRESENTED, DELIVERED)
"""Positions 0 to 8; the presentation is the 7th."""
SILENT = replace(
    BLOCKED,
    obstacle=Obstacle.CONSENT,
    asked_at=PRESENTED.presented_at,
    reminded_at=None,
    deadline=AGREED.starts_at,
)
WITHDRAWN = ConsentWithdrawn(
    customer=CUSTOMER,
    consent=CONSENT,
    received_at=at("2026-11-18 10:20"),
    form=Form.MAIL,
    stop=Stop.SAFE,
    stop_by=at("2026-11-18 10:40"),
    words="撤回します",
)
CONSENTED = ConsentExpressed(
    customer=CUSTOMER,
    consent=CONSENT,
    terms=TERMS,
    signatory=SIGNATORY,
    form=Form.PORTAL,
    received_at=at("2026-11-16 12:00"),
    since=at("2026-11-16 12:00"),
)


def asked_and(*facts: Fact, block: BlockWork = BLOCK, at_: str = AFTER) -> Outcome:
    """Give what a block comes to after a planned order (0 to 4), a request (5), and these."""
    return given(*PLANNED, ASKED, *facts).when(block, at_=at_)


def test_r_27_a_reminder_is_recorded_with_what_it_is_of() -> None:
    given(*PLANNED).when(REMIND, at_="2026-11-17 09:00").then(REMINDED).citing(0)
    given(*PLANNED).when(REMIND, at_="2026-11-17 08:59").refused("R-27", cites=[0])
    after = replace(REMIND, sent_at=at("2026-11-18 11:40"))
    given(*DONE).when(after, at_="2026-11-18 11:40").refused("R-27", cites=[7])
    given().when(REMIND, at_="2026-11-17 09:00").refused("R-27", cites=[])


def test_r_27_a_block_carries_request_reminder_and_deadline() -> None:
    asked_and(REMINDED, LAPSED).then(BLOCKED).citing(0, 4, 5, 6, 7)
    without = replace(BLOCKED, reminded_at=None)
    asked_and(LAPSED).then(without).citing(0, 4, 5, 6)


def test_r_27_the_lapse_is_written_first_and_then_cited() -> None:
    given(*PLANNED, ASKED, REMINDED).when(BLOCK, at_=AFTER).after(LAPSED).then(BLOCKED).citing(0, 4, 5, 6, 7)


@pytest.mark.parametrize("sent", ["2026-11-16 08:59", "2026-11-18 10:00"])
def test_r_27_a_reminder_comes_between_request_and_deadline(sent: str) -> None:
    reminded = replace(REMINDED, sent_at=at(sent))
    asked_and(reminded, LAPSED).then(replace(BLOCKED, reminded_at=None))
    asked_and(replace(REMINDED, of=Obstacle.CONSENT), LAPSED).then(replace(BLOCKED, reminded_at=None))


def test_r_27_a_denial_is_a_chain_without_a_deadline() -> None:
    denied = replace(BLOCKED, reminded_at=None, deadline=None, denied_at=DENIED.received_at)
    asked_and(DENIED).then(denied).citing(0, 4, 5, 6)
    revoked = replace(denied, denied_at=REVOKED.received_at)
    asked_and(GRANTED, REVOKED).then(revoked)


def test_r_27_nothing_is_blocked_by_what_is_there_or_was_not_asked_for() -> None:
    asked_and(GRANTED).refused("R-27", cites=[5, 6])
    asked_and(LAPSED, GRANTED).refused("R-27", cites=[5, 6, 7])
    asked_and(GRANTED, EXPIRED, at_="2026-11-18 12:00").refused("R-27", cites=[])
    given(*PLANNED).when(BLOCK, at_=AFTER).refused("R-27", cites=[])
    given(*PLANNED).when(FOR_INFORMATION, at_=AFTER).refused("R-27", cites=[])
    given(*PLANNED).when(FOR_CONSENT, at_=AFTER).refused("R-27", cites=[])
    with switched_off("R-27"):
        empty = replace(BLOCKED, asked_at=None, reminded_at=None, deadline=None)
        given(*PLANNED).when(BLOCK, at_=AFTER).then(empty)


def test_r_27_nothing_is_blocked_while_the_customer_has_time() -> None:
    asked_and(at_="2026-11-18 09:59").refused("R-27", cites=[5])
    given(*PLANNED, WANTED).when(FOR_INFORMATION, at_="2026-11-18 09:59").refused("R-27", cites=[5])
    given(*SHOWN).when(FOR_CONSENT, at_="2026-11-18 09:59").refused("R-27", cites=[7])
    with switched_off("R-27"):
        given(*SHOWN).when(FOR_CONSENT, at_="2026-11-18 09:59").then(SILENT)


def test_r_27_information_is_lacking_until_it_is_given() -> None:
    reminded = replace(REMINDED, of=Obstacle.INFORMATION)
    blocked = replace(
        BLOCKED, obstacle=Obstacle.INFORMATION, asked_at=at("2026-11-16 09:00"), deadline=PROPOSED.starts_at
    )
    given(*PLANNED, WANTED, reminded).when(FOR_INFORMATION, at_="2026-11-18 10:00").then(blocked).citing(0, 4, 5, 6)
    rejected = CredentialRejected(
        credential=CREDENTIAL, work_order=ORDER, why=next(iter(Rejection)), words="使えません"
    )
    given(*PLANNED, WANTED, rejected).when(FOR_INFORMATION, at_="2026-11-18 10:00").refused("R-27", cites=[6])


def test_r_27_silence_about_the_terms_blocks_work_when_its_time_has_come() -> None:
    given(*SHOWN).when(FOR_CONSENT, at_=AFTER).then(SILENT).citing(0, 4, 7)
    reminded = replace(REMINDED, of=Obstacle.CONSENT)
    told = replace(SILENT, reminded_at=REMIND.sent_at)
    given(*SHOWN, reminded).when(FOR_CONSENT, at_=AFTER).then(told).citing(0, 4, 7, 9)
    given(*SHOWN, CONSENTED).when(FOR_CONSENT, at_=AFTER).refused("R-27", cites=[7, 8, 9])


def test_r_27_silence_about_unscheduled_work_has_two_business_days() -> None:
    unplanned = (REQUESTED, ACCEPTED, *IN_FORCE, PRESENTED, DELIVERED)
    given(*unplanned).when(FOR_CONSENT, at_="2026-11-18 23:59").refused("R-27", cites=[4])
    blocked = replace(SILENT, deadline=at("2026-11-19 00:00"), planned_start=None)
    given(*unplanned).when(FOR_CONSENT, at_="2026-11-19 00:00").then(blocked)


def test_r_27_a_refused_or_withdrawn_consent_blocks_work_also_when_it_was_aborted_for_it() -> None:
    refused = ConsentRefused(customer=CUSTOMER, consent=CONSENT, received_at=at("2026-11-17 10:00"))
    said_no = replace(SILENT, deadline=None, denied_at=refused.received_at)
    given(*SHOWN, refused).when(FOR_CONSENT, at_="2026-11-17 10:30").then(said_no).citing(0, 4, 7, 9)
    aborted = WorkAborted(work_order=ORDER, aborted_at=at("2026-11-18 10:30"), reason="同意撤回")
    agreed = (*IN_FORCE, PRESENTED, DELIVERED, CONSENTED, WITHDRAWN)
    story = given(*RUNNING, *agreed, aborted)
    withdrawn = replace(SILENT, deadline=None, denied_at=WITHDRAWN.received_at)
    story.when(FOR_CONSENT, at_="2026-11-18 10:31").then(withdrawn).citing(0, 9, 12, 13)
    order = order_of(given(*RUNNING, aborted, withdrawn).recorded, ORDER)
    assert order is not None
    assert order.status is Status.ABORTED


def test_r_27_a_missing_prerequisite_blocks_work_and_excludes_no_liability() -> None:
    for_equipment = replace(BLOCK, obstacle=Obstacle.PREREQUISITE, words="VPN 機器なし")
    blocked = WorkBlocked(
        work_order=ORDER,
        obstacle=Obstacle.PREREQUISITE,
        words="VPN 機器なし",
        planned_start=AGREED.starts_at,
    )
    given(*PLANNED).when(for_equipment, at_=AFTER).then(blocked).citing(0, 4)
    given(*PLANNED, blocked).when(NOTE, at_=AFTER).refused("R-27", cites=[5])


def test_r_27_blocked_work_can_be_given_up_and_keeps_its_planned_start() -> None:
    for_equipment = replace(BLOCK, obstacle=Obstacle.PREREQUISITE, words="VPN 機器なし", final=True)
    given_up = WorkBlocked(
        work_order=ORDER,
        obstacle=Obstacle.PREREQUISITE,
        final=True,
        words="VPN 機器なし",
        planned_start=AGREED.starts_at,
    )
    story = given(*PLANNED, replace(given_up, final=False))
    story.when(for_equipment, at_=AFTER).then(given_up).citing(0, 5)
    given(*PLANNED, given_up).when(for_equipment, at_=AFTER).refused("R-27", cites=[5])


def test_r_27_what_is_done_or_called_off_is_not_blocked() -> None:
    given(*DONE).when(BLOCK, at_="2026-11-18 11:40").refused("R-27", cites=[7])
    cancelled = WorkOrderCancelled(work_order=ORDER, by=Side.VENDOR, reason="-")
    given(*PLANNED, cancelled).when(BLOCK, at_=AFTER).refused("R-27", cites=[5])
    given().when(BLOCK, at_=AFTER).refused("R-27", cites=[])


def test_r_27_an_exclusion_says_for_itself_what_it_rests_on() -> None:
    given(*PLANNED, BLOCKED).when(NOTE, at_="2026-11-19 10:00").then(NOTED).citing(0, 5)
    given(*PLANNED, BLOCKED, NOTED).when(NOTE, at_="2026-11-19 10:01").refused("R-27", cites=[6])
    given(*PLANNED, BLOCKED, NOTED, BLOCKED).when(NOTE, at_="2026-11-19 10:01").then(NOTED).citing(0, 7)


def test_r_27_after_a_no_nothing_was_to_be_waited_for() -> None:
    denied = replace(BLOCKED, reminded_at=None, deadline=None, denied_at=DENIED.received_at)
    noted = replace(NOTED, reminded_at=None, deadline=None, denied_at=DENIED.received_at)
    given(*PLANNED, denied).when(NOTE, at_="2026-11-19 10:00").then(noted)


@pytest.mark.parametrize("lacking", ["asked_at", "reminded_at", "deadline"])
def test_r_27_an_exclusion_needs_the_whole_chain(lacking: str) -> None:
    incomplete = replace(BLOCKED, **{lacking: None})  # type: ignore[arg-type]
    given(*PLANNED, incomplete).when(NOTE, at_="2026-11-19 10:00").refused("R-27", cites=[5])
    with switched_off("R-27"):
        expected = replace(NOTED, **{lacking: None})  # type: ignore[arg-type]
        given(*PLANNED, incomplete).when(NOTE, at_="2026-11-19 10:00").then(expected)


def test_r_27_an_exclusion_is_noted_of_blocked_work_only() -> None:
    given(*PLANNED).when(NOTE, at_=AFTER).refused("R-27", cites=[4])
    given().when(NOTE, at_=AFTER).refused("R-27", cites=[])


def test_r_27_silence_has_until_an_hour_before_the_planned_start_where_that_is_later() -> None:
    far = replace(AGREED, starts_at=at("2026-11-25 10:00"), planned_end=at("2026-11-25 12:00"))
    story = given(REQUESTED, ACCEPTED, far, *IN_FORCE, PRESENTED, DELIVERED)
    story.when(FOR_CONSENT, at_="2026-11-25 08:59").refused("R-27", cites=[5])
    blocked = replace(SILENT, deadline=at("2026-11-25 09:00"), planned_start=far.starts_at)
    story.when(FOR_CONSENT, at_="2026-11-25 09:00").then(blocked)


def test_r_27_what_is_presented_after_the_planned_start_has_two_business_days() -> None:
    past = replace(AGREED, starts_at=at("2026-11-16 08:00"), planned_end=at("2026-11-16 08:30"))
    story = given(REQUESTED, ACCEPTED, past, *IN_FORCE, PRESENTED, DELIVERED)
    story.when(FOR_CONSENT, at_="2026-11-18 23:59").refused("R-27", cites=[5])
    blocked = replace(SILENT, deadline=at("2026-11-19 00:00"), planned_start=past.starts_at)
    story.when(FOR_CONSENT, at_="2026-11-19 00:00").then(blocked)


def test_r_27_a_planned_start_that_is_told_after_it_ends_nobodys_time_to_answer() -> None:
    told = replace(AGREED, starts_at=at("2026-11-16 12:00"), agreed_at=at("2026-11-16 10:00"))
    for moment, deadline in (("2026-11-16 12:00", "2026-11-16 12:00"), ("2026-11-16 12:01", "2026-11-19 00:00")):
        story = given(REQUESTED, ACCEPTED, *IN_FORCE, PRESENTED, DELIVERED).at(moment, told)
        blocked = replace(SILENT, deadline=at(deadline), planned_start=told.starts_at)
        story.when(FOR_CONSENT, at_="2026-11-19 00:00").then(blocked)
        obstructed = WorkBlocked(work_order=ORDER, obstacle=Obstacle.PREREQUISITE, words="-")
        story.at("2026-11-16 12:02", obstructed).when(FOR_CONSENT, at_="2026-11-19 00:00").then(blocked)


def test_r_27_a_no_to_an_earlier_presentation_is_none_to_the_newest() -> None:
    refused = ConsentRefused(customer=CUSTOMER, consent=CONSENT, received_at=at("2026-11-16 10:30"))
    again = replace(PRESENTED, consent=an_id("consent", 2), presented_at=at("2026-11-16 11:00"))
    story = given(*SHOWN, refused, again)
    story.when(FOR_CONSENT, at_=AFTER).then(replace(SILENT, asked_at=again.presented_at)).citing(0, 4, 10)


def test_r_27_a_reminder_with_the_request_itself_counts() -> None:
    at_once = replace(REMINDED, sent_at=ASKED.requested_at)
    asked_and(at_once, LAPSED).then(replace(BLOCKED, reminded_at=at_once.sent_at))
