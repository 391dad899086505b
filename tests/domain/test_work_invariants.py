"""Whatever is tried with a work order, in whatever order and however late it is told, some things always hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given as each_of
from hypothesis import settings
from hypothesis import strategies as st
from orders import (
    CHECKER,
    CHECKING,
    CONTACT,
    MANAGER,
    MANAGING,
    ORDER,
    REGISTERED,
    REQUESTED,
    SIGNED,
    TECHNICIAN,
    WORK_CONTACT,
)
from story import CUSTOMER, an_id, as_recorded, at

from ledger.domain import decision
from ledger.domain.completing import ConfirmOperation, ReportDefect, RequestOperationCheck, SendCompletionReport
from ledger.domain.completion import Answer, fold
from ledger.domain.completion_facts import Defect, OperationCheckConfirmed, OperationCheckLapsed
from ledger.domain.due import first_due, type_of
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.notices import SendNotice
from ledger.domain.ordering import AcceptWork, AssignTechnician, CancelWork, DeclineWork
from ledger.domain.overrun_notices import ForeseeOverrun, SendOverrunNotice
from ledger.domain.recorded import Recorded, of_type
from ledger.domain.schedule import AgreeSchedule, CancelSchedule, ProposeSchedule
from ledger.domain.schedule_facts import OverrunDetected, ScheduleAgreed, ScheduleChanged, WorkAtRisk
from ledger.domain.session_facts import SessionStarted
from ledger.domain.session_told import RecordSession
from ledger.domain.settings import Defaults
from ledger.domain.violation import ViolationRecorded
from ledger.domain.work import RUNNING, Status, order_at, order_of
from ledger.domain.work_facts import Channel, Side, WorkStarted
from ledger.domain.work_timers import work_due
from ledger.domain.working import AbortWork, CompleteWork, ResumeWork, StartWork, SuspendWork

BEGAN = at("2026-11-17 08:00")
GIVEN = (SIGNED, CONTACT, CHECKING, REGISTERED, MANAGING, REQUESTED)
TRIED = (
    "accept",
    "decline",
    "cancel",
    "assign",
    "propose",
    "agree",
    "propose by telephone",
    "agree by telephone",
    "unschedule",
    "notice",
    "start",
    "suspend",
    "resume",
    "abort",
    "complete",
    "foresee",
    "tell",
    "call",
    "report",
    "ask",
    "confirm",
    "defect",
    "session",
)
COURSE = (*3 * ("suspend", "resume", "session"), "start", "abort", "complete")
HAPPY = ("accept", "assign", "propose", "agree", "notice", "start")
Step = tuple[str, int, int]
"""What is tried, minutes after the step before, and how many minutes late it is told."""


class Ledger:
    """Carries out commands as the application does: what is due first, then the command, on its boundary alone."""

    def __init__(self) -> None:
        self.recorded: list[Recorded[Fact]] = []
        self.defaults = Defaults()
        self.append(BEGAN, *GIVEN)

    def append(self, now: datetime, *facts: Fact) -> None:
        self.recorded += [as_recorded(fact, len(self.recorded) + place, now) for place, fact in enumerate(facts)]

    def notice(self, command: object, now: datetime) -> list[Recorded[Fact]]:
        boundary = decision.boundary(command)
        while True:
            facts = [each for each in self.recorded if boundary.takes(type_of(each.fact), each.tags)]
            found = first_due(decision.timers(command), facts, now, self.defaults)
            if found is None:
                return facts
            self.append(now, *found[1])

    def carry_out(self, command: object, now: datetime) -> bool:
        facts = self.notice(command, now)
        try:
            made = decision.decide(command, facts, now, self.defaults)
        except decision.Refusal:
            return False
        self.append(now, *made.facts)
        return True

    def tick(self, now: datetime) -> None:
        while found := first_due([work_due(ORDER, CUSTOMER)], self.recorded, now, self.defaults):
            self.append(now, *found[1])

    def told(self) -> Counter[str]:
        """Give what stands in it, apart from positions."""
        return Counter(repr(replace(each.fact, cites=())) for each in self.recorded)


def command(tried: str, number: int, now: datetime, told: datetime) -> object:
    """Give a command; a scheduled time begins an hour from now."""
    order = {"customer": CUSTOMER, "work_order": ORDER}
    proposal = an_id("proposal", number)
    match tried:
        case "accept":
            return AcceptWork(**order)
        case "decline":
            return DeclineWork(**order, reason="-")
        case "cancel":
            return CancelWork(**order, by=Side.VENDOR, reason="-")
        case "assign":
            return AssignTechnician(**order, technician=TECHNICIAN, person=MANAGER)
        case "propose":
            start = now + timedelta(hours=1)
            times = {"starts_at": start, "planned_end": start + timedelta(hours=2)}
            return ProposeSchedule(**order, proposal=proposal, by=Side.VENDOR, **times)
        case "agree":
            return AgreeSchedule(**order, proposal=proposal, by=Side.CUSTOMER, contact=WORK_CONTACT)
        case "propose by telephone":
            times = {"proposed_at": told, "starts_at": told, "planned_end": told + timedelta(minutes=30)}
            return ProposeSchedule(**order, proposal=proposal, by=Side.VENDOR, **times)
        case "agree by telephone":
            return AgreeSchedule(
                **order,
                proposal=proposal,
                by=Side.CUSTOMER,
                contact=WORK_CONTACT,
                agreed_at=told + timedelta(minutes=1),
            )
        case "unschedule":
            return CancelSchedule(**order, by=Side.VENDOR, reason="-")
        case "notice":
            said = {"content": "-", "technicians": (TECHNICIAN,), "targets": ("db01",), "method": "SSH"}
            return SendNotice(
                **order,
                notice=an_id("notice", number),
                **said,
                channel=Channel.MAIL,
                sent_at=told,  # type: ignore[arg-type]
            )
        case "start":
            return StartWork(**order, technician=TECHNICIAN, started_at=told)
        case "suspend":
            return SuspendWork(**order, suspended_at=told, reason="-")
        case "resume":
            return ResumeWork(**order, technician=TECHNICIAN, resumed_at=told)
        case "abort":
            return AbortWork(**order, aborted_at=told, reason="-")
        case "complete":
            return CompleteWork(**order, completed_at=told)
        case "foresee":
            return ForeseeOverrun(**order, known_at=told, reason="-")
        case "tell" | "call":
            channel = Channel.MAIL if tried == "tell" else Channel.PHONE
            planned_end = now + timedelta(hours=3)
            return SendOverrunNotice(**order, planned_end=planned_end, reason="-", channel=channel, sent_at=told)
        case "report":
            return SendCompletionReport(**order, report="-", channel=Channel.MAIL, sent_at=told)
        case "ask":
            return RequestOperationCheck(**order, systems=("db01",), channel=Channel.MAIL, requested_at=told)
        case "confirm":
            return ConfirmOperation(**order, contact=CHECKER, answered_at=told)
        case "session":
            return RecordSession(
                **order,
                session=an_id("session", number),
                permission=None,
                technician=TECHNICIAN,
                login=None,
                gateway="gw01",
                targets=("db01",),
                started_at=told,
            )
        case _:
            return ReportDefect(**order, contact=CHECKER, defects=(Defect("db01", "-"),), answered_at=told)


def carry_out(steps: Sequence[Step], *, ticking: bool) -> Ledger:
    """Try all; ``ticking``: the clock is run every few minutes in between, otherwise only commands look at it."""
    ledger, now, proposals = Ledger(), BEGAN, 0
    for number, (tried, after, late) in enumerate(steps):
        until = now + timedelta(minutes=after)
        while ticking and (now := now + timedelta(minutes=7)) < until:
            ledger.tick(now)
        now = until
        proposals = number if tried.startswith("propose") else proposals
        name = proposals if tried.startswith(("propose", "agree")) else number
        before = order_of(ledger.recorded, ORDER)
        done = ledger.carry_out(command(tried, name, now, now - timedelta(minutes=late)), now)
        after_it = order_of(ledger.recorded, ORDER)
        assert before is not None
        assert after_it is not None
        if (before.status, after_it.status) == (Status.ABORTED, Status.COMPLETED):
            assert before.ended_at is not None
            assert after_it.ended_at is not None
            assert before.started_at is not None
            assert before.started_at <= after_it.ended_at < before.ended_at
        elif before.over:
            assert (before.status, before.ended, before.ended_at) == (
                after_it.status,
                after_it.ended,
                after_it.ended_at,
            )
        if tried == "complete" and late == 0:
            assert done or before.status not in RUNNING, "completion waits for nothing"
            begun = any(isinstance(each.fact, WorkStarted) for each in ledger.recorded)
            assert not done or before.status in RUNNING or (before.over and begun), "what ends had begun"
    ledger.tick(now + timedelta(days=30))
    return ledger


_STEP = st.tuples(
    st.sampled_from(TRIED), st.sampled_from([0, 1, 10, 45, 130, 600, 3000]), st.sampled_from([0, 0, 0, 5, 40])
)
_LATE = st.tuples(st.sampled_from(COURSE), st.sampled_from([0, 1, 5]), st.sampled_from([0, 5, 10, 15, 20, 25, 30]))
"""The course of the work and its sessions, mostly told late."""
_BEGUN = [*((each, 0, 0) for each in HAPPY[:-1]), ("start", 90, 35)]
_FORWARD = st.tuples(*(st.tuples(st.just(each), st.sampled_from([0, 5, 60]), st.just(0)) for each in HAPPY))
_STORY = st.one_of(
    st.lists(_STEP, max_size=25),
    st.builds(lambda first, rest: [*first, *rest], _FORWARD, st.lists(_STEP, max_size=20)),
)


@settings(deadline=None, max_examples=60)
@each_of(_STORY)
def test_r_23_r_24_r_25_time_makes_the_same_true_whoever_looks_and_when(steps: list[Step]) -> None:
    assert carry_out(steps, ticking=True).told() == carry_out(steps, ticking=False).told()


@settings(deadline=None, max_examples=100)
@each_of(_STORY)
def test_r_25_an_order_that_is_over_stays_so_and_completion_waits_for_nothing(steps: list[Step]) -> None:
    facts = carry_out(steps, ticking=False).recorded
    kinds = Counter(type(each.fact) for each in facts)
    assert kinds[OperationCheckLapsed] <= 1
    answer = fold(facts, ORDER).check
    if answer is not None and answer.answer is Answer.CONFIRMED:
        assert kinds[OperationCheckConfirmed] == 1
    agreed = [each.position for each in facts if isinstance(each.fact, ScheduleAgreed | ScheduleChanged)]
    for kind in (WorkAtRisk, OverrunDetected):
        ends = [
            (each.fact.planned_end, sum(position < each.position for position in agreed))
            for each in facts
            if isinstance(each.fact, kind)
        ]
        assert len(ends) == len(set(ends))
    found = [
        (each.fact.sentence, each.fact.values["deadline"])
        for each in facts
        if isinstance(each.fact, FindingRecorded) and "deadline" in each.fact.values
    ]
    assert len(found) == len(set(found))
    for each in facts:
        assert all(place < each.position for place in each.fact.cites)


@settings(deadline=None, max_examples=150)
@each_of(st.lists(_LATE, min_size=8, max_size=25))
def test_r_22_a_session_was_in_work_or_is_a_violation_that_nothing_answers(steps: list[Step]) -> None:
    facts = carry_out([*_BEGUN, *steps], ticking=False).recorded
    answered = {place for each in of_type(facts, FindingRecorded) for place in each.fact.cites}
    out = {
        subject
        for each in of_type(facts, ViolationRecorded)
        if each.fact.sentence == "work_not_in_progress" and each.position not in answered
        for subject in each.fact.subjects
    }
    for each in of_type(facts, SessionStarted):
        then = order_at(facts, ORDER, each.fact.started_at)
        assert then is not None
        in_work = then.status is Status.IN_PROGRESS
        assert in_work is (f"session:{each.fact.session}" not in out), (then.status, each.fact.started_at)
