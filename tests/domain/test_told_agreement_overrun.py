"""A later end, or an agreed time, that is told late: what it says of overruns, of credentials and of answers owed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from orders import (
    AGREED,
    CONTACT,
    ORDER,
    PLANNED,
    PROPOSED,
    REQUESTED,
    RUNNING,
    SECOND_PROPOSAL,
    STARTED,
    TOLD,
    WORK_CONTACT,
)
from story import CUSTOMER, Story, an_id, at, given
from test_overrun import AT_RISK, DETECTED, NOT_TOLD, TOLD_LATE

from ledger.domain.encrypted_path import Protocol
from ledger.domain.fact import Fact
from ledger.domain.finding import FindingRecorded
from ledger.domain.overrun import fold
from ledger.domain.permission_due import permissions_due
from ledger.domain.permission_facts import AccessPermissionLapsed, AccessPermissionRequested
from ledger.domain.rules import switched_off
from ledger.domain.schedule import AgreeSchedule
from ledger.domain.schedule_facts import ScheduleChanged, ScheduleProposed
from ledger.domain.settings import Defaults
from ledger.domain.window import Window
from ledger.domain.work import order_of
from ledger.domain.work_facts import Side, WorkCompleted

LATER = at("2026-11-18 18:00")
SUBJECTS = (f"work_order:{ORDER}",)
AGREE = AgreeSchedule(
    customer=CUSTOMER,
    work_order=ORDER,
    proposal=SECOND_PROPOSAL,
    by=Side.CUSTOMER,
    contact=WORK_CONTACT,
    reason="-",
    agreed_at=at("2026-11-18 12:14"),
)
NEVER_TOLD = replace(TOLD_LATE, sentence="overrun_never_told", cites=(4, 9))


def proposed(said: str, planned_end: datetime = LATER) -> ScheduleProposed:
    return replace(PROPOSED, proposal=SECOND_PROPOSAL, planned_end=planned_end, proposed_at=at(said))


def changed(said: str, planned_end: datetime = LATER) -> ScheduleChanged:
    return ScheduleChanged(
        work_order=ORDER,
        proposal=SECOND_PROPOSAL,
        by=Side.CUSTOMER,
        contact=WORK_CONTACT,
        starts_at=PROPOSED.starts_at,
        planned_end=planned_end,
        agreed_at=at(said),
        reason="-",
    )


def told_late(proposed: str, agreed: str, told: str) -> FindingRecorded:
    values = {"proposed_at": proposed, "agreed_at": agreed, "told_at": told}
    return FindingRecorded(
        rule="R-21",
        sentence="agreement_told_late",
        values={name: at(f"2026-11-18 {value}").isoformat() for name, value in values.items()},
        subjects=SUBJECTS,
    )


def overrun(*more: Fact) -> Story:
    """Give running work whose overrun nobody told."""
    story = given(*RUNNING, CONTACT).at("2026-11-18 12:00", AT_RISK, DETECTED)
    return story.at("2026-11-18 12:16", NOT_TOLD).at("2026-11-18 12:40", *more)


def window(story: Story) -> Window:
    order = order_of(story.recorded, ORDER)
    assert order is not None
    assert order.window is not None
    return order.window


@pytest.mark.parametrize(("said", "late"), [("12:15", False), ("12:16", True)])
def test_r_23_a_later_end_that_is_told_late_counts_from_when_it_was_proposed_and_is_found(
    said: str, late: bool
) -> None:
    story = overrun(proposed(f"2026-11-18 {said}"))
    agree = replace(AGREE, agreed_at=at("2026-11-18 12:20"))
    found = told_late(said, "12:20", "13:00")
    violation = [TOLD_LATE] if late else []
    story.when(agree, at_="2026-11-18 13:00").then(changed("2026-11-18 12:20"), *violation, found)


def test_r_23_what_is_proposed_before_and_agreed_on_as_it_is_typed_is_found_as_well() -> None:
    story = overrun(proposed("2026-11-18 12:10"))
    outcome = story.when(replace(AGREE, agreed_at=None), at_="2026-11-18 13:00")
    outcome.then(replace(changed("2026-11-18 12:20"), agreed_at=None), told_late("12:10", "13:00", "13:00"))


@pytest.mark.parametrize(("said", "known"), [("12:15", True), ("12:16", False)])
def test_r_23_a_violation_stays_where_the_customer_is_said_to_have_known_a_later_end(said: str, known: bool) -> None:
    done = WorkCompleted(work_order=ORDER, completed_at=at("2026-11-18 12:40"))
    story = overrun(done, NEVER_TOLD, proposed(f"2026-11-18 {said}"))
    agree = replace(AGREE, agreed_at=at("2026-11-18 12:20"))
    was_known = FindingRecorded(
        rule="R-23",
        sentence="overrun_was_known",
        values={"known_at": f"2026-11-18T{said}:00+09:00"},
        subjects=SUBJECTS,
    )
    told = [changed("2026-11-18 12:20"), told_late(said, "12:20", "13:00")]
    outcome = story.when(agree, at_="2026-11-18 13:00").then(*told, *([was_known] if known else []))
    if known:
        assert outcome.facts[2].cites == (12,)
        with switched_off("ledger.domain.overrun.was_known"):
            story.when(agree, at_="2026-11-18 13:00").then(*told)


def test_r_23_an_end_that_is_no_later_or_was_left_again_was_not_known() -> None:
    done = WorkCompleted(work_order=ORDER, completed_at=at("2026-11-18 12:40"))
    same = overrun(done, NEVER_TOLD, proposed("2026-11-18 11:58", AGREED.planned_end))
    agree = replace(AGREE, agreed_at=at("2026-11-18 11:59"))
    same.when(agree, at_="2026-11-18 13:00").then(
        changed("2026-11-18 11:59", AGREED.planned_end), told_late("11:58", "11:59", "13:00")
    )
    left = replace(changed("2026-11-18 12:20"), proposal=an_id("proposal", 3), planned_end=at("2026-11-18 12:30"))
    story = overrun(left, done, NEVER_TOLD, proposed("2026-11-18 12:05"))
    earlier = replace(AGREE, agreed_at=at("2026-11-18 12:06"))
    outcome = story.when(earlier, at_="2026-11-18 13:00")
    assert len(outcome.facts) == 3, "by the deadline it was the newest word"
    newer = replace(left, agreed_at=at("2026-11-18 12:07"))
    story.recorded[11] = replace(story.recorded[11], fact=newer)
    assert len(story.when(earlier, at_="2026-11-18 13:00").facts) == 2


@pytest.mark.parametrize("end", ["2026-11-18 13:00", "2026-11-18 15:00"])
def test_r_21_an_overrun_notice_after_an_agreement_moves_its_end_whichever_is_told_first(end: str) -> None:
    agreed, notice = changed("2026-11-18 11:30", at(end)), TOLD
    plans = []
    for order in ((agreed, notice), (notice, agreed)):
        story = given(*RUNNING).at("2026-11-18 12:40", order[0]).at("2026-11-18 12:41", order[1])
        plan, current = window(story), fold(story.recorded, ORDER).current
        assert current is not None
        assert current.ends == plan.planned_end == max(at(end), TOLD.planned_end)
        assert plan.agreed_end == at(end)
        plans.append((plan.starts_at, plan.planned_end, plan.agreed_end, plan.told_at))
    assert plans[0] == plans[1]
    before = given(*RUNNING).at("2026-11-18 12:40", notice, changed("2026-11-18 12:11", at("2026-11-18 13:00")))
    assert window(before).planned_end == at("2026-11-18 13:00")


def test_r_23_an_agreement_from_before_the_newest_one_leaves_the_overrun_as_it_is() -> None:
    story = overrun(changed("2026-11-18 12:20"))
    before = fold(story.recorded, ORDER)
    older = replace(changed("2026-11-18 11:00"), planned_end=at("2026-11-18 20:00"))
    assert fold(story.at("2026-11-18 13:00", older).recorded, ORDER) == before


def test_r_10_a_time_that_was_over_when_it_was_told_is_carried_no_further_by_a_notice() -> None:
    hours = Defaults().overrun_carries
    told = replace(AGREED, agreed_at=at("2026-11-18 09:00"))
    in_time = given(REQUESTED, *PLANNED[1:4]).at("2026-11-18 11:59", told, STARTED).at("2026-11-18 12:10", TOLD)
    assert window(in_time).carried(hours) == AGREED.planned_end + timedelta(hours=2)
    over = given(REQUESTED, *PLANNED[1:4]).at("2026-11-18 12:00", told, STARTED).at("2026-11-18 12:10", TOLD)
    assert window(over).planned_end == TOLD.planned_end
    assert window(over).carried(hours) == AGREED.planned_end


def test_r_08_a_start_that_is_told_after_it_shortens_nobodys_time_to_answer() -> None:
    asked = AccessPermissionRequested(
        permission=an_id("permission"),
        work_order=ORDER,
        targets=("db01",),
        protocols=(Protocol.SSH,),
        requested_at=at("2026-11-17 09:00"),
    )
    for told, deadline in (("2026-11-18 10:00", "2026-11-18 10:00"), ("2026-11-18 10:01", "2026-11-20 00:00")):
        agreed = replace(AGREED, agreed_at=at("2026-11-17 10:00"))
        story = given(*PLANNED[:4]).at("2026-11-17 09:00", asked).at(told, agreed)
        due = permissions_due(ORDER, CUSTOMER).facts(story.recorded, at("2026-11-20 00:00"), story.defaults)
        assert [each.deadline for each in due if isinstance(each, AccessPermissionLapsed)] == [at(deadline)]
