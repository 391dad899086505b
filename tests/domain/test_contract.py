"""Contracts, agreements on confidentiality, and the basis of work that follows from them."""

from dataclasses import replace

import pytest
from agreements import CONTACT, DELIVERED, EFFECTIVE, PRESENTED, PUBLISHED, SIGNATORY, TERMS
from connecting import ENDED, SESSION_STARTED
from story import CUSTOMER, an_id, at, given

from ledger.domain.basis import Basis, basis_at, check_basis, stated_in
from ledger.domain.confidentiality import NdaRegistered, RegisterNda, nda_at
from ledger.domain.consent_facts import ConsentExpressed, Form
from ledger.domain.contract import ContractAmended, ContractEnded, ContractRegistered, End, Remote, fold
from ledger.domain.contracting import AmendContract, EndContract, RegisterContract
from ledger.domain.decision import Refusal
from ledger.domain.rules import switched_off
from ledger.domain.violation import ViolationRecorded

CONTRACT, NDA, ORDER = an_id("contract"), an_id("nda"), an_id("work_order")
NOW = "2026-11-16 10:00"
STARTS, ENDS = at("2026-04-01 00:00"), at("2027-04-01 00:00")
SIGNED = ContractRegistered(
    customer=CUSTOMER,
    contract=CONTRACT,
    reference="保守-2026-01",
    clause="第8条",
    remote=Remote.PERIODIC,
    starts_at=STARTS,
    ends_at=ENDS,
)
AMENDED = ContractAmended(
    customer=CUSTOMER,
    contract=CONTRACT,
    reference="覚書",
    clause="削除",
    remote=Remote.NOT_STATED,
    ends_at=ENDS,
    effective_at=at("2026-10-01 00:00"),
)
EXPIRED = ContractEnded(customer=CUSTOMER, contract=CONTRACT, ended_at=ENDS, why=End.EXPIRED)


def register(**changes: object) -> RegisterContract:
    members = {
        "customer": CUSTOMER,
        "contract": CONTRACT,
        "reference": "保守-2026-01",
        "clause": "第8条",
        "remote": Remote.PERIODIC,
        "starts_at": STARTS,
        "ends_at": ENDS,
        **changes,
    }
    return RegisterContract(**members)  # type: ignore[arg-type]


def amend(effective: str, **changes: object) -> AmendContract:
    members = {
        "customer": CUSTOMER,
        "contract": CONTRACT,
        "reference": "覚書",
        "clause": "削除",
        "remote": Remote.NOT_STATED,
        "ends_at": ENDS,
        **changes,
    }
    return AmendContract(effective_at=at(effective), **members)  # type: ignore[arg-type]


def end(ended: str) -> EndContract:
    return EndContract(customer=CUSTOMER, contract=CONTRACT, ended_at=at(ended))


def test_a_contract_is_registered_once() -> None:
    given().when(register(), at_=NOW).then(SIGNED)
    given(SIGNED).when(register(), at_=NOW).refused("R-06", cites=[0])


def test_a_contract_ends_after_it_starts() -> None:
    given().when(register(ends_at=STARTS), at_=NOW).refused("R-06")


def test_an_amendment_counts_from_its_effect() -> None:
    given(SIGNED).when(amend("2026-10-01 00:00"), at_=NOW).then(AMENDED).citing(0)
    contract = fold(given(SIGNED, AMENDED).recorded)[CONTRACT]
    before, after = contract.at(at("2026-09-30 23:59")), contract.at(at("2026-10-01 00:00"))
    assert before is not None
    assert after is not None
    assert (before.remote, after.remote) == (Remote.PERIODIC, Remote.NOT_STATED)


def test_r_06_amendments_are_to_contracts_that_run_then_in_whatever_order_they_are_told() -> None:
    earlier = replace(AMENDED, effective_at=at("2026-09-01 00:00"), remote=Remote.POSSIBLE)
    told = amend("2026-09-01 00:00", remote=Remote.POSSIBLE)
    given(SIGNED, AMENDED).when(told, at_=NOW).then(earlier).citing(1)
    contract = fold(given(SIGNED, AMENDED, earlier).recorded)[CONTRACT]
    stated = [contract.at(at(f"{day} 12:00")) for day in ("2026-08-31", "2026-09-30", "2026-10-01")]
    assert [each and each.remote for each in stated] == [Remote.PERIODIC, Remote.POSSIBLE, Remote.NOT_STATED]
    given(SIGNED).when(amend("2026-03-31 23:59"), at_=NOW).refused("R-06", cites=[0])
    with switched_off("R-06"):
        assert given(SIGNED).when(amend("2026-03-31 23:59"), at_=NOW).refusal is None
    given(SIGNED).when(amend("2027-05-01 00:00"), at_=NOW).refused("R-06")
    given().when(amend("2026-10-01 00:00"), at_=NOW).refused("R-06")


def test_the_end_of_a_contract_is_written_by_the_timer_as_of_its_time() -> None:
    outcome = given(SIGNED).when(amend("2027-06-01 00:00"), at_="2027-07-01 10:00")
    outcome.after(EXPIRED).refused("R-06", cites=[1])
    given(SIGNED).when(amend("2026-12-01 00:00"), at_="2027-03-31 23:59").after()


@pytest.mark.parametrize("agreed", ["2027-03-20 00:00", "2027-04-01 00:00"])
def test_r_06_a_renewal_that_is_told_after_the_old_end_carries_the_contract_on(agreed: str) -> None:
    longer = at("2028-04-01 00:00")
    renewal = amend(agreed, remote=Remote.PERIODIC, ends_at=longer)
    outcome = given(SIGNED).when(renewal, at_="2027-04-05 10:00").after(EXPIRED)
    renewed = replace(AMENDED, remote=Remote.PERIODIC, ends_at=longer, effective_at=at(agreed))
    outcome.then(renewed)
    story = given(SIGNED, EXPIRED, renewed)
    assert basis_at(story.recorded, at("2027-04-03 10:00"))[0] is Basis.CONTRACT
    story.when(amend("2028-05-01 00:00"), at_="2028-06-01 10:00").after(replace(EXPIRED, ended_at=longer))
    too_late = amend("2027-04-01 00:01", ends_at=longer)
    given(SIGNED, EXPIRED).when(too_late, at_="2027-04-05 10:00").refused("R-06", cites=[1])


def test_r_06_an_earlier_end_that_is_told_after_another_is_what_counts() -> None:
    ended = ContractEnded(customer=CUSTOMER, contract=CONTRACT, ended_at=at("2027-03-01 00:00"), why=End.TERMINATED)
    given(SIGNED).when(end("2027-03-01 00:00"), at_="2027-04-05 10:00").after(EXPIRED).then(ended)
    earlier = replace(ended, ended_at=at("2027-02-01 00:00"))
    story = given(SIGNED, EXPIRED, ended)
    story.when(end("2027-02-01 00:00"), at_="2027-04-05 10:00").then(earlier)
    story.when(end("2027-03-01 00:00"), at_="2027-04-05 10:00").refused("R-06", cites=[2])
    story.when(end("2027-03-15 00:00"), at_="2027-04-05 10:00").refused("R-06", cites=[2])
    for told in ((ended, earlier), (earlier, ended)):
        assert fold(given(SIGNED, EXPIRED, *told).recorded)[CONTRACT].ended_at == earlier.ended_at
    lapsed = fold(given(SIGNED, ended, replace(AMENDED, ends_at=None)).recorded)[CONTRACT]
    assert lapsed.ended_at == ended.ended_at  # what was terminated no amendment brings back


def test_r_32_a_contract_makes_published_terms_its_own_and_no_others() -> None:
    for command in (register(incorporates=TERMS), amend("2026-10-01 00:00", incorporates=TERMS)):
        signed = () if isinstance(command, RegisterContract) else (SIGNED,)
        given(*signed).when(command, at_=NOW).refused("R-32")
        [made] = given(*signed, PUBLISHED, EFFECTIVE).when(command, at_=NOW).facts
        assert isinstance(made, ContractRegistered | ContractAmended)
        assert made.incorporates == TERMS


def test_a_contract_can_end_before_its_time() -> None:
    ended = ContractEnded(customer=CUSTOMER, contract=CONTRACT, ended_at=at("2026-11-01 00:00"), why=End.TERMINATED)
    given(SIGNED).when(end("2026-11-01 00:00"), at_=NOW).then(ended).citing(0)
    given(SIGNED, ended).when(end("2026-11-01 00:00"), at_=NOW).refused("R-06", cites=[1])
    given(SIGNED).when(end("2026-11-17 00:00"), at_=NOW).refused("R-06", cites=[0])
    given(SIGNED).when(end("2026-03-01 00:00"), at_=NOW).refused("R-06", cites=[0])
    contract = fold(given(SIGNED, ended).recorded)[CONTRACT]
    assert contract.at(at("2026-11-01 00:00")) is None
    assert contract.at(at("2026-03-31 23:59")) is None


def test_r_01_an_end_that_is_told_late_leaves_the_sessions_after_it_without_the_contracts_terms() -> None:
    relied = replace(SESSION_STARTED, contract=CONTRACT, stated_in=())
    story = given(SIGNED).at("2026-11-18 10:10", relied)
    command = EndContract(customer=CUSTOMER, contract=CONTRACT, ended_at=relied.started_at)
    ended = ContractEnded(customer=CUSTOMER, contract=CONTRACT, ended_at=relied.started_at, why=End.TERMINATED)
    violation = ViolationRecorded(
        rule="R-01",
        sentence="session_after_contract",
        values={"at": "2026-11-18T10:10:00+09:00"},
        subjects=(f"session:{relied.session}",),
    )
    [_, told] = story.when(command, at_="2026-11-18 11:00").then(ended, violation).facts
    assert told.cites == (1,)
    shorter = replace(AMENDED, ends_at=relied.started_at)
    amend = AmendContract(**{name: getattr(shorter, name) for name in AmendContract.__dataclass_fields__})
    story.when(amend, at_="2026-11-18 11:00").then(shorter, violation)
    later = at("2026-11-18 10:11")
    story.when(replace(command, ended_at=later), at_="2026-11-18 11:00").then(replace(ended, ended_at=later))


def test_r_06_an_end_that_is_told_late_leaves_the_sessions_after_it_without_their_basis() -> None:
    relied = replace(SESSION_STARTED, stated_in=(CONTRACT,))
    story = given(SIGNED).at("2026-11-18 10:10", relied)
    command = EndContract(customer=CUSTOMER, contract=CONTRACT, ended_at=relied.started_at)
    ended = ContractEnded(customer=CUSTOMER, contract=CONTRACT, ended_at=relied.started_at, why=End.TERMINATED)
    violation = ViolationRecorded(
        rule="R-06",
        sentence="basis_is_another",
        values={"holds": "standalone_terms", "named": "contract"},
        subjects=(f"session:{relied.session}", f"work_order:{relied.work_order}"),
    )
    [_, told] = story.when(command, at_="2026-11-18 11:00").then(ended, violation).facts
    assert told.cites == (1,)
    later = at("2026-11-18 10:11")
    story.when(replace(command, ended_at=later), at_="2026-11-18 11:00").then(replace(ended, ended_at=later))
    other = replace(SIGNED, contract=an_id("contract", 2))
    given(SIGNED, other).at("2026-11-18 10:10", relied).when(command, at_="2026-11-18 11:00").then(ended)
    with switched_off("R-06"):
        story.when(command, at_="2026-11-18 11:00").then(ended)


def test_r_06_an_amendment_that_is_told_late_leaves_sessions_without_their_basis_unless_it_states_them() -> None:
    story = given(SIGNED).at("2026-11-18 10:10", replace(SESSION_STARTED, stated_in=(CONTRACT,)))
    [_, told] = story.when(amend("2026-11-18 10:00"), at_="2026-11-18 11:00").facts
    assert isinstance(told, ViolationRecorded)
    assert (told.rule, told.sentence, told.cites) == ("R-06", "basis_is_another", (1,))
    for stating in (amend("2026-11-18 10:00", remote=Remote.POSSIBLE), amend("2026-11-18 10:11")):
        assert len(story.when(stating, at_="2026-11-18 11:00").facts) == 1


def test_r_06_a_session_at_the_customers_wish_rests_on_the_contracts_that_are_live() -> None:
    unstated, other = replace(SIGNED, remote=Remote.NOT_STATED), replace(SIGNED, contract=an_id("contract", 2))
    facts, moment = given(unstated, other).recorded, at(NOW)
    assert stated_in(Basis.CONTRACT, facts, moment) == (other.contract,)
    assert stated_in(Basis.CUSTOMER_REQUEST, facts[:1], moment) == (CONTRACT,)
    assert stated_in(Basis.STANDALONE_TERMS, facts, moment) == ()


@pytest.mark.parametrize(("ended", "broken"), [("10:05", True), ("10:10", True), ("10:11", False)])
def test_r_06_the_end_of_a_contract_that_is_told_late_meets_a_session_at_the_customers_wish(
    ended: str, broken: bool
) -> None:
    session = replace(SESSION_STARTED, basis=Basis.CUSTOMER_REQUEST, stated_in=(CONTRACT,))
    over = replace(ENDED, relied=session.relied)
    story = given(replace(SIGNED, remote=Remote.NOT_STATED)).at("2026-11-18 10:12", session, over)
    facts = story.when(end(f"2026-11-18 {ended}"), at_="2026-11-18 11:00").facts
    wrong = [each for each in facts if isinstance(each, ViolationRecorded)]
    assert [(each.rule, each.sentence) for each in wrong] == ([("R-06", "basis_is_another")] if broken else [])
    running = given(replace(SIGNED, remote=Remote.NOT_STATED)).at("2026-11-18 10:12", session)
    facts = running.when(end(f"2026-11-18 {ended}"), at_="2026-11-18 11:00").facts
    assert [each.sentence for each in facts if isinstance(each, ViolationRecorded)] == ["basis_is_another"] * broken


@pytest.mark.parametrize(
    ("remote", "moment", "basis"),
    [
        (Remote.PERIODIC, "2026-11-16 10:00", Basis.CONTRACT),
        (Remote.POSSIBLE, "2026-11-16 10:00", Basis.CONTRACT),
        (Remote.NOT_STATED, "2026-11-16 10:00", Basis.CUSTOMER_REQUEST),
        (Remote.PERIODIC, "2026-03-31 23:59", Basis.STANDALONE_TERMS),
        (Remote.PERIODIC, "2027-03-31 23:59", Basis.CONTRACT),
        (Remote.PERIODIC, "2027-04-01 00:00", Basis.STANDALONE_TERMS),
    ],
)
def test_r_06_at_each_instant_one_basis_holds(remote: Remote, moment: str, basis: Basis) -> None:
    facts = given(replace(SIGNED, remote=remote)).recorded
    assert basis_at(facts, at(moment))[0] is basis
    for other in set(Basis) - {basis}:
        with pytest.raises(Refusal) as refusal:
            check_basis(other, facts, at(moment), request=9)
        assert (refusal.value.rule, refusal.value.sentence) == ("R-06", "basis_is_another")


def test_r_06_the_contract_is_cited() -> None:
    assert check_basis(Basis.CONTRACT, given(SIGNED).recorded, at(NOW)) == (0,)


def test_r_06_the_customers_wish_needs_its_record() -> None:
    facts = given(SIGNED, AMENDED).recorded
    assert check_basis(Basis.CUSTOMER_REQUEST, facts, at(NOW), request=9) == (1, 9)
    with pytest.raises(Refusal, match="R-06"):
        check_basis(Basis.CUSTOMER_REQUEST, facts, at(NOW))
    with switched_off("R-06"):
        assert check_basis(Basis.CUSTOMER_REQUEST, facts, at(NOW)) == ()


def test_r_06_work_without_a_contract_needs_express_consent() -> None:
    terms = (PUBLISHED, EFFECTIVE, PRESENTED, DELIVERED)
    with pytest.raises(Refusal, match="express consent"):
        check_basis(Basis.STANDALONE_TERMS, given(*terms).recorded, at("2026-11-17 10:00"))
    once = ConsentExpressed(
        customer=CUSTOMER,
        consent=an_id("consent", 9),
        terms=TERMS,
        signatory=SIGNATORY,
        form=Form.PORTAL,
        received_at=at("2026-11-17 09:00"),
        since=at("2026-11-17 09:00"),
        work_order=ORDER,
    )
    facts = given(*terms, CONTACT, once).recorded
    assert check_basis(Basis.STANDALONE_TERMS, facts, at("2026-11-17 10:00"), work_order=ORDER) == (5,)
    with pytest.raises(Refusal, match="express consent"):
        check_basis(Basis.STANDALONE_TERMS, facts, at("2026-11-17 10:00"), work_order=an_id("work_order", 2))


def test_an_agreement_on_confidentiality_holds_from_start_to_end() -> None:
    nda = NdaRegistered(customer=CUSTOMER, nda=NDA, reference="NDA-1", starts_at=STARTS, ends_at=ENDS)
    command = RegisterNda(customer=CUSTOMER, nda=NDA, reference="NDA-1", starts_at=STARTS, ends_at=ENDS)
    given().when(command, at_=NOW).then(nda)
    given(nda).when(command, at_=NOW).refused("R-26", cites=[0])
    given().when(replace(command, ends_at=STARTS), at_=NOW).refused("R-26")
    facts = given(nda).recorded
    assert nda_at(facts, STARTS) == facts[0]
    assert nda_at(facts, at("2026-03-31 23:59")) is None
    assert nda_at(facts, ENDS) is None
