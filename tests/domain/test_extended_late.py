"""That a trail is kept longer was agreed on before the end of its term, and is told after it (A-13)."""

from dataclasses import replace

from evidence_requests import SIGNATORY, WORK_ORDER
from story import CUSTOMER, at, given
from test_retention_rules import BEGUN, DESTROY, EXPIRED, EXPIRY, EXTEND, EXTENDED, KEY, ORDERED, OVER, SIGNATORY_NAMED

from ledger.domain.contacts import ContactEnded
from ledger.domain.rules import switched_off
from ledger.domain.violation import ViolationRecorded

TOLD = "2027-12-02 09:00"
AGREED_AT = at("2027-11-30 23:59")
LATE = replace(EXTEND, agreed_at=AGREED_AT)
KEPT = replace(EXTENDED, agreed_at=AGREED_AT)


def test_r_15_an_agreement_from_before_the_end_of_the_term_counts_when_it_is_told_after_it() -> None:
    story = given(*OVER, BEGUN, SIGNATORY_NAMED).at(EXPIRY, EXPIRED)
    story.when(LATE, at_=TOLD).then(KEPT).citing(0, 3)
    story.when(replace(LATE, agreed_at=EXPIRED.expired_at), at_=TOLD).refused("R-15", cites=[4])
    story.when(EXTEND, at_=TOLD).refused("R-15", cites=[4])
    for wrong in ("2026-11-16 08:59", "2027-12-02 09:01"):
        story.when(replace(LATE, agreed_at=at(wrong)), at_=TOLD).refused("R-15", cites=[0])


def test_r_16_nothing_is_destroyed_any_more_and_the_term_is_over_again_at_its_later_end() -> None:
    given(*OVER, KEPT).when(DESTROY, at_=TOLD).refused("R-14")
    story = given(*OVER, BEGUN, SIGNATORY_NAMED).at(EXPIRY, EXPIRED).at(TOLD, KEPT)
    longer = replace(LATE, keep_until=at("2030-01-01 00:00"))
    story.when(longer, at_="2028-12-31 23:59").after()
    again = replace(EXPIRED, expired_at=KEPT.keep_until)
    story.when(longer, at_="2029-01-01 00:00").after(again)
    story.at("2029-01-01 00:00", again).when(longer, at_="2029-02-01 00:00").after()


def test_r_16_what_was_ordered_to_be_destroyed_meanwhile_is_a_violation() -> None:
    story = given(*OVER, BEGUN, SIGNATORY_NAMED).at(EXPIRY, EXPIRED, ORDERED)
    broken = ViolationRecorded(
        rule="R-16",
        sentence="destroyed_although_extended",
        values={"key": KEY, "at": "2027-12-01T00:00:00+09:00", "agreed_at": AGREED_AT.isoformat()},
        subjects=(f"work_order:{WORK_ORDER}",),
    )
    assert story.when(LATE, at_=TOLD).then(KEPT, broken).facts[1].cites == (5,)
    with switched_off("ledger.domain.keeping.ordered_meanwhile"):
        story.when(LATE, at_=TOLD).then(KEPT)


def test_r_15_who_agreed_is_judged_by_when_that_was() -> None:
    left = ContactEnded(customer=CUSTOMER, contact=SIGNATORY)
    story = given(*OVER, BEGUN, SIGNATORY_NAMED).at(EXPIRY, left, EXPIRED)
    story.when(LATE, at_=TOLD).then(KEPT)
    given(*OVER, BEGUN, SIGNATORY_NAMED, left).when(EXTEND, at_="2027-01-01 09:00").refused("R-15")
