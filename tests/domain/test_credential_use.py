"""Credentials handed out, brought back, and met where they should not be: R-10, A-07, A-10."""

from dataclasses import replace
from datetime import timedelta

import pytest
from credentials import (
    ASKED,
    BY_WISH,
    CHECKOUT,
    CREDENTIAL,
    INSTRUCTED,
    OUT,
    PROVIDED,
    UNDER_CONTRACT,
    WISHED,
    check_out,
)
from orders import (
    AGREED,
    ASSIGNED,
    COMPLETED,
    ORDER,
    OTHER_ORDER,
    READY,
    REQUESTED,
    SECOND_ASSIGNED,
    SECOND_PROPOSAL,
    SECOND_TECHNICIAN,
    SIGNED,
    STARTED,
    TECHNICIAN,
    TOLD,
    WORK_CONTACT,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.credential import fold
from ledger.domain.credential_facts import (
    CredentialCheckedIn,
    CredentialExposureDetected,
    Origin,
)
from ledger.domain.credential_giving import (
    CheckInCredential,
    RecordExposure,
)
from ledger.domain.credential_rules import check_still_out
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.rules import switched_off
from ledger.domain.schedule_facts import ScheduleCancelled, ScheduleChanged
from ledger.domain.settings import Defaults
from ledger.domain.work_facts import Side, TechnicianReleased

BEFORE, INSIDE, AFTER = "2026-11-18 09:59", "2026-11-18 10:00", "2026-11-18 12:00"


def check_in(**changes: object) -> CheckInCredential:
    members = {
        "customer": CUSTOMER,
        "credential": CREDENTIAL,
        "work_order": ORDER,
        "checkout": CHECKOUT,
        "technician": TECHNICIAN,
        **changes,
    }
    return CheckInCredential(**members)  # type: ignore[arg-type]


def test_r_10_the_assigned_technician_gets_it_inside_the_window() -> None:
    outcome = given(*BY_WISH, PROVIDED).when(check_out(), at_=INSIDE)
    outcome.then(OUT).citing(2, 4, 6)
    given(*BY_WISH, PROVIDED).when(check_out(), at_="2026-11-18 11:59").then(OUT)


@pytest.mark.parametrize(
    ("story", "command", "moment"),
    [
        ((*BY_WISH, PROVIDED), check_out(technician=SECOND_TECHNICIAN), INSIDE),
        (
            (*BY_WISH, PROVIDED, TechnicianReleased(work_order=ORDER, technician=TECHNICIAN)),
            check_out(),
            INSIDE,
        ),
        ((*BY_WISH, PROVIDED), check_out(), BEFORE),
        ((*BY_WISH, PROVIDED), check_out(), AFTER),
        ((WISHED, ASSIGNED, PROVIDED), check_out(), INSIDE),
        ((*BY_WISH, PROVIDED, ScheduleCancelled(work_order=ORDER, by=Side.VENDOR, reason="-")), check_out(), INSIDE),
        (BY_WISH, check_out(), INSIDE),
        ((*BY_WISH, ASKED), check_out(), INSIDE),
        ((*BY_WISH, PROVIDED), check_out(used_for=OTHER_ORDER), INSIDE),
        ((*BY_WISH, PROVIDED, OUT), check_out(checkout=an_id("checkout", 2)), "2026-11-18 10:30"),
    ],
    ids=[
        "not assigned",
        "released",
        "before the window",
        "at the end of the window",
        "no schedule",
        "schedule cancelled",
        "unknown",
        "only asked for",
        "no such order",
        "out already",
    ],
)
def test_r_10_nobody_else_and_at_no_other_time(story: tuple[Fact, ...], command: object, moment: str) -> None:
    given(*story).when(command, at_=moment).refused("R-10")


def test_r_10_the_second_technician_is_told_who_was_first_until_it_is_back() -> None:
    second = check_out(technician=SECOND_TECHNICIAN, checkout=an_id("checkout", 2))
    story = given(*BY_WISH, SECOND_ASSIGNED, PROVIDED, OUT)
    story.when(second, at_="2026-11-18 10:30").refused("R-10", cites=[8])
    story.at(
        "2026-11-18 10:40",
        CredentialCheckedIn(credential=CREDENTIAL, work_order=ORDER, checkout=CHECKOUT, technician=TECHNICIAN),
    )
    handed = replace(OUT, technician=SECOND_TECHNICIAN, checkout=an_id("checkout", 2))
    story.when(second, at_="2026-11-18 10:41").then(handed)
    story.when(check_out(), at_="2026-11-18 10:41").refused("R-10")


def test_r_10_an_overrun_notice_moves_the_end_of_the_window() -> None:
    story = given(*BY_WISH, PROVIDED, STARTED, at_="2026-11-18 10:00").at("2026-11-18 12:10", TOLD)
    story.when(check_out(), at_="2026-11-18 13:59").then(replace(OUT, until=at("2026-11-18 14:00")))
    story.when(check_out(), at_="2026-11-18 14:00").refused("R-10")


def test_r_10_a_notice_of_the_vendor_alone_carries_no_further_than_the_setting() -> None:
    told = replace(TOLD, planned_end=at("2099-01-01 00:00"))
    story = given(*BY_WISH, PROVIDED, STARTED, at_="2026-11-18 10:00").at("2026-11-18 12:10", told)
    story.when(check_out(), at_="2026-11-18 12:20").then(replace(OUT, until=at("2026-11-18 14:00"))).citing(2, 4, 6, 8)
    refused = story.when(check_out(), at_="2026-11-18 14:00").refused("R-10", cites=[4, 8])
    assert "14:00" in str(refused.refusal)
    again = replace(told, planned_end=at("2100-01-01 00:00"), sent_at=at("2026-11-18 13:50"))
    story.at("2026-11-18 13:50", again).when(check_out(), at_="2026-11-18 14:00").refused("R-10", cites=[4, 9])
    story = given(*BY_WISH, PROVIDED, STARTED, at_="2026-11-18 10:00", defaults=Defaults(overrun_carries=timedelta(0)))
    story.at("2026-11-18 12:10", told).when(check_out(), at_="2026-11-18 12:20").refused("R-10", cites=[4, 8])


def test_r_10_a_new_time_that_both_sides_agree_on_carries_to_its_end() -> None:
    longer = ScheduleChanged(
        work_order=ORDER,
        proposal=SECOND_PROPOSAL,
        by=Side.CUSTOMER,
        contact=WORK_CONTACT,
        starts_at=AGREED.starts_at,
        planned_end=at("2026-11-18 20:00"),
        reason="-",
    )
    story = given(*BY_WISH, PROVIDED, STARTED, at_="2026-11-18 10:00").at("2026-11-18 12:10", TOLD)
    story.at("2026-11-18 12:20", longer)
    story.when(check_out(), at_="2026-11-18 19:59").then(replace(OUT, until=longer.planned_end))
    story.when(check_out(), at_="2026-11-18 20:00").refused("R-10", cites=[9])


def test_r_10_what_was_not_returned_in_time_is_found_and_locks_nobody_out() -> None:
    story = given(*BY_WISH, PROVIDED, OUT, STARTED, at_="2026-11-18 10:00").at("2026-11-18 12:10", TOLD)
    again = check_out(checkout=an_id("checkout", 2))
    found = FindingRecorded(
        rule="R-10",
        sentence="credential_not_returned",
        values={"until": "2026-11-18T12:00:00+09:00"},
        subjects=(f"checkout:{CHECKOUT}", f"credential:{CREDENTIAL}", f"work_order:{ORDER}"),
    )
    outcome = story.when(again, at_="2026-11-18 12:20").after(found)
    outcome.then(replace(OUT, checkout=an_id("checkout", 2), until=at("2026-11-18 14:00")))
    story.at("2026-11-18 12:21", found)
    story.when(again, at_="2026-11-18 12:22").after()
    late = CredentialCheckedIn(credential=CREDENTIAL, work_order=ORDER, checkout=CHECKOUT, technician=TECHNICIAN)
    story.when(check_in(), at_="2026-11-19 09:00").then(late)


def test_a_credential_is_used_for_its_own_order_unless_it_was_instructed_to_be_kept() -> None:
    follow_up = tuple(
        replace(each, work_order=OTHER_ORDER)  # type: ignore[call-arg]
        for each in (WISHED, ASSIGNED, AGREED)
    )
    for_it = check_out(used_for=OTHER_ORDER)
    given(*BY_WISH, PROVIDED, *follow_up).when(for_it, at_=INSIDE).refused("R-10", cites=[6])
    kept = given(*BY_WISH, PROVIDED, INSTRUCTED, *follow_up)
    kept.when(for_it, at_=INSIDE).then(replace(OUT, used_for=OTHER_ORDER))
    elsewhere = (replace(follow_up[0], targets=("web01",)), *follow_up[1:])  # type: ignore[call-arg]
    given(*BY_WISH, PROVIDED, INSTRUCTED, *elsewhere).when(for_it, at_=INSIDE).refused("R-10", cites=[8])


def test_a_contracts_credential_serves_the_orders_of_that_contract_after_its_first_one() -> None:
    later = tuple(replace(each, work_order=OTHER_ORDER) for each in (REQUESTED, ASSIGNED, AGREED))  # type: ignore[call-arg]
    story = given(SIGNED, *READY, UNDER_CONTRACT, COMPLETED, *later)
    story.when(check_out(used_for=OTHER_ORDER), at_=INSIDE).then(replace(OUT, used_for=OTHER_ORDER))
    over = given(SIGNED, *READY, UNDER_CONTRACT, COMPLETED)
    over.when(check_out(), at_=INSIDE).refused("R-10", cites=[8])


def test_a_07_what_opens_once_is_handed_out_once() -> None:
    once = replace(PROVIDED, origin=Origin.ONE_TIME)
    back = CredentialCheckedIn(credential=CREDENTIAL, work_order=ORDER, checkout=CHECKOUT, technician=TECHNICIAN)
    story = given(*BY_WISH, once)
    story.when(check_out(), at_=INSIDE).then(OUT)
    story.at("2026-11-18 10:01", OUT, back)
    story.when(check_out(checkout=an_id("checkout", 2)), at_="2026-11-18 10:02").refused("R-10", cites=[7])


def test_r_10_it_is_told_again_only_while_it_is_out() -> None:
    story = given(*BY_WISH, PROVIDED).at("2026-11-18 10:00", OUT)
    credential = fold(story.recorded)[CREDENTIAL]
    check_still_out(credential, CHECKOUT, at("2026-11-18 11:59"))
    for checkout, moment in ((an_id("checkout", 2), "2026-11-18 11:59"), (CHECKOUT, "2026-11-18 12:00")):
        with pytest.raises(Refusal, match="R-10"):
            check_still_out(credential, checkout, at(moment))


def test_r_10_switched_off_would_hand_out_to_anybody() -> None:
    with switched_off("R-10"):
        outcome = given(*BY_WISH, PROVIDED).when(check_out(technician=SECOND_TECHNICIAN), at_=BEFORE)
    outcome.then(replace(OUT, technician=SECOND_TECHNICIAN))


def test_a_return_is_recorded_once_and_is_the_technicians_own() -> None:
    story = given(*BY_WISH, PROVIDED, OUT)
    back = CredentialCheckedIn(credential=CREDENTIAL, work_order=ORDER, checkout=CHECKOUT, technician=TECHNICIAN)
    story.when(check_in(), at_="2026-11-18 11:00").then(back).citing(7)
    story.when(check_in(technician=SECOND_TECHNICIAN), at_="2026-11-18 11:00").refused("R-10")
    story.when(check_in(checkout=an_id("checkout", 9)), at_="2026-11-18 11:00").refused("R-10")
    story.at("2026-11-18 11:00", back).when(check_in(), at_="2026-11-18 11:01").then().citing(8)


# -- exposed -----------------------------------------------------------------------------------------------------------


def test_a_10_a_secret_that_was_met_is_told_once_for_each_place() -> None:
    session, other = f"session:{an_id('session')}", f"session:{an_id('session', 2)}"

    def met(where: str) -> RecordExposure:
        return RecordExposure(
            customer=CUSTOMER,
            credential=CREDENTIAL,
            work_order=ORDER,
            subjects=(where,),
            place="00:03:12",
        )

    detected = CredentialExposureDetected(
        credential=CREDENTIAL, work_order=ORDER, subjects=(session,), place="00:03:12"
    )
    story = given(*BY_WISH, PROVIDED)
    story.when(met(session), at_=INSIDE).then(detected).citing(6)
    story.at(INSIDE, detected)
    story.when(met(session), at_=INSIDE).then()
    story.when(met(other), at_=INSIDE).then(replace(detected, subjects=(other,)))
    story.when(replace(met(session), place="S3"), at_=INSIDE).then(replace(detected, place="S3"))
    given(*BY_WISH).when(met(session), at_=INSIDE).refused("R-09")
