"""A yes for one work order that is told after a no to the terms opens nothing that the no had closed (A-01, R-01)."""

from agreements import CONTACT as SIGNATORY_NAMED
from agreements import SIGNATORY
from consent_story import SHOWN, objected, refused
from orders import REQUESTED
from story import CUSTOMER, Story, an_id, at, given

from ledger.domain.consent import consent_in_force
from ledger.domain.consent_facts import ConsentExpressed, ConsentWithdrawn, Form
from ledger.domain.consenting import ExpressConsentOnce


def test_r_01_a_yes_for_one_order_that_is_told_after_a_later_no_has_ended_with_it() -> None:
    once = ExpressConsentOnce(
        customer=CUSTOMER,
        consent=an_id("consent", 5),
        work_order=REQUESTED.work_order,
        signatory=SIGNATORY,
        form=Form.PORTAL,
        received_at=at("2026-11-17 10:00"),
    )
    shown = given(*SHOWN, SIGNATORY_NAMED, REQUESTED)
    for no_at, ends in (("2026-11-17 10:30", True), ("2026-11-17 09:30", False)):
        story = Story(shown.defaults, [*shown.recorded]).at("2026-11-17 11:00", objected(no_at), refused(no_at))
        made = story.when(once, at_="2026-11-17 12:00").facts
        assert [type(each) for each in made] == [ConsentExpressed, *([ConsentWithdrawn] if ends else [])]
        told = story.at("2026-11-17 12:00", *made).recorded
        assert consent_in_force(told, at("2026-11-17 10:15"), REQUESTED.work_order)
        assert (consent_in_force(told, at("2026-11-17 12:00"), REQUESTED.work_order) is None) is ends
