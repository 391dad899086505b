"""Work begun, interrupted and ended: what happened is recorded, and what should have come before it is a violation."""

from dataclasses import replace

import pytest
from orders import (
    ACCEPTED,
    AGREED,
    ASSIGNED,
    COMPLETED,
    DONE,
    NOTICED,
    ORDER,
    PLANNED,
    PROPOSED,
    READY,
    REQUESTED,
    RUNNING,
    SECOND_ASSIGNED,
    SECOND_TECHNICIAN,
    STARTED,
    TECHNICIAN,
)
from story import CUSTOMER, Story, an_id, at, given

from ledger.domain.completion_facts import OperationCheckRequested
from ledger.domain.rules import switched_off
from ledger.domain.schedule_facts import Detection, OverrunDetected, PreWorkNoticeSent, ScheduleChanged, WorkAtRisk
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import (
    Channel,
    Side,
    TechnicianReleased,
    WorkAborted,
    WorkOrderCancelled,
    WorkResumed,
    WorkStarted,
    WorkSuspended,
)
from ledger.domain.working import AbortWork, CompleteWork, ResumeWork, StartWork, SuspendWork

START = StartWork(customer=CUSTOMER, work_order=ORDER, technician=TECHNICIAN, started_at=STARTED.started_at)
SUSPEND = SuspendWork(customer=CUSTOMER, work_order=ORDER, suspended_at=at("2026-11-18 10:30"), reason="確認待ち")
RESUME = ResumeWork(customer=CUSTOMER, work_order=ORDER, technician=TECHNICIAN, resumed_at=at("2026-11-18 10:40"))
ABORT = AbortWork(customer=CUSTOMER, work_order=ORDER, aborted_at=at("2026-11-18 10:50"), reason="同意撤回")
COMPLETE = CompleteWork(customer=CUSTOMER, work_order=ORDER, completed_at=COMPLETED.completed_at)
SUSPENDED = WorkSuspended(work_order=ORDER, suspended_at=SUSPEND.suspended_at, reason="確認待ち")
RESUMED = WorkResumed(work_order=ORDER, technician=TECHNICIAN, resumed_at=RESUME.resumed_at)
ABORTED = WorkAborted(work_order=ORDER, aborted_at=ABORT.aborted_at, reason="同意撤回")
AT_RISK = WorkAtRisk(work_order=ORDER, planned_end=AGREED.planned_end, due_at=at("2026-11-18 11:36"))
DETECTED = OverrunDetected(
    work_order=ORDER, how=Detection.TIMER, planned_end=AGREED.planned_end, detected_at=AGREED.planned_end
)
NOW, LATER = "2026-11-18 10:01", "2026-11-18 11:00"
CHANGED = ScheduleChanged(
    work_order=ORDER,
    proposal=AGREED.proposal,
    by=AGREED.by,
    contact=AGREED.contact,
    starts_at=AGREED.starts_at,
    planned_end=AGREED.planned_end,
    reason="-",
)
URGENT = (replace(REQUESTED, urgent=True), *PLANNED[1:])


def violation(rule: str, sentence: str, **values: str) -> ViolationRecorded:
    return ViolationRecorded(rule=rule, sentence=sentence, values=values, subjects=(f"work_order:{ORDER}",))


WITHOUT_NOTICE = violation("R-22", "work_without_notice")


def noticed(sent: str, story: Story) -> Story:
    return story.at(sent, replace(NOTICED, sent_at=at(sent)))


def test_r_22_work_starts_on_notice_inside_the_agreed_time() -> None:
    given(*READY).when(START, at_=NOW).then(STARTED).citing(0, 4, 5)
    given(*READY, SECOND_ASSIGNED).when(START, at_="2026-11-18 10:00").then(STARTED)


def test_r_22_a_start_without_notice_is_recorded_with_a_violation() -> None:
    outcome = given(*PLANNED).when(START, at_=NOW).then(STARTED, WITHOUT_NOTICE)
    assert [each.cites for each in outcome.facts] == [(0, 4), (4,)]
    with switched_off("R-22"):
        given(*PLANNED).when(START, at_=NOW).then(STARTED)


def test_r_22_a_notice_that_was_sent_after_the_start_is_none() -> None:
    noticed("2026-11-18 10:05", given(*PLANNED)).when(START, at_="2026-11-18 10:10").then(STARTED, WITHOUT_NOTICE)


@pytest.mark.parametrize(
    ("sent", "late"),
    [("2026-11-17 23:59", False), ("2026-11-18 00:00", True), ("2026-11-18 09:59", True), ("2026-11-16 10:00", False)],
)
def test_r_22_planned_work_is_announced_a_business_day_ahead(sent: str, late: bool) -> None:
    story = noticed(sent, given(*PLANNED, at_="2026-11-16 09:00"))
    told = violation("R-22", "notice_too_late", sent_at=at(sent).isoformat())
    outcome = story.when(START, at_=NOW)
    if late:
        assert outcome.then(STARTED, told).facts[1].cites == (0, 5)
    else:
        outcome.then(STARTED)


REPEATED = replace(NOTICED, notice=an_id("notice", 2), sent_at=at("2026-11-18 09:00"))


@pytest.mark.parametrize("order", [(NOTICED, REPEATED), (REPEATED, NOTICED)])
def test_r_22_a_notice_in_time_is_not_made_late_by_another_whichever_is_told_first(
    order: tuple[PreWorkNoticeSent, ...],
) -> None:
    story = given(*PLANNED).at("2026-11-18 09:30", *order)
    story.when(START, at_=NOW).then(STARTED).citing(0, 4, 5, 6)
    told = violation("R-22", "notice_too_late", sent_at="2026-11-18T08:00:00+09:00")
    earlier = replace(REPEATED, notice=an_id("notice", 3), sent_at=at("2026-11-18 08:00"))
    late = given(*PLANNED).at("2026-11-18 09:30", REPEATED, earlier).when(START, at_=NOW)
    assert late.then(STARTED, told).facts[1].cites == (0, 6)


def test_r_22_who_is_named_by_a_late_notice_only_was_announced_too_late() -> None:
    adding = replace(REPEATED, technicians=(SECOND_TECHNICIAN,))
    story = given(*READY, SECOND_ASSIGNED).at("2026-11-18 09:30", adding)
    story.when(START, at_=NOW).then(STARTED)
    told = violation("R-22", "notice_too_late", sent_at="2026-11-18T09:00:00+09:00")
    story.when(replace(START, technician=SECOND_TECHNICIAN), at_=NOW).then(
        replace(STARTED, technician=SECOND_TECHNICIAN), told
    )


@pytest.mark.parametrize(("agreed", "late"), [("2026-11-17 23:59", False), ("2026-11-18 00:00", True)])
def test_r_22_a_notice_counts_from_when_the_time_that_it_tells_of_was_agreed_on(agreed: str, late: bool) -> None:
    early = replace(NOTICED, sent_at=at("2026-11-16 10:00"))
    story = given(*PLANNED[:-1]).at(agreed, AGREED).at("2026-11-18 09:00", early)
    told = violation(
        "R-22",
        "notice_before_agreement",
        sent_at=early.sent_at.isoformat(),
        agreed_at=at(agreed).isoformat(),
    )
    outcome = story.when(START, at_=NOW).then(STARTED, *([told] if late else []))
    if late:
        assert outcome.facts[1].cites == (0, 4, 5)
        with switched_off("ledger.domain.lead_time.told_too_late"):
            story.when(START, at_=NOW).then(STARTED)


def test_r_22_urgent_work_is_not_announced_before_its_time_is_agreed_on_either() -> None:
    early = replace(NOTICED, sent_at=at("2026-11-16 10:00"))
    for agreed, violations in (("2026-11-18 09:45", []), ("2026-11-18 09:46", ["notice_before_agreement"])):
        story = given(*URGENT[:-1]).at(agreed, AGREED).at("2026-11-18 09:50", early)
        facts = story.when(START, at_=NOW).facts
        assert [each.sentence for each in facts if isinstance(each, ViolationRecorded)] == violations


def test_r_22_a_notice_of_the_time_before_a_change_counts_from_the_change() -> None:
    story = given(*READY).at("2026-11-18 08:00", CHANGED)
    story.when(START, at_=NOW).then(STARTED, WITHOUT_NOTICE)
    again = replace(NOTICED, notice=an_id("notice", 2))
    outcome = story.at("2026-11-18 08:01", again).when(START, at_=NOW)
    assert [each.sentence for each in outcome.facts if isinstance(each, ViolationRecorded)] == [
        "notice_before_agreement"
    ]


def test_r_22_a_weekend_is_no_business_day_ahead() -> None:
    monday = {"starts_at": at("2026-11-16 10:00"), "planned_end": at("2026-11-16 12:00")}
    planned = (
        replace(REQUESTED, requested_at=at("2026-11-12 09:00")),
        ACCEPTED,
        ASSIGNED,
        replace(PROPOSED, **monday),  # type: ignore[arg-type]
        replace(AGREED, **monday),  # type: ignore[arg-type]
    )
    start = replace(START, started_at=at("2026-11-16 10:00"))
    friday = noticed("2026-11-13 18:00", given(*planned, at_="2026-11-12 09:00"))
    assert len(friday.when(start, at_="2026-11-16 10:01").facts) == 1
    saturday = noticed("2026-11-14 18:00", given(*planned, at_="2026-11-12 09:00"))
    assert len(saturday.when(start, at_="2026-11-16 10:01").facts) == 2


@pytest.mark.parametrize(("sent", "late"), [("2026-11-18 09:45", False), ("2026-11-18 09:46", True)])
def test_r_22_urgent_work_is_announced_a_quarter_of_an_hour_ahead(sent: str, late: bool) -> None:
    outcome = noticed(sent, given(*URGENT)).when(START, at_=NOW)
    assert [type(each) for each in outcome.facts] == [WorkStarted, *([ViolationRecorded] if late else [])]


def test_r_22_who_was_not_announced_or_is_not_assigned_any_more_is_told() -> None:
    unannounced = violation("R-22", "technician_unannounced")
    second = replace(START, technician=SECOND_TECHNICIAN)
    started = replace(STARTED, technician=SECOND_TECHNICIAN)
    given(*READY, SECOND_ASSIGNED).when(second, at_=NOW).then(started, unannounced)
    released = TechnicianReleased(work_order=ORDER, technician=TECHNICIAN)
    outcome = given(*READY, released).when(START, at_=NOW).then(STARTED, unannounced)
    assert outcome.facts[1].cites == (5,)


def test_r_22_who_was_released_after_a_start_that_is_told_later_was_assigned_then() -> None:
    released = TechnicianReleased(work_order=ORDER, technician=TECHNICIAN)
    given(*READY).at("2026-11-18 10:20", released).when(START, at_=LATER).then(STARTED)
    before = given(*READY).at("2026-11-18 09:59", released).when(START, at_=LATER)
    before.then(STARTED, violation("R-22", "technician_unannounced"))


def test_r_21_r_22_a_start_is_judged_by_the_time_that_was_agreed_on_then() -> None:
    changed = replace(CHANGED, starts_at=at("2026-11-19 10:00"), planned_end=at("2026-11-19 12:00"))
    given(*READY).at("2026-11-18 10:20", changed).when(START, at_=LATER).then(STARTED).citing(0, 4, 5)
    outside = violation(
        "R-21",
        "work_outside_window",
        starts_at=changed.starts_at.isoformat(),
        planned_end=changed.planned_end.isoformat(),
    )
    given(*READY).at("2026-11-18 09:59", changed).when(START, at_=LATER).then(STARTED, outside, WITHOUT_NOTICE)


def test_r_22_work_on_a_notice_that_was_not_proper_is_recorded_with_a_violation() -> None:
    improper = replace(NOTICED, proper=False)
    outcome = given(*PLANNED, improper).when(START, at_=NOW)
    assert outcome.then(STARTED, violation("R-22", "work_without_proper_notice")).facts[1].cites == (5,)
    given(*PLANNED, improper, replace(NOTICED, notice=an_id("notice", 2))).when(START, at_=NOW).then(STARTED)
    with switched_off("ledger.domain.working.unannounced"):
        given(*PLANNED, improper).when(START, at_=NOW).then(STARTED)


def test_r_21_a_start_without_an_agreed_time_is_recorded_with_a_violation() -> None:
    unscheduled = violation("R-21", "work_unscheduled")
    given(REQUESTED, ACCEPTED).when(START, at_=NOW).then(STARTED, unscheduled, WITHOUT_NOTICE)
    with switched_off("R-21"):
        given(REQUESTED, ACCEPTED).when(START, at_=NOW).then(STARTED, WITHOUT_NOTICE)


@pytest.mark.parametrize(
    ("started", "outside"),
    [("2026-11-18 09:59", True), ("2026-11-18 10:00", False), ("2026-11-18 11:59", False), ("2026-11-18 12:00", True)],
)
def test_r_21_work_starts_inside_the_agreed_time(started: str, outside: bool) -> None:
    outcome = given(*READY).when(replace(START, started_at=at(started)), at_="2026-11-18 12:30")
    kinds = [each.sentence for each in outcome.facts if isinstance(each, ViolationRecorded)]
    assert kinds == (["work_outside_window"] if outside else [])
    if outside:
        assert outcome.facts[1].cites == (4,)


def test_r_06_work_under_an_order_that_is_over_is_recorded_with_a_violation() -> None:
    cancelled = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="不要")
    over = violation("R-06", "work_after_end", status="cancelled")
    story = given(*READY).at("2026-11-18 09:00", cancelled)
    assert story.when(START, at_=NOW).then(STARTED, over).facts[1].cites == (6,)
    again = replace(START, started_at=at("2026-11-18 11:40"))
    expected = violation("R-06", "work_after_end", status="completed")
    given(*DONE).when(again, at_="2026-11-18 11:41").then(replace(STARTED, started_at=again.started_at), expected)
    before_it_was_called_off = given(*READY).at("2026-11-18 10:30", cancelled).when(START, at_=LATER)
    before_it_was_called_off.then(STARTED)
    with switched_off("R-06"):
        story.when(START, at_=NOW).then(STARTED)


def test_what_is_told_has_happened_and_after_what_it_follows() -> None:
    given(*READY).when(START, at_="2026-11-18 09:59").refused("R-22", cites=[0])
    given(*READY).when(replace(START, started_at=at("2026-11-16 08:59")), at_=NOW).refused("R-22", cites=[0])
    for command in (SUSPEND, ABORT, COMPLETE):
        given(*RUNNING).when(command, at_="2026-11-18 10:15").refused("R-06", cites=[6])
    early = replace(COMPLETE, completed_at=at("2026-11-18 09:30"))
    given(*RUNNING).when(early, at_=LATER).refused("R-06", cites=[6])


def test_work_begins_once_and_under_an_order_that_is_there() -> None:
    given(*RUNNING).when(START, at_=LATER).refused("R-22", cites=[6])
    given().when(START, at_=NOW).refused("R-22", cites=[])


def test_work_rests_and_goes_on() -> None:
    given(*RUNNING).when(SUSPEND, at_=LATER).then(SUSPENDED).citing(6)
    given(*RUNNING, SUSPENDED).when(RESUME, at_=LATER).then(RESUMED).citing(7)
    given(*RUNNING, SUSPENDED).when(SUSPEND, at_=LATER).refused("R-06", cites=[7])
    given(*RUNNING).when(RESUME, at_=LATER).refused("R-06", cites=[6])
    given(*READY).when(SUSPEND, at_=LATER).refused("R-06", cites=[5])


def test_work_is_ended_where_it_had_begun() -> None:
    for facts, cites in ((RUNNING, (6,)), ((*RUNNING, SUSPENDED), (6, 7))):
        given(*facts).when(ABORT, at_=LATER).then(ABORTED).citing(*cites)
        given(*facts).when(COMPLETE, at_="2026-11-18 11:31").then(COMPLETED).citing(*cites)
    for command in (ABORT, COMPLETE):
        given(*READY).when(command, at_="2026-11-18 11:31").refused("R-06", cites=[5])
    given(*DONE).when(COMPLETE, at_="2026-11-18 11:31").refused("R-06", cites=[7])


def test_r_25_completion_waits_for_no_operation_check() -> None:
    asked = OperationCheckRequested(
        work_order=ORDER,
        systems=("web01",),
        channel=Channel.MAIL,
        requested_at=at("2026-11-18 11:00"),
        deadline=at("2026-11-27 00:00"),
    )
    given(*RUNNING, asked).when(COMPLETE, at_="2026-11-18 11:31").then(COMPLETED)


def test_r_23_work_that_ended_with_an_untold_overrun_is_a_violation() -> None:
    deadline = "2026-11-18T12:15:00+09:00"
    untold = violation("R-23", "overrun_never_told", deadline=deadline)
    story = given(*RUNNING).at("2026-11-18 12:00", AT_RISK, DETECTED)
    late = replace(COMPLETE, completed_at=at("2026-11-18 12:15"))
    completed = replace(COMPLETED, completed_at=late.completed_at)
    story.when(late, at_="2026-11-18 12:15").then(completed)
    later = replace(COMPLETE, completed_at=at("2026-11-18 12:16"))
    outcome = story.when(later, at_="2026-11-18 12:16")
    outcome.then(replace(COMPLETED, completed_at=later.completed_at), untold)
    assert outcome.facts[1].cites == (4, 8)
    aborted = replace(ABORT, aborted_at=at("2026-11-18 12:20"))
    story.when(aborted, at_="2026-11-18 12:20").then(replace(ABORTED, aborted_at=aborted.aborted_at), untold)
    with switched_off("R-23"):
        story.when(later, at_="2026-11-18 12:16").then(replace(COMPLETED, completed_at=later.completed_at))


def test_r_23_work_that_was_done_in_time_and_recorded_late_was_no_untold_overrun() -> None:
    outcome = given(*RUNNING).when(COMPLETE, at_="2026-11-18 12:10")
    outcome.after(AT_RISK, DETECTED).then(COMPLETED)


def test_r_06_an_order_is_over_from_the_instant_of_its_end() -> None:
    again = replace(START, started_at=COMPLETED.completed_at)
    expected = violation("R-06", "work_after_end", status="completed")
    given(*DONE).when(again, at_="2026-11-18 11:41").then(replace(STARTED, started_at=again.started_at), expected)
