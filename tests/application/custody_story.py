"""An order that may be begun on a real log, with a vault of customers' secrets beside it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from evening import ACTOR
from test_deciding import Drawn

from api import wiring
from api.settings import Settings
from ledger.application.credentials import Credentials
from ledger.application.custody_words import CustodyWords
from ledger.application.deciding import Decider
from ledger.application.door import Ledger
from ledger.domain.basis import Basis
from ledger.domain.boundary import Boundary, tag
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.contract import Remote
from ledger.domain.contracting import RegisterContract
from ledger.domain.credential_facts import CredentialErased, Origin
from ledger.domain.credential_giving import CheckOutCredential, ProvideCredential, RequestCredential
from ledger.domain.ordering import AcceptWork, AssignTechnician, RequestWork
from ledger.domain.people import RegisterOperator, RegisterTechnician, Role
from ledger.domain.recorded import last
from ledger.domain.schedule import AgreeSchedule, ProposeSchedule
from ledger.domain.work_facts import Side
from ledger.domain.working import CompleteWork, StartWork
from ledger.keys.secret import Secret
from ledger.store.clock import ManualClock

BEGINS = datetime(2026, 11, 16, 1, tzinfo=UTC)
PLANTED = "Tr0ub4dor&3-従つた-planted"
SECRET = Secret(PLANTED.encode())


@dataclass
class Work:
    """An order that may be begun, and a vault beside its ledger."""

    ledger: Ledger
    settings: Settings
    clock: ManualClock
    decider: Decider
    credentials: Credentials
    customer: str
    order: str
    owner: str
    technicians: tuple[str, str]

    def do(self, command: object) -> tuple[int, ...]:
        return self.decider.carry_out(command, actor=ACTOR).positions

    def types(self) -> list[str]:
        return [record.type for _, record in self.ledger.entries(customer=self.customer)]

    def give(self, secret: Secret | None = SECRET, **changes: object) -> str:
        credential = self.decider.new_id("credential")
        self.credentials.take_in(replace(self.giving(credential), **changes), secret, actor=ACTOR)  # type: ignore[arg-type]
        return credential

    def ask(self) -> str:
        """Ask the customer for a credential, and give its id."""
        asking = RequestCredential(
            customer=self.customer,
            credential=self.decider.new_id("credential"),
            work_order=self.order,
            asked=self.owner,
            targets=("db01",),
            purpose="調査",
            channel="portal",
            needed_by=self.clock.now() + timedelta(days=1),
        )
        self.do(asking)
        return asking.credential

    def giving(self, credential: str) -> ProvideCredential:
        return ProvideCredential(
            customer=self.customer,
            credential=credential,
            work_order=self.order,
            origin=Origin.CUSTOMER,
            targets=("db01",),
            account="maint",
            channel="portal",
            received_at=self.clock.now(),
            provider=self.owner,
        )

    def check_out(self, credential: str, technician: int = 0) -> CheckOutCredential:
        return CheckOutCredential(
            customer=self.customer,
            credential=credential,
            work_order=self.order,
            checkout=self.decider.new_id("checkout"),
            technician=self.technicians[technician],
            used_for=self.order,
        )

    def finish(self) -> None:
        now = self.clock.now()
        self.do(
            StartWork(customer=self.customer, work_order=self.order, technician=self.technicians[0], started_at=now)
        )
        self.do(CompleteWork(customer=self.customer, work_order=self.order, completed_at=now))

    def certificate(self, credential: str) -> CredentialErased | None:
        found = last(self.decider.facts(Boundary.of(tag("credential", credential))), CredentialErased)
        return None if found is None else found.fact

    def erase(self, credential: str) -> tuple[int, ...]:
        return self.credentials.erase(self.customer, credential, self.order, actor=ACTOR).positions


@contextmanager
def agreed(make_settings: Callable[..., Settings]) -> Iterator[Work]:
    """Give an order whose time has begun, with two technicians assigned."""
    clock = ManualClock(BEGINS)
    settings = make_settings(clock)
    with ExitStack() as stack:
        ledger = stack.enter_context(wiring.opened(settings, clock=clock))
        drawn = Drawn("credentials")
        customer = f"cus_{drawn(16).hex()}"
        ledger.recorder.create_chain(customer)
        words = CustodyWords(ledger.reader, ledger.keys.custody)
        decider = Decider(ledger.recorder, draw=drawn, words=words)
        credentials = Credentials(ledger.recorder, decider, ledger.keys.custody, words=words)
        order, owner, proposal = (decider.new_id(kind) for kind in ("work_order", "person", "proposal"))
        technicians = (decider.new_id("person"), decider.new_id("person"))
        made = Work(ledger, settings, clock, decider, credentials, customer, order, owner, technicians)
        roles = (ContactRole.WORK_CONTACT, ContactRole.CREDENTIAL_OWNER)
        made.do(RegisterContact(customer=customer, contact=owner, name="伊藤", roles=roles))
        made.do(
            RegisterContract(
                customer=customer,
                contract=decider.new_id("contract"),
                reference="保守-1",
                clause="-",
                remote=Remote.NOT_STATED,
                starts_at=BEGINS - timedelta(days=100),
            )
        )
        made.do(
            RequestWork(
                customer=customer,
                work_order=order,
                basis=Basis.CUSTOMER_REQUEST,
                title="調査",
                purpose="応答遅延",
                targets=("db01",),
                requested_at=BEGINS,
                requested_by=owner,
            )
        )
        made.do(AcceptWork(customer=customer, work_order=order))
        manager = decider.new_id("person")
        made.do(RegisterOperator(person=manager, name="営業", roles=(Role.SALES,)))
        for technician in technicians:
            made.do(RegisterTechnician(person=technician, name="技術員"))
            made.do(AssignTechnician(customer=customer, work_order=order, technician=technician, person=manager))
        begins = BEGINS + timedelta(hours=1)
        made.do(
            ProposeSchedule(
                customer=customer,
                work_order=order,
                proposal=proposal,
                by=Side.VENDOR,
                starts_at=begins,
                planned_end=begins + timedelta(hours=4),
            )
        )
        made.do(AgreeSchedule(customer=customer, work_order=order, proposal=proposal, by=Side.CUSTOMER, contact=owner))
        clock.advance(timedelta(hours=2))
        yield made
