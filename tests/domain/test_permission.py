"""Permission to connect: within the order, from who may give it, in time, and taken back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from connecting import ASKED, GRANTED, OPENED, PERMISSION, SESSION, SESSION_STARTED
from orders import AGREED, CONTACT, DONE, ORDER, OTHER_ORDER, PLANNED, TECHNICIAN, TOLD, WORK_CONTACT
from story import CUSTOMER, an_id, at, given

from ledger.domain.consent_facts import Form, Stop
from ledger.domain.encrypted_path import Protocol
from ledger.domain.permission import (
    ConfirmVpnPrerequisite,
    DenyPermission,
    GrantPermission,
    RequestPermission,
    RevokePermission,
)
from ledger.domain.permission_due import permissions_due
from ledger.domain.permission_facts import (
    AccessPermissionDenied,
    AccessPermissionExpired,
    AccessPermissionLapsed,
    AccessPermissionRevoked,
    Device,
    Status,
    VpnPrerequisiteConfirmed,
    fold,
)
from ledger.domain.session_due import revocation_deadline
from ledger.domain.session_facts import Ending, SessionEnded, session_of
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded

ASKS = RequestPermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    targets=("db01", "web01"),
    protocols=(Protocol.SSH, Protocol.VPN),
)
GRANTS = GrantPermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    approver=WORK_CONTACT,
    form=Form.PORTAL,
    targets=("db01",),
    protocols=(Protocol.SSH, Protocol.VPN),
    begins=at("2026-11-18 09:00"),
    ends=at("2026-11-18 13:00"),
    received_at=at("2026-11-16 15:00"),
)
DENIES = DenyPermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    form=Form.MAIL,
    words="今回は見送ります。",
    received_at=at("2026-11-16 15:00"),
)
REVOKES = RevokePermission(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    words="中止してください。",
    received_at=at("2026-11-18 10:20"),
)
CONFIRMS = ConfirmVpnPrerequisite(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    device="fw-01",
    kind=Device.FIREWALL,
)
LAPSED = AccessPermissionLapsed(
    permission=PERMISSION, work_order=ORDER, requested_at=ASKED.requested_at, deadline=at("2026-11-18 10:00")
)
DENIED = AccessPermissionDenied(
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    form=Form.MAIL,
    words=DENIES.words,
    received_at=DENIES.received_at,
)
ANSWERED = "2026-11-16 16:00"


def test_a_permission_is_asked_for_within_the_order() -> None:
    given(*PLANNED).when(ASKS, at_="2026-11-16 12:00").then(ASKED).citing(0)


def test_r_04_a_permission_asks_for_no_more_than_the_order_names() -> None:
    given(*PLANNED).when(replace(ASKS, targets=("db01", "mail01")), at_=ANSWERED).refused("R-04", cites=[0])


def test_r_04_a_permission_names_a_target() -> None:
    given(*PLANNED).when(replace(ASKS, targets=()), at_=ANSWERED).refused("R-04", cites=[0])


def test_r_04_a_permission_serves_one_customer_alone() -> None:
    given(*PLANNED).when(replace(ASKS, customer="cus_" + "d" * 32), at_=ANSWERED).refused("R-04", cites=[0])


def test_r_08_a_permission_is_asked_for_once_and_for_an_order_that_is_there_and_not_over() -> None:
    given(*PLANNED, ASKED).when(ASKS, at_=ANSWERED).refused("R-08", cites=[5])
    given().when(ASKS, at_=ANSWERED).refused("R-08", cites=[])
    given(*DONE).when(ASKS, at_="2026-11-18 11:45").refused("R-08", cites=[7])


def test_a_grant_is_recorded_as_the_customer_gave_it() -> None:
    given(*PLANNED, ASKED, CONTACT).when(GRANTS, at_=ANSWERED).then(GRANTED).citing(5, 6)


def test_r_04_no_grant_is_recorded_beyond_what_was_asked() -> None:
    story = given(*PLANNED, replace(ASKED, targets=("db01",)), CONTACT)
    story.when(replace(GRANTS, targets=("web01",)), at_=ANSWERED).refused("R-04", cites=[5])
    story.when(replace(GRANTS, targets=()), at_=ANSWERED).refused("R-04", cites=[5])


def test_r_08_no_protocol_is_granted_that_was_not_asked_for() -> None:
    given(*PLANNED, ASKED, CONTACT).when(replace(GRANTS, protocols=(Protocol.HTTPS,)), at_=ANSWERED).refused(
        "R-08", cites=[5]
    )


@pytest.mark.parametrize("who", ["approver", "recorded_by"])
def test_r_35_a_technician_of_the_order_neither_gives_nor_takes_down_the_own_permission(who: str) -> None:
    command = replace(GRANTS, approver=TECHNICIAN) if who == "approver" else replace(GRANTS, recorded_by=TECHNICIAN)
    given(*PLANNED, ASKED, CONTACT).when(command, at_=ANSWERED).refused("R-35", cites=[2])


def test_r_35_somebody_else_of_the_vendor_takes_it_down() -> None:
    clerk = an_id("person", 30)
    given(*PLANNED, ASKED, CONTACT).when(replace(GRANTS, recorded_by=clerk), at_=ANSWERED).then(
        replace(GRANTED, recorded_by=clerk)
    )


def test_r_08_only_the_contact_for_work_grants() -> None:
    given(*PLANNED, ASKED).when(GRANTS, at_=ANSWERED).refused("R-08", cites=[])


def test_r_08_a_window_ends_after_it_begins() -> None:
    given(*PLANNED, ASKED, CONTACT).when(replace(GRANTS, ends=GRANTS.begins), at_=ANSWERED).refused("R-08", cites=[5])


@pytest.mark.parametrize("received", ["2026-11-16 11:59", "2026-11-16 16:01"])
def test_r_08_an_answer_arrives_after_the_question_and_not_in_time_to_come(received: str) -> None:
    given(*PLANNED, ASKED, CONTACT).when(replace(GRANTS, received_at=at(received)), at_=ANSWERED).refused("R-08")


def test_r_08_nobody_answers_what_was_not_asked_or_was_answered() -> None:
    given(*PLANNED, CONTACT).when(GRANTS, at_=ANSWERED).refused("R-08", cites=[])
    given(*PLANNED, ASKED, GRANTED, CONTACT).when(GRANTS, at_=ANSWERED).refused("R-08", cites=[5, 6])
    given(*PLANNED, ASKED, DENIED, CONTACT).when(GRANTS, at_=ANSWERED).refused("R-08", cites=[5, 6])
    given(*PLANNED, replace(ASKED, work_order=OTHER_ORDER), CONTACT).when(GRANTS, at_=ANSWERED).refused("R-08")


def test_a_denial_is_recorded() -> None:
    given(*PLANNED, ASKED, CONTACT).when(DENIES, at_=ANSWERED).then(DENIED).citing(5, 6)


def test_r_08_what_was_granted_is_revoked_and_not_denied() -> None:
    later = replace(DENIES, received_at=at("2026-11-16 15:01"))
    given(*PLANNED, ASKED, GRANTED, CONTACT).when(later, at_=ANSWERED).refused("R-08", cites=[5, 6])


def test_r_08_a_20_without_a_prompt_answer_a_permission_lapses_before_anything_else_is_decided() -> None:
    given(*PLANNED, ASKED, CONTACT).when(DENIES, at_="2026-11-18 10:00").after(LAPSED).then(DENIED)
    given(*PLANNED, ASKED, CONTACT).when(DENIES, at_="2026-11-18 09:59").after().then(DENIED)


def test_r_08_a_20_a_lapse_is_written_once_and_stays_although_the_command_is_refused() -> None:
    story = given(*PLANNED, ASKED)
    story.when(GRANTS, at_="2026-11-25 10:00").after(LAPSED).refused("R-08")
    given(*PLANNED, ASKED, LAPSED).when(GRANTS, at_="2026-11-25 10:00").after().refused("R-08")


@pytest.mark.parametrize(
    ("asked", "starts", "deadline"),
    [
        ("2026-11-16 12:00", None, "2026-11-19 00:00"),  # two business days alone
        ("2026-11-16 12:00", "2026-11-30 10:00", "2026-11-30 09:00"),  # an hour before the start is later
        ("2026-11-16 12:00", "2026-11-18 10:00", "2026-11-18 10:00"),  # never beyond the start
        ("2026-11-16 12:00", "2026-11-19 00:30", "2026-11-19 00:00"),  # two days are later than an hour before
        ("2026-11-20 12:00", "2026-11-30 10:00", "2026-11-30 09:00"),
        ("2026-11-20 12:00", None, "2026-11-26 00:00"),  # a weekend and Labour Thanksgiving Day between
        ("2026-11-18 10:30", "2026-11-18 10:00", "2026-11-21 00:00"),  # asked for while work runs
    ],
)
def test_a_20_the_time_for_an_answer(asked: str, starts: str | None, deadline: str) -> None:
    request = replace(ASKED, requested_at=at(asked))
    planned = PLANNED[:3]
    if starts is not None:
        planned += (replace(AGREED, starts_at=at(starts), planned_end=at("2026-12-30 10:00")),)
    story = given(*planned, request)
    due = permissions_due(ORDER, CUSTOMER)
    facts = due.facts(story.recorded, at(deadline), Defaults())
    assert [each.deadline for each in facts if isinstance(each, AccessPermissionLapsed)] == [at(deadline)]
    assert due.facts(story.recorded, at(deadline) - timedelta(microseconds=1), Defaults()) == ()


def test_a_20_an_overrun_notice_moves_no_start() -> None:
    story = given(*PLANNED, TOLD, ASKED)
    [lapsed] = permissions_due(ORDER, CUSTOMER).facts(story.recorded, at("2026-11-20 00:00"), Defaults())
    assert isinstance(lapsed, AccessPermissionLapsed)
    assert lapsed.deadline == at("2026-11-18 10:00")


def test_an_answer_after_the_lapse_is_still_an_answer() -> None:
    late = replace(GRANTS, received_at=at("2026-11-18 11:00"))
    outcome = given(*PLANNED, ASKED, LAPSED, CONTACT).when(late, at_="2026-11-18 11:00")
    outcome.then(replace(GRANTED, received_at=late.received_at)).citing(5, 6, 7)


def test_a_window_that_is_over_expires_by_the_timer() -> None:
    expired = AccessPermissionExpired(permission=PERMISSION, work_order=ORDER, expired_at=GRANTED.ends)
    story = given(*PLANNED, ASKED, GRANTED, CONTACT)
    story.when(REVOKES, at_="2026-11-18 13:00").after(expired).then(REVOKED)
    state = fold(given(*PLANNED, ASKED, GRANTED, expired).recorded)[PERMISSION]
    assert state.status is Status.EXPIRED
    assert state.holds(at("2026-11-18 12:59"))
    assert not state.holds(at("2026-11-18 13:00"))
    assert not state.holds(at("2026-11-18 08:59"))


REVOKED = AccessPermissionRevoked(
    customer=CUSTOMER,
    permission=PERMISSION,
    work_order=ORDER,
    contact=WORK_CONTACT,
    words=REVOKES.words,
    sessions=(),
    stop_by=at("2026-11-18 13:15"),
    received_at=REVOKES.received_at,
)


def test_r_08_what_the_customer_said_of_a_permission_is_recorded_when_the_work_is_over() -> None:
    asked_then = replace(ASKED, requested_at=at("2026-11-16 10:00"))
    over = given(*DONE, CONTACT, asked_then, GRANTED)
    over.when(REVOKES, at_="2026-11-18 11:40").then(replace(REVOKED, stop_by=at("2026-11-18 11:55")))
    asked = given(*DONE, CONTACT, asked_then, LAPSED)
    asked.when(GRANTS, at_="2026-11-18 11:40").then(GRANTED)
    assert asked.when(DENIES, at_="2026-11-18 11:40").refusal is None


def test_r_08_what_began_after_a_revocation_was_received_is_a_violation_when_it_is_told() -> None:
    began = (SESSION_STARTED, OPENED)  # at 10:10 and 10:12
    told_late = replace(REVOKES, received_at=at("2026-11-18 10:05"))
    outcome = given(*PLANNED, ASKED, GRANTED, CONTACT, *began).when(told_late, at_="2026-11-18 10:30")
    after = ViolationRecorded(
        rule="R-08",
        sentence="begun_after_revocation",
        values={"at": "2026-11-18T10:05:00+09:00"},
        subjects=(f"session:{SESSION}",),
    )
    connection = replace(after, subjects=(f"connection:{OPENED.connection}", f"session:{SESSION}"))
    stops = replace(REVOKED, sessions=(SESSION,), stop_by=at("2026-11-18 10:45"), received_at=told_late.received_at)
    outcome.then(stops, after, connection)
    between = replace(REVOKES, received_at=at("2026-11-18 10:11"))
    outcome = given(*PLANNED, ASKED, GRANTED, CONTACT, *began).when(between, at_="2026-11-18 10:30")
    assert [each.sentence for each in outcome.facts if isinstance(each, ViolationRecorded)] == [
        "begun_after_revocation"
    ]
    assert outcome.facts[1].cites == (5, 6, 9)


def test_r_08_a_revocation_makes_no_second_violation_of_what_the_permission_never_allowed() -> None:
    before_the_window = replace(GRANTED, begins=at("2026-11-18 10:30"))
    story = given(*PLANNED, ASKED, before_the_window, CONTACT, SESSION_STARTED)
    outcome = story.when(replace(REVOKES, received_at=at("2026-11-18 10:05")), at_="2026-11-18 10:40")
    assert not [each for each in outcome.facts if isinstance(each, ViolationRecorded)]


def test_r_08_a_revocation_stops_the_sessions_that_run_and_no_others() -> None:
    revoked = AccessPermissionRevoked(
        customer=CUSTOMER,
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        words=REVOKES.words,
        sessions=(SESSION,),
        stop_by=at("2026-11-18 10:36"),
        received_at=REVOKES.received_at,
    )
    other = replace(SESSION_STARTED, session=an_id("session", 2))
    over = SessionEnded(
        session=other.session,
        work_order=ORDER,
        permission=PERMISSION,
        why=Ending.SIGNED_OUT,
        ended_at=at("2026-11-18 10:15"),
        days=other.days,
    )
    story = given(*PLANNED, ASKED, GRANTED, CONTACT, SESSION_STARTED, other, over)
    story.when(REVOKES, at_="2026-11-18 10:21").then(revoked)
    story.when(replace(REVOKES, stop=Stop.NOW), at_="2026-11-18 10:21").then(
        replace(revoked, stop_by=at("2026-11-18 10:21"))
    )


def test_r_08_an_earlier_revocation_that_is_told_later_counts_from_when_it_was_received() -> None:
    first = replace(REVOKED, received_at=at("2026-11-18 10:20"))  # the session began at 10:10
    story = given(*PLANNED, ASKED, GRANTED, CONTACT, SESSION_STARTED, first)
    earlier = replace(REVOKES, received_at=at("2026-11-18 10:05"), words="10時5分の電話")
    outcome = story.when(earlier, at_="2026-11-18 10:40")
    (told,) = [each for each in outcome.facts if isinstance(each, AccessPermissionRevoked)]
    assert told.received_at == earlier.received_at
    assert [each.sentence for each in outcome.facts if isinstance(each, ViolationRecorded)] == [
        "begun_after_revocation"
    ]
    later = replace(REVOKES, received_at=at("2026-11-18 10:30"))
    again = given(*PLANNED, ASKED, GRANTED, CONTACT, SESSION_STARTED, told, first).when(later, at_="2026-11-18 10:40")
    assert again.refusal is None
    assert not [each for each in again.facts if isinstance(each, ViolationRecorded)]  # found when it was told first
    given(*PLANNED, ASKED, GRANTED, CONTACT, told, first).when(earlier, at_="2026-11-18 10:40").refused("R-08")


def test_r_08_a_session_ends_by_the_earliest_that_a_revocation_says() -> None:
    slowly = replace(REVOKED, sessions=(SESSION,), stop_by=at("2026-11-18 10:45"))
    now = replace(slowly, received_at=at("2026-11-18 10:25"), stop_by=at("2026-11-18 10:26"))
    for facts in ((slowly, now), (now, slowly)):
        told = given(*PLANNED, ASKED, GRANTED, CONTACT, SESSION_STARTED, *facts).recorded
        session = session_of(told, SESSION)
        assert session is not None
        deadline = revocation_deadline(session, told)
        assert deadline is not None
        assert deadline.at == now.stop_by


def test_r_08_what_was_not_granted_is_not_revoked() -> None:
    given(*PLANNED, ASKED, CONTACT).when(REVOKES, at_="2026-11-18 10:30").refused("R-08")
    revoked = AccessPermissionRevoked(
        customer=CUSTOMER,
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        words="",
        sessions=(),
        stop_by=at("2026-11-18 10:36"),
        received_at=REVOKES.received_at,
    )
    given(*PLANNED, ASKED, GRANTED, revoked, CONTACT).when(REVOKES, at_="2026-11-18 10:30").refused("R-08")


def test_vpn_equipment_is_confirmed_once() -> None:
    confirmed = VpnPrerequisiteConfirmed(
        permission=PERMISSION,
        work_order=ORDER,
        contact=WORK_CONTACT,
        device="fw-01",
        kind=Device.FIREWALL,
        confirmed_at=at(ANSWERED),
    )
    given(*PLANNED, ASKED, CONTACT).when(CONFIRMS, at_=ANSWERED).then(confirmed)
    given(*PLANNED, ASKED, confirmed, CONTACT).when(CONFIRMS, at_=ANSWERED).then().citing(6)


def test_r_08_vpn_equipment_is_confirmed_by_the_contact_for_work() -> None:
    given(*PLANNED, ASKED).when(CONFIRMS, at_=ANSWERED).refused("R-08")
