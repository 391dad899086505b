"""Who joins a session and leaves it: assigned technicians, and somebody of the customer who looks on."""

from dataclasses import replace

import pytest
from connecting import (
    ENDED,
    JOINED,
    NOW,
    RECORDED,
    SESSION,
    SESSION_STARTED,
)
from orders import ORDER, OTHER_ORDER, RUNNING, SECOND_ASSIGNED, SECOND_TECHNICIAN, WORK_CONTACT
from story import CUSTOMER, at, given

from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.participants import JoinSession, LeaveSession
from ledger.domain.rules import switched_off
from ledger.domain.session_facts import ParticipantJoined, ParticipantLeft, Participation
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work_facts import TechnicianReleased

LATER = "2026-11-18 10:12"


JOINS = JoinSession(
    customer=CUSTOMER,
    session=SESSION,
    work_order=ORDER,
    participant=SECOND_TECHNICIAN,
    participation=Participation.TECHNICIAN,
)
LEAVES = LeaveSession(customer=CUSTOMER, session=SESSION, participant=SECOND_TECHNICIAN, left_at=at("2026-11-18 10:20"))
LEFT = ParticipantLeft(session=SESSION, participant=SECOND_TECHNICIAN, left_at=at("2026-11-18 10:20"))


def test_r_04_only_an_assigned_technician_joins() -> None:
    story = given(*RUNNING).at(NOW, SESSION_STARTED, RECORDED)
    story.when(JOINS, at_=LATER).refused("R-04", cites=[0])
    given(*RUNNING, SECOND_ASSIGNED).at(NOW, SESSION_STARTED, RECORDED).when(JOINS, at_=LATER).then(JOINED)


def test_somebody_of_the_customer_looks_on_without_being_assigned() -> None:
    command = replace(JOINS, participant=WORK_CONTACT, participation=Participation.CUSTOMER)
    story = given(*RUNNING).at(NOW, SESSION_STARTED, RECORDED)
    story.when(command, at_=LATER).then(replace(JOINED, participant=WORK_CONTACT, participation=Participation.CUSTOMER))


def test_who_is_inside_joins_once_and_leaves_once() -> None:
    story = given(*RUNNING, SECOND_ASSIGNED).at(NOW, SESSION_STARTED, RECORDED, JOINED)
    story.when(JOINS, at_=LATER).then()
    inside = given(SESSION_STARTED, RECORDED, JOINED, at_=NOW)
    inside.when(LEAVES, at_="2026-11-18 10:21").then(LEFT)
    given(SESSION_STARTED, RECORDED, JOINED, LEFT, at_=NOW).when(LEAVES, at_="2026-11-18 10:21").then()


def test_r_04_nobody_joins_or_leaves_what_does_not_run() -> None:
    given(*RUNNING).when(JOINS, at_=LATER).refused("R-04")
    given().when(LEAVES, at_=LATER).refused("R-04")
    given(*RUNNING, SESSION_STARTED, RECORDED, ENDED, at_=NOW).when(JOINS, at_=LATER).refused("R-04")
    given(SESSION_STARTED, RECORDED, at_=NOW).when(replace(JOINS, work_order=OTHER_ORDER), at_=LATER).refused("R-04")


SUBJECTS = (f"session:{SESSION}", f"work_order:{ORDER}")
WITHOUT_JOINING = FindingRecorded(rule="R-18", sentence="left_without_joining", values={}, subjects=SUBJECTS)


def joins(clock: str) -> JoinSession:
    return replace(JOINS, joined_at=at(f"2026-11-18 {clock}"))


def joined(clock: str) -> ParticipantJoined:
    return replace(JOINED, joined_at=at(f"2026-11-18 {clock}"))


def test_r_04_who_joined_unasked_is_recorded_with_a_violation() -> None:
    unassigned = ViolationRecorded(rule="R-04", sentence="technician_not_assigned", values={}, subjects=SUBJECTS)
    story = given(*RUNNING).at(NOW, SESSION_STARTED, RECORDED)
    assert story.when(joins("10:11"), at_=LATER).then(joined("10:11"), unassigned).facts[1].cites == (0,)
    released = TechnicianReleased(work_order=ORDER, technician=SECOND_TECHNICIAN)
    since = given(*RUNNING, SECOND_ASSIGNED).at(NOW, SESSION_STARTED, RECORDED).at("2026-11-18 10:20", released)
    since.when(joins("10:11"), at_="2026-11-18 10:30").then(joined("10:11"))
    since.when(joins("10:20"), at_="2026-11-18 10:30").then(joined("10:20"), unassigned)


def test_r_04_who_joined_is_recorded_when_the_session_is_over() -> None:
    story = given(*RUNNING, SECOND_ASSIGNED).at(NOW, SESSION_STARTED, RECORDED, replace(ENDED, ended_at=at(LATER)))
    story.when(joins("10:11"), at_="2026-11-19 09:00").then(joined("10:11"))
    outcome = story.when(joins("10:12"), at_="2026-11-19 09:00")
    assert [each.sentence for each in outcome.facts if isinstance(each, ViolationRecorded)] == ["session_over"]


def test_when_somebody_joined_is_not_before_the_session_nor_to_come() -> None:
    story = given(*RUNNING, SECOND_ASSIGNED).at(NOW, SESSION_STARTED, RECORDED)
    for clock in ("10:09", "10:13"):
        story.when(joins(clock), at_=LATER).refused("R-04")
    given(*RUNNING).when(joins("10:11"), at_=LATER).refused("R-04")
    other = replace(joins("10:11"), work_order=OTHER_ORDER)
    given(SESSION_STARTED, RECORDED, at_=NOW).when(other, at_=LATER).refused("R-04")


def test_r_18_leaving_that_is_told_before_joining_is_recorded_and_found() -> None:
    story = given(SESSION_STARTED, RECORDED, at_=NOW)
    assert story.when(LEAVES, at_="2026-11-18 10:21").then(LEFT, WITHOUT_JOINING).facts[1].cites == (0,)
    with switched_off("ledger.domain.participants.not_inside"):
        story.when(LEAVES, at_="2026-11-18 10:21").then(LEFT)
    told = given(*RUNNING, SECOND_ASSIGNED).at(NOW, SESSION_STARTED, RECORDED).at("2026-11-18 10:21", LEFT)
    told.when(joins("10:12"), at_="2026-11-18 10:22").then(joined("10:12"))


@pytest.mark.parametrize("told", [(JOINED, LEFT), (LEFT, JOINED)])
def test_whether_somebody_is_inside_is_told_by_what_happened_last(told: tuple[Fact, ...]) -> None:
    story = given(SESSION_STARTED, RECORDED, *told, at_=NOW)
    again = replace(LEAVES, left_at=at("2026-11-18 10:25"))
    story.when(again, at_="2026-11-18 10:26").then(replace(LEFT, left_at=again.left_at), WITHOUT_JOINING)
    before = replace(LEAVES, left_at=at("2026-11-18 10:15"))
    story.when(before, at_="2026-11-18 10:26").then(replace(LEFT, left_at=before.left_at))
    back = given(*RUNNING, SECOND_ASSIGNED).at(NOW, SESSION_STARTED, RECORDED, *told)
    back.when(joins("10:15"), at_="2026-11-18 10:26").then()
    back.when(joins("10:25"), at_="2026-11-18 10:26").then(joined("10:25"))
