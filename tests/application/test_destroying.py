"""A customer's day is destroyed once nothing keeps it, on a real log: ordered and carried out (R-14 to R-17)."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

import pytest
from evening import ACTOR

from api import wiring
from api.settings import Settings
from ledger.application import clock_run
from ledger.application.checking import check
from ledger.application.destroying import destroy
from ledger.application.door import Ledger
from ledger.application.errors import LedgerError
from ledger.domain.basis import Basis
from ledger.domain.calendar import day_begins
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.contract import Remote
from ledger.domain.contracting import RegisterContract
from ledger.domain.decision import Refusal
from ledger.domain.holds import HoldReason, OrderHold
from ledger.domain.ordering import DeclineWork, RequestWork
from ledger.domain.people import RegisterOperator, Role
from ledger.domain.request_facts import RequestForm
from ledger.domain.requesting import ReceiveEvidenceRequest
from ledger.keys.classes import JST
from ledger.store.clock import ManualClock
from ledger.store.record import PayloadState

DAY = date(2026, 11, 16)
KEY = f"trail:{DAY}"
GONE_FROM = day_begins(date(2027, 11, 17))


@dataclass
class Archive:
    """A customer with one work order that was declined, and an evidence custodian."""

    ledger: Ledger
    clock: ManualClock
    customer: str
    custodian: str
    lawyer: str
    contact: str

    def do(self, command: object) -> None:
        self.ledger.decider.carry_out(command, actor=ACTOR)

    def destroy(self, *, person: str | None = None, key: str = KEY) -> int:
        ledger = self.ledger
        gone = destroy(
            ledger.recorder, ledger.decider, self.customer, key, person=person or self.custodian, actor=ACTOR
        )
        assert gone.destroyed.ordered < gone.destroyed.confirmed
        return gone.destroyed.payloads

    def states(self) -> set[PayloadState]:
        return {record.state for _, record in self.ledger.entries(customer=self.customer) if record.key == KEY}


@pytest.fixture
def archive(make_settings: Callable[..., Settings]) -> Iterator[Archive]:
    with ExitStack() as stack:
        clock = ManualClock(datetime(2026, 11, 16, 10, tzinfo=JST))
        ledger = stack.enter_context(wiring.opened(make_settings(clock), clock=clock))
        customer = ledger.register_customer("在庫商事", actor=ACTOR)
        new = ledger.decider.new_id
        made = Archive(ledger, clock, customer, new("person"), new("person"), new("contact"))
        made.do(RegisterOperator(person=made.custodian, name="管理", roles=(Role.EVIDENCE_CUSTODIAN,)))
        made.do(RegisterOperator(person=made.lawyer, name="法務", roles=(Role.LEGAL,)))
        roles = (ContactRole.WORK_CONTACT, ContactRole.EVIDENCE_APPLICANT)
        made.do(RegisterContact(customer=customer, contact=made.contact, name="佐藤 花子", roles=roles))
        made.do(
            RegisterContract(
                customer=customer,
                contract=new("contract"),
                reference="保守契約",
                clause="第 3 条",
                remote=Remote.NOT_STATED,
                starts_at=clock.now() - timedelta(days=1),
            )
        )
        order = {"customer": customer, "work_order": new("work_order")}
        made.do(
            RequestWork(
                **order,
                basis=Basis.CUSTOMER_REQUEST,
                title="調査",
                purpose="障害",
                targets=("db01",),
                requested_at=clock.now(),
                requested_by=made.contact,
            )
        )
        made.do(DeclineWork(**order, reason="範囲外"))
        assert made.states() == {PayloadState.OPEN}
        yield made


def test_r_16_a_day_goes_at_the_end_of_its_term_and_not_an_instant_before(archive: Archive) -> None:
    archive.clock.advance(GONE_FROM - timedelta(seconds=1) - archive.clock.now())
    with pytest.raises(Refusal, match="R-14"):
        archive.destroy()
    assert archive.states() == {PayloadState.OPEN}
    archive.clock.advance(timedelta(seconds=1))
    ran = clock_run.run(archive.ledger.recorder, archive.ledger.decider)
    assert "retention.expired.v1" in {type(fact).KIND.type for each in ran.noticed for fact in each.facts}
    assert archive.destroy() > 0
    assert archive.states() == {PayloadState.ERASED}
    types = [record.type for _, record in archive.ledger.entries()]
    order = types.index("retention.destruction_ordered.v1")
    assert order < types.index("key.destroyed.v1") < types.index("key.destruction_confirmed.v1")
    assert archive.destroy() == 0  # again: it is finished already
    assert [record.type for _, record in archive.ledger.entries()].count("key.destroyed.v1") == 1
    assert int(check(archive.ledger, processes=1).status) == 0


def test_r_17_what_a_hold_or_a_request_keeps_is_not_destroyed(archive: Archive) -> None:
    archive.do(
        ReceiveEvidenceRequest(
            customer=archive.customer,
            request=archive.ledger.decider.new_id("request"),
            applicant=archive.contact,
            first_day=DAY,
            last_day=DAY,
            form=RequestForm.PAPER,
            document_sha256=sha256(b"form").hexdigest(),
            words="申請",
            received_at=archive.clock.now(),
        )
    )
    archive.clock.advance(GONE_FROM - archive.clock.now())
    with pytest.raises(Refusal, match="R-17"):
        archive.destroy()
    hold = archive.ledger.decider.new_id("hold")
    archive.do(
        OrderHold(customer=archive.customer, hold=hold, why=HoldReason.LEGAL, person=archive.lawyer, words="訴訟")
    )
    with pytest.raises(Refusal, match=hold):
        archive.destroy()
    assert archive.states() == {PayloadState.OPEN}


def test_r_35_only_the_evidence_custodian_destroys(archive: Archive) -> None:
    archive.clock.advance(GONE_FROM - archive.clock.now())
    with pytest.raises(Refusal, match="R-35"):
        archive.destroy(person=archive.lawyer)
    assert archive.states() == {PayloadState.OPEN}


def test_a_key_that_is_no_days_is_refused(archive: Archive) -> None:
    with pytest.raises(LedgerError, match="no day"):
        archive.destroy(key="agreement:0123")
