"""Work whose session was ended because the customer took consent back, and work that had been done before that."""

from dataclasses import replace

import pytest
from orders import AGREED, COMPLETED, DONE, ORDER, READY, RUNNING
from story import CUSTOMER, an_id, at, given

from ledger.domain.completing import RequestOperationCheck, SendCompletionReport
from ledger.domain.completion_facts import CompletionReportSent
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.rules import switched_off
from ledger.domain.schedule_facts import Detection, OverrunDetected, WorkAtRisk
from ledger.domain.session_facts import SessionTerminated, Termination
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import Status, order_of
from ledger.domain.work_facts import Channel, WorkAborted
from ledger.domain.working import CompleteWork

TERMINATED = SessionTerminated(
    session=an_id("session"),
    work_order=ORDER,
    permission=None,
    reason=Termination.CONSENT_WITHDRAWN,
    terminated_at=at("2026-11-18 10:45"),
    days=(),
)
ABORTED = WorkAborted(work_order=ORDER, aborted_at=TERMINATED.terminated_at, reason="consent_withdrawn")
COMPLETE = CompleteWork(customer=CUSTOMER, work_order=ORDER, completed_at=COMPLETED.completed_at)


GONE_ON = ViolationRecorded(
    rule="R-06", sentence="work_after_end", values={"status": "aborted"}, subjects=(f"work_order:{ORDER}",)
)


def test_r_11_work_is_aborted_with_the_session_that_withdrawn_consent_ended() -> None:
    outcome = given(*RUNNING, TERMINATED).when(COMPLETE, at_="2026-11-18 13:00")
    outcome.after(ABORTED).then(COMPLETED, GONE_ON)
    assert outcome.due[0].cites == (6, 7)


@pytest.mark.parametrize(
    "facts",
    [
        (*RUNNING, replace(TERMINATED, reason=Termination.SECURITY)),
        (*RUNNING, replace(TERMINATED, terminated_at=at("2026-11-18 09:59"))),
        (*READY, TERMINATED),
        (*DONE, TERMINATED),
    ],
    ids=["other reason", "before the work", "not begun", "done"],
)
def test_work_is_aborted_for_nothing_else(facts: tuple[Fact, ...]) -> None:
    given(*facts).when(COMPLETE, at_="2026-11-18 11:30").after()


def test_r_23_an_overrun_untold_until_then_is_a_violation_whenever_the_timer_ran() -> None:
    at_risk = WorkAtRisk(work_order=ORDER, planned_end=AGREED.planned_end, due_at=at("2026-11-18 11:36"))
    detected = OverrunDetected(
        work_order=ORDER, how=Detection.TIMER, planned_end=AGREED.planned_end, detected_at=AGREED.planned_end
    )
    ended = replace(TERMINATED, terminated_at=at("2026-11-18 12:30"))
    untold = ViolationRecorded(
        rule="R-23",
        sentence="overrun_never_told",
        values={"deadline": "2026-11-18T12:15:00+09:00"},
        subjects=(f"work_order:{ORDER}",),
    )
    aborted = replace(ABORTED, aborted_at=ended.terminated_at)
    finding = FindingRecorded(rule="R-23", sentence="overrun_not_told", values=untold.values, subjects=untold.subjects)
    unseen = given(*RUNNING, ended).when(COMPLETE, at_="2026-11-18 13:00")
    unseen.after(at_risk, detected, finding, aborted, untold)
    seen = given(*RUNNING, at_risk, detected, finding, ended).when(COMPLETE, at_="2026-11-18 13:00")
    seen.after(aborted, untold)


LATER = "2026-11-18 13:00"
GIVEN_UP = replace(ABORTED, aborted_at=at("2026-11-18 11:40"))


def test_r_06_work_that_was_done_before_it_is_said_to_have_been_aborted_is_completed() -> None:
    found = FindingRecorded(
        rule="R-06",
        sentence="work_done_before_abort",
        values={"aborted_at": "2026-11-18T11:40:00+09:00"},
        subjects=(f"work_order:{ORDER}",),
    )
    story = given(*RUNNING).at("2026-11-18 11:45", GIVEN_UP)
    outcome = story.when(COMPLETE, at_=LATER).then(COMPLETED, found).citing(6, 7)
    assert outcome.facts[1].cites == (7,)
    then = story.when(replace(COMPLETE, completed_at=GIVEN_UP.aborted_at), at_=LATER).facts[1]
    assert isinstance(then, FindingRecorded)
    assert then.sentence == "work_ended_otherwise"
    story.when(replace(COMPLETE, completed_at=at("2026-11-18 09:59")), at_=LATER).refused("R-06", cites=[6])
    with switched_off("ledger.domain.ended_again.done_before_abort"):
        assert found not in story.when(COMPLETE, at_=LATER).facts
    done = order_of(story.at(LATER, COMPLETED).recorded, ORDER)
    assert done is not None
    assert (done.status, done.ended_at, done.ended) == (Status.COMPLETED, COMPLETED.completed_at, 8)
    story.when(COMPLETE, at_=LATER).refused("R-06", cites=[8])


def test_r_11_work_that_is_told_to_have_been_done_after_its_abort_stays_aborted() -> None:
    after = replace(COMPLETED, completed_at=GIVEN_UP.aborted_at)
    aborted = order_of(given(*RUNNING).at(LATER, GIVEN_UP, after).recorded, ORDER)
    assert aborted is not None
    assert (aborted.status, aborted.ended) == (Status.ABORTED, 7)


def test_r_24_what_follows_work_rests_on_what_had_been_done_before_its_abort_where_that_is_told() -> None:
    sent_at = at("2026-11-18 12:00")
    report = SendCompletionReport(
        customer=CUSTOMER, work_order=ORDER, report="完了", channel=Channel.MAIL, sent_at=sent_at
    )
    told = given(*RUNNING).at(LATER, GIVEN_UP, COMPLETED).when(report, at_=LATER).citing(8)
    assert [type(each) for each in told.facts] == [CompletionReportSent]
    check = RequestOperationCheck(
        customer=CUSTOMER, work_order=ORDER, systems=("web01",), channel=Channel.MAIL, requested_at=sent_at
    )
    given(*RUNNING).at(LATER, GIVEN_UP, COMPLETED).when(check, at_=LATER).citing(8)
    given(*RUNNING).at(LATER, GIVEN_UP).when(check, at_=LATER).citing(7)
