"""A yes for one work order that is told after a no to the terms opens nothing that the no had closed (A-01, R-01)."""

from dataclasses import replace

from agreements import CONTACT as SIGNATORY_NAMED
from agreements import SIGNATORY, TERMS, newer, took_effect
from consent_story import SHOWN, objected, refused
from orders import REQUESTED
from story import CUSTOMER, Story, an_id, at, given

from ledger.domain.consent import consent_in_force
from ledger.domain.consent_facts import ConsentExpressed, ConsentWithdrawn, Form
from ledger.domain.consenting import ExpressConsentOnce
from ledger.domain.terms import Change

ONCE = ExpressConsentOnce(
    customer=CUSTOMER,
    consent=an_id("consent", 5),
    work_order=REQUESTED.work_order,
    signatory=SIGNATORY,
    form=Form.PORTAL,
    received_at=at("2026-11-17 10:00"),
)


def test_r_01_a_yes_for_one_order_that_is_told_after_a_later_no_has_ended_with_it() -> None:
    shown = given(*SHOWN, SIGNATORY_NAMED, REQUESTED)
    for no_at, ends in (("2026-11-17 10:30", True), ("2026-11-17 09:30", False)):
        story = Story(shown.defaults, [*shown.recorded]).at("2026-11-17 11:00", objected(no_at), refused(no_at))
        made = story.when(ONCE, at_="2026-11-17 12:00").facts
        assert [type(each) for each in made] == [ConsentExpressed, *([ConsentWithdrawn] if ends else [])]
        told = story.at("2026-11-17 12:00", *made).recorded
        assert consent_in_force(told, at("2026-11-17 10:15"), REQUESTED.work_order)
        assert (consent_in_force(told, at("2026-11-17 12:00"), REQUESTED.work_order) is None) is ends


def test_r_01_a_yes_for_one_order_is_to_the_version_of_its_day() -> None:
    shown = given(*SHOWN, SIGNATORY_NAMED, REQUESTED, *newer(Change.MATERIAL, "2026-11-20 00:00"))
    story = shown.at("2026-11-20 00:00", took_effect("2026-11-20 00:00"))
    for received, told in (("2026-11-19 23:59", True), ("2026-11-20 00:00", False)):
        outcome = story.when(replace(ONCE, received_at=at(received)), at_="2026-11-20 09:00")
        if not told:
            outcome.refused("R-01")
            continue
        [yes] = outcome.facts
        assert isinstance(yes, ConsentExpressed)
        assert (yes.terms, yes.since) == (TERMS, at(received))
        assert consent_in_force(story.recorded, at("2026-11-19 23:59"), REQUESTED.work_order) is None
        known = story.at("2026-11-20 09:00", yes).recorded
        assert consent_in_force(known, at("2026-11-19 23:59"), REQUESTED.work_order)
    before = replace(ONCE, received_at=at("2026-11-02 08:59"))
    given(*SHOWN, SIGNATORY_NAMED, REQUESTED).when(before, at_="2026-11-20 09:00").refused("R-01")
