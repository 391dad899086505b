"""Whatever happens in whatever order: at most one consent at a time, and none without what the terms ask for."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agreements import CONTACT, IN_FORCE, NEWER, SIGNATORY, TERMS, newer
from hypothesis import given, settings
from hypothesis import strategies as st
from story import CUSTOMER, an_id, as_recorded, at

from ledger.domain import decision
from ledger.domain.consent import Agreement, Consent, Status, fold
from ledger.domain.consent_facts import (
    ConsentDeemed,
    ConsentExpressed,
    ConsentIncorporated,
    Form,
    Manner,
    PresentationCause,
    Proof,
)
from ledger.domain.consenting import ExpressConsent, ReceiveObjection, WithdrawConsent
from ledger.domain.contract import Remote
from ledger.domain.contracting import EndContract, RegisterContract
from ledger.domain.due import first_due, type_of
from ledger.domain.fact import Fact
from ledger.domain.presenting import AnswerQuestion, PresentTerms, RecordBounce, RecordDelivery, RecordQuestion
from ledger.domain.recorded import Recorded, of_type
from ledger.domain.settings import ChangeMode, Defaults
from ledger.domain.terms import Change

CONSENTS = [an_id("consent", number) for number in range(1, 5)]


@dataclass
class Log:
    """A log in memory that carries out commands as the application does."""

    defaults: Defaults
    now: datetime
    recorded: list[Recorded[Fact]] = field(default_factory=list)

    def append(self, *facts: Fact) -> None:
        for each in facts:
            self.recorded.append(as_recorded(each, len(self.recorded), self.now))

    def carry_out(self, command: object) -> None:
        boundary = decision.boundary(command)
        while True:
            inside = [each for each in self.recorded if boundary.takes(type_of(each.fact), each.tags)]
            found = first_due(decision.timers(command), inside, self.now, self.defaults)
            if found is None:
                break
            self.append(*found[1])
        try:
            self.append(*decision.decide(command, inside, self.now, self.defaults).facts)
        except decision.Refusal as refusal:
            self.cited(refusal, inside)

    @staticmethod
    def cited(refusal: decision.Refusal, inside: list[Recorded[Fact]]) -> None:
        """A refusal rests on what was read."""
        assert set(refusal.cites) <= {each.position for each in inside}


def command_of(name: str, number: int, back: timedelta, log: Log) -> object:
    consent, when = CONSENTS[number], log.now - back
    customer = {"customer": CUSTOMER}
    match name:
        case "present":
            cause = PresentationCause.CHANGE if number % 2 else PresentationCause.INITIAL
            terms = NEWER if number % 2 else TERMS
            return PresentTerms(**customer, consent=consent, terms=terms, cause=cause, channel="mail")
        case "deliver":
            return RecordDelivery(
                **customer, consent=consent, delivered_at=when, proof=Proof.PORTAL_VIEW, reference="portal"
            )
        case "bounce":
            suspension = an_id("suspension", len(log.recorded))
            return RecordBounce(**customer, consent=consent, suspension=suspension, failed_at=when, reason="550")
        case "ask":
            suspension = an_id("suspension", number)
            return RecordQuestion(**customer, consent=consent, suspension=suspension, asked_at=when, words="?")
        case "answer":
            suspension = an_id("suspension", number)
            return AnswerQuestion(**customer, consent=consent, suspension=suspension, answered_at=when, words="!")
        case "agree":
            return ExpressConsent(**customer, consent=consent, signatory=SIGNATORY, form=Form.PORTAL, received_at=when)
        case "object":
            return ReceiveObjection(**customer, consent=consent, received_at=when, form=Form.MAIL, words="no")
        case "withdraw":
            return WithdrawConsent(**customer, consent=consent, received_at=when, form=Form.MAIL, words="no")
        case "sign":
            return RegisterContract(
                **customer,
                contract=an_id("contract", number),
                reference="1",
                clause="8",
                remote=Remote.POSSIBLE,
                starts_at=when,
                ends_at=when + timedelta(days=60),
                incorporates=TERMS if number % 2 else None,
            )
        case _:
            return EndContract(**customer, contract=an_id("contract", number), ended_at=when)


NAMES = ["present", "deliver", "bounce", "ask", "answer", "agree", "object", "withdraw", "sign", "end"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(0, len(CONSENTS) - 1),
        st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=12)]),
        st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=20)]),
    ),
    max_size=25,
)
CHANGES = st.none() | st.sampled_from(list(Change))


@given(STEPS, CHANGES, st.sampled_from(list(ChangeMode)))
@settings(max_examples=150)
def test_consents_hold_one_at_a_time_and_never_without_grounds(
    steps: list[tuple[str, int, timedelta, timedelta]], change: Change | None, mode: ChangeMode
) -> None:
    log = Log(Defaults(change_mode=mode), at("2026-11-16 09:00"))
    log.append(*IN_FORCE, CONTACT)
    if change is not None:
        log.append(*newer(change, "2026-12-01 00:00"))
    for name, number, back, passes in steps:
        log.now += passes
        log.carry_out(command_of(name, number, back, log))
        check(log)


def check(log: Log) -> None:
    agreement = fold(log.recorded)
    effective = [each for each in agreement.consents.values() if each.status is Status.EFFECTIVE]
    begun = [each for each in effective if each.since is not None and each.since <= log.now]
    assert len(begun) <= 1, begun
    for moment in {each.at for each in log.recorded} | {each.since for each in effective if each.since is not None}:
        holding = [each for each in agreement.consents.values() if agreement.holds(each, moment)]
        assert len(holding) <= 1, (moment, holding)
    for consent in effective:
        has_grounds(log, agreement, consent)


def has_grounds(log: Log, agreement: Agreement, consent: Consent) -> None:
    facts = [each for each in log.recorded if getattr(each.fact, "consent", None) == consent.id]
    if consent.manner is Manner.DEEMED:
        deemed = [each.fact for each in of_type(facts, ConsentDeemed)][-1]
        assert consent.delivered_at is not None
        assert consent.delivered_at <= deemed.deadline <= log.now
        assert not any(stop.span.begins < deemed.deadline and stop.span.ends is None for stop in consent.stops)
    elif consent.manner is Manner.INCORPORATED:
        made = [each.fact for each in of_type(facts, ConsentIncorporated)][-1]
        assert made.contract in agreement.contracts
    else:
        assert any(True for _ in of_type(facts, ConsentExpressed))
