"""A hold that was to be reviewed, on a real log: the run of the clock says so once (R-17)."""

from collections.abc import Callable
from datetime import timedelta

from evening import ACTOR
from test_deciding import BEGINS

from api import wiring
from api.settings import Settings
from ledger.application import clock_run
from ledger.domain.holds import HoldReason, OrderHold
from ledger.domain.people import RegisterOperator, Role
from ledger.store.clock import ManualClock


def test_r_17_the_clock_tells_of_a_hold_that_nobody_reviewed(make_settings: Callable[..., Settings]) -> None:
    clock = ManualClock(BEGINS)
    with wiring.opened(make_settings(clock), clock=clock) as ledger:
        customer = ledger.register_customer("在庫商事", actor=ACTOR)
        lawyer, hold = ledger.decider.new_id("person"), ledger.decider.new_id("hold")
        ledger.decider.carry_out(RegisterOperator(person=lawyer, name="法務", roles=(Role.LEGAL,)), actor=ACTOR)
        order = OrderHold(
            customer=customer,
            hold=hold,
            why=HoldReason.LEGAL,
            person=lawyer,
            words="調査中",
            review_at=clock.now() + timedelta(days=30),
        )
        ledger.decider.carry_out(order, actor=ACTOR)
        clock.advance(timedelta(days=29))
        assert not clock_run.run(ledger.recorder, ledger.decider).noticed
        clock.advance(timedelta(days=1))
        (noticed,) = clock_run.run(ledger.recorder, ledger.decider).noticed
        assert (noticed.timer, noticed.subject, noticed.chain) == ("hold", hold, customer)
        assert ledger.show(noticed.positions[0]).type == "finding.recorded.v1"
        assert not clock_run.run(ledger.recorder, ledger.decider).noticed
