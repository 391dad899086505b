"""Presenting the terms, and silence: deemed only after the whole period from proven delivery, while the clock runs."""

from dataclasses import replace

from agreements import (
    CONSENT,
    CONTACT,
    DELIVERED,
    IN_FORCE,
    PRESENTED,
    SECOND,
    SIGNATORY,
    TERMS,
    TEXT,
    newer,
    took_effect,
)
from consent_story import (
    ANSWER,
    DEEMED,
    QUESTION,
    REMINDER,
    SHOWN,
    STOP2,
    after_a_while,
    answer,
    ask,
    bounce,
    deliver,
    incorporated,
    incorporating,
    object_,
    objected,
    present,
    refused,
)
from story import CUSTOMER, an_id, at, given

from ledger.domain.consent import consent_in_force, fold
from ledger.domain.consent_facts import (
    Annulment,
    ConsentDeemingAnnulled,
    PresentationCause,
    Proof,
    Suspension,
    TermsDelivered,
    TermsDeliveryFailed,
)
from ledger.domain.rules import switched_off
from ledger.domain.terms import Change


def test_what_is_presented_is_recorded_with_the_very_text() -> None:
    given(*IN_FORCE).when(present(), at_="2026-11-16 09:00").then(PRESENTED).citing(0, 1)


def test_r_02_the_terms_went_to_somebody_whom_the_customer_named() -> None:
    told = present(recipient=SIGNATORY)
    given(*IN_FORCE, CONTACT).when(told, at_="2026-11-16 09:00").then(replace(PRESENTED, recipient=SIGNATORY))
    given(*IN_FORCE, CONTACT).when(present(recipient=an_id("person", 99)), at_="2026-11-16 09:00").refused("R-02")


def test_r_03_a_presentation_is_told_late_as_of_when_it_was_and_not_as_still_to_come() -> None:
    told = present(presented_at=at("2026-11-10 09:00"))
    given(*IN_FORCE).when(told, at_="2026-11-16 09:00").then(replace(PRESENTED, presented_at=at("2026-11-10 09:00")))
    given(*IN_FORCE).when(told, at_="2026-11-10 08:59").refused("R-03")
    before = given(*IN_FORCE, replace(PRESENTED, presented_at=at("2026-11-10 09:00")))
    no = before.when(object_("2026-11-11 09:00"), at_="2026-11-16 10:00")
    no.then(objected("2026-11-11 09:00"), refused("2026-11-11 09:00"))


def test_r_33_a_version_that_was_current_when_it_was_presented_may_be_told_later() -> None:
    story = given(*IN_FORCE, *newer(Change.MATERIAL, "2026-11-10 00:00"), took_effect("2026-11-10 00:00"))
    assert story.when(present(presented_at=at("2026-11-09 23:59")), at_="2026-11-17 09:00").facts


def test_r_02_silence_does_not_count_before_the_presentation_was_written_down() -> None:
    early = replace(PRESENTED, presented_at=at("2026-11-02 10:00"))
    delivered = replace(DELIVERED, delivered_at=at("2026-11-02 11:00"))
    story = given(*IN_FORCE, early, delivered)
    after_a_while(story, "2026-12-01 23:59").after(REMINDER)
    after_a_while(story, "2026-12-02 00:00").after(REMINDER, replace(DEEMED, delivered_at=delivered.delivered_at))


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


def test_r_03_nothing_comes_back_before_it_was_sent_or_in_the_future() -> None:
    given(*IN_FORCE, PRESENTED).when(bounce("2026-11-16 10:01"), at_="2026-11-16 10:00").refused("R-03", cites=[2])
    given(*IN_FORCE, PRESENTED).when(bounce("2026-11-16 08:59"), at_="2026-11-16 10:00").refused("R-03", cites=[2])


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


def test_r_02_an_earlier_delivery_that_is_told_again_or_words_do_not_end_a_bounce() -> None:
    failed = TermsDeliveryFailed(
        customer=CUSTOMER, consent=CONSENT, failed_at=at("2026-11-18 10:00"), reason="550 unknown user"
    )
    story = given(*SHOWN, failed, replace(QUESTION, why=Suspension.BOUNCE, words="550 unknown user"))
    for earlier in ("2026-11-16 10:00", "2026-11-18 10:00"):
        told = replace(DELIVERED, delivered_at=at(earlier))
        story.when(deliver(earlier), at_="2026-11-19 12:00").then(told)
    story.when(answer("2026-11-19 10:00"), at_="2026-11-19 10:00").refused("R-02", cites=[2, 3, 5])
    after_a_while(story.at("2026-11-19 12:00", DELIVERED), "2027-06-01 00:00").after()


def test_r_03_a_question_that_came_in_time_and_was_recorded_late_annuls_the_deeming() -> None:
    annulled = ConsentDeemingAnnulled(
        customer=CUSTOMER, consent=CONSENT, why=Annulment.QUESTION, received_at=at("2026-11-18 10:00")
    )
    story = given(*SHOWN, REMINDER, DEEMED)
    story.when(ask("2026-11-18 10:00"), at_="2026-12-07 09:00").then(QUESTION, annulled)
    facts = given(*SHOWN, REMINDER, DEEMED, QUESTION, annulled).recorded
    assert consent_in_force(facts, at("2026-12-08 09:00")) is None
    assert fold(facts).consents[CONSENT].stopped


def test_two_stops_of_the_clock_have_two_names() -> None:
    story = given(*SHOWN, QUESTION)
    story.when(bounce("2026-11-18 12:00", STOP2), at_="2026-11-18 12:00").then(
        TermsDeliveryFailed(
            customer=CUSTOMER, consent=CONSENT, failed_at=at("2026-11-18 12:00"), reason="550 unknown user"
        ),
        replace(
            QUESTION, suspension=STOP2, why=Suspension.BOUNCE, since=at("2026-11-18 12:00"), words="550 unknown user"
        ),
    )
    given(*SHOWN, QUESTION, ANSWER).when(ask("2026-11-24 10:00"), at_="2026-11-24 10:00").refused("R-02")


def test_r_33_an_id_of_a_consent_is_used_once() -> None:
    story = given(*SHOWN, objected("2026-11-17 09:00"), refused("2026-11-17 09:00"))
    story.when(present(), at_="2026-11-18 09:00").refused("R-33", cites=[2, 3, 5])


def test_a_version_still_to_come_can_be_presented_before_any_is_in_force() -> None:
    ahead = replace(IN_FORCE[0], effective_at=at("2026-12-24 00:00"))
    assert given(ahead).when(present(), at_="2026-11-16 09:00").facts
