"""A request of the last day against the destruction of what it names, on a real log: one order, and the loser knows."""

from datetime import date, datetime, timedelta
from functools import partial

from evening import ACTOR
from test_deciding import World, make_world, together, world

from ledger.application.deciding import CarriedOut, Decider
from ledger.domain.calendar import day_begins
from ledger.domain.decision import Refusal
from ledger.domain.destroying import OrderDestruction
from ledger.domain.request_facts import EvidenceRequestReceived, RequestForm
from ledger.domain.requesting import ReceiveEvidenceRequest
from ledger.domain.retention import term_ends
from ledger.domain.retention_facts import DestructionOrdered
from ledger.domain.violation import ViolationRecorded

assert make_world
assert world
ROUNDS = 6


def asking(of: World, day: date, received_at: datetime) -> ReceiveEvidenceRequest:
    return ReceiveEvidenceRequest(
        customer=of.customer,
        request=of.decider.new_id("request"),
        applicant=of.decider.new_id("person"),
        first_day=day,
        last_day=day,
        form=RequestForm.PORTAL,
        document_sha256="d" * 64,
        words="この日の録画をください",
        received_at=received_at,
    )


def test_r_17_of_a_request_on_the_last_day_and_a_destruction_one_is_first_and_the_other_knows_it(
    world: World,
) -> None:
    for number in range(ROUNDS):
        day = date(2025, 11, 15) - timedelta(days=number)
        last_minute = term_ends(day, "trail") - timedelta(minutes=1)
        request = asking(world, day, last_minute)
        destruction = OrderDestruction(customer=world.customer, key=f"trail:{day}", subjects=())
        asked, destroyed = together(
            partial(Decider(world.ledger.recorder).carry_out, request, actor=ACTOR),
            partial(world.decider.carry_out, destruction, actor=ACTOR),
        )
        assert isinstance(asked, CarriedOut)  # what arrived is recorded in any case
        assert isinstance(asked.facts[0], EvidenceRequestReceived)
        if isinstance(destroyed, Refusal):
            assert destroyed.rule == "R-17"
            assert asked.positions[0] in destroyed.cites
            assert len(asked.facts) == 1
            continue
        assert isinstance(destroyed, CarriedOut)
        assert isinstance(destroyed.facts[0], DestructionOrdered)
        assert destroyed.positions[0] < asked.positions[0]
        [wrong] = [each for each in asked.facts if isinstance(each, ViolationRecorded)]
        assert (wrong.rule, wrong.cites) == ("R-17", (destroyed.positions[0],))


def test_r_17_a_request_after_the_term_is_told_what_is_gone_and_breaks_nothing(
    world: World,
) -> None:
    day = date(2025, 11, 15)
    key = f"trail:{day}"
    assert term_ends(day, "trail") == day_begins(date(2026, 11, 16))
    ordered = world.decider.carry_out(
        OrderDestruction(customer=world.customer, key=key, subjects=()), actor=ACTOR
    ).positions[0]
    [received] = world.do(asking(world, day, term_ends(day, "trail")))
    assert isinstance(received, EvidenceRequestReceived)
    assert received.cites == (ordered,)
