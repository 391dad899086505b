"""What a customer says: yes, yes for one order, no, no more; and a no counts from when it arrived."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from agreements import (
    CONSENT,
    CONTACT,
    IN_FORCE,
    SECOND,
    SIGNATORY,
    TERMS,
    newer,
    presented_newer,
)
from consent_story import (
    DEEMED,
    ORDER,
    REMINDER,
    SHOWN,
    Relied,
    after_a_while,
    agree,
    agreed,
    object_,
    objected,
    refused,
    withdraw,
    withdrawn,
)
from orders import REQUESTED
from story import CUSTOMER, an_id, at, given

from ledger.domain.consent import consent_in_force
from ledger.domain.consent_facts import (
    Annulment,
    ConsentDeemingAnnulled,
    ConsentWithdrawn,
    Form,
    Manner,
    Stop,
)
from ledger.domain.consent_rules import check_consent, consent_violation
from ledger.domain.consenting import ExpressConsentOnce
from ledger.domain.decision import Refusal
from ledger.domain.encrypted_path import Path, Protocol
from ledger.domain.fact import Fact
from ledger.domain.rules import switched_off
from ledger.domain.session_facts import ConnectionOpened
from ledger.domain.terms import Change
from ledger.domain.violation import ViolationRecorded


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
    ordered = replace(REQUESTED, work_order=ORDER)
    given(*SHOWN, CONTACT, ordered).when(command, at_="2026-11-17 09:00").then(once).citing(2, 3, 4, 5)
    unknown = given(*SHOWN, CONTACT).when(command, at_="2026-11-17 09:00").refused("R-01")
    assert unknown.refusal is not None
    assert unknown.refusal.sentence == "work_order_unknown"
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


def test_a_no_to_what_is_open_is_a_refusal() -> None:
    no = (objected("2026-11-17 09:00"), refused("2026-11-17 09:00"))
    given(*SHOWN).when(object_("2026-11-17 09:00"), at_="2026-11-18 09:00").then(*no).citing(2, 3)
    after_a_while(given(*SHOWN, *no), "2027-01-05 09:00").after()


def test_r_03_a_no_answers_what_was_presented_and_is_not_still_to_come() -> None:
    given(*SHOWN).when(object_("2026-11-17 09:01"), at_="2026-11-17 09:00").refused("R-03", cites=[2, 3])
    given(*SHOWN).when(object_("2026-11-17 09:00", an_id("consent", 9)), at_="2026-11-17 09:00").refused("R-02")


def test_r_03_a_no_that_came_before_the_presentation_as_it_was_told_is_a_no_all_the_same() -> None:
    early = "2026-11-16 08:59"
    given(*SHOWN).when(object_(early), at_="2026-11-17 09:00").then(objected(early), refused(early))
    story = given(*SHOWN, REMINDER, DEEMED)
    outcome = story.when(object_(early), at_="2026-12-03 09:00")
    assert isinstance(outcome.facts[1], ConsentDeemingAnnulled)


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


ONCE = replace(agreed("2026-11-17 09:00", SECOND), work_order=ORDER)


def test_r_01_a_withdrawal_takes_back_the_consents_for_single_orders_given_before_it() -> None:
    story = given(*SHOWN, ONCE, agreed("2026-11-17 10:00"))
    general = withdrawn("2026-11-18 09:00", "2026-11-18 09:45")
    outcome = story.when(withdraw("2026-11-18 09:00"), at_="2026-11-18 09:30")
    outcome.then(general, replace(general, consent=SECOND))
    story.at("2026-11-18 09:30", *outcome.facts)
    assert consent_in_force(story.recorded, at("2026-11-18 08:59"), ORDER) is not None
    assert consent_in_force(story.recorded, at("2026-11-18 09:00"), ORDER) is None
    later = given(*SHOWN, agreed("2026-11-17 10:00"), replace(ONCE, since=at("2026-11-18 09:01")))
    later.when(withdraw("2026-11-18 09:00"), at_="2026-11-18 09:30").then(general)


def test_r_01_a_no_to_the_terms_takes_back_the_consents_for_single_orders() -> None:
    story = given(*SHOWN, ONCE)
    outcome = story.when(object_("2026-11-18 09:00"), at_="2026-11-18 09:30")
    taken = withdrawn("2026-11-18 09:00", "2026-11-18 09:45", words="不同意です")
    outcome.then(objected("2026-11-18 09:00"), refused("2026-11-18 09:00"), replace(taken, consent=SECOND))
    alone = replace(withdraw("2026-11-18 09:00"), consent=SECOND)
    given(*SHOWN, ONCE, agreed("2026-11-17 10:00")).when(alone, at_="2026-11-18 09:30").then(
        replace(withdrawn("2026-11-18 09:00", "2026-11-18 09:45"), consent=SECOND)
    )


def test_there_is_nothing_to_withdraw_twice() -> None:
    story = given(*SHOWN, agreed("2026-11-17 09:00"), withdrawn("2026-11-18 09:00", "2026-11-18 09:45"))
    story.when(withdraw("2026-11-19 09:00"), at_="2026-11-19 09:00").refused("R-03", cites=[2, 3, 4, 5])
    given(*SHOWN).when(withdraw("2026-11-17 09:00"), at_="2026-11-17 09:00").refused("R-03", cites=[2, 3])


# -- what relied on it meanwhile ---------------------------------------------------------------------------------------

LATE, HEARD = "2026-12-02 11:00", "2026-12-03 09:00"
CONNECTED = ConnectionOpened(
    session=an_id("session"),
    connection=an_id("connection"),
    permission=None,
    target="db01",
    path=Path(protocol=Protocol.SSH, version="SSH-2.0"),
    opened_at=at(LATE),
    consent=CONSENT,
)
CONNECTION_AFTER = ViolationRecorded(
    rule="R-03",
    sentence="connection_after_objection",
    values={"at": at(LATE).isoformat()},
    subjects=(f"connection:{an_id('connection')}", f"session:{an_id('session')}"),
)


@pytest.mark.parametrize("say", [object_, withdraw], ids=["objection", "withdrawal"])
def test_r_03_connections_opened_after_a_no_that_is_told_late_are_violations(say: Callable[[str], object]) -> None:
    before = replace(CONNECTED, connection=an_id("connection", 2), opened_at=at("2026-12-02 10:59"))
    started = Relied(session=an_id("session"), consent=CONSENT, started_at=at("2026-12-02 10:00"))
    story = given(*SHOWN).at("2026-12-02 11:00", REMINDER, DEEMED, started, before, CONNECTED)
    outcome = story.when(say(LATE), at_=HEARD)
    found = [each for each in outcome.facts if isinstance(each, ViolationRecorded)]
    assert [replace(each, cites=()) for each in found] == [CONNECTION_AFTER]
    assert found[0].cites == (2, 3, 5, 8)
    with switched_off("ledger.domain.relying.begun_after"):
        assert not [each for each in story.when(say(LATE), at_=HEARD).facts if isinstance(each, ViolationRecorded)]


@pytest.mark.parametrize(
    ("no", "opened", "meanwhile", "told"),
    [
        ("2026-11-18 10:00", "2026-11-18 11:00", (), "2026-11-19 09:00"),
        ("2026-11-30 10:00", "2026-12-01 11:00", (REMINDER, DEEMED), "2026-12-03 09:00"),
    ],
    ids=["still open", "deemed meanwhile"],
)
def test_r_03_what_relied_on_one_orders_consent_after_a_no_to_the_terms_is_a_violation(
    no: str, opened: str, meanwhile: tuple[Fact, ...], told: str
) -> None:
    once = replace(agreed("2026-11-17 09:00", SECOND), work_order=ORDER)
    relied = replace(CONNECTED, opened_at=at(opened), consent=SECOND, through=(CONSENT,))
    story = given(*SHOWN, once).at(opened, relied).at("2026-12-02 00:00", *meanwhile)
    found = [each for each in story.when(object_(no), at_=told).facts if isinstance(each, ViolationRecorded)]
    expected = replace(CONNECTION_AFTER, values={"at": at(no).isoformat()})
    assert [replace(each, cites=()) for each in found] == [expected]
    assert found[0].cites == (4, 5)
    before = replace(relied, opened_at=at("2026-11-18 09:59"))
    story = given(*SHOWN, once).at(opened, before).at("2026-12-02 00:00", *meanwhile)
    assert not [each for each in story.when(object_(no), at_=told).facts if isinstance(each, ViolationRecorded)]


def test_r_03_one_orders_consent_names_what_of_the_terms_a_no_takes_it_back_with() -> None:
    once = replace(agreed("2026-11-17 09:00", SECOND), work_order=ORDER)
    found = consent_in_force(given(*SHOWN, once).recorded, at("2026-11-17 10:00"), ORDER)
    assert found is not None
    assert (found.consent, found.through) == (SECOND, (CONSENT,))
    agreed_ = consent_in_force(given(*SHOWN, agreed("2026-11-17 09:00"), once).recorded, at("2026-11-17 10:00"), ORDER)
    assert agreed_ is not None
    assert (agreed_.consent, agreed_.through) == (CONSENT, ())
