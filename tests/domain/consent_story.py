"""What tests of consent say: the facts and commands of one presentation, with the times that matter."""

from datetime import datetime

from agreements import (
    CONSENT,
    DEADLINE,
    DELIVERED,
    IN_FORCE,
    PRESENTED,
    SECOND,
    SIGNATORY,
    TERMS,
    TEXT,
)
from story import CUSTOMER, Outcome, Story, an_id, at, given

from ledger.domain.consent_facts import (
    ConsentDeemed,
    ConsentDeemingResumed,
    ConsentDeemingSuspended,
    ConsentExpressed,
    ConsentIncorporated,
    ConsentObjectionReceived,
    ConsentRefused,
    ConsentReminderDue,
    ConsentSuperseded,
    ConsentWithdrawn,
    Form,
    PresentationCause,
    Proof,
    Stop,
    Suspension,
)
from ledger.domain.consenting import ExpressConsent, ReceiveObjection, WithdrawConsent
from ledger.domain.contract import ContractRegistered, Remote
from ledger.domain.fact import Fact, fact, ref
from ledger.domain.presenting import AnswerQuestion, PresentTerms, RecordBounce, RecordDelivery, RecordQuestion

ORDER, STOP, STOP2 = an_id("work_order"), an_id("suspension", 1), an_id("suspension", 2)
SHOWN = (*IN_FORCE, PRESENTED, DELIVERED)
"""Positions 0 to 3."""
REMINDER = ConsentReminderDue(customer=CUSTOMER, consent=CONSENT, due_at=at("2026-11-25 00:00"))
DEEMED = ConsentDeemed(
    customer=CUSTOMER,
    consent=CONSENT,
    terms=TERMS,
    delivered_at=DELIVERED.delivered_at,
    business_days=10,
    deadline=DEADLINE,
    since=DEADLINE,
)
QUESTION = ConsentDeemingSuspended(
    customer=CUSTOMER,
    consent=CONSENT,
    suspension=STOP,
    why=Suspension.QUESTION,
    since=at("2026-11-18 10:00"),
    words="?",
)
ANSWER = ConsentDeemingResumed(
    customer=CUSTOMER, consent=CONSENT, suspension=STOP, until=at("2026-11-19 10:00"), words="!"
)


@fact("test.relied.v1", retention="trail", ja="試験", en="Relied", clause="-", occurred="started_at")
class Relied(Fact):
    session: str = ref("session")
    consent: str = ref("reliance")
    started_at: datetime


def present(**changes: object) -> PresentTerms:
    members = {
        "customer": CUSTOMER,
        "consent": CONSENT,
        "terms": TERMS,
        "cause": PresentationCause.INITIAL,
        "channel": "mail",
        "text": TEXT,
        **changes,
    }
    return PresentTerms(**members)  # type: ignore[arg-type]


def deliver(moment: str, consent: str = CONSENT) -> RecordDelivery:
    return RecordDelivery(
        customer=CUSTOMER,
        consent=consent,
        delivered_at=at(moment),
        proof=Proof.MAIL_RECEIPT,
        reference="<1@mail.example>",
    )


def ask(moment: str, suspension: str = STOP) -> RecordQuestion:
    return RecordQuestion(customer=CUSTOMER, consent=CONSENT, suspension=suspension, asked_at=at(moment), words="?")


def answer(moment: str) -> AnswerQuestion:
    return AnswerQuestion(customer=CUSTOMER, consent=CONSENT, suspension=STOP, answered_at=at(moment), words="!")


def bounce(moment: str, suspension: str = STOP) -> RecordBounce:
    return RecordBounce(
        customer=CUSTOMER, consent=CONSENT, suspension=suspension, failed_at=at(moment), reason="550 unknown user"
    )


def agree(moment: str, consent: str = CONSENT, signatory: str = SIGNATORY) -> ExpressConsent:
    return ExpressConsent(
        customer=CUSTOMER, consent=consent, signatory=signatory, form=Form.PORTAL, received_at=at(moment)
    )


def agreed(moment: str, consent: str = CONSENT, terms: str = TERMS, since: str | None = None) -> ConsentExpressed:
    return ConsentExpressed(
        customer=CUSTOMER,
        consent=consent,
        terms=terms,
        signatory=SIGNATORY,
        form=Form.PORTAL,
        received_at=at(moment),
        since=at(since or moment),
    )


def object_(moment: str, consent: str = CONSENT) -> ReceiveObjection:
    return ReceiveObjection(
        customer=CUSTOMER, consent=consent, received_at=at(moment), form=Form.MAIL, words="不同意です"
    )


def objected(moment: str, consent: str = CONSENT) -> ConsentObjectionReceived:
    return ConsentObjectionReceived(
        customer=CUSTOMER, consent=consent, received_at=at(moment), form=Form.MAIL, words="不同意です"
    )


def refused(moment: str, consent: str = CONSENT) -> ConsentRefused:
    return ConsentRefused(customer=CUSTOMER, consent=consent, received_at=at(moment))


def withdraw(moment: str, stop: Stop = Stop.SAFE) -> WithdrawConsent:
    return WithdrawConsent(
        customer=CUSTOMER, consent=CONSENT, received_at=at(moment), form=Form.MAIL, words="撤回します", stop=stop
    )


def withdrawn(moment: str, stop_by: str, stop: Stop = Stop.SAFE, words: str = "撤回します") -> ConsentWithdrawn:
    return ConsentWithdrawn(
        customer=CUSTOMER,
        consent=CONSENT,
        received_at=at(moment),
        form=Form.MAIL,
        stop=stop,
        stop_by=at(stop_by),
        words=words,
    )


def superseded(since: str, consent: str = CONSENT, by: str = SECOND) -> ConsentSuperseded:
    return ConsentSuperseded(customer=CUSTOMER, consent=consent, by=by, since=at(since))


def after_a_while(story: Story, moment: str) -> Outcome:
    """Let something harmless happen, so that what is due is noticed."""
    return story.when(deliver("2026-11-16 10:00"), at_=moment)


def incorporating(terms: str) -> ContractRegistered:
    return ContractRegistered(
        customer=CUSTOMER,
        contract=an_id("contract"),
        reference="保守-2026-01",
        clause="第8条",
        remote=Remote.PERIODIC,
        starts_at=at("2026-11-01 00:00"),
        ends_at=at("2027-11-01 00:00"),
        incorporates=terms,
    )


def incorporated() -> ConsentIncorporated:
    probe = given(*IN_FORCE, incorporating(TERMS)).when(present(), at_="2026-11-16 09:00")
    assert [type(each) for each in probe.due] == [ConsentIncorporated]
    made = probe.due[0]
    assert isinstance(made, ConsentIncorporated)
    return made
