"""Contracts that have the terms, and changes of the terms: what carries over, what replaces, what goes on governing."""

from dataclasses import replace

from agreements import (
    CONSENT,
    CONTACT,
    DEADLINE,
    DELIVERED,
    IN_FORCE,
    NEWER,
    PRESENTED,
    PUBLISHED,
    SECOND,
    TERMS,
    delivered_newer,
    newer,
    presented_newer,
    took_effect,
)
from consent_story import (
    DEEMED,
    REMINDER,
    SHOWN,
    after_a_while,
    agree,
    agreed,
    incorporated,
    incorporating,
    object_,
    objected,
    present,
    refused,
    superseded,
    withdrawn,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.consent import Readings, consent_in_force, readings
from ledger.domain.consent_facts import (
    ConsentCarriedOver,
    ConsentDeemed,
    ConsentIncorporated,
    ConsentSuperseded,
    Manner,
    PresentationCause,
)
from ledger.domain.contract import ContractAmended, ContractEnded, End, Remote
from ledger.domain.settings import ChangeMode, Defaults
from ledger.domain.terms import Change

MATERIAL = newer(Change.MATERIAL, "2026-11-20 00:00")
CHANGED = (*SHOWN, agreed("2026-11-17 09:00"), *MATERIAL, took_effect("2026-11-20 00:00"))
"""Positions 0 to 7; the customer agreed to 1.0, and 1.1 is a material change."""


def test_a_contract_that_has_the_terms_is_consent_for_as_long_as_it_lasts() -> None:
    made = incorporated()
    assert (made.terms, made.since, made.cites) == (TERMS, PUBLISHED.effective_at, (2,))
    facts = given(*IN_FORCE, incorporating(TERMS), made).recorded
    assert getattr(consent_in_force(facts, at("2027-10-31 23:59")), "manner", None) is Manner.INCORPORATED
    assert consent_in_force(facts, at("2027-11-01 00:00")) is None
    over = ContractEnded(
        customer=CUSTOMER, contract=an_id("contract"), ended_at=at("2026-12-01 00:00"), why=End.TERMINATED
    )
    facts = given(*IN_FORCE, incorporating(TERMS), made, over).recorded
    assert consent_in_force(facts, at("2026-12-01 00:00")) is None


def test_a_contract_that_is_told_late_does_not_govern_beside_what_was_withdrawn_meanwhile() -> None:
    over = withdrawn("2026-11-17 10:00", "2026-11-17 10:15")
    story = given(*SHOWN, agreed("2026-11-17 09:00"), over, incorporating(TERMS))
    [made] = after_a_while(story, "2026-11-18 09:00").due
    assert isinstance(made, ConsentIncorporated)
    assert made.since == over.received_at


def test_a_minor_change_carries_consent_over() -> None:
    story = given(*SHOWN, agreed("2026-11-17 09:00"), *newer(Change.MINOR, "2026-12-01 00:00"))
    carried = ConsentCarriedOver(customer=CUSTOMER, consent=CONSENT, terms=NEWER, since=at("2026-12-01 00:00"))
    outcome = after_a_while(story, "2026-12-15 09:00").after(took_effect("2026-12-01 00:00"), carried)
    story.at("2026-12-15 09:00", *outcome.due)
    before, after = (consent_in_force(story.recorded, at(f"{day} 12:00")) for day in ("2026-11-30", "2026-12-01"))
    assert (getattr(before, "terms", None), getattr(after, "terms", None)) == (TERMS, NEWER)
    after_a_while(story, "2026-12-16 09:00").after()


def test_r_33_until_a_material_change_was_agreed_to_the_old_version_governs() -> None:
    story = given(*CHANGED)
    after_a_while(story, "2027-06-01 09:00").after()
    assert getattr(consent_in_force(story.recorded, at("2027-06-01 09:00")), "terms", None) == TERMS


def test_a_25_silence_after_a_new_presentation_replaces_the_old_consent_at_once() -> None:
    story = given(*CHANGED, presented_newer("2026-11-20 09:00"), delivered_newer("2026-11-20 10:00"))
    outcome = after_a_while(story, "2026-12-10 09:00")
    deemed = replace(
        DEEMED,
        consent=SECOND,
        terms=NEWER,
        delivered_at=at("2026-11-20 10:00"),
        deadline=at("2026-12-08 00:00"),
        since=at("2026-12-08 00:00"),
    )
    reminder = replace(REMINDER, consent=SECOND, due_at=at("2026-12-01 00:00"))
    outcome.after(reminder, deemed, superseded("2026-12-08 00:00"))
    story.at("2026-12-10 09:00", *outcome.due)
    old, new = (consent_in_force(story.recorded, at(moment)) for moment in ("2026-12-07 23:59", "2026-12-08 00:00"))
    assert (getattr(old, "terms", None), getattr(new, "terms", None)) == (TERMS, NEWER)


def test_a_25_read_literally_the_delivered_change_governs_at_once() -> None:
    story = given(
        *CHANGED,
        presented_newer("2026-11-20 09:00"),
        delivered_newer("2026-11-20 10:00"),
        defaults=Defaults(change_mode=ChangeMode.IMMEDIATE),
    )
    deemed = replace(
        DEEMED,
        consent=SECOND,
        terms=NEWER,
        delivered_at=at("2026-11-20 10:00"),
        business_days=0,
        deadline=at("2026-11-20 10:00"),
        since=at("2026-11-20 10:00"),
    )
    after_a_while(story, "2026-11-20 10:00").after(deemed, superseded("2026-11-20 10:00"))
    after_a_while(given(*SHOWN, defaults=story.defaults), "2026-12-01 23:59").after(REMINDER)


def test_a_refused_change_leaves_the_old_version_governing() -> None:
    story = given(*CHANGED, presented_newer("2026-11-20 09:00"), delivered_newer("2026-11-20 10:00"))
    no = (objected("2026-11-24 09:00", SECOND), refused("2026-11-24 09:00", SECOND))
    story.when(object_("2026-11-24 09:00", SECOND), at_="2026-11-24 09:00").then(*no)
    story.at("2026-11-24 09:00", *no)
    after_a_while(story, "2027-01-05 09:00").after()
    assert getattr(consent_in_force(story.recorded, at("2027-01-05 09:00")), "terms", None) == TERMS


def test_r_02_after_a_no_silence_to_the_same_version_is_no_yes() -> None:
    no = (objected("2026-11-17 09:00"), refused("2026-11-17 09:00"))
    again = replace(PRESENTED, consent=SECOND, presented_at=at("2026-11-18 09:00"))
    arrived = replace(DELIVERED, consent=SECOND, delivered_at=at("2026-11-18 10:00"))
    after_a_while(given(*SHOWN, *no, again, arrived), "2027-06-01 09:00").after()
    taken_back = (agreed("2026-11-17 09:00"), withdrawn("2026-11-17 10:00", "2026-11-17 10:15"))
    after_a_while(given(*SHOWN, *taken_back, again, arrived), "2027-06-01 09:00").after()
    said = given(*SHOWN, *no, again, arrived, CONTACT)
    said.when(agree("2026-11-19 10:00", SECOND), at_="2026-11-19 10:00").then(agreed("2026-11-19 10:00", SECOND))


def test_r_02_a_no_stands_against_minor_changes_and_not_against_a_material_one() -> None:
    no = (objected("2026-11-17 09:00"), refused("2026-11-17 09:00"))
    for change, deemed in ((Change.MINOR, 0), (Change.MATERIAL, 1)):
        story = given(*SHOWN, *no, *newer(change, "2026-11-18 00:00"), took_effect("2026-11-18 00:00"))
        first = replace(presented_newer("2026-11-18 09:00"), cause=PresentationCause.INITIAL)
        story.at("2026-11-18 10:00", first, delivered_newer("2026-11-18 10:00"))
        due = after_a_while(story, "2027-06-01 09:00").due
        assert len([each for each in due if isinstance(each, ConsentDeemed)]) == deemed, change


def test_r_03_an_annulled_change_revives_what_it_had_replaced() -> None:
    story = given(*CHANGED, presented_newer("2026-11-20 09:00"), delivered_newer("2026-11-20 10:00"))
    story.at("2026-12-10 09:00", *after_a_while(story, "2026-12-10 09:00").due)
    no = story.when(object_("2026-12-07 09:00", SECOND), at_="2026-12-10 10:00")
    story.at("2026-12-10 10:00", *no.facts)
    assert getattr(consent_in_force(story.recorded, at("2026-12-10 09:00")), "terms", None) == TERMS
    after_a_while(story, "2026-12-11 09:00").after()


def test_a_yes_to_a_version_still_to_come_replaces_the_old_consent_when_it_comes() -> None:
    story = given(*SHOWN, agreed("2026-11-17 09:00"), *newer(Change.MATERIAL, "2026-12-01 00:00"), CONTACT)
    story.at("2026-11-20 09:00", presented_newer("2026-11-20 09:00"))
    yes = agreed("2026-11-20 10:00", SECOND, NEWER, since="2026-12-01 00:00")
    story.when(agree("2026-11-20 10:00", SECOND), at_="2026-11-20 10:00").then(yes)
    ahead = given(*SHOWN, agreed("2026-11-17 09:00"), *newer(Change.MATERIAL, "2026-12-01 00:00"))
    ahead.at("2026-11-20 09:00", presented_newer("2026-11-20 09:00"), yes)
    assert getattr(consent_in_force(ahead.recorded, at("2026-11-30 23:59")), "terms", None) == TERMS
    after_a_while(ahead, "2026-12-24 09:00").after(took_effect("2026-12-01 00:00"), superseded("2026-12-01 00:00"))


def test_r_02_nobody_consents_by_silence_to_what_a_material_change_has_replaced() -> None:
    story = given(*SHOWN, *MATERIAL, took_effect("2026-11-20 00:00"))
    after_a_while(story, "2027-01-05 09:00").after()


def test_r_02_silence_about_an_old_version_says_nothing_once_a_newer_one_was_agreed_to() -> None:
    story = given(*SHOWN, *newer(Change.MINOR, "2026-11-20 00:00"), took_effect("2026-11-20 00:00"))
    story.at("2026-11-20 10:00", presented_newer("2026-11-20 09:00"), agreed("2026-11-20 10:00", SECOND, NEWER))
    after_a_while(story, "2027-01-05 09:00").after()


def test_a_contract_that_names_an_unpublished_version_is_no_consent() -> None:
    after_a_while(given(*SHOWN, incorporating(an_id("terms", 9))), "2026-11-17 09:00").after()


def test_an_amendment_can_make_a_newer_version_the_contracts_own() -> None:
    first = incorporated()
    amended = ContractAmended(
        customer=CUSTOMER,
        contract=an_id("contract"),
        reference="覚書",
        clause="第8条",
        remote=Remote.PERIODIC,
        ends_at=at("2027-11-01 00:00"),
        effective_at=at("2026-12-01 00:00"),
        incorporates=NEWER,
    )
    story = given(*IN_FORCE, incorporating(TERMS), first, *MATERIAL, took_effect("2026-11-20 00:00"), amended)
    due = story.when(present(), at_="2026-12-01 00:00").due
    assert [type(each) for each in due] == [ConsentIncorporated, ConsentSuperseded]
    story.at("2026-12-01 00:00", *due)
    old, new = (consent_in_force(story.recorded, at(moment)) for moment in ("2026-11-30 23:59", "2026-12-01 00:00"))
    assert (getattr(old, "terms", None), getattr(new, "terms", None)) == (TERMS, NEWER)


def test_a_consent_deemed_after_a_minor_change_holds_for_it_from_the_beginning() -> None:
    story = given(*SHOWN, *newer(Change.MINOR, "2026-11-20 00:00"), took_effect("2026-11-20 00:00"))
    outcome = after_a_while(story, "2026-12-02 00:00")
    carried = ConsentCarriedOver(customer=CUSTOMER, consent=CONSENT, terms=NEWER, since=DEADLINE)
    outcome.after(REMINDER, DEEMED, carried)


def test_a_25_both_readings_of_a_change_can_be_shown_for_any_instant() -> None:
    story = given(*CHANGED, presented_newer("2026-11-20 09:00"), delivered_newer("2026-11-20 10:00"))
    assert readings(story.recorded, at("2026-11-20 09:59")) == Readings(TERMS, TERMS)
    assert readings(story.recorded, at("2026-11-20 10:00")) == Readings(TERMS, NEWER)
    assert readings(story.recorded, at("2026-11-17 08:59")) is None
    no = refused("2026-11-24 09:00", SECOND)
    assert readings(given(*[each.fact for each in story.recorded], no).recorded, at("2026-11-25 09:00")) == Readings(
        TERMS, TERMS
    )
