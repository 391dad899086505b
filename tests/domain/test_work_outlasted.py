"""Work that is said to have been done while a session of it went on: a finding names both times (R-23)."""

from dataclasses import replace

import pytest
from connecting import RECORDED, SESSION, SESSION_STARTED
from orders import ORDER
from orders_of_telling import in_every_order, office, told
from story import CUSTOMER, at, given
from stream_log import Log
from test_told_in_any_order import RUNS, SESSION_TOLD, ends

from ledger.domain.finding import FindingRecorded
from ledger.domain.rules import switched_off
from ledger.domain.session_due import session_due
from ledger.domain.session_facts import SessionEnded
from ledger.domain.settings import Defaults
from ledger.domain.work_facts import WorkCompleted
from ledger.domain.working import CompleteWork


def completes(clock: str) -> CompleteWork:
    return CompleteWork(customer=CUSTOMER, work_order=ORDER, completed_at=at(f"2026-11-18 {clock}"))


def said(log: Log) -> list[dict[str, str]]:
    findings = (each.fact for each in log.recorded if isinstance(each.fact, FindingRecorded))
    return [dict(each.values) for each in findings if each.sentence == "session_outlasted_work"]


@pytest.mark.parametrize(("clock", "found"), [("10:45", False), ("10:44:59", True), ("10:10", False), ("11:10", False)])
def test_r_23_a_session_that_went_on_after_its_work_was_done_is_found_in_every_order(clock: str, found: bool) -> None:
    """It stops safely within a quarter of an hour; one that began after that is a violation of its own."""
    times = {
        "done_at": "2026-11-18T10:44:59+09:00",
        "over_at": "2026-11-18T11:00:00+09:00",
    }
    for order, log in in_every_order((completes(clock), RUNS, ends("11:00"))):
        assert said(log) == ([times] if found else []), order
    for order, log in in_every_order((completes(clock), SESSION_TOLD)):
        assert said(log) == ([times] if found else []), order


def test_r_23_of_two_times_at_which_work_is_said_to_have_been_done_the_first_counts() -> None:
    twice = (completes("10:30"), completes("10:50"), RUNS, ends("11:00"))
    assert {each["done_at"] for each in said(told(office(), twice))} == {"2026-11-18T10:30:00+09:00"}
    with switched_off("ledger.domain.work_outlasted.outlasted_work"):
        assert said(told(office(), twice)) == []


def test_r_14_that_work_was_done_is_nothing_that_was_heard_of_its_session() -> None:
    done = WorkCompleted(work_order=ORDER, completed_at=at("2026-11-18 20:00"), sessions=(SESSION,))
    story = given(SESSION_STARTED, RECORDED, done)
    due = session_due(SESSION, CUSTOMER).facts(story.recorded, at("2026-11-19 10:10"), Defaults())
    assert [each.ended_at for each in due if isinstance(each, SessionEnded)] == [at("2026-11-19 10:10")]


def test_r_23_a_session_of_which_the_ledger_alone_took_an_end_is_judged_when_its_end_is_told() -> None:
    log = told(office(), (RUNS, completes("10:30")))
    assert said(log) == []
    assert len(said(told(log, (ends("11:00"),)))) == 1
    assert said(told(office(), (replace(RUNS, work_order=None), completes("10:30"), ends("11:00")))) == []
