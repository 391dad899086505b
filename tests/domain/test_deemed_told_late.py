"""Silence that is consent once something is told late: it covers what began after its period, told before or after."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from agreements import CONSENT, DELIVERED, PRESENTED
from connecting import ENTERED
from orders import STARTED
from orders_of_telling import OFFICE, told, unanswered
from story import CUSTOMER, an_id, as_recorded, at, given
from stream_log import Log
from test_told_in_any_order import CONNECTED, SESSION_TOLD, said

from ledger.domain.consent_facts import ConsentDeemed, ConsentExpressed, Proof, TermsDelivered, TermsPresented
from ledger.domain.presenting import AnswerQuestion, RecordBounce, RecordDelivery, RecordQuestion
from ledger.domain.rules import switched_off
from ledger.domain.settings import Defaults

SUSPENSION = an_id("suspension")
ARRIVED = RecordDelivery(
    customer=CUSTOMER,
    consent=CONSENT,
    delivered_at=at("2026-11-02 10:00"),
    proof=Proof.MAIL_RECEIPT,
    reference="<1@mail.example>",
)
"""Ten business days after it are over on the 18th at midnight: the 3rd is a holiday. The session is of that day."""
ASKS = RecordQuestion(
    customer=CUSTOMER, consent=CONSENT, suspension=SUSPENSION, asked_at=at("2026-11-05 09:00"), words="費用は?"
)
ANSWERS = AnswerQuestion(
    customer=CUSTOMER, consent=CONSENT, suspension=SUSPENSION, answered_at=at("2026-11-05 15:00"), words="無償です"
)
BOUNCES = RecordBounce(
    customer=CUSTOMER, consent=CONSENT, suspension=SUSPENSION, failed_at=at("2026-11-10 09:00"), reason="宛先不明"
)


def shown() -> Log:
    """Give the log of an office that had shown the terms on the 2nd, and of whose delivery nobody told."""
    log = Log(Defaults())
    before = replace(PRESENTED, presented_at=at("2026-11-02 09:00"))
    without = (ConsentExpressed, TermsDelivered, TermsPresented)
    facts = [before, *(each for each in OFFICE if not isinstance(each, without))]
    log.recorded = [
        as_recorded(fact, place, at("2026-11-18 10:06" if place else "2026-11-02 09:10"))
        for place, fact in enumerate(facts)
    ]
    assert {ENTERED, STARTED} <= {each.fact for each in log.recorded}
    return log


def in_every_order(commands: Sequence[object]) -> Iterator[tuple[str, Log]]:
    for order in permutations(commands):
        yield " ".join(type(each).__name__ for each in order), told(shown(), order)


def test_r_02_silence_covers_a_session_after_its_period_in_whatever_order_delivery_and_session_are_told() -> None:
    for order, log in in_every_order((ARRIVED, SESSION_TOLD, CONNECTED)):
        assert unanswered(log) == {}, order
        assert [each.fact.since for each in log.recorded if isinstance(each.fact, ConsentDeemed)] == [
            at("2026-11-18 00:00")
        ], order
    late = told(shown(), (SESSION_TOLD, CONNECTED, ARRIVED))
    assert said(late, "ground_was_told") == 2
    with switched_off("ledger.domain.grounds_told.judged_by_agreement"):
        late = told(shown(), (SESSION_TOLD, CONNECTED, ARRIVED))
    assert unanswered(late) == {"session_without_consent": 1, "connection_without_consent": 1}


def test_r_02_silence_covers_nothing_before_its_period_is_over() -> None:
    day_later = replace(ARRIVED, delivered_at=at("2026-11-04 10:00"))  # the period is over on the 19th
    for order, log in in_every_order((day_later, SESSION_TOLD, CONNECTED)):
        assert unanswered(log) == {"session_without_consent": 1, "connection_without_consent": 1}, order


@pytest.mark.parametrize(("asked", "covered"), [("2026-11-03", True), ("2026-11-05", False)])
def test_r_02_an_answer_that_is_told_late_lets_silence_cover_what_began_after_the_period(
    asked: str, *, covered: bool
) -> None:
    asks, answers = (
        replace(ASKS, asked_at=at(f"{asked} 09:00")),
        replace(ANSWERS, answered_at=at(f"{asked} 15:00")),
    )
    for log in (
        told(shown(), (ARRIVED, asks, SESSION_TOLD, answers)),
        told(shown(), (ARRIVED, asks, answers, SESSION_TOLD)),
    ):
        assert unanswered(log)["session_without_consent"] == (0 if covered else 1)


@pytest.mark.parametrize("says", [ASKS, BOUNCES], ids=["question", "bounce"])
def test_r_02_what_stopped_the_silence_takes_back_what_it_had_answered(says: RecordQuestion | RecordBounce) -> None:
    """A question or bounce in time, told last: of the session that had been answered a violation says so again."""
    for order, log in in_every_order((ARRIVED, SESSION_TOLD, says)):
        stands = unanswered(log)
        assert stands["session_without_consent"] + stands["session_after_annulment"] == 1, order


def test_r_02_a_delivery_is_told_without_a_word_of_what_did_not_rest_on_it() -> None:
    delivered = replace(DELIVERED, delivered_at=at("2026-11-16 10:00"))
    command = replace(ARRIVED, delivered_at=delivered.delivered_at, reference=delivered.reference)
    story = given(*(each for each in OFFICE[:4] if not isinstance(each, TermsDelivered)))
    story.when(command, at_="2026-11-18 11:00").then(delivered)
