"""Withdrawal of consent against the opening of a session, on a real log: one order, and the loser is told why."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest
from evening import ACTOR
from test_deciding import BEGINS, Drawn, World, together

from api import wiring
from api.settings import Settings
from ledger.application.deciding import Decider
from ledger.domain.basis import Basis
from ledger.domain.boundary import Boundary, tag
from ledger.domain.consent_facts import ConsentWithdrawn, Form, Stop
from ledger.domain.consenting import ExpressConsent, WithdrawConsent
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.decision import Refusal
from ledger.domain.encrypted_path import Protocol
from ledger.domain.fact import Fact
from ledger.domain.gateway import RecordLogin, SecondFactor
from ledger.domain.ordering import AcceptWork, AssignTechnician, RequestWork
from ledger.domain.people import RegisterOperator, RegisterTechnician, Role
from ledger.domain.permission import GrantPermission, RequestPermission, RevokePermission
from ledger.domain.recorded import Recorded, of_type
from ledger.domain.session import OpenSession
from ledger.domain.session_ending import EndSession
from ledger.domain.session_facts import Ending, SessionEnded, SessionStarted, SessionTerminated, Termination
from ledger.domain.working import StartWork
from ledger.store.clock import ManualClock

ROUNDS = 5


@dataclass
class Site(World):
    """A world in which work is in progress, a permission granted and a technician logged in."""

    ids: dict[str, str] = field(default_factory=dict)

    def id(self, kind: str) -> str:
        return self.ids.setdefault(kind, self.decider.new_id(kind))

    def say_yes(self) -> None:
        self.present()
        self.do(
            ExpressConsent(
                customer=self.customer,
                consent=self.consent,
                signatory=self.id("person"),
                form=Form.PORTAL,
                received_at=self.clock.now(),
            )
        )

    def prepare(self) -> None:
        roles = (ContactRole.CONSENT_SIGNATORY, ContactRole.WORK_CONTACT)
        contact, self.technician = self.id("person"), self.decider.new_id("person")
        self.publish()
        self.do(RegisterContact(customer=self.customer, contact=contact, name="佐藤 花子", roles=roles))
        self.do(RegisterTechnician(person=self.technician, name="田中 太郎"))
        manager = self.decider.new_id("person")
        self.do(RegisterOperator(person=manager, name="鈴木 次郎", roles=(Role.SALES,)))
        self.say_yes()
        now, order, permission = self.clock.now(), self.id("work_order"), self.id("permission")
        work = {"customer": self.customer, "work_order": order}
        self.do(
            RequestWork(
                **work,
                basis=Basis.STANDALONE_TERMS,
                title="事前調査",
                purpose="見積りのため",
                targets=("db01",),
                requested_at=now,
                requested_by=contact,
            )
        )
        self.do(AcceptWork(**work))
        self.do(AssignTechnician(**work, technician=self.technician, person=manager))
        self.do(StartWork(**work, technician=self.technician, started_at=now))
        self.do(RequestPermission(**work, permission=permission, targets=("db01",), protocols=(Protocol.SSH,)))
        self.do(
            GrantPermission(
                **work,
                permission=permission,
                approver=contact,
                form=Form.PORTAL,
                targets=("db01",),
                protocols=(Protocol.SSH,),
                begins=now,
                ends=now + timedelta(days=1),
                received_at=now,
            )
        )
        self.do(
            RecordLogin(
                customer=self.customer,
                login=self.id("login"),
                technician=self.technician,
                account="tanaka",
                gateway="gw01",
                source_address="203.0.113.7",
                second_factor=SecondFactor.WEBAUTHN,
                logged_in_at=now,
            )
        )

    def opening(self) -> OpenSession:
        return OpenSession(
            customer=self.customer,
            session=self.decider.new_id("session"),
            work_order=self.id("work_order"),
            permission=self.id("permission"),
            technician=self.technician,
            login=self.id("login"),
            gateway="gw01",
            targets=("db01",),
            recording=self.decider.new_id("recording"),
            recorder="gw01",
        )

    def taking_back(self, stop: Stop = Stop.SAFE) -> WithdrawConsent:
        return WithdrawConsent(
            customer=self.customer,
            consent=self.consent,
            received_at=self.clock.now(),
            form=Form.MAIL,
            words="撤回します。",
            stop=stop,
        )


@pytest.fixture
def site(make_settings: Callable[..., Settings]) -> Iterator[Site]:
    with ExitStack() as stack:
        clock = ManualClock(BEGINS)
        ledger = stack.enter_context(wiring.opened(make_settings(clock), clock=clock))
        drawn = Drawn("site")
        customer = f"cus_{drawn(16).hex()}"
        ledger.recorder.create_chain(customer)
        made = Site(ledger, clock, Decider(ledger.recorder, draw=drawn), customer)
        made.prepare()
        yield made


def test_r_01_of_a_withdrawal_and_an_opening_one_is_first_and_the_other_knows_it(site: Site) -> None:
    for _ in range(ROUNDS):
        opening = site.opening()
        opened, withdrew = together(
            partial(Decider(site.ledger.recorder).carry_out, opening, actor=ACTOR),
            partial(site.decider.carry_out, site.taking_back(), actor=ACTOR),
        )
        assert not isinstance(withdrew, Refusal)
        [withdrawn] = _withdrawals(site)
        if isinstance(opened, Refusal):
            assert opened.rule == "R-01"
            assert withdrawn in opened.cites
            assert "同意" in opened.text("ja")
            assert _sessions(site, opening.session) == []
        else:
            [started] = [each for each in _sessions(site, opening.session) if isinstance(each.fact, SessionStarted)]
            assert started.position < withdrawn
            assert started.fact.consent == site.consent
        site.say_yes()


def test_a_03_the_session_that_won_has_its_safe_stop_and_is_then_ended(site: Site) -> None:
    opening = site.opening()
    site.do(opening)
    site.clock.advance(timedelta(minutes=1))
    site.do(site.taking_back())
    stop_by = site.clock.now() + timedelta(minutes=15)
    with pytest.raises(Refusal) as refused:
        site.do(site.opening())
    assert refused.value.rule == "R-01"
    site.clock.advance(timedelta(minutes=15, seconds=10))
    end = EndSession(
        customer=site.customer, session=opening.session, why=Ending.CUT, ended_at=stop_by + timedelta(seconds=10)
    )
    site.do(end)
    facts = [each.fact for each in _sessions(site, opening.session)]
    [cut] = [each for each in facts if isinstance(each, SessionTerminated)]
    assert (cut.reason, cut.terminated_at) == (Termination.CONSENT_WITHDRAWN, stop_by)
    assert [each.ended_at for each in facts if isinstance(each, SessionEnded)] == [end.ended_at]


def test_r_08_of_a_revocation_and_an_opening_one_is_first_and_the_other_knows_it(site: Site) -> None:
    opening = site.opening()
    revoking = RevokePermission(
        customer=site.customer,
        permission=opening.permission,
        work_order=opening.work_order,
        contact=site.id("person"),
        words="取り消します。",
        received_at=site.clock.now(),
        stop=Stop.NOW,
    )
    opened, revoked = together(
        partial(Decider(site.ledger.recorder).carry_out, opening, actor=ACTOR),
        partial(site.decider.carry_out, revoking, actor=ACTOR),
    )
    assert not isinstance(revoked, Refusal)
    if isinstance(opened, Refusal):
        assert opened.rule == "R-08"
        assert _sessions(site, opening.session) == []
        return
    with pytest.raises(Refusal):  # the revocation saw it run, and it has ended by now
        site.do(site.opening())
    end = EndSession(customer=site.customer, session=opening.session, why=Ending.CUT, ended_at=site.clock.now())
    site.do(end)
    facts = [each.fact for each in _sessions(site, opening.session)]
    assert [each.reason for each in facts if isinstance(each, SessionTerminated)] == [Termination.PERMISSION_REVOKED]


def _withdrawals(site: Site) -> list[int]:
    facts = site.decider.facts(Boundary.of(tag("agreement", site.customer)))
    return [each.position for each in of_type(facts, ConsentWithdrawn) if each.fact.consent == site.consent]


def _sessions(site: Site, session: str) -> list[Recorded[Fact]]:
    return site.decider.facts(Boundary.of(tag("session", session)))
