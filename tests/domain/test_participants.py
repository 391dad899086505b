"""Who joins a session and leaves it: assigned technicians, and somebody of the customer who looks on."""

from dataclasses import replace

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

from ledger.domain.participants import JoinSession, LeaveSession
from ledger.domain.session_facts import (
    ParticipantLeft,
    Participation,
)

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
