"""Evidence that is shown or taken along, on a real log: on record before, marked, and sealed for requests."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from evening import ACTOR
from test_deciding import BEGINS

from api import wiring
from api.settings import Settings
from ledger.application.accessing import Shown
from ledger.application.door import Ledger
from ledger.application.payload import read
from ledger.domain.access import AccessEvidence, Act
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.data_use import UseData
from ledger.domain.decision import Refusal
from ledger.domain.marking import Marking
from ledger.domain.people import BindOsUser, RegisterOperator, Role
from ledger.domain.providing import DeliverEvidence
from ledger.domain.purposes import DataKind, Purpose
from ledger.domain.request_facts import RequestForm
from ledger.domain.requesting import AcceptEvidenceRequest, ReceiveEvidenceRequest
from ledger.domain.sharing import SystemUser
from ledger.log.entry import LOG_CHAIN
from ledger.log.verify import Asked, Held, verify_package
from ledger.store.clock import ManualClock
from ledger.store.record import Recorded

LAWYER, KEEPER = SystemUser("horitsu"), SystemUser("kanri")


@dataclass
class Office:
    """A ledger with a lawyer and an evidence custodian, each bound to a system user, and a customer that may apply."""

    ledger: Ledger
    clock: ManualClock
    customer: str
    applicant: str
    lawyer: str
    request: str

    def do(self, command: object) -> None:
        self.ledger.decider.carry_out(command, actor=ACTOR)

    def accept(self) -> None:
        self.do(AcceptEvidenceRequest(customer=self.customer, request=self.request, person=self.lawyer))

    def chain(self) -> list[tuple[int, Recorded]]:
        return list(self.ledger.entries(customer=self.customer))


@pytest.fixture
def office(make_settings: Callable[..., Settings]) -> Iterator[Office]:
    clock = ManualClock(BEGINS)
    with ExitStack() as stack:
        ledger = stack.enter_context(wiring.opened(make_settings(clock), clock=clock))
        customer = ledger.register_customer("在庫商事", actor=ACTOR)
        new = ledger.decider.new_id
        made = Office(ledger, clock, customer, new("contact"), new("person"), new("request"))
        keeper = new("person")
        made.do(RegisterOperator(person=made.lawyer, name="法務 太郎", roles=(Role.LEGAL,)))
        made.do(RegisterOperator(person=keeper, name="管理 花子", roles=(Role.EVIDENCE_CUSTODIAN,)))
        made.do(BindOsUser(person=made.lawyer, os_user=LAWYER.name))
        made.do(BindOsUser(person=keeper, os_user=KEEPER.name))
        made.do(
            RegisterContact(
                customer=customer, contact=made.applicant, name="佐藤 花子", roles=(ContactRole.EVIDENCE_APPLICANT,)
            )
        )
        day = clock.now().date()
        made.do(
            ReceiveEvidenceRequest(
                customer=customer,
                request=made.request,
                applicant=made.applicant,
                first_day=day - timedelta(days=7),
                last_day=day,
                form=RequestForm.PAPER,
                document_sha256=sha256(b"form").hexdigest(),
                words="作業証跡の提供を申請します。",
                received_at=clock.now(),
            )
        )
        yield made


def test_r_34_an_access_is_one_entry_of_the_chain_that_was_looked_at(office: Office) -> None:
    before = office.chain()
    shown = Shown(office.customer, 2, 2, Act.VIEW, DataKind.CONTENT)
    marked = office.ledger.accessing.record(
        shown, user=LAWYER, actor=ACTOR, purpose=Purpose.PROPER_USE_CHECK, reason="点検"
    )
    assert marked is None
    (_, entry), *more = office.chain()[len(before) :]
    assert not more
    assert entry.type == "ledger.evidence_accessed.v1"
    assert entry.public == {
        "act": "view",
        "data_kind": "content",
        "first": 2,
        "last": 2,
        "purpose": "proper_use_check",
    }
    said = read(entry.data)["data"]
    assert (said["person"], said["reason"]) == (office.lawyer, "点検")
    assert not [tag for tag in entry.tags if office.lawyer in tag]  # a tag names no person


def test_r_34_what_is_turned_down_is_on_record_and_refused_by_its_rule(office: Office) -> None:
    shown = Shown(office.customer, 1, None, Act.EXPORT, DataKind.CONTENT)
    with pytest.raises(Refusal) as refused:
        office.ledger.accessing.record(
            shown, user=LAWYER, actor=ACTOR, purpose=Purpose.CONTRACT_PERFORMANCE, reason="写し"
        )
    assert refused.value.rule == "R-35"
    _, entry = office.chain()[-1]
    assert (entry.type, entry.public["rule"]) == ("ledger.evidence_access_denied.v1", "R-35")
    with pytest.raises(Refusal, match="R-34"):
        office.ledger.accessing.record(
            shown, user=SystemUser("daemon"), actor=ACTOR, purpose=Purpose.REQUESTED_WORK, reason="写し"
        )
    assert office.chain()[-1][1].public["rule"] == "R-34"


def test_r_34_what_the_log_itself_holds_of_people_is_on_record_there(office: Office) -> None:
    office.ledger.accessing.record(
        Shown(LOG_CHAIN, 4, 4, Act.VIEW, DataKind.CONTENT),
        user=LAWYER,
        actor=ACTOR,
        purpose=Purpose.PROPER_USE_CHECK,
        reason="点検",
    )
    accessed = [each for _, each in office.ledger.entries() if each.type == "ledger.evidence_accessed.v1"]
    assert [each.chain for each in accessed] == [LOG_CHAIN]


def test_r_26_a_package_holds_the_marking_that_it_was_taken_along_under(office: Office, tmp_path: Path) -> None:
    marked = office.ledger.accessing.record(
        Shown(office.customer, 1, None, Act.EXPORT, DataKind.RECORDING),
        user=KEEPER,
        actor=ACTOR,
        purpose=Purpose.REQUESTED_WORK,
        reason="提供",
    )
    assert marked is not None
    assert marked.marking is Marking.CUSTOMERS_RESPONSIBILITY
    package = tmp_path / "package.zip"
    exported = office.ledger.export(office.customer, package)
    marks = [record for _, record in office.chain() if record.type == "confidentiality.marked.v1"]
    assert [each.public["marking"] for each in marks] == ["customers_responsibility"]
    assert marks[0].seq <= exported.last
    with package.open("rb") as file:
        report = verify_package(file, office.ledger.policy(), held=Held(), asked=Asked(), now=office.clock.now())
    assert int(report.status) == 0


def test_r_28_a_package_is_made_for_an_accepted_request_and_sealed_as_it_was_written(
    office: Office, tmp_path: Path
) -> None:
    providing = office.ledger.providing
    with pytest.raises(Refusal, match="R-28"):
        providing.prepare(office.customer, office.request, KEEPER)  # received, and not yet accepted
    office.accept()
    with pytest.raises(Refusal, match="R-35"):
        providing.prepare(office.customer, office.request, LAWYER)
    with pytest.raises(Refusal, match="R-34"):
        providing.prepare(office.customer, office.request, SystemUser("daemon"))
    size = office.ledger.reader.size()
    prepared = providing.prepare(office.customer, office.request, KEEPER)
    assert office.ledger.reader.size() == size
    package = tmp_path / "package.zip"
    office.ledger.export(office.customer, package)
    sealed = providing.seal(prepared, package, actor=ACTOR)
    record = office.ledger.show(sealed.positions[0])
    assert record.type == "request.package_sealed.v1"
    said = read(record.data)["data"]
    with ZipFile(package) as archive:
        manifest = sha256(archive.read("manifest-sha256.txt")).hexdigest()
    assert said["manifest_sha256"] == manifest
    assert said["package_sha256"] == sha256(package.read_bytes()).hexdigest()
    assert said["package_bytes"] == package.stat().st_size
    deliver = DeliverEvidence(
        customer=office.customer,
        request=office.request,
        person=prepared.person,
        recipient=office.applicant,
        channel="ポータル",
        manifest_sha256=manifest,
        delivered_at=office.clock.now(),
    )
    office.do(deliver)
    assert office.chain()[-1][1].type == "request.delivered.v1"


def test_r_28_a_package_that_another_was_sealed_before_is_not_sealed(office: Office, tmp_path: Path) -> None:
    office.accept()
    prepared = office.ledger.providing.prepare(office.customer, office.request, KEEPER)
    for name in ("one.zip", "two.zip"):
        office.ledger.export(office.customer, tmp_path / name)
    office.ledger.providing.seal(prepared, tmp_path / "one.zip", actor=ACTOR)
    with pytest.raises(Refusal, match="R-28"):
        office.ledger.providing.seal(prepared, tmp_path / "two.zip", actor=ACTOR)


def access(office: Office, subjects: tuple[str, ...]) -> AccessEvidence:
    return AccessEvidence(
        customer=office.customer,
        access=office.ledger.decider.new_id("access"),
        person=office.lawyer,
        act=Act.VIEW,
        data_kind=DataKind.CONTENT,
        purpose=Purpose.PROBLEM_DETERMINATION,
        subjects=subjects,
        reason="調査",
    )


def use(office: Office, subjects: tuple[str, ...]) -> UseData:
    return UseData(
        customer=office.customer,
        use=office.ledger.decider.new_id("use"),
        person=office.lawyer,
        purpose=Purpose.PROBLEM_DETERMINATION,
        data_kind=DataKind.CONTENT,
        subjects=subjects,
        reason="調査",
    )


@pytest.mark.parametrize("command", [access, use])
def test_r_36_what_is_another_customers_is_no_subject_of_this_ones(
    office: Office, command: Callable[[Office, tuple[str, ...]], object]
) -> None:
    other, theirs = office.ledger.register_customer("別会社", actor=ACTOR), office.ledger.decider.new_id("request")
    office.do(
        ReceiveEvidenceRequest(
            customer=other,
            request=theirs,
            applicant=office.ledger.decider.new_id("contact"),
            first_day=office.clock.now().date(),
            last_day=office.clock.now().date(),
            form=RequestForm.PAPER,
            document_sha256=sha256(b"form").hexdigest(),
            words="申請",
            received_at=office.clock.now(),
        )
    )
    size = office.ledger.reader.size()
    with pytest.raises(Refusal, match="R-36"):
        office.do(command(office, (f"request:{theirs}",)))
    assert office.ledger.reader.size() == size
    office.do(command(office, (f"request:{office.request}",)))
    assert office.ledger.reader.size() > size
