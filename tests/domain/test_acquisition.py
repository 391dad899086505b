"""Taking information: for the contract or the requested work, while it is done, by whom it is given to (R-13)."""

from dataclasses import replace

import pytest
from evidence_requests import ORDER, TECHNICIAN, WORK_ORDER
from story import CUSTOMER, an_id, at, given

from ledger.domain.acquisition import (
    AcquireData,
    DataAcquired,
    DataAcquisitionRejected,
    ItemClass,
    TellAcquisition,
)
from ledger.domain.codes import CODES
from ledger.domain.purposes import Purpose
from ledger.domain.recording_facts import SessionRecordingStarted
from ledger.domain.rules import switched_off
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import TechnicianAssigned, TechnicianReleased, WorkCompleted, WorkStarted

ITEM, SESSION = an_id("item"), an_id("session")
NOW = "2026-11-17 10:30"
ASSIGNED = TechnicianAssigned(work_order=WORK_ORDER, technician=TECHNICIAN)
STARTED = WorkStarted(work_order=WORK_ORDER, technician=TECHNICIAN, started_at=at("2026-11-17 10:00"))
COMPLETED = WorkCompleted(work_order=WORK_ORDER, completed_at=at("2026-11-17 11:00"))
WORKING = (ORDER, ASSIGNED, STARTED)
ACQUIRED = DataAcquired(
    item=ITEM,
    work_order=WORK_ORDER,
    technician=TECHNICIAN,
    item_class=ItemClass.LOG,
    purpose=Purpose.REQUESTED_WORK,
    reason="遅延の調査",
    volume_bytes=2048,
    content_sha256="c" * 64,
    acquired_at=at(NOW),
)
ACQUIRE = AcquireData(
    customer=CUSTOMER,
    item=ITEM,
    work_order=WORK_ORDER,
    technician=TECHNICIAN,
    item_class=ItemClass.LOG,
    purpose=Purpose.REQUESTED_WORK,
    reason="遅延の調査",
    volume_bytes=2048,
    content_sha256="c" * 64,
)
TELL = TellAcquisition(
    customer=CUSTOMER,
    item=ITEM,
    work_order=WORK_ORDER,
    technician=TECHNICIAN,
    item_class=ItemClass.LOG,
    purpose=Purpose.REQUESTED_WORK,
    reason="遅延の調査",
    volume_bytes=2048,
    content_sha256="c" * 64,
    acquired_at=at(NOW),
)
ABOUT = (f"item:{ITEM}", f"work_order:{WORK_ORDER}")


def rejected(purpose: Purpose, sentence: str, /, **values: str) -> DataAcquisitionRejected:
    return DataAcquisitionRejected(
        item=ITEM,
        work_order=WORK_ORDER,
        technician=TECHNICIAN,
        item_class=ItemClass.LOG,
        purpose=purpose,
        reason="遅延の調査",
        rule="R-13",
        sentence=sentence,
        values=values,
    )


@pytest.mark.parametrize("purpose", [Purpose.CONTRACT_PERFORMANCE, Purpose.REQUESTED_WORK])
def test_r_13_what_the_work_needs_is_acquired(purpose: Purpose) -> None:
    outcome = given(*WORKING).when(replace(ACQUIRE, purpose=purpose), at_=NOW)
    outcome.then(replace(ACQUIRED, purpose=purpose)).citing(0, 2)


@pytest.mark.parametrize(
    "purpose",
    [
        Purpose.PROBLEM_DETERMINATION,
        Purpose.PROPER_USE_CHECK,
        Purpose.FUTURE_PROPOSAL,
        Purpose.DEIDENTIFIED_IMPROVEMENT,
    ],
)
def test_r_13_what_may_be_used_for_a_purpose_is_not_acquired_for_it_and_the_answer_is_on_record(
    purpose: Purpose,
) -> None:
    answer = rejected(purpose, "purpose_not_acquirable", purpose=str(purpose))
    given(*WORKING).when(replace(ACQUIRE, purpose=purpose), at_=NOW).then(answer).citing(0)
    said = CODES["purposes.Purpose"][purpose]
    assert said[0] in answer.text("ja")
    assert said[1] in answer.text("en")


def test_r_13_nothing_is_acquired_while_the_work_is_not_done_or_by_somebody_else() -> None:
    purpose = Purpose.REQUESTED_WORK
    before = rejected(purpose, "acquired_outside_work", status="requested")
    given(ORDER, ASSIGNED).when(ACQUIRE, at_=NOW).then(before)
    after = rejected(purpose, "acquired_outside_work", status="completed")
    given(*WORKING, COMPLETED).when(ACQUIRE, at_="2026-11-17 11:30").then(after).citing(0, 3)
    given(ORDER, STARTED).when(ACQUIRE, at_=NOW).then(rejected(purpose, "acquired_by_another")).citing(0)


def test_r_13_without_a_work_order_there_is_nothing_to_acquire_for() -> None:
    given().when(ACQUIRE, at_=NOW).refused("R-13")
    given().when(TELL, at_=NOW).refused("R-13")


def test_r_13_what_was_taken_for_no_work_order_is_recorded_with_a_violation() -> None:
    taken = replace(ACQUIRED, work_order=None, session=SESSION)
    violation = ViolationRecorded(rule="R-13", sentence="acquired_without_order", values={}, subjects=(f"item:{ITEM}",))
    began = SessionRecordingStarted(session=SESSION, recording=an_id("recording"), recorder="gw1", started_at=at(NOW))
    tell = replace(TELL, work_order=None, session=SESSION)
    given(began).when(tell, at_=NOW).then(taken, violation)
    with switched_off("ledger.domain.acquisition.check_for_order"):
        given(began).when(tell, at_=NOW).then(taken)
    given().when(replace(tell, session=None), at_=NOW).then(replace(taken, session=None), violation)
    given().when(tell, at_=NOW).refused("R-13", cites=[])
    given(began).when(replace(tell, customer="cus_" + "d" * 32), at_=NOW).refused("R-36", cites=[0])


def test_r_36_data_of_another_customers_order_is_refused() -> None:
    other = "cus_" + "d" * 32
    given(*WORKING).when(replace(ACQUIRE, customer=other), at_=NOW).refused("R-36", cites=[0])
    given(*WORKING).when(replace(TELL, customer=other), at_=NOW).refused("R-36", cites=[0])


def test_r_13_what_was_taken_is_recorded_and_beside_it_what_was_wrong() -> None:
    given(*WORKING).when(TELL, at_=NOW).then(ACQUIRED)
    wrong = replace(TELL, purpose=Purpose.FUTURE_PROPOSAL)
    violation = ViolationRecorded(
        rule="R-13", sentence="purpose_not_acquirable", values={"purpose": "future_proposal"}, subjects=ABOUT
    )
    taken = replace(ACQUIRED, purpose=Purpose.FUTURE_PROPOSAL)
    given(*WORKING).when(wrong, at_=NOW).then(taken, violation)


def test_r_13_what_was_taken_is_judged_by_when_it_was_taken_not_by_when_it_is_told() -> None:
    given(*WORKING, COMPLETED).when(TELL, at_="2026-11-18 09:00").then(ACQUIRED)
    for moment, status in (("2026-11-17 09:59", "requested"), ("2026-11-17 11:00", "completed")):
        violation = ViolationRecorded(
            rule="R-13", sentence="acquired_outside_work", values={"status": status}, subjects=ABOUT
        )
        taken = replace(ACQUIRED, acquired_at=at(moment))
        story = given(*WORKING, COMPLETED)
        story.when(replace(TELL, acquired_at=at(moment)), at_="2026-11-18 09:00").then(taken, violation)
    other = replace(TELL, technician=an_id("person", 99))
    by_another = ViolationRecorded(rule="R-13", sentence="acquired_by_another", values={}, subjects=ABOUT)
    given(*WORKING).when(other, at_=NOW).then(replace(ACQUIRED, technician=other.technician), by_another)


def test_r_13_who_was_assigned_counts_as_of_when_it_was_taken() -> None:
    by_another = ViolationRecorded(rule="R-13", sentence="acquired_by_another", values={}, subjects=ABOUT)
    released = TechnicianReleased(work_order=WORK_ORDER, technician=TECHNICIAN)
    given(*WORKING).at("2026-11-17 10:45", released).when(TELL, at_="2026-11-17 11:30").then(ACQUIRED)
    late = given(ORDER, STARTED).at("2026-11-17 10:45", ASSIGNED)
    late.when(TELL, at_="2026-11-17 11:30").then(ACQUIRED, by_another)


def test_r_13_nothing_was_taken_before_its_time() -> None:
    given(*WORKING).when(TELL, at_="2026-11-17 10:29").refused("R-13")


def test_r_13_data_is_taken_in_a_session_that_is_known_and_has_a_volume() -> None:
    session = an_id("session")
    begun = SessionRecordingStarted(
        session=session, recording=an_id("recording"), recorder="gw01", started_at=at("2026-11-17 10:05")
    )
    for told in (ACQUIRE, TELL):
        given(*WORKING).when(replace(told, session=session), at_=NOW).refused("R-13")
        given(*WORKING, begun).when(replace(told, session=session), at_=NOW).then(replace(ACQUIRED, session=session))
        given(*WORKING).when(replace(told, volume_bytes=-5), at_=NOW).refused("R-13")
        given(*WORKING).when(replace(told, volume_bytes=0), at_=NOW).then(replace(ACQUIRED, volume_bytes=0))
