"""Holds by people, and what becomes of a day's half: kept with an author, let go by two, destroyed on time (R-17)."""

from dataclasses import replace
from datetime import date

import pytest
from evidence_requests import (
    CUSTODIAN,
    LEGAL,
    MR_CUSTODIAN,
    MR_TECHNICIAN,
    MS_LEGAL,
    ORDER,
    RECEIVED,
    REQUEST,
    TECHNICIAN,
    WORK_ORDER,
)
from story import CUSTOMER, an_id, as_recorded, at, given

from ledger.domain.basis import Basis
from ledger.domain.decision import Refusal
from ledger.domain.destroying import OrderDestruction
from ledger.domain.finding import FindingRecorded
from ledger.domain.halves import Keep, is_due, named_by, plan_half
from ledger.domain.holds import (
    HOLD_TIMER,
    HoldOrdered,
    HoldReason,
    HoldReleaseOrdered,
    HoldReleaseProposed,
    OrderHold,
    ProposeRelease,
    ReleaseHold,
    fold,
)
from ledger.domain.people import OsUserBound, OsUserUnbound, PersonLeft
from ledger.domain.request import fold as fold_requests
from ledger.domain.retention import Hold, Life, Uses
from ledger.domain.retention_facts import DestructionOrdered, EvidenceSealed
from ledger.domain.session_facts import SessionStarted
from ledger.domain.settings import Defaults
from ledger.domain.trail import Pair

HOLD, SESSION = an_id("hold"), an_id("session")
NOW = "2026-12-01 10:00"
KEY = "trail:2026-11-30"
EXPIRY = at("2027-12-01 00:00")
ORDERED = HoldOrdered(
    customer=CUSTOMER,
    hold=HOLD,
    why=HoldReason.DISPUTE,
    work_orders=(),
    first_day=date(2026, 11, 1),
    last_day=date(2026, 11, 30),
    person=LEGAL,
    words="損害の主張あり",
    review_at=at("2027-06-01 00:00"),
)
RELEASED = HoldReleaseOrdered(customer=CUSTOMER, hold=HOLD, persons=(LEGAL, CUSTODIAN), words="和解")
ORDER_HOLD = OrderHold(
    customer=CUSTOMER,
    hold=HOLD,
    why=HoldReason.DISPUTE,
    first_day=date(2026, 11, 1),
    last_day=date(2026, 11, 30),
    person=LEGAL,
    words="損害の主張あり",
    review_at=at("2027-06-01 00:00"),
)
PROPOSE = ProposeRelease(customer=CUSTOMER, hold=HOLD, person=LEGAL, words="和解の見込み")
PROPOSED = HoldReleaseProposed(customer=CUSTOMER, hold=HOLD, person=LEGAL, words="和解の見込み")
RELEASE = ReleaseHold(customer=CUSTOMER, hold=HOLD, person=CUSTODIAN, words="和解")
DESTROY = OrderDestruction(customer=CUSTOMER, key=KEY, subjects=())


def test_r_17_a_hold_is_ordered_at_once_with_its_author_and_reason() -> None:
    given(MS_LEGAL).when(ORDER_HOLD, at_=NOW).then(ORDERED).citing(0)
    given(MS_LEGAL, ORDERED).when(ORDER_HOLD, at_=NOW).refused("R-17", cites=[1])
    given(MS_LEGAL).when(replace(ORDER_HOLD, last_day=None), at_=NOW).refused("R-17")
    given(MS_LEGAL).when(replace(ORDER_HOLD, last_day=date(2026, 10, 31)), at_=NOW).refused("R-17")


def test_r_17_a_hold_names_work_orders_that_are_there_and_the_customers_own() -> None:
    command = replace(ORDER_HOLD, work_orders=(WORK_ORDER,))
    named = replace(ORDERED, work_orders=(WORK_ORDER,))
    given(ORDER, MS_LEGAL).when(command, at_=NOW).then(named).citing(0, 1)
    given(MS_LEGAL).when(command, at_=NOW).refused("R-17")
    both = replace(command, work_orders=(WORK_ORDER, an_id("workorder", 9)))
    given(ORDER, MS_LEGAL).when(both, at_=NOW).refused("R-17")
    other = replace(command, customer="cus_" + "d" * 32)
    given(ORDER, MS_LEGAL).when(other, at_=NOW).refused("R-17", cites=[])


def test_r_35_technicians_neither_hold_nor_release() -> None:
    given(MR_TECHNICIAN).when(replace(ORDER_HOLD, person=TECHNICIAN), at_=NOW).refused("R-35", cites=[0])
    story = given(MS_LEGAL, MR_TECHNICIAN, ORDERED, PROPOSED)
    story.when(replace(PROPOSE, person=TECHNICIAN), at_=NOW).refused("R-35", cites=[1])
    story.when(replace(RELEASE, person=TECHNICIAN), at_=NOW).refused("R-35", cites=[1])


def test_r_34_a_hold_is_released_by_two_persons_and_once() -> None:
    story = given(MS_LEGAL, MR_CUSTODIAN, ORDERED)
    story.when(RELEASE, at_=NOW).refused("R-34", cites=[2])
    story.when(PROPOSE, at_=NOW).then(PROPOSED).citing(0, 2)
    story = given(MS_LEGAL, MR_CUSTODIAN, ORDERED, PROPOSED)
    story.when(PROPOSE, at_=NOW).then().citing(3)
    story.when(RELEASE, at_=NOW).then(RELEASED).citing(0, 1, 2, 3)
    story.when(replace(RELEASE, person=LEGAL), at_=NOW).refused("R-34", cites=[0])


def test_r_35_a_release_takes_two_system_users_whoever_holds_them_by_then() -> None:
    bound, taken = OsUserBound(person=LEGAL, os_user="sato"), OsUserBound(person=CUSTODIAN, os_user="sato")
    handed_over = (OsUserUnbound(person=LEGAL, os_user="sato"), taken)
    story = given(MS_LEGAL, MR_CUSTODIAN, bound, ORDERED, PROPOSED, *handed_over)
    story.when(RELEASE, at_=NOW).refused("R-35", cites=[2, 4, 6])
    given(MS_LEGAL, MR_CUSTODIAN, bound, *handed_over, ORDERED, PROPOSED).when(RELEASE, at_=NOW).then(RELEASED)


NOT_REVIEWED = FindingRecorded(
    rule="R-17",
    sentence="hold_not_reviewed",
    values={"at": "2027-06-01T00:00:00+09:00"},
    subjects=(f"hold:{HOLD}",),
)


def test_r_17_a_hold_that_nobody_reviewed_in_time_is_a_finding_once_whoever_looks() -> None:
    due = HOLD_TIMER.at(HOLD, CUSTOMER)
    recorded = given(MS_LEGAL, ORDERED).recorded
    assert due.facts(recorded, at("2027-05-31 23:59:59"), Defaults()) == ()
    (found,) = due.facts(recorded, at("2027-06-01 00:00"), Defaults())
    assert (replace(found, cites=()), found.cites) == (NOT_REVIEWED, (1,))
    late = given(MS_LEGAL, ORDERED).when(PROPOSE, at_="2027-07-01 09:00")
    late.after(NOT_REVIEWED).then(PROPOSED)
    given(MS_LEGAL, ORDERED, NOT_REVIEWED).when(PROPOSE, at_="2027-07-01 09:00").after().then(PROPOSED)


def test_r_17_a_hold_that_was_released_before_or_is_never_to_be_reviewed_is_no_finding() -> None:
    due = HOLD_TIMER.at(HOLD, CUSTOMER)
    before = given(ORDERED).at("2027-05-01 09:00", RELEASED)
    assert due.facts(before.recorded, at("2027-07-01 00:00"), Defaults()) == ()
    after = given(ORDERED).at("2027-06-02 09:00", RELEASED)
    assert [replace(each, cites=()) for each in due.facts(after.recorded, at("2027-07-01 00:00"), Defaults())] == [
        NOT_REVIEWED
    ]
    endless = given(replace(ORDERED, review_at=None))
    assert due.facts(endless.recorded, at("2037-01-01 00:00"), Defaults()) == ()


def test_r_34_a_release_that_was_proposed_by_somebody_who_left_is_proposed_anew() -> None:
    story = given(MS_LEGAL, MR_CUSTODIAN, ORDERED, PROPOSED, PersonLeft(person=LEGAL))
    story.when(RELEASE, at_=NOW).refused("R-34", cites=[0])


def test_r_17_what_is_not_held_is_not_released() -> None:
    given(MS_LEGAL, MR_CUSTODIAN, ORDERED, RELEASED).when(RELEASE, at_=NOW).refused("R-17", cites=[2, 3])
    given(MS_LEGAL, MR_CUSTODIAN).when(RELEASE, at_=NOW).refused("R-17")


def test_r_17_what_people_hold_is_not_destroyed_until_after_the_release() -> None:
    free = DestructionOrdered(
        customer=CUSTOMER, key=KEY, work_orders=(), expired_at=EXPIRY, free_at=at("2028-03-01 09:00")
    )
    held = given(ORDERED)
    held.when(DESTROY, at_="2028-03-01 08:59").refused("R-17", cites=[0])
    held.at("2028-03-01 09:00", RELEASED).when(DESTROY, at_="2028-03-02 09:00").then(free)


def test_r_17_a_hold_placed_after_the_term_keeps_what_is_still_there() -> None:
    given(at_="2027-12-01 06:00").at("2027-12-01 06:00", ORDERED).when(DESTROY, at_="2027-12-01 07:00").refused("R-17")


@pytest.mark.parametrize(
    ("scope", "pair", "orders", "covered"),
    [
        ({}, Pair(CUSTOMER, "trail:2026-11-01"), (), True),
        ({}, Pair(CUSTOMER, "trail:2026-12-01"), (), False),
        ({}, Pair("cus_" + "d" * 32, KEY), (), False),
        ({"first_day": None, "last_day": None}, Pair(CUSTOMER, "fee:2020-01-01"), (), True),
        ({"first_day": None, "last_day": None, "work_orders": (WORK_ORDER,)}, Pair(CUSTOMER, KEY), (), False),
        ({"first_day": None, "last_day": None, "work_orders": (WORK_ORDER,)}, Pair(CUSTOMER, KEY), (WORK_ORDER,), True),
        ({"work_orders": (WORK_ORDER,)}, Pair(CUSTOMER, "trail:2026-12-01"), (WORK_ORDER,), True),
    ],
)
def test_r_17_a_hold_keeps_what_it_names(
    scope: dict[str, object], pair: Pair, orders: tuple[str, ...], *, covered: bool
) -> None:
    hold = fold([as_recorded(replace(ORDERED, **scope), 0, at(NOW))])[HOLD]
    assert hold.covers(pair, orders) is covered


def test_r_16_a_half_is_due_at_the_end_of_its_own_term_and_not_before() -> None:
    assert not is_due(KEY, at("2027-11-30 23:59"))
    assert is_due(KEY, EXPIRY)
    assert not is_due("person:" + "0" * 32, EXPIRY)
    with pytest.raises(Refusal, match="R-16"):
        plan_half(KEY, {}, at("2027-11-30 23:59"), Defaults())
    with pytest.raises(Refusal, match="R-16"):
        plan_half("person:" + "0" * 32, {}, EXPIRY, Defaults())


def test_r_14_a_half_dies_on_time_and_what_is_needed_is_kept_beside_it() -> None:
    received = replace(RECEIVED, work_orders=(), first_day=date(2026, 11, 30), last_day=date(2026, 11, 30))
    asked = tuple(fold_requests([as_recorded(received, 0, at(NOW))]).values())
    unfinished = Life(f"work_order:{WORK_ORDER}", None)
    finished = replace(unfinished, ended_at=at("2026-11-30 18:00"))
    uses = {
        "cus_1": Uses((unfinished,), asked),
        CUSTOMER: Uses((finished,), asked),
        "cus_2": Uses(holds=(Hold("hold_9"),)),
        "cus_3": Uses((finished,)),
    }
    plan = plan_half(KEY, uses, EXPIRY, Defaults())
    assert (plan.expired_at, plan.destroy_by) == (EXPIRY, at("2027-12-02 00:00"))
    assert [each.pair.chain for each in plan.free] == ["cus_3"]
    assert {verdict.pair.chain: keep for keep, verdict in plan.kept} == {
        "cus_1": Keep.CARRY,
        CUSTOMER: Keep.REQUEST,
        "cus_2": Keep.STANDING,
    }


def test_r_17_a_request_names_the_pairs_of_its_days_its_orders_and_their_sessions() -> None:
    started = SessionStarted(
        session=SESSION,
        work_order=WORK_ORDER,
        permission=None,
        technician=TECHNICIAN,
        login=None,
        consent=None,
        terms=None,
        basis=Basis.CONTRACT,
        targets=("db01",),
        gateway="gw1",
        permitted_until=None,
        started_at=at("2026-11-30 23:40"),
        days=(),
    )
    sealed = EvidenceSealed(session=SESSION, entries=1, manifest_sha256="a" * 64)
    other = replace(ORDER, work_order=an_id("workorder", 2))
    asked = replace(RECEIVED, first_day=date(2027, 2, 28), last_day=date(2027, 3, 1))
    story = given(ORDER, at_="2026-11-16 09:00").at("2026-11-30 23:40", started)
    story.at("2026-12-01 00:10", sealed).at("2026-12-05 09:00", other, asked)
    request = fold_requests(story.recorded)[REQUEST]
    days = ("2026-11-16", "2026-11-30", "2026-12-01", "2027-02-28", "2027-03-01")
    assert named_by(request, story.recorded) == tuple(Pair(CUSTOMER, f"trail:{day}") for day in days)
