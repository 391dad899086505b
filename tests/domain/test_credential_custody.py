"""Custody beyond the end, by the owner's written instruction and never by silence: R-12, A-09."""

from dataclasses import replace

import pytest
from agreements import IN_FORCE
from credentials import (
    BY_WISH,
    CREDENTIAL,
    EXPIRED,
    EXPRESSED,
    INSTRUCTED,
    OUT,
    OWNER,
    OWNING,
    PROVIDED,
    TERMINATED,
    UNDER_CONTRACT,
    WITHDRAWN,
    WORK_ENDED,
    instruct,
    noticed,
    revoke,
    scheduled,
    status,
)
from hypothesis import given as drawn
from hypothesis import strategies as st
from orders import COMPLETED, CONTACT, ORDER, READY, SIGNED, STARTED
from story import CUSTOMER, an_id, at, given

from ledger.domain.consent_facts import (
    Form,
)
from ledger.domain.credential import Status
from ledger.domain.credential_custody import RenewCustody
from ledger.domain.credential_ending import CREDENTIAL_TIMER
from ledger.domain.credential_facts import (
    CredentialErasureScheduled,
    CredentialRetentionRenewed,
    CredentialRetentionRevoked,
    Ending,
)
from ledger.domain.fact import Fact
from ledger.domain.rules import switched_off
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded


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
        (instruct("2026-11-17 13:00"), "2026-11-17 13:05"),
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
