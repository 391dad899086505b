"""Work that takes longer than planned: at risk, overrun, told, in time or too late."""

from dataclasses import replace
from datetime import timedelta

import pytest
from orders import (
    AGREED,
    COMPLETED,
    DONE,
    ORDER,
    PLANNED,
    READY,
    RUNNING,
    SECOND_PROPOSAL,
    STARTED,
    TOLD,
    WORK_CONTACT,
)
from story import CUSTOMER, Story, at, given

from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.instants import spelled
from ledger.domain.overrun_notices import ForeseeOverrun, SendOverrunNotice
from ledger.domain.rules import switched_off
from ledger.domain.schedule_facts import Detection, OverrunDetected, ScheduleChanged, WorkAtRisk
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import order_of
from ledger.domain.work_facts import Channel, Side, WorkCompleted, WorkSuspended
from ledger.domain.work_timers import WORK_TIMER
from ledger.domain.working import SuspendWork

AT_RISK = WorkAtRisk(work_order=ORDER, planned_end=AGREED.planned_end, due_at=at("2026-11-18 11:36"))
DETECTED = OverrunDetected(
    work_order=ORDER, how=Detection.TIMER, planned_end=AGREED.planned_end, detected_at=AGREED.planned_end
)
NOT_TOLD = FindingRecorded(
    rule="R-23",
    sentence="overrun_not_told",
    values={"deadline": "2026-11-18T12:15:00+09:00"},
    subjects=(f"work_order:{ORDER}",),
)
NOT_WRITTEN = replace(NOT_TOLD, sentence="overrun_not_written", values={"deadline": "2026-11-18T13:10:00+09:00"})
TOLD_LATE = ViolationRecorded(
    rule="R-23", sentence="overrun_told_late", values=NOT_TOLD.values, subjects=NOT_TOLD.subjects
)
SEND = SendOverrunNotice(
    customer=CUSTOMER,
    work_order=ORDER,
    planned_end=TOLD.planned_end,
    reason=TOLD.reason,
    channel=TOLD.channel,
    sent_at=TOLD.sent_at,
)
FORESEE = ForeseeOverrun(customer=CUSTOMER, work_order=ORDER, known_at=at("2026-11-18 11:00"), reason="想定より多い")
REST = SuspendWork(customer=CUSTOMER, work_order=ORDER, suspended_at=at("2026-11-18 10:30"), reason="-")
CALLED = replace(TOLD, channel=Channel.PHONE)


def due(story: Story, moment: str, defaults: Defaults | None = None) -> tuple[Fact, ...]:
    """Give all that is due at a moment, recorded one after the other, without what it cites."""
    made = Story(defaults or Defaults(), list(story.recorded))
    found: list[Fact] = []
    while more := WORK_TIMER.at(ORDER, CUSTOMER).facts(made.recorded, at(moment), made.defaults):
        made.at(moment, *more)
        found += more
        assert len(found) < 20
    return tuple(replace(each, cites=()) for each in found)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-18 11:35", ()),
        ("2026-11-18 11:36", (AT_RISK,)),
        ("2026-11-18 11:59", (AT_RISK,)),
        ("2026-11-18 12:00", (AT_RISK, DETECTED)),
        ("2026-11-18 12:15", (AT_RISK, DETECTED)),
        ("2026-11-18 12:16", (AT_RISK, DETECTED, NOT_TOLD)),
        ("2026-11-19 12:16", (AT_RISK, DETECTED, NOT_TOLD)),
    ],
)
def test_r_23_the_timer_says_the_same_whenever_it_runs(moment: str, expected: tuple[Fact, ...]) -> None:
    assert due(given(*RUNNING), moment) == expected


def test_r_23_what_is_due_cites_the_agreed_time_and_the_start() -> None:
    outcome = given(*RUNNING).when(REST, at_="2026-11-18 12:16").after(AT_RISK, DETECTED, NOT_TOLD)
    assert [each.cites for each in outcome.due] == [(4, 6), (4, 6), (8,)]


def test_r_23_each_is_said_once() -> None:
    assert due(given(*RUNNING, AT_RISK, DETECTED, NOT_TOLD), "2026-11-19 12:16") == ()


def test_r_23_work_that_has_not_begun_or_is_done_is_not_overrun() -> None:
    assert due(given(*READY), "2026-11-18 13:00") == ()
    assert due(given(*DONE), "2026-11-18 13:00") == ()


def test_r_23_work_that_rests_is_overrun_all_the_same() -> None:
    rests = WorkSuspended(work_order=ORDER, suspended_at=REST.suspended_at, reason="-")
    assert due(given(*RUNNING, rests), "2026-11-18 12:00") == (AT_RISK, DETECTED)


def test_r_23_work_without_an_agreed_time_has_no_overrun() -> None:
    unplanned = (*PLANNED[:3], STARTED)
    assert due(given(*unplanned), "2026-11-19 12:00") == ()
    given(*unplanned).when(SEND, at_="2026-11-18 12:10").refused("R-23", cites=[3])
    given(*unplanned).when(FORESEE, at_="2026-11-18 12:10").refused("R-23", cites=[3])


def test_r_23_work_that_began_after_its_planned_end_is_overrun_from_its_start() -> None:
    began = at("2026-11-18 12:30")
    story = given(*READY, replace(STARTED, started_at=began))
    assert due(story, "2026-11-18 12:31") == (replace(DETECTED, detected_at=began),)
    late = given(*READY, replace(STARTED, started_at=at("2026-11-18 11:50")))
    assert due(late, "2026-11-18 11:51") == (replace(AT_RISK, due_at=at("2026-11-18 11:50")),)


def test_r_23_switched_off_nothing_is_detected() -> None:
    with switched_off("R-23"):
        assert due(given(*RUNNING), "2026-11-18 13:00") == (AT_RISK,)


def test_the_part_of_the_time_that_is_a_risk_is_a_setting() -> None:
    half = Defaults(at_risk_percent=50)
    assert due(given(*RUNNING), "2026-11-18 11:00", half) == (replace(AT_RISK, due_at=at("2026-11-18 11:00")),)


def test_r_23_a_notice_within_a_quarter_of_an_hour_is_in_time() -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED)
    story.when(SEND, at_="2026-11-18 12:10").then(TOLD).citing(4, 8)
    last = replace(SEND, sent_at=at("2026-11-18 12:15"))
    story.when(last, at_="2026-11-18 12:15").then(replace(TOLD, sent_at=last.sent_at))


def test_r_23_a_late_notice_is_recorded_with_a_violation() -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED)
    late = replace(SEND, sent_at=at("2026-11-18 12:16"))
    outcome = story.when(late, at_="2026-11-18 12:16").after(NOT_TOLD)
    outcome.then(replace(TOLD, sent_at=late.sent_at), TOLD_LATE)
    assert outcome.facts[1].cites == (4, 8)
    with switched_off("R-23"):
        story.when(late, at_="2026-11-18 12:16").then(replace(TOLD, sent_at=late.sent_at))


def test_r_23_a_notice_sent_in_time_and_recorded_late_leaves_a_finding_and_no_violation() -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED)
    story.when(SEND, at_="2026-11-18 13:00").after(NOT_TOLD).then(TOLD)


def test_r_23_a_notice_ahead_of_the_planned_end_brings_its_own_detection() -> None:
    foreseen = replace(DETECTED, how=Detection.FORESEEN, detected_at=at("2026-11-18 11:00"), reason=TOLD.reason)
    early = replace(SEND, sent_at=at("2026-11-18 11:00"))
    outcome = given(*RUNNING).when(early, at_="2026-11-18 11:00")
    outcome.then(foreseen, replace(TOLD, sent_at=early.sent_at)).citing(4)


def test_r_23_what_somebody_foresees_is_reported_from_then() -> None:
    foreseen = replace(DETECTED, how=Detection.FORESEEN, detected_at=FORESEE.known_at, reason="想定より多い")
    given(*RUNNING).when(FORESEE, at_="2026-11-18 11:05").then(foreseen).citing(4)
    story = given(*RUNNING, foreseen)
    story.when(FORESEE, at_="2026-11-18 11:06").refused("R-23", cites=[7])
    deadline = {"deadline": "2026-11-18T11:15:00+09:00"}
    assert due(story, "2026-11-18 12:30") == (replace(NOT_TOLD, values=deadline),)
    late = replace(SEND, sent_at=at("2026-11-18 11:16"))
    story.when(late, at_="2026-11-18 11:16").then(
        replace(TOLD, sent_at=late.sent_at), replace(TOLD_LATE, values=deadline)
    )
    given(*RUNNING).when(FORESEE, at_="2026-11-18 10:59").refused("R-23", cites=[4])
    given(*READY).when(FORESEE, at_="2026-11-18 11:05").refused("R-23", cites=[5])


def test_r_23_the_new_planned_end_can_be_overrun_again() -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED).at("2026-11-18 12:10", TOLD)
    assert due(story, "2026-11-18 13:35") == ()
    again = (
        replace(AT_RISK, planned_end=TOLD.planned_end, due_at=at("2026-11-18 13:36")),
        replace(DETECTED, planned_end=TOLD.planned_end, detected_at=TOLD.planned_end),
    )
    assert due(story, "2026-11-18 14:00") == again
    assert due(story.at("2026-11-18 14:00", *again), "2026-11-18 15:00") == (
        replace(NOT_TOLD, values={"deadline": "2026-11-18T14:15:00+09:00"}),
    )


@pytest.mark.parametrize("planned_end", ["2026-11-18 11:00", "2026-11-18 12:00", "2026-11-18 12:05"])
def test_r_23_the_new_planned_end_is_later_than_the_notice_and_the_old_one(planned_end: str) -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED)
    story.when(replace(SEND, planned_end=at(planned_end)), at_="2026-11-18 12:10").refused("R-23", cites=[4])


def test_r_23_a_notice_that_was_sent_in_time_and_is_told_after_the_work_is_recorded() -> None:
    never = ViolationRecorded(
        rule="R-23",
        sentence="overrun_never_told",
        values={"deadline": "2026-11-18T12:15:00+09:00"},
        subjects=(f"work_order:{ORDER}",),
    )
    over = replace(COMPLETED, completed_at=at("2026-11-18 12:30"))
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED).at("2026-11-18 12:30", over, never)
    was_told = FindingRecorded(
        rule="R-23",
        sentence="overrun_was_told",
        values={"sent_at": "2026-11-18T12:10:00+09:00"},
        subjects=never.subjects,
    )
    outcome = story.when(SEND, at_="2026-11-18 12:40")
    outcome.then(TOLD, was_told)
    assert outcome.facts[1].cites == (10,)
    late = replace(SEND, sent_at=at("2026-11-18 12:20"))
    story.when(late, at_="2026-11-18 12:40").then(replace(TOLD, sent_at=late.sent_at), TOLD_LATE)


def test_r_23_only_running_work_has_its_overrun_told() -> None:
    given(*READY).when(SEND, at_="2026-11-18 12:10").refused("R-23", cites=[5])
    given(*DONE).when(SEND, at_="2026-11-18 12:10").refused("R-23", cites=[7])
    given(*RUNNING, AT_RISK, DETECTED).when(SEND, at_="2026-11-18 12:09").refused("R-23", cites=[4])
    given().when(SEND, at_="2026-11-18 12:10").refused("R-23", cites=[])


def test_r_23_a_call_is_in_time_and_confirmed_in_writing_within_the_hour() -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED)
    story.when(replace(SEND, channel=Channel.PHONE), at_="2026-11-18 12:10").then(CALLED)
    called = story.at("2026-11-18 12:10", CALLED)
    written = replace(SEND, sent_at=at("2026-11-18 13:10"))
    called.when(written, at_="2026-11-18 13:10").after().then(replace(TOLD, sent_at=written.sent_at)).citing(9)
    late = replace(SEND, sent_at=at("2026-11-18 13:11"))
    violation = replace(TOLD_LATE, sentence="overrun_written_late", values=NOT_WRITTEN.values)
    outcome = called.when(late, at_="2026-11-18 13:11").after(NOT_WRITTEN)
    assert outcome.then(replace(TOLD, sent_at=late.sent_at), violation).facts[1].cites == (9,)
    with switched_off("R-23"):
        called.when(late, at_="2026-11-18 13:11").after().then(replace(TOLD, sent_at=late.sent_at))


def test_r_23_a_call_is_confirmed_also_when_the_work_is_done() -> None:
    done = WorkCompleted(work_order=ORDER, completed_at=at("2026-11-18 12:40"))
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED).at("2026-11-18 12:10", CALLED)
    story.at("2026-11-18 12:40", done)
    written = replace(SEND, sent_at=at("2026-11-18 12:50"))
    story.when(written, at_="2026-11-18 12:50").then(replace(TOLD, sent_at=written.sent_at)).citing(9)
    assert due(story, "2026-11-18 13:11") == (NOT_WRITTEN,)
    confirmed = story.at("2026-11-18 12:50", replace(TOLD, sent_at=written.sent_at))
    assert due(confirmed, "2026-11-18 15:00") == ()


def test_r_23_an_overrun_of_work_that_was_done_soon_after_needs_no_notice() -> None:
    done = WorkCompleted(work_order=ORDER, completed_at=at("2026-11-18 12:10"))
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED).at("2026-11-18 12:10", done)
    assert due(story, "2026-11-18 13:00") == ()


LONGER = ScheduleChanged(
    work_order=ORDER,
    proposal=SECOND_PROPOSAL,
    by=Side.CUSTOMER,
    contact=WORK_CONTACT,
    starts_at=AGREED.starts_at,
    planned_end=at("2026-11-18 18:00"),
    reason="-",
)


def beyond(planned_end: str, until: str = "2026-11-18 14:00") -> FindingRecorded:
    return FindingRecorded(
        rule="R-21",
        sentence="overrun_beyond_agreement",
        values={
            "planned_end": spelled(at(planned_end)),
            "agreed_end": "2026-11-18T12:00:00+09:00",
            "until": spelled(at(until)),
        },
        subjects=(f"work_order:{ORDER}",),
    )


def test_r_21_a_notice_far_beyond_the_agreed_time_is_recorded_with_a_finding() -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED)
    far = replace(SEND, planned_end=at("2026-11-18 14:01"))
    told = replace(TOLD, planned_end=far.planned_end)
    outcome = story.when(far, at_="2026-11-18 12:10").then(told, beyond("2026-11-18 14:01"))
    assert outcome.facts[1].cites == (4,)
    with switched_off("R-21"):
        story.when(far, at_="2026-11-18 12:10").then(told)
    early = replace(far, sent_at=at("2026-11-18 11:00"))
    foreseen = replace(DETECTED, how=Detection.FORESEEN, detected_at=early.sent_at, reason=TOLD.reason)
    outcome = given(*RUNNING).when(early, at_="2026-11-18 11:00")
    outcome.then(foreseen, replace(told, sent_at=early.sent_at), beyond("2026-11-18 14:01"))


def test_r_21_how_far_a_notice_reaches_is_a_setting_and_counts_from_the_agreed_end_for_the_second_one_too() -> None:
    none = Defaults(overrun_carries=timedelta(0))
    story = given(*RUNNING, defaults=none).at("2026-11-18 12:00", AT_RISK, DETECTED)
    story.when(SEND, at_="2026-11-18 12:10").then(TOLD, beyond("2026-11-18 14:00", "2026-11-18 12:00"))
    told = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED).at("2026-11-18 12:10", TOLD)
    again = replace(SEND, planned_end=at("2026-11-18 14:30"), sent_at=at("2026-11-18 12:20"))
    foreseen = replace(
        DETECTED, how=Detection.FORESEEN, planned_end=TOLD.planned_end, detected_at=again.sent_at, reason=TOLD.reason
    )
    notice = replace(TOLD, planned_end=again.planned_end, sent_at=again.sent_at)
    told.when(again, at_="2026-11-18 12:20").then(foreseen, notice, beyond("2026-11-18 14:30"))


def test_r_21_a_notice_from_before_a_new_agreement_is_recorded_and_moves_nothing() -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED).at("2026-11-18 12:30", NOT_TOLD)
    agreed = story.at("2026-11-18 12:30", LONGER, TOLD_LATE)
    was_told = FindingRecorded(
        rule="R-23",
        sentence="overrun_was_told",
        values={"sent_at": "2026-11-18T12:10:00+09:00"},
        subjects=NOT_TOLD.subjects,
    )
    far = replace(SEND, planned_end=at("2026-11-18 20:00"))
    told = replace(TOLD, planned_end=far.planned_end)
    outcome = agreed.when(far, at_="2026-11-18 12:40").then(told, was_told).citing(10)
    assert outcome.facts[1].cites == (11,)
    late = replace(far, sent_at=at("2026-11-18 12:16"))
    agreed.when(late, at_="2026-11-18 12:40").then(replace(told, sent_at=late.sent_at))
    order = order_of(agreed.at("2026-11-18 12:40", told).recorded, ORDER)
    assert order is not None
    assert order.window is not None
    assert (order.window.planned_end, order.window.extended) == (LONGER.planned_end, None)
    again = (
        replace(AT_RISK, planned_end=LONGER.planned_end, due_at=at("2026-11-18 16:24")),
        replace(DETECTED, planned_end=LONGER.planned_end, detected_at=LONGER.planned_end),
    )
    assert due(agreed, "2026-11-18 18:10") == again


def test_r_23_a_call_from_before_a_new_agreement_is_confirmed_by_the_end_it_named() -> None:
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED).at("2026-11-18 12:10", CALLED)
    story.at("2026-11-18 12:30", LONGER)
    written = replace(SEND, sent_at=at("2026-11-18 12:50"))
    confirmed = replace(TOLD, sent_at=written.sent_at)
    story.when(written, at_="2026-11-18 12:50").then(confirmed).citing(9)
    assert due(story.at("2026-11-18 12:50", confirmed), "2026-11-18 15:00") == ()
