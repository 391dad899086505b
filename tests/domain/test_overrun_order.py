"""Overrun notices told in another order than they were sent in: recorded, and judged by when they were sent."""

from dataclasses import replace

from orders import ORDER, RUNNING, TOLD
from story import Story, at, given
from test_overrun import AT_RISK, DETECTED, NOT_TOLD, SEND, TOLD_LATE

from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.overrun import fold
from ledger.domain.schedule_facts import OverrunNoticeSent
from ledger.domain.work import order_of

LATER = replace(TOLD, planned_end=at("2026-11-18 15:00"), sent_at=at("2026-11-18 13:30"))
"""The second notice, which is told first: by it alone the overrun of noon was told too late."""
LATE = replace(TOLD_LATE, cites=(8,))


def told_first(*more: Fact) -> Story:
    """Give running work of whose two notices only the second is told."""
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED).at("2026-11-18 12:16", NOT_TOLD)
    return story.at("2026-11-18 13:31", LATER, LATE, *more)


def was_told(place: int) -> FindingRecorded:
    return FindingRecorded(
        rule="R-23",
        sentence="overrun_was_told",
        values={"sent_at": "2026-11-18T12:10:00+09:00"},
        subjects=(f"work_order:{ORDER}",),
        cites=(place,),
    )


def test_r_23_an_older_notice_is_recorded_and_says_that_the_customer_knew() -> None:
    outcome = told_first().when(SEND, at_="2026-11-18 13:40").then(TOLD, was_told(11))
    assert outcome.facts[1].cites == (11,)


def test_r_23_an_older_notice_changes_nothing_of_what_the_newest_says() -> None:
    known = told_first()
    for end in ("2026-11-18 14:00", "2026-11-18 16:00"):
        older = replace(TOLD, planned_end=at(end))
        recorded = Story(known.defaults, list(known.recorded)).at("2026-11-18 13:40", older).recorded
        order, overrun = order_of(recorded, ORDER), fold(recorded, ORDER)
        assert order is not None
        assert order.window is not None
        assert overrun.current is not None
        assert order.window.planned_end == overrun.current.ends == LATER.planned_end


def test_r_23_an_older_notice_that_was_late_as_well_takes_no_violation_back() -> None:
    late = replace(SEND, sent_at=at("2026-11-18 12:16"))
    told_first().when(late, at_="2026-11-18 13:40").then(replace(TOLD, sent_at=late.sent_at))


def test_r_23_a_notice_told_nothing_of_the_overrun_of_the_end_that_it_names() -> None:
    detected = replace(DETECTED, planned_end=LATER.planned_end, detected_at=LATER.planned_end)
    late_again = replace(TOLD_LATE, values={"deadline": "2026-11-18T15:15:00+09:00"}, cites=(12,))
    third = replace(TOLD, planned_end=at("2026-11-18 17:00"), sent_at=at("2026-11-18 16:00"))
    story = told_first(detected, third, late_again)
    outcome = story.when(SEND, at_="2026-11-18 16:10").then(TOLD, was_told(11))
    assert isinstance(outcome.facts[0], OverrunNoticeSent)
    assert outcome.facts[1].cites == (11,)
