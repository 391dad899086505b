"""Credentials asked for, taken in, handed out and back: R-09, R-10, A-07, A-10."""

from dataclasses import fields, replace

import pytest
from credentials import (
    ASKED,
    BY_WISH,
    CHECKOUT,
    CREDENTIAL,
    INSTRUCTED,
    OUT,
    OWNER,
    OWNING,
    PROVIDED,
    UNDER_CONTRACT,
    WISHED,
    check_out,
    provide,
    scheduled,
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
    SECOND_TECHNICIAN,
    SIGNED,
    STARTED,
    TECHNICIAN,
    TOLD,
    WORK_CONTACT,
)
from orders import CONTACT as WORKING
from story import CUSTOMER, an_id, at, given

from ledger.domain.contract import Remote
from ledger.domain.credential import Status, fold
from ledger.domain.credential_facts import (
    OF_CREDENTIALS,
    CredentialCheckedIn,
    CredentialExposureDetected,
    CredentialRejected,
    Ending,
    Origin,
    Rejection,
)
from ledger.domain.credential_giving import (
    CheckInCredential,
    RecordExposure,
    RejectCredential,
    RequestCredential,
)
from ledger.domain.credential_rules import check_no_secret, check_still_out
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.rules import switched_off
from ledger.domain.schedule_facts import ScheduleCancelled
from ledger.domain.work_facts import Side, TechnicianReleased, WorkOrderDeclined

BEFORE, INSIDE, AFTER = "2026-11-18 09:59", "2026-11-18 10:00", "2026-11-18 12:00"


def request(**changes: object) -> RequestCredential:
    members = {
        "customer": CUSTOMER,
        "credential": CREDENTIAL,
        "work_order": ORDER,
        "asked": OWNER,
        "targets": ("db01",),
        "purpose": ASKED.purpose,
        "channel": "portal",
        "needed_by": ASKED.needed_by,
        **changes,
    }
    return RequestCredential(**members)  # type: ignore[arg-type]


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


# -- asked for and taken in --------------------------------------------------------------------------------------------


def test_a_credential_is_asked_for_of_an_owner() -> None:
    given(*BY_WISH, OWNING).when(request(), at_="2026-11-17 09:00").then(ASKED).citing(0, 6)


@pytest.mark.parametrize(
    ("story", "command", "rule"),
    [
        ((OWNING,), request(), "R-09"),
        ((*BY_WISH, OWNING, WorkOrderDeclined(work_order=ORDER, reason="人員不足")), request(), "R-09"),
        (BY_WISH, request(), "R-09"),
        ((*BY_WISH, WORKING), request(asked=WORK_CONTACT), "R-09"),
        ((*BY_WISH, OWNING, ASKED), request(), "R-09"),
    ],
    ids=["no order", "order over", "nobody known", "no owner", "asked already"],
)
def test_what_no_open_order_needs_is_not_asked_for(story: tuple[Fact, ...], command: object, rule: str) -> None:
    given(*story).when(command, at_="2026-11-17 09:00").refused(rule)


def test_r_04_a_credential_opens_no_more_than_the_order_names() -> None:
    story = given(*BY_WISH, OWNING)
    story.when(request(targets=("db01", "core-switch")), at_="2026-11-17 09:00").refused("R-04", cites=[0])
    story.when(provide(targets=("core-switch",)), at_="2026-11-17 12:00").refused("R-04", cites=[0])


def test_r_09_the_ledger_gets_metadata_and_a_keyed_digest() -> None:
    given(*BY_WISH, OWNING, ASKED).when(provide(), at_="2026-11-17 12:00").then(PROVIDED).citing(0, 6, 7)
    with_secrets = {"password", "secret", "passphrase", "private_key"}
    assert not any(field.name in with_secrets for kind in OF_CREDENTIALS for field in fields(kind))


def test_a_07_a_credential_needs_no_request_and_comes_from_one_of_four_places() -> None:
    for origin, provider, digest in (
        (Origin.CUSTOMER, OWNER, "d" * 64),
        (Origin.ONE_TIME, OWNER, "d" * 64),
        (Origin.VENDOR_BUILT, None, "d" * 64),
        (Origin.FEDERATED, OWNER, None),
    ):
        command = provide(origin=origin, provider=provider, keyed_digest=digest)
        expected = replace(PROVIDED, origin=origin, provider=provider, keyed_digest=digest)
        given(*BY_WISH, OWNING).when(command, at_="2026-11-17 12:00").then(expected)


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (provide(keyed_digest=None), "R-09"),
        (provide(origin=Origin.FEDERATED), "R-09"),
        (provide(provider=None), "R-09"),
        (provide(provider=an_id("person", 99)), "R-09"),
        (provide(received_at=at("2026-11-17 12:01")), "R-09"),
        (provide(work_order=OTHER_ORDER), "R-09"),
    ],
    ids=["no digest", "digest of nothing", "nobody", "no owner", "to come", "no order"],
)
def test_r_09_what_is_taken_in_is_complete(command: object, rule: str) -> None:
    story = (OWNING,) if getattr(command, "work_order", "") == OTHER_ORDER else (*BY_WISH, OWNING)
    given(*story).when(command, at_="2026-11-17 12:00").refused(rule)


def test_r_09_switched_off_would_let_a_credential_in_without_a_digest() -> None:
    with switched_off("R-09"):
        outcome = given(*BY_WISH, OWNING).when(provide(keyed_digest=None), at_="2026-11-17 12:00")
    outcome.then(replace(PROVIDED, keyed_digest=None))


def test_r_09_words_that_say_the_secret_are_refused() -> None:
    check_no_secret(["the password came by post"], lambda text: "hunter2" in text)
    with pytest.raises(Refusal, match="R-09") as refused:
        check_no_secret(["maint", "it is hunter2"], lambda text: "hunter2" in text)
    assert "hunter2" not in str(refused.value) + repr(refused.value) + refused.value.text("ja")


def test_a_credential_is_taken_in_once() -> None:
    given(*BY_WISH, OWNING, PROVIDED).when(provide(), at_="2026-11-17 12:01").refused("R-09", cites=[7])


def test_a_contracts_credential_names_its_contract() -> None:
    outcome = given(*READY, OWNING, SIGNED).when(provide(), at_="2026-11-17 12:00")
    outcome.then(UNDER_CONTRACT).citing(0, 6, 7)


def test_of_several_contracts_one_is_named() -> None:
    second = replace(SIGNED, contract=an_id("contract", 2))
    silent = replace(SIGNED, contract=an_id("contract", 3), remote=Remote.NOT_STATED)
    story = given(*READY, OWNING, SIGNED, second, silent)
    story.when(provide(), at_="2026-11-17 12:00").refused("R-06", cites=[7, 8])
    named = provide(contract=second.contract)
    story.when(named, at_="2026-11-17 12:00").then(replace(UNDER_CONTRACT, contract=second.contract))
    story.when(provide(contract=silent.contract), at_="2026-11-17 12:00").refused("R-06")
    given(*READY, OWNING).when(provide(), at_="2026-11-17 12:00").refused("R-06", cites=[])


def test_a_credential_is_sent_back_and_what_was_given_is_due_for_erasure() -> None:
    reject = RejectCredential(
        customer=CUSTOMER, credential=CREDENTIAL, work_order=ORDER, why=Rejection.NOT_WORKING, words="ログイン不可"
    )
    back = CredentialRejected(credential=CREDENTIAL, work_order=ORDER, why=Rejection.NOT_WORKING, words="ログイン不可")
    given(*BY_WISH, OWNING, ASKED)
    given(*BY_WISH, ASKED).when(reject, at_="2026-11-17 13:00").then(back).citing(6)
    given(*BY_WISH, PROVIDED).when(reject, at_="2026-11-17 13:00").then(back).citing(6)
    sent_back = given(*BY_WISH, PROVIDED).at("2026-11-17 13:00", back)
    due = scheduled(Ending.REJECTED, "2026-11-17 13:00", "2026-11-18 13:00")
    sent_back.when(check_out(), at_=INSIDE).after(due).refused("R-10")
    sent_back.when(reject, at_=INSIDE).after(due).refused("R-09")
    given(*BY_WISH, ASKED, back).when(reject, at_=INSIDE).refused("R-09")
    given(*BY_WISH).when(reject, at_=INSIDE).refused("R-09")
    asked_and_refused = given(*BY_WISH, ASKED, back)
    assert fold(asked_and_refused.recorded)[CREDENTIAL].status(at(INSIDE)) is Status.REJECTED


# -- handed out --------------------------------------------------------------------------------------------------------


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
