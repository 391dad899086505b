"""What follows completed work: report, operation check, lapse, and an inquiry anew."""

from dataclasses import replace

import pytest
from orders import CHECKER, CHECKING, CONTACT, DONE, ORDER, OTHER_ORDER, REQUESTED, RUNNING, SIGNED, WORK_CONTACT
from story import CUSTOMER, Story, at, given

from ledger.domain.basis import Basis
from ledger.domain.completing import (
    ConfirmOperation,
    OpenFollowUp,
    ReportDefect,
    RequestOperationCheck,
    SendCompletionReport,
)
from ledger.domain.completion import Answer, fold
from ledger.domain.completion_facts import (
    CompletionReportSent,
    Defect,
    FollowUpInquiryOpened,
    OperationCheckConfirmed,
    OperationCheckDefectReported,
    OperationCheckLapsed,
    OperationCheckRequested,
)
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.ordering import RequestWork
from ledger.domain.rules import switched_off
from ledger.domain.work import Status, order_of
from ledger.domain.work_facts import Channel, Side, WorkAborted, WorkOrderCancelled
from ledger.domain.work_timers import WORK_TIMER

SENT, ASKED = at("2026-11-18 13:00"), at("2026-11-18 14:00")
DEADLINE = at("2026-11-27 00:00")
"""Five business days from the 18th of November: the 23rd is a holiday."""
REPORT = SendCompletionReport(
    customer=CUSTOMER, work_order=ORDER, report="従つた作業を実施しました。", channel=Channel.MAIL, sent_at=SENT
)
REPORTED = CompletionReportSent(work_order=ORDER, report=REPORT.report, channel=Channel.MAIL, sent_at=SENT)
ASK = RequestOperationCheck(
    customer=CUSTOMER, work_order=ORDER, systems=("web01", "db01"), channel=Channel.MAIL, requested_at=ASKED
)
REQUESTED_CHECK = OperationCheckRequested(
    work_order=ORDER, systems=ASK.systems, channel=Channel.MAIL, requested_at=ASKED, deadline=DEADLINE
)
CONFIRM = ConfirmOperation(
    customer=CUSTOMER, work_order=ORDER, contact=CHECKER, answered_at=at("2026-11-20 10:00"), words="問題なし"
)
CONFIRMED = OperationCheckConfirmed(
    work_order=ORDER, contact=CHECKER, answered_at=CONFIRM.answered_at, words="問題なし"
)
BROKEN = Defect("web01", "応答なし")
DEFECT = ReportDefect(
    customer=CUSTOMER, work_order=ORDER, contact=CHECKER, defects=(BROKEN,), answered_at=at("2026-11-20 10:00")
)
DEFECT_REPORTED = OperationCheckDefectReported(
    work_order=ORDER, contact=CHECKER, defects=(BROKEN,), answered_at=DEFECT.answered_at
)
CALLED_OFF = WorkOrderCancelled(work_order=ORDER, by=Side.CUSTOMER, reason="不要")
LAPSED = OperationCheckLapsed(work_order=ORDER, deadline=DEADLINE)
INQUIRY = OpenFollowUp(
    customer=CUSTOMER,
    work_order=ORDER,
    words="web01 が応答しません。",
    request=RequestWork(
        customer=CUSTOMER,
        work_order=OTHER_ORDER,
        basis=Basis.CONTRACT,
        title="web01 不具合",
        purpose="調査",
        targets=("web01",),
        requested_by=WORK_CONTACT,
        requested_at=at("2026-12-01 09:00"),
    ),
)
OPENED = FollowUpInquiryOpened(
    work_order=ORDER,
    follow_up=OTHER_ORDER,
    contact=WORK_CONTACT,
    words=INQUIRY.words,
    received_at=INQUIRY.request.requested_at,
)
FOLLOW_UP = replace(
    REQUESTED,
    work_order=OTHER_ORDER,
    title="web01 不具合",
    purpose="調査",
    targets=("web01",),
    requested_at=INQUIRY.request.requested_at,
    follows=ORDER,
)
CHECKED = (*DONE, REPORTED, REQUESTED_CHECK)
"""Positions 0 to 9."""


def overdue(sentence: str) -> FindingRecorded:
    return FindingRecorded(
        rule="R-24",
        sentence=sentence,
        values={"deadline": "2026-11-20T00:00:00+09:00"},
        subjects=(f"work_order:{ORDER}",),
    )


def due(story: Story, moment: str) -> tuple[Fact, ...]:
    facts = WORK_TIMER.at(ORDER, CUSTOMER).facts(story.recorded, at(moment), story.defaults)
    return tuple(replace(each, cites=()) for each in facts)


def is_overdue(found: tuple[Fact, ...]) -> list[str]:
    return [each.sentence for each in found if isinstance(each, FindingRecorded)]


def test_r_24_a_report_and_a_request_for_the_check_follow_completion() -> None:
    given(*DONE).when(REPORT, at_="2026-11-18 13:00").then(REPORTED).citing(7)
    given(*DONE, REPORTED).when(REPORT, at_="2026-11-18 13:30").then(REPORTED)
    given(*DONE).when(ASK, at_="2026-11-18 14:00").then(REQUESTED_CHECK).citing(7)
    for command in (REPORT, ASK):
        given(*RUNNING).when(command, at_="2026-11-18 11:35").refused("R-24", cites=[6])
        given(*DONE).when(command, at_="2026-11-18 12:59").refused("R-24", cites=[7])
    before_the_work = at("2026-11-18 09:59")
    given(*DONE).when(replace(REPORT, sent_at=before_the_work), at_="2026-11-18 14:00").refused("R-24", cites=[7])
    given(*DONE).when(replace(ASK, requested_at=before_the_work), at_="2026-11-18 14:00").refused("R-24", cites=[7])


@pytest.mark.parametrize("clock", ["10:00", "11:29"])
def test_r_24_what_was_sent_before_the_work_is_said_to_have_ended_is_recorded_and_found(clock: str) -> None:
    sent = at(f"2026-11-18 {clock}")
    sentences = {}
    for command in (replace(REPORT, sent_at=sent), replace(ASK, requested_at=sent)):
        facts = given(*DONE).when(command, at_="2026-11-18 14:00").citing(7).facts
        assert len(facts) == 2
        found = facts[1]
        assert isinstance(found, FindingRecorded)
        assert (found.rule, found.cites, found.subjects) == ("R-24", (7,), (f"work_order:{ORDER}",))
        assert found.values == {"sent_at": sent.isoformat(), "ended_at": "2026-11-18T11:30:00+09:00"}
        sentences[type(command)] = found.sentence
        with switched_off("ledger.domain.completing.before_end"):
            assert len(given(*DONE).when(command, at_="2026-11-18 14:00").facts) == 1
    assert sentences == {SendCompletionReport: "report_before_end", RequestOperationCheck: "check_asked_before_end"}


ABORTED = WorkAborted(work_order=ORDER, aborted_at=at("2026-11-18 10:50"), reason="同意撤回")


def test_r_24_work_that_was_aborted_is_reported_and_checked_and_nothing_of_it_is_due() -> None:
    given(*RUNNING, ABORTED).when(REPORT, at_="2026-11-18 13:00").then(REPORTED).citing(7)
    given(*RUNNING, ABORTED).when(ASK, at_="2026-11-18 14:00").then(REQUESTED_CHECK).citing(7)
    assert due(given(*RUNNING, ABORTED), "2026-12-18 00:00") == ()
    for command in (REPORT, ASK):
        given(*RUNNING[:-1], CALLED_OFF).when(command, at_="2026-11-18 14:00").refused("R-24", cites=[6])
    called_off = replace(CALLED_OFF, cancelled_at=at("2026-11-18 09:00"))
    given(*RUNNING, called_off).when(REPORT, at_="2026-11-18 13:00").then(REPORTED).citing(7)
    begun_after = given(*RUNNING[:-1], called_off, RUNNING[-1])
    begun_after.when(REPORT, at_="2026-11-18 13:00").then(REPORTED).citing(6)
    begun_after.when(replace(REPORT, sent_at=at("2026-11-16 08:59")), at_="2026-11-18 13:00").refused("R-24", cites=[6])


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ((), ["report_overdue", "check_request_overdue"]),
        ((REPORTED,), ["check_request_overdue"]),
        ((REQUESTED_CHECK,), ["report_overdue"]),
        ((REPORTED, REQUESTED_CHECK), []),
    ],
)
def test_r_24_what_is_missing_after_one_business_day_is_found(there: tuple[Fact, ...], missing: list[str]) -> None:
    story = given(*DONE, *there)
    assert due(story, "2026-11-19 23:59") == ()
    found = due(story, "2026-11-20 00:00")
    assert is_overdue(found) == missing
    assert due(story.at("2026-11-20 00:00", *found), "2026-11-24 00:00") == ()
    with switched_off("R-24"):
        assert is_overdue(due(given(*DONE, *there), "2026-11-20 00:00")) == []


def test_r_24_a_finding_cites_the_completion_and_does_not_undo_it() -> None:
    outcome = given(*DONE).when(REPORT, at_="2026-11-20 09:00")
    outcome.after(overdue("report_overdue"), overdue("check_request_overdue")).then(REPORTED)
    assert [each.cites for each in outcome.due] == [(7,), (7,)]
    order = order_of(given(*DONE, overdue("report_overdue")).recorded, ORDER)
    assert order is not None
    assert order.status is Status.COMPLETED


def test_r_25_the_check_is_asked_for_once_and_of_systems() -> None:
    given(*CHECKED).when(ASK, at_="2026-11-18 15:00").refused("R-25", cites=[9])
    given(*DONE).when(replace(ASK, systems=()), at_="2026-11-18 15:00").refused("R-25", cites=[7])


def test_r_25_the_customer_answers_by_a_registered_checker() -> None:
    given(*CHECKED, CHECKING).when(CONFIRM, at_="2026-11-20 10:00").then(CONFIRMED).citing(9, 10)
    given(*CHECKED, CHECKING).when(DEFECT, at_="2026-11-20 10:00").then(DEFECT_REPORTED).citing(9, 10)
    for command in (CONFIRM, DEFECT):
        given(*CHECKED).when(command, at_="2026-11-20 10:00").refused("R-25")
        by_other = replace(command, contact=WORK_CONTACT)
        given(*CHECKED, CONTACT).when(by_other, at_="2026-11-20 10:00").refused("R-25", cites=[10])
        given(*DONE, CHECKING).when(command, at_="2026-11-19 10:00").refused("R-25", cites=[7])
        given(*CHECKED, CHECKING).when(command, at_="2026-11-20 09:59").refused("R-25", cites=[9])
        early = replace(command, answered_at=at("2026-11-18 13:59"))
        given(*CHECKED, CHECKING).when(early, at_="2026-11-20 10:00").refused("R-25", cites=[9])
        for answer in (CONFIRMED, DEFECT_REPORTED):
            given(*CHECKED, CHECKING, answer).when(command, at_="2026-11-20 11:00").refused("R-25", cites=[11])
    given(*CHECKED, CHECKING).when(replace(DEFECT, defects=()), at_="2026-11-20 10:00").refused("R-25", cites=[9])


def test_r_25_without_an_answer_the_check_lapses_and_is_not_confirmed() -> None:
    story = given(*CHECKED)
    assert due(story, "2026-11-26 23:59") == ()
    assert due(story, "2026-11-27 00:00") == (LAPSED,)
    assert due(story, "2027-03-01 00:00") == (LAPSED,)
    check = fold(given(*CHECKED, LAPSED).recorded, ORDER).check
    assert check is not None
    assert (check.answer, check.position) == (Answer.LAPSED, 10)
    assert due(given(*CHECKED, LAPSED), "2027-03-01 00:00") == ()
    assert due(given(*CHECKED, CONFIRMED), "2027-03-01 00:00") == ()
    with switched_off("R-25"):
        assert due(story, "2026-11-27 00:00") == ()


def test_r_25_an_answer_in_time_that_is_recorded_late_stands() -> None:
    outcome = given(*CHECKED, CHECKING).when(CONFIRM, at_="2026-11-27 09:00")
    outcome.after(LAPSED).then(CONFIRMED)
    check = fold(given(*CHECKED, LAPSED, CONFIRMED).recorded, ORDER).check
    assert check is not None
    assert check.answer is Answer.CONFIRMED


@pytest.mark.parametrize("command", [CONFIRM, DEFECT], ids=["confirm", "defect"])
def test_r_25_an_answer_after_the_lapse_is_a_follow_up(command: ConfirmOperation | ReportDefect) -> None:
    late = replace(command, answered_at=DEADLINE)
    story = given(*CHECKED, LAPSED, CHECKING)
    story.when(late, at_="2026-11-27 00:00").refused("R-25", cites=[10])
    with switched_off("R-25"):
        assert story.when(late, at_="2026-11-27 00:00").refusal is None


def test_r_25_a_follow_up_is_an_order_of_its_own() -> None:
    outcome = given(*CHECKED, LAPSED, SIGNED, CONTACT).when(INQUIRY, at_="2026-12-01 09:00")
    outcome.then(OPENED, FOLLOW_UP).citing(7, 10, 11, 12)
    recorded = given(*DONE, OPENED, FOLLOW_UP).recorded
    new, old = order_of(recorded, OTHER_ORDER), order_of(recorded, ORDER)
    assert new is not None
    assert old is not None
    assert (new.status, new.technicians, new.window) == (Status.REQUESTED, (), None)
    assert old.status is Status.COMPLETED


def test_r_25_the_check_of_aborted_work_is_answered_followed_up_or_lapses() -> None:
    checked = (*RUNNING, ABORTED, REQUESTED_CHECK)
    assert due(given(*checked), "2026-11-26 23:59") == ()
    assert due(given(*checked), "2026-11-27 00:00") == (LAPSED,)
    with switched_off("R-25"):
        assert due(given(*checked), "2026-11-27 00:00") == ()
    given(*checked, CHECKING).when(DEFECT, at_="2026-11-20 10:00").then(DEFECT_REPORTED).citing(8, 9)
    story = given(*checked, DEFECT_REPORTED, SIGNED, CONTACT)
    story.when(INQUIRY, at_="2026-12-01 09:00").then(OPENED, FOLLOW_UP).citing(7, 9, 10, 11)


def test_r_25_work_that_has_ended_alone_is_followed_up_and_on_a_basis_that_holds() -> None:
    given(*RUNNING, SIGNED, CONTACT).when(INQUIRY, at_="2026-12-01 09:00").refused("R-25")
    given(*CHECKED, LAPSED, CONTACT).when(INQUIRY, at_="2026-12-01 09:00").refused("R-06")
    given(*CHECKED, LAPSED, SIGNED).when(INQUIRY, at_="2026-12-01 09:00").refused("R-06")
    early = replace(INQUIRY, request=replace(INQUIRY.request, requested_at=at("2026-11-18 11:29")))
    given(*CHECKED, LAPSED, SIGNED, CONTACT).when(early, at_="2026-12-01 09:00").refused("R-25", cites=[7])
    nobody = replace(INQUIRY, request=replace(INQUIRY.request, requested_by=None))
    given(*CHECKED, LAPSED, SIGNED, CONTACT).when(nobody, at_="2026-12-01 09:00").refused("R-25", cites=[0])
    same = replace(INQUIRY, request=replace(INQUIRY.request, work_order=ORDER))
    given(*CHECKED, LAPSED, SIGNED, CONTACT).when(same, at_="2026-12-01 09:00").refused("R-06", cites=[0])


def test_r_25_a_defect_in_time_is_followed_up_too() -> None:
    story = given(*CHECKED, DEFECT_REPORTED, SIGNED, CONTACT)
    story.when(INQUIRY, at_="2026-12-01 09:00").then(OPENED, FOLLOW_UP).citing(7, 10, 11, 12)
