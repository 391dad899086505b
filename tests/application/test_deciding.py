"""Commands on a real log: one order of what hinders each other, due facts kept, text and ids as they were."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256

import pytest
from evening import ACTOR

from api import wiring
from api.settings import Settings
from ledger.application.deciding import TIMER, Decider
from ledger.application.door import Ledger
from ledger.application.errors import CommandConflictError, FactUnreadableError, PayloadUnavailableError
from ledger.application.facts import from_record
from ledger.application.payload import read
from ledger.domain.basis import Basis
from ledger.domain.boundary import PEOPLE_TAG, Boundary, tag
from ledger.domain.consent import consent_in_force
from ledger.domain.consent_facts import (
    ConsentDeemed,
    ConsentWithdrawn,
    Form,
    PresentationCause,
    Proof,
    TermsPresented,
)
from ledger.domain.consent_rules import CONSENT_TIMER, agreement_timers, check_consent, of_agreement
from ledger.domain.consenting import ExpressConsent, ReceiveObjection, WithdrawConsent
from ledger.domain.contacts import ContactRole, RegisterContact
from ledger.domain.contract import Remote
from ledger.domain.contracting import RegisterContract
from ledger.domain.decision import Decision, Refusal, decided, decides
from ledger.domain.fact import Erased, Fact, fact, ref
from ledger.domain.ordering import AcceptWork, RequestWork
from ledger.domain.people import BindOsUser, RegisterOperator, Role
from ledger.domain.presenting import PresentTerms, RecordDelivery, RecordQuestion
from ledger.domain.recorded import Facts, last, of_type
from ledger.domain.settings import Defaults
from ledger.domain.terms import PublishTerms
from ledger.log.entry import LOG_CHAIN
from ledger.store.clock import ManualClock
from ledger.store.record import PayloadState

BEGINS = datetime(2026, 11, 16, 9, tzinfo=UTC)
TEXT = "従つた\u3000テスト か\u3099が 👩‍💻\r\n"


@fact("test.session_started.v1", retention="trail", ja="試験", en="Test", clause="-")
class Started(Fact):
    customer: str = ref("agreement")
    session: str = ref("session")
    consent: str = ref("reliance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    customer: str
    session: str


@decides(Start, boundary=lambda c: of_agreement(c.customer), timers=lambda c: agreement_timers(c.customer))
def start(command: Start, facts: Facts, now: datetime, _defaults: Defaults) -> Decision:
    check_consent(facts, now)
    found = consent_in_force(facts, now)
    assert found is not None
    return decided(
        Started(customer=command.customer, session=command.session, consent=found.consent), cites=found.cites
    )


class Drawn:
    """Randomness that is the same in each run."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.count = 0

    def __call__(self, length: int) -> bytes:
        self.count += 1
        return sha256(f"{self.seed} {self.count}".encode()).digest()[:length]


@dataclass
class World:
    ledger: Ledger
    clock: ManualClock
    decider: Decider
    customer: str
    terms: str = ""
    consent: str = ""

    def do(self, command: object, **options: object) -> tuple[Fact, ...]:
        return self.decider.carry_out(command, actor=ACTOR, **options).facts  # type: ignore[arg-type]

    def publish(self) -> None:
        self.terms = self.decider.new_id("terms")
        self.do(
            PublishTerms(
                terms=self.terms, version="1.0", dated=date(2021, 5, 10), sha256=sha256(TEXT.encode()).hexdigest()
            )
        )

    def present(self) -> None:
        self.consent = self.decider.new_id("consent")
        self.do(self.presentation())

    def presentation(self) -> PresentTerms:
        return PresentTerms(
            customer=self.customer,
            consent=self.consent,
            terms=self.terms,
            cause=PresentationCause.INITIAL,
            channel="mail",
            text=TEXT,
        )

    def deliver(self) -> None:
        self.do(
            RecordDelivery(
                customer=self.customer,
                consent=self.consent,
                delivered_at=self.clock.now(),
                proof=Proof.MAIL_RECEIPT,
                reference="<1@mail.example>",
            )
        )

    def begin(self) -> "World":
        self.publish()
        self.present()
        self.deliver()
        return self

    def types(self) -> list[str]:
        return [record.type for _, record in self.ledger.entries(customer=self.customer)]

    def objection(self) -> ReceiveObjection:
        return ReceiveObjection(
            customer=self.customer,
            consent=self.consent,
            received_at=self.clock.now(),
            form=Form.MAIL,
            words="不同意です",
        )

    def withdrawal(self) -> WithdrawConsent:
        return WithdrawConsent(
            customer=self.customer, consent=self.consent, received_at=self.clock.now(), form=Form.MAIL, words="撤回"
        )


@pytest.fixture
def make_world(make_settings: Callable[..., Settings]) -> Iterator[Callable[..., World]]:
    with ExitStack() as stack:

        def make(seed: str = "world") -> World:
            clock = ManualClock(BEGINS)
            ledger = stack.enter_context(wiring.opened(make_settings(clock), clock=clock))
            drawn = Drawn(seed)
            customer = f"cus_{drawn(16).hex()}"
            ledger.recorder.create_chain(customer)
            return World(ledger, clock, Decider(ledger.recorder, draw=drawn), customer)

        yield make


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    return make_world()


def test_what_was_decided_stands_in_the_log_and_is_read_back(world: World) -> None:
    world.begin()
    facts = world.decider.facts(of_agreement(world.customer))
    presented = last(facts, TermsPresented)
    assert presented is not None
    assert presented.fact.text == TEXT
    assert presented.chain == world.customer
    published = [record for _, record in world.ledger.entries() if record.type == "terms.version_published.v1"]
    assert (published[0].chain, published[0].key, published[0].state) == (LOG_CHAIN, None, PayloadState.NONE)


def test_the_decision_cites_what_it_read(world: World) -> None:
    world.begin()
    facts = world.decider.facts(of_agreement(world.customer))
    presented = last(facts, TermsPresented)
    assert presented is not None
    assert [each.fact for each in facts if each.position in presented.fact.cites] == [facts[0].fact, facts[1].fact]


def test_due_facts_come_first_and_stay_although_the_command_is_refused(world: World) -> None:
    world.begin()
    world.clock.advance(timedelta(days=30))
    with pytest.raises(Refusal, match="R-33"):
        world.do(world.presentation())
    assert world.types()[-2:] == ["consent.reminder_due.v1", "consent.deemed.v1"]
    deemed = last(world.decider.facts(of_agreement(world.customer)), ConsentDeemed)
    assert deemed is not None
    record = world.ledger.show(deemed.position)
    assert read(record.data)["actor"] == TIMER
    with pytest.raises(Refusal, match="R-33"):
        world.do(world.presentation())
    assert world.types().count("consent.deemed.v1") == 1


def test_what_is_due_can_be_noticed_without_a_command_and_once(world: World) -> None:
    world.begin()
    due = CONSENT_TIMER.at(world.customer, world.customer)
    assert world.decider.notice(due) == ()
    world.clock.advance(timedelta(days=30))
    assert len(world.decider.notice(due)) == 2
    assert world.decider.notice(due) == ()


def test_a_late_timer_writes_the_same_bytes_as_a_punctual_one(make_world: Callable[[str], World]) -> None:
    said = []
    for days in (16, 200):
        world = make_world("same").begin()
        world.clock.advance(timedelta(days=days))
        world.decider.notice(CONSENT_TIMER.at(world.customer, world.customer))
        deemed = last(world.decider.facts(of_agreement(world.customer)), ConsentDeemed)
        assert deemed is not None
        said.append((deemed.fact.deadline, deemed.fact.since, deemed.fact.business_days))
    assert said[0] == said[1]


def test_the_same_story_gives_the_same_payloads(make_world: Callable[[str], World]) -> None:
    stories = []
    for _ in range(2):
        world = make_world("same").begin()
        stories.append([record.data for _, record in world.ledger.entries() if record.type.startswith("terms.")])
    assert stories[0] == stories[1]
    assert len(stories[0]) == 4


def test_a_repeated_command_is_carried_out_once(world: World) -> None:
    world.publish()
    world.consent = world.decider.new_id("consent", "key-1")
    assert world.consent == world.decider.new_id("consent", "key-1") != world.decider.new_id("consent", "key-2")
    first = world.decider.carry_out(world.presentation(), actor=ACTOR, idempotency_key="key-1")
    again = world.decider.carry_out(world.presentation(), actor=ACTOR, idempotency_key="key-1")
    assert (first.already, again.already) == (False, True)
    assert (again.positions, again.facts) == (first.positions, first.facts)
    assert world.types().count("terms.presented.v1") == 1


def test_a_command_repeated_at_the_same_time_is_carried_out_once(world: World) -> None:
    world.publish()
    for number in range(5):
        key = f"key-{number}"
        world.consent = world.decider.new_id("consent", key)
        again = partial(
            Decider(world.ledger.recorder).carry_out, world.presentation(), actor=ACTOR, idempotency_key=key
        )
        results = together(*[again] * 4)
        assert {getattr(each, "positions", each) for each in results} == {results[0].positions}  # type: ignore[attr-defined]
        assert world.types().count("terms.presented.v1") == number + 1
        world.do(world.objection())


def test_an_idempotency_key_is_for_one_command(world: World) -> None:
    world.publish()
    world.consent = world.decider.new_id("consent")
    world.do(world.presentation(), idempotency_key="key-1")
    with pytest.raises(CommandConflictError) as conflict:
        world.do(world.objection(), idempotency_key="key-1")
    assert world.ledger.show(conflict.value.position).type == "terms.presented.v1"


@pytest.mark.parametrize(
    "words",
    ["か\u3099と\u304c", "ﾃｽﾄ テスト ＡＢＣ", "従つた・なかつた", "👩‍💻🇯🇵", "長" * 333_333 + "x"],
    ids=["nfd-and-nfc", "widths", "large-tsu", "emoji", "1-mb"],
)
def test_text_survives_byte_for_byte(world: World, words: str) -> None:
    world.begin()
    world.do(
        RecordQuestion(
            customer=world.customer,
            consent=world.consent,
            suspension=world.decider.new_id("suspension"),
            asked_at=world.clock.now(),
            words=words,
        )
    )
    found = world.decider.facts(of_agreement(world.customer))[-1].fact
    assert getattr(found, "words", "").encode() == words.encode()


def test_text_that_no_record_can_hold_is_refused(world: World) -> None:
    world.begin()
    question = RecordQuestion(
        customer=world.customer,
        consent=world.consent,
        suspension=world.decider.new_id("suspension"),
        asked_at=world.clock.now(),
        words="\0",
    )
    with pytest.raises(FactUnreadableError, match=r"U\+0000"):
        world.do(question)


def test_no_entry_names_a_person(world: World) -> None:
    person = world.decider.new_id("person")
    world.do(RegisterOperator(person=person, name="佐藤", roles=(Role.LEGAL,)))
    world.do(BindOsUser(person=person, os_user="sato"))
    contact = RegisterContact(
        customer=world.customer, contact=world.decider.new_id("person"), name="山田", roles=(ContactRole.WORK_CONTACT,)
    )
    world.do(contact)
    for _, record in world.ledger.entries():
        for tag_ in record.tags:
            assert person not in tag_
            assert contact.contact not in tag_
    by_person = world.decider.facts(Boundary.of(tag("person", person)))
    assert [type(each.fact).__name__ for each in by_person] == ["OperatorRegistered", "OsUserBound"]
    assert by_person == world.decider.facts(Boundary.of(PEOPLE_TAG))


def test_a_boundary_is_read_by_tag_only(world: World, make_world: Callable[[], World]) -> None:
    world.begin()
    before = world.decider.facts(of_agreement(world.customer))
    other = world.ledger.register_customer("別会社", actor=ACTOR)
    for number in range(20):
        world.ledger.record(world.customer, "login.accepted.v1", {"user": str(number)}, actor=ACTOR)
    world.do(
        PresentTerms(
            customer=other,
            consent=world.decider.new_id("consent"),
            terms=world.terms,
            cause=PresentationCause.INITIAL,
            channel="mail",
        )
    )
    assert world.decider.facts(of_agreement(world.customer)) == before


def test_an_erased_fact_is_told_as_erased_and_one_that_cannot_be_opened_stops_the_decision(world: World) -> None:
    world.begin()
    facts = world.decider.facts(of_agreement(world.customer))
    position = next(of_type(facts, TermsPresented)).position
    record = world.ledger.show(position)
    record.state = PayloadState.ERASED
    assert isinstance(from_record(position, record).fact, Erased)
    record.state = PayloadState.ABSENT
    with pytest.raises(PayloadUnavailableError, match=str(position)):
        from_record(position, record)


def together(*actions: Callable[[], object]) -> list[object]:
    """Do all at once, and give what each came to: its result or its refusal."""
    barrier, results = threading.Barrier(len(actions)), [None] * len(actions)

    def act(number: int, action: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[number] = action()
        except Refusal as refusal:
            results[number] = refusal

    threads = [threading.Thread(target=act, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_answers_one_is_first_and_the_other_is_told_why(world: World) -> None:
    world.publish()
    signatory = world.decider.new_id("person")
    world.do(
        RegisterContact(customer=world.customer, contact=signatory, name="山田", roles=(ContactRole.CONSENT_SIGNATORY,))
    )
    for _ in range(5):
        world.present()
        world.deliver()
        yes = ExpressConsent(
            customer=world.customer,
            consent=world.consent,
            signatory=signatory,
            form=Form.PORTAL,
            received_at=world.clock.now(),
        )
        other = Decider(world.ledger.recorder)
        said, no = together(
            partial(other.carry_out, yes, actor=ACTOR),
            partial(world.decider.carry_out, world.objection(), actor=ACTOR),
        )
        types = [type_ for type_ in world.types() if type_.startswith("consent.")]
        if isinstance(said, Refusal):
            assert (said.rule, types[-1]) == ("R-01", "consent.refused.v1")
            assert "refused" in said.text("en")
        else:
            assert not isinstance(no, Refusal)
            assert types[-1] == "consent.withdrawn.v1"


def test_a_withdrawal_and_a_session_have_one_order(world: World) -> None:
    world.publish()
    signatory = world.decider.new_id("person")
    world.do(
        RegisterContact(customer=world.customer, contact=signatory, name="山田", roles=(ContactRole.CONSENT_SIGNATORY,))
    )
    for _ in range(5):
        world.present()
        world.do(
            ExpressConsent(
                customer=world.customer,
                consent=world.consent,
                signatory=signatory,
                form=Form.PORTAL,
                received_at=world.clock.now(),
            )
        )
        begin = Start(customer=world.customer, session=world.decider.new_id("session"))
        started, _ = together(
            partial(Decider(world.ledger.recorder).carry_out, begin, actor=ACTOR),
            partial(world.decider.carry_out, world.withdrawal(), actor=ACTOR),
        )
        facts = world.decider.facts(Boundary.of(tag("agreement", world.customer)))
        withdrawn = last(facts, ConsentWithdrawn)
        session = last(facts, Started)
        assert withdrawn is not None
        if isinstance(started, Refusal):
            assert started.rule == "R-01"
            assert withdrawn.position in started.cites
        else:
            assert session is not None
            assert session.position < withdrawn.position
            assert "violation.recorded.v1" in world.types()  # it started at the instant of the receipt


def test_sixteen_operators_bind_one_system_user_and_one_has_it(world: World) -> None:
    people = [world.decider.new_id("person") for _ in range(16)]
    for person in people:
        world.do(RegisterOperator(person=person, name=person[-4:], roles=()))
    binds = [BindOsUser(person=person, os_user="root") for person in people]
    results = together(*(partial(world.decider.carry_out, bind, actor=ACTOR) for bind in binds))
    losers = [each for each in results if isinstance(each, Refusal)]
    assert len(losers) == 15
    (winner,) = (each for each in results if not isinstance(each, Refusal))
    assert {each.rule for each in losers} == {"R-34"}
    assert {each.cites for each in losers} == {winner.positions}  # type: ignore[attr-defined]


def test_nothing_of_one_customer_is_decided_or_written_under_anothers_name(world: World) -> None:
    contract = RegisterContract(
        customer=world.customer,
        contract=world.decider.new_id("contract"),
        reference="C-1",
        clause="3",
        remote=Remote.POSSIBLE,
        starts_at=world.ledger.recorder.clock.now(),
    )
    world.do(contract)
    other = world.ledger.register_customer("別会社", actor=ACTOR)
    contact = world.decider.new_id("contact")
    working = (ContactRole.WORK_CONTACT,)
    world.do(RegisterContact(customer=world.customer, contact=contact, name="山田", roles=working))
    request = RequestWork(
        customer=world.customer,
        work_order=world.decider.new_id("work_order"),
        basis=Basis.CONTRACT,
        title="調査",
        purpose="調査",
        targets=("db01",),
        requested_by=contact,
        requested_at=world.ledger.recorder.clock.now(),
    )
    world.do(request)
    size = world.ledger.reader.size()
    with pytest.raises(Refusal, match=r"R-36.*another customer"):
        world.do(AcceptWork(customer=other, work_order=request.work_order))
    assert world.ledger.reader.size() == size
