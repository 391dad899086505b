"""When the time of a credential is over, whatever the check says, and how its erasure is certified: R-11, A-08."""

from dataclasses import replace

import pytest
from agreements import CONSENT, IN_FORCE, TERMS
from credentials import (
    BY_WISH,
    CHECKOUT,
    CREDENTIAL,
    ERASED,
    EXPIRED,
    EXPRESSED,
    INSTRUCTED,
    LATE,
    OUT,
    OWNING,
    PROVIDED,
    TERMINATED,
    UNDER_CONTRACT,
    WITHDRAWN,
    WORK_ENDED,
    check_out,
    erase,
    instruct,
    noticed,
    scheduled,
    status,
)
from orders import COMPLETED, ORDER, OTHER_ORDER, READY, SIGNED, STARTED
from story import CUSTOMER, an_id, at, given

from ledger.domain.consent_facts import (
    Annulment,
    ConsentDeemed,
    ConsentDeemingAnnulled,
)
from ledger.domain.credential import Status
from ledger.domain.credential_custody import RecordErasureFailure
from ledger.domain.credential_facts import (
    CredentialErasureFailed,
    CredentialErasureScheduled,
    Ending,
)
from ledger.domain.fact import Fact
from ledger.domain.rules import switched_off
from ledger.domain.work_facts import (
    Obstacle,
    Side,
    WorkAborted,
    WorkBlocked,
    WorkOrderCancelled,
    WorkOrderDeclined,
    WorkSuspended,
)


def test_r_11_a_08_it_is_due_when_the_work_is_completed_without_waiting_for_the_check() -> None:
    story = given(*BY_WISH, PROVIDED, STARTED, COMPLETED)
    assert noticed(story, "2026-11-18 11:31") == [WORK_ENDED]
    assert status(story, "2026-11-18 11:31") is Status.ERASURE_DUE
    assert story.recorded[-1].fact.cites == (6, 8)


@pytest.mark.parametrize(
    ("end", "due"),
    [
        (WorkAborted(work_order=ORDER, aborted_at=at("2026-11-18 11:00"), reason="-"), "2026-11-18 11:00"),
        (WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="-"), "2026-11-18 11:45"),
        (WorkOrderDeclined(work_order=ORDER, reason="-"), "2026-11-18 11:45"),
        (
            WorkBlocked(work_order=ORDER, obstacle=Obstacle.PERMISSION, final=True, words="-"),
            "2026-11-18 11:45",
        ),
    ],
    ids=["aborted", "cancelled", "declined", "finally blocked"],
)
def test_r_11_every_end_of_the_work_makes_it_due(end: Fact, due: str) -> None:
    story = given(*BY_WISH, PROVIDED).at("2026-11-18 11:45", end)
    (found,) = noticed(story, "2026-11-18 12:00")
    assert isinstance(found, CredentialErasureScheduled)
    assert (found.why, found.due_at) == (Ending.WORK_ENDED, at(due))


@pytest.mark.parametrize(
    "still",
    [
        (),
        (STARTED,),
        (STARTED, WorkSuspended(work_order=ORDER, suspended_at=at("2026-11-18 10:10"), reason="-")),
        (WorkBlocked(work_order=ORDER, obstacle=Obstacle.PERMISSION, words="-"),),
        (replace(COMPLETED, work_order=OTHER_ORDER),),
    ],
    ids=["ready", "running", "suspended", "blocked for now", "another order"],
)
def test_r_11_while_the_work_goes_on_it_is_not_due(still: tuple[Fact, ...]) -> None:
    assert noticed(given(*BY_WISH, PROVIDED, *still), "2027-06-01 00:00") == []


def test_r_11_the_content_does_not_depend_on_when_the_timer_ran() -> None:
    stories = [given(*BY_WISH, PROVIDED, STARTED, COMPLETED) for _ in range(2)]
    prompt, late = noticed(stories[0], "2026-11-18 11:30"), noticed(stories[1], "2027-11-18 00:00")
    assert prompt == [WORK_ENDED]
    assert late == [WORK_ENDED, LATE]
    assert noticed(stories[0], "2027-11-18 00:00") == [LATE]


def test_r_11_what_is_not_erased_after_a_day_is_a_violation_once() -> None:
    story = given(*BY_WISH, PROVIDED, STARTED, COMPLETED)
    assert noticed(story, "2026-11-19 11:29") == [WORK_ENDED]
    assert noticed(story, "2026-11-19 11:30") == [LATE]
    assert noticed(story, "2026-12-19 11:30") == []
    story.at("2026-12-19 11:30", ERASED)
    assert noticed(story, "2027-12-19 11:30") == []


def test_r_11_what_was_erased_in_time_is_no_violation() -> None:
    story = given(*BY_WISH, PROVIDED, STARTED, COMPLETED, WORK_ENDED, ERASED)
    assert noticed(story, "2027-12-19 11:30") == []
    assert status(story, "2027-12-19 11:30") is Status.ERASED


def test_r_11_a_contracts_credential_outlives_its_work_and_ends_with_the_contract() -> None:
    story = given(SIGNED, *READY, UNDER_CONTRACT, STARTED, COMPLETED)
    assert noticed(story, "2026-11-19 00:00") == []
    story.at("2026-11-20 09:00", TERMINATED)
    assert noticed(story, "2026-11-20 09:00") == [
        scheduled(Ending.CONTRACT_ENDED, "2026-11-20 00:00", "2026-11-21 00:00")
    ]


def test_r_11_another_contracts_end_is_nothing_to_it() -> None:
    other = replace(TERMINATED, contract=an_id("contract", 2))
    signed = replace(SIGNED, contract=other.contract)
    story = given(SIGNED, signed, *READY, UNDER_CONTRACT, STARTED, COMPLETED, other)
    assert noticed(story, "2026-11-25 00:00") == []


def test_r_11_the_end_of_a_contract_that_only_time_brought_counts_before_the_command() -> None:
    story = given(SIGNED, *READY, UNDER_CONTRACT)
    outcome = story.when(check_out(), at_="2027-04-01 00:00")
    outcome.after(EXPIRED, scheduled(Ending.CONTRACT_ENDED, "2027-04-01 00:00", "2027-04-02 00:00")).refused("R-10")


def test_r_11_a_withdrawal_makes_all_of_the_customers_due_instructed_or_not() -> None:
    due = scheduled(Ending.CONSENT_WITHDRAWN, "2026-11-18 10:30", "2026-11-19 10:30")
    for story in (
        given(*IN_FORCE, EXPRESSED, *BY_WISH, PROVIDED, STARTED),
        given(*IN_FORCE, EXPRESSED, *BY_WISH, PROVIDED, INSTRUCTED, STARTED),
        given(*IN_FORCE, EXPRESSED, SIGNED, *READY, UNDER_CONTRACT, STARTED),
    ):
        assert noticed(story.at("2026-11-18 10:31", WITHDRAWN), "2026-11-18 10:32") == [due]


def test_r_11_a_withdrawal_before_it_was_given_is_nothing_to_it_and_one_told_later_counts_from_then() -> None:
    early = replace(WITHDRAWN, received_at=at("2026-11-17 08:00"))
    assert noticed(given(*IN_FORCE, EXPRESSED, *BY_WISH, early, PROVIDED), "2026-11-18 10:32") == []
    story = given(*IN_FORCE, EXPRESSED, *BY_WISH, PROVIDED, early)
    assert noticed(story, "2026-11-17 12:30") == [
        scheduled(Ending.CONSENT_WITHDRAWN, "2026-11-17 12:00", "2026-11-18 12:00")
    ]
    meant = replace(WITHDRAWN, received_at=at("2026-11-17 12:30"))
    told_first = given(*IN_FORCE, EXPRESSED, *BY_WISH, meant).at("2026-11-17 13:00", PROVIDED)
    assert noticed(told_first, "2026-11-17 13:30") == [
        scheduled(Ending.CONSENT_WITHDRAWN, "2026-11-17 12:30", "2026-11-18 12:30")
    ], "the secret was in the house when the no came, whichever of the two is told first"


def test_r_11_a_consent_for_one_order_is_withdrawn_for_that_orders_credentials() -> None:
    for order, due in ((ORDER, 1), (OTHER_ORDER, 0)):
        once = replace(EXPRESSED, work_order=order)
        story = given(*IN_FORCE, once, *BY_WISH, PROVIDED, WITHDRAWN)
        assert len(noticed(story, "2026-11-18 10:32")) == due


def test_r_11_an_objection_that_annuls_what_was_deemed_counts_as_a_withdrawal() -> None:
    deemed = ConsentDeemed(
        customer=CUSTOMER,
        consent=CONSENT,
        terms=TERMS,
        delivered_at=at("2026-11-01 09:00"),
        business_days=10,
        deadline=at("2026-11-17 00:00"),
        since=at("2026-11-17 00:00"),
    )
    for why, due in ((Annulment.OBJECTION, 1), (Annulment.QUESTION, 0)):
        annulled = ConsentDeemingAnnulled(
            customer=CUSTOMER, consent=CONSENT, why=why, received_at=at("2026-11-16 10:00")
        )
        story = given(*IN_FORCE, EXPRESSED, deemed, *BY_WISH, PROVIDED, annulled)
        assert len(noticed(story, "2026-11-18 10:32")) == due


def test_r_11_r_12_from_due_there_is_no_way_back() -> None:
    story = given(*BY_WISH, OWNING, PROVIDED, STARTED, COMPLETED)
    too_late = instruct("2026-12-18 00:00", received="2026-11-18 11:30")
    story.when(too_late, at_="2026-11-18 11:40").after(WORK_ENDED).refused("R-12")
    check = given(*BY_WISH, PROVIDED, STARTED, COMPLETED)
    check.when(check_out(), at_="2026-11-18 11:40").after(WORK_ENDED).refused("R-10")


def test_r_11_the_erasure_is_certified_once_and_only_when_due() -> None:
    story = given(*BY_WISH, PROVIDED, STARTED)
    story.when(erase(), at_="2026-11-18 11:00").refused("R-11")
    story.at("2026-11-18 11:31", COMPLETED)
    story.when(erase(), at_="2026-11-18 11:35").after(WORK_ENDED).then(ERASED)
    story.at("2026-11-18 11:35", WORK_ENDED, ERASED)
    story.when(erase(), at_="2026-11-18 11:36").then().citing(10)
    given(*BY_WISH).when(erase(), at_="2026-11-18 11:36").refused("R-11")


def test_r_11_a_late_erasure_is_certified_with_its_violation() -> None:
    story = given(*BY_WISH, PROVIDED, STARTED, COMPLETED)
    late = replace(erase(), erased_at=at("2026-11-19 12:00"))
    story.when(late, at_="2026-11-19 12:00").after(WORK_ENDED, LATE).then(
        replace(ERASED, erased_at=at("2026-11-19 12:00"))
    )


def test_r_11_the_certificate_names_what_was_never_returned() -> None:
    story = given(*BY_WISH, PROVIDED, OUT, STARTED, COMPLETED)
    story.when(erase(), at_="2026-11-18 11:35").then(replace(ERASED, not_returned=(CHECKOUT,)))


def test_r_11_a_failed_erasure_is_told_and_stays_due() -> None:
    failure = RecordErasureFailure(
        customer=CUSTOMER,
        credential=CREDENTIAL,
        work_order=ORDER,
        failed_at=at("2026-11-18 11:35"),
        reason="the vault is busy",
    )
    failed = CredentialErasureFailed(
        credential=CREDENTIAL, work_order=ORDER, failed_at=failure.failed_at, reason="the vault is busy"
    )
    story = given(*BY_WISH, PROVIDED, STARTED, COMPLETED, WORK_ENDED)
    story.when(failure, at_="2026-11-18 11:35").then(failed)
    story.at("2026-11-18 11:35", failed).when(erase(), at_="2026-11-18 11:36").then(ERASED)
    given(*BY_WISH, PROVIDED).when(failure, at_="2026-11-18 11:35").refused("R-11")


def test_r_11_switched_off_would_keep_it_for_ever() -> None:
    with switched_off("R-11"):
        assert noticed(given(*BY_WISH, PROVIDED, STARTED, COMPLETED), "2030-01-01 00:00") == []
