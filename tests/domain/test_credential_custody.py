"""When a secret's time is over, how it is put off, and what is told of its end: R-11, R-12, A-08, A-09."""

from dataclasses import replace

import pytest
from agreements import CONSENT, IN_FORCE, SIGNATORY, TERMS
from credentials import (
    BY_WISH,
    CHECKOUT,
    CREDENTIAL,
    ERASED,
    EXPIRED,
    INSTRUCTED,
    OUT,
    OWNER,
    OWNING,
    PROVIDED,
    TERMINATED,
    UNDER_CONTRACT,
    check_out,
    erase,
    instruct,
    revoke,
    scheduled,
)
from hypothesis import given as drawn
from hypothesis import strategies as st
from orders import COMPLETED, CONTACT, ORDER, OTHER_ORDER, READY, SIGNED, STARTED
from story import CUSTOMER, Story, an_id, at, given

from ledger.domain.consent_facts import (
    Annulment,
    ConsentDeemed,
    ConsentDeemingAnnulled,
    ConsentExpressed,
    ConsentWithdrawn,
    Form,
    Stop,
)
from ledger.domain.credential import Status, fold
from ledger.domain.credential_custody import RecordErasureFailure, RenewCustody
from ledger.domain.credential_ending import CREDENTIAL_TIMER, credentials_due
from ledger.domain.credential_facts import (
    CredentialErasureFailed,
    CredentialErasureScheduled,
    CredentialRetentionRenewed,
    CredentialRetentionRevoked,
    Ending,
)
from ledger.domain.fact import Fact
from ledger.domain.rules import switched_off
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import (
    Obstacle,
    Side,
    WorkAborted,
    WorkBlocked,
    WorkOrderCancelled,
    WorkOrderDeclined,
    WorkSuspended,
)

EXPRESSED = ConsentExpressed(
    customer=CUSTOMER,
    consent=CONSENT,
    terms=TERMS,
    signatory=SIGNATORY,
    form=Form.PORTAL,
    received_at=at("2026-11-16 09:00"),
    since=at("2026-11-16 09:00"),
)
WITHDRAWN = ConsentWithdrawn(
    customer=CUSTOMER,
    consent=CONSENT,
    received_at=at("2026-11-18 10:30"),
    form=Form.MAIL,
    stop=Stop.SAFE,
    stop_by=at("2026-11-18 10:45"),
    words="撤回します",
)
WORK_ENDED = scheduled(Ending.WORK_ENDED, "2026-11-18 11:30", "2026-11-19 11:30")
LATE = ViolationRecorded(
    rule="R-11",
    sentence="credential_erasure_overdue",
    values={"by": "2026-11-19T11:30:00+09:00"},
    subjects=(f"credential:{CREDENTIAL}", f"work_order:{ORDER}"),
)


def noticed(story: Story, moment: str) -> list[Fact]:
    """Give what the timer of the order's credentials writes, round after round."""
    facts, found, now = list(story.recorded), [], at(moment)
    due = credentials_due(ORDER, CUSTOMER)
    while new := due.facts(facts, now, Defaults()):
        found += [replace(each, cites=()) for each in new]
        facts = story.at(moment, *new).recorded
    return found


def status(story: Story, moment: str) -> Status:
    return fold(story.recorded)[CREDENTIAL].status(at(moment))


# -- when it is due ----------------------------------------------------------------------------------------------


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
    told_late = instruct("2026-12-18 00:00")
    story.when(told_late, at_="2026-11-18 11:40").after(WORK_ENDED).refused("R-12")
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


# -- put off by instruction --------------------------------------------------------------------------------------


def test_r_12_the_owner_instructs_in_writing_and_names_a_day() -> None:
    story = given(*BY_WISH, OWNING, PROVIDED)
    story.when(instruct("2026-12-18 00:00"), at_="2026-11-17 13:05").then(INSTRUCTED).citing(6, 7)
    story.at("2026-11-17 13:05", INSTRUCTED)
    assert status(story, "2026-11-17 13:05") is Status.RETAINED


@pytest.mark.parametrize(
    ("command", "moment"),
    [
        (instruct("2026-12-18 00:00", form=Form.SPOKEN), "2026-11-17 13:05"),
        (instruct("2026-12-18 00:00", owner=CONTACT.contact), "2026-11-17 13:05"),
        (instruct("2026-12-18 00:00", owner=an_id("person", 99)), "2026-11-17 13:05"),
        (instruct("2026-12-18 00:00"), "2026-11-17 12:59"),
        (instruct("2026-11-17 13:05"), "2026-11-17 13:05"),
        (instruct("2027-11-18 00:01"), "2026-11-17 13:05"),
        (instruct("2026-12-18 00:00", credential=an_id("credential", 9)), "2026-11-17 13:05"),
    ],
    ids=["spoken", "another role", "unknown", "to come", "over already", "longer than a year", "unknown credential"],
)
def test_r_12_nothing_else_keeps_it(command: object, moment: str) -> None:
    given(*BY_WISH, OWNING, CONTACT, PROVIDED).when(command, at_=moment).refused("R-12")


def test_r_12_twelve_calendar_months_are_the_most() -> None:
    story = given(*BY_WISH, OWNING, PROVIDED)
    longest = instruct("2027-11-18 00:00")
    story.when(longest, at_="2026-11-17 13:05").then(replace(INSTRUCTED, until=at("2027-11-18 00:00")))
    leap = instruct("2029-03-01 00:00", received="2028-02-29 10:00")
    late = replace(INSTRUCTED, until=at("2029-03-01 00:00"), received_at=at("2028-02-29 10:00"))
    story.when(leap, at_="2028-02-29 10:00").then(late)
    story.when(replace(leap, until=at("2029-03-01 00:01")), at_="2028-02-29 10:00").refused("R-12")


def test_r_12_it_is_kept_until_the_day_named_and_no_longer() -> None:
    story = given(*BY_WISH, PROVIDED, INSTRUCTED, STARTED, COMPLETED)
    assert noticed(story, "2026-12-17 23:59") == []
    assert noticed(story, "2026-12-18 00:00") == [
        scheduled(Ending.CUSTODY_ENDED, "2026-12-18 00:00", "2026-12-19 00:00")
    ]


def test_r_12_an_instruction_never_shortens() -> None:
    short = replace(INSTRUCTED, until=at("2026-11-17 23:00"))
    story = given(*BY_WISH, PROVIDED, short, STARTED, COMPLETED)
    assert noticed(story, "2026-11-18 11:31") == [WORK_ENDED]


def test_r_12_it_is_renewed_before_it_ends_and_counted_anew() -> None:
    renew = RenewCustody(
        customer=CUSTOMER,
        credential=CREDENTIAL,
        work_order=ORDER,
        owner=OWNER,
        form=Form.SIGNED_DOCUMENT,
        received_at=at("2026-12-10 09:00"),
        until=at("2027-12-11 00:00"),
    )
    renewed = CredentialRetentionRenewed(
        credential=CREDENTIAL,
        work_order=ORDER,
        owner=OWNER,
        form=Form.SIGNED_DOCUMENT,
        received_at=at("2026-12-10 09:00"),
        until=at("2027-12-11 00:00"),
    )
    story = given(*BY_WISH, OWNING, PROVIDED, INSTRUCTED)
    story.when(renew, at_="2026-12-10 09:00").then(renewed)
    story.when(replace(renew, until=INSTRUCTED.until), at_="2026-12-10 09:00").refused("R-12")
    story.when(replace(renew, until=at("2027-12-11 00:01")), at_="2026-12-10 09:00").refused("R-12")
    story.when(instruct("2027-01-01 00:00"), at_="2026-12-10 09:00").refused("R-12")
    given(*BY_WISH, OWNING, PROVIDED).when(renew, at_="2026-12-10 09:00").refused("R-12")
    story.at("2026-12-10 09:00", renewed, COMPLETED)
    assert noticed(story, "2027-12-10 23:59") == []
    assert noticed(story, "2027-12-11 00:00") == [
        scheduled(Ending.CUSTODY_ENDED, "2027-12-11 00:00", "2027-12-12 00:00")
    ]


def test_r_12_silence_never_extends() -> None:
    story = given(*BY_WISH, OWNING, PROVIDED, INSTRUCTED, STARTED, COMPLETED)
    late = replace(
        instruct("2027-01-18 00:00", received="2026-12-18 00:01"),
    )
    due = scheduled(Ending.CUSTODY_ENDED, "2026-12-18 00:00", "2026-12-19 00:00")
    outcome = story.when(late, at_="2026-12-18 00:01").refused("R-12")
    assert due in [replace(each, cites=()) for each in outcome.due]


def test_r_12_a_revocation_lets_the_terms_decide_again() -> None:
    revoked = CredentialRetentionRevoked(
        credential=CREDENTIAL,
        work_order=ORDER,
        owner=OWNER,
        form=Form.SPOKEN,
        received_at=at("2026-11-17 15:00"),
    )
    story = given(*BY_WISH, OWNING, PROVIDED, INSTRUCTED)
    story.when(revoke("2026-11-17 15:00"), at_="2026-11-17 15:00").then(revoked)
    story.when(revoke("2026-11-17 15:01"), at_="2026-11-17 15:00").refused("R-12")
    story.at("2026-11-17 15:00", revoked)
    story.when(revoke("2026-11-17 16:00"), at_="2026-11-17 16:00").refused("R-12")
    assert status(story, "2026-11-17 16:00") is Status.HELD
    early = given(*BY_WISH, PROVIDED, INSTRUCTED, revoked, STARTED, COMPLETED)
    assert noticed(early, "2026-11-18 11:31") == [WORK_ENDED]
    afterwards = replace(revoked, received_at=at("2026-11-20 09:00"))
    kept = given(*BY_WISH, PROVIDED, INSTRUCTED, STARTED, COMPLETED, afterwards)
    assert noticed(kept, "2026-11-20 09:00") == [
        scheduled(Ending.CUSTODY_REVOKED, "2026-11-20 09:00", "2026-11-21 09:00")
    ]


def test_a_09_the_contracts_end_ends_custody_unless_the_day_named_lies_past_it() -> None:
    story = given(SIGNED, *BY_WISH, OWNING, PROVIDED)
    within, past = instruct("2026-12-18 00:00"), instruct("2027-05-01 00:00")
    bound = replace(INSTRUCTED, ends_with=(SIGNED.contract,))
    free = replace(INSTRUCTED, until=at("2027-05-01 00:00"))
    story.when(within, at_="2026-11-17 13:05").then(bound)
    story.when(past, at_="2026-11-17 13:05").then(free)
    endless = replace(SIGNED, ends_at=None)
    given(endless, *BY_WISH, OWNING, PROVIDED).when(past, at_="2026-11-17 13:05").then(
        replace(free, ends_with=(SIGNED.contract,))
    )
    ended = given(SIGNED, *BY_WISH, PROVIDED, bound, STARTED, COMPLETED).at("2026-11-20 09:00", TERMINATED)
    assert noticed(ended, "2026-11-20 09:00") == [
        scheduled(Ending.CONTRACT_ENDED, "2026-11-20 00:00", "2026-11-21 00:00")
    ]
    kept = given(SIGNED, *BY_WISH, PROVIDED, free, STARTED, COMPLETED).at("2027-04-01 00:00", EXPIRED)
    assert noticed(kept, "2027-04-30 23:59") == []
    contracts = given(SIGNED, *READY, UNDER_CONTRACT, free).at("2027-04-01 00:00", EXPIRED)
    assert noticed(contracts, "2027-04-30 23:59") == []
    assert [type(each) for each in noticed(contracts, "2027-05-01 00:00")] == [CredentialErasureScheduled]


def test_r_12_switched_off_would_take_a_spoken_word_for_an_instruction() -> None:
    with switched_off("R-12"):
        story = given(*BY_WISH, OWNING, PROVIDED)
        outcome = story.when(instruct("2030-12-18 00:00", form=Form.SPOKEN), at_="2026-11-17 13:05")
    outcome.then(replace(INSTRUCTED, form=Form.SPOKEN, until=at("2030-12-18 00:00")))


# -- whatever comes in whatever order ----------------------------------------------------------------------------------

_EVENTS: dict[str, Fact] = {
    "completed": COMPLETED,
    "instructed": replace(INSTRUCTED, until=at("2026-11-24 00:00"), ends_with=(SIGNED.contract,)),
    "revoked": CredentialRetentionRevoked(
        credential=CREDENTIAL, work_order=ORDER, owner=OWNER, form=Form.MAIL, received_at=at("2026-11-19 09:00")
    ),
    "withdrawn": WITHDRAWN,
    "terminated": TERMINATED,
    "out": OUT,
}


@drawn(
    names=st.lists(st.sampled_from(sorted(_EVENTS)), max_size=6, unique=True),
    hours=st.integers(0, 24 * 21),
    contract=st.booleans(),
)
def test_no_credential_is_alive_a_day_after_its_end_without_being_told(
    names: list[str], hours: int, contract: bool
) -> None:
    """The end is computed here once more, by the words of the rule and not by the code of the timer."""
    first = (UNDER_CONTRACT,) if contract else (PROVIDED,)
    order = READY if contract else BY_WISH
    story = given(*IN_FORCE, EXPRESSED, SIGNED, *order, *first, STARTED, at_="2026-11-17 12:00")
    story.at("2026-11-20 09:00", *(_EVENTS[name] for name in names))
    moment = f"2026-11-{20 + hours // 24:02d} {hours % 24:02d}:00" if hours < 240 else "2026-12-25 00:00"
    if at(moment) < at("2026-11-20 09:00"):
        moment = "2026-11-20 09:00"
    basic = (
        (TERMINATED.ended_at if "terminated" in names else None)
        if contract
        else (COMPLETED.completed_at if "completed" in names else None)
    )
    ends = [WITHDRAWN.received_at] if "withdrawn" in names else []
    if basic is not None:
        kept = [basic]
        if "instructed" in names:
            kept_until = [at("2026-11-24 00:00")]
            if "revoked" in names and names.index("revoked") > names.index("instructed"):
                kept_until.append(at("2026-11-19 09:00"))
            if "terminated" in names:
                kept_until.append(TERMINATED.ended_at)
            kept.append(min(kept_until))
        ends.append(max(kept))
    over = bool(ends) and min(ends) <= at(moment)
    told = noticed(story, moment)
    assert any(isinstance(each, CredentialErasureScheduled) for each in told) is over
    if over:
        assert status(story, moment) is Status.ERASURE_DUE
        day_later = at(moment) >= min(ends) + Defaults().erasure
        assert any(isinstance(each, ViolationRecorded) for each in told) is day_later
    assert noticed(story, moment) == [], "each is told once"
    assert CREDENTIAL_TIMER.kind == "work_order"
