"""Words on longer custody that came in time and are told after the end: recorded, and the erasure judged by them."""

from dataclasses import replace
from datetime import datetime

from credentials import (
    BY_WISH,
    CREDENTIAL,
    ERASED,
    EXPRESSED,
    INSTRUCTED,
    LATE,
    OWNING,
    PROVIDED,
    WITHDRAWN,
    WORK_ENDED,
    erase,
    instruct,
    noticed,
    revoke,
    scheduled,
    status,
)
from orders import COMPLETED, ORDER, STARTED
from story import CUSTOMER, Story, at, given

from ledger.domain.consent_facts import Form
from ledger.domain.credential import Status, fold
from ledger.domain.credential_custody import RenewCustody
from ledger.domain.credential_facts import CredentialRetentionRenewed, CredentialRetentionRevoked, Ending
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.rules import switched_off
from ledger.domain.violation import ViolationRecorded

ABOUT = (f"credential:{CREDENTIAL}", f"work_order:{ORDER}")
RECEIVED = "2026-11-17T13:00:00+09:00"
AGAINST = ViolationRecorded(
    rule="R-12",
    sentence="erased_against_instruction",
    values={"received_at": RECEIVED, "until": "2026-12-18T00:00:00+09:00"},
    subjects=ABOUT,
)
WHEN_DUE = FindingRecorded(
    rule="R-12", sentence="custody_told_when_due", values={"received_at": RECEIVED}, subjects=ABOUT
)
WAS_INSTRUCTED = replace(WHEN_DUE, sentence="custody_was_instructed")
CUSTODY_ENDED = scheduled(Ending.CUSTODY_ENDED, "2026-12-18 00:00", "2026-12-19 00:00")
RENEWS = RenewCustody(
    customer=CUSTOMER,
    credential=CREDENTIAL,
    work_order=ORDER,
    owner=INSTRUCTED.owner,
    form=Form.PORTAL,
    received_at=at("2026-12-10 09:00"),
    until=at("2027-02-01 00:00"),
)
RENEWED = CredentialRetentionRenewed(
    credential=CREDENTIAL,
    work_order=ORDER,
    owner=INSTRUCTED.owner,
    form=Form.PORTAL,
    received_at=RENEWS.received_at,
    until=RENEWS.until,
)
REVOKED = CredentialRetentionRevoked(
    credential=CREDENTIAL,
    work_order=ORDER,
    owner=INSTRUCTED.owner,
    form=Form.SPOKEN,
    received_at=at("2026-11-20 09:00"),
)
TOLD = "2026-11-18 15:00"


def over(*more: Fact) -> Story:
    """Give work that is over, so that the credential is due: the order to 5, given 6, over 8, due 9, and more."""
    return given(*BY_WISH, PROVIDED, STARTED, COMPLETED, WORK_ENDED, *more, at_="2026-11-18 11:30")


def test_r_12_an_instruction_that_came_in_time_is_recorded_after_the_erasure_which_is_then_a_violation() -> None:
    told = over(ERASED, OWNING).when(instruct("2026-12-18 00:00"), at_=TOLD).then(INSTRUCTED, AGAINST)
    assert told.facts[1].cites == (6, 9, 10)
    after = over(ERASED, OWNING, INSTRUCTED, AGAINST)
    assert status(after, TOLD) is Status.ERASED
    assert noticed(after, "2027-02-01 00:00") == []
    after.when(instruct("2026-12-18 00:00"), at_=TOLD).refused("R-12")


def test_r_12_told_between_it_is_a_finding_and_the_erasure_that_follows_the_violation() -> None:
    due = over(OWNING)
    assert due.when(instruct("2026-12-18 00:00"), at_="2026-11-18 11:31").then(INSTRUCTED, WHEN_DUE).facts[1].cites == (
        9,
    )
    told = over(INSTRUCTED, WHEN_DUE)
    assert status(told, "2026-11-18 11:31") is Status.ERASURE_DUE
    told.when(erase(), at_="2026-11-18 11:35").then(ERASED, AGAINST)


def test_r_12_what_came_when_the_time_was_over_is_refused_as_it_was_then() -> None:
    for story in (over(OWNING), over(ERASED, OWNING)):
        in_time = instruct("2026-12-18 00:00", received="2026-11-18 11:29")
        too_late = replace(in_time, received_at=at("2026-11-18 11:30"))
        assert story.when(in_time, at_=TOLD).refusal is None
        story.when(too_late, at_=TOLD).refused(
            "R-12", cites=[6, 9] if story.recorded[-1].position == 10 else [6, 9, 10]
        )
        story.when(replace(in_time, form=Form.SPOKEN), at_=TOLD).refused("R-12")
        story.when(replace(in_time, until=at("2026-11-18 11:29")), at_=TOLD).refused("R-12")


def test_r_12_an_erasure_that_the_instruction_does_not_forbid_is_no_violation() -> None:
    shorter = replace(INSTRUCTED, until=at("2026-11-18 11:00"))
    over(ERASED, OWNING).when(instruct("2026-11-18 11:00"), at_=TOLD).then(shorter)
    past = replace(INSTRUCTED, until=ERASED.erased_at)
    over(ERASED, OWNING).when(instruct("2026-11-18 11:35"), at_=TOLD).then(past)
    withdrawn = scheduled(Ending.CONSENT_WITHDRAWN, "2026-11-18 10:30", "2026-11-19 10:30")
    story = given(*BY_WISH, EXPRESSED, PROVIDED, STARTED, WITHDRAWN, withdrawn, ERASED, OWNING)
    story.when(instruct("2026-12-18 00:00"), at_=TOLD).then(INSTRUCTED)


def test_r_12_a_renewal_that_came_in_time_counts_as_well_and_an_older_word_changes_nothing() -> None:
    gone = replace(ERASED, erased_at=at("2026-12-18 09:00"))
    kept = (*BY_WISH, PROVIDED, INSTRUCTED, STARTED, COMPLETED, CUSTODY_ENDED, gone, OWNING)
    renewed = (
        given(*kept)
        .when(RENEWS, at_="2026-12-20 09:00")
        .then(
            RENEWED,
            replace(AGAINST, values={"received_at": "2026-12-10T09:00:00+09:00", "until": "2027-02-01T00:00:00+09:00"}),
        )
    )
    given(*kept).when(replace(RENEWS, received_at=at("2026-12-18 00:00")), at_="2026-12-20 09:00").refused("R-12")
    older = replace(RENEWS, received_at=at("2026-12-01 09:00"), until=at("2027-01-01 00:00"))
    story = given(*BY_WISH, OWNING, PROVIDED, INSTRUCTED, renewed.facts[0], STARTED, COMPLETED)
    story.when(older, at_="2026-12-20 09:00").then(replace(RENEWED, received_at=older.received_at, until=older.until))
    both = given(
        *BY_WISH, PROVIDED, INSTRUCTED, RENEWED, replace(RENEWED, received_at=older.received_at, until=older.until)
    )
    both.at("2026-12-20 09:00", STARTED, COMPLETED)
    assert noticed(both, "2027-01-31 23:59") == []


def test_r_11_a_revocation_that_came_in_time_shows_what_was_kept_for_too_long() -> None:
    gone = replace(ERASED, erased_at=at("2026-12-18 09:00"))
    kept = (*BY_WISH, PROVIDED, INSTRUCTED, STARTED, COMPLETED, CUSTODY_ENDED, gone, OWNING)
    overdue = replace(LATE, values={"by": "2026-11-21T09:00:00+09:00"})
    given(*kept).when(revoke("2026-11-20 09:00"), at_="2026-12-20 09:00").then(REVOKED, overdue)
    soon = (*kept[:-2], replace(ERASED, erased_at=at("2026-11-21 09:00")), OWNING)
    given(*soon).when(revoke("2026-11-20 09:00"), at_="2026-12-20 09:00").then(REVOKED)
    given(*kept).when(revoke("2026-12-18 00:00"), at_="2026-12-20 09:00").refused("R-12")
    in_between = instruct("2027-01-01 00:00", received="2026-11-19 09:00")
    given(*BY_WISH, OWNING, PROVIDED, INSTRUCTED, REVOKED).when(in_between, at_="2026-11-21 09:00").refused("R-12")


def test_r_12_what_is_on_record_as_overdue_was_to_be_kept_as_is_told_now() -> None:
    told = over(LATE, OWNING).when(instruct("2026-12-18 00:00"), at_="2026-11-20 09:00")
    assert told.then(INSTRUCTED, WHEN_DUE, WAS_INSTRUCTED).facts[2].cites == (10,)
    gone = replace(ERASED, erased_at=at("2026-11-20 09:00"))
    over(LATE, gone, OWNING).when(instruct("2026-12-18 00:00"), at_="2026-11-20 10:00").then(
        INSTRUCTED, AGAINST, WAS_INSTRUCTED
    )


def test_r_12_the_violation_and_the_finding_each_rest_on_a_rule_of_their_own() -> None:
    gone, told = over(LATE, ERASED, OWNING), instruct("2026-12-18 00:00")
    for function, left in (
        ("credential_ending.check_erased_in_time", ["custody_was_instructed"]),
        ("custody_told.was_to_be_kept", ["erased_against_instruction"]),
    ):
        with switched_off(f"ledger.domain.{function}"):
            facts = gone.when(told, at_="2026-11-20 10:00").facts[1:]
        assert [getattr(each, "sentence", None) for each in facts] == left


def test_r_12_the_word_that_came_in_last_counts_whichever_was_told_last() -> None:
    def held(*words: Fact) -> tuple[datetime | None, bool]:
        known = fold(given(*BY_WISH, PROVIDED, *words).recorded)[CREDENTIAL]
        assert known.custody is not None
        return known.custody.until, known.retained

    again = replace(INSTRUCTED, received_at=at("2026-11-25 09:00"), until=at("2027-03-01 00:00"))
    assert held(INSTRUCTED, REVOKED, again) == (again.until, True)
    between = replace(RENEWED, received_at=at("2026-11-19 09:00"))
    assert held(INSTRUCTED, REVOKED, between) == (RENEWED.until, False)
    assert held(INSTRUCTED, RENEWED, between) == (RENEWED.until, True)
