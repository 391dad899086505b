"""Consent as the terms say it: presented, delivered, deemed by silence alone, refused, withdrawn, replaced."""

from dataclasses import replace
from datetime import datetime

import pytest
from agreements import (
    CONSENT,
    CONTACT,
    DEADLINE,
    DELIVERED,
    IN_FORCE,
    NEWER,
    PRESENTED,
    PUBLISHED,
    SECOND,
    SIGNATORY,
    TERMS,
    TEXT,
    delivered_newer,
    newer,
    presented_newer,
    took_effect,
)
from story import CUSTOMER, Outcome, Story, an_id, at, given

from ledger.domain.consent import consent_in_force, fold
from ledger.domain.consent_facts import (
    Annulment,
    ConsentCarriedOver,
    ConsentDeemed,
    ConsentDeemingAnnulled,
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
    Manner,
    PresentationCause,
    Proof,
    Stop,
    Suspension,
    TermsDelivered,
    TermsDeliveryFailed,
)
from ledger.domain.consent_rules import check_consent, consent_violation
from ledger.domain.consenting import ExpressConsent, ExpressConsentOnce, ReceiveObjection, WithdrawConsent
from ledger.domain.contract import ContractEnded, ContractRegistered, End, Remote
from ledger.domain.decision import Refusal
from ledger.domain.fact import Fact, fact, ref
from ledger.domain.presenting import AnswerQuestion, PresentTerms, RecordBounce, RecordDelivery, RecordQuestion
from ledger.domain.rules import switched_off
from ledger.domain.settings import ChangeMode, Defaults
from ledger.domain.terms import Change
from ledger.domain.violation import ViolationRecorded

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


# -- presenting --------------------------------------------------------------------------------------------------------


def test_what_is_presented_is_recorded_with_the_very_text() -> None:
    given(*IN_FORCE).when(present(), at_="2026-11-16 09:00").then(PRESENTED).citing(0, 1)


def test_r_32_only_the_published_text_is_presented() -> None:
    given(*IN_FORCE).when(present(text=TEXT.replace("つ", "っ")), at_="2026-11-16 09:00").refused("R-32", cites=[0])
    given().when(present(), at_="2026-11-16 09:00").refused("R-32")


def test_r_33_what_is_open_or_agreed_is_not_presented_again() -> None:
    given(*SHOWN).when(present(consent=SECOND), at_="2026-11-17 09:00").refused("R-33", cites=[2, 3])
    given(*SHOWN).when(present(), at_="2026-11-17 09:00").refused("R-33", cites=[2, 3])


def test_r_33_after_a_refusal_the_terms_can_be_presented_anew() -> None:
    story = given(*SHOWN, objected("2026-11-17 09:00"), refused("2026-11-17 09:00"))
    outcome = story.when(present(consent=SECOND, cause=PresentationCause.ON_REQUEST), at_="2026-11-18 09:00")
    assert outcome.facts


def test_r_33_a_change_is_presented_to_who_agreed_to_something() -> None:
    story = given(*IN_FORCE)
    story.when(present(cause=PresentationCause.CHANGE), at_="2026-11-17 09:00").refused("R-33")


def test_r_33_a_version_that_was_replaced_is_not_presented() -> None:
    story = given(*IN_FORCE, *newer(Change.MATERIAL, "2026-11-10 00:00"), took_effect("2026-11-10 00:00"))
    story.when(present(), at_="2026-11-17 09:00").refused("R-33", cites=[0, 4])


def test_delivery_is_recorded_with_its_proof() -> None:
    given(*IN_FORCE, PRESENTED).when(deliver("2026-11-16 10:00"), at_="2026-11-16 12:00").then(DELIVERED).citing(2)


def test_r_03_nothing_arrives_before_it_was_sent_or_in_the_future() -> None:
    given(*IN_FORCE, PRESENTED).when(deliver("2026-11-16 08:59"), at_="2026-11-16 12:00").refused("R-03", cites=[2])
    given(*IN_FORCE, PRESENTED).when(deliver("2026-11-16 12:01"), at_="2026-11-16 12:00").refused("R-03", cites=[2])
    given(*IN_FORCE).when(deliver("2026-11-16 12:00"), at_="2026-11-16 12:00").refused("R-02")


# -- silence -----------------------------------------------------------------------------------------------------------


def test_r_02_silence_is_consent_once_the_period_has_passed() -> None:
    outcome = after_a_while(given(*SHOWN), "2026-12-02 00:00").after(REMINDER, DEEMED)
    assert outcome.due[1].cites == (2, 3)


def test_r_02_not_a_moment_before() -> None:
    after_a_while(given(*SHOWN), "2026-12-01 23:59").after(REMINDER)


def test_a_02_a_silent_customer_is_reminded_once() -> None:
    after_a_while(given(*SHOWN), "2026-11-24 23:59").after()
    after_a_while(given(*SHOWN), "2026-11-25 00:00").after(REMINDER)
    after_a_while(given(*SHOWN, REMINDER), "2026-11-26 00:00").after()


def test_r_02_what_is_deemed_does_not_depend_on_when_the_timer_ran() -> None:
    early = after_a_while(given(*SHOWN), "2026-12-02 00:00")
    late = after_a_while(given(*SHOWN), "2028-02-29 23:59")
    assert early.due == late.due


def test_r_02_it_is_deemed_once() -> None:
    after_a_while(given(*SHOWN, REMINDER, DEEMED), "2027-01-05 09:00").after()


def test_r_02_without_proof_of_delivery_silence_says_nothing() -> None:
    given(*IN_FORCE, PRESENTED).when(ask("2026-11-18 10:00"), at_="2027-06-01 09:00").after()


def test_r_02_with_the_rule_off_nothing_is_deemed() -> None:
    with switched_off("R-02"):
        after_a_while(given(*SHOWN), "2027-01-05 09:00").after()


def test_r_02_where_the_contract_has_the_terms_silence_says_nothing() -> None:
    contract = incorporating(TERMS)
    after_a_while(given(*SHOWN, contract), "2026-12-05 00:00").after(incorporated())


def test_a_02_an_open_question_stops_the_clock() -> None:
    given(*SHOWN).when(ask("2026-11-18 10:00"), at_="2026-11-18 11:00").then(QUESTION).citing(2, 3)
    after_a_while(given(*SHOWN, QUESTION), "2027-06-01 00:00").after()


def test_a_02_the_answer_lets_it_go_on_and_the_days_between_do_not_count() -> None:
    given(*SHOWN, QUESTION).when(answer("2026-11-19 10:00"), at_="2026-11-19 10:00").then(ANSWER).citing(2, 3, 4)
    story = given(*SHOWN, QUESTION, ANSWER)
    after_a_while(story, "2026-12-03 23:59").after(replace(REMINDER, due_at=at("2026-11-27 00:00")))
    assert after_a_while(story, "2026-12-04 00:00").due[1] == replace(
        DEEMED, deadline=at("2026-12-04 00:00"), since=at("2026-12-04 00:00"), cites=(2, 3, 4, 5)
    )


def test_an_answer_needs_an_open_question_and_comes_after_it() -> None:
    given(*SHOWN).when(answer("2026-11-19 10:00"), at_="2026-11-19 10:00").refused("R-02", cites=[2, 3])
    given(*SHOWN, QUESTION).when(answer("2026-11-18 09:00"), at_="2026-11-19 10:00").refused("R-02", cites=[2, 3, 4])
    given(*SHOWN, QUESTION).when(answer("2026-11-19 10:01"), at_="2026-11-19 10:00").refused("R-02", cites=[2, 3, 4])
    given(*SHOWN, QUESTION).when(ask("2026-11-19 10:00"), at_="2026-11-19 10:00").refused("R-02", cites=[2, 3, 4])


def test_a_02_a_bounce_stops_the_clock_until_the_next_delivery() -> None:
    failed = TermsDeliveryFailed(
        customer=CUSTOMER, consent=CONSENT, failed_at=at("2026-11-18 10:00"), reason="550 unknown user"
    )
    stopped = replace(QUESTION, why=Suspension.BOUNCE, words="550 unknown user")
    given(*SHOWN).when(bounce("2026-11-18 10:00"), at_="2026-11-18 11:00").then(failed, stopped)
    story = given(*SHOWN, failed, stopped)
    again = TermsDelivered(
        customer=CUSTOMER,
        consent=CONSENT,
        delivered_at=at("2026-11-19 10:00"),
        proof=Proof.MAIL_RECEIPT,
        reference="<1@mail.example>",
    )
    resumed = replace(ANSWER, words="<1@mail.example>")
    story.when(deliver("2026-11-19 10:00"), at_="2026-11-19 12:00").then(again, resumed)
    given(*SHOWN, QUESTION).when(deliver("2026-11-19 10:00"), at_="2026-11-19 12:00").then(again)


def test_r_03_a_question_that_came_in_time_and_was_recorded_late_annuls_the_deeming() -> None:
    annulled = ConsentDeemingAnnulled(
        customer=CUSTOMER, consent=CONSENT, why=Annulment.QUESTION, received_at=at("2026-11-18 10:00")
    )
    story = given(*SHOWN, REMINDER, DEEMED)
    story.when(ask("2026-11-18 10:00"), at_="2026-12-07 09:00").then(QUESTION, annulled)
    facts = given(*SHOWN, REMINDER, DEEMED, QUESTION, annulled).recorded
    assert consent_in_force(facts, at("2026-12-08 09:00")) is None
    assert fold(facts).consents[CONSENT].stopped


# -- yes ---------------------------------------------------------------------------------------------------------------


def test_a_yes_is_effective_from_its_receipt() -> None:
    given(*SHOWN, CONTACT).when(agree("2026-11-17 09:00"), at_="2026-11-17 10:00").then(
        agreed("2026-11-17 09:00")
    ).citing(2, 3, 4)
    facts = given(*SHOWN, CONTACT, agreed("2026-11-17 09:00")).recorded
    assert consent_in_force(facts, at("2026-11-17 08:59")) is None
    found = consent_in_force(facts, at("2026-11-17 09:00"))
    assert found is not None
    assert (found.consent, found.terms, found.manner, found.cites) == (CONSENT, TERMS, Manner.EXPRESSED, (2, 3, 5))


def test_a_yes_is_a_registered_signatorys() -> None:
    given(*SHOWN).when(agree("2026-11-17 09:00"), at_="2026-11-17 10:00").refused("R-01")
    nobody = replace(CONTACT, roles=())
    given(*SHOWN, nobody).when(agree("2026-11-17 09:00"), at_="2026-11-17 10:00").refused("R-01", cites=[4])


def test_a_yes_after_silence_makes_it_said_without_a_gap() -> None:
    story = given(*SHOWN, CONTACT, REMINDER, DEEMED)
    story.when(agree("2026-12-03 09:00"), at_="2026-12-03 10:00").then(agreed("2026-12-03 09:00"))
    facts = given(*SHOWN, CONTACT, REMINDER, DEEMED, agreed("2026-12-03 09:00")).recorded
    assert consent_in_force(facts, at("2026-12-02 12:00")) is not None


def test_a_yes_is_said_once_and_not_after_a_no() -> None:
    story = given(*SHOWN, CONTACT, agreed("2026-11-17 09:00"))
    story.when(agree("2026-11-17 10:00"), at_="2026-11-17 10:00").refused("R-01", cites=[2, 3, 5])
    story = given(*SHOWN, CONTACT, objected("2026-11-17 09:00"), refused("2026-11-17 09:00"))
    story.when(agree("2026-11-17 10:00"), at_="2026-11-17 10:00").refused("R-01")


def test_a_01_who_is_pending_can_agree_for_one_work_order() -> None:
    command = ExpressConsentOnce(
        customer=CUSTOMER,
        consent=SECOND,
        work_order=ORDER,
        signatory=SIGNATORY,
        form=Form.PORTAL,
        received_at=at("2026-11-17 09:00"),
    )
    once = replace(agreed("2026-11-17 09:00", SECOND), work_order=ORDER)
    given(*SHOWN, CONTACT).when(command, at_="2026-11-17 09:00").then(once).citing(2, 3, 4)
    facts = given(*SHOWN, CONTACT, once).recorded
    moment = at("2026-11-17 10:00")
    assert consent_in_force(facts, moment) is None
    assert consent_in_force(facts, moment, an_id("work_order", 2)) is None
    assert getattr(consent_in_force(facts, moment, ORDER), "consent", None) == SECOND
    given(*IN_FORCE, CONTACT).when(command, at_="2026-11-17 09:00").refused("R-01", cites=[1])
    given(CONTACT).when(command, at_="2026-11-17 09:00").refused("R-01")
    given(*SHOWN, CONTACT, once).when(command, at_="2026-11-17 09:00").refused("R-01", cites=[5])


def test_r_01_a_session_without_consent_is_refused_or_a_violation() -> None:
    facts, moment = given(*SHOWN).recorded, at("2026-11-17 10:00")
    session = f"session:{an_id('session')}"
    with pytest.raises(Refusal) as refusal:
        check_consent(facts, moment)
    assert (refusal.value.rule, refusal.value.cites) == ("R-01", (2, 3))
    violation = consent_violation(facts, moment, [session])
    assert violation is not None
    assert (violation.rule, violation.subjects, violation.cites) == ("R-01", (session,), (2, 3))
    assert violation.text("ja") != violation.text("en")
    with switched_off("R-01"):
        check_consent(facts, moment)
        assert consent_violation(facts, moment, [session]) is None
    covered = given(*SHOWN, CONTACT, agreed("2026-11-17 09:00")).recorded
    check_consent(covered, moment)
    assert consent_violation(covered, moment, [session]) is None


# -- no ----------------------------------------------------------------------------------------------------------------


def test_a_no_to_what_is_open_is_a_refusal() -> None:
    no = (objected("2026-11-17 09:00"), refused("2026-11-17 09:00"))
    given(*SHOWN).when(object_("2026-11-17 09:00"), at_="2026-11-18 09:00").then(*no).citing(2, 3)
    after_a_while(given(*SHOWN, *no), "2027-01-05 09:00").after()


def test_r_03_a_no_that_came_in_time_and_was_recorded_late_annuls_the_deeming() -> None:
    started = Relied(session=an_id("session"), consent=CONSENT, started_at=at("2026-12-02 10:00"))
    story = given(*SHOWN).at("2026-12-02 10:00", REMINDER, DEEMED, started)
    outcome = story.when(object_("2026-12-01 23:59"), at_="2026-12-03 09:00")
    outcome.then(
        objected("2026-12-01 23:59"),
        ConsentDeemingAnnulled(
            customer=CUSTOMER, consent=CONSENT, why=Annulment.OBJECTION, received_at=at("2026-12-01 23:59")
        ),
        ViolationRecorded(
            rule="R-03",
            sentence="session_after_objection",
            values={"at": "2026-12-01T23:59:00+09:00"},
            subjects=(f"session:{an_id('session')}",),
        ),
    )
    assert outcome.facts[2].cites == (2, 3, 5, 6)
    story.at("2026-12-03 09:00", *outcome.facts)
    assert consent_in_force(story.recorded, at("2026-12-02 12:00")) is None


def test_r_03_a_no_that_came_after_the_period_is_a_withdrawal_from_its_receipt() -> None:
    started = Relied(session=an_id("session"), consent=CONSENT, started_at=at("2026-12-02 10:00"))
    story = given(*SHOWN).at("2026-12-02 10:00", REMINDER, DEEMED, started)
    no = withdrawn("2026-12-02 11:00", "2026-12-03 09:15", words="不同意です")
    outcome = story.when(object_("2026-12-02 11:00"), at_="2026-12-03 09:00")
    outcome.then(objected("2026-12-02 11:00"), no)
    story.at("2026-12-03 09:00", *outcome.facts)
    assert consent_in_force(story.recorded, at("2026-12-02 10:59")) is not None
    assert consent_in_force(story.recorded, at("2026-12-02 11:00")) is None


def test_r_03_a_no_that_a_dead_timer_had_not_counted_is_a_withdrawal_all_the_same() -> None:
    outcome = given(*SHOWN).when(object_("2026-12-02 00:00"), at_="2026-12-07 09:00").after(REMINDER, DEEMED)
    assert isinstance(outcome.facts[1], ConsentWithdrawn)


def test_r_03_with_the_rule_off_nothing_is_annulled() -> None:
    with switched_off("R-03"):
        outcome = given(*SHOWN, REMINDER, DEEMED).when(object_("2026-12-01 23:59"), at_="2026-12-03 09:00")
    assert isinstance(outcome.facts[1], ConsentWithdrawn)


def test_a_03_a_withdrawal_ends_consent_from_receipt_and_gives_a_running_session_time() -> None:
    given(*SHOWN, agreed("2026-11-17 09:00")).when(withdraw("2026-11-18 09:00"), at_="2026-11-18 09:30").then(
        withdrawn("2026-11-18 09:00", "2026-11-18 09:45")
    ).citing(2, 3, 4)


def test_a_03_stop_now_gives_no_time() -> None:
    given(*SHOWN, agreed("2026-11-17 09:00")).when(withdraw("2026-11-18 09:00", Stop.NOW), at_="2026-11-18 09:30").then(
        withdrawn("2026-11-18 09:00", "2026-11-18 09:30", Stop.NOW)
    )


def test_a_withdrawal_also_refuses_what_is_open_so_that_silence_is_no_yes() -> None:
    story = given(*SHOWN, agreed("2026-11-17 09:00"), *newer(Change.MATERIAL, "2026-12-01 00:00"))
    story.at("2026-11-20 09:00", presented_newer("2026-11-20 09:00"))
    story.when(withdraw("2026-11-24 09:00"), at_="2026-11-24 09:00").then(
        withdrawn("2026-11-24 09:00", "2026-11-24 09:15"), refused("2026-11-24 09:00", SECOND)
    )


def test_there_is_nothing_to_withdraw_twice() -> None:
    story = given(*SHOWN, agreed("2026-11-17 09:00"), withdrawn("2026-11-18 09:00", "2026-11-18 09:45"))
    story.when(withdraw("2026-11-19 09:00"), at_="2026-11-19 09:00").refused("R-03", cites=[2, 3, 4, 5])
    given(*SHOWN).when(withdraw("2026-11-17 09:00"), at_="2026-11-17 09:00").refused("R-03", cites=[2, 3])


# -- contracts and changes ---------------------------------------------------------------------------------------------


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
    made = probe.due[0]
    assert isinstance(made, ConsentIncorporated)
    return made


def test_a_contract_that_has_the_terms_is_consent_for_as_long_as_it_lasts() -> None:
    made = incorporated()
    assert (made.terms, made.since, made.cites) == (TERMS, PUBLISHED.effective_at, (2,))
    facts = given(*IN_FORCE, incorporating(TERMS), made).recorded
    assert getattr(consent_in_force(facts, at("2027-10-31 23:59")), "manner", None) is Manner.INCORPORATED
    assert consent_in_force(facts, at("2027-11-01 00:00")) is None
    over = ContractEnded(
        customer=CUSTOMER, contract=an_id("contract"), ended_at=at("2026-12-01 00:00"), why=End.TERMINATED
    )
    facts = given(*IN_FORCE, incorporating(TERMS), made, over).recorded
    assert consent_in_force(facts, at("2026-12-01 00:00")) is None


def test_a_minor_change_carries_consent_over() -> None:
    story = given(*SHOWN, agreed("2026-11-17 09:00"), *newer(Change.MINOR, "2026-12-01 00:00"))
    carried = ConsentCarriedOver(customer=CUSTOMER, consent=CONSENT, terms=NEWER, since=at("2026-12-01 00:00"))
    outcome = after_a_while(story, "2026-12-15 09:00").after(took_effect("2026-12-01 00:00"), carried)
    story.at("2026-12-15 09:00", *outcome.due)
    before, after = (consent_in_force(story.recorded, at(f"{day} 12:00")) for day in ("2026-11-30", "2026-12-01"))
    assert (getattr(before, "terms", None), getattr(after, "terms", None)) == (TERMS, NEWER)
    after_a_while(story, "2026-12-16 09:00").after()


MATERIAL = newer(Change.MATERIAL, "2026-11-20 00:00")
CHANGED = (*SHOWN, agreed("2026-11-17 09:00"), *MATERIAL, took_effect("2026-11-20 00:00"))
"""Positions 0 to 7; the customer agreed to 1.0, and 1.1 is a material change."""


def test_r_33_until_a_material_change_was_agreed_to_the_old_version_governs() -> None:
    story = given(*CHANGED)
    after_a_while(story, "2027-06-01 09:00").after()
    assert getattr(consent_in_force(story.recorded, at("2027-06-01 09:00")), "terms", None) == TERMS


def test_a_25_silence_after_a_new_presentation_replaces_the_old_consent_at_once() -> None:
    story = given(*CHANGED, presented_newer("2026-11-20 09:00"), delivered_newer("2026-11-20 10:00"))
    outcome = after_a_while(story, "2026-12-10 09:00")
    deemed = replace(
        DEEMED,
        consent=SECOND,
        terms=NEWER,
        delivered_at=at("2026-11-20 10:00"),
        deadline=at("2026-12-08 00:00"),
        since=at("2026-12-08 00:00"),
    )
    reminder = replace(REMINDER, consent=SECOND, due_at=at("2026-12-01 00:00"))
    outcome.after(reminder, deemed, superseded("2026-12-08 00:00"))
    story.at("2026-12-10 09:00", *outcome.due)
    old, new = (consent_in_force(story.recorded, at(moment)) for moment in ("2026-12-07 23:59", "2026-12-08 00:00"))
    assert (getattr(old, "terms", None), getattr(new, "terms", None)) == (TERMS, NEWER)


def test_a_25_read_literally_the_delivered_change_governs_at_once() -> None:
    story = given(
        *CHANGED,
        presented_newer("2026-11-20 09:00"),
        delivered_newer("2026-11-20 10:00"),
        defaults=Defaults(change_mode=ChangeMode.IMMEDIATE),
    )
    deemed = replace(
        DEEMED,
        consent=SECOND,
        terms=NEWER,
        delivered_at=at("2026-11-20 10:00"),
        business_days=0,
        deadline=at("2026-11-20 10:00"),
        since=at("2026-11-20 10:00"),
    )
    after_a_while(story, "2026-11-20 10:00").after(deemed, superseded("2026-11-20 10:00"))
    after_a_while(given(*SHOWN, defaults=story.defaults), "2026-12-01 23:59").after(REMINDER)


def test_a_refused_change_leaves_the_old_version_governing() -> None:
    story = given(*CHANGED, presented_newer("2026-11-20 09:00"), delivered_newer("2026-11-20 10:00"))
    no = (objected("2026-11-24 09:00", SECOND), refused("2026-11-24 09:00", SECOND))
    story.when(object_("2026-11-24 09:00", SECOND), at_="2026-11-24 09:00").then(*no)
    story.at("2026-11-24 09:00", *no)
    after_a_while(story, "2027-01-05 09:00").after()
    assert getattr(consent_in_force(story.recorded, at("2027-01-05 09:00")), "terms", None) == TERMS


def test_r_03_an_annulled_change_revives_what_it_had_replaced() -> None:
    story = given(*CHANGED, presented_newer("2026-11-20 09:00"), delivered_newer("2026-11-20 10:00"))
    story.at("2026-12-10 09:00", *after_a_while(story, "2026-12-10 09:00").due)
    no = story.when(object_("2026-12-07 09:00", SECOND), at_="2026-12-10 10:00")
    story.at("2026-12-10 10:00", *no.facts)
    assert getattr(consent_in_force(story.recorded, at("2026-12-10 09:00")), "terms", None) == TERMS
    after_a_while(story, "2026-12-11 09:00").after()


def test_a_yes_to_a_version_still_to_come_replaces_the_old_consent_when_it_comes() -> None:
    story = given(*SHOWN, agreed("2026-11-17 09:00"), *newer(Change.MATERIAL, "2026-12-01 00:00"), CONTACT)
    story.at("2026-11-20 09:00", presented_newer("2026-11-20 09:00"))
    yes = agreed("2026-11-20 10:00", SECOND, NEWER, since="2026-12-01 00:00")
    story.when(agree("2026-11-20 10:00", SECOND), at_="2026-11-20 10:00").then(yes)
    ahead = given(*SHOWN, agreed("2026-11-17 09:00"), *newer(Change.MATERIAL, "2026-12-01 00:00"))
    ahead.at("2026-11-20 09:00", presented_newer("2026-11-20 09:00"), yes)
    assert getattr(consent_in_force(ahead.recorded, at("2026-11-30 23:59")), "terms", None) == TERMS
    after_a_while(ahead, "2026-12-24 09:00").after(took_effect("2026-12-01 00:00"), superseded("2026-12-01 00:00"))


def test_r_02_nobody_consents_by_silence_to_what_a_material_change_has_replaced() -> None:
    story = given(*SHOWN, *MATERIAL, took_effect("2026-11-20 00:00"))
    after_a_while(story, "2027-01-05 09:00").after()
