"""Calendar months in Japan on a real log: when the trail of a day, and of an order, may go, to the second."""

from datetime import datetime, timedelta

import pytest
from evening import ACTOR
from test_deciding import World, make_world, world

from ledger.domain.basis import Basis
from ledger.domain.contract import Remote
from ledger.domain.contracting import RegisterContract
from ledger.domain.decision import Refusal
from ledger.domain.destroying import OrderDestruction
from ledger.domain.holds import HoldReason, OrderHold, ProposeRelease, ReleaseHold
from ledger.domain.keeping import RETENTION_TIMER
from ledger.domain.ordering import CancelWork, RequestWork
from ledger.domain.people import RegisterOperator, Role
from ledger.domain.recorded import last
from ledger.domain.retention_facts import DestructionOrdered, RetentionExpired, RetentionStarted
from ledger.domain.work_facts import Side

assert make_world
assert world
SECOND = timedelta(seconds=1)


def japan(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


@pytest.mark.parametrize(
    ("ended", "gone"),
    [
        ("2026-11-30 23:59:59", "2027-12-01 00:00"),
        ("2026-12-01 00:00:00", "2027-12-02 00:00"),
        ("2026-12-31 12:00:00", "2028-01-01 00:00"),
        ("2027-02-28 12:00:00", "2028-03-01 00:00"),
        ("2028-02-28 12:00:00", "2029-03-01 00:00"),
        ("2028-02-29 12:00:00", "2029-03-01 00:00"),
        ("2028-08-31 12:00:00", "2029-09-01 00:00"),
    ],
)
def test_the_term_of_an_order_ends_with_its_calendar_months(world: World, ended: str, gone: str) -> None:
    order, contract = world.decider.new_id("work_order"), world.decider.new_id("contract")
    began, customer = world.clock.now(), {"customer": world.customer}
    stated = {"reference": "1", "clause": "8", "remote": Remote.PERIODIC, "starts_at": began, "ends_at": None}
    world.do(RegisterContract(**customer, contract=contract, **stated))  # type: ignore[arg-type]
    asked = {"basis": Basis.CONTRACT, "title": "-", "purpose": "-", "targets": ("db01",), "requested_at": began}
    world.do(RequestWork(**customer, work_order=order, **asked))  # type: ignore[arg-type]
    world.clock.advance_to(japan(ended))
    world.do(CancelWork(**customer, work_order=order, by=Side.VENDOR, reason="-"))
    due = RETENTION_TIMER.at(order, world.customer)
    world.decider.notice(due)
    started = last(world.decider.facts(due.boundary), RetentionStarted)
    assert started is not None
    assert started.fact.keep_until == japan(gone)
    world.clock.advance_to(japan(gone) - SECOND)
    assert world.decider.notice(due) == ()
    world.clock.advance_to(japan(gone))
    assert len(world.decider.notice(due)) == 1
    expired = last(world.decider.facts(due.boundary), RetentionExpired)
    assert expired is not None
    assert expired.fact.expired_at == japan(gone)


@pytest.mark.parametrize(
    ("day", "gone"), [("2026-11-30", "2027-12-01 00:00"), ("2028-02-29", "2029-03-01 00:00")], ids=["30th", "leap day"]
)
def test_r_16_a_day_is_destroyed_at_the_end_of_its_months_and_not_a_second_before(
    world: World, day: str, gone: str
) -> None:
    command = OrderDestruction(customer=world.customer, key=f"trail:{day}", subjects=())
    world.clock.advance_to(japan(gone) - SECOND)
    with pytest.raises(Refusal, match="R-16"):
        world.do(command)
    world.clock.advance_to(japan(gone))
    assert [type(each) for each in world.do(command)] == [DestructionOrdered]


def test_r_17_a_hold_that_is_released_after_the_term_lets_the_day_go_then(world: World) -> None:
    legal, custodian, hold = (world.decider.new_id(kind) for kind in ("person", "person", "hold"))
    for person, role in ((legal, Role.LEGAL), (custodian, Role.EVIDENCE_CUSTODIAN)):
        world.do(RegisterOperator(person=person, name="佐藤", roles=(role,)))
    day = japan("2026-11-30 00:00").date()
    whole = {"why": HoldReason.DISPUTE, "work_orders": (), "first_day": day, "last_day": day, "review_at": None}
    world.do(OrderHold(customer=world.customer, hold=hold, person=legal, words="-", **whole))  # type: ignore[arg-type]
    command = OrderDestruction(customer=world.customer, key=f"trail:{day}", subjects=())
    world.clock.advance_to(japan("2028-03-01 09:00"))
    with pytest.raises(Refusal, match="R-17"):
        world.do(command)
    ids = {"customer": world.customer, "hold": hold, "words": "和解"}
    world.decider.carry_out(ProposeRelease(**ids, person=legal), actor=ACTOR)
    world.decider.carry_out(ReleaseHold(**ids, person=custodian), actor=ACTOR)
    [ordered] = world.do(command)
    assert isinstance(ordered, DestructionOrdered)
    assert (ordered.expired_at, ordered.free_at) == (japan("2027-12-01 00:00"), japan("2028-03-01 09:00"))
