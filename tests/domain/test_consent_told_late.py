"""What customers say of consent, told in another order than it arrived: judged by its arrival, and never refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from agreements import CONSENT, CONTACT, DELIVERED, NEWER, SECOND, newer, presented_newer
from consent_story import (
    DEEMED,
    REMINDER,
    SHOWN,
    Relied,
    agree,
    agreed,
    ask,
    bounce,
    object_,
    objected,
    refused,
    withdraw,
    withdrawn,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.consent import consent_in_force
from ledger.domain.consent_facts import Annulment, ConsentDeemingAnnulled, ConsentWithdrawn
from ledger.domain.rules import switched_off
from ledger.domain.terms import Change
from ledger.domain.violation import ViolationRecorded


def test_r_03_an_earlier_withdrawal_that_is_told_after_another_is_what_counts() -> None:
    before = (agreed("2026-11-17 09:00"), withdrawn("2026-11-18 09:00", "2026-11-18 09:45"))
    started = Relied(session=an_id("session"), consent=CONSENT, started_at=at("2026-11-17 23:00"))
    story = given(*SHOWN, *before).at("2026-11-17 23:00", started)
    for no in (withdraw("2026-11-17 22:00"), object_("2026-11-17 22:00")):
        outcome = story.when(no, at_="2026-11-19 09:00")
        [earlier] = [each for each in outcome.facts if isinstance(each, ConsentWithdrawn)]
        assert earlier.received_at == at("2026-11-17 22:00")
        [violation] = [each for each in outcome.facts if isinstance(each, ViolationRecorded)]
        assert (violation.rule, violation.sentence) == ("R-03", "session_after_objection")
    again = withdrawn("2026-11-17 22:00", "2026-11-19 09:15")
    for told in ((*before, again), (before[0], again, before[1])):
        facts = given(*SHOWN, *told).recorded
        assert consent_in_force(facts, at("2026-11-17 21:59")) is not None
        assert consent_in_force(facts, at("2026-11-17 22:00")) is None


def test_r_03_a_no_is_recorded_as_often_as_it_is_said_and_once_as_often_as_it_is_told() -> None:
    no = (objected("2026-11-17 09:00"), refused("2026-11-17 09:00"))
    story = given(*SHOWN, *no)
    story.when(object_("2026-11-17 09:00"), at_="2026-11-20 09:00").then()
    story.when(object_("2026-11-18 09:00"), at_="2026-11-20 09:00").then(objected("2026-11-18 09:00"))
    earlier = (objected("2026-11-16 12:00"), refused("2026-11-16 12:00"))
    story.when(object_("2026-11-16 12:00"), at_="2026-11-20 09:00").then(*earlier)
    over = given(*SHOWN, agreed("2026-11-17 09:00"), withdrawn("2026-11-18 09:00", "2026-11-18 09:45"))
    over.when(object_("2026-11-19 09:00"), at_="2026-11-20 09:00").then(objected("2026-11-19 09:00"))


def test_r_01_a_yes_that_came_before_a_no_counts_until_it_in_whatever_order_they_are_told() -> None:
    no = (objected("2026-11-18 09:00"), refused("2026-11-18 09:00"))
    yes = agreed("2026-11-17 09:00")
    story = given(*SHOWN, CONTACT, *no)
    story.when(agree("2026-11-17 09:00"), at_="2026-11-19 10:00").then(yes)
    story.when(agree("2026-11-18 09:00"), at_="2026-11-19 10:00").refused("R-01")
    with switched_off("ledger.domain.consenting.check_to_be_said"):
        assert story.when(agree("2026-11-18 09:00"), at_="2026-11-19 10:00").refusal is None
    facts = story.at("2026-11-19 10:00", yes).recorded
    assert consent_in_force(facts, at("2026-11-18 08:59")) is not None
    assert consent_in_force(facts, at("2026-11-18 09:00")) is None
    story.when(agree("2026-11-17 08:00"), at_="2026-11-20 10:00").refused("R-01")  # it was said


def test_r_33_a_yes_that_is_told_late_is_judged_by_the_version_of_its_receipt() -> None:
    story = given(*SHOWN, CONTACT, *newer(Change.MATERIAL, "2026-11-20 00:00"))
    story.when(agree("2026-11-19 09:00"), at_="2026-11-21 10:00").then(agreed("2026-11-19 09:00"))
    story.when(agree("2026-11-20 00:00"), at_="2026-11-21 10:00").refused("R-33")


def test_r_02_a_withdrawal_that_is_told_late_annuls_what_silence_after_it_was_taken_for() -> None:
    deemed = replace(DEEMED, consent=SECOND, terms=NEWER, deadline=at("2026-12-04 00:00"), since=at("2027-01-01 00:00"))
    shown = presented_newer("2026-11-19 09:00")
    story = given(*SHOWN, agreed("2026-11-17 09:00"), *newer(Change.MATERIAL, "2027-01-01 00:00"))
    story.at("2026-11-19 09:00", shown, replace(DELIVERED, consent=SECOND, delivered_at=at("2026-11-19 09:00")))
    story.at("2026-12-04 00:00", deemed)
    outcome = story.when(withdraw("2026-12-03 23:00"), at_="2026-12-04 09:00")
    annulled = ConsentDeemingAnnulled(
        customer=CUSTOMER, consent=SECOND, why=Annulment.OBJECTION, received_at=at("2026-12-03 23:00")
    )
    outcome.then(annulled, withdrawn("2026-12-03 23:00", "2026-12-04 09:15"))
    later = story.when(withdraw("2026-12-04 00:00"), at_="2026-12-04 09:00")
    assert [type(each) for each in later.facts] == [ConsentWithdrawn]
    with switched_off("ledger.domain.consenting._deemed_after"):
        assert len(story.when(withdraw("2026-12-03 23:00"), at_="2026-12-04 09:00").facts) == 1


@pytest.mark.parametrize("tell", [ask, bounce], ids=["question", "bounce"])
def test_r_02_what_relied_on_silence_that_was_none_is_a_violation(tell: Callable[[str], object]) -> None:
    started = Relied(session=an_id("session"), consent=CONSENT, started_at=at("2026-12-02 10:00"))
    story = given(*SHOWN).at("2026-12-02 10:00", REMINDER, DEEMED, started)
    found = [
        each
        for each in story.when(tell("2026-11-20 10:00"), at_="2026-12-03 09:00").facts
        if isinstance(each, ViolationRecorded)
    ]
    assert [(each.rule, each.sentence) for each in found] == [("R-02", "session_after_annulment")]
    assert found[0].subjects == (f"session:{an_id('session')}",)
    late = story.when(tell("2026-12-02 00:00"), at_="2026-12-03 09:00").facts
    assert not [each for each in late if isinstance(each, ViolationRecorded)]
    with switched_off("ledger.domain.relying.never_agreed"):
        facts = story.when(tell("2026-11-20 10:00"), at_="2026-12-03 09:00").facts
    assert not [each for each in facts if isinstance(each, ViolationRecorded)]
